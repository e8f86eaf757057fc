/*
 * Rendering in several threads shows nowhere: each case is loaded and rendered with and without them, and
 * all that comes out is compared. Cases are large enough for threads, and say which of their loops run.
 */
#include <stdatomic.h>
#include <string.h>

#include "libcommon/base/parallel.h"
#include "libcommon/render/helm/helm.h"
#include "libcommon/codec/json.h"
#include "test/unit/support/expect.h"
#include "test/unit/support/helmchart.h"
#include "test/unit/support/sprigtmpl.h"

#define SUBCHARTS 24
#define TEMPLATES 8 /* of each */
#define FILES_MAX ((SUBCHARTS + 1) * (TEMPLATES + 4) + 8)
/* A comment, by which each template is long. */
#define PADDING 1200

/* What a case changes: the file `name`, of which "%d" stands for each subchart. */
struct change {
	const char *name, *text;
};

#define CHANGES_MAX 6

enum { LOADS = 1, PARSES = 2, RENDERS = 4, SORTS = 8, ALL = 15 };

struct chart_case {
	const char *title;
	int loops; /* that run in threads */
	struct change changes[CHANGES_MAX];
	struct sl_helm_options options;
	bool packed;   /* subcharts are archives */
	size_t large;  /* bytes that one of those has besides */
	size_t memory; /* limit of the arena */
};

