#include "libcommon/render/helm/text.h"

#include <string.h>

#include "libcommon/codec/unicode.h"

bool sl_helm_is_space(uint32_t c)
{
	return (c >= 9 && c <= 13) || c == ' ' || c == 0x85 || c == 0xa0 || c == 0x1680 ||
	       (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 || c == 0x202f ||
	       c == 0x205f || c == 0x3000;
}

/* Bytes of the white space that `s` ends with, 0 without. */
static size_t space_at_end(struct sl_str s)
{
	uint32_t c;

	for (size_t n = 1; n <= 3 && n <= s.n; n++) {
		struct sl_str last = sl_str_sub(s, s.n - n, s.n);

		if (sl_utf8_decode(last, &c) == n)
			return sl_helm_is_space(c) ? n : 0;
	}
	return 0;
}

struct sl_str sl_helm_trim(struct sl_str s)
{
	uint32_t c;
	size_t n;

	while ((n = sl_utf8_decode(s, &c)) && sl_helm_is_space(c))
		s = sl_str_sub(s, n, s.n);
	while ((n = space_at_end(s)))
		s.n -= n;
	return s;
}

struct sl_str sl_helm_without_no_value(struct sl_arena *a, struct sl_str s)
{
	static const struct sl_str what = { "<no value>", 10 };
	ptrdiff_t at = sl_str_find(s, what);
	char *to;
	size_t n = 0;

	if (at < 0)
		return s;
	to = sl_arena_alloc(a, s.n + 1);
	for (; at >= 0; at = sl_str_find(s, what)) {
		memcpy(to + n, s.p, (size_t)at);
		n += (size_t)at;
		s = sl_str_sub(s, (size_t)at + what.n, s.n);
	}
	if (s.n)
		memcpy(to + n, s.p, s.n);
	return (struct sl_str){ to, n + s.n };
}

struct sl_str sl_helm_join(struct sl_arena *a, struct sl_str dir, struct sl_str name)
{
	char *to = sl_arena_alloc(a, dir.n + name.n + 2);

	memcpy(to, dir.p, dir.n);
	to[dir.n] = '/';
	memcpy(to + dir.n + 1, name.p, name.n);
	return (struct sl_str){ to, dir.n + 1 + name.n };
}

size_t sl_helm_count_slashes(struct sl_str name)
{
	size_t n = 0;

	for (size_t i = 0; i < name.n; i++)
		n += name.p[i] == '/';
	return n;
}
