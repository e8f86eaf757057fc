/* What the generator of charts asks its renderer for, and what becomes of the answer. */
#include <string.h>

#include "libcommon/render/kustomize/kustomize.h"

#include "test/unit/support/expect.h"
#include "test/unit/support/kustomize_fs.h"

#define CHART "=== charts/web/values.yaml\na: 1\nb: {c: 2, d: x}\nl: [1, 2]\n"

/* What was asked for, as text, one line an aspect. */
struct asked {
	struct sl_strbuf text;
	const char *answer;
};

static int render(void *ctx, const struct sl_kustomize_fs *fs, const struct sl_kustomize_chart *c,
		  struct sl_arena *a, struct sl_str *ret_text, struct sl_err *err)
{
	struct asked *asked = ctx;
	struct sl_strbuf *t = &asked->text;

	(void)fs;
	(void)err;
	sl_strbuf_addf(t, "%s release=%.*s template=%.*s ns=%.*s kube=%.*s", c->dir,
		       SL_STR_FMT(c->release), SL_STR_FMT(c->name_template),
		       SL_STR_FMT(c->namespace_), SL_STR_FMT(c->kube_version));
	for (size_t i = 0; i < c->api_version_count; i++)
		sl_strbuf_addf(t, " api=%.*s", SL_STR_FMT(c->api_versions[i]));
	sl_strbuf_addf(t, "%s%s%s\n", c->include_crds ? " crds" : "",
		       c->skip_tests ? " skip-tests" : "", c->no_hooks ? " no-hooks" : "");
	for (size_t i = 0; i < c->value_count; i++)
		sl_strbuf_addf(t, "--\n%.*s", SL_STR_FMT(c->values[i]));
	*ret_text = sl_str(sl_arena_strdup(a, asked->answer));
	return 0;
}

static int build(struct sl_arena *a, const char *text, struct asked *asked,
		 struct sl_kustomize_result *ret, struct sl_err *err)
{
	struct test_text_fs files = { .text = sl_str(text) };
	struct sl_kustomize_fs fs = test_text_fs(&files);
	const struct sl_kustomize_charts charts = { .ctx = asked, .render = render };
	const struct sl_kustomize_options options = { .charts = &charts };

	return sl_kustomize_build(a, &fs, "", &options, ret, err);
}

static void asks_for_what_the_fields_say(void **state)
{
	static const struct {
		const char *name, *text, *want;
	} cases[] = {
		{ "the values of the chart by default", "helmCharts: [{name: web}]\n" CHART,
		  "charts/web release= template= ns= kube=\n--\na: 1\nb: {c: 2, d: x}\nl: [1, "
		  "2]\n" },
		{ "every field",
		  "helmCharts:\n- {name: web, releaseName: r, namespace: ns1, kubeVersion: "
		  "v1.30.0,\n"
		  "   apiVersions: [a/v1, b/v1], nameTemplate: t, includeCRDs: true, skipTests: "
		  "true,\n"
		  "   skipHooks: true, debug: true, devel: true, valuesFile: v.yaml,\n"
		  "   additionalValuesFiles: [w.yaml]}\n=== v.yaml\nv: 1\n=== w.yaml\nw: 1\n" CHART,
		  "charts/web release=r template=t ns=ns1 kube=v1.30.0 api=a/v1 api=b/v1 crds "
		  "skip-tests "
		  "no-hooks\n--\nv: 1\n--\nw: 1\n" },
		{ "values in place win",
		  "helmCharts: [{name: web, valuesInline: {a: 5, b: {c: null, e: 'no'}, l: "
		  "[3]}}]\n" CHART,
		  "charts/web release= template= ns= kube=\n--\na: 5\nb:\n  d: x\n  e: "
		  "\"no\"\nl:\n- 3\n" },
		{ "values in place give way",
		  "helmCharts: [{name: web, valuesMerge: merge, valuesInline: {a: 5, b: {e: "
		  "z}}}]\n" CHART,
		  "charts/web release= template= ns= kube=\n--\na: 1\nb:\n  c: 2\n  d: x\n  e: z"
		  "\nl:\n- 1\n- 2\n" },
		{ "values in place alone",
		  "helmCharts: [{name: web, valuesMerge: replace, valuesInline: {a: 5}}]\n" CHART,
		  "charts/web release= template= ns= kube=\n--\na: 5\n" },
		{ "where kustomize would have pulled it",
		  "helmGlobals: {chartHome: my}\n"
		  "helmCharts: [{name: web, version: 1.2.3, repo: https://x, valuesFile: v.yaml}]\n"
		  "=== v.yaml\n=== my/web-1.2.3/web/Chart.yaml\n",
		  "my/web-1.2.3/web release= template= ns= kube=\n--\n" },
		{ "the namespace of the kustomization",
		  "namespace: outer\nhelmCharts: [{name: web, valuesFile: v.yaml}]\n=== "
		  "v.yaml\n" CHART,
		  "charts/web release= template= ns=outer kube=\n--\n" },
		{ "the namespace of those above",
		  "namespace: outer\nresources: [base]\n"
		  "=== base/kustomization.yaml\nresources: [in]\n"
		  "=== base/in/kustomization.yaml\nhelmCharts: [{name: web, valuesFile: v.yaml}]\n"
		  "=== base/in/v.yaml\n=== base/in/charts/web/Chart.yaml\n",
		  "base/in/charts/web release= template= ns=outer kube=\n--\n" },
		{ "the old field",
		  "helmChartInflationGenerator:\n- {chartName: web, chartHome: my, values: "
		  "v.yaml,\n"
		  "   releaseName: r, releaseNamespace: gone, extraArgs: [x]}\n"
		  "=== v.yaml\n=== my/web/Chart.yaml\n",
		  "my/web release=r template= ns= kube=\n--\n" },
		{ "the plugin",
		  "generators: [g.yaml]\n=== g.yaml\napiVersion: builtin\n"
		  "kind: HelmChartInflationGenerator\nmetadata: {name: g}\nname: web\nchartHome: "
		  "my\n"
		  "releaseName: r\nvaluesFile: v.yaml\n=== v.yaml\n=== my/web/Chart.yaml\n",
		  "my/web release=r template= ns= kube=\n--\n" },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		struct asked asked = { .text = SL_STRBUF_INIT(10000),
				       .answer = "{apiVersion: v1, kind: A, metadata: {name: a}}" };
		struct sl_kustomize_result result;

		if (build(&a, sl_arena_printf(&a, "=== kustomization.yaml\n%s", cases[i].text),
			  &asked, &result, &err) < 0)
			fail_msg("%s: %s", cases[i].name, err.message);
		if (strcmp(asked.text.p, cases[i].want))
			fail_msg("%s: got\n%swant\n%s", cases[i].name, asked.text.p, cases[i].want);
		assert_int_equal(result.n, 1);
		sl_strbuf_release(&asked.text);
	}
}

