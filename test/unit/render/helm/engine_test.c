#include <string.h>

#include "libcommon/lang/template/template.h"
#include "test/unit/support/helmchart.h"

#define CHART \
	"apiVersion: v2\nname: c\nversion: 1.2.3\nappVersion: 1.10\ndescription: d\n" \
	"keywords: [a, b]\nmaintainers: [{name: M, email: m@x}]\nannotations: {k: v}\n" \
	"dependencies: [{name: sub, version: \"*\", alias: other}, {name: lib, version: \"*\"}]\n"

/* The chart of all cases; the first file is the template of the case. */
#define TREE(text) \
	{ \
		{ "templates/a.yaml", (text) }, { "Chart.yaml", CHART }, \
			{ "values.yaml", "other: {w: 2}\nglobal: {g: 1}\nnothing: null\n" }, \
			{ "templates/_h.tpl", "{{ define \"same\" }}root{{ end }}" }, \
			{ "files/a.txt", "one\ntwo\n" }, { "files/b.bin", "\x01\xff" }, \
			{ "files/deep/c.conf", "x: 1" }, \
			{ "charts/sub/Chart.yaml", "name: sub\nversion: 0.1.0\n" }, \
			{ "charts/sub/values.yaml", "v: mine\n" }, \
			{ "charts/sub/templates/s.yaml", \
			  "kind: Sub\nn: {{ .Chart.Name }} {{ .Values.v }} {{ .Values.w }} " \
			  "{{ .Values.global.g }} {{ .Chart.IsRoot }} {{ include \"same\" . }} " \
			  "{{ .Template.BasePath }}\n" }, \
			{ "charts/sub/templates/_h.tpl", "{{ define \"same\" }}sub{{ end }}" }, \
			{ "charts/lib/Chart.yaml", "name: lib\nversion: 0.1.0\ntype: library\n" }, \
			{ "charts/lib/templates/_l.tpl", "{{ define \"lib\" }}L{{ end }}" }, \
			{ "charts/lib/templates/x.yaml", "{{ fail \"never rendered\" }}" }, \
		{ \
			NULL, NULL \
		} \
	}

static const struct sl_helm_options plain = {
	.release = { "rel", 3 },
	.namespace_ = { "ns", 2 },
};

/* Renders the case's template; *ret is its text. */
static int render(struct sl_arena *a, const char *text, const struct sl_helm_options *o,
		  const struct sl_helm_host *host, struct sl_str *ret, struct sl_err *err)
{
	const struct chart_file files[] = TREE(text);
	struct sl_helm_chart *c = NULL;
	struct sl_go_map *values = NULL;
	struct sl_helm_file *out = NULL;
	size_t n = 0;
	int r;

	expect_ok(sl_helm_process_dependencies(a, chart_of(a, files, host), NULL, host, &c, err),
		  err);
	expect_ok(sl_helm_values_coalesce(a, c, NULL, host, &values, err), err);
	r = sl_helm_render_files(a, c, values, o, host, &out, &n, err);
	for (size_t i = 0; i < n && r == 0; i++)
		if (sl_str_eqz(out[i].name, "c/templates/a.yaml"))
			*ret = out[i].data;
	return r;
}

