#include "libcommon/codec/jsonpatch.h"

#include <stdio.h>
#include <string.h>

#include "test/unit/support/expect.h"

#define BOTH (1 << SL_JSONPATCH_RFC | 1 << SL_JSONPATCH_KUSTOMIZE)
#define RFC (1 << SL_JSONPATCH_RFC)
#define KUST (1 << SL_JSONPATCH_KUSTOMIZE)

/* The first rows are the examples of RFC 6902, appendix A. */
static const struct {
	const char *doc, *patch;
	int rules;
	int code;
	const char *outcome; /* JSON, or part of the message */
} cases[] = {
	{ "{'foo':'bar'}", "[{'op':'add','path':'/baz','value':'qux'}]", BOTH, 0,
	  "{\"foo\":\"bar\",\"baz\":\"qux\"}" },
	{ "{'foo':['bar','baz']}", "[{'op':'add','path':'/foo/1','value':'qux'}]", BOTH, 0,
	  "{\"foo\":[\"bar\",\"qux\",\"baz\"]}" },
	{ "{'baz':'qux','foo':'bar'}", "[{'op':'remove','path':'/baz'}]", BOTH, 0,
	  "{\"foo\":\"bar\"}" },
	{ "{'foo':['bar','qux','baz']}", "[{'op':'remove','path':'/foo/1'}]", BOTH, 0,
	  "{\"foo\":[\"bar\",\"baz\"]}" },
	{ "{'baz':'qux','foo':'bar'}", "[{'op':'replace','path':'/baz','value':'boo'}]", BOTH, 0,
	  "{\"baz\":\"boo\",\"foo\":\"bar\"}" },
	{ "{'foo':{'bar':'baz','waldo':'fred'},'qux':{'corge':'grault'}}",
	  "[{'op':'move','from':'/foo/waldo','path':'/qux/thud'}]", BOTH, 0,
	  "{\"foo\":{\"bar\":\"baz\"},\"qux\":{\"corge\":\"grault\",\"thud\":\"fred\"}}" },
	{ "{'foo':['all','grass','cows','eat']}", "[{'op':'move','from':'/foo/1','path':'/foo/3'}]",
	  BOTH, 0, "{\"foo\":[\"all\",\"cows\",\"eat\",\"grass\"]}" },
	{ "{'baz':'qux','foo':['a',2,'c']}",
	  "[{'op':'test','path':'/baz','value':'qux'},{'op':'test','path':'/foo/1','value':2}]",
	  BOTH, 0, "{\"baz\":\"qux\",\"foo\":[\"a\",2,\"c\"]}" },
	{ "{'baz':'qux'}", "[{'op':'test','path':'/baz','value':'bar'}]", BOTH, SL_ERR_CONFLICT,
	  "operation 0: test \"/baz\": the test failed" },
	{ "{'foo':'bar'}", "[{'op':'add','path':'/child','value':{'grandchild':{}}}]", BOTH, 0,
	  "{\"foo\":\"bar\",\"child\":{\"grandchild\":{}}}" },
	{ "{'foo':'bar'}", "[{'op':'add','path':'/baz','value':'qux','xyz':123}]", BOTH, 0,
	  "{\"foo\":\"bar\",\"baz\":\"qux\"}" },
	{ "{'foo':'bar'}", "[{'op':'add','path':'/baz/bat','value':'qux'}]", BOTH, SL_ERR_NOT_FOUND,
	  "operation 0: add \"/baz/bat\": the document has no \"baz\" there" },
	{ "{'/':9,'~1':10}", "[{'op':'test','path':'/~01','value':10}]", BOTH, 0,
	  "{\"/\":9,\"~1\":10}" },
	{ "{'/':9,'~1':10}", "[{'op':'test','path':'/~01','value':'10'}]", BOTH, SL_ERR_CONFLICT,
	  "the test failed" },
	{ "{'foo':['bar']}", "[{'op':'add','path':'/foo/-','value':['abc','def']}]", BOTH, 0,
	  "{\"foo\":[\"bar\",[\"abc\",\"def\"]]}" },

	{ "{'a':1}", "[]", BOTH, 0, "{\"a\":1}" },
	{ "{'a':1}", "[{'op':'add','path':'','value':[1]}]", BOTH, 0, "[1]" },
	{ "{'a':1}", "[{'op':'replace','path':'','value':{'b':2}}]", BOTH, 0, "{\"b\":2}" },
	{ "{'a':1}", "[{'op':'test','path':'','value':{'a':1.0}}]", BOTH, 0, "{\"a\":1}" },
	{ "{'a':{'b':[1]}}", "[{'op':'copy','from':'/a','path':'/a/c'}]", BOTH, 0,
	  "{\"a\":{\"b\":[1],\"c\":{\"b\":[1]}}}" },
	{ "{'a':{'b':1}}", "[{'op':'copy','from':'/a','path':'/c'},{'op':'remove','path':'/c/b'}]",
	  BOTH, 0, "{\"a\":{\"b\":1},\"c\":{}}" },
	{ "{'a':[1,2]}", "[{'op':'replace','path':'/a/1','value':3}]", BOTH, 0, "{\"a\":[1,3]}" },
	{ "{'a':[1]}", "[{'op':'add','path':'/a/1','value':2}]", BOTH, 0, "{\"a\":[1,2]}" },
	{ "{'a':1}", "[{'op':'add','path':'/a','value':2}]", BOTH, 0, "{\"a\":2}" },
	{ "{'':1}", "[{'op':'replace','path':'/','value':2}]", BOTH, 0, "{\"\":2}" },
	{ "{'m/n':{'a':1}}", "[{'op':'remove','path':'/m~1n/a'}]", BOTH, 0, "{\"m/n\":{}}" },
	{ "{'a':1}", "[{'op':'move','from':'/a','path':'/a'}]", BOTH, 0, "{\"a\":1}" },
	{ "{'a':1}", "[{'op':'move','from':'','path':''}]", BOTH, 0, "{\"a\":1}" },

	{ "{'a':[1]}", "[{'op':'add','path':'/a/2','value':2}]", BOTH, SL_ERR_NOT_FOUND,
	  "index 2 is out of range, the list has 1 items" },
	{ "{'a':[1]}", "[{'op':'add','path':'/a/99999999999999999999','value':2}]", BOTH,
	  SL_ERR_INVALID, "is no list index" },
	{ "{'a':[1]}", "[{'op':'remove','path':'/a/1'}]", BOTH, SL_ERR_NOT_FOUND, "out of range" },
	{ "{'a':[1]}", "[{'op':'remove','path':'/a/-'}]", BOTH, SL_ERR_INVALID,
	  "\"-\" is no list index" },
	{ "{'a':[1]}", "[{'op':'replace','path':'/a/x','value':1}]", BOTH, SL_ERR_INVALID,
	  "\"x\" is no list index" },
	{ "{'a':1}", "[{'op':'remove','path':'/b'}]", BOTH, SL_ERR_NOT_FOUND,
	  "operation 0: remove \"/b\": the document has no \"b\" there" },
	{ "{'a':1}", "[{'op':'remove','path':''}]", BOTH, SL_ERR_INVALID, "whole document" },
	{ "{'a':1}", "[{'op':'test','path':'/a','value':1},{'op':'remove','path':'/a/b/c'}]", BOTH,
	  SL_ERR_NOT_FOUND, "operation 1: remove \"/a/b/c\": the document has no \"b\" there" },
	{ "{'a':1}", "[{'op':'add','path':'/a/b','value':1}]", BOTH, SL_ERR_NOT_FOUND,
	  "the parent is of type integer" },
	{ "{'a':1}", "[{'op':'move','from':'/b','path':'/c'}]", BOTH, SL_ERR_NOT_FOUND,
	  "no \"b\" there" },
	{ "{'a':1}", "[{'op':'copy','from':'/b','path':'/c'}]", RFC, SL_ERR_NOT_FOUND,
	  "no \"b\" there" },
	{ "{'a':1}", "[{'op':'copy','from':'/b','path':'/c'}]", KUST, 0, "{\"a\":1,\"c\":null}" },
	{ "{'a':{'b':1}}", "[{'op':'move','from':'/a','path':'/a/b'}]", BOTH, SL_ERR_INVALID,
	  "cannot move \"/a\" into itself" },
	{ "{'a':1}", "[{'op':'move','path':'/c'}]", BOTH, SL_ERR_INVALID, "has no from" },
	{ "{'a':1}", "[{'op':'move','from':'a','path':'/c'}]", BOTH, SL_ERR_INVALID,
	  "must begin with '/'" },
	{ "{'a':1}", "[{'op':'add','path':'a','value':1}]", BOTH, SL_ERR_INVALID,
	  "must begin with '/'" },
	{ "{'a':1}", "[{'op':'add','value':1}]", BOTH, SL_ERR_INVALID, "has no path" },
	{ "{'a':1}", "[{'path':'/a','value':1}]", BOTH, SL_ERR_INVALID, "unknown operation" },
	{ "{'a':1}", "[{'op':'Add','path':'/a','value':1}]", BOTH, SL_ERR_INVALID,
	  "operation 0: Add \"/a\": unknown operation" },
	{ "{'a':1}", "['x']", BOTH, SL_ERR_INVALID, "an operation is a map, not a string" },
	{ "{'a':1}", "{'op':'remove','path':'/a'}", BOTH, SL_ERR_INVALID,
	  "a JSON patch is a list of operations, not a map" },

	/* Where the two differ. */
	{ "{'a':1}", "[{'op':'replace','path':'/b','value':2}]", RFC, SL_ERR_NOT_FOUND,
	  "no \"b\" there" },
	{ "{'a':1}", "[{'op':'replace','path':'/b','value':2}]", KUST, 0, "{\"a\":1,\"b\":2}" },
	{ "{'a':[1,2]}", "[{'op':'add','path':'/a/-1','value':3}]", RFC, SL_ERR_INVALID,
	  "\"-1\" is no list index" },
	{ "{'a':[1,2]}", "[{'op':'add','path':'/a/-1','value':3}]", KUST, 0, "{\"a\":[1,2,3]}" },
	{ "{'a':[1,2]}", "[{'op':'add','path':'/a/-3','value':3}]", KUST, 0, "{\"a\":[3,1,2]}" },
	{ "{'a':[1,2]}", "[{'op':'add','path':'/a/-4','value':3}]", KUST, SL_ERR_NOT_FOUND,
	  "index -4 is out of range" },
	{ "{'a':[1,2]}", "[{'op':'remove','path':'/a/-1'}]", KUST, 0, "{\"a\":[1]}" },
	{ "{'a':[1,2]}", "[{'op':'remove','path':'/a/-3'}]", KUST, SL_ERR_NOT_FOUND,
	  "out of range" },
	{ "{'a':[{'b':1}]}", "[{'op':'replace','path':'/a/-1/b','value':3}]", KUST, 0,
	  "{\"a\":[{\"b\":3}]}" },
	{ "{'a':[1,2]}", "[{'op':'remove','path':'/a/01'}]", RFC, SL_ERR_INVALID, "no list index" },
	{ "{'a':[1,2]}", "[{'op':'remove','path':'/a/01'}]", KUST, 0, "{\"a\":[1]}" },
	{ "{'a':[1,2]}", "[{'op':'remove','path':'/a/+1'}]", KUST, 0, "{\"a\":[1]}" },
	{ "{'a':1}", "[{'op':'add','path':'/b'}]", RFC, SL_ERR_INVALID, "has no value" },
	{ "{'a':1}", "[{'op':'add','path':'/b'}]", KUST, 0, "{\"a\":1,\"b\":null}" },
	{ "{'a':1}", "[{'op':'test','path':'/b','value':null}]", RFC, SL_ERR_NOT_FOUND,
	  "no \"b\" there" },
	{ "{'a':1}", "[{'op':'test','path':'/b','value':null}]", KUST, 0, "{\"a\":1}" },
	{ "{'a':1}", "[{'op':'test','path':'/a','value':null}]", BOTH, SL_ERR_CONFLICT,
	  "test failed" },
};

