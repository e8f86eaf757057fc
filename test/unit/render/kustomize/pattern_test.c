#include "libcommon/render/kustomize/pattern.h"

#include "libcommon/base/strbuf.h"
#include "test/unit/support/expect.h"

static void matches_whole_strings(void **state)
{
	static const struct {
		const char *pattern, *text;
		bool want;
	} cases[] = {
		{ "", "", true },
		{ "", "a", false },
		{ "abc", "abc", true },
		{ "abc", "abcd", false },
		{ "abc", "xabc", false },
		{ "a.c", "abc", true },
		{ "a.c", "a\nc", false },
		{ "a*", "", true },
		{ "a*", "aaaa", true },
		{ "a+", "", false },
		{ "a+b", "aaab", true },
		{ "a?b", "b", true },
		{ "a?b", "aab", false },
		{ "(ab)*", "ababab", true },
		{ "(ab)*", "aba", false },
		{ "(?:ab|cd)+", "abcdab", true },
		{ "a|b|c", "c", true },
		{ "a|b|c", "ab", false },
		{ "|a", "", true },
		{ "(a|)b", "b", true },
		{ "a|bc*", "bccc", true },
		{ ".*-prod", "web-prod", true },
		{ ".*-prod", "web-prod-1", false },
		{ "[a-c]+", "abcabc", true },
		{ "[^a-c]", "d", true },
		{ "[^a-c]", "b", false },
		{ "[]a]+", "]a]", true },
		{ "[a-]+", "a-a", true },
		{ "[\\d.]+", "1.2.3", true },
		{ "\\d{2,3}", "12", true },
		{ "\\d{2,3}", "1", false },
		{ "\\d{2,3}", "1234", false },
		{ "x{2}", "xx", true },
		{ "x{2,}", "xxxxx", true },
		{ "x{2,}", "x", false },
		{ "x{0}y", "y", true },
		{ "x{0,2}y", "xxy", true },
		{ "x{0,2}y", "xxxy", false },
		{ "(a|b){2}", "ba", true },
		{ "x{0,}", "xxx", true },
		{ "x{,2}", "x{,2}", true },
		{ "{", "{", true },
		{ "\\w+\\s\\W", "ab_1 -", true },
		{ "\\.\\/\\-", "./-", true },
		{ "^a$", "a", true },
		{ "a^b", "ab", false },
		{ "a$b", "ab", false },
		{ "(^a)(b$)", "ab", true },
		{ "a*?b", "aab", true },
		{ "\xc3\xa9.", "\xc3\xa9x", true },
		{ "\\n\\t", "\n\t", true },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		struct sl_kz_pattern *p;

		expect_ok(sl_kz_pattern_compile(&a, sl_str(cases[i].pattern), &p, &err), &err);
		if (sl_kz_pattern_matches(&a, p, sl_str(cases[i].text)) != cases[i].want)
			fail_msg("%s on %s: not %d", cases[i].pattern, cases[i].text,
				 cases[i].want);
	}
}

static void finds_parts(void **state)
{
	static const struct {
		const char *pattern, *text;
		bool want;
	} cases[] = {
		{ "b", "abc", true },	  { "", "abc", true },	       { "", "", true },
		{ "bd", "abc", false },	  { "^b", "abc", false },      { "^a", "abc", true },
		{ "c$", "abc", true },	  { "b$", "abc", false },      { "b.", "abc", true },
		{ "^a.c$", "abc", true }, { "^(b|c)$", "abc", false }, { "x|b+", "abbc", true },
		{ "a{2}", "xaax", true }, { "a{3}", "xaax", false },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		struct sl_kz_pattern *p;

		assert_int_equal(sl_kz_pattern_compile(&a, sl_str(cases[i].pattern), &p, NULL), 0);
		if (sl_kz_pattern_finds(&a, p, sl_str(cases[i].text)) != cases[i].want)
			fail_msg("%s in %s: not %d", cases[i].pattern, cases[i].text,
				 cases[i].want);
	}
}

static void refuses_what_it_cannot_do(void **state)
{
	static const struct {
		const char *pattern;
		enum sl_err_code code;
		const char *part;
	} cases[] = {
		{ "a(", SL_ERR_INVALID, "missing closing )" },
		{ "a)", SL_ERR_INVALID, "unexpected )" },
		{ "[a", SL_ERR_INVALID, "missing closing ]" },
		{ "[b-a]", SL_ERR_INVALID, "invalid character class range" },
		{ "[a-\\d]", SL_ERR_INVALID, "invalid character class range" },
		{ "*a", SL_ERR_INVALID, "missing argument" },
		{ "a**", SL_ERR_INVALID, "invalid nested repetition" },
		{ "a{2,1}", SL_ERR_INVALID, "invalid repeat count" },
		{ "a{1001}", SL_ERR_INVALID, "invalid repeat count" },
		{ "\\", SL_ERR_INVALID, "trailing backslash" },
		{ "\\b", SL_ERR_UNSUPPORTED, "unsupported escape" },
		{ "\\pN", SL_ERR_UNSUPPORTED, "unsupported escape" },
		{ "(?i)a", SL_ERR_UNSUPPORTED, "Perl syntax" },
		{ "[[:alpha:]]", SL_ERR_UNSUPPORTED, "character class" },
		{ "[\xc3\xa9]", SL_ERR_UNSUPPORTED, "only ASCII" },
		{ "((a{100}){100}){100}", SL_ERR_TOO_LARGE, "too large" },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		struct sl_kz_pattern *p;

		expect_err(sl_kz_pattern_compile(&a, sl_str(cases[i].pattern), &p, &err),
			   cases[i].code, cases[i].part, &err);
	}
}

/* A backtracking matcher would not return from this. */
static void takes_linear_time(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(1 << 16);
	struct sl_kz_pattern *p;

	(void)state;
	sl_strbuf_addn(&b, 'a', 5000);
	sl_strbuf_addc(&b, '!');
	expect_ok(sl_kz_pattern_compile(&a, SL_STR("(a+)+(a|a)*"), &p, &err), &err);
	assert_false(sl_kz_pattern_matches(&a, p, sl_strbuf_str(&b)));
	assert_true(sl_kz_pattern_matches(&a, p, sl_str_sub(sl_strbuf_str(&b), 0, 5000)));
}

/* Groups nest to a limit; below it they work. */
static void caps_nesting(void **state)
{
	static const struct {
		size_t depth;
		int want;
	} cases[] = { { 99, 0 }, { 100, 0 }, { 101, SL_ERR_TOO_LARGE } };

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(1 << 16);
		struct sl_kz_pattern *p;

		sl_strbuf_addn(&b, '(', cases[i].depth);
		sl_strbuf_addc(&b, 'x');
		sl_strbuf_addn(&b, ')', cases[i].depth);
		assert_int_equal(sl_kz_pattern_compile(&a, sl_strbuf_str(&b), &p, &err),
				 cases[i].want);
		if (cases[i].want == 0)
			assert_true(sl_kz_pattern_matches(&a, p, SL_STR("x")));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(matches_whole_strings),
		cmocka_unit_test(finds_parts),
		cmocka_unit_test(refuses_what_it_cannot_do),
		cmocka_unit_test(takes_linear_time),
		cmocka_unit_test(caps_nesting),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
