#include "libcommon/codec/number.h"

#include <ctype.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* A positive decimal 0.d1d2d3… * 10^point without leading and trailing zeros; n is 0 for zero. */
struct decimal {
	char digits[SL_NUMBER_DIGITS_MAX];
	size_t n;
	int point;
};

/* Fill `d` from printf's "d.ddde±XX" form with `digits` significant digits. */
static void decimal_of(double f, int digits, struct decimal *d)
{
	char text[48];
	const char *p = text;
	int exponent = 0;
	bool negative;

	snprintf(text, sizeof(text), "%.*e", digits - 1, f);
	d->n = 0;
	for (; *p != 'e'; p++)
		if (isdigit((unsigned char)*p))
			d->digits[d->n++] = *p;
	negative = p[1] == '-';
	for (p += 2; *p; p++)
		exponent = exponent * 10 + (*p - '0');
	d->point = (negative ? -exponent : exponent) + 1;
	while (d->n > 1 && d->digits[d->n - 1] == '0')
		d->n--;
}

/* What the decimal means; past the range, infinity. */
static double read_back(const struct decimal *d)
{
	char text[48];
	double back;
	int n = snprintf(text, sizeof(text), "%.*se%d", (int)d->n, d->digits, d->point - (int)d->n);

	return sl_str_to_double((struct sl_str){ text, (size_t)n }, &back) ? back : INFINITY;
}

static bool reads_back(const struct decimal *d, double f)
{
	return read_back(d) == f;
}

static bool reads_back32(const struct decimal *d, double f)
{
	return (double)(float)read_back(d) == f;
}

/* The next decimal up with as many digits. A carry out of the front is not worth a try. */
static bool next_up(struct decimal *d, size_t digits)
{
	while (d->n < digits)
		d->digits[d->n++] = '0';
	for (size_t i = digits; i-- > 0;) {
		if (d->digits[i] != '9') {
			d->digits[i]++;
			return true;
		}
		d->digits[i] = '0';
	}
	return false;
}

/* Whole numbers of at most 15 digits, as most floats of YAML are: no shorter decimal reads back. */
static bool take_whole(double f, struct decimal *d)
{
	uint64_t u = f >= 1 && f < 1e15 ? (uint64_t)f : 0;
	size_t zeros = 0;

	if (!u || (double)u != f)
		return false;
	for (; u % 10 == 0; u /= 10)
		zeros++;
	d->n = 0;
	for (uint64_t rest = u; rest; rest /= 10)
		d->n++;
	d->point = (int)(d->n + zeros);
	for (size_t i = d->n; i-- > 0; u /= 10)
		d->digits[i] = (char)('0' + u % 10);
	return true;
}

/*
 * Any decimal of up to 15 digits survives a double and back, so the form with 15 digits, when it
 * reads back, is the shortest once its trailing zeros are gone. Denormals have fewer digits and
 * are tried from 1. The gap below a power of two is half of that above: there the nearest
 * decimal of 16 digits may lie outside the interval that reads back while its neighbour is inside.
 */
static void shortest(double f, struct decimal *d)
{
	int first = f < 2.2250738585072014e-308 ? 1 : 15;

	if (take_whole(f, d))
		return;
	for (int digits = first; digits < 17; digits++) {
		decimal_of(f, digits, d);
		if (reads_back(d, f))
			return;
		if (digits == 16 && next_up(d, 16) && reads_back(d, f))
			return;
	}
	decimal_of(f, 17, d);
}

/* Fewer than ten digits tell any two floats apart. */
static void shortest32(double f, struct decimal *d)
{
	for (int digits = 1; digits < 9; digits++) {
		decimal_of(f, digits, d);
		if (reads_back32(d, f))
			return;
	}
	decimal_of(f, 9, d);
}

size_t sl_float_digits(double f, int bits, char ret_digits[SL_NUMBER_DIGITS_MAX], int *ret_point)
{
	struct decimal d;

	if (bits == 32)
		shortest32(f, &d);
	else
		shortest(f, &d);
	memcpy(ret_digits, d.digits, d.n);
	*ret_point = d.point;
	return d.n;
}

static size_t put_exponent(const struct decimal *d, enum sl_float_form form, char *out)
{
	int exponent = d->point - 1, size = exponent < 0 ? -exponent : exponent;
	size_t n = 0;

	out[n++] = d->digits[0];
	if (d->n > 1) {
		out[n++] = '.';
		memcpy(out + n, d->digits + 1, d->n - 1);
		n += d->n - 1;
	}
	out[n++] = 'e';
	out[n++] = exponent < 0 ? '-' : '+';
	/* encoding/json turns e-09 into e-9, and nothing else. */
	if (size >= 100)
		out[n++] = (char)('0' + size / 100);
	if (size >= 10 || form != SL_FLOAT_JSON || exponent >= 0)
		out[n++] = (char)('0' + size / 10 % 10);
	out[n++] = (char)('0' + size % 10);
	return n;
}

static size_t put_plain(const struct decimal *d, char *out)
{
	size_t n = 0, whole = d->point > 0 ? (size_t)d->point : 0;

	if (!whole)
		out[n++] = '0';
	for (size_t i = 0; i < whole; i++)
		out[n++] = i < d->n ? d->digits[i] : '0';
	if (d->n <= whole)
		return n;
	out[n++] = '.';
	for (int i = d->point; i < 0; i++)
		out[n++] = '0';
	memcpy(out + n, d->digits + whole, d->n - whole);
	return n + d->n - whole;
}

