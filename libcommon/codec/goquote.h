/*
 * Text in double quotes as Go's %q (strconv.Quote) prints it.
 *
 * Messages of the tools that we stand in for carry user input in this form. Printable Unicode stays;
 * control characters become \n, \x01, \u0085 and the like; bytes that are not UTF-8 become \xNN.
 * Go's table of printable characters is approximated: everything from U+00A1 up counts as printable
 * but U+00AD, white space, format characters of the General Punctuation block, surrogates, private
 * use and noncharacters.
 *
 * Thread rule: pure function.
 */
#ifndef LIBCOMMON_CODEC_GOQUOTE_H
#define LIBCOMMON_CODEC_GOQUOTE_H

#include "libcommon/base/str.h"
#include "libcommon/base/strbuf.h"

/* Append `s`, quoted. At most 4 bytes are added for each byte of `s`, and two. */
void sl_strbuf_add_goquoted(struct sl_strbuf *b, struct sl_str s);

#endif
