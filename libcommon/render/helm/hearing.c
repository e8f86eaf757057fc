#include "libcommon/render/helm/hearing.h"

#include "libcommon/render/helm/loading.h"

static void keep_line(void *data, const char *line)
{
	sl_strvec_push(data, line);
}

void sl_helm_hearing_init(struct sl_helm_hearing *h)
{
	for (size_t i = 0; i < SL_PARTS; i++) {
		h->lines[i] = (struct sl_strvec)SL_STRVEC_INIT;
		h->hosts[i] = (struct sl_helm_host){ .data = &h->lines[i], .log = keep_line };
	}
}

void sl_helm_hearing_release(struct sl_helm_hearing *h)
{
	for (size_t i = 0; i < SL_PARTS; i++)
		sl_strvec_release(&h->lines[i]);
}

void sl_helm_hearing_tell(const struct sl_helm_hearing *h, const struct sl_helm_host *host)
{
	for (size_t i = 0; i < SL_PARTS; i++)
		for (size_t k = 0; k < h->lines[i].n; k++)
			sl_helm_log(host, "%s", h->lines[i].v[k]);
}
