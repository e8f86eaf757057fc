#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "libcommon/net/url.h"

static void parses_every_part(void **state)
{
	SL_AUTO(sl_url) u = SL_URL_INIT;

	(void)state;
	assert_int_equal(
		sl_url_parse(
			SL_STR("HTTPS://us%20er:p%40ss:w@Host.Example:8443/a%2Fb/\xc3\xa9?q=1#f"),
			&u, NULL),
		0);
	assert_int_equal(u.scheme, SL_URL_HTTPS);
	assert_string_equal(u.user, "us er");
	assert_string_equal(u.password, "p@ss:w");
	assert_string_equal(u.host, "host.example");
	assert_int_equal(u.port, 8443);
	assert_string_equal(u.path, "/a%2Fb/%C3%A9");
	assert_string_equal(u.query, "q=1");
}

static void accepts_and_formats(void **state)
{
	static const struct {
		const char *input, *want;
	} cases[] = {
		{ "http://h", "http://h/" },
		{ "http://h?x", "http://h/?x" },
		{ "http://h:80/", "http://h/" },
		{ "http://h:443/", "http://h:443/" },
		{ "https://h:443/x?", "https://h/x?" },
		{ "ssh://git@h/x.git", "ssh://h/x.git" },
		{ "ssh://git@h:2222/x.git", "ssh://h:2222/x.git" },
		{ "http://[::1]:8080/x", "http://[::1]:8080/x" },
		{ "http://[2001:DB8::1]", "http://[2001:db8::1]/" },
		{ "http://a@b@h/", "http://h/" },
		{ "http://@h/", "http://h/" },
		{ "http://10.0.0.1:1/", "http://10.0.0.1:1/" },
		{ "http://my_host/", "http://my_host/" },
		{ "http://h/a#b?c", "http://h/a" },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sl_url) u = SL_URL_INIT;
		SL_AUTO_FREE char *text = NULL;

		if (sl_url_parse(sl_str(cases[i].input), &u, NULL) < 0)
			fail_msg("refused %s", cases[i].input);
		text = sl_url_text(&u);
		assert_string_equal(text, cases[i].want);
	}
}

static void refuses_malformed(void **state)
{
	static const char *const cases[] = {
		"",
		"h",
		"/path",
		"http",
		"http:",
		"http:/h",
		"http:h",
		"://h",
		"http://",
		"http:///x",
		"http://:80/",
		"http://h:/",
		"http://h:0/",
		"http://h:65536/",
		"http://h:+80/",
		"http://h:8 0/",
		"http://h h/",
		"http://h\\x/",
		"http://h/%",
		"http://h/%4",
		"http://h/%zz",
		"http://u%00@h/",
		"http://h%41/",
		"http://.h/",
		"http://-h/",
		"http://h\xc3\xa9/",
		"http://[::1/",
		"http://[::1]x/",
		"http://[::1%25eth0]/",
		"http://[12345]/",
		"http://[]/",
		"http://h/a b",
		"http://h/\x7f",
		"http://h/\r\nHost: x",
		"ftp://h/",
		"file:///etc/passwd",
		"git@host:path",
		"1http://h/",
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sl_url) u = SL_URL_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;

		if (sl_url_parse(sl_str(cases[i]), &u, &err) != SL_ERR_INVALID)
			fail_msg("accepted %s", cases[i]);
		assert_null(u.host);
		assert_non_null(err.message);
	}
}

static void limits_lengths(void **state)
{
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(2 * SL_URL_MAX);
	SL_AUTO(sl_url) u = SL_URL_INIT;

	(void)state;
	sl_strbuf_addz(&b, "http://");
	sl_strbuf_addn(&b, 'h', SL_URL_HOST_MAX);
	assert_int_equal(sl_url_parse(sl_strbuf_str(&b), &u, NULL), 0);
	sl_url_release(&u);
	sl_strbuf_addc(&b, 'h');
	assert_int_equal(sl_url_parse(sl_strbuf_str(&b), &u, NULL), SL_ERR_INVALID);

	sl_strbuf_reset(&b);
	sl_strbuf_addz(&b, "http://h/");
	sl_strbuf_addn(&b, 'x', SL_URL_MAX - b.n);
	assert_int_equal(sl_url_parse(sl_strbuf_str(&b), &u, NULL), 0);
	sl_strbuf_addc(&b, 'x');
	assert_int_equal(sl_url_parse(sl_strbuf_str(&b), &u, NULL), SL_ERR_TOO_LARGE);
}

static void survives_truncation_at_every_byte(void **state)
{
	static const char text[] = "https://us%20er:p%40ss@[2001:db8::1]:8443/a%2Fb?q=1#f";

	(void)state;
	for (size_t n = 0; n < sizeof(text) - 1; n++) {
		SL_AUTO(sl_url) u = SL_URL_INIT;
		SL_AUTO_FREE char *exact = sl_xmalloc(n + 1);
		int r;

		memcpy(exact, text, n);
		r = sl_url_parse((struct sl_str){ exact, n }, &u, NULL);
		assert_true(r == 0 || r == SL_ERR_INVALID);
		assert_true((r == 0) == (u.host != NULL));
	}
}

