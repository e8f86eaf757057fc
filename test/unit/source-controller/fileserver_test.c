#include "source-controller/fileserver.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "libcommon/base/clock.h"
#include "libcommon/base/file.h"
#include "test/unit/support/rawhttp.h"
#include "test/unit/support/test.h"

#define DIR "gitrepository/ns/app"
#define URL "/" DIR
/* Larger than the socket buffers between server and client. */
#define BIG_BYTES ((size_t)12 << 20)

static struct sl_tmpdir tmp;
static struct sc_fileserver *server;

static void put(const char *path, const char *content)
{
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	assert_ok(sl_file_publish(tmp.fd, path, sl_str(content), 0600, &err), &err);
}

static int start(void **state)
{
	(void)state;
	tmp = (struct sl_tmpdir)SL_TMPDIR_INIT;
	if (sl_tmpdir_create("fileserver-test", &tmp, NULL) || sl_mkdirs(tmp.fd, DIR, 0700, NULL) ||
	    sl_mkdirs(tmp.fd, ".git-cache", 0700, NULL))
		return -1;
	put(DIR "/a.tar.gz", "0123456789");
	put(DIR "/sha256:ab.tar.gz", "oci");
	put(DIR "/index.yaml", "{}");
	put(DIR "/empty", "");
	return sc_fileserver_start(tmp.fd, "127.0.0.1:0", &server, NULL);
}

static int stop(void **state)
{
	(void)state;
	sc_fileserver_free(server);
	server = NULL;
	sl_tmpdir_release(&tmp);
	return 0;
}

static void get(const char *target, const char *headers, struct rawhttp_answer *ret)
{
	rawhttp(sc_fileserver_port(server), "GET", target, headers, ret);
}

static void serves_files(void **state)
{
	SL_AUTO(rawhttp_answer) a = RAWHTTP_ANSWER_INIT;

	(void)state;
	get(URL "/a.tar.gz", "", &a);
	assert_int_equal(a.status, 200);
	assert_str(a.body, "0123456789");
	assert_str(rawhttp_header(&a, "Content-Length"), "10");
	assert_str(rawhttp_header(&a, "Content-Type"), "application/gzip");
	assert_str(rawhttp_header(&a, "Accept-Ranges"), "bytes");
	assert_str(rawhttp_header(&a, "Content-Encoding"), "");
	get(URL "/index.yaml", "", &a);
	assert_str(rawhttp_header(&a, "Content-Type"), "application/yaml");
	get(URL "/empty", "", &a);
	assert_int_equal(a.status, 200);
	assert_str(a.body, "");
	assert_str(rawhttp_header(&a, "Content-Type"), "application/octet-stream");
	get(URL "/sha256:ab.tar.gz", "", &a);
	assert_str(a.body, "oci");
	get("//gitrepository//ns/app/sha256%3Aab.tar%2egz?x=y", "", &a);
	assert_str(a.body, "oci");
}

static void answers_head_without_a_body(void **state)
{
	SL_AUTO(rawhttp_answer) a = RAWHTTP_ANSWER_INIT;

	(void)state;
	rawhttp(sc_fileserver_port(server), "HEAD", URL "/a.tar.gz", "", &a);
	assert_int_equal(a.status, 200);
	assert_str(rawhttp_header(&a, "Content-Length"), "10");
	assert_str(a.body, "");
}

static void answers_the_readiness_probe(void **state)
{
	SL_AUTO(rawhttp_answer) a = RAWHTTP_ANSWER_INIT;

	(void)state;
	get("/", "", &a);
	assert_int_equal(a.status, 200);
	assert_true(sl_str_find(a.body, SL_STR("gitrepository")) < 0);
	rawhttp(sc_fileserver_port(server), "POST", "/", "Content-Length: 0\r\n", &a);
	assert_int_equal(a.status, 405);
}

