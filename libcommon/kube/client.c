#include "libcommon/kube/client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "libcommon/base/clock.h"
#include "libcommon/codec/json.h"
#include "libcommon/kube/client_impl.h"
#include "libcommon/kube/status.h"

static void after_round(struct sl_io_owner *owner)
{
	struct sl_kube_client *c = SL_CONTAINER_OF(owner, struct sl_kube_client, owner);

	sl_requests_dispatch(&c->requests);
	for (size_t i = 0; i < SL_ARRAY_LEN(c->probes); i++)
		sl_probe_after_round(&c->probes[i]);
}

static void run_last(struct sl_io_task *t)
{
	struct sl_kube_client *c = SL_CONTAINER_OF(t, struct sl_kube_client, last);

	sl_watches_close(c);
	sl_requests_close(&c->requests);
	for (size_t i = 0; i < SL_ARRAY_LEN(c->probes); i++)
		sl_probe_close(&c->probes[i]);
}

int sl_kube_client_new(const struct sl_kube_config *config,
		       const struct sl_kube_client_options *options,
		       struct sl_kube_client **ret_client, struct sl_err *err)
{
	struct sl_kube_client *c = sl_xcalloc(1, sizeof(*c));
	int r;

	if (options)
		c->options = *options;
	if (!c->options.silence_ms)
		c->options.silence_ms = SL_KUBE_SILENCE_MS;
	c->owner.after_round = after_round;
	c->last.run = run_last;
	pthread_mutex_init(&c->lock, NULL);
	sl_requests_init(&c->requests, c);
	for (size_t i = 0; i < SL_ARRAY_LEN(c->probes); i++)
		sl_probe_init(&c->probes[i], c, (enum sl_io_lane)i);
	r = sl_transport_new(config, c->options.user_agent, c->options.renew_credentials,
			     &c->transport, err);
	c->options.user_agent = NULL;
	if (r == 0)
		r = sl_io_new(c->transport, &c->owner, &c->io, err);
	if (r < 0) {
		c->stopped = true;
		sl_kube_client_free(c);
		return r;
	}
	*ret_client = c;
	return 0;
}

void sl_kube_client_stop(struct sl_kube_client *c)
{
	bool stopped;

	pthread_mutex_lock(&c->lock);
	stopped = c->stopped;
	c->stopped = true;
	pthread_mutex_unlock(&c->lock);
	if (!stopped)
		sl_io_stop(c->io, &c->last);
}

void sl_kube_client_free(struct sl_kube_client *c)
{
	if (!c)
		return;
	sl_kube_client_stop(c);
	sl_io_free(c->io);
	pthread_mutex_destroy(&c->lock);
	free(c->counts);
	free(c);
}

void sl_kube_response_release(struct sl_kube_response *r)
{
	sl_wipe(r->body.p, r->body.n);
	sl_strbuf_release(&r->body);
	r->status = 0;
	r->retry_after_ms = 0;
}

static const char *keep(struct sl_kube_call *call, const char *s)
{
	return s ? sl_arena_strdup(&call->strings, s) : NULL;
}

struct sl_kube_call *sl_call_new(struct sl_kube_client *c, const struct sl_kube_request *req)
{
	struct sl_kube_call *call = sl_xcalloc(1, sizeof(*call));

	call->client = c;
	call->req = *req;
	call->req.method = keep(call, req->method);
	call->req.path = keep(call, req->path);
	call->req.content_type = keep(call, req->content_type);
	call->req.accept = keep(call, req->accept);
	call->req.user = keep(call, req->user);
	call->req.fair_key = keep(call, req->fair_key);
	if (call->req.timeout_ms <= 0)
		call->req.timeout_ms = SL_KUBE_TIMEOUT_MS;
	call->deadline_ms = sl_mono_ms() + call->req.timeout_ms;
	sl_strbuf_init(&call->body, req->max_bytes ? req->max_bytes : SL_KUBE_RESPONSE_MAX);
	sem_init(&call->ended, 0, 0);
	return call;
}

void sl_call_free(struct sl_kube_call *call)
{
	sl_wipe(call->body.p, call->body.n);
	sl_strbuf_release(&call->body);
	sl_err_release(&call->failure);
	sl_arena_release(&call->strings);
	sem_destroy(&call->ended);
	free(call);
}

