/*
 * Has the controller done what we asked for? A verdict on one state of an object.
 *
 * A goal is met by one of two things. After a request to reconcile (`token`, the value that we wrote
 * to reconcile.fluxcd.io/requestedAt): status.lastHandledReconcileAt has moved since, in a state
 * that includes our request. Without a token, after a change of the spec: the Ready condition is about
 * at least `generation`. Then Ready decides: True with a current kstatus is success, False is failure
 * with its message, unless the controller is at it again or waits for a dependency.
 *
 * States may come stale, merged or twice, as a watch delivers them.
 *
 * Thread rule: one thread at a time for a goal.
 * Source: Flux's reconcile protocol (cli.md, section 0), kustomize.md section 3.
 */
#ifndef CLI_REMOTE_VERDICT_H
#define CLI_REMOTE_VERDICT_H

#include "libcommon/codec/value.h"

enum sl_cli_verdict { SL_CLI_PENDING, SL_CLI_DONE, SL_CLI_FAILED };

struct sl_cli_goal {
	const char *name;	    /* of the object */
	const char *token;	    /* or NULL */
	const char *handled_before; /* status.lastHandledReconcileAt when the token was written */
	int64_t generation;	    /* when the object was changed */
	const char *done;	    /* begins the message of success: "applied revision" */

	/* Outcome */
	bool seen; /* a state that includes the token was there */
	enum sl_cli_verdict verdict;
	char *message; /* of success or failure; while pending what Ready said last, or NULL */
};
void sl_cli_goal_release(struct sl_cli_goal *g);

/* Take one state into account. Does nothing once there is a verdict. `wall_ms` is now. */
void sl_cli_judge(struct sl_cli_goal *g, const struct sl_value *object, int64_t wall_ms);
/* The object is gone: failure. */
void sl_cli_judge_gone(struct sl_cli_goal *g);

#endif
