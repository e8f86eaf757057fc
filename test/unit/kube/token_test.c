#include "libcommon/kube/token.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "libcommon/base/mem.h"
#include "test/unit/support/expect.h"
#include "test/unit/support/fakeapi.h"

struct fixture {
	struct fakeapi *api;
	struct sl_kube_client *client;
	const char *reply;
	char asked[512];
};

static void serve(void *user, struct fakeapi_conn *c, const struct fakeapi_request *q)
{
	struct fixture *f = user;

	snprintf(f->asked, sizeof(f->asked), "%.*s %.*s %.*s", SL_STR_FMT(q->method),
		 SL_STR_FMT(q->target), SL_STR_FMT(q->body));
	fakeapi_reply(c, 201, NULL, f->reply);
}

static int setup(void **state)
{
	struct fixture *f = sl_xcalloc(1, sizeof(*f));
	struct sl_kube_config config = SL_KUBE_CONFIG_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	f->api = fakeapi_start(serve, f);
	config.server = sl_xstrdup(fakeapi_url(f->api));
	expect_ok(sl_kube_client_new(&config, NULL, &f->client, &err), &err);
	sl_kube_config_release(&config);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	sl_kube_client_free(f->client);
	fakeapi_stop(f->api);
	free(f);
	return 0;
}

static void gets_a_token(void **state)
{
	static const char *const audiences[] = { "sts.amazonaws.com", NULL };
	struct fixture *f = *state;
	SL_AUTO(sl_token) token = SL_TOKEN_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_token_request q = { .namespace_ = "ns", .service_account = "sa" };

	f->reply =
		"{\"status\":{\"token\":\"abc\",\"expirationTimestamp\":\"1970-01-01T00:01:00Z\"}}";
	expect_ok(sl_token_get(f->client, &q, &token, &err), &err);
	assert_string_equal(token.text, "abc");
	assert_int_equal(token.expires_ms, 60000);
	assert_string_equal(
		f->asked, "POST /api/v1/namespaces/ns/serviceaccounts/sa/token "
			  "{\"apiVersion\":\"authentication.k8s.io/v1\",\"kind\":\"TokenRequest\","
			  "\"spec\":{\"audiences\":[]}}");
	sl_token_release(&token);
	q.audiences = audiences;
	q.seconds = 600;
	expect_ok(sl_token_get(f->client, &q, &token, &err), &err);
	assert_non_null(strstr(f->asked, "{\"audiences\":[\"sts.amazonaws.com\"],"
					 "\"expirationSeconds\":600}"));
}

static void refuses_answers_without_a_token(void **state)
{
	static const char *const replies[] = {
		"{}",
		"{\"status\":{\"token\":\"\",\"expirationTimestamp\":\"1970-01-01T00:01:00Z\"}}",
		"{\"status\":{\"token\":\"abc\"}}",
		"{\"status\":{\"token\":\"abc\",\"expirationTimestamp\":\"soon\"}}",
		"{\"status\":{\"token\":\"a\\u0000\",\"expirationTimestamp\":\"1970-01-01T00:01:"
		"00Z\"}}",
		"{\"status\":",
	};
	struct fixture *f = *state;
	const struct sl_token_request q = { .namespace_ = "ns", .service_account = "sa" };

	for (size_t i = 0; i < SL_ARRAY_LEN(replies); i++) {
		SL_AUTO(sl_token) token = SL_TOKEN_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;

		f->reply = replies[i];
		expect_err(sl_token_get(f->client, &q, &token, &err), SL_ERR_INVALID, NULL, &err);
		assert_null(token.text);
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(gets_a_token),
		TEST(refuses_answers_without_a_token),
	};

	return cmocka_run_group_tests_name("kube/token", tests, NULL, NULL);
}
