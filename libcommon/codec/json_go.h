/*
 * JSON as Go's encoding/json reads it into an interface {}, with its messages, for what templates and
 * charts hand to fromJson and the like.
 *
 * Other than sl_json_parse(): the last of duplicate members wins, bytes that are no UTF-8 and lone
 * surrogates become U+FFFD, and errors have Go's text: "invalid character 'x' looking for beginning of
 * value". A number that no float64 holds stays a NUMBER here: Go refuses it when it converts it.
 *
 * Thread rule: pure functions. Limits: SL_JSON_DEPTH_MAX (Go's is 10000), SL_JSON_BYTES_MAX.
 */
#ifndef LIBCOMMON_CODEC_JSON_GO_H
#define LIBCOMMON_CODEC_JSON_GO_H

#include "libcommon/codec/json.h"

/* Parse one value. Errors: SL_ERR_INVALID with Go's text; SL_ERR_TOO_LARGE. */
int sl_json_go_parse(struct sl_arena *a, struct sl_str text, struct sl_value **ret_value,
		     struct sl_err *err) SL_MUST_CHECK;
/* What Go calls a value in "json: cannot unmarshal X into …": "object", "array", "number" … */
const char *sl_json_go_name(const struct sl_value *v);

#endif
