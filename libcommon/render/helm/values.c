#include "libcommon/render/helm/values.h"

#include "libcommon/render/helm/decode.h"

bool sl_helm_is_table(struct sl_goval v)
{
	return v.type == &sl_go_map && v.map;
}

int sl_helm_values_read(struct sl_arena *a, struct sl_str text, struct sl_go_map **ret,
			struct sl_err *err)
{
	struct sl_go_map *m = NULL;
	int r = sl_helm_decode_map(a, text, &m, err);

	if (r == 0)
		*ret = m ? m : sl_go_map_new(a);
	return r;
}

struct sl_go_map *sl_helm_values_merge(struct sl_arena *a, const struct sl_go_map *base,
				       const struct sl_go_map *over)
{
	struct sl_go_map *out = sl_go_map_copy(a, base);

	for (size_t i = 0; i < sl_go_map_len(over); i++) {
		struct sl_str key = sl_go_map_key_at(over, i);
		struct sl_goval v = *sl_go_map_value_at(over, i);
		const struct sl_goval *old = sl_go_map_get(out, key);

		if (sl_helm_is_table(v) && old && sl_helm_is_table(*old))
			v = sl_goval_map(sl_helm_values_merge(a, old->map, v.map));
		sl_go_map_set(a, out, key, v);
	}
	return out;
}

static struct sl_goval copy(struct sl_arena *a, struct sl_goval v)
{
	struct sl_go_list *list;

	if (sl_helm_is_table(v))
		return sl_goval_map(sl_helm_values_copy(a, v.map));
	if (v.type != &sl_go_slice || !v.list)
		return v;
	list = sl_go_list_new(a, v.list->n);
	for (size_t i = 0; i < v.list->n; i++)
		sl_go_list_push(a, list, copy(a, v.list->items[i]));
	return sl_goval_list(list);
}

struct sl_go_map *sl_helm_values_copy(struct sl_arena *a, const struct sl_go_map *m)
{
	struct sl_go_map *to = sl_go_map_copy(a, m);

	for (size_t i = 0; i < sl_go_map_len(m); i++)
		sl_go_map_replace_at(to, i, copy(a, *sl_go_map_value_at(m, i)));
	return to;
}

struct sl_go_map *sl_helm_values_table(struct sl_go_map *values, struct sl_str path,
				       struct sl_str *ret_missing)
{
	struct sl_str part;

	/* Go's Split gives one empty part for an empty path. */
	if (!path.p)
		path = SL_STR("");
	while (sl_str_split(&path, '.', &part)) {
		const struct sl_goval *v = sl_go_map_get(values, part);

		if (!v || sl_goval_kind(*v) != SL_GO_MAP || !v->map) {
			if (ret_missing)
				*ret_missing = part;
			return NULL;
		}
		values = v->map;
	}
	return values;
}

const struct sl_goval *sl_helm_values_at(struct sl_go_map *values, struct sl_str path)
{
	ptrdiff_t dot = sl_str_rchr(path, '.');
	const struct sl_goval *v;

	if (dot >= 0) {
		values = sl_helm_values_table(values, sl_str_sub(path, 0, (size_t)dot), NULL);
		path = sl_str_sub(path, (size_t)dot + 1, path.n);
	}
	v = values ? sl_go_map_get(values, path) : NULL;
	return v && !sl_helm_is_table(*v) ? v : NULL;
}
