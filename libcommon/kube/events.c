#include "libcommon/kube/events.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "libcommon/base/clock.h"
#include "libcommon/base/log.h"
#include "libcommon/codec/json.h"
#include "libcommon/kube/events_parts.h"
#include "libcommon/kube/object.h"
#include "libcommon/net/http.h"
#include "libcommon/net/url.h"

#define WRITE_TIMEOUT_MS 10000 /* an Event must not hold up those behind it for longer */
#define PAUSE_MIN_MS 1000
#define PAUSE_MAX_MS 30000
#define STACK_BYTES ((size_t)512 << 10) /* TLS is done on it */
#define HOST_BYTES 256

enum receiver { TO_KUBE, TO_POST, RECEIVERS };

/* What one receiver has yet to get, oldest first. */
struct outbox {
	struct sl_event_item *items[SL_EVENTS_QUEUE_MAX]; /* a ring */
	size_t first, n;
	int64_t next_ms; /* not before this time (monotonic) */
	int pauses;	 /* in a row */
	bool is_dropping;
};

struct sl_events {
	struct sl_kube_client *client;
	char *controller, *address;
	char host[HOST_BYTES];
	struct sl_metric *dropped;
	struct sl_log log;

	pthread_mutex_t lock;
	pthread_cond_t changed; /* work, the end, or a receiver has been served */
	struct outbox outboxes[RECEIVERS];
	struct sl_event_limiter *limiter;
	bool is_sending, is_ending;
	int64_t end_ms;
	pthread_t thread;

	/* The thread's own. */
	struct sl_correlator *correlator;
	struct sl_http_client *http;
};

static const struct sl_metric_desc metric_dropped = {
	.name = "sluice_events_dropped_total",
	.help = "Number of events that were not delivered, by receiver.",
	.type = SL_METRIC_COUNTER,
	.labels = { "receiver" },
};
static const char *const receiver_names[] = { [TO_KUBE] = "kubernetes", [TO_POST] = "events-addr" };

static const struct sl_kube_kind event_kind = {
	.group = "",
	.version = "v1",
	.kind = "Event",
	.plural = "events",
	.namespaced = true,
};

/* What became of an attempt. */
enum fate { DELIVERED, LOST, AGAIN };

static bool is_passing(int r)
{
	return r == SL_ERR_NET || r == SL_ERR_TIMEOUT || r == SL_ERR_UNAVAILABLE ||
	       r == SL_ERR_CANCELED;
}

static int write_event(struct sl_events *e, const struct sl_event_item *item,
		       const struct sl_correlation *what, struct sl_err *err)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	const struct sl_kube_ref ref = {
		.kind = &event_kind,
		.namespace_ = sl_arena_str(&a, sl_event_item_namespace(item)).p,
		.name = what->name,
	};
	const struct sl_kube_patch_options patch = {
		.type = SL_KUBE_MERGE_PATCH,
		.field_manager = e->controller,
	};
	const struct sl_kube_verb_options options = { .timeout_ms = WRITE_TIMEOUT_MS };

	/* Nothing of the answers is needed. */
	if (what->count > 1)
		return sl_kube_patch(e->client, &ref, sl_event_item_patch(&a, item, what->count),
				     &patch, &options, &a, NULL, err);
	return sl_kube_create(e->client, &ref,
			      sl_event_item_object(&a, item, e->controller, e->host, what->name),
			      e->controller, &options, &a, NULL, err);
}

static enum fate send_to_kube(struct sl_events *e, const struct sl_event_item *item,
			      struct sl_err *err)
{
	struct sl_correlation what = sl_correlator_decide(e->correlator, item);
	int r;

