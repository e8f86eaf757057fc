/* `want` is what sprig 3.3 gives. */
#include "test/unit/support/sprigcall.h"

#include "test/unit/support/test.h"

static void names_types_and_kinds(void **state)
{
	static const struct sprig_case cases[] = {
		{ "typeOf", "1", "string 'int'" },
		{ "typeOf", "{'$int64': 1}", "string 'int64'" },
		{ "typeOf", "1.0", "string 'float64'" },
		{ "typeOf", "'a'", "string 'string'" },
		{ "typeOf", "null", "string '<nil>'" },
		{ "typeOf", "[]", "string '[]interface {}'" },
		{ "typeOf", "{}", "string 'map[string]interface {}'" },
		{ "typeOf", "{'$strings': []}", "string '[]string'" },
		{ "typeOf", "{'$bytes': 'a'}", "string '[]uint8'" },
		{ "kindOf", "null", "string 'invalid'" },
		{ "kindOf", "1", "string 'int'" },
		{ "kindOf", "{'$bytes': 'a'}", "string 'slice'" },
		{ "kindOf", "{}", "string 'map'" },
		{ "kindOf", "{'$nilmap': 0}", "string 'map'" },
		{ "kindIs", "'slice', []", "bool true" },
		{ "kindIs", "'invalid', null", "bool true" },
		{ "kindIs", "'int', {'$int64': 1}", "bool false" },
		{ "typeIs", "'int64', {'$int64': 1}", "bool true" },
		{ "typeIs", "'<nil>', null", "bool true" },
		{ "typeIs", "'string', 1", "bool false" },
		{ "typeIsLike", "'string', 'a'", "bool true" },
		{ "typeIsLike", "'*string', 'a'", "bool false" },
	};

	(void)state;
	sprig_check(cases, SL_ARRAY_LEN(cases));
}

static void compares_deeply(void **state)
{
	static const struct sprig_case cases[] = {
		{ "deepEqual", "1, 1", "bool true" },
		{ "deepEqual", "1, {'$int64': 1}", "bool false" },
		{ "deepEqual", "[1, {'a': [null]}], [1, {'a': [null]}]", "bool true" },
		{ "deepEqual", "[1], {'$ints': [1]}", "bool false" },
		{ "deepEqual", "null, null", "bool true" },
		{ "deepEqual", "null, {'$nilmap': 0}", "bool false" },
		{ "deepEqual", "{'$nilslice': 0}, []", "bool false" },
	};

	(void)state;
	sprig_check(cases, SL_ARRAY_LEN(cases));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_types_and_kinds),
		cmocka_unit_test(compares_deeply),
	};

	return run_group("reflect", tests);
}
