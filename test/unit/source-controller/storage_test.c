#include "source-controller/storage.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "libcommon/base/clock.h"
#include "libcommon/base/file.h"
#include "test/unit/support/test.h"

#define DIR "gitrepository/flux-system/app"

static struct sl_tmpdir tmp;

static int make_dir(void **state)
{
	(void)state;
	tmp = (struct sl_tmpdir)SL_TMPDIR_INIT;
	return sl_tmpdir_create("storage-test", &tmp, NULL);
}

static int drop_dir(void **state)
{
	(void)state;
	sl_tmpdir_release(&tmp);
	return 0;
}

static struct sc_storage *open_storage(const char *adv_addr)
{
	const struct sc_storage_config config = {
		.path = tmp.path,
		.adv_addr = adv_addr,
		.retention_ttl_ms = SC_RETENTION_TTL_MS_DEFAULT,
		.retention_records = SC_RETENTION_RECORDS_DEFAULT,
	};
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sc_storage *s = NULL;

	assert_ok(sc_storage_open(&config, &s, &err), &err);
	return s;
}

static void put(struct sc_storage *s, const char *path, const char *content)
{
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_str view = sl_str(content);
	struct sl_digest d;
	uint64_t bytes;

	assert_ok(
		sc_storage_copy(s, path, sl_source_str(&view), SL_DIGEST_SHA256, &d, &bytes, &err),
		&err);
	assert_int_equal(bytes, strlen(content));
	assert_ok(sc_storage_verify(s, path, &d, &err), &err);
}

static void assert_content(const char *path, const char *want)
{
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(1 << 20);
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	assert_ok(sl_file_read(tmp.fd, path, &b, &err), &err);
	assert_string_equal(b.p, want);
}

static bool exists(const char *path)
{
	struct stat st;

	return !fstatat(tmp.fd, path, &st, AT_SYMLINK_NOFOLLOW);
}

/* Names in a directory, joined by commas; the caller frees it. */
static char *names_in(const char *path)
{
	SL_AUTO(sl_strvec) names = SL_STRVEC_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	assert_ok(sl_dir_list(tmp.fd, path, &names, &err), &err);
	return sl_strvec_join(&names, ",");
}

static void lays_paths_out_as_flux(void **state)
{
	SL_AUTO_FREE char *git = NULL, *oci = NULL, *none = NULL;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	static const char *const bad[] = { "", ".", "..", ".tmp", "a/b", "a\nb", "../x" };

	(void)state;
	assert_ok(sc_storage_path("GitRepository", "flux-system", "App", "0a1b.tar.gz", &git, &err),
		  &err);
	assert_string_equal(git, "gitrepository/flux-system/App/0a1b.tar.gz");
	assert_ok(sc_storage_path("OCIRepository", "ns", "x", "sha256:ab.tar.gz", &oci, &err),
		  &err);
	assert_string_equal(oci, "ocirepository/ns/x/sha256:ab.tar.gz");
	for (size_t i = 0; i < SL_ARRAY_LEN(bad); i++) {
		assert_code(sc_storage_path(bad[i], "b", "c", "d", &none, &err), SL_ERR_INVALID,
			    &err);
		assert_code(sc_storage_path("a", bad[i], "c", "d", &none, &err), SL_ERR_INVALID,
			    &err);
		assert_code(sc_storage_path("a", "b", bad[i], "d", &none, &err), SL_ERR_INVALID,
			    &err);
		assert_code(sc_storage_path("a", "b", "c", bad[i], &none, &err), SL_ERR_INVALID,
			    &err);
	}
	assert_code(sc_storage_path("a", "b", "c", NULL, &none, &err), SL_ERR_INVALID, &err);
	assert_null(none);
}

