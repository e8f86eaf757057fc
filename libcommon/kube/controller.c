#include "libcommon/kube/controller.h"

#include <assert.h>
#include <malloc.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "libcommon/base/clock.h"
#include "libcommon/kube/manager.h"

#define IDLE_MS 1000

struct controller_metrics {
	struct sl_metric *total, *errors, *terminal, *time, *active, *max, *gotk;
};

struct sl_controller {
	struct sl_controller_options options;
	struct sl_manager *manager;
	char *name; /* the kind in lower case, as in logs and metrics */
	struct sl_store *store;
	struct sl_queue *queue;
	struct controller_metrics metrics;
	pthread_t *threads;
	int thread_count;
};

/* client_golang's ExponentialBucketsRange(10e-3, 1800, 10), as Flux's metrics have it. */
static const double gotk_bounds[] = {
	0.01,
	0.038363583488692544,
	0.1471764538093883,
	0.5646216173286169,
	2.166090855590701,
	8.309900738254731,
	31.879757075478317,
	122.30217221643493,
	469.19495946736544,
	1799.9999999999986,
};
/* controller-runtime's. */
static const double time_bounds[] = {
	0.005, 0.01, 0.025, 0.05, 0.1,	0.15, 0.2,  0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6,
	0.7,   0.8,  0.9,   1,	  1.25, 1.5,  1.75, 2,	  2.5, 3,    3.5, 4,	4.5, 5,
	6,     7,    8,	    9,	  10,	15,   20,   25,	  30,  40,   50,  60,
};

static const struct sl_metric_desc metric_total = {
	.name = "controller_runtime_reconcile_total",
	.help = "Total number of reconciliations per controller",
	.type = SL_METRIC_COUNTER,
	.labels = { "controller", "result" },
};
static const struct sl_metric_desc metric_errors = {
	.name = "controller_runtime_reconcile_errors_total",
	.help = "Total number of reconciliation errors per controller",
	.type = SL_METRIC_COUNTER,
	.labels = { "controller" },
};
static const struct sl_metric_desc metric_terminal = {
	.name = "controller_runtime_terminal_reconcile_errors_total",
	.help = "Total number of terminal reconciliation errors per controller",
	.type = SL_METRIC_COUNTER,
	.labels = { "controller" },
};
static const struct sl_metric_desc metric_time = {
	.name = "controller_runtime_reconcile_time_seconds",
	.help = "Length of time per reconciliation per controller",
	.type = SL_METRIC_HISTOGRAM,
	.labels = { "controller" },
	.bounds = time_bounds,
	.bound_count = SL_ARRAY_LEN(time_bounds),
};
static const struct sl_metric_desc metric_active = {
	.name = "controller_runtime_active_workers",
	.help = "Number of currently used workers per controller",
	.type = SL_METRIC_GAUGE,
	.labels = { "controller" },
};
static const struct sl_metric_desc metric_max = {
	.name = "controller_runtime_max_concurrent_reconciles",
	.help = "Maximum number of concurrent reconciles per controller",
	.type = SL_METRIC_GAUGE,
	.labels = { "controller" },
};
static const struct sl_metric_desc metric_gotk = {
	.name = "gotk_reconcile_duration_seconds",
	.help = "The duration in seconds of a GitOps Toolkit resource reconciliation.",
	.type = SL_METRIC_HISTOGRAM,
	.labels = { "kind", "name", "namespace" },
	.bounds = gotk_bounds,
	.bound_count = SL_ARRAY_LEN(gotk_bounds),
};

static const char *const result_names[] = {
	[SL_DONE] = "success", [SL_REQUEUE_NOW] = "requeue", [SL_REQUEUE_AFTER] = "requeue_after",
	[SL_RETRY] = "error",  [SL_STOP] = "error",
};

/* Every series exists from the start, as controller-runtime has it. */
static void set_up_metrics(struct sl_controller *c)
{
	struct sl_metrics *m = sl_manager_metrics(c->manager);

	c->metrics = (struct controller_metrics){
		.total = sl_metrics_register(m, &metric_total),
		.errors = sl_metrics_register(m, &metric_errors),
		.terminal = sl_metrics_register(m, &metric_terminal),
		.time = sl_metrics_register(m, &metric_time),
		.active = sl_metrics_register(m, &metric_active),
		.max = sl_metrics_register(m, &metric_max),
		.gotk = sl_metrics_register(m, &metric_gotk),
	};
	for (size_t i = 0; i < SL_ARRAY_LEN(result_names); i++)
		sl_metric_add(c->metrics.total, 0, SL_LABELS(c->name, result_names[i]));
	sl_metric_add(c->metrics.errors, 0, SL_LABELS(c->name));
	sl_metric_add(c->metrics.terminal, 0, SL_LABELS(c->name));
	sl_metric_set(c->metrics.active, 0, SL_LABELS(c->name));
	sl_metric_set(c->metrics.max, c->options.workers, SL_LABELS(c->name));
}

