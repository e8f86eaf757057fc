#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "libcommon/base/clock.h"
#include "libcommon/net/git_priv.h"
#include "test/unit/support/httpd.h"

#define OID_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define OID_B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define ADVERTISEMENT "Content-Type: application/x-git-upload-pack-advertisement\r\n"
#define RESULT "Content-Type: application/x-git-upload-pack-result\r\n"

/* A server with canned answers, and what it was asked. */
struct world {
	struct test_httpd *server, *other;
	struct sl_http_client *client;
	char *url;
	struct sl_strbuf advertisement, result;
	int status;
	const char *type;
	char *redirect_to;
	enum test_after after;
	char *seen, *seen_body, *seen_line;
	int requests;
};

static enum test_after handle(void *user, const struct test_request *q, struct sl_strbuf *reply)
{
	struct world *w = user;

	w->requests++;
	if (w->after == TEST_HANG)
		return w->after;
	free(w->seen);
	free(w->seen_body);
	free(w->seen_line);
	w->seen = sl_xmemdup0(q->head.p, q->head.n);
	w->seen_body = sl_xmemdup0(q->body.p ? q->body.p : "", q->body.n);
	w->seen_line = sl_xasprintf("%.*s %.*s", SL_STR_FMT(q->method), SL_STR_FMT(q->target));
	if (w->redirect_to) {
		SL_AUTO_FREE char *header = sl_xasprintf("Location: %s\r\n", w->redirect_to);

		free(SL_STEAL(w->redirect_to));
		test_reply(reply, 302, header, SL_STR(""));
	} else if (w->status != 200) {
		test_reply(reply, w->status, w->type ? w->type : "", SL_STR("some words\n"));
	} else if (sl_str_eq(q->method, SL_STR("GET"))) {
		test_reply(reply, 200, w->type ? w->type : ADVERTISEMENT,
			   sl_strbuf_str(&w->advertisement));
	} else {
		test_reply(reply, 200, RESULT, sl_strbuf_str(&w->result));
	}
	return w->after;
}

static void advertise_v2(struct world *w)
{
	sl_strbuf_reset(&w->advertisement);
	sl_pktline_add(&w->advertisement, "# service=git-upload-pack\n");
	sl_pktline_add_flush(&w->advertisement);
	sl_pktline_add(&w->advertisement, "version 2\n");
	sl_pktline_add(&w->advertisement, "agent=git/2.39\n");
	sl_pktline_add(&w->advertisement, "ls-refs=unborn\n");
	sl_pktline_add(&w->advertisement, "fetch=shallow wait-for-done\n");
	sl_pktline_add(&w->advertisement, "object-format=sha1\n");
	sl_pktline_add_flush(&w->advertisement);
}

static void advertise_v0(struct world *w)
{
	static const char first[] =
		OID_A " HEAD\0shallow thin-pack side-band-64k multi_ack_detailed "
		      "symref=HEAD:refs/heads/main object-format=sha1\n";

	sl_strbuf_reset(&w->advertisement);
	sl_pktline_add(&w->advertisement, "# service=git-upload-pack\n");
	sl_pktline_add_flush(&w->advertisement);
	sl_strbuf_addf(&w->advertisement, "%04zx", sizeof(first) - 1 + 4);
	sl_strbuf_add(&w->advertisement, first, sizeof(first) - 1);
	sl_pktline_add(&w->advertisement, OID_A " refs/heads/main\n");
	sl_pktline_add(&w->advertisement, OID_B " refs/tags/v1\n");
	sl_pktline_add(&w->advertisement, OID_A " refs/tags/v1^{}\n");
	sl_pktline_add_flush(&w->advertisement);
}

