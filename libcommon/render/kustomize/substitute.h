/*
 * Post-build substitution: what spec.postBuild of a Flux Kustomization does to the objects of a build.
 *
 * Each object by itself: it is written as YAML, the variables in that text are replaced (envsubst.h),
 * and the outcome is read again by the rules of Kubernetes. So a value has whatever type its text has
 * in its place (`replicas: ${n}`), and quotes that the YAML did not need are gone by then: whoever wants
 * the text "true" gives the variable a value with quotes in it. "$$" stands for one "$".
 *
 * An object with the label or annotation kustomize.toolkit.fluxcd.io/substitute: disabled stays as it
 * is. Objects without "$" are not written and read, as nothing could come of it.
 *
 * Memory: in the arena. Thread rule: pure functions.
 * Source: fluxcd/pkg kustomize v1.35 and its output; spec/kustomize.md section 5.
 */
#ifndef LIBCOMMON_RENDER_KUSTOMIZE_SUBSTITUTE_H
#define LIBCOMMON_RENDER_KUSTOMIZE_SUBSTITUTE_H

#include "libcommon/codec/value.h"

#define SL_KUSTOMIZE_VARS_MAX 20000		       /* variables */
#define SL_KUSTOMIZE_VARS_BYTES_MAX ((size_t)32 << 20) /* of their values */
#define SL_KUSTOMIZE_SUBSTITUTED_MAX \
	((size_t)128 << 20) /* of all objects with variables, as YAML */

/*
 * Add the variables of `from`, a map of strings, to the map `vars`; those that are there already are
 * replaced. Newlines are taken out of the values. `from` may be NULL.
 * Errors: SL_ERR_INVALID (a name that is none, a value that is no string), SL_ERR_TOO_LARGE.
 */
int sl_kustomize_vars_add(struct sl_arena *a, struct sl_value *vars, const struct sl_value *from,
			  struct sl_err *err) SL_MUST_CHECK;

/* Whether there is anything to be done: `post_build` is there and a variable is, or it says Always. */
bool sl_kustomize_substitutes(const struct sl_value *post_build, const struct sl_value *vars);

/*
 * Replace the variables in the objects. objects[i] is left as it is or becomes a new map, whose nodes
 * know the places of those they come from. `strict`: see envsubst.h.
 * Errors: "post build failed for 'Deployment.v1.apps/name': …" with the place of the text that the
 * variable stands in. SL_ERR_INVALID (malformed, not set, no YAML any more), SL_ERR_CONFLICT (two objects
 * of one id), SL_ERR_TOO_LARGE. No message has the value of a variable in it.
 */
int sl_kustomize_substitute(struct sl_arena *a, const struct sl_value *vars, bool strict,
			    struct sl_value **objects, size_t n, struct sl_err *err) SL_MUST_CHECK;

#endif
