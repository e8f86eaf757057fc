/* `want` is what sprig 3.3 gives. */
#include "test/unit/support/sprigcall.h"

#include "test/unit/support/test.h"

static void counts(void **state)
{
	static const struct sprig_case cases[] = {
		{ "until", "3", "[]int []int{0, 1, 2}" },
		{ "until", "0", "[]int []int{}" },
		{ "until", "-3", "[]int []int{0, -1, -2}" },
		{ "untilStep", "0, 10, 3", "[]int []int{0, 3, 6, 9}" },
		{ "untilStep", "10, 0, -4", "[]int []int{10, 6, 2}" },
		{ "untilStep", "0, 10, -1", "[]int []int{}" },
		{ "untilStep", "10, 0, 1", "[]int []int{}" },
		{ "untilStep", "0, 0, 1", "[]int []int{}" },
		{ "untilStep", "0, 10, 0", "[]int []int{}" },
		{ "seq", "", "string ''" },
		{ "seq", "3", "string '1 2 3'" },
		{ "seq", "1", "string '1'" },
		{ "seq", "0", "string '1 0'" },
		{ "seq", "-2", "string '1 0 -1 -2'" },
		{ "seq", "2, 5", "string '2 3 4 5'" },
		{ "seq", "5, 2", "string '5 4 3 2'" },
		{ "seq", "3, 3", "string '3'" },
		{ "seq", "0, 3, 10", "string '0 3 6 9'" },
		{ "seq", "10, -3, 0", "string '10 7 4 1'" },
		{ "seq", "10, 3, 0", "string ''" },
		{ "seq", "0, -3, 10", "string ''" },
		{ "seq", "1, 0, 5", "string ''" },
		{ "seq", "1, 2, 3, 4", "string ''" },
	};

	(void)state;
	sprig_check(cases, SL_ARRAY_LEN(cases));
}

static void lists_have_a_limit(void **state)
{
	static const struct {
		const char *function, *args;
		bool fits;
	} cases[] = {
		{ "until", "4194303", true },
		{ "until", "4194304", true },
		{ "until", "4194305", false },
		{ "until", "9223372036854775807", false },
		{ "untilStep", "-9223372036854775808, 9223372036854775807, 1", false },
		{ "untilStep", "9223372036854775807, -9223372036854775808, -1", false },
		{ "seq", "4194305", false },
		{ "seq", "9223372036854775807, 0", false },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		struct sl_goval v;
		int r = sprig_call(&a, NULL, cases[i].function, cases[i].args, &v, &err);

		if (cases[i].fits)
			assert_ok(r, &err);
		else
			assert_error(r, SL_ERR_TOO_LARGE, &err,
				     "the list has more than 4194304 items");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts),
		cmocka_unit_test(lists_have_a_limit),
	};

	return run_group("sequence", tests);
}
