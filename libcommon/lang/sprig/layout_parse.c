#include <string.h>

#include "libcommon/codec/goquote.h"
#include "libcommon/lang/sprig/gotime.h"
#include "libcommon/lang/sprig/layout.h"

#define NO_OFFSET (-1)

/* What was read so far. */
struct parsed {
	int64_t year;
	int month, day, year_day; /* -1: not given */
	int hour, minute, second;
	int32_t nsec;
	bool am, pm, utc;
	int zone_offset;	 /* NO_OFFSET: not given */
	struct sl_str zone_name; /* empty: not given */
	const char *range;	 /* the field that was out of its range */
};

static bool is_digit(struct sl_str s, size_t at)
{
	return at < s.n && s.p[at] >= '0' && s.p[at] <= '9';
}

static struct sl_str rest_of(struct sl_str s, size_t from)
{
	return sl_str_sub(s, from, s.n);
}

/* One or two digits, or exactly two. */
static bool take_number(struct sl_str *s, bool fixed, int *ret)
{
	if (!is_digit(*s, 0) || (fixed && !is_digit(*s, 1)))
		return false;
	*ret = s->p[0] - '0';
	if (is_digit(*s, 1))
		*ret = *ret * 10 + (s->p[1] - '0');
	*s = rest_of(*s, is_digit(*s, 1) ? 2 : 1);
	return true;
}

/* Up to three digits, or exactly three. */
static bool take_year_day(struct sl_str *s, bool fixed, int *ret)
{
	size_t n = 0;

	*ret = 0;
	for (; n < 3 && is_digit(*s, n); n++)
		*ret = *ret * 10 + (s->p[n] - '0');
	if (!n || (fixed && n != 3))
		return false;
	*s = rest_of(*s, n);
	return true;
}

/* All of `s`: digits with or without a sign. */
static bool to_int(struct sl_str s, int64_t *ret)
{
	bool negative = s.n && s.p[0] == '-';

	if (s.n && (s.p[0] == '-' || s.p[0] == '+'))
		s = rest_of(s, 1);
	*ret = 0;
	if (!s.n)
		return true;
	if (s.p[0] == '-' || !sl_str_to_i64(s, 0, INT64_MAX, ret))
		return false;
	*ret = negative ? -*ret : *ret;
	return true;
}

static bool take_name(struct sl_str *s, const char *(*name)(int), int first, int count, size_t cut,
		      int *ret)
{
	for (int i = 0; i < count; i++) {
		struct sl_str want = sl_str(name(first + i));

		if (cut)
			want = sl_str_sub(want, 0, cut);
		if (s->n < want.n || !sl_str_ieq(sl_str_sub(*s, 0, want.n), want))
			continue;
		*ret = first + i;
		*s = rest_of(*s, want.n);
		return true;
	}
	return false;
}

/* `n` bytes: a separator and digits, of which nine count. */
static bool take_fraction(struct sl_str *s, size_t n, struct parsed *p)
{
	struct sl_str text = sl_str_sub(*s, 1, n < 10 ? n : 10);
	int64_t ns;

	*s = rest_of(*s, n);
	if (text.p[-1] != '.' && text.p[-1] != ',')
		return false;
	if (!to_int(text, &ns))
		return false;
	if (ns < 0)
		p->range = "fractional second";
	for (size_t i = text.n; i < 9; i++)
		ns *= 10;
	p->nsec = (int32_t)ns;
	return true;
}

/* Length of a separator and digits at the start, 0 without. */
static size_t fraction_length(struct sl_str s)
{
	size_t n = 1;

	if (s.n < 2 || (s.p[0] != '.' && s.p[0] != ',') || !is_digit(s, 1))
		return 0;
	while (is_digit(s, n))
		n++;
	return n;
}

static bool take_second(struct sl_str *s, const struct sl_layout_chunk *c, struct parsed *p)
{
	struct sl_layout_chunk next;
	size_t n;

	if (!take_number(s, c->element == SL_LAYOUT_ZERO_SECOND, &p->second))
		return false;
	if (p->second >= 60) {
		p->range = "second";
		return true;
	}
	/* A fraction is taken even when the layout has none. */
	n = fraction_length(*s);
	if (!n)
		return true;
	next = sl_layout_next(c->rest);
	if (next.element == SL_LAYOUT_FRACTION_0 || next.element == SL_LAYOUT_FRACTION_9)
		return true;
	return take_fraction(s, n, p);
}

static bool take_half(struct sl_str *s, struct sl_str am, struct sl_str pm, struct parsed *p)
{
	if (sl_str_starts(*s, pm))
		p->pm = true;
	else if (sl_str_starts(*s, am))
		p->am = true;
	else
		return false;
	*s = rest_of(*s, 2);
	return true;
}

