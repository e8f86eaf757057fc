#include "test/unit/support/probe.h"

#include <stdio.h>

bool probe_read_number(uint32_t *ret)
{
	unsigned char b[4];

	if (fread(b, 1, 4, stdin) != 4)
		return false;
	*ret = b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
	return true;
}

bool probe_read_bytes(struct sl_arena *a, uint32_t n, struct sl_str *ret)
{
	char *p = sl_arena_alloc(a, (size_t)n + 1);

	*ret = (struct sl_str){ p, n };
	return fread(p, 1, n, stdin) == n;
}

void probe_answer(struct sl_str s)
{
	for (int i = 0; i < 4; i++)
		putchar((int)(s.n >> (8 * i) & 0xff));
	fwrite(s.p, 1, s.n, stdout);
}
