/*
 * Classes of ASCII characters, whatever the locale is: what <ctype.h> would say in "C", without its trap of
 * negative characters. They take bytes and code points alike; what is not ASCII is in no class.
 *
 * Thread rule: pure functions.
 */
#ifndef LIBCOMMON_BASE_ASCII_H
#define LIBCOMMON_BASE_ASCII_H

#include <stdbool.h>
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

#endif
