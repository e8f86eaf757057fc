/*
 * Arena: many allocations with one life time, freed together.
 *
 * One arena per reconcile, per parsed document or per cached object. Nothing from an arena may be
 * stored in an object that outlives it. An arena may carry a limit, for memory whose amount outside
 * input decides: past it, sl_arena_alloc() still returns memory, so that callers need no check at
 * every node, but sl_arena_full() turns true and parsers stop there with SL_ERR_TOO_LARGE.
 *
 * Memory is aligned to 16 bytes (strings to 1). Blocks double from 1 KiB to 256 KiB; past 512 KiB in all
 * they are 2 MiB each and ask for huge pages, whose first use costs a tenth.
 *
 * Thread rule: one thread at a time, or several through branches; what it holds may be read by many once
 * writing has ended.
 */
#ifndef LIBCOMMON_BASE_ARENA_H
#define LIBCOMMON_BASE_ARENA_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "libcommon/base/mem.h"
#include "libcommon/base/str.h"

#define SL_ARENA_ALIGN 16 /* of all but strings */

/* Private: here for the sake of sl_arena_alloc() alone. */
struct sl_arena_block {
	struct sl_arena_block *next;
	size_t size, used;
	_Alignas(SL_ARENA_ALIGN) char data[];
};

struct sl_arena {
	struct sl_arena_block *head;
	size_t used;		      /* bytes handed out */
	size_t limit;		      /* bytes, 0 = none */
	struct sl_arena_trunk *trunk; /* of a branch */
};
#define SL_ARENA_INIT \
	{ \
		0 \
	}
#define SL_ARENA_INIT_LIMIT(bytes) \
	{ \
		.limit = (bytes) \
	}

/* Of an arena that holds nothing: its first block has room for so many bytes, and no more. */
void sl_arena_reserve(struct sl_arena *a, size_t bytes);
void sl_arena_release(struct sl_arena *a);
/* The same for an arena that held secrets: everything is overwritten first. */
void sl_arena_wipe(struct sl_arena *a);
/* Free all but one block, start anew. */
void sl_arena_reset(struct sl_arena *a);

/* The slow part of sl_arena_alloc(): a block more. Not zeroed. */
void *sl_arena_extend(struct sl_arena *a, size_t size)
	__attribute__((returns_nonnull, warn_unused_result));
/* Private likewise: sl_arena_alloc() with anything in it. */
static inline void *sl_arena_take(struct sl_arena *a, size_t size)
	__attribute__((returns_nonnull, warn_unused_result));
static inline void *sl_arena_take(struct sl_arena *a, size_t size)
{
	struct sl_arena_block *b = a->head;
	size_t at = b ? (b->used + SL_ARENA_ALIGN - 1) & ~(size_t)(SL_ARENA_ALIGN - 1) : 0;

	if (!b || at > b->size || size > b->size - at)
		return sl_arena_extend(a, size);
	b->used = at + size;
	a->used += size;
	return b->data + at;
}
/* Zeroed memory; never NULL. */
static inline void *sl_arena_alloc(struct sl_arena *a, size_t size)
	__attribute__((returns_nonnull, warn_unused_result));
static inline void *sl_arena_alloc(struct sl_arena *a, size_t size)
{
	return memset(sl_arena_take(a, size), 0, size);
}
/* Memory with anything in it, for what is written at once; aligned as text. */
char *sl_arena_bytes(struct sl_arena *a, size_t size)
	__attribute__((returns_nonnull, warn_unused_result));
#define sl_arena_new(a, type) ((type *)sl_arena_alloc((a), sizeof(type)))
static inline void *sl_arena_array(struct sl_arena *a, size_t count, size_t size)
	__attribute__((returns_nonnull, warn_unused_result));
static inline void *sl_arena_array(struct sl_arena *a, size_t count, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(count, size, &bytes))
		abort();
	return sl_arena_alloc(a, bytes);
}
/* The slow part of sl_arena_grow(). */
void *sl_arena_double(struct sl_arena *a, void *p, size_t count, size_t *cap, size_t item)
	__attribute__((returns_nonnull, warn_unused_result));
/*
 * Room for one more item in an array of the arena: as sl_grow() of mem.h, but that what was outgrown stays
 * behind, as all in an arena does.
 */
static inline void *sl_arena_grow(struct sl_arena *a, void *p, size_t count, size_t *cap,
				  size_t item)
{
	return count < *cap ? p : sl_arena_double(a, p, count, cap, item);
}
/* Copies, NUL-terminated in both cases. */
char *sl_arena_strdup(struct sl_arena *a, const char *s) __attribute__((returns_nonnull));
struct sl_str sl_arena_str(struct sl_arena *a, struct sl_str s);
char *sl_arena_printf(struct sl_arena *a, const char *fmt, ...)
	__attribute__((format(printf, 2, 3), returns_nonnull));
/*
 * Several threads fill one arena, each through a branch of its own, which takes blocks from the trunk. All
 * lives in the arena; to release or reset a branch frees nothing. While there are branches, nothing else is
 * taken from the arena itself. A branch is full when the arena is, for which whole blocks count until the
 * branch is released: by its own thread, or when the threads have ended.
 */
struct sl_arena_trunk {
	struct sl_arena *a;
	pthread_mutex_t lock;
	struct sl_arena before;	 /* the arena without what the branches took */
	size_t block_used, used; /* of its first block then; by branches that were released */
	struct sl_arena_block *next;
};
void sl_arena_trunk_init(struct sl_arena_trunk *t, struct sl_arena *a);
struct sl_arena sl_arena_branch(struct sl_arena_trunk *t);
/* When all branches are released. To undo frees what they took: it is as if there had been none. */
void sl_arena_trunk_release(struct sl_arena_trunk *t);
void sl_arena_trunk_undo(struct sl_arena_trunk *t);

static inline bool sl_arena_full(const struct sl_arena *a)
{
	return a->limit && a->used > a->limit;
}

#endif
