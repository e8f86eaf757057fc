#include "libcommon/base/strbuf.h"

#include <stdlib.h>

#include "test/unit/support/test.h"

static void is_a_string_when_empty(void **state)
{
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(8);
	SL_AUTO_FREE char *s = sl_strbuf_steal(&b);

	(void)state;
	assert_string_equal(b.p, "");
	assert_string_equal(s, "");
	sl_strbuf_truncate(&b, 0);
	sl_strbuf_consume(&b, 0);
	sl_strbuf_reset(&b);
	assert_int_equal(b.cap, 0);
}

static void appends_every_way(void **state)
{
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(100);

	(void)state;
	sl_strbuf_add(&b, "a\0b", 3);
	sl_strbuf_add(&b, NULL, 0);
	sl_strbuf_adds(&b, SL_STR("cd"));
	sl_strbuf_addz(&b, "ef");
	sl_strbuf_addc(&b, 'g');
	sl_strbuf_addn(&b, 'h', 3);
	sl_strbuf_addn(&b, 'i', 0);
	sl_strbuf_addf(&b, "%d%s", 12, "");
	sl_strbuf_addf(&b, "%s", "");
	assert_int_equal(b.n, 13);
	assert_memory_equal(b.p, "a\0bcdefghhh12", 14);
	assert_int_equal(sl_strbuf_check(&b, "x", NULL), 0);
}

static void refuses_past_its_maximum_for_good(void **state)
{
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	(void)state;
	for (size_t max = 0; max < 200; max++) {
		SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(max);

		for (size_t i = 0; i < max; i++)
			sl_strbuf_addc(&b, 'x');
		assert_ok(sl_strbuf_check(&b, "x", &err), &err);
		assert_int_equal(b.n, max);
		assert_true(b.cap <= max + 1 || max == 0);
		sl_strbuf_addf(&b, "%s", "");
		assert_false(b.failed);
		sl_strbuf_addc(&b, 'y');
		assert_true(b.failed);
		sl_strbuf_truncate(&b, 0);
		sl_strbuf_addz(&b, "z");
		assert_string_equal(b.p, "");
		assert_code(sl_strbuf_check(&b, "x", &err), SL_ERR_TOO_LARGE, &err);
	}
}

static void refuses_formatted_text_as_a_whole(void **state)
{
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(4);
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	(void)state;
	sl_strbuf_addz(&b, "ab");
	sl_strbuf_addf(&b, "%s", "cde");
	assert_string_equal(b.p, "ab");
	assert_error(sl_strbuf_check(&b, "line", &err), SL_ERR_TOO_LARGE, &err,
		     "line is larger than 4 bytes");
	sl_strbuf_reset(&b);
	sl_strbuf_addf(&b, "%s", "abcd");
	assert_string_equal(b.p, "abcd");
	assert_false(b.failed);
}

static void does_not_overflow_with_the_largest_maximum(void **state)
{
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(SIZE_MAX);

	(void)state;
	sl_strbuf_addz(&b, "abc");
	assert_null(sl_strbuf_reserve(&b, SIZE_MAX - 3));
	assert_true(b.failed);
}

static void reserves_and_claims(void **state)
{
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(10);
	char *p = sl_strbuf_reserve(&b, 10);

	(void)state;
	assert_non_null(p);
	memcpy(p, "0123456789", 10);
	sl_strbuf_claim(&b, 4);
	assert_string_equal(b.p, "0123");
	assert_null(sl_strbuf_reserve(&b, 7));
}

static void cuts_and_consumes(void **state)
{
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(100);

	(void)state;
	sl_strbuf_addz(&b, "0123456789");
	sl_strbuf_truncate(&b, 8);
	sl_strbuf_consume(&b, 3);
	assert_str(sl_strbuf_str(&b), "34567");
	sl_strbuf_consume(&b, 5);
	assert_string_equal(b.p, "");
}

static void steals_and_starts_anew(void **state)
{
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(5);
	SL_AUTO_FREE char *s = NULL;

	(void)state;
	sl_strbuf_addz(&b, "abc");
	s = sl_strbuf_steal(&b);
	assert_string_equal(s, "abc");
	assert_int_equal(b.n, 0);
	sl_strbuf_addz(&b, "12345");
	assert_string_equal(b.p, "12345");
	assert_int_equal(b.max, 5);
}

static void begins_in_room_of_the_caller(void **state)
{
	char room[4];
	SL_AUTO(sl_strbuf) b = sl_strbuf_in(room, sizeof(room), 100);
	SL_AUTO_FREE char *s = NULL;

	(void)state;
	assert_str(sl_strbuf_str(&b), "");
	sl_strbuf_addz(&b, "abc");
	assert_ptr_equal(b.p, room);
	assert_string_equal(room, "abc");
	sl_strbuf_addz(&b, "d");
	assert_ptr_not_equal(b.p, room);
	assert_str(sl_strbuf_str(&b), "abcd");
	sl_strbuf_addz(&b, "efghijklmnop");
	assert_string_equal(b.p, "abcdefghijklmnop");
	s = sl_strbuf_steal(&b);
	assert_string_equal(s, "abcdefghijklmnop");
}

static void steals_from_room_of_the_caller(void **state)
{
	char room[4];
	SL_AUTO(sl_strbuf) b = sl_strbuf_in(room, sizeof(room), 3);
	SL_AUTO_FREE char *s = NULL;

	(void)state;
	sl_strbuf_addz(&b, "abc");
	s = sl_strbuf_steal(&b);
	assert_ptr_not_equal(s, room);
	assert_string_equal(s, "abc");
	sl_strbuf_addz(&b, "de");
	assert_str(sl_strbuf_str(&b), "de");
	assert_string_equal(room, "abc");
	sl_strbuf_addz(&b, "fg");
	assert_true(b.failed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_a_string_when_empty),
		cmocka_unit_test(appends_every_way),
		cmocka_unit_test(refuses_past_its_maximum_for_good),
		cmocka_unit_test(refuses_formatted_text_as_a_whole),
		cmocka_unit_test(does_not_overflow_with_the_largest_maximum),
		cmocka_unit_test(reserves_and_claims),
		cmocka_unit_test(cuts_and_consumes),
		cmocka_unit_test(steals_and_starts_anew),
		cmocka_unit_test(begins_in_room_of_the_caller),
		cmocka_unit_test(steals_from_room_of_the_caller),
	};

	return run_group("strbuf", tests);
}
