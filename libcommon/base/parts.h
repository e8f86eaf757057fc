/*
 * Work on a row of items in shares, several at a time, that fills one arena: all of it, or nothing.
 *
 * A part may only read what the others read, and write what is its own: the order in which parts run must not
 * show. Whatever fails, or would show, is undone, for the caller to do in order: so errors, limits and what
 * is said on the way are those of one thread, and cost more, which they may.
 *
 * Thread rule: a part belongs to the thread that runs it; the rest to the caller.
 */
#ifndef LIBCOMMON_BASE_PARTS_H
#define LIBCOMMON_BASE_PARTS_H

#include <stdatomic.h>
#include <stdbool.h>

#include "libcommon/base/arena.h"
#include "libcommon/base/err.h"
#include "libcommon/base/parallel.h"

/* More than threads, for they differ in size. */
#define SL_PARTS 16
/* Bytes of text that are worth a thread more: to parse a quarter of it takes as long as to start one. */
#define SL_PARTS_BYTES_MIN ((size_t)128 << 10)

struct sl_part {
	struct sl_arena a;	   /* a branch, until the part ends */
	size_t number;		   /* from 0 to SL_PARTS */
	size_t from, to;	   /* of the items */
	const atomic_bool *failed; /* some part did: the rest is in vain */
};

/*
 * each(arg, part) for all parts of `n` items. True: all returned 0. False: one did not, some may not have
 * been called, and the arena is as it was before; or `parallel` is NULL, and none was.
 */
bool sl_parts_run(sl_parallel_fn parallel, struct sl_arena *a, size_t n,
		  int (*each)(void *arg, struct sl_part *p), void *arg) SL_MUST_CHECK;

#endif
