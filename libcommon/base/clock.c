#include "libcommon/base/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>

#include "libcommon/base/ascii.h"

#define NS_PER_SEC INT64_C(1000000000)

static int64_t now_ns(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return (int64_t)ts.tv_sec * NS_PER_SEC + ts.tv_nsec;
}

int64_t sl_mono_ms(void)
{
	return now_ns(CLOCK_MONOTONIC) / 1000000;
}

int64_t sl_wall_ns(void)
{
	return now_ns(CLOCK_REALTIME);
}

int64_t sl_wall_ms(void)
{
	return sl_wall_ns() / 1000000;
}

/* The last `digits` digits of `v`. */
static char *put_digits(char *p, unsigned v, int digits)
{
	for (int i = digits; i-- > 0; v /= 10)
		p[i] = (char)('0' + v % 10);
	return p + digits;
}

/* `sec` and `frac` ns, of equal sign, with `digits` (0 to 9) of the fraction shown. */
static void format(int64_t sec, int64_t frac, int digits, char *ret_text)
{
	char *p = ret_text;
	time_t t;
	struct tm tm;

	if (frac < 0) {
		frac += NS_PER_SEC;
		sec--;
	}
	t = (time_t)sec;
	if (!gmtime_r(&t, &tm)) {
		t = 0;
		gmtime_r(&t, &tm);
	}
	p = put_digits(p, (unsigned)(tm.tm_year + 1900), 4);
	*p++ = '-';
	p = put_digits(p, (unsigned)(tm.tm_mon + 1), 2);
	*p++ = '-';
	p = put_digits(p, (unsigned)tm.tm_mday, 2);
	*p++ = 'T';
	p = put_digits(p, (unsigned)tm.tm_hour, 2);
	*p++ = ':';
	p = put_digits(p, (unsigned)tm.tm_min, 2);
	*p++ = ':';
	p = put_digits(p, (unsigned)tm.tm_sec, 2);
	for (int i = digits; i < 9; i++)
		frac /= 10;
	if (digits) {
		*p++ = '.';
		p = put_digits(p, (unsigned)frac, digits);
	}
	*p++ = 'Z';
	*p = '\0';
}

/* Not by way of ns: the year 9999, which certificates like, is beyond int64 ns. */
static void format_ms(int64_t wall_ms, int digits, char *ret_text)
{
	format(wall_ms / 1000, wall_ms % 1000 * 1000000, digits, ret_text);
}

static void format_ns(int64_t wall_ns, int digits, char *ret_text)
{
	format(wall_ns / NS_PER_SEC, wall_ns % NS_PER_SEC, digits, ret_text);
}

void sl_rfc3339(int64_t wall_ms, char ret_text[SL_RFC3339_SIZE])
{
	format_ms(wall_ms, 0, ret_text);
}

void sl_rfc3339_ms(int64_t wall_ms, char ret_text[SL_RFC3339_SIZE])
{
	format_ms(wall_ms, 3, ret_text);
}

void sl_rfc3339_micro(int64_t wall_ns, char ret_text[SL_RFC3339_SIZE])
{
	format_ns(wall_ns, 6, ret_text);
}

void sl_rfc3339_nano(int64_t wall_ns, char ret_text[SL_RFC3339_SIZE])
{
	format_ns(wall_ns, 9, ret_text);
}

/* Take `digits` decimal digits off the front. */
static bool take_number(struct sl_str *s, size_t digits, int64_t max, int64_t *ret)
{
	if (s->n < digits || !sl_str_to_i64(sl_str_sub(*s, 0, digits), 0, max, ret))
		return false;
	*s = sl_str_sub(*s, digits, s->n);
	return true;
}

static bool take_fraction_ms(struct sl_str *s, int64_t *ret)
{
	int64_t unit = 100;
	size_t n = 0;

	*ret = 0;
	if (!sl_str_cut_prefix(s, SL_STR(".")))
		return true;
	for (; n < s->n && s->p[n] >= '0' && s->p[n] <= '9'; n++, unit /= 10)
		*ret += (s->p[n] - '0') * unit;
	*s = sl_str_sub(*s, n, s->n);
	return n > 0;
}

