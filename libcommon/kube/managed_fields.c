#include "libcommon/kube/managed_fields.h"

#include "libcommon/base/strbuf.h"
#include "libcommon/kube/object.h"

static bool is_update(const struct sl_value *entry)
{
	return sl_str_eqz(sl_get_str(entry, "operation"), "Update");
}

static bool is_foreign(const struct sl_value *entry, const char *field_manager,
		       const struct sl_strvec *override)
{
	struct sl_str manager = sl_get_str(entry, "manager");

	if (sl_get_str(entry, "subresource").n)
		return false;
	if (sl_str_starts(manager, SL_STR("kubectl")))
		return true;
	if (override && sl_strvec_contains(override, manager))
		return true;
	return is_update(entry) &&
	       (sl_str_eqz(manager, "before-first-apply") || sl_str_eqz(manager, field_manager));
}

static bool is_own(const struct sl_value *entry, const char *field_manager)
{
	return !is_update(entry) && !sl_get_str(entry, "subresource").n &&
	       sl_str_eqz(sl_get_str(entry, "manager"), field_manager);
}

/* The union of two field sets: fieldsV1 is a tree of maps. */
static void merge_fields(struct sl_arena *a, struct sl_value *to, const struct sl_value *from)
{
	for (size_t i = 0; i < sl_map_len(from); i++) {
		const struct sl_member *m = &from->map.members[i];
		struct sl_value *have = sl_map_get(to, m->key);

		if (!have)
			sl_map_set(a, to, m->key, sl_value_copy(a, m->value));
		else if (sl_is_map(have))
			merge_fields(a, have, m->value);
	}
}

static struct sl_value *operation(struct sl_arena *a, struct sl_value *patch, const char *op,
				  const char *path)
{
	struct sl_value *o = sl_value_map(a);

	sl_map_set_strz(a, o, "op", op);
	sl_map_set_strz(a, o, "path", path);
	sl_list_push(a, patch, o);
	return o;
}

/* Patch operations for the keys of a tracking scheme that is ours to end. */
static void drop_tracking(struct sl_arena *a, const struct sl_value *live, struct sl_value *patch)
{
	static const struct {
		const char *map, *key, *path;
	} tracking[] = {
		{ "annotations", "kubectl.kubernetes.io/last-applied-configuration",
		  "/metadata/annotations/kubectl.kubernetes.io~1last-applied-configuration" },
		{ "annotations", "kustomize.toolkit.fluxcd.io/checksum",
		  "/metadata/annotations/kustomize.toolkit.fluxcd.io~1checksum" },
		{ "annotations", "fluxcd.io/sync-checksum",
		  "/metadata/annotations/fluxcd.io~1sync-checksum" },
		{ "labels", "fluxcd.io/sync-gc-mark", "/metadata/labels/fluxcd.io~1sync-gc-mark" },
	};

	for (size_t i = 0; i < SL_ARRAY_LEN(tracking); i++)
		if (sl_get(live, "metadata", tracking[i].map, tracking[i].key))
			operation(a, patch, "remove", tracking[i].path);
}

/* The managedFields after the take-over, or NULL when nobody is to be taken over. */
static struct sl_value *taken_over(struct sl_arena *a, const struct sl_value *live,
				   const char *field_manager, const struct sl_strvec *override)
{
	const struct sl_value *entries = sl_get(live, "metadata", "managedFields");
	struct sl_value *out = sl_value_list(a), *own = NULL;
	bool found = false;

	for (size_t i = 0; !own && i < sl_list_len(entries); i++)
		if (is_own(sl_list_get(entries, i), field_manager))
			own = sl_value_copy(a, sl_list_get(entries, i));
	for (size_t i = 0; i < sl_list_len(entries); i++) {
		const struct sl_value *e = sl_list_get(entries, i);

		if (is_own(e, field_manager)) {
			sl_list_push(a, out, own);
			continue;
		}
		if (!is_foreign(e, field_manager, override)) {
			sl_list_push(a, out, sl_value_copy(a, e));
			continue;
		}
		found = true;
		if (own) {
			merge_fields(a, sl_map_need_map(a, own, "fieldsV1"), sl_get(e, "fieldsV1"));
			continue;
		}
		own = sl_value_copy(a, e);
		sl_map_set_strz(a, own, "manager", field_manager);
		sl_map_set_strz(a, own, "operation", "Apply");
		sl_list_push(a, out, own);
	}
	return found ? out : NULL;
}

struct sl_value *sl_managed_fields_cleanup(struct sl_arena *a, const struct sl_value *live,
					   const char *field_manager,
					   const struct sl_strvec *override)
{
	struct sl_value *patch = sl_value_list(a), *fields, *o;

	drop_tracking(a, live, patch);
	fields = taken_over(a, live, field_manager, override);
	if (fields) {
		o = operation(a, patch, "replace", "/metadata/managedFields");
		sl_map_setz(a, o, "value", fields);
	}
	if (!sl_list_len(patch))
		return NULL;
	o = operation(a, patch, "replace", "/metadata/resourceVersion");
	sl_map_set_str(a, o, "value", sl_obj_resource_version(live));
	return patch;
}

const char *sl_managed_fields_others(struct sl_arena *a, const struct sl_value *live,
				     const char *field_manager)
{
	const struct sl_value *entries = sl_get(live, "metadata", "managedFields");
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(4096);

	for (size_t i = 0; i < sl_list_len(entries); i++) {
		const struct sl_value *e = sl_list_get(entries, i);
		struct sl_str manager = sl_get_str(e, "manager");

		if (sl_get_str(e, "subresource").n || sl_str_eqz(manager, field_manager) ||
		    sl_str_find(sl_strbuf_str(&b), manager) >= 0)
			continue;
		sl_strbuf_addf(&b, "%s%.*s", b.n ? ", " : "", SL_STR_FMT(manager));
	}
	return sl_arena_strdup(a, b.p);
}
