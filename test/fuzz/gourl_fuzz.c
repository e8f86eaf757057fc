/* URLs as templates take them apart: what is put together again reads as the same parts. */
#include <stdint.h>
#include <stdlib.h>

#include "libcommon/lang/sprig/gourl.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool ok)
{
	if (!ok)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT_LIMIT(64 << 20);
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(16 << 20);
	struct sl_gourl u, again;

	if (sl_gourl_parse(&a, (struct sl_str){ (const char *)data, size }, &u, &err) < 0) {
		check(err.message != NULL);
		return 0;
	}
	sl_gourl_format(&u, &b);
	check(!b.failed);
	/* Some parts can be had, but not be written: a host with a space, "//" at the start of a path. */
	if (sl_gourl_parse(&a, sl_strbuf_str(&b), &again, NULL) < 0)
		return 0;
	check(sl_str_eq(u.scheme, again.scheme));
	check(sl_str_eq(u.fragment, again.fragment));
	check(sl_str_eq(u.query, again.query) || sl_str_chr(u.query, '#') >= 0);
	return 0;
}
