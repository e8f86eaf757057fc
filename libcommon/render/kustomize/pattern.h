/*
 * Private to kustomize: regular expressions of selectors and image names, matched against whole
 * strings, or searched for, in linear time.
 *
 * Syntax, of Go's: literals, ".", classes with ranges, negation and \d \w \s inside, \d \D \w \W \s \S,
 * escaped punctuation, groups "(…)" and "(?:…)", "|", "*", "+", "?" (also lazy, which is the same for a
 * whole match), "{n}", "{n,}", "{n,m}" up to 1000, "^" and "$" at the ends of the text. Anything else is
 * refused: flags, \pN, \b, [[:alpha:]] and what is not here. Bytes, not code points: "." matches one
 * byte, and a class holds ASCII only.
 *
 * Limits: SL_KZ_PATTERN_MAX states. Thread rule: a compiled pattern is immutable.
 */
#ifndef LIBCOMMON_RENDER_KUSTOMIZE_PATTERN_H
#define LIBCOMMON_RENDER_KUSTOMIZE_PATTERN_H

#include <stdbool.h>

#include "libcommon/base/arena.h"
#include "libcommon/base/err.h"
#include "libcommon/base/str.h"

#define SL_KZ_PATTERN_MAX 4096

struct sl_kz_pattern;

/* Errors: SL_ERR_INVALID (malformed), SL_ERR_UNSUPPORTED (syntax left out), SL_ERR_TOO_LARGE. */
int sl_kz_pattern_compile(struct sl_arena *a, struct sl_str text, struct sl_kz_pattern **ret,
			  struct sl_err *err) SL_MUST_CHECK;
/* True when all of `s` matches. */
bool sl_kz_pattern_matches(struct sl_arena *a, const struct sl_kz_pattern *p, struct sl_str s);
/* True when some part of `s` matches. */
bool sl_kz_pattern_finds(struct sl_arena *a, const struct sl_kz_pattern *p, struct sl_str s);

#endif
