/*
 * Classes of ASCII characters, whatever the locale is: what <ctype.h> would say in "C", without its trap of
 * negative characters. They take bytes and code points alike; what is not ASCII is in no class. And hex
 * digits, both ways.
 *
 * Thread rule: pure functions.
 */
#ifndef LIBCOMMON_BASE_ASCII_H
#define LIBCOMMON_BASE_ASCII_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static inline bool sl_is_digit(uint32_t c)
{
	return c >= '0' && c <= '9';
}

static inline bool sl_is_alpha(uint32_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static inline bool sl_is_alnum(uint32_t c)
{
	return sl_is_alpha(c) || sl_is_digit(c);
}

static inline bool sl_is_hex(uint32_t c)
{
	return sl_is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* Of a hex digit of either case; -1 for anything else. */
static inline int sl_hex_value(uint32_t c)
{
	if (sl_is_digit(c))
		return (int)(c - '0');
	return sl_is_hex(c) ? (int)((c | 0x20) - 'a' + 10) : -1;
}

/* Two lower-case hex digits for each byte, without a NUL. Returns their end. */
static inline char *sl_put_hex(char *to, const uint8_t *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		*to++ = "0123456789abcdef"[bytes[i] >> 4];
		*to++ = "0123456789abcdef"[bytes[i] & 15];
	}
	return to;
}

#endif
