/*
 * SHA-256 of a piece of memory, without a library: for names that are made of content, in programs that
 * shall start fast. The first digest by OpenSSL costs 1 ms and 1 MiB, a quarter of a small build.
 *
 * For whatever has to be trusted there is digest.h, which follows the machine's crypto policy; this is
 * not hardened. Source: FIPS 180-4. Thread rule: a pure function.
 */
#ifndef LIBCOMMON_CODEC_SHA256_H
#define LIBCOMMON_CODEC_SHA256_H

#include <stdint.h>

#include "libcommon/base/str.h"

#define SL_SHA256_BYTES 32

void sl_sha256(struct sl_str s, uint8_t ret[SL_SHA256_BYTES]);

#endif