static bool wants_exponent(const struct decimal *d, enum sl_float_form form)
{
	static const struct {
		int below, from; /* the exponent form is used outside [below, from) */
	} ranges[] = {
		[SL_FLOAT_JSON] = { -6, 21 },
		[SL_FLOAT_G] = { -4, 6 },
		[SL_FLOAT_G32] = { -4, 6 },
		[SL_FLOAT_F] = { -400, 400 },
	};

	return d->point - 1 < ranges[form].below || d->point - 1 >= ranges[form].from;
}

struct sl_str sl_float_text(double f, enum sl_float_form form, char buf[SL_NUMBER_TEXT_MAX])
{
	struct decimal d;
	size_t n = 0;

	if (form == SL_FLOAT_G32)
		f = (double)(float)f;
	if (isnan(f) || isinf(f))
		return sl_str(isnan(f) ? "NaN" : f > 0 ? "+Inf" : "-Inf");
	if (signbit(f))
		buf[n++] = '-';
	f = fabs(f);
	if (f == 0) {
		buf[n++] = '0';
		return (struct sl_str){ buf, n };
	}
	if (form == SL_FLOAT_G32)
		shortest32(f, &d);
	else
		shortest(f, &d);
	if (wants_exponent(&d, form))
		n += put_exponent(&d, form, buf + n);
	else
		n += put_plain(&d, buf + n);
	return (struct sl_str){ buf, n };
}

static size_t skip_digits(struct sl_str s, size_t at)
{
	while (at < s.n && isdigit((unsigned char)s.p[at]))
		at++;
	return at;
}

bool sl_number_is_literal(struct sl_str s, bool *ret_integer)
{
	size_t at = s.n && s.p[0] == '-' ? 1 : 0, from = at;

	at = skip_digits(s, at);
	if (at == from || (s.p[from] == '0' && at > from + 1))
		return false;
	*ret_integer = at == s.n;
	if (at < s.n && s.p[at] == '.') {
		from = ++at;
		at = skip_digits(s, at);
		if (at == from)
			return false;
	}
	if (at < s.n && (s.p[at] == 'e' || s.p[at] == 'E')) {
		at++;
		if (at < s.n && (s.p[at] == '+' || s.p[at] == '-'))
			at++;
		from = at;
		at = skip_digits(s, at);
		if (at == from)
			return false;
	}
	return at == s.n;
}

/* A literal taken apart: significant digits `whole` then `fraction`, scaled by a power of ten. */
struct parts {
	bool negative;
	struct sl_str whole, fraction; /* without the zeros that do not count */
	int64_t point;		       /* exponent of the digit before `whole`'s first */
	size_t n;		       /* digits in both */
};

static char digit_at(const struct parts *p, size_t i)
{
	return i < p->whole.n ? p->whole.p[i] : p->fraction.p[i - p->whole.n];
}

static struct parts take_apart(struct sl_str s)
{
	const int64_t far = 1LL << 40; /* beyond it exponents are all the same to us */
	struct parts p = { .negative = sl_str_cut_prefix(&s, SL_STR("-")) };
	ptrdiff_t e = sl_str_chr(s, 'e') >= 0 ? sl_str_chr(s, 'e') : sl_str_chr(s, 'E');
	struct sl_str exponent = e < 0 ? SL_STR("0") : sl_str_sub(s, (size_t)e + 1, s.n);
	ptrdiff_t dot;
	int64_t scale;

	s = e < 0 ? s : sl_str_sub(s, 0, (size_t)e);
	sl_str_cut_prefix(&exponent, SL_STR("+"));
	if (!sl_str_to_i64(exponent, -far, far, &scale))
		scale = exponent.p[0] == '-' ? -far : far;
	dot = sl_str_chr(s, '.');
	p.whole = dot < 0 ? s : sl_str_sub(s, 0, (size_t)dot);
	p.fraction = dot < 0 ? SL_STR_NULL : sl_str_sub(s, (size_t)dot + 1, s.n);
	while (p.fraction.n && p.fraction.p[p.fraction.n - 1] == '0')
		p.fraction.n--;
	while (p.whole.n && p.whole.p[0] == '0')
		p.whole = sl_str_sub(p.whole, 1, p.whole.n);
	p.point = scale + (int64_t)p.whole.n;
	while (!p.whole.n && p.fraction.n && p.fraction.p[0] == '0') {
		p.fraction = sl_str_sub(p.fraction, 1, p.fraction.n);
		p.point--;
	}
	while (!p.fraction.n && p.whole.n && p.whole.p[p.whole.n - 1] == '0')
		p.whole.n--;
	p.n = p.whole.n + p.fraction.n;
	return p;
}

bool sl_number_equal(struct sl_str x, struct sl_str y)
{
	struct parts a = take_apart(x), b = take_apart(y);

	if (!a.n || !b.n)
		return a.n == b.n;
	if (a.n != b.n || a.point != b.point || a.negative != b.negative)
		return false;
	for (size_t i = 0; i < a.n; i++)
		if (digit_at(&a, i) != digit_at(&b, i))
			return false;
	return true;
}
