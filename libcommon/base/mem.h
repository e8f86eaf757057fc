/*
 * Memory: allocation that cannot fail, and clean-up at scope end.
 *
 * Policy. Allocations whose size our own code decides abort the process when memory is out: every
 * binary is level-based and safe to restart. Anything whose size the outside decides goes through a
 * capped container (strbuf, arena with a limit) and returns SL_ERR_TOO_LARGE instead.
 *
 * Thread rule: all functions are thread-safe.
 */
#ifndef LIBCOMMON_BASE_MEM_H
#define LIBCOMMON_BASE_MEM_H

#include <stddef.h>

/* Like malloc(3), calloc(3), realloc(3): never NULL, abort when out of memory or on overflow. */
void *sl_xmalloc(size_t size) __attribute__((malloc, returns_nonnull, warn_unused_result));
void *sl_xcalloc(size_t count, size_t size)
	__attribute__((malloc, returns_nonnull, warn_unused_result));
void *sl_xrealloc(void *p, size_t size) __attribute__((returns_nonnull, warn_unused_result));
void *sl_xreallocarray(void *p, size_t count, size_t size)
	__attribute__((returns_nonnull, warn_unused_result));

/* A copy of `s`, or NULL when `s` is NULL. The caller frees it. */
char *sl_xstrdup(const char *s) __attribute__((warn_unused_result));
/* A NUL-terminated copy of the first `n` bytes at `s`, which may hold NULs. The caller frees it. */
char *sl_xmemdup0(const char *s, size_t n) __attribute__((returns_nonnull, warn_unused_result));
/* printf into fresh memory, for our own small messages. The caller frees it. */
char *sl_xasprintf(const char *fmt, ...)
	__attribute__((format(printf, 1, 2), returns_nonnull, warn_unused_result));

/* Overwrite `n` bytes in a way that the compiler keeps. */
void sl_wipe(void *p, size_t n);

/* The slow part of sl_grow(). */
void *sl_grow_more(void *p, size_t count, size_t *cap, size_t item)
	__attribute__((returns_nonnull, warn_unused_result));
/* Make room for one more item in a growing array: doubles `*cap`; `item` is sizeof one element. */
static inline void *sl_grow(void *p, size_t count, size_t *cap, size_t item)
	__attribute__((returns_nonnull, warn_unused_result));
static inline void *sl_grow(void *p, size_t count, size_t *cap, size_t item)
{
	return p && count < *cap ? p : sl_grow_more(p, count, cap, item);
}

/*
 * SL_AUTO(sl_x) v = ...;   calls sl_x_release(&v) at scope end (value types)
 * SL_AUTO_PTR(sl_x) *p;    calls sl_x_free(p) at scope end (objects)
 * SL_AUTO_FREE char *s;    free(3)
 * SL_AUTO_FD int fd = -1;  close(2) unless negative
 */
#define SL_AUTO(type) __attribute__((cleanup(type##_release))) struct type
#define SL_AUTO_PTR(type) __attribute__((cleanup(type##_free_cleanup))) struct type
#define SL_DEFINE_AUTO_PTR(type) \
	static inline void type##_free_cleanup(struct type **p) \
	{ \
		type##_free(*p); \
	} \
	struct type
#define SL_AUTO_FREE __attribute__((cleanup(sl_free_cleanup)))
#define SL_AUTO_FD __attribute__((cleanup(sl_close_cleanup)))

void sl_free_cleanup(void *p);
void sl_close_cleanup(int *fd);

/* Hand a pointer over: yields its value and leaves NULL behind. */
#define SL_STEAL(ptr) \
	__extension__({ \
		__typeof__(ptr) sl_p_ = (ptr); \
		(ptr) = NULL; \
		sl_p_; \
	})

/* The object of `type` that `ptr` is the member `member` of. */
#define SL_CONTAINER_OF(ptr, type, member) ((type *)(void *)((char *)(ptr)-offsetof(type, member)))

#define SL_ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

#endif
