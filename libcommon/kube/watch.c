#include "libcommon/kube/watch.h"

#include <stdlib.h>
#include <string.h>

#include "libcommon/base/clock.h"
#include "libcommon/codec/json.h"
#include "libcommon/kube/client_impl.h"
#include "libcommon/kube/path.h"
#include "libcommon/kube/status.h"
#include "libcommon/kube/watch_stream.h"

#define BACKOFF_MIN_MS 800
#define BACKOFF_MAX_MS 30000
#define HEADERS_MS 30000 /* the server answers a WATCH at once, events or not */
#define LIST_TIMEOUT_MS 60000
#define SHORT_WATCH_MS 1000  /* ended sooner, and without an event: something is wrong */
#define SERVER_TIMEOUT_S 300 /* to twice of it, as client-go's reflector asks for */
#define ERROR_BODY_MAX ((size_t)64 << 10)
#define PATH_BYTES_MAX ((size_t)64 << 10)
#define TOKEN_MAX ((size_t)16 << 10) /* of resourceVersion and continue */

struct sl_watch {
	/* Set at the start. */
	struct sl_kube_client *client;
	struct sl_watch_handler handler;
	struct sl_watch_options options; /* strings in `strings` */
	struct sl_kube_kind kind;
	struct sl_arena strings;

	/* I/O thread. */
	struct sl_io_task start, stop;
	struct sl_watch *next, **link;
	struct sl_kube_call *list; /* a page that is on its way, or NULL */
	struct sl_call_sink sink;
	struct sl_xfer xfer; /* the WATCH */
	struct sl_lines lines;
	struct sl_strbuf path;
	struct sl_strbuf error_body;
	struct sl_err stream_err;      /* why on_data gave the stream up */
	struct sl_strbuf version;      /* resourceVersion to resume from; empty: LIST first */
	struct sl_strbuf list_version; /* of the LIST that is running */
	struct sl_strbuf continue_;    /* of the next page, or empty: the first */
	struct sl_timer retry, silence;
	int64_t started_ms;
	bool had_event; /* on this stream */
	unsigned failures;

	pthread_mutex_t lock;
	pthread_cond_t wake;
	bool stopped;
};

static void go_on(struct sl_watch *w);

static void store(struct sl_strbuf *to, struct sl_str s)
{
	sl_strbuf_reset(to);
	sl_strbuf_adds(to, s);
}

static void report(struct sl_watch *w, const struct sl_err *err)
{
	if (w->handler.on_error)
		w->handler.on_error(w->handler.ctx, err);
}

static int64_t backoff_ms(unsigned failures)
{
	int64_t ms = BACKOFF_MIN_MS;

	while (failures-- > 1 && ms < BACKOFF_MAX_MS)
		ms *= 2;
	return sl_jitter_ms(ms < BACKOFF_MAX_MS ? ms : BACKOFF_MAX_MS, 50);
}

static void again_in(struct sl_watch *w, int64_t ms)
{
	sl_io_timer_set(w->client->io, &w->retry, sl_mono_ms() + ms);
}

/* An attempt has failed: tell, and try again later. */
static void fail(struct sl_watch *w, const struct sl_err *err)
{
	int64_t ms = backoff_ms(++w->failures);

	report(w, err);
	again_in(w, err->retry_after_ms > ms ? err->retry_after_ms : ms);
}

static void list_anew(struct sl_watch *w)
{
	sl_strbuf_reset(&w->version);
	sl_strbuf_reset(&w->continue_);
}

/* The resourceVersion is too old: no fault of anybody, but not to be repeated in a tight loop. */
static void expired(struct sl_watch *w)
{
	list_anew(w);
	again_in(w, (int64_t)sl_random_below(BACKOFF_MIN_MS));
}

