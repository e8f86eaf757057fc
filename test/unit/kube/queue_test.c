#include "libcommon/kube/queue.h"

#include <pthread.h>
#include <stdio.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "test/unit/support/test.h"

#define KEY(ns, n) (&(struct sl_key){ .namespace_ = (ns), .name = (n) })

static struct sl_queue *make(void)
{
	return sl_queue_new(&(struct sl_queue_options){ .name = "test" });
}

/* Take the next key, which must be there, and be done with it. */
static void assert_next(struct sl_queue *q, const char *ns, const char *name)
{
	struct sl_key key;

	assert_true(sl_queue_get(q, &key));
	assert_string_equal(key.namespace_, ns);
	assert_string_equal(key.name, name);
	sl_queue_done(q, &key);
}

static size_t ready(struct sl_queue *q)
{
	struct sl_queue_stats stats;

	sl_queue_stats(q, &stats);
	return stats.ready;
}

static size_t waiting(struct sl_queue *q)
{
	struct sl_queue_stats stats;

	sl_queue_stats(q, &stats);
	return stats.waiting;
}

static void holds_a_key_once(void **state)
{
	SL_AUTO_PTR(sl_queue) *q = make();

	(void)state;
	sl_queue_add(q, KEY("a", "x"), SL_PRIORITY_HIGH);
	sl_queue_add(q, KEY("a", "x"), SL_PRIORITY_HIGH);
	sl_queue_add(q, KEY("a", "x"), SL_PRIORITY_LOW);
	sl_queue_add(q, KEY("", "a"), SL_PRIORITY_HIGH);
	assert_int_equal(ready(q), 2);
	assert_next(q, "a", "x");
	assert_next(q, "", "a");
	assert_int_equal(ready(q), 0);
}

static void never_hands_out_what_is_processed(void **state)
{
	SL_AUTO_PTR(sl_queue) *q = make();
	struct sl_key key, other;

	(void)state;
	sl_queue_add(q, KEY("a", "x"), SL_PRIORITY_HIGH);
	assert_true(sl_queue_get(q, &key));
	sl_queue_add(q, KEY("a", "x"), SL_PRIORITY_HIGH);
	sl_queue_add(q, KEY("a", "y"), SL_PRIORITY_LOW);
	assert_true(sl_queue_get(q, &other));
	assert_string_equal(other.name, "y");
	assert_int_equal(ready(q), 0);
	sl_queue_done(q, &key);
	assert_int_equal(ready(q), 1);
	sl_queue_done(q, &other);
	assert_next(q, "a", "x");
	assert_int_equal(ready(q), 0);
}

static void takes_turns_between_namespaces(void **state)
{
	SL_AUTO_PTR(sl_queue) *q = make();

	(void)state;
	for (int i = 0; i < 3; i++) {
		char name[2] = { (char)('0' + i), 0 };

		sl_queue_add(q, KEY("big", name), SL_PRIORITY_HIGH);
	}
	sl_queue_add(q, KEY("small", "x"), SL_PRIORITY_HIGH);
	sl_queue_add(q, KEY("tiny", "y"), SL_PRIORITY_HIGH);
	assert_next(q, "big", "0");
	assert_next(q, "small", "x");
	assert_next(q, "tiny", "y");
	assert_next(q, "big", "1");
	sl_queue_add(q, KEY("small", "z"), SL_PRIORITY_HIGH);
	assert_next(q, "big", "2");
	assert_next(q, "small", "z");
}

static void prefers_high_but_starves_nobody(void **state)
{
	SL_AUTO_PTR(sl_queue) *q = make();

	(void)state;
	sl_queue_add(q, KEY("a", "low"), SL_PRIORITY_LOW);
	for (int i = 0; i < SL_QUEUE_HIGH_RUN + 1; i++) {
		char name[16];

		snprintf(name, sizeof(name), "%02d", i);
		sl_queue_add(q, KEY("a", name), SL_PRIORITY_HIGH);
	}
	for (int i = 0; i < SL_QUEUE_HIGH_RUN; i++) {
		char name[16];

		snprintf(name, sizeof(name), "%02d", i);
		assert_next(q, "a", name);
	}
	assert_next(q, "a", "low");
	assert_next(q, "a", "16");
}

