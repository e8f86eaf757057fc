#include "libcommon/base/clock.h"
#include "libcommon/kube/client_impl.h"

/* Half of the pause is fixed, half is random. */
static int64_t backoff_ms(unsigned failures)
{
	int64_t ms = SL_CALL_BACKOFF_MIN_MS;

	while (failures-- > 1 && ms < SL_CALL_BACKOFF_MAX_MS)
		ms *= 2;
	if (ms > SL_CALL_BACKOFF_MAX_MS)
		ms = SL_CALL_BACKOFF_MAX_MS;
	return ms / 2 + (int64_t)sl_random_below((uint64_t)ms / 2 + 1);
}

static struct sl_str key_of(const struct sl_kube_call *call)
{
	return sl_str(call->req.fair_key ? call->req.fair_key : "");
}

static void end_call(struct sl_requests *r, struct sl_kube_call *call)
{
	sl_fairq_remove(&r->queue, &call->place);
	sl_io_timer_cancel(r->client->io, &call->deadline);
	sl_io_timer_cancel(r->client->io, &call->nap);
	*call->link = call->next;
	if (call->next)
		call->next->link = call->link;
	sl_call_announce(call);
}

/* Sends again at the front of its line: it was served before. */
static void send_again(struct sl_requests *r, struct sl_kube_call *call)
{
	sl_fairq_push_front(&r->queue, key_of(call), &call->place);
}

static void on_nap_over(struct sl_timer *t)
{
	struct sl_kube_call *call = SL_CONTAINER_OF(t, struct sl_kube_call, nap);

	send_again(&call->client->requests, call);
}

static void sleep_for(struct sl_kube_call *call, int64_t ms)
{
	sl_io_timer_set(call->client->io, &call->nap, sl_mono_ms() + ms);
}

/* The API server cannot be reached: hold everything for a while. Counted once for all in flight. */
static void note_unreached(struct sl_requests *r)
{
	int64_t now = sl_mono_ms();

	if (!r->reached && now < r->hold_until_ms)
		return;
	r->reached = false;
	r->unreached++;
	r->hold_until_ms = now + backoff_ms(r->unreached);
}

static void note_reached(struct sl_requests *r)
{
	r->reached = true;
	r->unreached = 0;
	r->hold_until_ms = 0;
}

static bool is_repeatable(const struct sl_kube_call *call)
{
	return call->req.retry_safe || sl_streq(call->req.method, "GET");
}

static void fail(struct sl_kube_call *call, enum sl_err_code code, const char *what)
{
	sl_err_release(&call->failure);
	if (call->xfer.error[0])
		sl_err_set(&call->failure, code, "%s: %s", what, call->xfer.error);
	else
		sl_err_set(&call->failure, code, "%s", what);
}

/* True when the answer asks to come back later, and there is time for that. */
static bool obeys_retry_after(struct sl_kube_call *call)
{
	const struct sl_xfer *x = &call->xfer;
	bool not_executed = x->status == 429 || x->status == 503;

	if (x->retry_after_ms <= 0 ||
	    (!not_executed && (x->status < 500 || !is_repeatable(call))) ||
	    sl_mono_ms() + x->retry_after_ms >= call->deadline_ms)
		return false;
	sleep_for(call, x->retry_after_ms);
	return true;
}

static void on_answer(struct sl_requests *r, struct sl_kube_call *call)
{
	sl_client_count(r->client, call->req.method, call->xfer.status);
	if (obeys_retry_after(call))
		return;
	if (call->xfer.status == 401 && !call->reloaded &&
	    sl_transport_reload(r->client->transport)) {
		call->reloaded = true;
		send_again(r, call);
		return;
	}
	call->http_status = call->xfer.status;
	call->retry_after_ms = call->xfer.retry_after_ms;
	end_call(r, call);
}

static void on_broken(struct sl_requests *r, struct sl_kube_call *call)
{
	sl_client_count(r->client, call->req.method, 0);
	fail(call, SL_ERR_NET, "the connection to the API server broke");
	if (is_repeatable(call))
		sleep_for(call, backoff_ms(++call->failures));
	else
		end_call(r, call);
}

static void on_unreachable(struct sl_requests *r, struct sl_kube_call *call)
{
	sl_client_count(r->client, call->req.method, 0);
	fail(call, SL_ERR_NET, "the API server cannot be reached");
	note_unreached(r);
	if (r->client->options.fail_fast)
		end_call(r, call);
	else
		send_again(r, call);
}

static void on_renewed(struct sl_requests *r, struct sl_kube_call *call)
{
	r->reached = false;
	fail(call, SL_ERR_NET, "the connection to the API server went silent");
	if (call->xfer.sent && !is_repeatable(call))
		end_call(r, call);
	else
		send_again(r, call);
}

