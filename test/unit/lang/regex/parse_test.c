#include "libcommon/lang/regex/regex.h"

#include "test/unit/support/test.h"

/* What Go 1.26's regexp.Compile says, behind "error parsing regexp: ". */
static void says_what_go_says(void **state)
{
	static const struct {
		const char *pattern, *want;
	} cases[] = {
		{ "a(b", "missing closing ): `a(b`" },
		{ "a)b", "unexpected ): `a)b`" },
		{ "(a|b", "missing closing ): `(a|b`" },
		{ "a|b)", "unexpected ): `a|b)`" },
		{ "[a", "missing closing ]: `[a`" },
		{ "[]a", "missing closing ]: `[]a`" },
		{ "[^]a", "missing closing ]: `[^]a`" },
		{ "[a-", "missing closing ]: `[a-`" },
		{ "[b-a]", "invalid character class range: `b-a`" },
		{ "[a-\\d]", "invalid escape sequence: `\\d`" },
		{ "[\\", "trailing backslash at end of expression: ``" },
		{ "*a", "missing argument to repetition operator: `*`" },
		{ "a|*", "missing argument to repetition operator: `*`" },
		{ "(*)", "missing argument to repetition operator: `*`" },
		{ "(?:+)", "missing argument to repetition operator: `+`" },
		{ "a**", "invalid nested repetition operator: `**`" },
		{ "a+*?", "invalid nested repetition operator: `+*?`" },
		{ "a{2}{3}", "invalid nested repetition operator: `{2}{3}`" },
		{ "a{2}?{3}", "invalid nested repetition operator: `{2}?{3}`" },
		{ "a{2,1}", "invalid repeat count: `{2,1}`" },
		{ "a{1001}", "invalid repeat count: `{1001}`" },
		{ "a{2,1001}", "invalid repeat count: `{2,1001}`" },
		{ "a{99999999999}", "invalid repeat count: `{99999999999}`" },
		{ "(a{100}){11}", "invalid repeat count: `{11}`" },
		{ "((a{10}){10}){11}", "invalid repeat count: `{11}`" },
		{ "\\", "trailing backslash at end of expression: ``" },
		{ "a\\", "trailing backslash at end of expression: ``" },
		{ "\\8", "invalid escape sequence: `\\8`" },
		{ "\\1", "invalid escape sequence: `\\1`" },
		{ "\\q", "invalid escape sequence: `\\q`" },
		{ "\\C", "invalid escape sequence: `\\C`" },
		{ "\\Z", "invalid escape sequence: `\\Z`" },
		{ "\\x", "invalid escape sequence: `\\x`" },
		{ "\\x1", "invalid escape sequence: `\\x1`" },
		{ "\\xg1", "invalid escape sequence: `\\xg1`" },
		{ "\\x{", "invalid escape sequence: `\\x{`" },
		{ "\\x{}", "invalid escape sequence: `\\x{}`" },
		{ "\\x{12", "invalid escape sequence: `\\x{12`" },
		{ "\\x{110000}", "invalid escape sequence: `\\x{110000`" },
		{ "\\x{1g}", "invalid escape sequence: `\\x{1g`" },
		{ "\\\xc3\xa9", "invalid escape sequence: `\\\xc3\xa9`" },
		{ "\\p", "invalid character class range: `\\p`" },
		{ "\\p{", "invalid character class range: `\\p{`" },
		{ "\\p{Foo}", "invalid character class range: `\\p{Foo}`" },
		{ "\\pX", "invalid character class range: `\\pX`" },
		{ "\\p{^Foo}", "invalid character class range: `\\p{^Foo}`" },
		{ "\\p{}", "invalid character class range: `\\p{}`" },
		{ "\\P{Gr eekx}", "invalid character class range: `\\P{Gr eekx}`" },
		{ "[[:foo:]]", "invalid character class range: `[:foo:]`" },
		{ "[[:^foo:]]", "invalid character class range: `[:^foo:]`" },
		{ "[[:averylongnamethatisnone:]]",
		  "invalid character class range: `[:averylongnamethatisnone:]`" },
		{ "[[:^averylongnamethatisnone:]]",
		  "invalid character class range: `[:^averylongnamethatisnone:]`" },
		{ "(?i", "invalid or unsupported Perl syntax: `(?i`" },
		{ "(?i-", "invalid or unsupported Perl syntax: `(?i-`" },
		{ "(?-)", "invalid or unsupported Perl syntax: `(?-)`" },
		{ "(?-:a)", "invalid or unsupported Perl syntax: `(?-:`" },
		{ "(?", "invalid or unsupported Perl syntax: `(?`" },
		{ "(?=a)", "invalid or unsupported Perl syntax: `(?=`" },
		{ "(?!a)", "invalid or unsupported Perl syntax: `(?!`" },
		{ "(?<=a)", "invalid named capture: `(?<=a)`" },
		{ "(?#a)", "invalid or unsupported Perl syntax: `(?#`" },
		{ "(?P=n)", "invalid or unsupported Perl syntax: `(?P`" },
		{ "(?P<n>a", "missing closing ): `(?P<n>a`" },
		{ "(?P<n", "invalid named capture: `(?P<n`" },
		{ "(?P<>a)", "invalid named capture: `(?P<>`" },
		{ "(?P<a-b>a)", "invalid named capture: `(?P<a-b>`" },
		{ "(?<\xc3\xa9>a)", "invalid named capture: `(?<\xc3\xa9>`" },
		{ "(?<n", "invalid named capture: `(?<n`" },
		{ "(?z)", "invalid or unsupported Perl syntax: `(?z`" },
		{ "(?i-i-i)", "invalid or unsupported Perl syntax: `(?i-i-`" },
		{ "a\xff", "invalid UTF-8: `\xff`" },
		{ "\xc3", "invalid UTF-8: `\xc3`" },
		{ "[\xff]", "invalid UTF-8: `\xff]`" },
		{ "\\Qa\xff\\E", "invalid UTF-8: `\xff`" },
		{ "(?\xff)", "invalid UTF-8: `\xff)`" },
		{ "(?P<\xff>a)", "invalid UTF-8: `\xff`" },
		{ "\\p{\xff}", "invalid UTF-8: `\xff`" },
		{ "\\p{\xff", "invalid UTF-8: `\xff`" },
		{ "\\x\xff", "invalid UTF-8: `\xff`" },
		{ "\\x{\xff}", "invalid UTF-8: `\xff}`" },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		SL_AUTO_FREE char *want = sl_xasprintf("error parsing regexp: %s", cases[i].want);
		const struct sl_regex *re;

		assert_error(sl_regex_compile(&a, sl_str(cases[i].pattern), &re, &err),
			     SL_ERR_INVALID, &err, want);
	}
}

