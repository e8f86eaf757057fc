/* `want` is what sprig 3.3 gives. */
#include "test/unit/support/sprigcall.h"

#include "test/unit/support/test.h"

static void changes_case(void **state)
{
	static const struct sprig_case cases[] = {
		{ "upper", "'a\303\237\303\2511'", "string 'A\303\237\303\2111'" },
		{ "lower", "'A\303\211\304\260'", "string 'a\303\251i'" },
		{ "title", "'hello world_x 9a \303\251.b'",
		  "string 'Hello World_x 9a \303\211.B'" },
		{ "title", "'it\"s \307\206'", "string 'It\"S \307\205'" },
		{ "untitle", "'Hello World'", "string 'hello world'" },
		{ "swapcase", "'aBc dEF \303\251\303\211'", "string 'AbC Def \303\211\303\251'" },
	};

	(void)state;
	sprig_check(cases, SL_ARRAY_LEN(cases));
}

static void takes_bytes_for_characters_where_the_original_does(void **state)
{
	static const struct sprig_case cases[] = {
		{ "initials", "'Foo bar  Baz'", "string 'FbB'" },
		{ "initials", "'\303\251 \303\240'", "string '\303\203\303\203'" },
		{ "initials", "''", "string ''" },
		{ "nospace", "' a b\\n'", "string 'ab'" },
		{ "nospace", "'\303\251 \303\240'", "string '\303\203\302\251\303\203'" },
		{ "nospace", "'\303\251'", "string '\303\251'" },
	};

	(void)state;
	sprig_check(cases, SL_ARRAY_LEN(cases));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(changes_case),
		cmocka_unit_test(takes_bytes_for_characters_where_the_original_does),
	};

	return run_group("case", tests);
}
