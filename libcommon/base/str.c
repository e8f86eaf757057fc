#include "libcommon/base/str.h"

#include <ctype.h>
#include <errno.h>
#include <locale.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* strncasecmp() would stop at a NUL and ask the locale. */
static char ascii_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

bool sl_str_ieq(struct sl_str a, struct sl_str b)
{
	if (a.n != b.n)
		return false;
	for (size_t i = 0; i < a.n; i++)
		if (a.p[i] != b.p[i] && ascii_lower(a.p[i]) != ascii_lower(b.p[i]))
			return false;
	return true;
}

int sl_str_cmp(struct sl_str a, struct sl_str b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int r = n ? memcmp(a.p, b.p, n) : 0;

	if (r)
		return r;
	return (a.n > b.n) - (a.n < b.n);
}

bool sl_streq(const char *a, const char *b)
{
	if (!a || !b)
		return a == b;
	return !strcmp(a, b);
}

bool sl_str_ends(struct sl_str s, struct sl_str suffix)
{
	return s.n >= suffix.n && (!suffix.n || !memcmp(s.p + s.n - suffix.n, suffix.p, suffix.n));
}

bool sl_str_cut_suffix(struct sl_str *s, struct sl_str suffix)
{
	if (!sl_str_ends(*s, suffix))
		return false;
	s->n -= suffix.n;
	return true;
}

ptrdiff_t sl_str_chr(struct sl_str s, char c)
{
	const char *hit = s.n ? memchr(s.p, c, s.n) : NULL;

	return hit ? hit - s.p : -1;
}

ptrdiff_t sl_str_rchr(struct sl_str s, char c)
{
	const char *hit = s.n ? memrchr(s.p, c, s.n) : NULL;

	return hit ? hit - s.p : -1;
}

ptrdiff_t sl_str_find(struct sl_str s, struct sl_str needle)
{
	const char *hit;

	if (!needle.n)
		return 0;
	if (needle.n == 1)
		return sl_str_chr(s, *needle.p);
	/* Looking for a byte is much faster, and most texts do not even have that. */
	hit = s.n ? memchr(s.p, *needle.p, s.n) : NULL;
	if (hit)
		hit = memmem(hit, s.n - (size_t)(hit - s.p), needle.p, needle.n);
	return hit ? hit - s.p : -1;
}

struct sl_str sl_str_cut(struct sl_str s, size_t max)
{
	if (s.n <= max)
		return s;
	while (max && ((unsigned char)s.p[max] & 0xc0) == 0x80)
		max--;
	s.n = max;
	return s;
}

struct sl_str sl_str_trim(struct sl_str s)
{
	while (s.n && isspace((unsigned char)s.p[0]))
		s = sl_str_sub(s, 1, s.n);
	while (s.n && isspace((unsigned char)s.p[s.n - 1]))
		s.n--;
	return s;
}

bool sl_str_split(struct sl_str *rest, char sep, struct sl_str *ret_part)
{
	ptrdiff_t at;

	/* The last part leaves {NULL, 0} behind, so that "a," still yields its trailing "". */
	if (!rest->p)
		return false;
	at = sl_str_chr(*rest, sep);
	if (at < 0) {
		*ret_part = *rest;
		*rest = SL_STR_NULL;
		return true;
	}
	*ret_part = sl_str_sub(*rest, 0, (size_t)at);
	*rest = sl_str_sub(*rest, (size_t)at + 1, rest->n);
	return true;
}

bool sl_str_to_u64(struct sl_str s, uint64_t max, uint64_t *ret_value)
{
	uint64_t v = 0;

	if (!s.n)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (!isdigit((unsigned char)s.p[i]))
			return false;
		if (__builtin_mul_overflow(v, 10, &v) ||
		    __builtin_add_overflow(v, (uint64_t)(s.p[i] - '0'), &v))
			return false;
	}
	if (v > max)
		return false;
	*ret_value = v;
	return true;
}