static bool take_zone(struct sl_str *s, const struct sl_layout_chunk *c, struct parsed *p)
{
	size_t n = 3 + (c->minutes ? 2U + c->colon : 0) + (c->seconds ? 2U + c->colon : 0);
	struct sl_str text = sl_str_sub(*s, 0, n), part;
	int values[3] = { 0 };
	size_t at = 1;
	bool good = true;

	if (c->z && s->n && s->p[0] == 'Z') {
		*s = rest_of(*s, 1);
		p->utc = true;
		return true;
	}
	if (s->n < n || (c->colon && (text.p[3] != ':' || (c->seconds && text.p[6] != ':'))))
		return false;
	*s = rest_of(*s, n);
	for (size_t i = 0; i < 1U + c->minutes + c->seconds && good; i++) {
		part = sl_str_sub(text, at, at + 2);
		good = take_number(&part, true, &values[i]);
		at += 2U + c->colon;
	}
	if (values[0] > 24)
		p->range = "time zone offset hour";
	if (values[1] > 60)
		p->range = "time zone offset minute";
	if (values[2] > 60)
		p->range = "time zone offset second";
	p->zone_offset = (values[0] * 60 + values[1]) * 60 + values[2];
	if (text.p[0] == '-')
		p->zone_offset = -p->zone_offset;
	return good && (text.p[0] == '-' || text.p[0] == '+');
}

/* Length of "+03", "-11": a sign and a number up to 23. */
static size_t signed_offset(struct sl_str s)
{
	uint64_t hours = 0;
	size_t n = 1;

	if (!s.n || (s.p[0] != '-' && s.p[0] != '+'))
		return 0;
	while (is_digit(s, n))
		n++;
	if (n == 1 || !sl_str_to_u64(sl_str_sub(s, 1, n), 23, &hours))
		return 0;
	return n;
}

/* Length of what looks like the name of a zone: three to five capitals, mostly. */
static size_t zone_name(struct sl_str s)
{
	size_t capitals = 0;

	if (s.n < 3)
		return 0;
	if (sl_str_starts(s, SL_STR("ChST")) || sl_str_starts(s, SL_STR("MeST")))
		return 4;
	if (sl_str_starts(s, SL_STR("GMT")))
		return 3 + signed_offset(rest_of(s, 3));
	if (s.p[0] == '+' || s.p[0] == '-')
		return signed_offset(s);
	while (capitals < 6 && capitals < s.n && s.p[capitals] >= 'A' && s.p[capitals] <= 'Z')
		capitals++;
	if (capitals == 3)
		return 3;
	if (capitals == 4 && (s.p[3] == 'T' || sl_str_starts(s, SL_STR("WITA"))))
		return 4;
	return capitals == 5 && s.p[4] == 'T' ? 5 : 0;
}

static bool take_zone_name(struct sl_str *s, struct parsed *p)
{
	size_t n;

	if (sl_str_cut_prefix(s, SL_STR("UTC"))) {
		p->utc = true;
		return true;
	}
	n = zone_name(*s);
	p->zone_name = sl_str_sub(*s, 0, n);
	*s = rest_of(*s, n);
	return n > 0;
}

static bool take_short_year(struct sl_str *s, struct parsed *p)
{
	if (s->n < 2 || !to_int(sl_str_sub(*s, 0, 2), &p->year))
		return false;
	p->year += p->year >= 69 ? 1900 : 2000;
	*s = rest_of(*s, 2);
	return true;
}

static bool take_long_year(struct sl_str *s, struct parsed *p)
{
	if (s->n < 4 || !is_digit(*s, 0) || !to_int(sl_str_sub(*s, 0, 4), &p->year))
		return false;
	*s = rest_of(*s, 4);
	return true;
}

static void skip_one_space(struct sl_str *s)
{
	(void)sl_str_cut_prefix(s, SL_STR(" "));
}

