#include "libcommon/codec/sha256_block.h"

#ifdef __x86_64__
#include <immintrin.h>
#include <sys/platform/x86.h>

bool sl_sha256_has_native(void)
{
	return CPU_FEATURE_ACTIVE(SHA) && CPU_FEATURE_ACTIVE(SSE4_1);
}

/* Four rounds take four words of the schedule; from the 16th on, those are made of the ones before. */
static inline __attribute__((target("sha,sse4.1"))) __m128i next_words(const __m128i *w)
{
	__m128i sum =
		_mm_add_epi32(_mm_sha256msg1_epu32(w[-4], w[-3]), _mm_alignr_epi8(w[-1], w[-2], 4));

	return _mm_sha256msg2_epu32(sum, w[-1]);
}

__attribute__((target("sha,sse4.1"))) void sl_sha256_add_native(
	uint32_t state[8], const uint8_t block[SL_SHA256_BLOCK])
{
	const __m128i swap = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
	const __m128i *from = (const void *)block, *roots = (const void *)sl_sha256_roots;
	__m128i *to = (void *)state;
	__m128i dcba = _mm_loadu_si128(to), hgfe = _mm_loadu_si128(to + 1);
	/* The instructions want the variables in this order. */
	__m128i cdab = _mm_shuffle_epi32(dcba, 0xb1), efgh = _mm_shuffle_epi32(hgfe, 0x1b);
	const __m128i abef_before = _mm_alignr_epi8(cdab, efgh, 8);
	const __m128i cdgh_before = _mm_blend_epi16(efgh, cdab, 0xf0);
	__m128i abef = abef_before, cdgh = cdgh_before, feba, dchg;
	__m128i w[16];

	for (int i = 0; i < 16; i++) {
		__m128i k;

		w[i] = i < 4 ? _mm_shuffle_epi8(_mm_loadu_si128(from + i), swap)
			     : next_words(w + i);
		k = _mm_add_epi32(w[i], _mm_loadu_si128(roots + i));
		cdgh = _mm_sha256rnds2_epu32(cdgh, abef, k);
		abef = _mm_sha256rnds2_epu32(abef, cdgh, _mm_shuffle_epi32(k, 0x0e));
	}
	feba = _mm_shuffle_epi32(_mm_add_epi32(abef, abef_before), 0x1b);
	dchg = _mm_shuffle_epi32(_mm_add_epi32(cdgh, cdgh_before), 0xb1);
	_mm_storeu_si128(to, _mm_blend_epi16(feba, dchg, 0xf0));
	_mm_storeu_si128(to + 1, _mm_alignr_epi8(dchg, feba, 8));
}
#else
bool sl_sha256_has_native(void)
{
	return false;
}

void sl_sha256_add_native(uint32_t state[8], const uint8_t block[SL_SHA256_BLOCK])
{
	sl_sha256_add(state, block);
}
#endif
