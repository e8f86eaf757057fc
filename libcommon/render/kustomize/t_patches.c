#include "libcommon/codec/yaml.h"
#include "libcommon/render/kustomize/patch.h"
#include "libcommon/render/kustomize/selector.h"
#include "libcommon/render/kustomize/transform.h"

/* One entry of `patches`, `patchesStrategicMerge` or `patchesJson6902`. */
struct entry {
	struct sl_str text;
	const char *file;  /* for positions */
	const char *field; /* "patches[0]" */
	const struct sl_value *at;
	bool has_target;
	struct sl_kz_target target;
	struct sl_kz_patch_options options;
};

/* Say where; returns `code`. */
static int fail_at(const struct entry *e, int code, struct sl_err *err)
{
	sl_value_err_at(e->at, e->field, err);
	return code;
}

static int count_patch(struct sl_kz *kz, const struct entry *e, struct sl_err *err)
{
	if (kz->patches < kz->options.limits.patches) {
		kz->patches++;
		return 0;
	}
	return fail_at(e,
		       sl_err_set(err, SL_ERR_TOO_LARGE, "more than %zu patches",
				  kz->options.limits.patches),
		       err);
}

/* What positions in a patch given in place are relative to. */
static const char *place_of(struct sl_kz_stage *s, const struct entry *e)
{
	if (e->at->file && !sl_streq(e->at->file, s->kust->file))
		return e->at->file;
	return sl_arena_printf(s->kz->a, "%s %s", s->kust->file, e->field);
}

/* Load the text: given in place, then it is in e->text, or the path of a file. */
static int load_text(struct sl_kz_stage *s, struct entry *e, struct sl_err *err)
{
	const struct sl_value *path = sl_get(e->at, "path");

	if (e->text.n > 0 && sl_as_str(path).n > 0) {
		return fail_at(e,
			       sl_err_set(err, SL_ERR_INVALID,
					  "patch and path can't be set at the same time"),
			       err);
	}
	if (e->text.n > 0) {
		e->file = place_of(s, e);
		return 0;
	}
	if (sl_as_str(path).n == 0) {
		return fail_at(
			e, sl_err_set(err, SL_ERR_INVALID, "must specify one of patch and path"),
			err);
	}
	int r = sl_kz_load(s->kz, s->dir, sl_as_str(path), &e->text, &e->file, err);

	if (r == 0)
		return 0;
	sl_value_err_at(path, e->field, err);
	sl_err_wrap(err, "failed to get the patch file from path(%.*s)",
		    SL_STR_FMT(sl_as_str(path)));
	return r;
}

static int load_entry(struct sl_kz_stage *s, const struct sl_value *v, struct sl_str in_place,
		      const char *field, struct entry *e, struct sl_err *err)
{
	const struct sl_value *target = sl_get(v, "target"), *o = sl_get(v, "options");

	*e = (struct entry){
		.at = v, .text = in_place, .field = field, .has_target = target != NULL
	};
	e->options.allow_name_change = sl_get_bool(o, false, "allowNameChange");
	e->options.allow_kind_change = sl_get_bool(o, false, "allowKindChange");
	int r = count_patch(s->kz, e, err);

	if (r == 0)
		r = load_text(s, e, err);
	if (r == 0 && target)
		r = sl_kz_target_parse(s->kz, target, &e->target, err);
	return r;
}

static int unmatched(struct sl_kz_stage *s, const struct sl_kz_id *id, const struct sl_value *patch,
		     const char *what, struct sl_err *err)
{
	const char *text = sl_kz_id_text(s->kz->a, id);

	return sl_value_err_set(err, patch, NULL, SL_ERR_INVALID,
				"no resource matches strategic merge patch \"%s\": %s for Id %s",
				text, what, text);
}

/* The one object that a patch without target means, by any id it has or had. */
static int find_by_id(struct sl_kz_stage *s, struct sl_value *patch, struct sl_kz_resource **ret,
		      struct sl_err *err)
{
	const struct sl_kz_resource p = { .obj = patch };
	struct sl_kz_id id = sl_kz_current_id(s->kz, &p);

	*ret = NULL;
	for (size_t i = 0; i < s->m->n; i++) {
		if (sl_kz_is_empty(s->m->v[i]->obj) || !sl_kz_has_id(s->kz, s->m->v[i], &id))
			continue;
		if (*ret)
			return unmatched(s, &id, patch, "multiple matches", err);
		*ret = s->m->v[i];
	}
	return *ret ? 0 : unmatched(s, &id, patch, "no matches", err);
}

