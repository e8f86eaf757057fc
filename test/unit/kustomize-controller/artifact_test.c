/* Artifacts from a server of the test: sharing, verification, eviction, what is left on disk. */
#include "kustomize-controller/artifact.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "libcommon/base/file.h"
#include "libcommon/codec/digest.h"
#include "libcommon/codec/tar_write.h"
#include "test/unit/support/expect.h"
#include "test/unit/support/httpd.h"

#define ARCHIVE_MAX ((size_t)1 << 20)
#define BLOCK ((uint64_t)4096) /* what a small file counts */
#define KEPT_BYTES (20 * BLOCK)

struct world {
	struct test_httpd *server;
	struct sl_http_client *client;
	struct kc_artifacts *artifacts;
	struct sl_tmpdir dir;
	char *tmp_before;
	struct sl_strbuf archive; /* what the server answers with */
	char *digest;		  /* of it */
	int status;
	int requests;
	atomic_bool cancel;
};

static enum test_after handle(void *user, const struct test_request *q, struct sl_strbuf *reply)
{
	struct world *w = user;

	(void)q;
	w->requests++;
	test_reply(reply, w->status, "", sl_strbuf_str(&w->archive));
	return TEST_KEEP;
}

/* The server has an artifact with one file "name" of this content from now on. */
static void publish(struct world *w, const char *content)
{
	SL_AUTO_PTR(sl_tar_writer) *t = NULL;
	char text[SL_DIGEST_TEXT_SIZE];
	struct sl_digest d;

	sl_strbuf_reset(&w->archive);
	assert_int_equal(sl_tar_writer_new(sl_sink_strbuf(&w->archive), &t, NULL), 0);
	assert_int_equal(sl_tar_add_file(t, SL_STR("name"), false, sl_str(content).n, NULL), 0);
	assert_int_equal(sl_tar_write(t, content, sl_str(content).n, NULL), 0);
	assert_int_equal(sl_tar_finish(t, NULL), 0);
	assert_int_equal(sl_digest_of(SL_DIGEST_SHA256, sl_strbuf_str(&w->archive), &d, NULL), 0);
	sl_digest_format(&d, text);
	free(w->digest);
	w->digest = sl_xstrdup(text);
}

static int start(void **state)
{
	struct world *w = sl_xcalloc(1, sizeof(*w));

	w->dir = (struct sl_tmpdir)SL_TMPDIR_INIT;
	assert_int_equal(sl_tmpdir_create("artifact-test", &w->dir, NULL), 0);
	w->tmp_before = getenv("TMPDIR") ? sl_xstrdup(getenv("TMPDIR")) : NULL;
	setenv("TMPDIR", w->dir.path, 1);
	sl_strbuf_init(&w->archive, ARCHIVE_MAX);
	w->server = test_httpd_start(handle, w, NULL, false);
	w->client = sl_http_client_new(NULL);
	w->artifacts = kc_artifacts_new(KEPT_BYTES, &w->cancel);
	w->status = 200;
	*state = w;
	return 0;
}

static int stop(void **state)
{
	struct world *w = *state;

	kc_artifacts_free(w->artifacts);
	sl_http_client_free(w->client);
	test_httpd_stop(w->server);
	if (w->tmp_before)
		setenv("TMPDIR", w->tmp_before, 1);
	else
		unsetenv("TMPDIR");
	sl_tmpdir_release(&w->dir);
	sl_strbuf_release(&w->archive);
	free(w->tmp_before);
	free(w->digest);
	free(w);
	return 0;
}

static int get(struct world *w, struct sl_http_client *client, const char *digest,
	       struct kc_artifact **ret_artifact, struct sl_err *err)
{
	SL_AUTO_FREE char *url =
		sl_xasprintf("http://127.0.0.1:%d/a.tar.gz", test_httpd_port(w->server));

	return kc_artifacts_get(w->artifacts, client, url, digest, ret_artifact, err);
}

static struct kc_artifact *get_it(struct world *w)
{
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct kc_artifact *a = NULL;

	expect_ok(get(w, w->client, w->digest, &a, &err), &err);
	return a;
}