void sl_call_announce(struct sl_kube_call *call)
{
	if (call->sink)
		call->sink->ended(call->sink, call);
	else
		sem_post(&call->ended);
}

static void add_call(struct sl_io_task *t)
{
	struct sl_kube_call *call = SL_CONTAINER_OF(t, struct sl_kube_call, task);

	sl_requests_add(&call->client->requests, call);
}

struct sl_kube_call *sl_kube_call_start(struct sl_kube_client *c, const struct sl_kube_request *req)
{
	struct sl_kube_call *call = sl_call_new(c, req);

	call->task.run = add_call;
	if (sl_transport_check(req->path, req->user, req->accept, &call->failure) < 0) {
		sl_call_announce(call);
	} else if (!sl_io_post(c->io, &call->task)) {
		sl_err_set(&call->failure, SL_ERR_CANCELED, "the API client was stopped");
		sl_call_announce(call);
	}
	return call;
}

int sl_call_result(struct sl_kube_call *call, struct sl_err *err)
{
	int r;

	if (!call->http_status)
		return sl_err_move(err, &call->failure);
	if (call->http_status < 400)
		return 0;
	r = sl_status_err_body(call->http_status, sl_strbuf_str(&call->body), call->req.method,
			       call->req.path, err);
	if (err && call->retry_after_ms)
		err->retry_after_ms = call->retry_after_ms;
	return r;
}

int sl_kube_call_wait(struct sl_kube_call *call, struct sl_kube_response *ret_response,
		      struct sl_err *err)
{
	int r;

	while (sem_wait(&call->ended) < 0)
		continue; /* a signal */
	r = sl_call_result(call, err);
	if (ret_response && call->http_status) {
		sl_kube_response_release(ret_response);
		ret_response->status = call->http_status;
		ret_response->retry_after_ms = call->retry_after_ms;
		ret_response->body = call->body;
		sl_strbuf_init(&call->body, 0);
	}
	sl_call_free(call);
	return r;
}

int sl_kube_call_wait_object(struct sl_kube_call *call, struct sl_arena *a,
			     struct sl_value **ret_object, struct sl_err *err)
{
	SL_AUTO(sl_kube_response) response = SL_KUBE_RESPONSE_INIT;
	static const char *const path[] = { "metadata", "managedFields", NULL };
	const struct sl_json_limits limits = {
		.bytes = call->body.max,
		.allow_duplicates = true,
		.skip = call->req.no_managed_fields ? path : NULL,
	};
	int r = sl_kube_call_wait(call, &response, err);

	if (r < 0 || !ret_object)
		return r;
	r = sl_json_parse(a, sl_strbuf_str(&response.body), &limits, ret_object, err);
	if (r < 0)
		sl_err_wrap(err, "the API server's answer");
	return r;
}

int sl_kube_do(struct sl_kube_client *c, const struct sl_kube_request *req, struct sl_arena *a,
	       struct sl_value **ret_object, struct sl_err *err)
{
	return sl_kube_call_wait_object(sl_kube_call_start(c, req), a, ret_object, err);
}

void sl_client_count(struct sl_kube_client *c, const char *method, int status)
{
	struct sl_call_count *found = NULL;

	pthread_mutex_lock(&c->lock);
	for (size_t i = 0; i < c->counts_n && !found; i++) {
		if (c->counts[i].status == status && !strcmp(c->counts[i].method, method))
			found = &c->counts[i];
	}
	if (!found) {
		c->counts = sl_grow(c->counts, c->counts_n, &c->counts_cap, sizeof(*c->counts));
		found = &c->counts[c->counts_n++];
		*found = (struct sl_call_count){ .status = status };
		snprintf(found->method, sizeof(found->method), "%s", method);
	}
	found->count++;
	pthread_mutex_unlock(&c->lock);
}

void sl_kube_client_stats(struct sl_kube_client *c,
			  void (*add)(void *ctx, const char *method, int status, uint64_t count),
			  void *ctx)
{
	struct sl_call_count *copy;
	size_t n;

	pthread_mutex_lock(&c->lock);
	n = c->counts_n;
	copy = sl_xcalloc(n + 1, sizeof(*copy));
	for (size_t i = 0; i < n; i++)
		copy[i] = c->counts[i];
	pthread_mutex_unlock(&c->lock);
	for (size_t i = 0; i < n; i++)
		add(ctx, copy[i].method, copy[i].status, copy[i].count);
	free(copy);
}
