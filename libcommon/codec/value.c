#define SL_VALUE_IMPLEMENTATION /* the functions themselves, not what the analyser is told */
#include "libcommon/codec/value.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "libcommon/codec/number.h"

static struct sl_value *new_value(struct sl_arena *a, enum sl_value_kind kind)
{
	struct sl_value *v = sl_arena_new(a, struct sl_value);

	v->kind = kind;
	return v;
}

struct sl_value *sl_value_null(struct sl_arena *a)
{
	return new_value(a, SL_V_NULL);
}

struct sl_value *sl_value_bool(struct sl_arena *a, bool b)
{
	struct sl_value *v = new_value(a, SL_V_BOOL);

	v->b = b;
	return v;
}

struct sl_value *sl_value_int(struct sl_arena *a, int64_t i)
{
	struct sl_value *v = new_value(a, SL_V_INT);

	v->i = i;
	return v;
}

struct sl_value *sl_value_float(struct sl_arena *a, double f)
{
	struct sl_value *v = new_value(a, SL_V_FLOAT);

	v->f = f;
	return v;
}

struct sl_value *sl_value_number(struct sl_arena *a, struct sl_str literal)
{
	struct sl_value *v = new_value(a, SL_V_NUMBER);

	v->s = sl_arena_str(a, literal);
	return v;
}

struct sl_value *sl_value_str_borrow(struct sl_arena *a, struct sl_str s)
{
	struct sl_value *v = new_value(a, SL_V_STRING);

	v->s = s;
	return v;
}

struct sl_value *sl_value_str(struct sl_arena *a, struct sl_str s)
{
	return sl_value_str_borrow(a, sl_arena_str(a, s));
}

struct sl_value *sl_value_strz(struct sl_arena *a, const char *s)
{
	return sl_value_str(a, sl_str(s));
}

struct sl_value *sl_value_strf(struct sl_arena *a, const char *fmt, ...)
{
	va_list ap;
	char *p = NULL;
	struct sl_value *v;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&p, fmt, ap);
	va_end(ap);
	if (n < 0)
		abort();
	v = sl_value_str(a, (struct sl_str){ p, (size_t)n });
	free(p);
	return v;
}

struct sl_value *sl_value_list(struct sl_arena *a)
{
	return new_value(a, SL_V_LIST);
}

struct sl_value *sl_value_map(struct sl_arena *a)
{
	return new_value(a, SL_V_MAP);
}

bool sl_is_map(const struct sl_value *v)
{
	return v && v->kind == SL_V_MAP;
}

bool sl_is_list(const struct sl_value *v)
{
	return v && v->kind == SL_V_LIST;
}

bool sl_is_str(const struct sl_value *v)
{
	return v && v->kind == SL_V_STRING;
}

bool sl_is_quoted(const struct sl_value *v)
{
	return sl_is_str(v) && v->quoted;
}

bool sl_is_null(const struct sl_value *v)
{
	return !v || v->kind == SL_V_NULL;
}

const char *sl_value_kind_name(const struct sl_value *v)
{
	static const char *const names[] = {
		[SL_V_NULL] = "null",	 [SL_V_BOOL] = "boolean",  [SL_V_INT] = "integer",
		[SL_V_FLOAT] = "number", [SL_V_NUMBER] = "number", [SL_V_STRING] = "string",
		[SL_V_LIST] = "list",	 [SL_V_MAP] = "map",
	};

	return v ? names[v->kind] : "nothing";
}

struct sl_str sl_as_str(const struct sl_value *v)
{
	return sl_is_str(v) ? v->s : SL_STR_NULL;
}

char *sl_as_strz(struct sl_arena *a, const struct sl_value *v)
{
	char *p;

	if (!sl_is_str(v))
		return NULL;
	p = sl_arena_alloc(a, v->s.n + 1);
	if (v->s.n)
		memcpy(p, v->s.p, v->s.n);
	return p;
}

bool sl_as_bool(const struct sl_value *v, bool otherwise)
{
	return v && v->kind == SL_V_BOOL ? v->b : otherwise;
}

/* True when the double is an integer that int64 holds. */
static bool float_is_int(double f, int64_t *ret_i)
{
	const double limit = 9223372036854775808.0; /* 2^63 */

	if (!(f >= -limit && f < limit) || f != trunc(f))
		return false;
	*ret_i = (int64_t)f;
	return true;
}