	r = write_event(e, item, &what, err);
	if (r == SL_ERR_NOT_FOUND && what.count > 1) {
		/* The Event has expired meanwhile: begin a new one. */
		sl_err_release(err);
		sl_correlator_forget(e->correlator, item);
		what = sl_correlator_decide(e->correlator, item);
		r = write_event(e, item, &what, err);
	}
	if (r)
		sl_correlator_forget(e->correlator, item);
	/* A conflict is an earlier attempt of ours whose answer got lost. */
	if (!r || r == SL_ERR_CONFLICT || r == SL_ERR_EXISTS)
		return DELIVERED;
	return is_passing(r) ? AGAIN : LOST;
}

static enum fate send_post(struct sl_events *e, const struct sl_event_item *item,
			   struct sl_err *err)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_strbuf) body = SL_STRBUF_INIT((size_t)4 << 20);
	SL_AUTO(sl_http_response) response = SL_HTTP_RESPONSE_INIT;
	struct sl_http_request request = {
		.method = "POST",
		.url = e->address,
		.content_type = "application/json",
		.user_agent = e->controller,
		.connect_timeout_ms = SL_EVENTS_POST_TIMEOUT_MS,
		.deadline_ms = sl_mono_ms() + SL_EVENTS_POST_TIMEOUT_MS,
	};
	int r;

	if (!e->http)
		e->http = sl_http_client_new(err);
	if (!e->http)
		return AGAIN;
	sl_json_write(sl_event_item_body(&a, item, e->controller, e->host),
		      SL_JSON_COMPACT | SL_JSON_HTML_SAFE, &body);
	r = sl_strbuf_check(&body, "event", err);
	if (r)
		return LOST;
	request.body = sl_strbuf_str(&body);
	r = sl_http_do(e->http, &request, &response, err);
	if (!r || r == SL_ERR_THROTTLED)
		return DELIVERED;
	return is_passing(r) ? AGAIN : LOST;
}

static void unref_item(struct sl_event_item *item)
{
	if (--item->refs == 0)
		sl_event_item_free(item);
}

/* Take the oldest one away, under the lock. */
static void drop_first(struct outbox *box)
{
	unref_item(box->items[box->first]);
	box->first = (box->first + 1) % SL_EVENTS_QUEUE_MAX;
	box->n--;
}

static void log_loss(struct sl_events *e, enum receiver to, const struct sl_event_item *item,
		     const struct sl_err *err)
{
	sl_metric_add(e->dropped, 1, SL_LABELS(receiver_names[to]));
	sl_log_error(&e->log, "unable to record event", err->code ? err : NULL,
		     SL_KS("receiver", receiver_names[to]),
		     SL_KSTR("reconciler kind", sl_get_str(item->involved, "kind")),
		     SL_KSTR("namespace", sl_get_str(item->involved, "namespace")),
		     SL_KSTR("name", sl_get_str(item->involved, "name")),
		     SL_KSTR("reason", item->reason));
}

static int64_t pause_ms(int pauses)
{
	int64_t ms = PAUSE_MIN_MS;

	while (pauses-- > 0 && ms < PAUSE_MAX_MS)
		ms *= 2;
	return sl_jitter_ms(ms < PAUSE_MAX_MS ? ms : PAUSE_MAX_MS, 10);
}

/* One attempt for the oldest event of a receiver. Called with the lock held, which it gives up. */
static void serve(struct sl_events *e, enum receiver to)
{
	struct outbox *box = &e->outboxes[to];
	struct sl_event_item *item = box->items[box->first];
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	enum fate fate;

	item->refs++;
	e->is_sending = true;
	pthread_mutex_unlock(&e->lock);
	fate = to == TO_KUBE ? send_to_kube(e, item, &err) : send_post(e, item, &err);
	if (fate == AGAIN && sl_mono_ms() - item->mono_ms > SL_EVENTS_KEEP_MS)
		fate = LOST;
	if (fate == LOST)
		log_loss(e, to, item, &err);
	pthread_mutex_lock(&e->lock);
	e->is_sending = false;
	if (fate == AGAIN && !e->is_ending) {
		box->next_ms = sl_mono_ms() + pause_ms(box->pauses++);
	} else {
		box->pauses = 0;
		box->next_ms = 0;
		drop_first(box);
	}
	unref_item(item);
	pthread_cond_broadcast(&e->changed);
}

