#include "libcommon/kube/transport.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "libcommon/base/clock.h"
#include "libcommon/base/file.h"
#include "libcommon/kube/client.h"
#include "test/unit/support/expect.h"
#include "test/unit/support/httpd.h"

/* A server with or without TLS; the header of the last request, and which tokens it takes. */
struct fixture {
	struct test_pki pki;
	struct test_httpd *server;
	struct sl_tmpdir dir;
	char head[4096];
	char good_token[64]; /* "": every request is let in */
};

static enum test_after serve(void *user, const struct test_request *q, struct sl_strbuf *reply)
{
	struct fixture *f = user;
	struct sl_str auth = test_request_header(q, "Authorization");
	struct sl_str token = auth;

	snprintf(f->head, sizeof(f->head), "%.*s", SL_STR_FMT(q->head));
	sl_str_cut_prefix(&token, SL_STR("Bearer "));
	if (f->good_token[0] && !sl_str_eqz(token, f->good_token))
		test_reply(reply, 401, "", SL_STR("{\"kind\":\"Status\",\"message\":\"who?\"}"));
	else
		test_reply(reply, 200, "", SL_STR("{}"));
	return TEST_KEEP;
}

static int setup(void **state)
{
	struct fixture *f = sl_xcalloc(1, sizeof(*f));
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	f->dir = (struct sl_tmpdir)SL_TMPDIR_INIT;
	expect_ok(sl_tmpdir_create("transport-test", &f->dir, &err), &err);
	test_pki_create(&f->pki);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	if (f->server)
		test_httpd_stop(f->server);
	test_pki_release(&f->pki);
	sl_tmpdir_release(&f->dir);
	free(f);
	return 0;
}

static void start(struct fixture *f, bool tls, bool want_client)
{
	f->server = test_httpd_start(serve, f, tls ? &f->pki : NULL, want_client);
}

/* What a config needs to reach the server. */
static struct sl_kube_config config_of(struct fixture *f, bool tls)
{
	struct sl_kube_config c = SL_KUBE_CONFIG_INIT;

	c.server =
		sl_xasprintf("http%s://127.0.0.1:%d/", tls ? "s" : "", test_httpd_port(f->server));
	if (tls)
		c.ca_pem = sl_xstrdup(f->pki.ca_pem);
	return c;
}

static int get(struct sl_kube_client *c, struct sl_err *err)
{
	const struct sl_kube_request req = { .method = "GET", .path = "/x", .timeout_ms = 3000 };

	return sl_kube_call_wait(sl_kube_call_start(c, &req), NULL, err);
}

static int get_once(const struct sl_kube_config *config, struct sl_err *err)
{
	const struct sl_kube_client_options o = { .fail_fast = true };
	SL_AUTO_PTR(sl_kube_client) *c = NULL;

	expect_ok(sl_kube_client_new(config, &o, &c, err), err);
	return get(c, err);
}

static void verifies_the_server(void **state)
{
	struct fixture *f = *state;
	SL_AUTO(sl_kube_config) c = SL_KUBE_CONFIG_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	SL_AUTO(test_pki) other = { 0 };

	start(f, true, false);
	c = config_of(f, true);
	expect_ok(get_once(&c, &err), &err);
	/* Another authority; none, so that the system's count; and no verification at all. */
	test_pki_create(&other);
	free(c.ca_pem);
	c.ca_pem = sl_xstrdup(other.ca_pem);
	expect_err(get_once(&c, &err), SL_ERR_NET, "no secure connection", &err);
	sl_err_release(&err);
	free(SL_STEAL(c.ca_pem));
	expect_err(get_once(&c, &err), SL_ERR_NET, "no secure connection", &err);
	sl_err_release(&err);
	c.insecure_skip_tls_verify = true;
	expect_ok(get_once(&c, &err), &err);
}

static void shows_a_client_certificate(void **state)
{
	struct fixture *f = *state;
	SL_AUTO(sl_kube_config) c = SL_KUBE_CONFIG_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	start(f, true, true);
	c = config_of(f, true);
	assert_int_not_equal(get_once(&c, &err), 0);
	sl_err_release(&err);
	c.client_cert_pem = sl_xstrdup(f->pki.client_cert_pem);
	c.client_key_pem = sl_xstrdup(f->pki.client_key_pem);
	expect_ok(get_once(&c, &err), &err);
}

