#include "source-controller/credentials.h"

#include <string.h>

#include "test/unit/support/expect.h"

/* A Secret named apps/creds with these keys and values, as pairs, ended by NULL. */
static void make(struct sc_secret *s, const char *const *pairs)
{
	*s = (struct sc_secret)SC_SECRET_INIT;
	s->ref = sl_xstrdup("apps/creds");
	for (; *pairs; pairs += 2) {
		s->items = sl_grow(s->items, s->n, &s->cap, sizeof(*s->items));
		s->items[s->n++] = (struct sc_secret_item){
			.key = sl_xstrdup(pairs[0]),
			.value = sl_xstrdup(pairs[1]),
			.n = strlen(pairs[1]),
		};
	}
}

#define PAIRS(...) ((const char *const[]){ __VA_ARGS__, NULL })

static void takes_git_credentials_from_secret_and_url(void **state)
{
	static const struct {
		const char *name, *url;
		const char *pairs[9];
		const char *username, *password, *bearer;
	} cases[] = {
		{ "anonymous", "https://host/repo", { NULL }, NULL, NULL, NULL },
		{ "basic",
		  "https://host/repo",
		  { "username", "u", "password", "p" },
		  "u",
		  "p",
		  NULL },
		{ "user alone", "https://host/repo", { "username", "u" }, "u", NULL, NULL },
		{ "basic over http",
		  "http://host/r",
		  { "username", "u", "password", "p" },
		  "u",
		  "p",
		  NULL },
		{ "of the URL", "https://x:y%20z@host/repo", { NULL }, "x", "y z", NULL },
		{ "secret before URL",
		  "https://x:y@host/repo",
		  { "username", "u", "password", "p" },
		  "u",
		  "p",
		  NULL },
		{ "password for the URL's user",
		  "https://x@host/repo",
		  { "password", "p" },
		  "x",
		  "p",
		  NULL },
		{ "bearer", "https://host/repo", { "bearerToken", "t" }, NULL, NULL, "t" },
		{ "bearer replaces basic",
		  "https://host/repo",
		  { "bearerToken", "t", "username", "u", "password", "p" },
		  NULL,
		  NULL,
		  "t" },
		{ "SSH keys mean nothing here",
		  "https://host/repo",
		  { "identity", "i" },
		  NULL,
		  NULL,
		  NULL },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sc_secret) s = SC_SECRET_INIT;
		SL_AUTO(sl_url) url = SL_URL_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		struct sl_git_auth auth;

		make(&s, cases[i].pairs);
		expect_ok(sl_url_parse(sl_str(cases[i].url), &url, &err), &err);
		expect_ok(sc_git_auth(&url, &s, &auth, &err), &err);
		if (!sl_streq(auth.http.username, cases[i].username) ||
		    !sl_streq(auth.http.password, cases[i].password) ||
		    !sl_streq(auth.http.bearer, cases[i].bearer))
			fail_msg("%s: got '%s' '%s' '%s'", cases[i].name, auth.http.username,
				 auth.http.password, auth.http.bearer);
	}
}

static void works_without_a_secret(void **state)
{
	SL_AUTO(sl_url) url = SL_URL_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_git_auth auth;

	(void)state;
	expect_ok(sl_url_parse(SL_STR("https://x@host/repo"), &url, &err), &err);
	expect_ok(sc_git_auth(&url, NULL, &auth, &err), &err);
	assert_string_equal(auth.http.username, "x");
	assert_null(auth.tls.ca_pem.p);
}

static void prefers_the_newer_key_of_the_ca(void **state)
{
	SL_AUTO(sc_secret) both = SC_SECRET_INIT;
	SL_AUTO(sc_secret) old = SC_SECRET_INIT;
	SL_AUTO(sl_url) url = SL_URL_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_git_auth auth;

	(void)state;
	expect_ok(sl_url_parse(SL_STR("https://host/repo"), &url, &err), &err);
	make(&both, PAIRS("caFile", "old", "ca.crt", "new", "tls.crt", "c", "tls.key", "k"));
	expect_ok(sc_git_auth(&url, &both, &auth, &err), &err);
	expect_str(auth.tls.ca_pem, "new");
	expect_str(auth.tls.cert_pem, "c");
	expect_str(auth.tls.key_pem, "k");
	make(&old, PAIRS("caFile", "old", "bearerToken", "t"));
	expect_ok(sc_git_auth(&url, &old, &auth, &err), &err);
	expect_str(auth.tls.ca_pem, "old");
	assert_string_equal(auth.http.bearer, "t");
}

