#include "libcommon/codec/ignore.h"

#include <sys/stat.h>
#include <unistd.h>

#include "libcommon/base/file.h"
#include "test/unit/codec/ignore_golden.h"
#include "test/unit/support/test.h"

static void add(struct sl_ignore *ig, const char *text, const char *domain)
{
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	assert_ok(sl_ignore_add(ig, sl_str(text), sl_str(domain), &err), &err);
}

/* A last '/' marks a directory. */
static bool excluded(const struct sl_ignore *ig, const char *path)
{
	struct sl_str p = sl_str(path);
	bool is_dir = sl_str_cut_suffix(&p, SL_STR("/"));

	return sl_ignore_match(ig, p, is_dir);
}

static void agrees_with_go_git(void **state)
{
	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(ignore_cases); i++) {
		const char *pattern = ignore_cases[i].pattern;
		bool includes = pattern[0] == '!';
		SL_AUTO_PTR(sl_ignore) *ig = sl_ignore_new(SL_IGNORE_NONE);

		/* Something to include again; comments are the file's business, not the pattern's. */
		if (includes)
			add(ig, "*", "");
		if (pattern[0] == '#')
			continue;
		add(ig, pattern, "");
		for (size_t k = 0; k < SL_ARRAY_LEN(ignore_paths); k++) {
			bool matches = ignore_cases[i].want[k] != '.';

			if (excluded(ig, ignore_paths[k]) != (matches != includes))
				fail_msg("\"%s\" with \"%s\"", pattern, ignore_paths[k]);
		}
	}
}

static void skips_comments_and_blank_lines(void **state)
{
	SL_AUTO_PTR(sl_ignore) *ig = sl_ignore_new(SL_IGNORE_DEFAULTS);

	(void)state;
	add(ig, "", "");
	add(ig, "# a.jpg\n\n  \t\r\n\r\n#", "");
	/* Nothing was added, so that the default set still stands. */
	assert_true(excluded(ig, "a.jpg"));
	add(ig, "\n#\nx\r\ny", "");
	assert_false(excluded(ig, "a.jpg"));
	assert_true(excluded(ig, "x"));
	assert_true(excluded(ig, "y"));
}

static void lets_the_last_match_decide(void **state)
{
	SL_AUTO_PTR(sl_ignore) *ig = sl_ignore_new(SL_IGNORE_VCS);

	(void)state;
	add(ig, "/*\n!/deploy\n/deploy/tests", "");
	assert_true(excluded(ig, "README.md"));
	assert_true(excluded(ig, "src/main.c"));
	assert_false(excluded(ig, "deploy/"));
	assert_false(excluded(ig, "deploy/app.yaml"));
	assert_true(excluded(ig, "deploy/tests/a.yaml"));
	/* spec.ignore comes last; it reaches below what is excluded. */
	add(ig, "!/deploy/tests/keep.yaml\n!.gitignore", "");
	assert_false(excluded(ig, "deploy/tests/keep.yaml"));
	assert_true(excluded(ig, "deploy/tests/"));
	assert_false(excluded(ig, ".gitignore"));
	/* A wide inclusion outranks the built-in sets as well. */
	assert_false(excluded(ig, "deploy/.git/config"));
	assert_false(excluded(ig, ""));
	assert_false(excluded(ig, "."));
}

static void scopes_patterns_to_their_directory(void **state)
{
	SL_AUTO_PTR(sl_ignore) *ig = sl_ignore_new(SL_IGNORE_NONE);

	(void)state;
	add(ig, "*.txt\n/only\na", "a/b");
	assert_true(excluded(ig, "a/b/x.txt"));
	assert_true(excluded(ig, "a/b/c/x.txt"));
	assert_true(excluded(ig, "a/b/only"));
	assert_false(excluded(ig, "a/b/c/only"));
	assert_false(excluded(ig, "a/x.txt"));
	assert_false(excluded(ig, "a/bc/x.txt"));
	assert_false(excluded(ig, "a/b"));
	assert_false(excluded(ig, "x/a/b/x.txt"));
}

static void has_its_built_in_sets(void **state)
{
	static const char *const vcs[] = { ".git/",	 ".git/config",	    "sub/.git/",
					   ".gitignore", "sub/.gitmodules", ".gitattributes" };
	static const char *const defaults[] = {
		"a.jpg",
		"b/a.jpeg",
		"a.gif",
		"a.png",
		"a.wmv",
		"a.flv",
		"a.tar.gz",
		"a.zip",
		".github/",
		".github/workflows/x.yaml",
		".circleci/",
		"x/.circleci/y",
		".travis.yml",
		".gitlab-ci.yml",
		"appveyor.yml",
		".drone.yml",
		"cloudbuild.yaml",
		"codeship-services.yml",
		"codeship-steps.yml",
		".goreleaser.yml",
		"a/b/.sops.yaml",
		".flux.yaml",
	};
	static const char *const kept[] = { ".git",	".github",  "git",  "a.JPG",
					    "app.yaml", ".gitkeep", "a.tgz" };
	SL_AUTO_PTR(sl_ignore) *none = sl_ignore_new(SL_IGNORE_NONE);
	SL_AUTO_PTR(sl_ignore) *first = sl_ignore_new(SL_IGNORE_VCS);
	SL_AUTO_PTR(sl_ignore) *all = sl_ignore_new(SL_IGNORE_DEFAULTS);

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(vcs); i++)
		assert_true(!excluded(none, vcs[i]) && excluded(first, vcs[i]) &&
			    excluded(all, vcs[i]));
	for (size_t i = 0; i < SL_ARRAY_LEN(defaults); i++)
		assert_true(!excluded(none, defaults[i]) && !excluded(first, defaults[i]) &&
			    excluded(all, defaults[i]));
	for (size_t i = 0; i < SL_ARRAY_LEN(kept); i++)
		assert_false(excluded(all, kept[i]));
}

