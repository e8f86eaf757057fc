#include "libcommon/codec/toml.h"

#include <string.h>

#include "libcommon/codec/toml_reader.h"

#define BUCKETS_MIN 8

/* ---- the tree ---- */

struct sl_toml *sl_toml_new(struct sl_toml_reader *t, enum sl_toml_kind kind)
{
	struct sl_toml *v = sl_arena_new(t->a, struct sl_toml);

	v->kind = kind;
	return v;
}

static size_t bucket_of(const struct sl_toml *table, struct sl_str key)
{
	return sl_str_hash(key) & (table->table.bucket_count - 1);
}

static struct sl_toml_member *find(const struct sl_toml *table, struct sl_str key)
{
	struct sl_toml_member *m =
		table->table.bucket_count ? table->table.buckets[bucket_of(table, key)] : NULL;

	while (m && !sl_str_eq(m->key, key))
		m = m->next;
	return m;
}

struct sl_toml *sl_toml_get(const struct sl_toml *table, struct sl_str key)
{
	struct sl_toml_member *m = find(table, key);

	return m ? m->value : NULL;
}

static void rehash(struct sl_arena *a, struct sl_toml *table)
{
	size_t old = table->table.bucket_count;
	struct sl_toml_member **from = table->table.buckets;

	table->table.bucket_count = old ? old * 2 : BUCKETS_MIN;
	table->table.buckets = sl_arena_array(a, table->table.bucket_count, sizeof(*from));
	for (size_t i = 0; i < old; i++) {
		struct sl_toml_member *m = from[i];

		while (m) {
			struct sl_toml_member *next = m->next;
			size_t at = bucket_of(table, m->key);

			m->next = table->table.buckets[at];
			table->table.buckets[at] = m;
			m = next;
		}
	}
}

void sl_toml_put(struct sl_arena *a, struct sl_toml *table, struct sl_str key,
		 struct sl_toml *value)
{
	struct sl_toml_member *m = find(table, key);
	size_t at;

	if (m) {
		m->value = value;
		return;
	}
	if (table->table.n >= table->table.bucket_count)
		rehash(a, table);
	m = sl_arena_new(a, struct sl_toml_member);
	at = bucket_of(table, key);
	*m = (struct sl_toml_member){ key, value, table->table.buckets[at] };
	table->table.buckets[at] = m;
	table->table.n++;
}

void sl_toml_append(struct sl_arena *a, struct sl_toml *list, struct sl_toml *item)
{
	list->list.items = sl_arena_grow(a, list->list.items, list->list.n, &list->list.cap,
					 sizeof(*list->list.items));
	list->list.items[list->list.n++] = item;
}

/* ---- keys ---- */

bool sl_toml_push(struct sl_toml_reader *t, struct sl_toml_key *key, struct sl_str part)
{
	if (key->n == SL_TOML_KEY_PARTS_MAX)
		return sl_toml_too_large(t, "a key has too many parts");
	key->parts[key->n++] = part;
	return true;
}

struct sl_toml_key sl_toml_key_copy(struct sl_toml_reader *t, const struct sl_toml_key *key)
{
	struct sl_toml_key copy = { sl_arena_array(t->a, key->n, sizeof(*copy.parts)), key->n };

	if (key->n)
		memcpy(copy.parts, key->parts, key->n * sizeof(*copy.parts));
	return copy;
}

struct sl_str sl_toml_key_text(struct sl_toml_reader *t, const struct sl_toml_key *key, size_t n)
{
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(8 * SL_TOML_BYTES_MAX);

	for (size_t i = 0; i < n; i++) {
		if (i)
			sl_strbuf_addc(&b, '.');
		sl_toml_add_key(&b, key->parts[i]);
	}
	return sl_arena_str(t->a, sl_strbuf_str(&b));
}

bool sl_toml_read_part(struct sl_toml_reader *t, struct sl_str *ret)
{
	uint32_t c = sl_toml_peek(t);
	size_t from = t->pos;

	if (c == '"' || c == '\'')
		return sl_toml_read_string(t, false, ret);
	for (; sl_toml_is_bare(c); c = sl_toml_peek(t))
		(void)sl_toml_next(t);
	*ret = sl_str_sub(t->text, from, t->pos);
	return c != SL_TOML_BROKEN;
}

