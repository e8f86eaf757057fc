/* URLs from objects and from Location headers: parse, format, parse again, join. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "libcommon/net/url.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sl_str text = { (const char *)data, size };
	SL_AUTO(sl_url) base = SL_URL_INIT;
	SL_AUTO(sl_url) u = SL_URL_INIT;
	SL_AUTO(sl_url) joined = SL_URL_INIT;
	SL_AUTO_FREE char *redacted = sl_url_redact(text);

	if (!redacted)
		abort();
	if (sl_url_parse(SL_STR("https://user:secret@host.example/a/b?c"), &base, NULL) < 0)
		abort();
	if (sl_url_join(&base, text, &joined, NULL) == 0 && joined.path[0] != '/')
		abort();
	if (sl_url_parse(text, &u, NULL) == 0) {
		SL_AUTO(sl_url) again = SL_URL_INIT;
		SL_AUTO_FREE char *first = sl_url_text(&u);
		SL_AUTO_FREE char *second = NULL;

		if (strlen(first) > SL_URL_MAX)
			return 0;
		if (sl_url_parse(sl_str(first), &again, NULL) < 0)
			abort();
		second = sl_url_text(&again);
		if (strcmp(first, second) != 0)
			abort();
	}
	return 0;
}
