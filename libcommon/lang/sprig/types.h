/*
 * The types of values that sprig's functions make: time.Time, time.Duration, *semver.Version and the
 * like, with the fields and methods that templates can reach.
 *
 * A value of type time.Time points at a struct sl_gotime, a *semver.Version at a struct sl_semver whose
 * texts are in the arena, a *time.Location at a struct sl_zone or at what stands for UTC there.
 *
 * Methods with two results or more, which a template cannot call, are not there.
 *
 * Thread rule: constant.
 */
#ifndef LIBCOMMON_LANG_SPRIG_TYPES_H
#define LIBCOMMON_LANG_SPRIG_TYPES_H

#include "libcommon/lang/sprig/gotime.h"
#include "libcommon/lang/template/goval.h"

extern const struct sl_go_type sl_sprig_time;	     /* time.Time */
extern const struct sl_go_type sl_sprig_duration;    /* time.Duration, an int64 */
extern const struct sl_go_type sl_sprig_month;	     /* time.Month, an int */
extern const struct sl_go_type sl_sprig_weekday;     /* time.Weekday, an int */
extern const struct sl_go_type sl_sprig_location;    /* *time.Location */
extern const struct sl_go_type sl_sprig_version;     /* *semver.Version */
extern const struct sl_go_type sl_sprig_certificate; /* sprig.certificate: .Cert and .Key */

struct sl_goval sl_sprig_time_value(struct sl_arena *a, struct sl_gotime t);
struct sl_goval sl_sprig_duration_value(int64_t ns);

#endif