bool sl_toml_read_key(struct sl_toml_reader *t, struct sl_toml_key *ret)
{
	struct sl_toml_key *key = &t->scratch;
	struct sl_str part = SL_STR_NULL;
	uint32_t c;

	key->n = 0;
	if (!sl_toml_skip_blanks(t))
		return false;
	c = sl_toml_peek(t);
	if (c == '=' || c == SL_TOML_EOF)
		return sl_toml_fail_here(t, "unexpected '=': key name appears blank");
	if (c == '.')
		return sl_toml_fail_here(t, "unexpected '.': keys cannot start with a '.'");
	t->key_line = t->line;
	for (;;) {
		if (!sl_toml_read_part(t, &part) || !sl_toml_push(t, key, part) ||
		    !sl_toml_skip_blanks(t))
			return false;
		c = sl_toml_peek(t);
		if (c == '\n')
			return sl_toml_fail(t, t->line, "expected '.' or '=', but got %s instead",
					    sl_toml_show(t, c));
		if (c == SL_TOML_EOF)
			return sl_toml_fail_read(t, c,
						 "unexpected EOF; expected key separator '='");
		(void)sl_toml_next(t);
		if (c == '=') {
			*ret = sl_toml_key_copy(t, key);
			return true;
		}
		if (c != '.')
			return sl_toml_fail_here(t, "expected '.' or '=', but got %s instead",
						 sl_toml_show(t, c));
		if (!sl_toml_skip_blanks(t))
			return false;
		c = sl_toml_peek(t);
		if (c == '=' || c == SL_TOML_EOF)
			return sl_toml_fail_here(t, "unexpected '='");
		if (c == '.')
			return sl_toml_fail_here(t, "unexpected '.'");
	}
}

/* ---- tables ---- */

/* The table that `v` stands for: itself, or the newest of an array. */
static struct sl_toml *table_of(struct sl_toml *v)
{
	if (v->kind == SL_TOML_TABLES && v->list.n)
		return v->list.items[v->list.n - 1];
	return v->kind == SL_TOML_TABLE ? v : NULL;
}

static bool fail_key(struct sl_toml_reader *t, struct sl_str key, const char *what)
{
	return sl_toml_fail(t, t->key_line, "Key '%.*s' %s", SL_STR_FMT(key), what);
}

bool sl_toml_set(struct sl_toml_reader *t, struct sl_str key, struct sl_toml *value)
{
	struct sl_toml *table = t->root;
	struct sl_str text;

	for (size_t i = 0; i < t->context.n; i++) {
		struct sl_toml *next = sl_toml_get(table, t->context.parts[i]);

		table = next ? table_of(next) : NULL;
		if (!table)
			return fail_key(t, sl_toml_key_text(t, &t->context, i + 1),
					"has already been defined.");
	}
	if (!sl_toml_get(table, key)) {
		sl_toml_put(t->a, table, key, value);
		return true;
	}
	if (!sl_toml_push(t, &t->context, key))
		return false;
	text = sl_toml_key_text(t, &t->context, t->context.n);
	t->context.n--;
	/* A table that nobody wrote out may be written out once; an array takes the place of its tables. */
	if (!sl_strmap_remove(&t->implicit, text))
		return fail_key(t, text, "has already been defined.");
	if (sl_strmap_has(&t->arrays, text))
		sl_toml_put(t->a, table, key, value);
	return true;
}

bool sl_toml_note(struct sl_toml_reader *t, struct sl_str key, bool is_array)
{
	bool whole = key.n || !t->context.n;
	struct sl_str text;

	if (whole && !sl_toml_push(t, &t->context, key))
		return false;
	text = sl_toml_key_text(t, &t->context, t->context.n);
	t->context.n -= whole;
	if (is_array)
		sl_strmap_set(&t->arrays, text, t);
	else
		(void)sl_strmap_remove(&t->arrays, text);
	return true;
}

