#include "libcommon/gitops/sourceref.h"

static bool kind_is_allowed(const struct sl_source_ref_policy *policy, struct sl_str kind)
{
	if (!policy->kinds)
		return true;
	for (const char *const *k = policy->kinds; *k; k++)
		if (sl_str_eqz(kind, *k))
			return true;
	return false;
}

static const char *text_of(struct sl_arena *a, struct sl_str s)
{
	return s.n ? sl_arena_str(a, s).p : "";
}

static struct sl_str namespace_of(const struct sl_value *ref, struct sl_str own)
{
	struct sl_str given = sl_get_str(ref, "namespace");

	return given.n ? given : own;
}

int sl_source_ref_read(struct sl_arena *a, const struct sl_value *ref, struct sl_str own,
		       const struct sl_source_ref_policy *policy, struct sl_source_ref *ret_ref,
		       struct sl_err *err)
{
	struct sl_str kind = sl_get_str(ref, "kind"), name = sl_get_str(ref, "name");
	struct sl_str ns = namespace_of(ref, own);

	if (!kind.n || !name.n)
		return sl_err_set(err, SL_ERR_INVALID, "source reference without %s",
				  kind.n ? "name" : "kind");
	if (!kind_is_allowed(policy, kind))
		return sl_err_set(err, SL_ERR_INVALID, "source `%.*s` kind '%.*s' not supported",
				  SL_STR_FMT(name), SL_STR_FMT(kind));
	if (policy->no_cross_namespace && !sl_str_eq(ns, own))
		return sl_err_set(err, SL_ERR_FORBIDDEN,
				  "can't access '%.*s/%.*s/%.*s', cross-namespace references have "
				  "been blocked",
				  SL_STR_FMT(kind), SL_STR_FMT(ns), SL_STR_FMT(name));
	*ret_ref = (struct sl_source_ref){
		.api_version = text_of(a, sl_get_str(ref, "apiVersion")),
		.kind = text_of(a, kind),
		.namespace_ = text_of(a, ns),
		.name = text_of(a, name),
	};
	return 0;
}

const char *sl_source_ref_text(struct sl_arena *a, const struct sl_source_ref *ref)
{
	return sl_arena_printf(a, "%s/%s/%s", ref->kind, ref->namespace_, ref->name);
}

bool sl_source_ref_names(const struct sl_value *ref, struct sl_str own, struct sl_str kind,
			 struct sl_str namespace_, struct sl_str name)
{
	return sl_str_eq(sl_get_str(ref, "kind"), kind) &&
	       sl_str_eq(sl_get_str(ref, "name"), name) &&
	       sl_str_eq(namespace_of(ref, own), namespace_);
}

bool sl_source_artifact_changed(const struct sl_cached *old, const struct sl_cached *now)
{
	const struct sl_value *artifact = now ? sl_get(now->value, "status", "artifact") : NULL;
	const struct sl_value *before = old ? sl_get(old->value, "status", "artifact") : NULL;

	if (!sl_is_map(artifact))
		return false;
	return !sl_is_map(before) ||
	       !sl_str_eq(sl_get_str(before, "revision"), sl_get_str(artifact, "revision"));
}
