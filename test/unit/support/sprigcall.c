#include "test/unit/support/sprigcall.h"

#include "libcommon/codec/json.h"
#include "libcommon/lang/template/fmt.h"
#include "test/unit/support/test.h"

#define ARGS_MAX 16
#define TEXT_MAX 100000

/* "$int64" and its like: what stands in a map of one member with such a name. */
static const struct {
	const char *name;
	const struct sl_go_type *type;
} types[] = {
	{ "$int64", &sl_go_int64 }, { "$uint64", &sl_go_uint64 },   { "$float64", &sl_go_float64 },
	{ "$bytes", &sl_go_bytes }, { "$strings", &sl_go_strings }, { "$ints", &sl_go_ints },
	{ "$nilmap", &sl_go_map },  { "$nilslice", &sl_go_slice },
};

static struct sl_goval value_of(struct sl_arena *a, const struct sl_value *v);

static struct sl_goval list_of(struct sl_arena *a, const struct sl_value *v,
			       const struct sl_go_type *type)
{
	struct sl_go_list *l = sl_go_list_new(a, v->list.n);

	for (size_t i = 0; i < v->list.n; i++)
		sl_go_list_push(a, l, value_of(a, v->list.items[i]));
	return (struct sl_goval){ .type = type, .list = l };
}

static struct sl_goval map_of(struct sl_arena *a, const struct sl_value *v)
{
	struct sl_go_map *m = sl_go_map_new(a);

	for (size_t i = 0; i < v->map.n; i++)
		sl_go_map_set(a, m, v->map.members[i].key, value_of(a, v->map.members[i].value));
	return sl_goval_map(m);
}

static struct sl_goval typed(struct sl_arena *a, const struct sl_value *v,
			     const struct sl_go_type *type)
{
	struct sl_goval r = { .type = type };

	switch (v->kind) {
	case SL_V_LIST:
		return list_of(a, v, type);
	case SL_V_STRING:
		r.s = v->s;
		break;
	case SL_V_FLOAT:
		r.f = v->f;
		break;
	case SL_V_INT:
		if (type == &sl_go_float64)
			r.f = (double)v->i;
		else if (type->kind != SL_GO_MAP && type->kind != SL_GO_SLICE)
			r.i = v->i;
		break;
	default:
		fail_msg("a %s of type %s", sl_value_kind_name(v), type->name);
	}
	return r;
}

static struct sl_goval value_of(struct sl_arena *a, const struct sl_value *v)
{
	if (v->kind == SL_V_INT)
		return sl_goval_int(v->i);
	if (v->kind == SL_V_LIST)
		return list_of(a, v, &sl_go_slice);
	if (v->kind != SL_V_MAP)
		return sl_goval_from_value(a, v, SL_GO_NUMBERS_FLOAT);
	for (size_t i = 0; v->map.n == 1 && i < SL_ARRAY_LEN(types); i++)
		if (sl_str_eqz(v->map.members[0].key, types[i].name))
			return typed(a, v->map.members[0].value, types[i].type);
	return map_of(a, v);
}

static char *swap_quotes(char *s)
{
	for (char *p = s; *p; p++)
		*p = *p == '\'' ? '"' : *p == '"' ? '\'' : *p;
	return s;
}

int sprig_call(struct sl_arena *a, const struct sl_go_host *host, const char *function,
	       const char *args, struct sl_goval *ret, struct sl_err *err)
{
	static const struct sl_go_host nothing;
	const struct sl_go_func *f = sl_sprig_find(sl_str(function));
	struct sl_go_call call = { .a = a, .host = host ? host : &nothing };
	char *text = swap_quotes(sl_arena_printf(a, "[%s]", args));
	struct sl_goval values[ARGS_MAX];
	struct sl_value *v;

	assert_non_null(f);
	assert_ok(sl_json_parse(a, sl_str(text), NULL, &v, err), err);
	assert_true(v->list.n <= ARGS_MAX);
	for (size_t i = 0; i < v->list.n; i++)
		values[i] = value_of(a, v->list.items[i]);
	return f->fn(&call, values, v->list.n, ret, err);
}

static void check(const struct sprig_case *c)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	SL_AUTO(sl_strbuf) got = SL_STRBUF_INIT(TEXT_MAX);
	struct sl_goval ret[2];

	if (sprig_call(&a, NULL, c->function, c->args, &ret[0], &err)) {
		sl_strbuf_addf(&got, "error: %s", err.message);
	} else {
		ret[1] = ret[0];
		sl_go_sprintf(&got, SL_STR("%T %#v"), ret, 2);
		if (got.n)
			swap_quotes(got.p);
	}
	if (strcmp(got.p, c->want) != 0)
		fail_msg("%s %s: got\n%s\nwant\n%s", c->function, c->args, got.p, c->want);
}

void sprig_check(const struct sprig_case *cases, size_t n)
{
	for (size_t i = 0; i < n; i++)
		check(&cases[i]);
}
