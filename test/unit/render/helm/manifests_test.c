#include "libcommon/render/helm/manifests.h"

#include <string.h>

#include "test/unit/support/helmchart.h"

/* What Helm's SplitManifests makes of each text, every document between < and >. */
static const struct {
	const char *text, *docs;
} splits[] = {
	{ "", "" },
	{ "a", "<a>" },
	{ "---\na", "<a>" },
	{ "a\n---\nb", "<a><b>" },
	{ "---\n---\na", "<---\na>" },
	{ "a\n---\n---\nb", "<a><---\nb>" },
	{ "a\n \t\n---   \n\nb\n", "<a><b>" },
	{ "a\n---b", "<a><b>" },
	{ "a\n----\nb", "<a><-\nb>" },
	{ "a---b", "<a---b>" },
	{ "a ---\nb", "<a ---\nb>" },
	{ "# c\n---\n# d\n---\n", "<# c><# d>" },
	{ "\n\n---\n\n---\n\n", "<--->" },
	{ "a\n---\r\nb\r\n---\r\nc", "<a><b><c>" },
	{ "a: |\n  ---\n  x\n---\nb", "<a: |\n  ---\n  x><b>" },
	{ "--- a\n--- b\n", "<a><b>" },
	{ "\u00a0\na\n---\n\u2003b", "<a><b>" },
	{ "a\n\n\n---\n\n\n---\n\n\nb", "<a><---\n\n\nb>" },
	{ "--", "<-->" },
	{ "a\n--", "<a\n-->" },
};

static void splits_as_helm_does(void **state)
{
	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(splits); i++) {
		SL_AUTO(sl_strbuf) got = SL_STRBUF_INIT(4096);
		struct sl_helm_split s = sl_helm_split_begin(sl_str(splits[i].text));
		struct sl_str doc;

		while (sl_helm_split_next(&s, &doc))
			sl_strbuf_addf(&got, "<%.*s>", SL_STR_FMT(doc));
		expect_str_case(sl_strbuf_str(&got), sl_str(splits[i].docs), splits[i].text);
	}
}

static int sort(struct sl_arena *a, const char *name, const char *text, struct sl_strbuf *log,
		struct sl_helm_result *ret, struct sl_err *err)
{
	const struct sl_helm_file file = { sl_str(name), sl_str(text) };
	const struct sl_helm_host host = logging_host(log);

	*ret = (struct sl_helm_result){ .manifest_count = 0 };
	return sl_helm_sort_manifests(a, &file, 1, &host, ret, err);
}

static void orders_by_kind(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	SL_AUTO(sl_strbuf) log = SL_STRBUF_INIT(4096), got = SL_STRBUF_INIT(4096);
	struct sl_helm_result r;

	(void)state;
	expect_ok(sort(&a, "c/templates/a.yaml",
		       "kind: Ingress\n---\nkind: Zebra\nn: 1\n---\nkind: Apple\n---\nkind: "
		       "Zebra\nn: 2\n"
		       "---\nkind: ServiceAccount\napiVersion: v1\n---\n# comment\n---\nkind: "
		       "Namespace",
		       &log, &r, &err),
		  &err);
	for (size_t i = 0; i < r.manifest_count; i++)
		sl_strbuf_addf(&got, "<%.*s>", SL_STR_FMT(r.manifests[i].content));
	assert_string_equal(got.p,
			    "<kind: Namespace><kind: ServiceAccount\napiVersion: v1><kind: Ingress>"
			    "<# comment><kind: Apple><kind: Zebra\nn: 1><kind: Zebra\nn: 2>");
	expect_str(r.manifests[1].api_version, "v1");
	assert_int_equal(r.hook_count, 0);
}

