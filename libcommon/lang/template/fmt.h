/*
 * Package fmt of Go for template values: Sprint, Sprintf and Sprintln with all verbs, flags, widths,
 * precisions and argument indexes, and its "%!d(string=x)" texts for what does not fit. Pure.
 *
 * Nothing fails but for size: the buffer's own cap ends the writing (sl_strbuf is sticky), and widths and
 * precisions past 1,000,000 are refused with Go's text as Go does.
 */
#ifndef LIBCOMMON_LANG_TEMPLATE_FMT_H
#define LIBCOMMON_LANG_TEMPLATE_FMT_H

#include "libcommon/base/strbuf.h"
#include "libcommon/lang/template/goval.h"

/* One value as %v prints it; NIL and NONE are "<nil>". */
void sl_go_fmt_value(struct sl_strbuf *out, struct sl_goval v);
void sl_go_sprint(struct sl_strbuf *out, const struct sl_goval *args, size_t n);
void sl_go_sprintln(struct sl_strbuf *out, const struct sl_goval *args, size_t n);
void sl_go_sprintf(struct sl_strbuf *out, struct sl_str format, const struct sl_goval *args,
		   size_t n);
/* strconv.FormatFloat(f, verb, precision, bits): verb of "eEfFgG", precision -1 the shortest exact. */
void sl_go_format_float(struct sl_strbuf *out, double f, char verb, int precision, int bits);
/* strconv.Quote. */
void sl_go_quote(struct sl_strbuf *out, struct sl_str s);

#endif
