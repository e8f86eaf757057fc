/*
 * The pods behind an object: whether they have failed, and what keeps them from being ready.
 *
 * Pods are not watched, there may be thousands; they are listed by the object's selector when their
 * word is needed, as whom the run impersonates.
 *
 * Ownership: results live in the arena. Thread rule: as a run. kc_pods_* block on the API server.
 */
#ifndef KUSTOMIZE_CONTROLLER_PODS_H
#define KUSTOMIZE_CONTROLLER_PODS_H

#include "kustomize-controller/run.h"

#define KC_POD_MESSAGE_MAX 300 /* bytes of a message that a pod's status holds */

/* How many of the pods that `live` selects have failed, other than for want of a node. */
size_t kc_pods_failed(struct kc_run *r, const struct sl_value *live);
/*
 * What keeps the pods that `live` selects from being ready, "pod web-1: container app:
 * ImagePullBackOff: …"; of several pods, the newest with something to say. NULL: nobody knows.
 */
const char *kc_pods_cause(struct kc_run *r, const struct sl_value *live);

/* Pure: the query of a LabelSelector, "a=b,c in (d,e)"; "" when it selects nothing, or malformed. */
const char *kc_pod_selector(struct sl_arena *a, const struct sl_value *selector);
/*
 * Pure: what is wrong with this pod, or NULL. `ret_certain`: it will not pass by itself, as far as one
 * can tell. What containers have printed at their end is left out: it may be secret.
 */
const char *kc_pod_trouble(struct sl_arena *a, const struct sl_value *pod, bool *ret_certain);

#endif
