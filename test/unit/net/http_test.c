#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "libcommon/base/clock.h"
#include "libcommon/net/http.h"
#include "test/unit/support/httpd.h"

/* What the server does and what it saw. */
struct world {
	struct test_httpd *server, *other;
	struct sl_http_client *client;
	int status;
	const char *headers;
	struct sl_str body;
	enum test_after after;
	bool raw; /* `body` is the whole answer */
	char *redirect_to;
	int redirects_left;
	char *seen; /* header lines of the last request, and its body */
	char *seen_line;
	int connection;
};

static enum test_after handle(void *user, const struct test_request *q, struct sl_strbuf *reply)
{
	struct world *w = user;

	free(w->seen);
	free(w->seen_line);
	w->seen = sl_xasprintf("%.*s%.*s", SL_STR_FMT(q->head), SL_STR_FMT(q->body));
	w->seen_line = sl_xasprintf("%.*s %.*s", SL_STR_FMT(q->method), SL_STR_FMT(q->target));
	w->connection = q->connection;
	if (w->redirects_left && w->redirects_left--) {
		SL_AUTO_FREE char *headers = sl_xasprintf("Location: %s\r\n", w->redirect_to);

		test_reply(reply, w->status, headers, SL_STR("moved"));
		return TEST_KEEP;
	}
	if (w->raw)
		sl_strbuf_adds(reply, w->body);
	else
		test_reply(reply, w->redirect_to ? 200 : w->status, w->headers, w->body);
	return w->after;
}

static int setup(void **state)
{
	struct world *w = sl_xcalloc(1, sizeof(*w));

	w->server = test_httpd_start(handle, w, NULL, false);
	w->other = test_httpd_start(handle, w, NULL, false);
	w->client = sl_http_client_new(NULL);
	assert_non_null(w->client);
	w->status = 200;
	w->headers = "";
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;

	sl_http_client_free(w->client);
	test_httpd_stop(w->server);
	test_httpd_stop(w->other);
	free(w->seen);
	free(w->seen_line);
	free(w->redirect_to);
	free(w);
	return 0;
}

static char *url_of(const struct test_httpd *s, const char *path)
{
	return sl_xasprintf("http://127.0.0.1:%u%s", test_httpd_port(s), path);
}

static void fetches_body_and_headers_on_one_connection(void **state)
{
	struct world *w = *state;
	SL_AUTO_FREE char *url = url_of(w->server, "/a?b=c");
	SL_AUTO(sl_strbuf) body = SL_STRBUF_INIT(100);
	struct sl_http_request q = { .url = url, .sink = sl_sink_strbuf(&body) };
	SL_AUTO(sl_http_response) resp = SL_HTTP_RESPONSE_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	w->body = SL_STR("hello");
	w->headers = "ETag: \"x\"\r\nContent-Type: text/plain\r\n";
	for (int i = 0; i < 2; i++) {
		sl_strbuf_reset(&body);
		assert_int_equal(sl_http_do(w->client, &q, &resp, &err), 0);
		assert_string_equal(body.p, "hello");
		assert_int_equal(resp.status, 200);
		assert_int_equal(resp.content_length, 5);
		assert_int_equal(resp.body_bytes, 5);
		assert_string_equal(sl_http_response_header(&resp, "ETAG"), "\"x\"");
		assert_string_equal(sl_http_response_header(&resp, "content-type"), "text/plain");
		assert_null(sl_http_response_header(&resp, "location"));
		assert_string_equal(resp.url, url);
		assert_string_equal(w->seen_line, "GET /a?b=c");
		assert_non_null(strstr(w->seen, "User-Agent: sluice/" SL_VERSION "\r\n"));
		assert_int_equal(w->connection, 1);
	}
}

