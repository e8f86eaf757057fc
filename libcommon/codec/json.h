/*
 * JSON in and out, strict RFC 8259: no comments, no trailing commas, no duplicate keys (unless the
 * limits allow them, last one wins), no invalid UTF-8, no lone surrogates, nothing after the value.
 *
 * Integers in int64 become INT; other literals FLOAT when the shortest decimal of the double gives
 * the same number back, else NUMBER, verbatim. Writing is the inverse: Go's encoding/json format for
 * floats, U+2028, U+2029, <, > and & escaped only when asked (Go's default does). Texts are expected to
 * be UTF-8, but with SL_JSON_GO.
 *
 * Thread rule: pure functions. Caps: struct sl_json_limits.
 */
#ifndef LIBCOMMON_CODEC_JSON_H
#define LIBCOMMON_CODEC_JSON_H

#include "libcommon/base/strbuf.h"
#include "libcommon/codec/value.h"

#define SL_JSON_DEPTH_MAX 512
#define SL_JSON_BYTES_MAX ((size_t)64 << 20)

struct sl_json_limits {
	size_t depth;	       /* 0: SL_JSON_DEPTH_MAX */
	size_t bytes;	       /* of text, 0: SL_JSON_BYTES_MAX */
	bool allow_duplicates; /* the last one wins, as in Go's encoding/json */
	/* As there in all: duplicates are allowed, what is no UTF-8 and lone surrogates become U+FFFD,
	 * "-0" is a FLOAT. */
	bool as_go;
	bool verbatim_numbers; /* every number is a NUMBER, as it is written */
	const char *file;      /* for positions, or NULL; kept by pointer */
	/*
	 * A member to leave out: the keys that lead to it, ending with NULL, or NULL. Lists on the way
	 * are entered. When it is an object or array, of its content only strings and brackets are
	 * looked at; it costs no memory.
	 */
	const char *const *skip;
};

/*
 * Parse one value. `limits` may be NULL. Strings are copied into the arena: `text` may go afterwards.
 * Errors: SL_ERR_INVALID with line and column, SL_ERR_TOO_LARGE (depth, bytes, arena limit).
 */
int sl_json_parse(struct sl_arena *a, struct sl_str text, const struct sl_json_limits *limits,
		  struct sl_value **ret_value, struct sl_err *err) SL_MUST_CHECK;

enum sl_json_flags {
	SL_JSON_COMPACT = 0,
	SL_JSON_SORT = 1 << 0,	    /* members bytewise by key */
	SL_JSON_PRETTY = 1 << 1,    /* indented by 2 spaces as Go's MarshalIndent */
	SL_JSON_HTML_SAFE = 1 << 2, /* <, >, & as \u003c … as Go's Marshal does */
	/* As every encoder of Go: U+2028 and U+2029 escaped, \ufffd for each byte that is no UTF-8. */
	SL_JSON_GO = 1 << 3,
};
/* Append the text; the buffer's own maximum is the cap. No newline at the end. */
void sl_json_write(const struct sl_value *v, unsigned flags, struct sl_strbuf *out);
/* Append `s` as a quoted JSON string. */
void sl_json_quote(struct sl_str s, struct sl_strbuf *out);

#endif