int64_t sl_as_int(const struct sl_value *v, int64_t otherwise)
{
	int64_t i;

	if (v && v->kind == SL_V_INT)
		return v->i;
	if (v && v->kind == SL_V_FLOAT && float_is_int(v->f, &i))
		return i;
	return otherwise;
}

/* An array in the arena with room for one more; the old one stays behind until the arena goes. */
struct sl_value *sl_list_get(const struct sl_value *list, size_t index)
{
	return sl_is_list(list) && index < list->list.n ? list->list.items[index] : NULL;
}

size_t sl_list_len(const struct sl_value *list)
{
	return sl_is_list(list) ? list->list.n : 0;
}

void sl_list_push(struct sl_arena *a, struct sl_value *list, struct sl_value *item)
{
	sl_list_insert(a, list, list->list.n, item);
}

void sl_list_push_strz(struct sl_arena *a, struct sl_value *list, const char *s)
{
	sl_list_push(a, list, sl_value_strz(a, s));
}

void sl_list_insert(struct sl_arena *a, struct sl_value *list, size_t index, struct sl_value *item)
{
	struct sl_value **items =
		sl_arena_grow(a, list->list.items, list->list.n, &list->list.cap, sizeof(item));

	memmove(items + index + 1, items + index, (list->list.n - index) * sizeof(*items));
	items[index] = item;
	list->list.items = items;
	list->list.n++;
}

void sl_list_remove(struct sl_value *list, size_t index)
{
	struct sl_value **at = list->list.items + index;

	memmove(at, at + 1, (list->list.n - index - 1) * sizeof(*at));
	list->list.n--;
}

/* Nearly all nodes of a tree name the same file: it is copied once for a run of them. */
struct copier {
	struct sl_arena *a;
	char *text; /* where the next string goes; NULL: into the arena */
	const char *from, *to;
};

static struct sl_str copy_text(struct copier *c, struct sl_str s)
{
	char *p = c->text;

	if (!p)
		return sl_arena_str(c->a, s);
	if (s.n)
		memcpy(p, s.p, s.n);
	p[s.n] = '\0';
	c->text += s.n + 1;
	return (struct sl_str){ p, s.n };
}

static struct sl_value *copy(struct copier *c, const struct sl_value *v);

static const char *copy_file(struct copier *c, const char *file)
{
	if (file && file != c->from) {
		c->from = file;
		c->to = copy_text(c, sl_str(file)).p;
	}
	return file ? c->to : NULL;
}

static void copy_list(struct copier *c, struct sl_value *to, const struct sl_value *from)
{
	size_t n = from->list.n;

	to->list.items = n ? sl_arena_array(c->a, n, sizeof(to->list.items[0])) : NULL;
	to->list.n = to->list.cap = n;
	for (size_t i = 0; i < n; i++)
		to->list.items[i] = copy(c, from->list.items[i]);
}

static void copy_map(struct copier *c, struct sl_value *to, const struct sl_value *from)
{
	size_t n = from->map.n;
	struct sl_member *members = n ? sl_arena_array(c->a, n, sizeof(*members)) : NULL;

	for (size_t i = 0; i < n; i++) {
		const struct sl_member *m = &from->map.members[i];

		members[i].key = copy_text(c, m->key);
		members[i].value = copy(c, m->value);
		members[i].line = m->line;
	}
	(void)sl_map_adopt(c->a, to, members, n);
}

static struct sl_value *copy(struct copier *c, const struct sl_value *v)
{
	struct sl_value *to = sl_arena_new(c->a, struct sl_value);

	*to = *v;
	to->file = copy_file(c, v->file);
	if (v->kind == SL_V_STRING || v->kind == SL_V_NUMBER)
		to->s = copy_text(c, v->s);
	else if (v->kind == SL_V_LIST)
		copy_list(c, to, v);
	else if (v->kind == SL_V_MAP)
		copy_map(c, to, v);
	else if (v->written.n)
		to->written = copy_text(c, v->written);
	return to;
}

struct sl_value *sl_value_copy(struct sl_arena *a, const struct sl_value *v)
{
	struct copier c = { .a = a };

	return v ? copy(&c, v) : NULL;
}

/* What a copy takes. */
struct measure {
	size_t text, nodes; /* bytes: of strings, and of what is aligned */
	const char *file;   /* that was copied last */
};

static void add_node(struct measure *m, size_t bytes)
{
	m->nodes += (bytes + SL_ARENA_ALIGN - 1) & ~(size_t)(SL_ARENA_ALIGN - 1);
}

