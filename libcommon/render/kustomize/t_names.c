#include "libcommon/render/kustomize/transform.h"

/* Kinds whose name is not theirs to choose. */
static bool keeps_name(const struct sl_kz_id *id)
{
	return sl_kz_id_selected(id, NULL, NULL, "CustomResourceDefinition") ||
	       sl_kz_id_selected(id, "apiregistration.k8s.io", NULL, "APIService") ||
	       sl_kz_id_selected(id, NULL, NULL, "Namespace");
}

static void rename_all(struct sl_kz_stage *s, struct sl_str prefix, struct sl_str suffix)
{
	for (size_t i = 0; i < s->m->n; i++) {
		struct sl_kz_resource *r = s->m->v[i];
		struct sl_kz_id id = sl_kz_original_id(s->kz, r);

		if (keeps_name(&id))
			continue;
		if (prefix.n > 0)
			sl_kz_strs_add(s->kz->a, &r->prefixes, prefix);
		if (suffix.n > 0)
			sl_kz_strs_add(s->kz->a, &r->suffixes, suffix);
		sl_kz_store_previous_id(s->kz, r);
		if (!sl_get(r->obj, "metadata", "name"))
			continue;
		struct sl_str name = sl_kz_name(s->kz, r);

		sl_kz_set_name(s->kz, r,
			       sl_str(sl_arena_printf(s->kz->a, "%.*s%.*s%.*s", SL_STR_FMT(prefix),
						      SL_STR_FMT(name), SL_STR_FMT(suffix))));
	}
	sl_kz_map_touch(s->m);
	sl_kz_stage_done(s);
}

int sl_kz_transform_prefix(struct sl_kz_stage *s, struct sl_err *err)
{
	struct sl_str prefix = sl_get_str(s->kust->value, "namePrefix");

	(void)err;
	if (prefix.n > 0)
		rename_all(s, prefix, SL_STR_NULL);
	return 0;
}

int sl_kz_transform_suffix(struct sl_kz_stage *s, struct sl_err *err)
{
	struct sl_str suffix = sl_get_str(s->kust->value, "nameSuffix");

	(void)err;
	if (suffix.n > 0)
		rename_all(s, SL_STR_NULL, suffix);
	return 0;
}
