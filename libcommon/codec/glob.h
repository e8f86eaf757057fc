/*
 * Shell patterns as Go's filepath.Match reads them: `*` and `?` (neither matches '/'), `[a-z]`,
 * `[^a-z]`, and `\` before any character. The whole name must match.
 *
 * Source: Go's package path/filepath. Bytes that are not UTF-8 in a name count as one U+FFFD each;
 * a pattern is found malformed only as far as matching had to read it, as in the original.
 * Cost: at most the product of both lengths for each star.
 *
 * Thread rule: pure function.
 */
#ifndef LIBCOMMON_CODEC_GLOB_H
#define LIBCOMMON_CODEC_GLOB_H

#include "libcommon/base/str.h"

enum sl_glob { SL_GLOB_NO, SL_GLOB_YES, SL_GLOB_MALFORMED };

enum sl_glob sl_glob_match(struct sl_str pattern, struct sl_str name);

#endif
