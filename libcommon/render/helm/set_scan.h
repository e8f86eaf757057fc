/*
 * The letters of set.h's grammar: where names, values and JSON end. For set.c alone.
 *
 * Thread rule: pure functions. Text that is not UTF-8 is read as Go reads it: each such byte is U+FFFD.
 */
#ifndef LIBCOMMON_RENDER_HELM_SET_SCAN_H
#define LIBCOMMON_RENDER_HELM_SET_SCAN_H

#include <stdbool.h>
#include <stdint.h>

#include "libcommon/base/arena.h"
#include "libcommon/base/str.h"
#include "libcommon/base/strbuf.h"

/*
 * The text before the next character of `stops`, which is taken off `*rest` as well and stored in
 * `*ret_stop`. False at the end of the text, *ret_text being what there was. With `escapes` a backslash
 * takes the next character as it is. The text lies in `a` or in `*rest`.
 */
bool sl_helm_set_until(struct sl_arena *a, struct sl_str *rest, const char *stops, bool escapes,
		       struct sl_str *ret_text, char *ret_stop);
/* Take white space off `*rest`, and a comma behind it. True when that, or the end, was there. */
bool sl_helm_set_blank(struct sl_str *rest);
/* The bytes of the JSON value that `text` begins with, as far as its braces and quotes tell. */
size_t sl_helm_set_json_extent(struct sl_str text);
/* strconv.Atoi: a sign, digits, within int64. */
bool sl_helm_set_integer(struct sl_str text, int64_t *ret);
/* A sign and digits, however many. */
bool sl_helm_set_looks_integer(struct sl_str text);
/* Characters as Go's %q prints a list of them: ['a' 'b']. */
void sl_helm_set_quote_runes(struct sl_str text, struct sl_strbuf *out);

#endif
