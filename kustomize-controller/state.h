/*
 * What is remembered of each Kustomization between runs.
 *
 * Nothing here is needed to be right: a restart forgets it all, and every Kustomization is then
 * built, dry-run and compared in full. It says which work need not be done again, and what a run
 * that had to wait was waiting for.
 *
 * Thread rule: kc_states_* are thread-safe. A struct kc_state is used by the worker that holds its
 * key, which the queue never gives to two at once.
 */
#ifndef KUSTOMIZE_CONTROLLER_STATE_H
#define KUSTOMIZE_CONTROLLER_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "kustomize-controller/remotes.h"
#include "libcommon/base/strvec.h"
#include "libcommon/kube/queue.h"

/* Every so many intervals a re-check is a full dry run although nothing seems to have changed. */
#define KC_FULL_EVERY 10

enum kc_wait {
	KC_WAIT_NONE,
	KC_WAIT_REPLACED, /* for an object deleted by force to be gone */
	KC_WAIT_HEALTH,	  /* for health checks */
	KC_WAIT_GONE,	  /* for the objects of a deleted Kustomization */
	KC_WAIT_STAGE,	  /* + n: for the objects of stage n to be ready; each has its own time */
};

struct kc_state {
	char *uid; /* of the Kustomization; another one with its name begins anew */
	int64_t generation;
	char *artifact; /* digest of the artifact of the last complete run */
	char *revision;
	char *build;		    /* digest of what was built from it */
	char *source_revision_seen; /* that the last failed run was made with */
	char *inputs_seen;	    /* watched ConfigMaps and Secrets that the last run knew of */
	char *variables;	    /* digest of those that the last complete run was made with */
	char *request;		    /* requestedAt of the last run that was asked for */
	struct kc_remotes *remotes; /* what builds took from elsewhere; NULL: nothing yet */
	bool settled;		    /* the last run went through to the end */
	int rechecks;		    /* since the last full one */
	int64_t due_ms;		    /* monotonic: next periodic run; 0: at once */

	enum kc_wait wait;
	int64_t wait_since_ms;	  /* monotonic */
	int64_t wait_deadline_ms; /* monotonic */
	int64_t wait_generation;
	char *wait_artifact, *wait_build;
	bool wait_changed;    /* the waiting run had changed objects */
	bool was_healthy;     /* before the waiting run */
	int64_t run_since_ms; /* monotonic start of the run, waits included; 0: no run under way */

	struct sl_strvec skipped;  /* ids that were not applied: no health check */
	struct sl_strvec expiring; /* ids of Jobs that remove themselves: absence is success */
	int fetch_failures;	   /* in a row */
	bool finalizing;	   /* objects of a deleted Kustomization have been deleted */
};

struct kc_states;
struct kc_states *kc_states_new(void);
void kc_states_free(struct kc_states *s);
/* The state of a key, made when there is none; valid until dropped. */
struct kc_state *kc_states_need(struct kc_states *s, const struct sl_key *key);
void kc_states_drop(struct kc_states *s, const struct sl_key *key);

/* Begin anew, as after a restart. */
void kc_state_reset(struct kc_state *st);
/* Is it this that is waited for, with this build and generation? */
bool kc_state_waits(const struct kc_state *st, enum kc_wait what, const char *build,
		    int64_t generation);
/* Go on with this wait, or begin it: then it is over `timeout_ms` from now. */
void kc_state_wait(struct kc_state *st, enum kc_wait what, const char *build, int64_t generation,
		   int64_t timeout_ms);
void kc_state_end_wait(struct kc_state *st);
/* Replace an owned string by a copy of `s`. */
void kc_state_set(char **p, struct sl_str s);

#endif
