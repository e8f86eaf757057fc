/* Base64 as Go's encoding/base64 reads it: line ends are skipped, bits behind the end are let be. */
#ifndef LIBCOMMON_LANG_SPRIG_ENCODE_H
#define LIBCOMMON_LANG_SPRIG_ENCODE_H

#include "libcommon/base/err.h"
#include "libcommon/base/strbuf.h"

/* Append what `s` stands for. SL_ERR_INVALID with Go's text; `out` is unchanged then. Thread-safe. */
int sl_sprig_base64_decode(struct sl_str s, struct sl_strbuf *out,
			   struct sl_err *err) SL_MUST_CHECK;

#endif
