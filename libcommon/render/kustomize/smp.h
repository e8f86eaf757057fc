/*
 * Private to kustomize: strategic merge, as kustomize does it.
 *
 * Maps merge, null removes, `$patch: delete|replace|merge` directs, lists that the schema of a
 * built-in kind merges do so by their keys with the patch's new elements first, all other lists are
 * replaced. Kinds outside the schema get a JSON merge. `$retainKeys`, `$setElementOrder` and
 * `$deleteFromPrimitiveList` are no directives to kustomize: they stay in the object.
 *
 * The whole object is walked, patched or not: lists with a merge key lose elements that repeat a key,
 * and a null that was left empty (`key:`) disappears, while `key: null` stays.
 *
 * Limits: SL_KZ_MERGE_LIST_MAX elements in a merged list, depth by that of the documents.
 * Thread rule: pure but for the arena.
 */
#ifndef LIBCOMMON_RENDER_KUSTOMIZE_SMP_H
#define LIBCOMMON_RENDER_KUSTOMIZE_SMP_H

#include "libcommon/codec/value.h"

#define SL_KZ_MERGE_LIST_MAX 4096

struct sl_kz_schema;

/*
 * Merge `patch` into `dest`; both are changed, and the result shares nodes with both: the caller
 * hands in a copy of a patch that it needs again. `schema` NULL is the compiled-in one. *ret is NULL when the patch deletes the object.
 * Errors: SL_ERR_INVALID (kinds of value that do not fit, an unknown directive), SL_ERR_TOO_LARGE.
 */
int sl_kz_strategic_merge(struct sl_arena *a, struct sl_kz_schema *schema, struct sl_value *dest,
			  struct sl_value *patch, struct sl_value **ret,
			  struct sl_err *err) SL_MUST_CHECK;

/* Scalars count as written the shortest way, nulls as `null`: `v` has been through JSON. */
void sl_kz_forget_spelling(struct sl_value *v);
/* Numbers are what Go makes of them on that way: floats, and written as go-yaml v3 does it, 1e+06. */
void sl_kz_numbers_through_json(struct sl_arena *a, struct sl_value *v);

#endif
