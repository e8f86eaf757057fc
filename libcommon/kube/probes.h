/*
 * /healthz and /readyz on --health-addr, /metrics on --metrics-addr.
 *
 * /healthz answers 200 "ok" while the process can answer. /readyz answers 200 "ok" once the caches
 * have synced, whether or not this replica leads (a standby is Ready), and 503 naming what is missing
 * before that and while shutting down. GET and HEAD; other methods 405, other paths 404.
 *
 * Thread rule: thread-safe. Handlers run on the HTTP server's threads and do not block.
 */
#ifndef LIBCOMMON_KUBE_PROBES_H
#define LIBCOMMON_KUBE_PROBES_H

#include <stdbool.h>

#include "libcommon/base/err.h"
#include "libcommon/base/mem.h"
#include "libcommon/kube/metrics.h"

struct sl_probes;

/*
 * Listen. An address is "host:port", ":port", or NULL, "" or "0" for none; port 0 lets the system
 * choose. `metrics` is borrowed.
 */
int sl_probes_start(const char *health_addr, const char *metrics_addr, struct sl_metrics *metrics,
		    struct sl_probes **ret_probes, struct sl_err *err) SL_MUST_CHECK;
void sl_probes_free(struct sl_probes *p); /* stops listening; NULL is accepted */
SL_DEFINE_AUTO_PTR(sl_probes);

/* `reason` NULL: ready; else what is missing ("informer caches not synced"). Copied. */
void sl_probes_set_ready(struct sl_probes *p, const char *reason);
/* The ports in use, 0 for none: for tests. */
void sl_probes_ports(struct sl_probes *p, int *ret_health, int *ret_metrics);

#endif
