/*
 * The reconciler of the kind GitRepository: see gitrun.h for its steps.
 *
 * Thread rule: runs on the controller's workers, one key at a time.
 */
#ifndef SOURCE_CONTROLLER_GITREPOSITORY_H
#define SOURCE_CONTROLLER_GITREPOSITORY_H

#include "libcommon/kube/controller.h"

extern const struct sl_kube_kind sc_git_repository_kind;

/* sl_reconcile_fn; `ctx` is the struct sc_context, the worker a struct sl_http_client. */
struct sl_result sc_git_reconcile(void *ctx, struct sl_run *run, struct sl_err *err);

/* The first line of a commit's message for an event: at most 50 characters, and "..." if cut. */
char *sc_git_short_message(struct sl_arena *a, const char *subject);

#endif