static int setup(void **state)
{
	struct world *w = sl_xcalloc(1, sizeof(*w));

	sl_strbuf_init(&w->advertisement, 1 << 20);
	sl_strbuf_init(&w->result, 1 << 20);
	w->server = test_httpd_start(handle, w, NULL, false);
	w->other = test_httpd_start(handle, w, NULL, false);
	w->client = sl_http_client_new(NULL);
	w->url = sl_xasprintf("http://127.0.0.1:%u/org/repo.git/", test_httpd_port(w->server));
	w->status = 200;
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;

	test_httpd_stop(w->server);
	test_httpd_stop(w->other);
	sl_http_client_free(w->client);
	sl_strbuf_release(&w->advertisement);
	sl_strbuf_release(&w->result);
	free(w->url);
	free(w->redirect_to);
	free(w->seen);
	free(w->seen_body);
	free(w->seen_line);
	free(w);
	return 0;
}

static struct sl_git_remote *open_remote(struct world *w)
{
	const struct sl_git_remote_options o = {
		.url = w->url, .auth = { .http = { .username = "u", .password = "p" } }
	};
	struct sl_git_remote *r = NULL;

	assert_int_equal(sl_git_remote_open(w->client, &o, &r, NULL), 0);
	return r;
}

static int list(struct world *w, const char *prefix, struct sl_git_refs *refs, struct sl_err *err)
{
	SL_AUTO_PTR(sl_git_remote) *r = open_remote(w);

	return sl_git_ls_refs(r, &prefix, prefix ? 1 : 0, refs, err);
}

static void lists_refs_by_version_2(void **state)
{
	struct world *w = *state;
	SL_AUTO_PTR(sl_git_remote) *r = open_remote(w);
	SL_AUTO(sl_git_refs) refs = SL_GIT_REFS_INIT;
	const char *prefixes[] = { "HEAD", "refs/" };

	advertise_v2(w);
	sl_pktline_add(&w->result, OID_A " HEAD symref-target:refs/heads/main\n");
	sl_pktline_add(&w->result, OID_A " refs/heads/main\n");
	sl_pktline_add(&w->result, OID_B " refs/tags/v1 peeled:" OID_A "\n");
	sl_pktline_add(&w->result, OID_B " refs/heads/bad..name\n");
	sl_pktline_add(&w->result, OID_B " other/unasked\n");
	sl_pktline_add_flush(&w->result);
	assert_int_equal(sl_git_ls_refs(r, prefixes, 2, &refs, NULL), 0);
	assert_string_equal(w->seen_line, "POST /org/repo.git/git-upload-pack");
	assert_string_equal(w->seen_body, "0014command=ls-refs\n0016object-format=sha1"
					  "00010009peel\n000csymrefs\n"
					  "0014ref-prefix HEAD\n0015ref-prefix refs/\n0000");
	assert_non_null(strstr(w->seen, "Git-Protocol: version=2\r\n"));
	assert_non_null(strstr(w->seen, "Authorization: Basic dTpw\r\n"));
	assert_non_null(strstr(w->seen, "User-Agent: git/"));
	assert_int_equal(refs.n, 3);
	assert_string_equal(sl_git_refs_find(&refs, "HEAD")->symref_target, "refs/heads/main");
	assert_string_equal(sl_git_refs_find(&refs, "refs/tags/v1")->peeled.hex, OID_A);
	assert_null(sl_git_refs_find(&refs, "refs/heads/mai"));
	/* The second time the capabilities are known. */
	assert_int_equal(w->requests, 2);
	assert_int_equal(sl_git_ls_refs(r, prefixes, 2, &refs, NULL), 0);
	assert_int_equal(w->requests, 3);
	assert_int_equal(sl_git_remote_received_bytes(r), w->advertisement.n + 2 * w->result.n);
}

static void lists_refs_by_version_0(void **state)
{
	struct world *w = *state;
	SL_AUTO(sl_git_refs) refs = SL_GIT_REFS_INIT;

	advertise_v0(w);
	assert_int_equal(list(w, NULL, &refs, NULL), 0);
	assert_int_equal(w->requests, 1);
	assert_string_equal(w->seen_line, "GET /org/repo.git/info/refs?service=git-upload-pack");
	assert_int_equal(refs.n, 3);
	assert_string_equal(refs.items[0].name, "HEAD");
	assert_string_equal(refs.items[0].symref_target, "refs/heads/main");
	assert_string_equal(refs.items[2].oid.hex, OID_B);
	assert_string_equal(refs.items[2].peeled.hex, OID_A);
	assert_int_equal(list(w, "refs/heads/", &refs, NULL), 0);
	assert_int_equal(refs.n, 1);
}

