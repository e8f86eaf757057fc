#include "libcommon/base/sort.h"

#include <stdint.h>
#include <string.h>

#include "libcommon/base/mem.h"
#include "test/unit/support/test.h"

struct item {
	uint8_t key, other[4]; /* no power of two */
};

static unsigned compared;

static int by_key(const void *x, const void *y)
{
	const struct item *a = x, *b = y;

	compared++;
	return a->key < b->key ? -1 : a->key > b->key;
}

/* Sorts the keys, and checks that each took the rest of its item with it. */
static void check_sorted(const char *keys, const char *want)
{
	struct item items[16] = { 0 };
	size_t n = strlen(keys);

	for (size_t i = 0; i < n; i++)
		items[i] = (struct item){ (uint8_t)keys[i], { [3] = (uint8_t)keys[i] } };
	compared = 0;
	sl_sort(items, n, sizeof(items[0]), by_key);
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(items[i].key, want[i]);
		assert_int_equal(items[i].other[3], want[i]);
	}
}

static void sorts(void **state)
{
	static const struct {
		const char *keys, *want;
	} cases[] = {
		{ "", "" },
		{ "a", "a" },
		{ "ba", "ab" },
		{ "hgfedcba", "abcdefgh" },
		{ "gfedcba", "abcdefg" },
		{ "abcdfe", "abcdef" },
		{ "fedcab", "abcdef" },
		{ "ccbbaa", "aabbcc" },
		{ "thequickbrown", "bcehiknoqrtuw" },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++)
		check_sorted(cases[i].keys, cases[i].want);
	sl_sort(NULL, 0, sizeof(struct item), by_key);
}

static void looks_once_at_what_is_in_order(void **state)
{
	(void)state;
	check_sorted("aabcddefgh", "aabcddefgh");
	assert_int_equal(compared, 9);
	check_sorted("jihgfedcba", "abcdefghij");
	assert_int_equal(compared, 1 + 9);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sorts),
		cmocka_unit_test(looks_once_at_what_is_in_order),
	};

	return run_group("sort", tests);
}
