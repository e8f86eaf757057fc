#include "libcommon/codec/yaml.h"
#include "libcommon/render/kustomize/config.h"
#include "libcommon/render/kustomize/kustfields.h"

/* The fields of a file of `configurations`, and what they hold. */
static const struct {
	const char *field;
	enum sl_kz_config_list list;
} lists[] = {
	{ "namePrefix", SL_KZ_SPECS_NAME_PREFIX },
	{ "nameSuffix", SL_KZ_SPECS_NAME_SUFFIX },
	{ "namespace", SL_KZ_SPECS_NAMESPACE },
	{ "commonLabels", SL_KZ_SPECS_COMMON_LABELS },
	{ "labels", SL_KZ_SPECS_LABELS },
	{ "templateLabels", SL_KZ_SPECS_TEMPLATE_LABELS },
	{ "volumeClaimTemplateLabels", SL_KZ_SPECS_CLAIM_LABELS },
	{ "commonAnnotations", SL_KZ_SPECS_ANNOTATIONS },
	{ "varReference", SL_KZ_SPECS_VARS },
	{ "images", SL_KZ_SPECS_IMAGES },
	{ "replicas", SL_KZ_SPECS_REPLICAS },
};

static const char *text_or_null(struct sl_kz *kz, const struct sl_value *v, const char *field)
{
	return sl_get_str(v, field).n > 0 ? sl_as_strz(kz->a, sl_get(v, field)) : NULL;
}

static void read_references(struct sl_kz *kz, const struct sl_value *list, struct sl_kz_config *to)
{
	size_t n = sl_list_len(list);
	struct sl_kz_backref *v = sl_arena_array(kz->a, n + 1, sizeof(*v));

	for (size_t i = 0; i < n; i++) {
		const struct sl_value *item = sl_list_get(list, i);
		struct sl_kz_fieldspecs referrers =
			sl_kz_fieldspecs_parse(kz, sl_get(item, "fieldSpecs"));

		v[i] = (struct sl_kz_backref){ .kind = text_or_null(kz, item, "kind"),
					       .group = text_or_null(kz, item, "group"),
					       .version = text_or_null(kz, item, "version"),
					       .referrers = referrers.v,
					       .n = referrers.n };
	}
	to->references = v;
	to->reference_n = n;
}

static int read_file(struct sl_kz *kz, const struct sl_kz_dir *dir, struct sl_str path,
		     struct sl_kz_config **ret, struct sl_err *err)
{
	struct sl_yaml_options options = { .rules = SL_YAML_KUBERNETES, .first_document = true };
	struct sl_kz_config *config = sl_arena_new(kz->a, struct sl_kz_config);
	struct sl_value *doc, *v = NULL;
	struct sl_str text;
	int r = sl_kz_load(kz, dir, path, &text, &options.file, err);

	if (r == 0)
		r = sl_yaml_parse(kz->a, text, &options, &doc, err);
	if (r == 0)
		r = sl_kz_decode_struct(kz, &sl_kz_config_struct, doc, SL_KZ_UNKNOWN_REFUSE_LAX, &v,
					err);
	if (r < 0)
		return r;
	for (size_t i = 0; i < SL_ARRAY_LEN(lists); i++) {
		struct sl_kz_fieldspecs *list = &config->lists[lists[i].list];

		*list = sl_kz_fieldspecs_parse(kz, sl_get(v, lists[i].field));
		sl_kz_specs_sort(kz, list);
	}
	read_references(kz, sl_get(v, "nameReference"), config);
	*ret = config;
	return 0;
}

int sl_kz_config_load(struct sl_kz *kz, const struct sl_kz_dir *dir, const struct sl_value *files,
		      const struct sl_kz_config **ret, struct sl_err *err)
{
	*ret = NULL;
	for (size_t i = 0; i < sl_list_len(files); i++) {
		const struct sl_value *file = sl_list_get(files, i);
		struct sl_kz_config *one = NULL;
		/* Merged with nothing first: a file must not contradict itself either. */
		const struct sl_kz_config *sofar =
			*ret ? *ret : sl_arena_new(kz->a, struct sl_kz_config);
		int r = read_file(kz, dir, sl_as_str(file), &one, err);

		if (r == 0)
			r = sl_kz_config_merge(kz, sofar, one, ret, err);
		if (r < 0) {
			sl_err_wrap(err, "configurations[%zu]", i);
			sl_value_err_at(file, sl_arena_printf(kz->a, "configurations[%zu]", i),
					err);
			return r;
		}
	}
	return 0;
}
