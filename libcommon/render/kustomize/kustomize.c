#include "libcommon/render/kustomize/kustomize.h"

#include "libcommon/codec/yaml.h"
#include "libcommon/render/kustomize/finish.h"
#include "libcommon/render/kustomize/schema.h"
#include "libcommon/render/kustomize/origin.h"
#include "libcommon/render/kustomize/target.h"

static size_t or_default(size_t wish, size_t otherwise)
{
	return wish ? wish : otherwise;
}

void sl_kz_init(struct sl_kz *kz, struct sl_arena *a, const struct sl_kustomize_fs *fs,
		const struct sl_kustomize_options *options)
{
	*kz = (struct sl_kz){ .a = a, .fs = fs };
	if (options)
		kz->options = *options;
	struct sl_kustomize_limits *l = &kz->options.limits;

	l->files = or_default(l->files, SL_KUSTOMIZE_FILES_MAX);
	l->bytes = or_default(l->bytes, SL_KUSTOMIZE_BYTES_MAX);
	l->depth = or_default(l->depth, SL_KUSTOMIZE_DEPTH_MAX);
	l->objects = or_default(l->objects, SL_KUSTOMIZE_OBJECTS_MAX);
	l->patches = or_default(l->patches, SL_KUSTOMIZE_PATCHES_MAX);
	kz->schema = sl_arena_new(a, struct sl_kz_schema);
	kz->arena_limit = a->used + SL_KUSTOMIZE_ARENA_MAX;
}

static int load_root(struct sl_kz *kz, const char *path, struct sl_kz_kustfile *ret,
		     struct sl_err *err)
{
	const struct sl_value *given = kz->options.kustomization;

	if (!given)
		return sl_kz_kustfile_load(kz, path, ret, err);
	const char *file = given->file;

	if (!file)
		file = sl_kz_shown(kz, sl_arena_printf(kz->a, "%s%skustomization.yaml", path,
						       *path ? "/" : ""));

	return sl_kz_kustfile_check(kz, given, file, ret, err);
}

static int find_root(struct sl_kz *kz, const char *path, struct sl_kz_dir *ret, struct sl_err *err)
{
	*ret = (struct sl_kz_dir){ .path = "" };
	if (sl_kz_is_remote(sl_str(path)))
		return sl_kz_enter(kz, NULL, sl_str(path), ret, err);
	int r = *path ? sl_kz_path_join(kz->a, "", sl_str(path), &ret->path, err) : 0;

	/* What is missing is told by the kustomization that is not found there. */
	if (r == 0 && kz->fs->real && kz->fs->stat(kz->fs->ctx, ret->path) == SL_KUSTOMIZE_DIR)
		r = kz->fs->real(kz->fs->ctx, ret->path, kz->a, &ret->path, err);
	return r;
}

int sl_kustomize_build(struct sl_arena *a, const struct sl_kustomize_fs *fs, const char *path,
		       const struct sl_kustomize_options *options, struct sl_kustomize_result *ret,
		       struct sl_err *caller_err)
{
	/* Positions are added to errors on their way, and the code is read back from there. */
	SL_AUTO(sl_err) own = SL_ERR_INIT;
	struct sl_err *err = caller_err ? caller_err : &own;
	struct sl_kz kz;
	struct sl_kz_kustfile root = { 0 };
	struct sl_kz_map m = { 0 };
	const struct sl_kz_origin here = { 0 };
	struct sl_kz_dir dir;

	sl_kz_init(&kz, a, fs, options);
	int r = find_root(&kz, path, &dir, err);

	if (r == 0)
		r = load_root(&kz, dir.path, &root, err);
	if (r < 0)
		return r;
	kz.track_origin = sl_list_len(sl_get(root.value, "buildMetadata")) > 0;
	kz.track_transformations = sl_kz_has_build_metadata(&root, "transformerAnnotations");
	r = sl_kz_accumulate(&kz, &root, &dir, &here, &m, err);
	if (r == 0)
		r = sl_kz_finish(&kz, &root, &m, err);
	if (r < 0)
		return r;
	struct sl_kustomize_result result = { .n = m.n,
					      .warnings = kz.warnings,
					      .warning_count = kz.warning_count };

	result.objects = sl_arena_array(a, m.n + 1, sizeof(struct sl_value *));
	for (size_t i = 0; i < m.n; i++)
		result.objects[i] = m.v[i]->obj;
	*ret = result;
	return 0;
}

void sl_kustomize_write(struct sl_value *const *objects, size_t n, struct sl_strbuf *out)
{
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			sl_strbuf_addz(out, "---\n");
		sl_yaml_write(objects[i], SL_YAML_SORT, out);
	}
}