static void hides_all_that_is_no_artifact(void **state)
{
	static const char *const targets[] = {
		"/none",
		"/gitrepository",
		"/gitrepository/",
		URL,
		URL "/",
		URL "/a.tar.gz/",
		URL "/a.tar.gz/x",
		URL "/.tmp-0123",
		URL "/%2etmp-0123",
		URL "/a.tar.gz.lock",
		URL "/a.tar.gz.loc%6b",
		"/.git-cache/config",
		URL "/out",
		URL "/outdir/passwd",
		URL "/abs",
		URL "/fifo",
		"/..",
		"/../../etc/passwd",
		URL "/../app/a.tar.gz",
		"/%2e%2e/%2e%2e/etc/passwd",
		URL "/..%2fapp%2fa.tar.gz",
		URL "/%252e%252e/a.tar.gz",
		URL "/a.tar.gz%00",
		URL "/a.tar.gz%00.yaml",
		URL "/%zz",
		URL "/a.tar.gz\\",
		"/etc/passwd",
		"http://h" URL "/a.tar.gz",
		"*",
	};

	(void)state;
	put(DIR "/.tmp-0123", "secret");
	put(DIR "/a.tar.gz.lock", "secret");
	put(".git-cache/config", "secret");
	assert_int_equal(symlinkat("/etc/passwd", tmp.fd, DIR "/abs"), 0);
	assert_int_equal(symlinkat("../../../../etc/passwd", tmp.fd, DIR "/out"), 0);
	assert_int_equal(symlinkat("/etc", tmp.fd, DIR "/outdir"), 0);
	assert_int_equal(mkfifoat(tmp.fd, DIR "/fifo", 0600), 0);
	for (size_t i = 0; i < SL_ARRAY_LEN(targets); i++) {
		SL_AUTO(rawhttp_answer) a = RAWHTTP_ANSWER_INIT;

		get(targets[i], "", &a);
		if (a.status != 404)
			fail_msg("%s: %d", targets[i], a.status);
		assert_str(a.body, "404 page not found\n");
	}
}

static void follows_links_within_the_tree(void **state)
{
	SL_AUTO(rawhttp_answer) a = RAWHTTP_ANSWER_INIT;

	(void)state;
	assert_int_equal(symlinkat("a.tar.gz", tmp.fd, DIR "/latest.tar.gz"), 0);
	get(URL "/latest.tar.gz", "", &a);
	assert_int_equal(a.status, 200);
	assert_str(a.body, "0123456789");
}

static void sends_ranges(void **state)
{
	static const struct {
		const char *range;
		int status;
		const char *body, *content_range;
	} cases[] = {
		{ "bytes=0-3", 206, "0123", "bytes 0-3/10" },
		{ "bytes=7-", 206, "789", "bytes 7-9/10" },
		{ "bytes=-2", 206, "89", "bytes 8-9/10" },
		{ "bytes=5-500", 206, "56789", "bytes 5-9/10" },
		{ "bytes=0-1,4-5", 200, "0123456789", "" },
		{ "bytes=10-", 416, "invalid range\n", "bytes */10" },
		{ "bytes=x", 416, "invalid range\n", "bytes */10" },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO_FREE char *header = sl_xasprintf("Range: %s\r\n", cases[i].range);
		SL_AUTO(rawhttp_answer) a = RAWHTTP_ANSWER_INIT;

		get(URL "/a.tar.gz", header, &a);
		assert_int_equal(a.status, cases[i].status);
		assert_str(a.body, cases[i].body);
		assert_str(rawhttp_header(&a, "Content-Range"), cases[i].content_range);
	}
}

/* The tag and the date that the server gives to a.tar.gz; the caller frees both. */
static void validators(char **ret_etag, char **ret_date)
{
	SL_AUTO(rawhttp_answer) a = RAWHTTP_ANSWER_INIT;
	struct sl_str etag, date;

	get(URL "/a.tar.gz", "", &a);
	etag = rawhttp_header(&a, "ETag");
	date = rawhttp_header(&a, "Last-Modified");
	assert_true(etag.n > 2 && etag.p[0] == '"');
	assert_true(date.n > 0);
	*ret_etag = sl_xmemdup0(etag.p, etag.n);
	*ret_date = sl_xmemdup0(date.p, date.n);
}

