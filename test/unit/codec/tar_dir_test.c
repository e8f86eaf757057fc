#include "libcommon/codec/tar_dir.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "libcommon/base/file.h"
#include "libcommon/codec/ignore.h"
#include "test/unit/support/test.h"

#define ARCHIVE_MAX ((size_t)4 << 20)
#define LONG_NAME \
	"a-name-of-more-than-one-hundred-bytes-which-neither-field-of-a-header-can-hold-" \
	"so-that-it-needs-an-extended-header.yaml"

static const struct sl_tar_limits wide = { 1 << 30, 1000 };
static struct sl_tmpdir tmp;

static int make_dir(void **state)
{
	(void)state;
	tmp = (struct sl_tmpdir)SL_TMPDIR_INIT;
	return sl_tmpdir_create("tar-test", &tmp, NULL);
}

static int drop_dir(void **state)
{
	(void)state;
	sl_tmpdir_release(&tmp);
	return 0;
}

static void put(const char *path, const char *content, mode_t mode)
{
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	assert_ok(sl_file_publish(tmp.fd, path, sl_str(content), mode, &err), &err);
}

static void make_tree(void)
{
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	assert_ok(sl_mkdirs(tmp.fd, "tree/b/.git", 0700, &err), &err);
	assert_ok(sl_mkdirs(tmp.fd, "tree/empty", 0700, &err), &err);
	put("tree/b/" LONG_NAME, "long", 0644);
	put("tree/b/.git/config", "[core]", 0644);
	put("tree/b/caf\xc3\xa9.yaml", "accent", 0644);
	put("tree/a.yaml", "kind: A\n", 0644);
	put("tree/run.sh", "#!/bin/sh\n", 0755);
	put("tree/b.yaml", "after the directory b, before it in Git", 0644);
	assert_int_equal(symlinkat("a.yaml", tmp.fd, "tree/link"), 0);
	assert_int_equal(symlinkat("/etc", tmp.fd, "tree/b/out"), 0);
	assert_int_equal(mkfifoat(tmp.fd, "tree/fifo", 0600), 0);
}

/* `tree` below tmp as an archive. */
static void pack(const char *tree, sl_tar_keep_fn keep, void *ctx, struct sl_strbuf *to)
{
	SL_AUTO_PTR(sl_tar_writer) *w = NULL;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	SL_AUTO_FD int fd = -1;

	assert_ok(sl_open_beneath(tmp.fd, tree, O_RDONLY | O_DIRECTORY, 0, &fd, &err), &err);
	assert_ok(sl_tar_writer_new(sl_sink_strbuf(to), &w, &err), &err);
	assert_ok(sl_tar_add_tree(w, fd, keep, ctx, &err), &err);
	assert_ok(sl_tar_finish(w, &err), &err);
}

static int unpack(struct sl_str packed, const char *name, struct sl_err *err)
{
	SL_AUTO_FD int fd = -1;
	int r = sl_mkdirs(tmp.fd, name, 0700, err);

	if (!r)
		r = sl_open_beneath(tmp.fd, name, O_RDONLY | O_DIRECTORY, 0, &fd, err);
	return r ? r : sl_tar_unpack(sl_source_str(&packed), fd, &wide, NULL, err);
}

