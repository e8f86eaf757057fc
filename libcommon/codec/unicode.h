/*
 * Unicode properties as Go's package unicode has them, for sorting keys the way go-yaml does.
 *
 * Thread rule: pure functions. Source: Unicode 15, categories L and Nd.
 */
#ifndef LIBCOMMON_CODEC_UNICODE_H
#define LIBCOMMON_CODEC_UNICODE_H

#include <stdbool.h>
#include <stdint.h>

#include "libcommon/base/str.h"

/* A code point of category L (letter), Nd (decimal digit). */
bool sl_rune_is_letter(uint32_t rune);
bool sl_rune_is_digit(uint32_t rune);

/*
 * Decode the first code point of `s`, which is not empty, into `*ret_rune` and return its length in
 * bytes. A byte that begins no well-formed sequence counts alone and is U+FFFD, as in Go.
 */
size_t sl_rune_decode(struct sl_str s, uint32_t *ret_rune);

#endif
