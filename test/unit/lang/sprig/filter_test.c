/* `want` is what sprig 3.3 gives. */
#include "test/unit/support/sprigcall.h"

#include "test/unit/support/test.h"

static void leaves_out(void **state)
{
	static const struct sprig_case cases[] = {
		{ "compact", "[0, 1, '', 'a', null, [], {}, false, 0.0]",
		  "[]interface {} []interface {}{1, 'a'}" },
		{ "compact", "{'$strings': ['', 'a']}", "[]interface {} []interface {}{'a'}" },
		{ "compact", "'a'", "error: Cannot compact on type string" },
		{ "mustCompact", "[0]", "[]interface {} []interface {}{}" },
		{ "uniq", "[1, 1, {'$int64': 1}, 'a', 'a', [1], [1], null, null]",
		  "[]interface {} []interface {}{1, 1, 'a', []interface {}{1}, interface "
		  "{}(nil)}" },
		{ "uniq", "[]", "[]interface {} []interface {}{}" },
		{ "uniq", "{'$strings': ['a', 'a']}", "[]interface {} []interface {}{'a'}" },
		{ "uniq", "'a'", "error: Cannot find uniq on type string" },
		{ "mustUniq", "[1, 1]", "[]interface {} []interface {}{1}" },
		{ "without", "[1, 2, 3, 1], 1", "[]interface {} []interface {}{2, 3}" },
		{ "without", "[1, 2], 1, 2", "[]interface {} []interface {}{}" },
		{ "without", "[1, [2]], [2]", "[]interface {} []interface {}{1}" },
		{ "without", "[1]", "[]interface {} []interface {}{1}" },
		{ "without", "{'a': 1}, 1", "error: Cannot find without on type map" },
		{ "mustWithout", "[1], {'$int64': 1}", "[]interface {} []interface {}{1}" },
	};

	(void)state;
	sprig_check(cases, SL_ARRAY_LEN(cases));
}

static void finds_items(void **state)
{
	static const struct sprig_case cases[] = {
		{ "has", "1, [1, 2]", "bool true" },
		{ "has", "3, [1, 2]", "bool false" },
		{ "has", "'a', {'$strings': ['a']}", "bool true" },
		{ "has", "1, null", "bool false" },
		{ "has", "null, [null]", "bool true" },
		{ "has", "1, 'a'", "error: Cannot find has on type string" },
		{ "has", "97, {'$bytes': 'a'}", "bool false" },
		{ "mustHas", "1, [1]", "bool true" },
	};

	(void)state;
	sprig_check(cases, SL_ARRAY_LEN(cases));
}

/* Each item is compared with few others: 200,000 different ones would take minutes otherwise. */
static void finds_what_is_unique_in_long_lists(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_go_call call = { .a = &a };
	struct sl_goval list, unique;

	(void)state;
	assert_ok(sprig_call(&a, NULL, "until", "200000", &list, &err), &err);
	for (size_t i = 0; i < list.list->n; i += 2)
		list.list->items[i] =
			sl_goval_str(sl_str(sl_arena_printf(&a, "item %zu", i % 100000)));
	assert_ok(sl_sprig_find(SL_STR("uniq"))->fn(&call, &list, 1, &unique, &err), &err);
	assert_int_equal(unique.list->n, 150000);
	assert_int_equal(unique.list->items[1].i, 1);
	assert_str(unique.list->items[2].s, "item 2");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(leaves_out),
		cmocka_unit_test(finds_items),
		cmocka_unit_test(finds_what_is_unique_in_long_lists),
	};

	return run_group("filter", tests);
}
