/*
 * String views: a pointer and a length, passed by value, owning nothing.
 *
 * A view may hold NULs, need not be NUL-terminated, and is valid as long as what it points into.
 * The empty view is {NULL, 0} or {anything, 0}. ASCII only where a function looks at letters.
 *
 * Thread rule: pure functions. The small ones are inline: templates and YAML are read by them byte by byte.
 */
#ifndef LIBCOMMON_BASE_STR_H
#define LIBCOMMON_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct sl_str {
	const char *p;
	size_t n;
};

#define SL_STR(lit) ((struct sl_str){ "" lit, sizeof(lit) - 1 })
#define SL_STR_NULL ((struct sl_str){ NULL, 0 })
/* For printf's "%.*s". Cap: INT_MAX bytes. */
#define SL_STR_FMT(s) (int)(s).n, (s).p ? (s).p : ""

/*
 * The smallest functions are inline. The analyzer sees them declared only: from inside it would take every
 * view for one that may be NULL with a length.
 */
#ifdef __clang_analyzer__
#define SL_STR_INLINE
#else
#define SL_STR_INLINE static inline
#endif

/* The view of a NUL-terminated string; NULL gives the empty view. */
SL_STR_INLINE struct sl_str sl_str(const char *s);
SL_STR_INLINE bool sl_str_eq(struct sl_str a, struct sl_str b);
SL_STR_INLINE bool sl_str_eqz(struct sl_str a,
			      const char *b);	   /* b NUL-terminated, NULL equals empty */
bool sl_str_ieq(struct sl_str a, struct sl_str b); /* ASCII case-insensitive */
int sl_str_cmp(struct sl_str a, struct sl_str b);  /* bytewise, as memcmp then length */
bool sl_streq(const char *a, const char *b);	   /* both may be NULL; NULL equals only NULL */

/* Bytes [from, to), both clamped to the length. */
SL_STR_INLINE struct sl_str sl_str_sub(struct sl_str s, size_t from, size_t to);
SL_STR_INLINE bool sl_str_starts(struct sl_str s, struct sl_str prefix);
bool sl_str_ends(struct sl_str s, struct sl_str suffix);
/* Strip the affix and return true, or leave `s` alone and return false. */
SL_STR_INLINE bool sl_str_cut_prefix(struct sl_str *s, struct sl_str prefix);
bool sl_str_cut_suffix(struct sl_str *s, struct sl_str suffix);

/* Index of the first / last `c`, or -1. */
ptrdiff_t sl_str_chr(struct sl_str s, char c);
ptrdiff_t sl_str_rchr(struct sl_str s, char c);
/* Index of the first occurrence of `needle`, or -1. The empty needle is found at 0. */
ptrdiff_t sl_str_find(struct sl_str s, struct sl_str needle);

/* The first at most `max` bytes, cut between UTF-8 characters. */
struct sl_str sl_str_cut(struct sl_str s, size_t max);
/* Without leading and trailing ASCII white space. */
struct sl_str sl_str_trim(struct sl_str s);

/*
 * Take the part of `*rest` before the next `sep` into `*ret_part` and advance past the separator.
 * False when `*rest` is used up. "a,,b" gives "a", "", "b"; "a," gives "a", ""; "" gives ""; a NULL view
 * gives nothing.
 */
bool sl_str_split(struct sl_str *rest, char sep, struct sl_str *ret_part);

/*
 * Decimal integers: the whole view must be digits (with an optional '-' for the signed form), no
 * white space, no '+', within [min, max]. False otherwise, output untouched.
 */
bool sl_str_to_i64(struct sl_str s, int64_t min, int64_t max, int64_t *ret_value);
bool sl_str_to_u64(struct sl_str s, uint64_t max, uint64_t *ret_value);
bool sl_hex_to_u64(struct sl_str s, uint64_t max, uint64_t *ret_value);
/* A finite decimal number in JSON or strtod syntax, the whole view; locale-independent. */
bool sl_str_to_double(struct sl_str s, double *ret_value);

/* True when the bytes are well-formed UTF-8 (RFC 3629: no surrogates, no overlong forms). */
bool sl_str_is_utf8(struct sl_str s);

/*
 * Length of the well-formed UTF-8 sequence that `s` starts with, and its code point; 0, output
 * untouched, when `s` is empty or starts with anything else.
 */
size_t sl_utf8_decode(struct sl_str s, uint32_t *ret_code_point);

/* FNV-1a, for hash tables that an attacker cannot fill (bounded by other caps). */
uint64_t sl_str_hash(struct sl_str s);

#ifndef __clang_analyzer__

static inline struct sl_str sl_str(const char *s)
{
	return (struct sl_str){ s, s ? strlen(s) : 0 };
}

static inline bool sl_str_eq(struct sl_str a, struct sl_str b)
{
	return a.n == b.n && (!a.n || !memcmp(a.p, b.p, a.n));
}

/* Most texts that are compared differ in their first byte. */
static inline bool sl_str_eqz(struct sl_str a, const char *b)
{
	if (!a.n || !b)
		return !a.n && (!b || !*b);
	return *a.p == *b && sl_str_eq(a, sl_str(b));
}

static inline struct sl_str sl_str_sub(struct sl_str s, size_t from, size_t to)
{
	if (to > s.n)
		to = s.n;
	if (from > to)
		from = to;
	return (struct sl_str){ s.p ? s.p + from : NULL, to - from };
}

static inline bool sl_str_starts(struct sl_str s, struct sl_str prefix)
{
	return s.n >= prefix.n && (!prefix.n || !memcmp(s.p, prefix.p, prefix.n));
}

static inline bool sl_str_cut_prefix(struct sl_str *s, struct sl_str prefix)
{
	if (!sl_str_starts(*s, prefix))
		return false;
	*s = sl_str_sub(*s, prefix.n, s->n);
	return true;
}

#endif

#endif