static int merge_by_id(struct sl_kz_stage *s, const struct sl_kz_objects *patches,
		       struct sl_kz_patch_options options, struct sl_err *err)
{
	for (size_t i = 0; i < patches->n; i++) {
		struct sl_kz_resource *r;
		int rc = find_by_id(s, patches->v[i], &r, err);

		if (rc == 0)
			rc = sl_kz_patch_merge(s->kz, r, patches->v[i], options, err);
		if (rc < 0)
			return rc;
	}
	sl_kz_map_touch(s->m);
	return 0;
}

static size_t select_targets(struct sl_kz_stage *s, const struct entry *e, bool *selected)
{
	size_t n = 0;

	for (size_t i = 0; i < s->m->n; i++) {
		selected[i] = !sl_kz_is_empty(s->m->v[i]->obj) &&
			      sl_kz_target_matches(s->kz, &e->target, s->m->v[i]);
		n += selected[i];
	}
	return n;
}

static int merge_by_target(struct sl_kz_stage *s, const struct entry *e,
			   const struct sl_kz_objects *patches, struct sl_err *err)
{
	bool *selected = sl_arena_array(s->kz->a, s->m->n + 1, sizeof(bool));
	struct sl_kz_patch_options options = e->options;

	if (patches->n > 1) {
		return fail_at(e,
			       sl_err_set(err, SL_ERR_INVALID,
					  "Multiple Strategic-Merge Patches in one `patches` entry "
					  "is not allowed "
					  "to set `patches.target` field"),
			       err);
	}
	if (patches->n == 0 || select_targets(s, e, selected) == 0)
		return 0;
	options.text_metadata = true;
	for (size_t i = 0; i < s->m->n; i++) {
		if (!selected[i])
			continue;
		int r = sl_kz_patch_merge(s->kz, s->m->v[i], patches->v[0], options, err);

		if (r < 0)
			return r;
	}
	sl_kz_map_drop_deleted(s->m);
	sl_kz_map_touch(s->m);
	return sl_kz_map_check_unique(s->kz, s->m,
				      "may not add resource with an already registered id", err);
}

static int apply_operations(struct sl_kz_stage *s, const struct entry *e,
			    const struct sl_value *ops, bool remember, struct sl_err *err)
{
	bool *selected = sl_arena_array(s->kz->a, s->m->n + 1, sizeof(bool));

	if (!e->has_target) {
		return fail_at(
			e, sl_err_set(err, SL_ERR_INVALID, "must specify a target for JSON patch"),
			err);
	}
	(void)select_targets(s, e, selected);
	for (size_t i = 0; i < s->m->n; i++) {
		if (!selected[i])
			continue;
		if (remember)
			sl_kz_store_previous_id(s->kz, s->m->v[i]);
		int r = sl_kz_patch_operations(s->kz, s->m->v[i], ops, err);

		if (r < 0)
			return fail_at(e, r, err);
	}
	sl_kz_map_touch(s->m);
	return 0;
}

/* A list is a JSON patch, anything else must be objects to be merged. */
static int apply_entry(struct sl_kz_stage *s, const struct entry *e, struct sl_err *err)
{
	struct sl_kz_objects patches;
	struct sl_value *ops;
	int r = sl_kz_patch_parse_operations(s->kz, e->text, e->file, &ops, err);

	if (r < 0)
		return r;
	if (ops)
		return ops->list.n ? apply_operations(s, e, ops, true, err) : 0;
	r = sl_kz_decode_patches(s->kz, e->text, e->file, &patches, err);
	if (r < 0) {
		sl_err_wrap(err, "unable to parse SM or JSON patch");
		return r;
	}
	return e->has_target ? merge_by_target(s, e, &patches, err)
			     : merge_by_id(s, &patches, e->options, err);
}

int sl_kz_patch_any(struct sl_kz_stage *s, const struct sl_value *v, const char *field,
		    struct sl_err *err)
{
	struct entry e;
	int r = load_entry(s, v, sl_str_trim(sl_get_str(v, "patch")), field, &e, err);

	if (r == 0)
		r = apply_entry(s, &e, err);
	if (r == 0)
		sl_kz_stage_done(s);
	return r;
}

