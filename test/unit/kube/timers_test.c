#include "libcommon/kube/timers.h"

#include <stdlib.h>

#include "libcommon/base/clock.h"
#include "libcommon/base/mem.h"
#include "test/unit/support/expect.h"

#define COUNT 300

static void check_heap(const struct sl_timers *ts)
{
	for (size_t i = 1; i <= ts->n; i++) {
		assert_int_equal(ts->heap[i]->slot, i);
		if (i > 1)
			assert_true(ts->heap[i / 2]->at_ms <= ts->heap[i]->at_ms);
	}
}

/* Arm, move and cancel at random; after each step the heap is a heap. */
static void stays_a_heap(void **state)
{
	struct sl_timers ts = SL_TIMERS_INIT;
	struct sl_timer timers[COUNT] = { 0 };
	unsigned seed = 7;
	int64_t last = -1;
	size_t armed;
	struct sl_timer *t;

	(void)state;
	for (int step = 0; step < 3000; step++) {
		t = &timers[(size_t)rand_r(&seed) % COUNT];
		if (rand_r(&seed) % 3)
			sl_timers_set(&ts, t, rand_r(&seed) % 1000);
		else
			sl_timers_cancel(&ts, t);
		check_heap(&ts);
	}
	armed = ts.n;
	assert_true(armed > COUNT / 3);
	assert_null(sl_timers_take_due(&ts, -1));
	while ((t = sl_timers_take_due(&ts, 1000))) {
		assert_true(t->at_ms >= last);
		assert_int_equal(t->slot, 0);
		last = t->at_ms;
		armed--;
		check_heap(&ts);
	}
	assert_int_equal(armed, 0);
	sl_timers_release(&ts);
}

static void tells_the_next_deadline(void **state)
{
	struct sl_timers ts = SL_TIMERS_INIT;
	struct sl_timer a = { 0 }, b = { 0 };

	(void)state;
	assert_true(sl_timers_next(&ts) == SL_NEVER);
	sl_timers_set(&ts, &a, 20);
	sl_timers_set(&ts, &b, 10);
	assert_int_equal(sl_timers_next(&ts), 10);
	sl_timers_set(&ts, &b, 30);
	assert_int_equal(sl_timers_next(&ts), 20);
	assert_null(sl_timers_take_due(&ts, 19));
	assert_ptr_equal(sl_timers_take_due(&ts, 20), &a);
	assert_null(sl_timers_take_due(&ts, 20));
	sl_timers_release(&ts);
	assert_int_equal(b.slot, 0);
	sl_timers_cancel(&ts, &b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stays_a_heap),
		cmocka_unit_test(tells_the_next_deadline),
	};

	return cmocka_run_group_tests_name("kube/timers", tests, NULL, NULL);
}
