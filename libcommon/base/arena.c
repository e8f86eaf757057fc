#include "libcommon/base/arena.h"

#include <assert.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define BLOCK_MIN 1024
#define BLOCK_MAX ((size_t)256 * 1024)
#define HUGE_PAGE ((size_t)2 << 20)
/* What an arena has given out when it goes on in huge pages: then it is likely to fill one. */
#define HUGE_FROM ((size_t)512 * 1024)
/* What a branch takes from the trunk, or more when it needs more. */
#define BRANCH_BLOCK ((size_t)32 * 1024)

/* Bytes of a block that has room for so many. */
static size_t block_bytes(size_t size)
{
	size_t bytes;

	if (__builtin_add_overflow(size, sizeof(struct sl_arena_block), &bytes))
		abort();
	return bytes;
}

static struct sl_arena_block *init_block(struct sl_arena_block *b, size_t size)
{
	b->next = NULL;
	b->size = size;
	b->used = 0;
	return b;
}

static struct sl_arena_block *alloc_block(size_t size)
{
	return init_block(sl_xmalloc(block_bytes(size)), size);
}

static struct sl_arena_block *alloc_huge_page(void)
{
	struct sl_arena_block *b = aligned_alloc(HUGE_PAGE, HUGE_PAGE);

	if (!b)
		abort();
	/* A wish: without it the pages come one by one. */
	(void)madvise(b, HUGE_PAGE, MADV_HUGEPAGE);
	return init_block(b, HUGE_PAGE - sizeof(*b));
}

/* From the trunk, which is used for this alone while it has branches, and is as full as they are. */
static struct sl_arena_block *take_block(struct sl_arena *branch, size_t size)
{
	struct sl_arena_trunk *t = branch->trunk;
	struct sl_arena_block *b;

	pthread_mutex_lock(&t->lock);
	b = sl_arena_take(t->a, block_bytes(size));
	if (sl_arena_full(t->a))
		branch->limit = 1;
	pthread_mutex_unlock(&t->lock);
	return init_block(b, size);
}

static __attribute__((noinline)) struct sl_arena_block *new_block(struct sl_arena *a, size_t need)
{
	size_t size = a->head ? a->head->size * 2 : BLOCK_MIN;
	struct sl_arena_block *b;

	if (size > BLOCK_MAX)
		size = BLOCK_MAX;
	if (a->trunk)
		b = take_block(a, need < BRANCH_BLOCK ? BRANCH_BLOCK : need);
	else if (a->used >= HUGE_FROM && need <= HUGE_PAGE - sizeof(*b))
		b = alloc_huge_page();
	else
		b = alloc_block(size < need ? need : size);
	/* The head is the one with more room left, once the item is in. */
	if (a->head && a->head->size - a->head->used > b->size - need) {
		b->next = a->head->next;
		a->head->next = b;
	} else {
		b->next = a->head;
		a->head = b;
	}
	return b;
}

void *sl_arena_extend(struct sl_arena *a, size_t size)
{
	struct sl_arena_block *b = new_block(a, size);

	b->used = size;
	a->used += size;
	return b->data;
}

/* For text: aligned to nothing, not zeroed. */
static inline char *take(struct sl_arena *a, size_t size)
{
	struct sl_arena_block *b = a->head;
	char *p;

	if (!b || size > b->size - b->used)
		return sl_arena_extend(a, size);
	p = b->data + b->used;
	b->used += size;
	a->used += size;
	return p;
}

void sl_arena_reserve(struct sl_arena *a, size_t bytes)
{
	assert(!a->head);
	a->head = alloc_block(bytes);
}

/* From `b` on, up to `end`, which stays. */
static void free_blocks(struct sl_arena_block *b, const struct sl_arena_block *end)
{
	while (b != end) {
		struct sl_arena_block *next = b->next;

		free(b);
		b = next;
	}
}

