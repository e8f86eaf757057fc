/*
 * A growing vector of owned, NUL-terminated strings.
 *
 * Invariant: `v` is NULL or holds n strings followed by NULL, so that it serves as an argv. For our
 * own small lists: whoever fills it from outside counts first.
 *
 * Thread rule: one thread at a time.
 */
#ifndef LIBCOMMON_BASE_STRVEC_H
#define LIBCOMMON_BASE_STRVEC_H

#include <stdbool.h>
#include <stddef.h>

#include "libcommon/base/str.h"

struct sl_strvec {
	char **v;
	size_t n, cap;
};
#define SL_STRVEC_INIT \
	{ \
		0 \
	}

void sl_strvec_release(struct sl_strvec *l);
/* A copy of `s` at the end. */
void sl_strvec_push(struct sl_strvec *l, const char *s);
void sl_strvec_push_str(struct sl_strvec *l, struct sl_str s);
void sl_strvec_pushf(struct sl_strvec *l, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* `s` itself, malloc'd, at the end; the vector owns it now. */
void sl_strvec_take(struct sl_strvec *l, char *s);
void sl_strvec_remove(struct sl_strvec *l, size_t index);
bool sl_strvec_contains(const struct sl_strvec *l, struct sl_str s);
/* Bytewise ascending. */
void sl_strvec_sort(struct sl_strvec *l);
/* All joined by `sep`; the caller frees it. */
char *sl_strvec_join(const struct sl_strvec *l, const char *sep)
	__attribute__((warn_unused_result));

#endif
