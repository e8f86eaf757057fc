#include "libcommon/codec/json.h"
#include "libcommon/render/kustomize/loader.h"

static void copy_text(struct sl_arena *a, const struct sl_value *spec, const char *from,
		      struct sl_value *k, const char *to)
{
	const struct sl_value *v = sl_get(spec, from);

	if (sl_is_str(v))
		sl_map_setz(a, k, to, sl_value_copy(a, v));
}

/* Old objects hold patches as values, where kustomize wants their text. */
static struct sl_value *as_text(struct sl_arena *a, const struct sl_value *v)
{
	SL_AUTO(sl_strbuf) json = SL_STRBUF_INIT(SL_KUSTOMIZE_BYTES_MAX);

	if (!sl_is_map(v) && !sl_is_list(v))
		return sl_value_copy(a, v);
	sl_json_write(v, SL_JSON_COMPACT, &json);
	return sl_value_str(a, sl_strbuf_str(&json));
}

static void append_all(struct sl_arena *a, const struct sl_value *spec, const char *field,
		       struct sl_value *k)
{
	const struct sl_value *items = sl_get(spec, field);

	for (size_t i = 0; i < sl_list_len(items); i++) {
		struct sl_value *item = sl_list_get(items, i);
		struct sl_value *copy = sl_streq(field, "patchesStrategicMerge")
						? as_text(a, item)
						: sl_value_copy(a, item);
		const struct sl_value *patch = sl_get(copy, "patch");

		if (patch)
			sl_map_setz(a, copy, "patch", as_text(a, patch));
		/* So that a message tells it from the patches of the file. */
		copy->file = sl_arena_printf(a, "spec.%s[%zu]", field, i);
		copy->line = 0;
		sl_list_push(a, sl_map_need_list(a, k, field), copy);
	}
}

/* Local and relative: no URL, not absolute; it may lead up, but not out of the source. */
static bool is_local(struct sl_str path)
{
	return path.n > 0 && path.p[0] != '/' && !sl_kz_is_remote(path);
}

static int add_components(struct sl_arena *a, const struct sl_kustomize_fs *fs, const char *dir,
			  const struct sl_value *spec, struct sl_value *k, struct sl_err *err)
{
	const struct sl_value *components = sl_get(spec, "components");
	bool ignore_missing = sl_get_bool(spec, false, "ignoreMissingComponents");

	for (size_t i = 0; i < sl_list_len(components); i++) {
		struct sl_str c = sl_as_str(sl_list_get(components, i));
		const char *path;

		if (!is_local(c)) {
			sl_err_set(err, SL_ERR_INVALID,
				   "component path '%.*s' must be local and relative",
				   SL_STR_FMT(c));
			sl_err_at(err, NULL, 0, "spec.components");
			return SL_ERR_INVALID;
		}
		int r = sl_kz_path_join(a, dir, c, &path, err);

		if (r < 0)
			return r;
		if (ignore_missing && fs->stat(fs->ctx, path) == SL_KUSTOMIZE_NONE)
			continue;
		sl_list_push(a, sl_map_need_list(a, k, "components"), sl_value_str(a, c));
	}
	return 0;
}

static struct sl_value *find_image(const struct sl_value *images, struct sl_str name)
{
	for (size_t i = 0; i < sl_list_len(images); i++)
		if (sl_str_eq(sl_get_str(sl_list_get(images, i), "name"), name))
			return sl_list_get(images, i);
	return NULL;
}

/* Tag and digest replace those of an entry with the same name together, or not at all. */
static void merge_image(struct sl_arena *a, const struct sl_value *from, struct sl_value *to)
{
	static const char *const pins[] = { "newTag", "digest" };

	if (sl_get_str(from, "newName").n > 0)
		copy_text(a, from, "newName", to, "newName");
	if (sl_get_str(from, "newTag").n == 0 && sl_get_str(from, "digest").n == 0)
		return;
	for (size_t i = 0; i < SL_ARRAY_LEN(pins); i++) {
		sl_map_remove(to, sl_str(pins[i]));
		copy_text(a, from, pins[i], to, pins[i]);
	}
}

static void add_images(struct sl_arena *a, const struct sl_value *spec, struct sl_value *k)
{
	const struct sl_value *images = sl_get(spec, "images");

	for (size_t i = 0; i < sl_list_len(images); i++) {
		const struct sl_value *image = sl_list_get(images, i);
		struct sl_value *list = sl_map_need_list(a, k, "images");
		struct sl_value *there = find_image(list, sl_get_str(image, "name"));

		if (there)
			merge_image(a, image, there);
		else
			sl_list_push(a, list, sl_value_copy(a, image));
	}
}

int sl_kustomize_apply_spec(struct sl_arena *a, const struct sl_kustomize_fs *fs, const char *path,
			    const struct sl_value *spec, struct sl_value *k, struct sl_err *err)
{
	const char *dir = "";
	int r = *path ? sl_kz_path_join(a, "", sl_str(path), &dir, err) : 0;

	if (r < 0)
		return r;
	copy_text(a, spec, "targetNamespace", k, "namespace");
	copy_text(a, spec, "namePrefix", k, "namePrefix");
	copy_text(a, spec, "nameSuffix", k, "nameSuffix");
	append_all(a, spec, "patches", k);
	r = add_components(a, fs, dir, spec, k, err);
	if (r < 0)
		return r;
	append_all(a, spec, "patchesStrategicMerge", k);
	append_all(a, spec, "patchesJson6902", k);
	add_images(a, spec, k);
	if (sl_list_len(sl_get(spec, "buildMetadata")) > 0)
		sl_map_setz(a, k, "buildMetadata", sl_value_copy(a, sl_get(spec, "buildMetadata")));
	return 0;
}
