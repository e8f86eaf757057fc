#include "libcommon/lang/sprig/gotime.h"

#define DAY 86400
#define SECOND INT64_C(1000000000)

/* Years before the era whose days are counted, a multiple of 400 that makes all int64 seconds positive. */
#define ABSOLUTE_YEARS INT64_C(292277022400)
#define DAYS_PER_400 146097
/* From 1 March of year -ABSOLUTE_YEARS to 1 January 1970. */
#define UNIX_DAYS (ABSOLUTE_YEARS / 400 * DAYS_PER_400 + 719468)

bool sl_gotime_is_leap(int64_t year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

int sl_gotime_days_in(int64_t year, int month)
{
	if (month == 2)
		return 28 + sl_gotime_is_leap(year);
	return 30 + ((month + (month >= 8)) & 1);
}

/* Years begin with March here: the leap day is the last. Wraps around as Go's arithmetic does. */
int64_t sl_gotime_days(int64_t year, int month, int64_t day)
{
	uint64_t y = (uint64_t)year + (uint64_t)ABSOLUTE_YEARS - (month <= 2);
	uint64_t of_year = (uint64_t)((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5);
	uint64_t days = y / 400 * DAYS_PER_400 + y % 400 * 365 + y % 400 / 4 - y % 400 / 100;

	return (int64_t)(days + of_year + (uint64_t)day - 1 - (uint64_t)UNIX_DAYS);
}

struct sl_civil sl_gotime_civil(int64_t sec, int32_t offset)
{
	uint64_t abs = (uint64_t)sec + (uint64_t)(int64_t)offset + (uint64_t)UNIX_DAYS * DAY;
	uint64_t days = abs / DAY, era = days / DAYS_PER_400;
	int of_era = (int)(days % DAYS_PER_400), in_day = (int)(abs % DAY);
	int year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	int of_year = of_era - (365 * year + year / 4 - year / 100),
	    month = (5 * of_year + 2) / 153;
	struct sl_civil c = {
		.year = (int64_t)(era * 400) + year - ABSOLUTE_YEARS,
		.month = month < 10 ? month + 3 : month - 9,
		.day = of_year - (153 * month + 2) / 5 + 1,
		.weekday = (int)((days + 3) % 7),
		.hour = in_day / 3600,
		.minute = in_day / 60 % 60,
		.second = in_day % 60,
	};

	c.year += c.month <= 2;
	c.year_day = month < 10 ? of_year + 60 + sl_gotime_is_leap(c.year) : of_year - 305;
	return c;
}

struct sl_civil sl_gotime_local(struct sl_gotime t)
{
	return sl_gotime_civil(t.sec, sl_zone_lookup(t.zone, t.sec).offset);
}

struct sl_gotime sl_gotime_date(int64_t year, int64_t month, int64_t day, int64_t sec_of_day,
				int32_t nsec, const struct sl_zone *zone)
{
	int64_t years = (month - 1) / 12 - ((month - 1) % 12 < 0), offset;
	struct sl_gotime t = { .nsec = nsec, .zone = zone };
	uint64_t since, utc;
	struct sl_zone_at at;

	month -= years * 12;
	since = (uint64_t)sl_gotime_days((int64_t)((uint64_t)year + (uint64_t)years), (int)month,
					 day) *
			DAY +
		(uint64_t)sec_of_day;
	at = sl_zone_lookup(zone, (int64_t)since);
	offset = at.offset;
	if (offset) {
		utc = since - (uint64_t)offset;
		if ((int64_t)utc < at.start || (int64_t)utc >= at.end)
			offset = sl_zone_lookup(zone, (int64_t)utc).offset;
		since -= (uint64_t)offset;
	}
	t.sec = (int64_t)since;
	return t;
}

struct sl_gotime sl_gotime_add(struct sl_gotime t, int64_t ns)
{
	int64_t seconds = ns / SECOND, nsec = t.nsec + ns % SECOND;

	if (nsec >= SECOND) {
		seconds++;
		nsec -= SECOND;
	} else if (nsec < 0) {
		seconds--;
		nsec += SECOND;
	}
	t.sec = (int64_t)((uint64_t)t.sec + (uint64_t)seconds);
	t.nsec = (int32_t)nsec;
	return t;
}

static int64_t clamp(__int128 ns)
{
	return ns > INT64_MAX ? INT64_MAX : ns < INT64_MIN ? INT64_MIN : (int64_t)ns;
}

int64_t sl_gotime_sub(struct sl_gotime x, struct sl_gotime y)
{
	return clamp(((__int128)x.sec - y.sec) * SECOND + x.nsec - y.nsec);
}

int sl_gotime_cmp(struct sl_gotime x, struct sl_gotime y)
{
	if (x.sec != y.sec)
		return x.sec < y.sec ? -1 : 1;
	return (x.nsec > y.nsec) - (x.nsec < y.nsec);
}

/* How far `t` is past a multiple of `ns`, counted from the zero time. */
static int64_t past_multiple(struct sl_gotime t, int64_t ns)
{
	__int128 since = ((__int128)t.sec - SL_GOTIME_ZERO.sec) * SECOND + t.nsec;
	int64_t past = (int64_t)(since % ns);

	return past < 0 ? past + ns : past;
}

struct sl_gotime sl_gotime_truncate(struct sl_gotime t, int64_t ns)
{
	t.now = false;
	return ns <= 0 ? t : sl_gotime_add(t, -past_multiple(t, ns));
}

struct sl_gotime sl_gotime_round(struct sl_gotime t, int64_t ns)
{
	int64_t past;

	t.now = false;
	if (ns <= 0)
		return t;
	past = past_multiple(t, ns);
	return sl_gotime_add(t, past < ns - past ? -past : ns - past);
}

int64_t sl_goduration_truncate(int64_t d, int64_t ns)
{
	return ns <= 0 ? d : d - d % ns;
}

int64_t sl_goduration_round(int64_t d, int64_t ns)
{
	__int128 past;

	if (ns <= 0)
		return d;
	past = d % ns;
	if (d < 0)
		return clamp(-past < ns + past ? d - past : (__int128)d - ns - past);
	return clamp(past < ns - past ? d - past : (__int128)d + ns - past);
}

const char *sl_gotime_month_name(int month)
{
	static const char *const names[] = { "January",	  "February", "March",	  "April",
					     "May",	  "June",     "July",	  "August",
					     "September", "October",  "November", "December" };

	return names[month - 1];
}

const char *sl_gotime_weekday_name(int weekday)
{
	static const char *const names[] = { "Sunday",	 "Monday", "Tuesday", "Wednesday",
					     "Thursday", "Friday", "Saturday" };

	return names[weekday];
}
