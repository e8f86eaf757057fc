#include "libcommon/codec/json.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "libcommon/codec/json_text.h"
#include "libcommon/codec/number.h"

#define STACK_BEGIN 64 /* enough for most objects: growing costs more than room */

/*
 * Members (and items) of all containers that are still open lie on one stack, so that a container,
 * once closed, gets an array of exactly its size in the arena.
 */
struct pending {
	struct sl_member m;
	const char *at; /* where the key or item begins, for messages */
};

struct parser {
	struct sl_arena *a;
	const char *start, *p, *end;
	uint32_t line;
	size_t depth, depth_max;
	const char *file;
	bool allow_duplicates, as_go, verbatim;
	const char *const *skip; /* the rest of that path, NULL: this leads elsewhere */
	struct pending *stack;
	size_t n, cap;
	struct sl_err *err;
};

static int fail_at(struct parser *j, const char *at, enum sl_err_code code, const char *what)
{
	uint32_t line = 1, column = 1;

	for (const char *p = j->start; p < at; p++) {
		column++;
		if (*p == '\n') {
			line++;
			column = 1;
		}
	}
	sl_err_set(j->err, code, "line %u column %u: %s", line, column, what);
	sl_err_at(j->err, j->file, line, NULL);
	if (j->err)
		j->err->origin.column = column;
	return code;
}

static int fail(struct parser *j, const char *what)
{
	if (j->p == j->end)
		return fail_at(j, j->p, SL_ERR_INVALID, "unexpected end of JSON");
	return fail_at(j, j->p, SL_ERR_INVALID, what);
}

static void skip_space(struct parser *j)
{
	for (; j->p < j->end; j->p++) {
		if (*j->p == '\n')
			j->line++;
		else if (*j->p != ' ' && *j->p != '\t' && *j->p != '\r')
			return;
	}
}

static struct sl_value *new_value(struct parser *j, enum sl_value_kind kind)
{
	struct sl_value *v = sl_arena_new(j->a, struct sl_value);

	v->kind = kind;
	v->line = j->line;
	v->file = j->file;
	return v;
}

/* Is this a byte that ends a run? *ascii is cleared when it is of other UTF-8. */
static bool ends_run(char byte, bool *ascii)
{
	unsigned char c = (unsigned char)byte;

	if (c >= 0x80)
		*ascii = false;
	return c == '"' || c == '\\' || c < 0x20;
}

/* The end of the run that needs no decoding; *ascii is cleared when it holds other UTF-8. */
static const char *plain_end(const char *p, const char *end, bool *ascii)
{
	while (end - p >= 8) {
		size_t n = sl_json_plain_bytes(p);

		p += n;
		if (n == 8)
			continue;
		if (ends_run(*p, ascii))
			return p;
		p++;
	}
	while (p < end && !ends_run(*p, ascii))
		p++;
	return p;
}

static int hex4(const char *p, const char *end, uint32_t *ret_unit)
{
	uint64_t v;

	if (end - p < 4 || !sl_hex_to_u64((struct sl_str){ p, 4 }, 0xffff, &v))
		return SL_ERR_INVALID;
	*ret_unit = (uint32_t)v;
	return 0;
}

static char *put_utf8(char *out, uint32_t c)
{
	if (c < 0x80) {
		*out++ = (char)c;
		return out;
	}
	if (c < 0x800) {
		*out++ = (char)(0xc0 | c >> 6);
	} else {
		if (c < 0x10000) {
			*out++ = (char)(0xe0 | c >> 12);
		} else {
			*out++ = (char)(0xf0 | c >> 18);
			*out++ = (char)(0x80 | (c >> 12 & 0x3f));
		}
		*out++ = (char)(0x80 | (c >> 6 & 0x3f));
	}
	*out++ = (char)(0x80 | (c & 0x3f));
	return out;
}

/* After "\u": one code point, from two units when the first is a high surrogate. */
static int unicode_escape(struct parser *j, uint32_t *ret_c)
{
	const char *at = j->p - 2;
	uint32_t unit, low;

	if (hex4(j->p, j->end, &unit) < 0)
		return fail_at(j, at, SL_ERR_INVALID, "\\u needs four hexadecimal digits");
	j->p += 4;
	*ret_c = unit;
	if (unit < 0xd800 || unit > 0xdfff)
		return 0;
	if (unit > 0xdbff || j->end - j->p < 6 || j->p[0] != '\\' || j->p[1] != 'u' ||
	    hex4(j->p + 2, j->end, &low) < 0 || low < 0xdc00 || low > 0xdfff) {
		*ret_c = 0xfffd;
		return j->as_go ? 0 : fail_at(j, at, SL_ERR_INVALID, "lone surrogate in string");
	}
	j->p += 6;
	*ret_c = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
	return 0;
}

