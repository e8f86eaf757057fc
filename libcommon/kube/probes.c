#include "libcommon/kube/probes.h"

#include <pthread.h>
#include <stdlib.h>

#include "libcommon/base/strbuf.h"
#include "libcommon/net/httpd.h"

#define CONNECTIONS_MAX 64
#define IDLE_SECONDS 60

struct sl_probes {
	struct sl_httpd *health, *metrics_server;
	struct sl_metrics *metrics;
	pthread_mutex_t lock;
	char *reason; /* why not ready, or NULL */
};

#define TEXT_TYPE "text/plain; charset=utf-8"

static void serve_healthz(void *ctx, struct sl_httpd_request *req)
{
	(void)ctx;
	sl_httpd_reply(req, 200, TEXT_TYPE, SL_STR("ok"));
}

static void serve_readyz(void *ctx, struct sl_httpd_request *req)
{
	struct sl_probes *p = ctx;
	SL_AUTO_FREE char *reason = NULL;

	pthread_mutex_lock(&p->lock);
	reason = sl_xstrdup(p->reason);
	pthread_mutex_unlock(&p->lock);
	sl_httpd_reply(req, reason ? 503 : 200, TEXT_TYPE, sl_str(reason ? reason : "ok"));
}

static void serve_metrics(void *ctx, struct sl_httpd_request *req)
{
	struct sl_probes *p = ctx;
	SL_AUTO(sl_strbuf) text = SL_STRBUF_INIT(SL_METRICS_TEXT_MAX);
	size_t n;

	sl_metrics_write(p->metrics, &text);
	n = text.n;
	if (text.failed)
		sl_httpd_reply(req, 500, TEXT_TYPE, SL_STR("too many metrics"));
	else
		sl_httpd_reply_take(req, 200, SL_METRICS_CONTENT_TYPE, sl_strbuf_steal(&text), n);
}

static const struct sl_httpd_route health_routes[] = {
	{ .path = "/healthz", .methods = SL_HTTPD_GET, .handler = serve_healthz },
	{ .path = "/readyz", .methods = SL_HTTPD_GET, .handler = serve_readyz },
};
static const struct sl_httpd_route metrics_routes[] = {
	{ .path = "/metrics", .methods = SL_HTTPD_GET, .handler = serve_metrics },
};

static int listen_on(struct sl_probes *p, const char *what, const char *addr,
		     const struct sl_httpd_route *routes, size_t count,
		     struct sl_httpd **ret_server, struct sl_err *err)
{
	const struct sl_httpd_config config = {
		.addr = addr,
		.routes = routes,
		.route_count = count,
		.ctx = p,
		.connections_max = CONNECTIONS_MAX,
		.timeout_s = IDLE_SECONDS,
	};
	int r;

	if (!addr || !*addr || sl_streq(addr, "0"))
		return 0;
	r = sl_httpd_start(&config, ret_server, err);
	if (r)
		sl_err_wrap(err, "%s", what);
	return r;
}

int sl_probes_start(const char *health_addr, const char *metrics_addr, struct sl_metrics *metrics,
		    struct sl_probes **ret_probes, struct sl_err *err)
{
	SL_AUTO_PTR(sl_probes) *p = sl_xcalloc(1, sizeof(*p));
	int r;

	p->metrics = metrics;
	p->reason = sl_xstrdup("starting");
	pthread_mutex_init(&p->lock, NULL);
	r = listen_on(p, "--health-addr", health_addr, health_routes, SL_ARRAY_LEN(health_routes),
		      &p->health, err);
	if (!r)
		r = listen_on(p, "--metrics-addr", metrics_addr, metrics_routes,
			      SL_ARRAY_LEN(metrics_routes), &p->metrics_server, err);
	if (!r)
		*ret_probes = SL_STEAL(p);
	return r;
}

void sl_probes_free(struct sl_probes *p)
{
	if (!p)
		return;
	sl_httpd_free(p->health);
	sl_httpd_free(p->metrics_server);
	pthread_mutex_destroy(&p->lock);
	free(p->reason);
	free(p);
}

void sl_probes_set_ready(struct sl_probes *p, const char *reason)
{
	pthread_mutex_lock(&p->lock);
	free(p->reason);
	p->reason = sl_xstrdup(reason);
	pthread_mutex_unlock(&p->lock);
}

void sl_probes_ports(struct sl_probes *p, int *ret_health, int *ret_metrics)
{
	*ret_health = p->health ? sl_httpd_port(p->health) : 0;
	*ret_metrics = p->metrics_server ? sl_httpd_port(p->metrics_server) : 0;
}
