/* A duration that parses is formatted to text that parses to the same value. */
#include <stdint.h>
#include <stdlib.h>

#include "libcommon/codec/duration.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	char text[SL_DURATION_SIZE];
	int64_t ns, again;

	if (sl_duration_parse((struct sl_str){ (const char *)data, size }, &ns, &err) < 0)
		return 0;
	sl_duration_format(ns, text);
	if (sl_duration_parse(sl_str(text), &again, NULL) < 0 || again != ns)
		abort();
	return 0;
}
