#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "libcommon/codec/number.h"
#include "libcommon/codec/toml.h"
#include "libcommon/lang/sprig/types.h"
#include "libcommon/render/helm/funcs_codec.h"

#define DEPTH_MAX 256
#define KEYS_MAX DEPTH_MAX

/* What BurntSushi's encoder counts a value as; NOTHING is left out. */
enum type { NOTHING, SCALAR, ARRAY, TABLE, TABLES };

struct writer {
	struct sl_arena *a;
	struct sl_strbuf *out;
	struct sl_err *err;
	struct sl_str keys[KEYS_MAX]; /* of the table being written */
	size_t n, depth;
};

static int classify(struct writer *w, struct sl_goval v, unsigned depth, enum type *ret);

/* Types that come as a text of their own. */
static bool is_text(struct sl_goval v)
{
	return v.type && (v.type == &sl_sprig_time || v.type == &sl_sprig_version);
}

static struct sl_goval pointed_at(struct sl_goval v)
{
	if (sl_goval_kind(v) == SL_GO_POINTER && !is_text(v) && v.ptr)
		return (struct sl_goval){ .type = v.type->elem, .ptr = v.ptr };
	return v;
}

static int classify_list(struct writer *w, struct sl_goval v, unsigned depth, enum type *ret)
{
	size_t n = sl_goval_len(v);

	*ret = n ? TABLES : ARRAY;
	for (size_t i = 0; i < n; i++) {
		enum type item;
		int r = classify(w, pointed_at(sl_goval_item(v, i)), depth + 1, &item);

		if (r < 0)
			return r;
		if (item == NOTHING)
			return sl_err_set(w->err, SL_ERR_INVALID,
					  "toml: cannot encode array with nil element");
		if (item != TABLE)
			*ret = ARRAY;
	}
	return 0;
}

static int classify(struct writer *w, struct sl_goval v, unsigned depth, enum type *ret)
{
	enum sl_go_kind kind = sl_goval_kind(v);

	if (depth > DEPTH_MAX)
		return sl_err_set(w->err, SL_ERR_TOO_LARGE, "toml: nested too deeply");
	*ret = SCALAR;
	if (sl_goval_is_nil(v))
		*ret = NOTHING;
	else if (is_text(v))
		return 0;
	else if (kind == SL_GO_SLICE)
		return classify_list(w, v, depth, ret);
	else if (kind == SL_GO_MAP || kind == SL_GO_STRUCT)
		*ret = TABLE;
	else if (kind == SL_GO_FUNC)
		return sl_err_set(w->err, SL_ERR_INVALID, "unsupported type: func");
	return 0;
}

static void put_path(struct writer *w)
{
	for (size_t i = 0; i < w->n; i++) {
		sl_strbuf_addz(w->out, i ? "." : "");
		sl_toml_add_key(w->out, w->keys[i]);
	}
}

/* Not before the first line. */
static void put_newline(struct writer *w)
{
	if (w->out->n)
		sl_strbuf_addc(w->out, '\n');
}

static void put_indent(struct writer *w)
{
	sl_strbuf_addn(w->out, ' ', w->n ? 2 * (w->n - 1) : 0);
}

static void put_float(struct writer *w, struct sl_goval v)
{
	char buf[SL_NUMBER_TEXT_MAX];
	struct sl_str s =
		sl_float_text(v.f, v.type->kind == SL_GO_FLOAT32 ? SL_FLOAT_G32 : SL_FLOAT_G, buf);

	if (!isfinite(v.f)) {
		sl_strbuf_addz(w->out, signbit(v.f) ? "-" : "");
		sl_strbuf_addz(w->out, isnan(v.f) ? "nan" : "inf");
		return;
	}
	sl_strbuf_adds(w->out, s);
	if (sl_str_chr(s, '.') < 0 && sl_str_chr(s, 'e') < 0)
		sl_strbuf_addz(w->out, ".0");
}