static void moves_up_what_becomes_urgent(void **state)
{
	SL_AUTO_PTR(sl_queue) *q = make();

	(void)state;
	sl_queue_add(q, KEY("a", "x"), SL_PRIORITY_LOW);
	sl_queue_add(q, KEY("a", "y"), SL_PRIORITY_LOW);
	sl_queue_add(q, KEY("a", "y"), SL_PRIORITY_HIGH);
	assert_next(q, "a", "y");
	assert_next(q, "a", "x");
}

static void keeps_the_higher_priority_of_a_processed_key(void **state)
{
	SL_AUTO_PTR(sl_queue) *q = make();
	struct sl_key key;

	(void)state;
	sl_queue_add(q, KEY("a", "x"), SL_PRIORITY_LOW);
	assert_true(sl_queue_get(q, &key));
	sl_queue_add(q, &key, SL_PRIORITY_LOW);
	sl_queue_add(q, &key, SL_PRIORITY_HIGH);
	sl_queue_add(q, &key, SL_PRIORITY_LOW);
	sl_queue_add(q, KEY("a", "before"), SL_PRIORITY_LOW);
	sl_queue_done(q, &key);
	assert_next(q, "a", "x");
	assert_next(q, "a", "before");
}

static void waits_for_the_earliest_deadline(void **state)
{
	SL_AUTO_PTR(sl_queue) *q = make();
	int64_t start = sl_mono_ms();

	(void)state;
	sl_queue_add_at(q, KEY("a", "late"), SL_PRIORITY_LOW, start + 60);
	sl_queue_add_at(q, KEY("a", "x"), SL_PRIORITY_LOW, start + 100000);
	sl_queue_add_at(q, KEY("a", "x"), SL_PRIORITY_LOW, start + 30);
	sl_queue_add_at(q, KEY("a", "x"), SL_PRIORITY_LOW, start + 50000);
	sl_queue_add_at(q, KEY("a", "never"), SL_PRIORITY_LOW, SL_NEVER);
	assert_int_equal(waiting(q), 2);
	assert_next(q, "a", "x");
	assert_true(sl_mono_ms() >= start + 30);
	assert_next(q, "a", "late");
	assert_true(sl_mono_ms() >= start + 60);
	assert_int_equal(waiting(q), 0);
}

static void orders_many_deadlines(void **state)
{
	SL_AUTO_PTR(sl_queue) *q = make();
	int64_t start = sl_mono_ms() - 1000;

	(void)state;
	for (int i = 0; i < 500; i++) {
		char name[16];

		snprintf(name, sizeof(name), "%03d", i * 7919 % 500);
		sl_queue_add_at(q, KEY("a", name), SL_PRIORITY_LOW, start + i * 7919 % 500);
	}
	for (int i = 0; i < 500; i += 2) {
		char name[16];

		snprintf(name, sizeof(name), "%03d", i);
		sl_queue_cancel(q, KEY("a", name));
	}
	assert_int_equal(waiting(q), 250);
	for (int i = 1; i < 500; i += 2) {
		char name[16];

		snprintf(name, sizeof(name), "%03d", i);
		assert_next(q, "a", name);
	}
}

static void drops_the_deadline_when_a_run_begins(void **state)
{
	SL_AUTO_PTR(sl_queue) *q = make();
	struct sl_key key;

	(void)state;
	sl_queue_add_after(q, KEY("a", "x"), SL_PRIORITY_LOW, 100000);
	sl_queue_add(q, KEY("a", "x"), SL_PRIORITY_HIGH);
	assert_int_equal(waiting(q), 1);
	assert_true(sl_queue_get(q, &key));
	assert_int_equal(waiting(q), 0);
	/* What is asked for during the run counts. */
	sl_queue_add_after(q, &key, SL_PRIORITY_LOW, 5);
	sl_queue_done(q, &key);
	assert_next(q, "a", "x");
}

static void fires_a_deadline_during_a_run_afterwards(void **state)
{
	SL_AUTO_PTR(sl_queue) *q = make();
	struct sl_key key, other;

	(void)state;
	sl_queue_add(q, KEY("a", "x"), SL_PRIORITY_HIGH);
	assert_true(sl_queue_get(q, &key));
	sl_queue_add_at(q, KEY("a", "x"), SL_PRIORITY_HIGH, sl_mono_ms());
	sl_queue_add_after(q, KEY("a", "y"), SL_PRIORITY_HIGH, 10);
	assert_true(sl_queue_get(q, &other));
	assert_string_equal(other.name, "y");
	sl_queue_done(q, &other);
	sl_queue_done(q, &key);
	assert_next(q, "a", "x");
}

