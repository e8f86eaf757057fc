#include "libcommon/render/helm/hearing.h"

#include "libcommon/render/helm/loading.h"

static void keep_line(void *data, const char *line)
{
	sl_strvec_push(data, line);
}

bool sl_helm_parts_run(struct sl_helm_hearing *h, const struct sl_helm_host *host,
		       struct sl_arena *a, size_t n, int (*each)(void *arg, struct sl_part *p),
		       void *arg)
{
	bool done;

	for (size_t i = 0; i < SL_PARTS; i++) {
		h->lines[i] = (struct sl_strvec)SL_STRVEC_INIT;
		h->hosts[i] = (struct sl_helm_host){ .data = &h->lines[i], .log = keep_line };
	}
	done = sl_parts_run(host->parallel, a, n, each, arg);
	for (size_t i = 0; i < SL_PARTS; i++) {
		for (size_t k = 0; done && k < h->lines[i].n; k++)
			sl_helm_log(host, "%s", h->lines[i].v[k]);
		sl_strvec_release(&h->lines[i]);
	}
	return done;
}
