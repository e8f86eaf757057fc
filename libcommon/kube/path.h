/*
 * Percent-encoding of REST paths and queries, RFC 3986 section 2.
 *
 * Only unreserved characters pass; a whole segment "." or ".." is encoded too, so that no name can
 * change which resource a path addresses.
 *
 * Thread rule: pure functions.
 */
#ifndef LIBCOMMON_KUBE_PATH_H
#define LIBCOMMON_KUBE_PATH_H

#include "libcommon/base/str.h"
#include "libcommon/base/strbuf.h"

/* "/" and the encoded segment. */
void sl_path_segment(struct sl_strbuf *out, struct sl_str segment);
/* "name=" and the encoded value, after '?' or '&' as `out` requires. */
void sl_path_query(struct sl_strbuf *out, const char *name, struct sl_str value);
/* Pairs "a=b&c=d" not yet encoded: '=' ends the name, '&' the pair; values are encoded. */
void sl_path_query_pairs(struct sl_strbuf *out, struct sl_str pairs);

#endif
