/*
 * Instants and durations as Go's package time has them: arithmetic, the calendar, layouts.
 *
 * An instant is seconds and nanoseconds since 1970 UTC with a zone to show it in. Seconds wrap around as
 * Go's do. The calendar is the Gregorian one, for all years.
 *
 * Layouts are by example: "Mon Jan 2 15:04:05 MST 2006". Messages of parsing are Go's.
 *
 * Thread rule: pure functions. Limits: SL_GOTIME_LAYOUT_MAX bytes of a layout or a text.
 * Source: the documentation of package time of Go 1.26.
 */
#ifndef LIBCOMMON_LANG_SPRIG_GOTIME_H
#define LIBCOMMON_LANG_SPRIG_GOTIME_H

#include "libcommon/base/strbuf.h"
#include "libcommon/lang/sprig/zone.h"

#define SL_GOTIME_LAYOUT_MAX ((size_t)1 << 20)
#define SL_GOTIME_RFC3339_NANO SL_STR("2006-01-02T15:04:05.999999999Z07:00")

struct sl_gotime {
	int64_t sec;
	int32_t nsec;		    /* 0 to 999999999 */
	bool now;		    /* read from the clock: has what Go calls a monotonic reading */
	const struct sl_zone *zone; /* NULL: UTC */
};
/* The zero time: 1 January of year 1, UTC. */
#define SL_GOTIME_ZERO ((struct sl_gotime){ .sec = -62135596800 })

/* Date and time of day in a zone. */
struct sl_civil {
	int64_t year;
	int month, day, year_day; /* from 1 */
	int weekday;		  /* 0 is Sunday */
	int hour, minute, second;
};

/* The calendar of seconds since 1970, shown `offset` seconds east of UTC. */
struct sl_civil sl_gotime_civil(int64_t sec, int32_t offset);
/* Days since 1970 of a day; month 1 to 12, any day. */
int64_t sl_gotime_days(int64_t year, int month, int64_t day);
bool sl_gotime_is_leap(int64_t year);
int sl_gotime_days_in(int64_t year, int month);

/* Of an instant in its own zone. */
struct sl_civil sl_gotime_local(struct sl_gotime t);
/* Go's Date: fields out of their range count on ("32 January"). */
struct sl_gotime sl_gotime_date(int64_t year, int64_t month, int64_t day, int64_t sec_of_day,
				int32_t nsec, const struct sl_zone *zone);
struct sl_gotime sl_gotime_add(struct sl_gotime t, int64_t ns);
/* x - y, kept within int64. */
int64_t sl_gotime_sub(struct sl_gotime x, struct sl_gotime y);
/* -1, 0, 1 */
int sl_gotime_cmp(struct sl_gotime x, struct sl_gotime y);
/* Down to a multiple of `ns` since the zero time, or to the nearest; as it is unless `ns` is positive. */
struct sl_gotime sl_gotime_truncate(struct sl_gotime t, int64_t ns);
struct sl_gotime sl_gotime_round(struct sl_gotime t, int64_t ns);
/* The same of durations, kept within int64. */
int64_t sl_goduration_truncate(int64_t d, int64_t ns);
int64_t sl_goduration_round(int64_t d, int64_t ns);

const char *sl_gotime_month_name(int month);	 /* 1 to 12; "January" */
const char *sl_gotime_weekday_name(int weekday); /* 0 to 6; "Sunday" */

void sl_gotime_format(struct sl_gotime t, struct sl_str layout, struct sl_strbuf *out);
/* Go's String. */
void sl_gotime_string(struct sl_gotime t, struct sl_strbuf *out);
/*
 * Parse `text`; without a zone in it the time is of `zone`, where names of zones are looked up as well.
 * Zones made up are in `a`. Errors: SL_ERR_INVALID with Go's text, SL_ERR_TOO_LARGE.
 */
int sl_gotime_parse(struct sl_arena *a, struct sl_str layout, struct sl_str text,
		    const struct sl_zone *zone, struct sl_gotime *ret,
		    struct sl_err *err) SL_MUST_CHECK;

#endif