int sl_kz_transform_patches(struct sl_kz_stage *s, struct sl_err *err)
{
	const struct sl_value *patches = sl_get(s->kust->value, "patches");

	for (size_t i = 0; i < sl_list_len(patches); i++) {
		int r = sl_kz_patch_any(s, sl_list_get(patches, i),
					sl_arena_printf(s->kz->a, "patches[%zu]", i), err);

		if (r < 0)
			return r;
	}
	return 0;
}

/* An item is a patch in place or, when it does not read as objects, the path of a file. */
static int load_strategic(struct sl_kz_stage *s, const struct sl_value *v, const char *field,
			  struct sl_kz_objects *ret, struct sl_err *err)
{
	struct entry e = { .at = v, .field = field };
	SL_AUTO(sl_err) in_place = SL_ERR_INIT;
	int r = count_patch(s->kz, &e, err);

	if (r < 0)
		return r;
	e.file = place_of(s, &e);
	if (sl_kz_decode_patches(s->kz, sl_as_str(v), e.file, ret, &in_place) == 0)
		return 0;
	if (sl_str_chr(sl_as_str(v), '\n') >= 0)
		return sl_err_move(err, &in_place);
	r = sl_kz_load(s->kz, s->dir, sl_as_str(v), &e.text, &e.file, err);
	if (r < 0)
		return fail_at(&e, r, err);
	return sl_kz_decode_patches(s->kz, e.text, e.file, ret, err);
}

static int merge_item(struct sl_kz_stage *s, const struct sl_value *v, const char *field,
		      size_t *total, struct sl_err *err)
{
	struct sl_kz_objects patches;
	int r = load_strategic(s, v, field, &patches, err);

	if (r == 0)
		r = merge_by_id(s, &patches, (struct sl_kz_patch_options){ .text_metadata = true },
				err);
	if (r == 0)
		*total += patches.n;
	return r;
}

int sl_kz_patch_strategic(struct sl_kz_stage *s, const struct sl_value *list,
			  const struct sl_value *text, const char *field, struct sl_err *err)
{
	size_t total = 0;
	int r = 0;

	for (size_t i = 0; i < sl_list_len(list) && r == 0; i++)
		r = merge_item(s, sl_list_get(list, i),
			       sl_arena_printf(s->kz->a, "%s[%zu]", field, i), &total, err);
	if (r == 0 && text)
		r = merge_item(s, text, "patches", &total, err);
	if (r < 0)
		return r;
	if (total == 0) {
		return sl_value_err_set(err, list ? list : text, field, SL_ERR_INVALID,
					"patch appears to be empty");
	}
	sl_kz_stage_done(s);
	return 0;
}

int sl_kz_transform_patches_strategic(struct sl_kz_stage *s, struct sl_err *err)
{
	const struct sl_value *list = sl_get(s->kust->value, "patchesStrategicMerge");

	return sl_list_len(list) == 0
		       ? 0
		       : sl_kz_patch_strategic(s, list, NULL, "patchesStrategicMerge", err);
}

int sl_kz_patch_json(struct sl_kz_stage *s, const struct sl_value *v, const char *field,
		     struct sl_err *err)
{
	struct entry e;
	struct sl_value *ops = NULL;
	int r = load_entry(s, v, sl_get_str(v, "patch"), field, &e, err);

	if (r == 0)
		r = sl_kz_patch_parse_operations(s->kz, e.text, e.file, &ops, err);
	if (r < 0)
		return r;
	if (sl_get_str(e.at, "target", "name").n == 0) {
		return fail_at(&e, sl_err_set(err, SL_ERR_INVALID, "must specify the target name"),
			       err);
	}
	if (!ops || ops->list.n == 0) {
		return fail_at(&e, sl_err_set(err, SL_ERR_INVALID, "patch appears to be empty"),
			       err);
	}
	r = apply_operations(s, &e, ops, false, err);
	if (r == 0)
		sl_kz_stage_done(s);
	return r;
}

int sl_kz_transform_patches_json(struct sl_kz_stage *s, struct sl_err *err)
{
	const struct sl_value *list = sl_get(s->kust->value, "patchesJson6902");

	for (size_t i = 0; i < sl_list_len(list); i++) {
		int r = sl_kz_patch_json(s, sl_list_get(list, i),
					 sl_arena_printf(s->kz->a, "patchesJson6902[%zu]", i), err);

		if (r < 0)
			return r;
	}
	return 0;
}