static void applies_operations(void **state)
{
	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		for (int rules = 0; rules < 2; rules++) {
			SL_AUTO(sl_arena) a = SL_ARENA_INIT;
			SL_AUTO(sl_err) err = SL_ERR_INIT;
			struct sl_value *doc = tree(&a, cases[i].doc), *out = NULL;
			struct sl_value *patch = tree(&a, cases[i].patch);
			struct sl_value *before = sl_value_copy(&a, doc);
			int r;

			if (!(cases[i].rules & 1 << rules))
				continue;
			r = sl_jsonpatch_apply(&a, doc, patch, (enum sl_jsonpatch_rules)rules, &out,
					       &err);
			if (r != cases[i].code)
				print_error("%s on %s\n", cases[i].patch, cases[i].doc);
			if (cases[i].code) {
				expect_err(r, cases[i].code, cases[i].outcome, &err);
				assert_null(out);
			} else {
				expect_ok(r, &err);
				expect_json(out, cases[i].outcome);
			}
			assert_true(sl_value_equal(doc, before));
		}
	}
}

static void outcome_shares_nothing_with_the_patch(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_value *patch = tree(&a, "[{'op':'add','path':'/a','value':{'b':1}}]"),
			*out = NULL;

	(void)state;
	expect_ok(sl_jsonpatch_apply(&a, tree(&a, "{}"), patch, SL_JSONPATCH_RFC, &out, &err),
		  &err);
	sl_map_set_int(&a, sl_get(out, "a"), "b", 2);
	expect_json(sl_get(sl_list_get(patch, 0), "value"), "{\"b\":1}");
}

