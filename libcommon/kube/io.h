/*
 * The I/O thread: an epoll loop that owns a libcurl multi handle for each lane, timers, and tasks handed in.
 *
 *   any thread ── sl_io_post(task) ──► task runs on the I/O thread
 *   task, timer, end of a transfer ──► sl_xfer_start / sl_xfer_cancel / sl_io_renew
 *
 * A transfer (struct sl_xfer) is one HTTP exchange. It belongs to a lane, that is to one multi
 * handle with connections of its own. It ends once, with sl_xfer_end telling
 * what may be done next; nothing of libcurl leaves this module and transport.h. No time limits
 * here but that of connecting: whoever starts a transfer keeps the timer, and cancels.
 *
 * libcurl goes on using an HTTP/2 connection that has gone silent. sl_io_renew() is the way out: it
 * ends all transfers of a lane with SL_XFER_RENEWED, closes its connections and begins anew.
 *
 * Thread rule: sl_io_post() is thread-safe; new, stop and free belong to the owner; everything else
 * is for the I/O thread alone. The I/O thread blocks all signals.
 */
#ifndef LIBCOMMON_KUBE_IO_H
#define LIBCOMMON_KUBE_IO_H

#include <stdbool.h>
#include <stdint.h>

#include "libcommon/base/err.h"
#include "libcommon/base/str.h"
#include "libcommon/kube/timers.h"
#include "libcommon/kube/transport.h"

#define SL_IO_STACK_BYTES ((size_t)1 << 20)
#define SL_IO_REQUEST_CONNECTIONS 4 /* at most; HTTP/2 needs one */
#define SL_IO_IDLE_HANDLES 8	    /* easy handles kept for the next transfers */

struct sl_io;

/* Something to do on the I/O thread, part of the object that it is about. */
struct sl_io_task {
	struct sl_io_task *next;
	void (*run)(struct sl_io_task *t);
};

/* Called on the I/O thread after each round of events. */
struct sl_io_owner {
	void (*after_round)(struct sl_io_owner *owner);
};

/* Takes the transport over, also on failure. `owner` is borrowed. */
int sl_io_new(struct sl_transport *transport, struct sl_io_owner *owner, struct sl_io **ret_io,
	      struct sl_err *err) SL_MUST_CHECK;
/* Hand a task in. False, and the task is not run, when the thread has ended or will not run it. */
bool sl_io_post(struct sl_io *io, struct sl_io_task *task) SL_MUST_CHECK;
/*
 * Run `last` on the I/O thread, where it must cancel all transfers and timers; then refuse further
 * tasks, run those that came in meanwhile, and end the thread. Waits for it. Once.
 */
void sl_io_stop(struct sl_io *io, struct sl_io_task *last);
/* After sl_io_stop(). NULL is accepted. */
void sl_io_free(struct sl_io *io);

/* Below: I/O thread only. */

void sl_xfer_start(struct sl_io *io, struct sl_xfer *x);
/* End it without a call to on_end. Does nothing when it is not running. Not from on_data. */
void sl_xfer_cancel(struct sl_io *io, struct sl_xfer *x);
/* Give up all connections of a lane; each of its transfers ends with SL_XFER_RENEWED. Not from on_data. */
void sl_io_renew(struct sl_io *io, enum sl_io_lane lane);
/*
 * Since when the lane has been waiting for any byte at all, or 0 when it is not waiting. A transfer
 * that was cancelled before its first byte goes on counting: its connection is under suspicion.
 */
int64_t sl_io_silent_since(const struct sl_io *io, enum sl_io_lane lane);
/* When the last byte came on this connection, as far as running transfers know; 0: never. */
int64_t sl_io_connection_heard(const struct sl_io *io, enum sl_io_lane lane, int64_t connection);

void sl_io_timer_set(struct sl_io *io, struct sl_timer *t, int64_t at_ms);
void sl_io_timer_cancel(struct sl_io *io, struct sl_timer *t);

#endif
