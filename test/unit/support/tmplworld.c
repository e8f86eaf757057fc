#include "test/unit/support/tmplworld.h"

#include "libcommon/codec/json.h"
#include "libcommon/lang/template/fmt.h"

#define OUTPUT_MAX ((size_t)64 << 20)

#define FUNCTION(name) \
	static int name(struct sl_go_call *call, const struct sl_goval *args, size_t n, \
			struct sl_goval *ret, struct sl_err *err)
#define UNUSED ((void)call, (void)args, (void)n, (void)ret, (void)err)

FUNCTION(fn_str)
{
	UNUSED;
	*ret = sl_goval_strz(sl_arena_printf(call->a, "[%.*s]", SL_STR_FMT(args[0].s)));
	return 0;
}

FUNCTION(fn_same)
{
	UNUSED;
	*ret = args[0];
	return 0;
}

FUNCTION(fn_count)
{
	UNUSED;
	*ret = sl_goval_int((int64_t)n);
	return 0;
}

FUNCTION(fn_list)
{
	struct sl_go_list *l = sl_go_list_new(call->a, n);

	UNUSED;
	for (size_t i = 0; i < n; i++)
		sl_go_list_push(call->a, l, args[i]);
	*ret = sl_goval_list(l);
	return 0;
}

FUNCTION(fn_dict)
{
	struct sl_go_map *m = sl_go_map_new(call->a);

	UNUSED;
	for (size_t i = 0; i + 1 < n; i += 2) {
		SL_AUTO(sl_strbuf) key = SL_STRBUF_INIT(OUTPUT_MAX);

		sl_go_sprint(&key, &args[i], 1);
		sl_go_map_set(call->a, m, sl_strbuf_str(&key), args[i + 1]);
	}
	*ret = sl_goval_map(m);
	return 0;
}

FUNCTION(fn_set)
{
	UNUSED;
	if (!args[0].map)
		return sl_err_set(err, SL_ERR_INVALID, "set of nil");
	/* Not the value itself, which may hold the map: Go prints cycles until its stack is full. */
	sl_go_map_set(call->a, args[0].map, args[1].s, sl_goval_strz(sl_goval_type_name(args[2])));
	*ret = args[0];
	return 0;
}

FUNCTION(fn_length)
{
	UNUSED;
	*ret = sl_goval_int((int64_t)sl_goval_len(args[0]));
	return 0;
}

FUNCTION(fn_type)
{
	UNUSED;
	*ret = sl_goval_strz(sl_goval_type_name(args[0]));
	return 0;
}

FUNCTION(fn_boom)
{
	UNUSED;
	return sl_err_set(err, SL_ERR_INVALID, "boom");
}

FUNCTION(fn_strs)
{
	struct sl_go_list *l = sl_go_list_new(call->a, 2);

	UNUSED;
	sl_go_list_push(call->a, l, sl_goval_strz("a"));
	sl_go_list_push(call->a, l, sl_goval_strz("b"));
	*ret = (struct sl_goval){ .type = &sl_go_strings, .list = l };
	return 0;
}

FUNCTION(fn_bytes)
{
	UNUSED;
	*ret = sl_goval_bytes(SL_STR("xyz"));
	return 0;
}

FUNCTION(fn_smap)
{
	struct sl_go_map *m = sl_go_map_new(call->a);

	UNUSED;
	sl_go_map_set(call->a, m, SL_STR("k"), sl_goval_strz("v"));
	*ret = (struct sl_goval){ .type = &sl_go_string_map, .map = m };
	return 0;
}

FUNCTION(fn_nilmap)
{
	UNUSED;
	*ret = sl_goval_map(NULL);
	return 0;
}

FUNCTION(fn_nothing)
{
	UNUSED;
	*ret = SL_GO_NIL;
	return 0;
}

FUNCTION(fn_i64)
{
	UNUSED;
	*ret = sl_goval_int64(args[0].i);
	return 0;
}