static void verifies_another_name_when_told(void **state)
{
	struct fixture *f = *state;
	SL_AUTO(sl_kube_config) c = SL_KUBE_CONFIG_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	char host[64];

	start(f, true, false);
	c = config_of(f, true);
	c.tls_server_name = sl_xstrdup("localhost");
	expect_ok(get_once(&c, &err), &err);
	snprintf(host, sizeof(host), "Host: 127.0.0.1:%d\r\n", test_httpd_port(f->server));
	assert_non_null(strstr(f->head, host));
	free(c.tls_server_name);
	c.tls_server_name = sl_xstrdup("kubernetes.invalid");
	expect_err(get_once(&c, &err), SL_ERR_NET, "no secure connection", &err);
}

static void asks_below_the_servers_path(void **state)
{
	static const struct {
		const char *path, *line;
	} cases[] = {
		{ "", "GET /x HTTP/1.1" },
		{ "/", "GET /x HTTP/1.1" },
		{ "/k8s/c%2Fd//", "GET /k8s/c%2Fd/x HTTP/1.1" },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < 2 * SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sl_kube_config) c = SL_KUBE_CONFIG_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		bool tls = i % 2;

		start(f, tls, false);
		c = config_of(f, tls);
		free(c.server);
		c.server = sl_xasprintf("http%s://127.0.0.1:%d%s", tls ? "s" : "",
					test_httpd_port(f->server), cases[i / 2].path);
		expect_ok(get_once(&c, &err), &err);
		if (!strstr(f->head, cases[i / 2].line))
			fail_msg("%s: %s", cases[i / 2].path, f->head);
		test_httpd_stop(SL_STEAL(f->server));
	}
}

static void sends_basic_auth_and_impersonates(void **state)
{
	struct fixture *f = *state;
	SL_AUTO(sl_kube_config) c = SL_KUBE_CONFIG_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	start(f, false, false);
	c = config_of(f, false);
	c.username = sl_xstrdup("me");
	c.password = sl_xstrdup("pw");
	c.impersonate_user = sl_xstrdup("other");
	sl_strvec_push(&c.impersonate_groups, "g1");
	sl_strvec_push(&c.impersonate_groups, "g2");
	expect_ok(get_once(&c, &err), &err);
	assert_non_null(strstr(f->head, "Authorization: Basic bWU6cHc=\r\n"));
	assert_non_null(strstr(f->head, "Impersonate-User: other\r\n"));
	assert_non_null(strstr(f->head, "Impersonate-Group: g1\r\n"));
	assert_non_null(strstr(f->head, "Impersonate-Group: g2\r\n"));
}

static void put_token(struct fixture *f, const char *token, time_t mtime)
{
	const struct timespec times[2] = { { .tv_sec = mtime }, { .tv_sec = mtime } };
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	expect_ok(sl_file_publish(f->dir.fd, "token", sl_str(token), 0600, &err), &err);
	assert_int_equal(utimensat(f->dir.fd, "token", times, 0), 0);
}

static void reads_the_token_file_again(void **state)
{
	const struct sl_kube_client_options o = { 0 };
	struct fixture *f = *state;
	SL_AUTO(sl_kube_config) c = SL_KUBE_CONFIG_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_kube_client *client;

	start(f, false, false);
	c = config_of(f, false);
	c.token_file = sl_xasprintf("%s/token", f->dir.path);
	assert_int_equal(sl_kube_client_new(&c, &o, &client, &err), SL_ERR_NOT_FOUND);
	assert_non_null(strstr(err.message, "read the bearer token: "));
	sl_err_release(&err);
	put_token(f, "one\n", 1000);
	expect_ok(sl_kube_client_new(&c, &o, &client, &err), &err);
	expect_ok(get(client, &err), &err);
	assert_non_null(strstr(f->head, "Authorization: Bearer one\r\n"));
	/* The time tells. */
	put_token(f, "two", 2000);
	expect_ok(get(client, &err), &err);
	assert_non_null(strstr(f->head, "Authorization: Bearer two\r\n"));
	/* It does not, but a 401 does. */
	put_token(f, "three", 2000);
	snprintf(f->good_token, sizeof(f->good_token), "three");
	expect_ok(get(client, &err), &err);
	/* The same token again will not help. */
	snprintf(f->good_token, sizeof(f->good_token), "four");
	expect_err(get(client, &err), SL_ERR_AUTH, "who?", &err);
	sl_err_release(&err);
	/* A file that is gone for a moment leaves what we have. */
	snprintf(f->good_token, sizeof(f->good_token), "three");
	expect_ok(sl_remove_tree(f->dir.fd, "token", &err), &err);
	expect_ok(get(client, &err), &err);
	sl_kube_client_free(client);
}

