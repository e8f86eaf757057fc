/* `want` is what sprig 3.3 gives. */
#include "test/unit/support/sprigcall.h"

#include "test/unit/support/test.h"

static void makes_integers(void **state)
{
	static const struct sprig_case cases[] = {
		{ "int", "'12'", "int 12" },
		{ "int", "'0x1F'", "int 31" },
		{ "int", "'017'", "int 15" },
		{ "int", "'0o17'", "int 15" },
		{ "int", "'0b11'", "int 3" },
		{ "int", "'1_000'", "int 1000" },
		{ "int", "'1__0'", "int 0" },
		{ "int", "'3.00'", "int 3" },
		{ "int", "'3.5'", "int 0" },
		{ "int", "'5.'", "int 0" },
		{ "int", "' 1'", "int 0" },
		{ "int", "''", "int 0" },
		{ "int", "'abc'", "int 0" },
		{ "int", "2.9", "int 2" },
		{ "int", "-2.9", "int -2" },
		{ "int", "1e300", "int -9223372036854775808" },
		{ "int", "true", "int 1" },
		{ "int", "null", "int 0" },
		{ "int", "[1]", "int 0" },
		{ "int", "'9223372036854775808'", "int 0" },
		{ "int", "{'$uint64': 7}", "int 7" },
		{ "int64", "'12'", "int64 12" },
		{ "int64", "{'$bytes': '1'}", "int64 0" },
		{ "int64", "3", "int64 3" },
	};

	(void)state;
	sprig_check(cases, SL_ARRAY_LEN(cases));
}

static void makes_numbers_of_text_as_atoi_does(void **state)
{
	static const struct sprig_case cases[] = {
		{ "atoi", "'12'", "int 12" },
		{ "atoi", "'-12'", "int -12" },
		{ "atoi", "'+12'", "int 12" },
		{ "atoi", "'0x10'", "int 0" },
		{ "atoi", "'1_0'", "int 0" },
		{ "atoi", "''", "int 0" },
		{ "atoi", "'9223372036854775808'", "int 9223372036854775807" },
		{ "atoi", "'-9223372036854775809'", "int -9223372036854775808" },
		{ "atoi", "'99999999999999999999x'", "int 9223372036854775807" },
		{ "atoi", "'9223372036854775808x'", "int 0" },
	};

	(void)state;
	sprig_check(cases, SL_ARRAY_LEN(cases));
}

static void makes_floats(void **state)
{
	static const struct sprig_case cases[] = {
		{ "float64", "'1.5'", "float64 1.5" },
		{ "float64", "'1e3'", "float64 1000" },
		{ "float64", "'0x1p-2'", "float64 0.25" },
		{ "float64", "'1_0.5'", "float64 10.5" },
		{ "float64", "'.5'", "float64 0.5" },
		{ "float64", "'1e'", "float64 0" },
		{ "float64", "'inf'", "float64 +Inf" },
		{ "float64", "'-Infinity'", "float64 -Inf" },
		{ "float64", "'1e400'", "float64 0" },
		{ "float64", "'1e-400'", "float64 0" },
		{ "float64", "'x'", "float64 0" },
		{ "float64", "7", "float64 7" },
		{ "float64", "{'$int64': 9007199254740993}", "float64 9.007199254740992e+15" },
		{ "float64", "true", "float64 1" },
		{ "float64", "null", "float64 0" },
		{ "float64", "{}", "float64 0" },
	};

	(void)state;
	sprig_check(cases, SL_ARRAY_LEN(cases));
}

static void reads_octal(void **state)
{
	static const struct sprig_case cases[] = {
		{ "toDecimal", "'777'", "int64 511" },
		{ "toDecimal", "777", "int64 511" },
		{ "toDecimal", "10.0", "int64 8" },
		{ "toDecimal", "'8'", "int64 0" },
		{ "toDecimal", "null", "int64 0" },
		{ "toDecimal", "{'$bytes': '7'}", "int64 0" },
		{ "toDecimal", "'-17'", "int64 -15" },
	};

	(void)state;
	sprig_check(cases, SL_ARRAY_LEN(cases));
}

static void makes_texts(void **state)
{
	static const struct sprig_case cases[] = {
		{ "toString", "1", "string '1'" },
		{ "toString", "1.5", "string '1.5'" },
		{ "toString", "1e21", "string '1e+21'" },
		{ "toString", "null", "string '<nil>'" },
		{ "toString", "{'$bytes': 'abc'}", "string 'abc'" },
		{ "toString", "[1, 'a', null]", "string '[1 a <nil>]'" },
		{ "toString", "{'b': 1, 'a': {'$bytes': 'a'}}", "string 'map[a:[97] b:1]'" },
		{ "toStrings", "[1, 'a', null, 2.5, [1]]",
		  "[]string []string{'1', 'a', '2.5', '[1]'}" },
		{ "toStrings", "{'$ints': [1, 2]}", "[]string []string{'1', '2'}" },
		{ "toStrings", "'a'", "[]string []string{'a'}" },
		{ "toStrings", "null", "[]string []string{}" },
		{ "toStrings", "{'a': 1}", "[]string []string{'map[a:1]'}" },
		{ "toStrings", "{'$bytes': 'ab'}", "[]string []string{'97', '98'}" },
	};

	(void)state;
	sprig_check(cases, SL_ARRAY_LEN(cases));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(makes_integers),
		cmocka_unit_test(makes_numbers_of_text_as_atoi_does),
		cmocka_unit_test(makes_floats),
		cmocka_unit_test(reads_octal),
		cmocka_unit_test(makes_texts),
	};

	return run_group("convert", tests);
}
