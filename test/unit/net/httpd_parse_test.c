#include "libcommon/net/httpd_parse.h"

#include "libcommon/base/mem.h"
#include "test/unit/support/test.h"

static void reads_listen_addresses(void **state)
{
	static const struct {
		const char *text, *host;
		int port;
	} good[] = {
		{ ":9090", "", 9090 },
		{ "0.0.0.0:80", "0.0.0.0", 80 },
		{ "localhost:0", "localhost", 0 },
		{ "[::1]:8080", "::1", 8080 },
		{ "[::]:65535", "::", 65535 },
		{ "[127.0.0.1]:1", "127.0.0.1", 1 },
	};
	static const char *const bad[] = {
		"",	  "9090",      ":",	     ":x",	":65536", ":-1",
		": 80",	  "::1:80",    "[::1:80",    "::1]:80", "[]:80",  "host name:80",
		"a/b:80", "[::1]x:80", "host:80:90", ":0x50",	":+1",
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(good); i++) {
		struct sl_listen_addr a = { .port = 7 };
		SL_AUTO(sl_err) err = SL_ERR_INIT;

		assert_ok(sl_listen_addr_parse(sl_str(good[i].text), &a, &err), &err);
		assert_string_equal(a.host, good[i].host);
		assert_int_equal(a.port, good[i].port);
	}
	for (size_t i = 0; i < SL_ARRAY_LEN(bad); i++) {
		struct sl_listen_addr a;
		SL_AUTO(sl_err) err = SL_ERR_INIT;

		assert_code(sl_listen_addr_parse(sl_str(bad[i]), &a, &err), SL_ERR_INVALID, &err);
	}
}

static void caps_listen_hosts(void **state)
{
	char text[SL_LISTEN_HOST_MAX + 4];

	(void)state;
	memset(text, 'h', sizeof(text));
	for (size_t n = SL_LISTEN_HOST_MAX - 1; n <= SL_LISTEN_HOST_MAX + 1; n++) {
		struct sl_listen_addr a;

		memcpy(text + n, ":1", 2);
		assert_int_equal(sl_listen_addr_parse((struct sl_str){ text, n + 2 }, &a, NULL),
				 n <= SL_LISTEN_HOST_MAX ? 0 : SL_ERR_INVALID);
		memset(text + n, 'h', 2);
	}
}

static void decodes_paths(void **state)
{
	static const struct {
		struct sl_str raw;
		const char *want; /* NULL: refused */
	} cases[] = {
		{ { "/", 1 }, "/" },
		{ { "/a/sha256%3Aab.tar.gz", 21 }, "/a/sha256:ab.tar.gz" },
		{ { "/a+b%2B", 7 }, "/a+b+" },
		{ { "/%41%c3%A9", 10 }, "/A\xc3\xa9" },
		{ { "/%252e%252e", 11 }, "/%2e%2e" },
		{ { "/...", 4 }, "/..." },
		{ { "/a..b/.c", 8 }, "/a..b/.c" },
		{ { "", 0 }, NULL },
		{ { "a", 1 }, NULL },
		{ { "*", 1 }, NULL },
		{ { "http://h/a", 10 }, NULL },
		{ { "/..", 3 }, NULL },
		{ { "/a/../b", 7 }, NULL },
		{ { "/./a", 4 }, NULL },
		{ { "/%2e%2e/a", 9 }, NULL },
		{ { "/.%2E", 5 }, NULL },
		{ { "/a%2f..%2fb", 11 }, NULL },
		{ { "/%00", 4 }, NULL },
		{ { "/a\0b", 4 }, NULL },
		{ { "/%", 2 }, NULL },
		{ { "/%4", 3 }, NULL },
		{ { "/%zz", 4 }, NULL },
		{ { "/%-1", 4 }, NULL },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(100);
		int r = sl_http_path_decode(cases[i].raw, &b, NULL);

		if (r != (cases[i].want ? 0 : SL_ERR_INVALID))
			fail_msg("%.*s: %d", SL_STR_FMT(cases[i].raw), r);
		if (cases[i].want)
			assert_string_equal(b.p, cases[i].want);
	}
}

