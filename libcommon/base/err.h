/*
 * Errors: what happened, where in the user's input, and one line for a human.
 *
 * A fallible function returns 0 or a negative enum sl_err_code and takes `struct sl_err *err` as its
 * last parameter, which may be NULL. It sets `err` exactly once, at the origin; callers pass it up
 * untouched or prefix context with sl_err_wrap() at a layer's border. What to do about an error is
 * decided above, from the code. Messages are one lower-case line, outer context first, free of
 * secrets; a list of several errors may hold newlines.
 *
 * Thread rule: an sl_err belongs to one thread at a time.
 */
#ifndef LIBCOMMON_BASE_ERR_H
#define LIBCOMMON_BASE_ERR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "libcommon/base/mem.h"
#include "libcommon/base/str.h"

enum sl_err_code {
	SL_OK = 0,
	SL_ERR_INVALID = -1,	  /* malformed or unacceptable input */
	SL_ERR_NOT_FOUND = -2,	  /* the thing named does not exist */
	SL_ERR_EXISTS = -3,	  /* it exists already */
	SL_ERR_CONFLICT = -4,	  /* changed meanwhile (HTTP 409, resourceVersion, field manager) */
	SL_ERR_AUTH = -5,	  /* credentials missing, wrong or expired (HTTP 401) */
	SL_ERR_FORBIDDEN = -6,	  /* known, but not allowed (HTTP 403, tenancy rules) */
	SL_ERR_TOO_LARGE = -7,	  /* a named cap was exceeded */
	SL_ERR_TIMEOUT = -8,	  /* a deadline passed */
	SL_ERR_NET = -9,	  /* connection refused, reset, TLS failure, name not resolved */
	SL_ERR_IO = -10,	  /* local file system */
	SL_ERR_NO_SPACE = -11,	  /* local file system full (ENOSPC, EDQUOT) */
	SL_ERR_THROTTLED = -12,	  /* HTTP 429; see retry_after_ms */
	SL_ERR_UNAVAILABLE = -13, /* HTTP 5xx: the other side cannot now */
	SL_ERR_GONE = -14,	  /* HTTP 410: resourceVersion too old */
	SL_ERR_UNSUPPORTED = -15, /* understood, but not implemented or switched off */
	SL_ERR_CANCELED = -16,	  /* shutting down, or superseded */
	SL_ERR_UNCHANGED = -17,	  /* expected outcome: nothing new */
	SL_ERR_CHECKSUM = -18,	  /* a digest does not match */
	SL_ERR_INTERNAL = -19,	  /* a broken invariant that could be contained */
};

/* Place in the user's input; zero and NULL mean unknown. */
struct sl_origin {
	char *file;	 /* path as the user knows it */
	char *field;	 /* ".spec.ref.semver" */
	uint32_t line;	 /* from 1 */
	uint32_t column; /* from 1 */
};

struct sl_err {
	enum sl_err_code code;
	struct sl_origin origin;
	int http_status;	/* of the answer that caused it, or 0 */
	int64_t retry_after_ms; /* wished by the other side, or 0 */
	char *reason;		/* Kubernetes Status reason ("Conflict", "Invalid"), or NULL */
	char *message;		/* never NULL once set */
};

#define SL_ERR_INIT \
	{ \
		0 \
	}
#define SL_MUST_CHECK __attribute__((warn_unused_result))

/* Free what it holds; afterwards it is empty and can be used again. */
void sl_err_release(struct sl_err *err);

/* Set `err` (may be NULL; what it held is released) and return `code`. */
int sl_err_set(struct sl_err *err, enum sl_err_code code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
int sl_err_vset(struct sl_err *err, enum sl_err_code code, const char *fmt, va_list ap)
	__attribute__((format(printf, 3, 0)));
/* The same from an errno value: ENOENT, EEXIST, ENOSPC and EACCES get codes of their own. */
int sl_err_errno(struct sl_err *err, int errnum, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* Say where: `file` and `field` may be NULL, `line` 0; what is known already is kept. */
void sl_err_at(struct sl_err *err, const char *file, uint32_t line, const char *field);
/* Prefix "context: " to the message. Returns nothing: a caller without `err` has the code as well. */
void sl_err_wrap(struct sl_err *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Move `src` into `dst` (may be NULL); `src` is left empty. Returns the code moved. */
int sl_err_move(struct sl_err *dst, struct sl_err *src);
/* "message" or, with a known place, "file:line: message". The caller frees it. */
char *sl_err_text(const struct sl_err *err);
/* "not found", "timeout" …: a constant name for logs. */
const char *sl_err_code_name(enum sl_err_code code);

/*
 * The static analyser sees one file at a time. Without knowing that these return a negative code it
 * follows paths on which a call failed and yet returned 0, and finds outputs unset there.
 */
#if defined(__clang_analyzer__) && !defined(SL_ERR_IMPLEMENTATION)
#define SL_NEGATIVE_(call) \
	__extension__({ \
		int sl_r_ = (call); \
		if (sl_r_ >= 0) \
			__builtin_unreachable(); \
		sl_r_; \
	})
#define sl_err_set(...) SL_NEGATIVE_(sl_err_set(__VA_ARGS__))
#define sl_err_vset(...) SL_NEGATIVE_(sl_err_vset(__VA_ARGS__))
#define sl_err_errno(...) SL_NEGATIVE_(sl_err_errno(__VA_ARGS__))
#define sl_err_move(...) SL_NEGATIVE_(sl_err_move(__VA_ARGS__))
#endif

/* Several errors told at once, each kept whole. Cap: SL_ERRLIST_MAX, the rest is only counted. */
#define SL_ERRLIST_MAX 100
struct sl_errlist {
	struct sl_err *items;
	size_t n, cap;
	size_t dropped;
};
#define SL_ERRLIST_INIT \
	{ \
		0 \
	}
void sl_errlist_release(struct sl_errlist *l);
/* Move `err` to the end; `err` is left empty. */
void sl_errlist_take(struct sl_errlist *l, struct sl_err *err);
/* Join all messages by newlines into `err`, with the code of the first. 0 when the list is empty. */
int sl_errlist_join(const struct sl_errlist *l, struct sl_err *err);

#endif
