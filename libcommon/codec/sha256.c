#include "libcommon/codec/sha256.h"

#include <string.h>

#include "libcommon/codec/sha256_block.h"

#define BLOCK SL_SHA256_BLOCK

const uint32_t sl_sha256_roots[64] = {
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4,
	0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe,
	0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f,
	0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7,
	0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc,
	0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
	0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116,
	0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
	0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
	0xc67178f2,
};

static uint32_t rotate(uint32_t x, unsigned n)
{
	return x >> n | x << (32 - n);
}

static uint32_t read_be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static void write_be32(uint8_t *p, uint32_t x)
{
	for (int i = 0; i < 4; i++)
		p[i] = (uint8_t)(x >> (24 - 8 * i));
}

/* The names of functions and variables are those of FIPS 180-4, sections 4.1.2 and 6.2.2. */
static uint32_t choose(uint32_t x, uint32_t y, uint32_t z)
{
	return z ^ (x & (y ^ z));
}

static uint32_t majority(uint32_t x, uint32_t y, uint32_t z)
{
	return (x & y) | (z & (x | y));
}

static void schedule(uint32_t w[64], const uint8_t *block)
{
	for (size_t t = 0; t < 16; t++)
		w[t] = read_be32(block + 4 * t);
	for (size_t t = 16; t < 64; t++) {
		uint32_t s0 = rotate(w[t - 15], 7) ^ rotate(w[t - 15], 18) ^ w[t - 15] >> 3;
		uint32_t s1 = rotate(w[t - 2], 17) ^ rotate(w[t - 2], 19) ^ w[t - 2] >> 10;

		w[t] = w[t - 16] + s0 + w[t - 7] + s1;
	}
}

/* One round. Instead of moving the eight variables on, the next round names them one further. */
#define ROUND(a, b, c, d, e, f, g, h, t) \
	do { \
		uint32_t s0_ = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22); \
		uint32_t s1_ = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25); \
		uint32_t t1_ = (h) + s1_ + choose(e, f, g) + sl_sha256_roots[t] + w[t]; \
\
		(d) += t1_; \
		(h) = t1_ + s0_ + majority(a, b, c); \
	} while (0)

void sl_sha256_add(uint32_t state[8], const uint8_t block[BLOCK])
{
	uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
	uint32_t e = state[4], f = state[5], g = state[6], h = state[7];
	uint32_t w[64];

	schedule(w, block);
	for (size_t t = 0; t < 64; t += 8) {
		ROUND(a, b, c, d, e, f, g, h, t);
		ROUND(h, a, b, c, d, e, f, g, t + 1);
		ROUND(g, h, a, b, c, d, e, f, t + 2);
		ROUND(f, g, h, a, b, c, d, e, t + 3);
		ROUND(e, f, g, h, a, b, c, d, t + 4);
		ROUND(d, e, f, g, h, a, b, c, t + 5);
		ROUND(c, d, e, f, g, h, a, b, t + 6);
		ROUND(b, c, d, e, f, g, h, a, t + 7);
	}
	state[0] += a;
	state[1] += b;
	state[2] += c;
	state[3] += d;
	state[4] += e;
	state[5] += f;
	state[6] += g;
	state[7] += h;
}

void sl_sha256(struct sl_str s, uint8_t ret[SL_SHA256_BYTES])
{
	/* The fractions of the square roots of the first 8 primes. */
	uint32_t h[8] = { 0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
			  0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19 };
	uint8_t last[2 * BLOCK] = { 0 };
	size_t whole = s.n / BLOCK * BLOCK, rest = s.n - whole;
	size_t padded = rest + 9 <= BLOCK ? BLOCK : 2 * BLOCK;
	uint64_t bits = (uint64_t)s.n * 8;
	void (*add)(uint32_t *, const uint8_t *) =
		sl_sha256_has_native() ? sl_sha256_add_native : sl_sha256_add;

	for (size_t at = 0; at < whole; at += BLOCK)
		add(h, (const uint8_t *)s.p + at);
	if (rest > 0)
		memcpy(last, s.p + whole, rest);
	last[rest] = 0x80;
	write_be32(last + padded - 8, (uint32_t)(bits >> 32));
	write_be32(last + padded - 4, (uint32_t)bits);
	for (size_t at = 0; at < padded; at += BLOCK)
		add(h, last + at);
	for (size_t i = 0; i < 8; i++)
		write_be32(ret + 4 * i, h[i]);
}
