/* Plugins: what golden cases cannot show, because kustomize does otherwise or has no words for it. */
#include "libcommon/render/kustomize/kustomize.h"

#include "test/unit/support/expect.h"
#include "test/unit/support/kustomize_fs.h"

#define POD \
	"=== pod.yaml\n" \
	"apiVersion: v1\n" \
	"kind: Pod\n" \
	"metadata: {name: p, namespace: n, labels: {a: b}}\n" \
	"spec: {containers: [{name: a, image: \"nginx:3\"}]}\n"

static int build(struct sl_arena *a, struct sl_str text, struct sl_kustomize_result *ret,
		 struct sl_err *err)
{
	struct test_text_fs files = { .text = text };
	struct sl_kustomize_fs fs = test_text_fs(&files);

	return sl_kustomize_build(a, &fs, "", NULL, ret, err);
}

/* kustomize refuses all of these: it compares the nodes of its parser, not what they say. */
static void validators_may_write_what_is_there(void **state)
{
	static const char *const validators[] = {
		"kind: LabelTransformer\nmetadata: {name: v}\nlabels: {a: b}\n"
		"fieldSpecs: [{path: metadata/labels}]\n",
		"kind: LabelTransformer\nmetadata: {name: v}\nlabels: {validated-by: me}\n"
		"fieldSpecs: [{path: metadata/labels}]\n",
		"kind: NamespaceTransformer\nmetadata: {name: v, namespace: n}\n",
		"kind: ImageTagTransformer\nmetadata: {name: v}\nimageTag: {name: nginx, newTag: "
		"\"3\"}\n",
		"kind: PatchTransformer\nmetadata: {name: v}\ntarget: {kind: Pod}\n"
		"patch: '[{\"op\": \"test\", \"path\": \"/metadata/name\", \"value\": \"p\"}]'\n",
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(validators); i++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		struct sl_kustomize_result result;
		const char *text = sl_arena_printf(&a,
						   "=== kustomization.yaml\nresources: [pod.yaml]\n"
						   "validators: [v.yaml]\n" POD
						   "=== v.yaml\napiVersion: builtin\n%s",
						   validators[i]);

		expect_ok(build(&a, sl_str(text), &result, &err), &err);
		assert_int_equal(result.n, 1);
		expect_str(sl_get_str(result.objects[0], "metadata", "labels", "a"), "b");
	}
}

static void a_validator_may_not_change(void **state)
{
	static const char *const values[] = { "c", "" };

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(values); i++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		struct sl_kustomize_result result;
		const char *text = sl_arena_printf(
			&a,
			"=== kustomization.yaml\nresources: [pod.yaml]\nvalidators: [v.yaml]\n" POD
			"=== v.yaml\napiVersion: builtin\nkind: LabelTransformer\n"
			"metadata: {name: v}\nlabels: {a: '%s'}\n"
			"fieldSpecs: [{path: metadata/labels}]\n",
			values[i]);

		expect_err(build(&a, sl_str(text), &result, &err), SL_ERR_INVALID,
			   "validator shouldn't modify the resource map", &err);
		assert_string_equal(err.origin.file, "v.yaml");
	}
}

#define VALUE_ADD(target) \
	"=== kustomization.yaml\nresources: [pod.yaml]\ntransformers: [v.yaml]\n" POD \
	"=== v.yaml\napiVersion: builtin\nkind: ValueAddTransformer\nmetadata: {name: v}\n" \
	"value: x\ntargets: [" target "]\n"

static void value_add_refuses_bad_paths(void **state)
{
	static const struct {
		const char *text, *part;
	} cases[] = {
		{ VALUE_ADD("{fieldPath: ''}"), "fieldPath cannot be empty" },
		{ VALUE_ADD("{fieldPath: a, filePathPosition: -1}"), "cannot be negative" },
		{ VALUE_ADD("{fieldPath: 'spec/containers/[name]/image'}"),
		  "must contain fieldName=fieldValue" },
		{ VALUE_ADD("{fieldPath: 'spec/[a=b]'}"), "needs a list, got a map" },
		{ VALUE_ADD("{fieldPath: spec/containers/name}"), "needs a map, got a list" },
		{ VALUE_ADD("{fieldPath: metadata/0}"), "needs a list, got a map" },
		{ VALUE_ADD("{fieldPath: 'spec/containers/*/name'}"), "wildcard" },
		{ VALUE_ADD("{fieldPath: spec}"), "needs a scalar, got a map" },
		{ VALUE_ADD("{selector: {name: '('}, fieldPath: spec}"), "" },
		{ "=== kustomization.yaml\nresources: [pod.yaml]\ntransformers: [v.yaml]\n" POD
		  "=== v.yaml\napiVersion: builtin\nkind: ValueAddTransformer\n"
		  "metadata: {name: v}\ntargets: [{fieldPath: a}]\n",
		  "a value is needed" },
		{ "=== kustomization.yaml\nresources: [pod.yaml]\ntransformers: [v.yaml]\n" POD
		  "=== v.yaml\napiVersion: builtin\nkind: ValueAddTransformer\n"
		  "metadata: {name: v}\nvalue: x\ntargetFilePath: none.yaml\n",
		  "targetFilePath 'none.yaml'" },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		struct sl_kustomize_result result;
		int r = build(&a, sl_str(cases[i].text), &result, &err);

		assert_true(r < 0);
		expect_err(r, err.code, cases[i].part, &err);
	}
}

/* One part below the cap, at it, and above it. */
static void caps_parts_of_a_path(void **state)
{
	static const size_t counts[] = { 63, 64, 65 };

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(counts); i++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		SL_AUTO(sl_strbuf) path = SL_STRBUF_INIT(4096);
		struct sl_kustomize_result result;

		sl_strbuf_addz(&path, "fresh");
		for (size_t k = 1; k < counts[i]; k++)
			sl_strbuf_addz(&path, "/a");
		const char *text = sl_arena_printf(&a, VALUE_ADD("{fieldPath: %s}"), path.p);
		int r = build(&a, sl_str(text), &result, &err);

		if (counts[i] <= 64)
			expect_ok(r, &err);
		else
			expect_err(r, SL_ERR_TOO_LARGE, "more than 64 parts", &err);
	}
}

static void survives_truncation(void **state)
{
	static const char text[] =
		"=== kustomization.yaml\nresources: [pod.yaml]\n"
		"generators:\n- |\n  apiVersion: builtin\n  kind: IAMPolicyGenerator\n"
		"  metadata: {name: g}\n  cloud: gke\n  kubernetesService: {name: k}\n"
		"  serviceAccount: {name: s, projectId: p}\n"
		"transformers: [v.yaml]\nvalidators: [v.yaml]\n" POD
		"=== v.yaml\napiVersion: builtin\nkind: ValueAddTransformer\n"
		"metadata: {name: v}\nvalue: x\ntargets: [{selector: {kind: Pod}, fieldPath: "
		"'spec/containers/[name=a]/image', filePathPosition: 2}]\n";

	(void)state;
	for (size_t n = 0; n < sizeof(text); n++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		struct sl_kustomize_result result;
		int r = build(&a, (struct sl_str){ text, n }, &result, &err);

		assert_true(r == 0 || (err.code < 0 && err.message));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(validators_may_write_what_is_there),
		cmocka_unit_test(a_validator_may_not_change),
		cmocka_unit_test(value_add_refuses_bad_paths),
		cmocka_unit_test(caps_parts_of_a_path),
		cmocka_unit_test(survives_truncation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
