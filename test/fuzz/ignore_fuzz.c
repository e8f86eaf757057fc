/* "path\ndomain\npatterns…": any text is a list of patterns, and any path can be asked about. */
#include <stdint.h>

#include "libcommon/codec/ignore.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sl_str rest = { (const char *)data, size }, path = SL_STR_NULL, domain = SL_STR_NULL;
	SL_AUTO_PTR(sl_ignore) *ig = sl_ignore_new(SL_IGNORE_DEFAULTS);
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	sl_str_split(&rest, '\n', &path);
	sl_str_split(&rest, '\n', &domain);
	if (sl_ignore_add(ig, rest, domain, &err) < 0)
		return 0;
	sl_ignore_match(ig, path, false);
	sl_ignore_match(ig, path, true);
	return 0;
}
