#include "libcommon/render/kustomize/fieldspec.h"
#include "libcommon/render/kustomize/transform.h"

struct affixes {
	struct sl_str prefix, suffix;
};

/* Kinds whose name is not theirs to choose. */
static bool keeps_name(const struct sl_kz_id *id)
{
	return sl_kz_id_selected(id, NULL, NULL, "CustomResourceDefinition") ||
	       sl_kz_id_selected(id, "apiregistration.k8s.io", NULL, "APIService") ||
	       sl_kz_id_selected(id, NULL, NULL, "Namespace");
}

static int add_affixes(struct sl_kz *kz, struct sl_value **slot, void *arg, struct sl_err *err)
{
	const struct affixes *x = arg;

	if (sl_is_map(*slot) || sl_is_list(*slot)) {
		return sl_value_err_set(err, *slot, NULL, SL_ERR_INVALID,
					"a name must be a scalar, got a %s",
					sl_value_kind_name(*slot));
	}
	/* "null" is a text here; what was made is empty. */
	struct sl_str old = sl_is_null(*slot) ? (*slot)->written : sl_kz_text(kz->a, *slot);

	const char *text = sl_arena_printf(kz->a, "%.*s%.*s%.*s", SL_STR_FMT(x->prefix),
					   SL_STR_FMT(old), SL_STR_FMT(x->suffix));

	sl_kz_set_scalar(kz, slot, sl_str(text));
	return 0;
}

static void remember_name(struct sl_kz *kz, struct sl_kz_resource *r, const struct affixes *x)
{
	if (x->prefix.n > 0)
		sl_kz_strs_add(kz->a, &r->prefixes, x->prefix);
	if (x->suffix.n > 0)
		sl_kz_strs_add(kz->a, &r->suffixes, x->suffix);
	if (x->prefix.n + x->suffix.n > 0)
		sl_kz_store_previous_id(kz, r);
}

static int rename_one(struct sl_kz *kz, struct sl_kz_resource *r, struct affixes *x,
		      struct sl_kz_fieldspecs specs, struct sl_err *err)
{
	struct sl_kz_id id = sl_kz_original_id(kz, r);

	if (keeps_name(&id))
		return 0;
	for (size_t i = 0; i < specs.n; i++) {
		const struct sl_kz_fieldspec *spec = &specs.v[i];

		if (!sl_kz_id_selected(&id, spec->group, spec->version, spec->kind))
			continue;
		if (sl_streq(spec->path, "metadata/name"))
			remember_name(kz, r, x);
		if (sl_streq(spec->path, "metadata/annotations"))
			sl_kz_need_annotations(kz, r);
		int rc = sl_kz_fieldspecs_apply(kz, r->obj, spec, 1, SL_KZ_MAKE_SCALAR, add_affixes,
						x, err);

		if (rc < 0)
			return rc;
	}
	return 0;
}

int sl_kz_add_affixes(struct sl_kz_stage *s, struct sl_str prefix, struct sl_str suffix,
		      struct sl_kz_fieldspecs specs, struct sl_err *err)
{
	struct affixes x = { prefix, suffix };

	for (size_t i = 0; i < s->m->n; i++) {
		int r = rename_one(s->kz, s->m->v[i], &x, specs, err);

		if (r < 0)
			return r;
	}
	sl_kz_map_touch(s->m);
	return 0;
}

static int transform(struct sl_kz_stage *s, struct sl_str prefix, struct sl_str suffix,
		     enum sl_kz_config_list list, struct sl_err *err)
{
	if (prefix.n + suffix.n == 0)
		return 0;
	int r = sl_kz_add_affixes(s, prefix, suffix, sl_kz_stage_specs(s, list), err);

	if (r == 0)
		sl_kz_stage_done(s);
	return r;
}

int sl_kz_transform_prefix(struct sl_kz_stage *s, struct sl_err *err)
{
	return transform(s, sl_get_str(s->kust->value, "namePrefix"), SL_STR_NULL,
			 SL_KZ_SPECS_NAME_PREFIX, err);
}

int sl_kz_transform_suffix(struct sl_kz_stage *s, struct sl_err *err)
{
	return transform(s, SL_STR_NULL, sl_get_str(s->kust->value, "nameSuffix"),
			 SL_KZ_SPECS_NAME_SUFFIX, err);
}
