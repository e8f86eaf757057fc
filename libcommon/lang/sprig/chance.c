#include "libcommon/lang/sprig/chance.h"

int sl_sprig_fill_random(struct sl_go_call *call, void *buf, size_t n, struct sl_err *err)
{
	if (!call->host->random)
		return sl_err_set(err, SL_ERR_UNSUPPORTED, "there is no source of chance here");
	return call->host->random(call->host->data, buf, n, err);
}
