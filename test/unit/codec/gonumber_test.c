#include "libcommon/codec/gonumber.h"

#include <math.h>

#include "test/unit/support/test.h"

/* What strconv.ParseInt returns. */
static void reads_integers(void **state)
{
	static const struct {
		const char *text;
		unsigned base;
		enum sl_gonumber how;
		int64_t want;
	} cases[] = {
		{ "0", 10, SL_GONUMBER_OK, 0 },
		{ "-12", 10, SL_GONUMBER_OK, -12 },
		{ "+7", 10, SL_GONUMBER_OK, 7 },
		{ "", 10, SL_GONUMBER_SYNTAX, 0 },
		{ "-", 10, SL_GONUMBER_SYNTAX, 0 },
		{ "+-1", 10, SL_GONUMBER_SYNTAX, 0 },
		{ "1_0", 10, SL_GONUMBER_SYNTAX, 0 },
		{ "0x1", 10, SL_GONUMBER_SYNTAX, 0 },
		{ "12a", 10, SL_GONUMBER_SYNTAX, 0 },
		{ "777", 8, SL_GONUMBER_OK, 511 },
		{ "8", 8, SL_GONUMBER_SYNTAX, 0 },
		{ "0x1F", 0, SL_GONUMBER_OK, 31 },
		{ "0X1f", 0, SL_GONUMBER_OK, 31 },
		{ "0b101", 0, SL_GONUMBER_OK, 5 },
		{ "0o17", 0, SL_GONUMBER_OK, 15 },
		{ "017", 0, SL_GONUMBER_OK, 15 },
		{ "08", 0, SL_GONUMBER_SYNTAX, 0 },
		{ "0x", 0, SL_GONUMBER_SYNTAX, 0 },
		{ "0", 0, SL_GONUMBER_OK, 0 },
		{ "1_000", 0, SL_GONUMBER_OK, 1000 },
		{ "0x_1", 0, SL_GONUMBER_OK, 1 },
		{ "0_7", 0, SL_GONUMBER_OK, 7 },
		{ "_1", 0, SL_GONUMBER_SYNTAX, 0 },
		{ "1_", 0, SL_GONUMBER_SYNTAX, 0 },
		{ "1__0", 0, SL_GONUMBER_SYNTAX, 0 },
		{ "-0x10", 0, SL_GONUMBER_OK, -16 },
		{ "9223372036854775807", 10, SL_GONUMBER_OK, INT64_MAX },
		{ "9223372036854775808", 10, SL_GONUMBER_RANGE, INT64_MAX },
		{ "-9223372036854775808", 10, SL_GONUMBER_OK, INT64_MIN },
		{ "-9223372036854775809", 10, SL_GONUMBER_RANGE, INT64_MIN },
		{ "99999999999999999999x", 10, SL_GONUMBER_RANGE, INT64_MAX },
		{ "9223372036854775808x", 10, SL_GONUMBER_SYNTAX, 0 },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		int64_t got = 99;
		enum sl_gonumber how = sl_go_parse_int(sl_str(cases[i].text), cases[i].base, &got);

		if (how != cases[i].how || got != cases[i].want)
			fail_msg("\"%s\": got %d, %lld", cases[i].text, (int)how, (long long)got);
	}
}

/* What strconv.ParseFloat returns. */
static void reads_floats(void **state)
{
	static const struct {
		const char *text;
		enum sl_gonumber how;
		double want;
	} cases[] = {
		{ "1.5", SL_GONUMBER_OK, 1.5 },
		{ "-1e3", SL_GONUMBER_OK, -1000 },
		{ "+.5E-1", SL_GONUMBER_OK, 0.05 },
		{ "5.", SL_GONUMBER_OK, 5 },
		{ "0x1p-2", SL_GONUMBER_OK, 0.25 },
		{ "0x1.8P1", SL_GONUMBER_OK, 3 },
		{ "0x_1p0", SL_GONUMBER_OK, 1 },
		{ "inf", SL_GONUMBER_OK, INFINITY },
		{ "-Infinity", SL_GONUMBER_OK, -INFINITY },
		{ "1e400", SL_GONUMBER_RANGE, INFINITY },
		{ "-1e400", SL_GONUMBER_RANGE, -INFINITY },
		{ "1e-400", SL_GONUMBER_OK, 0 },
		{ "1_0.5_0", SL_GONUMBER_OK, 10.5 },
		{ "1e1_0", SL_GONUMBER_OK, 1e10 },
		{ "1_.5", SL_GONUMBER_SYNTAX, 0 },
		{ "1e_1", SL_GONUMBER_SYNTAX, 0 },
		{ "0x1", SL_GONUMBER_SYNTAX, 0 },
		{ "0x", SL_GONUMBER_SYNTAX, 0 },
		{ "", SL_GONUMBER_SYNTAX, 0 },
		{ ".", SL_GONUMBER_SYNTAX, 0 },
		{ "e5", SL_GONUMBER_SYNTAX, 0 },
		{ "1e", SL_GONUMBER_SYNTAX, 0 },
		{ "1e+", SL_GONUMBER_SYNTAX, 0 },
		{ " 1", SL_GONUMBER_SYNTAX, 0 },
		{ "1x", SL_GONUMBER_SYNTAX, 0 },
		{ "infin", SL_GONUMBER_SYNTAX, 0 },
		{ "1.2.3", SL_GONUMBER_SYNTAX, 0 },
	};
	double nan = 0;

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		double got = 99;
		enum sl_gonumber how = sl_go_parse_float(sl_str(cases[i].text), &got);

		if (how != cases[i].how || got != cases[i].want)
			fail_msg("\"%s\": got %d, %g", cases[i].text, (int)how, got);
	}
	assert_int_equal(sl_go_parse_float(SL_STR("NaN"), &nan), SL_GONUMBER_OK);
	assert_true(isnan(nan));
	assert_int_equal(sl_go_parse_float(SL_STR("-nan"), &nan), SL_GONUMBER_SYNTAX);
}

static void makes_integers_of_floats(void **state)
{
	(void)state;
	assert_int_equal(sl_go_float_to_int(2.9), 2);
	assert_int_equal(sl_go_float_to_int(-2.9), -2);
	assert_true(sl_go_float_to_int(0x1p63) == INT64_MIN);
	assert_true(sl_go_float_to_int(0x1.fffffffffffffp62) == INT64_MAX - 1023);
	assert_true(sl_go_float_to_int(-0x1p63) == INT64_MIN);
	assert_true(sl_go_float_to_int(NAN) == INT64_MIN);
	assert_true(sl_go_float_to_int(-INFINITY) == INT64_MIN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_integers),
		cmocka_unit_test(reads_floats),
		cmocka_unit_test(makes_integers_of_floats),
	};

	return run_group("gonumber", tests);
}
