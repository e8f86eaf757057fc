/*
 * What a Kustomization asks for: its spec, decoded and defaulted.
 *
 * The API server has validated the object against the schema; what a schema cannot say, or an older
 * one let pass, is an error here. Fields that are not implemented are refused by name and never
 * ignored: see kc_spec_unsupported(). Fields that only shape the build stay in the tree and are read
 * by sl_kustomize_apply_spec().
 *
 * Ownership: strings live in the arena or in the object. Thread rule: pure.
 * Source: Kustomization API v1, spec/kustomize.md section 1.1.
 */
#ifndef KUSTOMIZE_CONTROLLER_SPEC_H
#define KUSTOMIZE_CONTROLLER_SPEC_H

#include "libcommon/codec/value.h"
#include "libcommon/gitops/inventory.h"

enum kc_deletion_policy {
	KC_MIRROR_PRUNE,
	KC_DELETE,
	KC_WAIT_FOR_TERMINATION,
	KC_ORPHAN,
};

struct kc_spec {
	int64_t interval_ms;
	int64_t retry_ms;   /* retryInterval, default interval */
	int64_t timeout_ms; /* default interval - 30 s, at least 30 s */
	const char *path;   /* clean, relative to the artifact's root; "" is the root */
	bool prune, suspend, force, wait;
	enum kc_deletion_policy deletion_policy;
	const char *service_account; /* NULL: none */
	const struct sl_value *source_ref;
	const struct sl_value *health_checks; /* LIST or NULL */
	const struct sl_value *depends_on;    /* LIST or NULL */
	const struct sl_value *tree;	      /* spec itself */
};

/* Errors: SL_ERR_INVALID naming the field, SL_ERR_TOO_LARGE (path). */
int kc_spec_decode(struct sl_arena *a, const struct sl_value *object, struct kc_spec *ret_spec,
		   struct sl_err *err) SL_MUST_CHECK;

/* What the deletion of the object needs: a spec that is wrong elsewhere must not orphan anything. */
void kc_spec_decode_deletion(struct sl_arena *a, const struct sl_value *object,
			     struct kc_spec *ret_spec);

/* The first field used that this version does not implement ("spec.kubeConfig"), or NULL. */
const char *kc_spec_unsupported(const struct sl_value *object);

#endif
