/*
 * Tokens of service accounts: the TokenRequest API.
 *
 * Thread rule: thread-safe. Blocks on the API server.
 * Source: authentication.k8s.io/v1 TokenRequest.
 */
#ifndef LIBCOMMON_KUBE_TOKEN_H
#define LIBCOMMON_KUBE_TOKEN_H

#include "libcommon/kube/client.h"

#define SL_TOKEN_SECONDS_MIN 600 /* the server refuses less */
#define SL_TOKEN_BYTES_MAX ((size_t)64 << 10)

struct sl_token_request {
	const char *namespace_;
	const char *service_account;
	const char *const *audiences; /* NULL-terminated, or NULL: the API server's own */
	int64_t seconds;	      /* life time wished for, 0: the server's choice (an hour) */
};

struct sl_token {
	char *text;
	int64_t expires_ms; /* wall time; the server may have shortened or lengthened it */
};
#define SL_TOKEN_INIT \
	{ \
		0 \
	}
/* The text is wiped. */
void sl_token_release(struct sl_token *t);

/*
 * Get a token. Errors: those of the client (NOT_FOUND: no such account; FORBIDDEN), INVALID (no token
 * in the answer).
 */
int sl_token_get(struct sl_kube_client *c, const struct sl_token_request *request,
		 struct sl_token *ret_token, struct sl_err *err) SL_MUST_CHECK;

#endif
