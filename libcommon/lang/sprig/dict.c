#include "libcommon/lang/sprig/list.h"

SL_SPRIG_FN(dict)
{
	struct sl_go_map *m = sl_go_map_new_for(call->a, n / 2);

	for (size_t i = 0; i < n; i += 2) {
		struct sl_str key;
		int r = sl_sprig_strval(call, args[i], &key, err);

		if (r)
			return r;
		sl_go_map_set(call->a, m, key, i + 1 < n ? args[i + 1] : sl_goval_strz(""));
	}
	*ret = sl_goval_map(m);
	return sl_sprig_check(call, err);
}

SL_SPRIG_FN(get)
{
	const struct sl_goval *v = sl_go_map_get(args[0].map, args[1].s);

	*ret = v ? *v : sl_goval_strz("");
	return 0;
}

SL_SPRIG_FN(set)
{
	if (!args[0].map)
		return sl_err_set(err, SL_ERR_INVALID, "assignment to entry in nil map");
	sl_go_map_set(call->a, args[0].map, args[1].s, args[2]);
	*ret = args[0];
	return sl_sprig_check(call, err);
}

SL_SPRIG_FN(unset)
{
	if (args[0].map)
		sl_go_map_remove(args[0].map, args[1].s);
	*ret = args[0];
	return 0;
}

SL_SPRIG_FN(has_key)
{
	*ret = sl_goval_bool(sl_go_map_get(args[0].map, args[1].s) != NULL);
	return 0;
}

SL_SPRIG_FN(pluck)
{
	struct sl_go_list *l = sl_go_list_new(call->a, n);

	for (size_t i = 1; i < n; i++) {
		const struct sl_goval *v = sl_go_map_get(args[i].map, args[0].s);

		if (v)
			sl_go_list_push(call->a, l, *v);
	}
	return sl_sprig_return(call, l, ret, err);
}

/* The original gives them in any order; sorted is one of those, and the same each time. */
SL_SPRIG_FN(keys)
{
	struct sl_go_list *l = sl_go_list_new(call->a, 0);

	for (size_t i = 0; i < n; i++) {
		size_t count = sl_go_map_len(args[i].map);
		struct sl_str *sorted = count ? sl_go_map_keys(call->a, args[i].map) : NULL;

		for (size_t j = 0; j < count; j++)
			sl_sprig_push_text(call->a, l, sorted[j]);
	}
	*ret = sl_sprig_list(&sl_go_strings, l);
	return sl_sprig_check(call, err);
}

/* Likewise: in the order of their keys. */
SL_SPRIG_FN(values)
{
	size_t count = sl_go_map_len(args[0].map);
	struct sl_go_list *l = sl_go_list_new(call->a, count);
	struct sl_str *sorted = count ? sl_go_map_keys(call->a, args[0].map) : NULL;

	for (size_t i = 0; i < count; i++)
		sl_go_list_push(call->a, l, *sl_go_map_get(args[0].map, sorted[i]));
	return sl_sprig_return(call, l, ret, err);
}

SL_SPRIG_FN(pick)
{
	struct sl_go_map *m = sl_go_map_new(call->a);

	for (size_t i = 1; i < n; i++) {
		const struct sl_goval *v = sl_go_map_get(args[0].map, args[i].s);

		if (v)
			sl_go_map_set(call->a, m, args[i].s, *v);
	}
	*ret = sl_goval_map(m);
	return sl_sprig_check(call, err);
}

SL_SPRIG_FN(omit)
{
	struct sl_go_map *m = sl_go_map_copy(call->a, args[0].map);

	for (size_t i = 1; i < n; i++)
		sl_go_map_remove(m, args[i].s);
	*ret = sl_goval_map(m);
	return sl_sprig_check(call, err);
}

/* A type assertion of Go that fails. */
static int is_not(struct sl_goval v, const char *want, struct sl_err *err)
{
	return sl_err_set(err, SL_ERR_INVALID, "interface conversion: interface {} is %s, not %s",
			  sl_sprig_is_nothing(v) ? "nil" : sl_goval_type_name(v), want);
}

/* `dig "a" "b" default dict`. */
SL_SPRIG_FN(dig)
{
	struct sl_goval at;

	if (n < 3)
		return sl_err_set(err, SL_ERR_INVALID, "dig needs at least three arguments");
	at = args[n - 1];
	if (at.type != &sl_go_map)
		return is_not(at, "map[string]interface {}", err);
	for (size_t i = 0; i < n - 2; i++)
		if (args[i].type != &sl_go_string)
			return is_not(args[i], "string", err);
	for (size_t i = 0; i < n - 2; i++) {
		const struct sl_goval *step;

		if (at.type != &sl_go_map)
			return is_not(at, "map[string]interface {}", err);
		step = sl_go_map_get(at.map, args[i].s);
		if (!step) {
			at = args[n - 2];
			break;
		}
		at = *step;
	}
	*ret = at;
	return 0;
}

#define ANY (&sl_go_any)
#define MAP (&sl_go_map)
#define STRING (&sl_go_string)
static const struct sl_go_func funcs[] = {
	{ "dict", dict, { ANY }, 1, true },
	{ "dig", dig, { ANY }, 1, true },
	{ "get", get, { MAP, STRING }, 2, false },
	{ "hasKey", has_key, { MAP, STRING }, 2, false },
	{ "keys", keys, { MAP }, 1, true },
	{ "omit", omit, { MAP, STRING }, 2, true },
	{ "pick", pick, { MAP, STRING }, 2, true },
	{ "pluck", pluck, { STRING, MAP }, 2, true },
	{ "set", set, { MAP, STRING, ANY }, 3, false },
	{ "unset", unset, { MAP, STRING }, 2, false },
	{ "values", values, { MAP }, 1, false },
};
const struct sl_sprig_table sl_sprig_dict = SL_SPRIG_TABLE(funcs);
