/*
 * Base64, RFC 4648 section 4 (standard alphabet, padded), as Secret data has it.
 *
 * Thread rule: pure. The output buffer's maximum is the cap.
 */
#ifndef LIBCOMMON_CODEC_BASE64_H
#define LIBCOMMON_CODEC_BASE64_H

#include "libcommon/base/strbuf.h"

/* Append the encoding of `in`. */
void sl_base64_encode(struct sl_str in, struct sl_strbuf *out);
/*
 * Append what `in` encodes. Line breaks are skipped, as Go's decoder does; any other foreign byte,
 * wrong padding and set bits behind the end are SL_ERR_INVALID.
 */
int sl_base64_decode(struct sl_str in, struct sl_strbuf *out, struct sl_err *err) SL_MUST_CHECK;

#endif