static const struct chart_case cases[] = {
	{ .title = "nothing special", .loops = ALL },
	{ .title = "includes of whole templates",
	  .loops = ALL,
	  .changes = { { "charts/s%d/templates/t2.yaml",
			 "kind: A\nsum: {{ include (print $.Template.BasePath \"/t1.yaml\") . | "
			 "sha256sum }}\n" } } },
	{ .title = "the same library in each",
	  .loops = ALL,
	  .changes = { { "charts/s%d/templates/_lib.tpl",
			 "{{ define \"lib.a\" }}A{{ .Chart.Name }}{{ end }}"
			 "{{ define \"lib.b\" }}{{ include \"lib.a\" . }}B{{ end }}" },
		       { "charts/s%d/templates/t2.yaml", "kind: {{ include \"lib.b\" . }}\n" } } },
	{ .title = "two texts that cannot be parsed",
	  .loops = LOADS | PARSES,
	  .changes = { { "charts/s9/templates/t3.yaml", "a: {{ if }}\n" },
		       { "charts/s20/templates/t1.yaml", "\n\n{{ nofunc }}\n" } } },
	{ .title = "templates that fail",
	  .loops = LOADS | PARSES | RENDERS,
	  .changes = { { "charts/s%d/templates/t5.yaml",
			 "{{ fail (print .Template.Name \" fails\") }}" } } },
	{ .title = "a value that is missing",
	  .loops = LOADS | PARSES | RENDERS,
	  .changes = { { "charts/s3/templates/t0.yaml", "a: {{ .Values.no.such }}\n" },
		       { "charts/s17/templates/t7.yaml",
			 "a: {{ required \"give x\" .Values.x }}\n" } } },
	{ .title = "manifests that are no YAML",
	  .loops = ALL,
	  .changes = { { "charts/s5/templates/t1.yaml", "a: [\n" },
		       { "charts/s21/templates/t2.yaml", "b: }\n" } } },
	{ .title = "hooks, some of which are unknown",
	  .loops = ALL,
	  .changes = { { "charts/s%d/templates/t4.yaml",
			 "kind: Job\nmetadata:\n  name: {{ .Chart.Name }}\n  annotations: "
			 "{helm.sh/hook: {{ if hasSuffix \"3\" .Chart.Name }}no-{{ .Chart.Name }}"
			 "{{ else }}pre-install{{ end }}}\n" } } },
	{ .title = "a subchart without a name, and warnings before it",
	  .loops = LOADS,
	  .changes = { { "charts/s%d/requirements.yaml", "dependencies: []\n" },
		       { "charts/s14/Chart.yaml", "apiVersion: v2\nversion: 1.0.0\n" } } },
	{ .title = "warnings of all subcharts",
	  .loops = ALL,
	  .changes = { { "charts/s%d/requirements.yaml", "dependencies: []\n" } } },
	{ .title = "values that templates change",
	  .loops = LOADS | PARSES | SORTS,
	  .changes = { { "charts/s%d/templates/t1.yaml",
			 "kind: A\nn: {{ set .Values \"n\" (.Values.n | default 0 | int | add1) "
			 "}}\n" },
		       { "charts/s%d/templates/t6.yaml", "kind: B\nn: {{ .Values.n }}\n" },
		       { "templates/top.yaml", "kind: C\nall: {{ toJson .Values }}\n" } } },
	{ .title = "tpl with nothing special",
	  .loops = ALL,
	  .changes = { { "charts/s%d/values.yaml",
			 "own: \"{{ .Chart.Name }}-{{ include \\\"name\\\" . }}\"\n" },
		       { "charts/s%d/templates/t3.yaml",
			 "kind: A\nn: {{ tpl .Values.own . }}{{ tpl .Values.own . }}\n" } } },
	{ .title = "tpl with what changes values",
	  .loops = ALL,
	  .changes = { { "charts/s%d/values.yaml", "own: \"{{ set .Values `n` (.Values.n | default "
						   "0 | int | add1) | toJson }}\"\n" },
		       { "charts/s%d/templates/t3.yaml", "kind: A\nn: {{ tpl .Values.own . }}\n" },
		       { "charts/s%d/templates/t1.yaml", "kind: B\nn: {{ .Values.n }}\n" } } },
	{ .title = "chance and the clock",
	  .loops = LOADS | PARSES | SORTS,
	  .changes = { { "charts/s%d/templates/t1.yaml",
			 "kind: A\nn: {{ randAlphaNum 8 }}\nat: {{ now | unixEpoch }}\n" } } },
	{ .title = "chance by tpl",
	  .loops = ALL,
	  .changes = { { "charts/s%d/values.yaml", "own: \"{{ randNumeric 9 }}\"\n" },
		       { "charts/s%d/templates/t3.yaml",
			 "kind: A\nn: {{ tpl .Values.own . }}\n" } } },
	{ .title = "a zone, for which the host is asked",
	  .loops = ALL,
	  .changes = { { "charts/s%d/templates/t1.yaml",
			 "kind: A\nat: {{ dateInZone \"15:04\" 86400 \"Europe/Berlin\" }}\n" } } },
	{ .title = "the clock, asked for by a function that is not known for it",
	  .loops = ALL,
	  .changes = { { "charts/s%d/templates/t1.yaml", "kind: A\nage: {{ ago 0 }}\n" } } },
	{ .title = "chance, likewise",
	  .loops = ALL,
	  .changes = { { "charts/s%d/templates/t1.yaml",
			 "kind: A\nsecret: {{ encryptAES \"key\" \"text\" }}\n" } } },
	{ .title = "what a chart sees of those within it",
	  .loops = ALL,
	  .changes = { { "templates/top.yaml",
			 "kind: A\n{{ range $n, $s := .Subcharts }}{{ $n }}: {{ "
			 "$s.Template.Name }}\n{{ end }}own: {{ .Template.Name }}\n" } } },
	{ .title = "the same from a directory within directories",
	  .loops = LOADS | PARSES | SORTS,
	  .changes = { { "templates/a/b/top.yaml",
			 "kind: A\n{{ range $n, $s := .Subcharts }}{{ $n }}: {{ "
			 "$s.Template | default \"none yet\" }}\n{{ end }}own: {{ .Template.Name "
			 "}}\n" } } },
	{ .title = "subcharts in archives", .loops = ALL, .packed = true },
	{ .title = "an archive within which one is broken",
	  .loops = LOADS,
	  .packed = true,
	  .changes = { { "charts/s%d/requirements.yaml", "dependencies: []\n" },
		       { "charts/s11/Chart.yaml", "apiVersion: v2\nname: [\n" } } },
	/* More than the share of a part of what all may have unpacked: allowed, in order. */
	{ .title = "large archives", .loops = ALL, .packed = true, .large = (size_t)18 << 20 },
	{ .title = "more memory than there may be",
	  .loops = LOADS | PARSES | RENDERS,
	  .memory = (size_t)8 << 20,
	  .changes = { { "charts/s%d/templates/t2.yaml",
			 "kind: A\n{{ range until 500 }}{{ $_ := repeat 1000 \"x\" }}{{ end }}" },
		       { "charts/s3/templates/t2.yaml", "{{ fail \"or this first\" }}" } } },
	{ .title = "notes",
	  .loops = ALL,
	  .options = { .sub_notes = true },
	  .changes = { { "charts/s%d/templates/NOTES.txt", "notes of {{ .Chart.Name }}\n" } } },
	{ .title = "more than may be written",
	  .loops = LOADS | PARSES | RENDERS,
	  .options = { .output = 4000 } },
	{ .title = "linting",
	  .loops = LOADS | PARSES | SORTS,
	  .options = { .lint = true },
	  .changes = { { "charts/s%d/templates/t2.yaml",
			 "kind: A\nn: {{ required .Template.Name .Values.no }}\n" } } },
};

/* ---- the chart of a case ---- */

