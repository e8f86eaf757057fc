/* Values from decoded documents and back. */
#include "libcommon/lang/template/goval.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "libcommon/codec/base64.h"
#include "libcommon/codec/number.h"
#include "libcommon/codec/unicode.h"

#define BASE64_MAX ((size_t)1 << 30)

/* The entries come in the order of their keys, which every range over the map then finds sorted. */
static struct sl_goval map_from(struct sl_arena *a, const struct sl_value *v,
				enum sl_go_numbers numbers)
{
	struct sl_go_map *m = sl_go_map_new_for(a, v->map.n);
	const struct sl_member **order = sl_map_order(v);

	for (size_t i = 0; i < v->map.n; i++) {
		const struct sl_member *member = order ? order[i] : &v->map.members[i];

		sl_go_map_set_borrow(a, m, member->key,
				     sl_goval_from_value(a, member->value, numbers));
	}
	free(order);
	return sl_goval_map(m);
}

static struct sl_goval list_from(struct sl_arena *a, const struct sl_value *v,
				 enum sl_go_numbers numbers)
{
	struct sl_go_list *l = sl_go_list_new(a, v->list.n);

	for (size_t i = 0; i < v->list.n; i++)
		l->items[l->n++] = sl_goval_from_value(a, v->list.items[i], numbers);
	return sl_goval_list(l);
}

/* A literal that no int64 and no float64 holds exactly is a float64 all the same. */
static struct sl_goval number_from(struct sl_str literal)
{
	double f;

	if (!sl_str_to_double(literal, &f))
		f = literal.n && literal.p[0] == '-' ? -INFINITY : INFINITY;
	return sl_goval_float(f);
}

struct sl_goval sl_goval_from_value(struct sl_arena *a, const struct sl_value *v,
				    enum sl_go_numbers numbers)
{
	if (!v)
		return SL_GO_NIL;
	switch (v->kind) {
	case SL_V_NULL:
		return SL_GO_NIL;
	case SL_V_BOOL:
		return sl_goval_bool(v->b);
	case SL_V_INT:
		return numbers == SL_GO_NUMBERS_INT ? sl_goval_int64(v->i)
						    : sl_goval_float((double)v->i);
	case SL_V_FLOAT:
		return sl_goval_float(v->f);
	case SL_V_NUMBER:
		return number_from(v->s);
	case SL_V_STRING:
		return sl_goval_str(v->s);
	case SL_V_LIST:
		return list_from(a, v, numbers);
	case SL_V_MAP:
		return map_from(a, v, numbers);
	}
	return SL_GO_NONE;
}

/* Where the tree lives, and whether texts are to stay as they are. */
struct conv {
	struct sl_arena *a;
	bool verbatim;
};

static int to_value(const struct conv *c, const struct sl_goval *v, unsigned depth,
		    struct sl_value **ret, struct sl_err *err);

/* The shortest decimal of a float32 is another number than that of the float64 that it fits in. */
static double widened(const struct sl_goval *v)
{
	char buf[SL_NUMBER_TEXT_MAX];
	double f = v->f;

	if (v->type->kind == SL_GO_FLOAT32)
		(void)sl_str_to_double(sl_float_text(v->f, SL_FLOAT_G32, buf), &f);
	return f;
}

static int float_to(const struct conv *c, const struct sl_goval *v, struct sl_value **ret,
		    struct sl_err *err)
{
	char buf[SL_NUMBER_TEXT_MAX];
	double f;

	if (!isfinite(v->f))
		return sl_err_set(err, SL_ERR_INVALID, "json: unsupported value: %s",
				  isnan(v->f) ? "NaN"
				  : v->f > 0  ? "+Inf"
					      : "-Inf");
	f = widened(v);
	if (f != trunc(f))
		*ret = sl_value_float(c->a, f);
	else if (fabs(f) <= 0x1p53 && !(f == 0 && signbit(f)))
		*ret = sl_value_int(c->a, (int64_t)f);
	else
		*ret = sl_value_number(c->a, sl_float_text(f, SL_FLOAT_JSON, buf));
	return 0;
}

/* Each byte that is no UTF-8 becomes U+FFFD. */
static struct sl_str repaired(struct sl_arena *a, struct sl_str s)
{
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(s.n * 3);
	char bytes[4];
	uint32_t rune;

	while (s.n) {
		size_t n = sl_rune_decode(s, &rune);

		sl_strbuf_add(&b, bytes, sl_rune_encode(rune, bytes));
		s = sl_str_sub(s, n, s.n);
	}
	return sl_arena_str(a, sl_strbuf_str(&b));
}

static struct sl_str text_to(const struct conv *c, struct sl_str s)
{
	return c->verbatim || sl_str_is_utf8(s) ? s : repaired(c->a, s);
}

static int slice_to(const struct conv *c, const struct sl_goval *v, unsigned depth,
		    struct sl_value **ret, struct sl_err *err)
{
	struct sl_value *list, *item;

	if (sl_goval_is_nil(*v)) {
		*ret = sl_value_null(c->a);
		return 0;
	}
	if (v->type == &sl_go_bytes) {
		SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(BASE64_MAX);

		sl_base64_encode(v->s, &b);
		*ret = sl_value_str(c->a, sl_strbuf_str(&b));
		return sl_strbuf_check(&b, "a text in base64", err);
	}
	list = sl_value_list(c->a);
	for (size_t i = 0; i < v->list->n; i++) {
		int r = to_value(c, &v->list->items[i], depth + 1, &item, err);

		if (r < 0)
			return r;
		sl_list_push(c->a, list, item);
	}
	*ret = list;
	return 0;
}