static int escape(struct parser *j, char **out)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	const char *hit;
	uint32_t c = 0;
	int r;

	j->p++;
	if (j->p == j->end)
		return fail(j, "");
	hit = *j->p ? strchr(from, *j->p) : NULL;
	if (!hit && *j->p != 'u')
		return fail(j, "unknown escape in string");
	j->p++;
	if (hit) {
		*(*out)++ = to[hit - from];
		return 0;
	}
	r = unicode_escape(j, &c);
	if (r == 0)
		*out = put_utf8(*out, c);
	return r;
}

/* The closing quote of the string whose content begins at `p`, or NULL. */
static const char *find_close(const char *p, const char *end)
{
	bool ascii;

	while ((p = plain_end(p, end, &ascii)) < end && *p != '"')
		p += *p == '\\' && end - p > 1 ? 2 : 1;
	return p < end ? p : NULL;
}

/* Decoding never makes text longer, so one buffer of the raw length holds it. */
static int string_with_escapes(struct parser *j, const char *from, struct sl_str *ret_s)
{
	const char *close = find_close(j->p, j->end), *run;
	char *buf, *out;
	bool ascii;
	int r = 0;

	if (!close) {
		j->p = j->end;
		return fail(j, "");
	}
	out = buf = sl_arena_alloc(j->a, (size_t)(close - from) + 1);
	j->p = from;
	while (r == 0 && j->p < close) {
		run = j->p;
		j->p = plain_end(run, close, &ascii);
		memcpy(out, run, (size_t)(j->p - run));
		out += j->p - run;
		if (j->p < close && *j->p == '\\')
			r = escape(j, &out);
		else if (j->p < close)
			r = fail(j, "control character in string");
	}
	if (r < 0)
		return r;
	*ret_s = (struct sl_str){ buf, (size_t)(out - buf) };
	return 0;
}

/* Each byte that begins no character becomes one that says so: three bytes. */
static struct sl_str repaired(struct sl_arena *a, struct sl_str s)
{
	char *buf = sl_arena_alloc(a, s.n * 3 + 1), *out = buf;
	uint32_t c;

	while (s.n) {
		size_t len = sl_utf8_decode(s, &c);

		out = put_utf8(out, len ? c : 0xfffd);
		s = sl_str_sub(s, len ? len : 1, s.n);
	}
	return (struct sl_str){ buf, (size_t)(out - buf) };
}

/* At the opening quote. */
static int parse_string(struct parser *j, struct sl_str *ret_s)
{
	const char *from = ++j->p;
	struct sl_str s = SL_STR_NULL;
	bool ascii = true;

	j->p = plain_end(from, j->end, &ascii);
	if (j->p == j->end)
		return fail(j, "");
	if (*j->p == '"') {
		s = (struct sl_str){ from, (size_t)(j->p - from) };
		if (ascii || j->as_go || sl_str_is_utf8(s)) {
			*ret_s = ascii || !j->as_go ? sl_arena_str(j->a, s) : repaired(j->a, s);
			j->p++;
			return 0;
		}
	} else if (*j->p == '\\') {
		int r = string_with_escapes(j, from, &s);

		if (r < 0)
			return r;
		if (j->as_go)
			s = repaired(j->a, s);
		if (j->as_go || sl_str_is_utf8(s)) {
			*ret_s = s;
			j->p++;
			return 0;
		}
	} else {
		return fail(j, "control character in string");
	}
	return fail_at(j, from, SL_ERR_INVALID, "string is not valid UTF-8");
}

/*
 * A double of at most 15 digits prints as the same digits, so only longer literals (and the ends of
 * the range) have to be compared with what the double would print.
 */
static bool double_is_exact(struct sl_str literal, double f)
{
	char buf[SL_NUMBER_TEXT_MAX];

	if (literal.n <= 16 && fabs(f) > 1e-300 && fabs(f) < 1e300)
		return true;
	return sl_number_equal(literal, sl_float_text(f, SL_FLOAT_JSON, buf));
}

