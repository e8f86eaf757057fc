/*
 * One run of a source's reconcile: what all kinds of sources have in common.
 *
 *   deletion | finalizer | suspend -> unsupported? -> progress -> steps of the kind -> finish
 *
 * A step does its part and says SC_NEXT, or ends the run by one of the functions below, which say how
 * it went. Conditions are set on the copy of the object as a run goes on; they are written before the
 * first long wait and at the end, and only if something differs: a poll that finds nothing new
 * writes nothing.
 *
 *   outcome       conditions                                  next run         event
 *   SC_SUCCESS    Reconciling, Stalled go                     interval         by the kind
 *   SC_UNCHANGED  Reconciling, Stalled go                     interval         trace
 *   SC_STALLED    Stalled, no Reconciling, generation seen    when it changes  Warning
 *   SC_FAILED     Reconciling: ProgressingWithRetry           backoff          Warning
 *   SC_SUSPENDED  Stalled goes                                when it changes  none
 *
 * Ready is the sum of the other conditions (sl_cond_summarize), and so in every outcome.
 *
 * Ownership: everything in a run lives in its arena and ends with it. Thread rule: a run belongs to
 * one worker. Source: spec/source.md sections 3 and 4.
 */
#ifndef SOURCE_CONTROLLER_RUN_H
#define SOURCE_CONTROLLER_RUN_H

#include "libcommon/gitops/status.h"
#include "libcommon/kube/manager.h"
#include "source-controller/storage.h"

/* Condition types of sources. */
#define SC_COND_ARTIFACT_IN_STORAGE "ArtifactInStorage"
#define SC_COND_ARTIFACT_OUTDATED "ArtifactOutdated"
#define SC_COND_FETCH_FAILED "FetchFailed"
#define SC_COND_STORAGE_FAILED "StorageOperationFailed"
#define SC_COND_INCLUDE_UNAVAILABLE "IncludeUnavailable"
#define SC_COND_SOURCE_VERIFIED "SourceVerified"

#define SC_REASON_UNSUPPORTED "UnsupportedField"
#define SC_REASON_INVALID_SPEC "InvalidSpec"

struct sc_git_caches;
struct sc_run;

enum sc_next { SC_NEXT, SC_END };

struct sc_step {
	const char *name;
	enum sc_next (*run)(struct sc_run *r);
};

/* One kind of source. */
struct sc_kind {
	const struct sl_kube_kind *kube;
	const char *const *owned;	/* condition types, ends with NULL */
	struct sl_cond_summary summary; /* of Ready */
	const char *const *failures; /* types whose disappearance is a recovery; ends with NULL */
	/* The first field that is used and not implemented, or NULL. */
	const char *(*unsupported)(const struct sl_value *object);
	const struct sc_step *steps;
	size_t step_count;
	/* The object is being deleted, and its artifacts are gone: what else there was. */
	int (*forget)(struct sc_run *r, struct sl_err *err);
};

/* The process: made once, shared by all runs. */
struct sc_context {
	struct sl_manager *manager;
	struct sl_controller *git; /* controller of GitRepositories */
	/* Made when this replica has become leader. */
	struct sc_storage *storage;
	struct sc_git_caches *git_caches;
	enum sl_digest_algo digest_algo; /* of artifacts */
};

enum sc_outcome { SC_SUCCESS, SC_UNCHANGED, SC_STALLED, SC_FAILED, SC_SUSPENDED };

struct sc_run {
	struct sc_context *c;
	const struct sc_kind *kind;
	struct sl_controller *controller;
	struct sl_run *run;
	struct sl_arena *a;	   /* run->arena */
	struct sl_patcher patcher; /* .object: the source, to be changed */
	int64_t interval_ms;	   /* until the next periodic run; set by a step */
	bool is_retry; /* of a run that failed, whose status still stands: nothing is announced */

	enum sc_outcome outcome; /* SC_SUCCESS until a step says otherwise */
	const char *reason;	 /* of STALLED, FAILED */
	struct sl_err error;	 /* the cause, as told to users */
	/*
	 * The text of the event of a run that went well, in the arena; NULL: none. It is told once the
	 * status is written: as NewArtifact when the artifact is not the one that the run began with,
	 * as Succeeded when the run before had failed, else not at all.
	 */
	const char *notice;
};

/*
 * Run the steps of `r->kind` on `run`; `r` is embedded in the kind's own struct, zeroed. What the
 * worker returns.
 */
struct sl_result sc_reconcile(struct sc_run *r, struct sc_context *c, const struct sc_kind *kind,
			      struct sl_controller *controller, struct sl_run *run,
			      struct sl_err *err);

/*
 * End the run: the cause `err` is taken over. With `condition`, that type becomes True with the
 * reason and the cause's text.
 */
enum sc_next sc_fail(struct sc_run *r, const char *condition, const char *reason,
		     struct sl_err *err);
/* The same for what no retry can mend. */
enum sc_next sc_stall(struct sc_run *r, const char *condition, const char *reason,
		      struct sl_err *err);
/* End the run: nothing is new. Logged and recorded as a trace. */
enum sc_next sc_unchanged(struct sc_run *r, const char *reason, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Write what differs now, for all to see; a failure ends the run. */
enum sc_next sc_publish(struct sc_run *r);
/* An event about the object, without metadata; traces and infos are logged as well. */
void sc_event(struct sc_run *r, enum sl_severity severity, const char *reason, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
/* status.artifact, or NULL. */
struct sl_value *sc_artifact(const struct sc_run *r);

#endif
