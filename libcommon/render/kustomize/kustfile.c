#include "libcommon/render/kustomize/kustfile.h"

#include "libcommon/codec/yaml.h"
#include "libcommon/render/kustomize/chart.h"

/* Nothing but kind and apiVersion, or only zero values: most likely the wrong file. */
static bool says_nothing(const struct sl_value *k)
{
	for (size_t i = 0; i < k->map.n; i++) {
		const struct sl_member *m = &k->map.members[i];

		if (sl_str_eqz(m->key, "kind") || sl_str_eqz(m->key, "apiVersion"))
			continue;
		if (!sl_is_str(m->value) || m->value->s.n > 0)
			return false;
	}
	return true;
}

static const struct {
	const char *field, *instead;
} deprecated[] = {
	{ "bases", "resources" },
	{ "commonLabels", "labels" },
	{ "imageTags", "images" },
	{ "patchesJson6902", "patches" },
	{ "patchesStrategicMerge", "patches" },
	{ "vars", "replacements" },
};

static void warn_deprecated(struct sl_kz *kz, const struct sl_value *k, const char *file)
{
	for (size_t i = 0; i < SL_ARRAY_LEN(deprecated); i++) {
		const struct sl_member *m = sl_map_member(k, sl_str(deprecated[i].field));

		if (m)
			sl_kz_warn(kz, sl_arena_printf(kz->a,
						       "%s:%u: '%s' is deprecated. Please use '%s' "
						       "instead.",
						       file, m->line, deprecated[i].field,
						       deprecated[i].instead));
	}
}

static void move_items(struct sl_arena *a, struct sl_value *k, const char *from, const char *to)
{
	struct sl_value *items = sl_map_get(k, sl_str(from));

	for (size_t i = 0; i < sl_list_len(items); i++)
		sl_list_push(a, sl_map_need_list(a, k, to), sl_list_get(items, i));
	sl_map_remove(k, sl_str(from));
}

/* `env`, one file, is the old spelling of `envs`. */
static void move_env(struct sl_arena *a, struct sl_value *generators)
{
	for (size_t i = 0; i < sl_list_len(generators); i++) {
		struct sl_value *g = sl_list_get(generators, i);
		struct sl_value *env = sl_map_get(g, SL_STR("env"));

		if (sl_as_str(env).n > 0)
			sl_list_push(a, sl_map_need_list(a, g, "envs"), env);
		sl_map_remove(g, SL_STR("env"));
	}
}

static int check_type(const struct sl_value *k, const char *file, bool *ret_component,
		      struct sl_err *err)
{
	struct sl_str kind = sl_get_str(k, "kind"), api_version = sl_get_str(k, "apiVersion");
	bool component = sl_str_eqz(kind, "Component");
	const char *want =
		component ? "kustomize.config.k8s.io/v1alpha1" : "kustomize.config.k8s.io/v1beta1";

	if (kind.n > 0 && !component && !sl_str_eqz(kind, "Kustomization")) {
		sl_err_set(err, SL_ERR_INVALID, "kind should be Kustomization or Component");
		sl_err_at(err, file, sl_map_member(k, SL_STR("kind"))->line, "kind");
		return SL_ERR_INVALID;
	}
	if (api_version.n > 0 && !sl_str_eqz(api_version, want)) {
		sl_err_set(err, SL_ERR_INVALID, "apiVersion for %s should be %s",
			   component ? "Component" : "Kustomization", want);
		sl_err_at(err, file, sl_map_member(k, SL_STR("apiVersion"))->line, "apiVersion");
		return SL_ERR_INVALID;
	}
	*ret_component = component;
	return 0;
}

int sl_kz_kustfile_check(struct sl_kz *kz, const struct sl_value *doc, const char *file,
			 struct sl_kz_kustfile *ret, struct sl_err *err)
{
	/* Flux reads the file of the root leniently before kustomize sees it. */
	enum sl_kz_unknown unknown =
		kz->options.kustomization == doc ? SL_KZ_UNKNOWN_WARN : SL_KZ_UNKNOWN_REFUSE;
	struct sl_value *k;
	int r = sl_kz_decode_kustomization(kz, doc, unknown, &k, err);

	if (r < 0)
		return r;
	if (says_nothing(k)) {
		sl_err_set(err, SL_ERR_INVALID, "kustomization.yaml is empty");
		sl_err_at(err, file, 0, NULL);
		return SL_ERR_INVALID;
	}
	r = check_type(k, file, &ret->is_component, err);
	if (r < 0)
		return r;
	warn_deprecated(kz, k, file);
	move_items(kz->a, k, "bases", "resources");
	move_items(kz->a, k, "imageTags", "images");
	sl_kz_charts_convert(kz->a, k);
	move_env(kz->a, sl_map_get(k, SL_STR("configMapGenerator")));
	move_env(kz->a, sl_map_get(k, SL_STR("secretGenerator")));
	ret->value = k;
	ret->file = file;
	return 0;
}

int sl_kz_kustfile_load(struct sl_kz *kz, const char *dir, struct sl_kz_kustfile *ret,
			struct sl_err *err)
{
	const char *file;
	struct sl_str text;
	struct sl_value *doc;
	int r = sl_kz_find_kustomization(kz, dir, &file, err);

	if (r < 0)
		return r;
	if (!file)
		return sl_err_set(err, SL_ERR_NOT_FOUND,
				  "unable to find one of 'kustomization.yaml', 'kustomization.yml' "
				  "or 'Kustomization' in directory '%s'",
				  sl_kz_shown(kz, dir));
	r = sl_kz_read(kz, file, &text, err);
	if (r < 0)
		return r;
	file = sl_kz_shown(kz, file);
	/* kustomize reads no second document here, and the last of repeated keys counts. */
	struct sl_yaml_options options = { .rules = SL_YAML_KUBERNETES,
					   .file = file,
					   .allow_duplicates = true,
					   .first_document = true };

	r = sl_yaml_parse(kz->a, text, &options, &doc, err);
	if (r < 0) {
		sl_err_wrap(err, "invalid Kustomization");
		return r;
	}
	return sl_kz_kustfile_check(kz, doc, file, ret, err);
}
