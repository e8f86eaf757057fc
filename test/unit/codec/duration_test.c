#include "libcommon/codec/duration.h"

#include "libcommon/base/mem.h"
#include "test/unit/support/test.h"

/* `text` and `error` are what Go's time.ParseDuration and Duration.String return. */
static const struct {
	const char *in;
	int64_t ns;
	const char *text;
} good[] = {
	{ "0", 0, "0s" },
	{ "-0", 0, "0s" },
	{ "+0", 0, "0s" },
	{ "0s", 0, "0s" },
	{ "1ns", 1, "1ns" },
	{ "1100ns", 1100, "1.1\xc2\xb5s" },
	{ "5us", 5000, "5\xc2\xb5s" },
	{ "5\xc2\xb5s", 5000, "5\xc2\xb5s" },
	{ "5\xce\xbcs", 5000, "5\xc2\xb5s" },
	{ "2200us", 2200000, "2.2ms" },
	{ "3300ms", 3300000000, "3.3s" },
	{ "60s", 60000000000, "1m0s" },
	{ "1h30m", 5400000000000, "1h30m0s" },
	{ "1.5s", 1500000000, "1.5s" },
	{ "1.s", 1000000000, "1s" },
	{ ".5s", 500000000, "500ms" },
	{ "-1.5h", -5400000000000, "-1h30m0s" },
	{ "+5m", 300000000000, "5m0s" },
	{ "1h1h", 7200000000000, "2h0m0s" },
	{ "0.3333333333333333333h", 1200000000000, "20m0s" },
	{ "0.100000000000000000000h", 360000000000, "6m0s" },
	{ "9007199254740993ns", 9007199254740993, "2501h59m59.254740993s" },
	{ "9223372036854775807ns", INT64_MAX, "2562047h47m16.854775807s" },
	{ "9223372036s854ms775us807ns", INT64_MAX, "2562047h47m16.854775807s" },
	{ "-9223372036854775808ns", INT64_MIN, "-2562047h47m16.854775808s" },
	{ "4m5.001s", 245001000000, "4m5.001s" },
};

static const struct {
	const char *in, *error;
} bad[] = {
	{ "", "time: invalid duration \"\"" },
	{ "3", "time: missing unit in duration \"3\"" },
	{ "-", "time: invalid duration \"-\"" },
	{ "+-1s", "time: invalid duration \"+-1s\"" },
	{ "s", "time: invalid duration \"s\"" },
	{ ".", "time: invalid duration \".\"" },
	{ "-.s", "time: invalid duration \"-.s\"" },
	{ "1d", "time: unknown unit \"d\" in duration \"1d\"" },
	{ "1 s", "time: unknown unit \" s\" in duration \"1 s\"" },
	{ "1S", "time: unknown unit \"S\" in duration \"1S\"" },
	{ "1h3", "time: missing unit in duration \"1h3\"" },
	{ "5\xc3\xa9\n\"", "time: unknown unit \"\\xc3\\xa9\\x0a\\\"\" in duration "
			   "\"5\\xc3\\xa9\\x0a\\\"\"" },
	{ "9223372036854775808ns", "time: invalid duration \"9223372036854775808ns\"" },
	{ "-9223372036854775809ns", "time: invalid duration \"-9223372036854775809ns\"" },
	{ "9223372036854775.808us", "time: invalid duration \"9223372036854775.808us\"" },
	{ "3000000h", "time: invalid duration \"3000000h\"" },
	{ "2562047h48m", "time: invalid duration \"2562047h48m\"" },
	{ "99999999999999999999s", "time: invalid duration \"99999999999999999999s\"" },
};

static void parses_and_formats_as_go(void **state)
{
	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(good); i++) {
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		char text[SL_DURATION_SIZE];
		int64_t ns = 7, again = 7;

		assert_ok(sl_duration_parse(sl_str(good[i].in), &ns, &err), &err);
		if (ns != good[i].ns)
			fail_msg("%s: %lld", good[i].in, (long long)ns);
		sl_duration_format(ns, text);
		assert_string_equal(text, good[i].text);
		assert_ok(sl_duration_parse(sl_str(text), &again, &err), &err);
		assert_true(again == ns);
	}
}

static void refuses_with_gos_words(void **state)
{
	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(bad); i++) {
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		int64_t ns = 7;

		assert_error(sl_duration_parse(sl_str(bad[i].in), &ns, &err), SL_ERR_INVALID, &err,
			     bad[i].error);
		assert_int_equal(ns, 7);
	}
}

static void refuses_what_is_cut_inside_a_term(void **state)
{
	struct sl_str whole = SL_STR("-1h2.5m3ms");

	(void)state;
	for (size_t n = 0; n <= whole.n; n++) {
		/* "-1h2.5m3m" is a duration too. */
		bool complete = n == 3 || n == 7 || n >= 9;
		int64_t ns;

		assert_int_equal(sl_duration_parse(sl_str_sub(whole, 0, n), &ns, NULL),
				 complete ? 0 : SL_ERR_INVALID);
	}
}

static void caps_its_text(void **state)
{
	char text[SL_DURATION_TEXT_MAX + 1];
	int64_t ns;

	(void)state;
	memset(text, '0', sizeof(text));
	for (size_t n = SL_DURATION_TEXT_MAX - 1; n <= SL_DURATION_TEXT_MAX + 1; n++) {
		text[n - 1] = 's';
		assert_int_equal(sl_duration_parse((struct sl_str){ text, n }, &ns, NULL),
				 n <= SL_DURATION_TEXT_MAX ? 0 : SL_ERR_TOO_LARGE);
		text[n - 1] = '0';
	}
}

static void rounds_ms_away_from_zero(void **state)
{
	int64_t ms = 0;

	(void)state;
	assert_int_equal(sl_duration_ms(0), 0);
	assert_int_equal(sl_duration_ms(1), 1);
	assert_int_equal(sl_duration_ms(-1), -1);
	assert_int_equal(sl_duration_ms(2000000), 2);
	assert_int_equal(sl_duration_ms(2000001), 3);
	assert_true(sl_duration_ms(INT64_MAX) == 9223372036855);
	assert_int_equal(sl_duration_parse_ms(SL_STR("1m30s"), &ms, NULL), 0);
	assert_int_equal(ms, 90000);
	assert_int_equal(sl_duration_parse_ms(SL_STR("x"), &ms, NULL), SL_ERR_INVALID);
	assert_int_equal(ms, 90000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parses_and_formats_as_go),
		cmocka_unit_test(refuses_with_gos_words),
		cmocka_unit_test(refuses_what_is_cut_inside_a_term),
		cmocka_unit_test(caps_its_text),
		cmocka_unit_test(rounds_ms_away_from_zero),
	};

	return run_group("duration", tests);
}