/* What Helm v3.22.0 renders. */
static const struct {
	const char *text, *want;
} rendered[] = {
	{ "{{ .Chart.Name }} {{ .Chart.Version }} {{ .Chart.AppVersion }} {{ .Chart.Keywords }} "
	  "{{ (index .Chart.Maintainers 0).Email }} {{ .Chart.Annotations.k }} {{ .Chart.IsRoot }} "
	  "{{ (index .Chart.Dependencies 0).Name }} {{ .Chart.Metadata.Name }}",
	  "c 1.2.3 1.1 [a b] m@x v true other c" },
	{ "{{ .Release.Name }} {{ .Release.Namespace }} {{ .Release.Revision }} "
	  "{{ .Release.IsInstall }} {{ .Release.IsUpgrade }} {{ .Release.Service }}",
	  "rel ns 1 true false Helm" },
	{ "{{ .Capabilities.KubeVersion }} {{ .Capabilities.KubeVersion.Major }} "
	  "{{ .Capabilities.KubeVersion.GitVersion }} {{ print .Capabilities.KubeVersion }} "
	  "{{ .Capabilities.APIVersions.Has \"v1\" }} {{ .Capabilities.APIVersions.Has \"x\" }} "
	  "{{ .Capabilities.HelmVersion.Version }}",
	  "v1.20.0 1 v1.20.0 {v1.20.0 1 20} true false v3.22" },
	{ "{{ .Template.Name }} {{ .Template.BasePath }}", "c/templates/a.yaml c/templates" },
	{ "{{ .Files.Get \"files/a.txt\" | quote }} {{ .Files.Get \"no\" | quote }} "
	  "{{ len (.Files.GetBytes \"files/b.bin\") }} {{ .Files.Lines \"files/a.txt\" }} "
	  "{{ range $p, $b := .Files.Glob \"files/*.txt\" }}{{ $p }}{{ end }} "
	  "{{ (.Files.Glob \"files/**\").AsConfig | quote }} "
	  "{{ (.Files.Glob \"**.bin\").AsSecrets }}",
	  "\"one\\ntwo\\n\" \"\" 2 [one two] files/a.txt \"a.txt: |\\n  one\\n  two\\nb.bin: "
	  "\\\"\\\\x01\xef\xbf\xbd\\\"\\nc.conf: 'x: 1'\" b.bin: Af8=" },
	{ "{{ .Subcharts.other.Chart.Name }} {{ .Subcharts.other.Values.v }} {{ include \"lib\" . "
	  "}} "
	  "{{ include \"same\" . }}",
	  "other mine L root" },
	{ "{{ .Values.missing }}{{ .Values.nothing }}|{{ tpl \"{{ .Values.missing }}\" . }}", "|" },
	{ "{{ tpl \"{{ define \\\"d\\\" }}D{{ end }}{{ include \\\"d\\\" . }}\" . }}", "D" },
	{ "{{ tpl \"{{ tpl \\\"{{ define `q` }}q{{ end }}\\\" . }}!\" . }}", "!" },
	{ "{{ tpl \"no actions <no value>\" . }}", "no actions " },
	{ "{{ required \"x\" 0 }} {{ required \"x\" false }} {{ required \"x\" \"y\" }}",
	  "0 false y" },
	{ "{{ .Values.Table \"other\" }} {{ .Values.PathValue \"other.w\" }} "
	  "{{ (.Values.Table \"other\").YAML }}{{ .Values.AsMap | len }}",
	  "map[global:map[g:1] v:mine w:2] 2 global:\n  g: 1\nv: mine\nw: 2\n4" },
	{ "{{ typeOf . }} {{ typeOf .Values }} {{ typeOf .Files }} {{ typeOf .Chart }} "
	  "{{ typeOf .Capabilities }} {{ typeOf .Release }} {{ typeOf (merge .Values dict) }}",
	  "chartutil.Values chartutil.Values engine.files struct { chart.Metadata; IsRoot bool } "
	  "*chartutil.Capabilities map[string]interface {} map[string]interface {}" },
	{ "{{ lookup \"v1\" \"Pod\" \"\" \"\" }}{{ getHostByName \"x\" }}", "map[]" },
	{ "{{ toJson .Chart }}",
	  "{\"name\":\"c\",\"version\":\"1.2.3\",\"description\":\"d\",\"keywords\":[\"a\",\"b\"],"
	  "\"maintainers\":[{\"name\":\"M\",\"email\":\"m@x\"}],\"apiVersion\":\"v2\","
	  "\"appVersion\":\"1.1\",\"annotations\":{\"k\":\"v\"},\"dependencies\":[{\"name\":"
	  "\"other\",\"version\":\"*\",\"repository\":\"\",\"enabled\":true,\"alias\":\"other\"},"
	  "{\"name\":\"lib\",\"version\":\"*\",\"repository\":\"\",\"enabled\":true}],"
	  "\"IsRoot\":true}" },
};

static void renders_as_helm_does(void **state)
{
	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(rendered); i++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		struct sl_str got = SL_STR("");

		expect_ok(render(&a, rendered[i].text, &plain, NULL, &got, &err), &err);
		expect_str_case(got, sl_str(rendered[i].want), rendered[i].text);
	}
}

#define AT "template: c/templates/a.yaml:1:3: executing \"c/templates/a.yaml\" at "

