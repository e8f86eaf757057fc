/* The parts of the interface that golden cases do not reach: caps, remote bases, unsupported fields. */
#include "libcommon/render/kustomize/kustomize.h"

#include "test/unit/support/expect.h"
#include "test/unit/support/kustomize_fs.h"

#define CM(name) "{apiVersion: v1, kind: ConfigMap, metadata: {name: " name "}}\n"

static int build(struct sl_arena *a, const char *text, const struct sl_kustomize_options *options,
		 struct sl_kustomize_result *ret, struct sl_err *err)
{
	struct test_text_fs files = { .text = sl_str(text) };
	struct sl_kustomize_fs fs = test_text_fs(&files);

	return sl_kustomize_build(a, &fs, "", options, ret, err);
}

static void expect_refused(const char *text, const struct sl_kustomize_options *options,
			   enum sl_err_code code, const char *part)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_kustomize_result result;

	expect_err(build(&a, text, options, &result, &err), code, part, &err);
}

static void expect_built(const char *text, const struct sl_kustomize_options *options, size_t n)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_kustomize_result result;

	expect_ok(build(&a, text, options, &result, &err), &err);
	assert_int_equal(result.n, n);
}

static void refuses_charts_unless_told_to_render_them(void **state)
{
	static const char *const fields[] = {
		"helmCharts",
		"helmChartInflationGenerator",
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(fields); i++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		struct sl_kustomize_result result;
		const char *text = sl_arena_printf(
			&a, "=== kustomization.yaml\nresources: []\n\n%s: [{releaseName: x}]\n",
			fields[i]);

		expect_err(build(&a, text, NULL, &result, &err), SL_ERR_UNSUPPORTED,
			   "must specify --enable-helm: charts are not rendered in this build",
			   &err);
		assert_string_equal(err.origin.file, "kustomization.yaml");
		assert_int_equal(err.origin.line, 3);
		assert_string_equal(err.origin.field, "helmCharts[0]");
		/* Present but empty, it asks for nothing. */
		expect_built(sl_arena_printf(&a, "=== kustomization.yaml\nresources: []\n%s: []\n",
					     fields[i]),
			     NULL, 0);
	}
}

static void caps_files(void **state)
{
	static const char text[] = "=== kustomization.yaml\nresources: [a.yaml, b.yaml]\n"
				   "=== a.yaml\n" CM("a") "=== b.yaml\n" CM("b");

	(void)state;
	expect_built(text, &(struct sl_kustomize_options){ .limits.files = 4 }, 2);
	expect_built(text, &(struct sl_kustomize_options){ .limits.files = 3 }, 2);
	expect_refused(text, &(struct sl_kustomize_options){ .limits.files = 2 }, SL_ERR_TOO_LARGE,
		       "more than 2 files");
}

static void caps_bytes(void **state)
{
	static const char text[] = "=== kustomization.yaml\nresources: [a.yaml]\n"
				   "=== a.yaml\n" CM("a");
	const size_t total = sizeof("resources: [a.yaml]\n" CM("a")) - 1;

	(void)state;
	expect_built(text, &(struct sl_kustomize_options){ .limits.bytes = total + 1 }, 1);
	expect_built(text, &(struct sl_kustomize_options){ .limits.bytes = total }, 1);
	expect_refused(text, &(struct sl_kustomize_options){ .limits.bytes = total - 1 },
		       SL_ERR_TOO_LARGE, "bytes of files");
}

static void caps_depth(void **state)
{
	static const char text[] = "=== kustomization.yaml\nresources: [a]\n"
				   "=== a/kustomization.yaml\nresources: [b]\n"
				   "=== a/b/kustomization.yaml\nresources: []\n";

	(void)state;
	expect_built(text, &(struct sl_kustomize_options){ .limits.depth = 3 }, 0);
	expect_built(text, &(struct sl_kustomize_options){ .limits.depth = 2 }, 0);
	expect_refused(text, &(struct sl_kustomize_options){ .limits.depth = 1 }, SL_ERR_TOO_LARGE,
		       "nested deeper than 1");
}

static void caps_objects(void **state)
{
	static const char text[] = "=== kustomization.yaml\nresources: [a.yaml]\n"
				   "=== a.yaml\n" CM("a") "---\n" CM("b") "---\n" CM("c");

	(void)state;
	expect_built(text, &(struct sl_kustomize_options){ .limits.objects = 4 }, 3);
	expect_built(text, &(struct sl_kustomize_options){ .limits.objects = 3 }, 3);
	expect_refused(text, &(struct sl_kustomize_options){ .limits.objects = 2 },
		       SL_ERR_TOO_LARGE, "more than 2 objects");
}

static void caps_patches(void **state)
{
	static const char text[] =
		"=== kustomization.yaml\npatches:\n"
		"- {target: {kind: X}, patch: '[{\"op\": \"remove\", \"path\": \"/a\"}]'}\n"
		"- {target: {kind: X}, patch: '[{\"op\": \"remove\", \"path\": \"/a\"}]'}\n";

	(void)state;
	expect_built(text, &(struct sl_kustomize_options){ .limits.patches = 3 }, 0);
	expect_built(text, &(struct sl_kustomize_options){ .limits.patches = 2 }, 0);
	expect_refused(text, &(struct sl_kustomize_options){ .limits.patches = 1 },
		       SL_ERR_TOO_LARGE, "more than 1 patches");
}

