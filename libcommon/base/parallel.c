#include "libcommon/base/parallel.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>

struct loop;

/* A thread, and the items that it begins with: what is left of them is for whoever has done his own. */
struct share {
	struct loop *loop;
	atomic_size_t next;
	size_t end;
};

struct loop {
	void (*each)(void *arg, size_t i);
	void *arg;
	struct share shares[SL_PARALLEL_MAX];
	size_t n; /* of those */
};

static void take_items(struct loop *l, struct share *s)
{
	size_t i;

	while ((i = atomic_fetch_add_explicit(&s->next, 1, memory_order_relaxed)) < s->end)
		l->each(l->arg, i);
}

static void take_shares(struct loop *l, size_t first)
{
	for (size_t i = 0; i < l->n; i++)
		take_items(l, &l->shares[(first + i) % l->n]);
}

static void *run(void *data)
{
	struct share *own = data;

	take_shares(own->loop, (size_t)(own - own->loop->shares));
	return NULL;
}

/* How many threads there may be on these cores, which are those that the calling one may use. */
static size_t threads_on(cpu_set_t *ret_cores)
{
	size_t n = 1;

	if (sched_getaffinity(0, sizeof(*ret_cores), ret_cores) == 0)
		n = (size_t)CPU_COUNT(ret_cores);
	return n < SL_PARALLEL_MAX ? n : SL_PARALLEL_MAX;
}

size_t sl_parallel_threads(void)
{
	cpu_set_t cores;

	return threads_on(&cores);
}

/*
 * On another core than this one: where the scheduler would put it behind the calling thread, it waited
 * there until the loop is done.
 */
static bool start(struct share *s, const cpu_set_t *cores, pthread_t *ret)
{
	cpu_set_t others = *cores;
	int here = sched_getcpu();
	pthread_attr_t attr;
	int r;

	if (here >= 0)
		CPU_CLR((unsigned)here, &others);
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, SL_PARALLEL_STACK);
	if (CPU_COUNT(&others) > 0)
		pthread_attr_setaffinity_np(&attr, sizeof(others), &others);
	r = pthread_create(ret, &attr, run, s);
	pthread_attr_destroy(&attr);
	return r == 0;
}

void sl_parallel_for(size_t n, void (*each)(void *arg, size_t i), void *arg)
{
	struct loop l = { .each = each, .arg = arg };
	pthread_t threads[SL_PARALLEL_MAX];
	cpu_set_t cores;
	size_t started = 0;

	l.n = threads_on(&cores);
	if (l.n > n)
		l.n = n ? n : 1;
	for (size_t i = 0; i < l.n; i++) {
		l.shares[i].loop = &l;
		atomic_init(&l.shares[i].next, n * i / l.n);
		l.shares[i].end = n * (i + 1) / l.n;
	}
	while (started + 1 < l.n && start(&l.shares[started + 1], &cores, &threads[started]))
		started++;
	take_shares(&l, 0);
	for (size_t i = 0; i < started; i++) {
		/* If the other cores had no time for it: now there is this one. */
		(void)pthread_setaffinity_np(threads[i], sizeof(cores), &cores);
		(void)pthread_join(threads[i], NULL);
	}
}