static void knows_an_empty_repository(void **state)
{
	static const char none[] =
		"0000000000000000000000000000000000000000 capabilities^{}\0shallow\n";
	const struct sl_git_ref_spec spec = { .branch = "main" };
	struct world *w = *state;

	for (int version = 0; version <= 2; version += 2) {
		SL_AUTO_PTR(sl_git_remote) *r = open_remote(w);
		SL_AUTO(sl_git_target) t = SL_GIT_TARGET_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;

		sl_strbuf_reset(&w->advertisement);
		sl_strbuf_reset(&w->result);
		sl_pktline_add_flush(&w->result);
		if (version == 2) {
			advertise_v2(w);
		} else {
			sl_strbuf_addf(&w->advertisement, "%04zx", sizeof(none) - 1 + 4);
			sl_strbuf_add(&w->advertisement, none, sizeof(none) - 1);
			sl_pktline_add_flush(&w->advertisement);
		}
		assert_int_equal(sl_git_resolve(r, &spec, &t, &err), SL_ERR_NOT_FOUND);
		assert_string_equal(err.message, "remote repository is empty");
		assert_string_equal(err.reason, SL_GIT_REASON_EMPTY);
	}
}

static void survives_truncation_at_every_byte(void **state)
{
	struct world *w = *state;

	advertise_v0(w);
	for (size_t n = w->advertisement.n - 1; n > 0; n--) {
		SL_AUTO(sl_git_refs) refs = SL_GIT_REFS_INIT;
		int r;

		sl_strbuf_truncate(&w->advertisement, n);
		r = list(w, NULL, &refs, NULL);
		assert_true(r == SL_ERR_INVALID || (r == 0 && refs.n <= 3));
	}
}

static void refuses_broken_advertisements(void **state)
{
	static const char *const cases[] = {
		"0000000000000000 HEAD\n",
		OID_A,
		"not an id\n",
		OID_A "x refs/heads/a\n",
	};
	struct world *w = *state;

	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sl_git_refs) refs = SL_GIT_REFS_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;

		sl_strbuf_reset(&w->advertisement);
		sl_pktline_add(&w->advertisement, "%s", cases[i]);
		assert_int_equal(list(w, NULL, &refs, &err), SL_ERR_INVALID);
		assert_int_equal(refs.n, 0);
		advertise_v2(w);
		sl_strbuf_reset(&w->result);
		sl_pktline_add(&w->result, "%s", cases[i]);
		assert_int_equal(list(w, NULL, &refs, &err), SL_ERR_INVALID);
	}
}

static void explains_answers_that_are_no_git(void **state)
{
	static const struct {
		const char *type;
		int code;
		const char *words;
	} cases[] = {
		{ "Content-Type: text/html\r\n", SL_ERR_NOT_FOUND,
		  "not a Git repository: the server answered text/html" },
		{ "Content-Type: text/plain\r\n", SL_ERR_UNSUPPORTED, "no smart HTTP protocol" },
		{ "X: y\r\n", SL_ERR_NOT_FOUND, "without a content type" },
	};
	struct world *w = *state;

	sl_strbuf_addz(&w->advertisement, "<html>login</html>");
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sl_git_refs) refs = SL_GIT_REFS_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;

		w->type = cases[i].type;
		assert_int_equal(list(w, NULL, &refs, &err), cases[i].code);
		assert_non_null(strstr(err.message, cases[i].words));
	}
}