/* The table that holds the last part of `key`; those before are made where they are missing. */
static struct sl_toml *open_parents(struct sl_toml_reader *t, const struct sl_toml_key *key)
{
	struct sl_toml *table = t->root;

	for (size_t i = 0; i + 1 < key->n; i++) {
		struct sl_toml *next = sl_toml_get(table, key->parts[i]);

		if (!next) {
			next = sl_toml_new(t, SL_TOML_TABLE);
			sl_strmap_set(&t->implicit, sl_toml_key_text(t, key, i + 1), t);
			sl_toml_put(t->a, table, key->parts[i], next);
		}
		table = table_of(next);
		if (!table) {
			(void)fail_key(t, sl_toml_key_text(t, key, i + 1),
				       "was already created as a hash.");
			return NULL;
		}
	}
	t->context.n = key->n - 1;
	for (size_t i = 0; i + 1 < key->n; i++)
		t->context.parts[i] = key->parts[i];
	return table;
}

bool sl_toml_enter(struct sl_toml_reader *t, const struct sl_toml_key *key, bool array)
{
	struct sl_toml *table = open_parents(t, key), *tables;
	struct sl_str last = key->parts[key->n - 1];

	if (!table)
		return false;
	if (array) {
		tables = sl_toml_get(table, last);
		if (!tables) {
			tables = sl_toml_new(t, SL_TOML_TABLES);
			sl_toml_put(t->a, table, last, tables);
		}
		if (tables->kind != SL_TOML_TABLES)
			return fail_key(t, sl_toml_key_text(t, key, key->n),
					"was already created and cannot be used as an array.");
		sl_toml_append(t->a, tables, sl_toml_new(t, SL_TOML_TABLE));
	} else if (!sl_toml_set(t, last, sl_toml_new(t, SL_TOML_TABLE))) {
		return false;
	}
	return sl_toml_push(t, &t->context, last);
}

bool sl_toml_enter_parts(struct sl_toml_reader *t, const struct sl_toml_key *key)
{
	for (size_t i = 0; i + 1 < key->n; i++) {
		struct sl_toml_key path;

		if (!sl_toml_push(t, &t->context, key->parts[i]))
			return false;
		path = sl_toml_key_copy(t, &t->context);
		t->context.n--;
		sl_strmap_set(&t->implicit, sl_toml_key_text(t, &path, path.n), t);
		if (!sl_toml_enter(t, &path, false))
			return false;
	}
	return true;
}

static bool read_header(struct sl_toml_reader *t, bool *ret_array)
{
	struct sl_toml_key *key = &t->scratch;
	struct sl_str part = SL_STR_NULL;
	uint32_t c;

	key->n = 0;
	*ret_array = sl_toml_peek(t) == '[';
	if (*ret_array)
		(void)sl_toml_next(t);
	do {
		if (!sl_toml_skip_blanks(t))
			return false;
		c = sl_toml_peek(t);
		if (c == ']' || c == SL_TOML_EOF)
			return sl_toml_fail_here(t, "unexpected end of table name (table names "
						    "cannot be empty)");
		if (c == '.')
			return sl_toml_fail_here(t, "unexpected table separator (table names "
						    "cannot be empty)");
		if (!key->n)
			t->key_line = t->line;
		if (!sl_toml_read_part(t, &part) || !sl_toml_push(t, key, part) ||
		    !sl_toml_skip_blanks(t))
			return false;
		c = sl_toml_next(t);
	} while (c == '.');
	if (c == SL_TOML_BROKEN)
		return false;
	if (c != ']')
		return sl_toml_fail_read(
			t, c, "expected '.' or ']' to end table name, but got %s instead",
			sl_toml_show(t, c));
	if (!*ret_array)
		return true;
	c = sl_toml_next(t);
	if (c != ']' && c != SL_TOML_BROKEN)
		return sl_toml_fail_read(t, c,
					 "expected end of table array name delimiter ']', but "
					 "got %s instead",
					 sl_toml_show(t, c));
	return c == ']';
}

