#include "libcommon/lang/regex/regex.h"

#include "test/unit/support/test.h"

/* "from:to" of each group, "-" when it took no part; a blank between matches. */
static void print_match(struct sl_strbuf *b, const struct sl_regex_span *groups, size_t count)
{
	if (b->n > 0)
		sl_strbuf_addc(b, ' ');
	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			sl_strbuf_addc(b, ',');
		if (groups[i].from < 0)
			sl_strbuf_addc(b, '-');
		else
			sl_strbuf_addf(b, "%td:%td", groups[i].from, groups[i].to);
	}
}

/* What Go 1.26's FindAllStringSubmatchIndex returns. */
static void finds_what_go_finds(void **state)
{
	static const struct {
		const char *pattern, *text, *want;
	} cases[] = {
		{ "", "", "0:0" },
		{ "", "ab", "0:0 1:1 2:2" },
		{ "a", "bab", "1:2" },
		{ "abc", "xabcx", "1:4" },
		{ "a.c", "abc a\nc", "0:3" },
		{ "(?s)a.c", "a\nc", "0:3" },
		{ "a*", "baaac", "0:0 1:4 5:5" },
		{ "a*?", "aa", "0:0 1:1 2:2" },
		{ "a+?", "aa", "0:1 1:2" },
		{ "(a*)*", "b", "0:0,0:0 1:1,1:1" },
		{ "(a*)+", "b", "0:0,0:0 1:1,1:1" },
		{ "(a|b)*", "abx", "0:2,1:2 3:3,-" },
		{ "(|a)*", "aaa", "0:0,0:0 1:1,1:1 2:2,2:2 3:3,3:3" },
		{ "(|a)+", "aaa", "0:0,0:0 1:1,1:1 2:2,2:2 3:3,3:3" },
		{ "(a|ab)(c|bcd)(d*)", "abcd", "0:4,0:1,1:4,4:4" },
		{ "(a+)(b+)?", "aab aa", "0:3,0:2,2:3 4:6,4:6,-" },
		{ "a|ab", "ab", "0:1" },
		{ "ab|a", "ab", "0:2" },
		{ "(?:ab|cd)+", "xabcdab", "1:7" },
		{ "x{2,3}", "xxxxx", "0:3 3:5" },
		{ "x{2,3}?", "xxxxx", "0:2 2:4" },
		{ "x{2,}", "xxxxx", "0:5" },
		{ "(x){0}y", "xy", "1:2,-" },
		{ "x{,2}", "x{,2}", "0:5" },
		{ "(a)|(b)", "ba", "0:1,-,0:1 1:2,1:2,-" },
		{ "(?P<first>a)(?<second>b)?", "ab a", "0:2,0:1,1:2 3:4,3:4,-" },
		{ "^a", "aa", "0:1" },
		{ "(?m)^a$", "a\nb\na", "0:1 4:5" },
		{ "a$", "a\na", "2:3" },
		{ "\\Aa\\z", "a", "0:1" },
		{ "\\bfoo\\b", "foo afoo foo.", "0:3 9:12" },
		{ "\\B.", "ab c", "1:2" },
		{ "[]a]+", "]a]b", "0:3" },
		{ "[a-]+", "a-b", "0:2" },
		{ "[^a]", "a\xc3\xa9", "1:3" },
		{ "[\\d.]+", "v1.2", "1:4" },
		{ "[[:alpha:]]+", "ab1", "0:2" },
		{ "[[:^alpha:]]", "a1", "1:2" },
		{ "[^[:word:]\\s]", "a_ -", "3:4" },
		{ "\\w+\\s\\W", "ab_1 -", "0:6" },
		{ "(?i)straSSe", "STRA\xc5\xbfse", "0:8" },
		{ "(?i)k", "\xe2\x84\xaa", "0:3" },
		{ "(?i)[k-s]", "\xc5\xbf", "0:2" },
		{ "(?i)\xcf\x83", "\xcf\x82\xce\xa3", "0:2 2:4" },
		{ "(?i:a)b", "AbAB", "0:2" },
		{ "(?i)a(?-i)b", "AbAB", "0:2" },
		{ "a(?i)b|c", "aBC", "0:2 2:3" },
		{ "(?U)a+", "aaa", "0:1 1:2 2:3" },
		{ "(?U)a+?", "aaa", "0:3" },
		{ "\\pL+", "\xc3\xa9\xe6\x97\xa5-", "0:5" },
		{ "\\p{Greek}", "a\xce\xb1", "1:3" },
		{ "\\P{Greek}", "\xce\xb1z", "2:3" },
		{ "\\p{^Greek}", "\xce\xb1z", "2:3" },
		{ "[^\\PN]", "a\xd9\xa3", "1:3" },
		{ "(?i)\\p{Lu}", "a", "0:1" },
		{ "\\p{uppercase-letter}", "aB", "1:2" },
		{ "\\p{ascii}", "\xc3\xa9x", "2:3" },
		{ ".", "\xff", "0:1" },
		{ ".", "\xe2\x82\xac\xe2\x82", "0:3 3:4 4:5" },
		{ "\xef\xbf\xbd", "a\xff", "1:2" },
		{ "\\x41\\101\\x{e9}\\a\\f\\v\\r\\n\\t", "AA\xc3\xa9\x07\x0c\x0b\x0d\n\t", "0:10" },
		{ "\\Qa.b*\\E+", "a.b**", "0:5" },
		{ "\\Qa.", "a.", "0:2" },
		{ "a\\Q\\E+", "aa", "0:2" },
		{ "(?:(?:a))b|(?:ac)", "ac", "0:2" },
		{ "a|b|[c-e]|\\d", "3", "0:1" },
		{ "(?:a|b|cc)|d", "cc", "0:2" },
		{ "[^\\x00-\\x{10FFFF}]|a", "ba", "1:2" },
		{ "\\0", "a\x01", "" },
		{ "(^|x)a", "ba xa", "3:5,3:4" },
		{ "^|$", "ab", "0:0 2:2" },
		{ "a{0}", "b", "0:0 1:1" },
		{ "(?:a?){3}aaa", "aaa", "0:3" },
		{ "^(?:a|b)$", "b", "0:1" },
		{ "^web$", "web", "0:3" },
		{ "^web$", "web2", "" },
		{ "^web", "aweb", "" },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(1000);
		struct sl_str text = sl_str(cases[i].text);
		struct sl_regex_span groups[4];
		const struct sl_regex *re;

		assert_ok(sl_regex_compile(&a, sl_str(cases[i].pattern), &re, &err), &err);
		struct sl_regex_iter it = sl_regex_iter(re, text);

		while (sl_regex_next(&it, groups, sl_regex_group_count(re) + 1))
			print_match(&b, groups, sl_regex_group_count(re) + 1);
		if (!sl_str_eqz(sl_strbuf_str(&b), cases[i].want))
			fail_msg("%s on %s: %s, not %s", cases[i].pattern, cases[i].text, b.p,
				 cases[i].want);
		assert_int_equal(sl_regex_match(re, text), b.n > 0);
		assert_int_equal(sl_regex_find(re, text, groups, 1), b.n > 0);
		assert_false(sl_regex_next(&it, groups, 1));
	}
}

