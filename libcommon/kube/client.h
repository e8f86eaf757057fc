/*
 * The Kubernetes API client: one I/O thread, many requests in flight.
 *
 *   worker ── sl_kube_call_start ──►┐                       ┌► connection for requests (HTTP/2)
 *   worker ── sl_kube_call_start ──►│ I/O thread (3 multis) ├► connections for watches
 *   worker ◄─ sl_kube_call_wait ────┘                       └► (80 streams each at most)
 *
 * Workers hand requests in and sleep on the answer; several may be in flight for one worker. One
 * libcurl multi handle serves requests (PIPEWAIT, at most SL_KUBE_INFLIGHT_MAX on the wire, a queue
 * fair between callers in front), another serves watches, since watches that share a connection can
 * starve everything else, and a third the watch that has most to tell: libcurl looks at each transfer
 * of a connection when something comes on it. With plain http, or a proxy that speaks no HTTP/2, requests share at most
 * SL_IO_REQUEST_CONNECTIONS connections and each watch has one of its own.
 *
 * A connection that goes silent is noticed. The kernel does that when bytes are not acknowledged
 * (TCP_USER_TIMEOUT 30 s, keepalive). When no byte at all has come for SL_KUBE_SILENCE_MS while
 * requests wait, /livez is asked on the same connection; when that gets no byte either for as long
 * again, all multi handles are destroyed and made anew, what is safe to send again is sent again,
 * and watches resume. A request that merely takes long (an admission webhook) is left alone. Watches
 * are given six times as long before the question, and three times for its answer.
 *
 * 429 and 503 with Retry-After are waited out inside, up to the request's own timeout; so are
 * connection failures of requests that are safe to send again (GET, dry runs, server-side apply,
 * merge patches with a resourceVersion, DELETE with a uid precondition), and for every request those
 * where no connection came about, since nothing was sent. While the API server cannot be reached one
 * request at a time tries, after growing pauses with jitter; the others wait in the queue.
 *
 * Thread rule: thread-safe. A struct sl_kube_call belongs to the thread that started it.
 * Source: Kubernetes API concepts (api-concepts), RFC 9113; measured limits in docs/architecture.md.
 */
#ifndef LIBCOMMON_KUBE_CLIENT_H
#define LIBCOMMON_KUBE_CLIENT_H

#include "libcommon/base/err.h"
#include "libcommon/base/strbuf.h"
#include "libcommon/codec/value.h"
#include "libcommon/kube/config.h"

#define SL_KUBE_INFLIGHT_MAX 64
#define SL_KUBE_WATCHES_PER_CONNECTION 80
#define SL_KUBE_TIMEOUT_MS 30000		/* of a request, unless it says otherwise */
#define SL_KUBE_RESPONSE_MAX ((size_t)64 << 20) /* bytes */
#define SL_KUBE_SILENCE_MS 5000 /* without any byte: ask whether the connection is alive */

struct sl_kube_client;
struct sl_kube_call;

struct sl_kube_client_options {
	const char *user_agent; /* "kustomize-controller/0.1.0"; copied */
	double qps;		/* requests a second, 0: no limit */
	int burst;		/* requests at once after a pause; at least 1 counts with qps */
	int64_t silence_ms;	/* 0: SL_KUBE_SILENCE_MS */
	/* The command line: a server that cannot be reached is an error now, not at the deadline. */
	bool fail_fast;
	/*
	 * Called on the I/O thread after a 401, may block: get new credentials into the client's copy
	 * of the config (sl_kube_config_exec). NULL for controllers; a token file needs none.
	 */
	int (*renew_credentials)(struct sl_kube_config *config, struct sl_err *err);
};

/* Start the I/O thread. The config is copied. Connects lazily. */
int sl_kube_client_new(const struct sl_kube_config *config,
		       const struct sl_kube_client_options *options,
		       struct sl_kube_client **ret_client, struct sl_err *err) SL_MUST_CHECK;
/*
 * End the I/O thread: every call in flight ends with SL_ERR_CANCELED, and so does each that is
 * started later; no callback of a watch runs any more. For shutting down: stop, join the workers,
 * free. From any thread but the I/O thread; the second time does nothing.
 */
void sl_kube_client_stop(struct sl_kube_client *c);
/*
 * Stop and free; NULL is accepted. Calls that ended this way are still waited for, and watches still
 * stopped, by their owners: before or after.
 */
void sl_kube_client_free(struct sl_kube_client *c);
SL_DEFINE_AUTO_PTR(sl_kube_client);

struct sl_kube_request {
	const char *method; /* "GET", "PATCH" … */
	const char *path;   /* path and query, percent-encoded: "/api/v1/namespaces?limit=5" */
	const char *content_type; /* NULL without a body */
	struct sl_str body;	  /* borrowed until the call has ended */
	const char *accept;	  /* NULL: application/json */
	const char
		*user; /* Impersonate-User, or NULL; the server adds a service account's groups */
	int64_t timeout_ms; /* 0: SL_KUBE_TIMEOUT_MS */
	size_t max_bytes;   /* of the answer, 0: SL_KUBE_RESPONSE_MAX */
	/*
	 * May be sent again after a connection failure; GET always may. Any other request is ended
	 * with SL_ERR_NET, but for one case that libcurl decides: what got no byte of an answer on a
	 * connection that had been used before goes once more, over a new one.
	 */
	bool retry_safe;
	const char *fair_key; /* callers share the wire by this (a namespace), or NULL; copied */
	/* The object is read without metadata.managedFields: half of many an answer. */
	bool no_managed_fields;
};

struct sl_kube_response {
	int status;		/* HTTP */
	struct sl_strbuf body;	/* as received, decompressed */
	int64_t retry_after_ms; /* or 0 */
};
#define SL_KUBE_RESPONSE_INIT \
	{ \
		.body = SL_STRBUF_INIT(SL_KUBE_RESPONSE_MAX) \
	}
void sl_kube_response_release(struct sl_kube_response *r);

/* Hand a request in; never blocks. Strings of the request are copied, the body is borrowed. */
struct sl_kube_call *sl_kube_call_start(struct sl_kube_client *c,
					const struct sl_kube_request *req);
/*
 * Sleep until the call has ended, and free it. 0 with any HTTP status below 400. Errors carry the
 * Status object's message and reason and http_status: NOT_FOUND 404, CONFLICT 409, AUTH 401, FORBIDDEN
 * 403, INVALID 400 and 422, GONE 410, THROTTLED 429, TIMEOUT 504 or own deadline, UNAVAILABLE other
 * 5xx, NET, TOO_LARGE, CANCELED. `ret_response` may be NULL, and is filled for HTTP errors as well.
 */
int sl_kube_call_wait(struct sl_kube_call *call, struct sl_kube_response *ret_response,
		      struct sl_err *err) SL_MUST_CHECK;
/* Start, wait, and parse the JSON answer into the arena; `ret_object` may be NULL. Blocks. */
int sl_kube_do(struct sl_kube_client *c, const struct sl_kube_request *req, struct sl_arena *a,
	       struct sl_value **ret_object, struct sl_err *err) SL_MUST_CHECK;
/* As sl_kube_call_wait, and parse. */
int sl_kube_call_wait_object(struct sl_kube_call *call, struct sl_arena *a,
			     struct sl_value **ret_object, struct sl_err *err) SL_MUST_CHECK;

/* Counters for metrics (rest_client_requests_total): calls `add` for each code and method. */
void sl_kube_client_stats(struct sl_kube_client *c,
			  void (*add)(void *ctx, const char *method, int status, uint64_t count),
			  void *ctx);

#endif
