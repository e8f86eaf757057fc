#include "libcommon/lang/sprig/layout.h"

#include "libcommon/base/mem.h"

/* Texts with the same beginning: the longest first. */
static const struct {
	struct sl_str text;
	enum sl_layout_element element;
	bool not_before_lower; /* "Month" is no "Mon" */
} elements[] = {
	{ SL_STR("January"), SL_LAYOUT_LONG_MONTH, false },
	{ SL_STR("Jan"), SL_LAYOUT_MONTH, true },
	{ SL_STR("Monday"), SL_LAYOUT_LONG_WEEKDAY, false },
	{ SL_STR("Mon"), SL_LAYOUT_WEEKDAY, true },
	{ SL_STR("MST"), SL_LAYOUT_ZONE_NAME, false },
	{ SL_STR("01"), SL_LAYOUT_ZERO_MONTH, false },
	{ SL_STR("02"), SL_LAYOUT_ZERO_DAY, false },
	{ SL_STR("03"), SL_LAYOUT_ZERO_HOUR12, false },
	{ SL_STR("04"), SL_LAYOUT_ZERO_MINUTE, false },
	{ SL_STR("05"), SL_LAYOUT_ZERO_SECOND, false },
	{ SL_STR("06"), SL_LAYOUT_YEAR, false },
	{ SL_STR("002"), SL_LAYOUT_ZERO_YEAR_DAY, false },
	{ SL_STR("15"), SL_LAYOUT_HOUR, false },
	{ SL_STR("1"), SL_LAYOUT_NUM_MONTH, false },
	{ SL_STR("2006"), SL_LAYOUT_LONG_YEAR, false },
	{ SL_STR("2"), SL_LAYOUT_DAY, false },
	{ SL_STR("_2"), SL_LAYOUT_UNDER_DAY, false },
	{ SL_STR("__2"), SL_LAYOUT_UNDER_YEAR_DAY, false },
	{ SL_STR("3"), SL_LAYOUT_HOUR12, false },
	{ SL_STR("4"), SL_LAYOUT_MINUTE, false },
	{ SL_STR("5"), SL_LAYOUT_SECOND, false },
	{ SL_STR("PM"), SL_LAYOUT_PM, false },
	{ SL_STR("pm"), SL_LAYOUT_LOWER_PM, false },
};

/* Behind the sign or the Z. */
static const struct {
	struct sl_str text;
	bool colon, minutes, seconds;
} zones[] = {
	{ SL_STR("070000"), false, true, true }, { SL_STR("07:00:00"), true, true, true },
	{ SL_STR("0700"), false, true, false },	 { SL_STR("07:00"), true, true, false },
	{ SL_STR("07"), false, false, false },
};

static bool is_digit(struct sl_str s, size_t at)
{
	return at < s.n && s.p[at] >= '0' && s.p[at] <= '9';
}

static bool starts_lower(struct sl_str s)
{
	return s.n && s.p[0] >= 'a' && s.p[0] <= 'z';
}

/* Length of a fraction at the start of `s`, with its separator; no digit may follow. */
static size_t fraction(struct sl_str s)
{
	size_t n = 1;

	if ((s.p[0] != '.' && s.p[0] != ',') || s.n < 2 || (s.p[1] != '0' && s.p[1] != '9'))
		return 0;
	while (n < s.n && s.p[n] == s.p[1])
		n++;
	return is_digit(s, n) ? 0 : n;
}

static size_t match_zone(struct sl_str s, struct sl_layout_chunk *c)
{
	if (s.p[0] != '-' && s.p[0] != 'Z')
		return 0;
	for (size_t i = 0; i < SL_ARRAY_LEN(zones); i++) {
		if (!sl_str_starts(sl_str_sub(s, 1, s.n), zones[i].text))
			continue;
		c->element = SL_LAYOUT_ZONE;
		c->z = s.p[0] == 'Z';
		c->colon = zones[i].colon;
		c->minutes = zones[i].minutes;
		c->seconds = zones[i].seconds;
		return zones[i].text.n + 1;
	}
	return 0;
}

/* Length of the element at the start of `s`, 0 when there is none. */
static size_t match(struct sl_str s, struct sl_layout_chunk *c)
{
	size_t n = match_zone(s, c);

	if (n)
		return n;
	n = fraction(s);
	if (n) {
		c->element = s.p[1] == '0' ? SL_LAYOUT_FRACTION_0 : SL_LAYOUT_FRACTION_9;
		return n;
	}
	/* "_2006" is an underscore and a year. */
	if (sl_str_starts(s, SL_STR("_2006")))
		return 0;
	for (size_t i = 0; i < SL_ARRAY_LEN(elements); i++) {
		if (!sl_str_starts(s, elements[i].text) ||
		    (elements[i].not_before_lower &&
		     starts_lower(sl_str_sub(s, elements[i].text.n, s.n))))
			continue;
		c->element = elements[i].element;
		return elements[i].text.n;
	}
	return 0;
}

struct sl_layout_chunk sl_layout_next(struct sl_str layout)
{
	struct sl_layout_chunk c = { .before = layout, .element = SL_LAYOUT_END };

	for (size_t at = 0; at < layout.n; at++) {
		size_t n = match(sl_str_sub(layout, at, layout.n), &c);

		if (!n)
			continue;
		c.before = sl_str_sub(layout, 0, at);
		c.text = sl_str_sub(layout, at, at + n);
		c.rest = sl_str_sub(layout, at + n, layout.n);
		return c;
	}
	return c;
}
