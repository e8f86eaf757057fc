/*
 * A controller: one kind, its store, its queue, its workers, and a function that moves one object on.
 *
 *   watch ──► store ──► predicate ──► queue ──► worker ──► reconcile(run) ──► result ──► queue
 *                                       ▲
 *        sl_controller_enqueue() ───────┘  (sources, dependencies, what was applied)
 *
 * A reconcile looks at the whole state, makes steps, and says when it wants to run again. It never
 * sleeps and never retries: waiting is a result. One key is never worked on twice at once.
 *
 * Who says what: the loop logs an error once ("Reconciler error"), counts it and requeues; conditions
 * and events are the reconciler's.
 *
 * Life: made before sl_manager_run(); its store starts with the caches, its workers when this
 * replica leads. Freed by the manager.
 * Thread rule: thread-safe after creation. `reconcile` runs on the controller's worker threads.
 */
#ifndef LIBCOMMON_KUBE_CONTROLLER_H
#define LIBCOMMON_KUBE_CONTROLLER_H

#include "libcommon/base/arena.h"
#include "libcommon/base/log.h"
#include "libcommon/kube/queue.h"
#include "libcommon/kube/store.h"
#include "libcommon/net/http.h"

/* Stacks are address space; only pages that were touched count. */
#define SL_WORKER_STACK_BYTES ((size_t)1 << 20)

/* The annotation by which a person asks for a run; any change of its value counts. */
#define SL_ANN_REQUESTED_AT "reconcile.fluxcd.io/requestedAt"

struct sl_manager;
struct sl_controller;

enum sl_outcome {
	SL_DONE,	  /* wait for the next event; the backoff is forgotten */
	SL_REQUEUE_NOW,	  /* the next step at once (after SL_QUEUE_AT_ONCE_MAX in a row: backoff) */
	SL_REQUEUE_AFTER, /* at a time; the backoff is forgotten */
	SL_RETRY,	  /* failed: exponential backoff; counts as a controller error */
	SL_STOP, /* failed for good until the object changes; counts as a controller error */
};

struct sl_result {
	enum sl_outcome outcome;
	int64_t at_ms;		   /* REQUEUE_AFTER: when, as sl_mono_ms() */
	enum sl_priority priority; /* REQUEUE_AFTER */
};
#define SL_RESULT_DONE ((struct sl_result){ .outcome = SL_DONE })
#define SL_RESULT_NOW ((struct sl_result){ .outcome = SL_REQUEUE_NOW })
#define SL_RESULT_RETRY ((struct sl_result){ .outcome = SL_RETRY })
#define SL_RESULT_STOP ((struct sl_result){ .outcome = SL_STOP })
/* A periodic re-check. */
#define SL_RESULT_AT(ms) \
	((struct sl_result){ \
		.outcome = SL_REQUEUE_AFTER, .at_ms = (ms), .priority = SL_PRIORITY_LOW })
/* Something is awaited, and this is its deadline. */
#define SL_RESULT_AT_HIGH(ms) \
	((struct sl_result){ \
		.outcome = SL_REQUEUE_AFTER, .at_ms = (ms), .priority = SL_PRIORITY_HIGH })

/* One run of `reconcile`. Everything in it is gone when the function returns. */
struct sl_run {
	struct sl_key key;
	struct sl_cached
		*object;	/* as cached when the run began; NULL: it does not exist any more */
	struct sl_arena *arena; /* for all that the run makes */
	struct sl_log log;	/* with namespace, name and reconcileID */
	char reconcile_id[37];
	int64_t started_ms;	     /* monotonic */
	int failures;		     /* retries since the last success */
	struct sl_http_client *http; /* the worker's own, for downloads; keeps connections */
	struct sl_controller *controller;
	struct sl_manager *manager;
};

/*
 * When `err` is set on return, whatever the outcome, the loop logs it once at level error (unless its
 * code is SL_ERR_CANCELED and the process is stopping). RETRY and STOP without an error are errors too.
 */
typedef struct sl_result (*sl_reconcile_fn)(void *ctx, struct sl_run *run, struct sl_err *err);

struct sl_controller_options {
	const struct sl_kube_kind *kind; /* borrowed: static const */
	sl_reconcile_fn reconcile;
	void *ctx; /* for all callbacks below as well; borrowed */
	/*
	 * Should this change start a run? `old` is NULL for a new object, never both; a removal always
	 * starts one. NULL: sl_predicate_changed(). Runs as a store listener.
	 */
	bool (*predicate)(void *ctx, const struct sl_cached *old, const struct sl_cached *now);
	/* Before the workers start, when this replica has become leader: load state, clean up. */
	int (*on_start)(void *ctx, struct sl_err *err);
	int workers;	    /* 0: --concurrent */
	size_t stack_bytes; /* 0: SL_WORKER_STACK_BYTES */
};

/* Registers with the manager, which frees it. The store's selector and namespace come from the flags. */
struct sl_controller *sl_controller_new(struct sl_manager *m,
					const struct sl_controller_options *options);

struct sl_store *sl_controller_store(struct sl_controller *c);
struct sl_queue *sl_controller_queue(struct sl_controller *c);
const struct sl_kube_kind *sl_controller_kind(struct sl_controller *c);
void sl_controller_enqueue(struct sl_controller *c, const char *namespace_, const char *name,
			   enum sl_priority priority);
void sl_controller_enqueue_after(struct sl_controller *c, const char *namespace_, const char *name,
				 enum sl_priority priority, int64_t delay_ms);

/* For the manager. */
int sl_controller_start_workers(struct sl_controller *c, struct sl_err *err) SL_MUST_CHECK;
/* Hand out no more work; running reconciles go on. */
void sl_controller_stop(struct sl_controller *c);
/* True when all workers have ended by `deadline_ms` (monotonic); those that have not are left alone. */
bool sl_controller_join(struct sl_controller *c, int64_t deadline_ms);
void sl_controller_free(struct sl_controller *c); /* after a join that returned true */

/*
 * The usual predicate: new, or generation, the requestedAt annotation or deletionTimestamp differs;
 * changes of status, labels and other annotations are not work.
 */
bool sl_predicate_changed(void *ctx, const struct sl_cached *old, const struct sl_cached *now);

#endif
