/* .gitmodules of a repository that is not trusted. */
#include <stdint.h>
#include <stdlib.h>

#include "libcommon/net/gitmodules.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	SL_AUTO(sl_gitmodules) m = SL_GITMODULES_INIT;

	if (sl_gitmodules_parse((struct sl_str){ (const char *)data, size }, &m, NULL) < 0)
		return 0;
	for (size_t i = 0; i < m.n; i++)
		if (!m.items[i].name || !m.items[i].path)
			abort();
	return 0;
}
