#include "libcommon/base/strmap.h"

#include <stdio.h>
#include <stdlib.h>

#include "libcommon/base/mem.h"
#include "test/unit/support/test.h"

static int freed;

static void count_free(void *p)
{
	freed++;
	free(p);
}

static void answers_when_empty(void **state)
{
	SL_AUTO(sl_strmap) m = SL_STRMAP_INIT;
	size_t pos = 0;

	(void)state;
	assert_null(sl_strmap_get(&m, SL_STR("a")));
	assert_false(sl_strmap_remove(&m, SL_STR("a")));
	assert_null(sl_strmap_take(&m, SL_STR("a")));
	assert_null(sl_strmap_next(&m, &pos));
	sl_strmap_reset(&m);
}

static void keeps_keys_apart(void **state)
{
	SL_AUTO(sl_strmap) m = SL_STRMAP_INIT;
	int a, b, c;

	(void)state;
	sl_strmap_set(&m, SL_STR("a"), &a);
	sl_strmap_set(&m, SL_STR("a\0"), &b);
	sl_strmap_set(&m, SL_STR_NULL, &c);
	sl_strmap_set(&m, SL_STR("null"), NULL);
	assert_int_equal(m.n, 4);
	assert_ptr_equal(sl_strmap_get(&m, SL_STR("a")), &a);
	assert_ptr_equal(sl_strmap_get(&m, SL_STR("a\0")), &b);
	assert_ptr_equal(sl_strmap_get(&m, sl_str("")), &c);
	assert_null(sl_strmap_get(&m, SL_STR("null")));
	assert_true(sl_strmap_has(&m, SL_STR("null")));
	sl_strmap_set(&m, SL_STR("a"), &c);
	assert_int_equal(m.n, 4);
	assert_ptr_equal(sl_strmap_get(&m, SL_STR("a")), &c);
}

/* Against a plain array of presence flags: removal must not lose what collided with the removed. */
static void agrees_with_a_model(void **state)
{
	SL_AUTO(sl_strmap) m = SL_STRMAP_INIT;
	bool here[300] = { false };
	uint32_t seed = 1;
	size_t count = 0;

	(void)state;
	for (int step = 0; step < 20000; step++) {
		char key[16];
		size_t i;

		seed = seed * 1664525 + 1013904223;
		i = (seed >> 8) % SL_ARRAY_LEN(here);
		snprintf(key, sizeof(key), "k%zu", i);
		if (seed >> 31) {
			sl_strmap_set(&m, sl_str(key), &here[i]);
			count += !here[i];
			here[i] = true;
		} else {
			assert_int_equal(sl_strmap_remove(&m, sl_str(key)), here[i]);
			count -= here[i];
			here[i] = false;
		}
		assert_int_equal(m.n, count);
		i = (seed >> 4) % SL_ARRAY_LEN(here);
		snprintf(key, sizeof(key), "k%zu", i);
		assert_ptr_equal(sl_strmap_get(&m, sl_str(key)), here[i] ? &here[i] : NULL);
	}
}

static void iterates_over_all(void **state)
{
	SL_AUTO(sl_strmap) m = SL_STRMAP_INIT;
	const struct sl_strmap_entry *e;
	bool seen[100] = { false };
	size_t n = 0;

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(seen); i++) {
		char key[16];

		snprintf(key, sizeof(key), "%zu", i);
		sl_strmap_set(&m, sl_str(key), &seen[i]);
	}
	for (size_t pos = 0; (e = sl_strmap_next(&m, &pos)); n++) {
		assert_false(*(bool *)e->value);
		*(bool *)e->value = true;
		assert_int_equal(strlen(e->key), e->key_len);
	}
	assert_int_equal(n, SL_ARRAY_LEN(seen));
}

static void frees_what_it_owns_once(void **state)
{
	SL_AUTO(sl_strmap) m = SL_STRMAP_INIT_OWNING(count_free);
	char *same = sl_xstrdup("4");

	(void)state;
	freed = 0;
	sl_strmap_set(&m, SL_STR("a"), sl_xstrdup("1"));
	sl_strmap_set(&m, SL_STR("a"), sl_xstrdup("2"));
	assert_int_equal(freed, 1);
	sl_strmap_set(&m, SL_STR("b"), sl_xstrdup("3"));
	free(sl_strmap_take(&m, SL_STR("b")));
	assert_int_equal(freed, 1);
	sl_strmap_set(&m, SL_STR("c"), same);
	sl_strmap_set(&m, SL_STR("c"), same);
	assert_int_equal(freed, 1);
	assert_true(sl_strmap_remove(&m, SL_STR("c")));
	assert_int_equal(freed, 2);
	sl_strmap_reset(&m);
	assert_int_equal(freed, 3);
	assert_int_equal(m.n, 0);
	sl_strmap_set(&m, SL_STR("a"), sl_xstrdup("5"));
	assert_string_equal(sl_strmap_get(&m, SL_STR("a")), "5");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_when_empty),	   cmocka_unit_test(keeps_keys_apart),
		cmocka_unit_test(agrees_with_a_model),	   cmocka_unit_test(iterates_over_all),
		cmocka_unit_test(frees_what_it_owns_once),
	};

	return run_group("strmap", tests);
}
