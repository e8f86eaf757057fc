/*
 * A queue that is fair between callers: one line per key, served round-robin.
 *
 *   ring ─► "team-a": r1 r2 r3 …     one caller with a thousand requests delays another by
 *        ─► "team-b": r4             at most one request per caller, not by a thousand
 *
 * Intrusive: items are part of what they stand for. A line exists only while it holds items.
 *
 * Thread rule: one thread at a time.
 */
#ifndef LIBCOMMON_KUBE_FAIRQ_H
#define LIBCOMMON_KUBE_FAIRQ_H

#include <stdbool.h>
#include <stddef.h>

#include "libcommon/base/str.h"
#include "libcommon/base/strmap.h"

struct sl_fairq_line;

/* Zeroed before first use. */
struct sl_fairq_item {
	struct sl_fairq_line *line; /* NULL: not queued */
	struct sl_fairq_item *prev, *next;
};

struct sl_fairq {
	struct sl_strmap lines;
	struct sl_fairq_line *turn; /* whose turn it is, in a ring; NULL when empty */
	size_t n;		    /* items in all lines */
};
#define SL_FAIRQ_INIT \
	{ \
		0 \
	}

/* Items still queued are forgotten. */
void sl_fairq_release(struct sl_fairq *q);
/* To the end of the key's line, or to its front: what was served before and has to go again. */
void sl_fairq_push(struct sl_fairq *q, struct sl_str key, struct sl_fairq_item *item);
void sl_fairq_push_front(struct sl_fairq *q, struct sl_str key, struct sl_fairq_item *item);
/* The first of the line whose turn it is, or NULL. */
struct sl_fairq_item *sl_fairq_pop(struct sl_fairq *q);
/* Out of the middle; does nothing when it is not queued. */
void sl_fairq_remove(struct sl_fairq *q, struct sl_fairq_item *item);

#endif