/* What a program prints; its input is `in`. */
static void run(const char *const *argv, struct sl_str in, struct sl_strbuf *out)
{
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	int to[2], status;
	struct sl_source source = sl_source_fd(&to[0]);
	char chunk[4096];
	size_t n;
	pid_t pid;

	assert_ok(sl_file_publish(tmp.fd, "stdin", in, 0600, &err), &err);
	assert_int_equal(pipe2(to, O_CLOEXEC), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		dup2(openat(tmp.fd, "stdin", O_RDONLY), 0);
		dup2(to[1], 1);
		setenv("LC_ALL", "C", 1);
		setenv("TZ", "UTC", 1);
		execvp(argv[0], (char *const *)(uintptr_t)argv);
		_exit(127);
	}
	close(to[1]);
	do {
		assert_ok(source.read(source.ctx, chunk, sizeof(chunk), &n, &err), &err);
		sl_strbuf_add(out, chunk, n);
	} while (n);
	close(to[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_int_equal(unlinkat(tmp.fd, "stdin", 0), 0);
}

static bool not_git(void *ctx, struct sl_str path, bool is_dir)
{
	return !sl_ignore_match(ctx, path, is_dir);
}

static void is_understood_by_gnu_tar(void **state)
{
	static const char *const argv[] = {
		"tar", "--list", "--verbose", "--gzip", "--quoting-style=literal", NULL
	};
	SL_AUTO(sl_strbuf) packed = SL_STRBUF_INIT(ARCHIVE_MAX);
	SL_AUTO(sl_strbuf) listed = SL_STRBUF_INIT(ARCHIVE_MAX);
	SL_AUTO_PTR(sl_ignore) *ig = sl_ignore_new(SL_IGNORE_VCS);

	(void)state;
	make_tree();
	pack("tree", not_git, ig, &packed);
	run(argv, sl_strbuf_str(&packed), &listed);
	assert_string_equal(listed.p,
			    "drwxr-x--- 0/0               0 1970-01-01 00:00 .\n"
			    "-rw------- 0/0               8 1970-01-01 00:00 a.yaml\n"
			    "drwxr-x--- 0/0               0 1970-01-01 00:00 b\n"
			    "-rw------- 0/0               4 1970-01-01 00:00 b/" LONG_NAME "\n"
			    "-rw------- 0/0               6 1970-01-01 00:00 b/caf\xc3\xa9.yaml\n"
			    "-rw------- 0/0              39 1970-01-01 00:00 b.yaml\n"
			    "drwxr-x--- 0/0               0 1970-01-01 00:00 empty\n"
			    "-rwx------ 0/0              10 1970-01-01 00:00 run.sh\n");
}

static void gives_the_same_bytes_for_the_same_tree(void **state)
{
	SL_AUTO(sl_strbuf) a = SL_STRBUF_INIT(ARCHIVE_MAX);
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(ARCHIVE_MAX);
	SL_AUTO(sl_strbuf) c = SL_STRBUF_INIT(ARCHIVE_MAX);
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	(void)state;
	make_tree();
	pack("tree", NULL, NULL, &a);
	assert_ok(unpack(sl_strbuf_str(&a), "copy", &err), &err);
	pack("copy", NULL, NULL, &b);
	assert_true(sl_str_eq(sl_strbuf_str(&a), sl_strbuf_str(&b)));
	put("copy/a.yaml", "kind: B\n", 0644);
	pack("copy", NULL, NULL, &c);
	assert_false(sl_str_eq(sl_strbuf_str(&a), sl_strbuf_str(&c)));
}

static bool only_the_file(void *ctx, struct sl_str path, bool is_dir)
{
	(void)ctx;
	(void)is_dir;
	return sl_str_eqz(path, "b/.git/config");
}

static void walks_excluded_directories(void **state)
{
	SL_AUTO(sl_strbuf) packed = SL_STRBUF_INIT(ARCHIVE_MAX);
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	SL_AUTO(sl_strvec) names = SL_STRVEC_INIT;
	struct stat st;

	(void)state;
	make_tree();
	pack("tree", only_the_file, NULL, &packed);
	assert_ok(unpack(sl_strbuf_str(&packed), "copy", &err), &err);
	assert_int_equal(fstatat(tmp.fd, "copy/b/.git/config", &st, 0), 0);
	assert_ok(sl_dir_list(tmp.fd, "copy/b", &names, &err), &err);
	assert_int_equal(names.n, 1);
}

static void unpacks_what_gnu_tar_writes(void **state)
{
	static const char *const formats[] = { "v7", "ustar", "gnu", "pax", "oldgnu" };

	(void)state;
	make_tree();
	for (size_t i = 0; i < SL_ARRAY_LEN(formats); i++) {
		SL_AUTO_FREE char *dir = sl_xasprintf("--directory=%s/tree", tmp.path);
		SL_AUTO_FREE char *format = sl_xasprintf("--format=%s", formats[i]);
		/* The oldest format has no FIFOs, and two of them no long names. */
		bool old = i < 2;
		const char *argv[] = { "tar",	   "--create", "--gzip", "--exclude=fifo",
				       "--file=-", format,     dir,	 "./a.yaml",
				       "./run.sh", "empty",    "link",	 old ? "b.yaml" : "b",
				       NULL };
		SL_AUTO(sl_strbuf) packed = SL_STRBUF_INIT(ARCHIVE_MAX);
		SL_AUTO(sl_strbuf) content = SL_STRBUF_INIT(ARCHIVE_MAX);
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		struct stat st;

		run(argv, SL_STR_NULL, &packed);
		assert_ok(unpack(sl_strbuf_str(&packed), formats[i], &err), &err);
		{
			SL_AUTO_FREE char *copy =
				sl_xasprintf("%s/%s", formats[i], old ? "b.yaml" : "b/" LONG_NAME);
			SL_AUTO_FREE char *exe = sl_xasprintf("%s/run.sh", formats[i]);
			SL_AUTO_FREE char *empty = sl_xasprintf("%s/empty", formats[i]);
			SL_AUTO_FREE char *link = sl_xasprintf("%s/link", formats[i]);

			assert_ok(sl_file_read(tmp.fd, copy, &content, &err), &err);
			assert_int_equal(fstatat(tmp.fd, exe, &st, 0), 0);
			assert_int_equal(st.st_mode & 07777, 0700);
			assert_int_equal(fstatat(tmp.fd, copy, &st, 0), 0);
			assert_int_equal(st.st_mode & 07777, 0600);
			assert_int_equal(fstatat(tmp.fd, empty, &st, 0), 0);
			assert_true(S_ISDIR(st.st_mode));
			assert_int_equal(fstatat(tmp.fd, link, &st, AT_SYMLINK_NOFOLLOW), -1);
		}
	}
}

/* An archive of the given files, all with the content "new". */
static void archive_of(struct sl_strbuf *to, const char *const *paths)
{
	SL_AUTO_PTR(sl_tar_writer) *w = NULL;
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	assert_ok(sl_tar_writer_new(sl_sink_strbuf(to), &w, &err), &err);
	for (; *paths; paths++) {
		assert_ok(sl_tar_add_file(w, sl_str(*paths), false, 3, &err), &err);
		assert_ok(sl_tar_write(w, "new", 3, &err), &err);
	}
	assert_ok(sl_tar_finish(w, &err), &err);
}

static void replaces_files_and_never_follows_links(void **state)
{
	static const char *const paths[] = { "f", "link", "d/x", "f", NULL };
	static const char *const through[] = { "out/x", NULL };
	SL_AUTO(sl_strbuf) packed = SL_STRBUF_INIT(ARCHIVE_MAX);
	SL_AUTO(sl_strbuf) bad = SL_STRBUF_INIT(ARCHIVE_MAX);
	SL_AUTO(sl_strbuf) content = SL_STRBUF_INIT(ARCHIVE_MAX);
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	(void)state;
	assert_ok(sl_mkdirs(tmp.fd, "to", 0700, &err), &err);
	put("victim", "old", 0600);
	put("to/f", "old and longer", 0700);
	assert_int_equal(symlinkat("../victim", tmp.fd, "to/link"), 0);
	assert_int_equal(symlinkat("..", tmp.fd, "to/out"), 0);
	archive_of(&packed, paths);
	assert_ok(unpack(sl_strbuf_str(&packed), "to", &err), &err);
	assert_ok(sl_file_read(tmp.fd, "to/f", &content, &err), &err);
	assert_string_equal(content.p, "new");
	sl_strbuf_reset(&content);
	assert_ok(sl_file_read(tmp.fd, "victim", &content, &err), &err);
	assert_string_equal(content.p, "old");
	archive_of(&bad, through);
	assert_code(unpack(sl_strbuf_str(&bad), "to", &err), SL_ERR_FORBIDDEN, &err);
}

static void refuses_a_file_where_a_directory_is(void **state)
{
	static const char *const cases[][3] = { { "a", "a/b", NULL }, { "a/b", "a", NULL } };

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sl_strbuf) packed = SL_STRBUF_INIT(ARCHIVE_MAX);
		SL_AUTO(sl_err) err = SL_ERR_INIT;

		archive_of(&packed, cases[i]);
		assert_code(unpack(sl_strbuf_str(&packed), i ? "one" : "two", &err), SL_ERR_INVALID,
			    &err);
	}
}

