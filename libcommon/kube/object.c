#include "libcommon/kube/object.h"

#include "libcommon/base/arena.h"

struct sl_str sl_obj_api_version(const struct sl_value *obj)
{
	return sl_get_str(obj, "apiVersion");
}

struct sl_str sl_obj_group(const struct sl_value *obj)
{
	struct sl_str api_version = sl_obj_api_version(obj);
	ptrdiff_t slash = sl_str_chr(api_version, '/');

	return slash < 0 ? SL_STR("") : sl_str_sub(api_version, 0, (size_t)slash);
}

struct sl_str sl_obj_version(const struct sl_value *obj)
{
	struct sl_str api_version = sl_obj_api_version(obj);
	ptrdiff_t slash = sl_str_chr(api_version, '/');

	return slash < 0 ? api_version : sl_str_sub(api_version, (size_t)slash + 1, api_version.n);
}

struct sl_str sl_obj_kind(const struct sl_value *obj)
{
	return sl_get_str(obj, "kind");
}

struct sl_str sl_obj_name(const struct sl_value *obj)
{
	return sl_get_str(obj, "metadata", "name");
}

struct sl_str sl_obj_namespace(const struct sl_value *obj)
{
	return sl_get_str(obj, "metadata", "namespace");
}

struct sl_str sl_obj_uid(const struct sl_value *obj)
{
	return sl_get_str(obj, "metadata", "uid");
}

struct sl_str sl_obj_resource_version(const struct sl_value *obj)
{
	return sl_get_str(obj, "metadata", "resourceVersion");
}

int64_t sl_obj_generation(const struct sl_value *obj)
{
	return sl_get_int(obj, 0, "metadata", "generation");
}

int64_t sl_obj_observed_generation(const struct sl_value *obj)
{
	return sl_get_int(obj, -1, "status", "observedGeneration");
}

bool sl_obj_is_deleting(const struct sl_value *obj)
{
	return !sl_is_null(sl_get(obj, "metadata", "deletionTimestamp"));
}

struct sl_str sl_obj_label(const struct sl_value *obj, const char *key)
{
	return sl_get_str(obj, "metadata", "labels", key);
}

struct sl_str sl_obj_annotation(const struct sl_value *obj, const char *key)
{
	return sl_get_str(obj, "metadata", "annotations", key);
}

bool sl_obj_has_annotation(const struct sl_value *obj, const char *key)
{
	return sl_get(obj, "metadata", "annotations", key) != NULL;
}

bool sl_obj_has_finalizer(const struct sl_value *obj, const char *finalizer)
{
	const struct sl_value *list = sl_get(obj, "metadata", "finalizers");

	for (size_t i = 0; i < sl_list_len(list); i++) {
		if (sl_str_eqz(sl_as_str(sl_list_get(list, i)), finalizer))
			return true;
	}
	return false;
}

const char *sl_obj_subject(struct sl_arena *a, const struct sl_value *obj)
{
	struct sl_str kind = sl_obj_kind(obj), ns = sl_obj_namespace(obj), name = sl_obj_name(obj);

	if (!ns.n)
		return sl_arena_printf(a, "%.*s/%.*s", SL_STR_FMT(kind), SL_STR_FMT(name));
	return sl_arena_printf(a, "%.*s/%.*s/%.*s", SL_STR_FMT(kind), SL_STR_FMT(ns),
			       SL_STR_FMT(name));
}

const struct sl_value *sl_obj_condition(const struct sl_value *obj, const char *type)
{
	const struct sl_value *list = sl_get(obj, "status", "conditions");

	for (size_t i = 0; i < sl_list_len(list); i++) {
		const struct sl_value *c = sl_list_get(list, i);

		if (sl_str_eqz(sl_get_str(c, "type"), type))
			return c;
	}
	return NULL;
}