static void explains_statuses(void **state)
{
	static const struct {
		int status;
		const char *type;
		int code;
		const char *message;
	} cases[] = {
		{ 401, NULL, SL_ERR_AUTH,
		  "authentication failed: the server refused the credentials" },
		{ 403, "Content-Type: text/plain\r\n", SL_ERR_FORBIDDEN,
		  "authorization failed (some words)" },
		{ 404, "Content-Type: text/plain; charset=utf-8\r\n", SL_ERR_NOT_FOUND,
		  "repository not found (some words)" },
		{ 404, "Content-Type: text/html\r\n", SL_ERR_NOT_FOUND, "repository not found" },
	};
	struct world *w = *state;

	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sl_git_refs) refs = SL_GIT_REFS_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;

		w->status = cases[i].status;
		w->type = cases[i].type;
		assert_int_equal(list(w, NULL, &refs, &err), cases[i].code);
		assert_string_equal(err.message, cases[i].message);
		assert_int_equal(err.http_status, cases[i].status);
	}
	w->status = 429;
	w->type = "Retry-After: 3\r\n";
	SL_AUTO(sl_git_refs) refs = SL_GIT_REFS_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	assert_int_equal(list(w, NULL, &refs, &err), SL_ERR_THROTTLED);
	assert_int_equal(err.retry_after_ms, 3000);
}

static void hands_on_the_servers_words(void **state)
{
	struct world *w = *state;
	SL_AUTO(sl_git_refs) refs = SL_GIT_REFS_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	sl_pktline_add(&w->advertisement, "ERR Repository not found.\n\033[31mred https://a:b@c/");
	assert_int_equal(list(w, NULL, &refs, &err), SL_ERR_NOT_FOUND);
	assert_string_equal(err.message, "remote: Repository not found.  [31mred https://***@c/");
}

static void a_redirect_moves_the_remote(void **state)
{
	struct world *w = *state;
	SL_AUTO(sl_git_refs) refs = SL_GIT_REFS_INIT;

	advertise_v2(w);
	sl_pktline_add(&w->result, OID_A " refs/heads/main\n");
	w->redirect_to = sl_xstrdup("/moved.git/info/refs?service=git-upload-pack");
	assert_int_equal(list(w, "refs/", &refs, NULL), 0);
	assert_string_equal(w->seen_line, "POST /moved.git/git-upload-pack");
	assert_non_null(strstr(w->seen, "Authorization:"));
	assert_int_equal(refs.n, 1);
}

static void a_redirect_to_another_host_loses_the_credentials(void **state)
{
	struct world *w = *state;
	SL_AUTO(sl_git_refs) refs = SL_GIT_REFS_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	advertise_v2(w);
	w->redirect_to = sl_xasprintf("http://127.0.0.1:%u/x/info/refs?service=git-upload-pack",
				      test_httpd_port(w->other));
	assert_int_equal(list(w, "refs/", &refs, NULL), 0);
	assert_string_equal(w->seen_line, "POST /x/git-upload-pack");
	assert_null(strstr(w->seen, "Authorization:"));
	w->status = 401;
	w->redirect_to = sl_xasprintf("http://127.0.0.1:%u/x/info/refs?service=git-upload-pack",
				      test_httpd_port(w->other));
	assert_int_equal(list(w, "refs/", &refs, &err), SL_ERR_AUTH);
	assert_non_null(strstr(err.message, "to which the server redirects"));
}

static void a_redirect_elsewhere_is_no_repository(void **state)
{
	struct world *w = *state;
	SL_AUTO(sl_git_refs) refs = SL_GIT_REFS_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	advertise_v2(w);
	w->redirect_to = sl_xstrdup("/login");
	assert_int_equal(list(w, "refs/", &refs, &err), SL_ERR_NOT_FOUND);
	assert_non_null(strstr(err.message, "not a Git repository: redirected"));
}

