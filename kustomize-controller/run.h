/*
 * One run of a Kustomization's reconcile: what the steps share.
 *
 * A step does its part and says KC_NEXT, or ends the run: by success, by failure, or because it has to
 * wait, in which case the state keeps what for and the queue gets the key back at the deadline or at
 * the awaited event, whichever is first. A step never sleeps.
 *
 *   prepare -> idle -> depend -> fetch -> build -> plan -> apply -> prune -> settle ->
 *   health -> finish
 *
 * Ownership: everything in a run lives in its arena and ends with it, but for the state.
 * Thread rule: a run belongs to one worker.
 */
#ifndef KUSTOMIZE_CONTROLLER_RUN_H
#define KUSTOMIZE_CONTROLLER_RUN_H

#include "kustomize-controller/artifact.h"
#include "kustomize-controller/build.h"
#include "kustomize-controller/spec.h"
#include "kustomize-controller/state.h"
#include "kustomize-controller/tracker.h"
#include "libcommon/gitops/sourceref.h"
#include "libcommon/gitops/status.h"
#include "libcommon/kube/apply.h"
#include "libcommon/kube/manager.h"
#include "libcommon/kube/prune.h"

#define KC_SOURCE_KINDS 4
#define KC_CONFIG_KINDS 2

/* The process: made once, shared by all runs. */
struct kc_context {
	struct sl_manager *manager;
	struct sl_controller *controller;
	struct sl_store *sources[KC_SOURCE_KINDS]; /* by kc_source_kinds */
	struct sl_store *configs[KC_CONFIG_KINDS]; /* by kc_config_kinds; NULL: not watched */
	struct kc_tracker *tracker;
	struct kc_states *states;
	struct kc_artifacts *artifacts;
	/* flags of kustomize-controller's own */
	int64_t concurrent_ssa;
	int64_t http_retry;
	bool no_remote_bases;
	struct sl_strvec override_managers;
	struct sl_strvec custom_stage_kinds;
};

extern const struct sl_kube_kind kc_kustomization_kind;
extern const struct sl_kube_kind kc_source_kinds[KC_SOURCE_KINDS];
extern const struct sl_kube_kind kc_config_kinds[KC_CONFIG_KINDS];

struct kc_run {
	struct kc_context *c;
	struct sl_run *run;
	struct sl_arena *a; /* run->arena */
	struct kc_state *st;
	struct sl_patcher patcher; /* .object: the Kustomization, to be changed */
	struct kc_spec spec;
	const char *user; /* whom to impersonate, or NULL */
	struct sl_applier applier;

	struct sl_source_ref source;
	const char *revision; /* of the source's artifact */
	const char *origin_revision;
	const char *artifact_url, *artifact_digest;
	struct kc_artifact *artifact; /* held, or NULL */

	struct sl_value *variables; /* of spec.postBuild, once they are loaded */
	const char *variables_digest;
	struct kc_build build;
	struct sl_apply_plan plan;
	struct sl_inventory old_inventory; /* as in status when the run began */
	struct sl_inventory new_inventory; /* of what was built */
	struct sl_strvec changes;	   /* "Kind/ns/name created" … */
	struct sl_strvec suspects;	   /* ids that somebody may have changed */
	int64_t suspect_ms; /* none may be corrected yet, but after this long; 0: no */
	bool announced;	    /* Ready=Unknown has been written */
	bool requested;	    /* a person asks for this run */
	bool healing;	    /* nothing is new: only the suspects are looked at */

	struct sl_result result; /* set by the step that ends the run */
};

enum kc_next { KC_NEXT, KC_END };

/* Steps, in their files. */
enum kc_next kc_step_prepare(
	struct kc_run *r); /* kustomization.c: finalizer, suspend, spec, source */
enum kc_next kc_step_depend(struct kc_run *r); /* depends.c */
enum kc_next kc_step_idle(struct kc_run *r);   /* kustomization.c: nothing new, or still waiting */
enum kc_next kc_step_fetch(struct kc_run *r);  /* kustomization.c */
enum kc_next kc_step_build(struct kc_run *r);  /* kustomization.c */
enum kc_next kc_step_apply(struct kc_run *r);  /* stages.c */
enum kc_next kc_step_prune(struct kc_run *r);  /* stages.c */
enum kc_next kc_step_settle(struct kc_run *r); /* kustomization.c: a false alarm ends here */
enum kc_next kc_step_health(struct kc_run *r); /* health.c */
enum kc_next kc_finalize(struct kc_run *r);    /* finalize.c: the object is being deleted */

/* inputs.c: what a build takes from the cluster. */

/* Read the variables of spec.postBuild, once in a run. */
int kc_load_variables(struct kc_run *r, struct sl_err *err) SL_MUST_CHECK;
/* Watched ConfigMaps and Secrets that the spec refers to have changed since the last run began. */
bool kc_inputs_changed(struct kc_run *r);
/* Those that are not watched may have as well: their variables are read and compared. */
bool kc_variables_changed(struct kc_run *r);
/* Wake every Kustomization that refers to this object of kc_config_kinds[kind]. */
void kc_wake_users(struct kc_context *c, size_t kind, const struct sl_cached *changed);

/* Wake every Kustomization that depends on this one; for the listener of their store. */
void kc_wake_dependants(struct kc_context *c, const struct sl_cached *old,
			const struct sl_cached *now);
/* Objects to be checked have all become current? Ends the run unless they have. */
enum kc_next kc_health_check(struct kc_run *r);
/* The same question, without any effect. */
bool kc_is_healthy(struct kc_run *r);
/* Is every target of the stage ready? KC_END: waiting, or it failed. */
enum kc_next kc_stage_ready(struct kc_run *r, int stage);

/* report.c: what a run tells the world. */

/* Ready=Unknown, Reconciling with this message; written at once, unless status says so already. */
int kc_announce(struct kc_run *r, struct sl_err *err, const char *fmt, ...) SL_MUST_CHECK
	__attribute__((format(printf, 3, 4)));
/*
 * Ready=False; a Warning event unless `quiet`; retry after `delay_ms` (-1: not before it changes).
 * Nothing of that when the run was cut off because the process ends: the next one begins anew.
 */
struct kc_failure {
	const char *reason;
	int64_t delay_ms;
	bool quiet;	 /* no event */
	bool stalled;	 /* terminal: Stalled instead of Reconciling */
	bool in_history; /* make a history entry */
};
enum kc_next kc_fail(struct kc_run *r, const struct kc_failure *f, const struct sl_err *cause);
/* End the run and wait: the key comes back after `delay_ms` at the latest. */
enum kc_next kc_wait_for(struct kc_run *r, enum kc_wait what, int64_t timeout_ms, int64_t delay_ms);
/* The time of the next periodic run, or when a suspect may be corrected. */
int64_t kc_due(const struct kc_run *r);
/* Let the queue's backoff bring the key back, for a run that takes nothing as done. */
enum kc_next kc_retry(struct kc_run *r);
enum kc_next kc_succeed(struct kc_run *r);
void kc_event(struct kc_run *r, enum sl_severity severity, const char *reason, const char *message);
/* What Ready says now: Flux's events of changes and deletions have it as their reason. */
const char *kc_ready_reason(struct kc_run *r);
/* One event for all changes made so far; empties the list. */
void kc_event_changes(struct kc_run *r);
/* "1.5s", in the arena. */
const char *kc_duration_text(struct sl_arena *a, int64_t ms);

#endif
