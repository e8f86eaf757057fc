#include "libcommon/kube/timers.h"

#include <stdlib.h>

#include "libcommon/base/clock.h"
#include "libcommon/base/mem.h"

void sl_timers_release(struct sl_timers *ts)
{
	for (size_t i = 1; i <= ts->n; i++)
		ts->heap[i]->slot = 0;
	free(ts->heap);
	*ts = (struct sl_timers)SL_TIMERS_INIT;
}

static void put(struct sl_timers *ts, struct sl_timer *t, size_t slot)
{
	ts->heap[slot] = t;
	t->slot = slot;
}

static void sift_up(struct sl_timers *ts, struct sl_timer *t, size_t slot)
{
	while (slot > 1 && t->at_ms < ts->heap[slot / 2]->at_ms) {
		put(ts, ts->heap[slot / 2], slot);
		slot /= 2;
	}
	put(ts, t, slot);
}

static void sift_down(struct sl_timers *ts, struct sl_timer *t, size_t slot)
{
	for (;;) {
		size_t child = slot * 2;

		if (child > ts->n)
			break;
		if (child < ts->n && ts->heap[child + 1]->at_ms < ts->heap[child]->at_ms)
			child++;
		if (t->at_ms <= ts->heap[child]->at_ms)
			break;
		put(ts, ts->heap[child], slot);
		slot = child;
	}
	put(ts, t, slot);
}

void sl_timers_cancel(struct sl_timers *ts, struct sl_timer *t)
{
	size_t slot = t->slot;
	struct sl_timer *last;

	if (!slot)
		return;
	t->slot = 0;
	last = ts->heap[ts->n--];
	if (last == t)
		return;
	/* The last one fills the gap, and may belong above it as well as below. */
	sift_up(ts, last, slot);
	sift_down(ts, last, last->slot);
}

void sl_timers_set(struct sl_timers *ts, struct sl_timer *t, int64_t at_ms)
{
	sl_timers_cancel(ts, t);
	if (ts->n + 2 > ts->cap)
		ts->heap = sl_grow(ts->heap, ts->n + 1, &ts->cap, sizeof(struct sl_timer *));
	t->at_ms = at_ms;
	sift_up(ts, t, ++ts->n);
}

int64_t sl_timers_next(const struct sl_timers *ts)
{
	return ts->n ? ts->heap[1]->at_ms : SL_NEVER;
}

struct sl_timer *sl_timers_take_due(struct sl_timers *ts, int64_t now_ms)
{
	struct sl_timer *t;

	if (!ts->n || ts->heap[1]->at_ms > now_ms)
		return NULL;
	t = ts->heap[1];
	sl_timers_cancel(ts, t);
	return t;
}
