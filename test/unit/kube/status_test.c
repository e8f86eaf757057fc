#include "libcommon/kube/status.h"

#include <stdlib.h>
#include <string.h>

#include "libcommon/base/strbuf.h"
#include "test/unit/support/expect.h"

static void maps_every_code(void **state)
{
	static const struct {
		int status;
		enum sl_err_code want;
	} cases[] = {
		{ 400, SL_ERR_INVALID },     { 401, SL_ERR_AUTH },
		{ 402, SL_ERR_INVALID },     { 403, SL_ERR_FORBIDDEN },
		{ 404, SL_ERR_NOT_FOUND },   { 405, SL_ERR_UNSUPPORTED },
		{ 406, SL_ERR_UNSUPPORTED }, { 408, SL_ERR_TIMEOUT },
		{ 409, SL_ERR_CONFLICT },    { 410, SL_ERR_GONE },
		{ 413, SL_ERR_TOO_LARGE },   { 415, SL_ERR_UNSUPPORTED },
		{ 422, SL_ERR_INVALID },     { 429, SL_ERR_THROTTLED },
		{ 500, SL_ERR_UNAVAILABLE }, { 501, SL_ERR_UNSUPPORTED },
		{ 502, SL_ERR_UNAVAILABLE }, { 503, SL_ERR_UNAVAILABLE },
		{ 504, SL_ERR_TIMEOUT },     { 599, SL_ERR_UNAVAILABLE },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sl_err) err = SL_ERR_INIT;

		expect_err(sl_status_err_body(cases[i].status, SL_STR("oops"), "GET", "/x", &err),
			   cases[i].want, "GET /x: HTTP", &err);
		assert_int_equal(err.http_status, cases[i].status);
		assert_null(err.reason);
		assert_int_equal(
			sl_status_err_body(cases[i].status, SL_STR_NULL, "GET", "/x", NULL),
			cases[i].want);
	}
}

static void takes_message_reason_and_delay(void **state)
{
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	(void)state;
	expect_err(sl_status_err_body(
			   500,
			   SL_STR("{\"kind\":\"Status\",\"message\":\"etcd: \\\"late\\\"\","
				  "\"reason\":\"ServerTimeout\",\"details\":"
				  "{\"retryAfterSeconds\":2,\"causes\":[{\"reason\":\"X\"}]}}"),
			   "GET", "/x", &err),
		   SL_ERR_UNAVAILABLE, "etcd: \"late\"", &err);
	assert_string_equal(err.message, "etcd: \"late\"");
	assert_string_equal(err.reason, "ServerTimeout");
	assert_int_equal(err.retry_after_ms, 2000);
	assert_int_equal(err.http_status, 500);
}

/* As kube-apiserver 1.36 answers an apply of a field that kubectl owns. */
static void tells_conflicts_of_field_managers_apart(void **state)
{
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	(void)state;
	expect_err(
		sl_status_err_body(
			409,
			SL_STR("{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"metadata\":{},"
			       "\"status\":\"Failure\",\"message\":\"Apply failed with 1 conflict: "
			       "conflict with \\\"kubectl\\\": .data.a\",\"reason\":\"Conflict\","
			       "\"details\":{\"causes\":[{\"reason\":\"FieldManagerConflict\","
			       "\"message\":\"conflict with "
			       "\\\"kubectl\\\"\",\"field\":\".data.a\"}]},"
			       "\"code\":409}"),
			"PATCH", "/x", &err),
		SL_ERR_CONFLICT, "Apply failed with 1 conflict: conflict with \"kubectl\": .data.a",
		&err);
	assert_string_equal(err.reason, "FieldManagerConflict");
	sl_err_release(&err);
	expect_err(sl_status_err_body(409,
				      SL_STR("{\"kind\":\"Status\",\"message\":\"modified\","
					     "\"reason\":\"Conflict\"}"),
				      "PUT", "/x", &err),
		   SL_ERR_CONFLICT, "modified", &err);
	assert_string_equal(err.reason, "Conflict");
}

