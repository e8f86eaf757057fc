#include "source-controller/secret.h"

#include <stdlib.h>
#include <string.h>

#include "test/unit/support/expect.h"
#include "test/unit/support/fakeapi.h"

/* Answers with a Secret of exactly `bytes` bytes of JSON, or with 404. */
struct server {
	struct fakeapi *api;
	struct sl_kube_client *client;
	size_t bytes;
};

static void answer(void *user, struct fakeapi_conn *conn, const struct fakeapi_request *q)
{
	static const char head[] = "{\"metadata\":{\"namespace\":\"apps\",\"name\":\"creds\"},"
				   "\"data\":{\"k\":\"djE=\"}";
	const struct server *s = user;
	char *body;

	if (!fakeapi_asks(q, "/api/v1/namespaces/apps/secrets/creds")) {
		fakeapi_reply(
			conn, 404, NULL,
			"{\"kind\":\"Status\",\"status\":\"Failure\",\"code\":404,"
			"\"reason\":\"NotFound\",\"message\":\"secrets \\\"x\\\" not found\"}");
		return;
	}
	/* JSON may end in blanks. */
	body = sl_xmalloc(s->bytes + 1);
	memset(body, ' ', s->bytes);
	memcpy(body, head, sizeof(head) - 1);
	body[sizeof(head) - 1] = '}';
	body[s->bytes] = '\0';
	fakeapi_reply(conn, 200, NULL, body);
	free(body);
}

static int start(void **state)
{
	struct sl_kube_config config = SL_KUBE_CONFIG_INIT;
	const struct sl_kube_client_options o = { .user_agent = "test/1", .silence_ms = 60000 };
	struct server *s = sl_xcalloc(1, sizeof(*s));
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	s->api = fakeapi_start(answer, s);
	config.server = sl_xstrdup(fakeapi_url(s->api));
	expect_ok(sl_kube_client_new(&config, &o, &s->client, &err), &err);
	sl_kube_config_release(&config);
	*state = s;
	return 0;
}

static int stop(void **state)
{
	struct server *s = *state;

	sl_kube_client_free(s->client);
	fakeapi_stop(s->api);
	free(s);
	return 0;
}

static void fetches_a_secret_up_to_the_limit(void **state)
{
	struct server *s = *state;

	for (int extra = -1; extra <= 1; extra++) {
		SL_AUTO(sc_secret) secret = SC_SECRET_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		int r;

		s->bytes = SC_SECRET_MAX + (size_t)(ptrdiff_t)extra;
		r = sc_secret_get(s->client, "apps", "creds", &secret, &err);
		if (extra > 0) {
			expect_err(r, SL_ERR_TOO_LARGE, NULL, &err);
			assert_int_equal(secret.n, 0);
			continue;
		}
		expect_ok(r, &err);
		assert_string_equal(secret.ref, "apps/creds");
		expect_str(sc_secret_value(&secret, "k"), "v1");
	}
}

static void tells_that_there_is_none(void **state)
{
	struct server *s = *state;
	SL_AUTO(sc_secret) secret = SC_SECRET_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	expect_err(sc_secret_get(s->client, "apps", "x", &secret, &err), SL_ERR_NOT_FOUND, NULL,
		   &err);
	assert_string_equal(err.message, "secrets \"x\" not found");
	assert_null(secret.ref);
}

static void decodes_every_key(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sc_secret) s = SC_SECRET_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	(void)state;
	expect_ok(
		sc_secret_decode(tree(&a, "{'metadata':{'namespace':'apps','name':'creds'},'data':"
					  "{'username':'amFuZQ==','password':'','nul':'YQBi'}}"),
				 &s, &err),
		&err);
	assert_string_equal(s.ref, "apps/creds");
	expect_str(sc_secret_value(&s, "username"), "jane");
	assert_int_equal(s.items[0].value[4], '\0');
	assert_true(sc_secret_has(&s, "password"));
	assert_int_equal(sc_secret_value(&s, "password").n, 0);
	assert_int_equal(sc_secret_value(&s, "nul").n, 3);
	assert_false(sc_secret_has(&s, "token"));
	assert_null(sc_secret_value(&s, "token").p);
}

static void is_empty_without_data(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sc_secret) s = SC_SECRET_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	(void)state;
	expect_ok(sc_secret_decode(tree(&a, "{'metadata':{'namespace':'n','name':'s'}}"), &s, &err),
		  &err);
	assert_int_equal(s.n, 0);
	assert_string_equal(s.ref, "n/s");
}

static void names_the_key_that_is_not_base64_and_not_its_value(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sc_secret) s = SC_SECRET_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	(void)state;
	expect_err(sc_secret_decode(tree(&a, "{'metadata':{'namespace':'n','name':'s'},'data':"
					     "{'a':'YQ==','b':'hunter2!'}}"),
				    &s, &err),
		   SL_ERR_INVALID, "secret 'n/s', key 'b'", &err);
	assert_null(strstr(err.message, "hunter2"));
	assert_int_equal(s.n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(decodes_every_key),
		cmocka_unit_test(is_empty_without_data),
		cmocka_unit_test(names_the_key_that_is_not_base64_and_not_its_value),
		cmocka_unit_test_setup_teardown(fetches_a_secret_up_to_the_limit, start, stop),
		cmocka_unit_test_setup_teardown(tells_that_there_is_none, start, stop),
	};

	return cmocka_run_group_tests_name("source-controller/secret", tests, NULL, NULL);
}
