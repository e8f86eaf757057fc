#include "libcommon/kube/queue.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "libcommon/kube/queue_parts.h"

struct queue_metrics {
	struct sl_metric *depth, *adds, *retries, *queue_time, *work_time, *unfinished, *longest;
};

struct sl_queue {
	struct sl_queue_options options;
	char *name;
	struct queue_metrics metrics;

	pthread_mutex_t lock;
	pthread_cond_t work;  /* the followers' */
	pthread_cond_t timer; /* the leader's: it sleeps until the earliest deadline */
	pthread_cond_t idle;  /* sl_queue_wait_idle()'s */
	bool has_leader;
	int64_t leader_until_ms; /* it wakes by itself then */
	unsigned followers;
	bool is_shut_down;

	struct sl_strmap items;
	struct sl_ready ready[SL_PRIORITY_COUNT];
	struct sl_deadlines deadlines;
	unsigned high_run;
	size_t processing;
	uint64_t add_count, retry_count;
	int64_t idle_at_ms; /* when on_idle is due, SL_NEVER: not */
};

/* client_golang's ExponentialBuckets(10e-9, 10, 12), which client-go's work queue metrics use. */
static const double time_bounds[] = { 1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3,
				      1e-2, 1e-1, 1,	10,   100,  1000 };

#define QUEUE_LABELS .labels = { "name", "controller" }
static const struct sl_metric_desc metric_depth = { .name = "workqueue_depth",
						    .help = "Current depth of workqueue",
						    .type = SL_METRIC_GAUGE,
						    QUEUE_LABELS };
static const struct sl_metric_desc metric_adds = {
	.name = "workqueue_adds_total",
	.help = "Total number of adds handled by workqueue",
	.type = SL_METRIC_COUNTER,
	QUEUE_LABELS
};
static const struct sl_metric_desc metric_retries = {
	.name = "workqueue_retries_total",
	.help = "Total number of retries handled by workqueue",
	.type = SL_METRIC_COUNTER,
	QUEUE_LABELS
};
static const struct sl_metric_desc metric_queue_time = {
	.name = "workqueue_queue_duration_seconds",
	.help = "How long in seconds an item stays in workqueue before being requested",
	.type = SL_METRIC_HISTOGRAM,
	QUEUE_LABELS,
	.bounds = time_bounds,
	.bound_count = SL_ARRAY_LEN(time_bounds),
};
static const struct sl_metric_desc metric_work_time = {
	.name = "workqueue_work_duration_seconds",
	.help = "How long in seconds processing an item from workqueue takes.",
	.type = SL_METRIC_HISTOGRAM,
	QUEUE_LABELS,
	.bounds = time_bounds,
	.bound_count = SL_ARRAY_LEN(time_bounds),
};
static const struct sl_metric_desc metric_unfinished = {
	.name = "workqueue_unfinished_work_seconds",
	.help = "How many seconds of work has been done that is in progress and hasn't been "
		"observed "
		"by work_duration. Large values indicate stuck threads.",
	.type = SL_METRIC_GAUGE,
	QUEUE_LABELS
};
static const struct sl_metric_desc metric_longest = {
	.name = "workqueue_longest_running_processor_seconds",
	.help = "How many seconds has the longest running processor for workqueue been running.",
	.type = SL_METRIC_GAUGE,
	QUEUE_LABELS
};

static void observe_depth(struct sl_queue *q)
{
	sl_metric_set(q->metrics.depth,
		      (double)(q->ready[SL_PRIORITY_HIGH].n + q->ready[SL_PRIORITY_LOW].n),
		      SL_LABELS(q->name, q->name));
}

static void collect_running(void *ctx)
{
	struct sl_queue *q = ctx;
	struct sl_queue_stats stats;

	sl_queue_stats(q, &stats);
	sl_metric_set(q->metrics.unfinished, stats.unfinished_seconds, SL_LABELS(q->name, q->name));
	sl_metric_set(q->metrics.longest, stats.longest_seconds, SL_LABELS(q->name, q->name));
}

