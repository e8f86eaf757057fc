#include "cli/remote/stream.h"

#include <assert.h>
#include <pthread.h>
#include <time.h>
#include <unistd.h>

#include "cli/report.h"
#include "libcommon/base/clock.h"
#include "libcommon/base/file.h"

struct run {
	const struct sl_cli_stream *stream;
	size_t unsynced; /* watches that have not delivered yet */
	pthread_mutex_t lock;
	pthread_cond_t wake;
	bool woken;
	bool lost;	     /* the connection, and that was said */
	struct sl_err fatal; /* ends the run */
	struct sl_cli_output output;
};

/* What one watch knows. */
struct source {
	struct run *run;
	bool synced;
};

static void wake(struct run *r)
{
	r->woken = true;
	pthread_cond_signal(&r->wake);
}

static void on_object(void *ctx, enum sl_watch_event event, const struct sl_value *object)
{
	struct run *r = ((struct source *)ctx)->run;

	pthread_mutex_lock(&r->lock);
	r->lost = false;
	r->stream->on_object(r->stream->ctx, event, object);
	wake(r);
	pthread_mutex_unlock(&r->lock);
}

static void on_synced(void *ctx)
{
	struct source *source = ctx;
	struct run *r = source->run;

	pthread_mutex_lock(&r->lock);
	r->lost = false;
	if (!source->synced) {
		source->synced = true;
		r->unsynced--;
		if (!r->unsynced && r->stream->on_synced)
			r->stream->on_synced(r->stream->ctx);
	}
	wake(r);
	pthread_mutex_unlock(&r->lock);
}

static bool is_refusal(enum sl_err_code code)
{
	return code == SL_ERR_AUTH || code == SL_ERR_FORBIDDEN || code == SL_ERR_NOT_FOUND ||
	       code == SL_ERR_INVALID || code == SL_ERR_UNSUPPORTED;
}

static void on_error(void *ctx, const struct sl_err *err)
{
	struct run *r = ((struct source *)ctx)->run;

	pthread_mutex_lock(&r->lock);
	if (r->unsynced && (is_refusal(err->code) || !r->stream->patient)) {
		if (!r->fatal.code)
			sl_err_set(&r->fatal, err->code, "%s", err->message);
	} else if (!r->lost) {
		r->lost = true;
		sl_cli_say_to(&r->output.say, SL_CLI_WARNING,
			      "lost the API server, trying again: %s", err->message);
	}
	wake(r);
	pthread_mutex_unlock(&r->lock);
}

/* Sleep until woken; false at the deadline. Called with the lock held. */
static bool sleep_until(struct run *r, int64_t deadline_ms)
{
	struct timespec at = { .tv_sec = deadline_ms / 1000,
			       .tv_nsec = deadline_ms % 1000 * 1000000 };
	int error = 0;

	while (!r->woken && !error)
		error = deadline_ms == SL_NEVER ? pthread_cond_wait(&r->wake, &r->lock)
						: pthread_cond_timedwait(&r->wake, &r->lock, &at);
	return r->woken;
}

static int print(struct sl_cli_output *o, struct sl_err *err)
{
	int r = 0;

	if (o->say.n)
		(void)!sl_fd_write_all(STDERR_FILENO, sl_strbuf_str(&o->say), "standard error",
				       NULL);
	if (o->out.n || o->out.failed)
		r = sl_cli_print(&o->out, err);
	sl_strbuf_reset(&o->say);
	sl_strbuf_reset(&o->out);
	return r;
}

static int follow(struct run *r, int64_t deadline_ms, struct sl_err *err)
{
	struct sl_cli_output mine = { SL_STRBUF_INIT(SL_CLI_OUTPUT_MAX),
				      SL_STRBUF_INIT(SL_CLI_OUTPUT_MAX) };
	bool done = false, in_time = true;
	int result = 0;

	while (!done && in_time && !result) {
		pthread_mutex_lock(&r->lock);
		in_time = sleep_until(r, deadline_ms);
		r->woken = false;
		result = sl_err_move(err, &r->fatal);
		if (!result)
			done = r->stream->on_wake(r->stream->ctx, &r->output);
		/* Both are as good as new: swapped, they are printed without the lock. */
		struct sl_cli_output swapped = r->output;

		r->output = mine;
		mine = swapped;
		pthread_mutex_unlock(&r->lock);
		if (!result)
			result = print(&mine, err);
	}
	sl_strbuf_release(&mine.out);
	sl_strbuf_release(&mine.say);
	return result || done ? result : sl_err_set(err, SL_ERR_TIMEOUT, "timed out");
}

static void init(struct run *r, const struct sl_cli_stream *stream, size_t n)
{
	pthread_condattr_t attr;

	*r = (struct run){ .stream = stream, .unsynced = n };
	sl_strbuf_init(&r->output.out, SL_CLI_OUTPUT_MAX);
	sl_strbuf_init(&r->output.say, SL_CLI_OUTPUT_MAX);
	pthread_mutex_init(&r->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&r->wake, &attr);
	pthread_condattr_destroy(&attr);
}

static void release(struct run *r)
{
	pthread_cond_destroy(&r->wake);
	pthread_mutex_destroy(&r->lock);
	sl_strbuf_release(&r->output.out);
	sl_strbuf_release(&r->output.say);
	sl_err_release(&r->fatal);
}

int sl_cli_stream_run(struct sl_cli_session *s, const struct sl_watch_options *watches, size_t n,
		      const struct sl_cli_stream *stream, int64_t deadline_ms, struct sl_err *err)
{
	struct sl_watch *started[SL_CLI_WATCHES_MAX];
	struct source sources[SL_CLI_WATCHES_MAX];
	struct run run;
	int r;

	assert(n > 0 && n <= SL_CLI_WATCHES_MAX);
	init(&run, stream, n);
	for (size_t i = 0; i < n; i++) {
		struct sl_watch_handler handler = { .ctx = &sources[i],
						    .on_object = on_object,
						    .on_synced = on_synced,
						    .on_error = on_error };

		sources[i] = (struct source){ .run = &run };
		started[i] = sl_watch_start(s->client, &watches[i], &handler);
	}
	r = follow(&run, deadline_ms, err);
	for (size_t i = 0; i < n; i++)
		sl_watch_stop(started[i]);
	release(&run);
	return r;
}
