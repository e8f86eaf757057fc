/*
 * The rule of a time zone as POSIX writes it in TZ: "EST5EDT,M3.2.0,M11.1.0". Inner header of zone.h.
 *
 * Thread rule: pure.
 */
#ifndef LIBCOMMON_LANG_SPRIG_ZONE_RULE_H
#define LIBCOMMON_LANG_SPRIG_ZONE_RULE_H

#include "libcommon/lang/sprig/zone.h"

/* What `rule` says of `sec` into `at`, whose start is the last transition; left alone when it is no rule. */
void sl_zone_rule_apply(struct sl_str rule, int64_t sec, struct sl_zone_at *at);

#endif
