#include <string.h>

#include "libcommon/render/kustomize/fieldspec.h"
#include "libcommon/render/kustomize/transform.h"

/* Field specs of a user's `fields` in front of built-in ones. */
struct spec_list {
	struct sl_kz_fieldspec *v;
	size_t n, cap;
};

int sl_kz_set_pairs(struct sl_kz_stage *s, const struct sl_value *pairs,
		    struct sl_kz_fieldspecs specs, struct sl_err *err)
{
	for (size_t i = 0; i < s->m->n; i++) {
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

/* Nothing that `x` would match escapes `spec`: as in kustomize, the second one is then not added. */
static bool covers(const struct sl_kz_fieldspec *spec, const struct sl_kz_fieldspec *x)
{
	return sl_streq(spec->path, x->path) && (!x->kind || sl_streq(spec->kind, x->kind)) &&
	       (!x->group || sl_streq(spec->group, x->group)) &&
	       (!x->version || sl_streq(spec->version, x->version));
}

static int add_spec(struct sl_kz *kz, struct spec_list *l, const struct sl_kz_fieldspec *x,
		    struct sl_err *err)
{
	for (size_t i = 0; i < l->n; i++) {
		if (!covers(&l->v[i], x))
			continue;
		if (l->v[i].create != x->create)
			return sl_err_set(err, SL_ERR_INVALID,
					  "failed to merge labels: conflicting fieldspecs");
		return 0;
	}
	if (l->n == l->cap) {
		size_t cap = l->cap ? 2 * l->cap : 32;
		struct sl_kz_fieldspec *grown = sl_arena_array(kz->a, cap, sizeof(*grown));

		if (l->n > 0)
			memcpy(grown, l->v, l->n * sizeof(*grown));
		l->v = grown;
		l->cap = cap;
	}
	l->v[l->n++] = *x;
	return 0;
}

static int add_specs(struct sl_kz *kz, struct spec_list *l, struct sl_kz_fieldspecs specs,
		     struct sl_err *err)
{
	for (size_t i = 0; i < specs.n; i++) {
		int r = add_spec(kz, l, &specs.v[i], err);

		if (r < 0)
			return r;
	}
	return 0;
}

static int add_user_specs(struct sl_kz *kz, struct spec_list *l, const struct sl_value *fields,
			  struct sl_err *err)
{
	struct sl_kz_fieldspecs specs = sl_kz_fieldspecs_parse(kz, fields);

	for (size_t i = 0; i < specs.n; i++) {
		if (!*specs.v[i].path)
			return sl_err_set(err, SL_ERR_INVALID, "a label field needs a path");
		int r = add_spec(kz, l, &specs.v[i], err);

		if (r < 0)
			return r;
	}
	return 0;
}

static int label_specs(struct sl_kz *kz, const struct sl_value *label, struct spec_list *l,
		       struct sl_err *err)
{
	int r = add_user_specs(kz, l, sl_get(label, "fields"), err);

	if (r == 0 && sl_get_bool(label, false, "includeSelectors"))
		return add_specs(kz, l, sl_kz_label_specs, err);
	if (r == 0 && sl_get_bool(label, false, "includeTemplates"))
		r = add_specs(kz, l, sl_kz_template_label_specs, err);
	if (r == 0 && sl_get_bool(label, false, "includeVolumeClaimTemplates"))
		r = add_specs(kz, l, sl_kz_claim_label_specs, err);
	return r == 0 ? add_specs(kz, l, sl_kz_metadata_label_specs, err) : r;
}

int sl_kz_transform_labels(struct sl_kz_stage *s, struct sl_err *err)
{
	const struct sl_value *labels = sl_get(s->kust->value, "labels");
	const struct sl_value *common = sl_get(s->kust->value, "commonLabels");

	if (sl_list_len(labels) == 0 && sl_map_len(common) == 0)
		return 0;
	for (size_t i = 0; i < sl_list_len(labels); i++) {
		const struct sl_value *label = sl_list_get(labels, i);
		struct spec_list l = { 0 };
		int r = label_specs(s->kz, label, &l, err);

		if (r == 0)
			r = sl_kz_set_pairs(s, sl_get(label, "pairs"),
					    (struct sl_kz_fieldspecs){ l.v, l.n }, err);
		if (r < 0) {
			sl_value_err_at(label, "labels", err);
			return r;
		}
	}
	return sl_kz_set_pairs(s, common, sl_kz_label_specs, err);
}

int sl_kz_transform_annotations(struct sl_kz_stage *s, struct sl_err *err)
{
	const struct sl_value *pairs = sl_get(s->kust->value, "commonAnnotations");

	if (sl_map_len(pairs) == 0)
		return 0;
	return sl_kz_set_pairs(s, pairs, sl_kz_annotation_specs, err);
}