static void sends_method_body_headers_and_credentials(void **state)
{
	struct world *w = *state;
	SL_AUTO_FREE char *url = url_of(w->server, "/");
	const struct sl_http_header headers[] = { { "X-One", "1", false },
						  { "X-Empty", "", false } };
	struct sl_http_request q = { .url = url,
				     .method = "PUT",
				     .headers = headers,
				     .header_count = 2,
				     .body = SL_STR("payload"),
				     .content_type = "text/x-test",
				     .auth = { .username = "user", .password = "pass" } };
	SL_AUTO(sl_http_response) resp = SL_HTTP_RESPONSE_INIT;

	assert_int_equal(sl_http_do(w->client, &q, &resp, NULL), 0);
	assert_string_equal(w->seen_line, "PUT /");
	assert_non_null(strstr(w->seen, "\r\n\r\npayload"));
	assert_non_null(strstr(w->seen, "Content-Type: text/x-test\r\n"));
	assert_non_null(strstr(w->seen, "X-One: 1\r\n"));
	assert_non_null(strstr(w->seen, "X-Empty:\r\n"));
	assert_non_null(strstr(w->seen, "Authorization: Basic dXNlcjpwYXNz\r\n"));
	q.auth = (struct sl_http_auth){ .bearer = "token" };
	assert_int_equal(sl_http_do(w->client, &q, &resp, NULL), 0);
	assert_non_null(strstr(w->seen, "Authorization: Bearer token\r\n"));
	q.method = "HEAD";
	q.body = SL_STR_NULL;
	assert_int_equal(sl_http_do(w->client, &q, &resp, NULL), 0);
	assert_string_equal(w->seen_line, "HEAD /");
	q.method = NULL;
	q.auth = (struct sl_http_auth){ 0 };
	assert_int_equal(sl_http_do(w->client, &q, &resp, NULL), 0);
	assert_null(strstr(w->seen, "Authorization"));
}

static void takes_credentials_from_the_url(void **state)
{
	struct world *w = *state;
	SL_AUTO_FREE char *url =
		sl_xasprintf("http://u:p%%40ss@127.0.0.1:%u/", test_httpd_port(w->server));
	struct sl_http_request q = { .url = url };
	SL_AUTO(sl_http_response) resp = SL_HTTP_RESPONSE_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	w->status = 401;
	assert_int_equal(sl_http_do(w->client, &q, &resp, &err), SL_ERR_AUTH);
	assert_non_null(strstr(w->seen, "Authorization: Basic dTpwQHNz\r\n"));
	assert_null(strstr(err.message, "p@ss"));
	assert_null(strstr(err.message, "p%40ss"));
	assert_null(strstr(resp.url, "u:p"));
}

static void refuses_header_injection(void **state)
{
	struct world *w = *state;
	SL_AUTO_FREE char *url = url_of(w->server, "/");
	const struct sl_http_header header = { "X-One", "1\r\nX-Two: 2", false };
	struct sl_http_request q = { .url = url, .headers = &header, .header_count = 1 };
	SL_AUTO(sl_http_response) resp = SL_HTTP_RESPONSE_INIT;

	assert_int_equal(sl_http_do(w->client, &q, &resp, NULL), SL_ERR_INVALID);
	assert_null(w->seen);
}

static void maps_statuses(void **state)
{
	static const struct {
		int status;
		enum sl_err_code want;
	} cases[] = {
		{ 304, SL_ERR_UNCHANGED },   { 400, SL_ERR_INVALID },
		{ 401, SL_ERR_AUTH },	     { 403, SL_ERR_FORBIDDEN },
		{ 404, SL_ERR_NOT_FOUND },   { 407, SL_ERR_AUTH },
		{ 409, SL_ERR_CONFLICT },    { 410, SL_ERR_GONE },
		{ 418, SL_ERR_INVALID },     { 429, SL_ERR_THROTTLED },
		{ 500, SL_ERR_UNAVAILABLE }, { 503, SL_ERR_UNAVAILABLE },
		{ 599, SL_ERR_UNAVAILABLE },
	};
	struct world *w = *state;
	SL_AUTO_FREE char *url = url_of(w->server, "/p?secret=1");

	w->headers = "Retry-After: 7\r\n";
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		struct sl_http_request q = { .url = url };
		SL_AUTO(sl_http_response) resp = SL_HTTP_RESPONSE_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;

		w->status = cases[i].status;
		w->body = cases[i].status == 304 ? SL_STR("") : SL_STR("cause");
		assert_int_equal(sl_http_do(w->client, &q, &resp, &err), cases[i].want);
		assert_int_equal(err.code, cases[i].want);
		assert_int_equal(err.http_status, cases[i].status);
		assert_int_equal(err.retry_after_ms, 7000);
		assert_int_equal(resp.body_bytes, 0);
		assert_string_equal(resp.error_body.p, cases[i].status == 304 ? "" : "cause");
		assert_null(strstr(err.message, "secret"));
	}
}

