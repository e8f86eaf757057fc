/* `want` is what sprig 3.3 gives. */
#include "test/unit/support/sprigcall.h"

#include "test/unit/support/test.h"

static void copies(void **state)
{
	static const struct sprig_case cases[] = {
		{ "deepCopy", "{'a': [1, {'b': null}], 'c': {'$strings': ['x']}}",
		  "map[string]interface {} map[string]interface {}{'a':[]interface {}{1, "
		  "map[string]interface {}{'b':interface {}(nil)}}, 'c':[]string{'x'}}" },
		{ "deepCopy", "[1, {'$nilmap': 0}]",
		  "[]interface {} []interface {}{1, map[string]interface {}(nil)}" },
		{ "deepCopy", "{'$nilmap': 0}",
		  "map[string]interface {} map[string]interface {}(nil)" },
		{ "deepCopy", "{'$nilslice': 0}", "[]interface {} []interface {}(nil)" },
		{ "deepCopy", "{'$bytes': 'ab'}", "[]uint8 []byte{0x61, 0x62}" },
		{ "deepCopy", "'a'", "string 'a'" },
		{ "deepCopy", "null", "error: reflect: call of reflect.Value.Type on zero Value" },
		{ "mustDeepCopy", "[null]", "[]interface {} []interface {}{interface {}(nil)}" },
		{ "mustDeepCopy", "null",
		  "error: reflect: call of reflect.Value.Type on zero Value" },
	};

	(void)state;
	sprig_check(cases, SL_ARRAY_LEN(cases));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(copies),
	};

	return run_group("deepcopy", tests);
}
