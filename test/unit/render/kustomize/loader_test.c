/* Remote bases and files, links, and the borders that a clone has. */
#include "libcommon/render/kustomize/kustomize.h"

#include "test/unit/support/expect.h"
#include "test/unit/support/kustomize_fs.h"

#define CM(name) "{apiVersion: v1, kind: ConfigMap, metadata: {name: " name "}}\n"
#define ROOT(resource) "=== kustomization.yaml\nresources: ['" resource "']\n"

/* Every repository is cloned to "clone", every file whose name ends so to "web.yaml". */
static int fetch(void *ctx, const struct sl_kustomize_remote *remote, struct sl_arena *a,
		 const char **ret_path, struct sl_err *err)
{
	(void)ctx;
	(void)a;
	*ret_path = remote->repo ? "clone" : "web.yaml";
	if (remote->repo || sl_str_ends(sl_str(remote->url), SL_STR(".yaml")))
		return 0;
	return sl_err_set(err, SL_ERR_NOT_FOUND, "status code 404");
}

/* "link" and what is below it is "clone/away" … "outside". */
static int real(void *ctx, const char *path, struct sl_arena *a, const char **ret_path,
		struct sl_err *err)
{
	struct sl_str p = sl_str(path);

	(void)ctx;
	(void)err;
	*ret_path = path;
	if (sl_str_ends(p, SL_STR("/link")))
		*ret_path = "outside";
	else if (sl_str_ends(p, SL_STR("/link.yaml")))
		*ret_path = "outside/a.yaml";
	else if (sl_str_ends(p, SL_STR("/loop")))
		*ret_path = sl_arena_str(a, sl_str_sub(p, 0, p.n - 5)).p;
	return 0;
}

static int build(struct sl_arena *a, const char *text, const char *path,
		 const struct sl_kustomize_options *options, struct sl_kustomize_result *ret,
		 struct sl_err *err)
{
	struct test_text_fs files = { .text = sl_str(text) };
	struct sl_kustomize_fs fs = test_text_fs(&files);

	fs.fetch = fetch;
	fs.real = real;
	return sl_kustomize_build(a, &fs, path, options, ret, err);
}

static void builds_what_is_fetched(void **state)
{
	static const struct {
		const char *text, *path;
	} cases[] = {
		{ ROOT("https://h/o/r//base") "=== clone/base/kustomization.yaml\n"
					      "resources: [../other]\n"
					      "=== clone/other/kustomization.yaml\n"
					      "resources: [a.yaml]\n"
					      "=== clone/other/a.yaml\n" CM("a"),
		  "" },
		{ ROOT("https://h/a.yaml") "=== web.yaml\n" CM("a"), "" },
		{ ROOT("https://h/o/r/a.yaml") "=== web.yaml\n" CM("a"), "" },
		{ ROOT("git@h:o/r") "=== clone/kustomization.yaml\nresources: [a.yaml]\n"
				    "=== clone/a.yaml\n" CM("a"),
		  "" },
		{ "=== clone/p/kustomization.yaml\nresources: [a.yaml]\n"
		  "=== clone/p/a.yaml\n" CM("a"),
		  "https://h/o/r/p" },
		/* What lies there is no URL. */
		{ ROOT("https://h/a.txt") "=== https:/h/a.txt\n" CM("a"), "" },
		{ "=== kustomization.yaml\npatches: [{path: 'https://h/p.yaml'}]\n"
		  "resources: [a.yaml]\n=== a.yaml\n" CM("a") "=== web.yaml\n" CM("a"),
		  "" },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		struct sl_kustomize_result result;

		expect_ok(build(&a, cases[i].text, cases[i].path, NULL, &result, &err), &err);
		assert_int_equal(result.n, 1);
		expect_str(sl_get_str(result.objects[0], "metadata", "name"), "a");
	}
}

