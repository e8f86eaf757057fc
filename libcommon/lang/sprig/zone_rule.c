#include "libcommon/lang/sprig/zone_rule.h"

#include <string.h>

#include "libcommon/lang/sprig/gotime.h"

#define HOUR 3600
#define DAY 86400

/* Rules of the day on which a time begins. */
enum kind { JULIAN, DAY_OF_YEAR, WEEKDAY };
struct change {
	enum kind kind;
	int day, week, month;
	int time; /* seconds since midnight, local */
};

static bool take_char(struct sl_str *s, const char *chars, char *ret)
{
	if (!s->n || !s->p[0] || !strchr(chars, s->p[0]))
		return false;
	*ret = s->p[0];
	*s = sl_str_sub(*s, 1, s->n);
	return true;
}

static bool take_number(struct sl_str *s, int min, int max, int *ret)
{
	size_t i = 0;
	int n = 0;

	for (; i < s->n && s->p[i] >= '0' && s->p[i] <= '9'; i++) {
		n = n * 10 + (s->p[i] - '0');
		if (n > max)
			return false;
	}
	if (!i || n < min)
		return false;
	*s = sl_str_sub(*s, i, s->n);
	*ret = n;
	return true;
}

static bool take_name(struct sl_str *s, struct sl_str *ret)
{
	ptrdiff_t end;
	size_t n = 0;

	if (s->n && s->p[0] == '<') {
		end = sl_str_chr(*s, '>');
		if (end < 0)
			return false;
		*ret = sl_str_sub(*s, 1, (size_t)end);
		*s = sl_str_sub(*s, (size_t)end + 1, s->n);
		return true;
	}
	while (n < s->n && (!s->p[n] || !strchr("0123456789,-+", s->p[n])))
		n++;
	if (n < 3)
		return false;
	*ret = sl_str_sub(*s, 0, n);
	*s = sl_str_sub(*s, n, s->n);
	return true;
}

/* "[+-]hh[:mm[:ss]]", up to a week. */
static bool take_offset(struct sl_str *s, int *ret)
{
	int hours, minutes = 0, seconds = 0;
	char sign = '+', colon;

	(void)take_char(s, "+-", &sign);
	if (!take_number(s, 0, 24 * 7, &hours))
		return false;
	if (take_char(s, ":", &colon)) {
		if (!take_number(s, 0, 59, &minutes))
			return false;
		if (take_char(s, ":", &colon) && !take_number(s, 0, 59, &seconds))
			return false;
	}
	*ret = hours * HOUR + minutes * 60 + seconds;
	if (sign == '-')
		*ret = -*ret;
	return true;
}

static bool take_change(struct sl_str *s, struct change *c)
{
	char mark;

	*c = (struct change){ .time = 2 * HOUR };
	if (take_char(s, "J", &mark)) {
		c->kind = JULIAN;
		if (!take_number(s, 1, 365, &c->day))
			return false;
	} else if (take_char(s, "M", &mark)) {
		c->kind = WEEKDAY;
		if (!take_number(s, 1, 12, &c->month) || !take_char(s, ".", &mark) ||
		    !take_number(s, 1, 5, &c->week) || !take_char(s, ".", &mark) ||
		    !take_number(s, 0, 6, &c->day))
			return false;
	} else {
		c->kind = DAY_OF_YEAR;
		if (!take_number(s, 0, 365, &c->day))
			return false;
	}
	return !take_char(s, "/", &mark) || take_offset(s, &c->time);
}

/* Day of the year, from 0, of the `week`th such weekday of a month (5: the last). */
static int weekday_of(const struct change *c, int64_t year)
{
	int64_t first = sl_gotime_days(year, c->month, 1);
	int weekday = (int)(((first + 4) % 7 + 7) % 7);
	int day = (c->day - weekday + 7) % 7;

	for (int i = 1; i < c->week; i++) {
		if (day + 7 >= sl_gotime_days_in(year, c->month))
			break;
		day += 7;
	}
	return (int)(first - sl_gotime_days(year, 1, 1)) + day;
}

/* Seconds since the start of the year (UTC) at which the change takes place. */
static int64_t change_time(const struct change *c, int64_t year, int offset)
{
	int day = c->day;

	if (c->kind == WEEKDAY)
		day = weekday_of(c, year);
	else if (c->kind == JULIAN)
		day += sl_gotime_is_leap(year) && c->day >= 60 ? 0 : -1;
	return (int64_t)day * DAY + c->time - offset;
}

/* What stands between the names and the end: the two changes. */
static bool take_changes(struct sl_str s, struct change *start, struct change *end)
{
	char mark;

	if (!s.n)
		s = SL_STR(",M3.2.0,M11.1.0");
	return take_char(&s, ",;", &mark) && take_change(&s, start) && take_char(&s, ",", &mark) &&
	       take_change(&s, end) && !s.n;
}

struct side {
	struct sl_str name;
	int offset;
	bool dst;
};

static bool take_side(struct sl_str *s, struct side *side, int otherwise)
{
	if (!take_name(s, &side->name))
		return false;
	side->offset = otherwise;
	if (side->dst && (!s->n || s->p[0] == ','))
		return true;
	/* What is added to local time to get UTC is written. */
	if (!take_offset(s, &side->offset))
		return false;
	side->offset = -side->offset;
	return true;
}

/* Near the ends of time it wraps around, as in Go. */
static int64_t add(int64_t x, int64_t y)
{
	return (int64_t)((uint64_t)x + (uint64_t)y);
}

static void set_at(struct sl_zone_at *at, const struct side *side, int64_t start, int64_t end)
{
	*at = (struct sl_zone_at){ side->name, side->offset, start, end, side->dst };
}

void sl_zone_rule_apply(struct sl_str rule, int64_t sec, struct sl_zone_at *at)
{
	struct side std = { .dst = false }, dst = { .dst = true }, swap;
	struct change start, end;
	struct sl_civil c;
	int64_t start_sec, end_sec, swap_sec, year_sec, in_year;

	if (!take_side(&rule, &std, 0))
		return;
	if (!rule.n || rule.p[0] == ',') {
		set_at(at, &std, at->start, INT64_MAX);
		return;
	}
	if (!take_side(&rule, &dst, std.offset + HOUR) || !take_changes(rule, &start, &end))
		return;
	c = sl_gotime_civil(sec, 0);
	in_year = (int64_t)(c.year_day - 1) * DAY + c.hour * HOUR + c.minute * 60 + c.second;
	year_sec = add(sec, -in_year);
	start_sec = change_time(&start, c.year, std.offset);
	end_sec = change_time(&end, c.year, dst.offset);
	/* In the south daylight time goes over the end of the year. */
	if (end_sec < start_sec) {
		swap = std;
		std = dst;
		dst = swap;
		swap_sec = start_sec;
		start_sec = end_sec;
		end_sec = swap_sec;
	}
	if (in_year < start_sec)
		set_at(at, &std, year_sec, add(start_sec, year_sec));
	else if (in_year >= end_sec)
		set_at(at, &std, add(end_sec, year_sec), add(year_sec, 365 * DAY));
	else
		set_at(at, &dst, add(start_sec, year_sec), add(end_sec, year_sec));
}
