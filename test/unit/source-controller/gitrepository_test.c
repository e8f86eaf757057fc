#include "source-controller/gitrepository.h"

#include <string.h>

#include "test/unit/support/expect.h"

static void shortens_a_subject_by_characters(void **state)
{
	static const struct {
		const char *subject, *want;
	} cases[] = {
		{ "", "" },
		{ "fix", "fix" },
		{ "12345678901234567890123456789012345678901234567890",
		  "12345678901234567890123456789012345678901234567890" },
		{ "12345678901234567890123456789012345678901234567890x",
		  "12345678901234567890123456789012345678901234567890..." },
		{ "ääääääääääääääääääääääääääääääääääääääääääääääääää",
		  "ääääääääääääääääääääääääääääääääääääääääääääääääää" },
		{ "ääääääääääääääääääääääääääääääääääääääääääääääääääx",
		  "ääääääääääääääääääääääääääääääääääääääääääääääääää..." },
		{ "\xff\xff", "\xff\xff" },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;

		assert_string_equal(sc_git_short_message(&a, cases[i].subject), cases[i].want);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shortens_a_subject_by_characters),
	};

	return cmocka_run_group_tests_name("source-controller/gitrepository", tests, NULL, NULL);
}
