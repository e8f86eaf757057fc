#include "libcommon/codec/base64.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static const struct {
	const char *plain, *encoded;
} pairs[] = {
	/* RFC 4648 section 10 */
	{ "", "" },
	{ "f", "Zg==" },
	{ "fo", "Zm8=" },
	{ "foo", "Zm9v" },
	{ "foob", "Zm9vYg==" },
	{ "fooba", "Zm9vYmE=" },
	{ "foobar", "Zm9vYmFy" },
	{ "\xff\xfe", "//4=" },
};

static void encodes_and_decodes_the_vectors(void **state)
{
	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(pairs); i++) {
		SL_AUTO(sl_strbuf) there = SL_STRBUF_INIT(100);
		SL_AUTO(sl_strbuf) back = SL_STRBUF_INIT(100);

		sl_base64_encode(sl_str(pairs[i].plain), &there);
		assert_string_equal(there.p, pairs[i].encoded);
		assert_int_equal(sl_base64_decode(sl_strbuf_str(&there), &back, NULL), 0);
		assert_string_equal(back.p, pairs[i].plain);
	}
}

static void refuses_what_is_malformed(void **state)
{
	static const char *const bad[] = {
		"Z",	"Zg",	"Zg=",	"Zg===", "=Zg=",    "Zg==Zg==", "Zm8",
		"Z!==", "Zh==", "Zm9=", " Zg==", "Zm9vYg=", "===="
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(bad); i++) {
		SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(100);
		SL_AUTO(sl_err) err = SL_ERR_INIT;

		if (sl_base64_decode(sl_str(bad[i]), &out, &err) != SL_ERR_INVALID)
			fail_msg("accepted '%s'", bad[i]);
		assert_non_null(err.message);
	}
}

static void skips_line_breaks_and_keeps_the_cap(void **state)
{
	SL_AUTO(sl_strbuf) at = SL_STRBUF_INIT(6);
	SL_AUTO(sl_strbuf) above = SL_STRBUF_INIT(5);

	(void)state;
	assert_int_equal(sl_base64_decode(SL_STR("Zm9v\r\nYmFy\n"), &at, NULL), 0);
	assert_string_equal(at.p, "foobar");
	assert_int_equal(sl_base64_decode(SL_STR("Zm9vYmFy"), &above, NULL), SL_ERR_TOO_LARGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(encodes_and_decodes_the_vectors),
		cmocka_unit_test(refuses_what_is_malformed),
		cmocka_unit_test(skips_line_breaks_and_keeps_the_cap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