static bool take_element(struct sl_str *s, const struct sl_layout_chunk *c, struct parsed *p)
{
	enum sl_layout_element e = c->element;
	size_t n;
	int ignored;

	switch (e) {
	case SL_LAYOUT_END:
		return true;
	case SL_LAYOUT_YEAR:
		return take_short_year(s, p);
	case SL_LAYOUT_LONG_YEAR:
		return take_long_year(s, p);
	case SL_LAYOUT_MONTH:
		return take_name(s, sl_gotime_month_name, 1, 12, 3, &p->month);
	case SL_LAYOUT_LONG_MONTH:
		return take_name(s, sl_gotime_month_name, 1, 12, 0, &p->month);
	case SL_LAYOUT_NUM_MONTH:
	case SL_LAYOUT_ZERO_MONTH:
		if (!take_number(s, e == SL_LAYOUT_ZERO_MONTH, &p->month))
			return false;
		if (p->month < 1 || p->month > 12)
			p->range = "month";
		return true;
	case SL_LAYOUT_WEEKDAY:
		return take_name(s, sl_gotime_weekday_name, 0, 7, 3, &ignored);
	case SL_LAYOUT_LONG_WEEKDAY:
		return take_name(s, sl_gotime_weekday_name, 0, 7, 0, &ignored);
	case SL_LAYOUT_UNDER_DAY:
		skip_one_space(s);
		return take_number(s, false, &p->day);
	case SL_LAYOUT_DAY:
	case SL_LAYOUT_ZERO_DAY:
		return take_number(s, e == SL_LAYOUT_ZERO_DAY, &p->day);
	case SL_LAYOUT_UNDER_YEAR_DAY:
		skip_one_space(s);
		skip_one_space(s);
		return take_year_day(s, false, &p->year_day);
	case SL_LAYOUT_ZERO_YEAR_DAY:
		return take_year_day(s, true, &p->year_day);
	case SL_LAYOUT_HOUR:
	case SL_LAYOUT_HOUR12:
	case SL_LAYOUT_ZERO_HOUR12:
		if (!take_number(s, e == SL_LAYOUT_ZERO_HOUR12, &p->hour))
			return false;
		if (p->hour > (e == SL_LAYOUT_HOUR ? 23 : 12))
			p->range = "hour";
		return true;
	case SL_LAYOUT_MINUTE:
	case SL_LAYOUT_ZERO_MINUTE:
		if (!take_number(s, e == SL_LAYOUT_ZERO_MINUTE, &p->minute))
			return false;
		if (p->minute > 59)
			p->range = "minute";
		return true;
	case SL_LAYOUT_SECOND:
	case SL_LAYOUT_ZERO_SECOND:
		return take_second(s, c, p);
	case SL_LAYOUT_PM:
		return take_half(s, SL_STR("AM"), SL_STR("PM"), p);
	case SL_LAYOUT_LOWER_PM:
		return take_half(s, SL_STR("am"), SL_STR("pm"), p);
	case SL_LAYOUT_ZONE:
		return take_zone(s, c, p);
	case SL_LAYOUT_ZONE_NAME:
		return take_zone_name(s, p);
	case SL_LAYOUT_FRACTION_0:
		return s->n >= c->text.n && take_fraction(s, c->text.n, p);
	case SL_LAYOUT_FRACTION_9:
		n = fraction_length(*s);
		return !n || take_fraction(s, n, p);
	}
	return false;
}

/* Plain text of the layout off the value; runs of spaces are all alike. */
static bool skip_text(struct sl_str *s, struct sl_str text)
{
	while (text.n) {
		if (text.p[0] == ' ') {
			if (s->n && s->p[0] != ' ')
				return false;
			while (sl_str_cut_prefix(&text, SL_STR(" ")))
				;
			while (sl_str_cut_prefix(s, SL_STR(" ")))
				;
			continue;
		}
		if (!s->n || s->p[0] != text.p[0])
			return false;
		text = rest_of(text, 1);
		*s = rest_of(*s, 1);
	}
	return true;
}

struct subject {
	struct sl_str layout, text;
	struct sl_err *err;
};

static int fail(const struct subject *of, const char *message)
{
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(5 * SL_GOTIME_LAYOUT_MAX);

	sl_strbuf_add_timequoted(&b, of->text);
	return sl_err_set(of->err, SL_ERR_INVALID, "parsing time %s: %s", b.p, message);
}

static int fail_element(const struct subject *of, struct sl_str text, struct sl_str element)
{
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(20 * SL_GOTIME_LAYOUT_MAX);

	sl_strbuf_addz(&b, "parsing time ");
	sl_strbuf_add_timequoted(&b, of->text);
	sl_strbuf_addz(&b, " as ");
	sl_strbuf_add_timequoted(&b, of->layout);
	sl_strbuf_addz(&b, ": cannot parse ");
	sl_strbuf_add_timequoted(&b, text);
	sl_strbuf_addz(&b, " as ");
	sl_strbuf_add_timequoted(&b, element);
	return sl_err_set(of->err, SL_ERR_INVALID, "%s", b.p);
}