/*
 * What is worth several threads is large: unless there is room, a huge page comes first, for all of them
 * together.
 */
void sl_arena_trunk_init(struct sl_arena_trunk *t, struct sl_arena *a)
{
	struct sl_arena_block *b = a->head;

	if (a->used < HUGE_FROM && (!b || b->size - b->used < HUGE_PAGE / 2)) {
		a->head = alloc_huge_page();
		a->head->next = b;
		b = a->head;
	}
	*t = (struct sl_arena_trunk){ .a = a, .before = *a };
	if (b) {
		t->block_used = b->used;
		t->next = b->next;
	}
	if (pthread_mutex_init(&t->lock, NULL))
		abort();
}

struct sl_arena sl_arena_branch(struct sl_arena_trunk *t)
{
	return (struct sl_arena){ .limit = t->a->limit, .trunk = t };
}

void sl_arena_trunk_release(struct sl_arena_trunk *t)
{
	t->a->used = t->before.used + t->used;
	pthread_mutex_destroy(&t->lock);
}

/* New blocks stand before the one that was the first, or right behind it. */
void sl_arena_trunk_undo(struct sl_arena_trunk *t)
{
	struct sl_arena_block *first = t->before.head;

	free_blocks(t->a->head, first);
	if (first) {
		free_blocks(first->next, t->next);
		first->next = t->next;
		first->used = t->block_used;
	}
	*t->a = t->before;
	pthread_mutex_destroy(&t->lock);
}

static void release_branch(struct sl_arena *a)
{
	pthread_mutex_lock(&a->trunk->lock);
	a->trunk->used += a->used;
	pthread_mutex_unlock(&a->trunk->lock);
}

void sl_arena_release(struct sl_arena *a)
{
	if (a->trunk)
		release_branch(a);
	else
		free_blocks(a->head, NULL);
	a->head = NULL;
	a->used = 0;
}

void sl_arena_wipe(struct sl_arena *a)
{
	for (struct sl_arena_block *b = a->head; b; b = b->next)
		sl_wipe(b->data, b->used);
	sl_arena_release(a);
}

void sl_arena_reset(struct sl_arena *a)
{
	struct sl_arena_block *keep = a->head;

	if (!keep)
		return;
	a->head = keep->next;
	sl_arena_release(a);
	keep->next = NULL;
	keep->used = 0;
	a->head = keep;
}

char *sl_arena_bytes(struct sl_arena *a, size_t size)
{
	return take(a, size);
}

void *sl_arena_double(struct sl_arena *a, void *p, size_t count, size_t *cap, size_t item)
{
	void *more;

	*cap = *cap ? 2 * *cap : 4;
	more = sl_arena_array(a, *cap, item);
	if (count)
		memcpy(more, p, count * item);
	return more;
}

struct sl_str sl_arena_str(struct sl_arena *a, struct sl_str s)
{
	char *p = take(a, s.n + 1);

	if (s.n)
		memcpy(p, s.p, s.n);
	p[s.n] = '\0';
	return (struct sl_str){ p, s.n };
}

char *sl_arena_strdup(struct sl_arena *a, const char *s)
{
	size_t n = strlen(s) + 1;

	return memcpy(take(a, n), s, n);
}

char *sl_arena_printf(struct sl_arena *a, const char *fmt, ...)
{
	struct sl_arena_block *b = a->head;
	size_t room = b ? b->size - b->used : 0;
	va_list ap, again;
	char *p;
	int n;

	va_start(ap, fmt);
	va_copy(again, ap);
	/* Most texts fit into the head: then they are made where they stay. */
	n = vsnprintf(b ? b->data + b->used : NULL, room, fmt, ap);
	va_end(ap);
	if (n < 0)
		abort();
	p = take(a, (size_t)n + 1);
	if ((size_t)n >= room)
		vsnprintf(p, (size_t)n + 1, fmt, again);
	va_end(again);
	return p;
}
