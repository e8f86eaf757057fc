/* `want` is what sprig 3.3 gives. */
#include "test/unit/support/sprigcall.h"

#include "test/unit/support/test.h"

static void splits(void **state)
{
	static const struct sprig_case cases[] = {
		{ "split", "'$', 'a$b$c'",
		  "map[string]string map[string]string{'_0':'a', '_1':'b', '_2':'c'}" },
		{ "split", "'', 'ab'", "map[string]string map[string]string{'_0':'a', '_1':'b'}" },
		{ "split", "',', ''", "map[string]string map[string]string{'_0':''}" },
		{ "split", "'', ''", "map[string]string map[string]string{}" },
		{ "splitn", "'$', 2, 'a$b$c'",
		  "map[string]string map[string]string{'_0':'a', '_1':'b$c'}" },
		{ "splitn", "'$', 0, 'a$b$c'", "map[string]string map[string]string{}" },
		{ "splitn", "'$', -1, 'a$b$c'",
		  "map[string]string map[string]string{'_0':'a', '_1':'b', '_2':'c'}" },
		{ "splitn", "'', 2, 'abc'",
		  "map[string]string map[string]string{'_0':'a', '_1':'bc'}" },
		{ "splitList", "',', 'a,b,,c'", "[]string []string{'a', 'b', '', 'c'}" },
		{ "splitList", "',', ''", "[]string []string{''}" },
		{ "splitList", "'', 'a\303\251b'", "[]string []string{'a', '\303\251', 'b'}" },
		{ "splitList", "'', ''", "[]string []string{}" },
	};

	(void)state;
	sprig_check(cases, SL_ARRAY_LEN(cases));
}

static void joins(void **state)
{
	static const struct sprig_case cases[] = {
		{ "join", "'-', ['a', 1, null, 2.5]", "string 'a-1-2.5'" },
		{ "join", "'-', {'$strings': ['a', 'b']}", "string 'a-b'" },
		{ "join", "', ', 'a'", "string 'a'" },
		{ "join", "', ', null", "string ''" },
		{ "join", "', ', []", "string ''" },
		{ "join", "'', {'$ints': [1, 2]}", "string '12'" },
	};

	(void)state;
	sprig_check(cases, SL_ARRAY_LEN(cases));
}

static void sorts(void **state)
{
	static const struct sprig_case cases[] = {
		{ "sortAlpha", "['b', 'a', 'C', 10, 9]",
		  "[]string []string{'10', '9', 'C', 'a', 'b'}" },
		{ "sortAlpha", "'b'", "[]string []string{'b'}" },
		{ "sortAlpha", "null", "[]string []string{'<nil>'}" },
		{ "sortAlpha", "[]", "[]string []string{}" },
		{ "sortAlpha", "{'$strings': ['b', 'a']}", "[]string []string{'a', 'b'}" },
		{ "sortAlpha", "{'$ints': [2, 10, 1]}", "[]string []string{'1', '10', '2'}" },
	};

	(void)state;
	sprig_check(cases, SL_ARRAY_LEN(cases));
}

/* The original sorts in place, and so does whoever holds the list see it. */
static void sorts_texts_in_place(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_go_call call = { .a = &a };
	struct sl_goval list, sorted;

	(void)state;
	assert_ok(sprig_call(&a, NULL, "splitList", "',', 'b,a'", &list, &err), &err);
	assert_ok(sl_sprig_find(SL_STR("sortAlpha"))->fn(&call, &list, 1, &sorted, &err), &err);
	assert_str(list.list->items[0].s, "a");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(splits),
		cmocka_unit_test(joins),
		cmocka_unit_test(sorts),
		cmocka_unit_test(sorts_texts_in_place),
	};

	return run_group("split", tests);
}
