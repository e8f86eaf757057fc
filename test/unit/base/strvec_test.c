#include "libcommon/base/strvec.h"

#include <stdlib.h>

#include "libcommon/base/mem.h"
#include "test/unit/support/test.h"

static void is_always_an_argv(void **state)
{
	SL_AUTO(sl_strvec) l = SL_STRVEC_INIT;

	(void)state;
	assert_null(l.v);
	for (int i = 0; i < 40; i++) {
		sl_strvec_pushf(&l, "%02d", i);
		assert_int_equal(l.n, i + 1);
		assert_null(l.v[l.n]);
	}
	while (l.n) {
		sl_strvec_remove(&l, l.n / 2);
		assert_null(l.v[l.n]);
	}
}

static void holds_copies_and_takes(void **state)
{
	SL_AUTO(sl_strvec) l = SL_STRVEC_INIT;
	char text[] = "abc";

	(void)state;
	sl_strvec_push(&l, text);
	sl_strvec_push_str(&l, sl_str_sub(sl_str(text), 1, 2));
	sl_strvec_push_str(&l, SL_STR_NULL);
	sl_strvec_take(&l, sl_xstrdup("own"));
	text[0] = 'x';
	assert_string_equal(l.v[0], "abc");
	assert_string_equal(l.v[1], "b");
	assert_string_equal(l.v[2], "");
	assert_string_equal(l.v[3], "own");
	assert_true(sl_strvec_contains(&l, SL_STR("own")));
	assert_false(sl_strvec_contains(&l, SL_STR("ow")));
	sl_strvec_remove(&l, 0);
	assert_string_equal(l.v[0], "b");
	assert_int_equal(l.n, 3);
}

static void sorts_and_joins(void **state)
{
	SL_AUTO(sl_strvec) l = SL_STRVEC_INIT;
	SL_AUTO_FREE char *none = sl_strvec_join(&l, ",");
	SL_AUTO_FREE char *joined = NULL;

	(void)state;
	assert_string_equal(none, "");
	sl_strvec_sort(&l);
	sl_strvec_push(&l, "b");
	sl_strvec_push(&l, "\xc3\xa9");
	sl_strvec_push(&l, "B");
	sl_strvec_push(&l, "");
	sl_strvec_sort(&l);
	joined = sl_strvec_join(&l, ", ");
	assert_string_equal(joined, ", B, b, \xc3\xa9");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_always_an_argv),
		cmocka_unit_test(holds_copies_and_takes),
		cmocka_unit_test(sorts_and_joins),
	};

	return run_group("strvec", tests);
}
