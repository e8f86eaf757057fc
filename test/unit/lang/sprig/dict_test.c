/* `want` is what sprig 3.3 gives. */
#include "test/unit/support/sprigcall.h"

#include "test/unit/support/test.h"

static void makes_dicts(void **state)
{
	static const struct sprig_case cases[] = {
		{ "dict", "", "map[string]interface {} map[string]interface {}{}" },
		{ "dict", "'a', 1, 'b'",
		  "map[string]interface {} map[string]interface {}{'a':1, 'b':''}" },
		{ "dict", "1, 2, null, 3",
		  "map[string]interface {} map[string]interface {}{'1':2, '<nil>':3}" },
		{ "get", "{'a': 1}, 'a'", "int 1" },
		{ "get", "{'a': 1}, 'b'", "string ''" },
		{ "get", "{'a': null}, 'a'", "<nil> <nil>" },
		{ "get", "{'$nilmap': 0}, 'b'", "string ''" },
		{ "hasKey", "{'a': null}, 'a'", "bool true" },
		{ "hasKey", "{'a': 1}, 'b'", "bool false" },
		{ "set", "{'a': 1}, 'b', 2",
		  "map[string]interface {} map[string]interface {}{'a':1, 'b':2}" },
		{ "set", "{'$nilmap': 0}, 'b', 2", "error: assignment to entry in nil map" },
		{ "unset", "{'a': 1, 'b': 2}, 'a'",
		  "map[string]interface {} map[string]interface {}{'b':2}" },
		{ "unset", "{'a': 1}, 'b'",
		  "map[string]interface {} map[string]interface {}{'a':1}" },
		{ "unset", "{'$nilmap': 0}, 'b'",
		  "map[string]interface {} map[string]interface {}(nil)" },
	};

	(void)state;
	sprig_check(cases, SL_ARRAY_LEN(cases));
}

static void picks(void **state)
{
	static const struct sprig_case cases[] = {
		{ "pluck", "'a', {'a': 1}, {'b': 2}, {'a': null}",
		  "[]interface {} []interface {}{1, interface {}(nil)}" },
		{ "pluck", "'a'", "[]interface {} []interface {}{}" },
		{ "keys", "", "[]string []string{}" },
		{ "keys", "{'a': 1}", "[]string []string{'a'}" },
		{ "keys", "{'$nilmap': 0}", "[]string []string{}" },
		{ "values", "{'a': 1}", "[]interface {} []interface {}{1}" },
		{ "values", "{}", "[]interface {} []interface {}{}" },
		{ "pick", "{'a': 1, 'b': 2}, 'a', 'c'",
		  "map[string]interface {} map[string]interface {}{'a':1}" },
		{ "pick", "{'a': 1}", "map[string]interface {} map[string]interface {}{}" },
		{ "omit", "{'a': 1, 'b': 2}, 'a', 'c'",
		  "map[string]interface {} map[string]interface {}{'b':2}" },
		{ "omit", "{'$nilmap': 0}, 'a'",
		  "map[string]interface {} map[string]interface {}{}" },
	};

	(void)state;
	sprig_check(cases, SL_ARRAY_LEN(cases));
}

static void digs(void **state)
{
	static const struct sprig_case cases[] = {
		{ "dig", "'a', 'b', 'd', {'a': {'b': 1}}", "int 1" },
		{ "dig", "'a', 'b', 'd', {'a': {}}", "string 'd'" },
		{ "dig", "'a', 'b', 'd', {}", "string 'd'" },
		{ "dig", "'a', 'b', 'd', {'a': 1}",
		  "error: interface conversion: interface {} is int, not map[string]interface {}" },
		{ "dig", "'a', 'b', 'd', {'a': null}",
		  "error: interface conversion: interface {} is nil, not map[string]interface {}" },
		{ "dig", "'a', {'a': 1}", "error: dig needs at least three arguments" },
		{ "dig", "'a', 'd', 'x'",
		  "error: interface conversion: interface {} is string, not map[string]interface "
		  "{}" },
		{ "dig", "'a', 'd', null",
		  "error: interface conversion: interface {} is nil, not map[string]interface {}" },
		{ "dig", "1, 'd', {}",
		  "error: interface conversion: interface {} is int, not string" },
		{ "dig", "'a', 'd', {'a': null}", "<nil> <nil>" },
	};

	(void)state;
	sprig_check(cases, SL_ARRAY_LEN(cases));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(makes_dicts),
		cmocka_unit_test(picks),
		cmocka_unit_test(digs),
	};

	return run_group("dict", tests);
}
