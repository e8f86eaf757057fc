/* An error answer's body: always an error with one message, whatever the bytes. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "libcommon/kube/status.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	int http_status, r;

	if (!size)
		return 0;
	http_status = 400 + data[0] % 200;
	r = sl_status_err_body(http_status, (struct sl_str){ (const char *)data + 1, size - 1 },
			       "GET", "/x", &err);
	if (r >= 0 || r != (int)err.code || !err.message || err.http_status != http_status ||
	    err.retry_after_ms < 0 || !sl_str_is_utf8(sl_str(err.message)) ||
	    strlen(err.message) > SL_STATUS_MESSAGE_MAX + 64)
		abort();
	return 0;
}
