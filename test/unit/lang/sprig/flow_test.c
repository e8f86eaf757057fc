/* `want` is what sprig 3.3 gives. */
#include "test/unit/support/sprigcall.h"

#include "test/unit/support/test.h"

static void takes_the_default_for_what_is_empty(void **state)
{
	static const struct sprig_case cases[] = {
		{ "default", "'d', ''", "string 'd'" },
		{ "default", "'d', 'x'", "string 'x'" },
		{ "default", "'d', 0", "string 'd'" },
		{ "default", "'d', 0.0", "string 'd'" },
		{ "default", "'d', null", "string 'd'" },
		{ "default", "'d', false", "string 'd'" },
		{ "default", "'d', true", "bool true" },
		{ "default", "'d', []", "string 'd'" },
		{ "default", "'d', {}", "string 'd'" },
		{ "default", "'d', {'$nilmap': 0}", "string 'd'" },
		{ "default", "'d'", "string 'd'" },
		{ "default", "'d', [null]", "[]interface {} []interface {}{interface {}(nil)}" },
		{ "default", "0, 5, 6", "int 5" },
		{ "empty", "''", "bool true" },
		{ "empty", "' '", "bool false" },
		{ "empty", "{'$uint64': 0}", "bool true" },
		{ "empty", "{'$bytes': ''}", "bool true" },
	};

	(void)state;
	sprig_check(cases, SL_ARRAY_LEN(cases));
}

static void finds_the_first_that_is_not_empty(void **state)
{
	static const struct sprig_case cases[] = {
		{ "coalesce", "", "<nil> <nil>" },
		{ "coalesce", "'', 0, null, [], 'x', 'y'", "string 'x'" },
		{ "coalesce", "'', 0", "<nil> <nil>" },
		{ "all", "", "bool true" },
		{ "all", "1, 'a', true", "bool true" },
		{ "all", "1, '', true", "bool false" },
		{ "any", "", "bool false" },
		{ "any", "0, '', null", "bool false" },
		{ "any", "0, 'a'", "bool true" },
	};

	(void)state;
	sprig_check(cases, SL_ARRAY_LEN(cases));
}

static void chooses_and_fails(void **state)
{
	static const struct sprig_case cases[] = {
		{ "ternary", "'a', 'b', true", "string 'a'" },
		{ "ternary", "'a', 'b', false", "string 'b'" },
		{ "hello", "", "string 'Hello!'" },
		{ "fail", "'no %s luck'", "error: no %s luck" },
		{ "fail", "''", "error: " },
	};

	(void)state;
	sprig_check(cases, SL_ARRAY_LEN(cases));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_the_default_for_what_is_empty),
		cmocka_unit_test(finds_the_first_that_is_not_empty),
		cmocka_unit_test(chooses_and_fails),
	};

	return run_group("flow", tests);
}
