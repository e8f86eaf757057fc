#include "libcommon/base/strbuf.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char sl_strbuf_empty[1];

void sl_strbuf_init(struct sl_strbuf *b, size_t max_bytes)
{
	*b = (struct sl_strbuf)SL_STRBUF_INIT(max_bytes);
}

void sl_strbuf_release(struct sl_strbuf *b)
{
	if (b->cap && !b->lent)
		free(b->p);
	sl_strbuf_init(b, b->max);
}

void sl_strbuf_reset(struct sl_strbuf *b)
{
	b->n = 0;
	b->failed = false;
	if (b->cap)
		b->p[0] = '\0';
}

char *sl_strbuf_steal(struct sl_strbuf *b)
{
	char *p = b->cap && !b->lent ? b->p : sl_xmemdup0(b->p, b->n);

	sl_strbuf_init(b, b->max);
	return p;
}

static void grow(struct sl_strbuf *b, size_t cap)
{
	char *lent = b->lent ? b->p : NULL;

	b->p = sl_xrealloc(b->cap && !lent ? b->p : NULL, cap);
	if (lent)
		memcpy(b->p, lent, b->n);
	b->p[b->n] = '\0';
	b->cap = cap;
	b->lent = false;
}

char *sl_strbuf_reserve(struct sl_strbuf *b, size_t n)
{
	size_t need, cap;

	if (b->failed || n > b->max - b->n || n >= SIZE_MAX - b->n) {
		b->failed = true;
		return NULL;
	}
	need = b->n + n + 1;
	if (need > b->cap) {
		cap = b->cap ? b->cap * 2 : 64;
		if (cap < need)
			cap = need;
		if (cap > b->max + 1 && b->max + 1 >= need)
			cap = b->max + 1;
		grow(b, cap);
	}
	return b->p + b->n;
}

void sl_strbuf_claim(struct sl_strbuf *b, size_t n)
{
	b->n += n;
	if (b->cap)
		b->p[b->n] = '\0';
}

void sl_strbuf_add(struct sl_strbuf *b, const void *p, size_t n)
{
	char *to = b->p + b->n;

	if (!n)
		return;
	/* A buffer that has failed may have room; one that has room stays within its maximum. */
	if (b->failed || n >= b->cap - b->n) {
		to = sl_strbuf_reserve(b, n);
		if (!to)
			return;
	}
	memcpy(to, p, n);
	b->n += n;
	b->p[b->n] = '\0';
}

void sl_strbuf_adds(struct sl_strbuf *b, struct sl_str s)
{
	sl_strbuf_add(b, s.p, s.n);
}

void sl_strbuf_addz(struct sl_strbuf *b, const char *s)
{
	sl_strbuf_add(b, s, strlen(s));
}

void sl_strbuf_addn(struct sl_strbuf *b, char c, size_t count)
{
	char *to = count ? sl_strbuf_reserve(b, count) : NULL;

	if (!to)
		return;
	memset(to, c, count);
	sl_strbuf_claim(b, count);
}

void sl_strbuf_vaddf(struct sl_strbuf *b, const char *fmt, va_list ap)
{
	size_t room = b->failed ? 0 : b->cap - b->n;
	va_list again;
	char *to;
	int n;

	va_copy(again, ap);
	n = vsnprintf(room ? b->p + b->n : NULL, room, fmt, ap);
	if (n >= 0 && (size_t)n < room) {
		b->n += (size_t)n;
		va_end(again);
		return;
	}
	if (room)
		b->p[b->n] = '\0';
	to = n > 0 ? sl_strbuf_reserve(b, (size_t)n) : NULL;
	if (to) {
		vsnprintf(to, (size_t)n + 1, fmt, again);
		sl_strbuf_claim(b, (size_t)n);
	} else if (n < 0) {
		b->failed = true;
	}
	va_end(again);
}

void sl_strbuf_addf(struct sl_strbuf *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	sl_strbuf_vaddf(b, fmt, ap);
	va_end(ap);
}

void sl_strbuf_truncate(struct sl_strbuf *b, size_t n)
{
	b->n = n;
	if (b->cap)
		b->p[n] = '\0';
}

void sl_strbuf_consume(struct sl_strbuf *b, size_t n)
{
	if (!n)
		return;
	memmove(b->p, b->p + n, b->n - n);
	sl_strbuf_truncate(b, b->n - n);
}

struct sl_str sl_strbuf_str(const struct sl_strbuf *b)
{
	return (struct sl_str){ b->p, b->n };
}

int sl_strbuf_check(const struct sl_strbuf *b, const char *what, struct sl_err *err)
{
	if (!b->failed)
		return 0;
	return sl_err_set(err, SL_ERR_TOO_LARGE, "%s is larger than %zu bytes", what, b->max);
}
