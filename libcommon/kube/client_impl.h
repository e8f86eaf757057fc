/*
 * Inside of the API client: what client.c, request.c, probe.c and watch.c share.
 *
 *   client.c   life cycle, waiting, counters         (any thread)
 *   request.c  queue, retries, deadlines of calls    (I/O thread)
 *   probe.c    is the connection of a lane alive? (I/O thread)
 *   watch.c    LIST and WATCH                        (I/O thread)
 *
 * A call: queued ─► flying ─► ended, or after a failure that may be repeated: sleeping ─► queued.
 *
 * Thread rule: as written at each member.
 */
#ifndef LIBCOMMON_KUBE_CLIENT_IMPL_H
#define LIBCOMMON_KUBE_CLIENT_IMPL_H

#include <pthread.h>
#include <semaphore.h>

#include "libcommon/base/arena.h"
#include "libcommon/kube/client.h"
#include "libcommon/kube/fairq.h"
#include "libcommon/kube/io.h"

#define SL_CALL_BACKOFF_MIN_MS 100 /* first pause after a broken or refused connection */
#define SL_CALL_BACKOFF_MAX_MS 5000

/* Told on the I/O thread that a call has ended; takes the call over. */
struct sl_call_sink {
	void (*ended)(struct sl_call_sink *sink, struct sl_kube_call *call);
};

struct sl_kube_call {
	/* Set at the start. */
	struct sl_kube_client *client;
	struct sl_kube_request req; /* strings in `strings` */
	struct sl_arena strings;
	int64_t deadline_ms;
	struct sl_call_sink *sink; /* instead of a thread that waits, or NULL */

	/* I/O thread, until ended. */
	struct sl_io_task task;
	struct sl_xfer xfer;
	struct sl_fairq_item place;
	struct sl_timer deadline;
	struct sl_timer nap; /* armed: sleeping */
	struct sl_kube_call *next, **link;
	unsigned failures;
	bool reloaded; /* credentials, after a 401 */

	/* The outcome, for the waiter once ended. */
	int http_status; /* 0: `failure` says why there is no answer */
	int64_t retry_after_ms;
	struct sl_strbuf body;
	struct sl_err failure;

	sem_t ended; /* posted as the last touch: the waiter may free the call at once */
};

/* I/O thread. */
struct sl_requests {
	struct sl_kube_client *client;
	struct sl_fairq queue;
	struct sl_kube_call *calls; /* all that have not ended */
	size_t in_flight;
	/*
	 * Whether the API server was reached the last time. While it is not, one request at a time
	 * tries, at growing intervals; the others wait in the queue.
	 */
	bool reached;
	unsigned unreached;    /* attempts in a row */
	int64_t hold_until_ms; /* nothing is sent before */
	struct sl_timer hold;
	double tokens; /* with qps: what may be sent at once */
	int64_t tokens_at_ms;
	bool closed;
};

/* I/O thread. Asks `/livez` when the connection of a lane has been silent for too long. */
struct sl_probe {
	struct sl_kube_client *client;
	enum sl_io_lane lane;
	int64_t ask_ms;	   /* silence before the question */
	int64_t answer_ms; /* and after it */
	struct sl_timer timer;
	struct sl_xfer xfer;
	int64_t asked_ms;
};

struct sl_call_count {
	char method[12];
	int status; /* 0: no answer */
	uint64_t count;
};

struct sl_kube_client {
	struct sl_io_owner owner;
	struct sl_io *io;
	struct sl_transport *transport; /* owned by `io` */
	struct sl_kube_client_options options;
	struct sl_requests requests;
	struct sl_probe probes[SL_IO_LANE_COUNT];
	struct sl_watch *watches; /* I/O thread */
	struct sl_io_task last;

	pthread_mutex_t lock; /* of what follows */
	bool stopped;
	struct sl_call_count *counts;
	size_t counts_n, counts_cap;
};

/* client.c */
struct sl_kube_call *sl_call_new(struct sl_kube_client *c, const struct sl_kube_request *req);
void sl_call_free(struct sl_kube_call *call);
/* What the waiter gets: the HTTP error as an sl_err, or `failure`. */
int sl_call_result(struct sl_kube_call *call, struct sl_err *err) SL_MUST_CHECK;
/* Wake the waiter or hand the call to its sink. Any thread; the call is not to be touched after. */
void sl_call_announce(struct sl_kube_call *call);
void sl_client_count(struct sl_kube_client *c, const char *method, int status);

/* request.c */
void sl_requests_init(struct sl_requests *r, struct sl_kube_client *c);
/* Take a call in. */
void sl_requests_add(struct sl_requests *r, struct sl_kube_call *call);
/* End a call with SL_ERR_CANCELED; its sink or waiter is told. */
void sl_requests_cancel(struct sl_requests *r, struct sl_kube_call *call);
/* Send what may be sent now. */
void sl_requests_dispatch(struct sl_requests *r);
/* End all, and every one that comes later, with SL_ERR_CANCELED. */
void sl_requests_close(struct sl_requests *r);

/* probe.c */
void sl_probe_init(struct sl_probe *p, struct sl_kube_client *c, enum sl_io_lane lane);
void sl_probe_after_round(struct sl_probe *p);
void sl_probe_close(struct sl_probe *p);

/* watch.c: stop all for good. */
void sl_watches_close(struct sl_kube_client *c);

#endif
