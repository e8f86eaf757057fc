/* "data in JSON\ntext": a template ends with output or one message, within its limits. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "test/unit/support/tmplworld.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define OUT_MAX ((size_t)1 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct sl_tmpl_limits limits = { .steps = 20000,
					       .output = 100000,
					       .stack = 64 << 10 };
	struct sl_str rest = { (const char *)data, size }, json = SL_STR_NULL;
	SL_AUTO(sl_arena) a = SL_ARENA_INIT_LIMIT((size_t)4 << 20);
	SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(OUT_MAX);
	SL_AUTO(sl_strbuf) again = SL_STRBUF_INIT(OUT_MAX);

	(void)sl_str_split(&rest, '\n', &json);
	for (int missing = 0; missing <= SL_TMPL_MISSING_ERROR; missing++) {
		SL_AUTO(sl_arena) b = SL_ARENA_INIT_LIMIT((size_t)4 << 20);

		sl_strbuf_reset(&out);
		tmplworld_render(&b, (enum sl_tmpl_missing)missing, json, rest, &limits, &out);
	}
	tmplworld_render(&a, SL_TMPL_MISSING_ERROR, json, rest, &limits, &again);
	/* Pointers are printed by their address. */
	if (!memmem(out.p, out.n, "0x", 2) &&
	    (out.n != again.n || memcmp(out.p, again.p, out.n) != 0))
		abort();
	return 0;
}
