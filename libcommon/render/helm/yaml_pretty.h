/*
 * Go values as go-yaml v3 encodes them, other than through JSON: floats keep their exponent, []uint8 is a
 * list, nil maps and slices are empty ones, times are plain. Inner header of Helm's functions.
 *
 * Thread rule: pure.
 */
#ifndef LIBCOMMON_RENDER_HELM_YAML_PRETTY_H
#define LIBCOMMON_RENDER_HELM_YAML_PRETTY_H

#include "libcommon/lang/template/goval.h"

/*
 * A tree for sl_yaml_write() with SL_YAML_V3; strings may be no UTF-8. Errors: SL_ERR_INVALID with Go's
 * text (functions), SL_ERR_TOO_LARGE (the arena is full, nested past SL_GO_DEPTH_MAX).
 */
int sl_helm_yaml_pretty(struct sl_arena *a, struct sl_goval v, struct sl_value **ret,
			struct sl_err *err) SL_MUST_CHECK;

#endif
