#include "libcommon/lang/template/fmt_priv.h"

#include <string.h>

#include "libcommon/codec/goquote.h"
#include "libcommon/codec/unicode.h"

#define RUNE_MAX 0x10ffff
#define RUNE_ERROR 0xfffd

/* An integer in its parts: the digits are at the end of `buf`. */
struct integer {
	char buf[64];
	size_t n;
	char prefix[6]; /* sign and base */
	size_t prefix_n;
	size_t zeros; /* between them */
};

static void add_prefix(struct integer *d, const char *s)
{
	while (*s)
		d->prefix[d->prefix_n++] = *s++;
}

static void put_digits(struct integer *d, uint64_t u, unsigned base, bool upper)
{
	const char *digits = upper ? "0123456789ABCDEF" : "0123456789abcdef";

	d->n = 0;
	do {
		d->buf[sizeof(d->buf) - ++d->n] = digits[u % base];
		u /= base;
	} while (u);
}

static char first_digit(const struct integer *d)
{
	return d->zeros ? '0' : d->buf[sizeof(d->buf) - d->n];
}

static void put_base(const struct sl_go_printer *p, struct integer *d, unsigned base, uint32_t verb)
{
	if (verb == 'O')
		add_prefix(d, "0o");
	if (!p->sharp)
		return;
	if (base == 2)
		add_prefix(d, "0b");
	else if (base == 16)
		add_prefix(d, verb == 'X' ? "0X" : "0x");
	else if (base == 8 && first_digit(d) != '0')
		add_prefix(d, "0");
}

/* Zeros never stand where padding would: a width with flag 0 asks for digits. */
static size_t wanted_digits(const struct sl_go_printer *p, bool negative)
{
	if (p->has_precision)
		return (size_t)p->precision;
	if (!p->zero || p->minus || !p->has_width)
		return 0;
	return p->width && (negative || p->plus || p->space) ? (size_t)p->width - 1
							     : (size_t)p->width;
}

static void put_integer(struct sl_go_printer *p, uint64_t u, unsigned base, bool is_signed,
			uint32_t verb)
{
	struct integer d = { .n = 0 };
	bool negative = is_signed && (int64_t)u < 0, zero = p->zero;
	size_t wanted = wanted_digits(p, negative), all;

	p->zero = false;
	if (p->has_precision && !p->precision && !u) {
		sl_strbuf_addn(p->out, ' ', p->has_width ? (size_t)p->width : 0);
		p->zero = zero;
		return;
	}
	put_digits(&d, negative ? -u : u, base, verb == 'X');
	d.zeros = wanted > d.n ? wanted - d.n : 0;
	if (negative || p->plus || p->space)
		add_prefix(&d, negative ? "-" : p->plus ? "+" : " ");
	put_base(p, &d, base, verb);
	all = d.prefix_n + d.zeros + d.n;
	sl_go_pad_begin(p, all);
	sl_strbuf_add(p->out, d.prefix, d.prefix_n);
	sl_strbuf_addn(p->out, '0', d.zeros);
	sl_strbuf_add(p->out, d.buf + sizeof(d.buf) - d.n, d.n);
	sl_go_pad_end(p, all);
	p->zero = zero;
}

void sl_go_print_hex(struct sl_go_printer *p, uint64_t u, bool prefix)
{
	bool sharp = p->sharp;

	p->sharp = prefix;
	put_integer(p, u, 16, false, 'v');
	p->sharp = sharp;
}

static struct sl_str encode(uint64_t u, char bytes[4])
{
	uint32_t rune = u > RUNE_MAX || (u >= 0xd800 && u < 0xe000) ? RUNE_ERROR : (uint32_t)u;

	return (struct sl_str){ bytes, sl_rune_encode(rune, bytes) };
}

static void put_char_quoted(struct sl_go_printer *p, uint64_t u)
{
	SL_AUTO(sl_strbuf) text = SL_STRBUF_INIT(32);
	char bytes[4];

	sl_strbuf_add_goquoted_as(&text, encode(u, bytes),
				  SL_GOQUOTE_SINGLE | (p->plus ? SL_GOQUOTE_ASCII : 0u));
	sl_go_pad(p, sl_strbuf_str(&text));
}

/* U+0078, or U+0078 'x'. */
static void put_code_point(struct sl_go_printer *p, uint64_t u)
{
	SL_AUTO(sl_strbuf) text = SL_STRBUF_INIT(SL_GO_FMT_NUMBER_MAX + 64);
	size_t wanted = p->has_precision && p->precision > 4 ? (size_t)p->precision : 4;
	struct integer d = { .n = 0 };
	bool zero = p->zero;

	put_digits(&d, u, 16, true);
	sl_strbuf_addz(&text, "U+");
	sl_strbuf_addn(&text, '0', wanted > d.n ? wanted - d.n : 0);
	sl_strbuf_add(&text, d.buf + sizeof(d.buf) - d.n, d.n);
	if (p->sharp && u <= RUNE_MAX && sl_rune_is_printable((uint32_t)u)) {
		char bytes[4];

		sl_strbuf_addz(&text, " '");
		sl_strbuf_adds(&text, encode(u, bytes));
		sl_strbuf_addc(&text, '\'');
	}
	p->zero = false;
	sl_go_pad(p, sl_strbuf_str(&text));
	p->zero = zero;
}