static void reads_retry_after_dates_and_ignores_nonsense(void **state)
{
	static const struct {
		const char *header;
		int64_t min, max;
	} cases[] = {
		{ "Retry-After: 0\r\n", 0, 0 },
		{ "Retry-After: -1\r\n", 0, 0 },
		{ "Retry-After: soon\r\n", 0, 0 },
		{ "Retry-After: 86400\r\n", 86400000, 86400000 },
		{ "Retry-After: 86401\r\n", 0, 0 },
		{ "Retry-After: Wed, 21 Oct 2015 07:28:00 GMT\r\n", 0, 0 },
	};
	struct world *w = *state;
	SL_AUTO_FREE char *url = url_of(w->server, "/");

	w->status = 503;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		struct sl_http_request q = { .url = url };
		SL_AUTO(sl_http_response) resp = SL_HTTP_RESPONSE_INIT;

		w->headers = cases[i].header;
		assert_int_equal(sl_http_do(w->client, &q, &resp, NULL), SL_ERR_UNAVAILABLE);
		assert_in_range(resp.retry_after_ms, cases[i].min, cases[i].max);
	}
}

static void redirects_on_one_host_keep_credentials(void **state)
{
	struct world *w = *state;
	SL_AUTO_FREE char *url = url_of(w->server, "/a/b");
	const struct sl_http_header header = { "X-Token", "t", true };
	struct sl_http_request q = { .url = url,
				     .method = "POST",
				     .body = SL_STR("x"),
				     .headers = &header,
				     .header_count = 1,
				     .auth = { .bearer = "token" } };
	SL_AUTO(sl_http_response) resp = SL_HTTP_RESPONSE_INIT;

	w->status = 307;
	w->redirect_to = sl_xstrdup("../c");
	w->redirects_left = 1;
	assert_int_equal(sl_http_do(w->client, &q, &resp, NULL), 0);
	assert_string_equal(w->seen_line, "POST /c");
	assert_non_null(strstr(w->seen, "Bearer token"));
	assert_non_null(strstr(w->seen, "X-Token: t"));
	assert_non_null(strstr(w->seen, "\r\n\r\nx"));
	w->status = 303;
	w->redirects_left = 1;
	assert_int_equal(sl_http_do(w->client, &q, &resp, NULL), 0);
	assert_string_equal(w->seen_line, "GET /c");
	assert_null(strstr(w->seen, "\r\n\r\nx"));
}

static void redirects_to_another_host_drop_credentials(void **state)
{
	struct world *w = *state;
	SL_AUTO_FREE char *url = url_of(w->server, "/");
	const struct sl_http_header headers[] = { { "X-Token", "t", true },
						  { "X-Plain", "p", false } };
	struct sl_http_request q = { .url = url,
				     .headers = headers,
				     .header_count = 2,
				     .auth = { .username = "u", .password = "p" } };
	SL_AUTO(sl_http_response) resp = SL_HTTP_RESPONSE_INIT;

	w->status = 302;
	w->redirect_to = url_of(w->other, "/there");
	w->redirects_left = 1;
	assert_int_equal(sl_http_do(w->client, &q, &resp, NULL), 0);
	assert_string_equal(w->seen_line, "GET /there");
	assert_string_equal(resp.url, w->redirect_to);
	assert_null(strstr(w->seen, "Authorization"));
	assert_null(strstr(w->seen, "X-Token"));
	assert_non_null(strstr(w->seen, "X-Plain: p"));
	/* And not again on the way back. */
	q.method = "POST";
	q.body = SL_STR("x");
	w->status = 307;
	w->redirects_left = 1;
	assert_int_equal(sl_http_do(w->client, &q, &resp, NULL), SL_ERR_INVALID);
}