static void add_selectors(struct sl_watch *w)
{
	if (w->options.label_selector)
		sl_path_query(&w->path, "labelSelector", sl_str(w->options.label_selector));
	if (w->options.field_selector)
		sl_path_query(&w->path, "fieldSelector", sl_str(w->options.field_selector));
}

static void begin_path(struct sl_watch *w)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;

	sl_strbuf_reset(&w->path);
	sl_strbuf_addz(&w->path,
		       sl_kube_path(&a, &w->kind, w->options.namespace_, NULL, NULL, NULL));
}

static void deliver(struct sl_watch *w, struct sl_arena *a, enum sl_watch_event event,
		    struct sl_value *object)
{
	/* Items of a LIST have neither apiVersion nor kind, PartialObjectMetadata has its own. */
	if (!sl_str_eqz(sl_obj_kind(object), w->kind.kind))
		sl_kube_list_item(a, &w->kind, object);
	w->handler.on_object(w->handler.ctx, event, object);
}

/* LIST */

static void list_page(struct sl_watch *w)
{
	struct sl_kube_request req = { .method = "GET", .timeout_ms = LIST_TIMEOUT_MS };
	struct sl_kube_call *call;

	begin_path(w);
	sl_strbuf_addf(&w->path, "?limit=%d", SL_WATCH_PAGE);
	add_selectors(w);
	if (w->continue_.n)
		sl_path_query(&w->path, "continue", sl_strbuf_str(&w->continue_));
	req.path = w->path.p;
	req.user = w->options.user;
	if (w->options.metadata_only)
		req.accept = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,"
			     "application/json";
	call = sl_call_new(w->client, &req);
	call->sink = &w->sink;
	w->list = call;
	sl_requests_add(&w->client->requests, call);
}

static void take_page(struct sl_watch *w, struct sl_arena *a, const struct sl_value *page)
{
	const struct sl_value *items = sl_get(page, "items");
	bool first = !w->continue_.n;

	if (first) {
		store(&w->list_version, sl_get_str(page, "metadata", "resourceVersion"));
		if (w->handler.on_begin)
			w->handler.on_begin(w->handler.ctx);
	}
	for (size_t i = 0; i < sl_list_len(items); i++) {
		if (sl_is_map(sl_list_get(items, i)))
			deliver(w, a, SL_WATCH_ADDED, sl_list_get(items, i));
	}
	store(&w->continue_, sl_get_str(page, "metadata", "continue"));
	if (w->continue_.n)
		return;
	store(&w->version, sl_strbuf_str(&w->list_version));
	if (w->handler.on_synced)
		w->handler.on_synced(w->handler.ctx);
}

/* A PartialObjectMetadataList of nothing has "items": null. */
static bool is_items(const struct sl_value *v)
{
	return sl_is_list(v) || (v && v->kind == SL_V_NULL);
}

static void on_list_ended(struct sl_call_sink *sink, struct sl_kube_call *call)
{
	struct sl_watch *w = SL_CONTAINER_OF(sink, struct sl_watch, sink);
	static const char *const path[] = { "items", "metadata", "managedFields", NULL };
	const struct sl_json_limits limits = {
		.allow_duplicates = true,
		.skip = w->options.keep_managed_fields ? NULL : path,
	};
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_value *page = NULL;
	int r = sl_call_result(call, &err);

	w->list = NULL;
	if (r == 0)
		r = sl_json_parse(&a, sl_strbuf_str(&call->body), &limits, &page, &err);
	sl_call_free(call);
	if (r == SL_ERR_CANCELED)
		return; /* being stopped */
	if (r == 0 && (!is_items(sl_get(page, "items")) ||
		       !sl_get_str(page, "metadata", "resourceVersion").n))
		r = sl_err_set(&err, SL_ERR_INVALID, "the API server's answer is no list");
	if (r == 0) {
		take_page(w, &a, page);
		go_on(w);
		return;
	}
	/* A snapshot that expired between two pages is read anew from its start. */
	sl_strbuf_reset(&w->continue_);
	fail(w, &err);
}

