/*
 * Zones by name, through the callback of the rendering. Inner header of sprig.
 *
 * Thread rule: as the call.
 */
#ifndef LIBCOMMON_LANG_SPRIG_ZONE_FIND_H
#define LIBCOMMON_LANG_SPRIG_ZONE_FIND_H

#include "libcommon/lang/sprig/zone.h"
#include "libcommon/lang/template/func.h"

/*
 * Go's LoadLocation: "" and "UTC" are UTC, "Local" is the machine's zone, which is UTC when it has none.
 * Errors: SL_ERR_NOT_FOUND, SL_ERR_INVALID (a path, a broken file), SL_ERR_UNSUPPORTED without a callback.
 */
int sl_zone_find(struct sl_go_call *call, struct sl_str name, const struct sl_zone **ret,
		 struct sl_err *err) SL_MUST_CHECK;
/* The machine's zone. Errors: SL_ERR_UNSUPPORTED without a callback. */
int sl_zone_local(struct sl_go_call *call, const struct sl_zone **ret,
		  struct sl_err *err) SL_MUST_CHECK;

#endif