static void limits_redirects(void **state)
{
	struct world *w = *state;
	SL_AUTO_FREE char *url = url_of(w->server, "/");
	struct sl_http_request q = { .url = url, .max_redirects = 3 };
	SL_AUTO(sl_http_response) resp = SL_HTTP_RESPONSE_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	w->status = 302;
	w->redirect_to = sl_xstrdup("/next");
	w->redirects_left = 3;
	assert_int_equal(sl_http_do(w->client, &q, &resp, &err), 0);
	w->redirects_left = 4;
	assert_int_equal(sl_http_do(w->client, &q, &resp, &err), SL_ERR_INVALID);
	assert_non_null(strstr(err.message, "stopped after 3 redirects"));
	w->redirects_left = 1;
	q.max_redirects = -1;
	assert_int_equal(sl_http_do(w->client, &q, &resp, &err), SL_ERR_INVALID);
	assert_int_equal(err.http_status, 302);
	q.max_redirects = 0;
	free(w->redirect_to);
	w->redirect_to = sl_xstrdup("ssh://h/x");
	w->redirects_left = 1;
	assert_int_equal(sl_http_do(w->client, &q, &resp, &err), SL_ERR_INVALID);
}

static void limits_bodies(void **state)
{
	struct world *w = *state;
	SL_AUTO_FREE char *url = url_of(w->server, "/");
	SL_AUTO(sl_strbuf) small = SL_STRBUF_INIT(4);
	struct sl_http_request q = { .url = url };
	SL_AUTO(sl_http_response) resp = SL_HTTP_RESPONSE_INIT;

	w->body = SL_STR("12345");
	for (uint64_t max = 4; max <= 6; max++) {
		q.max_body_bytes = max;
		assert_int_equal(sl_http_do(w->client, &q, &resp, NULL),
				 max < 5 ? SL_ERR_TOO_LARGE : 0);
	}
	q.sink = sl_sink_strbuf(&small);
	assert_int_equal(sl_http_do(w->client, &q, &resp, NULL), SL_ERR_TOO_LARGE);
}

static void limits_headers(void **state)
{
	struct world *w = *state;
	SL_AUTO_FREE char *url = url_of(w->server, "/");
	struct sl_http_request q = { .url = url };
	SL_AUTO(sl_http_response) resp = SL_HTTP_RESPONSE_INIT;
	/* What test_reply() adds itself: "Content-Length: 0". */
	const size_t rest = SL_HTTP_HEADERS_MAX - 17;

	for (size_t n = rest - 1; n <= rest + 1; n++) {
		SL_AUTO(sl_strbuf) headers = SL_STRBUF_INIT(2 * SL_HTTP_HEADERS_MAX);

		sl_strbuf_addz(&headers, "x: ");
		sl_strbuf_addn(&headers, 'y', n - 3);
		sl_strbuf_addz(&headers, "\r\n");
		w->headers = headers.p;
		assert_int_equal(sl_http_do(w->client, &q, &resp, NULL),
				 n <= rest ? 0 : SL_ERR_TOO_LARGE);
	}
}

static void reports_broken_answers(void **state)
{
	static const struct {
		struct sl_str answer;
		const char *want;
	} cases[] = {
		{ SL_STR(""), "connection closed without an answer" },
		{ SL_STR("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nab"),
		  "connection closed before the end of the answer" },
		{ SL_STR("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
		  "GET http" },
		{ SL_STR("\x16\x03 no http at all\r\n\r\n"), "GET http" },
	};
	struct world *w = *state;
	SL_AUTO_FREE char *url = url_of(w->server, "/");

	w->raw = true;
	w->after = TEST_CLOSE;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		struct sl_http_request q = { .url = url };
		SL_AUTO(sl_http_response) resp = SL_HTTP_RESPONSE_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		int r;

		w->body = cases[i].answer;
		r = sl_http_do(w->client, &q, &resp, &err);
		assert_int_equal(r, err.code);
		if (r != SL_ERR_NET)
			fail_msg("case %zu: %s", i, err.message);
		if (!strstr(err.message, cases[i].want))
			fail_msg("case %zu: %s", i, err.message);
	}
}

