/* Loading OpenSSL late: what it does is tested with the keys and certificates. */
#include "libcommon/lang/sprig/openssl.h"
#include "test/unit/support/expect.h"
#include "test/unit/support/test.h"

static void loads_what_the_headers_name(void **state)
{
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	(void)state;
	for (int i = 0; i < 2; i++) {
		expect_ok(sl_openssl_load(&err), &err);
		assert_non_null(sl_openssl.d2i_X509);
	}
}

static void tells_what_is_missing(void **state)
{
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_openssl table = { 0 };

	(void)state;
	expect_err(sl_openssl_load_from("libcrypto.so.none", &table, &err), SL_ERR_UNSUPPORTED,
		   "keys, certificates and ciphers need OpenSSL: libcrypto.so.none: ", &err);
	expect_err(sl_openssl_load_from("libc.so.6", &table, &err), SL_ERR_UNSUPPORTED,
		   "libc.so.6 has no function ASN1_INTEGER_free", &err);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(loads_what_the_headers_name),
		cmocka_unit_test(tells_what_is_missing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