/* WATCH */

static void note_event(struct sl_watch *w, struct sl_str version)
{
	w->had_event = true;
	w->failures = 0;
	if (version.n)
		store(&w->version, version);
}

/* Our own writes come back as events: most lines of a controller that writes much are such. */
static bool is_known(struct sl_watch *w, struct sl_str line)
{
	struct sl_watch_state state;

	if (!w->handler.is_known || !sl_watch_skim(line, &state) ||
	    !w->handler.is_known(w->handler.ctx, &state))
		return false;
	note_event(w, state.resource_version);
	return true;
}

static bool on_line(struct sl_lines *lines, struct sl_str line)
{
	struct sl_watch *w = SL_CONTAINER_OF(lines, struct sl_watch, lines);
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	enum sl_watch_line what;
	enum sl_watch_event event;
	struct sl_value *object;

	if (is_known(w, line))
		return true;
	if (sl_watch_parse(&a, line, w->options.keep_managed_fields, &what, &event, &object,
			   &w->stream_err) < 0)
		return false;
	if (what == SL_WATCH_LINE_ERROR)
		return sl_status_err(object, &w->stream_err) == 0;
	note_event(w, sl_obj_resource_version(object));
	if (what == SL_WATCH_LINE_OBJECT)
		deliver(w, &a, event, object);
	return true;
}

static bool on_data(struct sl_xfer *x, struct sl_str bytes)
{
	struct sl_watch *w = SL_CONTAINER_OF(x, struct sl_watch, xfer);
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	int r;

	if (x->status != 200) {
		sl_strbuf_adds(&w->error_body,
			       sl_str_sub(bytes, 0, ERROR_BODY_MAX - w->error_body.n));
		return true;
	}
	r = sl_lines_feed(&w->lines, bytes, &err);
	if (r < 0 && !w->stream_err.code)
		sl_err_move(&w->stream_err, &err);
	return r == 0;
}

/* The server answered with an error instead of a stream. */
static void refused(struct sl_watch *w)
{
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	int r = sl_status_err_body(w->xfer.status, sl_strbuf_str(&w->error_body), "GET", w->path.p,
				   &err);

	if (w->xfer.retry_after_ms)
		err.retry_after_ms = w->xfer.retry_after_ms;
	if (r == SL_ERR_GONE) {
		expired(w);
		return;
	}
	if (r != SL_ERR_THROTTLED && r != SL_ERR_UNAVAILABLE && r != SL_ERR_TIMEOUT)
		list_anew(w);
	fail(w, &err);
}

/* The stream ended as it should, by the server's time-out; or at once, which should not repeat. */
static void ran_out(struct sl_watch *w)
{
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	if (w->had_event || sl_mono_ms() - w->started_ms >= SHORT_WATCH_MS) {
		go_on(w);
		return;
	}
	sl_err_set(&err, SL_ERR_NET, "the watch ended at once, without an event");
	fail(w, &err);
}

/* What came on the stream was an error, or made no sense. A LIST sets things right. */
static void gave_up(struct sl_watch *w)
{
	if (w->stream_err.code == SL_ERR_GONE) {
		expired(w);
		return;
	}
	list_anew(w);
	fail(w, &w->stream_err);
}

static void broke(struct sl_watch *w, enum sl_xfer_end end)
{
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	sl_err_set(&err, SL_ERR_NET, "%s: %s",
		   end == SL_XFER_BROKEN ? "the connection of the watch broke"
					 : "the API server cannot be reached",
		   w->xfer.error);
	fail(w, &err);
}

