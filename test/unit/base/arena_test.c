#include "libcommon/base/arena.h"

#include <stdio.h>

#include "libcommon/base/parallel.h"
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

#define BRANCHES 8
#define TEXTS 2000

struct tree {
	struct sl_arena branches[BRANCHES];
	const char *texts[BRANCHES][TEXTS];
};

static void fill(void *arg, size_t i)
{
	struct tree *t = arg;

	for (size_t k = 0; k < TEXTS; k++)
		t->texts[i][k] = sl_arena_printf(&t->branches[i], "%zu of %zu", k, i);
	/* More than a block of a branch. */
	memset(sl_arena_alloc(&t->branches[i], 100000), 'x', 100000);
	sl_arena_release(&t->branches[i]);
}

static void keeps_what_several_threads_put_into_branches(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	const char *before = sl_arena_strdup(&a, "before");
	struct tree *t = sl_arena_new(&a, struct tree);
	struct sl_arena_trunk trunk;

	(void)state;
	sl_arena_trunk_init(&trunk, &a);
	for (size_t i = 0; i < BRANCHES; i++)
		t->branches[i] = sl_arena_branch(&trunk);
	sl_parallel_for(BRANCHES, fill, t);
	sl_arena_trunk_release(&trunk);
	assert_string_equal(before, "before");
	for (size_t i = 0; i < BRANCHES; i++)
		for (size_t k = 0; k < TEXTS; k++) {
			char want[64];

			snprintf(want, sizeof(want), "%zu of %zu", k, i);
			assert_string_equal(t->texts[i][k], want);
		}
	assert_true(a.used > (size_t)BRANCHES * 100000);
	assert_string_equal(sl_arena_strdup(&a, "after"), "after");
}

static void fills_branches_as_one(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT_LIMIT(200000);
	struct sl_arena_trunk trunk;
	struct sl_arena one, two;

	(void)state;
	sl_arena_trunk_init(&trunk, &a);
	one = sl_arena_branch(&trunk);
	two = sl_arena_branch(&trunk);
	memset(sl_arena_bytes(&one, 150000), 'x', 150000);
	assert_false(sl_arena_full(&one));
	memset(sl_arena_bytes(&two, 40000), 'x', 40000);
	assert_false(sl_arena_full(&two));
	memset(sl_arena_bytes(&two, 40000), 'x', 40000);
	assert_true(sl_arena_full(&two));
	sl_arena_release(&one);
	sl_arena_release(&two);
	sl_arena_trunk_release(&trunk);
	assert_int_equal(a.used, 230000);
}

/* Branches take whole blocks, but what counts in the end is what they gave out. */
static void counts_what_branches_gave_out(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	struct sl_arena_trunk trunk;
	struct sl_arena branch;

	(void)state;
	(void)sl_arena_strdup(&a, "before");
	sl_arena_trunk_init(&trunk, &a);
	branch = sl_arena_branch(&trunk);
	for (int i = 0; i < 10; i++)
		memset(sl_arena_bytes(&branch, 20000), 'x', 20000);
	sl_arena_reset(&branch);
	(void)sl_arena_strdup(&branch, "after");
	sl_arena_release(&branch);
	sl_arena_trunk_release(&trunk);
	assert_int_equal(a.used, 7 + 10 * 20000 + 6);
}

static void undoes_what_branches_took(void **state)
{
	static const size_t before[] = { 0, 10, 100000, 600000, 3000000 };

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(before); i++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		char *kept =
			before[i] ? memset(sl_arena_bytes(&a, before[i]), 'k', before[i]) : NULL;
		struct sl_arena_trunk trunk;
		struct sl_arena branch;

		sl_arena_trunk_init(&trunk, &a);
		branch = sl_arena_branch(&trunk);
		for (size_t n = 1; n < 5000000; n *= 3)
			memset(sl_arena_bytes(&branch, n), 'x', n);
		sl_arena_release(&branch);
		sl_arena_trunk_undo(&trunk);
		assert_int_equal(a.used, before[i]);
		memset(sl_arena_alloc(&a, 5000000), 'y', 5000000);
		for (size_t k = 0; k < before[i]; k++)
			assert_int_equal(kept[k], 'k');
	}
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
		cmocka_unit_test(keeps_what_several_threads_put_into_branches),
		cmocka_unit_test(fills_branches_as_one),
		cmocka_unit_test(counts_what_branches_gave_out),
		cmocka_unit_test(undoes_what_branches_took),
		cmocka_unit_test(grows_an_array_and_keeps_its_items),
	};

	return run_group("arena", tests);
}
