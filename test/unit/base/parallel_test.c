#include "libcommon/base/parallel.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

#include "test/unit/support/test.h"

#define ITEMS 1000

struct counts {
	atomic_uint calls[ITEMS];
	atomic_uint waiting;
	size_t wanted; /* threads that must have an item at the same time */
};

static void count(void *arg, size_t i)
{
	struct counts *c = arg;

	c->calls[i]++;
}

static void takes_each_item_once(void **state)
{
	static const size_t lengths[] = { 0, 1, 2, SL_PARALLEL_MAX, ITEMS };

	(void)state;
	for (size_t l = 0; l < sizeof(lengths) / sizeof(*lengths); l++) {
		struct counts c = { .wanted = 0 };

		sl_parallel_for(lengths[l], count, &c);
		for (size_t i = 0; i < ITEMS; i++)
			assert_int_equal(c.calls[i], i < lengths[l]);
	}
}

/* Ends only when as many threads as there may be are in it: this test cannot end with fewer. */
static void meet(void *arg, size_t i)
{
	struct counts *c = arg;

	c->calls[i]++;
	c->waiting++;
	while (c->waiting < c->wanted)
		sched_yield();
}

static void works_in_several_threads(void **state)
{
	struct counts c = { .wanted = sl_parallel_threads() };

	(void)state;
	assert_in_range(c.wanted, 1, SL_PARALLEL_MAX);
	sl_parallel_for(c.wanted, meet, &c);
	assert_int_equal(c.waiting, c.wanted);
}

static void leaves_the_caller_where_it_may_run(void **state)
{
	struct counts c = { .wanted = 0 };
	cpu_set_t before, after, one;

	(void)state;
	assert_int_equal(sched_getaffinity(0, sizeof(before), &before), 0);
	sl_parallel_for(ITEMS, count, &c);
	assert_int_equal(sched_getaffinity(0, sizeof(after), &after), 0);
	assert_true(CPU_EQUAL(&before, &after));
	/* With one core there is one thread. */
	CPU_ZERO(&one);
	for (unsigned i = 0; i < CPU_SETSIZE && CPU_COUNT(&one) == 0; i++)
		if (CPU_ISSET(i, &before))
			CPU_SET(i, &one);
	assert_int_equal(sched_setaffinity(0, sizeof(one), &one), 0);
	assert_int_equal(sl_parallel_threads(), 1);
	sl_parallel_for(ITEMS, count, &c);
	assert_int_equal(sched_setaffinity(0, sizeof(before), &before), 0);
	for (size_t i = 0; i < ITEMS; i++)
		assert_int_equal(c.calls[i], 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_each_item_once),
		cmocka_unit_test(works_in_several_threads),
		cmocka_unit_test(leaves_the_caller_where_it_may_run),
	};

	return run_group("parallel", tests);
}
