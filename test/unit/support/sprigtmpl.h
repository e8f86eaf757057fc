/*
 * Templates with the functions of sprig and of Helm, for tables of cases whose results the real ones gave.
 *
 * The clock stands at 2024-03-10T12:00:00.5Z, chance counts up from 1, "Europe/Berlin" is there by its rule
 * of today, and the machine has no zone of its own.
 */
#ifndef TEST_UNIT_SUPPORT_SPRIGTMPL_H
#define TEST_UNIT_SUPPORT_SPRIGTMPL_H

#include "libcommon/lang/template/template.h"

struct sprigtmpl_case {
	const char *text, *want;
};

extern const struct sl_go_host sprigtmpl_host;

/* What `text` renders, with "error: " and what was wrong in a function behind it. */
void sprigtmpl_render(struct sl_arena *a, const char *text, struct sl_strbuf *out);
/* All of them; the first whose result is not as it should be fails the test. */
void sprigtmpl_check(const struct sprigtmpl_case *cases, size_t n);

#endif