static void ends_in_time_when_the_server_hangs(void **state)
{
	struct world *w = *state;
	SL_AUTO_FREE char *url = url_of(w->server, "/");
	struct sl_http_request q = { .url = url };
	SL_AUTO(sl_http_response) resp = SL_HTTP_RESPONSE_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	int64_t start = sl_mono_ms();

	w->raw = true;
	w->after = TEST_HANG;
	w->body = SL_STR("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nab");
	q.deadline_ms = start + 60;
	assert_int_equal(sl_http_do(w->client, &q, &resp, &err), SL_ERR_TIMEOUT);
	assert_non_null(strstr(err.message, "timed out"));
	assert_true(sl_mono_ms() >= q.deadline_ms);
	q.deadline_ms = start;
	assert_int_equal(sl_http_do(w->client, &q, &resp, &err), SL_ERR_TIMEOUT);
}

static void cancels(void **state)
{
	struct world *w = *state;
	SL_AUTO_FREE char *url = url_of(w->server, "/");
	atomic_bool cancel = true;
	struct sl_http_request q = { .url = url, .cancel = &cancel };
	SL_AUTO(sl_http_response) resp = SL_HTTP_RESPONSE_INIT;

	w->after = TEST_HANG;
	w->raw = true;
	assert_int_equal(sl_http_do(w->client, &q, &resp, NULL), SL_ERR_CANCELED);
}

static void explains_why_it_cannot_connect(void **state)
{
	struct world *w = *state;
	SL_AUTO_FREE char *url = url_of(w->other, "/");
	struct sl_http_request q = { .url = url };
	SL_AUTO(sl_http_response) resp = SL_HTTP_RESPONSE_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	test_httpd_stop(w->other);
	w->other = NULL;
	assert_int_equal(sl_http_do(w->client, &q, &resp, &err), SL_ERR_NET);
	assert_non_null(strstr(err.message, "connection refused"));
	assert_int_equal(resp.status, 0);
	q.url = "ftp://h/";
	assert_int_equal(sl_http_do(w->client, &q, &resp, &err), SL_ERR_INVALID);
	q.url = "ssh://h/";
	assert_int_equal(sl_http_do(w->client, &q, &resp, &err), SL_ERR_INVALID);
}

static void goes_through_a_proxy(void **state)
{
	struct world *w = *state;
	SL_AUTO_FREE char *proxy = url_of(w->other, "");
	struct sl_http_request q = { .url = "http://somewhere.invalid/x",
				     .proxy = { proxy, "pu", "pp" } };
	SL_AUTO(sl_http_response) resp = SL_HTTP_RESPONSE_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	assert_int_equal(sl_http_do(w->client, &q, &resp, NULL), 0);
	assert_string_equal(w->seen_line, "GET http://somewhere.invalid/x");
	assert_non_null(strstr(w->seen, "Proxy-Authorization: Basic cHU6cHA=\r\n"));
	/* A tunnel that the proxy refuses. */
	w->status = 407;
	q.url = "https://somewhere.invalid/x";
	assert_int_equal(sl_http_do(w->client, &q, &resp, &err), SL_ERR_AUTH);
	assert_non_null(strstr(err.message, "the proxy refused: 407"));
	q.proxy.url = "gopher://x";
	assert_int_equal(sl_http_do(w->client, &q, &resp, &err), SL_ERR_INVALID);
}

