#include "libcommon/codec/json_go.h"

#include "test/unit/support/test.h"

/* `error` is what Go's json.Unmarshal returns. */
static const struct {
	const char *in, *error;
} bad[] = {
	{ "", "unexpected end of JSON input" },
	{ " ", "unexpected end of JSON input" },
	{ "{", "unexpected end of JSON input" },
	{ "[1,", "unexpected end of JSON input" },
	{ "\"a", "unexpected end of JSON input" },
	{ "a", "invalid character 'a' looking for beginning of value" },
	{ "[1,]", "invalid character ']' looking for beginning of value" },
	{ "'a'", "invalid character '\\'' looking for beginning of value" },
	{ "\xe9", "invalid character '\xc3\xa9' looking for beginning of value" },
	{ "\x01", "invalid character '\\x01' looking for beginning of value" },
	{ "{a: 1}", "invalid character 'a' looking for beginning of object key string" },
	{ "{\"a\":1,}", "invalid character '}' looking for beginning of object key string" },
	{ "{\"a\" 1}", "invalid character '1' after object key" },
	{ "{\"a\":1 \"b\"}", "invalid character '\"' after object key:value pair" },
	{ "[1 2]", "invalid character '2' after array element" },
	{ "{} x", "invalid character 'x' after top-level value" },
	{ "01", "invalid character '1' after top-level value" },
	{ "\"\n\"", "invalid character '\\n' in string literal" },
	{ "\"\\x\"", "invalid character 'x' in string escape code" },
	{ "\"\\u12g4\"", "invalid character 'g' in \\u hexadecimal character escape" },
	{ "\"\\u12", "invalid character ' ' in \\u hexadecimal character escape" },
	{ "-", "invalid character ' ' in numeric literal" },
	{ "-x", "invalid character 'x' in numeric literal" },
	{ "1.", "invalid character ' ' after decimal point in numeric literal" },
	{ "1e+", "invalid character ' ' in exponent of numeric literal" },
	{ "tru", "invalid character ' ' in literal true (expecting 'e')" },
	{ "fool", "invalid character 'o' in literal false (expecting 'a')" },
	{ "nil", "invalid character 'i' in literal null (expecting 'u')" },
};

/* What Go reads where others refuse. */
static const struct {
	const char *in, *out;
} repaired[] = {
	{ "{\"a\":1,\"a\":2}", "{\"a\":2}" },
	{ "\"\xff\"", "\"\xef\xbf\xbd\"" },
	{ "\"\\n\xff\"", "\"\\n\xef\xbf\xbd\"" },
	{ "\"\\ud800\"", "\"\xef\xbf\xbd\"" },
	{ "\"\\ud800\\u0041\"", "\"\xef\xbf\xbd"
				"A\"" },
	{ "\"\\udc00x\"", "\"\xef\xbf\xbdx\"" },
	{ "\"\\ud83d\\ude00\"", "\"\xf0\x9f\x98\x80\"" },
	{ "[1e400]", "[1e400]" },
};

static void errors_are_those_of_go(void **state)
{
	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(bad); i++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		struct sl_value *v;

		assert_int_equal(sl_json_go_parse(&a, sl_str(bad[i].in), &v, &err), SL_ERR_INVALID);
		assert_string_equal(err.message, bad[i].error);
	}
}

static void text_is_repaired(void **state)
{
	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(repaired); i++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(1000);
		struct sl_value *v;

		assert_int_equal(sl_json_go_parse(&a, sl_str(repaired[i].in), &v, &err), 0);
		sl_json_write(v, SL_JSON_COMPACT, &b);
		assert_string_equal(b.p, repaired[i].out);
		/* Elsewhere all but the last are refused. */
		assert_int_equal(sl_json_parse(&a, sl_str(repaired[i].in), NULL, &v, NULL) < 0,
				 i < 6);
	}
}

static int parse_nested(size_t depth, struct sl_err *err)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(10000);
	struct sl_value *v;

	sl_strbuf_addn(&b, '[', depth);
	sl_strbuf_addn(&b, ']', depth);
	return sl_json_go_parse(&a, sl_strbuf_str(&b), &v, err);
}

static void depth_is_limited(void **state)
{
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	(void)state;
	assert_int_equal(parse_nested(SL_JSON_DEPTH_MAX - 1, &err), 0);
	assert_int_equal(parse_nested(SL_JSON_DEPTH_MAX, &err), 0);
	assert_int_equal(parse_nested(SL_JSON_DEPTH_MAX + 1, &err), SL_ERR_INVALID);
	assert_string_equal(err.message, "invalid character '[' exceeded max depth");
}

/* Whatever is cut off is refused, and with a text of Go's. */
static void every_truncation_is_refused(void **state)
{
	const struct sl_str whole =
		SL_STR("{\"a\": [1.5e+3, true, null, \"\\u00e9\\n\", {\"b\": false}]}");

	(void)state;
	for (size_t n = 0; n < whole.n; n++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		struct sl_value *v;

		assert_int_equal(sl_json_go_parse(&a, sl_str_sub(whole, 0, n), &v, &err),
				 SL_ERR_INVALID);
		assert_true(
			sl_str_starts(sl_str(err.message), SL_STR("unexpected end")) ||
			sl_str_starts(sl_str(err.message), SL_STR("invalid character ' ' in")) ||
			sl_str_starts(sl_str(err.message),
				      SL_STR("invalid character ' ' after decimal")));
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(errors_are_those_of_go),
		cmocka_unit_test(text_is_repaired),
		cmocka_unit_test(depth_is_limited),
		cmocka_unit_test(every_truncation_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
