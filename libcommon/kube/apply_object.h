/*
 * What an apply does to single objects before it sends or compares them, kind by kind. For the apply_*
 * files.
 *
 * Thread rule: pure, but for the trees and errors given. Source: spec/kustomize.md 7.1, 7.3.
 */
#ifndef LIBCOMMON_KUBE_APPLY_OBJECT_H
#define LIBCOMMON_KUBE_APPLY_OBJECT_H

#include "libcommon/base/err.h"
#include "libcommon/codec/value.h"

/*
 * Prepare an object from the user in place: status and creationTimestamp dropped, a Secret's
 * stringData folded into data (strings only: what is none is left for the API server to refuse), port
 * protocols defaulted, a caBundle of a conversion webhook that holds no certificate dropped (it is
 * somebody else's to fill in, and wedges the definition until then).
 */
void sl_apply_normalise(struct sl_arena *a, struct sl_value *object);

/*
 * Prepare the answer to a dry run for comparison, in place: API servers have been seen to answer with
 * metrics of a HorizontalPodAutoscaler twice, or without a type.
 */
void sl_apply_clean_answer(struct sl_value *object);

/*
 * Take what is secret out of an error that the API server gave for `object`: of a Secret, it prints
 * values whose type is wrong. What follows the first ", got " goes.
 */
void sl_apply_redact(const struct sl_value *object, struct sl_err *err);

#endif