static void set_up_metrics(struct sl_queue *q)
{
	struct sl_metrics *m = q->options.metrics;

	q->metrics = (struct queue_metrics){
		.depth = sl_metrics_register(m, &metric_depth),
		.adds = sl_metrics_register(m, &metric_adds),
		.retries = sl_metrics_register(m, &metric_retries),
		.queue_time = sl_metrics_register(m, &metric_queue_time),
		.work_time = sl_metrics_register(m, &metric_work_time),
		.unfinished = sl_metrics_register(m, &metric_unfinished),
		.longest = sl_metrics_register(m, &metric_longest),
	};
	sl_metric_add(q->metrics.adds, 0, SL_LABELS(q->name, q->name));
	sl_metric_add(q->metrics.retries, 0, SL_LABELS(q->name, q->name));
	observe_depth(q);
	sl_metrics_on_collect(m, collect_running, q);
}

struct sl_queue *sl_queue_new(const struct sl_queue_options *options)
{
	struct sl_queue *q = sl_xcalloc(1, sizeof(*q));
	pthread_condattr_t monotonic;

	q->options = *options;
	q->name = sl_xstrdup(options->name ? options->name : "queue");
	if (!q->options.base_delay_ms)
		q->options.base_delay_ms = SL_QUEUE_BASE_DELAY_MS;
	if (!q->options.max_delay_ms)
		q->options.max_delay_ms = SL_QUEUE_MAX_DELAY_MS;
	q->idle_at_ms = SL_NEVER;
	pthread_mutex_init(&q->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&q->work, &monotonic);
	pthread_cond_init(&q->timer, &monotonic);
	pthread_cond_init(&q->idle, &monotonic);
	pthread_condattr_destroy(&monotonic);
	for (size_t i = 0; i < SL_PRIORITY_COUNT; i++)
		sl_ready_init(&q->ready[i]);
	set_up_metrics(q);
	return q;
}

static void free_item(struct sl_queue_item *item)
{
	free(item->id);
	free(item);
}

void sl_queue_free(struct sl_queue *q)
{
	const struct sl_strmap_entry *e;

	if (!q)
		return;
	for (size_t pos = 0; (e = sl_strmap_next(&q->items, &pos));)
		free_item(e->value);
	sl_strmap_release(&q->items);
	for (size_t i = 0; i < SL_PRIORITY_COUNT; i++)
		sl_ready_release(&q->ready[i]);
	sl_deadlines_release(&q->deadlines);
	pthread_cond_destroy(&q->work);
	pthread_cond_destroy(&q->timer);
	pthread_cond_destroy(&q->idle);
	pthread_mutex_destroy(&q->lock);
	free(q->name);
	free(q);
}

/* "namespace\0name": neither holds a NUL. The caller frees it. */
static char *make_id(const struct sl_key *key, size_t *ret_len)
{
	size_t ns = strlen(key->namespace_), name = strlen(key->name);
	char *id = sl_xmalloc(ns + name + 2);

	memcpy(id, key->namespace_, ns + 1);
	memcpy(id + ns + 1, key->name, name + 1);
	*ret_len = ns + 1 + name;
	return id;
}

static struct sl_queue_item *find(struct sl_queue *q, const struct sl_key *key)
{
	size_t len;
	SL_AUTO_FREE char *id = make_id(key, &len);

	return sl_strmap_get(&q->items, (struct sl_str){ id, len });
}

static struct sl_queue_item *need(struct sl_queue *q, const struct sl_key *key)
{
	struct sl_queue_item *item = find(q, key);

	if (item)
		return item;
	item = sl_xcalloc(1, sizeof(*item));
	item->id = make_id(key, &item->id_len);
	item->key.namespace_ = item->id;
	item->key.name = item->id + strlen(key->namespace_) + 1;
	item->deadline_ms = SL_NEVER;
	sl_strmap_set(&q->items, (struct sl_str){ item->id, item->id_len }, item);
	return item;
}

/* Free the item if nothing is known of it any more. */
static void tidy(struct sl_queue *q, struct sl_queue_item *item)
{
	if (item->is_ready || item->is_processing || item->deadline_ms != SL_NEVER ||
	    item->failures || item->at_once)
		return;
	sl_strmap_remove(&q->items, (struct sl_str){ item->id, item->id_len });
	free_item(item);
}

/* One sleeper for what has become ready. A woken one wakes the next if there is more. */
static pthread_cond_t *worker(struct sl_queue *q)
{
	if (q->followers)
		return &q->work;
	return q->has_leader ? &q->timer : NULL;
}