static void backs_off_with_jitter_up_to_the_cap(void **state)
{
	const struct sl_queue_options options = { .base_delay_ms = 750, .max_delay_ms = 900000 };
	SL_AUTO_PTR(sl_queue) *q = sl_queue_new(&options);
	int64_t want = 750;

	(void)state;
	for (int i = 0; i < 70; i++) {
		int64_t delay = sl_queue_add_rate_limited(q, KEY("a", "x"));

		assert_in_range(delay, want * 9 / 10, want * 11 / 10);
		assert_int_equal(sl_queue_failures(q, KEY("a", "x")), i + 1);
		want = want * 2 > 900000 ? 900000 : want * 2;
	}
	sl_queue_forget(q, KEY("a", "x"));
	assert_int_equal(sl_queue_failures(q, KEY("a", "x")), 0);
	assert_in_range(sl_queue_add_rate_limited(q, KEY("a", "x")), 675, 825);
	sl_queue_cancel(q, KEY("a", "x"));
	assert_int_equal(waiting(q), 0);
	assert_int_equal(sl_queue_failures(q, KEY("a", "x")), 0);
}

static void lets_no_key_spin(void **state)
{
	SL_AUTO_PTR(sl_queue) *q = make();
	struct sl_key key;

	(void)state;
	sl_queue_add(q, KEY("a", "x"), SL_PRIORITY_HIGH);
	for (int i = 0; i <= SL_QUEUE_AT_ONCE_MAX; i++) {
		assert_int_equal(ready(q), 1);
		assert_true(sl_queue_get(q, &key));
		sl_queue_add_again(q, &key);
		sl_queue_done(q, &key);
	}
	assert_int_equal(ready(q), 0);
	assert_int_equal(waiting(q), 1);
	sl_queue_cancel(q, KEY("a", "x"));
	sl_queue_add_again(q, KEY("a", "x"));
	assert_int_equal(ready(q), 1);
}

static void hands_out_nothing_after_shutdown(void **state)
{
	SL_AUTO_PTR(sl_queue) *q = make();
	struct sl_key key;

	(void)state;
	sl_queue_add(q, KEY("a", "x"), SL_PRIORITY_HIGH);
	sl_queue_shutdown(q);
	sl_queue_add(q, KEY("a", "y"), SL_PRIORITY_HIGH);
	assert_false(sl_queue_get(q, &key));
	assert_int_equal(ready(q), 1);
}

struct worker {
	struct sl_queue *q;
	pthread_t thread;
	atomic_int *busy; /* per key: more than one at a time is wrong */
	atomic_int *runs;
	atomic_int *overlaps;
};

static void *work(void *ctx)
{
	struct worker *w = ctx;
	struct sl_key key;

	while (sl_queue_get(w->q, &key)) {
		int k = key.name[0] - 'a';

		if (atomic_fetch_add(&w->busy[k], 1))
			atomic_fetch_add(w->overlaps, 1);
		atomic_fetch_add(&w->runs[k], 1);
		if (atomic_load(&w->runs[k]) % 3 == 0)
			sl_queue_add_after(w->q, &key, SL_PRIORITY_LOW, 1);
		atomic_fetch_sub(&w->busy[k], 1);
		sl_queue_done(w->q, &key);
	}
	return NULL;
}

static void serves_many_workers_and_producers(void **state)
{
	SL_AUTO_PTR(sl_queue) *q = make();
	atomic_int busy[8] = { 0 }, runs[8] = { 0 }, overlaps = 0;
	struct worker workers[4];

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(workers); i++) {
		workers[i] = (struct worker){ q, 0, busy, runs, &overlaps };
		assert_int_equal(pthread_create(&workers[i].thread, NULL, work, &workers[i]), 0);
	}
	for (int i = 0; i < 4000; i++) {
		char name[2] = { (char)('a' + i % 8), 0 }, ns[2] = { (char)('a' + i % 8 % 3), 0 };

		sl_queue_add(q, KEY(ns, name), i % 2 ? SL_PRIORITY_HIGH : SL_PRIORITY_LOW);
		if (i % 5 == 0)
			sl_queue_add_after(q, KEY(ns, name), SL_PRIORITY_LOW, i % 3);
	}
	while (ready(q) || waiting(q)) {
		const struct timespec pause = { .tv_nsec = 1000000 };

		nanosleep(&pause, NULL);
	}
	assert_true(sl_queue_wait_idle(q, sl_mono_ms() + 5000));
	sl_queue_shutdown(q);
	for (size_t i = 0; i < SL_ARRAY_LEN(workers); i++)
		pthread_join(workers[i].thread, NULL);
	assert_int_equal(overlaps, 0);
	for (int i = 0; i < 8; i++)
		assert_true(runs[i] > 0);
}

