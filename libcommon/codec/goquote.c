#include "libcommon/codec/goquote.h"

#include <stdint.h>

/* Ranges from U+00A1 up that Go does not print, ascending. */
static const struct {
	uint32_t from, to;
} hidden[] = {
	{ 0xad, 0xad },	    { 0x61c, 0x61c },	  { 0x1680, 0x1680 },	 { 0x180e, 0x180e },
	{ 0x2000, 0x200f }, { 0x2028, 0x202f },	  { 0x205f, 0x206f },	 { 0x3000, 0x3000 },
	{ 0xd800, 0xf8ff }, { 0xfdd0, 0xfdef },	  { 0xfeff, 0xfeff },	 { 0xfff0, 0xfffb },
	{ 0xfffe, 0xffff }, { 0xe0000, 0xe00ff }, { 0xe01f0, 0x10ffff },
};

bool sl_rune_is_printable(uint32_t c)
{
	if (c < 0xa1)
		return c >= 0x20 && c < 0x7f;
	for (size_t i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++)
		if (c >= hidden[i].from && c <= hidden[i].to)
			return false;
	return true;
}

static void add_escaped(struct sl_strbuf *b, uint32_t c)
{
	static const char letters[] = "abtnvfr"; /* U+0007 to U+000D */

	if (c >= 0x07 && c <= 0x0d)
		sl_strbuf_addf(b, "\\%c", letters[c - 7]);
	else if (c < 0x20 || c == 0x7f)
		sl_strbuf_addf(b, "\\x%02x", (unsigned)c);
	else
		sl_strbuf_addf(b, c < 0x10000 ? "\\u%04x" : "\\U%08x", (unsigned)c);
}

static bool stands_as_is(uint32_t c, unsigned flags)
{
	return sl_rune_is_printable(c) && (c < 0x80 || !(flags & SL_GOQUOTE_ASCII));
}

void sl_strbuf_add_goquoted_as(struct sl_strbuf *b, struct sl_str s, unsigned flags)
{
	char quote = flags & SL_GOQUOTE_SINGLE ? '\'' : '"';

	sl_strbuf_addc(b, quote);
	while (s.n) {
		uint32_t c = 0;
		size_t n = sl_utf8_decode(s, &c);

		if (!n)
			sl_strbuf_addf(b, "\\x%02x", (unsigned char)s.p[0]);
		else if (c == (uint32_t)quote || c == '\\')
			sl_strbuf_addf(b, "\\%c", (char)c);
		else if (stands_as_is(c, flags))
			sl_strbuf_add(b, s.p, n);
		else
			add_escaped(b, c);
		s = sl_str_sub(s, n ? n : 1, s.n);
	}
	sl_strbuf_addc(b, quote);
}

void sl_strbuf_add_goquoted(struct sl_strbuf *b, struct sl_str s)
{
	sl_strbuf_add_goquoted_as(b, s, SL_GOQUOTE_PLAIN);
}

bool sl_can_backquote(struct sl_str s)
{
	while (s.n) {
		uint32_t c = 0;
		size_t n = sl_utf8_decode(s, &c);

		if (!n || c == 0xfeff || (c < ' ' && c != '\t') || c == '`' || c == 0x7f)
			return false;
		s = sl_str_sub(s, n, s.n);
	}
	return true;
}