static int parse_number(struct parser *j, struct sl_value **ret_value)
{
	const char *from = j->p;
	struct sl_value *v;
	struct sl_str s;
	bool integer;

	while (j->p < j->end && *j->p && strchr("+-.0123456789eE", *j->p))
		j->p++;
	s = (struct sl_str){ from, (size_t)(j->p - from) };
	if (!sl_number_is_literal(s, &integer)) {
		if (j->p == j->end && !isdigit((unsigned char)j->p[-1]))
			return fail(j, "");
		return fail_at(j, from, SL_ERR_INVALID, "malformed number");
	}
	v = new_value(j, SL_V_INT);
	*ret_value = v;
	if (!j->verbatim && integer && sl_str_to_i64(s, INT64_MIN, INT64_MAX, &v->i) &&
	    !(j->as_go && sl_str_eqz(s, "-0")))
		return 0;
	v->kind = SL_V_FLOAT;
	if (!j->verbatim && sl_str_to_double(s, &v->f) && double_is_exact(s, v->f))
		return 0;
	v->kind = SL_V_NUMBER;
	v->s = sl_arena_str(j->a, s);
	return 0;
}

static int parse_word(struct parser *j, struct sl_value **ret_value)
{
	static const struct {
		struct sl_str text;
		enum sl_value_kind kind;
		bool b;
	} words[] = {
		{ SL_STR("true"), SL_V_BOOL, true },
		{ SL_STR("false"), SL_V_BOOL, false },
		{ SL_STR("null"), SL_V_NULL, false },
	};
	struct sl_str rest = { j->p, (size_t)(j->end - j->p) };

	for (size_t i = 0; i < SL_ARRAY_LEN(words); i++) {
		if (!sl_str_starts(rest, words[i].text))
			continue;
		j->p += words[i].text.n;
		*ret_value = new_value(j, words[i].kind);
		if (words[i].b)
			(*ret_value)->b = true;
		return 0;
	}
	return fail(j, "unexpected character, a value was expected");
}

static int parse_value(struct parser *j, struct sl_value **ret_value);

static struct pending *push(struct parser *j)
{
	if (!j->cap)
		j->stack = sl_xcalloc(j->cap = STACK_BEGIN, sizeof(*j->stack));
	j->stack = sl_grow(j->stack, j->n, &j->cap, sizeof(*j->stack));
	j->stack[j->n] = (struct pending){ .m.line = j->line, .at = j->p };
	return &j->stack[j->n++];
}

static void close_list(struct parser *j, struct sl_value *list, size_t base)
{
	size_t n = j->n - base;

	list->list.n = list->list.cap = n;
	if (n)
		list->list.items = sl_arena_array(j->a, n, sizeof(list->list.items[0]));
	for (size_t i = 0; i < n; i++)
		list->list.items[i] = j->stack[base + i].m.value;
	j->n = base;
}

static int close_map(struct parser *j, struct sl_value *map, size_t base)
{
	size_t n = j->n - base;
	struct sl_member *members = n ? sl_arena_array(j->a, n, sizeof(*members)) : NULL;
	const struct sl_member *again;

	for (size_t i = 0; i < n; i++)
		members[i] = j->stack[base + i].m;
	again = sl_map_adopt(j->a, map, members, n);
	if (again && !j->allow_duplicates)
		return fail_at(j, j->stack[base + (size_t)(again - members)].at, SL_ERR_INVALID,
			       "duplicate key in object");
	if (again) {
		map->map.members = NULL;
		map->map.n = map->map.cap = 0;
		map->map.index = NULL;
		for (size_t i = 0; i < n; i++)
			sl_map_set(j->a, map, members[i].key, members[i].value);
	}
	j->n = base;
	return 0;
}

/* Past a member or item: ',' goes on, `close` ends; both are consumed. */
static int separator(struct parser *j, char close, bool *ret_more)
{
	skip_space(j);
	if (j->p == j->end || (*j->p != ',' && *j->p != close))
		return fail(j, close == '}' ? "expected ',' or '}' after object member"
					    : "expected ',' or ']' after array element");
	*ret_more = *j->p++ == ',';
	skip_space(j);
	return 0;
}

static int parse_items(struct parser *j, struct sl_value *list)
{
	size_t base = j->n;
	bool more = true;
	int r = 0;

	if (j->p < j->end && *j->p == ']') {
		j->p++;
		return 0;
	}
	while (r == 0 && more) {
		struct sl_value *item = NULL;
		size_t at = j->n;

		push(j);
		r = parse_value(j, &item);
		if (r < 0)
			return r;
		j->stack[at].m.value = item;
		r = separator(j, ']', &more);
	}
	if (r == 0)
		close_list(j, list, base);
	return r;
}

/* At an object or array: to behind its end. */
static int skip_container(struct parser *j)
{
	size_t open = 0;

	for (;; j->p++) {
		if (j->p < j->end && *j->p == '"')
			j->p = find_close(j->p + 1, j->end);
		if (!j->p || j->p == j->end) {
			j->p = j->end;
			return fail(j, "");
		}
		if (*j->p == '{' || *j->p == '[')
			open++;
		else if (*j->p == '\n')
			j->line++;
		else if ((*j->p == '}' || *j->p == ']') && --open == 0)
			break;
	}
	j->p++;
	return 0;
}