static const struct {
	const char *text, *message;
} failing[] = {
	{ "{{ x }}", "parse error at (c/templates/a.yaml:1): function \"x\" not defined" },
	{ "{{ env \"HOME\" }}",
	  "parse error at (c/templates/a.yaml:1): function \"env\" not defined" },
	{ "{{ if }}", "parse error at (c/templates/a.yaml:1): missing value for if" },
	{ "{{ fail \"boom: x\" }}", "execution error at (c/templates/a.yaml:1:3): boom: x" },
	{ "a\n  {{ .Values.a | required `two\nlines` }}",
	  "execution error at (c/templates/a.yaml:2:17): two\nlines" },
	{ "{{ tpl \"{{ fail `in` }}\" . }}", "execution error at (c/templates/a.yaml:1:3): in" },
	{ "{{ .Values.a.b }}", "template: c/templates/a.yaml:1:10: executing "
			       "\"c/templates/a.yaml\" at <.Values.a.b>: nil "
			       "pointer evaluating interface {}.b" },
	{ "{{ include \"nope\" . }}", AT
	  "<include \"nope\" .>: error calling include: template: no template \"nope\" associated "
	  "with template \"gotpl\"" },
	{ "{{ tpl \"{{ .Values.a.b }}\" . }}", AT
	  "<tpl \"{{ .Values.a.b }}\" .>: error calling tpl: error during tpl function execution "
	  "for \"{{ .Values.a.b }}\": template: gotpl:1:10: executing \"gotpl\" at "
	  "<.Values.a.b>: nil pointer evaluating interface {}.b" },
	{ "{{ tpl \"{{\" . }}",
	  AT "<tpl \"{{\" .>: error calling tpl: cannot parse template \"{{\": "
	     "template: gotpl:1: unclosed action" },
	{ "{{ .Chart.Nope }}",
	  "template: c/templates/a.yaml:1:9: executing \"c/templates/a.yaml\" at <.Chart.Nope>: "
	  "can't "
	  "evaluate field Nope in type interface {}" },
	{ "{{ .Values.Table \"x.y\" }}",
	  "template: c/templates/a.yaml:1:10: executing \"c/templates/a.yaml\" at <.Values.Table>: "
	  "error calling Table: \"x\" is not a table" },
	{ "{{ .Values.Encode }}", "wrong number of args for Encode: want 1 got 0" },
	{ "{{ define \"r\" }}{{ include \"r\" . }}{{ end }}{{ include \"r\" . }}",
	  "rendering template has a nested reference name: r: unable to execute template" },
};

static void fails_with_helms_words(void **state)
{
	struct sl_helm_options o = plain;

	(void)state;
	o.stack = SL_TMPL_STACK_MAIN;
	for (size_t i = 0; i < SL_ARRAY_LEN(failing); i++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		struct sl_str got = SL_STR("");

		expect_err(render(&a, failing[i].text, &o, NULL, &got, &err), SL_ERR_INVALID,
			   failing[i].message, &err);
		/* Without anyone to hear the message, too. */
		assert_int_equal(render(&a, failing[i].text, &o, NULL, &got, NULL), SL_ERR_INVALID);
	}
}

/* Each of them would go on for ever, or fill the memory. */
static const char *const hostile[] = {
	"{{ $_ := set .Values \"x\" \"{{ tpl .Values.x . }}\" }}{{ tpl .Values.x . }}",
	"{{ $s := \"xxxxxxxxxxxxxxxx\" }}{{ range until 60 }}{{ $s = print $s $s }}{{ end }}",
	"{{ range until 2000000000 }}x{{ end }}",
	"{{ range until 3000 }}{{ range until 3000 }}{{ range until 3000 }}{{ end }}{{ end }}{{ "
	"end }}",
	"{{ repeat 2000000000 \"x\" }}",
	"{{ $d := dict }}{{ range until 40 }}{{ $d = dict \"a\" $d \"b\" $d }}{{ end }}{{ toJson "
	"$d }}",
	"{{ $_ := set .Values \"a\" .Values }}{{ .Values }}",
	"{{ .Files.Glob (repeat 5000 \"{\") }}",
};