static void loads_a_tree(void **state)
{
	static const struct {
		const char *path, *content;
	} files[] = {
		{ ".sourceignore", "*.md\n" },
		{ "a/.sourceignore", "!keep.md\n/x\n" },
		{ "a/b/.sourceignore", "keep.md" },
		{ ".git/.sourceignore", "*" },
	};
	SL_AUTO_PTR(sl_ignore) *ig = sl_ignore_new(SL_IGNORE_DEFAULTS);
	SL_AUTO(sl_tmpdir) dir = SL_TMPDIR_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	(void)state;
	assert_ok(sl_tmpdir_create("ignore-test", &dir, &err), &err);
	assert_ok(sl_mkdirs(dir.fd, "a/b", 0700, &err), &err);
	assert_ok(sl_mkdirs(dir.fd, ".git", 0700, &err), &err);
	for (size_t i = 0; i < SL_ARRAY_LEN(files); i++)
		assert_ok(sl_file_publish(dir.fd, files[i].path, sl_str(files[i].content), 0600,
					  &err),
			  &err);
	/* A directory behind a link is not entered. */
	assert_int_equal(symlinkat("../..", dir.fd, "a/loop"), 0);
	assert_ok(sl_ignore_load_tree(ig, dir.fd, &err), &err);
	assert_true(excluded(ig, "keep.md"));
	assert_false(excluded(ig, "a/keep.md"));
	assert_true(excluded(ig, "a/b/keep.md"));
	assert_true(excluded(ig, "a/x"));
	assert_false(excluded(ig, "a/b/x"));
	assert_false(excluded(ig, "a.jpg"));
}

static void refuses_ignore_files_that_lead_out(void **state)
{
	SL_AUTO_PTR(sl_ignore) *ig = sl_ignore_new(SL_IGNORE_DEFAULTS);
	SL_AUTO(sl_tmpdir) dir = SL_TMPDIR_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	(void)state;
	assert_ok(sl_tmpdir_create("ignore-test", &dir, &err), &err);
	assert_int_equal(symlinkat("/etc/passwd", dir.fd, ".sourceignore"), 0);
	assert_code(sl_ignore_load_tree(ig, dir.fd, &err), SL_ERR_FORBIDDEN, &err);
	assert_int_equal(unlinkat(dir.fd, ".sourceignore", 0), 0);
	assert_int_equal(mkdirat(dir.fd, ".sourceignore", 0700), 0);
	assert_code(sl_ignore_load_tree(ig, dir.fd, &err), SL_ERR_INVALID, &err);
}

static void caps_text_lines_and_patterns(void **state)
{
	SL_AUTO_PTR(sl_ignore) *ig = sl_ignore_new(SL_IGNORE_NONE);
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(SL_IGNORE_FILE_MAX + 1);
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	(void)state;
	sl_strbuf_addn(&b, 'x', SL_IGNORE_LINE_MAX);
	assert_ok(sl_ignore_add(ig, sl_strbuf_str(&b), SL_STR_NULL, &err), &err);
	sl_strbuf_addc(&b, 'x');
	assert_code(sl_ignore_add(ig, sl_strbuf_str(&b), SL_STR_NULL, &err), SL_ERR_TOO_LARGE,
		    &err);
	sl_strbuf_reset(&b);
	sl_strbuf_addn(&b, '\n', SL_IGNORE_FILE_MAX);
	assert_ok(sl_ignore_add(ig, sl_strbuf_str(&b), SL_STR_NULL, &err), &err);
	sl_strbuf_addc(&b, '\n');
	assert_code(sl_ignore_add(ig, sl_strbuf_str(&b), SL_STR_NULL, &err), SL_ERR_TOO_LARGE,
		    &err);
	sl_strbuf_reset(&b);
	for (int i = 1; i < SL_IGNORE_PATTERNS_MAX; i++)
		sl_strbuf_addz(&b, "a\n");
	assert_ok(sl_ignore_add(ig, sl_strbuf_str(&b), SL_STR_NULL, &err), &err);
	assert_code(sl_ignore_add(ig, SL_STR("a"), SL_STR_NULL, &err), SL_ERR_TOO_LARGE, &err);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agrees_with_go_git),
		cmocka_unit_test(skips_comments_and_blank_lines),
		cmocka_unit_test(lets_the_last_match_decide),
		cmocka_unit_test(scopes_patterns_to_their_directory),
		cmocka_unit_test(has_its_built_in_sets),
		cmocka_unit_test(loads_a_tree),
		cmocka_unit_test(refuses_ignore_files_that_lead_out),
		cmocka_unit_test(caps_text_lines_and_patterns),
	};

	return run_group("ignore", tests);
}