static bool take_offset_minutes(struct sl_str *s, int64_t *ret)
{
	int64_t hours, minutes, sign = 1;

	*ret = 0;
	if (sl_str_eq(*s, SL_STR("Z")) || sl_str_eq(*s, SL_STR("z")))
		return true;
	if (sl_str_cut_prefix(s, SL_STR("-")))
		sign = -1;
	else if (!sl_str_cut_prefix(s, SL_STR("+")))
		return false;
	if (!take_number(s, 2, 23, &hours) || !sl_str_cut_prefix(s, SL_STR(":")) ||
	    !take_number(s, 2, 59, &minutes) || s->n)
		return false;
	*ret = sign * (hours * 60 + minutes);
	return true;
}

bool sl_rfc3339_parse(struct sl_str text, int64_t *ret_wall_ms)
{
	int64_t year, month, day, hour, minute, second, ms, offset;
	struct tm tm = { 0 }, check;
	time_t t;

	if (!take_number(&text, 4, 9999, &year) || !sl_str_cut_prefix(&text, SL_STR("-")) ||
	    !take_number(&text, 2, 12, &month) || !sl_str_cut_prefix(&text, SL_STR("-")) ||
	    !take_number(&text, 2, 31, &day) || !month || !day)
		return false;
	if (!sl_str_cut_prefix(&text, SL_STR("T")) && !sl_str_cut_prefix(&text, SL_STR("t")))
		return false;
	if (!take_number(&text, 2, 23, &hour) || !sl_str_cut_prefix(&text, SL_STR(":")) ||
	    !take_number(&text, 2, 59, &minute) || !sl_str_cut_prefix(&text, SL_STR(":")) ||
	    !take_number(&text, 2, 60, &second) || !take_fraction_ms(&text, &ms) ||
	    !take_offset_minutes(&text, &offset))
		return false;
	tm.tm_year = (int)year - 1900;
	tm.tm_mon = (int)month - 1;
	tm.tm_mday = (int)day;
	tm.tm_hour = (int)hour;
	tm.tm_min = (int)minute;
	t = timegm(&tm);
	/* timegm() turns 30 February into 2 March. */
	if (!gmtime_r(&t, &check) || check.tm_mday != (int)day)
		return false;
	*ret_wall_ms = ((int64_t)t + second - offset * 60) * 1000 + ms;
	return true;
}

/* Up to 256 bytes come whole, once the kernel has any. */
static void random_bytes(void *p, size_t n)
{
	if (getrandom(p, n, 0) != (ssize_t)n)
		abort();
}

uint64_t sl_random_below(uint64_t bound)
{
	uint64_t v;

	random_bytes(&v, sizeof(v));
	return (uint64_t)(((unsigned __int128)v * bound) >> 64);
}

int64_t sl_percent_ms(int64_t ms, int percent)
{
	return ms / 100 * percent + ms % 100 * percent / 100;
}

int64_t sl_jitter_ms(int64_t ms, int percent)
{
	int64_t span = sl_percent_ms(ms, percent);

	if (span <= 0 || ms > SL_NEVER - span)
		return ms;
	return ms - span + (int64_t)sl_random_below((uint64_t)span * 2 + 1);
}

void sl_uuid_of(const uint8_t bytes[16], char ret_text[37])
{
	char *p = ret_text;

	for (size_t i = 0; i < 16; i++) {
		uint8_t b = bytes[i];

		if (i == 4 || i == 6 || i == 8 || i == 10)
			*p++ = '-';
		if (i == 6)
			b = (b & 0x0f) | 0x40;
		if (i == 8)
			b = (b & 0x3f) | 0x80;
		p = sl_put_hex(p, &b, 1);
	}
	*p = '\0';
}

void sl_uuid(char ret_text[37])
{
	uint8_t bytes[16];

	random_bytes(bytes, sizeof(bytes));
	sl_uuid_of(bytes, ret_text);
}