static void wait_until(struct sl_events *e, int64_t deadline_ms)
{
	const struct timespec ts = {
		.tv_sec = (time_t)(deadline_ms / 1000),
		.tv_nsec = (long)(deadline_ms % 1000) * 1000000,
	};

	if (deadline_ms == SL_NEVER)
		pthread_cond_wait(&e->changed, &e->lock);
	else
		pthread_cond_timedwait(&e->changed, &e->lock, &ts);
}

/* Serve who can be served. Returns when to look again; now when something was done. */
static int64_t serve_due(struct sl_events *e)
{
	int64_t now = sl_mono_ms(), next = SL_NEVER;

	for (int to = 0; to < RECEIVERS; to++) {
		struct outbox *box = &e->outboxes[to];

		if (!box->n)
			continue;
		if (box->next_ms <= now || e->is_ending) {
			serve(e, (enum receiver)to);
			return now;
		}
		if (box->next_ms < next)
			next = box->next_ms;
	}
	return next;
}

static void *run(void *ctx)
{
	struct sl_events *e = ctx;

	e->correlator = sl_correlator_new();
	pthread_mutex_lock(&e->lock);
	for (;;) {
		int64_t next = serve_due(e);

		if (e->is_ending && (next == SL_NEVER || sl_mono_ms() >= e->end_ms))
			break;
		if (next > sl_mono_ms())
			wait_until(e, next);
	}
	pthread_mutex_unlock(&e->lock);
	sl_correlator_free(e->correlator);
	sl_http_client_free(e->http);
	return NULL;
}

static int start_thread(struct sl_events *e, struct sl_err *err)
{
	pthread_attr_t attr;
	int r;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK_BYTES);
	r = pthread_create(&e->thread, &attr, run, e);
	pthread_attr_destroy(&attr);
	return r ? sl_err_errno(err, r, "start the event sender") : 0;
}

static void free_recorder(struct sl_events *e)
{
	for (int to = 0; to < RECEIVERS; to++)
		while (e->outboxes[to].n)
			drop_first(&e->outboxes[to]);
	sl_event_limiter_free(e->limiter);
	pthread_cond_destroy(&e->changed);
	pthread_mutex_destroy(&e->lock);
	free(e->controller);
	free(e->address);
	free(e);
}

int sl_events_new(const struct sl_events_options *options, struct sl_events **ret_events,
		  struct sl_err *err)
{
	bool posts = options->address && *options->address;
	SL_AUTO(sl_url) url = SL_URL_INIT;
	pthread_condattr_t monotonic;
	struct sl_events *e;
	int r = posts ? sl_url_parse(sl_str(options->address), &url, err) : 0;

	if (r) {
		sl_err_wrap(err, "events address");
		return r;
	}
	e = sl_xcalloc(1, sizeof(*e));
	e->client = options->client;
	e->controller = sl_xstrdup(options->controller);
	e->address = posts ? sl_xstrdup(options->address) : NULL;
	e->dropped = sl_metrics_register(options->metrics, &metric_dropped);
	e->log.controller = e->controller;
	e->limiter = sl_event_limiter_new();
	if (gethostname(e->host, sizeof(e->host) - 1))
		e->host[0] = '\0';
	pthread_mutex_init(&e->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&e->changed, &monotonic);
	pthread_condattr_destroy(&monotonic);
	r = start_thread(e, err);
	if (r)
		free_recorder(e);
	else
		*ret_events = e;
	return r;
}

