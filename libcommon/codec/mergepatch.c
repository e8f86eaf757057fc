#include "libcommon/codec/mergepatch.h"

/* Merge into `doc`, which is ours (or NULL), and return what stands in its place. */
static struct sl_value *merge(struct sl_arena *a, struct sl_value *doc,
			      const struct sl_value *patch)
{
	if (!sl_is_map(patch))
		return sl_value_copy(a, patch);
	if (!sl_is_map(doc))
		doc = sl_value_map(a);
	for (size_t i = 0; i < patch->map.n; i++) {
		const struct sl_member *m = &patch->map.members[i];

		if (sl_is_null(m->value))
			sl_map_remove(doc, m->key);
		else
			sl_map_set(a, doc, m->key, merge(a, sl_map_get(doc, m->key), m->value));
	}
	return doc;
}

struct sl_value *sl_mergepatch_apply(struct sl_arena *a, const struct sl_value *doc,
				     const struct sl_value *patch)
{
	return merge(a, sl_value_copy(a, doc), patch);
}

struct sl_value *sl_mergepatch_create(struct sl_arena *a, const struct sl_value *from,
				      const struct sl_value *to)
{
	struct sl_value *patch;

	if (!sl_is_map(from) || !sl_is_map(to))
		return to ? sl_value_copy(a, to) : sl_value_null(a);
	patch = sl_value_map(a);
	for (size_t i = 0; i < from->map.n; i++)
		if (!sl_map_get(to, from->map.members[i].key))
			sl_map_set(a, patch, from->map.members[i].key, sl_value_null(a));
	for (size_t i = 0; i < to->map.n; i++) {
		const struct sl_member *m = &to->map.members[i];
		const struct sl_value *old = sl_map_get(from, m->key);

		if (!sl_value_equal(old, m->value))
			sl_map_set(a, patch, m->key, sl_mergepatch_create(a, old, m->value));
	}
	return patch;
}