/* More groups may be asked for than there are, or none; without a match nothing is written. */
static void fills_what_is_asked_for(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_regex_span groups[4] = { { 7, 7 }, { 7, 7 }, { 7, 7 }, { 7, 7 } };
	const struct sl_regex *re, *literal;

	(void)state;
	assert_ok(sl_regex_compile(&a, SL_STR("b(c)"), &re, &err), &err);
	assert_ok(sl_regex_compile(&a, SL_STR("bc"), &literal, &err), &err);
	assert_false(sl_regex_find(re, SL_STR("abd"), groups, 4));
	assert_int_equal(groups[0].from, 7);
	assert_true(sl_regex_find(re, SL_STR("abc"), groups, 4));
	assert_int_equal(groups[1].from, 2);
	assert_int_equal(groups[3].from, -1);
	assert_true(sl_regex_find(literal, SL_STR("abc"), groups, 2));
	assert_int_equal(groups[0].to, 3);
	assert_int_equal(groups[1].from, -1);
	struct sl_regex_iter it = sl_regex_iter(re, SL_STR("bcbc"));

	assert_true(sl_regex_next(&it, NULL, 0));
	assert_true(sl_regex_next(&it, NULL, 0));
	assert_false(sl_regex_next(&it, NULL, 0));
}

/* Simple folding in both directions, over all there is: the orbit of K has three members, ß has two. */
static void folds_case(void **state)
{
	static const char *const orbits[][4] = {
		{ "k", "K", "\xe2\x84\xaa", NULL },
		{ "s", "S", "\xc5\xbf", NULL },
		{ "\xc3\x9f", "\xe1\xba\x9e", NULL },
		{ "\xc7\x84", "\xc7\x85", "\xc7\x86", NULL },
		{ "\xf0\x90\x90\x80", "\xf0\x90\x90\xa8", NULL },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(orbits); i++) {
		for (size_t j = 0; orbits[i][j]; j++) {
			SL_AUTO(sl_arena) a = SL_ARENA_INIT;
			const char *pattern = sl_arena_printf(&a, "(?i)^%s$", orbits[i][j]);
			const struct sl_regex *re;

			assert_int_equal(sl_regex_compile(&a, sl_str(pattern), &re, NULL), 0);
			for (size_t k = 0; orbits[i][k]; k++)
				assert_true(sl_regex_match(re, sl_str(orbits[i][k])));
		}
	}
}