struct files {
	struct sl_arena *a;
	struct sl_helm_file v[FILES_MAX];
	size_t n;
};

static void put(struct files *f, const char *name, struct sl_str text)
{
	struct sl_helm_file file = { sl_arena_str(f->a, sl_str(name)), text };
	size_t at = 0;

	while (at < f->n && !sl_str_eq(f->v[at].name, file.name))
		at++;
	assert_true(at < FILES_MAX);
	f->v[at] = file;
	f->n += at == f->n;
}

/* Letters that do not compress well, other ones for each seed. */
static void add_noise(struct sl_strbuf *text, uint32_t seed)
{
	for (int i = 0; i < PADDING; i++) {
		seed = seed * 1664525 + 1013904223;
		sl_strbuf_addc(text,
			       (char)('A' + (seed >> 24) % 26 + (seed >> 16 & 1) * ('a' - 'A')));
	}
}

static void put_template(struct files *f, int chart, int number)
{
	SL_AUTO(sl_strbuf) text = SL_STRBUF_INIT(4096);
	const char *name = sl_arena_printf(f->a, "charts/s%d/templates/t%d.yaml", chart, number);

	sl_strbuf_addf(&text,
		       "kind: K%d\nmetadata:\n  name: {{ include \"name\" . }}-%d\n"
		       "n: {{ .Values.n | default %d }}\nt: {{ .Template.Name }}\n# ",
		       number % 5, number, number);
	add_noise(&text, (uint32_t)(chart * TEMPLATES + number));
	sl_strbuf_addc(&text, '\n');
	put(f, name, sl_arena_str(f->a, sl_strbuf_str(&text)));
}

static void put_subchart(struct files *f, int i)
{
	put(f, sl_arena_printf(f->a, "charts/s%d/Chart.yaml", i),
	    sl_str(sl_arena_printf(f->a, "apiVersion: v2\nname: s%d\nversion: 1.0.%d\n", i, i)));
	put(f, sl_arena_printf(f->a, "charts/s%d/values.yaml", i),
	    sl_str(sl_arena_printf(f->a, "own: v%d\n", i)));
	for (int t = 0; t < TEMPLATES; t++)
		put_template(f, i, t);
}

static void put_change(struct files *f, const struct change *c)
{
	const char *number = strstr(c->name, "%d");

	if (!number) {
		put(f, c->name, sl_str(c->text));
		return;
	}
	for (int i = 0; i < SUBCHARTS; i++)
		put(f,
		    sl_arena_printf(f->a, "%.*s%d%s", (int)(number - c->name), c->name, i,
				    number + 2),
		    sl_str(c->text));
}

static void pack(struct files *f, size_t large)
{
	struct files *flat = sl_arena_new(f->a, struct files);

	*flat = *f;
	f->n = 0;
	for (size_t i = 0; i < flat->n; i++)
		if (!sl_str_starts(flat->v[i].name, SL_STR("charts/")))
			f->v[f->n++] = flat->v[i];
	for (int i = 0; i < SUBCHARTS; i++) {
		const char *dir = sl_arena_printf(f->a, "charts/s%d/", i);
		struct chart_file files[CHART_FILES_MAX + 1] = { { NULL, NULL } };
		size_t n = 0;

		for (size_t k = 0; k < flat->n; k++)
			if (sl_str_starts(flat->v[k].name, sl_str(dir)))
				files[n++] =
					(struct chart_file){ flat->v[k].name.p + strlen("charts/"),
							     flat->v[k].data.p };
		for (size_t left = i == 7 ? large : 0, part = 0; left; left -= part) {
			part = left < SL_HELM_FILE_BYTES_MAX ? left : SL_HELM_FILE_BYTES_MAX;
			files[n].name = sl_arena_printf(f->a, "s%d/large%zu", i, n);
			files[n++].data = memset(sl_arena_alloc(f->a, part + 1), 'x', part);
		}
		put(f, sl_arena_printf(f->a, "charts/s%d.tgz", i), tarball_of(f->a, files, NULL));
	}
}

static void make_files(struct files *f, const struct chart_case *c)
{
	put(f, "Chart.yaml", SL_STR("apiVersion: v2\nname: c\nversion: 1.0.0\n"));
	put(f, "templates/_h.tpl",
	    SL_STR("{{ define \"name\" }}{{ .Release.Name }}-{{ .Chart.Name }}{{ end }}"));
	for (int i = 0; i < SUBCHARTS; i++)
		put_subchart(f, i);
	for (size_t i = 0; i < CHANGES_MAX && c->changes[i].name; i++)
		put_change(f, &c->changes[i]);
	if (c->packed)
		pack(f, c->large);
}

/* ---- rendering it ---- */

