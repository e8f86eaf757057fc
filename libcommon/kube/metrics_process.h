/*
 * The process_* metrics: resident and virtual memory, CPU time, descriptors, threads, start time.
 *
 * Read from /proc/self at each write of the registry. Where /proc is missing they are left out.
 * Source: the metric names that Prometheus' client libraries share.
 *
 * Thread rule: registered once, by sl_metrics_new().
 */
#ifndef LIBCOMMON_KUBE_METRICS_PROCESS_H
#define LIBCOMMON_KUBE_METRICS_PROCESS_H

#include "libcommon/kube/metrics.h"

void sl_metrics_add_process(struct sl_metrics *m);

#endif
