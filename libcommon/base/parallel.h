/*
 * A loop over independent items, on several cores.
 *
 * For a program that has one thing to do, and somebody who waits for it. A controller has workers, which
 * keep the cores busy as it is.
 *
 * Threads live for one loop: to start one takes some 50 us, so that a loop should have ten times that to do.
 *
 * Thread rule: each call has threads of its own.
 */
#ifndef LIBCOMMON_BASE_PARALLEL_H
#define LIBCOMMON_BASE_PARALLEL_H

#include <stddef.h>

/* Threads of a loop, the calling one included. */
#define SL_PARALLEL_MAX 4
#define SL_PARALLEL_STACK ((size_t)8 << 20) /* bytes of each: as much as a main thread has */

/* How many threads a loop has: as many as the process may use cores, but not more than the above. */
size_t sl_parallel_threads(void);

/*
 * Call each(arg, i) for every i < n, and return when all calls have. The calling thread takes part, and does
 * all where others cannot be started. Each begins with a row of items of its own, the calling one with the
 * first, and goes on with what is left of others': so loops over the same items find them in the same cores'
 * caches.
 */
void sl_parallel_for(size_t n, void (*each)(void *arg, size_t i), void *arg);

/* That function, or none, for who is to work with threads or without. */
typedef void (*sl_parallel_fn)(size_t n, void (*each)(void *arg, size_t i), void *arg);

#endif