static int read_all(const struct subject *of, struct parsed *p)
{
	struct sl_layout_chunk c = { .element = SL_LAYOUT_DAY, .rest = of->layout };
	struct sl_str s = of->text, hold;

	for (;;) {
		c = sl_layout_next(c.rest);
		if (!skip_text(&s, c.before))
			return fail_element(of, s, c.before);
		if (c.element == SL_LAYOUT_END)
			break;
		hold = s;
		if (!take_element(&s, &c, p) && !p->range)
			return fail_element(of, hold, c.text);
		if (p->range) {
			SL_AUTO_FREE char *message = sl_xasprintf("%s out of range", p->range);

			return fail(of, message);
		}
	}
	if (s.n) {
		SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(5 * SL_GOTIME_LAYOUT_MAX);

		sl_strbuf_addz(&b, "extra text: ");
		sl_strbuf_add_timequoted(&b, s);
		return fail(of, b.p);
	}
	return 0;
}

/* The day of the year gives month and day, which must be the ones given, if any. */
static int resolve_year_day(const struct subject *of, struct parsed *p)
{
	int month = 1, day = p->year_day;

	if (day < 1 || day > 365 + sl_gotime_is_leap(p->year))
		return fail(of, "day-of-year out of range");
	while (day > sl_gotime_days_in(p->year, month))
		day -= sl_gotime_days_in(p->year, month++);
	if (p->month >= 0 && p->month != month)
		return fail(of, "day-of-year does not match month");
	if (p->day >= 0 && p->day != day)
		return fail(of, "day-of-year does not match day");
	p->month = month;
	p->day = day;
	return 0;
}

static int resolve_day(const struct subject *of, struct parsed *p)
{
	int r = 0;

	if (p->pm && p->hour < 12)
		p->hour += 12;
	else if (p->am && p->hour == 12)
		p->hour = 0;
	if (p->year_day >= 0)
		r = resolve_year_day(of, p);
	if (r < 0)
		return r;
	if (p->month < 0)
		p->month = 1;
	if (p->day < 0)
		p->day = 1;
	if (p->day < 1 || p->day > sl_gotime_days_in(p->year, p->month))
		return fail(of, "day out of range");
	return 0;
}

/* An offset given in numbers is shown as the zone's own, if that has it then. */
static struct sl_gotime at_offset(struct sl_arena *a, const struct parsed *p, struct sl_gotime t,
				  const struct sl_zone *zone)
{
	struct sl_zone_at at;

	t.sec -= p->zone_offset;
	at = sl_zone_lookup(zone, t.sec);
	if (at.offset == p->zone_offset && (!p->zone_name.n || sl_str_eq(at.name, p->zone_name)))
		t.zone = zone;
	else
		t.zone = sl_zone_fixed(a, p->zone_name, p->zone_offset);
	return t;
}

/* A name that the zone does not know counts as UTC, but for "GMT+3". */
static struct sl_gotime at_name(struct sl_arena *a, const struct parsed *p, struct sl_gotime t,
				const struct sl_zone *zone)
{
	int64_t hours = 0;
	int32_t offset;

	if (sl_zone_offset_of(zone, p->zone_name, t.sec, &offset)) {
		t.sec -= offset;
		t.zone = zone;
		return t;
	}
	if (p->zone_name.n > 3 && sl_str_starts(p->zone_name, SL_STR("GMT")))
		(void)to_int(rest_of(p->zone_name, 3), &hours);
	t.zone = sl_zone_fixed(a, p->zone_name, (int32_t)hours * 3600);
	return t;
}

int sl_gotime_parse(struct sl_arena *a, struct sl_str layout, struct sl_str text,
		    const struct sl_zone *zone, struct sl_gotime *ret, struct sl_err *err)
{
	const struct subject of = { layout, text, err };
	struct parsed p = { .month = -1, .day = -1, .year_day = -1, .zone_offset = NO_OFFSET };
	int64_t in_day;
	int r;

	if (layout.n > SL_GOTIME_LAYOUT_MAX || text.n > SL_GOTIME_LAYOUT_MAX)
		return sl_err_set(err, SL_ERR_TOO_LARGE, "a time is longer than %zu bytes",
				  SL_GOTIME_LAYOUT_MAX);
	r = read_all(&of, &p);
	if (r == 0)
		r = resolve_day(&of, &p);
	if (r < 0)
		return r;
	in_day = (int64_t)p.hour * 3600 + p.minute * 60 + p.second;
	if (p.utc || p.zone_offset != NO_OFFSET || p.zone_name.n)
		*ret = sl_gotime_date(p.year, p.month, p.day, in_day, p.nsec, NULL);
	else
		*ret = sl_gotime_date(p.year, p.month, p.day, in_day, p.nsec, zone);
	if (!p.utc && p.zone_offset != NO_OFFSET)
		*ret = at_offset(a, &p, *ret, zone);
	else if (!p.utc && p.zone_name.n)
		*ret = at_name(a, &p, *ret, zone);
	return 0;
}
