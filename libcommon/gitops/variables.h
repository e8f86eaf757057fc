/*
 * The variables of spec.postBuild of a Kustomization: those of ConfigMaps and Secrets, in the order of
 * substituteFrom, then those written in the spec itself; later ones win.
 *
 * Memory: in the arena; values of Secrets among it. Thread rule: as thread-safe as the client.
 * Source: spec/kustomize.md section 5.1.
 */
#ifndef LIBCOMMON_GITOPS_VARIABLES_H
#define LIBCOMMON_GITOPS_VARIABLES_H

#include "libcommon/kube/client.h"

#define SL_VARIABLES_REFS_MAX 100 /* entries of substituteFrom */

/*
 * Read them, in the caller's own name. `post_build` may be NULL: the map is empty then. Blocks.
 * Errors: "substitute from 'ConfigMap/name' error: …" with the API server's code, but that an optional
 * one that is not found counts as empty; SL_ERR_INVALID (an unknown kind, a value that is not base64, a
 * name that no variable can have), SL_ERR_TOO_LARGE.
 */
int sl_variables_load(struct sl_arena *a, struct sl_kube_client *client, const char *namespace_,
		      const struct sl_value *post_build, struct sl_value **ret_vars,
		      struct sl_err *err) SL_MUST_CHECK;

/* The variables of one object, decoded: `data` of a ConfigMap as it is, of a Secret from base64. */
int sl_variables_decode(struct sl_arena *a, const struct sl_value *object,
			struct sl_value **ret_vars, struct sl_err *err) SL_MUST_CHECK;

#endif
