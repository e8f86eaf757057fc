/*
 * The tracker: what was applied is watched.
 *
 * For each kind and version that some Kustomization manages there is one watch, filtered by the
 * ownership label; it ends with the last object. Its events are reduced to a record for each object of
 * an inventory (record.h): uid, resourceVersion, a digest of the content and a health verdict. No
 * object is kept.
 *
 *   apply ── expect ──► record { what our write left behind }
 *   watch ── event ───► record { what is there now } ──► wake the owner: drift, or health moved
 *   reconcile ◄─ verdict, suspects
 *
 * When a verdict counts. An event may be older than our last write. It counts when it carries the
 * resourceVersion of that write, or comes after one that did, or has a generation that is not below
 * the one our write got (generations only grow; resourceVersions are compared for equality only).
 * Until then the record is `stale`, and the caller reads the object itself. The same holds for what
 * another owner applied, and for objects without a watch: a verb is missing, we may not watch, or the
 * kind is served no longer. Records are made before the write (prepare), since the watch may be faster
 * than the answer.
 *
 * Drift. A digest that differs from that of our last write or dry run makes the object a suspect; a
 * dry run decides, and its outcome becomes the new expectation. Objects that are being deleted are
 * suspects only once they are gone. Corrections of one object are spaced: 1 s, doubled each time up to
 * the owner's interval, back to 1 s after a quiet period of ten times the last pause.
 *
 * Thread rule: thread-safe. `wake` is called without locks held, on the API client's I/O thread or from
 * kc_tracker_expect().
 */
#ifndef KUSTOMIZE_CONTROLLER_TRACKER_H
#define KUSTOMIZE_CONTROLLER_TRACKER_H

#include "libcommon/base/strvec.h"
#include "libcommon/gitops/inventory.h"
#include "libcommon/kube/apply.h"
#include "libcommon/kube/kstatus.h"
#include "libcommon/kube/queue.h"

#define KC_HEAL_MIN_MS 1000 /* debounce, and the first pause between corrections */
#define KC_HEAL_FIGHT 5	    /* corrections in a row that make a fight worth a Warning */

struct kc_tracker;

struct kc_tracker_options {
	struct sl_kube_client *client;
	struct sl_discovery *discovery;
	const char *label; /* "kustomize.toolkit.fluxcd.io/name": must exist on what is watched */
	/* Something about an object of `owner` changed; look at it in `after_ms`. */
	void (*wake)(void *ctx, const struct sl_key *owner, int64_t after_ms);
	void *ctx;
};

struct kc_tracker *kc_tracker_new(const struct kc_tracker_options *options);
void kc_tracker_free(struct kc_tracker *t);

/* A write to this target is about to be sent: note what the watch brings from now on. */
void kc_tracker_prepare(struct kc_tracker *t, const struct sl_key *owner,
			const struct sl_apply_target *target);
/*
 * Our write (or dry run without a change) left the target like this: uid, resourceVersion, digest and
 * live object are read. Takes the object over when another owner had it. `interval_ms` caps the pause
 * between corrections.
 */
void kc_tracker_expect(struct kc_tracker *t, const struct sl_key *owner,
		       const struct sl_apply_target *target, int64_t interval_ms);
/* A fresh read of an object: its verdict counts. */
void kc_tracker_observe(struct kc_tracker *t, const struct sl_inventory_entry *entry,
			const struct sl_value *live);
/* Had the object this sl_object_digest() at its resourceVersion? False also when nothing is known. */
bool kc_tracker_knows(struct kc_tracker *t, const struct sl_value *object, uint64_t digest);
/* The owner's inventory is this now: records of other objects go. */
void kc_tracker_keep(struct kc_tracker *t, const struct sl_key *owner,
		     const struct sl_inventory *inventory);
/* The owner is gone. */
void kc_tracker_forget(struct kc_tracker *t, const struct sl_key *owner);

struct kc_verdict {
	enum sl_kstatus status;
	const char *message; /* in the arena */
	bool stale;	     /* does not count: read the object */
	bool was_read;	     /* it is about what the owner itself wrote or read last */
	int64_t recheck_ms;  /* may change by time alone after this long; 0: no */
};
/* What is known of the health of an object of this owner. An object without a record is stale. */
struct kc_verdict kc_tracker_verdict(struct kc_tracker *t, struct sl_arena *a,
				     const struct sl_key *owner,
				     const struct sl_inventory_entry *entry);

/* Ids of the owner's objects that may have drifted and may be corrected now; returns how long to wait
 * for the first of those that may not yet (0: there is none). */
int64_t kc_tracker_suspects(struct kc_tracker *t, const struct sl_key *owner,
			    struct sl_strvec *ret_ids);
/* A suspect was corrected (or removed by somebody and made again): its pause grows. Returns how often
 * in a row that has happened. */
int kc_tracker_corrected(struct kc_tracker *t, const struct sl_inventory_entry *entry);
/* Are all of the owner's objects watched? If not, re-checks must ask the API server. */
bool kc_tracker_covers(struct kc_tracker *t, const struct sl_key *owner);

#endif
