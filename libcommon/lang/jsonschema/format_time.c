#include <string.h>

#include "libcommon/base/ascii.h"
#include "libcommon/codec/goquote.h"
#include "libcommon/lang/jsonschema/priv.h"

/* As Go's time.Parse of "2006-01-02" says it. */
static bool bad_date(struct sl_str all, struct sl_str rest, const char *element,
		     struct sl_strbuf *out)
{
	sl_strbuf_addz(out, "parsing time ");
	sl_strbuf_add_timequoted(out, all);
	sl_strbuf_addz(out, " as \"2006-01-02\": cannot parse ");
	sl_strbuf_add_timequoted(out, rest);
	sl_strbuf_addf(out, " as \"%s\"", element);
	return false;
}

static bool date_out_of_range(struct sl_str all, const char *what, struct sl_strbuf *out)
{
	sl_strbuf_addz(out, "parsing time ");
	sl_strbuf_add_timequoted(out, all);
	sl_strbuf_addf(out, ": %s out of range", what);
	return false;
}

/* The first `n` bytes as a number; -1 when they are not all digits. */
static int64_t leading(struct sl_str s, size_t n)
{
	int64_t value;

	if (s.n < n || !sl_is_digit(s.p[0]) || !sl_str_to_i64(sl_str_sub(s, 0, n), 0, 9999, &value))
		return -1;
	return value;
}

