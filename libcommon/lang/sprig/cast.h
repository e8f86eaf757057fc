/*
 * Conversions that functions apply to whatever they are given, as github.com/spf13/cast makes them: what
 * cannot be converted is 0, and nothing fails.
 *
 * Thread rule: pure functions.
 */
#ifndef LIBCOMMON_LANG_SPRIG_CAST_H
#define LIBCOMMON_LANG_SPRIG_CAST_H

#include "libcommon/lang/sprig/call.h"

/* An int64 (and so an int) of any number, bool or text in Go's syntax: "0x10", "1_000", "3.0". */
int64_t sl_sprig_int(struct sl_goval v);
double sl_sprig_float(struct sl_goval v);

/* The text of a value: what %v prints, but a []byte is text as well. Errors: SL_ERR_TOO_LARGE. */
int sl_sprig_strval(struct sl_go_call *call, struct sl_goval v, struct sl_str *ret,
		    struct sl_err *err) SL_MUST_CHECK;
/*
 * A []string of a value: the texts of a list's items without nils; a []string itself, not copied; of what is
 * no list, one text; of nil, none.
 */
int sl_sprig_strings(struct sl_go_call *call, struct sl_goval v, struct sl_goval *ret,
		     struct sl_err *err) SL_MUST_CHECK;

/* What `empty` says: nil, zero, false, or without items; a struct never is. */
bool sl_sprig_is_empty(struct sl_goval v);
/* nil as an interface holds it: a nil map is something. */
bool sl_sprig_is_nothing(struct sl_goval v);
/* reflect.Kind of what an interface holds, "invalid" for nil. */
const char *sl_sprig_kind(struct sl_goval v);

#endif