static void keeps_paths_inside(void **state)
{
	static const struct {
		const char *resource;
		enum sl_err_code code;
		const char *part;
	} cases[] = {
		{ "../x.yaml", SL_ERR_FORBIDDEN, "leads out of the source" },
		{ "a/../../x.yaml", SL_ERR_FORBIDDEN, "leads out of the source" },
		{ "/etc/passwd", SL_ERR_INVALID, "cannot be absolute" },
		{ "", SL_ERR_INVALID, "cannot be empty" },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;

		expect_refused(sl_arena_printf(&a, "=== kustomization.yaml\nresources: [\"%s\"]\n",
					       cases[i].resource),
			       NULL, cases[i].code, cases[i].part);
	}
	/* Dots that stay inside are fine. */
	expect_built(
		"=== kustomization.yaml\nresources: [./sub/.././/a.yaml]\n=== a.yaml\n" CM("a"),
		NULL, 1);
}

/* Says where the clone lies when it is the right one; a file is always the same. */
static int fetch(void *ctx, const struct sl_kustomize_remote *remote, struct sl_arena *a,
		 const char **ret_path, struct sl_err *err)
{
	(void)ctx;
	(void)a;
	if (!remote->repo) {
		*ret_path = "web.yaml";
		return sl_str_ends(sl_str(remote->url), SL_STR(".yaml"))
			       ? 0
			       : sl_err_set(err, SL_ERR_NOT_FOUND, "status 404");
	}
	if (!sl_str_eqz(remote->repo->clone, "https://github.com/org/repo") ||
	    !sl_str_eqz(remote->repo->ref, "v1"))
		return sl_err_set(err, SL_ERR_NET, "no route to %s", remote->url);
	*ret_path = "remote";
	return 0;
}

static void fetches_remote_bases_by_callback(void **state)
{
	static const char text[] =
		"=== kustomization.yaml\n"
		"resources: ['https://github.com/org/repo//base?ref=v1']\nnamePrefix: p-\n"
		"=== remote/base/kustomization.yaml\nresources: [a.yaml]\n"
		"=== remote/base/a.yaml\n" CM("a");
	struct test_text_fs files = { .text = sl_str(text) };
	struct sl_kustomize_fs fs = test_text_fs(&files);
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_kustomize_result result;

	(void)state;
	expect_err(sl_kustomize_build(&a, &fs, "", NULL, &result, &err), SL_ERR_UNSUPPORTED,
		   "remote resource 'https://github.com/org/repo//base?ref=v1' is not allowed",
		   &err);
	fs.fetch = fetch;
	expect_ok(sl_kustomize_build(&a, &fs, "", NULL, &result, &err), &err);
	assert_int_equal(result.n, 1);
	expect_str(sl_get_str(result.objects[0], "metadata", "name"), "p-a");
}

static void writes_one_stream(void **state)
{
	static const char text[] = "=== kustomization.yaml\nresources: [a.yaml]\n"
				   "=== a.yaml\n" CM("b") "---\n" CM("a");
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(1 << 16);
	struct sl_kustomize_result result;

	(void)state;
	expect_ok(build(&a, text, NULL, &result, &err), &err);
	sl_kustomize_write(result.objects, 0, &out);
	assert_int_equal(out.n, 0);
	sl_kustomize_write(result.objects, result.n, &out);
	expect_str(sl_strbuf_str(&out), "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: b\n"
					"---\n"
					"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n");
}

/* Every prefix of a tree either builds or is refused: nothing reads past the end. */
static void survives_truncation(void **state)
{
	static const char text[] = "=== kustomization.yaml\n"
				   "resources: [a.yaml]\nnamespace: x\nnamePrefix: p-\n"
				   "labels: [{pairs: {a: b}, includeSelectors: true}]\n"
				   "images: [{name: n, newTag: \"2\"}]\n"
				   "patches: [{target: {name: \"a.*\"}, patch: \"[]\"}]\n"
				   "=== a.yaml\n" CM("a");

	(void)state;
	for (size_t n = 0; n < sizeof(text); n++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		SL_AUTO_FREE char *part = sl_xmemdup0(text, n);
		struct sl_kustomize_result result;
		int r = build(&a, part, NULL, &result, &err);

		assert_true(r <= 0);
		assert_int_equal(r, err.code);
		/* Who does not ask for the text gets the same code. */
		assert_int_equal(build(&a, part, NULL, &result, NULL), r);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refuses_charts_unless_told_to_render_them),
		cmocka_unit_test(caps_files),
		cmocka_unit_test(caps_bytes),
		cmocka_unit_test(caps_depth),
		cmocka_unit_test(caps_objects),
		cmocka_unit_test(caps_patches),
		cmocka_unit_test(keeps_paths_inside),
		cmocka_unit_test(fetches_remote_bases_by_callback),
		cmocka_unit_test(writes_one_stream),
		cmocka_unit_test(survives_truncation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