static void *get_one(void *ctx)
{
	struct sl_key key;

	if (!sl_queue_get(ctx, &key))
		return NULL;
	sl_queue_done(ctx, &key);
	return ctx;
}

/* The sleeper that watches the clock must learn of an earlier deadline, and of ready keys. */
static void wakes_a_sleeper_for_an_earlier_deadline(void **state)
{
	SL_AUTO_PTR(sl_queue) *q = make();
	pthread_t threads[3];
	void *got;

	(void)state;
	sl_queue_add_after(q, KEY("a", "far"), SL_PRIORITY_LOW, 1000000);
	for (size_t i = 0; i < SL_ARRAY_LEN(threads); i++)
		assert_int_equal(pthread_create(&threads[i], NULL, get_one, q), 0);
	sl_queue_add_after(q, KEY("a", "x"), SL_PRIORITY_LOW, 20);
	sl_queue_add_after(q, KEY("a", "y"), SL_PRIORITY_LOW, 10);
	sl_queue_add_after(q, KEY("a", "z"), SL_PRIORITY_LOW, 30);
	for (size_t i = 0; i < SL_ARRAY_LEN(threads); i++) {
		pthread_join(threads[i], &got);
		assert_ptr_equal(got, q);
	}
	assert_int_equal(waiting(q), 1);
}

struct idle_probe {
	struct sl_queue *q;
	int calls;
};

/* The second call would come after the second key: it ends the get() that blocks then. */
static void count_idle(void *ctx)
{
	struct idle_probe *probe = ctx;

	probe->calls++;
	if (probe->calls == 1)
		sl_queue_add(probe->q, KEY("a", "again"), SL_PRIORITY_LOW);
	else
		sl_queue_shutdown(probe->q);
}

static void tells_when_it_turned_idle_after_work(void **state)
{
	struct idle_probe probe = { 0 };
	const struct sl_queue_options options = { .on_idle = count_idle,
						  .idle_ctx = &probe,
						  .idle_ms = 10 };
	SL_AUTO_PTR(sl_queue) *q = sl_queue_new(&options);
	int64_t start = sl_mono_ms();
	struct sl_key key;

	(void)state;
	probe.q = q;
	sl_queue_add_after(q, KEY("a", "x"), SL_PRIORITY_LOW, 20);
	assert_next(q, "a", "x"); /* no call before: there was no work yet */
	assert_int_equal(probe.calls, 0);
	assert_next(q, "a", "again");
	assert_int_equal(probe.calls, 1);
	assert_true(sl_mono_ms() >= start + 30);
	assert_false(sl_queue_get(q, &key));
	assert_int_equal(probe.calls, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(holds_a_key_once),
		cmocka_unit_test(never_hands_out_what_is_processed),
		cmocka_unit_test(takes_turns_between_namespaces),
		cmocka_unit_test(prefers_high_but_starves_nobody),
		cmocka_unit_test(moves_up_what_becomes_urgent),
		cmocka_unit_test(keeps_the_higher_priority_of_a_processed_key),
		cmocka_unit_test(waits_for_the_earliest_deadline),
		cmocka_unit_test(orders_many_deadlines),
		cmocka_unit_test(drops_the_deadline_when_a_run_begins),
		cmocka_unit_test(fires_a_deadline_during_a_run_afterwards),
		cmocka_unit_test(backs_off_with_jitter_up_to_the_cap),
		cmocka_unit_test(lets_no_key_spin),
		cmocka_unit_test(hands_out_nothing_after_shutdown),
		cmocka_unit_test(serves_many_workers_and_producers),
		cmocka_unit_test(wakes_a_sleeper_for_an_earlier_deadline),
		cmocka_unit_test(tells_when_it_turned_idle_after_work),
	};

	return run_group("kube/queue", tests);
}