/* Members of a map or a struct: those to be written, nil ones with them. */
struct members {
	struct sl_str *keys;
	struct sl_goval *values;
	enum type *types;
	size_t n;
};

static int collect(struct writer *w, struct sl_goval v, struct members *ret)
{
	struct members m = { .n = 0 };
	bool is_map = sl_goval_kind(v) == SL_GO_MAP;
	const struct sl_go_field *f = is_map ? NULL : v.type->fields;

	while (f && f[m.n].name)
		m.n++;
	m.n = is_map ? sl_go_map_len(v.map) : m.n;
	m.keys = is_map && m.n ? sl_go_map_keys(w->a, v.map)
			       : sl_arena_array(w->a, m.n, sizeof(*m.keys));
	m.values = sl_arena_array(w->a, m.n, sizeof(*m.values));
	m.types = sl_arena_array(w->a, m.n, sizeof(*m.types));
	for (size_t i = 0; i < m.n; i++) {
		int r;

		if (!is_map)
			m.keys[i] = sl_str(f[i].name);
		m.values[i] = pointed_at(is_map ? *sl_go_map_get(v.map, m.keys[i])
						: f[i].get(w->a, v.ptr));
		r = classify(w, m.values[i], 0, &m.types[i]);
		if (r < 0)
			return r;
	}
	*ret = m;
	return 0;
}

static int put_element(struct writer *w, struct sl_goval v);

static bool is_sub(enum type t)
{
	return t == TABLE || t == TABLES;
}

/* "{a = 1, b = {}}": what is nil leaves its comma behind, as in the original. */
static int put_inline(struct writer *w, struct sl_goval v)
{
	size_t left[2] = { 0, 0 };
	struct members m;
	int r = collect(w, v, &m);

	if (r < 0)
		return r;
	for (size_t i = 0; i < m.n; i++)
		left[is_sub(m.types[i])]++;
	sl_strbuf_addc(w->out, '{');
	for (int sub = 0; sub < 2; sub++) {
		for (size_t i = 0; i < m.n; i++) {
			if (is_sub(m.types[i]) != sub)
				continue;
			left[sub]--;
			if (m.types[i] == NOTHING)
				continue;
			sl_toml_add_key(w->out, m.keys[i]);
			sl_strbuf_addz(w->out, " = ");
			r = put_element(w, m.values[i]);
			if (r < 0)
				return r;
			if (left[sub] || (!sub && left[1]))
				sl_strbuf_addz(w->out, ", ");
		}
	}
	sl_strbuf_addc(w->out, '}');
	return 0;
}

static int put_array(struct writer *w, struct sl_goval v)
{
	size_t n = sl_goval_len(v);

	sl_strbuf_addc(w->out, '[');
	for (size_t i = 0; i < n; i++) {
		int r = put_element(w, pointed_at(sl_goval_item(v, i)));

		if (r < 0)
			return r;
		if (i + 1 < n)
			sl_strbuf_addz(w->out, ", ");
	}
	sl_strbuf_addc(w->out, ']');
	return 0;
}

static int put_text(struct writer *w, struct sl_goval v)
{
	SL_AUTO(sl_strbuf) text = SL_STRBUF_INIT(4096);

	if (v.type == &sl_sprig_time) {
		sl_gotime_format(*(const struct sl_gotime *)v.ptr, SL_GOTIME_RFC3339_NANO, w->out);
		return 0;
	}
	v.type->string(&v, &text);
	sl_toml_add_quoted(w->out, sl_strbuf_str(&text));
	return 0;
}