/* The reference list of RFC 3986 section 5.4, less what is no http URL. */
static void joins_references(void **state)
{
	static const struct {
		const char *ref, *want;
	} cases[] = {
		{ "g", "http://a/b/c/g" },	{ "./g", "http://a/b/c/g" },
		{ "g/", "http://a/b/c/g/" },	{ "/g", "http://a/g" },
		{ "//g", "http://g/" },		{ "?y", "http://a/b/c/d;p?y" },
		{ "g?y", "http://a/b/c/g?y" },	{ "#s", "http://a/b/c/d;p?q" },
		{ "g#s", "http://a/b/c/g" },	{ ";x", "http://a/b/c/;x" },
		{ "", "http://a/b/c/d;p?q" },	{ ".", "http://a/b/c/" },
		{ "./", "http://a/b/c/" },	{ "..", "http://a/b/" },
		{ "../", "http://a/b/" },	{ "../g", "http://a/b/g" },
		{ "../..", "http://a/" },	{ "../../g", "http://a/g" },
		{ "../../../g", "http://a/g" }, { "/./g", "http://a/g" },
		{ "/../g", "http://a/g" },	{ "g.", "http://a/b/c/g." },
		{ "..g", "http://a/b/c/..g" },	{ "./g/.", "http://a/b/c/g/" },
		{ "g/../h", "http://a/b/c/h" }, { "https://x/../y", "https://x/../y" },
	};
	SL_AUTO(sl_url) base = SL_URL_INIT;

	(void)state;
	assert_int_equal(sl_url_parse(SL_STR("http://a/b/c/d;p?q"), &base, NULL), 0);
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sl_url) u = SL_URL_INIT;
		SL_AUTO_FREE char *text = NULL;

		if (sl_url_join(&base, sl_str(cases[i].ref), &u, NULL) < 0)
			fail_msg("refused %s", cases[i].ref);
		text = sl_url_text(&u);
		assert_string_equal(text, cases[i].want);
	}
}

static void join_keeps_userinfo_at_the_same_origin_only(void **state)
{
	static const struct {
		const char *ref;
		bool kept;
	} cases[] = {
		{ "/x", true },
		{ "https://h/x", true },
		{ "https://H:443/x", true },
		{ "https://h:8443/x", false },
		{ "http://h/x", false },
		{ "//other/x", false },
	};
	SL_AUTO(sl_url) base = SL_URL_INIT;

	(void)state;
	assert_int_equal(sl_url_parse(SL_STR("https://u:p@h/a"), &base, NULL), 0);
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sl_url) u = SL_URL_INIT;

		assert_int_equal(sl_url_join(&base, sl_str(cases[i].ref), &u, NULL), 0);
		assert_int_equal(u.user != NULL, cases[i].kept);
		assert_int_equal(u.password != NULL, cases[i].kept);
	}
}

static void tells_who_may_see_credentials(void **state)
{
	static const struct {
		const char *from, *to;
		bool same;
	} cases[] = {
		{ "http://h/", "http://h/x", true },
		{ "http://h/", "https://h/", true },
		{ "https://h/", "http://h/", false },
		{ "http://h/", "https://i/", false },
		{ "http://h:8080/", "https://h/", false },
		{ "http://h/", "https://h:8443/", false },
		{ "https://h/", "https://h:8443/", false },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sl_url) from = SL_URL_INIT;
		SL_AUTO(sl_url) to = SL_URL_INIT;

		assert_int_equal(sl_url_parse(sl_str(cases[i].from), &from, NULL), 0);
		assert_int_equal(sl_url_parse(sl_str(cases[i].to), &to, NULL), 0);
		assert_int_equal(sl_url_same_party(&from, &to), cases[i].same);
	}
}

static void encodes_and_decodes(void **state)
{
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(1000);
	SL_AUTO(sl_strbuf) back = SL_STRBUF_INIT(1000);

	(void)state;
	sl_percent_encode(SL_STR("a/b c+\xff-._~"), "/", &b);
	assert_string_equal(b.p, "a/b%20c%2B%FF-._~");
	assert_true(sl_percent_decode(sl_strbuf_str(&b), &back));
	assert_string_equal(back.p, "a/b c+\xff-._~");
	assert_false(sl_percent_decode(SL_STR("%00"), &back));
	assert_false(sl_percent_decode(SL_STR("%4"), &back));
	assert_false(sl_percent_decode(SL_STR("x%"), &back));
}

static void redacts_userinfo_in_any_text(void **state)
{
	static const struct {
		const char *input, *want;
	} cases[] = {
		{ "", "" },
		{ "no url here", "no url here" },
		{ "get https://u:p@h/x: failed", "get https://***@h/x: failed" },
		{ "'http://tok@h' and https://a:b@c@h2/y@z",
		  "'http://***@h' and https://***@h2/y@z" },
		{ "https://h/x@y", "https://h/x@y" },
		{ "a://", "a://" },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO_FREE char *got = sl_url_redact(sl_str(cases[i].input));
		SL_AUTO(sl_err) err = SL_ERR_INIT;

		sl_err_set(&err, SL_ERR_NET, "%s", cases[i].input);
		sl_url_redact_err(&err);
		assert_string_equal(err.message, got);
		assert_string_equal(got, cases[i].want);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parses_every_part),
		cmocka_unit_test(accepts_and_formats),
		cmocka_unit_test(refuses_malformed),
		cmocka_unit_test(limits_lengths),
		cmocka_unit_test(survives_truncation_at_every_byte),
		cmocka_unit_test(joins_references),
		cmocka_unit_test(join_keeps_userinfo_at_the_same_origin_only),
		cmocka_unit_test(tells_who_may_see_credentials),
		cmocka_unit_test(encodes_and_decodes),
		cmocka_unit_test(redacts_userinfo_in_any_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