static bool read_table(struct sl_toml_reader *t)
{
	bool array;

	(void)sl_toml_next(t);
	return read_header(t, &array) && sl_toml_enter(t, &t->scratch, array) &&
	       sl_toml_note(t, SL_STR_NULL, false);
}

static bool read_pair(struct sl_toml_reader *t)
{
	size_t depth = t->context.n;
	struct sl_toml_key key = { NULL, 0 };
	struct sl_toml *value = NULL;

	if (!sl_toml_read_key(t, &key) || !key.n)
		return false;
	t->key = key.parts[key.n - 1];
	if (!sl_toml_enter_parts(t, &key) || !sl_toml_read_value(t, false, &value) ||
	    !sl_toml_set(t, t->key, value) ||
	    !sl_toml_note(t, t->key, value->kind == SL_TOML_ARRAY))
		return false;
	t->context.n = depth;
	t->key = SL_STR_NULL;
	return true;
}

/* Behind a table's header or a value nothing but a comment stands on the line. */
static bool end_line(struct sl_toml_reader *t)
{
	uint32_t c;

	if (!sl_toml_skip_blanks(t))
		return false;
	c = sl_toml_peek(t);
	if (c == '#')
		return sl_toml_skip_comment(t);
	if (c == SL_TOML_EOF || c == '\n' || c == '\r')
		return true;
	(void)sl_toml_next(t);
	return sl_toml_fail_here(t,
				 "expected a top-level item to end with a newline, comment, or "
				 "EOF, but got %s instead",
				 sl_toml_show(t, c));
}

static bool read_document(struct sl_toml_reader *t)
{
	for (;;) {
		uint32_t c = sl_toml_peek(t);
		bool good = true;

		if (c == SL_TOML_EOF)
			return true;
		if (c == ' ' || c == '\t' || c == '\n' || c == '\r')
			(void)sl_toml_next(t);
		else if (c == '#')
			good = sl_toml_skip_comment(t);
		else if (c == SL_TOML_BROKEN)
			good = false;
		else
			good = (c == '[' ? read_table(t) : read_pair(t)) && end_line(t);
		if (!good)
			return false;
	}
}

/* A mark of UTF-16 or UTF-8 goes; a NUL among the first bytes is UTF-16 without one. */
static bool read_mark(struct sl_toml_reader *t)
{
	struct sl_str *s = &t->text, head;

	if (!sl_str_cut_prefix(s, SL_STR("\xff\xfe")) && !sl_str_cut_prefix(s, SL_STR("\xfe\xff")))
		(void)sl_str_cut_prefix(s, SL_STR("\xef\xbb\xbf"));
	head = sl_str_sub(*s, 0, 6);
	if (sl_str_chr(head, '\0') < 0)
		return true;
	return sl_toml_fail(t, 1,
			    "files cannot contain NULL bytes; probably using UTF-16; TOML "
			    "files must be UTF-8");
}

int sl_toml_parse(struct sl_arena *a, struct sl_str text, sl_toml_datetime_fn is_datetime,
		  const struct sl_toml **ret, struct sl_err *err)
{
	struct sl_toml_reader *t = sl_arena_new(a, struct sl_toml_reader);

	if (text.n > SL_TOML_BYTES_MAX)
		return sl_err_set(err, SL_ERR_TOO_LARGE, "TOML is larger than %zu bytes",
				  SL_TOML_BYTES_MAX);
	t->a = a;
	t->text = text.n ? text : SL_STR("");
	t->line = 1;
	t->is_datetime = is_datetime;
	t->err = err;
	t->root = sl_toml_new(t, SL_TOML_TABLE);
	t->context.parts = sl_arena_array(a, SL_TOML_KEY_PARTS_MAX, sizeof(*t->context.parts));
	t->scratch.parts = sl_arena_array(a, SL_TOML_KEY_PARTS_MAX, sizeof(*t->scratch.parts));
	if (read_mark(t) && read_document(t))
		*ret = t->root;
	sl_strmap_release(&t->implicit);
	sl_strmap_release(&t->arrays);
	return t->code;
}