static void builds_urls_from_the_advertised_address(void **state)
{
	static const struct {
		const char *adv_addr, *url;
	} cases[] = {
		{ "source-controller.flux-system.svc.cluster.local.",
		  "http://source-controller.flux-system.svc.cluster.local./a/b/c/d" },
		{ "localhost:9090", "http://localhost:9090/a/b/c/d" },
		{ "https://files.example/x/", "https://files.example/x/a/b/c/d" },
		{ "http://h", "http://h/a/b/c/d" },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO_PTR(sc_storage) *s = open_storage(cases[i].adv_addr);
		SL_AUTO_FREE char *url = sc_storage_url(s, "a/b/c/d");

		assert_string_equal(url, cases[i].url);
	}
}

static void derives_the_advertised_address(void **state)
{
	static const struct {
		const char *listen, *want;
	} cases[] = {
		{ ":9090", "localhost:9090" },	      { "0.0.0.0:9090", "pod-1:9090" },
		{ "10.1.2.3:80", "10.1.2.3:80" },     { "[::1]:80", "[::1]:80" },
		{ "example.org:1", "example.org:1" },
	};
	SL_AUTO_FREE char *none = NULL;
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	(void)state;
	assert_int_equal(setenv("HOSTNAME", "pod-1", 1), 0);
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO_FREE char *addr = NULL;

		assert_ok(sc_storage_default_adv_addr(cases[i].listen, &addr, &err), &err);
		assert_string_equal(addr, cases[i].want);
	}
	assert_code(sc_storage_default_adv_addr("9090", &none, &err), SL_ERR_INVALID, &err);
}