static void keeps_clones_within_their_borders(void **state)
{
	static const struct {
		const char *text;
		enum sl_err_code code;
		const char *part;
	} cases[] = {
		{ ROOT("https://h/o/r//none") "=== clone/x\n", SL_ERR_NOT_FOUND,
		  "no such file or directory 'clone/none'" },
		{ ROOT("https://h/o/r//x") "=== clone/x\n", SL_ERR_INVALID,
		  "'clone/x' is a file; expected a directory" },
		{ ROOT("https://h/o/r") "=== clone/kustomization.yaml\n"
					"resources: [../base]\n=== base/kustomization.yaml\n"
					"namespace: x\n",
		  SL_ERR_FORBIDDEN, "must be within the repo" },
		{ ROOT("https://h/o/r") "=== clone/kustomization.yaml\n"
					"resources: [../a.yaml]\n=== a.yaml\n" CM("a"),
		  SL_ERR_FORBIDDEN, "security; file 'a.yaml' is not in or below 'clone'" },
		{ ROOT("https://h/o/r//b") "=== clone/b/kustomization.yaml\n"
					   "resources: [../a.yaml]\n=== clone/a.yaml\n" CM("a"),
		  SL_ERR_FORBIDDEN, "is not in or below 'clone/b'" },
		{ ROOT("https://h/o/r//link") "=== clone/link/x\n=== outside/kustomization.yaml\n",
		  SL_ERR_FORBIDDEN, "refers to directory outside of repo 'https://h/o/r'" },
		{ ROOT("https://h/o/r") "=== clone/kustomization.yaml\nresources: [link]\n"
					"=== clone/link/x\n",
		  SL_ERR_FORBIDDEN, "base 'outside' is outside 'clone'" },
		{ ROOT("https://h/o/r") "=== clone/kustomization.yaml\nresources: [link.yaml]\n"
					"=== clone/link.yaml\n" CM("a"),
		  SL_ERR_FORBIDDEN, "file 'clone/link.yaml' is not in or below 'clone'" },
		{ ROOT("https://h/o/r") "=== clone/kustomization.yaml\n"
					"resources: ['https://h/o/r']\n",
		  SL_ERR_INVALID,
		  "cycle detected: URI 'https://h/o/r' referenced by previous URI" },
		{ ROOT("base") "=== base/kustomization.yaml\nresources: [loop]\n"
			       "=== base/loop/kustomization.yaml\nnamespace: x\n",
		  SL_ERR_INVALID, "cycle detected" },
		{ ROOT("https://h/none") "=== web.yaml\n", SL_ERR_NOT_FOUND, "status code 404" },
		{ ROOT("https://h/o/r/a.yaml") "=== web.yaml\nno object\n=== clone/x\n",
		  SL_ERR_NOT_FOUND, "no file of objects" },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		struct sl_kustomize_result result;

		expect_err(build(&a, cases[i].text, "", NULL, &result, &err), cases[i].code,
			   cases[i].part, &err);
		assert_non_null(err.origin.file);
	}
}

static void a_link_out_of_a_restricted_directory_is_refused(void **state)
{
	static const char text[] = "=== base/kustomization.yaml\nresources: [link.yaml]\n"
				   "=== base/link.yaml\n" CM("a");
	const struct sl_kustomize_options restricted = { .restrict_files = true };
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_kustomize_result result;

	(void)state;
	expect_ok(build(&a, text, "base", NULL, &result, &err), &err);
	expect_err(build(&a, text, "base", &restricted, &result, &err), SL_ERR_FORBIDDEN,
		   "file 'base/link.yaml' is not in or below 'base'", &err);
}

static void shows_paths_as_seen_from_a_directory(void **state)
{
	static const struct {
		const char *from, *file;
	} cases[] = {
		{ NULL, "home/me/app/kustomization.yaml" },
		{ "home/me", "app/kustomization.yaml" },
		{ "home/me/app", "kustomization.yaml" },
		{ "home/m", "/home/me/app/kustomization.yaml" },
		{ "srv", "/home/me/app/kustomization.yaml" },
		{ "", "home/me/app/kustomization.yaml" },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		const struct sl_kustomize_options o = { .shown_from = cases[i].from };
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		struct sl_kustomize_result result;

		expect_err(build(&a, "=== home/me/app/kustomization.yaml\nx: y\n", "home/me/app",
				 &o, &result, &err),
			   SL_ERR_INVALID, "unknown field", &err);
		assert_string_equal(err.origin.file, cases[i].file);
	}
}

static void takes_absolute_files_when_told(void **state)
{
	static const char text[] = "=== app/kustomization.yaml\nresources: [/srv/a.yaml]\n"
				   "=== srv/a.yaml\n" CM("a");
	const struct sl_kustomize_options o = { .absolute_files = true };
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_kustomize_result result;

	(void)state;
	expect_ok(build(&a, text, "app", &o, &result, &err), &err);
	assert_int_equal(result.n, 1);
	expect_err(build(&a, text, "app", NULL, &result, &err), SL_ERR_INVALID,
		   "cannot be absolute", &err);
}

static void origins_name_the_repository(void **state)
{
	static const char text[] =
		"=== kustomization.yaml\nbuildMetadata: [originAnnotations]\n"
		"resources: ['https://h/o/r//b/../c?ref=v1', 'git@h:x/y']\n"
		"=== clone/c/kustomization.yaml\nresources: [a.yaml]\n=== clone/c/a.yaml\n" CM(
			"a") "=== clone/kustomization.yaml\nresources: [b.yaml]\n=== "
			     "clone/b.yaml\n" CM("b");
	static const char *const want[] = {
		"path: c/a.yaml\nrepo: https://h/o/r\nref: v1\n",
		"path: notCloned/b.yaml\nrepo: git@h:x/y\n",
	};
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_kustomize_result result;

	(void)state;
	expect_ok(build(&a, text, "", NULL, &result, &err), &err);
	assert_int_equal(result.n, 2);
	for (size_t i = 0; i < result.n; i++)
		expect_str(sl_get_str(result.objects[i], "metadata", "annotations",
				      "config.kubernetes.io/origin"),
			   want[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(builds_what_is_fetched),
		cmocka_unit_test(keeps_clones_within_their_borders),
		cmocka_unit_test(a_link_out_of_a_restricted_directory_is_refused),
		cmocka_unit_test(shows_paths_as_seen_from_a_directory),
		cmocka_unit_test(takes_absolute_files_when_told),
		cmocka_unit_test(origins_name_the_repository),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