/* What Go 1.26's Split returns: how many pieces, and they. */
static void splits_what_go_splits(void **state)
{
	static const struct {
		const char *pattern, *text;
		int64_t n;
		const char *want;
	} cases[] = {
		{ ",", "a,b,,c", -1, "4 a|b||c" },
		{ ",", "a,b,,c", 2, "2 a|b,,c" },
		{ ",", "a,b,,c", 0, "0 " },
		{ ",", "a,b,,c", 1, "1 a,b,,c" },
		{ ",", "", -1, "1 " },
		{ "", "", -1, "0 " },
		{ "(?:)", "", -1, "1 " },
		{ "", "abc", -1, "3 a|b|c" },
		{ "", "abc", 2, "2 a|bc" },
		{ "a*", "abaabaccadaaae", 5, "5 |b|b|c|cadaaae" },
		{ "a*", "abaabaccadaaae", -1, "7 |b|b|c|c|d|e" },
		{ "b", "abc", 10, "2 a|c" },
		{ "x", "abc", -1, "1 abc" },
		{ "c", "abc", -1, "2 ab|" },
		{ "a", "abc", -1, "2 |bc" },
		{ "$", "abc", -1, "1 abc" },
		{ "^", "abc", -1, "1 abc" },
		{ "\\b", "ab cd", -1, "3 ab| |cd" },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(1000);
		const struct sl_regex *re;
		struct sl_str *pieces;
		size_t count;

		assert_ok(sl_regex_compile(&a, sl_str(cases[i].pattern), &re, &err), &err);
		assert_ok(sl_regex_split(&a, re, sl_str(cases[i].text), cases[i].n, &pieces, &count,
					 &err),
			  &err);
		sl_strbuf_addf(&b, "%zu ", count);
		for (size_t k = 0; k < count; k++) {
			sl_strbuf_addz(&b, k > 0 ? "|" : "");
			sl_strbuf_adds(&b, pieces[k]);
		}
		assert_str(sl_strbuf_str(&b), cases[i].want);
	}
}

static void keeps_the_limit_of_an_arena(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_arena) small = SL_ARENA_INIT_LIMIT(4096);
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(1000);
	const struct sl_regex *re;
	struct sl_str *pieces;
	size_t count;

	(void)state;
	sl_strbuf_addn(&b, ',', 1000);
	assert_ok(sl_regex_compile(&a, SL_STR(","), &re, &err), &err);
	assert_code(sl_regex_split(&small, re, sl_strbuf_str(&b), -1, &pieces, &count, &err),
		    SL_ERR_TOO_LARGE, &err);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_what_go_finds),
		cmocka_unit_test(fills_what_is_asked_for),
		cmocka_unit_test(folds_case),
		cmocka_unit_test(splits_what_go_splits),
		cmocka_unit_test(keeps_the_limit_of_an_arena),
	};

	return run_group("lang/regex/find", tests);
}
