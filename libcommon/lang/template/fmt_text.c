#include "libcommon/lang/template/fmt_priv.h"

#include "libcommon/codec/goquote.h"
#include "libcommon/codec/unicode.h"

static const char lower_digits[] = "0123456789abcdefx", upper_digits[] = "0123456789ABCDEFX";

size_t sl_go_rune_count(struct sl_str s)
{
	size_t count = 0;
	uint32_t rune;

	for (; s.n; count++)
		s = sl_str_sub(s, sl_rune_decode(s, &rune), s.n);
	return count;
}

static void padding(struct sl_go_printer *p, size_t chars)
{
	if (p->has_width && (size_t)p->width > chars)
		sl_strbuf_addn(p->out, p->zero && !p->minus ? '0' : ' ', (size_t)p->width - chars);
}

void sl_go_pad_begin(struct sl_go_printer *p, size_t chars)
{
	if (!p->minus)
		padding(p, chars);
}

void sl_go_pad_end(struct sl_go_printer *p, size_t chars)
{
	if (p->minus)
		padding(p, chars);
}

void sl_go_pad(struct sl_go_printer *p, struct sl_str text)
{
	size_t chars = p->has_width ? sl_go_rune_count(text) : 0;

	sl_go_pad_begin(p, chars);
	sl_strbuf_adds(p->out, text);
	sl_go_pad_end(p, chars);
}

bool sl_go_print_bool(struct sl_go_printer *p, bool b, uint32_t verb)
{
	if (verb != 't' && verb != 'v')
		return false;
	sl_go_pad(p, sl_str(b ? "true" : "false"));
	return true;
}

/* The first characters of `s`, as many as the precision says. */
static struct sl_str truncated(const struct sl_go_printer *p, struct sl_str s)
{
	size_t at = 0;
	uint32_t rune;

	if (!p->has_precision)
		return s;
	for (int i = 0; i < p->precision && at < s.n; i++)
		at += sl_rune_decode(sl_str_sub(s, at, s.n), &rune);
	return sl_str_sub(s, 0, at);
}

/* Each byte as two digits; a space between them when asked for. */
static void print_bytes(struct sl_go_printer *p, struct sl_str s, const char *digits)
{
	size_t n = p->has_precision && (size_t)p->precision < s.n ? (size_t)p->precision : s.n;
	size_t width = 2 * n;

	if (!n) {
		padding(p, 0);
		return;
	}
	if (p->space)
		width = width * (p->sharp ? 2 : 1) + n - 1;
	else if (p->sharp)
		width += 2;
	sl_go_pad_begin(p, width);
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (p->space && i)
			sl_strbuf_addc(p->out, ' ');
		if (p->sharp && (p->space || !i))
			sl_strbuf_add(p->out, (const char[]){ '0', digits[16] }, 2);
		sl_strbuf_add(p->out, (const char[]){ digits[c >> 4], digits[c & 15] }, 2);
	}
	sl_go_pad_end(p, width);
}

static void print_quoted(struct sl_go_printer *p, struct sl_str s)
{
	SL_AUTO(sl_strbuf) text = SL_STRBUF_INIT(p->out->max);

	s = truncated(p, s);
	if (p->sharp && sl_can_backquote(s)) {
		sl_strbuf_addc(&text, '`');
		sl_strbuf_adds(&text, s);
		sl_strbuf_addc(&text, '`');
	} else {
		sl_strbuf_add_goquoted_as(&text, s, p->plus ? SL_GOQUOTE_ASCII : SL_GOQUOTE_PLAIN);
	}
	if (text.failed)
		p->out->failed = true;
	sl_go_pad(p, sl_strbuf_str(&text));
}

bool sl_go_print_string(struct sl_go_printer *p, struct sl_str s, uint32_t verb)
{
	switch (verb) {
	case 'v':
		if (p->sharp_v)
			print_quoted(p, s);
		else
			sl_go_pad(p, truncated(p, s));
		return true;
	case 's':
		sl_go_pad(p, truncated(p, s));
		return true;
	case 'x':
		print_bytes(p, s, lower_digits);
		return true;
	case 'X':
		print_bytes(p, s, upper_digits);
		return true;
	case 'q':
		print_quoted(p, s);
		return true;
	default:
		return false;
	}
}

void sl_go_quote(struct sl_strbuf *out, struct sl_str s)
{
	sl_strbuf_add_goquoted(out, s);
}
