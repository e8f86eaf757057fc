#include "libcommon/render/kustomize/patch.h"

#include "libcommon/codec/json.h"
#include "libcommon/codec/jsonpatch.h"
#include "libcommon/codec/yaml.h"
#include "libcommon/render/kustomize/fieldpath.h"
#include "libcommon/render/kustomize/fieldspec.h"
#include "libcommon/render/kustomize/smp.h"

static void make_text(struct sl_kz *kz, struct sl_value *meta, const char *field)
{
	const struct sl_value *old = sl_get(meta, field);
	struct sl_value *text = sl_value_map(kz->a);

	for (size_t i = 0; i < sl_kz_pair_count(old); i++) {
		struct sl_kz_pair pair = sl_kz_pair_at(kz, old, i);
		struct sl_str s = sl_is_null(pair.value) ? pair.value->written
							 : sl_kz_text(kz->a, pair.value);

		sl_map_set(kz->a, text, pair.key, sl_value_str(kz->a, s));
	}
	(void)sl_map_remove(meta, sl_str(field));
	if (text->map.n > 0)
		sl_map_setz(kz->a, meta, field, text);
}

int sl_kz_patch_merge(struct sl_kz *kz, struct sl_kz_resource *r, const struct sl_value *patch,
		      struct sl_kz_patch_options options, struct sl_err *err)
{
	struct sl_value *copy = sl_value_copy(kz->a, patch), *result;
	struct sl_str name = sl_kz_name(kz, r), ns = sl_kz_namespace(kz, r),
		      kind = sl_kz_kind(kz, r);
	struct sl_kz_id id = sl_kz_current_id(kz, r);
	const struct sl_value *version = sl_get(r->obj, "apiVersion");
	int rc;

	if (options.allow_name_change || options.allow_kind_change)
		sl_kz_store_previous_id(kz, r);
	if (options.text_metadata) {
		make_text(kz, sl_map_get(copy, SL_STR("metadata")), "labels");
		make_text(kz, sl_map_get(copy, SL_STR("metadata")), "annotations");
		rc = sl_kz_check_scalar(version, "apiVersion", err);
		if (rc < 0)
			return rc;
		/* A patch takes on the apiVersion of what it patches, as it is written. */
		sl_kz_set_member(kz, copy, "apiVersion",
				 version ? sl_kz_field_text(kz, version) : SL_STR_NULL);
	}
	/* kustomize drops the outcome of replacing a whole object: a quirk that it has kept. */
	if (sl_str_eqz(sl_get_str(copy, "$patch"), "replace"))
		return 0;
	rc = sl_kz_strategic_merge(kz->a, kz->schema, r->obj, copy, &result, err);
	if (rc < 0) {
		sl_err_wrap(err, "patching %s", sl_kz_id_text(kz->a, &id));
		return rc;
	}
	r->obj = sl_kz_is_empty(result) ? NULL : result;
	if (!r->obj)
		return 0;
	if (options.text_metadata && !sl_get(r->obj, "apiVersion"))
		sl_map_setz(kz->a, r->obj, "apiVersion", sl_value_null(kz->a));
	if (!options.allow_kind_change)
		sl_kz_set_kind(kz, r, kind);
	if (!options.allow_name_change)
		sl_kz_set_name(kz, r, name);
	sl_kz_set_namespace(kz, r, ns);
	return sl_kz_check_memory(kz, err);
}

int sl_kz_patch_parse_operations(struct sl_kz *kz, struct sl_str text, const char *file,
				 struct sl_value **ret, struct sl_err *err)
{
	struct sl_yaml_options options = { .rules = SL_YAML_KUBERNETES,
					   .file = file,
					   .allow_duplicates = true,
					   .first_document = true };
	SL_AUTO(sl_err) ignored = SL_ERR_INIT;
	struct sl_value *docs;

	*ret = NULL;
	/* What begins like JSON has to be JSON. */
	if (text.n > 0 && text.p[0] == '[' && sl_json_parse(kz->a, text, NULL, &docs, &ignored) < 0)
		return 0;
	sl_err_release(&ignored);
	/* Text that is no YAML at all is told apart, and refused, where objects are decoded. */
	if (sl_yaml_parse_all(kz->a, text, &options, &docs, &ignored) < 0)
		return 0;
	struct sl_value *ops = sl_list_get(docs, 0);

	if (!sl_is_list(ops))
		return 0;
	for (size_t i = 0; i < ops->list.n; i++) {
		/* Nothing is an operation of no kind, which fails where it is applied. */
		if (sl_is_null(ops->list.items[i]))
			ops->list.items[i] = sl_value_map(kz->a);
		if (sl_is_map(ops->list.items[i]))
			continue;
		return sl_value_err_set(
			err, ops->list.items[i], NULL, SL_ERR_INVALID,
			"unable to parse SM or JSON patch: an operation must be a map, got a %s",
			sl_value_kind_name(ops->list.items[i]));
	}
	*ret = ops;
	return 0;
}

/* Origins are annotations of any kind to kustomize, which a patch may take away; other marks it puts back. */
static const char *const origin_marks[] = { "config.kubernetes.io/origin",
					    "alpha.config.kubernetes.io/transformations" };

static void add_marks(struct sl_kz *kz, struct sl_kz_resource *r)
{
	struct sl_value *annotations = sl_get(r->obj, "metadata", "annotations");

	for (size_t i = 0; r->origin && i < SL_ARRAY_LEN(origin_marks); i++)
		if (sl_is_map(annotations))
			sl_map_set_strz(kz->a, annotations, origin_marks[i], "");
}

static void take_marks(struct sl_kz_resource *r)
{
	struct sl_value *annotations = sl_get(r->obj, "metadata", "annotations");
	bool origin = sl_map_remove(annotations, sl_str(origin_marks[0]));
	bool transformations = sl_map_remove(annotations, sl_str(origin_marks[1]));

	if (!origin)
		r->origin = NULL;
	if (!transformations)
		r->transformation_n = 0;
}

int sl_kz_patch_operations(struct sl_kz *kz, struct sl_kz_resource *r,
			   const struct sl_value *operations, struct sl_err *err)
{
	struct sl_kz_id id = sl_kz_current_id(kz, r);
	struct sl_value *result;

	sl_kz_need_annotations(kz, r);
	add_marks(kz, r);
	sl_yaml_read_back(kz->a, r->obj);
	int rc =
		sl_jsonpatch_apply(kz->a, r->obj, operations, SL_JSONPATCH_KUSTOMIZE, &result, err);

	if (rc == 0 && !sl_is_map(result))
		rc = sl_err_set(err, SL_ERR_INVALID, "the result is no object but a %s",
				sl_value_kind_name(result));
	if (rc < 0) {
		sl_err_wrap(err, "patching %s", sl_kz_id_text(kz->a, &id));
		return rc;
	}
	sl_kz_forget_spelling(result);
	sl_kz_numbers_through_json(kz->a, result);
	r->obj = result;
	take_marks(r);
	sl_kz_remake_annotations(kz, r);
	return sl_kz_check_memory(kz, err);
}
