/* deepCopy, as github.com/mitchellh/copystructure 1.2 copies: maps and lists, of whatever type. */
#include "libcommon/codec/semver.h"
#include "libcommon/lang/sprig/cast.h"
#include "libcommon/lang/sprig/types.h"

static int copy(struct sl_go_call *call, struct sl_goval v, unsigned depth, struct sl_goval *ret,
		struct sl_err *err);

static int too_large(struct sl_err *err)
{
	return sl_err_set(err, SL_ERR_TOO_LARGE, "the value is too large to be copied");
}

static int copy_list(struct sl_go_call *call, struct sl_goval v, unsigned depth,
		     struct sl_goval *ret, struct sl_err *err)
{
	struct sl_go_list *l = sl_go_list_new(call->a, v.list->n);

	for (size_t i = 0; i < v.list->n; i++) {
		struct sl_goval item;
		int r = copy(call, v.list->items[i], depth + 1, &item, err);

		if (r)
			return r;
		sl_go_list_push(call->a, l, item);
	}
	*ret = sl_sprig_list(v.type, l);
	return 0;
}

static int copy_map(struct sl_go_call *call, struct sl_goval v, unsigned depth,
		    struct sl_goval *ret, struct sl_err *err)
{
	struct sl_go_map *m = sl_go_map_new_for(call->a, sl_go_map_len(v.map));

	for (size_t i = 0; i < sl_go_map_len(v.map); i++) {
		struct sl_goval item;
		int r = copy(call, *sl_go_map_value_at(v.map, i), depth + 1, &item, err);

		if (r)
			return r;
		sl_go_map_set_borrow(call->a, m, sl_go_map_key_at(v.map, i), item);
	}
	*ret = (struct sl_goval){ .type = v.type, .map = m };
	return 0;
}

static int copy(struct sl_go_call *call, struct sl_goval v, unsigned depth, struct sl_goval *ret,
		struct sl_err *err)
{
	enum sl_go_kind kind = sl_goval_kind(v);

	if (depth > SL_GO_DEPTH_MAX || sl_arena_full(call->a))
		return too_large(err);
	if (kind == SL_GO_MAP && v.map)
		return copy_map(call, v, depth, ret, err);
	if (kind == SL_GO_SLICE && v.type != &sl_go_bytes && v.list)
		return copy_list(call, v, depth, ret, err);
	*ret = v;
	/* Fields that are private are not copied, and a version has no others. */
	if (v.type == &sl_sprig_version && v.ptr)
		ret->ptr = sl_arena_new(call->a, struct sl_semver);
	return 0;
}

SL_SPRIG_FN(deep_copy)
{
	if (sl_sprig_is_nothing(args[0]))
		return sl_err_set(err, SL_ERR_INVALID,
				  "reflect: call of reflect.Value.Type on zero Value");
	return copy(call, args[0], 0, ret, err);
}

static const struct sl_go_func funcs[] = {
	{ "deepCopy", deep_copy, { &sl_go_any }, 1, false },
	{ "mustDeepCopy", deep_copy, { &sl_go_any }, 1, false },
};
const struct sl_sprig_table sl_sprig_deepcopy = SL_SPRIG_TABLE(funcs);
