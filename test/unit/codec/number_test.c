#include "libcommon/codec/number.h"

#include <math.h>
#include <stdio.h>

#include "test/unit/support/expect.h"

/* Expected texts are what Go's encoding/json and strconv.FormatFloat print. */
static void prints_floats_as_go_does(void **state)
{
	static const struct {
		double f;
		const char *json, *g, *plain;
	} cases[] = {
		{ 0, "0", "0", "0" },
		{ -0.0, "-0", "-0", "-0" },
		{ 1, "1", "1", "1" },
		{ -1.5, "-1.5", "-1.5", "-1.5" },
		{ 0.1, "0.1", "0.1", "0.1" },
		{ 100000, "100000", "100000", "100000" },
		{ 1e6, "1000000", "1e+06", "1000000" },
		{ 120340, "120340", "120340", "120340" },
		{ 123456789012345, "123456789012345", "1.23456789012345e+14", "123456789012345" },
		{ 999999999999999, "999999999999999", "9.99999999999999e+14", "999999999999999" },
		{ 1e14, "100000000000000", "1e+14", "100000000000000" },
		{ 1e15, "1000000000000000", "1e+15", "1000000000000000" },
		{ 1000000000000001, "1000000000000001", "1.000000000000001e+15",
		  "1000000000000001" },
		{ 1234567.5, "1234567.5", "1.2345675e+06", "1234567.5" },
		{ 1e20, "100000000000000000000", "1e+20", "100000000000000000000" },
		{ 1e21, "1e+21", "1e+21", "1000000000000000000000" },
		{ 0.0001, "0.0001", "0.0001", "0.0001" },
		{ 0.00001, "0.00001", "1e-05", "0.00001" },
		{ 0.000001, "0.000001", "1e-06", "0.000001" },
		{ 0.0000012, "0.0000012", "1.2e-06", "0.0000012" },
		{ 1e-7, "1e-7", "1e-07", "0.0000001" },
		{ 1e-10, "1e-10", "1e-10", "0.0000000001" },
		{ 1.5e-100, "1.5e-100", "1.5e-100", NULL },
		{ 1e+100, "1e+100", "1e+100", NULL },
		{ 1.0 / 3, "0.3333333333333333", "0.3333333333333333", "0.3333333333333333" },
		{ 0.1 + 0.2, "0.30000000000000004", "0.30000000000000004", "0.30000000000000004" },
		{ 9007199254740993.0, "9007199254740992", "9.007199254740992e+15",
		  "9007199254740992" },
		/* A power of two whose shortest form is not its nearest decimal of 16 digits. */
		{ 0x1p-44, "5.684341886080802e-14", "5.684341886080802e-14", NULL },
		{ 0x1p-1074, "5e-324", "5e-324", NULL },
		{ 0x1.fffffffffffffp+1023, "1.7976931348623157e+308", "1.7976931348623157e+308",
		  NULL },
	};
	char buf[SL_NUMBER_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		expect_str(sl_float_text(cases[i].f, SL_FLOAT_JSON, buf), cases[i].json);
		expect_str(sl_float_text(cases[i].f, SL_FLOAT_G, buf), cases[i].g);
		if (cases[i].plain)
			expect_str(sl_float_text(cases[i].f, SL_FLOAT_F, buf), cases[i].plain);
	}
	expect_str(sl_float_text(INFINITY, SL_FLOAT_G, buf), "+Inf");
	expect_str(sl_float_text(-INFINITY, SL_FLOAT_G, buf), "-Inf");
	expect_str(sl_float_text((double)NAN, SL_FLOAT_G, buf), "NaN");
}

static void longest_texts_fit(void **state)
{
	char buf[SL_NUMBER_TEXT_MAX];

	(void)state;
	assert_int_equal(sl_float_text(-0x1.fffffffffffffp+1023, SL_FLOAT_F, buf).n, 310);
	assert_int_equal(sl_float_text(-0x1.fffffffffffffp-1023, SL_FLOAT_F, buf).n, 327);
}

static void knows_literals(void **state)
{
	static const struct {
		const char *s;
		bool literal, integer;
	} cases[] = {
		{ "0", true, true },	   { "-0", true, true },    { "120", true, true },
		{ "1.5", true, false },	   { "1e5", true, false },  { "1E-5", true, false },
		{ "1.5e+5", true, false }, { "", false, false },    { "-", false, false },
		{ "01", false, false },	   { "1.", false, false },  { ".5", false, false },
		{ "1e", false, false },	   { "1e+", false, false }, { "+1", false, false },
		{ "1 ", false, false },	   { "0x1", false, false }, { "1e5.5", false, false },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		bool integer = false, literal = sl_number_is_literal(sl_str(cases[i].s), &integer);

		if (literal != cases[i].literal || (literal && integer != cases[i].integer))
			print_error("%s\n", cases[i].s);
		assert_int_equal(literal, cases[i].literal);
		if (literal)
			assert_int_equal(integer, cases[i].integer);
	}
}

static void compares_literals_by_value(void **state)
{
	static const struct {
		const char *x, *y;
		bool equal;
	} cases[] = {
		{ "1", "1.0", true },
		{ "1", "1e0", true },
		{ "100", "1E+2", true },
		{ "0.01", "1e-2", true },
		{ "12.50", "125e-1", true },
		{ "0", "-0", true },
		{ "0", "0.000e99", true },
		{ "0", "1e-99999999999999999999", false },
		{ "1", "-1", false },
		{ "1", "10", false },
		{ "1", "1.0000000000000000000001", false },
		{ "120", "1200e-1", true },
		{ "1e400", "10e399", true },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		if (sl_number_equal(sl_str(cases[i].x), sl_str(cases[i].y)) != cases[i].equal)
			print_error("%s and %s\n", cases[i].x, cases[i].y);
		assert_int_equal(sl_number_equal(sl_str(cases[i].x), sl_str(cases[i].y)),
				 cases[i].equal);
		assert_int_equal(sl_number_equal(sl_str(cases[i].y), sl_str(cases[i].x)),
				 cases[i].equal);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(prints_floats_as_go_does),
		cmocka_unit_test(longest_texts_fit),
		cmocka_unit_test(knows_literals),
		cmocka_unit_test(compares_literals_by_value),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
