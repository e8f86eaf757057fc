#include "libcommon/render/kustomize/fieldspec.h"
#include "libcommon/render/kustomize/transform.h"

static bool means_annotations(struct sl_kz_fieldspecs specs)
{
	for (size_t i = 0; i < specs.n; i++)
		if (sl_str_eqz(sl_str(specs.v[i].path + (specs.v[i].path[0] == '/')),
			       "metadata/annotations"))
			return true;
	return false;
}

/* What is added to a null of that name becomes real when kustomize takes its own annotations out. */
static void need_annotations(struct sl_kz *kz, struct sl_kz_resource *r)
{
	sl_kz_need_annotations(kz, r);
	struct sl_member *m = sl_map_member(sl_get(r->obj, "metadata"), SL_STR("annotations"));

	if (m && sl_is_null(m->value))
		m->value = sl_value_map(kz->a);
}

int sl_kz_set_pairs(struct sl_kz_stage *s, const struct sl_value *pairs,
		    struct sl_kz_fieldspecs specs, struct sl_err *err)
{
	for (size_t i = 0; i < s->m->n; i++) {
		if (sl_map_len(pairs) > 0 && means_annotations(specs))
			need_annotations(s->kz, s->m->v[i]);
		for (size_t k = 0; k < sl_map_len(pairs); k++) {
			const struct sl_member *m = &pairs->map.members[k];
			struct sl_kz_entry entry = {
				.key = m->key, .value = sl_value_str(s->kz->a, sl_as_str(m->value))
			};
			int r = sl_kz_fieldspecs_apply(s->kz, s->m->v[i]->obj, specs.v, specs.n,
						       SL_KZ_MAKE_MAP, sl_kz_set_entry, &entry,
						       err);

			if (r < 0)
				return r;
		}
	}
	sl_kz_stage_done(s);
	return 0;
}

static int label_specs(struct sl_kz_stage *s, const struct sl_value *label,
		       struct sl_kz_fieldspecs *l, struct sl_err *err)
{
	static const struct {
		const char *option;
		enum sl_kz_config_list list;
	} more[] = {
		{ "includeTemplates", SL_KZ_SPECS_TEMPLATE_LABELS },
		{ "includeVolumeClaimTemplates", SL_KZ_SPECS_CLAIM_LABELS },
	};
	int r = 0;

	*l = sl_kz_fieldspecs_parse(s->kz, sl_get(label, "fields"));
	for (size_t i = 0; i < l->n; i++)
		if (!*l->v[i].path)
			return sl_err_set(err, SL_ERR_INVALID, "a label field needs a path");
	r = sl_kz_specs_add_all(s->kz, l, sl_kz_stage_specs(s, SL_KZ_SPECS_LABELS), err);
	if (r == 0 && sl_get_bool(label, false, "includeSelectors"))
		return sl_kz_specs_add_all(s->kz, l,
					   sl_kz_stage_specs(s, SL_KZ_SPECS_COMMON_LABELS), err);
	for (size_t i = 0; r == 0 && i < SL_ARRAY_LEN(more); i++)
		if (sl_get_bool(label, false, more[i].option))
			r = sl_kz_specs_add_all(s->kz, l, sl_kz_stage_specs(s, more[i].list), err);
	return r == 0 ? sl_kz_specs_add_all(s->kz, l, sl_kz_metadata_label_specs, err) : r;
}

int sl_kz_transform_labels(struct sl_kz_stage *s, struct sl_err *err)
{
	const struct sl_value *labels = sl_get(s->kust->value, "labels");
	const struct sl_value *common = sl_get(s->kust->value, "commonLabels");

	if (sl_list_len(labels) == 0 && sl_map_len(common) == 0)
		return 0;
	for (size_t i = 0; i < sl_list_len(labels); i++) {
		const struct sl_value *label = sl_list_get(labels, i);
		struct sl_kz_fieldspecs specs;
		int r = label_specs(s, label, &specs, err);

		if (r == 0)
			r = sl_kz_set_pairs(s, sl_get(label, "pairs"), specs, err);
		if (r < 0) {
			sl_value_err_at(label, "labels", err);
			return r;
		}
	}
	return sl_kz_set_pairs(s, common, sl_kz_stage_specs(s, SL_KZ_SPECS_COMMON_LABELS), err);
}

int sl_kz_transform_annotations(struct sl_kz_stage *s, struct sl_err *err)
{
	const struct sl_value *pairs = sl_get(s->kust->value, "commonAnnotations");

	if (sl_map_len(pairs) == 0)
		return 0;
	return sl_kz_set_pairs(s, pairs, sl_kz_stage_specs(s, SL_KZ_SPECS_ANNOTATIONS), err);
}
