/*
 * Regular expressions as Go's package regexp has them: the syntax of RE2, leftmost-first matches, Go's
 * error messages, in time linear in the text whatever the pattern.
 *
 * A pattern is parsed to a tree, compiled to a program of states, and run on all its threads at once
 * (Pike's machine), so that no pattern makes a search take more than program size times text length.
 * Pure: no locale, no global state.
 *
 * Text is UTF-8; a byte that begins no well-formed sequence counts alone, as U+FFFD, so that every
 * text has matches of "."; patterns must be well-formed. All positions are byte offsets. Group 0 is
 * the whole match, groups count from 1 in the order of their opening parentheses.
 *
 * Supported is all that regexp.Compile accepts: flags i m s U, (?P<name>…) and (?<name>…), \d \w \s,
 * [[:alpha:]], \pL, \p{Greek}, \A \z \b \B, \Q…\E, lazy repetitions, simple case folding over all of
 * Unicode 15 (what Go 1.26 carries). Like there, no back references and no look-around.
 *
 * Limits, each a failure to compile with SL_ERR_TOO_LARGE unless told otherwise:
 *
 *   SL_REGEX_PATTERN_MAX  bytes of a pattern (Go has none)
 *   SL_REGEX_DEPTH_MAX    levels of the tree, as in Go
 *   SL_REGEX_REPEAT_MAX   in {n,m}, also of nested ones multiplied, as in Go: SL_ERR_INVALID
 *   SL_REGEX_PROGRAM_MAX  states (Go: 3.3 million)
 *   SL_REGEX_PARSE_MAX    bytes of memory while compiling
 *   SL_REGEX_SLOTS_MAX    states times offsets kept of each, which is what a search may allocate
 *
 * Thread rule: a compiled expression is immutable, and may be used by many threads at once.
 * Source: https://github.com/google/re2/wiki/Syntax, https://pkg.go.dev/regexp (Go 1.26). Left out:
 * POSIX (leftmost-longest) matching and reading from streams.
 */
#ifndef LIBCOMMON_LANG_REGEX_REGEX_H
#define LIBCOMMON_LANG_REGEX_REGEX_H

#include <stdbool.h>
#include <stddef.h>

#include "libcommon/base/arena.h"
#include "libcommon/base/err.h"
#include "libcommon/base/str.h"
#include "libcommon/base/strbuf.h"

#define SL_REGEX_PATTERN_MAX 65536
#define SL_REGEX_DEPTH_MAX 1000
#define SL_REGEX_REPEAT_MAX 1000
#define SL_REGEX_PROGRAM_MAX (1 << 18)
#define SL_REGEX_PARSE_MAX ((size_t)32 << 20)
#define SL_REGEX_SLOTS_MAX ((size_t)1 << 23)

struct sl_regex;

/* Bytes [from, to) of the text; both are -1 for a group that took no part in the match. */
struct sl_regex_span {
	ptrdiff_t from, to;
};

/*
 * Compile `pattern` into `a`, which `*ret` lives in; the pattern itself is not kept.
 *
 * Messages are Go's, "error parsing regexp: missing closing ): `a(b`", but that a NUL ends
 * the part of the pattern shown. Errors: SL_ERR_INVALID (malformed), SL_ERR_TOO_LARGE (see the limits above).
 */
int sl_regex_compile(struct sl_arena *a, struct sl_str pattern, const struct sl_regex **ret,
		     struct sl_err *err) SL_MUST_CHECK;

/* The number of groups in parentheses, without group 0. */
size_t sl_regex_group_count(const struct sl_regex *re);
/* The name of group `i`, 0 <= i <= group count, empty when it has none; lives as long as `re`. */
struct sl_str sl_regex_group_name(const struct sl_regex *re, size_t i);
/* The first group of that name, or -1, also for the empty name. */
ptrdiff_t sl_regex_group_index(const struct sl_regex *re, struct sl_str name);

/* True when some part of `text` matches. */
bool sl_regex_match(const struct sl_regex *re, struct sl_str text);
/*
 * The leftmost match: true, and the first `count` groups in `ret_groups`, which may be more than the
 * expression has. False, `ret_groups` untouched, when there is none.
 */
bool sl_regex_find(const struct sl_regex *re, struct sl_str text, struct sl_regex_span *ret_groups,
		   size_t count);

/*
 * All matches in turn, as Go's FindAll has them: they do not overlap, and an empty match right behind
 * another one is left out. `text` and `re` have to outlive the iterator, which owns nothing.
 *
 *   struct sl_regex_iter it = sl_regex_iter(re, text);
 *   while (sl_regex_next(&it, groups, count)) ...
 *
 * Each match takes at most linear time; all of them together may take quadratic time, as in Go, when
 * the search for each looks at all that is left.
 */
struct sl_regex_iter {
	const struct sl_regex *re;
	struct sl_str text;
	size_t at;	    /* where the next search begins; past the end: no more */
	ptrdiff_t last_end; /* of the match before, or -1 */
};
struct sl_regex_iter sl_regex_iter(const struct sl_regex *re, struct sl_str text);
bool sl_regex_next(struct sl_regex_iter *it, struct sl_regex_span *ret_groups, size_t count);

/*
 * Append `text` to `out` with all matches replaced, by `template` as sl_regex_expand() reads it, or by
 * `replacement` as it is. Errors: SL_ERR_TOO_LARGE ("the replaced text is larger than …"), when `out`
 * has reached its maximum.
 */
int sl_regex_replace(const struct sl_regex *re, struct sl_str text, struct sl_str template,
		     struct sl_strbuf *out, struct sl_err *err) SL_MUST_CHECK;
int sl_regex_replace_literally(const struct sl_regex *re, struct sl_str text,
			       struct sl_str replacement, struct sl_strbuf *out,
			       struct sl_err *err) SL_MUST_CHECK;

/*
 * Append `template` to `out` with groups of a match put in: $1, ${1}, $name, ${name}, and $$ for a
 * dollar sign. A name is as long as letters, digits and underscores go; a group that does not exist
 * or took no part is empty; a dollar sign before anything else stands for itself. `groups` are the
 * first `count` ones of a match in `text`.
 */
void sl_regex_expand(const struct sl_regex *re, struct sl_str template, struct sl_str text,
		     const struct sl_regex_span *groups, size_t count, struct sl_strbuf *out);

/*
 * What stands between the matches, as regexp.Split(text, n): at most `n` pieces, the last of which is
 * the rest; all for n < 0; none for n == 0. The array lies in `a`, the pieces are views of `text`.
 * Errors: SL_ERR_TOO_LARGE when `a` has a limit and is full.
 */
int sl_regex_split(struct sl_arena *a, const struct sl_regex *re, struct sl_str text, int64_t n,
		   struct sl_str **ret_pieces, size_t *ret_count, struct sl_err *err) SL_MUST_CHECK;

/* Append a pattern to `out` that matches `text` literally. */
void sl_regex_quote(struct sl_str text, struct sl_strbuf *out);

#endif