bool sl_go_print_integer(struct sl_go_printer *p, uint64_t u, bool is_signed, uint32_t verb)
{
	char bytes[4];

	switch (verb) {
	case 'v':
		if (p->sharp_v && !is_signed)
			sl_go_print_hex(p, u, true);
		else
			put_integer(p, u, 10, is_signed, verb);
		return true;
	case 'd':
		put_integer(p, u, 10, is_signed, verb);
		return true;
	case 'b':
		put_integer(p, u, 2, is_signed, verb);
		return true;
	case 'o':
	case 'O':
		put_integer(p, u, 8, is_signed, verb);
		return true;
	case 'x':
	case 'X':
		put_integer(p, u, 16, is_signed, verb);
		return true;
	case 'c':
		sl_go_pad(p, encode(u, bytes));
		return true;
	case 'q':
		put_char_quoted(p, u);
		return true;
	case 'U':
		put_code_point(p, u);
		return true;
	default:
		return false;
	}
}

/*
 * Flag # gives a number its point and the zeros behind it: verbs of form g, and x, have as many digits as
 * the precision says, 6 without one. `text` begins with a sign.
 */
static void restore_zeros(struct sl_strbuf *text, char verb, int precision)
{
	bool counts = verb == 'g' || verb == 'G' || verb == 'x', hex = verb == 'x' || verb == 'X';
	int missing = !counts ? 0 : precision < 0 ? 6 : precision;
	bool point = false, nonzero = false;
	char tail[16];
	size_t i = 1, tail_n;

	for (; i < text->n; i++) {
		char c = text->p[i];

		if (c == 'p' || c == 'P' || (!hex && (c == 'e' || c == 'E')))
			break;
		point = point || c == '.';
		nonzero = nonzero || (c != '.' && c != '0');
		if (nonzero && c != '.')
			missing--;
	}
	tail_n = text->n - i < sizeof(tail) ? text->n - i : sizeof(tail);
	memcpy(tail, text->p + i, tail_n);
	sl_strbuf_truncate(text, i);
	if (!point) {
		if (text->n == 2 && text->p[1] == '0')
			missing--;
		sl_strbuf_addc(text, '.');
	}
	sl_strbuf_addn(text, '0', missing > 0 ? (size_t)missing : 0);
	sl_strbuf_add(text, tail, tail_n);
}

/* `text` begins with a sign, which is shown if it is a minus or was asked for. */
static void put_signed(struct sl_go_printer *p, struct sl_str text)
{
	if (text.p[0] == '+' && !p->plus) {
		sl_go_pad(p, sl_str_sub(text, 1, text.n));
		return;
	}
	if (!p->zero || p->minus || !p->has_width || (size_t)p->width <= text.n) {
		sl_go_pad(p, text);
		return;
	}
	sl_strbuf_addc(p->out, text.p[0]);
	sl_strbuf_addn(p->out, '0', (size_t)p->width - text.n);
	sl_strbuf_add(p->out, text.p + 1, text.n - 1);
}

static void put_float(struct sl_go_printer *p, double f, int bits, char verb, int precision)
{
	SL_AUTO(sl_strbuf) text = SL_STRBUF_INIT(2 * SL_GO_FMT_NUMBER_MAX + 1024);
	struct sl_str shown;
	bool zero = p->zero;

	if (p->has_precision)
		precision = p->precision;
	sl_strbuf_addc(&text, '+');
	sl_go_format_float(&text, f, verb, precision, bits);
	if (text.p[1] == '-' || text.p[1] == '+')
		sl_strbuf_consume(&text, 1);
	if (p->space && text.p[0] == '+' && !p->plus)
		text.p[0] = ' ';
	shown = sl_strbuf_str(&text);
	if (shown.p[1] == 'I' || shown.p[1] == 'N') {
		if (shown.p[1] == 'N' && !p->space && !p->plus)
			shown = sl_str_sub(shown, 1, shown.n);
		p->zero = false;
		sl_go_pad(p, shown);
		p->zero = zero;
		return;
	}
	if (p->sharp && verb != 'b')
		restore_zeros(&text, verb, precision);
	put_signed(p, sl_strbuf_str(&text));
}

bool sl_go_print_float(struct sl_go_printer *p, double f, int bits, uint32_t verb)
{
	switch (verb) {
	case 'v':
		put_float(p, f, bits, 'g', -1);
		return true;
	case 'b':
	case 'g':
	case 'G':
	case 'x':
	case 'X':
		put_float(p, f, bits, (char)verb, -1);
		return true;
	case 'f':
	case 'e':
	case 'E':
		put_float(p, f, bits, (char)verb, 6);
		return true;
	case 'F':
		put_float(p, f, bits, 'f', 6);
		return true;
	default:
		return false;
	}
}
