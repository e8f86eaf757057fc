#include "libcommon/lang/sprig/encode.h"

#include "libcommon/codec/base64.h"
#include "libcommon/lang/sprig/call.h"

static const char base32_digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/* The value of a digit, or -1. */
typedef int (*digit_fn)(char c);

static int base64_digit(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

static int base32_digit(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	return c >= '2' && c <= '7' ? c - '2' + 26 : -1;
}

static bool is_line_end(char c)
{
	return c == '\n' || c == '\r';
}

static size_t skip_line_ends(struct sl_str s, size_t at)
{
	while (at < s.n && is_line_end(s.p[at]))
		at++;
	return at;
}

/* Behind `have` digits stands padding, at `at`: where the text is wrong, or -1. */
static ptrdiff_t check_padding(struct sl_str s, size_t at, size_t have)
{
	if (have < 2)
		return (ptrdiff_t)at;
	at++;
	if (have == 2) {
		at = skip_line_ends(s, at);
		if (at == s.n)
			return (ptrdiff_t)at;
		if (s.p[at] != '=')
			return (ptrdiff_t)at - 1;
		at++;
	}
	at = skip_line_ends(s, at);
	return at < s.n ? (ptrdiff_t)at : -1;
}

/*
 * Where base64 text is wrong, as Go's decoder counts: it reads quanta of four digits, skips line ends and
 * lets bits behind the end be. -1 when it is right.
 */
static ptrdiff_t base64_error(struct sl_str s)
{
	size_t have = 0;

	for (size_t at = 0; at < s.n; at++) {
		if (is_line_end(s.p[at]))
			continue;
		if (s.p[at] == '=')
			return check_padding(s, at, have);
		if (base64_digit(s.p[at]) < 0)
			return (ptrdiff_t)at;
		have = (have + 1) % 4;
	}
	return have ? (ptrdiff_t)(s.n - have) : -1;
}

static void add_bits(struct sl_strbuf *out, struct sl_str s, digit_fn value, unsigned width)
{
	uint32_t bits = 0;
	unsigned have = 0;

	for (size_t i = 0; i < s.n && s.p[i] != '='; i++) {
		int digit = value(s.p[i]);

		if (digit < 0)
			continue;
		bits = bits << width | (uint32_t)digit;
		have += width;
		if (have >= 8) {
			have -= 8;
			sl_strbuf_addc(out, (char)(bits >> have & 0xff));
		}
	}
}

SL_SPRIG_FN(b64enc)
{
	SL_SPRIG_BUF(out);

	sl_base64_encode(args[0].s, &out);
	return sl_sprig_text(call, &out, ret, err);
}

int sl_sprig_base64_decode(struct sl_str s, struct sl_strbuf *out, struct sl_err *err)
{
	ptrdiff_t wrong = base64_error(s);

	if (wrong >= 0)
		return sl_err_set(err, SL_ERR_INVALID, "illegal base64 data at input byte %td",
				  wrong);
	add_bits(out, s, base64_digit, 6);
	return 0;
}

/* What is wrong with the text comes out in its stead. */
SL_SPRIG_FN(b64dec)
{
	SL_SPRIG_BUF(out);
	SL_AUTO(sl_err) why = SL_ERR_INIT;

	if (sl_sprig_base64_decode(args[0].s, &out, &why) < 0)
		sl_strbuf_addz(&out, why.message);
	return sl_sprig_text(call, &out, ret, err);
}

SL_SPRIG_FN(b32enc)
{
	SL_SPRIG_BUF(out);
	uint64_t bits = 0;
	unsigned have = 0;

	for (size_t i = 0; i < args[0].s.n; i++) {
		bits = bits << 8 | (unsigned char)args[0].s.p[i];
		for (have += 8; have >= 5; have -= 5)
			sl_strbuf_addc(&out, base32_digits[bits >> (have - 5) & 31]);
	}
	if (have)
		sl_strbuf_addc(&out, base32_digits[bits << (5 - have) & 31]);
	while (out.n % 8)
		sl_strbuf_addc(&out, '=');
	return sl_sprig_text(call, &out, ret, err);
}

/* Padding begins at `at`, behind `have` digits of its quantum: where it is wrong, or -1. */
static ptrdiff_t check_padding32(struct sl_str s, size_t at, size_t have)
{
	size_t left = s.n - at - 1;

	if (left + have < 7)
		return (ptrdiff_t)s.n;
	for (size_t k = 0; k < 7 - have; k++)
		if (k < left && s.p[at + 1 + k] != '=')
			return (ptrdiff_t)(at + k);
	return have == 3 || have == 6 ? (ptrdiff_t)at : -1;
}

/* Likewise for base32, in quanta of eight digits, of text without line ends. */
static ptrdiff_t base32_error(struct sl_str s)
{
	size_t have = 0;

	for (size_t at = 0; at < s.n; at++) {
		if (s.p[at] == '=' && have >= 2 && s.n - at - 1 < 8)
			return check_padding32(s, at, have);
		if (base32_digit(s.p[at]) < 0)
			return (ptrdiff_t)at;
		have = (have + 1) % 8;
	}
	return have ? (ptrdiff_t)(s.n - have) : -1;
}

SL_SPRIG_FN(b32dec)
{
	SL_SPRIG_BUF(bare);
	SL_SPRIG_BUF(out);
	ptrdiff_t wrong;

	for (size_t i = 0; i < args[0].s.n; i++)
		if (!is_line_end(args[0].s.p[i]))
			sl_strbuf_addc(&bare, args[0].s.p[i]);
	wrong = base32_error(sl_strbuf_str(&bare));
	if (wrong >= 0)
		sl_strbuf_addf(&out, "illegal base32 data at input byte %td", wrong);
	else
		add_bits(&out, sl_strbuf_str(&bare), base32_digit, 5);
	return sl_sprig_text(call, &out, ret, err);
}

static const struct sl_go_func funcs[] = {
	{ "b32dec", b32dec, { &sl_go_string }, 1, false },
	{ "b32enc", b32enc, { &sl_go_string }, 1, false },
	{ "b64dec", b64dec, { &sl_go_string }, 1, false },
	{ "b64enc", b64enc, { &sl_go_string }, 1, false },
};
const struct sl_sprig_table sl_sprig_encode = SL_SPRIG_TABLE(funcs);
