/*
 * Ignore rules of Flux's sources: `.sourceignore` files and `spec.ignore`.
 *
 * The dialect is that of go-git v5's gitignore package, which is not git's own. A pattern without a
 * '/' (but for a last one) is matched by sl_glob_match() against each segment of the path below its
 * domain, so that a directory covers what it holds. With a '/', segments are matched from left to
 * right below the domain; a leading or middle "**" lets the next segment be found at the first later
 * place where it matches; a segment that merely contains "**" never matches. A last '/' restricts
 * the final segment to directories, '!' includes again. The last pattern that matches decides, also
 * below an excluded directory: callers test every path on its own and prune nothing.
 *
 * Sets, in order of rising priority:
 *   SL_IGNORE_VCS       .git/ .gitignore .gitmodules .gitattributes
 *   SL_IGNORE_DEFAULTS  media, archives, CI files and others, while no pattern of the user's is there
 *   what is added       .sourceignore files, then spec.ignore
 *
 * Source: Flux, "Source controller API", ignore rules; spec/source.md 6.4.
 *
 * Thread rule: one thread at a time while adding, then immutable and shared.
 * Limits: SL_IGNORE_FILE_MAX bytes of text at a time, SL_IGNORE_LINE_MAX bytes a line,
 * SL_IGNORE_PATTERNS_MAX patterns, SL_IGNORE_DEPTH_MAX directories deep.
 */
#ifndef LIBCOMMON_CODEC_IGNORE_H
#define LIBCOMMON_CODEC_IGNORE_H

#include <stdbool.h>
#include <stddef.h>

#include "libcommon/base/err.h"
#include "libcommon/base/mem.h"
#include "libcommon/base/str.h"

#define SL_IGNORE_FILE ".sourceignore"
#define SL_IGNORE_FILE_MAX ((size_t)1 << 20)
#define SL_IGNORE_LINE_MAX 65535
#define SL_IGNORE_PATTERNS_MAX 50000
#define SL_IGNORE_DEPTH_MAX 200

enum sl_ignore_sets {
	SL_IGNORE_NONE,	    /* Buckets: only what is added */
	SL_IGNORE_VCS,	    /* the first set */
	SL_IGNORE_DEFAULTS, /* the first set, and the second while nothing is added */
};

struct sl_ignore;

struct sl_ignore *sl_ignore_new(enum sl_ignore_sets sets) __attribute__((warn_unused_result));
void sl_ignore_free(struct sl_ignore *ig);
SL_DEFINE_AUTO_PTR(sl_ignore);

/*
 * Add the lines of a `.sourceignore` or of `spec.ignore`, which rank above all that was added before.
 * Blank lines and those that start with '#' are skipped. `domain` is the directory, relative to the
 * root and without slashes at its ends, that the patterns are scoped to; "" is the root. Both are
 * copied. A malformed pattern is no error: it matches nothing. Errors: SL_ERR_TOO_LARGE.
 */
int sl_ignore_add(struct sl_ignore *ig, struct sl_str text, struct sl_str domain,
		  struct sl_err *err) SL_MUST_CHECK;

/*
 * Add every `.sourceignore` below `dir_fd`, directories named `.git` left out, parents before
 * children. Borrows `dir_fd`; blocks on disk. Errors: SL_ERR_TOO_LARGE, SL_ERR_IO, SL_ERR_FORBIDDEN
 * (a `.sourceignore` that is a link out of the tree), SL_ERR_INVALID (one that is no regular file).
 */
int sl_ignore_load_tree(struct sl_ignore *ig, int dir_fd, struct sl_err *err) SL_MUST_CHECK;

/* Whether `path` (relative, '/'-separated, no "." segments; "" and "." are the root) is excluded. */
bool sl_ignore_match(const struct sl_ignore *ig, struct sl_str path, bool is_dir);

#endif
