#include "libcommon/lang/sprig/decimal.h"

#include <math.h>
#include <string.h>

#include "libcommon/base/strbuf.h"
#include "libcommon/codec/gonumber.h"
#include "libcommon/codec/number.h"

static int check_digits(uint64_t digits, struct sl_err *err)
{
	if (digits <= SL_DECIMAL_DIGITS_MAX)
		return 0;
	return sl_err_set(err, SL_ERR_TOO_LARGE, "the number has more than %d digits",
			  SL_DECIMAL_DIGITS_MAX);
}

/* `digits` may begin with zeros. */
static struct sl_decimal make(const uint8_t *digits, size_t n, int64_t exponent, bool negative)
{
	while (n && !*digits) {
		digits++;
		n--;
	}
	return (struct sl_decimal){ digits, n, n ? exponent : 0, n && negative };
}

int sl_decimal_from_float(struct sl_arena *a, double f, struct sl_decimal *ret, struct sl_err *err)
{
	char text[SL_NUMBER_DIGITS_MAX];
	uint8_t *digits;
	int point = 0;
	size_t n;

	if (isnan(f) || isinf(f))
		return sl_err_set(err, SL_ERR_INVALID, "Cannot create a Decimal from %s",
				  isnan(f) ? "NaN"
				  : f > 0  ? "+Inf"
					   : "-Inf");
	n = f == 0 ? 0 : sl_float_digits(fabs(f), 64, text, &point);
	digits = sl_arena_array(a, n + 1, 1);
	for (size_t i = 0; i < n; i++)
		digits[i] = (uint8_t)(text[i] - '0');
	*ret = make(digits, n, point - (int64_t)n, f < 0);
	return 0;
}

double sl_decimal_to_float(struct sl_arena *a, const struct sl_decimal *d)
{
	char *digits = sl_arena_array(a, d->n + 1, 1);
	double f;

	for (size_t i = 0; i < d->n; i++)
		digits[i] = (char)('0' + d->digits[i]);
	(void)sl_go_parse_float(sl_str(sl_arena_printf(a, "%s0%se%lld", d->negative ? "-" : "",
						       digits, (long long)d->exponent)),
				&f);
	return f;
}

/* `d` written with the exponent `to`, which is not above its own. */
static int rescale(struct sl_arena *a, const struct sl_decimal *d, int64_t to,
		   struct sl_decimal *ret, struct sl_err *err)
{
	uint64_t more = d->n ? (uint64_t)(d->exponent - to) : 0;
	int r = check_digits(d->n + more, err);
	uint8_t *digits;

	if (r)
		return r;
	digits = sl_arena_array(a, d->n + more + 1, 1);
	memcpy(digits, d->digits, d->n);
	*ret = make(digits, d->n + more, to, d->negative);
	return 0;
}

/* Of digits alone. */
static int compare(const struct sl_decimal *x, const struct sl_decimal *y)
{
	if (x->n != y->n)
		return x->n < y->n ? -1 : 1;
	return x->n ? memcmp(x->digits, y->digits, x->n) : 0;
}

static unsigned digit_from_end(const struct sl_decimal *d, size_t i)
{
	return i < d->n ? d->digits[d->n - 1 - i] : 0;
}

/* x + y, or x - y where x is not the smaller one; signs and exponents left out. */
static struct sl_decimal combine(struct sl_arena *a, const struct sl_decimal *x,
				 const struct sl_decimal *y, bool subtract)
{
	size_t n = (x->n > y->n ? x->n : y->n) + 1;
	uint8_t *digits = sl_arena_array(a, n, 1);
	unsigned carry = 0;

	for (size_t i = 0; i < n; i++) {
		unsigned dx = digit_from_end(x, i), dy = digit_from_end(y, i) + carry;

		carry = subtract ? dx < dy : dx + dy >= 10;
		digits[n - 1 - i] = (uint8_t)((subtract ? dx + 10 - dy : dx + dy) % 10);
	}
	return make(digits, n, x->exponent, false);
}

int sl_decimal_add(struct sl_arena *a, const struct sl_decimal *x, const struct sl_decimal *y,
		   struct sl_decimal *ret, struct sl_err *err)
{
	int64_t exponent;
	struct sl_decimal sx, sy;
	bool x_larger, negative;
	int r;

