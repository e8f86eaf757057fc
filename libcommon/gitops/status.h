/*
 * Writing status and finalizers of an object that a run is building.
 *
 *   struct sl_patcher p;
 *   sl_patcher_init(&p, &options, run->object->value);     p.object: the mutable copy
 *   sl_cond_reconciling(run->arena, p.object, …);
 *   sl_patcher_status(&p, err);                            writes what differs from the last write
 *
 * A status patch is a JSON merge patch on /status, computed from the tree as it was at the last write
 * (or read) and as it is now, sent as field manager `gotk-<controller>`; no difference, no request.
 * If conditions differ, the patch holds the whole list and metadata.resourceVersion. On a conflict
 * the object is read again and merged three ways: conditions of the types we own are ours, others are
 * as the server has them; the rest of our difference is applied to what was read. This is repeated at
 * most SL_STATUS_ATTEMPTS times without waiting, as each one follows a fresh read.
 * (Server-side apply would delete what one patch leaves out.)
 *
 * After a write p.object carries the new resourceVersion and, in place of what was sent, the merged
 * conditions; nothing else of the answer is taken over, so that a run goes on with the spec it began
 * with. After a conflict its status is another tree: hold no pointer into it across a write. The store
 * learns the answer (store.h).
 *
 * Ownership: everything lives in the arena, but for values of the object given to sl_patcher_init().
 * Thread rule: one thread. The calls block on the server.
 * Source: design "Status"; source.md section 3.4.
 */
#ifndef LIBCOMMON_GITOPS_STATUS_H
#define LIBCOMMON_GITOPS_STATUS_H

#include "libcommon/gitops/conditions.h"
#include "libcommon/kube/object.h"
#include "libcommon/kube/store.h"

#define SL_STATUS_ATTEMPTS 5

struct sl_patcher_options {
	struct sl_kube_client *client;
	struct sl_store *store; /* learns the answers; may be NULL */
	const struct sl_kube_kind *kind;
	const char *field_manager; /* sl_manager_field_manager(): "gotk-source-controller" */
	const char *const *owned;  /* condition types that are ours, ends with NULL */
	struct sl_arena *arena;
};

struct sl_patcher {
	struct sl_patcher_options o;
	struct sl_value *object; /* change this one's status */
	struct sl_value *before; /* its status as last read or written; do not touch */
	bool is_gone;		 /* a write met 404: the object was deleted meanwhile */
};

/* Copy `object`, which is borrowed too. The options are copied, what they point to is borrowed. */
void sl_patcher_init(struct sl_patcher *p, const struct sl_patcher_options *options,
		     const struct sl_value *object);

/*
 * Write the difference of status. 0 also when there is none, and when a deleting object is gone
 * (is_gone). Errors: those of sl_kube_patch(); CONFLICT after all attempts, NOT_FOUND.
 */
int sl_patcher_status(struct sl_patcher *p, struct sl_err *err) SL_MUST_CHECK;
/* Does status differ from what was last written? */
bool sl_patcher_is_dirty(const struct sl_patcher *p);

/*
 * Add (remove) a finalizer with a metadata patch that carries the resourceVersion, read again and
 * repeated on a conflict. 0 also when it is there (gone) already; removing one of an object that has
 * vanished succeeds. The finalizers of others are kept.
 */
int sl_patcher_add_finalizer(struct sl_patcher *p, const char *finalizer,
			     struct sl_err *err) SL_MUST_CHECK;
int sl_patcher_remove_finalizer(struct sl_patcher *p, const char *finalizer,
				struct sl_err *err) SL_MUST_CHECK;

/* status.lastHandledReconcileAt from the requestedAt annotation; true when it differed. */
bool sl_status_handle_request(struct sl_arena *a, struct sl_value *object);
/* status.observedGeneration = metadata.generation. */
void sl_status_observe(struct sl_arena *a, struct sl_value *object);

/*
 * The merge by itself: conditions of types in `owned` from `ours`, all others from `theirs`, sorted.
 * Any may be NULL or no list. Returns a new list; nodes are shared with the inputs.
 */
struct sl_value *sl_status_merge_conditions(struct sl_arena *a, struct sl_value *ours,
					    struct sl_value *theirs, const char *const *owned);

#endif
