/*
 * The event recorder: Kubernetes Events, and Flux's POST to --events-addr.
 *
 * sl_events_emit() copies what it is given into two bounded outboxes, one for each receiver, and
 * returns; one sender thread does the rest, so that a reconcile waits for no receiver, and a receiver
 * that is down does not hold up the other. Kubernetes Events are written several at once, those about
 * one object in their order; those that `can_wait` do so for a tenth of a second. When an outbox is full
 * the event is dropped, counted (sluice_events_dropped_total), and the first drop of a row is logged.
 * While a receiver cannot be reached (no connection, timeout, 5xx) its outbox waits with growing pauses,
 * 1 s to 30 s, and gives an event up when it is SL_EVENTS_KEEP_MS old.
 *
 * Kubernetes Events (core/v1). One object an emission, named `<object>.<16 hex digits>`, type Normal or
 * Warning, source.component and reportingComponent the controller. Its annotations are the metadata
 * given (keys `<group>/<key>`), the object's own `event.toolkit.fluxcd.io/<key>` annotations, the
 * severity under `sluice.dev/severity`, and `sluice.dev/event-id`. An emission equal in object, type,
 * reason, message and metadata to one of the last SL_EVENTS_WINDOW_MS raises that Event's count by a
 * patch instead, and gives it a new event-id, as it is news for a receiver. Per object SL_EVENTS_BURST
 * Events are written, then one every SL_EVENTS_REFILL_MS; traces are counted by themselves, with
 * SL_EVENTS_TRACE_REFILL_MS. (client-go has the slow rate for all; since notifications are made from
 * Events here, what a user asked to be told must not be held back for minutes.)
 *
 * POST (only when an address is set, never for traces): Flux's JSON body; an attempt takes at most
 * SL_EVENTS_POST_TIMEOUT_MS. 429 means that the receiver has it already; neither that nor other 4xx are
 * tried again.
 *
 * Thread rule: thread-safe. Emit never blocks.
 * Limits: SL_EVENTS_QUEUE_MAX events an outbox, SL_EVENT_MESSAGE_MAX bytes of message (cut with
 * "..."), SL_EVENT_METADATA_MAX pairs of metadata.
 * Source: source.md section 5; core/v1 Event; the contract of client-go's correlator.
 */
#ifndef LIBCOMMON_KUBE_EVENTS_H
#define LIBCOMMON_KUBE_EVENTS_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "libcommon/base/mem.h"
#include "libcommon/kube/client.h"
#include "libcommon/kube/metrics.h"

#define SL_EVENTS_QUEUE_MAX 4096
#define SL_EVENTS_WINDOW_MS (10 * 60 * 1000)
#define SL_EVENTS_BURST 25
#define SL_EVENTS_REFILL_MS 10000
#define SL_EVENTS_TRACE_REFILL_MS (5 * 60 * 1000)
#define SL_EVENTS_KEEP_MS (5 * 60 * 1000)
#define SL_EVENTS_POST_TIMEOUT_MS 5000
#define SL_EVENT_MESSAGE_MAX 39000
#define SL_EVENT_METADATA_MAX 64

/* Annotations: those of an object that go into the metadata of its events; ours on Events. */
#define SL_ANN_EVENT_PREFIX "event.toolkit.fluxcd.io/"
#define SL_ANN_EVENT_ID "sluice.dev/event-id"
#define SL_ANN_EVENT_SEVERITY "sluice.dev/severity"

enum sl_severity {
	SL_SEVERITY_TRACE, /* a Normal Kubernetes Event, never posted */
	SL_SEVERITY_INFO,  /* Normal */
	SL_SEVERITY_ERROR, /* Warning */
};

struct sl_event_meta {
	const char *key; /* "source.toolkit.fluxcd.io/revision"; NULL ends a list */
	struct sl_str value;
};

struct sl_event {
	const struct sl_value *object; /* what it is about: apiVersion, kind, metadata are read */
	enum sl_severity severity;
	const char *reason;
	struct sl_str message;
	const struct sl_event_meta *metadata; /* ends with key NULL; may be NULL */
	bool can_wait; /* a tenth of a second, for others to be written with it */
};

struct sl_events_options {
	struct sl_kube_client *client; /* NULL: no Kubernetes Events */
	const char *controller;	       /* "source-controller"; copied */
	const char *address;	       /* URL, NULL or "": no POST; copied */
	struct sl_metrics *metrics;    /* or NULL */
};

struct sl_events;
/* Starts the sender thread. Errors: SL_ERR_INVALID for a malformed address. */
int sl_events_new(const struct sl_events_options *options, struct sl_events **ret_events,
		  struct sl_err *err) SL_MUST_CHECK;
/* Send what is queued within `deadline_ms` (monotonic), then end the thread and free. */
void sl_events_free(struct sl_events *e, int64_t deadline_ms);

/* Copies everything. `e` NULL does nothing. */
void sl_events_emit(struct sl_events *e, const struct sl_event *event);
/* The same with a formatted message. */
void sl_events_emitf(struct sl_events *e, const struct sl_value *object, enum sl_severity severity,
		     const struct sl_event_meta *metadata, const char *reason, const char *fmt, ...)
	__attribute__((format(printf, 6, 7)));
/* Sleep until all that was emitted so far was sent or given up; for tests. False past the deadline. */
bool sl_events_flush(struct sl_events *e, int64_t deadline_ms);

#endif
