#include "libcommon/codec/mergepatch.h"

#include <stdio.h>

#include "test/unit/support/expect.h"

/* The examples of RFC 7386, appendix A. */
static void applies_the_rfcs_examples(void **state)
{
	static const struct {
		const char *doc, *patch, *outcome;
	} cases[] = {
		{ "{'a':'b'}", "{'a':'c'}", "{\"a\":\"c\"}" },
		{ "{'a':'b'}", "{'b':'c'}", "{\"a\":\"b\",\"b\":\"c\"}" },
		{ "{'a':'b'}", "{'a':null}", "{}" },
		{ "{'a':'b','b':'c'}", "{'a':null}", "{\"b\":\"c\"}" },
		{ "{'a':['b']}", "{'a':'c'}", "{\"a\":\"c\"}" },
		{ "{'a':'c'}", "{'a':['b']}", "{\"a\":[\"b\"]}" },
		{ "{'a':{'b':'c'}}", "{'a':{'b':'d','c':null}}", "{\"a\":{\"b\":\"d\"}}" },
		{ "{'a':[{'b':'c'}]}", "{'a':[1]}", "{\"a\":[1]}" },
		{ "['a','b']", "['c','d']", "[\"c\",\"d\"]" },
		{ "{'a':'b'}", "['c']", "[\"c\"]" },
		{ "{'a':'foo'}", "null", "null" },
		{ "{'a':'foo'}", "'bar'", "\"bar\"" },
		{ "{'e':null}", "{'a':1}", "{\"e\":null,\"a\":1}" },
		{ "[1,2]", "{'a':'b','c':null}", "{\"a\":\"b\"}" },
		{ "{}", "{'a':{'bb':{'ccc':null}}}", "{\"a\":{\"bb\":{}}}" },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		struct sl_value *doc = tree(&a, cases[i].doc), *before = sl_value_copy(&a, doc);

		expect_json(sl_mergepatch_apply(&a, doc, tree(&a, cases[i].patch)),
			    cases[i].outcome);
		assert_true(sl_value_equal(doc, before));
	}
}

static void applies_to_nothing(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;

	(void)state;
	expect_json(sl_mergepatch_apply(&a, NULL, tree(&a, "{'a':1,'b':null}")), "{\"a\":1}");
}

static void creates_the_smallest_patch(void **state)
{
	static const struct {
		const char *from, *to, *patch;
	} cases[] = {
		{ "{}", "{}", "{}" },
		{ "{'a':1,'b':[1,{'c':2}]}", "{'b':[1,{'c':2.0}],'a':1}", "{}" },
		{ "{'a':1}", "{'a':2}", "{\"a\":2}" },
		{ "{'a':1,'b':2}", "{'b':2}", "{\"a\":null}" },
		{ "{'b':2}", "{'a':{'x':1},'b':2}", "{\"a\":{\"x\":1}}" },
		{ "{'a':{'x':1,'y':2,'z':{'k':1}}}", "{'a':{'x':1,'y':3,'z':{}}}",
		  "{\"a\":{\"y\":3,\"z\":{\"k\":null}}}" },
		{ "{'a':[1,2,3]}", "{'a':[1,2]}", "{\"a\":[1,2]}" },
		{ "{'a':1}", "{'a':{'b':1}}", "{\"a\":{\"b\":1}}" },
		{ "{'a':{'b':1}}", "{'a':1}", "{\"a\":1}" },
		{ "[1]", "[2]", "[2]" },
		{ "{'a':1}", "'x'", "\"x\"" },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		struct sl_value *from = tree(&a, cases[i].from), *to = tree(&a, cases[i].to);
		struct sl_value *patch = sl_mergepatch_create(&a, from, to);

		expect_json(patch, cases[i].patch);
		assert_true(sl_value_equal(sl_mergepatch_apply(&a, from, patch), to));
	}
}

static void patches_share_nothing(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	struct sl_value *to = tree(&a, "{'a':{'b':1}}");
	struct sl_value *patch = sl_mergepatch_create(&a, tree(&a, "{}"), to);
	struct sl_value *out = sl_mergepatch_apply(&a, NULL, patch);

	(void)state;
	sl_map_set_int(&a, sl_get(patch, "a"), "b", 2);
	sl_map_set_int(&a, sl_get(out, "a"), "b", 3);
	expect_json(to, "{\"a\":{\"b\":1}}");
	expect_json(patch, "{\"a\":{\"b\":2}}");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(applies_the_rfcs_examples),
		cmocka_unit_test(applies_to_nothing),
		cmocka_unit_test(creates_the_smallest_patch),
		cmocka_unit_test(patches_share_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