static void ends_within_limits(void **state)
{
	struct sl_helm_options o = plain;

	(void)state;
	o.output = 1 << 20;
	for (size_t i = 0; i < SL_ARRAY_LEN(hostile); i++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT_LIMIT(8 << 20);
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		struct sl_str got = SL_STR("");

		expect_err(render(&a, hostile[i], &o, NULL, &got, &err), SL_ERR_TOO_LARGE, NULL,
			   &err);
		assert_true(a.used < (size_t)256 << 20);
	}
}

/* Templates `depth` deep, within the last of which a text is parsed that is nested deeper than may be. */
static int render_deep(unsigned depth, struct sl_err *err)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_strbuf) text = SL_STRBUF_INIT(1 << 20);
	struct sl_helm_options o = plain;
	struct sl_str got = SL_STR("");

	o.stack = SL_TMPL_STACK_MAIN;
	sl_strbuf_addz(&text, "{{ define \"r\" }}");
	for (int i = 0; i < 20; i++)
		sl_strbuf_addz(&text, "{{ if true }}");
	sl_strbuf_addz(&text, "{{ if . }}{{ include \"r\" (sub . 1) }}{{ else }}"
			      "{{ tpl (print \"{{ \" (repeat 60000 \"(\") \"1\") . }}{{ end }}");
	for (int i = 0; i < 21; i++)
		sl_strbuf_addz(&text, "{{ end }}");
	sl_strbuf_addf(&text, "{{ include \"r\" %u }}", depth);
	return render(&a, text.p, &o, NULL, &got, err);
}

static void parses_on_what_the_templates_left_of_the_stack(void **state)
{
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	unsigned depth = 0;
	int r;

	(void)state;
	while ((r = render_deep(depth, &err)) == SL_ERR_INVALID && depth < SL_HELM_INCLUDES_MAX) {
		assert_non_null(strstr(err.message, "max expression depth exceeded"));
		depth += 10;
	}
	/* As deep as templates may be. */
	expect_err(r, SL_ERR_TOO_LARGE, "exceeded maximum template depth", &err);
	assert_true(depth > 0);
}

static void limits_the_output_of_all_templates(void **state)
{
	struct sl_helm_options o = plain;

	(void)state;
	/* The subchart's template renders to 64 bytes. */
	for (int over = -1; over <= 1; over++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		struct sl_str got = SL_STR("");
		int r;

		o.output = 1064;
		r = render(&a, sl_arena_printf(&a, "{{ repeat %d \"x\" }}", 1000 + over), &o, NULL,
			   &got, &err);
		if (over <= 0)
			expect_ok(r, &err);
		else
			expect_err(r, SL_ERR_TOO_LARGE,
				   "what the templates render to is larger than 1064 bytes", &err);
	}
}

static int look_up(void *data, struct sl_str api_version, struct sl_str kind,
		   struct sl_str namespace_, struct sl_str name, struct sl_arena *a,
		   struct sl_value **ret, struct sl_err *err)
{
	(void)data;
	(void)err;
	*ret = sl_value_map(a);
	sl_map_setz(a, *ret, "q",
		    sl_value_strf(a, "%.*s/%.*s/%.*s/%.*s", SL_STR_FMT(api_version),
				  SL_STR_FMT(kind), SL_STR_FMT(namespace_), SL_STR_FMT(name)));
	sl_map_set_int(a, *ret, "n", 1 << 30);
	return 0;
}

static int resolve(void *data, struct sl_str host, struct sl_arena *a, struct sl_str *ret,
		   struct sl_err *err)
{
	(void)data;
	(void)a;
	(void)err;
	*ret = sl_str_eqz(host, "here") ? SL_STR("10.0.0.1") : SL_STR("");
	return 0;
}

static void asks_the_host(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	const struct sl_helm_host host = { .lookup = look_up, .resolve = resolve };
	struct sl_str got = SL_STR("");

	(void)state;
	expect_ok(render(&a,
			 "{{ $o := lookup \"v1\" \"Pod\" \"a\" \"b\" }}{{ $o.q }} {{ $o.n }} "
			 "{{ getHostByName \"here\" }}",
			 &plain, &host, &got, &err),
		  &err);
	expect_str(got, "v1/Pod/a/b 1073741824 10.0.0.1");
}

