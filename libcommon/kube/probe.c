/*
 * libcurl does not notice that an HTTP/2 connection has gone silent, and goes on using it. A request
 * may rightly take its time (an admission webhook has up to 30 s), so silence alone says nothing: a
 * second request on the same connection does. /livez is exempt from the API server's priority and
 * fairness queues, and any answer to it will do.
 */
#include "libcommon/base/clock.h"
#include "libcommon/kube/client_impl.h"

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

static void on_timer(struct sl_timer *t)
{
	struct sl_probe *p = SL_CONTAINER_OF(t, struct sl_probe, timer);
	struct sl_io *io = p->client->io;
	int64_t patience = p->client->options.silence_ms;
	int64_t since = sl_io_silent_since(io, SL_IO_REQUESTS);
	int64_t now = sl_mono_ms();

	if (!since)
		return;
	if (now - since < patience) {
		sl_io_timer_set(io, t, since + patience);
	} else if (!p->xfer.easy) {
		p->asked_ms = now;
		sl_xfer_start(io, &p->xfer);
		sl_io_timer_set(io, t, now + patience);
	} else if (!p->xfer.sent || now - p->asked_ms < patience) {
		/* A question that is still waiting for a connection proves nothing. */
		sl_io_timer_set(io, t, now + patience / 2 + 1);
	} else {
		/* What the requests' connection suffers, the watches' will as well. */
		sl_io_renew(io, SL_IO_REQUESTS);
		sl_io_renew(io, SL_IO_WATCHES);
	}
}

void sl_probe_init(struct sl_probe *p, struct sl_kube_client *c)
{
	p->client = c;
	p->timer.fire = on_timer;
	p->xfer.lane = SL_IO_REQUESTS;
	p->xfer.method = "GET";
	p->xfer.path = "/livez";
	p->xfer.accept = "*/*";
	p->xfer.on_data = on_data;
	p->xfer.on_end = on_end;
}

void sl_probe_after_round(struct sl_probe *p)
{
	int64_t since = sl_io_silent_since(p->client->io, SL_IO_REQUESTS);

	if (since && !p->timer.slot)
		sl_io_timer_set(p->client->io, &p->timer, since + p->client->options.silence_ms);
}

void sl_probe_close(struct sl_probe *p)
{
	sl_xfer_cancel(p->client->io, &p->xfer);
	sl_io_timer_cancel(p->client->io, &p->timer);
}
