#include "libcommon/lang/template/fmt.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "libcommon/codec/number.h"

/* A double or a float taken apart: fraction * 2^exponent, the fraction an integer. */
struct binary {
	uint64_t fraction;
	int exponent;
	int bits; /* of the fraction, without the leading one */
};

static struct binary take_apart(double f, int bits)
{
	struct binary b = { .bits = bits == 32 ? 23 : 52 };
	int smallest = bits == 32 ? -149 : -1074;
	int exponent;

	frexp(f, &exponent);
	b.exponent = exponent - 1 - b.bits;
	if (f == 0 || b.exponent < smallest)
		b.exponent = smallest;
	b.fraction = (uint64_t)ldexp(f, -b.exponent);
	return b;
}

static void put_exponent(struct sl_strbuf *out, char letter, int exponent)
{
	sl_strbuf_addc(out, letter);
	sl_strbuf_addc(out, exponent < 0 ? '-' : '+');
	sl_strbuf_addf(out, "%02d", exponent < 0 ? -exponent : exponent);
}

/* Verb b: 4503599627370496p-52. */
static void format_binary(struct sl_strbuf *out, double f, int bits)
{
	struct binary b = take_apart(f, bits);

	sl_strbuf_addf(out, "%llup%+d", (unsigned long long)b.fraction, b.exponent);
}

/* To `digits` hexadecimal digits behind the leading one at bit 60, half to even. */
static uint64_t round_hex(uint64_t fraction, int digits, int *exponent)
{
	const uint64_t below = (UINT64_C(1) << 60) - 1;
	int shift = digits * 4;
	uint64_t extra = (fraction << shift) & below;

	fraction >>= 60 - shift;
	if ((extra | (fraction & 1)) > UINT64_C(1) << 59)
		fraction++;
	fraction <<= 60 - shift;
	if (fraction & (UINT64_C(1) << 61)) {
		fraction >>= 1;
		(*exponent)++;
	}
	return fraction;
}

/* Verbs x and X: 0x1.8p+01. */
static void format_hex(struct sl_strbuf *out, double f, char verb, int precision, int bits)
{
	const char *digits = verb == 'x' ? "0123456789abcdef" : "0123456789ABCDEF";
	struct binary b = take_apart(f, bits);
	uint64_t fraction = b.fraction << (60 - b.bits);
	int exponent = f == 0 ? 0 : b.exponent + b.bits;

	while (fraction && !(fraction & (UINT64_C(1) << 60))) {
		fraction <<= 1;
		exponent--;
	}
	if (precision >= 0 && precision < 15)
		fraction = round_hex(fraction, precision, &exponent);
	sl_strbuf_addc(out, '0');
	sl_strbuf_addc(out, verb);
	sl_strbuf_addc(out, (char)('0' + ((fraction >> 60) & 1)));
	fraction <<= 4;
	if (precision > 0 || (precision < 0 && fraction))
		sl_strbuf_addc(out, '.');
	for (int i = 0; precision < 0 ? fraction != 0 : i < precision && !out->failed; i++) {
		sl_strbuf_addc(out, digits[fraction >> 60]);
		fraction <<= 4;
	}
	put_exponent(out, verb == 'x' ? 'p' : 'P', exponent);
}

static void shortest_e(struct sl_strbuf *out, const char *digits, size_t n, int point, char letter)
{
	sl_strbuf_addc(out, digits[0]);
	if (n > 1) {
		sl_strbuf_addc(out, '.');
		sl_strbuf_add(out, digits + 1, n - 1);
	}
	put_exponent(out, letter, point - 1);
}

static void shortest_f(struct sl_strbuf *out, const char *digits, size_t n, int point)
{
	size_t whole = point > 0 ? (size_t)point : 0, shown = whole < n ? whole : n;

	if (!whole)
		sl_strbuf_addc(out, '0');
	sl_strbuf_add(out, digits, shown);
	sl_strbuf_addn(out, '0', whole - shown);
	if (n <= whole)
		return;
	sl_strbuf_addc(out, '.');
	if (point < 0)
		sl_strbuf_addn(out, '0', (size_t)-point);
	sl_strbuf_add(out, digits + whole, n - whole);
}

static void format_shortest(struct sl_strbuf *out, double f, char verb, int bits)
{
	char digits[SL_NUMBER_DIGITS_MAX] = "0";
	int point = 1;
	size_t n = f == 0 ? 1 : sl_float_digits(f, bits, digits, &point);
	char kind = (char)tolower((unsigned char)verb);

	if (kind == 'g')
		kind = point - 1 < -4 || point - 1 >= 6 ? 'e' : 'f';
	if (kind == 'e')
		shortest_e(out, digits, n, point, isupper((unsigned char)verb) ? 'E' : 'e');
	else
		shortest_f(out, digits, n, point);
}

static void format_precise(struct sl_strbuf *out, double f, char verb, int precision)
{
	switch (verb) {
	case 'e':
		sl_strbuf_addf(out, "%.*e", precision, f);
		break;
	case 'E':
		sl_strbuf_addf(out, "%.*E", precision, f);
		break;
	case 'g':
		sl_strbuf_addf(out, "%.*g", precision, f);
		break;
	case 'G':
		sl_strbuf_addf(out, "%.*G", precision, f);
		break;
	default:
		sl_strbuf_addf(out, "%.*f", precision, f);
	}
}

void sl_go_format_float(struct sl_strbuf *out, double f, char verb, int precision, int bits)
{
	if (bits == 32)
		f = (double)(float)f;
	if (isnan(f) || isinf(f)) {
		sl_strbuf_addz(out, isnan(f) ? "NaN" : f > 0 ? "+Inf" : "-Inf");
		return;
	}
	if (signbit(f))
		sl_strbuf_addc(out, '-');
	f = fabs(f);
	if (verb == 'b')
		format_binary(out, f, bits);
	else if (verb == 'x' || verb == 'X')
		format_hex(out, f, verb, precision, bits);
	else if (precision < 0)
		format_shortest(out, f, verb, bits);
	else
		format_precise(out, f, verb, precision);
}