static void lints(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	SL_AUTO(sl_strbuf) log = SL_STRBUF_INIT(4096);
	const struct sl_helm_host host = logging_host(&log);
	struct sl_helm_options o = plain;
	struct sl_str got = SL_STR("");

	(void)state;
	o.lint = true;
	expect_ok(render(&a,
			 "{{ fail \"f\" }}{{ required \"n\" .Values.a }}{{ required \"e\" \"\" }}",
			 &o, &host, &got, &err),
		  &err);
	assert_non_null(strstr(log.p, "engine.go:227: [INFO] Fail: f\n"
				      "engine.go:206: [INFO] Missing required value: n\n"
				      "engine.go:214: [INFO] Missing required value: e\n"));
	o.strict = true;
	expect_err(render(&a, "{{ .Values.a }}", &o, &host, &got, &err), SL_ERR_INVALID,
		   "map has no entry for key \"a\"", &err);
}

/* ---- the whole ---- */

static void renders_manifests_hooks_and_notes(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(4096);
	const struct chart_file files[] = {
		{ "Chart.yaml", "apiVersion: v2\nname: c\nversion: 1.0.0\n" },
		{ "templates/a.yaml", "kind: Service\n---\nkind: Secret\napiVersion: v1\n" },
		{ "templates/h.yaml", "kind: Job\nmetadata: {annotations: {helm.sh/hook: test}}" },
		{ "templates/NOTES.txt", "hello {{ .Release.Name }}" },
		{ "crds/x.yaml", "kind: CustomResourceDefinition\n" },
		{ "charts/s/Chart.yaml", "name: s\nversion: 1.0.0\n" },
		{ "charts/s/templates/NOTES.txt", "sub" },
		{ NULL, NULL },
	};
	struct sl_helm_options o = plain;
	struct sl_helm_show show = { .skip_tests = true };
	const struct sl_str only[] = { SL_STR("templates/*.yaml"), SL_STR("nope") };
	struct sl_helm_result r;

	(void)state;
	o.include_crds = o.sub_notes = true;
	expect_ok(sl_helm_render(&a, chart_of(&a, files, NULL), NULL, &o, NULL, &r, &err), &err);
	expect_str(r.notes, "sub\nhello rel");
	assert_int_equal(r.hook_count, 1);
	assert_int_equal(r.crd_count, 1);
	expect_ok(sl_helm_write_template(&r, &show, sl_sink_strbuf(&out), &err), &err);
	assert_string_equal(out.p,
			    "---\n# Source: c/crds/x.yaml\nkind: CustomResourceDefinition\n\n"
			    "---\n# Source: c/templates/a.yaml\nkind: Secret\napiVersion: v1\n"
			    "---\n# Source: c/templates/a.yaml\nkind: Service\n");
	sl_strbuf_reset(&out);
	show = (struct sl_helm_show){ .only = only, .only_count = 1 };
	expect_ok(sl_helm_write_template(&r, &show, sl_sink_strbuf(&out), &err), &err);
	assert_string_equal(out.p,
			    "---\n# Source: c/templates/a.yaml\nkind: Secret\napiVersion: v1\n"
			    "---\n# Source: c/templates/a.yaml\nkind: Service\n"
			    "---\n# Source: c/templates/h.yaml\nkind: Job\nmetadata: {annotations: "
			    "{helm.sh/hook: test}}\n");
	sl_strbuf_reset(&out);
	show.only_count = 2;
	expect_err(sl_helm_write_template(&r, &show, sl_sink_strbuf(&out), &err), SL_ERR_NOT_FOUND,
		   "could not find template nope in chart", &err);
	assert_int_equal(out.n, 0);
	o.hide_secrets = true;
	o.include_crds = false;
	expect_ok(sl_helm_render(&a, chart_of(&a, files, NULL), NULL, &o, NULL, &r, &err), &err);
	expect_str(r.manifest,
		   "---\n# Source: c/templates/a.yaml\n# HIDDEN: The Secret output has "
		   "been suppressed\n---\n# Source: c/templates/a.yaml\nkind: Service\n");
}