static void publishes_with_narrow_modes(void **state)
{
	SL_AUTO_PTR(sc_storage) *s = open_storage("h");
	SL_AUTO_FREE char *names = NULL;
	struct stat st;

	(void)state;
	put(s, DIR "/a.tar.gz", "one");
	put(s, DIR "/a.tar.gz", "two, longer");
	assert_content(DIR "/a.tar.gz", "two, longer");
	assert_int_equal(fstatat(tmp.fd, DIR "/a.tar.gz", &st, 0), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(fstatat(tmp.fd, DIR, &st, 0), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	names = names_in(DIR);
	assert_string_equal(names, "a.tar.gz");
}

static void shows_nothing_before_commit(void **state)
{
	SL_AUTO_PTR(sc_storage) *s = open_storage("h");
	SL_AUTO_PTR(sc_storing) *w = NULL;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_sink sink;

	(void)state;
	put(s, DIR "/a", "old");
	assert_ok(sc_storage_begin(s, DIR "/a", &w, &err), &err);
	sink = sc_storing_sink(w);
	assert_ok(sink.write(sink.ctx, "new", 3, &err), &err);
	assert_content(DIR "/a", "old");
	assert_ok(sc_storing_commit(w, &err), &err);
	assert_content(DIR "/a", "new");
}

static void leaves_no_trace_when_given_up(void **state)
{
	SL_AUTO_PTR(sc_storage) *s = open_storage("h");
	SL_AUTO_FREE char *names = NULL;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sc_storing *w = NULL;

	(void)state;
	put(s, DIR "/a", "old");
	assert_ok(sc_storage_begin(s, DIR "/a", &w, &err), &err);
	sc_storing_free(w);
	names = names_in(DIR);
	assert_string_equal(names, "a");
	assert_content(DIR "/a", "old");
}

/* A file size limit stands in for a full disk: write(2) fails half-way. */
static void keeps_the_old_artifact_when_the_disk_is_full(void **state)
{
	const struct sigaction ignore = { .sa_handler = SIG_IGN };
	SL_AUTO_PTR(sc_storage) *s = open_storage("h");
	SL_AUTO_FREE char *big = sl_xcalloc(1, 200000);
	SL_AUTO_FREE char *names = NULL;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_str view = { big, 200000 };
	struct rlimit old, small;
	struct sl_digest d;
	uint64_t bytes;
	int r;

	(void)state;
	put(s, DIR "/a", "old");
	assert_int_equal(sigaction(SIGXFSZ, &ignore, NULL), 0);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	small = old;
	small.rlim_cur = 100000;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	r = sc_storage_copy(s, DIR "/a", sl_source_str(&view), SL_DIGEST_SHA256, &d, &bytes, &err);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	assert_int_equal(r, SL_ERR_TOO_LARGE); /* ENOSPC would be SL_ERR_NO_SPACE: see err_test.c */
	names = names_in(DIR);
	assert_string_equal(names, "a");
	assert_content(DIR "/a", "old");
}

static int failing_read(void *ctx, void *to, size_t size, size_t *ret_n, struct sl_err *err)
{
	int *calls = ctx;

	if ((*calls)++)
		return sl_err_set(err, SL_ERR_NET, "connection lost");
	memset(to, 'x', size);
	*ret_n = size;
	return 0;
}

static void keeps_the_old_artifact_when_the_source_fails(void **state)
{
	SL_AUTO_PTR(sc_storage) *s = open_storage("h");
	SL_AUTO_FREE char *names = NULL;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_digest d;
	uint64_t bytes;
	int calls = 0;

	(void)state;
	put(s, DIR "/a", "old");
	assert_error(sc_storage_copy(s, DIR "/a", (struct sl_source){ failing_read, &calls },
				     SL_DIGEST_SHA256, &d, &bytes, &err),
		     SL_ERR_NET, &err, "connection lost");
	names = names_in(DIR);
	assert_string_equal(names, "a");
	assert_content(DIR "/a", "old");
}

static void verifies_by_digest(void **state)
{
	SL_AUTO_PTR(sc_storage) *s = open_storage("h");
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_digest d;

	(void)state;
	assert_ok(sl_digest_of(SL_DIGEST_SHA512, SL_STR("content"), &d, &err), &err);
	assert_code(sc_storage_verify(s, DIR "/a", &d, &err), SL_ERR_NOT_FOUND, &err);
	put(s, DIR "/a", "content");
	assert_ok(sc_storage_verify(s, DIR "/a", &d, &err), &err);
	put(s, DIR "/a", "contents");
	assert_code(sc_storage_verify(s, DIR "/a", &d, &err), SL_ERR_CHECKSUM, &err);
	assert_ok(sc_storage_remove(s, DIR "/a", &err), &err);
	assert_code(sc_storage_verify(s, DIR "/a", &d, &err), SL_ERR_NOT_FOUND, &err);
	assert_ok(sc_storage_remove(s, DIR "/a", &err), &err);
	assert_ok(sc_storage_remove(s, "a/b/c/d", &err), &err);
}

/* The path in a status is data that others can write. */
static void refuses_paths_that_are_not_of_artifacts(void **state)
{
	static const char *const bad[] = { "",
					   "a",
					   "a/b/c",
					   "a/b/c/d/e",
					   "/a/b/c",
					   "a/b/../c",
					   "../../etc/passwd",
					   "a/b/c/.tmp-x",
					   ".git-cache/a/b/c",
					   "a//b/c",
					   "a/b/c/" };
	SL_AUTO_PTR(sc_storage) *s = open_storage("h");
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sc_storing *w = NULL;
	int fd = -1;

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(bad); i++) {
		assert_code(sc_storage_begin(s, bad[i], &w, &err), SL_ERR_INVALID, &err);
		assert_code(sc_storage_open_file(s, bad[i], &fd, &err), SL_ERR_INVALID, &err);
		assert_code(sc_storage_remove(s, bad[i], &err), SL_ERR_INVALID, &err);
		assert_code(sc_storage_collect(s, bad[i], NULL, &err), SL_ERR_INVALID, &err);
		assert_code(sc_storage_link(s, bad[i], "latest", &err), SL_ERR_INVALID, &err);
	}
	assert_null(w);
	assert_int_equal(fd, -1);
	assert_int_equal(mkdirat(tmp.fd, "a", 0700), 0);
	assert_int_equal(symlinkat("/etc", tmp.fd, "a/b"), 0);
	assert_code(sc_storage_open_file(s, "a/b/c/passwd", &fd, &err), SL_ERR_FORBIDDEN, &err);
}

static void replaces_links(void **state)
{
	SL_AUTO_PTR(sc_storage) *s = open_storage("h");
	SL_AUTO_FREE char *names = NULL;
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	(void)state;
	put(s, DIR "/1.tar.gz", "one");
	put(s, DIR "/2.tar.gz", "two");
	assert_ok(sc_storage_link(s, DIR "/1.tar.gz", "latest.tar.gz", &err), &err);
	assert_content(DIR "/latest.tar.gz", "one");
	assert_ok(sc_storage_link(s, DIR "/2.tar.gz", "latest.tar.gz", &err), &err);
	assert_content(DIR "/latest.tar.gz", "two");
	assert_code(sc_storage_link(s, DIR "/2.tar.gz", "../latest", &err), SL_ERR_INVALID, &err);
	names = names_in(DIR);
	assert_string_equal(names, "1.tar.gz,2.tar.gz,latest.tar.gz");
}

/* A file whose last change was `age_s` seconds ago. */
static void put_aged(struct sc_storage *s, const char *path, int64_t age_s)
{
	struct timespec times[2] = { { .tv_nsec = UTIME_OMIT }, { 0 } };

	put(s, path, "x");
	times[1].tv_sec = (time_t)(sl_wall_ms() / 1000 - age_s);
	assert_int_equal(utimensat(tmp.fd, path, times, 0), 0);
}

static void collects_what_is_expired_and_what_is_too_many(void **state)
{
	static const struct {
		int64_t ages[5]; /* of files "0" to "4"; -1: none */
		char current;
		const char *kept;
	} cases[] = {
		{ { 0, -1, -1, -1, -1 }, '0', "0" },
		{ { 1, 0, -1, -1, -1 }, '1', "0,1" },
		/* Expired, but not the current one. */
		{ { 500, 0, -1, -1, -1 }, '1', "1" },
		{ { 500, 0, -1, -1, -1 }, '0', "0,1" },
		{ { 500, 400, 300, -1, -1 }, '0', "0" },
		/* The oldest go until two are left. */
		{ { 40, 30, 20, 10, 0 }, '4', "3,4" },
		{ { 40, 30, 20, 10, 0 }, '0', "0,4" },
		{ { 500, 30, 20, 10, 0 }, '4', "3,4" },
		/* The current one may be missing. */
		{ { 30, 20, 10, -1, -1 }, '4', "1,2" },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO_PTR(sc_storage) *s = open_storage("h");
		SL_AUTO_FREE char *names = NULL;
		SL_AUTO(sl_strvec) removed = SL_STRVEC_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		char path[] = DIR "/0";
		bool gone;
		size_t files = 0;

		for (int k = 0; k < 5; k++) {
			path[strlen(path) - 1] = (char)('0' + k);
			if (cases[i].ages[k] >= 0)
				put_aged(s, path, cases[i].ages[k]);
			files += cases[i].ages[k] >= 0;
		}
		path[strlen(path) - 1] = cases[i].current;
		assert_ok(sc_storage_collect(s, path, &removed, &err), &err);
		names = names_in(DIR);
		if (strcmp(names, cases[i].kept) != 0)
			fail_msg("case %zu: kept %s, want %s", i, names, cases[i].kept);
		assert_int_equal(removed.n, files - (strlen(names) + 1) / 2);
		assert_ok(sc_storage_remove_all(s, "GitRepository", "flux-system", "app", &gone,
						&err),
			  &err);
		assert_true(gone);
	}
}

static void collects_neither_links_nor_locks_nor_dots(void **state)
{
	SL_AUTO_PTR(sc_storage) *s = open_storage("h");
	SL_AUTO_FREE char *names = NULL;
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	(void)state;
	put_aged(s, DIR "/old", 500);
	put_aged(s, DIR "/old.lock", 500);
	put_aged(s, DIR "/lone.lock", 500);
	put_aged(s, DIR "/now", 0);
	assert_ok(sl_file_publish(tmp.fd, DIR "/.hidden", SL_STR("x"), 0600, &err), &err);
	assert_ok(sc_storage_link(s, DIR "/now", "latest", &err), &err);
	assert_ok(sl_mkdirs(tmp.fd, DIR "/subdirectory", 0700, &err), &err);
	assert_ok(sc_storage_collect(s, DIR "/now", NULL, &err), &err);
	names = names_in(DIR);
	assert_string_equal(names, ".hidden,latest,lone.lock,now,subdirectory");
	assert_ok(sc_storage_collect(s, "none/of/these/exists", NULL, &err), &err);
}

static void removes_an_object_and_no_other(void **state)
{
	SL_AUTO_PTR(sc_storage) *s = open_storage("h");
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	bool removed = true;

	(void)state;
	put(s, DIR "/a", "x");
	put(s, "gitrepository/flux-system/app2/a", "x");
	assert_ok(sc_storage_remove_all(s, "GitRepository", "flux-system", "app", &removed, &err),
		  &err);
	assert_true(removed);
	assert_false(exists(DIR));
	assert_true(exists("gitrepository/flux-system/app2/a"));
	assert_ok(sc_storage_remove_all(s, "GitRepository", "flux-system", "app", &removed, &err),
		  &err);
	assert_false(removed);
	assert_ok(sc_storage_remove_all(s, "GitRepository", "flux-system", "app2", &removed, &err),
		  &err);
	assert_false(exists("gitrepository/flux-system"));
	assert_code(sc_storage_remove_all(s, "GitRepository", "flux-system", "..", &removed, &err),
		    SL_ERR_INVALID, &err);
	assert_true(exists("gitrepository"));
}

static void sweeps_what_a_killed_process_left(void **state)
{
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	SL_AUTO_FREE char *names = NULL;

	(void)state;
	assert_ok(sl_mkdirs(tmp.fd, DIR, 0700, &err), &err);
	assert_ok(sl_mkdirs(tmp.fd, ".git-cache/ns", 0700, &err), &err);
	assert_ok(sl_file_publish(tmp.fd, DIR "/.tmp-0123", SL_STR("x"), 0600, &err), &err);
	assert_ok(sl_file_publish(tmp.fd, DIR "/a", SL_STR("x"), 0600, &err), &err);
	assert_ok(sl_file_publish(tmp.fd, ".git-cache/ns/.tmp-0123", SL_STR("x"), 0600, &err),
		  &err);
	assert_int_equal(symlinkat("a", tmp.fd, DIR "/.tmp-4567"), 0);
	assert_int_equal(symlinkat("/etc", tmp.fd, "gitrepository/out"), 0);
	sc_storage_free(open_storage("h"));
	names = names_in(DIR);
	assert_string_equal(names, "a");
	assert_true(exists(".git-cache/ns/.tmp-0123"));
	assert_true(exists("gitrepository/out"));
}

#define with_dir(test) cmocka_unit_test_setup_teardown(test, make_dir, drop_dir)

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_dir(lays_paths_out_as_flux),
		with_dir(builds_urls_from_the_advertised_address),
		with_dir(derives_the_advertised_address),
		with_dir(publishes_with_narrow_modes),
		with_dir(shows_nothing_before_commit),
		with_dir(leaves_no_trace_when_given_up),
		with_dir(keeps_the_old_artifact_when_the_disk_is_full),
		with_dir(keeps_the_old_artifact_when_the_source_fails),
		with_dir(verifies_by_digest),
		with_dir(refuses_paths_that_are_not_of_artifacts),
		with_dir(replaces_links),
		with_dir(collects_what_is_expired_and_what_is_too_many),
		with_dir(collects_neither_links_nor_locks_nor_dots),
		with_dir(removes_an_object_and_no_other),
		with_dir(sweeps_what_a_killed_process_left),
	};

	return run_group("storage", tests);
}