static atomic_int loops;

static void counting_parallel(size_t n, void (*each)(void *arg, size_t i), void *arg)
{
	loops++;
	sl_parallel_for(n, each, arg);
}

/* A host whose chance and clock count: their order shows. */
struct world {
	struct sl_strbuf log;
	int64_t asked;
};

static void log_line(void *data, const char *line)
{
	sl_strbuf_addf(&((struct world *)data)->log, "%s\n", line);
}

static int64_t count_ns(void *data)
{
	return ++((struct world *)data)->asked * 1000000000;
}

static int count_bytes(void *data, void *buf, size_t n, struct sl_err *err)
{
	unsigned char *to = buf;

	(void)err;
	for (size_t i = 0; i < n; i++)
		to[i] = (unsigned char)((struct world *)data)->asked++;
	return 0;
}

struct outcome {
	struct sl_arena input, a;
	struct world world;
	struct sl_helm_result result;
	struct sl_err err;
	int r;
	int loops;
};

static void run(const struct chart_case *c, bool threads, struct outcome *o)
{
	struct sl_helm_host host = { .go = { &o->world, count_ns, count_bytes,
					     sprigtmpl_host.zone },
				     .data = &o->world,
				     .log = log_line,
				     .parallel = threads ? counting_parallel : NULL };
	struct sl_helm_options options = c->options;
	struct sl_helm_chart *chart = NULL;
	struct files *files;

	*o = (struct outcome){ .world.log = SL_STRBUF_INIT((size_t)1 << 20) };
	files = sl_arena_new(&o->input, struct files);
	files->a = &o->input;
	make_files(files, c);
	o->a.limit = c->memory;
	options.release = SL_STR("rel");
	options.namespace_ = SL_STR("ns");
	loops = 0;
	o->r = sl_helm_load_files(&o->a, files->v, files->n, &host, &chart, &o->err);
	if (o->r == 0)
		o->r = sl_helm_render(&o->a, chart, NULL, &options, &host, &o->result, &o->err);
	o->loops = loops;
}

static void release(struct outcome *o)
{
	sl_arena_release(&o->input);
	sl_arena_release(&o->a);
	sl_strbuf_release(&o->world.log);
	sl_err_release(&o->err);
}

/* ---- comparing ---- */

static void add_values(const struct sl_go_map *values, struct sl_strbuf *out)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_value *v = NULL;

	if (!values)
		return;
	expect_ok(sl_goval_to_value(&a, sl_goval_map(sl_go_map_copy(&a, values)), &v, &err), &err);
	sl_json_write(v, SL_JSON_COMPACT, out);
}

static void check_same_values(const char *title, const struct outcome *one,
			      const struct outcome *many)
{
	SL_AUTO(sl_strbuf) want = SL_STRBUF_INIT((size_t)1 << 20);
	SL_AUTO(sl_strbuf) got = SL_STRBUF_INIT((size_t)1 << 20);

	add_values(one->result.values, &want);
	add_values(many->result.values, &got);
	expect_str_case(sl_strbuf_str(&got), sl_strbuf_str(&want), title);
}

static void check_same(const char *title, const struct outcome *one, const struct outcome *many)
{
	const struct sl_helm_result *x = &one->result, *y = &many->result;

	assert_int_equal(many->r, one->r);
	expect_str_case(sl_strbuf_str(&many->world.log), sl_strbuf_str(&one->world.log), title);
	if (one->r < 0)
		expect_str_case(sl_str(many->err.message), sl_str(one->err.message), title);
	expect_str_case(y->manifest, x->manifest, title);
	expect_str_case(y->notes, x->notes, title);
	check_same_values(title, one, many);
	assert_int_equal(y->manifest_count, x->manifest_count);
	for (size_t i = 0; i < x->manifest_count; i++)
		expect_str_case(y->manifests[i].path, x->manifests[i].path, title);
	assert_int_equal(y->hook_count, x->hook_count);
	for (size_t i = 0; i < x->hook_count; i++)
		expect_str_case(y->hooks[i].name, x->hooks[i].name, title);
}

static void threads_show_nowhere(void **state)
{
	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		struct outcome one, many;

		run(&cases[i], false, &one);
		run(&cases[i], true, &many);
		check_same(cases[i].title, &one, &many);
		if (many.loops != __builtin_popcount((unsigned)cases[i].loops))
			fail_msg("%s: %d loops in threads: %s", cases[i].title, many.loops,
				 one.r < 0 ? one.err.message : "no error");
		release(&one);
		release(&many);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(threads_show_nowhere),
	};

	return cmocka_run_group_tests_name("helm/threads", tests, NULL, NULL);
}