static void answers_conditions(void **state)
{
	SL_AUTO_FREE char *etag = NULL, *date = NULL;
	static const char *const old = "Thu, 01 Jan 2015 00:00:00 GMT";

	(void)state;
	validators(&etag, &date);
	{
		const struct {
			char *headers;
			int status;
		} cases[] = {
			{ sl_xasprintf("If-None-Match: %s\r\n", etag), 304 },
			{ sl_xasprintf("If-None-Match: \"x\", W/%s\r\n", etag), 304 },
			{ sl_xasprintf("If-None-Match: *\r\n"), 304 },
			{ sl_xasprintf("If-None-Match: \"x\"\r\n"), 200 },
			{ sl_xasprintf("If-Modified-Since: %s\r\n", date), 304 },
			{ sl_xasprintf("If-Modified-Since: %s\r\n", old), 200 },
			{ sl_xasprintf("If-Modified-Since: yesterday\r\n"), 200 },
			/* The tag decides when both are there. */
			{ sl_xasprintf("If-None-Match: \"x\"\r\nIf-Modified-Since: %s\r\n", date),
			  200 },
			{ sl_xasprintf("If-Range: %s\r\nRange: bytes=0-1\r\n", etag), 206 },
			{ sl_xasprintf("If-Range: %s\r\nRange: bytes=0-1\r\n", date), 206 },
			{ sl_xasprintf("If-Range: \"x\"\r\nRange: bytes=0-1\r\n"), 200 },
			{ sl_xasprintf("If-Range: %s\r\nRange: bytes=0-1\r\n", old), 200 },
		};

		for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
			SL_AUTO(rawhttp_answer) a = RAWHTTP_ANSWER_INIT;

			get(URL "/a.tar.gz", cases[i].headers, &a);
			if (a.status != cases[i].status)
				fail_msg("%s: %d", cases[i].headers, a.status);
			if (a.status == 304)
				assert_str(a.body, "");
			assert_str(rawhttp_header(&a, "ETag"), etag);
			free(cases[i].headers);
		}
	}
}

static void gives_a_replaced_file_a_new_tag(void **state)
{
	SL_AUTO_FREE char *before = NULL, *after = NULL, *date = NULL, *date2 = NULL;

	(void)state;
	validators(&before, &date);
	put(DIR "/a.tar.gz", "9876543210");
	validators(&after, &date2);
	assert_string_not_equal(before, after);
}

static void put_big(char fill)
{
	SL_AUTO_FREE char *content = sl_xmalloc(BIG_BYTES + 1);

	memset(content, fill, BIG_BYTES);
	content[BIG_BYTES] = '\0';
	put(DIR "/big", content);
}

static const char request_big[] =
	"GET " URL "/big HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n";

static void assert_all(const struct rawhttp_answer *a, char fill)
{
	assert_int_equal(a->body.n, BIG_BYTES);
	for (size_t i = 0; i < a->body.n; i++)
		if (a->body.p[i] != fill)
			fail_msg("byte %zu", i);
}

static void goes_on_with_the_old_file_when_it_is_replaced(void **state)
{
	SL_AUTO(rawhttp_answer) a = RAWHTTP_ANSWER_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	char first;
	int fd;

	(void)state;
	put_big('a');
	fd = rawhttp_connect(sc_fileserver_port(server));
	assert_true(send(fd, request_big, strlen(request_big), MSG_NOSIGNAL) > 0);
	/* The answer has begun. */
	assert_int_equal(recv(fd, &first, 1, MSG_PEEK), 1);
	put_big('b');
	assert_ok(sl_remove_tree(tmp.fd, DIR "/big", &err), &err);
	rawhttp_read(fd, &a);
	close(fd);
	assert_all(&a, 'a');
}

static void *stop_server(void *arg)
{
	sc_fileserver_stop(arg);
	return NULL;
}

static void lets_a_download_end_when_it_stops(void **state)
{
	SL_AUTO(rawhttp_answer) a = RAWHTTP_ANSWER_INIT;
	int64_t before = sl_mono_ms();
	pthread_t stopper;
	char first;
	int fd;

	(void)state;
	put_big('a');
	fd = rawhttp_connect(sc_fileserver_port(server));
	assert_true(send(fd, request_big, strlen(request_big), MSG_NOSIGNAL) > 0);
	assert_int_equal(recv(fd, &first, 1, MSG_PEEK), 1);
	assert_int_equal(pthread_create(&stopper, NULL, stop_server, server), 0);
	rawhttp_read(fd, &a);
	close(fd);
	pthread_join(stopper, NULL);
	assert_all(&a, 'a');
	assert_true(sl_mono_ms() - before < SC_FILESERVER_GRACE_MS);
}

#define with_server(test) cmocka_unit_test_setup_teardown(test, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_server(serves_files),
		with_server(answers_head_without_a_body),
		with_server(answers_the_readiness_probe),
		with_server(hides_all_that_is_no_artifact),
		with_server(follows_links_within_the_tree),
		with_server(sends_ranges),
		with_server(answers_conditions),
		with_server(gives_a_replaced_file_a_new_tag),
		with_server(goes_on_with_the_old_file_when_it_is_replaced),
		with_server(lets_a_download_end_when_it_stops),
	};

	return run_group("fileserver", tests);
}
