#include <stdlib.h>

#include "libcommon/lang/sprig/gotime.h"
#include "libcommon/lang/sprig/layout.h"

/* Go's way with zeros: the sign does not count. */
static void put_number(struct sl_strbuf *out, int64_t n, int width)
{
	if (n < 0)
		sl_strbuf_addc(out, '-');
	sl_strbuf_addf(out, "%0*llu", width,
		       n < 0 ? 0 - (unsigned long long)n : (unsigned long long)n);
}

static void put_fraction(struct sl_strbuf *out, const struct sl_layout_chunk *c, int32_t nsec)
{
	size_t digits = c->text.n - 1, before = out->n;
	bool trim = c->element == SL_LAYOUT_FRACTION_9;

	if (trim && !nsec)
		return;
	sl_strbuf_addc(out, c->text.p[0]);
	sl_strbuf_addf(out, "%09d", nsec);
	if (out->failed)
		return;
	/* No more digits than there are. */
	if (digits < 9)
		sl_strbuf_truncate(out, before + 1 + digits);
	while (trim && out->n > before && out->p[out->n - 1] == '0')
		sl_strbuf_truncate(out, out->n - 1);
	if (trim && out->n == before + 1)
		sl_strbuf_truncate(out, before);
}

static void put_offset(struct sl_strbuf *out, const struct sl_layout_chunk *c, int32_t offset)
{
	/* Minutes decide about the sign: what is less than one minute west is "+0000". */
	int minutes = offset / 60, seconds = offset;

	if (c->z && !offset) {
		sl_strbuf_addc(out, 'Z');
		return;
	}
	if (minutes < 0)
		seconds = -seconds;
	sl_strbuf_addf(out, "%c", minutes < 0 ? '-' : '+');
	minutes = abs(minutes);
	put_number(out, minutes / 60, 2);
	if (c->minutes) {
		sl_strbuf_addz(out, c->colon ? ":" : "");
		put_number(out, minutes % 60, 2);
	}
	if (c->seconds) {
		sl_strbuf_addz(out, c->colon ? ":" : "");
		put_number(out, seconds % 60, 2);
	}
}

static void put_zone_name(struct sl_strbuf *out, const struct sl_zone_at *at)
{
	static const struct sl_layout_chunk numeric = { .minutes = true };

	if (at->name.n)
		sl_strbuf_adds(out, at->name);
	else
		put_offset(out, &numeric, at->offset);
}

static void put_padded(struct sl_strbuf *out, int n, int width)
{
	sl_strbuf_addf(out, "%*d", width, n);
}

static int hour12(int hour)
{
	return hour % 12 ? hour % 12 : 12;
}

static void put_element(struct sl_strbuf *out, const struct sl_layout_chunk *c,
			const struct sl_civil *civil, const struct sl_zone_at *at, int32_t nsec)
{
	switch (c->element) {
	case SL_LAYOUT_END:
		return;
	case SL_LAYOUT_LONG_MONTH:
		sl_strbuf_addz(out, sl_gotime_month_name(civil->month));
		return;
	case SL_LAYOUT_MONTH:
		sl_strbuf_add(out, sl_gotime_month_name(civil->month), 3);
		return;
	case SL_LAYOUT_NUM_MONTH:
		put_number(out, civil->month, 1);
		return;
	case SL_LAYOUT_ZERO_MONTH:
		put_number(out, civil->month, 2);
		return;
	case SL_LAYOUT_LONG_WEEKDAY:
		sl_strbuf_addz(out, sl_gotime_weekday_name(civil->weekday));
		return;
	case SL_LAYOUT_WEEKDAY:
		sl_strbuf_add(out, sl_gotime_weekday_name(civil->weekday), 3);
		return;
	case SL_LAYOUT_DAY:
		put_number(out, civil->day, 1);
		return;
	case SL_LAYOUT_UNDER_DAY:
		put_padded(out, civil->day, 2);
		return;
	case SL_LAYOUT_ZERO_DAY:
		put_number(out, civil->day, 2);
		return;
	case SL_LAYOUT_UNDER_YEAR_DAY:
		put_padded(out, civil->year_day, 3);
		return;
	case SL_LAYOUT_ZERO_YEAR_DAY:
		put_number(out, civil->year_day, 3);
		return;
	case SL_LAYOUT_HOUR:
		put_number(out, civil->hour, 2);
		return;
	case SL_LAYOUT_HOUR12:
		put_number(out, hour12(civil->hour), 1);
		return;
	case SL_LAYOUT_ZERO_HOUR12:
		put_number(out, hour12(civil->hour), 2);
		return;
	case SL_LAYOUT_MINUTE:
		put_number(out, civil->minute, 1);
		return;
	case SL_LAYOUT_ZERO_MINUTE:
		put_number(out, civil->minute, 2);
		return;
	case SL_LAYOUT_SECOND:
		put_number(out, civil->second, 1);
		return;
	case SL_LAYOUT_ZERO_SECOND:
		put_number(out, civil->second, 2);
		return;
	case SL_LAYOUT_LONG_YEAR:
		put_number(out, civil->year, 4);
		return;
	case SL_LAYOUT_YEAR:
		put_number(out, llabs(civil->year) % 100, 2);
		return;
	case SL_LAYOUT_PM:
		sl_strbuf_addz(out, civil->hour >= 12 ? "PM" : "AM");
		return;
	case SL_LAYOUT_LOWER_PM:
		sl_strbuf_addz(out, civil->hour >= 12 ? "pm" : "am");
		return;
	case SL_LAYOUT_ZONE_NAME:
		put_zone_name(out, at);
		return;
	case SL_LAYOUT_ZONE:
		put_offset(out, c, at->offset);
		return;
	case SL_LAYOUT_FRACTION_0:
	case SL_LAYOUT_FRACTION_9:
		put_fraction(out, c, nsec);
		return;
	}
}

void sl_gotime_format(struct sl_gotime t, struct sl_str layout, struct sl_strbuf *out)
{
	struct sl_zone_at at = sl_zone_lookup(t.zone, t.sec);
	struct sl_civil civil = sl_gotime_civil(t.sec, at.offset);
	struct sl_layout_chunk c = { .element = SL_LAYOUT_DAY, .rest = layout };

	while (c.element != SL_LAYOUT_END && !out->failed) {
		c = sl_layout_next(c.rest);
		sl_strbuf_adds(out, c.before);
		put_element(out, &c, &civil, &at, t.nsec);
	}
}

void sl_gotime_string(struct sl_gotime t, struct sl_strbuf *out)
{
	sl_gotime_format(t, SL_STR("2006-01-02 15:04:05.999999999 -0700 MST"), out);
	/* How long the process had run, which nothing here knows: Go's form with no time passed. */
	if (t.now)
		sl_strbuf_addz(out, " m=+0.000000000");
}
