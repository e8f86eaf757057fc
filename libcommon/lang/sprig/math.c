#include "libcommon/lang/sprig/cast.h"

#include <math.h>

/* Go's integers wrap around. */
static int64_t add_wrapping(int64_t x, int64_t y)
{
	return (int64_t)((uint64_t)x + (uint64_t)y);
}

static int64_t multiply_wrapping(int64_t x, int64_t y)
{
	return (int64_t)((uint64_t)x * (uint64_t)y);
}

SL_SPRIG_FN(add)
{
	int64_t sum = 0;

	for (size_t i = 0; i < n; i++)
		sum = add_wrapping(sum, sl_sprig_int(args[i]));
	*ret = sl_goval_int64(sum);
	return 0;
}

SL_SPRIG_FN(add1)
{
	*ret = sl_goval_int64(add_wrapping(sl_sprig_int(args[0]), 1));
	return 0;
}

SL_SPRIG_FN(sub)
{
	int64_t y = sl_sprig_int(args[1]);

	*ret = sl_goval_int64((int64_t)((uint64_t)sl_sprig_int(args[0]) - (uint64_t)y));
	return 0;
}

SL_SPRIG_FN(mul)
{
	int64_t product = sl_sprig_int(args[0]);

	for (size_t i = 1; i < n; i++)
		product = multiply_wrapping(product, sl_sprig_int(args[i]));
	*ret = sl_goval_int64(product);
	return 0;
}

static int division_panic(struct sl_err *err)
{
	return sl_err_set(err, SL_ERR_INVALID, "runtime error: integer divide by zero");
}

/* -1 is told apart: the smallest int64 divided by it does not fit, and a processor traps. */
SL_SPRIG_FN(div_)
{
	int64_t x = sl_sprig_int(args[0]), y = sl_sprig_int(args[1]);

	if (!y)
		return division_panic(err);
	*ret = sl_goval_int64(y == -1 ? multiply_wrapping(x, -1) : x / y);
	return 0;
}

SL_SPRIG_FN(mod)
{
	int64_t x = sl_sprig_int(args[0]), y = sl_sprig_int(args[1]);

	if (!y)
		return division_panic(err);
	*ret = sl_goval_int64(y == -1 ? 0 : x % y);
	return 0;
}

SL_SPRIG_FN(max)
{
	int64_t best = sl_sprig_int(args[0]);

	for (size_t i = 1; i < n; i++) {
		int64_t x = sl_sprig_int(args[i]);

		best = x > best ? x : best;
	}
	*ret = sl_goval_int64(best);
	return 0;
}

SL_SPRIG_FN(min)
{
	int64_t best = sl_sprig_int(args[0]);

	for (size_t i = 1; i < n; i++) {
		int64_t x = sl_sprig_int(args[i]);

		best = x < best ? x : best;
	}
	*ret = sl_goval_int64(best);
	return 0;
}

/* As Go's math.Max: NaN wins over all but +Inf, and 0 is more than -0. C's fmax leaves both open. */
static double larger(double x, double y)
{
	if (isinf(x) && x > 0)
		return x;
	if (isinf(y) && y > 0)
		return y;
	if (isnan(x) || isnan(y))
		return NAN;
	if (x == 0 && y == 0)
		return signbit(x) ? y : x;
	return x > y ? x : y;
}

static double smaller(double x, double y)
{
	return -larger(-x, -y);
}

SL_SPRIG_FN(maxf)
{
	double best = sl_sprig_float(args[0]);

	for (size_t i = 1; i < n; i++)
		best = larger(best, sl_sprig_float(args[i]));
	*ret = sl_goval_float(best);
	return 0;
}

SL_SPRIG_FN(minf)
{
	double best = sl_sprig_float(args[0]);

	for (size_t i = 1; i < n; i++)
		best = smaller(best, sl_sprig_float(args[i]));
	*ret = sl_goval_float(best);
	return 0;
}

SL_SPRIG_FN(ceil_)
{
	*ret = sl_goval_float(ceil(sl_sprig_float(args[0])));
	return 0;
}

SL_SPRIG_FN(floor_)
{
	*ret = sl_goval_float(floor(sl_sprig_float(args[0])));
	return 0;
}

/*
 * math.Pow(10, n) of Go, which multiplies where C's pow() looks up: they differ in the last bit. Fractions
 * are kept within [0.5, 1), exponents apart.
 */
static double power_of_ten(int64_t n)
{
	double result = 1, x = 0.625;
	int exponent = 0, at = 4;

	for (uint64_t i = n < 0 ? 0 - (uint64_t)n : (uint64_t)n; i; i >>= 1) {
		if (at > 1 << 12)
			return n < 0 ? 0 : INFINITY;
		if (i & 1) {
			result *= x;
			exponent += at;
		}
		x *= x;
		at <<= 1;
		if (x < .5) {
			x += x;
			at--;
		}
	}
	return n < 0 ? ldexp(1 / result, -exponent) : ldexp(result, exponent);
}

/* `round 1.25 1`, and from which fraction on it goes up. */
SL_SPRIG_FN(round_)
{
	double on = n > 2 ? args[2].f : .5, power = power_of_ten(args[1].i);
	double digit = power * sl_sprig_float(args[0]), whole;

	digit = modf(digit, &whole) >= on ? ceil(digit) : floor(digit);
	*ret = sl_goval_float(digit / power);
	return 0;
}

static const struct sl_go_func funcs[] = {
	{ "add", add, { &sl_go_any }, 1, true },
	{ "add1", add1, { &sl_go_any }, 1, false },
	{ "biggest", max, { &sl_go_any, &sl_go_any }, 2, true },
	{ "ceil", ceil_, { &sl_go_any }, 1, false },
	{ "div", div_, { &sl_go_any, &sl_go_any }, 2, false },
	{ "floor", floor_, { &sl_go_any }, 1, false },
	{ "max", max, { &sl_go_any, &sl_go_any }, 2, true },
	{ "maxf", maxf, { &sl_go_any, &sl_go_any }, 2, true },
	{ "min", min, { &sl_go_any, &sl_go_any }, 2, true },
	{ "minf", minf, { &sl_go_any, &sl_go_any }, 2, true },
	{ "mod", mod, { &sl_go_any, &sl_go_any }, 2, false },
	{ "mul", mul, { &sl_go_any, &sl_go_any }, 2, true },
	{ "round", round_, { &sl_go_any, &sl_go_int, &sl_go_float64 }, 3, true },
	{ "sub", sub, { &sl_go_any, &sl_go_any }, 2, false },
};
const struct sl_sprig_table sl_sprig_math = SL_SPRIG_TABLE(funcs);
