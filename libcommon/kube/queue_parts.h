/*
 * The two orders of a work queue: what is ready, fair between namespaces, and what waits for a time.
 *
 * Private to queue.c. Both hold items that the queue owns, linked through fields of the item.
 *
 *   ready[priority] ── ring of namespaces ── each with a list of items, first come first served
 *   deadlines       ── binary heap, earliest first
 *
 * Thread rule: under the queue's lock.
 */
#ifndef LIBCOMMON_KUBE_QUEUE_PARTS_H
#define LIBCOMMON_KUBE_QUEUE_PARTS_H

#include "libcommon/base/strmap.h"
#include "libcommon/kube/queue.h"

#define SL_PRIORITY_COUNT 2

/* A doubly linked ring; a head is a link that is no element. */
struct sl_link {
	struct sl_link *next, *prev;
};

struct sl_queue_item {
	char *id; /* "namespace\0name\0" */
	size_t id_len;
	struct sl_key key; /* into `id` */

	bool is_ready;
	enum sl_priority priority; /* of ready, or of `is_dirty` */
	struct sl_link in_namespace;
	int64_t ready_since_ms;

	bool is_processing;
	bool is_dirty; /* becomes ready after done */
	int64_t started_ms;

	int64_t deadline_ms; /* SL_NEVER: none */
	enum sl_priority deadline_priority;
	size_t heap_index;

	int failures;
	int at_once;
};

/* One priority's ready items. Namespaces exist while they have items. */
struct sl_ready {
	struct sl_link ring; /* of namespaces, the next to serve first */
	struct sl_strmap namespaces;
	size_t n;
};

void sl_ready_init(struct sl_ready *r);
void sl_ready_release(struct sl_ready *r);
void sl_ready_push(struct sl_ready *r, struct sl_queue_item *item);
void sl_ready_remove(struct sl_ready *r, struct sl_queue_item *item);
/* The next item, removed, or NULL. */
struct sl_queue_item *sl_ready_pop(struct sl_ready *r);

struct sl_deadlines {
	struct sl_queue_item **heap;
	size_t n, cap;
};

void sl_deadlines_release(struct sl_deadlines *d);
/* Set or change the deadline of an item, SL_NEVER removes it. */
void sl_deadlines_set(struct sl_deadlines *d, struct sl_queue_item *item, int64_t deadline_ms);
/* The earliest, or NULL. */
struct sl_queue_item *sl_deadlines_first(const struct sl_deadlines *d);

#endif
