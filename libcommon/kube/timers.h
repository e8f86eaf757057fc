/*
 * Timers of the I/O thread: a binary heap of deadlines, intrusive, so that arming never allocates
 * but to grow the heap itself.
 *
 * Thread rule: one thread at a time. Times are those of sl_mono_ms().
 */
#ifndef LIBCOMMON_KUBE_TIMERS_H
#define LIBCOMMON_KUBE_TIMERS_H

#include <stddef.h>
#include <stdint.h>

/* Part of the object that it wakes. Zeroed before first use, `fire` apart. */
struct sl_timer {
	int64_t at_ms;
	size_t slot; /* place in the heap from 1, 0: not armed */
	void (*fire)(struct sl_timer *t);
};

struct sl_timers {
	struct sl_timer **heap; /* 1-based: heap[0] is unused */
	size_t n, cap;
};
#define SL_TIMERS_INIT \
	{ \
		0 \
	}

/* Armed timers are forgotten, not fired. */
void sl_timers_release(struct sl_timers *ts);
/* Arm, or move to another time. `fire` is set before. */
void sl_timers_set(struct sl_timers *ts, struct sl_timer *t, int64_t at_ms);
/* Disarm; does nothing when not armed. */
void sl_timers_cancel(struct sl_timers *ts, struct sl_timer *t);
/* The next deadline, or SL_NEVER. */
int64_t sl_timers_next(const struct sl_timers *ts);
/* Disarm and return one timer whose time is not after `now_ms`, or NULL. */
struct sl_timer *sl_timers_take_due(struct sl_timers *ts, int64_t now_ms);

#endif
