/*
 * Durations as Go writes them: "1h30m", "1.5s", "250ms", "-3µs".
 *
 * Every duration in Flux's API, in flags and in Helm templates is one of these: metav1.Duration is
 * read by Go's time.ParseDuration and written by Duration.String, so that "60s" comes back as "1m0s".
 * The value is int64 nanoseconds; the unit of the rest of this code is ms, see sl_duration_ms().
 * Units: ns, us, µs (U+00B5 and U+03BC), ms, s, m, h. Source: Go's package time.
 *
 * Thread rule: pure functions. Limit: SL_DURATION_TEXT_MAX bytes of text.
 */
#ifndef LIBCOMMON_CODEC_DURATION_H
#define LIBCOMMON_CODEC_DURATION_H

#include <stdint.h>

#include "libcommon/base/err.h"
#include "libcommon/base/str.h"

#define SL_DURATION_TEXT_MAX 1024
/* More than "-2562047h47m16.854775808s". */
#define SL_DURATION_SIZE 64

#define SL_NS_PER_MS INT64_C(1000000)
#define SL_NS_PER_SEC INT64_C(1000000000)

/*
 * Parse the whole of `text`. Errors, with Go's own message: SL_ERR_INVALID
 * (`time: unknown unit "d" in duration "1d"`); SL_ERR_TOO_LARGE past the cap.
 */
int sl_duration_parse(struct sl_str text, int64_t *ret_ns, struct sl_err *err) SL_MUST_CHECK;
/* The same in ms, rounded as sl_duration_ms() does. */
int sl_duration_parse_ms(struct sl_str text, int64_t *ret_ms, struct sl_err *err) SL_MUST_CHECK;

/* Whole ms, rounded away from zero: what is shorter than 1 ms does not become "no time at all". */
int64_t sl_duration_ms(int64_t ns);

/* As Go's Duration.String: "0s", "1.5ms", "1m0s", "1h0m0.5s". */
void sl_duration_format(int64_t ns, char ret_text[SL_DURATION_SIZE]);

#endif
