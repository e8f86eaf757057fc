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

#define PAUSE_MIN_MS 1000
#define PAUSE_MAX_MS 30000
#define STACK_BYTES ((size_t)512 << 10) /* TLS is done on it */
#define HOST_BYTES 256
/* How long events wait that can: written together they cost less than each by itself. */
#define GATHER_MS 100

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
	struct sl_event_writer writer;
	struct sl_http_client *http;
};

static const struct sl_metric_desc metric_dropped = {
	.name = "sluice_events_dropped_total",
	.help = "Number of events that were not delivered, by receiver.",
	.type = SL_METRIC_COUNTER,
	.labels = { "receiver" },
};
static const struct {
	const char *name;
	size_t at_once; /* events in one attempt */
} receivers[] = {
	[TO_KUBE] = { "kubernetes", SL_EVENT_WRITES_MAX },
	[TO_POST] = { "events-addr", 1 },
};

static enum sl_event_fate send_post(struct sl_events *e, const struct sl_event_item *item,
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
		return SL_EVENT_AGAIN;
	sl_json_write(sl_event_item_body(&a, item, e->controller, e->host),
		      SL_JSON_COMPACT | SL_JSON_HTML_SAFE, &body);
	r = sl_strbuf_check(&body, "event", err);
	if (r)
		return SL_EVENT_LOST;
	request.body = sl_strbuf_str(&body);
	r = sl_http_do(e->http, &request, &response, err);
	if (!r || r == SL_ERR_THROTTLED)
		return SL_EVENT_DELIVERED;
	return sl_event_may_pass(r) ? SL_EVENT_AGAIN : SL_EVENT_LOST;
}

static void unref_item(struct sl_event_item *item)
{
	if (--item->refs == 0)
		sl_event_item_free(item);
}

static int64_t pause_ms(int pauses)
{
	int64_t ms = PAUSE_MIN_MS;

	while (pauses-- > 0 && ms < PAUSE_MAX_MS)
		ms *= 2;
	return sl_jitter_ms(ms < PAUSE_MAX_MS ? ms : PAUSE_MAX_MS, 10);
}

/* Take the oldest `n` away but for those that shall be tried again. Under the lock. */
static void settle(struct outbox *box, const struct sl_event_attempt *attempts, size_t n)
{
	size_t kept = 0;

	for (size_t i = n; i-- > 0;) {
		size_t at = (box->first + i) % SL_EVENTS_QUEUE_MAX;

		if (attempts && attempts[i].fate == SL_EVENT_AGAIN)
			box->items[(box->first + n - ++kept) % SL_EVENTS_QUEUE_MAX] =
				box->items[at];
		else
			unref_item(box->items[at]);
	}
	box->first = (box->first + n - kept) % SL_EVENTS_QUEUE_MAX;
	box->n -= n - kept;
	box->next_ms = kept ? sl_mono_ms() + pause_ms(box->pauses++) : 0;
	if (!kept)
		box->pauses = 0;
}

static void log_loss(struct sl_events *e, enum receiver to, const struct sl_event_item *item,
		     const struct sl_err *err)
{
	sl_metric_add(e->dropped, 1, SL_LABELS(receivers[to].name));
	sl_log_error(&e->log, "unable to record event", err->code ? err : NULL,
		     SL_KS("receiver", receivers[to].name),
		     SL_KSTR("reconciler kind", sl_get_str(item->involved, "kind")),
		     SL_KSTR("namespace", sl_get_str(item->involved, "namespace")),
		     SL_KSTR("name", sl_get_str(item->involved, "name")),
		     SL_KSTR("reason", item->reason));
}

static void attempt(struct sl_events *e, enum receiver to, struct sl_event_attempt *attempts,
		    size_t n)
{
	int64_t too_old_ms = sl_mono_ms() - SL_EVENTS_KEEP_MS;

	if (to == TO_KUBE)
		sl_event_write(&e->writer, attempts, n);
	for (size_t i = 0; i < n; i++) {
		struct sl_event_attempt *t = &attempts[i];

		if (to == TO_POST)
			t->fate = send_post(e, t->item, &t->err);
		if (t->fate == SL_EVENT_AGAIN && t->item->mono_ms < too_old_ms)
			t->fate = SL_EVENT_LOST;
		if (t->fate == SL_EVENT_LOST)
			log_loss(e, to, t->item, &t->err);
		sl_err_release(&t->err);
	}
}

/* One attempt for the oldest events of a receiver. Called with the lock held, which it gives up. */
static void serve(struct sl_events *e, enum receiver to)
{
	struct outbox *box = &e->outboxes[to];
	struct sl_event_attempt attempts[SL_EVENT_WRITES_MAX];
	size_t n = box->n < receivers[to].at_once ? box->n : receivers[to].at_once;

	for (size_t i = 0; i < n; i++)
		attempts[i] = (struct sl_event_attempt){
			.item = box->items[(box->first + i) % SL_EVENTS_QUEUE_MAX]
		};
	e->is_sending = true;
	pthread_mutex_unlock(&e->lock);
	attempt(e, to, attempts, n);
	pthread_mutex_lock(&e->lock);
	e->is_sending = false;
	/* At the end nothing is tried again. */
	settle(box, e->is_ending ? NULL : attempts, n);
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

	e->writer.correlator = sl_correlator_new();
	pthread_mutex_lock(&e->lock);
	for (;;) {
		int64_t next = serve_due(e);

		if (e->is_ending && (next == SL_NEVER || sl_mono_ms() >= e->end_ms))
			break;
		if (next > sl_mono_ms())
			wait_until(e, next);
	}
	pthread_mutex_unlock(&e->lock);
	sl_correlator_free(e->writer.correlator);
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
		settle(&e->outboxes[to], NULL, e->outboxes[to].n);
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
	e->writer.client = e->client;
	e->writer.controller = e->controller;
	e->writer.host = e->host;
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

/*
 * Under the lock. False when there is no room. `*ret_wake`: the sender, which knows of what was there before,
 * has to look anew.
 */
static bool put(struct outbox *box, struct sl_event_item *item, int64_t due_ms, bool *ret_wake)
{
	if (box->n == SL_EVENTS_QUEUE_MAX)
		return false;
	if (!box->n || (!box->pauses && due_ms < box->next_ms)) {
		box->next_ms = due_ms;
		*ret_wake = true;
	}
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
static void hand_in(struct sl_events *e, struct sl_event_item *item, bool can_wait,
		    const bool is_for[RECEIVERS], bool ret_drops[RECEIVERS])
{
	int64_t due_ms[] = { [TO_KUBE] = can_wait ? item->mono_ms + GATHER_MS : 0, [TO_POST] = 0 };
	bool wake = false;

	item->refs = 1;
	pthread_mutex_lock(&e->lock);
	for (int to = 0; to < RECEIVERS; to++) {
		struct outbox *box = &e->outboxes[to];
		bool was_dropping = box->is_dropping;

		if (!is_for[to])
			continue;
		box->is_dropping = !put(box, item, due_ms[to], &wake);
		ret_drops[to] = box->is_dropping && !was_dropping;
		if (box->is_dropping)
			sl_metric_add(e->dropped, 1, SL_LABELS(receivers[to].name));
	}
	unref_item(item);
	pthread_mutex_unlock(&e->lock);
	if (wake)
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
	hand_in(e, sl_event_item_new(event), event->can_wait, is_for, drops);
	for (int to = 0; to < RECEIVERS; to++)
		if (drops[to])
			sl_log_error(&e->log, "too many events wait to be sent: dropping", NULL,
				     SL_KS("receiver", receivers[to].name));
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
