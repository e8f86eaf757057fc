/*
 * What lang/template makes of texts and data, for test/fuzz/template, which compares it with Go.
 *
 * Reads cases from stdin until it ends, and writes an answer to each to stdout. A case is three numbers
 * of 32 bits, little-endian: the option "missingkey", and the lengths of data and text; then those
 * bytes. An answer is its length, as such a number, and text: what was written, and the error if there
 * was one.
 */
#include <stdint.h>
#include <stdio.h>

#include "test/unit/support/probe.h"
#include "test/unit/support/tmplworld.h"

#define OUTPUT_MAX ((size_t)64 << 20)

int main(void)
{
	const struct sl_tmpl_limits limits = { .stack = SL_TMPL_STACK_MAIN };
	SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(OUTPUT_MAX);
	uint32_t missing, lengths[2];

	while (probe_read_number(&missing)) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT_LIMIT((size_t)1 << 30);
		struct sl_str data, text;

		if (!probe_read_number(&lengths[0]) || !probe_read_number(&lengths[1]) ||
		    !probe_read_bytes(&a, lengths[0], &data) ||
		    !probe_read_bytes(&a, lengths[1], &text))
			return 1;
		sl_strbuf_reset(&out);
		tmplworld_render(&a, (enum sl_tmpl_missing)missing, data, text, &limits, &out);
		probe_answer(sl_strbuf_str(&out));
		fflush(stdout);
	}
	return 0;
}
