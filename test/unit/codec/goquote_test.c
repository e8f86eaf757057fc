#include "libcommon/codec/goquote.h"

#include "test/unit/support/test.h"

/* `want` is what Go's strconv.Quote returns. */
static void quotes_as_go(void **state)
{
	static const struct {
		struct sl_str text;
		const char *want;
	} cases[] = {
		{ SL_STR_NULL, "\"\"" },
		{ { "a\"b\\c", 5 }, "\"a\\\"b\\\\c\"" },
		{ { "\a\b\t\n\v\f\r", 7 }, "\"\\a\\b\\t\\n\\v\\f\\r\"" },
		{ { "\0\x1b\x7f", 3 }, "\"\\x00\\x1b\\x7f\"" },
		{ { "\xc3\xa9\xe2\x82\xac", 5 }, "\"\xc3\xa9\xe2\x82\xac\"" },
		{ { "\xf0\x9f\x98\x80", 4 }, "\"\xf0\x9f\x98\x80\"" },
		{ { "\xc2\x85\xc2\xa0\xc2\xad", 6 }, "\"\\u0085\\u00a0\\u00ad\"" },
		{ { "\xe2\x80\xa8\xef\xbb\xbf", 6 }, "\"\\u2028\\ufeff\"" },
		{ { "\xf4\x8f\xbf\xbf", 4 }, "\"\\U0010ffff\"" },
		{ { "\xff\xc3", 2 }, "\"\\xff\\xc3\"" },
		{ { "\xed\xa0\x80", 3 }, "\"\\xed\\xa0\\x80\"" },
		{ { "\xe2\x82", 2 }, "\"\\xe2\\x82\"" },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(100);

		sl_strbuf_add_goquoted(&b, cases[i].text);
		assert_string_equal(b.p, cases[i].want);
	}
}

static void quotes_otherwise_when_asked(void **state)
{
	static const struct {
		struct sl_str text;
		unsigned flags;
		const char *want;
	} cases[] = {
		{ { "a\"'\xc3\xa9", 5 }, SL_GOQUOTE_ASCII, "\"a\\\"'\\u00e9\"" },
		{ { "'", 1 }, SL_GOQUOTE_SINGLE, "'\\''" },
		{ { "\"", 1 }, SL_GOQUOTE_SINGLE, "'\"'" },
		{ { "\xf0\x9f\x98\x80", 4 },
		  SL_GOQUOTE_SINGLE | SL_GOQUOTE_ASCII,
		  "'\\U0001f600'" },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(100);

		sl_strbuf_add_goquoted_as(&b, cases[i].text, cases[i].flags);
		assert_string_equal(b.p, cases[i].want);
	}
}

static void tells_what_can_stand_in_back_quotes(void **state)
{
	(void)state;
	assert_true(sl_can_backquote(SL_STR("a\tb\\\xc3\xa9")));
	assert_true(sl_can_backquote(SL_STR("")));
	assert_false(sl_can_backquote(SL_STR("`")));
	assert_false(sl_can_backquote(SL_STR("a\n")));
	assert_false(sl_can_backquote(SL_STR("\x7f")));
	assert_false(sl_can_backquote(SL_STR("\xff")));
	assert_false(sl_can_backquote(SL_STR("\xef\xbb\xbf")));
}

static void knows_what_is_printed(void **state)
{
	(void)state;
	assert_true(sl_rune_is_printable(' '));
	assert_false(sl_rune_is_printable(0x10ffff));
	assert_true(sl_rune_is_printable(0x377));
	assert_false(sl_rune_is_printable(0x378));
	assert_false(sl_rune_is_printable(0x379));
	assert_true(sl_rune_is_printable(0x37a));
	assert_false(sl_rune_is_printable(0x7f));
	assert_false(sl_rune_is_printable(0xad));
}

/* time.Duration's and time.Time's own quoting, as Go 1.26 prints it. */
static void quotes_as_package_time(void **state)
{
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(64);

	(void)state;
	sl_strbuf_add_timequoted(&b, SL_STR("a\"\\\n\x7f\xc3\xbc\xff"));
	assert_true(sl_str_eqz(sl_strbuf_str(&b), "\"a\\\"\\\\\\x0a\x7f\\xc3\\xbc\\xff\""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(quotes_as_go),
		cmocka_unit_test(quotes_otherwise_when_asked),
		cmocka_unit_test(tells_what_can_stand_in_back_quotes),
		cmocka_unit_test(knows_what_is_printed),
		cmocka_unit_test(quotes_as_package_time),
	};

	return run_group("goquote", tests);
}