static void give_memory_back(void *ctx)
{
	(void)ctx;
	malloc_trim(0);
}

static char *lower(const char *s)
{
	char *copy = sl_xstrdup(s);

	for (char *p = copy; *p; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p - 'A' + 'a');
	return copy;
}

static void on_change(void *ctx, const struct sl_cached *old, const struct sl_cached *now)
{
	struct sl_controller *c = ctx;
	const struct sl_cached *any = now ? now : old;
	/* What was there at the start is no news: a person's change may overtake it. */
	enum sl_priority priority =
		old || sl_store_has_synced(c->store) ? SL_PRIORITY_HIGH : SL_PRIORITY_LOW;

	assert(any);
	if (!now || c->options.predicate(c->options.ctx, old, now))
		sl_controller_enqueue(c, any->namespace_.p, any->name.p, priority);
}

struct sl_controller *sl_controller_new(struct sl_manager *m,
					const struct sl_controller_options *options)
{
	struct sl_controller *c = sl_xcalloc(1, sizeof(*c));
	const struct sl_settings *settings = sl_manager_settings(m);
	const struct sl_store_options store = {
		.kind = options->kind,
		.namespace_ = sl_settings_watch_namespace(settings),
		.label_selector = sl_settings_watch_selector(settings),
		.is_busy = true,
	};

	c->options = *options;
	if (!c->options.predicate)
		c->options.predicate = sl_predicate_changed;
	if (!c->options.workers)
		c->options.workers = (int)settings->concurrent;
	if (!c->options.stack_bytes)
		c->options.stack_bytes = SL_WORKER_STACK_BYTES;
	c->manager = m;
	c->name = lower(options->kind->kind);
	c->queue = sl_queue_new(&(struct sl_queue_options){
		.name = c->name,
		.base_delay_ms = settings->min_retry_delay_ms,
		.max_delay_ms = settings->max_retry_delay_ms,
		.metrics = sl_manager_metrics(m),
		.on_idle = give_memory_back,
		.idle_ms = IDLE_MS,
	});
	c->store = sl_manager_add_store(m, &store);
	sl_store_listen(c->store, on_change, c);
	set_up_metrics(c);
	sl_manager_add_controller(m, c);
	return c;
}

struct sl_store *sl_controller_store(struct sl_controller *c)
{
	return c->store;
}

struct sl_queue *sl_controller_queue(struct sl_controller *c)
{
	return c->queue;
}

const struct sl_kube_kind *sl_controller_kind(struct sl_controller *c)
{
	return c->options.kind;
}

void sl_controller_enqueue(struct sl_controller *c, const char *namespace_, const char *name,
			   enum sl_priority priority)
{
	sl_queue_add(c->queue, &(struct sl_key){ namespace_, name }, priority);
}

void sl_controller_enqueue_after(struct sl_controller *c, const char *namespace_, const char *name,
				 enum sl_priority priority, int64_t delay_ms)
{
	sl_queue_add_after(c->queue, &(struct sl_key){ namespace_, name }, priority, delay_ms);
}

/* Log a failure, once for all who were on its way. */
static void log_error(const struct sl_run *run, const struct sl_result *result,
		      const struct sl_err *err)
{
	bool failed = result->outcome == SL_RETRY || result->outcome == SL_STOP;

	if (!err->code && !failed)
		return;
	if (err->code == SL_ERR_CANCELED && sl_manager_stopping(run->manager))
		return;
	sl_log_error(&run->log, "Reconciler error", err->code ? err : NULL);
}

static void requeue(struct sl_controller *c, const struct sl_run *run,
		    const struct sl_result *result)
{
	const struct sl_key *key = &run->key;

	switch (result->outcome) {
	case SL_DONE:
	case SL_STOP:
		sl_queue_forget(c->queue, key);
		break;
	case SL_REQUEUE_NOW:
		sl_queue_add_again(c->queue, key);
		break;
	case SL_REQUEUE_AFTER:
		sl_queue_forget(c->queue, key);
		sl_queue_add_at(c->queue, key, result->priority, result->at_ms);
		break;
	case SL_RETRY:
		sl_queue_add_rate_limited(c->queue, key);
		break;
	}
}

