/*
 * Random bytes from the callback of the rendering. Inner header of sprig.
 */
#ifndef LIBCOMMON_LANG_SPRIG_CHANCE_H
#define LIBCOMMON_LANG_SPRIG_CHANCE_H

#include "libcommon/lang/template/func.h"

/* Errors: the callback's; SL_ERR_UNSUPPORTED without one. */
int sl_sprig_fill_random(struct sl_go_call *call, void *buf, size_t n,
			 struct sl_err *err) SL_MUST_CHECK;

#endif
