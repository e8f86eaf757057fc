#include "test/unit/support/test.h"

#include "cli/suggest.h"

static void suggests_the_nearest_word(void **state)
{
	static const struct {
		const char *word, *want;
	} cases[] = {
		{ "gte", "get" },
		{ "ge", "get" },
		{ "GET", "get" },
		{ "recncile", "reconcile" },
		{ "reconciles", "reconcile" },
		{ "rec", "reconcile" },
		{ "suspned", "suspend" },
		{ "xyz", NULL },
		{ "", NULL },
		{ "reconcilexyz", NULL },
		{ "ab", NULL }, /* a word of two letters is not two mistakes away from everything */
	};
	SL_AUTO(sl_strvec) known = SL_STRVEC_INIT;

	(void)state;
	sl_strvec_push(&known, "ks");
	sl_strvec_push(&known, "get");
	sl_strvec_push(&known, "reconcile");
	sl_strvec_push(&known, "suspend");
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		const char *got = sl_cli_suggest(sl_str(cases[i].word), &known);

		if (!sl_streq(got, cases[i].want))
			fail_msg("%s: got %s, want %s", cases[i].word, got ? got : "nothing",
				 cases[i].want ? cases[i].want : "nothing");
	}
}

static void compares_words_up_to_the_cap(void **state)
{
	char word[SL_CLI_SUGGEST_MAX + 2];
	SL_AUTO(sl_strvec) known = SL_STRVEC_INIT;

	(void)state;
	memset(word, 'a', sizeof(word));
	sl_strvec_push_str(&known, (struct sl_str){ word, SL_CLI_SUGGEST_MAX });
	word[0] = 'b';
	assert_non_null(sl_cli_suggest((struct sl_str){ word, SL_CLI_SUGGEST_MAX - 1 }, &known));
	assert_non_null(sl_cli_suggest((struct sl_str){ word, SL_CLI_SUGGEST_MAX }, &known));
	assert_null(sl_cli_suggest((struct sl_str){ word, SL_CLI_SUGGEST_MAX + 1 }, &known));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(suggests_the_nearest_word),
		cmocka_unit_test(compares_words_up_to_the_cap),
	};

	return run_group("cli/suggest", tests);
}
