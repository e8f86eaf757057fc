/*
 * kstatus: is a live object current, in progress, failed or going away?
 *
 * A pure function of the object and the time. First match wins: deletion, observed generation,
 * the conditions Reconciling and Stalled, the rule of the built-in kind, the condition Ready, and
 * else current: an object without any status is as good as it will get.
 *
 * Not done here: the pods behind a StatefulSet or ReplicaSet (the caller looks at them with this
 * function), objects that do not exist.
 *
 * Thread rule: pure. Source: the kstatus rules of cli-utils as Flux uses them, in which a running Job
 * is in progress and a suspended one current.
 */
#ifndef LIBCOMMON_KUBE_KSTATUS_H
#define LIBCOMMON_KUBE_KSTATUS_H

#include "libcommon/codec/value.h"

#define SL_KSTATUS_SCHEDULE_WINDOW_MS 15000 /* an unschedulable pod is given this long */

enum sl_kstatus {
	SL_KSTATUS_IN_PROGRESS,
	SL_KSTATUS_CURRENT,
	SL_KSTATUS_FAILED,
	SL_KSTATUS_TERMINATING,
	SL_KSTATUS_NOT_FOUND, /* never computed; for callers that look an object up */
	SL_KSTATUS_UNKNOWN,   /* never computed; for callers that could not look */
};

struct sl_kstatus_result {
	enum sl_kstatus status;
	const char *message; /* "Ready: 1/3", constant or in the arena; never NULL */
	int64_t recheck_ms; /* the verdict may change by time alone after this long; 0: it will not */
};

/* `wall_ms` is the current time. */
struct sl_kstatus_result sl_kstatus_compute(struct sl_arena *a, const struct sl_value *object,
					    int64_t wall_ms);
/* "InProgress", "Current", "Failed", "Terminating", "NotFound", "Unknown". */
const char *sl_kstatus_name(enum sl_kstatus status);

#endif