/* What stands behind "=" or in an array. */
static int put_element(struct writer *w, struct sl_goval v)
{
	enum sl_go_kind kind = sl_goval_kind(v);
	int r = 0;

	if (w->depth == DEPTH_MAX || sl_arena_full(w->a))
		return sl_err_set(w->err, SL_ERR_TOO_LARGE, "toml: nested too deeply");
	if (is_text(v) || v.type == &sl_sprig_duration)
		return put_text(w, v);
	w->depth++;
	if (kind == SL_GO_STRING)
		sl_toml_add_quoted(w->out, v.s);
	else if (kind == SL_GO_BOOL)
		sl_strbuf_addz(w->out, v.b ? "true" : "false");
	else if (sl_go_kind_is_int(kind))
		sl_strbuf_addf(w->out, "%lld", (long long)v.i);
	else if (sl_go_kind_is_uint(kind))
		sl_strbuf_addf(w->out, "%llu", (unsigned long long)v.u);
	else if (sl_go_kind_is_float(kind))
		put_float(w, v);
	else if (kind == SL_GO_SLICE)
		r = put_array(w, v);
	else if (kind == SL_GO_MAP || kind == SL_GO_STRUCT)
		r = put_inline(w, v);
	else
		r = sl_err_set(w->err, SL_ERR_INVALID, "unexpected type: %s",
			       sl_goval_type_name(v));
	w->depth--;
	return r;
}

static int put_members(struct writer *w, struct sl_goval v);

static int put_table(struct writer *w, struct sl_goval v)
{
	/* An empty line between tables at the top, but not at the very top. */
	if (w->n == 1)
		put_newline(w);
	if (w->n) {
		put_indent(w);
		sl_strbuf_addc(w->out, '[');
		put_path(w);
		sl_strbuf_addc(w->out, ']');
		put_newline(w);
	}
	return put_members(w, v);
}

static int put_tables(struct writer *w, struct sl_goval v)
{
	int r = 0;

	if (!w->n)
		return sl_err_set(w->err, SL_ERR_INVALID,
				  "toml: top-level values must be Go maps or structs");
	for (size_t i = 0; i < sl_goval_len(v) && r == 0; i++) {
		put_newline(w);
		put_indent(w);
		sl_strbuf_addz(w->out, "[[");
		put_path(w);
		sl_strbuf_addz(w->out, "]]");
		put_newline(w);
		r = put_members(w, pointed_at(sl_goval_item(v, i)));
	}
	return r;
}

static int put_value(struct writer *w, struct sl_goval v, enum type type)
{
	int r;

	if (type == NOTHING)
		return 0;
	if (type == TABLE)
		return put_table(w, v);
	if (type == TABLES)
		return put_tables(w, v);
	if (w->n) {
		put_indent(w);
		sl_toml_add_key(w->out, w->keys[w->n - 1]);
		sl_strbuf_addz(w->out, " = ");
	}
	r = put_element(w, v);
	if (r == 0 && w->n)
		put_newline(w);
	return r;
}

/* Values first: what comes behind the header of a table belongs to that. */
static int put_members(struct writer *w, struct sl_goval v)
{
	struct members m;
	int r;

	if (w->n == KEYS_MAX || sl_arena_full(w->a))
		return sl_err_set(w->err, SL_ERR_TOO_LARGE, "toml: nested too deeply");
	r = collect(w, v, &m);
	w->n++;
	for (int sub = 0; sub < 2 && r == 0; sub++) {
		for (size_t i = 0; i < m.n && r == 0; i++) {
			if (is_sub(m.types[i]) != sub)
				continue;
			w->keys[w->n - 1] = m.keys[i];
			r = put_value(w, m.values[i], m.types[i]);
		}
	}
	w->n--;
	return r;
}

int sl_helm_to_toml(struct sl_arena *a, struct sl_goval v, struct sl_strbuf *out,
		    struct sl_err *err)
{
	SL_AUTO_FREE struct writer *w = sl_xcalloc(1, sizeof(*w));
	enum type type;
	int r;

	w->a = a;
	w->out = out;
	w->err = err;
	v = pointed_at(v);
	r = classify(w, v, 0, &type);
	if (r == 0)
		r = put_value(w, v, type);
	return r < 0 ? r : sl_strbuf_check(out, "a document", err);
}
