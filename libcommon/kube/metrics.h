/*
 * Metrics: counters, gauges and histograms with labels, written in Prometheus' text format.
 *
 *   static const struct sl_metric_desc pulls = {
 *           .name = "pulls_total", .help = "Number of pulls.", .type = SL_METRIC_COUNTER,
 *           .labels = { "kind", "result" },
 *   };
 *   struct sl_metric *m = sl_metrics_register(registry, &pulls);
 *   sl_metric_add(m, 1, SL_LABELS("GitRepository", "success"));
 *
 * A family is registered once; registering the same name again yields the same family, so that
 * several controllers of a process share one. A series exists from its first value until it is
 * removed. Label values are any bytes; invalid UTF-8 is replaced in the text.
 *
 * Ownership: descriptors are borrowed and outlive the registry (static const); label values are copied.
 * Thread rule: thread-safe. One lock for a registry, held for no I/O. Writing costs one pass.
 * Limits: SL_METRIC_LABELS_MAX labels a family, SL_METRIC_SERIES_MAX series a family (later ones are
 * not recorded), SL_METRICS_TEXT_MAX bytes of text.
 * Source: Prometheus text exposition format 0.0.4. Left out: summaries, exemplars, timestamps.
 */
#ifndef LIBCOMMON_KUBE_METRICS_H
#define LIBCOMMON_KUBE_METRICS_H

#include <stddef.h>

#include "libcommon/base/mem.h"
#include "libcommon/base/strbuf.h"

#define SL_METRIC_LABELS_MAX 5
#define SL_METRIC_SERIES_MAX 100000
#define SL_METRIC_BUCKETS_MAX 48
#define SL_METRICS_TEXT_MAX ((size_t)256 << 20)
#define SL_METRICS_CONTENT_TYPE "text/plain; version=0.0.4; charset=utf-8"

enum sl_metric_type { SL_METRIC_COUNTER, SL_METRIC_GAUGE, SL_METRIC_HISTOGRAM };

struct sl_metric_desc {
	const char *name;
	const char *help;
	enum sl_metric_type type;
	const char *labels[SL_METRIC_LABELS_MAX + 1]; /* ends with NULL */
	const double *bounds; /* of a histogram: ascending upper bounds, without +Inf */
	size_t bound_count;   /* at most SL_METRIC_BUCKETS_MAX */
};

struct sl_metrics; /* a registry */
struct sl_metric;  /* a family, owned by its registry */

/* Label values in the order of the descriptor's names, as many as it has. */
#define SL_LABELS(...) ((const char *const[]){ __VA_ARGS__, NULL })
#define SL_NO_LABELS ((const char *const[]){ NULL })

/* A registry that holds the process_* metrics and nothing else. */
struct sl_metrics *sl_metrics_new(void);
void sl_metrics_free(struct sl_metrics *m); /* NULL is accepted */
SL_DEFINE_AUTO_PTR(sl_metrics);

/* The family of this descriptor, made at the first call. `m` NULL gives NULL, which all accept. */
struct sl_metric *sl_metrics_register(struct sl_metrics *m, const struct sl_metric_desc *desc);

/* Counters and gauges. Counters are only set where the count is kept elsewhere. */
void sl_metric_add(struct sl_metric *f, double value, const char *const *labels);
void sl_metric_set(struct sl_metric *f, double value, const char *const *labels);
/* Histograms. */
void sl_metric_observe(struct sl_metric *f, double value, const char *const *labels);
/* Forget one series, e.g. because its object is gone. */
void sl_metric_remove(struct sl_metric *f, const char *const *labels);

/*
 * `collect` runs before each write, on the writing thread and without the registry's lock: it sets
 * what is cheaper to look up than to keep. Registered for good, before the first write.
 */
void sl_metrics_on_collect(struct sl_metrics *m, void (*collect)(void *ctx), void *ctx);

/* Append the whole text, families by name, series by label values. The buffer's maximum caps it. */
void sl_metrics_write(struct sl_metrics *m, struct sl_strbuf *out);

#endif