/* Each beginning of a pattern with everything in it compiles or is refused, with the part that is wrong. */
static void takes_truncated_patterns(void **state)
{
	static const char whole[] =
		"(?P<n>a|[^b-\\x{e9}[:alpha:]\\pL])(?i-s:\\p{Greek}{2,30}?)\\Qx\\E\xc3\xa9(?<m>$)";
	size_t good = 0;

	(void)state;
	for (size_t n = 0; n < sizeof(whole); n++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		SL_AUTO_FREE char *copy = sl_xmemdup0(whole, n);
		const struct sl_regex *re;

		if (sl_regex_compile(&a, (struct sl_str){ copy, n }, &re, &err) == 0) {
			good++;
			continue;
		}
		assert_int_equal(err.code, SL_ERR_INVALID);
		assert_true(sl_str_starts(sl_str(err.message), SL_STR("error parsing regexp: ")));
	}
	/* As many as with Go: those that end outside of parentheses, and of what they hold. */
	assert_int_equal(good, 9);
}

static int compile_n(const char *open, const char *inner, const char *close, size_t n,
		     struct sl_err *err)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(1 << 20);
	const struct sl_regex *re;

	for (size_t i = 0; i < n; i++)
		sl_strbuf_addz(&b, open);
	sl_strbuf_addz(&b, inner);
	for (size_t i = 0; i < n; i++)
		sl_strbuf_addz(&b, close);
	return sl_regex_compile(&a, sl_strbuf_str(&b), &re, err);
}

