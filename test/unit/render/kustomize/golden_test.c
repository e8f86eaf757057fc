/*
 * Every case of test/golden/kustomize: the output must be the bytes that kustomize printed, and what
 * kustomize refuses must be refused, with our own words and place in `message`.
 */
#include <fcntl.h>
#include <string.h>

#include "libcommon/base/file.h"
#include "libcommon/base/strvec.h"
#include "libcommon/codec/yaml.h"
#include "libcommon/render/kustomize/charts.h"
#include "test/unit/support/expect.h"
#include "test/unit/support/kustomize_fs.h"

#define ROOT "test/golden/kustomize"
/* Fewer would mean that the cases were not found. */
#define CASES_MIN 170

static bool exists(int dir, const char *file)
{
	SL_AUTO_FD int fd = -1;

	return sl_open_beneath(dir, file, O_RDONLY, 0, &fd, NULL) == 0;
}

static struct sl_str read_file(struct sl_arena *a, int dir, const char *file)
{
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(16 << 20);
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	expect_ok(sl_file_read(dir, file, &b, &err), &err);
	return sl_arena_str(a, sl_strbuf_str(&b));
}

static struct sl_kustomize_helm helm;
static struct sl_kustomize_charts charts;

/* case.conf: lines of key=value, see scripts/golden-kustomize.sh. */
static const char *read_conf(struct sl_arena *a, int dir, struct sl_kustomize_options *o)
{
	struct sl_str rest, line;
	const char *path = "";

	if (!exists(dir, "case.conf"))
		return path;
	rest = read_file(a, dir, "case.conf");
	while (sl_str_split(&rest, '\n', &line)) {
		if (sl_str_cut_prefix(&line, SL_STR("path=")))
			path = sl_as_strz(a, sl_value_str(a, line));
		else if (sl_str_eqz(line, "order=legacy"))
			o->order = SL_KUSTOMIZE_ORDER_LEGACY;
		else if (sl_str_eqz(line, "restrict=true"))
			o->restrict_files = true;
		else if (sl_str_eqz(line, "helm=true"))
			o->charts = &charts;
		else
			assert_int_equal(line.n, 0);
	}
	return path;
}

static void check_error(struct sl_arena *a, int dir, const char *name, const struct sl_err *err)
{
	SL_AUTO_FREE char *text = sl_err_text(err);
	const char *got = sl_arena_printf(a, "%s\nfield: %s\n", text,
					  err->origin.field ? err->origin.field : "-");

	assert_true(exists(dir, "expected.err"));
	expect_str_case(sl_str(got), read_file(a, dir, "message"), name);
}

static void run_case(const char *name)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(16 << 20);
	SL_AUTO_FD int dir = -1;
	struct sl_kustomize_options options = { 0 };
	struct sl_kustomize_result result;

	expect_ok(sl_dir_open(sl_arena_printf(&a, ROOT "/%s", name), &dir, &err), &err);
	const char *path = read_conf(&a, dir, &options);
	struct sl_kustomize_fs fs = test_disk_fs(&dir);

	if (sl_kustomize_build(&a, &fs, path, &options, &result, &err) < 0) {
		check_error(&a, dir, name, &err);
		return;
	}
	sl_kustomize_write(result.objects, result.n, &out);
	expect_str_case(sl_strbuf_str(&out), read_file(&a, dir, "expected.yaml"), name);
}

static void prints_what_kustomize_prints(void **state)
{
	SL_AUTO(sl_strvec) names = SL_STRVEC_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	(void)state;
	charts = sl_kustomize_charts_by_helm(&helm);
	expect_ok(sl_dir_list(AT_FDCWD, ROOT, &names, &err), &err);
	assert_true(names.n >= CASES_MIN);
	for (size_t i = 0; i < names.n; i++)
		run_case(names.v[i]);
}

/* The result belongs to the caller: what one object shares with another would change with it. */
static void objects_are_their_own(void **state)
{
	static const char text[] = "=== kustomization.yaml\n"
				   "resources: [a.yaml]\n"
				   "commonLabels: {app: x}\n"
				   "=== a.yaml\n"
				   "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}\n"
				   "---\n"
				   "{apiVersion: v1, kind: ConfigMap, metadata: {name: b}}\n";
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct test_text_fs files = { .text = sl_str(text) };
	struct sl_kustomize_fs fs = test_text_fs(&files);
	struct sl_kustomize_result result;

	(void)state;
	expect_ok(sl_kustomize_build(&a, &fs, "", NULL, &result, &err), &err);
	assert_int_equal(result.n, 2);
	sl_map_set_strz(&a, sl_get(result.objects[0], "metadata", "labels"), "app", "y");
	assert_int_equal(result.warning_count, 1);
	assert_string_equal(result.warnings[0],
			    "kustomization.yaml:2: 'commonLabels' is deprecated. Please use "
			    "'labels' instead.");
	expect_str(sl_get_str(result.objects[1], "metadata", "labels", "app"), "x");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(prints_what_kustomize_prints),
		cmocka_unit_test(objects_are_their_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
