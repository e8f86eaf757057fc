/*
 * The parts of the event recorder: an emission, its two texts, the limiter and the
 * correlator.
 *
 * Private to events.c. Thread rule: one thread at a time.
 */
#ifndef LIBCOMMON_KUBE_EVENTS_PARTS_H
#define LIBCOMMON_KUBE_EVENTS_PARTS_H

#include "libcommon/base/arena.h"
#include "libcommon/kube/events.h"

#define SL_CORRELATOR_ENTRIES_MAX 256 /* of each: what limiter and correlator remember */

/* An emission, copied. All is in the arena. */
struct sl_event_item {
	struct sl_arena arena;
	unsigned refs; /* under the recorder's lock */
	enum sl_severity severity;
	struct sl_value *involved;    /* ObjectReference */
	struct sl_value *annotations; /* metadata: strings, sorted */
	struct sl_str reason, message;
	int64_t wall_ms, mono_ms;
	char id[37];
};
struct sl_event_item *sl_event_item_new(const struct sl_event *event);
void sl_event_item_free(struct sl_event_item *item);

/* The body of the POST. */
struct sl_value *sl_event_item_body(struct sl_arena *a, const struct sl_event_item *item,
				    const char *controller, const char *instance);
/* The core/v1 Event, called `name`. */
struct sl_value *sl_event_item_object(struct sl_arena *a, const struct sl_event_item *item,
				      const char *controller, const char *instance,
				      const char *name);
/* The merge patch that raises the count of an Event written before. */
struct sl_value *sl_event_item_patch(struct sl_arena *a, const struct sl_event_item *item,
				     int64_t count);
/* The namespace that the Event lives in: its object's, or "default". */
struct sl_str sl_event_item_namespace(const struct sl_event_item *item);

/* Counts what each object may still have written. */
struct sl_event_limiter;
struct sl_event_limiter *sl_event_limiter_new(void);
void sl_event_limiter_free(struct sl_event_limiter *l);
/* May one more Event about this object be written? Takes a token if so. `now_ms` is monotonic. */
bool sl_event_limiter_admits(struct sl_event_limiter *l, const struct sl_event *event,
			     int64_t now_ms);

struct sl_correlator;
struct sl_correlator *sl_correlator_new(void);
void sl_correlator_free(struct sl_correlator *c);

/* What to do with an emission. */
struct sl_correlation {
	const char *name; /* of the Event; lives until the next call */
	int64_t count;	  /* above 1: patch the Event of that name */
};
struct sl_correlation sl_correlator_decide(struct sl_correlator *c,
					   const struct sl_event_item *item);
/* The Event of an equal emission is gone: decide() will say to create one. */
void sl_correlator_forget(struct sl_correlator *c, const struct sl_event_item *item);

/* What became of an attempt to deliver an event. */
enum sl_event_fate { SL_EVENT_DELIVERED, SL_EVENT_LOST, SL_EVENT_AGAIN };
/* Whether an error says nothing against trying again. */
bool sl_event_may_pass(int code);

#define SL_EVENT_WRITES_MAX 32 /* in flight at once */

struct sl_event_attempt {
	struct sl_event_item *item; /* borrowed */
	enum sl_event_fate fate; /* set, and for LOST and AGAIN `err`, which the caller releases */
	struct sl_err err;
	/* The writer's own. */
	int64_t count;
	struct sl_kube_call *call;
};

/* Writes Events to Kubernetes. */
struct sl_event_writer {
	struct sl_kube_client *client;
	const char *controller, *host;
	struct sl_correlator *correlator;
};
/* Write up to SL_EVENT_WRITES_MAX of them at once; those about one object in their order. Blocks. */
void sl_event_write(struct sl_event_writer *w, struct sl_event_attempt *attempts, size_t n);

#endif
