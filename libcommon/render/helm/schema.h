/*
 * values.schema.json: whether values are what a chart's schema wants.
 *
 * Thread rule: pure.
 */
#ifndef LIBCOMMON_RENDER_HELM_SCHEMA_H
#define LIBCOMMON_RENDER_HELM_SCHEMA_H

#include "libcommon/lang/template/goval.h"

/*
 * Check `values` (NULL counts as empty) against the text of a schema. Errors: SL_ERR_INVALID with the text
 * of Helm's ValidateAgainstSingleSchema, which ends in a newline where the values are wrong and not
 * where the schema is; SL_ERR_TOO_LARGE.
 */
int sl_helm_schema_check(struct sl_arena *a, struct sl_str schema, const struct sl_go_map *values,
			 struct sl_err *err) SL_MUST_CHECK;

#endif
