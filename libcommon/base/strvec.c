#include "libcommon/base/strvec.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "libcommon/base/mem.h"
#include "libcommon/base/strbuf.h"

void sl_strvec_release(struct sl_strvec *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->v[i]);
	free(l->v);
	*l = (struct sl_strvec)SL_STRVEC_INIT;
}

void sl_strvec_take(struct sl_strvec *l, char *s)
{
	l->v = sl_grow(l->v, l->n + 1, &l->cap, sizeof(*l->v));
	l->v[l->n++] = s;
	l->v[l->n] = NULL;
}

void sl_strvec_push(struct sl_strvec *l, const char *s)
{
	sl_strvec_take(l, sl_xstrdup(s));
}

void sl_strvec_push_str(struct sl_strvec *l, struct sl_str s)
{
	sl_strvec_take(l, sl_xmemdup0(s.p, s.n));
}

void sl_strvec_pushf(struct sl_strvec *l, const char *fmt, ...)
{
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(1 << 20);
	va_list ap;

	va_start(ap, fmt);
	sl_strbuf_vaddf(&b, fmt, ap);
	va_end(ap);
	sl_strvec_take(l, sl_strbuf_steal(&b));
}

void sl_strvec_remove(struct sl_strvec *l, size_t index)
{
	free(l->v[index]);
	memmove(&l->v[index], &l->v[index + 1], (l->n - index) * sizeof(*l->v));
	l->n--;
}

bool sl_strvec_contains(const struct sl_strvec *l, struct sl_str s)
{
	for (size_t i = 0; i < l->n; i++)
		if (sl_str_eqz(s, l->v[i]))
			return true;
	return false;
}

static int by_bytes(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void sl_strvec_sort(struct sl_strvec *l)
{
	if (l->n > 1)
		qsort(l->v, l->n, sizeof(*l->v), by_bytes);
}

char *sl_strvec_join(const struct sl_strvec *l, const char *sep)
{
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(SIZE_MAX - 1);

	for (size_t i = 0; i < l->n; i++) {
		if (i)
			sl_strbuf_addz(&b, sep);
		sl_strbuf_addz(&b, l->v[i]);
	}
	return sl_strbuf_steal(&b);
}
