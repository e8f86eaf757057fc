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

/*
 * sl_parts_run() in threads of the host's, if it has any, with `h` for what its parts say, which the host
 * hears if all went well.
 */
bool sl_helm_parts_run(struct sl_helm_hearing *h, const struct sl_helm_host *host,
		       struct sl_arena *a, size_t n, int (*each)(void *arg, struct sl_part *p),
		       void *arg) SL_MUST_CHECK;

#endif
