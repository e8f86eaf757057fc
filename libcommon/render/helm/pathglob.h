/*
 * Private to render/helm: the patterns of .Files.Glob, which are those of github.com/gobwas/glob with '/' as
 * the separator.
 *
 *   *  any run of characters but '/'     **  any run     ?  one character but '/'
 *   [abc] [!abc] [a-z] [!a-z]            one character of a list or of one range, '/' included
 *   {a,b*,c}                             one of several patterns       \x  the character x
 *
 * A class that is malformed makes the pattern match everything, for so Helm does it.
 *
 * Thread rule: immutable once parsed. Cost of a match: nodes of the pattern times the square of the name.
 */
#ifndef LIBCOMMON_RENDER_HELM_PATHGLOB_H
#define LIBCOMMON_RENDER_HELM_PATHGLOB_H

#include <stdbool.h>

#include "libcommon/base/arena.h"
#include "libcommon/base/err.h"

#define SL_HELM_GLOB_BYTES_MAX 4096
#define SL_HELM_GLOB_DEPTH_MAX 64 /* braces within braces */

struct sl_helm_glob;

/* SL_ERR_TOO_LARGE only. */
int sl_helm_glob_parse(struct sl_arena *a, struct sl_str pattern, const struct sl_helm_glob **ret,
		       struct sl_err *err) SL_MUST_CHECK;
/* `scratch` takes what the match needs. Names longer than SL_HELM_GLOB_BYTES_MAX match nothing. */
bool sl_helm_glob_match(struct sl_arena *scratch, const struct sl_helm_glob *g, struct sl_str name);

#endif