/* The value of the member `key`; *ret_keep: it was not the one to leave out. */
static int parse_member_value(struct parser *j, struct sl_str key, struct sl_value **ret_value,
			      bool *ret_keep)
{
	const char *const *path = j->skip;
	bool on_path = path && sl_str_eqz(key, path[0]);
	int r;

	*ret_keep = !on_path || path[1];
	if (!*ret_keep && j->p < j->end && (*j->p == '{' || *j->p == '['))
		return skip_container(j);
	j->skip = on_path && path[1] ? path + 1 : NULL;
	r = parse_value(j, ret_value);
	j->skip = path;
	return r;
}

static int parse_member(struct parser *j)
{
	struct sl_value *value = NULL;
	struct sl_str key = SL_STR_NULL;
	size_t at = j->n;
	bool keep;
	int r;

	if (j->p == j->end || *j->p != '"')
		return fail(j, "expected a quoted object key");
	push(j);
	r = parse_string(j, &key);
	if (r < 0)
		return r;
	skip_space(j);
	if (j->p == j->end || *j->p != ':')
		return fail(j, "expected ':' after object key");
	j->p++;
	skip_space(j);
	r = parse_member_value(j, key, &value, &keep);
	if (r < 0)
		return r;
	j->stack[at].m.key = key;
	j->stack[at].m.value = value;
	if (!keep)
		j->n = at;
	return 0;
}

static int parse_members(struct parser *j, struct sl_value *map)
{
	size_t base = j->n;
	bool more = true;
	int r = 0;

	if (j->p < j->end && *j->p == '}') {
		j->p++;
		return 0;
	}
	while (r == 0 && more) {
		r = parse_member(j);
		if (r == 0)
			r = separator(j, '}', &more);
	}
	return r < 0 ? r : close_map(j, map, base);
}

static int parse_container(struct parser *j, struct sl_value **ret_value)
{
	bool is_map = *j->p == '{';
	int r;

	if (j->depth == j->depth_max)
		return fail_at(j, j->p, SL_ERR_TOO_LARGE, "JSON is nested too deeply");
	*ret_value = new_value(j, is_map ? SL_V_MAP : SL_V_LIST);
	j->depth++;
	j->p++;
	skip_space(j);
	r = is_map ? parse_members(j, *ret_value) : parse_items(j, *ret_value);
	j->depth--;
	return r;
}

/* At the first byte of a value; leaves `p` behind its last. */
static int parse_value(struct parser *j, struct sl_value **ret_value)
{
	if (sl_arena_full(j->a))
		return fail_at(j, j->p, SL_ERR_TOO_LARGE, "JSON needs more memory than allowed");
	if (j->p == j->end)
		return fail(j, "");
	switch (*j->p) {
	case '{':
	case '[':
		return parse_container(j, ret_value);
	case '"':
		*ret_value = new_value(j, SL_V_STRING);
		return parse_string(j, &(*ret_value)->s);
	case '-':
	case '0' ... '9':
		return parse_number(j, ret_value);
	default:
		return parse_word(j, ret_value);
	}
}

int sl_json_parse(struct sl_arena *a, struct sl_str text, const struct sl_json_limits *limits,
		  struct sl_value **ret_value, struct sl_err *err)
{
	static const struct sl_json_limits none;
	const struct sl_json_limits *l = limits ? limits : &none;
	size_t bytes = l->bytes ? l->bytes : SL_JSON_BYTES_MAX;
	struct parser j = {
		.a = a,
		.start = text.p,
		.p = text.p,
		.end = text.n ? text.p + text.n : text.p,
		.line = 1,
		.depth_max = l->depth ? l->depth : SL_JSON_DEPTH_MAX,
		.file = l->file,
		.allow_duplicates = l->allow_duplicates || l->as_go,
		.as_go = l->as_go,
		.skip = l->skip,
		.verbatim = l->verbatim_numbers,
		.err = err,
	};
	struct sl_value *v;
	int r;

	if (!text.n)
		return sl_err_set(err, SL_ERR_INVALID, "unexpected end of JSON");
	if (text.n > bytes)
		return sl_err_set(err, SL_ERR_TOO_LARGE, "JSON is larger than %zu bytes", bytes);
	skip_space(&j);
	r = parse_value(&j, &v);
	if (r == 0) {
		skip_space(&j);
		if (j.p < j.end)
			r = fail(&j, "unexpected text after the JSON value");
	}
	free(j.stack);
	if (r < 0)
		return r;
	*ret_value = v;
	return 0;
}
