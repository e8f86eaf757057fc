/*
 * Numbers in text as Go's package strconv reads them: ParseInt with the bases and underscores of Go's
 * syntax, ParseFloat with hexadecimal floats, infinities and NaN.
 *
 * Thread rule: pure functions. Source: https://pkg.go.dev/strconv (Go 1.26).
 */
#ifndef LIBCOMMON_CODEC_GONUMBER_H
#define LIBCOMMON_CODEC_GONUMBER_H

#include <stdint.h>

#include "libcommon/base/str.h"

enum sl_gonumber {
	SL_GONUMBER_OK,
	SL_GONUMBER_SYNTAX, /* strconv.ErrSyntax; the number is 0 */
	SL_GONUMBER_RANGE,  /* strconv.ErrRange; the number is the nearest bound, or an infinity */
};

/*
 * The whole of `s`, with an optional sign. Base 0: by its prefix (0b, 0o, 0x, 0), and underscores may
 * separate digits.
 */
enum sl_gonumber sl_go_parse_int(struct sl_str s, unsigned base, int64_t *ret);
/* As ParseFloat(s, 64). */
enum sl_gonumber sl_go_parse_float(struct sl_str s, double *ret);

/* int64(f) as Go compiles it for amd64: what does not fit, NaN included, is the smallest int64. */
int64_t sl_go_float_to_int(double f);

#endif
