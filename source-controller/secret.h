/*
 * Secrets: read when they are needed, decoded, wiped after use.
 *
 * A Secret is fetched with GET and never cached, listed or watched. All copies made here (the answer,
 * the parsed tree, the values) are overwritten before their memory is freed.
 *
 * Thread rule: one thread at a time. Limits: SC_SECRET_MAX bytes of answer (the API server's own limit
 * of 1 MiB of data, in base64, and room for metadata).
 */
#ifndef SOURCE_CONTROLLER_SECRET_H
#define SOURCE_CONTROLLER_SECRET_H

#include "libcommon/kube/client.h"

#define SC_SECRET_MAX ((size_t)3 << 20)

struct sc_secret_item {
	char *key;
	char *value; /* decoded, NUL-terminated, may hold NULs */
	size_t n;
};

struct sc_secret {
	char *ref; /* "namespace/name" */
	struct sc_secret_item *items;
	size_t n, cap;
};
#define SC_SECRET_INIT \
	{ \
		0 \
	}
void sc_secret_release(struct sc_secret *s);

/*
 * Fetch a Secret. Errors: SL_ERR_NOT_FOUND (`secrets "name" not found`), SL_ERR_INVALID (data that is
 * not base64) and those of sl_kube_call_wait().
 */
int sc_secret_get(struct sl_kube_client *client, const char *namespace_, const char *name,
		  struct sc_secret *ret_secret, struct sl_err *err) SL_MUST_CHECK;
/* The decoding by itself: `object` as the API server returns it. */
int sc_secret_decode(const struct sl_value *object, struct sc_secret *ret_secret,
		     struct sl_err *err) SL_MUST_CHECK;

bool sc_secret_has(const struct sc_secret *s, const char *key);
/* The value, NUL-terminated; the empty view when there is no such key. Valid until release. */
struct sl_str sc_secret_value(const struct sc_secret *s, const char *key);

#endif