/* The leader, if it would sleep beyond this time. */
static pthread_cond_t *leader(struct sl_queue *q, int64_t deadline_ms)
{
	return q->has_leader && deadline_ms < q->leader_until_ms ? &q->timer : NULL;
}

/* Give the lock up, then wake who sleeps on `cond`, or nobody: under the lock it would only meet that. */
static void unlock_and_wake(struct sl_queue *q, pthread_cond_t *cond)
{
	pthread_mutex_unlock(&q->lock);
	if (cond)
		pthread_cond_signal(cond);
}

static void push_ready(struct sl_queue *q, struct sl_queue_item *item, enum sl_priority priority)
{
	item->is_ready = true;
	item->priority = priority;
	item->ready_since_ms = sl_mono_ms();
	sl_ready_push(&q->ready[priority], item);
	q->idle_at_ms = SL_NEVER;
	q->add_count++;
	sl_metric_add(q->metrics.adds, 1, SL_LABELS(q->name, q->name));
	observe_depth(q);
}

/* True when there is one more to hand out: a sleeper should be woken. */
static bool make_ready(struct sl_queue *q, struct sl_queue_item *item, enum sl_priority priority)
{
	if (item->is_processing) {
		if (!item->is_dirty || priority < item->priority)
			item->priority = priority;
		item->is_dirty = true;
	} else if (!item->is_ready) {
		push_ready(q, item, priority);
		return true;
	} else if (priority < item->priority) {
		sl_ready_remove(&q->ready[item->priority], item);
		item->priority = priority;
		sl_ready_push(&q->ready[priority], item);
	}
	return false;
}

/* Who must look at the clock anew, or NULL. */
static pthread_cond_t *make_wait(struct sl_queue *q, struct sl_queue_item *item,
				 enum sl_priority priority, int64_t deadline_ms)
{
	if (deadline_ms >= item->deadline_ms)
		return NULL;
	item->deadline_priority = priority;
	sl_deadlines_set(&q->deadlines, item, deadline_ms);
	return leader(q, deadline_ms);
}

void sl_queue_add(struct sl_queue *q, const struct sl_key *key, enum sl_priority priority)
{
	pthread_cond_t *cond = NULL;

	pthread_mutex_lock(&q->lock);
	if (!q->is_shut_down && make_ready(q, need(q, key), priority))
		cond = worker(q);
	unlock_and_wake(q, cond);
}

void sl_queue_add_at(struct sl_queue *q, const struct sl_key *key, enum sl_priority priority,
		     int64_t deadline_ms)
{
	pthread_cond_t *cond = NULL;

	if (deadline_ms == SL_NEVER)
		return;
	pthread_mutex_lock(&q->lock);
	if (!q->is_shut_down)
		cond = make_wait(q, need(q, key), priority, deadline_ms);
	unlock_and_wake(q, cond);
}

void sl_queue_add_after(struct sl_queue *q, const struct sl_key *key, enum sl_priority priority,
			int64_t delay_ms)
{
	int64_t now = sl_mono_ms();

	if (delay_ms <= 0)
		sl_queue_add(q, key, priority);
	else
		sl_queue_add_at(q, key, priority,
				delay_ms > SL_NEVER - now ? SL_NEVER : now + delay_ms);
}

static int64_t backoff_ms(const struct sl_queue_options *o, int failures)
{
	int64_t delay = o->base_delay_ms;

	for (int i = 0; i < failures && delay < o->max_delay_ms; i++)
		delay = delay > o->max_delay_ms / 2 ? o->max_delay_ms : delay * 2;
	if (delay > o->max_delay_ms)
		delay = o->max_delay_ms;
	return sl_jitter_ms(delay, SL_QUEUE_JITTER_PERCENT);
}

static pthread_cond_t *rate_limit(struct sl_queue *q, struct sl_queue_item *item,
				  int64_t *ret_delay_ms)
{
	int64_t delay = backoff_ms(&q->options, item->failures);

	item->failures++;
	q->retry_count++;
	sl_metric_add(q->metrics.retries, 1, SL_LABELS(q->name, q->name));
	*ret_delay_ms = delay;
	return make_wait(q, item, SL_PRIORITY_LOW, sl_mono_ms() + delay);
}

