/*
 * The elements of Go's layouts. Inner header of gotime.h.
 *
 * Thread rule: pure.
 */
#ifndef LIBCOMMON_LANG_SPRIG_LAYOUT_H
#define LIBCOMMON_LANG_SPRIG_LAYOUT_H

#include <stdbool.h>

#include "libcommon/base/str.h"

enum sl_layout_element {
	SL_LAYOUT_END, /* nothing but text to the end */
	SL_LAYOUT_LONG_MONTH,
	SL_LAYOUT_MONTH,
	SL_LAYOUT_NUM_MONTH,
	SL_LAYOUT_ZERO_MONTH,
	SL_LAYOUT_LONG_WEEKDAY,
	SL_LAYOUT_WEEKDAY,
	SL_LAYOUT_DAY,
	SL_LAYOUT_UNDER_DAY,
	SL_LAYOUT_ZERO_DAY,
	SL_LAYOUT_UNDER_YEAR_DAY,
	SL_LAYOUT_ZERO_YEAR_DAY,
	SL_LAYOUT_HOUR,
	SL_LAYOUT_HOUR12,
	SL_LAYOUT_ZERO_HOUR12,
	SL_LAYOUT_MINUTE,
	SL_LAYOUT_ZERO_MINUTE,
	SL_LAYOUT_SECOND,
	SL_LAYOUT_ZERO_SECOND,
	SL_LAYOUT_LONG_YEAR,
	SL_LAYOUT_YEAR,
	SL_LAYOUT_PM,
	SL_LAYOUT_LOWER_PM,
	SL_LAYOUT_ZONE_NAME,
	SL_LAYOUT_ZONE,	      /* -0700 and its like, see struct sl_layout_chunk */
	SL_LAYOUT_FRACTION_0, /* .000 */
	SL_LAYOUT_FRACTION_9, /* .999 */
};

struct sl_layout_chunk {
	struct sl_str before; /* plain text */
	enum sl_layout_element element;
	struct sl_str text; /* the element as written; its length tells digits of a fraction */
	struct sl_str rest;
	/* Of ZONE. */
	bool z;	    /* "Z" for UTC */
	bool colon; /* between its parts */
	bool minutes, seconds;
};

/* The first element of a layout. */
struct sl_layout_chunk sl_layout_next(struct sl_str layout);

#endif