	if (!x->n || !y->n) {
		*ret = x->n ? *x : *y;
		return 0;
	}
	exponent = x->exponent < y->exponent ? x->exponent : y->exponent;
	r = rescale(a, x, exponent, &sx, err);
	if (!r)
		r = rescale(a, y, exponent, &sy, err);
	if (r)
		return r;
	x_larger = compare(&sx, &sy) >= 0;
	negative = x_larger ? x->negative : y->negative;
	*ret = x_larger ? combine(a, &sx, &sy, sx.negative != sy.negative)
			: combine(a, &sy, &sx, sx.negative != sy.negative);
	ret->negative = ret->n && negative;
	return 0;
}

int sl_decimal_subtract(struct sl_arena *a, const struct sl_decimal *x, const struct sl_decimal *y,
			struct sl_decimal *ret, struct sl_err *err)
{
	struct sl_decimal minus = *y;

	minus.negative = y->n && !y->negative;
	return sl_decimal_add(a, x, &minus, ret, err);
}

int sl_decimal_multiply(struct sl_arena *a, const struct sl_decimal *x, const struct sl_decimal *y,
			struct sl_decimal *ret, struct sl_err *err)
{
	size_t n = x->n + y->n;
	int r = check_digits(n, err);
	uint8_t *digits;

	if (r)
		return r;
	digits = sl_arena_array(a, n + 1, 1);
	for (size_t i = x->n; i-- > 0;) {
		unsigned carry = 0;

		for (size_t j = y->n; j-- > 0;) {
			carry += digits[i + j + 1] + (unsigned)x->digits[i] * y->digits[j];
			digits[i + j + 1] = (uint8_t)(carry % 10);
			carry /= 10;
		}
		digits[i] = (uint8_t)carry;
	}
	*ret = make(digits, n, x->exponent + y->exponent, x->negative != y->negative);
	return 0;
}

/* `left`, which has room for one digit more, is a remainder: take `by` away as often as it goes. */
static uint8_t take_away(uint8_t *left, const struct sl_decimal *by)
{
	uint8_t times = 0;

	for (;;) {
		unsigned borrow = 0;

		if (!left[0] && memcmp(left + 1, by->digits, by->n) < 0)
			return times;
		for (size_t i = by->n; i-- > 0;) {
			unsigned take = by->digits[i] + borrow;

			borrow = left[i + 1] < take;
			left[i + 1] = (uint8_t)(left[i + 1] + 10 * borrow - take);
		}
		left[0] = (uint8_t)(left[0] - borrow);
		times++;
	}
}

/* Whether twice the remainder is at least the divisor. */
static bool is_half(struct sl_arena *a, const uint8_t *left, const struct sl_decimal *by)
{
	struct sl_decimal rest = make(left, by->n + 1, 0, false);
	struct sl_decimal twice = combine(a, &rest, &rest, false);

	return compare(&twice, by) >= 0;
}

/* Digits of x / y, both without exponents, by hand: one digit of x at a time. */
static struct sl_decimal divide_digits(struct sl_arena *a, const struct sl_decimal *x,
				       const struct sl_decimal *y)
{
	static const uint8_t one[] = { 1 };
	uint8_t *left = sl_arena_array(a, y->n + 1, 1), *digits = sl_arena_array(a, x->n + 1, 1);
	struct sl_decimal quotient, unit = make(one, 1, 0, false);

	for (size_t i = 0; i < x->n; i++) {
		memmove(left, left + 1, y->n);
		left[y->n] = x->digits[i];
		digits[i] = take_away(left, y);
	}
	quotient = make(digits, x->n, 0, false);
	return is_half(a, left, y) ? combine(a, &quotient, &unit, false) : quotient;
}

int sl_decimal_divide(struct sl_arena *a, const struct sl_decimal *x, const struct sl_decimal *y,
		      struct sl_decimal *ret, struct sl_err *err)
{
	int64_t shift = x->exponent - y->exponent + SL_DECIMAL_DIVISION_DIGITS;
	struct sl_decimal dividend = *x, divisor = *y, quotient;
	int r;

	if (!y->n)
		return sl_err_set(err, SL_ERR_INVALID, "decimal division by 0");
	dividend.exponent = divisor.exponent = 0;
	if (shift < 0)
		r = rescale(a, y, y->exponent + shift, &divisor, err);
	else
		r = rescale(a, x, x->exponent - shift, &dividend, err);
	if (r)
		return r;
	quotient = divide_digits(a, &dividend, &divisor);
	*ret = make(quotient.digits, quotient.n, -SL_DECIMAL_DIVISION_DIGITS,
		    x->negative != y->negative);
	return 0;
}
