#include "libcommon/codec/glob.h"

#include "libcommon/base/mem.h"
#include "test/unit/support/test.h"

static const char *const names[] = {
	"",  "a", "b", "ab", "abc",  "a/b",    "/",	  "é",	  "aé",
	"-", "]", "*", "\\", "\xff", "x.yaml", "a.x.y.z", "aaab",
};

/*
 * What Go 1.26's filepath.Match(pattern, name) answers for each of `names`: 'x' true, '.' false,
 * '!' ErrBadPattern.
 */
static const struct {
	const char *pattern, *want;
} cases[] = {
	{ "", "x................" },	    { "*", "xxxxx..xxxxxxxxxx" },
	{ "**", "xxxxx..xxxxxxxxxx" },	    { "a", ".x..............." },
	{ "a*", ".x.xx...x......xx" },	    { "*a", ".x..............." },
	{ "*a*", ".x.xx...x.....xxx" },	    { "a*b*c", "....x............" },
	{ "?", ".xx....x.xxxxx..." },	    { "??", "...x....x........" },
	{ "[a-c]", ".xx.............." },   { "[^a-c]", "......xx.xxxxx..." },
	{ "[a-ce]", ".xx.............." },  { "[]a]", "!!!!!!!!!!!!!!!!!" },
	{ "[a", "!!!!!!!!!!!!!!!!!" },	    { "[a-", "!!!!!!!!!!!!!!!!!" },
	{ "[a-]", "!!!!!!!!!!!!!!!!!" },    { "[-a]", "!!!!!!!!!!!!!!!!!" },
	{ "[\\-]", ".........x......." },   { "[\\]]", "..........x......" },
	{ "[a-\\]]", "................." }, { "[", "!!!!!!!!!!!!!!!!!" },
	{ "a[", "!!!!!!!!!!!!!!!!!" },	    { "[^", "!!!!!!!!!!!!!!!!!" },
	{ "[^]", "!!!!!!!!!!!!!!!!!" },	    { "\\", "!!!!!!!!!!!!!!!!!" },
	{ "a\\", "!!!!!!!!!!!!!!!!!" },	    { "\\a", ".x..............." },
	{ "\\*", "...........x....." },	    { "a?c", "....x............" },
	{ "*/b", ".....x..........." },	    { "a/*", ".....x..........." },
	{ "a/?", ".....x..........." },	    { "a/b", ".....x..........." },
	{ "[/]", "......x.........." },	    { "é", ".......x........." },
	{ "?é", "........x........" },	    { "[é-ü]", ".......x........." },
	{ "\xff", ".............x..." },    { "[\xff]", "!!!!!!!!!!!!!!!!!" },
	{ "*[", "!!!!!!!!!!!!!!!!!" },	    { "*a[", "!!!!!!!!!!!!!!!!!" },
	{ "[b-a]", "................." },   { "*.yaml", "..............x.." },
	{ "a*x*y*z", "...............x." },
};

static void agrees_with_go(void **state)
{
	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		char got[SL_ARRAY_LEN(names) + 1] = "";

		for (size_t k = 0; k < SL_ARRAY_LEN(names); k++)
			got[k] = ".x!"[sl_glob_match(sl_str(cases[i].pattern), sl_str(names[k]))];
		if (strcmp(got, cases[i].want) != 0)
			fail_msg("%s: got %s, want %s", cases[i].pattern, got, cases[i].want);
	}
}

static void takes_nul_as_any_byte(void **state)
{
	(void)state;
	assert_int_equal(sl_glob_match(SL_STR("a?b"), SL_STR("a\0b")), SL_GLOB_YES);
	assert_int_equal(sl_glob_match(SL_STR("a\0*"), SL_STR("a\0b")), SL_GLOB_YES);
	assert_int_equal(sl_glob_match(SL_STR("a"), SL_STR("a\0")), SL_GLOB_NO);
}

/* "*a*a*a...b" against "aaa..." takes exponential time in a naive matcher. */
static void is_not_exponential(void **state)
{
	char pattern[101], name[2000];

	(void)state;
	for (size_t i = 0; i < 100; i++)
		pattern[i] = i % 2 ? 'a' : '*';
	pattern[100] = 'b';
	memset(name, 'a', sizeof(name));
	assert_int_equal(sl_glob_match((struct sl_str){ pattern, sizeof(pattern) },
				       (struct sl_str){ name, sizeof(name) }),
			 SL_GLOB_NO);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agrees_with_go),
		cmocka_unit_test(takes_nul_as_any_byte),
		cmocka_unit_test(is_not_exponential),
	};

	return run_group("glob", tests);
}
