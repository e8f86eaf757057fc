/*
 * Go durations: "1h30m", "5m0s", "750ms", as flags and custom resources write them.
 *
 * Source: Go's time.ParseDuration and Duration.String. Units ns, us (µs), ms, s, m, h; an optional
 * sign; decimal fractions; "0" needs no unit. The range is int64 nanoseconds (292 years).
 *
 * Thread rule: pure functions.
 */
#ifndef LIBCOMMON_BASE_DURATION_H
#define LIBCOMMON_BASE_DURATION_H

#include <stdbool.h>
#include <stdint.h>

#include "libcommon/base/str.h"

#define SL_DURATION_SIZE 32 /* bytes that sl_duration_format() needs */

/* False when malformed or out of range, output untouched. */
bool sl_duration_parse(struct sl_str text, int64_t *ret_ns);
/* The same in ms, cut towards zero. */
bool sl_duration_parse_ms(struct sl_str text, int64_t *ret_ms);
/* As Go prints it: 0 is "0s", 90 s is "1m30s", 1500 µs is "1.5ms". */
void sl_duration_format(int64_t ns, char ret_text[SL_DURATION_SIZE]);
void sl_duration_format_ms(int64_t ms, char ret_text[SL_DURATION_SIZE]);

#endif
