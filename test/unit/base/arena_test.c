#include "libcommon/base/arena.h"

#include "test/unit/support/test.h"

static void gives_zeroed_aligned_memory(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;

	(void)state;
	for (size_t size = 0; size < 3000; size += 7) {
		unsigned char *p = sl_arena_alloc(&a, size);

		assert_int_equal((uintptr_t)p % 16, 0);
		for (size_t i = 0; i < size; i++) {
			assert_int_equal(p[i], 0);
			p[i] = 0xff;
		}
		sl_arena_strdup(&a, "x");
	}
}

static void keeps_earlier_memory_when_a_large_block_comes(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	char *small = sl_arena_strdup(&a, "small");
	char *large = sl_arena_alloc(&a, 1 << 20);
	char *next = sl_arena_strdup(&a, "next");

	(void)state;
	memset(large, 'x', 1 << 20);
	assert_string_equal(small, "small");
	assert_string_equal(next, "next");
}

static void copies_text(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	struct sl_str s = sl_arena_str(&a, SL_STR("a\0b")), none = sl_arena_str(&a, SL_STR_NULL);

	(void)state;
	assert_int_equal(s.n, 3);
	assert_memory_equal(s.p, "a\0b\0", 4);
	assert_int_equal(none.n, 0);
	assert_string_equal(none.p, "");
	assert_string_equal(sl_arena_printf(&a, "%d-%s", 3, "x"), "3-x");
	assert_string_equal(sl_arena_strdup(&a, ""), "");
}

static void tells_when_it_is_past_its_limit(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT_LIMIT(100);
	SL_AUTO(sl_arena) none = SL_ARENA_INIT;

	(void)state;
	assert_non_null(sl_arena_alloc(&a, 99));
	assert_false(sl_arena_full(&a));
	assert_non_null(sl_arena_alloc(&a, 1));
	assert_false(sl_arena_full(&a));
	memset(sl_arena_alloc(&a, 1), 1, 1);
	assert_true(sl_arena_full(&a));
	sl_arena_reset(&a);
	assert_false(sl_arena_full(&a));
	assert_non_null(sl_arena_alloc(&none, 1 << 20));
	assert_false(sl_arena_full(&none));
}

static void starts_anew_after_reset(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;

	(void)state;
	sl_arena_reset(&a);
	for (int round = 0; round < 3; round++) {
		int *v = sl_arena_array(&a, 10000, sizeof(*v));

		for (int i = 0; i < 10000; i++) {
			assert_int_equal(v[i], 0);
			v[i] = i;
		}
		assert_int_equal(a.used, 10000 * sizeof(*v));
		(void)sl_arena_strdup(&a, "more");
		sl_arena_reset(&a);
		assert_int_equal(a.used, 0);
	}
}

static void is_empty_and_usable_after_a_wipe(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;

	(void)state;
	for (int i = 0; i < 100; i++)
		sl_arena_printf(&a, "secret %d of many, in more blocks than one", i);
	sl_arena_wipe(&a);
	assert_int_equal(a.used, 0);
	assert_null(a.head);
	assert_string_equal(sl_arena_strdup(&a, "new"), "new");
}

static void takes_what_was_reserved_from_one_block(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	const struct sl_arena_block *block;

	(void)state;
	sl_arena_reserve(&a, 5000);
	block = a.head;
	assert_int_equal(a.used, 0);
	for (int i = 0; i < 5; i++)
		memset(sl_arena_alloc(&a, 992), 'x', 992);
	assert_ptr_equal(a.head, block);
	memset(sl_arena_alloc(&a, 992), 'x', 992);
	assert_ptr_not_equal(a.head, block);
}

static void adopts_what_another_holds(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT, empty = SL_ARENA_INIT;
	struct sl_arena one = SL_ARENA_INIT, two = SL_ARENA_INIT;
	const char *first = sl_arena_strdup(&one, "first"), *second, *large;

	(void)state;
	large = memset(sl_arena_bytes(&one, 5000), 'x', 5000);
	sl_arena_adopt(&a, &one);
	assert_null(one.head);
	assert_int_equal(one.used, 0);
	assert_int_equal(a.used, 6 + 5000);
	second = sl_arena_strdup(&two, "second");
	sl_arena_adopt(&a, &two);
	sl_arena_adopt(&a, &empty);
	assert_int_equal(a.used, 6 + 5000 + 7);
	sl_arena_strdup(&a, "more");
	sl_arena_strdup(&one, "used again");
	assert_string_equal(first, "first");
	assert_string_equal(second, "second");
	assert_int_equal(large[4999], 'x');
	sl_arena_release(&one);
}

static void grows_an_array_and_keeps_its_items(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	size_t *numbers = NULL, cap = 0;

	(void)state;
	for (size_t i = 0; i < 1000; i++) {
		const size_t *before = numbers;
		bool full = i == cap;

		numbers = sl_arena_grow(&a, numbers, i, &cap, sizeof(*numbers));
		assert_true(cap > i);
		if (!full)
			assert_ptr_equal(numbers, before);
		numbers[i] = i;
	}
	for (size_t i = 0; i < 1000; i++)
		assert_int_equal(numbers[i], i);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_zeroed_aligned_memory),
		cmocka_unit_test(keeps_earlier_memory_when_a_large_block_comes),
		cmocka_unit_test(copies_text),
		cmocka_unit_test(tells_when_it_is_past_its_limit),
		cmocka_unit_test(starts_anew_after_reset),
		cmocka_unit_test(is_empty_and_usable_after_a_wipe),
		cmocka_unit_test(takes_what_was_reserved_from_one_block),
		cmocka_unit_test(adopts_what_another_holds),
		cmocka_unit_test(grows_an_array_and_keeps_its_items),
	};

	return run_group("arena", tests);
}