static void caps_paths(void **state)
{
	SL_AUTO(sl_strbuf) raw = SL_STRBUF_INIT(SL_HTTP_PATH_MAX + 1);
	SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(SL_HTTP_PATH_MAX);

	(void)state;
	sl_strbuf_addn(&raw, '/', SL_HTTP_PATH_MAX);
	assert_int_equal(sl_http_path_decode(sl_strbuf_str(&raw), &out, NULL), 0);
	sl_strbuf_addc(&raw, 'x');
	assert_int_equal(sl_http_path_decode(sl_strbuf_str(&raw), &out, NULL), SL_ERR_TOO_LARGE);
}

/* Answers of Go's http.ServeContent, but that several good ranges are sent whole here. */
static void reads_ranges(void **state)
{
	static const struct {
		const char *header;
		uint64_t size;
		enum sl_http_range want;
		uint64_t from, count;
	} cases[] = {
		{ "", 10, SL_HTTP_RANGE_WHOLE, 0, 0 },
		{ "bytes=0-4", 10, SL_HTTP_RANGE_PART, 0, 5 },
		{ "bytes=2-", 10, SL_HTTP_RANGE_PART, 2, 8 },
		{ "bytes=-3", 10, SL_HTTP_RANGE_PART, 7, 3 },
		{ "bytes=-30", 10, SL_HTTP_RANGE_PART, 0, 10 },
		{ "bytes=0-99", 10, SL_HTTP_RANGE_PART, 0, 10 },
		{ "bytes=9-9", 10, SL_HTTP_RANGE_PART, 9, 1 },
		{ "bytes= 1 - 2 ", 10, SL_HTTP_RANGE_PART, 1, 2 },
		{ "bytes=0-9223372036854775807", 10, SL_HTTP_RANGE_PART, 0, 10 },
		{ "bytes=20-30,1-2", 10, SL_HTTP_RANGE_PART, 1, 2 },
		{ "bytes=,1-2,", 10, SL_HTTP_RANGE_PART, 1, 2 },
		{ "bytes=", 10, SL_HTTP_RANGE_WHOLE, 0, 0 },
		{ "bytes=0-1,3-4", 10, SL_HTTP_RANGE_WHOLE, 0, 0 },
		{ "bytes=0-", 0, SL_HTTP_RANGE_WHOLE, 0, 0 },
		{ "bytes=10-", 10, SL_HTTP_RANGE_UNSATISFIABLE, 0, 0 },
		{ "bytes=-0", 10, SL_HTTP_RANGE_UNSATISFIABLE, 0, 0 },
		{ "bytes=10-11,12-", 10, SL_HTTP_RANGE_UNSATISFIABLE, 0, 0 },
		{ "bytes=5-4", 10, SL_HTTP_RANGE_UNSATISFIABLE, 0, 0 },
		{ "bytes=-", 10, SL_HTTP_RANGE_UNSATISFIABLE, 0, 0 },
		{ "bytes=a-b", 10, SL_HTTP_RANGE_UNSATISFIABLE, 0, 0 },
		{ "bytes=--1", 10, SL_HTTP_RANGE_UNSATISFIABLE, 0, 0 },
		{ "bytes=1", 10, SL_HTTP_RANGE_UNSATISFIABLE, 0, 0 },
		{ "bytes=0-9223372036854775808", 10, SL_HTTP_RANGE_UNSATISFIABLE, 0, 0 },
		{ "items=0-1", 10, SL_HTTP_RANGE_UNSATISFIABLE, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		uint64_t from = 0, count = 0;

		if (sl_http_range_parse(sl_str(cases[i].header), cases[i].size, &from, &count) !=
			    cases[i].want ||
		    from != cases[i].from || count != cases[i].count)
			fail_msg("%s: %llu+%llu", cases[i].header, (unsigned long long)from,
				 (unsigned long long)count);
	}
}

static void caps_the_number_of_ranges(void **state)
{
	(void)state;
	for (int n = SL_HTTP_RANGES_MAX - 1; n <= SL_HTTP_RANGES_MAX + 1; n++) {
		SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(4096);
		uint64_t from, count;

		sl_strbuf_addz(&b, "bytes=0-1");
		for (int i = 1; i < n; i++)
			sl_strbuf_addz(&b, ",0-1");
		assert_int_equal(sl_http_range_parse(sl_strbuf_str(&b), 10, &from, &count),
				 n <= SL_HTTP_RANGES_MAX ? SL_HTTP_RANGE_WHOLE
							 : SL_HTTP_RANGE_UNSATISFIABLE);
	}
}

static void finds_entity_tags(void **state)
{
	struct sl_str etag = SL_STR("\"abc\"");

	(void)state;
	assert_true(sl_http_etag_listed(SL_STR("\"abc\""), etag));
	assert_true(sl_http_etag_listed(SL_STR("\"x\", W/\"abc\" ,\"y\""), etag));
	assert_true(sl_http_etag_listed(SL_STR("*"), etag));
	assert_false(sl_http_etag_listed(SL_STR("\"ab\""), etag));
	assert_false(sl_http_etag_listed(SL_STR("abc"), etag));
	assert_false(sl_http_etag_listed(SL_STR(""), etag));
	assert_false(sl_http_etag_listed(SL_STR_NULL, etag));
}

static void formats_and_reads_dates(void **state)
{
	static const char *const bad[] = {
		"",
		"Sun, 06 Nov 1994 08:49:37",
		"Mon, 06 Nov 1994 08:49:37 GMT",
		"Sunday, 06-Nov-94 08:49:37 GMT",
		"Sun Nov  6 08:49:37 1994",
		"Sun, 31 Feb 1994 08:49:37 GMT",
		"Sun, 06 nov 1994 08:49:37 GMT",
		"Sun, 06 Nov 1994 24:49:37 GMT",
		"Sun, 06 Nov 1994 08:49:37 UTC",
		"Sun; 06 Nov 1994 08:49:37 GMT",
		"Sun, 06 Nov 1969 08:49:37 GMT",
	};
	static const int64_t times[] = { 0, 784111777, 1709164800, 253402300799 };
	char text[SL_HTTP_DATE_SIZE];
	int64_t t = 7;

	(void)state;
	sl_http_date_format(784111777, text);
	assert_string_equal(text, "Sun, 06 Nov 1994 08:49:37 GMT");
	for (size_t i = 0; i < SL_ARRAY_LEN(times); i++) {
		sl_http_date_format(times[i], text);
		assert_true(sl_http_date_parse(sl_str(text), &t));
		assert_true(t == times[i]);
	}
	t = 7;
	for (size_t i = 0; i < SL_ARRAY_LEN(bad); i++)
		if (sl_http_date_parse(sl_str(bad[i]), &t))
			fail_msg("accepted %s", bad[i]);
	assert_int_equal(t, 7);
	sl_http_date_format(INT64_MAX, text);
	assert_string_equal(text, "Fri, 31 Dec 9999 23:59:59 GMT");
	sl_http_date_format(-1, text);
	assert_string_equal(text, "Thu, 01 Jan 1970 00:00:00 GMT");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_listen_addresses),
		cmocka_unit_test(caps_listen_hosts),
		cmocka_unit_test(decodes_paths),
		cmocka_unit_test(caps_paths),
		cmocka_unit_test(reads_ranges),
		cmocka_unit_test(caps_the_number_of_ranges),
		cmocka_unit_test(finds_entity_tags),
		cmocka_unit_test(formats_and_reads_dates),
	};

	return run_group("httpd_parse", tests);
}
