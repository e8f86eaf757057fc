#include <string.h>

#include "libcommon/base/ascii.h"
#include "libcommon/codec/goquote.h"
#include "libcommon/codec/unicode.h"

bool sl_go_unquote_char(struct sl_str *s, char quote, uint32_t *ret_rune, bool *ret_byte)
{
	static const char from[] = "abfnrtv\\", to[] = "\a\b\f\n\r\t\v\\";
	const char *simple;
	size_t digits = 0;
	unsigned base = 16;
	char c;

	*ret_byte = false;
	if (!s->n || s->p[0] == quote)
		return false;
	if (s->p[0] != '\\') {
		*s = sl_str_sub(*s, sl_rune_decode(*s, ret_rune), s->n);
		return true;
	}
	if (s->n < 2)
		return false;
	c = s->p[1];
	*s = sl_str_sub(*s, 2, s->n);
	simple = c ? strchr(from, c) : NULL;
	*ret_rune = simple ? (uint32_t)to[simple - from] : (uint32_t)(unsigned char)c;
	if (simple || (c == quote && (c == '"' || c == '\'')))
		return true;
	digits = c == 'x' ? 2 : c == 'u' ? 4 : c == 'U' ? 8 : 0;
	*ret_byte = c == 'x';
	if (c >= '0' && c <= '7') {
		*ret_byte = true;
		base = 8;
		digits = 3;
		*s = (struct sl_str){ s->p - 1, s->n + 1 };
	}
	if (!digits || s->n < digits)
		return false;
	*ret_rune = 0;
	for (size_t i = 0; i < digits; i++) {
		int digit = sl_hex_value(s->p[i]);

		if (digit < 0 || (unsigned)digit >= base)
			return false;
		*ret_rune = *ret_rune * base + (unsigned)digit;
	}
	*s = sl_str_sub(*s, digits, s->n);
	if (*ret_byte)
		return *ret_rune <= 0xff;
	return *ret_rune <= 0x10ffff && (*ret_rune < 0xd800 || *ret_rune > 0xdfff);
}