static void measure(struct measure *m, const struct sl_value *v)
{
	add_node(m, sizeof(*v));
	if (v->file && v->file != m->file)
		m->text += strlen(v->file) + 1;
	if (v->file)
		m->file = v->file;
	if (v->kind == SL_V_STRING || v->kind == SL_V_NUMBER) {
		m->text += v->s.n + 1;
	} else if (v->kind == SL_V_LIST) {
		add_node(m, v->list.n * sizeof(v->list.items[0]));
		for (size_t i = 0; i < v->list.n; i++)
			measure(m, v->list.items[i]);
	} else if (v->kind == SL_V_MAP) {
		add_node(m, v->map.n * sizeof(v->map.members[0]));
		add_node(m, sl_map_index_bytes(v->map.n));
		for (size_t i = 0; i < v->map.n; i++) {
			m->text += v->map.members[i].key.n + 1;
			measure(m, v->map.members[i].value);
		}
	} else if (v->written.n) {
		m->text += v->written.n + 1;
	}
}

struct sl_value *sl_value_pack(struct sl_arena *a, const struct sl_value *v)
{
	struct measure m = { 0 };
	struct copier c = { .a = a };

	measure(&m, v);
	add_node(&m, m.text);
	sl_arena_reserve(a, m.nodes);
	/* All strings in a row: between the nodes each would cost its alignment. */
	c.text = sl_arena_alloc(a, m.text);
	return copy(&c, v);
}

static bool is_number(const struct sl_value *v)
{
	return v->kind == SL_V_INT || v->kind == SL_V_FLOAT || v->kind == SL_V_NUMBER;
}

static struct sl_str number_text(const struct sl_value *v, char buf[SL_NUMBER_TEXT_MAX])
{
	if (v->kind == SL_V_NUMBER)
		return v->s;
	if (v->kind == SL_V_FLOAT)
		return sl_float_text(v->f, SL_FLOAT_JSON, buf);
	return (struct sl_str){ buf, (size_t)snprintf(buf, SL_NUMBER_TEXT_MAX, "%lld",
						      (long long)v->i) };
}

static bool number_equal(const struct sl_value *x, const struct sl_value *y)
{
	char xbuf[SL_NUMBER_TEXT_MAX], ybuf[SL_NUMBER_TEXT_MAX];

	if (x->kind == SL_V_INT && y->kind == SL_V_INT)
		return x->i == y->i;
	if (x->kind == SL_V_FLOAT && y->kind == SL_V_FLOAT)
		return x->f == y->f;
	return sl_number_equal(number_text(x, xbuf), number_text(y, ybuf));
}

static bool list_equal(const struct sl_value *x, const struct sl_value *y)
{
	if (x->list.n != y->list.n)
		return false;
	for (size_t i = 0; i < x->list.n; i++)
		if (!sl_value_equal(x->list.items[i], y->list.items[i]))
			return false;
	return true;
}

static bool map_equal(const struct sl_value *x, const struct sl_value *y)
{
	if (x->map.n != y->map.n)
		return false;
	for (size_t i = 0; i < x->map.n; i++) {
		const struct sl_member *m = &x->map.members[i], *other = NULL;

		/* Mostly both sides have the same order, which saves the look-up. */
		if (sl_str_eq(y->map.members[i].key, m->key))
			other = &y->map.members[i];
		else
			other = sl_map_member(y, m->key);
		if (!other || !sl_value_equal(m->value, other->value))
			return false;
	}
	return true;
}

bool sl_value_equal(const struct sl_value *x, const struct sl_value *y)
{
	if (!x || !y || x == y)
		return x == y;
	if (is_number(x) && is_number(y))
		return number_equal(x, y);
	if (x->kind != y->kind)
		return false;
	switch (x->kind) {
	case SL_V_NULL:
		return true;
	case SL_V_BOOL:
		return x->b == y->b;
	case SL_V_INT:
	case SL_V_FLOAT:
	case SL_V_NUMBER:
		return number_equal(x, y);
	case SL_V_STRING:
		return sl_str_eq(x->s, y->s);
	case SL_V_LIST:
		return list_equal(x, y);
	case SL_V_MAP:
		return map_equal(x, y);
	}
	return false;
}

void sl_value_err_at(const struct sl_value *v, const char *field, struct sl_err *err)
{
	sl_err_at(err, v ? v->file : NULL, v ? v->line : 0, field);
}

int sl_value_err_set(struct sl_err *err, const struct sl_value *v, const char *field,
		     enum sl_err_code code, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	sl_err_vset(err, code, fmt, ap);
	va_end(ap);
	sl_value_err_at(v, field, err);
	return code;
}
