/*
 * Time: the two clocks, RFC 3339 text, jitter.
 *
 * Intervals and deadlines use the monotonic clock, in ms. Wall time is ms since 1970-01-01 UTC.
 * Source of the text form: RFC 3339 section 5.6; Kubernetes' metav1.Time has whole seconds, MicroTime
 * six digits, both in UTC with "Z".
 *
 * Thread rule: thread-safe.
 */
#ifndef LIBCOMMON_BASE_CLOCK_H
#define LIBCOMMON_BASE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "libcommon/base/str.h"

#define SL_RFC3339_SIZE 40
#define SL_NEVER INT64_MAX /* a deadline that does not come */

int64_t sl_mono_ms(void);
int64_t sl_wall_ms(void);
int64_t sl_wall_ns(void);

/* "2026-01-02T03:04:05Z" (seconds), "….678Z" (ms), "….678901Z" (µs), "….678901234Z" (ns). */
void sl_rfc3339(int64_t wall_ms, char ret_text[SL_RFC3339_SIZE]);
void sl_rfc3339_ms(int64_t wall_ms, char ret_text[SL_RFC3339_SIZE]);
void sl_rfc3339_micro(int64_t wall_ns, char ret_text[SL_RFC3339_SIZE]);
void sl_rfc3339_nano(int64_t wall_ns, char ret_text[SL_RFC3339_SIZE]);
/* Parse any of these, with any offset; fractions beyond ms are cut. False when malformed. */
bool sl_rfc3339_parse(struct sl_str text, int64_t *ret_wall_ms);

/* A random number in [0, bound), bound > 0, from the kernel; for jitter and ids, not for keys. */
uint64_t sl_random_below(uint64_t bound);
/* So many percent (0..99) of `ms`, rounded down; no product overflows. */
int64_t sl_percent_ms(int64_t ms, int percent);
/* `ms` plus or minus up to `percent` (0..99) of it, uniformly; SL_NEVER stays SL_NEVER. */
int64_t sl_jitter_ms(int64_t ms, int percent);
/* A random version 4 UUID, RFC 9562 section 5.4. */
void sl_uuid(char ret_text[37]);
/* The one that 16 random bytes make. */
void sl_uuid_of(const uint8_t bytes[16], char ret_text[37]);

#endif
