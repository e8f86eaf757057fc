/*
 * One block of SHA-256, portably and by the instructions that most x86-64 processors have for it. Private
 * to codec/sha256*.c.
 *
 * Thread rule: pure functions. Source: FIPS 180-4, section 6.2.2; Intel SHA Extensions.
 */
#ifndef LIBCOMMON_CODEC_SHA256_BLOCK_H
#define LIBCOMMON_CODEC_SHA256_BLOCK_H

#include <stdbool.h>
#include <stdint.h>

#define SL_SHA256_BLOCK 64 /* bytes */

/* The fractions of the cube roots of the first 64 primes. */
extern const uint32_t sl_sha256_roots[64];

/* Take a block into the state. */
void sl_sha256_add(uint32_t state[8], const uint8_t block[SL_SHA256_BLOCK]);
/* The same where sl_sha256_has_native(). */
void sl_sha256_add_native(uint32_t state[8], const uint8_t block[SL_SHA256_BLOCK]);
bool sl_sha256_has_native(void);

#endif
