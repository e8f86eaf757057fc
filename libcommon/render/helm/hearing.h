/*
 * Private to render/helm: what the parts of a loading or a rendering say while they run, several at a time,
 * see base/parts.h. It is said when all are done, in their order.
 *
 * Thread rule: the host of a part belongs to the thread that runs it.
 */
#ifndef LIBCOMMON_RENDER_HELM_HEARING_H
#define LIBCOMMON_RENDER_HELM_HEARING_H

#include "libcommon/base/parts.h"
#include "libcommon/base/strvec.h"
#include "libcommon/render/helm/helm.h"

struct sl_helm_hearing {
	struct sl_helm_host hosts[SL_PARTS]; /* one for each part: it hears, and cannot be asked */
	struct sl_strvec lines[SL_PARTS];
};

void sl_helm_hearing_init(struct sl_helm_hearing *h);
void sl_helm_hearing_release(struct sl_helm_hearing *h);
/* Hand on what was heard. */
void sl_helm_hearing_tell(const struct sl_helm_hearing *h, const struct sl_helm_host *host);

#endif
