/* `want` is what sprig 3.3 gives. */
#include "test/unit/support/sprigcall.h"

#include "test/unit/support/test.h"

static void computes_in_decimals(void **state)
{
	static const struct sprig_case cases[] = {
		{ "addf", "0.1, 0.2", "float64 0.3" },
		{ "addf", "1.5, '2', 3", "float64 6.5" },
		{ "addf", "", "float64 0" },
		{ "addf", "1e300, 1e-300", "float64 1e+300" },
		{ "addf", "1, -1", "float64 0" },
		{ "add1f", "0.1", "float64 1.1" },
		{ "subf", "0.3, 0.1", "float64 0.2" },
		{ "subf", "10, 1.5, 2.5", "float64 6" },
		{ "subf", "1.1, 1.1", "float64 0" },
		{ "subf", "5", "float64 5" },
		{ "mulf", "1.1, 1.1", "float64 1.21" },
		{ "mulf", "3, -2.5", "float64 -7.5" },
		{ "mulf", "1e200, 1e200", "float64 +Inf" },
		{ "mulf", "1e-200, 1e-200", "float64 0" },
		{ "mulf", "0, -5", "float64 0" },
		{ "divf", "1, 3", "float64 0.3333333333333333" },
		{ "divf", "2, 3", "float64 0.6666666666666667" },
		{ "divf", "-2, 3", "float64 -0.6666666666666667" },
		{ "divf", "10, 4, 2", "float64 1.25" },
		{ "divf", "1e-20, 3", "float64 0" },
		{ "divf", "1e20, 3", "float64 3.333333333333333e+19" },
		{ "divf", "0, 3", "float64 0" },
		{ "divf", "5", "float64 5" },
	};

	(void)state;
	sprig_check(cases, SL_ARRAY_LEN(cases));
}

static void refuses_what_is_no_decimal(void **state)
{
	static const struct sprig_case cases[] = {
		{ "divf", "1, 0", "error: decimal division by 0" },
		{ "addf", "1, 'nan'", "error: Cannot create a Decimal from NaN" },
		{ "addf", "'inf'", "error: Cannot create a Decimal from +Inf" },
		{ "mulf", "'-inf', 1", "error: Cannot create a Decimal from -Inf" },
	};

	(void)state;
	sprig_check(cases, SL_ARRAY_LEN(cases));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(computes_in_decimals),
		cmocka_unit_test(refuses_what_is_no_decimal),
	};

	return run_group("float_math", tests);
}
