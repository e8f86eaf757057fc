/*
 * Private to envsubst: what its operators do to a value. Each appends the result to `out`.
 *
 * `op` is the operator as it is written, such as "^^", "//" or "%%". Thread rule: pure functions.
 */
#ifndef LIBCOMMON_LANG_ENVSUBST_OPS_H
#define LIBCOMMON_LANG_ENVSUBST_OPS_H

#include "libcommon/base/strbuf.h"

/* "^", "^^", ",", ",,"; any other mixture changes nothing. */
void sl_envsubst_case(struct sl_str value, struct sl_str op, struct sl_strbuf *out);

/* `length` is NULL for all up to the end. */
void sl_envsubst_substr(struct sl_str value, struct sl_str position, const struct sl_str *length,
			struct sl_strbuf *out);

/* "/", "//", "/#", "/%"; `to` is NULL when nothing stands behind the second slash. */
void sl_envsubst_replace(struct sl_str value, struct sl_str op, struct sl_str from,
			 const struct sl_str *to, struct sl_strbuf *out);

/* "#", "##", "%", "%%". *steps counts the work of all calls. SL_ERR_TOO_LARGE past a cap. */
int sl_envsubst_trim(struct sl_str value, struct sl_str op, struct sl_str pattern, size_t *steps,
		     struct sl_strbuf *out, struct sl_err *err) SL_MUST_CHECK;

#endif
