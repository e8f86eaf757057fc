#include "libcommon/base/mem.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void die_oom(void)
{
	static const char msg[] = "out of memory\n";

	(void)!write(STDERR_FILENO, msg, sizeof(msg) - 1);
	abort();
}

void *sl_xmalloc(size_t size)
{
	void *p = malloc(size ? size : 1);

	if (!p)
		die_oom();
	return p;
}

void *sl_xcalloc(size_t count, size_t size)
{
	void *p = calloc(count ? count : 1, size ? size : 1);

	if (!p)
		die_oom();
	return p;
}

void *sl_xrealloc(void *p, size_t size)
{
	p = realloc(p, size ? size : 1);
	if (!p)
		die_oom();
	return p;
}

void *sl_xreallocarray(void *p, size_t count, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(count, size, &bytes))
		die_oom();
	return sl_xrealloc(p, bytes);
}

char *sl_xstrdup(const char *s)
{
	return s ? sl_xmemdup0(s, strlen(s)) : NULL;
}

char *sl_xmemdup0(const char *s, size_t n)
{
	char *p;

	if (n == SIZE_MAX)
		die_oom();
	p = sl_xmalloc(n + 1);
	if (n)
		memcpy(p, s, n);
	p[n] = '\0';
	return p;
}

char *sl_xasprintf(const char *fmt, ...)
{
	char *p = NULL;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&p, fmt, ap);
	va_end(ap);
	if (n < 0)
		die_oom();
	return p;
}

void sl_wipe(void *p, size_t n)
{
	if (n)
		explicit_bzero(p, n);
}

void *sl_grow_more(void *p, size_t count, size_t *cap, size_t item)
{
	size_t want;

	if (count < *cap) /* room that was only announced */
		return sl_xreallocarray(NULL, *cap, item);
	want = *cap ? *cap * 2 : 8;
	if (want <= count)
		want = count + 1;
	p = sl_xreallocarray(p, want, item);
	*cap = want;
	return p;
}

void sl_free_cleanup(void *p)
{
	free(*(void **)p);
}

void sl_close_cleanup(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
}