static void count(struct sl_controller *c, const struct sl_run *run, const struct sl_result *result)
{
	double seconds = (double)(sl_mono_ms() - run->started_ms) / 1000;

	sl_metric_add(c->metrics.total, 1, SL_LABELS(c->name, result_names[result->outcome]));
	if (result->outcome == SL_RETRY || result->outcome == SL_STOP)
		sl_metric_add(c->metrics.errors, 1, SL_LABELS(c->name));
	if (result->outcome == SL_STOP)
		sl_metric_add(c->metrics.terminal, 1, SL_LABELS(c->name));
	sl_metric_observe(c->metrics.time, seconds, SL_LABELS(c->name));
	if (run->object)
		sl_metric_observe(
			c->metrics.gotk, seconds,
			SL_LABELS(c->options.kind->kind, run->key.name, run->key.namespace_));
	else
		sl_metric_remove(c->metrics.gotk, SL_LABELS(c->options.kind->kind, run->key.name,
							    run->key.namespace_));
}

static void run_once(struct sl_controller *c, const struct sl_key *key, struct sl_http_client *http)
{
	SL_AUTO(sl_arena) arena = SL_ARENA_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	SL_AUTO_CACHED struct sl_cached *object =
		sl_store_get(c->store, key->namespace_, key->name);
	struct sl_run run = {
		.key = *key,
		.object = object,
		.arena = &arena,
		.started_ms = sl_mono_ms(),
		.failures = sl_queue_failures(c->queue, key),
		.http = http,
		.controller = c,
		.manager = c->manager,
	};
	struct sl_result result;

	sl_uuid(run.reconcile_id);
	run.log = (struct sl_log){
		.controller = c->name,
		.controller_group = c->options.kind->group,
		.controller_kind = c->options.kind->kind,
		.namespace_ = *key->namespace_ ? key->namespace_ : NULL,
		.name = key->name,
		.reconcile_id = run.reconcile_id,
	};
	sl_metric_add(c->metrics.active, 1, SL_LABELS(c->name));
	result = c->options.reconcile(c->options.ctx, &run, &err);
	sl_metric_add(c->metrics.active, -1, SL_LABELS(c->name));
	log_error(&run, &result, &err);
	count(c, &run, &result);
	requeue(c, &run, &result);
}

static void *work(void *ctx)
{
	struct sl_controller *c = ctx;
	struct sl_http_client *http = sl_http_client_new(NULL);
	struct sl_key key;

	if (!http) /* the library is initialised: memory is out */
		abort();
	while (sl_queue_get(c->queue, &key)) {
		run_once(c, &key, http);
		sl_queue_done(c->queue, &key);
	}
	sl_http_client_free(http);
	return NULL;
}

int sl_controller_start_workers(struct sl_controller *c, struct sl_err *err)
{
	pthread_attr_t attr;
	int r = c->options.on_start ? c->options.on_start(c->options.ctx, err) : 0;

	if (r)
		return r;
	c->threads = sl_xcalloc((size_t)c->options.workers, sizeof(pthread_t));
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, c->options.stack_bytes);
	while (!r && c->thread_count < c->options.workers) {
		r = pthread_create(&c->threads[c->thread_count], &attr, work, c);
		if (!r)
			c->thread_count++;
	}
	pthread_attr_destroy(&attr);
	return r ? sl_err_errno(err, r, "start a worker of %s", c->name) : 0;
}

void sl_controller_stop(struct sl_controller *c)
{
	sl_queue_shutdown(c->queue);
}

bool sl_controller_join(struct sl_controller *c, int64_t deadline_ms)
{
	/* After a shutdown an idle worker is one that ends: joining it takes no time. */
	if (!sl_queue_wait_idle(c->queue, deadline_ms))
		return false;
	for (int i = 0; i < c->thread_count; i++)
		pthread_join(c->threads[i], NULL);
	c->thread_count = 0;
	return true;
}

void sl_controller_free(struct sl_controller *c)
{
	if (!c)
		return;
	sl_queue_free(c->queue);
	free(c->threads);
	free(c->name);
	free(c);
}

bool sl_predicate_changed(void *ctx, const struct sl_cached *old, const struct sl_cached *now)
{
	(void)ctx;
	if (!old)
		return true;
	return sl_obj_generation(old->value) != sl_obj_generation(now->value) ||
	       sl_obj_is_deleting(old->value) != sl_obj_is_deleting(now->value) ||
	       !sl_str_eq(sl_obj_annotation(old->value, SL_ANN_REQUESTED_AT),
			  sl_obj_annotation(now->value, SL_ANN_REQUESTED_AT));
}
