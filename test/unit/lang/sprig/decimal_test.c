#include "libcommon/lang/sprig/decimal.h"

#include <math.h>

#include "test/unit/support/test.h"

typedef int (*operation_fn)(struct sl_arena *a, const struct sl_decimal *x,
			    const struct sl_decimal *y, struct sl_decimal *ret, struct sl_err *err);

static void takes_and_gives_floats(void **state)
{
	static const double floats[] = { 0,	 1,	 -1,	 0.1,	 -2.5, 1e300,
					 1e-300, 5e-324, 123456, 100.25, 1e21, 0.3 };

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(floats); i++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		struct sl_decimal d;

		assert_ok(sl_decimal_from_float(&a, floats[i], &d, &err), &err);
		assert_true(sl_decimal_to_float(&a, &d) == floats[i]);
	}
}

static void computes(void **state)
{
	static const struct {
		operation_fn operation;
		double x, y, want;
	} cases[] = {
		{ sl_decimal_add, 0.1, 0.2, 0.3 },
		{ sl_decimal_add, -0.1, 0.2, 0.1 },
		{ sl_decimal_add, 99.9, 0.1, 100 },
		{ sl_decimal_add, 0, -5, -5 },
		{ sl_decimal_subtract, 0.3, 0.1, 0.2 },
		{ sl_decimal_subtract, 0.1, 0.3, -0.2 },
		{ sl_decimal_subtract, 5, 5, 0 },
		{ sl_decimal_subtract, 0, 5, -5 },
		{ sl_decimal_subtract, 1000, 0.001, 999.999 },
		{ sl_decimal_multiply, 1.1, 1.1, 1.21 },
		{ sl_decimal_multiply, -1.5, 4, -6 },
		{ sl_decimal_multiply, 0, 4, 0 },
		{ sl_decimal_multiply, 999, 999, 998001 },
		{ sl_decimal_divide, 1, 3, 0.3333333333333333 },
		{ sl_decimal_divide, 2, -3, -0.6666666666666667 },
		{ sl_decimal_divide, 1, 8, 0.125 },
		{ sl_decimal_divide, 0, 8, 0 },
		{ sl_decimal_divide, 1e-16, 2, 1e-16 },
		{ sl_decimal_divide, 0.99e-16, 2, 0 },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		struct sl_decimal x, y;

		assert_ok(sl_decimal_from_float(&a, cases[i].x, &x, &err), &err);
		assert_ok(sl_decimal_from_float(&a, cases[i].y, &y, &err), &err);
		assert_ok(cases[i].operation(&a, &x, &y, &x, &err), &err);
		if (sl_decimal_to_float(&a, &x) != cases[i].want)
			fail_msg("case %zu: got %.17g, want %.17g", i, sl_decimal_to_float(&a, &x),
				 cases[i].want);
	}
}

static void digits_have_a_limit(void **state)
{
	static const uint8_t digits[SL_DECIMAL_DIGITS_MAX] = { [0 ... SL_DECIMAL_DIGITS_MAX - 1] =
								       9 };
	const struct sl_decimal nine = { digits, 1, 0, false };
	struct sl_decimal long_one = { digits, SL_DECIMAL_DIGITS_MAX - 2, 0, false };
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_decimal product, far = { digits, 1, -SL_DECIMAL_DIGITS_MAX, false };

	(void)state;
	assert_ok(sl_decimal_multiply(&a, &long_one, &nine, &product, &err), &err);
	long_one.n++;
	assert_ok(sl_decimal_multiply(&a, &long_one, &nine, &product, &err), &err);
	assert_int_equal(product.n, SL_DECIMAL_DIGITS_MAX);
	long_one.n++;
	assert_error(sl_decimal_multiply(&a, &long_one, &nine, &product, &err), SL_ERR_TOO_LARGE,
		     &err, "the number has more than 4096 digits");
	assert_error(sl_decimal_add(&a, &nine, &far, &product, &err), SL_ERR_TOO_LARGE, &err,
		     "the number has more than 4096 digits");
	far.exponent++;
	assert_ok(sl_decimal_add(&a, &nine, &far, &product, &err), &err);
}

static void refuses_what_is_no_decimal(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_decimal d, zero = { NULL, 0, 0, false };

	(void)state;
	assert_error(sl_decimal_from_float(&a, NAN, &d, &err), SL_ERR_INVALID, &err,
		     "Cannot create a Decimal from NaN");
	assert_error(sl_decimal_from_float(&a, -INFINITY, &d, &err), SL_ERR_INVALID, &err,
		     "Cannot create a Decimal from -Inf");
	assert_ok(sl_decimal_from_float(&a, 1, &d, &err), &err);
	assert_error(sl_decimal_divide(&a, &d, &zero, &d, &err), SL_ERR_INVALID, &err,
		     "decimal division by 0");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_and_gives_floats),
		cmocka_unit_test(computes),
		cmocka_unit_test(digits_have_a_limit),
		cmocka_unit_test(refuses_what_is_no_decimal),
	};

	return run_group("decimal", tests);
}
