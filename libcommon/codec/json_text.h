/*
 * The text of JSON strings, for reader and writer.
 *
 * Private to json.c and json_write.c. Thread rule: pure functions.
 */
#ifndef LIBCOMMON_CODEC_JSON_TEXT_H
#define LIBCOMMON_CODEC_JSON_TEXT_H

#include <endian.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/*
 * Which of eight bytes is the first that is '"', '\\', below 0x20 or above 0x7f; 8: none. In the sums a
 * borrow can mark bytes behind a true one, never one before the first.
 */
static inline size_t sl_json_plain_bytes(const char *p)
{
	const uint64_t ones = 0x0101010101010101ULL, high = 0x8080808080808080ULL;
	uint64_t w, quote, slash, marks;

	memcpy(&w, p, sizeof(w));
	w = le64toh(w);
	quote = w ^ ones * '"';
	slash = w ^ ones * '\\';
	marks = ((w - ones * 0x20) | (quote - ones) | (slash - ones) | w) & high;
	return marks ? (size_t)__builtin_ctzll(marks) / 8 : 8;
}

#endif
