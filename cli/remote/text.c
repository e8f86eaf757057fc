#include "cli/remote/text.h"

#include <inttypes.h>
#include <stdio.h>

#include "libcommon/base/ascii.h"
#include "libcommon/base/clock.h"
#include "libcommon/base/strbuf.h"

#define DIGITS_MIN 40
#define DIGITS_MAX 128
#define DIGITS_KEPT 8

static bool is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

static bool is_word(char c)
{
	return sl_is_alnum(c) || c == '_';
}

struct sl_str sl_cli_short_digests(struct sl_arena *a, struct sl_str text)
{
	char *out;
	size_t n = 0;

	if (!text.n)
		return text;
	out = sl_arena_alloc(a, text.n + 1);
	for (size_t i = 0; i < text.n;) {
		size_t end = i, digits = 0;

		while (end < text.n && is_word(text.p[end])) {
			digits += is_hex(text.p[end]);
			end++;
		}
		bool digest = digits == end - i && digits >= DIGITS_MIN && digits <= DIGITS_MAX;
		size_t kept = digest ? DIGITS_KEPT : end - i;

		for (size_t j = 0; j < kept; j++)
			out[n++] = text.p[i + j];
		if (end < text.n)
			out[n++] = text.p[end++];
		i = end;
	}
	return (struct sl_str){ out, n };
}

/* "<big><unit>" or "<big><unit><small><unit>" when the small part is not 0. */
static void two_parts(char *text, int64_t big, const char *big_unit, int64_t small,
		      const char *small_unit)
{
	if (small)
		snprintf(text, SL_CLI_AGE_SIZE, "%" PRId64 "%s%" PRId64 "%s", big, big_unit, small,
			 small_unit);
	else
		snprintf(text, SL_CLI_AGE_SIZE, "%" PRId64 "%s", big, big_unit);
}

void sl_cli_age(int64_t ms, char ret_text[SL_CLI_AGE_SIZE])
{
	int64_t s = ms / 1000, m = s / 60, h = m / 60, d = h / 24, y = d / 365;

	if (s < 0)
		/* Clocks of two machines differ a little; the future is only told when it is far. */
		snprintf(ret_text, SL_CLI_AGE_SIZE, "%s", s < -1 ? "<invalid>" : "0s");
	else if (s < 120)
		two_parts(ret_text, s, "s", 0, "");
	else if (m < 10)
		two_parts(ret_text, m, "m", s % 60, "s");
	else if (m < 180)
		two_parts(ret_text, m, "m", 0, "");
	else if (h < 8)
		two_parts(ret_text, h, "h", m % 60, "m");
	else if (h < 48)
		two_parts(ret_text, h, "h", 0, "");
	else if (d < 8)
		two_parts(ret_text, d, "d", h % 24, "h");
	else if (y < 2)
		two_parts(ret_text, d, "d", 0, "");
	else
		two_parts(ret_text, y, "y", y < 8 ? d % 365 : 0, "d");
}

struct sl_str sl_cli_age_of(struct sl_arena *a, struct sl_str time, int64_t wall_ms)
{
	char text[SL_CLI_AGE_SIZE];
	int64_t then;

	if (!sl_rfc3339_parse(time, &then))
		return SL_STR("<unknown>");
	sl_cli_age(wall_ms - then, text);
	return sl_arena_str(a, sl_str(text));
}

void sl_cli_size(int64_t bytes, char ret_text[SL_CLI_SIZE_SIZE])
{
	static const char units[] = "KMGTPE";
	double size = (double)bytes;
	int unit = -1;

	while (size >= 1024) {
		size /= 1024;
		unit++;
	}
	if (bytes <= 0)
		snprintf(ret_text, SL_CLI_SIZE_SIZE, "-");
	else if (unit < 0)
		snprintf(ret_text, SL_CLI_SIZE_SIZE, "%" PRId64 " B", bytes);
	else
		snprintf(ret_text, SL_CLI_SIZE_SIZE, "%.1f %ciB", size, units[unit]);
}

void sl_cli_image(struct sl_str image, struct sl_str *ret_name, struct sl_str *ret_version)
{
	struct sl_str name = sl_str_sub(image, (size_t)(sl_str_rchr(image, '/') + 1), image.n);
	ptrdiff_t tag = sl_str_chr(name, ':'), digest = sl_str_chr(name, '@');

	*ret_version = SL_STR("latest");
	if (tag >= 0 && (digest < 0 || tag < digest))
		*ret_version = sl_str_sub(name, (size_t)tag + 1, name.n);
	else if (digest >= 0)
		*ret_version = sl_str_sub(name, (size_t)digest + 1, name.n);
	if (digest >= 0 && (tag < 0 || digest < tag))
		tag = digest;
	*ret_name = tag < 0 ? name : sl_str_sub(name, 0, (size_t)tag);
}

bool sl_cli_is_dns_label(struct sl_str s)
{
	if (!s.n || s.n > 63 || s.p[0] == '-' || s.p[s.n - 1] == '-')
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (!(s.p[i] == '-' || (s.p[i] >= '0' && s.p[i] <= '9') ||
		      (s.p[i] >= 'a' && s.p[i] <= 'z')))
			return false;
	return true;
}
