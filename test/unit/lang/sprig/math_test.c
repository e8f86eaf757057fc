/* `want` is what sprig 3.3 gives. */
#include "test/unit/support/sprigcall.h"

#include "test/unit/support/test.h"

static void adds_and_multiplies_integers(void **state)
{
	static const struct sprig_case cases[] = {
		{ "add", "", "int64 0" },
		{ "add", "1, 2, 3", "int64 6" },
		{ "add", "'1', 2.9, true, null", "int64 4" },
		{ "add", "9223372036854775807, 1", "int64 -9223372036854775808" },
		{ "add1", "5", "int64 6" },
		{ "add1", "'5'", "int64 6" },
		{ "sub", "5, 7", "int64 -2" },
		{ "sub", "-9223372036854775808, 1", "int64 9223372036854775807" },
		{ "mul", "2, 3, 4", "int64 24" },
		{ "mul", "9223372036854775807, 2", "int64 -2" },
		{ "mul", "5", "int64 5" },
	};

	(void)state;
	sprig_check(cases, SL_ARRAY_LEN(cases));
}

static void divides_integers(void **state)
{
	static const struct sprig_case cases[] = {
		{ "div", "7, 2", "int64 3" },
		{ "div", "-7, 2", "int64 -3" },
		{ "div", "7, 0", "error: runtime error: integer divide by zero" },
		{ "div", "-9223372036854775808, -1", "int64 -9223372036854775808" },
		{ "mod", "7, 3", "int64 1" },
		{ "mod", "-7, 3", "int64 -1" },
		{ "mod", "7, '0'", "error: runtime error: integer divide by zero" },
		{ "mod", "-9223372036854775808, -1", "int64 0" },
	};

	(void)state;
	sprig_check(cases, SL_ARRAY_LEN(cases));
}

static void finds_extremes(void **state)
{
	static const struct sprig_case cases[] = {
		{ "max", "1, 5, 3", "int64 5" },
		{ "max", "1", "int64 1" },
		{ "max", "'7', 5.9", "int64 7" },
		{ "biggest", "1, 2", "int64 2" },
		{ "min", "4, 2, 3", "int64 2" },
		{ "min", "4", "int64 4" },
		{ "maxf", "1.5, 2.5", "float64 2.5" },
		{ "maxf", "1, 'nan', 3", "float64 NaN" },
		{ "maxf", "1, 'inf', 'nan'", "float64 +Inf" },
		{ "maxf", "-1, {'$float64': -0.0}, 0", "float64 0" },
		{ "minf", "1.5, 2.5, -1", "float64 -1" },
		{ "minf", "1, '-inf'", "float64 -Inf" },
	};

	(void)state;
	sprig_check(cases, SL_ARRAY_LEN(cases));
}

static void rounds(void **state)
{
	static const struct sprig_case cases[] = {
		{ "ceil", "1.1", "float64 2" },
		{ "ceil", "-1.1", "float64 -1" },
		{ "ceil", "'1.5'", "float64 2" },
		{ "floor", "1.9", "float64 1" },
		{ "floor", "-1.9", "float64 -2" },
		{ "floor", "'x'", "float64 0" },
		{ "round", "123.5555, 3", "float64 123.556" },
		{ "round", "123.5555, 3, 0.6", "float64 123.555" },
		{ "round", "1.005, 2", "float64 1" },
		{ "round", "2.5, 0", "float64 3" },
		{ "round", "-2.5, 0", "float64 -3" },
		{ "round", "-2.6, 0", "float64 -3" },
		{ "round", "1234.5, -2", "float64 1200" },
		{ "round", "1, 400", "float64 NaN" },
		{ "round", "1, -400", "float64 NaN" },
		{ "round", "0.1, 23", "float64 0.1" },
	};

	(void)state;
	sprig_check(cases, SL_ARRAY_LEN(cases));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(adds_and_multiplies_integers),
		cmocka_unit_test(divides_integers),
		cmocka_unit_test(finds_extremes),
		cmocka_unit_test(rounds),
	};

	return run_group("math", tests);
}
