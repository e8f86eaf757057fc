/*
 * JSON Schema: drafts 4, 6, 7, 2019-09 and 2020-12, with the messages that Helm shows.
 *
 * A schema is compiled with all that it refers to ($ref, $id, anchors, $dynamicRef, $recursiveRef), which
 * includes a check against the meta-schema of its draft; without "$schema" it is 2020-12. "format" is
 * asserted up to draft 7, as the specification has it; content keywords never are. Patterns are those of
 * Go (lang/regex).
 *
 * Pure: nothing is loaded. The schemas of json-schema.org are known; a reference to another file is
 * answered as if there were none, one to the web is refused, one to a "urn:" allows everything.
 *
 * Where several things are wrong they are told in the order of the schema and of the value's members;
 * Helm's order is that of Go's maps, which is none.
 *
 * Limits: SL_JSONSCHEMA_*; past them SL_ERR_TOO_LARGE.
 * Thread rule: a compiled schema is constant, and may be used by many threads at once.
 * Source: https://json-schema.org (the drafts' own documents); messages of
 * github.com/santhosh-tekuri/jsonschema v6.0.3.
 */
#ifndef LIBCOMMON_LANG_JSONSCHEMA_JSONSCHEMA_H
#define LIBCOMMON_LANG_JSONSCHEMA_JSONSCHEMA_H

#include "libcommon/codec/value.h"

#define SL_JSONSCHEMA_BYTES_MAX ((size_t)8 << 20) /* of a schema's text */
#define SL_JSONSCHEMA_SCHEMAS_MAX 200000	  /* schemas within one, references counted once */
#define SL_JSONSCHEMA_DEPTH_MAX 2000	/* schemas that are being applied within each other */
#define SL_JSONSCHEMA_STEPS_MAX 1000000 /* applications of a schema to a value */

struct sl_jsonschema;

/*
 * Compile the JSON document `text`, whose place is `url` (absolute, without fragment). `*ret` lives in
 * `a`; `text` may go afterwards. Errors: SL_ERR_INVALID, with several lines where the meta-schema
 * refuses it; SL_ERR_TOO_LARGE.
 */
int sl_jsonschema_compile(struct sl_arena *a, const char *url, struct sl_str text,
			  const struct sl_jsonschema **ret, struct sl_err *err) SL_MUST_CHECK;

/*
 * Apply it to a value. Errors: SL_ERR_INVALID, with a tree of what is wrong, a line for each thing:
 *
 *   jsonschema validation failed with 'file:///values.schema.json#'
 *   - at '/replicas': got string, want integer
 *
 * SL_ERR_TOO_LARGE. `a` takes what is made meanwhile.
 */
int sl_jsonschema_check(struct sl_arena *a, const struct sl_jsonschema *schema,
			const struct sl_value *value, struct sl_err *err) SL_MUST_CHECK;

#endif
