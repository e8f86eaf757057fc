/* `want` is what sprig 3.3 gives. */
#include "test/unit/support/sprigcall.h"

#include "test/unit/support/test.h"

static void joins_words(void **state)
{
	static const struct sprig_case cases[] = {
		{ "snakecase", "'FirstName'", "string 'first_name'" },
		{ "snakecase", "'HTTPServer'", "string 'http_server'" },
		{ "snakecase", "'NoHTTPS'", "string 'no_https'" },
		{ "snakecase", "'GO_PATH'", "string 'go_path'" },
		{ "snakecase", "'GO PATH'", "string 'go_path'" },
		{ "snakecase", "'GO-PATH'", "string 'go_path'" },
		{ "snakecase", "'http2xx'", "string 'http_2xx'" },
		{ "snakecase", "'HTTP20xOK'", "string 'http_20x_ok'" },
		{ "snakecase", "'Duration2m3s'", "string 'duration_2m3s'" },
		{ "snakecase", "'Bld4Floor3rd'", "string 'bld4_floor_3rd'" },
		{ "snakecase", "'_leading'", "string '_leading'" },
		{ "snakecase", "'trailing_'", "string 'trailing_'" },
		{ "snakecase", "'a.b!c'", "string 'a.b!c'" },
		{ "snakecase", "'\346\227\245\346\234\254Go'",
		  "string '\346\227\245\346\234\254_go'" },
		{ "snakecase", "'a1'", "string 'a1'" },
		{ "snakecase", "'1a'", "string '1a'" },
		{ "snakecase", "''", "string ''" },
		{ "kebabcase", "'FirstName'", "string 'first-name'" },
		{ "kebabcase", "'HTTPServer2xx'", "string 'http-server-2xx'" },
		{ "kebabcase", "'a  b__c'", "string 'a--b--c'" },
	};

	(void)state;
	sprig_check(cases, SL_ARRAY_LEN(cases));
}

static void makes_camels(void **state)
{
	static const struct sprig_case cases[] = {
		{ "camelcase", "'some_words'", "string 'SomeWords'" },
		{ "camelcase", "'http_server'", "string 'HttpServer'" },
		{ "camelcase", "'_complex__case_'", "string '_Complex_Case_'" },
		{ "camelcase", "'some words-here'", "string 'SomeWordsHere'" },
		{ "camelcase", "'GOLANG_IS_GREAT'", "string 'GolangIsGreat'" },
		{ "camelcase", "'aBC'", "string 'ABC'" },
		{ "camelcase", "'-'", "string '--'" },
		{ "camelcase", "'--a'", "string '--A'" },
		{ "camelcase", "''", "string ''" },
		{ "camelcase", "'\303\251_\303\240'", "string '\303\211\303\200'" },
	};

	(void)state;
	sprig_check(cases, SL_ARRAY_LEN(cases));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(joins_words),
		cmocka_unit_test(makes_camels),
	};

	return run_group("words", tests);
}
