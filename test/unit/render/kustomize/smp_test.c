#include "libcommon/render/kustomize/smp.h"

#include "libcommon/codec/yaml.h"
#include "test/unit/support/expect.h"

static struct sl_value *yaml(struct sl_arena *a, const char *text)
{
	struct sl_yaml_options o = { .rules = SL_YAML_GO3 };
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_value *doc;

	expect_ok(sl_yaml_parse(a, sl_str(text), &o, &doc, &err), &err);
	return doc;
}

#define DEPLOY "apiVersion: apps/v1, kind: Deployment"
#define POD(spec) "{" DEPLOY ", spec: {template: {spec: {" spec "}}}}"
#define CR(rest) "{apiVersion: e.com/v1, kind: X, " rest "}"

static void merges_as_kustomize_does(void **state)
{
	static const struct {
		const char *name, *dest, *patch, *want;
	} cases[] = {
		{ "null removes", CR("a: 1, b: 2"), CR("a: null"), CR("b: 2") },
		{ "written null of the object stays", CR("a: null"), CR("b: 1"),
		  CR("a: null, b: 1") },
		{ "empty null of the object goes", "apiVersion: e.com/v1\nkind: X\na:\n",
		  CR("b: 1"), CR("b: 1") },
		{ "nulls of a new map go", CR("a: 1"), CR("m: {x: null, y: {z: null, w: 1}}"),
		  CR("a: 1, m: {y: {w: 1}}") },
		{ "lists of unknown kinds are replaced", CR("l: [{name: a}]"), CR("l: [{name: b}]"),
		  CR("l: [{name: b}]") },
		{ "new elements come first", POD("containers: [{name: a}, {name: b}]"),
		  POD("containers: [{name: c}, {name: b, x: 1}]"),
		  POD("containers: [{name: c}, {name: b, x: 1}, {name: a}]") },
		{ "delete an element", POD("containers: [{name: a}, {name: b}]"),
		  POD("containers: [{name: a, $patch: delete}]"), POD("containers: [{name: b}]") },
		{ "replace a list", POD("containers: [{name: a}, {name: b}]"),
		  POD("containers: [{$patch: replace}, {name: c}]"),
		  POD("containers: [{name: c}]") },
		{ "delete a list", POD("containers: [{name: a}], x: 1"),
		  POD("containers: [{$patch: delete}]"), POD("x: 1") },
		{ "replace a map", CR("m: {a: 1, b: 2}"), CR("m: {$patch: replace, c: 3}"),
		  CR("m: {c: 3}") },
		{ "delete a map", CR("m: {a: 1}, n: 1"), CR("m: {$patch: delete}"), CR("n: 1") },
		{ "of ports, one without protocol wins over one with it",
		  POD("containers: [{name: a, ports: [{containerPort: 80}]}]"),
		  POD("containers: [{name: a, ports: [{containerPort: 80, protocol: UDP}]}]"),
		  POD("containers: [{name: a, ports: [{containerPort: 80}]}]") },
		{ "sets of scalars", "{" DEPLOY ", metadata: {finalizers: [a, b]}}",
		  "{" DEPLOY ", metadata: {finalizers: [b, c]}}",
		  "{" DEPLOY ", metadata: {finalizers: [b, c, a]}}" },
		{ "a nested object of a known kind", CR("t: " POD("containers: [{name: a}]")),
		  CR("t: " POD("containers: [{name: b}]")),
		  CR("t: " POD("containers: [{name: b}, {name: a}]")) },
		{ "directives that kustomize does not know stay", CR("a: 1"),
		  CR("$retainKeys: [a], $setElementOrder/x: [1]"),
		  CR("a: 1, $retainKeys: [a], $setElementOrder/x: [1]") },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		struct sl_value *result;

		expect_ok(sl_kz_strategic_merge(&a, NULL, yaml(&a, cases[i].dest),
						yaml(&a, cases[i].patch), &result, &err),
			  &err);
		if (!sl_value_equal(result, yaml(&a, cases[i].want)))
			fail_msg("%s", cases[i].name);
	}
}

static void deletes_the_object(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	struct sl_value *result = sl_value_null(&a);

	(void)state;
	assert_int_equal(sl_kz_strategic_merge(&a, NULL, yaml(&a, CR("a: 1")),
					       yaml(&a, CR("$patch: delete")), &result, NULL),
			 0);
	assert_null(result);
}

static void refuses_what_does_not_fit(void **state)
{
	static const struct {
		const char *dest, *patch, *part;
	} cases[] = {
		{ CR("a: {b: 1}"), CR("a: [1]"), "expected MappingNode but got SequenceNode" },
		{ CR("a: [1]"), CR("a: x"), "expected SequenceNode but got ScalarNode" },
		{ CR("a: x"), CR("a: {}"), "expected ScalarNode but got MappingNode" },
		{ CR("a: {}"), CR("a: {$patch: nonsense}"), "unknown patch strategy 'nonsense'" },
		{ POD("containers: [{name: a}]"), POD("containers: [{$patch: x}]"),
		  "unknown patch strategy 'x'" },
		{ POD("containers: [text]"), POD("containers: [{name: a}]"), "expected a map" },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		struct sl_value *result;

		expect_err(sl_kz_strategic_merge(&a, NULL, yaml(&a, cases[i].dest),
						 yaml(&a, cases[i].patch), &result, &err),
			   SL_ERR_INVALID, cases[i].part, &err);
		assert_int_equal(err.origin.line, 1);
	}
}

static struct sl_value *with_finalizers(struct sl_arena *a, size_t n)
{
	struct sl_value *obj = yaml(a, "{" DEPLOY ", metadata: {}}");
	struct sl_value *list = sl_map_need_list(a, sl_get(obj, "metadata"), "finalizers");

	for (size_t i = 0; i < n; i++)
		sl_list_push_strz(a, list, "same");
	return obj;
}

static void caps_merged_lists(void **state)
{
	(void)state;
	for (size_t n = SL_KZ_MERGE_LIST_MAX - 1; n <= SL_KZ_MERGE_LIST_MAX + 1; n++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		struct sl_value *result;

		assert_int_equal(sl_kz_strategic_merge(&a, NULL, with_finalizers(&a, n),
						       with_finalizers(&a, 0), &result, &err),
				 n > SL_KZ_MERGE_LIST_MAX ? SL_ERR_TOO_LARGE : 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(merges_as_kustomize_does),
		cmocka_unit_test(deletes_the_object),
		cmocka_unit_test(refuses_what_does_not_fit),
		cmocka_unit_test(caps_merged_lists),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
