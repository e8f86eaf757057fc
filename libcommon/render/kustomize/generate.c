#include <string.h>

#include "libcommon/base/strvec.h"
#include "libcommon/codec/yaml.h"
#include "libcommon/render/kustomize/kustfields.h"
#include "libcommon/render/kustomize/loader.h"

/* A walk over the tree, in the order of the names. */
struct scan {
	struct sl_kz *kz;
	struct sl_value *resources;
	size_t prefix; /* bytes of the root directory and its slash in every path */
	struct sl_err *err;
};

static void collect_name(void *arg, const char *name)
{
	sl_strvec_push(arg, name);
}

static bool is_yaml(const char *name)
{
	return sl_str_ends(sl_str(name), SL_STR(".yaml")) ||
	       sl_str_ends(sl_str(name), SL_STR(".yml"));
}

static void add(struct scan *s, const char *path)
{
	sl_list_push(s->kz->a, s->resources, sl_value_strf(s->kz->a, "./%s", path + s->prefix));
}

/* A file that is no Kubernetes object fails the whole: what it should have been is not known. */
static int scan_file(struct scan *s, const char *path)
{
	struct sl_kz_objects found;
	struct sl_str text;
	int r = sl_kz_read(s->kz, path, &text, s->err);

	if (r == 0)
		r = sl_kz_decode_objects(s->kz, text, path, &found, s->err);
	if (r < 0) {
		sl_err_wrap(s->err, "failed to decode Kubernetes YAML from %s", path);
		return r;
	}
	add(s, path);
	return 0;
}

static int scan_dir(struct scan *s, const char *dir, size_t depth);

static int scan_entry(struct scan *s, const char *path, const char *name, size_t depth)
{
	SL_AUTO(sl_err) several = SL_ERR_INIT;
	const char *kustomization;

	switch (s->kz->fs->stat(s->kz->fs->ctx, path)) {
	case SL_KUSTOMIZE_NONE:
		return 0;
	case SL_KUSTOMIZE_FILE:
		return is_yaml(name) ? scan_file(s, path) : 0;
	case SL_KUSTOMIZE_DIR:
		break;
	}
	/* That it has too many is said by the build, and only if it comes to that. */
	if (sl_kz_find_kustomization(s->kz, path, &kustomization, &several) == 0 && !kustomization)
		return scan_dir(s, path, depth + 1);
	add(s, path);
	return 0;
}

static int scan_dir(struct scan *s, const char *dir, size_t depth)
{
	SL_AUTO(sl_strvec) names = SL_STRVEC_INIT;

	if (depth > s->kz->options.limits.depth)
		return sl_err_set(s->err, SL_ERR_TOO_LARGE, "directories nested deeper than %zu",
				  s->kz->options.limits.depth);
	int r = s->kz->fs->list(s->kz->fs->ctx, dir, collect_name, &names, s->err);

	sl_strvec_sort(&names);
	for (size_t i = 0; r == 0 && i < names.n; i++)
		r = scan_entry(
			s, sl_arena_printf(s->kz->a, "%s%s%s", dir, *dir ? "/" : "", names.v[i]),
			names.v[i], depth);
	return r;
}

static struct sl_value *new_kustomization(struct sl_arena *a)
{
	struct sl_value *k = sl_value_map(a);

	sl_map_set_strz(a, k, "apiVersion", "kustomize.config.k8s.io/v1beta1");
	sl_map_set_strz(a, k, "kind", "Kustomization");
	return k;
}

static int make_from_tree(struct sl_kz *kz, const char *dir, struct sl_value **ret,
			  struct sl_err *err)
{
	struct scan s = { .kz = kz, .resources = sl_value_list(kz->a), .err = err };
	struct sl_value *k = new_kustomization(kz->a);

	s.prefix = *dir ? strlen(dir) + 1 : 0;
	int r = scan_dir(&s, dir, 0);

	if (r < 0)
		return r;
	/* A kustomization without content is refused; one that sets a namespace on nothing is not. */
	if (s.resources->list.n > 0)
		sl_map_setz(kz->a, k, "resources", s.resources);
	else
		sl_map_set_strz(kz->a, k, "namespace", "_placeholder");
	*ret = k;
	return 0;
}

static int read_file(struct sl_kz *kz, const char *file, struct sl_value **ret, struct sl_err *err)
{
	struct sl_yaml_options options = { .rules = SL_YAML_KUBERNETES,
					   .file = file,
					   .allow_duplicates = true,
					   .first_document = true };
	struct sl_value *doc = NULL, *k;
	struct sl_str text;
	int r = sl_kz_read(kz, file, &text, err);

	if (r == 0)
		r = sl_yaml_parse(kz->a, text, &options, &doc, err);
	if (r < 0) {
		sl_err_wrap(err, "invalid Kustomization");
		return r;
	}
	r = sl_kz_decode_kustomization(kz, doc, SL_KZ_UNKNOWN_KEEP, &k, err);
	if (r < 0)
		return r;
	k->file = file;
	/* So that one without resources is not taken for an empty file. */
	if (sl_list_len(sl_get(k, "resources")) == 0) {
		struct sl_value *metadata = sl_value_list(kz->a);

		sl_list_push_strz(kz->a, metadata, "originAnnotations");
		sl_map_setz(kz->a, k, "buildMetadata", metadata);
	}
	*ret = k;
	return 0;
}

int sl_kustomize_generate(struct sl_arena *a, const struct sl_kustomize_fs *fs, const char *path,
			  const struct sl_kustomize_limits *limits, struct sl_value **ret,
			  bool *ret_generated, struct sl_err *caller_err)
{
	SL_AUTO(sl_err) own = SL_ERR_INIT;
	struct sl_err *err = caller_err ? caller_err : &own;
	struct sl_kustomize_options options = { 0 };
	const char *dir = "", *file;
	struct sl_kz kz;

	if (limits)
		options.limits = *limits;
	sl_kz_init(&kz, a, fs, &options);
	int r = *path ? sl_kz_path_join(a, "", sl_str(path), &dir, err) : 0;

	if (r == 0)
		r = sl_kz_find_kustomization(&kz, dir, &file, err);
	if (r == 0)
		r = file ? read_file(&kz, file, ret, err) : make_from_tree(&kz, dir, ret, err);
	if (r == 0 && ret_generated)
		*ret_generated = file == NULL;
	return r;
}