static void tells_the_line_of_the_operation(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_value *out = NULL;

	(void)state;
	expect_err(sl_jsonpatch_apply(&a, tree(&a, "{}"),
				      tree(&a, "[\n\n{'op':'remove','path':'/a'}]"),
				      SL_JSONPATCH_RFC, &out, &err),
		   SL_ERR_NOT_FOUND, NULL, &err);
	assert_int_equal(err.origin.line, 3);
}

/* Copying the document into itself doubles it each time. */
static void bounds_what_copying_can_do(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_value *wide = sl_value_list(&a), *deep = sl_value_list(&a), *out = NULL;

	(void)state;
	for (int i = 0; i < 40; i++) {
		sl_list_push(&a, wide, tree(&a, "{'op':'copy','from':'/a','path':'/a/-'}"));
		sl_list_push(&a, deep, tree(&a, "{'op':'copy','from':'/a','path':'/a/0'}"));
	}
	expect_err(
		sl_jsonpatch_apply(&a, tree(&a, "{'a':[1]}"), wide, SL_JSONPATCH_RFC, &out, &err),
		SL_ERR_TOO_LARGE, NULL, &err);
	sl_err_release(&err);
	expect_err(
		sl_jsonpatch_apply(&a, tree(&a, "{'a':[1]}"), deep, SL_JSONPATCH_RFC, &out, &err),
		SL_ERR_TOO_LARGE, NULL, &err);
}

