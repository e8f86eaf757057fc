#include "test/unit/support/test.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/dirtrail.h"
#include "libcommon/base/err.h"
#include "libcommon/base/file.h"

static struct sl_tmpdir root = SL_TMPDIR_INIT;

/* "a/b/c…", as many directories as there may be and two more. */
static int make_tree(void **state)
{
	char path[2 * (SL_CLI_DIRTRAIL_MAX + 2)] = "a";

	(void)state;
	if (sl_tmpdir_create("dirtrail-test", &root, NULL) < 0 || chdir(root.path) < 0)
		return -1;
	for (size_t i = 1; i < SL_CLI_DIRTRAIL_MAX + 2; i++)
		memcpy(path + 2 * i - 1, "/b", 3);
	if (sl_mkdirs(root.fd, path, 0700, NULL) < 0)
		return -1;
	return sl_mkdirs(root.fd, "ab", 0700, NULL);
}

static int remove_tree(void **state)
{
	(void)state;
	sl_tmpdir_release(&root);
	return 0;
}

static bool is_dir(int fd, const char *path)
{
	struct stat have, want;

	assert_int_equal(fstat(fd, &have), 0);
	assert_int_equal(stat(path, &want), 0);
	return have.st_ino == want.st_ino && have.st_dev == want.st_dev;
}

static void names_what_is_below_by_the_rest(void **state)
{
	SL_AUTO(sl_cli_dirtrail) t = SL_CLI_DIRTRAIL_INIT;
	const char *rest;
	int a, b;

	(void)state;
	a = sl_cli_dirtrail_open(&t, "a");
	assert_true(is_dir(a, "a"));
	assert_int_equal(sl_cli_dirtrail_at(&t, "a/x/y", &rest), a);
	assert_string_equal(rest, "x/y");
	b = sl_cli_dirtrail_open(&t, "a/b");
	assert_true(is_dir(b, "a/b"));
	assert_int_equal(sl_cli_dirtrail_at(&t, "a/b/x", &rest), b);
	assert_string_equal(rest, "x");
	/* Up again: the outer one is still open. */
	assert_int_equal(sl_cli_dirtrail_at(&t, "a/x", &rest), a);
	assert_int_equal(t.n, 1);
	assert_int_equal(fcntl(b, F_GETFD), -1);
}

static void leaves_other_paths_whole(void **state)
{
	static const char *const paths[] = {
		"ab/x", "a", "a/", "a//etc", "x", "", "/a/x", "b/a/x"
	};

	(void)state;
	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++) {
		SL_AUTO(sl_cli_dirtrail) t = SL_CLI_DIRTRAIL_INIT;
		const char *rest;

		assert_true(sl_cli_dirtrail_open(&t, "a") >= 0);
		assert_int_equal(sl_cli_dirtrail_at(&t, paths[i], &rest), AT_FDCWD);
		assert_ptr_equal(rest, paths[i]);
		assert_int_equal(t.n, 0);
	}
}

static void keeps_so_many_open(void **state)
{
	SL_AUTO(sl_cli_dirtrail) t = SL_CLI_DIRTRAIL_INIT;
	char path[2 * (SL_CLI_DIRTRAIL_MAX + 2)] = "a";
	const char *rest;

	(void)state;
	for (size_t i = 1; i <= SL_CLI_DIRTRAIL_MAX + 1; i++) {
		int fd = sl_cli_dirtrail_open(&t, path);

		assert_true(is_dir(fd, path));
		assert_int_equal(t.n, i < SL_CLI_DIRTRAIL_MAX ? i : SL_CLI_DIRTRAIL_MAX);
		memcpy(path + 2 * i - 1, "/b", 3);
	}
	/* That in whose place the last one came is looked up from the one before. */
	path[2 * (SL_CLI_DIRTRAIL_MAX - 1)] = 'x';
	assert_true(sl_cli_dirtrail_at(&t, path, &rest) >= 0);
	assert_string_equal(rest, "x/b/b");
	assert_int_equal(t.n, SL_CLI_DIRTRAIL_MAX - 1);
}

static void fails_as_the_whole_path_would(void **state)
{
	SL_AUTO(sl_cli_dirtrail) t = SL_CLI_DIRTRAIL_INIT;
	static char path[PATH_MAX + 1] = "a";
	const char *rest;
	int a = sl_cli_dirtrail_open(&t, "a");

	(void)state;
	assert_true(a >= 0);
	assert_int_equal(sl_cli_dirtrail_open(&t, "a/none"), -1);
	assert_int_equal(errno, ENOENT);
	/* PATH_MAX counts the terminating byte. */
	for (size_t i = 1; i < PATH_MAX; i++)
		path[i] = i % 2 ? '/' : '.';
	assert_int_equal(sl_cli_dirtrail_at(&t, path, &rest), AT_FDCWD);
	assert_int_equal(sl_cli_dirtrail_open(&t, path), -1);
	assert_int_equal(errno, ENAMETOOLONG);
	path[PATH_MAX - 1] = '\0';
	assert_int_equal(sl_cli_dirtrail_at(&t, path, &rest), a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_what_is_below_by_the_rest),
		cmocka_unit_test(leaves_other_paths_whole),
		cmocka_unit_test(keeps_so_many_open),
		cmocka_unit_test(fails_as_the_whole_path_would),
	};

	return cmocka_run_group_tests(tests, make_tree, remove_tree);
}
