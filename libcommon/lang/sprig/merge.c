/*
 * merge and its like, as dario.cat/mergo 1.0.1 merges maps: into the first one, from left to right. A map
 * that is taken over whole is the same map afterwards, not a copy.
 */
#include "libcommon/lang/sprig/cast.h"

struct merging {
	struct sl_arena *a;
	bool overwrite;
	struct sl_err *err;
};

static int merge_maps(const struct merging *m, struct sl_goval dst, struct sl_goval src,
		      unsigned depth);

/* Without items, zero, false, nil: what may be filled. A struct never is. */
static bool is_blank(const struct sl_goval *v)
{
	return !v || (sl_goval_kind(*v) != SL_GO_STRUCT && sl_sprig_is_empty(*v));
}

static bool has_fixed_items(struct sl_goval map)
{
	return map.type->elem && map.type->elem != &sl_go_any;
}

/* The map's own type decides what may stand in it; `declared` is that of `v` where it comes from. */
static int put(const struct merging *m, struct sl_goval dst, struct sl_str key, struct sl_goval v,
	       const struct sl_go_type *declared)
{
	if (has_fixed_items(dst) && dst.type->elem != declared)
		return sl_err_set(m->err, SL_ERR_INVALID,
				  "reflect.Value.SetMapIndex: value of type %s is not assignable "
				  "to type %s",
				  declared->name, dst.type->elem->name);
	sl_go_map_set(m->a, dst.map, key, v);
	return 0;
}

/* `old` is what the key had, or NULL. */
static int merge_list(const struct merging *m, struct sl_goval dst, struct sl_str key,
		      struct sl_goval list, const struct sl_goval *old)
{
	if (old && has_fixed_items(dst))
		return sl_err_set(m->err, SL_ERR_INVALID,
				  "reflect: call of reflect.Value.IsNil on %s Value",
				  sl_sprig_kind(*old));
	if (m->overwrite || is_blank(old))
		return put(m, dst, key, list, list.type);
	return 0;
}

static int merge_entry(const struct merging *m, struct sl_goval dst, struct sl_str key,
		       struct sl_goval v, const struct sl_go_type *declared, unsigned depth)
{
	const struct sl_goval *old = sl_go_map_get(dst.map, key);
	enum sl_go_kind kind = sl_goval_kind(v);
	bool both_maps = kind == SL_GO_MAP && old && sl_goval_kind(*old) == SL_GO_MAP;
	int r = 0;

	if (sl_sprig_is_nothing(v))
		return m->overwrite ? put(m, dst, key, SL_GO_NIL, declared) : 0;
	if (kind == SL_GO_SLICE)
		return merge_list(m, dst, key, v, old);
	if (both_maps)
		r = merge_maps(m, *old, v, depth + 1);
	if (r)
		return r;
	old = sl_go_map_get(dst.map, key);
	if (both_maps && !is_blank(old))
		return 0;
	if (m->overwrite || is_blank(old))
		return put(m, dst, key, v, declared);
	return 0;
}

static int merge_maps(const struct merging *m, struct sl_goval dst, struct sl_goval src,
		      unsigned depth)
{
	size_t n = sl_go_map_len(src.map);
	struct sl_str *keys;

	if (!dst.map)
		return 0;
	if (depth > SL_GO_DEPTH_MAX || sl_arena_full(m->a))
		return sl_err_set(m->err, SL_ERR_TOO_LARGE, "the maps are too large to be merged");
	keys = n ? sl_go_map_keys(m->a, src.map) : NULL;
	for (size_t i = 0; i < n; i++) {
		const struct sl_goval *v = sl_go_map_get(src.map, keys[i]);
		int r;

		/* A map may be merged into itself, or into one that it is part of. */
		if (!v)
			continue;
		r = merge_entry(m, dst, keys[i], *v, src.type->elem, depth);
		if (r)
			return r;
	}
	return 0;
}

static int merge_all(struct sl_go_call *call, const struct sl_goval *args, size_t n, bool overwrite,
		     struct sl_goval *ret, struct sl_err *err)
{
	struct merging m = { .a = call->a, .overwrite = overwrite, .err = err };
	struct sl_goval dst = args[0];

	for (size_t i = 1; i < n; i++) {
		int r;

		if (!dst.map && args[i].map)
			dst.map = sl_go_map_new(call->a);
		r = merge_maps(&m, dst, args[i], 0);
		if (r)
			return r;
	}
	*ret = dst;
	return sl_sprig_check(call, err);
}

SL_SPRIG_FN(merge)
{
	return merge_all(call, args, n, false, ret, err);
}

SL_SPRIG_FN(merge_overwrite)
{
	return merge_all(call, args, n, true, ret, err);
}

#define MAP (&sl_go_map)
static const struct sl_go_func funcs[] = {
	{ "merge", merge, { MAP, MAP }, 2, true },
	{ "mergeOverwrite", merge_overwrite, { MAP, MAP }, 2, true },
	{ "mustMerge", merge, { MAP, MAP }, 2, true },
	{ "mustMergeOverwrite", merge_overwrite, { MAP, MAP }, 2, true },
};
const struct sl_sprig_table sl_sprig_merge = SL_SPRIG_TABLE(funcs);