bool sl_str_to_i64(struct sl_str s, int64_t min, int64_t max, int64_t *ret_value)
{
	bool negative = sl_str_cut_prefix(&s, SL_STR("-"));
	uint64_t u;
	int64_t v;

	if (!sl_str_to_u64(s, (uint64_t)INT64_MAX + (negative ? 1 : 0), &u))
		return false;
	v = negative ? (int64_t)(0 - u) : (int64_t)u;
	if (v < min || v > max)
		return false;
	*ret_value = v;
	return true;
}

bool sl_hex_to_u64(struct sl_str s, uint64_t max, uint64_t *ret_value)
{
	uint64_t v = 0;

	if (!s.n || s.n > 16)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (!isxdigit(c))
			return false;
		v = v * 16 + (uint64_t)(isdigit(c) ? c - '0' : tolower(c) - 'a' + 10);
	}
	if (v > max)
		return false;
	*ret_value = v;
	return true;
}

static locale_t c_locale;

static void make_c_locale(void)
{
	c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
}

bool sl_str_to_double(struct sl_str s, double *ret_value)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	char buf[512], *end;
	double v;

	if (!s.n || s.n >= sizeof(buf) || isspace((unsigned char)s.p[0]))
		return false;
	memcpy(buf, s.p, s.n);
	buf[s.n] = '\0';
	if (strspn(buf, "+-.0123456789eE") != s.n)
		return false;
	pthread_once(&once, make_c_locale);
	v = strtod_l(buf, &end, c_locale);
	if (end != buf + s.n || !isfinite(v))
		return false;
	*ret_value = v;
	return true;
}

/* Length of the UTF-8 sequence at `p`, or 0 when it is malformed (RFC 3629 section 4). */
static size_t utf8_len(const unsigned char *p, size_t n)
{
	static const struct {
		unsigned char lo, hi, lo2, hi2;
		size_t len;
	} rows[] = {
		{ 0x00, 0x7f, 0, 0, 1 },       { 0xc2, 0xdf, 0x80, 0xbf, 2 },
		{ 0xe0, 0xe0, 0xa0, 0xbf, 3 }, { 0xe1, 0xec, 0x80, 0xbf, 3 },
		{ 0xed, 0xed, 0x80, 0x9f, 3 }, { 0xee, 0xef, 0x80, 0xbf, 3 },
		{ 0xf0, 0xf0, 0x90, 0xbf, 4 }, { 0xf1, 0xf3, 0x80, 0xbf, 4 },
		{ 0xf4, 0xf4, 0x80, 0x8f, 4 },
	};

	for (size_t r = 0; r < sizeof(rows) / sizeof(rows[0]); r++) {
		if (p[0] < rows[r].lo || p[0] > rows[r].hi)
			continue;
		if (rows[r].len > n)
			return 0;
		if (rows[r].len > 1 && (p[1] < rows[r].lo2 || p[1] > rows[r].hi2))
			return 0;
		for (size_t i = 2; i < rows[r].len; i++)
			if ((p[i] & 0xc0) != 0x80)
				return 0;
		return rows[r].len;
	}
	return 0;
}

bool sl_str_is_utf8(struct sl_str s)
{
	const unsigned char *p = (const unsigned char *)s.p;
	size_t i = 0;

	while (i < s.n) {
		size_t len = p[i] < 0x80 ? 1 : utf8_len(p + i, s.n - i);

		if (!len)
			return false;
		i += len;
	}
	return true;
}

size_t sl_utf8_decode(struct sl_str s, uint32_t *ret_code_point)
{
	const unsigned char *p = (const unsigned char *)s.p;
	size_t n = s.n ? utf8_len(p, s.n) : 0;
	uint32_t c;

	if (!n)
		return 0;
	c = n == 1 ? p[0] : p[0] & (0x7fu >> n);
	for (size_t i = 1; i < n; i++)
		c = c << 6 | (p[i] & 0x3f);
	*ret_code_point = c;
	return n;
}

uint64_t sl_str_hash(struct sl_str s)
{
	uint64_t h = 0xcbf29ce484222325ULL;

	for (size_t i = 0; i < s.n; i++)
		h = (h ^ (unsigned char)s.p[i]) * 0x100000001b3ULL;
	return h;
}
