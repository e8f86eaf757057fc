#include "libcommon/lang/regex/regex.h"

#include "test/unit/support/test.h"

/* What Go 1.26's ReplaceAllString and ReplaceAllLiteralString return. */
static void replaces_what_go_replaces(void **state)
{
	static const struct {
		const char *pattern, *text, *by, *want, *literally;
	} cases[] = {
		{ "a", "banana", "x", "bxnxnx", "bxnxnx" },
		{ "a*", "baac", "-", "-b-c-", "-b-c-" },
		{ "", "\xe2\x82\xac\xff", "-", "-\xe2\x82\xac-\xff-", "-\xe2\x82\xac-\xff-" },
		{ "(\\w)(\\w)", "abcd", "$2$1", "badc", "$2$1$2$1" },
		{ "(?P<x>a)|(?P<y>b)", "abc", "[$x${y}z]", "[az][bz]c", "[$x${y}z][$x${y}z]c" },
		{ "(a)(b)?", "aab", "${1}-$2;", "a-;a-b;", "${1}-$2;${1}-$2;" },
		{ "a", "aa", "$$", "$$", "$$$$" },
		{ "a", "aa", "$", "$$", "$$" },
		{ "a", "aa", "$ {1}", "$ {1}$ {1}", "$ {1}$ {1}" },
		{ "(a)", "aa", "$1x", "", "$1x$1x" },
		{ "(a)", "aa", "${1}x", "axax", "${1}x${1}x" },
		{ "(a)", "aa", "${1", "${1${1", "${1${1" },
		{ "(a)", "aa", "${}", "${}${}", "${}${}" },
		{ "(a)", "aa", "$01", "", "$01$01" },
		{ "(a)", "aa", "$10", "", "$10$10" },
		{ "(a)", "aa", "$99999999999", "", "$99999999999$99999999999" },
		{ "(a)", "aa", "$0$00", "aa", "$0$00$0$00" },
		{ "(?P<n>a)|(?P<n>b)", "ab", "$n,", "a,b,", "$n,$n," },
		{ "a", "aa", "$\xc3\xa9.", "..", "$\xc3\xa9.$\xc3\xa9." },
		{ "a", "", "x", "", "" },
		{ "^", "ab", "x", "xab", "xab" },
		{ "$", "ab", "x", "abx", "abx" },
		{ "b", "aa", "x", "aa", "aa" },
		{ "(b)|a", "aa", "<$1>", "<><>", "<$1><$1>" },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(1000);
		struct sl_str text = sl_str(cases[i].text), by = sl_str(cases[i].by);
		const struct sl_regex *re;

		assert_ok(sl_regex_compile(&a, sl_str(cases[i].pattern), &re, &err), &err);
		assert_ok(sl_regex_replace(re, text, by, &b, &err), &err);
		assert_str(sl_strbuf_str(&b), cases[i].want);
		sl_strbuf_reset(&b);
		assert_ok(sl_regex_replace_literally(re, text, by, &b, &err), &err);
		assert_str(sl_strbuf_str(&b), cases[i].literally);
	}
}

/* A tag of an image, taken apart as an ImagePolicy does it. */
static void expands_one_match(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(1000);
	struct sl_str tag = SL_STR("main-1a2b3c-1700000000");
	struct sl_regex_span groups[3];
	const struct sl_regex *re;

	(void)state;
	assert_ok(sl_regex_compile(&a, SL_STR("^main-([a-f0-9]+)-(?P<ts>[0-9]+)$"), &re, &err),
		  &err);
	assert_true(sl_regex_find(re, tag, groups, 3));
	sl_regex_expand(re, SL_STR("$ts of $1"), tag, groups, 3, &b);
	assert_str(sl_strbuf_str(&b), "1700000000 of 1a2b3c");
	sl_strbuf_reset(&b);
	sl_regex_expand(re, SL_STR("$ts of $1"), tag, groups, 2, &b);
	assert_str(sl_strbuf_str(&b), " of 1a2b3c");
}

static void keeps_the_maximum_of_the_buffer(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(8);
	const struct sl_regex *re;

	(void)state;
	assert_ok(sl_regex_compile(&a, SL_STR("a"), &re, &err), &err);
	assert_ok(sl_regex_replace(re, SL_STR("aaa"), SL_STR("xx"), &b, &err), &err);
	sl_strbuf_reset(&b);
	assert_ok(sl_regex_replace(re, SL_STR("aaaa"), SL_STR("xx"), &b, &err), &err);
	sl_strbuf_reset(&b);
	assert_error(sl_regex_replace(re, SL_STR("aaaab"), SL_STR("xx"), &b, &err),
		     SL_ERR_TOO_LARGE, &err, "the replaced text is larger than 8 bytes");
}

/* Every byte, quoted, is a pattern that matches just that. */
static void quotes_everything(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	SL_AUTO(sl_strbuf) text = SL_STRBUF_INIT(1000);
	SL_AUTO(sl_strbuf) quoted = SL_STRBUF_INIT(1000);
	struct sl_regex_span whole;
	const struct sl_regex *re;

	(void)state;
	sl_regex_quote(SL_STR("a.b*c-\\"), &quoted);
	assert_str(sl_strbuf_str(&quoted), "a\\.b\\*c-\\\\");
	sl_strbuf_reset(&quoted);
	for (int c = 0; c < 128; c++)
		sl_strbuf_addc(&text, (char)c);
	sl_strbuf_addz(&text, "\xc3\xa9");
	sl_regex_quote(sl_strbuf_str(&text), &quoted);
	assert_ok(sl_regex_compile(&a, sl_strbuf_str(&quoted), &re, &err), &err);
	assert_true(sl_regex_find(re, sl_strbuf_str(&text), &whole, 1));
	assert_int_equal(whole.to, text.n);
	assert_false(sl_regex_match(re, sl_str_sub(sl_strbuf_str(&text), 1, text.n)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(replaces_what_go_replaces),
		cmocka_unit_test(expands_one_match),
		cmocka_unit_test(keeps_the_maximum_of_the_buffer),
		cmocka_unit_test(quotes_everything),
	};

	return run_group("lang/regex/replace", tests);
}
