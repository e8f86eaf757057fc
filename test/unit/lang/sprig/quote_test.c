/* `want` is what sprig 3.3 gives. */
#include "test/unit/support/sprigcall.h"

#include "test/unit/support/test.h"

static void quotes(void **state)
{
	static const struct sprig_case cases[] = {
		{ "quote", "'a', 1, null, 2.5", "string '\\'a\\' \\'1\\' \\'2.5\\''" },
		{ "quote", "'say \\'hi\\'', '\\n\\t', '\\u0001\303\251\\u00ad'",
		  "string '\\'say \\\\\\'hi\\\\\\'\\' \\'\\\\n\\\\t\\' "
		  "\\'\\\\x01\303\251\\\\u00ad\\''" },
		{ "quote", "", "string ''" },
		{ "quote", "{'$bytes': 'ab'}", "string '\\'ab\\''" },
		{ "quote", "[1]", "string '\\'[1]\\''" },
		{ "squote", "'a', 1, null", "string '\"a\" \"1\"'" },
		{ "squote", "'it\"s'", "string '\"it\"s\"'" },
		{ "squote", "{'$bytes': 'ab'}", "string '\"[97 98]\"'" },
		{ "cat", "'a', null, 1, [2]", "string 'a 1 [2]'" },
		{ "cat", "", "string ''" },
		{ "cat", "null", "string ''" },
		{ "cat", "'%d'", "string '%d'" },
	};

	(void)state;
	sprig_check(cases, SL_ARRAY_LEN(cases));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(quotes),
	};

	return run_group("quote", tests);
}
