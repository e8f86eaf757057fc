/* `want` is what sprig 3.3 gives. */
#include "test/unit/support/sprigcall.h"

#include "test/unit/support/test.h"

static void wraps(void **state)
{
	static const struct sprig_case cases[] = {
		{ "wrap", "10, 'the quick brown fox jumps over'",
		  "string 'the quick\\nbrown fox\\njumps over'" },
		{ "wrap", "5, 'averylongword and short'", "string 'averylongword\\nand\\nshort'" },
		{ "wrap", "0, 'a b'", "string 'a\\nb'" },
		{ "wrap", "80, 'short'", "string 'short'" },
		{ "wrap", "5, ''", "string ''" },
		{ "wrap", "3, 'abcdef'", "string 'abcdef'" },
		{ "wrapWith", "5, '\\t', 'averylongword and short'",
		  "string 'avery\\tlongw\\tord\\tand\\tshort'" },
		{ "wrapWith", "5, '', 'abcdefgh'", "string 'abcde\\nfgh'" },
		{ "wrapWith", "-1, '|', 'abc'", "string 'a|b|c'" },
	};

	(void)state;
	sprig_check(cases, SL_ARRAY_LEN(cases));
}

static void abbreviates(void **state)
{
	static const struct sprig_case cases[] = {
		{ "abbrev", "8, 'hello world'", "string 'hello...'" },
		{ "abbrev", "3, 'hello world'", "string 'hello world'" },
		{ "abbrev", "4, 'hello'", "string 'h...'" },
		{ "abbrev", "11, 'hello world'", "string 'hello world'" },
		{ "abbrevboth", "5, 10, '1234 5678 9123'", "string '...5678...'" },
		{ "abbrevboth", "5, 6, '1234 5678 9123'", "string '1234 5678 9123'" },
		{ "abbrevboth", "0, 6, '1234 5678 9123'", "string '123...'" },
		{ "abbrevboth", "100, 10, '1234 5678 9123'", "string '...78 9123'" },
		{ "abbrevboth", "-5, 10, '1234 5678 9123'", "string '1234 56...'" },
		{ "abbrevboth", "6, 9, '1234 5678 9123 4567 8912'", "string '...678...'" },
	};

	(void)state;
	sprig_check(cases, SL_ARRAY_LEN(cases));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wraps),
		cmocka_unit_test(abbreviates),
	};

	return run_group("wrap", tests);
}