static void verifies_tls_and_sends_a_client_certificate(void **state)
{
	struct world *w = *state;
	struct test_pki pki = { 0 }, stranger = { 0 };
	struct test_httpd *tls;
	SL_AUTO_FREE char *url = NULL;
	SL_AUTO(sl_http_response) resp = SL_HTTP_RESPONSE_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_http_request q = SL_HTTP_REQUEST_INIT;

	test_pki_create(&pki);
	test_pki_create(&stranger);
	tls = test_httpd_start(handle, w, &pki, true);
	url = sl_xasprintf("https://localhost:%u/", test_httpd_port(tls));
	q.url = url;
	w->body = SL_STR("secret");
	assert_int_equal(sl_http_do(w->client, &q, &resp, &err), SL_ERR_NET);
	assert_non_null(strstr(err.message, "certificate is signed by an unknown authority"));
	q.tls.ca_pem = sl_str(stranger.ca_pem);
	assert_int_equal(sl_http_do(w->client, &q, &resp, &err), SL_ERR_NET);
	q.tls.ca_pem = sl_str(pki.ca_pem);
	assert_int_equal(sl_http_do(w->client, &q, &resp, &err), SL_ERR_NET);
	q.tls.cert_pem = sl_str(pki.client_cert_pem);
	assert_int_equal(sl_http_do(w->client, &q, &resp, &err), SL_ERR_INVALID);
	q.tls.key_pem = sl_str(pki.client_key_pem);
	assert_int_equal(sl_http_do(w->client, &q, &resp, &err), 0);
	assert_int_equal(resp.body_bytes, 6);
	/* A connection that was opened with a certificate is not for requests without one. */
	q.tls.cert_pem = q.tls.key_pem = SL_STR_NULL;
	assert_int_equal(sl_http_do(w->client, &q, &resp, &err), SL_ERR_NET);
	q.tls.ca_pem = SL_STR("not PEM");
	assert_int_equal(sl_http_do(w->client, &q, &resp, &err), SL_ERR_INVALID);
	test_httpd_stop(tls);
	test_pki_release(&pki);
	test_pki_release(&stranger);
}

static void refuses_a_certificate_for_another_host_and_downgrades(void **state)
{
	struct world *w = *state;
	struct test_pki pki = { 0 };
	struct test_httpd *tls;
	SL_AUTO_FREE char *url = NULL, *other = NULL;
	SL_AUTO(sl_http_response) resp = SL_HTTP_RESPONSE_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_http_request q = SL_HTTP_REQUEST_INIT;

	test_pki_create(&pki);
	tls = test_httpd_start(handle, w, &pki, false);
	q.tls.ca_pem = sl_str(pki.ca_pem);
	other = sl_xasprintf("https://127.0.0.2:%u/", test_httpd_port(tls));
	url = sl_xasprintf("https://127.0.0.1:%u/", test_httpd_port(tls));
	q.url = other;
	assert_int_equal(sl_http_do(w->client, &q, &resp, &err), SL_ERR_NET);
	q.url = url;
	assert_int_equal(sl_http_do(w->client, &q, &resp, &err), 0);
	w->status = 302;
	w->redirect_to = url_of(w->server, "/");
	w->redirects_left = 1;
	assert_int_equal(sl_http_do(w->client, &q, &resp, &err), SL_ERR_INVALID);
	assert_non_null(strstr(err.message, "refused a redirect from https to http"));
	test_httpd_stop(tls);
	test_pki_release(&pki);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(fetches_body_and_headers_on_one_connection),
		T(sends_method_body_headers_and_credentials),
		T(takes_credentials_from_the_url),
		T(refuses_header_injection),
		T(maps_statuses),
		T(reads_retry_after_dates_and_ignores_nonsense),
		T(redirects_on_one_host_keep_credentials),
		T(redirects_to_another_host_drop_credentials),
		T(limits_redirects),
		T(limits_bodies),
		T(limits_headers),
		T(reports_broken_answers),
		T(ends_in_time_when_the_server_hangs),
		T(cancels),
		T(explains_why_it_cannot_connect),
		T(goes_through_a_proxy),
		T(verifies_tls_and_sends_a_client_certificate),
		T(refuses_a_certificate_for_another_host_and_downgrades),
	};

	/* What the machine's environment says about proxies is not for these tests. */
	unsetenv("http_proxy");
	unsetenv("https_proxy");
	unsetenv("HTTPS_PROXY");
	unsetenv("ALL_PROXY");
	unsetenv("all_proxy");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
