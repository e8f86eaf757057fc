/*
 * The reconciler of the kind Kustomization: see run.h for its steps.
 *
 * Thread rule: runs on the controller's workers, one key at a time.
 */
#ifndef KUSTOMIZE_CONTROLLER_KUSTOMIZATION_H
#define KUSTOMIZE_CONTROLLER_KUSTOMIZATION_H

#include "libcommon/kube/controller.h"

/* sl_reconcile_fn; `ctx` is the struct kc_context. */
struct sl_result kc_reconcile(void *ctx, struct sl_run *run, struct sl_err *err);

#endif
