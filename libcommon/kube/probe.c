/*
 * libcurl does not notice that an HTTP/2 connection has gone silent, and goes on using it. A request
 * may rightly take its time (an admission webhook has up to 30 s), and a watch has nothing to tell for
 * as long as nothing changes, so silence alone says nothing: another request on the same connection
 * does. /livez is exempt from the API server's priority and fairness queues, and any answer to it will
 * do. Patience with watches is that of Go's HTTP/2 client: asked after 30 s, given up after 15 more.
 */
#include "libcommon/base/clock.h"
#include "libcommon/kube/client_impl.h"

#define WATCH_ASK_FACTOR 6 /* times silence_ms */
#define WATCH_ANSWER_FACTOR 3

static bool on_data(struct sl_xfer *x, struct sl_str bytes)
{
	(void)x;
	(void)bytes;
	return true;
}

static void on_end(struct sl_xfer *x, enum sl_xfer_end end)
{
	/* A failure of the connection is known to those that are waiting on it as well. */
	(void)x;
	(void)end;
}

/* When to ask next. A question that failed at once, as on a refused connection, is not repeated at once. */
static int64_t ask_at(const struct sl_probe *p, int64_t since)
{
	int64_t at = since + p->ask_ms;

	return at > p->asked_ms + p->answer_ms ? at : p->asked_ms + p->answer_ms;
}

static void give_up(struct sl_probe *p)
{
	struct sl_io *io = p->client->io;

	/* What the requests' connection suffers, the watches' will as well. */
	for (int lane = 0; lane < SL_IO_LANE_COUNT; lane++)
		if (p->lane == SL_IO_REQUESTS || lane == (int)p->lane)
			sl_io_renew(io, (enum sl_io_lane)lane);
}

static void on_timer(struct sl_timer *t)
{
	struct sl_probe *p = SL_CONTAINER_OF(t, struct sl_probe, timer);
	struct sl_io *io = p->client->io;
	int64_t since = sl_io_silent_since(io, p->lane);
	int64_t now = sl_mono_ms();

	if (!since)
		return;
	if (p->xfer.easy) {
		/* A question that is still waiting for a connection proves nothing. */
		if (p->xfer.sent &&
		    now - (since > p->asked_ms ? since : p->asked_ms) >= p->answer_ms)
			give_up(p);
		else
			sl_io_timer_set(io, t, now + p->answer_ms / 2 + 1);
	} else if (now < ask_at(p, since)) {
		sl_io_timer_set(io, t, ask_at(p, since));
	} else {
		p->asked_ms = now;
		sl_xfer_start(io, &p->xfer);
		sl_io_timer_set(io, t, now + p->answer_ms);
	}
}

void sl_probe_init(struct sl_probe *p, struct sl_kube_client *c, enum sl_io_lane lane)
{
	bool watches = lane != SL_IO_REQUESTS;

	p->client = c;
	p->lane = lane;
	p->ask_ms = c->options.silence_ms * (watches ? WATCH_ASK_FACTOR : 1);
	p->answer_ms = c->options.silence_ms * (watches ? WATCH_ANSWER_FACTOR : 1);
	p->timer.fire = on_timer;
	p->xfer.lane = lane;
	p->xfer.method = "GET";
	p->xfer.path = "/livez";
	p->xfer.accept = "*/*";
	p->xfer.on_data = on_data;
	p->xfer.on_end = on_end;
}

void sl_probe_after_round(struct sl_probe *p)
{
	int64_t since = sl_io_silent_since(p->client->io, p->lane);

	if (since && !p->timer.slot)
		sl_io_timer_set(p->client->io, &p->timer, ask_at(p, since));
}

void sl_probe_close(struct sl_probe *p)
{
	sl_xfer_cancel(p->client->io, &p->xfer);
	sl_io_timer_cancel(p->client->io, &p->timer);
}