static void caps_the_depth_of_a_tree(void **state)
{
	SL_AUTO(sl_strbuf) path = SL_STRBUF_INIT(ARCHIVE_MAX);
	SL_AUTO(sl_strbuf) to = SL_STRBUF_INIT(ARCHIVE_MAX);
	SL_AUTO_PTR(sl_tar_writer) *w = NULL;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	SL_AUTO_FD int fd = -1;

	(void)state;
	for (int i = 0; i < SL_TAR_DEPTH_MAX - 1; i++)
		sl_strbuf_addz(&path, "d/");
	assert_ok(sl_mkdirs(tmp.fd, path.p, 0700, &err), &err);
	pack(".", NULL, NULL, &to);
	sl_strbuf_addz(&path, "d/");
	assert_ok(sl_mkdirs(tmp.fd, path.p, 0700, &err), &err);
	assert_ok(sl_dir_open(tmp.path, &fd, &err), &err);
	assert_ok(sl_tar_writer_new(sl_sink_strbuf(&to), &w, &err), &err);
	assert_code(sl_tar_add_tree(w, fd, NULL, NULL, &err), SL_ERR_TOO_LARGE, &err);
}

#define with_dir(test) cmocka_unit_test_setup_teardown(test, make_dir, drop_dir)

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_dir(is_understood_by_gnu_tar),
		with_dir(gives_the_same_bytes_for_the_same_tree),
		with_dir(walks_excluded_directories),
		with_dir(unpacks_what_gnu_tar_writes),
		with_dir(replaces_files_and_never_follows_links),
		with_dir(refuses_a_file_where_a_directory_is),
		with_dir(caps_the_depth_of_a_tree),
	};

	return run_group("tar_dir", tests);
}
