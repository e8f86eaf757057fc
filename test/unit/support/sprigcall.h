/*
 * Calls of template functions written as text, for tables of cases.
 *
 * Arguments are JSON, without the brackets around all of them, with ' for ". Integers are of type int;
 * {'$int64': 1}, {'$uint64': 1}, {'$float64': 1}, {'$bytes': 'a'}, {'$strings': ['a']}, {'$ints': [1]},
 * {'$nilmap': 0} and {'$nilslice': 0} are values of other types. The result is what printf "%T %#v" shows of it, again with ' for ", or
 * "error: " and the message.
 */
#ifndef TEST_UNIT_SUPPORT_SPRIGCALL_H
#define TEST_UNIT_SUPPORT_SPRIGCALL_H

#include "libcommon/lang/sprig/sprig.h"

struct sprig_case {
	const char *function, *args, *want;
};

/* Calls them all; the first whose result is not as it should be fails the test. */
void sprig_check(const struct sprig_case *cases, size_t n);
/* One call in `a`; `host` may be NULL. */
int sprig_call(struct sl_arena *a, const struct sl_go_host *host, const char *function,
	       const char *args, struct sl_goval *ret, struct sl_err *err);

#endif
