/*
 * The store: a cache of the objects of one kind, fed by a watch and by the answers to our own writes.
 *
 * For our own custom resources and the sources they refer to, not for what is applied. Objects are
 * immutable, counted by reference, each in an arena of its own, and hold no managedFields. What a
 * reconcile got stays valid while it holds its reference, whatever the watch brings meanwhile.
 *
 * Own writes. The answer to our status patch is newer than the cache until the watch delivers it, and
 * a run right after the patch must not see the object as it was before. The rule uses equality of
 * resourceVersions only, since their order is not ours to know:
 *   - write_begin() starts to note the resourceVersions that the watch delivers for that object
 *     (beginning with the one in the cache); write_end() hands in the answer W.
 *   - W among those noted, or a LIST named the object meanwhile: the cache is at W or past it, or
 *     will be soon; the answer is dropped.
 *   - Otherwise the watch, which delivers in order, has yet to bring W. W goes into the cache, and
 *     events for the object are dropped until W itself comes: they are older, and W was made on top of
 *     them. The listener has seen the step from the cached object to W, which includes theirs.
 *   - The waiting also ends at a DELETED event, at another uid, and when a LIST names the object (or
 *     does not): a LIST may skip versions. At worst a run then sees an older object for a moment, as
 *     it may with any cache; its patch carries the resourceVersion and meets a conflict.
 *
 * Listeners run without locks held: on the client's I/O thread for watch events, on the writer's for
 * own writes. They must not block and must not start or stop watches; enqueueing is what they are for.
 * A listener may see two changes of one object in either order when they come from two threads.
 *
 * Thread rule: thread-safe. Listeners are added before start.
 * Limits: SL_STORE_OBJECTS_MAX objects (further ones are logged once and not kept).
 */
#ifndef LIBCOMMON_KUBE_STORE_H
#define LIBCOMMON_KUBE_STORE_H

#include <stdbool.h>
#include <stddef.h>

#include "libcommon/kube/watch.h"

#define SL_STORE_OBJECTS_MAX 200000
#define SL_STORE_LISTENERS_MAX 8
#define SL_STORE_NOTED_MAX 64 /* resourceVersions noted during a write; more count as a LIST */

/* An object in a store. Fields are read-only; the tree lives until the last reference goes. */
struct sl_cached {
	const struct sl_value *value;
	struct sl_str namespace_; /* NUL-terminated, as are the others; "" when cluster-scoped */
	struct sl_str name;
	struct sl_str uid;
	struct sl_str resource_version;
};

struct sl_cached *sl_cached_ref(struct sl_cached *o);
void sl_cached_unref(struct sl_cached *o); /* NULL is accepted */
/* Clean-up at scope end: SL_AUTO_CACHED struct sl_cached *o = sl_store_get(…); */
#define SL_AUTO_CACHED __attribute__((cleanup(sl_cached_cleanup)))
void sl_cached_cleanup(struct sl_cached **o);
/* A copy of `object` (managedFields left out) with one reference: for stores, and for tests. */
struct sl_cached *sl_cached_new(const struct sl_value *object);

/* `old` is NULL for a new object, `now` for one that is gone; both are borrowed. */
typedef void (*sl_store_listener)(void *ctx, const struct sl_cached *old,
				  const struct sl_cached *now);

struct sl_store_options {
	const struct sl_kube_kind *kind; /* borrowed: static const */
	const char *namespace_;		 /* NULL or "": all; copied */
	const char *label_selector;	 /* or NULL; copied */
	bool metadata_only;		 /* PartialObjectMetadata: no spec, no status */
	bool is_busy;			 /* see watch.h */
	bool optional; /* the kind may be missing or forbidden: counts as synced after the first error */
	/* Called once, on the I/O thread, when the first LIST is complete; must not block. NULL: no. */
	void (*on_synced)(void *ctx);
	void *synced_ctx;
};

struct sl_store;
struct sl_store *sl_store_new(const struct sl_store_options *options);
/* Stops the watch first. The client must still live. */
void sl_store_free(struct sl_store *s);
SL_DEFINE_AUTO_PTR(sl_store);

/* Add a listener, before start. Aborts past SL_STORE_LISTENERS_MAX: the number is ours. */
void sl_store_listen(struct sl_store *s, sl_store_listener listener, void *ctx);
/* Start the watch; the store fills from now on. Once. */
void sl_store_start(struct sl_store *s, struct sl_kube_client *client);
void sl_store_stop(struct sl_store *s); /* the content stays */

/* The first LIST is complete. */
bool sl_store_has_synced(struct sl_store *s);

/* The object with a reference for the caller, or NULL. */
struct sl_cached *sl_store_get(struct sl_store *s, const char *namespace_,
			       const char *name) SL_MUST_CHECK;
/*
 * Call `visit` for each object of `namespace_` (NULL: all), in no order, until it returns false. It
 * runs without locks, on what the store held when the call began.
 */
void sl_store_each(struct sl_store *s, const char *namespace_,
		   bool (*visit)(void *ctx, struct sl_cached *object), void *ctx);
size_t sl_store_count(struct sl_store *s);

/* A write of ours is about to be sent; see above. Never NULL; ended exactly once. */
struct sl_store_write;
struct sl_store_write *sl_store_write_begin(struct sl_store *s, const char *namespace_,
					    const char *name) SL_MUST_CHECK;
/* `answer`: the object as the server returned it, or NULL when the write failed. Frees `w`. */
void sl_store_write_end(struct sl_store_write *w, const struct sl_value *answer);

/* The watch's handler, so that tests can feed a store without a server. */
struct sl_watch_handler sl_store_watch_handler(struct sl_store *s);

#endif