static void on_end(struct sl_xfer *x, enum sl_xfer_end end)
{
	struct sl_watch *w = SL_CONTAINER_OF(x, struct sl_watch, xfer);

	sl_io_timer_cancel(w->client->io, &w->silence);
	switch (end) {
	case SL_XFER_ANSWERED:
		if (x->status == 200)
			ran_out(w);
		else
			refused(w);
		break;
	case SL_XFER_ABORTED:
		gave_up(w);
		break;
	case SL_XFER_RENEWED:
		/* All watches of the connection come back together: spread them a little. */
		again_in(w, (int64_t)sl_random_below(100));
		break;
	case SL_XFER_UNREACHABLE:
	case SL_XFER_BROKEN:
	case SL_XFER_REFUSED:
		broke(w, end);
		break;
	}
}

static int64_t patience_ms(const struct sl_watch *w)
{
	int64_t ms = w->options.silence_ms ? w->options.silence_ms : SL_WATCH_SILENCE_MS;

	return w->xfer.heard_ms || ms < HEADERS_MS ? ms : HEADERS_MS;
}

/*
 * Nothing has come for too long, not even a bookmark. When other watches of the connection have heard
 * something it is alive, and this stream alone begins again (some servers send no bookmarks); else
 * the connection is dead, and libcurl would use it again unless it is taken away.
 */
static void on_silence(struct sl_timer *t)
{
	struct sl_watch *w = SL_CONTAINER_OF(t, struct sl_watch, silence);
	struct sl_io *io = w->client->io;
	int64_t now = sl_mono_ms(), patience = patience_ms(w);
	int64_t heard = w->xfer.heard_ms ? w->xfer.heard_ms : w->started_ms;

	if (now - heard < patience) {
		sl_io_timer_set(io, t, heard + patience);
		return;
	}
	if (now - sl_io_connection_heard(io, w->xfer.lane, w->xfer.connection) >= patience) {
		sl_io_renew(io, w->xfer.lane);
		return;
	}
	sl_xfer_cancel(io, &w->xfer);
	go_on(w);
}

static void watch(struct sl_watch *w)
{
	begin_path(w);
	sl_strbuf_addz(&w->path, "?watch=true&allowWatchBookmarks=true");
	sl_strbuf_addf(&w->path, "&timeoutSeconds=%d",
		       SERVER_TIMEOUT_S + (int)sl_random_below(SERVER_TIMEOUT_S));
	sl_path_query(&w->path, "resourceVersion", sl_strbuf_str(&w->version));
	add_selectors(w);
	w->xfer.path = w->path.p;
	w->had_event = false;
	w->started_ms = sl_mono_ms();
	sl_lines_reset(&w->lines);
	sl_strbuf_reset(&w->error_body);
	sl_err_release(&w->stream_err);
	sl_xfer_start(w->client->io, &w->xfer);
	sl_io_timer_set(w->client->io, &w->silence, w->started_ms + patience_ms(w));
}

/* Whatever comes next: a page, or the stream. */
static void go_on(struct sl_watch *w)
{
	if (w->version.n)
		watch(w);
	else
		list_page(w);
}

static void on_retry(struct sl_timer *t)
{
	go_on(SL_CONTAINER_OF(t, struct sl_watch, retry));
}

static void run_start(struct sl_io_task *t)
{
	struct sl_watch *w = SL_CONTAINER_OF(t, struct sl_watch, start);
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	w->next = w->client->watches;
	w->link = &w->client->watches;
	if (w->next)
		w->next->link = &w->next;
	w->client->watches = w;
	begin_path(w);
	/* Nothing that comes later can make such a request acceptable. */
	if (sl_transport_check(w->path.p, w->options.user, NULL, &err) < 0)
		report(w, &err);
	else
		list_page(w);
}

/* On the I/O thread: nothing of the watch runs any more. Its owner may free it from here on. */
static void detach(struct sl_watch *w)
{
	struct sl_io *io = w->client->io;

	if (w->list)
		sl_requests_cancel(&w->client->requests, w->list);
	sl_xfer_cancel(io, &w->xfer);
	sl_io_timer_cancel(io, &w->retry);
	sl_io_timer_cancel(io, &w->silence);
	*w->link = w->next;
	if (w->next)
		w->next->link = w->link;
	pthread_mutex_lock(&w->lock);
	w->stopped = true;
	pthread_cond_signal(&w->wake);
	pthread_mutex_unlock(&w->lock);
}

