/* `want` is what sprig 3.3 gives. */
#include "test/unit/support/sprigcall.h"

#include "test/unit/support/test.h"

static void makes_lists(void **state)
{
	static const struct sprig_case cases[] = {
		{ "list", "", "[]interface {} []interface {}{}" },
		{ "list", "1, null, 'a'",
		  "[]interface {} []interface {}{1, interface {}(nil), 'a'}" },
		{ "tuple", "1, 2", "[]interface {} []interface {}{1, 2}" },
		{ "append", "[1], 2", "[]interface {} []interface {}{1, 2}" },
		{ "append", "{'$strings': ['a']}, 2", "[]interface {} []interface {}{'a', 2}" },
		{ "append", "{'$bytes': 'a'}, null",
		  "[]interface {} []interface {}{0x61, interface {}(nil)}" },
		{ "append", "[], []", "[]interface {} []interface {}{[]interface {}{}}" },
		{ "append", "'a', 1", "error: Cannot push on type string" },
		{ "append", "null, 1",
		  "error: runtime error: invalid memory address or nil pointer dereference" },
		{ "push", "[1], 2", "[]interface {} []interface {}{1, 2}" },
		{ "mustAppend", "1, 2", "error: Cannot push on type int" },
		{ "mustPush", "[1], 2", "[]interface {} []interface {}{1, 2}" },
		{ "prepend", "[1], 2", "[]interface {} []interface {}{2, 1}" },
		{ "prepend", "{'a': 1}, 2", "error: Cannot prepend on type map" },
		{ "mustPrepend", "[], 1", "[]interface {} []interface {}{1}" },
		{ "concat", "", "[]interface {} []interface {}(nil)" },
		{ "concat", "[], []", "[]interface {} []interface {}(nil)" },
		{ "concat", "[1], {'$strings': ['a']}, {'$ints': [2]}",
		  "[]interface {} []interface {}{1, 'a', 2}" },
		{ "concat", "[1], 2", "error: Cannot concat type int as list" },
		{ "concat", "[1], null",
		  "error: runtime error: invalid memory address or nil pointer dereference" },
	};

	(void)state;
	sprig_check(cases, SL_ARRAY_LEN(cases));
}

static void takes_parts(void **state)
{
	static const struct sprig_case cases[] = {
		{ "first", "[1, 2]", "int 1" },
		{ "first", "[]", "<nil> <nil>" },
		{ "first", "'ab'", "error: Cannot find first on type string" },
		{ "first", "null",
		  "error: runtime error: invalid memory address or nil pointer dereference" },
		{ "last", "{'$strings': ['a', 'b']}", "string 'b'" },
		{ "last", "[]", "<nil> <nil>" },
		{ "last", "1", "error: Cannot find last on type int" },
		{ "rest", "[1, 2, 3]", "[]interface {} []interface {}{2, 3}" },
		{ "rest", "[1]", "[]interface {} []interface {}{}" },
		{ "rest", "[]", "[]interface {} []interface {}(nil)" },
		{ "rest", "1", "error: Cannot find rest on type int" },
		{ "initial", "[1, 2, 3]", "[]interface {} []interface {}{1, 2}" },
		{ "initial", "[]", "[]interface {} []interface {}(nil)" },
		{ "initial", "{}", "error: Cannot find initial on type map" },
		{ "reverse", "[1, 2, 3]", "[]interface {} []interface {}{3, 2, 1}" },
		{ "reverse", "{'$ints': []}", "[]interface {} []interface {}{}" },
		{ "reverse", "'abc'", "error: Cannot find reverse on type string" },
		{ "mustFirst", "[1]", "int 1" },
		{ "mustLast", "[1]", "int 1" },
		{ "mustRest", "[1, 2]", "[]interface {} []interface {}{2}" },
		{ "mustInitial", "[1, 2]", "[]interface {} []interface {}{1}" },
		{ "mustReverse", "[1, 2]", "[]interface {} []interface {}{2, 1}" },
	};

	(void)state;
	sprig_check(cases, SL_ARRAY_LEN(cases));
}

static void slices(void **state)
{
	static const struct sprig_case cases[] = {
		{ "slice", "[1, 2, 3], 1", "[]interface {} []interface {}{2, 3}" },
		{ "slice", "[1, 2, 3], 1, 2", "[]interface {} []interface {}{2}" },
		{ "slice", "[1, 2, 3]", "[]interface {} []interface {}{1, 2, 3}" },
		{ "slice", "[1, 2, 3], 2, 1",
		  "error: reflect.Value.Slice: slice index out of bounds" },
		{ "slice", "[1, 2, 3], -1",
		  "error: reflect.Value.Slice: slice index out of bounds" },
		{ "slice", "[1, 2, 3], 0, 9",
		  "error: reflect.Value.Slice: slice index out of bounds" },
		{ "slice", "[], 0, 1", "<nil> <nil>" },
		{ "slice", "{'$strings': ['a', 'b']}, 1", "[]string []string{'b'}" },
		{ "slice", "{'$bytes': 'abc'}, '1', 2.0", "[]uint8 []byte{0x62}" },
		{ "slice", "'abc', 1", "error: list should be type of slice or array but string" },
		{ "slice", "null",
		  "error: runtime error: invalid memory address or nil pointer dereference" },
		{ "mustSlice", "[1, 2], 1", "[]interface {} []interface {}{2}" },
	};

	(void)state;
	sprig_check(cases, SL_ARRAY_LEN(cases));
}

static void chunks(void **state)
{
	static const struct sprig_case cases[] = {
		{ "chunk", "2, [1, 2, 3, 4, 5]",
		  "[][]interface {} [][]interface {}{[]interface {}{1, 2}, []interface {}{3, 4}, "
		  "[]interface {}{5}}" },
		{ "chunk", "5, [1, 2]", "[][]interface {} [][]interface {}{[]interface {}{1, 2}}" },
		{ "chunk", "2, []", "[][]interface {} [][]interface {}{}" },
		{ "chunk", "1, {'$strings': ['a', 'b']}",
		  "[][]interface {} [][]interface {}{[]interface {}{'a'}, []interface {}{'b'}}" },
		{ "chunk", "0, [1, 2]", "error: runtime error: makeslice: len out of range" },
		{ "chunk", "-2, [1]", "[][]interface {} [][]interface {}{[]interface {}{1}}" },
		{ "chunk", "-10, [1, 2]", "[][]interface {} [][]interface {}{}" },
		{ "chunk", "-1, [1, 2, 3]", "error: runtime error: makeslice: len out of range" },
		{ "chunk", "2, 'ab'", "error: Cannot chunk type string" },
		{ "mustChunk", "2, [1]", "[][]interface {} [][]interface {}{[]interface {}{1}}" },
	};

	(void)state;
	sprig_check(cases, SL_ARRAY_LEN(cases));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(makes_lists),
		cmocka_unit_test(takes_parts),
		cmocka_unit_test(slices),
		cmocka_unit_test(chunks),
	};

	return run_group("list", tests);
}