int64_t sl_queue_add_rate_limited(struct sl_queue *q, const struct sl_key *key)
{
	pthread_cond_t *cond = NULL;
	int64_t delay = 0;

	pthread_mutex_lock(&q->lock);
	if (!q->is_shut_down)
		cond = rate_limit(q, need(q, key), &delay);
	unlock_and_wake(q, cond);
	return delay;
}

static pthread_cond_t *add_again(struct sl_queue *q, struct sl_queue_item *item)
{
	int64_t delay;

	if (item->at_once >= SL_QUEUE_AT_ONCE_MAX)
		return rate_limit(q, item, &delay);
	item->at_once++;
	return make_ready(q, item, SL_PRIORITY_HIGH) ? worker(q) : NULL;
}

void sl_queue_add_again(struct sl_queue *q, const struct sl_key *key)
{
	pthread_cond_t *cond = NULL;

	pthread_mutex_lock(&q->lock);
	if (!q->is_shut_down)
		cond = add_again(q, need(q, key));
	unlock_and_wake(q, cond);
}

void sl_queue_forget(struct sl_queue *q, const struct sl_key *key)
{
	struct sl_queue_item *item;

	pthread_mutex_lock(&q->lock);
	item = find(q, key);
	if (item) {
		item->failures = 0;
		item->at_once = 0;
		tidy(q, item);
	}
	pthread_mutex_unlock(&q->lock);
}

void sl_queue_cancel(struct sl_queue *q, const struct sl_key *key)
{
	struct sl_queue_item *item;

	pthread_mutex_lock(&q->lock);
	item = find(q, key);
	if (item) {
		item->failures = 0;
		item->at_once = 0;
		sl_deadlines_set(&q->deadlines, item, SL_NEVER);
		tidy(q, item);
	}
	pthread_mutex_unlock(&q->lock);
}

int sl_queue_failures(struct sl_queue *q, const struct sl_key *key)
{
	const struct sl_queue_item *item;
	int failures;

	pthread_mutex_lock(&q->lock);
	item = find(q, key);
	failures = item ? item->failures : 0;
	pthread_mutex_unlock(&q->lock);
	return failures;
}

/* Wakes nobody: the caller takes one of them, and hand_out() tells the next. */
static void promote_due(struct sl_queue *q, int64_t now_ms)
{
	struct sl_queue_item *item;

	while ((item = sl_deadlines_first(&q->deadlines)) && item->deadline_ms <= now_ms) {
		sl_deadlines_set(&q->deadlines, item, SL_NEVER);
		make_ready(q, item, item->deadline_priority);
	}
}

static struct sl_queue_item *pop(struct sl_queue *q)
{
	struct sl_ready *high = &q->ready[SL_PRIORITY_HIGH], *low = &q->ready[SL_PRIORITY_LOW];
	bool low_turn = !high->n || q->high_run >= SL_QUEUE_HIGH_RUN;

	if (low->n && low_turn) {
		q->high_run = 0;
		return sl_ready_pop(low);
	}
	q->high_run = low->n ? q->high_run + 1 : 0;
	return sl_ready_pop(high);
}

static void wait_until(pthread_cond_t *cond, pthread_mutex_t *lock, int64_t deadline_ms)
{
	const struct timespec ts = {
		.tv_sec = (time_t)(deadline_ms / 1000),
		.tv_nsec = (long)(deadline_ms % 1000) * 1000000,
	};

	if (deadline_ms == SL_NEVER)
		pthread_cond_wait(cond, lock);
	else
		pthread_cond_timedwait(cond, lock, &ts);
}

/* Sleep once, as follower or as the leader; the caller looks again afterwards. */
static void sleep_once(struct sl_queue *q, int64_t now_ms)
{
	const struct sl_queue_item *first = sl_deadlines_first(&q->deadlines);
	int64_t until =
		first && first->deadline_ms < q->idle_at_ms ? first->deadline_ms : q->idle_at_ms;

	if (q->has_leader) {
		q->followers++;
		pthread_cond_wait(&q->work, &q->lock);
		q->followers--;
		return;
	}
	q->has_leader = true;
	q->leader_until_ms = until;
	if (q->idle_at_ms <= now_ms) {
		q->idle_at_ms = SL_NEVER;
		pthread_mutex_unlock(&q->lock);
		q->options.on_idle(q->options.idle_ctx);
		pthread_mutex_lock(&q->lock);
	} else {
		wait_until(&q->timer, &q->lock, until);
	}
	q->has_leader = false;
}