FUNCTION(fn_include)
{
	SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(OUTPUT_MAX);
	int r = sl_tmpl_execute_within(call, NULL, args[0].s, args[1], &out, err);

	(void)n;
	if (r == 0)
		*ret = sl_goval_str(sl_arena_str(call->a, sl_strbuf_str(&out)));
	return r;
}

FUNCTION(fn_tpl)
{
	SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(OUTPUT_MAX);
	struct sl_tmpl_set *set = sl_tmpl_set_clone(call->a, sl_tmpl_set_of(call));
	int r = sl_tmpl_parse(set, SL_STR("tpl"), args[0].s, err);

	(void)n;
	if (r == 0)
		r = sl_tmpl_execute_within(call, set, SL_STR("tpl"), args[1], &out, err);
	if (r == 0)
		*ret = sl_goval_str(sl_arena_str(call->a, sl_strbuf_str(&out)));
	return r;
}

#define F(label, function, ...) \
	{ \
		.name = (label), .fn = (function), .params = { __VA_ARGS__ }, \
		.count = sizeof((const struct sl_go_type *[]){ NULL, __VA_ARGS__ }) / \
				 sizeof(const struct sl_go_type *) - \
			 1 \
	}
#define FV(label, function, ...) \
	{ \
		.name = (label), .fn = (function), .params = { __VA_ARGS__ }, \
		.count = sizeof((const struct sl_go_type *[]){ NULL, __VA_ARGS__ }) / \
				 sizeof(const struct sl_go_type *) - \
			 1, \
		.variadic = true \
	}

static const struct sl_go_func functions[] = {
	F("str", fn_str, &sl_go_string),
	F("num", fn_same, &sl_go_int),
	F("num8", fn_same, &sl_go_int8),
	F("unum", fn_same, &sl_go_uint),
	F("flt", fn_same, &sl_go_float64),
	F("flag", fn_same, &sl_go_bool),
	F("lst", fn_length, &sl_go_slice),
	F("mp", fn_length, &sl_go_map),
	FV("joined", fn_count, &sl_go_string, &sl_go_string),
	FV("list", fn_list, &sl_go_any),
	FV("dict", fn_dict, &sl_go_any),
	F("set", fn_set, &sl_go_map, &sl_go_string, &sl_go_any),
	F("type", fn_type, &sl_go_any),
	F("same", fn_same, &sl_go_any),
	F("boom", fn_boom, ),
	F("strs", fn_strs, ),
	F("bytes", fn_bytes, ),
	F("smap", fn_smap, ),
	F("nilmap", fn_nilmap, ),
	F("nothing", fn_nothing, ),
	F("i64", fn_i64, &sl_go_int),
	F("include", fn_include, &sl_go_string, &sl_go_any),
	F("tpl", fn_tpl, &sl_go_string, &sl_go_any),
};

const struct sl_go_func *tmplworld_function(const void *data, struct sl_str name)
{
	(void)data;
	for (size_t i = 0; i < SL_ARRAY_LEN(functions); i++)
		if (sl_str_eqz(name, functions[i].name))
			return &functions[i];
	return NULL;
}

void tmplworld_render(struct sl_arena *a, enum sl_tmpl_missing missing, struct sl_str data,
		      struct sl_str text, const struct sl_tmpl_limits *limits,
		      struct sl_strbuf *out)
{
	const struct sl_tmpl_options options = {
		.name = SL_STR("main"),
		.lookup = tmplworld_function,
		.missing = missing,
		.stack = limits ? limits->stack : 0,
	};
	struct sl_tmpl_set *set = sl_tmpl_set_new(a, &options);
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_value *v = NULL;
	int r = sl_json_parse(a, data, NULL, &v, &err);

	if (r == 0)
		r = sl_tmpl_parse(set, SL_STR("main"), text, &err);
	if (r == 0)
		r = sl_tmpl_execute(set, SL_STR("main"),
				    sl_goval_from_value(a, v, SL_GO_NUMBERS_FLOAT), NULL, limits,
				    NULL, a, out, &err);
	if (r < 0)
		sl_strbuf_addf(out, "\nerror: %s", err.message);
}