static void caps_the_token_file(void **state)
{
	struct fixture *f = *state;

	start(f, false, false);
	for (size_t n = SL_TRANSPORT_TOKEN_MAX - 1; n <= SL_TRANSPORT_TOKEN_MAX + 1; n++) {
		SL_AUTO(sl_kube_config) c = config_of(f, false);
		SL_AUTO_FREE char *token = sl_xcalloc(1, n + 1);
		SL_AUTO_PTR(sl_kube_client) *client = NULL;

		memset(token, 'x', n);
		put_token(f, token, 1000);
		c.token_file = sl_xasprintf("%s/token", f->dir.path);
		assert_int_equal(sl_kube_client_new(&c, NULL, &client, NULL),
				 n <= SL_TRANSPORT_TOKEN_MAX ? 0 : SL_ERR_TOO_LARGE);
	}
}

static int renew(struct sl_kube_config *config, struct sl_err *err)
{
	(void)err;
	free(config->token);
	config->token = sl_xstrdup("new");
	return 0;
}

static void renews_credentials_after_a_401(void **state)
{
	const struct sl_kube_client_options o = { .renew_credentials = renew };
	struct fixture *f = *state;
	SL_AUTO(sl_kube_config) c = SL_KUBE_CONFIG_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	SL_AUTO_PTR(sl_kube_client) *client = NULL;

	start(f, false, false);
	snprintf(f->good_token, sizeof(f->good_token), "new");
	c = config_of(f, false);
	c.token = sl_xstrdup("old");
	expect_ok(sl_kube_client_new(&c, &o, &client, &err), &err);
	expect_ok(get(client, &err), &err);
	snprintf(f->good_token, sizeof(f->good_token), "never");
	expect_err(get(client, &err), SL_ERR_AUTH, "who?", &err);
}

static void refuses_what_is_no_server(void **state)
{
	static const char *const servers[] = { NULL, "", "ftp://x", "https://", "http://a b" };

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(servers); i++) {
		SL_AUTO(sl_kube_config) c = SL_KUBE_CONFIG_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		struct sl_kube_client *client;

		c.server = sl_xstrdup(servers[i]);
		expect_err(sl_kube_client_new(&c, NULL, &client, &err), SL_ERR_INVALID,
			   "the API server's address", &err);
	}
}

static void caps_the_path(void **state)
{
	SL_AUTO_FREE char *path = sl_xcalloc(1, SL_TRANSPORT_PATH_MAX + 2);

	(void)state;
	path[0] = '/';
	memset(path + 1, 'x', SL_TRANSPORT_PATH_MAX);
	assert_int_equal(sl_transport_check(path, NULL, NULL, NULL), SL_ERR_TOO_LARGE);
	path[SL_TRANSPORT_PATH_MAX] = '\0';
	assert_int_equal(sl_transport_check(path, NULL, NULL, NULL), 0);
	path[SL_TRANSPORT_PATH_MAX - 1] = '\0';
	assert_int_equal(sl_transport_check(path, NULL, NULL, NULL), 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(verifies_the_server),
		TEST(shows_a_client_certificate),
		TEST(verifies_another_name_when_told),
		TEST(asks_below_the_servers_path),
		TEST(sends_basic_auth_and_impersonates),
		TEST(reads_the_token_file_again),
		TEST(caps_the_token_file),
		TEST(renews_credentials_after_a_401),
		TEST(refuses_what_is_no_server),
		TEST(caps_the_path),
	};

	sigset_t pipe;

	/* The server's threads inherit it: clients hang up on them in mid-handshake. */
	sigemptyset(&pipe);
	sigaddset(&pipe, SIGPIPE);
	pthread_sigmask(SIG_BLOCK, &pipe, NULL);
	return cmocka_run_group_tests_name("kube/transport", tests, NULL, NULL);
}