/* Returns whom to wake: more is ready, or nobody watches the clock. */
static pthread_cond_t *hand_out(struct sl_queue *q, struct sl_queue_item *item)
{
	int64_t now = sl_mono_ms();

	item->is_ready = false;
	item->is_processing = true;
	item->started_ms = now;
	sl_deadlines_set(&q->deadlines, item, SL_NEVER);
	q->processing++;
	sl_metric_observe(q->metrics.queue_time, (double)(now - item->ready_since_ms) / 1000,
			  SL_LABELS(q->name, q->name));
	observe_depth(q);
	if (q->ready[SL_PRIORITY_HIGH].n || q->ready[SL_PRIORITY_LOW].n)
		return worker(q);
	return !q->has_leader && q->followers ? &q->work : NULL;
}

bool sl_queue_get(struct sl_queue *q, struct sl_key *ret_key)
{
	struct sl_queue_item *item = NULL;
	pthread_cond_t *cond = NULL;

	pthread_mutex_lock(&q->lock);
	while (!q->is_shut_down) {
		int64_t now = sl_mono_ms();

		promote_due(q, now);
		item = pop(q);
		if (item)
			break;
		sleep_once(q, now);
	}
	if (item) {
		cond = hand_out(q, item);
		*ret_key = item->key;
	}
	unlock_and_wake(q, cond);
	return item != NULL;
}

void sl_queue_done(struct sl_queue *q, const struct sl_key *key)
{
	struct sl_queue_item *item;
	int64_t now = sl_mono_ms();
	pthread_cond_t *cond = NULL;

	pthread_mutex_lock(&q->lock);
	item = find(q, key);
	item->is_processing = false;
	q->processing--;
	sl_metric_observe(q->metrics.work_time, (double)(now - item->started_ms) / 1000,
			  SL_LABELS(q->name, q->name));
	if (item->is_dirty && !q->is_shut_down) {
		item->is_dirty = false;
		push_ready(q, item, item->priority);
		cond = worker(q);
	} else {
		tidy(q, item);
	}
	if (!q->processing) {
		pthread_cond_broadcast(&q->idle);
		if (q->options.on_idle && !q->ready[SL_PRIORITY_HIGH].n &&
		    !q->ready[SL_PRIORITY_LOW].n) {
			q->idle_at_ms = now + q->options.idle_ms;
			cond = leader(q, q->idle_at_ms);
		}
	}
	unlock_and_wake(q, cond);
}

void sl_queue_shutdown(struct sl_queue *q)
{
	pthread_mutex_lock(&q->lock);
	q->is_shut_down = true;
	pthread_cond_broadcast(&q->work);
	pthread_cond_broadcast(&q->timer);
	pthread_mutex_unlock(&q->lock);
}

bool sl_queue_wait_idle(struct sl_queue *q, int64_t deadline_ms)
{
	bool idle;

	pthread_mutex_lock(&q->lock);
	while (q->processing && sl_mono_ms() < deadline_ms)
		wait_until(&q->idle, &q->lock, deadline_ms);
	idle = !q->processing;
	pthread_mutex_unlock(&q->lock);
	return idle;
}

void sl_queue_stats(struct sl_queue *q, struct sl_queue_stats *ret_stats)
{
	const struct sl_strmap_entry *e;
	int64_t now = sl_mono_ms();

	pthread_mutex_lock(&q->lock);
	*ret_stats = (struct sl_queue_stats){
		.ready = q->ready[SL_PRIORITY_HIGH].n + q->ready[SL_PRIORITY_LOW].n,
		.waiting = q->deadlines.n,
		.processing = q->processing,
		.adds = q->add_count,
		.retries = q->retry_count,
	};
	for (size_t pos = 0; q->processing && (e = sl_strmap_next(&q->items, &pos));) {
		const struct sl_queue_item *item = e->value;
		double seconds = (double)(now - item->started_ms) / 1000;

		if (!item->is_processing)
			continue;
		ret_stats->unfinished_seconds += seconds;
		if (seconds > ret_stats->longest_seconds)
			ret_stats->longest_seconds = seconds;
	}
	pthread_mutex_unlock(&q->lock);
}
