#include "libcommon/codec/duration.h"

#include <stdio.h>
#include <string.h>

#include "libcommon/base/ascii.h"
#include "libcommon/base/strbuf.h"
#include "libcommon/codec/goquote.h"

/* 2^63 ns: one more than fits, which is allowed when the sign is negative. */
#define MAGNITUDE_MAX (UINT64_C(1) << 63)

static const struct unit {
	const char *name;
	uint64_t ns;
} units[] = {
	{ "ns", 1 },
	{ "us", 1000 },
	{ "\xc2\xb5s", 1000 },
	{ "\xce\xbcs", 1000 },
	{ "ms", 1000000 },
	{ "s", 1000000000 },
	{ "m", UINT64_C(60000000000) },
	{ "h", UINT64_C(3600000000000) },
};

static int fail(struct sl_err *err, const char *what, struct sl_str text)
{
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(SL_DURATION_TEXT_MAX * 4 + 2);

	sl_strbuf_add_timequoted(&b, text);
	return sl_err_set(err, SL_ERR_INVALID, "time: %s %s", what, b.p);
}

/* Digits before the point. False when they pass 2^63. */
static bool take_integer(struct sl_str *s, uint64_t *ret)
{
	uint64_t v = 0;
	size_t i = 0;

	for (; i < s->n && sl_is_digit(s->p[i]); i++) {
		if (v > MAGNITUDE_MAX / 10)
			return false;
		v = v * 10 + (uint64_t)(s->p[i] - '0');
		if (v > MAGNITUDE_MAX)
			return false;
	}
	*s = sl_str_sub(*s, i, s->n);
	*ret = v;
	return true;
}

/* Digits behind the point: as many as count go into `*ret`, and 10^count into `*ret_scale`. */
static void take_fraction(struct sl_str *s, uint64_t *ret, double *ret_scale)
{
	bool full = false;
	size_t i = 0;

	*ret = 0;
	*ret_scale = 1;
	for (; i < s->n && sl_is_digit(s->p[i]); i++) {
		full = full || *ret > INT64_MAX / 10 ||
		       *ret * 10 + (uint64_t)(s->p[i] - '0') > MAGNITUDE_MAX;
		if (full)
			continue;
		*ret = *ret * 10 + (uint64_t)(s->p[i] - '0');
		*ret_scale *= 10;
	}
	*s = sl_str_sub(*s, i, s->n);
}

static struct sl_str take_unit(struct sl_str *s)
{
	struct sl_str name;
	size_t i = 0;

	while (i < s->n && s->p[i] != '.' && !sl_is_digit(s->p[i]))
		i++;
	name = sl_str_sub(*s, 0, i);
	*s = sl_str_sub(*s, i, s->n);
	return name;
}

static const struct unit *find_unit(struct sl_str name)
{
	for (size_t i = 0; i < SL_ARRAY_LEN(units); i++)
		if (sl_str_eqz(name, units[i].name))
			return &units[i];
	return NULL;
}

static int unknown_unit(struct sl_err *err, struct sl_str name, struct sl_str whole)
{
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(SL_DURATION_TEXT_MAX * 4 + 64);

	sl_strbuf_addz(&b, "unknown unit ");
	sl_strbuf_add_timequoted(&b, name);
	sl_strbuf_addz(&b, " in duration");
	return fail(err, b.p, whole);
}

/* One number and its unit, in ns. */
static int take_term(struct sl_str *s, struct sl_str whole, uint64_t *ret_ns, struct sl_err *err)
{
	size_t before = s->n, digits;
	const struct unit *unit;
	struct sl_str name;
	uint64_t v, f = 0;
	double scale = 1;

	if (!take_integer(s, &v))
		return fail(err, "invalid duration", whole);
	digits = before - s->n;
	if (sl_str_cut_prefix(s, SL_STR("."))) {
		before = s->n;
		take_fraction(s, &f, &scale);
		digits += before - s->n;
	}
	if (!digits)
		return fail(err, "invalid duration", whole);
	name = take_unit(s);
	if (!name.n)
		return fail(err, "missing unit in duration", whole);
	unit = find_unit(name);
	if (!unit)
		return unknown_unit(err, name, whole);
	if (v > MAGNITUDE_MAX / unit->ns)
		return fail(err, "invalid duration", whole);
	/* In double, as Go does: the result has to be the same to the nanosecond. */
	v = v * unit->ns + (uint64_t)((double)f * ((double)unit->ns / scale));
	if (v > MAGNITUDE_MAX)
		return fail(err, "invalid duration", whole);
	*ret_ns = v;
	return 0;
}

