/*
 * References from one object to another: spec.sourceRef, dependsOn, and who may cross namespaces.
 *
 * Thread rule: pure functions. Source: kustomize.md sections 1.1, 2; Flux's multi-tenancy rules.
 */
#ifndef LIBCOMMON_GITOPS_SOURCEREF_H
#define LIBCOMMON_GITOPS_SOURCEREF_H

#include <stdbool.h>

#include "libcommon/codec/value.h"
#include "libcommon/gitops/api.h"
#include "libcommon/kube/store.h"

/* Strings are NUL-terminated and live in the arena given. */
struct sl_source_ref {
	const char *api_version; /* "" when not given */
	const char *kind;
	const char *namespace_; /* filled in: the referring object's when not given */
	const char *name;
};

struct sl_source_ref_policy {
	bool no_cross_namespace;  /* --no-cross-namespace-refs */
	const char *const *kinds; /* kinds that may be referred to, ends with NULL; NULL: any */
};

/*
 * Read `ref` (the map under spec.sourceRef) of an object in namespace `own`.
 * Errors: SL_ERR_INVALID (kind or name missing, kind not allowed), SL_ERR_FORBIDDEN with Flux's
 * message `can't access 'Kind/ns/name', cross-namespace references have been blocked`.
 */
int sl_source_ref_read(struct sl_arena *a, const struct sl_value *ref, struct sl_str own,
		       const struct sl_source_ref_policy *policy, struct sl_source_ref *ret_ref,
		       struct sl_err *err) SL_MUST_CHECK;

/* "Kind/namespace/name", in the arena. */
const char *sl_source_ref_text(struct sl_arena *a, const struct sl_source_ref *ref);
/* Does `ref` (a spec.sourceRef of an object in namespace `own`) name this object? No policy applied. */
bool sl_source_ref_names(const struct sl_value *ref, struct sl_str own, struct sl_str kind,
			 struct sl_str namespace_, struct sl_str name);

/*
 * For listeners of a store of sources: the source has an artifact now, and its revision differs from
 * before (a source seen for the first time counts).
 */
bool sl_source_artifact_changed(const struct sl_cached *old, const struct sl_cached *now);

#endif