static void a_hint_saves_an_exchange(void **state)
{
	struct world *w = *state;
	SL_AUTO_FREE char *hint = NULL, *again = NULL;
	struct sl_git_remote_options o = { .url = w->url };
	SL_AUTO_PTR(sl_git_remote) *first = NULL;
	SL_AUTO_PTR(sl_git_remote) *second = NULL;
	SL_AUTO_PTR(sl_git_remote) *third = NULL;
	SL_AUTO(sl_git_refs) refs = SL_GIT_REFS_INIT;

	advertise_v2(w);
	sl_pktline_add(&w->result, OID_A " refs/heads/main\n");
	assert_int_equal(sl_git_remote_open(w->client, &o, &first, NULL), 0);
	assert_null(sl_git_remote_hint(first));
	assert_int_equal(sl_git_ls_refs(first, NULL, 0, &refs, NULL), 0);
	assert_int_equal(w->requests, 2);
	o.hint = hint = sl_git_remote_hint(first);
	assert_string_equal(hint, "2 shallow object-format");
	assert_int_equal(sl_git_remote_open(w->client, &o, &second, NULL), 0);
	assert_int_equal(sl_git_ls_refs(second, NULL, 0, &refs, NULL), 0);
	assert_int_equal(w->requests, 3);
	assert_non_null(strstr(w->seen_body, "object-format=sha1"));
	assert_true(second->caps.shallow);
	again = sl_git_remote_hint(second);
	assert_string_equal(again, hint);
	/* The server has become an old one. */
	advertise_v0(w);
	sl_strbuf_reset(&w->result);
	sl_strbuf_addz(&w->result, "unintelligible");
	assert_int_equal(sl_git_remote_open(w->client, &o, &third, NULL), 0);
	assert_int_equal(sl_git_ls_refs(third, NULL, 0, &refs, NULL), 0);
	assert_int_equal(w->requests, 5);
	assert_int_equal(refs.n, 3);
	assert_null(sl_git_remote_hint(third));
}

static void refuses_ssh_and_broken_urls(void **state)
{
	struct world *w = *state;
	struct sl_git_remote_options o = { .url = "ssh://git@h/x" };
	struct sl_git_remote *r = NULL;

	assert_int_equal(sl_git_remote_open(w->client, &o, &r, NULL), SL_ERR_UNSUPPORTED);
	o.url = "git@h:x";
	assert_int_equal(sl_git_remote_open(w->client, &o, &r, NULL), SL_ERR_INVALID);
	assert_null(r);
}

static void ends_at_the_deadline_when_the_server_hangs(void **state)
{
	struct world *w = *state;
	struct sl_git_remote_options o = { .url = w->url, .deadline_ms = sl_mono_ms() + 50 };
	SL_AUTO_PTR(sl_git_remote) *r = NULL;
	SL_AUTO(sl_git_refs) refs = SL_GIT_REFS_INIT;

	w->after = TEST_HANG;
	assert_int_equal(sl_git_remote_open(w->client, &o, &r, NULL), 0);
	assert_int_equal(sl_git_ls_refs(r, NULL, 0, &refs, NULL), SL_ERR_TIMEOUT);
}

static void limits_prefixes(void **state)
{
	struct world *w = *state;
	SL_AUTO_PTR(sl_git_remote) *r = open_remote(w);
	SL_AUTO(sl_git_refs) refs = SL_GIT_REFS_INIT;
	const char *prefixes[SL_GIT_PREFIXES_MAX + 1];

	for (size_t i = 0; i < SL_ARRAY_LEN(prefixes); i++)
		prefixes[i] = "refs/";
	advertise_v2(w);
	sl_pktline_add_flush(&w->result);
	assert_int_equal(sl_git_ls_refs(r, prefixes, SL_GIT_PREFIXES_MAX, &refs, NULL), 0);
	assert_int_equal(sl_git_ls_refs(r, prefixes, SL_GIT_PREFIXES_MAX + 1, &refs, NULL),
			 SL_ERR_INVALID);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(lists_refs_by_version_2),
		T(lists_refs_by_version_0),
		T(knows_an_empty_repository),
		T(survives_truncation_at_every_byte),
		T(refuses_broken_advertisements),
		T(explains_answers_that_are_no_git),
		T(explains_statuses),
		T(hands_on_the_servers_words),
		T(a_redirect_moves_the_remote),
		T(a_redirect_to_another_host_loses_the_credentials),
		T(a_redirect_elsewhere_is_no_repository),
		T(a_hint_saves_an_exchange),
		T(refuses_ssh_and_broken_urls),
		T(ends_at_the_deadline_when_the_server_hangs),
		T(limits_prefixes),
	};

	unsetenv("http_proxy");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