int sl_duration_parse(struct sl_str text, int64_t *ret_ns, struct sl_err *err)
{
	struct sl_str s = text;
	bool negative = sl_str_cut_prefix(&s, SL_STR("-"));
	uint64_t sum = 0, term = 0;

	if (text.n > SL_DURATION_TEXT_MAX)
		return sl_err_set(err, SL_ERR_TOO_LARGE, "duration is longer than %d bytes",
				  SL_DURATION_TEXT_MAX);
	if (!negative)
		sl_str_cut_prefix(&s, SL_STR("+"));
	if (!s.n)
		return fail(err, "invalid duration", text);
	if (sl_str_eq(s, SL_STR("0"))) {
		*ret_ns = 0;
		return 0;
	}
	while (s.n) {
		int r = take_term(&s, text, &term, err);

		if (r < 0)
			return r;
		sum += term;
		if (sum > MAGNITUDE_MAX)
			return fail(err, "invalid duration", text);
	}
	if (!negative && sum == MAGNITUDE_MAX)
		return fail(err, "invalid duration", text);
	*ret_ns = negative ? (int64_t)(0 - sum) : (int64_t)sum;
	return 0;
}

int64_t sl_duration_ms(int64_t ns)
{
	int64_t ms = ns / SL_NS_PER_MS, rest = ns % SL_NS_PER_MS;

	return ms + (rest > 0) - (rest < 0);
}

int sl_duration_parse_ms(struct sl_str text, int64_t *ret_ms, struct sl_err *err)
{
	int64_t ns;
	int r = sl_duration_parse(text, &ns, err);

	if (r < 0)
		return r;
	*ret_ms = sl_duration_ms(ns);
	return 0;
}

/* v / 10^digits with the trailing zeros of the fraction, and an empty fraction, left out. */
static void format_fraction(uint64_t v, int digits, char *to, size_t size)
{
	uint64_t unit = 1, fraction;

	for (int i = 0; i < digits; i++)
		unit *= 10;
	fraction = v % unit;
	for (; digits && fraction % 10 == 0; digits--)
		fraction /= 10;
	if (digits)
		snprintf(to, size, "%llu.%0*llu", (unsigned long long)(v / unit), digits,
			 (unsigned long long)fraction);
	else
		snprintf(to, size, "%llu", (unsigned long long)(v / unit));
}

void sl_duration_format(int64_t ns, char ret_text[SL_DURATION_SIZE])
{
	uint64_t u = ns < 0 ? 0 - (uint64_t)ns : (uint64_t)ns;
	const char *sign = ns < 0 ? "-" : "";
	unsigned long long minutes = u / UINT64_C(60000000000);
	char number[48];

	if (!u) {
		memcpy(ret_text, "0s", 3);
		return;
	}
	if (u < (uint64_t)SL_NS_PER_SEC) {
		int digits = u < 1000 ? 0 : u < 1000000 ? 3 : 6;
		const char *unit = u < 1000 ? "ns" : u < 1000000 ? "\xc2\xb5s" : "ms";

		format_fraction(u, digits, number, sizeof(number));
		snprintf(ret_text, SL_DURATION_SIZE, "%s%s%s", sign, number, unit);
		return;
	}
	format_fraction(u % UINT64_C(60000000000), 9, number, sizeof(number));
	if (minutes >= 60)
		snprintf(ret_text, SL_DURATION_SIZE, "%s%lluh%llum%ss", sign, minutes / 60,
			 minutes % 60, number);
	else if (minutes)
		snprintf(ret_text, SL_DURATION_SIZE, "%s%llum%ss", sign, minutes, number);
	else
		snprintf(ret_text, SL_DURATION_SIZE, "%s%ss", sign, number);
}
