/*
 * Change scalars of a YAML text and leave the rest of it as it is: comments, quotes, indentation.
 *
 * Thread rule: pure. Limits: those of the text, which has been parsed before.
 */
#ifndef LIBCOMMON_CODEC_YAML_EDIT_H
#define LIBCOMMON_CODEC_YAML_EDIT_H

#include "libcommon/base/strbuf.h"
#include "libcommon/codec/value.h"

/*
 * Append `text`, whose first document is `before`, with every scalar in which `after` differs put in
 * the place and, where there were quotes, the quotes of the old one. SL_ERR_UNSUPPORTED, and `out` as
 * it was, when they differ in more than scalars, or the text has anchors, aliases or tags, or what
 * changes is a block of lines or becomes one.
 */
int sl_yaml_edit(struct sl_str text, const struct sl_value *before, const struct sl_value *after,
		 struct sl_strbuf *out) SL_MUST_CHECK;

#endif
