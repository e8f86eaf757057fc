#include "libcommon/base/file.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "test/unit/support/test.h"

static struct sl_tmpdir tmp;

static int make_dir(void **state)
{
	(void)state;
	tmp = (struct sl_tmpdir)SL_TMPDIR_INIT;
	return sl_tmpdir_create("sluice-file-test", &tmp, NULL);
}

static int drop_dir(void **state)
{
	(void)state;
	sl_tmpdir_release(&tmp);
	return 0;
}

static void put(const char *path, const char *content)
{
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	assert_ok(sl_file_publish(tmp.fd, path, sl_str(content), 0600, &err), &err);
}

static void publishes_and_reads(void **state)
{
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(100);
	SL_AUTO(sl_strvec) names = SL_STRVEC_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct stat st;

	(void)state;
	assert_ok(sl_mkdirs(tmp.fd, "a/b//./c", 0700, &err), &err);
	assert_ok(sl_mkdirs(tmp.fd, "a/b/c", 0700, &err), &err);
	put("a/b/c/f", "old");
	put("a/b/c/f", "new content");
	assert_ok(sl_file_read(tmp.fd, "a/b/c/f", &b, &err), &err);
	assert_string_equal(b.p, "new content");
	assert_int_equal(fstatat(tmp.fd, "a/b/c/f", &st, 0), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_ok(sl_dir_list(tmp.fd, "a/b/c", &names, &err), &err);
	assert_int_equal(names.n, 1); /* no temporary file is left */
}

static void caps_what_it_reads(void **state)
{
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	(void)state;
	put("f", "12345");
	for (size_t max = 3; max < 8; max++) {
		SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(max);
		int r = sl_file_read(tmp.fd, "f", &b, &err);

		if (max < 5)
			assert_error(r, SL_ERR_TOO_LARGE, &err,
				     max == 3 ? "f is larger than 3 bytes"
					      : "f is larger than 4 bytes");
		else
			assert_ok(r, &err);
		sl_strbuf_reset(&b);
		sl_strbuf_addn(&b, 'x', 100);
		assert_code(sl_file_read(tmp.fd, "f", &b, &err), SL_ERR_TOO_LARGE, &err);
	}
}

static void reads_regular_files_only(void **state)
{
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(100);
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	(void)state;
	assert_int_equal(mkfifoat(tmp.fd, "fifo", 0600), 0);
	assert_code(sl_file_read(tmp.fd, "fifo", &b, &err), SL_ERR_INVALID, &err);
	assert_code(sl_file_read(tmp.fd, ".", &b, &err), SL_ERR_INVALID, &err);
	assert_code(sl_file_read(tmp.fd, "none", &b, &err), SL_ERR_NOT_FOUND, &err);
	assert_code(sl_file_read_path("/dev/null", &b, &err), SL_ERR_INVALID, &err);
	assert_code(sl_file_read_path("/nonexistent/file", &b, &err), SL_ERR_NOT_FOUND, &err);
}

static void stays_beneath(void **state)
{
	static const char *const paths[] = { "/etc/passwd", "../x", "a/../../x", "out/passwd",
					     "abs" };
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(1 << 20);
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	int fd = -1;

	(void)state;
	assert_ok(sl_mkdirs(tmp.fd, "a", 0700, &err), &err);
	assert_int_equal(symlinkat("/etc", tmp.fd, "out"), 0);
	assert_int_equal(symlinkat("/etc/passwd", tmp.fd, "abs"), 0);
	for (size_t i = 0; i < SL_ARRAY_LEN(paths); i++) {
		assert_code(sl_open_beneath(tmp.fd, paths[i], O_RDONLY, 0, &fd, &err),
			    SL_ERR_FORBIDDEN, &err);
		assert_code(sl_file_read(tmp.fd, paths[i], &b, &err), SL_ERR_FORBIDDEN, &err);
	}
	assert_int_equal(fd, -1);
	assert_code(sl_mkdirs(tmp.fd, "../x", 0700, &err), SL_ERR_FORBIDDEN, &err);
	assert_code(sl_mkdirs(tmp.fd, "a/../b", 0700, &err), SL_ERR_FORBIDDEN, &err);
	assert_code(sl_mkdirs(tmp.fd, "/tmp", 0700, &err), SL_ERR_FORBIDDEN, &err);
	assert_code(sl_mkdirs(tmp.fd, "out/x", 0700, &err), SL_ERR_FORBIDDEN, &err);
	assert_code(sl_file_publish(tmp.fd, "out/x", SL_STR("x"), 0600, &err), SL_ERR_FORBIDDEN,
		    &err);
	assert_code(sl_file_publish(tmp.fd, "a/..", SL_STR("x"), 0600, &err), SL_ERR_INVALID, &err);
	assert_code(sl_remove_tree(tmp.fd, "../x", &err), SL_ERR_FORBIDDEN, &err);
}

/* A file size limit stands in for a full disk: write(2) fails half-way. */
static void keeps_the_old_file_when_writing_fails(void **state)
{
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(100);
	SL_AUTO(sl_strvec) names = SL_STRVEC_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	SL_AUTO_FREE char *big = sl_xcalloc(1, 8192);
	const struct sigaction ignore = { .sa_handler = SIG_IGN };
	struct rlimit old, small = { 0 };
	int r;

	(void)state;
	put("f", "old");
	assert_int_equal(sigaction(SIGXFSZ, &ignore, NULL), 0);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	small = old;
	small.rlim_cur = 4096;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	r = sl_file_publish(tmp.fd, "f", (struct sl_str){ big, 8192 }, 0600, &err);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	assert_code(r, SL_ERR_TOO_LARGE, &err);
	assert_ok(sl_file_read(tmp.fd, "f", &b, &err), &err);
	assert_string_equal(b.p, "old");
	assert_ok(sl_dir_list(tmp.fd, ".", &names, &err), &err);
	assert_int_equal(names.n, 1);
}

static void removes_trees_without_following_links(void **state)
{
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct stat st;

	(void)state;
	assert_ok(sl_mkdirs(tmp.fd, "keep", 0700, &err), &err);
	put("keep/f", "x");
	assert_ok(sl_mkdirs(tmp.fd, "t/a/b/c", 0700, &err), &err);
	put("t/a/f", "x");
	assert_int_equal(symlinkat("../../keep", tmp.fd, "t/a/link"), 0);
	assert_ok(sl_remove_tree(tmp.fd, "t", &err), &err);
	assert_int_equal(fstatat(tmp.fd, "t", &st, 0), -1);
	assert_int_equal(fstatat(tmp.fd, "keep/f", &st, 0), 0);
	assert_ok(sl_remove_tree(tmp.fd, "t", &err), &err);
	assert_ok(sl_remove_tree(tmp.fd, "t/u", &err), &err);
	assert_ok(sl_remove_tree(tmp.fd, "keep/f", &err), &err);
	assert_int_equal(fstatat(tmp.fd, "keep/f", &st, 0), -1);
}

static void lists_sorted(void **state)
{
	SL_AUTO(sl_strvec) names = SL_STRVEC_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	(void)state;
	put("b", "");
	put(".a", "");
	put("A", "");
	assert_ok(sl_dir_list(tmp.fd, ".", &names, &err), &err);
	assert_int_equal(names.n, 3);
	assert_string_equal(names.v[0], ".a");
	assert_string_equal(names.v[1], "A");
	assert_string_equal(names.v[2], "b");
	assert_code(sl_dir_list(tmp.fd, "none", &names, &err), SL_ERR_NOT_FOUND, &err);
	assert_code(sl_dir_list(tmp.fd, "b", &names, &err), SL_ERR_NOT_FOUND, &err);
}

static void removes_its_work_directory(void **state)
{
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_tmpdir d = SL_TMPDIR_INIT;
	SL_AUTO_FREE char *path = NULL;
	struct stat st;

	(void)state;
	sl_tmpdir_release(&d);
	assert_ok(sl_tmpdir_create("sluice-file-test", &d, &err), &err);
	path = sl_xstrdup(d.path);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	assert_ok(sl_mkdirs(d.fd, "a/b", 0700, &err), &err);
	sl_tmpdir_release(&d);
	assert_int_equal(d.fd, -1);
	assert_null(d.path);
	assert_int_equal(stat(path, &st), -1);
}

static bool exists(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0;
}

static void sweeps_what_killed_processes_left(void **state)
{
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_tmpdir used = SL_TMPDIR_INIT, left = SL_TMPDIR_INIT, other = SL_TMPDIR_INIT;

	(void)state;
	assert_ok(sl_tmpdir_create("sluice-file-test", &used, &err), &err);
	assert_ok(sl_tmpdir_create("sluice-file-test", &left, &err), &err);
	assert_ok(sl_tmpdir_create("sluice-file-test-other", &other, &err), &err);
	assert_ok(sl_mkdirs(left.fd, "a/b", 0700, &err), &err);
	/* A killed process holds no lock. */
	close(left.fd);
	close(other.fd);
	sl_tmpdir_sweep("sluice-file-test");
	assert_true(exists(used.path));
	assert_false(exists(left.path));
	assert_true(exists(other.path));
	left.fd = other.fd = -1;
	sl_tmpdir_sweep("sluice-file-test-other");
	assert_false(exists(other.path));
	sl_tmpdir_release(&used);
	sl_tmpdir_release(&left);
	sl_tmpdir_release(&other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(publishes_and_reads, make_dir, drop_dir),
		cmocka_unit_test_setup_teardown(caps_what_it_reads, make_dir, drop_dir),
		cmocka_unit_test_setup_teardown(reads_regular_files_only, make_dir, drop_dir),
		cmocka_unit_test_setup_teardown(stays_beneath, make_dir, drop_dir),
		cmocka_unit_test_setup_teardown(keeps_the_old_file_when_writing_fails, make_dir,
						drop_dir),
		cmocka_unit_test_setup_teardown(removes_trees_without_following_links, make_dir,
						drop_dir),
		cmocka_unit_test_setup_teardown(lists_sorted, make_dir, drop_dir),
		cmocka_unit_test_setup_teardown(removes_its_work_directory, make_dir, drop_dir),
		cmocka_unit_test(sweeps_what_killed_processes_left),
	};

	return run_group("file", tests);
}