static int64_t days_in(int64_t year, int64_t month)
{
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	if (month == 2)
		return leap ? 29 : 28;
	return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

bool sl_js_is_date(struct sl_str s, struct sl_strbuf *out)
{
	struct sl_str rest = s;
	int64_t year = leading(rest, 4), month, day;

	if (year < 0)
		return bad_date(s, rest, "2006", out);
	rest = sl_str_sub(rest, 4, rest.n);
	if (!sl_str_cut_prefix(&rest, SL_STR("-")))
		return bad_date(s, rest, "-", out);
	month = leading(rest, 2);
	if (month < 0)
		return bad_date(s, rest, "01", out);
	if (month < 1 || month > 12)
		return date_out_of_range(s, "month", out);
	rest = sl_str_sub(rest, 2, rest.n);
	if (!sl_str_cut_prefix(&rest, SL_STR("-")))
		return bad_date(s, rest, "-", out);
	day = leading(rest, 2);
	if (day < 0)
		return bad_date(s, rest, "02", out);
	rest = sl_str_sub(rest, 2, rest.n);
	if (rest.n > 0) {
		sl_strbuf_addz(out, "parsing time ");
		sl_strbuf_add_timequoted(out, s);
		sl_strbuf_addz(out, ": extra text: ");
		sl_strbuf_add_timequoted(out, rest);
		return false;
	}
	if (day < 1 || day > days_in(year, month))
		return date_out_of_range(s, "day", out);
	return true;
}

/* "12" of a clock; signs are numbers to Go, so that "-1" is one. */
static bool clock_part(struct sl_str s, int64_t *ret)
{
	sl_str_cut_prefix(&s, SL_STR("+"));
	return sl_str_to_i64(s, -9, 99, ret);
}

static bool check_offset(struct sl_str s, int64_t *minutes, struct sl_strbuf *out)
{
	int64_t h, m, sign;

	if (s.n != 6)
		return sl_js_format_fail(out, "offset must be 6 characters long");
	if (s.p[0] != '+' && s.p[0] != '-')
		return sl_js_format_fail(out, "offset must begin with plus/minus");
	sign = s.p[0] == '+' ? -1 : 1;
	s = sl_str_sub(s, 1, s.n);
	if (s.p[2] != ':')
		return sl_js_format_fail(out, "missing colon in offset in correct place");
	if (!clock_part(sl_str_sub(s, 0, 2), &h) || !clock_part(sl_str_sub(s, 3, 5), &m))
		return sl_js_format_fail(out, "invalid hour/min in offset");
	if (h < 0 || m < 0)
		return sl_js_format_fail(out, "non-positive hour/min in offset");
	if (h > 23 || m > 59)
		return sl_js_format_fail(out, "hour/min in offset out of range");
	*minutes += sign * (h * 60 + m);
	if (*minutes < 0)
		*minutes += 24 * 60;
	return true;
}

bool sl_js_is_time(struct sl_str s, struct sl_strbuf *out)
{
	int64_t hms[3], minutes;
	struct sl_str rest;

	if (s.n < 9)
		return sl_js_format_fail(out, "less than 9 characters long");
	if (s.p[2] != ':' || s.p[5] != ':')
		return sl_js_format_fail(out, "missing colon in correct place");
	for (size_t i = 0; i < 3; i++)
		if (!clock_part(sl_str_sub(s, 3 * i, 3 * i + 2), &hms[i]))
			return sl_js_format_fail(out, "invalid hour/min/sec");
		else if (hms[i] < 0)
			return sl_js_format_fail(out, "non-positive hour/min/sec");
	if (hms[0] > 23 || hms[1] > 59 || hms[2] > 60)
		return sl_js_format_fail(out, "hour/min/sec out of range");
	rest = sl_str_sub(s, 8, s.n);
	if (sl_str_cut_prefix(&rest, SL_STR("."))) {
		size_t n = 0;

		while (n < rest.n && sl_is_digit(rest.p[n]))
			n++;
		if (n == 0)
			return sl_js_format_fail(out, "no digits in second fraction");
		rest = sl_str_sub(rest, n, rest.n);
	}
	minutes = hms[0] * 60 + hms[1];
	if (!sl_str_eqz(rest, "z") && !sl_str_eqz(rest, "Z") && !check_offset(rest, &minutes, out))
		return false;
	/* A leap second is the last of a day in UTC. */
	if (hms[2] == 60 && minutes != 23 * 60 + 59)
		return sl_js_format_fail(out, "invalid leap second");
	return true;
}

bool sl_js_is_date_time(struct sl_str s, struct sl_strbuf *out)
{
	if (s.n < 20)
		return sl_js_format_fail(out, "less than 20 characters long");
	if (s.p[10] != 't' && s.p[10] != 'T')
		return sl_js_format_fail(out, "11th character must be t or T");
	return sl_js_format_within(out, "invalid date element", sl_js_is_date,
				   sl_str_sub(s, 0, 10)) &&
	       sl_js_format_within(out, "invalid time element", sl_js_is_time,
				   sl_str_sub(s, 11, s.n));
}

/* "1Y2M": numbers with units of `units`, in their order. */
static bool check_units(struct sl_str s, const char *units, struct sl_strbuf *out)
{
	const char *left = units;

	while (s.n > 0) {
		const char *found;
		size_t n = 0;

		while (n < s.n && sl_is_digit(s.p[n]))
			n++;
		if (n == 0)
			return sl_js_format_fail(out, "missing number");
		if (n == s.n)
			return sl_js_format_fail(out, "missing unit");
		found = s.p[n] ? strchr(left, s.p[n]) : NULL;
		if (!found) {
			bool known = s.p[n] && strchr(units, s.p[n]);

			sl_strbuf_addf(out, known ? "unit '%c' out of order" : "invalid unit '%c'",
				       s.p[n]);
			return false;
		}
		left = found + 1;
		s = sl_str_sub(s, n + 1, s.n);
	}
	return true;
}

bool sl_js_is_duration(struct sl_str s, struct sl_strbuf *out)
{
	static const char *const units[] = { "YMD", "HMS" };
	struct sl_str part;

	if (!sl_str_cut_prefix(&s, SL_STR("P")))
		return sl_js_format_fail(out, "must start with P");
	if (s.n == 0)
		return sl_js_format_fail(out, "nothing after P");
	if (sl_str_cut_suffix(&s, SL_STR("W"))) {
		if (s.n == 0)
			return sl_js_format_fail(out, "no number in week");
		for (size_t i = 0; i < s.n; i++)
			if (!sl_is_digit(s.p[i]))
				return sl_js_format_fail(out, "invalid week");
		return true;
	}
	for (size_t i = 0; sl_str_split(&s, 'T', &part); i++) {
		if (i > 0 && part.n == 0)
			return sl_js_format_fail(out, "no time elements");
		if (i >= SL_ARRAY_LEN(units))
			return sl_js_format_fail(out, "more than one T");
		if (!check_units(part, units[i], out))
			return false;
	}
	return true;
}

bool sl_js_is_period(struct sl_str s, struct sl_strbuf *out)
{
	ptrdiff_t slash = sl_str_chr(s, '/');
	struct sl_str start, end;

	if (slash < 0)
		return sl_js_format_fail(out, "missing slash");
	start = sl_str_sub(s, 0, (size_t)slash);
	end = sl_str_sub(s, (size_t)slash + 1, s.n);
	if (sl_str_starts(start, SL_STR("P")))
		return sl_js_format_within(out, "invalid start duration", sl_js_is_duration,
					   start) &&
		       sl_js_format_within(out, "invalid end date-time", sl_js_is_date_time, end);
	if (!sl_js_format_within(out, "invalid start date-time", sl_js_is_date_time, start))
		return false;
	if (sl_str_starts(end, SL_STR("P")))
		return sl_js_format_within(out, "invalid end duration", sl_js_is_duration, end);
	return sl_js_format_within(out, "invalid end date-time", sl_js_is_date_time, end);
}
