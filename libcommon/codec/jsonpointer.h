/*
 * JSON pointers, RFC 6901: "/spec/ports/0/name", with ~1 for '/' and ~0 for '~' within a token.
 *
 * A '~' that begins neither is taken as it stands, as the Go libraries do. The string form only, no
 * URI fragments.
 *
 * Thread rule: pure functions. Cap: SL_JSONPOINTER_TOKENS_MAX.
 */
#ifndef LIBCOMMON_CODEC_JSONPOINTER_H
#define LIBCOMMON_CODEC_JSONPOINTER_H

#include "libcommon/base/strbuf.h"
#include "libcommon/codec/value.h"

#define SL_JSONPOINTER_TOKENS_MAX 512

struct sl_jsonpointer {
	struct sl_str *tokens; /* unescaped */
	size_t n;	       /* 0: the whole document */
};

/* Append "/" and the escaped token. */
void sl_jsonpointer_append(struct sl_strbuf *out, struct sl_str token);
/*
 * Take a pointer apart; tokens live in the arena. Errors: SL_ERR_INVALID when it is neither empty nor
 * begins with '/', SL_ERR_TOO_LARGE.
 */
int sl_jsonpointer_parse(struct sl_arena *a, struct sl_str pointer,
			 struct sl_jsonpointer *ret_pointer, struct sl_err *err) SL_MUST_CHECK;
/* The member or item that a token names in a map or list; NULL when there is none. */
struct sl_value *sl_jsonpointer_step(const struct sl_value *v, struct sl_str token);
/* Follow the first `n` tokens; NULL when one leads nowhere. */
struct sl_value *sl_jsonpointer_get(struct sl_value *v, const struct sl_jsonpointer *pointer,
				    size_t n);
/* An array index as RFC 6901 writes it: no sign, no leading zero. */
bool sl_jsonpointer_index(struct sl_str token, size_t *ret_index);

#endif
