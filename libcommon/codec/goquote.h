/*
 * Text in double quotes as Go's %q (strconv.Quote) prints it, and the way back.
 *
 * Messages of the tools that we stand in for carry user input in this form. Printable Unicode stays;
 * control characters become \n, \x01, \u0085 and the like; bytes that are not UTF-8 become \xNN.
 *
 * Thread rule: pure functions. Source: Go 1.26 (Unicode 15).
 */
#ifndef LIBCOMMON_CODEC_GOQUOTE_H
#define LIBCOMMON_CODEC_GOQUOTE_H

#include <stdbool.h>
#include <stdint.h>

#include "libcommon/base/str.h"
#include "libcommon/base/strbuf.h"

enum sl_goquote_flags {
	SL_GOQUOTE_PLAIN = 0,
	SL_GOQUOTE_ASCII = 1 << 0,  /* escape what is not ASCII: strconv.QuoteToASCII */
	SL_GOQUOTE_SINGLE = 1 << 1, /* in single quotes: strconv.QuoteRune, of one character */
};

/* Append `s`, quoted. At most 4 bytes are added for each byte of `s`, and two. */
void sl_strbuf_add_goquoted(struct sl_strbuf *b, struct sl_str s);
/* The same with flags; at most 10 bytes for each byte of `s`, and two. */
void sl_strbuf_add_goquoted_as(struct sl_strbuf *b, struct sl_str s, unsigned flags);

/*
 * As package time quotes in its messages: byte by byte, \xNN for control characters and what is
 * not ASCII. At most 4 bytes for each byte of `s`, and two.
 */
void sl_strbuf_add_timequoted(struct sl_strbuf *b, struct sl_str s);

/*
 * strconv.UnquoteChar: the character that `*s` begins with, escaped or not, which is cut off. *ret_byte: it
 * is that byte, and no code point. False when an escape is malformed, at a bare `quote`, and at the end.
 */
bool sl_go_unquote_char(struct sl_str *s, char quote, uint32_t *ret_rune, bool *ret_byte);

/* strconv.CanBackquote: whether `s` can stand between back quotes as it is, in one line. */
bool sl_can_backquote(struct sl_str s);
/* strconv.IsPrint. */
bool sl_rune_is_printable(uint32_t rune);

#endif
