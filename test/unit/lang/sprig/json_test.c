/* `want` is what sprig 3.3 gives. */
#include "test/unit/support/sprigcall.h"

#include "test/unit/support/test.h"

static void encodes(void **state)
{
	static const struct sprig_case cases[] = {
		{ "toJson", "{'b': 1, 'a': [1.5, true, null, '<&>']}",
		  "string "
		  "'{\\'a\\':[1.5,true,null,\\'\\\\u003c\\\\u0026\\\\u003e\\'],\\'b\\':1}'" },
		{ "toJson", "null", "string 'null'" },
		{ "toJson", "1e21", "string '1e+21'" },
		{ "toJson", "{'$nilslice': 0}", "string 'null'" },
		{ "toJson", "{'$bytes': 'abc'}", "string '\\'YWJj\\''" },
		{ "toJson", "'inf'", "string '\\'inf\\''" },
		{ "toJson", "'\\u2028\\u0001\\b\\f\\u007f'",
		  "string '\\'\\\\u2028\\\\u0001\\\\b\\\\f\\x7f\\''" },
		{ "toPrettyJson", "{'a': [1, {}], 'b': {}, 'c': []}",
		  "string '{\\n  \\'a\\': [\\n    1,\\n    {}\\n  ],\\n  \\'b\\': {},\\n  \\'c\\': "
		  "[]\\n}'" },
		{ "toRawJson", "{'a': '<&>'}", "string '{\\'a\\':\\'<&>\\'}'" },
		{ "mustToJson", "{'a': '<&>'}",
		  "string '{\\'a\\':\\'\\\\u003c\\\\u0026\\\\u003e\\'}'" },
		{ "mustToPrettyJson", "[1]", "string '[\\n  1\\n]'" },
		{ "mustToRawJson", "'<'", "string '\\'<\\''" },
	};

	(void)state;
	sprig_check(cases, SL_ARRAY_LEN(cases));
}

static void decodes(void **state)
{
	static const struct sprig_case cases[] = {
		{ "fromJson", "'[1, 2.5, null, true, {\\'a\\': \\'b\\'}]'",
		  "[]interface {} []interface {}{1, 2.5, interface {}(nil), true, "
		  "map[string]interface {}{'a':'b'}}" },
		{ "fromJson", "'{\\'a\\': 1, \\'a\\': 2}'",
		  "map[string]interface {} map[string]interface {}{'a':2}" },
		{ "fromJson", "'\\'\\\\ud83d\\\\ude00 \\\\ud800\\''",
		  "string '\360\237\230\200 \357\277\275'" },
		{ "fromJson", "'{'", "<nil> <nil>" },
		{ "fromJson", "'1 2'", "<nil> <nil>" },
		{ "fromJson", "''", "<nil> <nil>" },
		{ "fromJson", "'[1, 1e999]'",
		  "[]interface {} []interface {}{1, interface {}(nil)}" },
		{ "mustFromJson", "'{'", "error: unexpected end of JSON input" },
		{ "mustFromJson", "''", "error: unexpected end of JSON input" },
		{ "mustFromJson", "'[1, 1e999]'",
		  "error: json: cannot unmarshal number 1e999 into Go value of type float64" },
		{ "mustFromJson", "'{\\'a\\' 1}'",
		  "error: invalid character '1' after object key" },
		{ "mustFromJson", "'[1'", "error: unexpected end of JSON input" },
		{ "mustFromJson", "'1'", "float64 1" },
	};

	(void)state;
	sprig_check(cases, SL_ARRAY_LEN(cases));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(encodes),
		cmocka_unit_test(decodes),
	};

	return run_group("json", tests);
}
