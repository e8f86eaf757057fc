#include "source-controller/secret.h"

#include <string.h>

#include "test/unit/support/expect.h"

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
	};

	return cmocka_run_group_tests_name("source-controller/secret", tests, NULL, NULL);
}