static void objects_join_but_keep_the_namespace_of_helm(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(10000);
	struct asked asked = {
		.text = SL_STRBUF_INIT(10000),
		.answer = "---\n# Source: web/templates/a.yaml\n{apiVersion: v1, kind: ConfigMap, "
			  "metadata: {name: a, namespace: helms}}\n---\n{apiVersion: v1, kind: "
			  "ConfigMap, metadata: {name: b}}\n"
	};
	struct sl_kustomize_result result;

	(void)state;
	expect_ok(build(&a,
			"=== kustomization.yaml\nnamespace: mine\nnamePrefix: p-\n"
			"helmCharts: [{name: web, valuesFile: v.yaml}]\n=== v.yaml\n" CHART,
			&asked, &result, &err),
		  &err);
	sl_kustomize_write(result.objects, result.n, &out);
	assert_string_equal(out.p, "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: p-a\n"
				   "  namespace: helms\n---\napiVersion: v1\nkind: ConfigMap\n"
				   "metadata:\n  name: p-b\n");
	sl_strbuf_release(&asked.text);
}

static void refuses_what_cannot_be_a_chart(void **state)
{
	static const struct {
		const char *text, *message;
		enum sl_err_code code;
	} cases[] = {
		{ "helmCharts: [{releaseName: x}]\n", "chart name cannot be empty",
		  SL_ERR_INVALID },
		{ "helmCharts: [{name: web, releaseName: --post-renderer=x}]\n",
		  "releaseName must not start with '-', got \"--post-renderer=x\"",
		  SL_ERR_INVALID },
		{ "helmCharts: [{name: -x}]\n", "chart name must not start with '-', got \"-x\"",
		  SL_ERR_INVALID },
		{ "helmCharts: [{name: web, valuesMerge: some}]\n",
		  "valuesMerge must be one of [merge override replace]", SL_ERR_INVALID },
		{ "helmCharts: [{name: web}]\n",
		  "no repo specified for pull, no chart found at 'charts/web'", SL_ERR_NOT_FOUND },
		{ "helmCharts: [{name: web, repo: https://x}]\n",
		  "no chart found at 'charts/web', and charts are not pulled during a build: get "
		  "it with "
		  "'helm pull --untar --untardir charts' first",
		  SL_ERR_NOT_FOUND },
		{ "helmCharts: [{name: ../../web}]\n", "leads out of the source",
		  SL_ERR_FORBIDDEN },
		{ "helmCharts: [{name: web, additionalValuesFiles: [none.yaml]}]\n" CHART,
		  "could not load additionalValuesFile: no such file 'none.yaml'",
		  SL_ERR_NOT_FOUND },
		{ "helmCharts: [{name: web, valuesInline: {x: 1}, valuesFile: bad.yaml}]\n"
		  "=== bad.yaml\na: [\n" CHART,
		  "could not merge values", SL_ERR_INVALID },
		{ "helmCharts: [{name: web, valuesInline: [1]}]\n",
		  "cannot unmarshal array into Go struct field "
		  "Kustomization.helmCharts[0].valuesInline of type map[string]interface {}",
		  SL_ERR_INVALID },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		struct asked asked = { .text = SL_STRBUF_INIT(10000), .answer = "" };
		struct sl_kustomize_result result;

		expect_err(build(&a,
				 sl_arena_printf(&a, "=== kustomization.yaml\n%s", cases[i].text),
				 &asked, &result, &err),
			   cases[i].code, cases[i].message, &err);
		assert_int_equal(err.origin.line ? 1 : 0, 1);
		sl_strbuf_release(&asked.text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(asks_for_what_the_fields_say),
		cmocka_unit_test(objects_join_but_keep_the_namespace_of_helm),
		cmocka_unit_test(refuses_what_cannot_be_a_chart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
