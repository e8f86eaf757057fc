/*
 * Private to render/helm: .helmignore files, whose rules are not Git's.
 *
 * A rule is a pattern of filepath.Match. One with a '/' is matched against the whole path, one without
 * against the last part of it; a last '/' wants a directory. "!x" ignores what x does not match. The first
 * rule that ignores decides. Dot files in templates/ are always ignored.
 *
 * Thread rule: immutable once read. Source: Helm v3.22.0, package ignore.
 */
#ifndef LIBCOMMON_RENDER_HELM_IGNORE_H
#define LIBCOMMON_RENDER_HELM_IGNORE_H

#include <stdbool.h>

#include "libcommon/base/arena.h"
#include "libcommon/base/err.h"

#define SL_HELM_IGNORE_FILE ".helmignore"
#define SL_HELM_IGNORE_RULES_MAX 10000
#define SL_HELM_IGNORE_LINE_MAX 65536 /* as Go's scanner has it */

struct sl_helm_ignore;

/* `text` is borrowed, and may be empty. SL_ERR_INVALID (a "**", a malformed pattern), SL_ERR_TOO_LARGE. */
int sl_helm_ignore_read(struct sl_arena *a, struct sl_str text, const struct sl_helm_ignore **ret,
			struct sl_err *err) SL_MUST_CHECK;
/* `path` is relative to the chart. */
bool sl_helm_ignores(const struct sl_helm_ignore *ig, struct sl_str path, bool is_dir);

#endif
