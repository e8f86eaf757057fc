/* `want` is what sprig 3.3 gives. */
#include "test/unit/support/sprigcall.h"

#include "test/unit/support/test.h"

static void matches_and_finds(void **state)
{
	static const struct sprig_case cases[] = {
		{ "regexMatch", "'^a+$', 'aaa'", "bool true" },
		{ "regexMatch", "'^a+$', 'b'", "bool false" },
		{ "regexMatch", "'(', 'b'", "bool false" },
		{ "mustRegexMatch", "'(', 'b'",
		  "error: error parsing regexp: missing closing ): `(`" },
		{ "mustRegexMatch", "'b', 'b'", "bool true" },
		{ "regexFind", "'a.c', 'xabcx'", "string 'abc'" },
		{ "regexFind", "'z', 'xabcx'", "string ''" },
		{ "regexFind", "'(', 'x'",
		  "error: regexp: Compile(`(`): error parsing regexp: missing closing ): `(`" },
		{ "regexFind", "'`(', 'x'",
		  "error: regexp: Compile(\"`(\"): error parsing regexp: missing closing ): ``(`" },
		{ "mustRegexFind", "'(', 'x'",
		  "error: error parsing regexp: missing closing ): `(`" },
		{ "mustRegexFind", "'x+', 'axxb'", "string 'xx'" },
		{ "regexFindAll", "'a.', 'aa ab ac', -1", "[]string []string{'aa', 'ab', 'ac'}" },
		{ "regexFindAll", "'a.', 'aa ab ac', 2", "[]string []string{'aa', 'ab'}" },
		{ "regexFindAll", "'a.', 'aa ab ac', 0", "[]string []string(nil)" },
		{ "regexFindAll", "'z', 'aa', -1", "[]string []string(nil)" },
		{ "regexFindAll", "'', 'ab', -1", "[]string []string{'', '', ''}" },
		{ "regexFindAll", "'a**', 'aa', -1",
		  "error: regexp: Compile(`a**`): error parsing regexp: invalid nested repetition "
		  "operator: `**`" },
		{ "mustRegexFindAll", "'[', 'aa', -1",
		  "error: error parsing regexp: missing closing ]: `[`" },
		{ "mustRegexFindAll", "'a', 'aa', 1", "[]string []string{'a'}" },
	};

	(void)state;
	sprig_check(cases, SL_ARRAY_LEN(cases));
}

static void replaces(void **state)
{
	static const struct sprig_case cases[] = {
		{ "regexReplaceAll", "'a(x*)b', '-ab-axxb-', '${1}W'", "string '-W-xxW-'" },
		{ "regexReplaceAll", "'a(x*)b', '-ab-axxb-', '$1W'", "string '---'" },
		{ "regexReplaceAllLiteral", "'a(x*)b', '-ab-axxb-', '${1}'",
		  "string '-${1}-${1}-'" },
		{ "regexReplaceAll", "'', 'ab', '-'", "string '-a-b-'" },
		{ "regexReplaceAll", "'[', 'ab', '-'",
		  "error: regexp: Compile(`[`): error parsing regexp: missing closing ]: `[`" },
		{ "mustRegexReplaceAll", "'[', 'ab', '-'",
		  "error: error parsing regexp: missing closing ]: `[`" },
		{ "mustRegexReplaceAll", "'a', 'ab', '-'", "string '-b'" },
		{ "mustRegexReplaceAllLiteral", "'a', 'ab', '$0'", "string '$0b'" },
		{ "mustRegexReplaceAllLiteral", "')', 'ab', '$0'",
		  "error: error parsing regexp: unexpected ): `)`" },
		{ "regexReplaceAllLiteral", "')', 'ab', '$0'",
		  "error: regexp: Compile(`)`): error parsing regexp: unexpected ): `)`" },
	};

	(void)state;
	sprig_check(cases, SL_ARRAY_LEN(cases));
}

static void splits(void **state)
{
	static const struct sprig_case cases[] = {
		{ "regexSplit", "'z+', 'pizza', -1", "[]string []string{'pi', 'a'}" },
		{ "regexSplit", "'z+', 'pizza', 1", "[]string []string{'pizza'}" },
		{ "regexSplit", "'z+', 'pizza', 0", "[]string []string(nil)" },
		{ "regexSplit", "'z', '', -1", "[]string []string{''}" },
		{ "regexSplit", "'', 'abc', -1", "[]string []string{'a', 'b', 'c'}" },
		{ "regexSplit", "'(', 'abc', -1",
		  "error: regexp: Compile(`(`): error parsing regexp: missing closing ): `(`" },
		{ "mustRegexSplit", "'(', 'abc', -1",
		  "error: error parsing regexp: missing closing ): `(`" },
		{ "mustRegexSplit", "',', 'a,b', -1", "[]string []string{'a', 'b'}" },
		{ "regexQuoteMeta", "'1.2.3 [a]'", "string '1\\\\.2\\\\.3 \\\\[a\\\\]'" },
	};

	(void)state;
	sprig_check(cases, SL_ARRAY_LEN(cases));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(matches_and_finds),
		cmocka_unit_test(replaces),
		cmocka_unit_test(splits),
	};

	return run_group("regex", tests);
}
