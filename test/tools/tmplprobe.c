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

#include "test/unit/support/tmplworld.h"

#define OUTPUT_MAX ((size_t)64 << 20)

static bool read_number(uint32_t *ret)
{
	unsigned char b[4];

	if (fread(b, 1, 4, stdin) != 4)
		return false;
	*ret = b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
	return true;
}

static bool read_bytes(struct sl_arena *a, uint32_t n, struct sl_str *ret)
{
	char *p = sl_arena_alloc(a, (size_t)n + 1);

	*ret = (struct sl_str){ p, n };
	return fread(p, 1, n, stdin) == n;
}

int main(void)
{
	const struct sl_tmpl_limits limits = { .stack = SL_TMPL_STACK_MAIN };
	SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(OUTPUT_MAX);
	uint32_t missing, lengths[2];

	while (read_number(&missing)) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT_LIMIT((size_t)1 << 30);
		struct sl_str data, text;

		if (!read_number(&lengths[0]) || !read_number(&lengths[1]) ||
		    !read_bytes(&a, lengths[0], &data) || !read_bytes(&a, lengths[1], &text))
			return 1;
		sl_strbuf_reset(&out);
		tmplworld_render(&a, (enum sl_tmpl_missing)missing, data, text, &limits, &out);
		for (int i = 0; i < 4; i++)
			putchar((int)(out.n >> (8 * i) & 0xff));
		fwrite(out.p, 1, out.n, stdout);
		fflush(stdout);
	}
	return 0;
}