static const struct {
	const char *name, *data, *message;
	bool rendered;
	const char *manifest;
} broken[] = {
	{ "templates/a.yaml", "a: b: {{ .Release.Name }}",
	  "YAML parse error on c/templates/a.yaml: error converting YAML to JSON: yaml: mapping "
	  "values "
	  "are not allowed in this context",
	  true, "---\n# Source: c/templates/a.yaml\na: b: rel\n" },
	{ "templates/a.yaml", "{{ fail \"no\" }}",
	  "execution error at (c/templates/a.yaml:1:3): no", true, "" },
	{ "values.schema.json", "{\"required\": [\"a\"]}",
	  "values don't meet the specifications of the schema(s) in the following chart(s):\nc:\n- "
	  "at "
	  "'': missing property 'a'\n",
	  false, "" },
	{ "Chart.yaml", "name: c\nversion: 1.0.0\nkubeVersion: \">=1.30\"",
	  "chart requires kubeVersion: >=1.30 which is incompatible with Kubernetes v1.20.0", true,
	  "" },
};

static void says_how_far_it_came(void **state)
{
	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(broken); i++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		const struct chart_file files[] = {
			{ broken[i].name, broken[i].data },
			{ sl_streq(broken[i].name, "Chart.yaml") ? NULL : "Chart.yaml",
			  "name: c\nversion: 1.0.0\n" },
			{ NULL, NULL },
		};
		struct sl_helm_result r;

		expect_err(
			sl_helm_render(&a, chart_of(&a, files, NULL), NULL, &plain, NULL, &r, &err),
			SL_ERR_INVALID, broken[i].message, &err);
		assert_int_equal(r.rendered, broken[i].rendered);
		expect_str(r.manifest, broken[i].manifest);
	}
}

static void checks_names_of_releases(void **state)
{
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	char name[SL_HELM_RELEASE_NAME_MAX + 2] = { 0 };

	(void)state;
	expect_ok(sl_helm_check_release_name(SL_STR("a-1.b"), &err), &err);
	expect_err(sl_helm_check_release_name(SL_STR(""), &err), SL_ERR_INVALID, "no name provided",
		   &err);
	for (size_t i = 0; i < 6; i++) {
		static const char *const bad[] = { "A", "-a", "a-", "a..b", "a_b", "a." };

		expect_err(sl_helm_check_release_name(sl_str(bad[i]), &err), SL_ERR_INVALID,
			   "invalid release name, must match regex ^[a-z0-9]", &err);
	}
	memset(name, 'a', SL_HELM_RELEASE_NAME_MAX);
	expect_ok(sl_helm_check_release_name(sl_str(name), &err), &err);
	name[SL_HELM_RELEASE_NAME_MAX] = 'a';
	expect_err(sl_helm_check_release_name(sl_str(name), &err), SL_ERR_INVALID, NULL, &err);
}

static const struct {
	const char *text, *version, *minor, *message;
} versions[] = {
	{ "1.30", "v1.30", "30", NULL },
	{ "v1.31.2-gke.1", "v1.31.2", "31", NULL },
	{ " v1.02", "v1.2", "2", NULL },
	{ "x", NULL, NULL, "could not parse \"x\" as version" },
	{ "1", NULL, NULL, "illegal version string \"1\"" },
	{ "01.2", NULL, NULL, "illegal zero-prefixed version component \"01\" in \"01.2\"" },
	{ "1.99999999999999999999", NULL, NULL,
	  "illegal non-numeric version component \"99999999999999999999\" in "
	  "\"1.99999999999999999999\": strconv.ParseUint: parsing \"99999999999999999999\": value "
	  "out "
	  "of range" },
};

static void reads_kubernetes_versions(void **state)
{
	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(versions); i++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		struct sl_helm_kube_version v;
		int r = sl_helm_kube_version_parse(&a, sl_str(versions[i].text), &v, &err);

		if (versions[i].message) {
			expect_err(r, SL_ERR_INVALID, versions[i].message, &err);
			continue;
		}
		expect_ok(r, &err);
		expect_str(v.version, versions[i].version);
		expect_str(v.minor, versions[i].minor);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(renders_as_helm_does),
		cmocka_unit_test(fails_with_helms_words),
		cmocka_unit_test(ends_within_limits),
		cmocka_unit_test(parses_on_what_the_templates_left_of_the_stack),
		cmocka_unit_test(limits_the_output_of_all_templates),
		cmocka_unit_test(asks_the_host),
		cmocka_unit_test(lints),
		cmocka_unit_test(renders_manifests_hooks_and_notes),
		cmocka_unit_test(says_how_far_it_came),
		cmocka_unit_test(checks_names_of_releases),
		cmocka_unit_test(reads_kubernetes_versions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