static void finds_hooks(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	SL_AUTO(sl_strbuf) log = SL_STRBUF_INIT(4096);
	struct sl_helm_result r;

	(void)state;
	expect_ok(
		sort(&a, "c/templates/a.yaml",
		     "kind: Job\nmetadata:\n  name: j\n  annotations:\n"
		     "    helm.sh/hook: pre-install, Post-Upgrade,test-success\n"
		     "    helm.sh/hook-weight: -5\n"
		     "    helm.sh/hook-delete-policy: Hook-Succeeded , before-hook-creation\n"
		     "    helm.sh/hook-output-log-policy: hook-failed\n"
		     "---\nkind: Pod\nmetadata: {annotations: {helm.sh/hook: wrong}}\n"
		     "---\nkind: Pod\nmetadata: {annotations: {helm.sh/hook: \"\"}}\n"
		     "---\nkind: ConfigMap\nmetadata: {name: c, annotations: {helm.sh/hook: test, "
		     "helm.sh/hook-weight: much}}\n"
		     "---\nkind: Pod\nmetadata: {annotations: {other: x}}\n",
		     &log, &r, &err),
		&err);
	assert_int_equal(r.manifest_count, 1);
	assert_int_equal(r.hook_count, 2);
	expect_str(r.hooks[0].name, "c");
	assert_int_equal(r.hooks[0].weight, 0);
	expect_str(r.hooks[1].name, "j");
	assert_int_equal(r.hooks[1].event_count, 3);
	assert_true(sl_helm_hook_has(&r.hooks[1], SL_HELM_TEST));
	assert_true(sl_helm_hook_has(&r.hooks[1], SL_HELM_POST_UPGRADE));
	assert_false(sl_helm_hook_has(&r.hooks[1], SL_HELM_PRE_DELETE));
	assert_int_equal(r.hooks[1].weight, -5);
	assert_int_equal(r.hooks[1].delete_policy_count, 2);
	expect_str(r.hooks[1].delete_policies[0], "hook-succeeded");
	expect_str(r.hooks[1].delete_policies[1], "before-hook-creation");
	expect_str(r.hooks[1].output_log_policies[0], "hook-failed");
	assert_string_equal(log.p,
			    "manifest_sorter.go:199: info: skipping unknown hook: \"wrong\"\n"
			    "manifest_sorter.go:199: info: skipping unknown hook: \"\"\n");
}

static const struct {
	const char *text, *message;
} malformed[] = {
	{ "a: b: c",
	  "YAML parse error on c/a.yaml: error converting YAML to JSON: yaml: mapping values "
	  "are not allowed in this context" },
	{ "text",
	  "YAML parse error on c/a.yaml: error unmarshaling JSON: while decoding JSON: json: "
	  "cannot unmarshal string into Go value of type releaseutil.SimpleHead" },
	{ "kind: [a]",
	  "YAML parse error on c/a.yaml: error unmarshaling JSON: while decoding JSON: json: "
	  "cannot unmarshal array into Go struct field SimpleHead.kind of type string" },
	{ "metadata: text", "json: cannot unmarshal string into Go struct field "
			    "SimpleHead.metadata of type struct { Name "
			    "string \"json:\\\"name\\\"\"; Annotations map[string]string "
			    "\"json:\\\"annotations\\\"\" }" },
	{ "metadata: {annotations: {a: {d: e}}}", "json: cannot unmarshal object into Go struct "
						  "field .metadata.annotations of type string" },
};

static void says_what_is_no_manifest(void **state)
{
	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(malformed); i++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		SL_AUTO(sl_strbuf) log = SL_STRBUF_INIT(4096);
		struct sl_helm_result r;

		expect_err(sort(&a, "c/a.yaml", malformed[i].text, &log, &r, &err), SL_ERR_INVALID,
			   malformed[i].message, &err);
	}
}

static void leaves_partials_out(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	SL_AUTO(sl_strbuf) log = SL_STRBUF_INIT(4096);
	struct sl_helm_result r;

	(void)state;
	expect_ok(sort(&a, "c/templates/_a.yaml", "a: b: c", &log, &r, &err), &err);
	assert_int_equal(r.manifest_count, 0);
	expect_ok(sort(&a, "c/templates/a.yaml", " \n\n", &log, &r, &err), &err);
	assert_int_equal(r.manifest_count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(splits_as_helm_does), cmocka_unit_test(orders_by_kind),
		cmocka_unit_test(finds_hooks),	       cmocka_unit_test(says_what_is_no_manifest),
		cmocka_unit_test(leaves_partials_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
