/*
 * Unicode properties as Go's package unicode has them, for sorting keys the way go-yaml does
 * and changing case the way envsubst does.
 *
 * Thread rule: pure functions. Source: Unicode 15, categories L and Nd, simple case mappings.
 */
#ifndef LIBCOMMON_CODEC_UNICODE_H
#define LIBCOMMON_CODEC_UNICODE_H

#include <stdbool.h>
#include <stdint.h>

#include "libcommon/base/str.h"

/* A code point of category L (letter), Nd (decimal digit). */
bool sl_rune_is_letter(uint32_t rune);
bool sl_rune_is_digit(uint32_t rune);
/* Property White_Space. */
bool sl_rune_is_space(uint32_t rune);

/*
 * Decode the first code point of `s`, which is not empty, into `*ret_rune` and return its length in
 * bytes. A byte that begins no well-formed sequence counts alone and is U+FFFD, as in Go.
 */
size_t sl_rune_decode(struct sl_str s, uint32_t *ret_rune);
/* The UTF-8 of a code point, which is at most U+10FFFF; returns its length. */
size_t sl_rune_encode(uint32_t rune, char ret_bytes[4]);

/* Simple case mapping: one code point for one, so that U+00DF stays as it is. */
uint32_t sl_rune_to_upper(uint32_t rune);
uint32_t sl_rune_to_lower(uint32_t rune);
/* The upper case but for the few letters that have one for the beginning of words. */
uint32_t sl_rune_to_title(uint32_t rune);

#endif