static void expect_content(const struct kc_artifact *a, const char *want)
{
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(4096);

	assert_int_equal(sl_file_read(a->dir_fd, "name", &b, NULL), 0);
	assert_string_equal(b.p, want);
}

/* Trees on disk. */
static size_t trees(const struct world *w)
{
	SL_AUTO(sl_strvec) names = SL_STRVEC_INIT;

	assert_int_equal(sl_dir_list(w->dir.fd, ".", &names, NULL), 0);
	return names.n;
}

static void is_downloaded_once(void **state)
{
	struct world *w = *state;
	struct kc_artifact *one, *two;

	publish(w, "content");
	one = get_it(w);
	two = get_it(w);
	assert_ptr_equal(one, two);
	expect_content(one, "content");
	kc_artifacts_release(w->artifacts, one);
	kc_artifacts_release(w->artifacts, two);
	/* Kept for the next run. */
	kc_artifacts_release(w->artifacts, get_it(w));
	assert_int_equal(w->requests, 1);
	assert_int_equal(trees(w), 1);
}

static void *get_and_release(void *arg)
{
	SL_AUTO_PTR(sl_http_client) *client = sl_http_client_new(NULL);
	struct world *w = arg;
	struct kc_artifact *a = NULL;
	int r = get(w, client, w->digest, &a, NULL);

	if (!r)
		kc_artifacts_release(w->artifacts, a);
	return r ? w : NULL;
}

static void is_downloaded_once_by_many_at_a_time(void **state)
{
	struct world *w = *state;
	pthread_t threads[8];
	void *failed;

	publish(w, "content");
	for (size_t i = 0; i < SL_ARRAY_LEN(threads); i++)
		assert_int_equal(pthread_create(&threads[i], NULL, get_and_release, w), 0);
	for (size_t i = 0; i < SL_ARRAY_LEN(threads); i++) {
		assert_int_equal(pthread_join(threads[i], &failed), 0);
		assert_null(failed);
	}
	assert_int_equal(w->requests, 1);
}

static void what_is_not_what_was_announced_is_refused(void **state)
{
	struct world *w = *state;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	SL_AUTO_FREE char *old = NULL;
	struct kc_artifact *a = NULL;

	publish(w, "one");
	old = sl_xstrdup(w->digest);
	publish(w, "two");
	expect_err(get(w, w->client, old, &a, &err), SL_ERR_CHECKSUM, NULL, &err);
	expect_err(get(w, w->client, "", &a, &err), SL_ERR_INVALID, "no digest", &err);
	expect_err(get(w, w->client, "sha256:00", &a, &err), SL_ERR_INVALID, "artifact digest",
		   &err);
	/* Nothing of them stays, and a prefix is not needed. */
	assert_int_equal(trees(w), 0);
	expect_ok(get(w, w->client, w->digest + sl_str("sha256:").n, &a, &err), &err);
	expect_content(a, "two");
	kc_artifacts_release(w->artifacts, a);
}

static void a_failure_is_not_remembered(void **state)
{
	struct world *w = *state;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct kc_artifact *a = NULL;

	publish(w, "content");
	w->status = 404;
	expect_err(get(w, w->client, w->digest, &a, &err), SL_ERR_NOT_FOUND, NULL, &err);
	w->status = 503;
	expect_err(get(w, w->client, w->digest, &a, &err), SL_ERR_UNAVAILABLE, NULL, &err);
	w->status = 200;
	kc_artifacts_release(w->artifacts, get_it(w));
}

static void a_download_can_be_canceled(void **state)
{
	struct world *w = *state;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct kc_artifact *a = NULL;

	publish(w, "content");
	atomic_store(&w->cancel, true);
	expect_err(get(w, w->client, w->digest, &a, &err), SL_ERR_CANCELED, NULL, &err);
	assert_int_equal(trees(w), 0);
}

