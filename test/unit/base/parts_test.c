#include "libcommon/base/parts.h"

#include <stdio.h>

#include "test/unit/support/test.h"

#define ITEMS 1000

struct items {
	atomic_uint calls[ITEMS];
	const char *texts[ITEMS];
	size_t bad; /* the item that fails, or ITEMS */
};

static int each(void *arg, struct sl_part *p)
{
	struct items *all = arg;

	for (size_t i = p->from; i < p->to; i++) {
		all->calls[i]++;
		all->texts[i] = sl_arena_printf(&p->a, "%zu by %zu", i, p->number);
		if (i == all->bad)
			return SL_ERR_INVALID;
	}
	return 0;
}

static void takes_each_item_once_and_keeps_what_it_gave(void **state)
{
	static const size_t lengths[] = { 0, 1, SL_PARTS - 1, SL_PARTS + 1, ITEMS };

	(void)state;
	for (size_t l = 0; l < SL_ARRAY_LEN(lengths); l++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		struct items all = { .bad = ITEMS };
		size_t n = lengths[l];

		assert_true(sl_parts_run(sl_parallel_for, &a, n, each, &all));
		for (size_t i = 0; i < ITEMS; i++)
			assert_int_equal(all.calls[i], i < n);
		for (size_t i = 0; i < n; i++) {
			char want[32];

			snprintf(want, sizeof(want), "%zu by ", i);
			assert_int_equal(strncmp(all.texts[i], want, strlen(want)), 0);
		}
		assert_true(n == 0 || a.used > 0);
	}
}

static void leaves_the_arena_as_it_was_when_a_part_fails(void **state)
{
	static const size_t bad[] = { 0, 1, ITEMS / 2, ITEMS - 1 };

	(void)state;
	for (size_t b = 0; b < SL_ARRAY_LEN(bad); b++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		const char *before = sl_arena_strdup(&a, "before");
		struct items all = { .bad = bad[b] };

		assert_false(sl_parts_run(sl_parallel_for, &a, ITEMS, each, &all));
		assert_int_equal(a.used, strlen("before") + 1);
		assert_string_equal(before, "before");
		assert_string_equal(sl_arena_strdup(&a, "after"), "after");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_each_item_once_and_keeps_what_it_gave),
		cmocka_unit_test(leaves_the_arena_as_it_was_when_a_part_fails),
	};

	return run_group("parts", tests);
}
