#include "libcommon/kube/queue_parts.h"

#include <stdlib.h>

struct namespace_ {
	struct sl_link in_ring;
	struct sl_link items;
};

#define container_of(ptr, type, member) ((type *)(void *)((char *)(ptr)-offsetof(type, member)))

static void link_init(struct sl_link *l)
{
	l->next = l;
	l->prev = l;
}

static bool link_is_empty(const struct sl_link *l)
{
	return l->next == l;
}

static void link_append(struct sl_link *head, struct sl_link *l)
{
	l->prev = head->prev;
	l->next = head;
	head->prev->next = l;
	head->prev = l;
}

static void link_remove(struct sl_link *l)
{
	l->prev->next = l->next;
	l->next->prev = l->prev;
	link_init(l);
}

void sl_ready_init(struct sl_ready *r)
{
	*r = (struct sl_ready){ .namespaces = SL_STRMAP_INIT_OWNING(free) };
	link_init(&r->ring);
}

void sl_ready_release(struct sl_ready *r)
{
	sl_strmap_release(&r->namespaces);
}

void sl_ready_push(struct sl_ready *r, struct sl_queue_item *item)
{
	struct namespace_ *ns = sl_strmap_get(&r->namespaces, sl_str(item->key.namespace_));

	if (!ns) {
		ns = sl_xcalloc(1, sizeof(*ns));
		link_init(&ns->items);
		link_append(&r->ring, &ns->in_ring);
		sl_strmap_set(&r->namespaces, sl_str(item->key.namespace_), ns);
	}
	link_append(&ns->items, &item->in_namespace);
	r->n++;
}

void sl_ready_remove(struct sl_ready *r, struct sl_queue_item *item)
{
	struct namespace_ *ns = sl_strmap_get(&r->namespaces, sl_str(item->key.namespace_));

	link_remove(&item->in_namespace);
	r->n--;
	if (link_is_empty(&ns->items)) {
		link_remove(&ns->in_ring);
		sl_strmap_remove(&r->namespaces, sl_str(item->key.namespace_));
	}
}

struct sl_queue_item *sl_ready_pop(struct sl_ready *r)
{
	struct namespace_ *ns;
	struct sl_queue_item *item;

	if (link_is_empty(&r->ring))
		return NULL;
	ns = container_of(r->ring.next, struct namespace_, in_ring);
	item = container_of(ns->items.next, struct sl_queue_item, in_namespace);
	/* The namespace goes to the end of the ring: the others have their turn first. */
	link_remove(&ns->in_ring);
	link_append(&r->ring, &ns->in_ring);
	sl_ready_remove(r, item);
	return item;
}

void sl_deadlines_release(struct sl_deadlines *d)
{
	free(d->heap);
	*d = (struct sl_deadlines){ 0 };
}

static void place(struct sl_deadlines *d, size_t index, struct sl_queue_item *item)
{
	d->heap[index] = item;
	item->heap_index = index;
}

static void sift_up(struct sl_deadlines *d, size_t index)
{
	struct sl_queue_item *item = d->heap[index];

	while (index && d->heap[(index - 1) / 2]->deadline_ms > item->deadline_ms) {
		place(d, index, d->heap[(index - 1) / 2]);
		index = (index - 1) / 2;
	}
	place(d, index, item);
}

static void sift_down(struct sl_deadlines *d, size_t index)
{
	struct sl_queue_item *item = d->heap[index];
	size_t child;

	while ((child = 2 * index + 1) < d->n) {
		if (child + 1 < d->n &&
		    d->heap[child + 1]->deadline_ms < d->heap[child]->deadline_ms)
			child++;
		if (d->heap[child]->deadline_ms >= item->deadline_ms)
			break;
		place(d, index, d->heap[child]);
		index = child;
	}
	place(d, index, item);
}

static void heap_remove(struct sl_deadlines *d, struct sl_queue_item *item)
{
	size_t index = item->heap_index;
	struct sl_queue_item *last = d->heap[--d->n];

	if (last == item)
		return;
	place(d, index, last);
	sift_up(d, index);
	sift_down(d, last->heap_index);
}

void sl_deadlines_set(struct sl_deadlines *d, struct sl_queue_item *item, int64_t deadline_ms)
{
	if (item->deadline_ms != SL_NEVER)
		heap_remove(d, item);
	item->deadline_ms = deadline_ms;
	if (deadline_ms == SL_NEVER)
		return;
	d->heap = sl_grow(d->heap, d->n, &d->cap, sizeof(struct sl_queue_item *));
	place(d, d->n++, item);
	sift_up(d, d->n - 1);
}

struct sl_queue_item *sl_deadlines_first(const struct sl_deadlines *d)
{
	return d->n ? d->heap[0] : NULL;
}
