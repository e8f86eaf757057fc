#include "libcommon/render/helm/pathglob.h"

#include <string.h>

#include "test/unit/support/expect.h"

static const char *const names[] = {
	"a",	   "b.yaml", "a/b.yaml", "a/b/c.yaml", "config/x.conf", "config/y.toml",
	".hidden", "a-b",    "[x]",	 "a,b",	       "a{b",		"\xc3\xa9/\xc3\xbc.txt",
};

/* Which of the names gobwas/glob v0.2.3 finds by each pattern, one digit for each. */
static const struct {
	const char *pattern, *found;
} cases[] = {
	{ "*", "110000111110" },
	{ "**", "111111111111" },
	{ "*.yaml", "010000000000" },
	{ "**.yaml", "011100000000" },
	{ "**/*.yaml", "001100000000" },
	{ "a/*", "001000000000" },
	{ "a/**", "001100000000" },
	{ "?", "100000000000" },
	{ "??", "000000000000" },
	{ "[ab]", "100000000000" },
	{ "[!ab]", "000000000000" },
	{ "[a-c]*", "110000010110" },
	{ "[!a-c]*", "000000101000" },
	{ "{a,b.yaml}", "110000000000" },
	{ "config/{x,y}.*", "000011000000" },
	{ "{*,a/*}.yaml", "011000000000" },
	{ "config/*.{conf,toml}", "000011000000" },
	{ "a*b", "000000010110" },
	{ "\\[x\\]", "000000001000" },
	{ "[[]x]", "000000001000" },
	{ "a\\,b", "000000000100" },
	{ "{a\\,b,c}", "000000000100" },
	{ "a,b", "000000000100" },
	{ "a{b", "000000000000" },
	{ "a{,-b}", "100000010000" },
	{ "[a-cx]", "111111111111" },
	{ "[]", "111111111111" },
	{ "[a", "111111111111" },
	{ "", "000000000000" },
	{ "**a**", "111100010110" },
	{ "*/*", "001011000001" },
	{ "{a,{b,c}.yaml}", "110000000000" },
	{ "*b.yaml", "010000000000" },
	{ "[!x]", "100000000000" },
	{ "[a-]", "111111111111" },
	{ "}", "000000000000" },
	{ "a}b", "000000000000" },
	{ "*,*", "000000000100" },
	{ "{[ab],c}", "100000000000" },
	{ "?*", "110000111110" },
	{ "***", "111111111111" },
	{ ".*", "000000100000" },
	{ "[b-a]", "111111111111" },
	{ "[!]", "111111111111" },
	{ "{,a}", "100000000000" },
	{ "{a/,}b.yaml", "011000000000" },
	{ "\\", "000000000000" },
	{ "a\\", "100000000000" },
};

static void finds_what_helm_finds(void **state)
{
	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		const struct sl_helm_glob *g = NULL;
		char got[SL_ARRAY_LEN(names) + 1] = { 0 };

		expect_ok(sl_helm_glob_parse(&a, sl_str(cases[i].pattern), &g, &err), &err);
		for (size_t n = 0; n < SL_ARRAY_LEN(names); n++)
			got[n] = sl_helm_glob_match(&a, g, sl_str(names[n])) ? '1' : '0';
		expect_str_case(sl_str(got), sl_str(cases[i].found), cases[i].pattern);
	}
}

static void survives_bytes_and_limits(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	char braces[SL_HELM_GLOB_DEPTH_MAX + 2] = { 0 };
	char *text = sl_arena_alloc(&a, SL_HELM_GLOB_BYTES_MAX + 2);
	const struct sl_helm_glob *g = NULL;

	(void)state;
	expect_ok(sl_helm_glob_parse(&a, (struct sl_str){ "a\0*", 3 }, &g, &err), &err);
	assert_true(sl_helm_glob_match(&a, g, (struct sl_str){ "a\0b", 3 }));
	assert_false(sl_helm_glob_match(&a, g, SL_STR("a")));
	expect_ok(sl_helm_glob_parse(&a, SL_STR("x\xff"), &g, &err), &err);
	memset(braces, '{', SL_HELM_GLOB_DEPTH_MAX);
	expect_ok(sl_helm_glob_parse(&a, sl_str(braces), &g, &err), &err);
	braces[SL_HELM_GLOB_DEPTH_MAX] = '{';
	expect_err(sl_helm_glob_parse(&a, sl_str(braces), &g, &err), SL_ERR_TOO_LARGE, NULL, &err);
	memset(text, 'x', SL_HELM_GLOB_BYTES_MAX);
	expect_ok(sl_helm_glob_parse(&a, sl_str(text), &g, &err), &err);
	assert_true(sl_helm_glob_match(&a, g, sl_str(text)));
	text[SL_HELM_GLOB_BYTES_MAX] = 'x';
	assert_false(sl_helm_glob_match(&a, g, sl_str(text)));
	expect_err(sl_helm_glob_parse(&a, sl_str(text), &g, &err), SL_ERR_TOO_LARGE, NULL, &err);
}

/* What makes a matcher that goes back take for ever. */
static void ends_soon(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	const struct sl_helm_glob *g = NULL;
	char name[200] = { 0 };

	(void)state;
	memset(name, 'a', sizeof(name) - 1);
	expect_ok(sl_helm_glob_parse(&a, SL_STR("{*,**}*{*,**}*{*,**}*{*,**}*{*,**}*{*,**}*b"), &g,
				     &err),
		  &err);
	assert_false(sl_helm_glob_match(&a, g, sl_str(name)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_what_helm_finds),
		cmocka_unit_test(survives_bytes_and_limits),
		cmocka_unit_test(ends_soon),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
