/*
 * The work queue: keys of objects that want to be looked at, each at most once at a time.
 *
 *   add ─────────────► ready (high, low) ── get ──► processing ── done ──► gone
 *   add_at ─► waiting ──┘ at its deadline              │ added meanwhile: ready again after done
 *   add_rate_limited ─► waiting (backoff)              ▼
 *
 * Invariants. A key is in `ready` at most once and never while it is processed; adding a key that is
 * processed marks it, and done() makes it ready again. A key has at most one deadline: the earliest
 * asked for. get() drops the deadline, since the run that begins now sees everything and says itself
 * when it wants to run again; a deadline set while the key is processed is kept.
 *
 * Order. High before low, with one low key after every SL_QUEUE_HIGH_RUN high ones, so that nothing
 * starves. Within a priority, namespaces take turns; within a namespace, first come first served.
 * Adding a ready low key with high priority moves it up.
 *
 * There is no polling and no thread: of the callers that block in get() one sleeps until the earliest
 * deadline (CLOCK_MONOTONIC), the others until they are woken.
 *
 * Thread rule: thread-safe. Only get() blocks.
 * Source: the contract of client-go's workqueue; backoff base·2^n, cap and jitter are options.
 */
#ifndef LIBCOMMON_KUBE_QUEUE_H
#define LIBCOMMON_KUBE_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "libcommon/base/clock.h"
#include "libcommon/base/err.h"
#include "libcommon/base/mem.h"
#include "libcommon/kube/metrics.h"

#define SL_QUEUE_HIGH_RUN 16	   /* high keys in a row before a low one gets its turn */
#define SL_QUEUE_BASE_DELAY_MS 750 /* --min-retry-delay */
#define SL_QUEUE_MAX_DELAY_MS (15 * 60 * 1000) /* --max-retry-delay */
#define SL_QUEUE_JITTER_PERCENT 10
#define SL_QUEUE_AT_ONCE_MAX 4 /* sl_queue_add_again() in a row before the backoff takes over */

/* Which object. Both never NULL; the namespace is "" for cluster-scoped ones. */
struct sl_key {
	const char *namespace_;
	const char *name;
};

enum sl_priority {
	SL_PRIORITY_HIGH, /* a person's change, a new revision, an awaited event */
	SL_PRIORITY_LOW,  /* a periodic re-check, a retry */
};

struct sl_queue_options {
	const char *name;	    /* label `name` of the metrics; copied */
	int64_t base_delay_ms;	    /* 0: SL_QUEUE_BASE_DELAY_MS */
	int64_t max_delay_ms;	    /* 0: SL_QUEUE_MAX_DELAY_MS */
	struct sl_metrics *metrics; /* workqueue_* go here, or NULL; not written once q is freed */
	/*
	 * Runs on a thread blocked in get(), once, when nothing was ready or processed for `idle_ms`
	 * after some work: the moment to give memory back. NULL: never.
	 */
	void (*on_idle)(void *ctx);
	void *idle_ctx;
	int64_t idle_ms;
};

struct sl_queue;
struct sl_queue *sl_queue_new(const struct sl_queue_options *options);
/* No thread may be inside a call. Keys handed out and not done are freed as well. */
void sl_queue_free(struct sl_queue *q);
SL_DEFINE_AUTO_PTR(sl_queue);

/* Ready now. After shutdown all adds do nothing. The key is copied. */
void sl_queue_add(struct sl_queue *q, const struct sl_key *key, enum sl_priority priority);
/* Ready at sl_mono_ms() == `deadline_ms`, unless an earlier deadline is set. SL_NEVER does nothing. */
void sl_queue_add_at(struct sl_queue *q, const struct sl_key *key, enum sl_priority priority,
		     int64_t deadline_ms);
void sl_queue_add_after(struct sl_queue *q, const struct sl_key *key, enum sl_priority priority,
			int64_t delay_ms);
/*
 * Ready after base·2^n ms (n: calls since forget), at most the maximum, plus or minus the jitter.
 * Low priority. Returns the delay, for logs and messages.
 */
int64_t sl_queue_add_rate_limited(struct sl_queue *q, const struct sl_key *key);
/*
 * Ready now with high priority, for the run that has just made a step and wants the next one; after
 * SL_QUEUE_AT_ONCE_MAX of them since forget, as add_rate_limited: no key spins.
 */
void sl_queue_add_again(struct sl_queue *q, const struct sl_key *key);
/* The key did well: its backoff starts from the beginning. */
void sl_queue_forget(struct sl_queue *q, const struct sl_key *key);
/* Drop the deadline (not what is ready), e.g. because the object is gone. Includes forget. */
void sl_queue_cancel(struct sl_queue *q, const struct sl_key *key);
int sl_queue_failures(struct sl_queue *q, const struct sl_key *key);

/*
 * The next key; blocks until there is one. False after shutdown, even if keys are ready: they are
 * level-based and come again at the next start. *ret_key stays valid until done().
 */
bool sl_queue_get(struct sl_queue *q, struct sl_key *ret_key) SL_MUST_CHECK;
/* The caller of get() has finished with `key`, which is what get() returned. */
void sl_queue_done(struct sl_queue *q, const struct sl_key *key);

/* Wake all that block in get(); nothing is handed out any more. Idempotent. */
void sl_queue_shutdown(struct sl_queue *q);
/* Sleep until no key is processed, or until `deadline_ms` (monotonic). True when none is. */
bool sl_queue_wait_idle(struct sl_queue *q, int64_t deadline_ms);

struct sl_queue_stats {
	size_t ready;		   /* depth: ready, not yet handed out */
	size_t waiting;		   /* with a deadline */
	size_t processing;	   /* handed out */
	uint64_t adds;		   /* times a key became ready */
	uint64_t retries;	   /* calls of add_rate_limited */
	double unfinished_seconds; /* sum over what is processed */
	double longest_seconds;	   /* of what is processed */
};
void sl_queue_stats(struct sl_queue *q, struct sl_queue_stats *ret_stats);

#endif