void sl_events_free(struct sl_events *e, int64_t deadline_ms)
{
	if (!e)
		return;
	pthread_mutex_lock(&e->lock);
	e->is_ending = true;
	e->end_ms = deadline_ms;
	pthread_cond_broadcast(&e->changed);
	pthread_mutex_unlock(&e->lock);
	pthread_join(e->thread, NULL);
	free_recorder(e);
}

/* Under the lock. False when there is no room. */
static bool put(struct outbox *box, struct sl_event_item *item)
{
	if (box->n == SL_EVENTS_QUEUE_MAX)
		return false;
	box->items[(box->first + box->n++) % SL_EVENTS_QUEUE_MAX] = item;
	item->refs++;
	return true;
}

static bool is_written(struct sl_events *e, const struct sl_event *event)
{
	bool admitted;

	if (!e->client)
		return false;
	pthread_mutex_lock(&e->lock);
	admitted = sl_event_limiter_admits(e->limiter, event, sl_mono_ms());
	pthread_mutex_unlock(&e->lock);
	return admitted;
}

static bool is_posted(const struct sl_events *e, const struct sl_event *event)
{
	/* Flux posts no event about what has no namespace. */
	return e->address && event->severity != SL_SEVERITY_TRACE && sl_obj_kind(event->object).n &&
	       sl_obj_name(event->object).n && sl_obj_namespace(event->object).n;
}

/* Into the outboxes that it is for. Tells which of them begin to drop. */
static void hand_in(struct sl_events *e, struct sl_event_item *item, const bool is_for[RECEIVERS],
		    bool ret_drops[RECEIVERS])
{
	item->refs = 1;
	pthread_mutex_lock(&e->lock);
	for (int to = 0; to < RECEIVERS; to++) {
		struct outbox *box = &e->outboxes[to];
		bool was_dropping = box->is_dropping;

		if (!is_for[to])
			continue;
		box->is_dropping = !put(box, item);
		ret_drops[to] = box->is_dropping && !was_dropping;
		if (box->is_dropping)
			sl_metric_add(e->dropped, 1, SL_LABELS(receiver_names[to]));
	}
	unref_item(item);
	pthread_mutex_unlock(&e->lock);
	pthread_cond_broadcast(&e->changed);
}

void sl_events_emit(struct sl_events *e, const struct sl_event *event)
{
	bool is_for[RECEIVERS], drops[RECEIVERS] = { false };

	if (!e)
		return;
	is_for[TO_KUBE] = is_written(e, event);
	is_for[TO_POST] = is_posted(e, event);
	if (!is_for[TO_KUBE] && !is_for[TO_POST])
		return;
	hand_in(e, sl_event_item_new(event), is_for, drops);
	for (int to = 0; to < RECEIVERS; to++)
		if (drops[to])
			sl_log_error(&e->log, "too many events wait to be sent: dropping", NULL,
				     SL_KS("receiver", receiver_names[to]));
}

void sl_events_emitf(struct sl_events *e, const struct sl_value *object, enum sl_severity severity,
		     const struct sl_event_meta *metadata, const char *reason, const char *fmt, ...)
{
	SL_AUTO(sl_strbuf) message = SL_STRBUF_INIT((size_t)16 << 20);
	va_list ap;

	if (!e)
		return;
	va_start(ap, fmt);
	sl_strbuf_vaddf(&message, fmt, ap);
	va_end(ap);
	sl_events_emit(e, &(struct sl_event){
				  .object = object,
				  .severity = severity,
				  .reason = reason,
				  .message = sl_strbuf_str(&message),
				  .metadata = metadata,
			  });
}

bool sl_events_flush(struct sl_events *e, int64_t deadline_ms)
{
	bool done;

	pthread_mutex_lock(&e->lock);
	for (;;) {
		done = !e->is_sending && !e->outboxes[TO_KUBE].n && !e->outboxes[TO_POST].n;
		if (done || sl_mono_ms() >= deadline_ms)
			break;
		wait_until(e, deadline_ms);
	}
	pthread_mutex_unlock(&e->lock);
	return done;
}