#define Y "y{1000}"
#define Y10 Y Y Y Y Y Y Y Y Y Y
#define Y100 Y10 Y10 Y10 Y10 Y10 Y10 Y10 Y10 Y10 Y10

/* What is allowed, and one more: both as Go's regexp has it, but for what the header says. */
static void keeps_limits(void **state)
{
	static const struct {
		const char *open, *inner, *close;
		size_t most;
		enum sl_err_code code;
		const char *part;
	} cases[] = {
		{ "(", "x", ")", SL_REGEX_DEPTH_MAX - 1, SL_ERR_TOO_LARGE, "nests too deeply" },
		{ "(", "xy*", ")", SL_REGEX_DEPTH_MAX - 3, SL_ERR_TOO_LARGE, "nests too deeply" },
		{ "(?:", "x", "*)", SL_REGEX_DEPTH_MAX - 1, SL_ERR_TOO_LARGE, "nests too deeply" },
		{ "a", "", "", SL_REGEX_PATTERN_MAX, SL_ERR_TOO_LARGE, "larger than 65536 bytes" },
		/* 262 times a thousand states, and as many as are left. */
		{ "x", Y100 Y100 Y10 Y10 Y10 Y10 Y10 Y10 Y Y, "", SL_REGEX_PROGRAM_MAX - 262000,
		  SL_ERR_TOO_LARGE, "too large" },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		int r;

		for (size_t less = 2; less-- > 0;)
			assert_ok(compile_n(cases[i].open, cases[i].inner, cases[i].close,
					    cases[i].most - less, &err),
				  &err);
		r = compile_n(cases[i].open, cases[i].inner, cases[i].close, cases[i].most + 1,
			      &err);
		assert_int_equal(r, cases[i].code);
		assert_non_null(strstr(err.message, cases[i].part));
	}
}

/* Nested groups that do not capture are flat in the tree, however many there are. */
static void does_not_count_plain_groups(void **state)
{
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	(void)state;
	assert_ok(compile_n("(?:", "x", "y)", 10000, &err), &err);
	assert_ok(compile_n("(?:", "xx", "|yy)", 9000, &err), &err);
}

/* Memory while parsing, and slots of a search. */
static void keeps_limits_of_memory(void **state)
{
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	(void)state;
	assert_code(compile_n("\\pL", "", "", 20000, &err), SL_ERR_TOO_LARGE, &err);
	assert_ok(compile_n("\\pL", "", "", 1000, &err), &err);
	assert_code(compile_n("(a)", "", "", 10000, &err), SL_ERR_TOO_LARGE, &err);
	assert_ok(compile_n("(a)", "", "", 1000, &err), &err);
}

static void names_groups(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	const struct sl_regex *re;

	(void)state;
	assert_ok(sl_regex_compile(&a, SL_STR("(a)(?P<x>b)(?:c)(?<y_1>d)(?<x>e)"), &re, &err),
		  &err);
	assert_int_equal(sl_regex_group_count(re), 4);
	assert_str(sl_regex_group_name(re, 0), "");
	assert_str(sl_regex_group_name(re, 1), "");
	assert_str(sl_regex_group_name(re, 2), "x");
	assert_str(sl_regex_group_name(re, 3), "y_1");
	assert_int_equal(sl_regex_group_index(re, SL_STR("x")), 2);
	assert_int_equal(sl_regex_group_index(re, SL_STR("y_1")), 3);
	assert_int_equal(sl_regex_group_index(re, SL_STR("z")), -1);
	assert_int_equal(sl_regex_group_index(re, SL_STR("")), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_what_go_says),
		cmocka_unit_test(takes_truncated_patterns),
		cmocka_unit_test(keeps_limits),
		cmocka_unit_test(does_not_count_plain_groups),
		cmocka_unit_test(keeps_limits_of_memory),
		cmocka_unit_test(names_groups),
	};

	return run_group("lang/regex/parse", tests);
}
