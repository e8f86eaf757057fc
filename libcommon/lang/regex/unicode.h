/*
 * Private to lang/regex: the classes that \p{…} names and the orbits of simple case folding, written
 * by scripts/gen-regex-unicode.go.
 */
#ifndef LIBCOMMON_LANG_REGEX_UNICODE_H
#define LIBCOMMON_LANG_REGEX_UNICODE_H

#include <stddef.h>
#include <stdint.h>

/* In `lo` of a range: only every second code point. */
#define SL_REGEX_EVERY_SECOND 0x80000000u

struct sl_regex_table_range {
	uint32_t lo, hi;
};
extern const struct sl_regex_table_range sl_regex_unicode_ranges[];

/* Ranges [from, to). The names are sorted, in the spelling that a lookup brings any name to. */
struct sl_regex_table_name {
	const char *name;
	uint16_t from, to;
};
extern const struct sl_regex_table_name sl_regex_unicode_names[];
extern const size_t sl_regex_unicode_name_count;

/*
 * What a code point of [lo, hi] has to be changed by to come to the next one of those that are equal
 * to it but for case, in a circle. Sorted; what stands in none is equal to itself alone.
 */
#define SL_REGEX_FOLD_PAIRS INT32_MAX /* lo and lo + 1, lo + 2 and lo + 3, … */
struct sl_regex_fold_span {
	uint32_t lo, hi;
	int32_t delta;
};
extern const struct sl_regex_fold_span sl_regex_fold_spans[];
extern const size_t sl_regex_fold_span_count;

#endif
