/*
 * A growing byte buffer with a declared maximum.
 *
 * Invariants: `p` is never NULL and p[n] is NUL; the content may hold NULs; n <= max. An append that
 * would pass `max` adds nothing and makes the buffer `failed` for good (until reset): a run of
 * appends is checked once, with sl_strbuf_check(). The maximum is chosen at birth.
 *
 * Thread rule: one thread at a time.
 */
#ifndef LIBCOMMON_BASE_STRBUF_H
#define LIBCOMMON_BASE_STRBUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "libcommon/base/err.h"
#include "libcommon/base/str.h"

struct sl_strbuf {
	char *p;     /* read freely; write only within [0, n) */
	size_t n;    /* bytes held, without the final NUL */
	size_t cap;  /* bytes allocated; 0 while nothing was added */
	size_t max;  /* bytes allowed */
	bool failed; /* an append was refused */
	bool lent;   /* the memory is the caller's: see sl_strbuf_in() */
};

extern char sl_strbuf_empty[1];
#define SL_STRBUF_INIT(max_bytes) \
	{ \
		.p = sl_strbuf_empty, .max = (max_bytes) \
	}

void sl_strbuf_init(struct sl_strbuf *b, size_t max_bytes);
/*
 * A buffer that begins in `room`, an array of `size` bytes (1 to `max_bytes` + 1) that outlives it, and
 * allocates once that is too small: short texts that are built and copied need no allocation.
 */
static inline struct sl_strbuf sl_strbuf_in(char *room, size_t size, size_t max_bytes)
{
	room[0] = '\0';
	return (struct sl_strbuf){ .p = room, .cap = size, .max = max_bytes, .lent = true };
}
/* A variable of that kind, released at scope end; `max_bytes` is not below SL_STRBUF_ROOM. */
#define SL_STRBUF_ON_STACK(name, max_bytes) \
	char name##_room[SL_STRBUF_ROOM]; \
	SL_AUTO(sl_strbuf) name = sl_strbuf_in(name##_room, sizeof(name##_room), max_bytes)
#define SL_STRBUF_ROOM 512 /* bytes */
void sl_strbuf_release(struct sl_strbuf *b);
/* Forget the content and the failure, keep the memory. */
void sl_strbuf_reset(struct sl_strbuf *b);
/* The content as a NUL-terminated string that the caller frees; the buffer is empty afterwards. */
char *sl_strbuf_steal(struct sl_strbuf *b) __attribute__((warn_unused_result));

void sl_strbuf_add(struct sl_strbuf *b, const void *p, size_t n);
void sl_strbuf_adds(struct sl_strbuf *b, struct sl_str s);
void sl_strbuf_addz(struct sl_strbuf *b, const char *s);
static inline void sl_strbuf_addc(struct sl_strbuf *b, char c)
{
	if (b->failed || b->cap - b->n < 2) {
		sl_strbuf_add(b, &c, 1);
		return;
	}
	b->p[b->n++] = c;
	b->p[b->n] = '\0';
}
void sl_strbuf_addn(struct sl_strbuf *b, char c, size_t count);
void sl_strbuf_addf(struct sl_strbuf *b, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void sl_strbuf_vaddf(struct sl_strbuf *b, const char *fmt, va_list ap)
	__attribute__((format(printf, 2, 0)));

/* Room for `n` more bytes at p + n, to be written directly and then claimed with sl_strbuf_claim().
 * NULL when that would pass the maximum. */
char *sl_strbuf_reserve(struct sl_strbuf *b, size_t n);
void sl_strbuf_claim(struct sl_strbuf *b, size_t n);
/* Cut to `n` bytes, n <= b->n. */
void sl_strbuf_truncate(struct sl_strbuf *b, size_t n);
/* Remove the first `n` bytes, n <= b->n. */
void sl_strbuf_consume(struct sl_strbuf *b, size_t n);

struct sl_str sl_strbuf_str(const struct sl_strbuf *b);
/* 0, or SL_ERR_TOO_LARGE "<what> is larger than <max> bytes". */
int sl_strbuf_check(const struct sl_strbuf *b, const char *what, struct sl_err *err) SL_MUST_CHECK;

#endif