static void the_longest_unused_go_first(void **state)
{
	struct world *w = *state;
	struct kc_artifact *held;
	int before;

	publish(w, "held");
	held = get_it(w);
	for (int i = 0; i <= KC_ARTIFACTS_KEPT; i++) {
		SL_AUTO_FREE char *content = sl_xasprintf("%d", i);

		publish(w, content);
		kc_artifacts_release(w->artifacts, get_it(w));
	}
	/* One more than is kept, and one that is in use. */
	assert_int_equal(trees(w), KC_ARTIFACTS_KEPT + 1);
	expect_content(held, "held");
	kc_artifacts_release(w->artifacts, held);
	assert_int_equal(trees(w), KC_ARTIFACTS_KEPT);
	before = w->requests;
	publish(w, "1");
	kc_artifacts_release(w->artifacts, get_it(w));
	assert_int_equal(w->requests, before + 1);
}

/* A tree of one file that takes so many blocks, used and let go. */
static void use(struct world *w, char name, uint64_t blocks)
{
	size_t size = (size_t)((blocks - 1) * BLOCK);
	SL_AUTO_FREE char *content = sl_xmalloc(size + 2);

	memset(content, name, size + 1);
	content[size + 1] = '\0';
	publish(w, content);
	kc_artifacts_release(w->artifacts, get_it(w));
}

static void no_more_bytes_are_kept_than_allowed(void **state)
{
	struct world *w = *state;
	struct kc_artifact *held;
	int before;

	publish(w, "held");
	held = get_it(w);
	use(w, 'a', 10);
	use(w, 'b', 9);
	assert_int_equal(trees(w), 3);
	use(w, 'c', 1); /* all that is allowed */
	assert_int_equal(trees(w), 4);
	use(w, 'd', 1); /* one more: the longest unused goes */
	assert_int_equal(trees(w), 4);
	before = w->requests;
	use(w, 'b', 9);
	assert_int_equal(w->requests, before);
	use(w, 'a', 10); /* c, the longest unused now, makes room */
	assert_int_equal(w->requests, before + 1);
	assert_int_equal(trees(w), 4);
	/* What is too large by itself takes all others with it, but not what is in use. */
	use(w, 'e', 21);
	assert_int_equal(trees(w), 1);
	expect_content(held, "held");
	kc_artifacts_release(w->artifacts, held);
	assert_int_equal(trees(w), 1);
}

static void what_its_source_has_replaced_is_not_kept(void **state)
{
	struct world *w = *state;
	struct kc_artifact *a;

	publish(w, "content");
	a = get_it(w);
	kc_artifacts_outdate(w->artifacts, SL_STR("sha256:another"));
	kc_artifacts_outdate(w->artifacts, sl_str(w->digest));
	expect_content(a, "content");
	kc_artifacts_release(w->artifacts, a);
	assert_int_equal(trees(w), 0);
}

static void what_a_killed_process_left_is_swept(void **state)
{
	struct world *w = *state;
	SL_AUTO(sl_strvec) names = SL_STRVEC_INIT;
	SL_AUTO_FREE char *left = NULL;
	struct kc_artifact *a;

	publish(w, "content");
	a = get_it(w);
	assert_int_equal(sl_dir_list(w->dir.fd, ".", &names, NULL), 0);
	left = sl_xstrdup(names.v[0]);
	left[sl_str(left).n - 1] ^= 1;
	assert_int_equal(sl_mkdirs(w->dir.fd, left, 0700, NULL), 0);
	kc_artifacts_free(kc_artifacts_new(KEPT_BYTES, NULL));
	assert_int_equal(trees(w), 1);
	expect_content(a, "content");
	kc_artifacts_release(w->artifacts, a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(is_downloaded_once, start, stop),
		cmocka_unit_test_setup_teardown(is_downloaded_once_by_many_at_a_time, start, stop),
		cmocka_unit_test_setup_teardown(what_is_not_what_was_announced_is_refused, start,
						stop),
		cmocka_unit_test_setup_teardown(a_failure_is_not_remembered, start, stop),
		cmocka_unit_test_setup_teardown(a_download_can_be_canceled, start, stop),
		cmocka_unit_test_setup_teardown(the_longest_unused_go_first, start, stop),
		cmocka_unit_test_setup_teardown(no_more_bytes_are_kept_than_allowed, start, stop),
		cmocka_unit_test_setup_teardown(what_its_source_has_replaced_is_not_kept, start,
						stop),
		cmocka_unit_test_setup_teardown(what_a_killed_process_left_is_swept, start, stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