static void refuses_git_credentials_that_cannot_work(void **state)
{
	static const struct {
		const char *url;
		const char *pairs[5];
		const char *message;
	} cases[] = {
		{ "https://host/r",
		  { "password", "hunter2" },
		  "invalid 'https' auth option: 'password' requires 'username' to be set" },
		{ "http://host/r",
		  { "password", "hunter2" },
		  "invalid 'http' auth option: 'password' requires 'username' to be set" },
		{ "https://x:y@host/r",
		  { "bearerToken", "hunter2" },
		  "basic auth and bearer token cannot be set at the same time" },
		{ "https://host/r",
		  { "tls.crt", "c" },
		  "secret 'apps/creds' contains 'tls.crt' but missing 'tls.key'" },
		{ "https://host/r",
		  { "tls.key", "hunter2" },
		  "secret 'apps/creds' contains 'tls.key' but missing 'tls.crt'" },
		{ "https://host/r",
		  { "bearerToken", "hunter2\n" },
		  "secret 'apps/creds': the value of 'bearerToken' holds a line break or NUL" },
		{ "https://host/r",
		  { "username", "u", "password", "hunter2\r" },
		  "secret 'apps/creds': the value of 'password' holds a line break or NUL" },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sc_secret) s = SC_SECRET_INIT;
		SL_AUTO(sl_url) url = SL_URL_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		struct sl_git_auth auth;

		make(&s, cases[i].pairs);
		expect_ok(sl_url_parse(sl_str(cases[i].url), &url, &err), &err);
		expect_err(sc_git_auth(&url, &s, &auth, &err), SL_ERR_INVALID, NULL, &err);
		assert_string_equal(err.message, cases[i].message);
	}
}

static void reads_a_proxy(void **state)
{
	static const struct {
		const char *pairs[7];
		const char *url, *username, *password;
	} cases[] = {
		{ { "address", "http://proxy:3128" }, "http://proxy:3128", NULL, NULL },
		{ { "address", "HTTPS://proxy" }, "HTTPS://proxy", NULL, NULL },
		{ { "address", "socks5://p", "username", "u", "password", "p" },
		  "socks5://p",
		  "u",
		  "p" },
		{ { "address", "http://p", "username", "u" }, "http://p", "u", NULL },
		{ { "address", "http://p", "password", "p" }, "http://p", NULL, NULL },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sc_secret) s = SC_SECRET_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		struct sl_http_proxy proxy;

		make(&s, cases[i].pairs);
		expect_ok(sc_proxy(&s, &proxy, &err), &err);
		assert_string_equal(proxy.url, cases[i].url);
		assert_true(sl_streq(proxy.username, cases[i].username));
		assert_true(sl_streq(proxy.password, cases[i].password));
	}
}

static void refuses_a_proxy_that_cannot_work(void **state)
{
	static const struct {
		const char *pairs[3];
		const char *message;
	} cases[] = {
		{ { "username", "u" }, "secret 'apps/creds': key 'address' not found" },
		{ { "address", "" }, "secret 'apps/creds': proxy address is empty" },
		{ { "address", "ftp://p" },
		  "secret 'apps/creds': proxy URL must use one of the supported schemes (http, "
		  "https, socks5), got 'ftp'" },
		{ { "address", "proxy:3128" },
		  "secret 'apps/creds': proxy URL must use one of the supported schemes (http, "
		  "https, socks5), got ''" },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sc_secret) s = SC_SECRET_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		struct sl_http_proxy proxy;

		make(&s, cases[i].pairs);
		expect_err(sc_proxy(&s, &proxy, &err), SL_ERR_INVALID, NULL, &err);
		assert_string_equal(err.message, cases[i].message);
	}
}

static void bounds_the_address_of_a_proxy(void **state)
{
	(void)state;
	for (int extra = -1; extra <= 1; extra++) {
		char address[SC_PROXY_ADDRESS_MAX + 2] = "http://";
		SL_AUTO(sc_secret) s = SC_SECRET_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		struct sl_http_proxy proxy;

		memset(address + 7, 'a', (size_t)(SC_PROXY_ADDRESS_MAX + extra - 7));
		make(&s, PAIRS("address", address));
		if (extra <= 0)
			expect_ok(sc_proxy(&s, &proxy, &err), &err);
		else
			expect_err(sc_proxy(&s, &proxy, &err), SL_ERR_INVALID,
				   "exceeds maximum length of 2048 characters", &err);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_git_credentials_from_secret_and_url),
		cmocka_unit_test(works_without_a_secret),
		cmocka_unit_test(prefers_the_newer_key_of_the_ca),
		cmocka_unit_test(refuses_git_credentials_that_cannot_work),
		cmocka_unit_test(reads_a_proxy),
		cmocka_unit_test(refuses_a_proxy_that_cannot_work),
		cmocka_unit_test(bounds_the_address_of_a_proxy),
	};

	return cmocka_run_group_tests_name("source-controller/credentials", tests, NULL, NULL);
}