static void run_stop(struct sl_io_task *t)
{
	detach(SL_CONTAINER_OF(t, struct sl_watch, stop));
}

void sl_watches_close(struct sl_kube_client *c)
{
	while (c->watches)
		detach(c->watches);
}

static const char *keep(struct sl_watch *w, const char *s)
{
	return s && *s ? sl_arena_strdup(&w->strings, s) : NULL;
}

static void copy_options(struct sl_watch *w, const struct sl_watch_options *o)
{
	w->options = *o;
	w->options.namespace_ = keep(w, o->namespace_);
	w->options.label_selector = keep(w, o->label_selector);
	w->options.field_selector = keep(w, o->field_selector);
	w->options.user = keep(w, o->user);
	w->kind = *o->kind;
	w->kind.group = sl_arena_strdup(&w->strings, o->kind->group);
	w->kind.version = sl_arena_strdup(&w->strings, o->kind->version);
	w->kind.kind = sl_arena_strdup(&w->strings, o->kind->kind);
	w->kind.plural = sl_arena_strdup(&w->strings, o->kind->plural);
	w->options.kind = &w->kind;
}

struct sl_watch *sl_watch_start(struct sl_kube_client *c, const struct sl_watch_options *options,
				const struct sl_watch_handler *handler)
{
	struct sl_watch *w = sl_xcalloc(1, sizeof(*w));

	w->client = c;
	w->handler = *handler;
	copy_options(w, options);
	w->start.run = run_start;
	w->stop.run = run_stop;
	w->sink.ended = on_list_ended;
	w->lines = (struct sl_lines)SL_LINES_INIT(on_line);
	sl_strbuf_init(&w->path, PATH_BYTES_MAX);
	sl_strbuf_init(&w->error_body, ERROR_BODY_MAX);
	sl_strbuf_init(&w->version, TOKEN_MAX);
	sl_strbuf_init(&w->list_version, TOKEN_MAX);
	sl_strbuf_init(&w->continue_, TOKEN_MAX);
	w->retry.fire = on_retry;
	w->silence.fire = on_silence;
	w->xfer.lane = options->is_busy ? SL_IO_BUSY_WATCH : SL_IO_WATCHES;
	w->xfer.method = "GET";
	w->xfer.user = w->options.user;
	if (options->metadata_only)
		w->xfer.accept = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,"
				 "application/json";
	w->xfer.on_data = on_data;
	w->xfer.on_end = on_end;
	pthread_mutex_init(&w->lock, NULL);
	pthread_cond_init(&w->wake, NULL);
	if (!sl_io_post(c->io, &w->start))
		w->stopped = true;
	return w;
}

static void watch_free(struct sl_watch *w)
{
	sl_lines_release(&w->lines);
	sl_strbuf_release(&w->path);
	sl_strbuf_release(&w->error_body);
	sl_strbuf_release(&w->version);
	sl_strbuf_release(&w->list_version);
	sl_strbuf_release(&w->continue_);
	sl_err_release(&w->stream_err);
	sl_arena_release(&w->strings);
	pthread_cond_destroy(&w->wake);
	pthread_mutex_destroy(&w->lock);
	free(w);
}

void sl_watch_stop(struct sl_watch *w)
{
	bool handed_in;

	if (!w)
		return;
	pthread_mutex_lock(&w->lock);
	/* A client that is being stopped refuses the task, and detaches the watch by itself. */
	handed_in = w->stopped || sl_io_post(w->client->io, &w->stop);
	(void)handed_in;
	while (!w->stopped)
		pthread_cond_wait(&w->wake, &w->lock);
	pthread_mutex_unlock(&w->lock);
	watch_free(w);
}
