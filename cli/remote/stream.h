/*
 * Following watches on the main thread: for `--watch`, and to wait for an outcome without polling.
 *
 *   I/O thread:  on_object, on_synced ──(lock)──► state of the caller
 *   main thread: on_wake ◄──(lock)── woken after each of them; what it wrote is printed afterwards
 *
 * All three callbacks run under the stream's lock, so their shared state needs none of its own. They
 * must not block: output goes into the buffers, which the main thread prints without the lock.
 *
 * A server that refuses (or cannot be reached, unless the stream is patient) before the watches have
 * delivered what there is at first is an error; afterwards a lost connection is a warning, and the
 * watches resume by themselves.
 *
 * Thread rule: sl_cli_stream_run() blocks the main thread until on_wake is done or time is up.
 */
#ifndef CLI_REMOTE_STREAM_H
#define CLI_REMOTE_STREAM_H

#include "cli/remote/session.h"
#include "libcommon/kube/watch.h"

#define SL_CLI_WATCHES_MAX 4

struct sl_cli_output {
	struct sl_strbuf out; /* standard output */
	struct sl_strbuf say; /* standard error, lines of sl_cli_say_to() */
};

struct sl_cli_stream {
	void *ctx;
	void (*on_object)(void *ctx, enum sl_watch_event event, const struct sl_value *object);
	void (*on_synced)(void *ctx); /* all watches have delivered what there is; may be NULL */
	/* Write what is new; true: done. */
	bool (*on_wake)(void *ctx, struct sl_cli_output *output);
	bool patient; /* the server was there a moment ago: a failure at first is not the end */
};

/*
 * Follow `n` watches, at most SL_CLI_WATCHES_MAX, until done or `deadline_ms` (monotonic, SL_NEVER).
 * Errors: TIMEOUT at the deadline, without message; what the server said, or the reason why standard
 * output could not be written.
 */
int sl_cli_stream_run(struct sl_cli_session *s, const struct sl_watch_options *watches, size_t n,
		      const struct sl_cli_stream *stream, int64_t deadline_ms,
		      struct sl_err *err) SL_MUST_CHECK;

#endif