static int map_to(const struct conv *c, const struct sl_goval *v, unsigned depth,
		  struct sl_value **ret, struct sl_err *err)
{
	size_t n = sl_go_map_len(v->map);
	const struct sl_go_member *sorted;
	struct sl_member *members;
	struct sl_value *map, *item;

	if (!v->map) {
		*ret = sl_value_null(c->a);
		return 0;
	}
	map = sl_value_map(c->a);
	sorted = sl_go_map_sorted(c->a, v->map);
	members = sl_arena_array(c->a, n, sizeof(*members));
	for (size_t i = 0; i < n; i++) {
		int r = to_value(c, &sorted[i].value, depth + 1, &item, err);

		if (r < 0)
			return r;
		members[i] = (struct sl_member){ .key = text_to(c, sorted[i].key), .value = item };
	}
	/* Two keys may become one when bytes that are no UTF-8 are replaced: the last one wins. */
	if (sl_map_adopt(c->a, map, members, n)) {
		map = sl_value_map(c->a);
		for (size_t i = 0; i < n; i++)
			sl_map_set(c->a, map, members[i].key, members[i].value);
	}
	*ret = map;
	return 0;
}

/* What `omitempty` leaves out: unlike in templates, a struct is never empty. */
static bool is_empty(struct sl_goval v)
{
	return sl_goval_kind(v) != SL_GO_STRUCT && !sl_goval_truth(v);
}

static int struct_to(const struct conv *c, const struct sl_goval *v, unsigned depth,
		     struct sl_value **ret, struct sl_err *err)
{
	const struct sl_go_type *type = v->type->kind == SL_GO_POINTER ? v->type->elem : v->type;
	struct sl_value *map = sl_value_map(c->a), *item;

	for (const struct sl_go_field *f = type->fields; f && f->name; f++) {
		struct sl_goval got = f->get(c->a, v->ptr);
		const char *name = f->json ? f->json : f->name;

		if (strcmp(name, "-") == 0 || (f->omit_empty && is_empty(got)))
			continue;
		int r = to_value(c, &got, depth + 1, &item, err);

		if (r < 0)
			return r;
		sl_map_setz(c->a, map, name, item);
	}
	*ret = map;
	return 0;
}

static int pointer_to(const struct conv *c, const struct sl_goval *v, unsigned depth,
		      struct sl_value **ret, struct sl_err *err)
{
	struct sl_goval pointed = { .type = v->type->elem, .ptr = v->ptr };

	if (!v->ptr) {
		*ret = sl_value_null(c->a);
		return 0;
	}
	if (pointed.type->json)
		return pointed.type->json(c->a, &pointed, ret, err);
	return struct_to(c, v, depth, ret, err);
}

static int to_value(const struct conv *c, const struct sl_goval *v, unsigned depth,
		    struct sl_value **ret, struct sl_err *err)
{
	enum sl_go_kind kind = v->type ? v->type->kind : SL_GO_INVALID;

	if (depth > SL_GO_DEPTH_MAX)
		return sl_err_set(err, SL_ERR_INVALID,
				  "json: unsupported value: encountered a cycle via %s",
				  v->type ? v->type->name : "<nil>");
	if (sl_arena_full(c->a))
		return sl_err_set(err, SL_ERR_TOO_LARGE, "the memory of the rendering is used up");
	if (v->type && v->type->json)
		return v->type->json(c->a, v, ret, err);
	if (sl_go_kind_is_int(kind) || (sl_go_kind_is_uint(kind) && v->u <= INT64_MAX)) {
		*ret = sl_value_int(c->a, v->i);
		return 0;
	}
	switch (kind) {
	case SL_GO_BOOL:
		*ret = sl_value_bool(c->a, v->b);
		return 0;
	case SL_GO_FLOAT32:
	case SL_GO_FLOAT64:
		return float_to(c, v, ret, err);
	case SL_GO_STRING:
		*ret = sl_value_str_borrow(c->a, text_to(c, v->s));
		return 0;
	case SL_GO_SLICE:
		return slice_to(c, v, depth, ret, err);
	case SL_GO_MAP:
		return map_to(c, v, depth, ret, err);
	case SL_GO_STRUCT:
		return struct_to(c, v, depth, ret, err);
	case SL_GO_POINTER:
		return pointer_to(c, v, depth, ret, err);
	case SL_GO_FUNC:
	case SL_GO_COMPLEX128:
		return sl_err_set(err, SL_ERR_INVALID, "json: unsupported type: %s", v->type->name);
	case SL_GO_INVALID:
	case SL_GO_INTERFACE:
		*ret = sl_value_null(c->a);
		return 0;
	default: /* unsigned and past int64 */
		*ret = sl_value_number(
			c->a, sl_str(sl_arena_printf(c->a, "%llu", (unsigned long long)v->u)));
		return 0;
	}
}

int sl_goval_to_value(struct sl_arena *a, struct sl_goval v, struct sl_value **ret,
		      struct sl_err *err)
{
	return to_value(&(struct conv){ .a = a }, &v, 0, ret, err);
}

int sl_goval_to_json(struct sl_arena *a, struct sl_goval v, struct sl_value **ret,
		     struct sl_err *err)
{
	return to_value(&(struct conv){ .a = a, .verbatim = true }, &v, 0, ret, err);
}