static void keeps_depth_limit(void **state)
{
	(void)state;
	for (int over = -1; over <= 1; over++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		struct sl_value *value = sl_value_int(&a, 1), *list, *patch, *out = NULL;
		int r;

		/* One level is the document's, the rest the value's. */
		for (int i = 1; i < SL_JSONPATCH_DEPTH_MAX + over; i++) {
			list = sl_value_list(&a);
			sl_list_push(&a, list, value);
			value = list;
		}
		patch = tree(&a, "[{'op':'add','path':'/a'}]");
		sl_map_setz(&a, sl_list_get(patch, 0), "value", value);
		r = sl_jsonpatch_apply(&a, tree(&a, "{}"), patch, SL_JSONPATCH_RFC, &out, &err);
		assert_int_equal(r, over > 0 ? SL_ERR_TOO_LARGE : 0);
	}
}

static void keeps_operation_limit(void **state)
{
	(void)state;
	for (int over = -1; over <= 1; over++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		struct sl_value *patch = sl_value_list(&a), *out = NULL;
		struct sl_value *op = tree(&a, "{'op':'test','path':'/a','value':1}");
		int r;

		for (int i = 0; i < SL_JSONPATCH_OPS_MAX + over; i++)
			sl_list_push(&a, patch, op);
		r = sl_jsonpatch_apply(&a, tree(&a, "{'a':1}"), patch, SL_JSONPATCH_RFC, &out,
				       &err);
		assert_int_equal(r, over > 0 ? SL_ERR_TOO_LARGE : 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(applies_operations),
		cmocka_unit_test(outcome_shares_nothing_with_the_patch),
		cmocka_unit_test(tells_the_line_of_the_operation),
		cmocka_unit_test(bounds_what_copying_can_do),
		cmocka_unit_test(keeps_depth_limit),
		cmocka_unit_test(keeps_operation_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