static void reads_a_status_object(void **state)
{
	static const struct {
		const char *json;
		enum sl_err_code want;
		const char *message;
	} cases[] = {
		{ "{'code':410,'message':'too old','reason':'Expired'}", SL_ERR_GONE, "too old" },
		{ "{'code':504,'reason':'Timeout'}", SL_ERR_TIMEOUT, "Timeout" },
		{ "{}", SL_ERR_UNAVAILABLE, "the API server gave no reason" },
		{ "{'code':200,'message':7}", SL_ERR_UNAVAILABLE, "the API server gave no reason" },
		{ "{'code':99999999999,'message':'m','details':{'retryAfterSeconds':99999999}}",
		  SL_ERR_UNAVAILABLE, "m" },
		{ "{'code':'410','message':'m','details':7}", SL_ERR_UNAVAILABLE, "m" },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;

		expect_err(sl_status_err(tree(&a, cases[i].json), &err), cases[i].want,
			   cases[i].message, &err);
		assert_int_equal(err.retry_after_ms, 0);
	}
}

static void shows_other_bodies_as_one_line(void **state)
{
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	(void)state;
	expect_err(sl_status_err_body(502, SL_STR(" <h1>Bad\r\n\x1b[31mGateway \xff</h1>\n"), "GET",
				      "/x", &err),
		   SL_ERR_UNAVAILABLE, "GET /x: HTTP 502: <h1>Bad   [31mGateway  </h1>", &err);
	sl_err_release(&err);
	expect_err(sl_status_err_body(404, SL_STR("{\"kind\":\"Other\"}"), "GET", "/x", &err),
		   SL_ERR_NOT_FOUND, "GET /x: HTTP 404: {\"kind\":\"Other\"}", &err);
}

static void refuses_no_truncation(void **state)
{
	const struct sl_str body = SL_STR("{\"kind\":\"Status\",\"message\":\"\\u00e9\"}");

	(void)state;
	for (size_t n = 0; n <= body.n; n++) {
		SL_AUTO(sl_err) err = SL_ERR_INIT;

		expect_err(sl_status_err_body(404, sl_str_sub(body, 0, n), "GET", "/x", &err),
			   SL_ERR_NOT_FOUND, n == body.n ? "é" : "GET /x: HTTP 404", &err);
	}
}

/* A message of this many bytes, whose last character has two. */
static size_t message_length(size_t bytes)
{
	SL_AUTO(sl_strbuf) body = SL_STRBUF_INIT((size_t)1 << 20);
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	sl_strbuf_addz(&body, "{\"kind\":\"Status\",\"message\":\"");
	sl_strbuf_addn(&body, 'x', bytes - 2);
	sl_strbuf_addz(&body, "é\"}");
	expect_err(sl_status_err_body(404, sl_strbuf_str(&body), "GET", "/x", &err),
		   SL_ERR_NOT_FOUND, NULL, &err);
	return strlen(err.message);
}

static void caps_message_and_body(void **state)
{
	static const struct {
		size_t pad;
		const char *message;
	} cases[] = { { SL_STATUS_BODY_MAX, "m" }, { SL_STATUS_BODY_MAX + 1, "HTTP 404" } };

	(void)state;
	assert_int_equal(message_length(SL_STATUS_MESSAGE_MAX - 1), SL_STATUS_MESSAGE_MAX - 1);
	assert_int_equal(message_length(SL_STATUS_MESSAGE_MAX), SL_STATUS_MESSAGE_MAX);
	assert_int_equal(message_length(SL_STATUS_MESSAGE_MAX + 1), SL_STATUS_MESSAGE_MAX - 1);
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sl_strbuf) body = SL_STRBUF_INIT((size_t)2 << 20);
		SL_AUTO(sl_err) err = SL_ERR_INIT;

		sl_strbuf_addz(&body, "{\"kind\":\"Status\",\"message\":\"m\"}");
		sl_strbuf_addn(&body, ' ', cases[i].pad - body.n);
		expect_err(sl_status_err_body(404, sl_strbuf_str(&body), "GET", "/x", &err),
			   SL_ERR_NOT_FOUND, cases[i].message, &err);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(maps_every_code),
		cmocka_unit_test(takes_message_reason_and_delay),
		cmocka_unit_test(tells_conflicts_of_field_managers_apart),
		cmocka_unit_test(reads_a_status_object),
		cmocka_unit_test(shows_other_bodies_as_one_line),
		cmocka_unit_test(refuses_no_truncation),
		cmocka_unit_test(caps_message_and_body),
	};

	return cmocka_run_group_tests_name("kube/status", tests, NULL, NULL);
}