static void on_end(struct sl_xfer *x, enum sl_xfer_end end)
{
	struct sl_kube_call *call = SL_CONTAINER_OF(x, struct sl_kube_call, xfer);
	struct sl_requests *r = &call->client->requests;

	r->in_flight--;
	switch (end) {
	case SL_XFER_ANSWERED:
		on_answer(r, call);
		break;
	case SL_XFER_UNREACHABLE:
		on_unreachable(r, call);
		break;
	case SL_XFER_BROKEN:
		on_broken(r, call);
		break;
	case SL_XFER_RENEWED:
		on_renewed(r, call);
		break;
	case SL_XFER_REFUSED:
		fail(call, SL_ERR_NET, "no secure connection to the API server");
		end_call(r, call);
		break;
	case SL_XFER_ABORTED:
		sl_err_set(&call->failure, SL_ERR_TOO_LARGE,
			   "the API server's answer is larger than %zu bytes", call->body.max);
		end_call(r, call);
		break;
	}
}

static bool on_data(struct sl_xfer *x, struct sl_str bytes)
{
	struct sl_kube_call *call = SL_CONTAINER_OF(x, struct sl_kube_call, xfer);

	sl_strbuf_adds(&call->body, bytes);
	return !call->body.failed;
}

static void on_sent(struct sl_xfer *x)
{
	note_reached(&SL_CONTAINER_OF(x, struct sl_kube_call, xfer)->client->requests);
}

static void on_deadline(struct sl_timer *t)
{
	struct sl_kube_call *call = SL_CONTAINER_OF(t, struct sl_kube_call, deadline);
	struct sl_requests *r = &call->client->requests;
	SL_AUTO(sl_err) before = SL_ERR_INIT;

	if (call->xfer.easy) {
		sl_xfer_cancel(r->client->io, &call->xfer);
		r->in_flight--;
		sl_client_count(r->client, call->req.method, 0);
	}
	sl_err_move(&before, &call->failure);
	sl_err_set(&call->failure, SL_ERR_TIMEOUT,
		   "no answer from the API server within %lld ms%s%s",
		   (long long)call->req.timeout_ms, before.message ? ": " : "",
		   before.message ? before.message : "");
	end_call(r, call);
}

static void fly(struct sl_requests *r, struct sl_kube_call *call)
{
	struct sl_xfer *x = &call->xfer;

	sl_strbuf_reset(&call->body);
	x->lane = SL_IO_REQUESTS;
	x->method = call->req.method;
	x->path = call->req.path;
	x->content_type = call->req.content_type;
	x->accept = call->req.accept;
	x->user = call->req.user;
	x->body = call->req.body;
	x->on_sent = on_sent;
	x->on_data = on_data;
	x->on_end = on_end;
	r->in_flight++;
	sl_xfer_start(r->client->io, x);
}

/* Take one token of the bucket; else tell when there will be one. */
static bool take_token(struct sl_requests *r, int64_t now, int64_t *ret_at)
{
	const struct sl_kube_client_options *o = &r->client->options;
	double burst = o->burst > 1 ? o->burst : 1;

	if (o->qps <= 0)
		return true;
	r->tokens += (double)(now - r->tokens_at_ms) * o->qps / 1000;
	r->tokens_at_ms = now;
	if (r->tokens > burst)
		r->tokens = burst;
	if (r->tokens < 1) {
		*ret_at = now + (int64_t)((1 - r->tokens) * 1000 / o->qps) + 1;
		return false;
	}
	r->tokens -= 1;
	return true;
}

void sl_requests_dispatch(struct sl_requests *r)
{
	int64_t now, at = 0;

	if (!r->queue.n)
		return;
	now = sl_mono_ms();
	while (r->queue.n && r->in_flight < (r->reached ? SL_KUBE_INFLIGHT_MAX : 1)) {
		if (now < r->hold_until_ms)
			at = r->hold_until_ms;
		if (at || !take_token(r, now, &at)) {
			sl_io_timer_set(r->client->io, &r->hold, at);
			return;
		}
		fly(r, SL_CONTAINER_OF(sl_fairq_pop(&r->queue), struct sl_kube_call, place));
	}
}

/* The loop dispatches after each round: waking it up is all there is to do. */
static void on_hold_over(struct sl_timer *t)
{
	(void)t;
}

void sl_requests_init(struct sl_requests *r, struct sl_kube_client *c)
{
	r->client = c;
	r->hold.fire = on_hold_over;
	r->tokens = c->options.burst;
	r->tokens_at_ms = sl_mono_ms();
}

void sl_requests_add(struct sl_requests *r, struct sl_kube_call *call)
{
	call->next = r->calls;
	call->link = &r->calls;
	if (call->next)
		call->next->link = &call->next;
	r->calls = call;
	if (r->closed) {
		sl_requests_cancel(r, call);
		return;
	}
	call->deadline.fire = on_deadline;
	call->nap.fire = on_nap_over;
	sl_io_timer_set(r->client->io, &call->deadline, call->deadline_ms);
	sl_fairq_push(&r->queue, key_of(call), &call->place);
}

void sl_requests_cancel(struct sl_requests *r, struct sl_kube_call *call)
{
	if (call->xfer.easy) {
		sl_xfer_cancel(r->client->io, &call->xfer);
		r->in_flight--;
	}
	sl_err_set(&call->failure, SL_ERR_CANCELED, "the API client was stopped");
	end_call(r, call);
}

void sl_requests_close(struct sl_requests *r)
{
	r->closed = true;
	while (r->calls)
		sl_requests_cancel(r, r->calls);
	sl_io_timer_cancel(r->client->io, &r->hold);
	sl_fairq_release(&r->queue);
}
