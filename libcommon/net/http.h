/*
 * HTTP client for downloads: one blocking request at a time on a reused connection.
 *
 * A client belongs to one worker and keeps its connections between requests. Each request carries
 * everything that it needs (credentials, CA, client certificate, proxy, limits), so that requests
 * for different objects share nothing but connections whose settings are the same.
 *
 * What every request gets, and cannot switch off: only http and https, TLS 1.2 or newer, an upper
 * limit on body, header block, redirects, connection time and silence; no cookies, no .netrc, no
 * signals. Redirects are followed by our own rules: never from https to http, never with a request
 * body to another host, and to another host without credentials, secret headers and client
 * certificate. (An upgrade from port 80 to port 443 of the same host keeps them.)
 *
 * Trust: the system's CA certificates (SSL_CERT_FILE names another bundle), and `ca_pem` in addition.
 * Proxy: HTTPS_PROXY, HTTP_PROXY, NO_PROXY of the environment, unless the request names one.
 * The body of a 2xx answer goes to the sink; of any other answer the first SL_HTTP_ERROR_BODY_MAX
 * bytes are kept for whoever can read a cause out of them.
 *
 * Source: RFC 9110, RFC 9112; redirects as section 15.4. Left out: caching, cookies, uploads of a
 * body that does not fit into memory.
 * Thread rule: a client is used by one thread at a time; global functions are thread-safe.
 */
#ifndef LIBCOMMON_NET_HTTP_H
#define LIBCOMMON_NET_HTTP_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "libcommon/base/err.h"
#include "libcommon/base/mem.h"
#include "libcommon/base/str.h"
#include "libcommon/base/strbuf.h"
#include "libcommon/base/stream.h"

#define SL_HTTP_CONNECT_TIMEOUT_MS 30000
#define SL_HTTP_IDLE_TIMEOUT_MS 60000
#define SL_HTTP_REDIRECTS_MAX 10
#define SL_HTTP_BODY_DEFAULT_MAX (16u << 20)
#define SL_HTTP_ERROR_BODY_MAX 8192
#define SL_HTTP_HEADERS_MAX 65536 /* bytes of names and values of one answer */

struct sl_http_client;

struct sl_http_header {
	const char *name, *value; /* borrowed; neither may hold CR, LF or NUL */
	bool secret;		  /* not sent to another host after a redirect */
};

/* NULL members are unused. `bearer` wins over user and password. */
struct sl_http_auth {
	const char *username, *password; /* Basic, sent without being asked for */
	const char *bearer;
	const char *
		sigv4; /* "aws:amz:<region>:<service>": sign with user as key id, password as key */
};

struct sl_http_tls {
	struct sl_str ca_pem;		 /* trusted besides the system's own */
	struct sl_str cert_pem, key_pem; /* client certificate: both or none */
	bool insecure;			 /* no verification: only where the user's object says so */
};

struct sl_http_proxy {
	const char *
		url; /* http, https or socks5 (names are resolved by the proxy); NULL: environment */
	const char *username, *password;
};

/* Everything is borrowed until sl_http_do() returns. Zero means the default named beside a field. */
struct sl_http_request {
	const char *method; /* "GET" */
	const char *url;    /* userinfo in it serves as Basic credentials when `auth` has none */
	const struct sl_http_header *headers;
	size_t header_count;
	struct sl_str body; /* sent when body.p is not NULL */
	const char *content_type;
	const char *user_agent; /* "sluice/<version>" */
	bool compressed;	/* offer gzip; the sink sees the content decoded */
	struct sl_http_auth auth;
	struct sl_http_tls tls;
	struct sl_http_proxy proxy;
	int64_t connect_timeout_ms; /* SL_HTTP_CONNECT_TIMEOUT_MS */
	int64_t idle_timeout_ms;    /* without a byte either way: SL_HTTP_IDLE_TIMEOUT_MS */
	int64_t deadline_ms;	    /* monotonic time by which all must be done; 0: none */
	int max_redirects;	    /* SL_HTTP_REDIRECTS_MAX; -1: a redirect is an error */
	uint64_t max_body_bytes;    /* after decoding: SL_HTTP_BODY_DEFAULT_MAX */
	struct sl_sink
		sink; /* takes the body of a 2xx answer; write NULL: it is counted, dropped */
	const atomic_bool *cancel; /* set by any thread, noticed within a second; may be NULL */
};
#define SL_HTTP_REQUEST_INIT \
	{ \
		0 \
	}

struct sl_http_field {
	char *name; /* lower case */
	char *value;
};

/* Filled even when sl_http_do() fails, as far as the answer got. */
struct sl_http_response {
	int status;		     /* of the last answer; 0 when there was none */
	uint64_t body_bytes;	     /* handed to the sink */
	int64_t content_length;	     /* as announced, -1 when it was not */
	int64_t retry_after_ms;	     /* Retry-After, in seconds or as a date; 0 when absent */
	char *url;		     /* that answered, after redirects, without userinfo; or NULL */
	struct sl_strbuf error_body; /* of an answer that is not 2xx, cut */
	struct sl_http_field *fields;
	size_t field_count, field_cap;
};
#define SL_HTTP_RESPONSE_INIT \
	{ \
		.content_length = -1, .error_body = SL_STRBUF_INIT(SL_HTTP_ERROR_BODY_MAX) \
	}
void sl_http_response_release(struct sl_http_response *r);
/* The value of the first header of that name (any case), or NULL. Valid until release. */
const char *sl_http_response_header(const struct sl_http_response *r, const char *name);

/* Prepare the libraries below and ignore SIGPIPE; call it before the first thread starts. Idempotent. */
int sl_http_global_init(struct sl_err *err) SL_MUST_CHECK;

/* NULL, with `err` set, only when the libraries cannot be initialised. */
struct sl_http_client *sl_http_client_new(struct sl_err *err) SL_MUST_CHECK;
void sl_http_client_free(struct sl_http_client *c);
SL_DEFINE_AUTO_PTR(sl_http_client);

/*
 * Run one request to its end. `ret_response` must be initialised; what it held is released.
 *
 * Returns 0 for 2xx. Otherwise, with http_status and retry_after_ms set where there was an answer:
 * SL_ERR_UNCHANGED (304), SL_ERR_AUTH (401, 407), SL_ERR_FORBIDDEN (403), SL_ERR_NOT_FOUND (404),
 * SL_ERR_CONFLICT (409, 412), SL_ERR_GONE (410), SL_ERR_THROTTLED (429), SL_ERR_UNAVAILABLE (5xx),
 * SL_ERR_INVALID (other answers, a refused redirect, a malformed request), SL_ERR_NET (no
 * connection, TLS, broken answer), SL_ERR_TIMEOUT, SL_ERR_CANCELED, SL_ERR_TOO_LARGE, or what the
 * sink returned. Messages read `GET https://host/path: cause`, without userinfo and query.
 * Blocks on the network.
 */
int sl_http_do(struct sl_http_client *c, const struct sl_http_request *request,
	       struct sl_http_response *ret_response, struct sl_err *err) SL_MUST_CHECK;

#endif
