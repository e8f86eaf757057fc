/*
 * envsubst: variables in a text, as Flux substitutes them after a build.
 *
 *   text        everything but expressions; "$$" stands for one "$", "$name" for itself
 *   ${v}                     the value
 *   ${#v}                    its length in bytes
 *   ${v^} ${v^^} ${v,} ${v,,}  the first letter, all letters in upper, lower case
 *   ${v:pos} ${v:pos:len}    bytes from pos on; a negative pos counts from the end, a negative len
 *                            leaves out as many there; what is no number gives the whole value
 *   ${v#p} ${v##p}           without the shortest, longest beginning that matches the pattern p
 *   ${v%p} ${v%%p}           without the shortest, longest end
 *   ${v/a/b} ${v//a/b}       the first, every literal a replaced by b; ${v/a/} deletes
 *   ${v/#a/b} ${v/%a/b}      an a at the beginning, at the end replaced by b, which is not empty
 *   ${v:-d} ${v:=d} ${v=d} ${v:?d} ${v:+d}   d if the value is empty or the variable not set
 *
 * A name is one or more letters, digits and "_". Expressions nest: any number of them, mixed with text,
 * in a default; one of them, or text, in any other place. In the parts of a replacement "\/", "\\" and
 * "$$" stand for "/", "\" and "$". Patterns have *, which also matches "/" and nothing, ?, [a-z], [^a-z]
 * and backslash; a part that matches nothing is not removed, and a malformed pattern matches nothing.
 *
 * This is github.com/fluxcd/pkg/envsubst v1.7.1 (a fork of drone/envsubst) with its peculiarities, as
 * manifests depend on them: "${v-d}", "${v+d}" and "${a.b}" are errors, ":?" and ":+" are defaults,
 * % and %% match the text of the pattern backwards (so that brackets are of no use in them). It
 * differs where the original breaks text: patterns take whole characters (there ? also takes the first
 * byte of one), and a NUL byte is text (there the end).
 *
 * Caps: SL_ENVSUBST_*, and that of the output buffer. Thread rule: pure function.
 */
#ifndef LIBCOMMON_LANG_ENVSUBST_H
#define LIBCOMMON_LANG_ENVSUBST_H

#include "libcommon/base/strbuf.h"

#define SL_ENVSUBST_DEPTH_MAX 32		/* expressions in expressions */
#define SL_ENVSUBST_PATTERN_MAX 1024		/* bytes */
#define SL_ENVSUBST_STEPS_MAX ((size_t)1 << 26) /* of pattern matching in one text */

struct sl_envsubst_options {
	/* The value of a variable, which lives until the call returns; false when it is not set. */
	bool (*lookup)(void *ctx, struct sl_str name, struct sl_str *ret_value);
	void *ctx;
	/* A variable that is not set is an error, but where there is a default. Otherwise it is "". */
	bool strict;
};

/*
 * Append `text` to `out`, each expression replaced. On failure `out` holds a part of it, and
 * *ret_offset (may be NULL) is where in `text` the outermost expression begins that failed;
 * err->origin has the line and the column of it.
 * Errors: SL_ERR_INVALID (malformed; a variable that is not set), SL_ERR_TOO_LARGE
 * (a cap). What is malformed is told before what is not set.
 */
int sl_envsubst(struct sl_str text, const struct sl_envsubst_options *options,
		struct sl_strbuf *out, size_t *ret_offset, struct sl_err *err) SL_MUST_CHECK;

#endif
