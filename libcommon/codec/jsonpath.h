/*
 * kubectl's JSONPath templates: text with {expressions} that print parts of a document.
 *
 *   {.a.b[0]}  {.items[*].name}  {..x}  {.a['b','c']}  {.l[1:3]}  {.l[?(@.n=="x")].v}
 *   {range .items[*]}{.name}{"\n"}{end}
 *
 * Results of one expression are printed with blanks between them: maps and lists as JSON, texts as they
 * are, floats as Go's %v prints them. Comparisons are those of Go's templates: an integer and a float do
 * not compare, which is an error. A member that is not there is an error unless `missing_ok`.
 *
 * Thread rule: pure functions; a parsed path is immutable.
 * Source: https://kubernetes.io/docs/reference/kubectl/jsonpath/ and package k8s.io/client-go/util/jsonpath.
 * Otherwise than there the members of a map come by key, where Go's order changes, and what makes that
 * package panic is an error.
 */
#ifndef LIBCOMMON_CODEC_JSONPATH_H
#define LIBCOMMON_CODEC_JSONPATH_H

#include "libcommon/base/strbuf.h"
#include "libcommon/codec/value.h"

#define SL_JSONPATH_BYTES_MAX ((size_t)16 << 10) /* of the template */
#define SL_JSONPATH_DEPTH_MAX 32		 /* ranges within ranges */
#define SL_JSONPATH_STEPS_MAX 1000000 /* values and actions looked at in one evaluation */

struct sl_jsonpath;

/*
 * Parse `text`, which may go afterwards; the path lives in the arena. Errors: SL_ERR_INVALID with
 * client-go's text, SL_ERR_TOO_LARGE.
 */
int sl_jsonpath_parse(struct sl_arena *a, struct sl_str text, const struct sl_jsonpath **ret,
		      struct sl_err *err) SL_MUST_CHECK;
/*
 * Append what `path` prints of `data`, which is not changed; intermediate lists live in `a`. Nothing is
 * appended on failure. Errors: SL_ERR_INVALID with client-go's text, SL_ERR_TOO_LARGE (steps, depth, the
 * buffer's maximum).
 */
int sl_jsonpath_write(struct sl_arena *a, const struct sl_jsonpath *path, struct sl_value *data,
		      bool missing_ok, struct sl_strbuf *out, struct sl_err *err) SL_MUST_CHECK;

#endif
