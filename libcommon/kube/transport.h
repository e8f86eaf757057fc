/*
 * One HTTP exchange with the API server as libcurl sees it: addresses, TLS, credentials, headers.
 *
 * HTTP/2 by ALPN over TLS 1.2 or newer, HTTP/1.1 otherwise and for plain http servers. With `ca_pem`
 * the system's certificates are neither trusted nor loaded. `tls_server_name` replaces the host in
 * the URL, so that SNI and the verification use it, while CURLOPT_CONNECT_TO keeps the address and a
 * Host header the name: what client-go does with its TLS configuration.
 *
 * Groups are never sent with a `user` to impersonate: kube-apiserver adds those of a service account
 * by itself when none is named, and naming them needs rights of its own (apiserver's
 * endpoints/filters/impersonation).
 *
 * Thread rule: for the I/O thread alone, once made.
 */
#ifndef LIBCOMMON_KUBE_TRANSPORT_H
#define LIBCOMMON_KUBE_TRANSPORT_H

#include <curl/curl.h>
#include <stdbool.h>
#include <stdint.h>

#include "libcommon/base/err.h"
#include "libcommon/base/str.h"
#include "libcommon/kube/config.h"

#define SL_TRANSPORT_CONNECT_MS 10000	   /* name, TCP, TLS together */
#define SL_TRANSPORT_USER_TIMEOUT_MS 30000 /* unacknowledged bytes: the connection is dead */
#define SL_TRANSPORT_KEEPALIVE_S 15
#define SL_TRANSPORT_BUFFER_BYTES 16384
#define SL_TRANSPORT_TOKEN_MAX ((size_t)64 << 10) /* bytes of a token file */
#define SL_TRANSPORT_TOKEN_REREAD_MS 60000	  /* at the latest */
#define SL_TRANSPORT_PATH_MAX ((size_t)16 << 10)  /* bytes of path and query */

/*
 * Transfers that share connections. libcurl looks at each transfer of a connection whenever something
 * comes on it: the watch of what we write ourselves has a connection of its own, and spares the others.
 */
enum sl_io_lane { SL_IO_REQUESTS, SL_IO_WATCHES, SL_IO_BUSY_WATCH, SL_IO_LANE_COUNT };

enum sl_xfer_end {
	SL_XFER_ANSWERED,    /* completely; any HTTP status */
	SL_XFER_UNREACHABLE, /* no connection, nothing was sent */
	SL_XFER_BROKEN,	     /* the connection failed, the request may have been executed */
	SL_XFER_REFUSED,     /* will not get better by itself: certificates, protocol */
	SL_XFER_ABORTED,     /* on_data said so */
	SL_XFER_RENEWED,     /* sl_io_renew() */
};

/*
 * One exchange. The first part is set before sl_xfer_start() and borrowed until the end; the second
 * may be read from on_data and on_end; the rest is private. Zeroed before first use; may be used again.
 */
struct sl_xfer {
	enum sl_io_lane lane;
	const char *method;
	const char *path;	  /* with query, percent-encoded, checked by sl_transport_check() */
	const char *content_type; /* or NULL */
	const char *accept;	  /* or NULL: application/json */
	const char *user;	  /* Impersonate-User, checked too, or NULL */
	struct sl_str body;
	void (*on_sent)(struct sl_xfer *x); /* a connection stands, inside libcurl; or NULL */
	/* Bytes of the body, inside libcurl: no call to the I/O thread's functions. False aborts. */
	bool (*on_data)(struct sl_xfer *x, struct sl_str bytes);
	/* The transfer has ended and may be started again. */
	void (*on_end)(struct sl_xfer *x, enum sl_xfer_end end);

	int status;		     /* HTTP, 0 before the answer */
	int64_t retry_after_ms;	     /* at the end; 0: none */
	int64_t connection;	     /* identity of the connection, -1 before it is known */
	int64_t heard_ms;	     /* when the last byte came, 0: none yet */
	bool sent;		     /* a connection was there and sending began */
	char error[CURL_ERROR_SIZE]; /* libcurl's words, at the end, "" when it had none */

	CURL *easy; /* NULL: not running */
	bool in_multi;
	struct curl_slist *headers;
	struct sl_io *io;
	struct sl_xfer *next, **link;
};

struct sl_transport;

/* Get new credentials into the config, which is a copy of the transport's own; may block. */
typedef int sl_transport_renew(struct sl_kube_config *config, struct sl_err *err);

/*
 * Copies the config and the user agent; `renew` may be NULL. Errors: INVALID (URL, PEM without content), and those of
 * reading the token file.
 */
int sl_transport_new(const struct sl_kube_config *config, const char *user_agent,
		     sl_transport_renew *renew, struct sl_transport **ret_transport,
		     struct sl_err *err) SL_MUST_CHECK;
void sl_transport_free(struct sl_transport *t);

/* Path, user and accept hold nothing that could end a header line or a request line. */
int sl_transport_check(const char *path, const char *user, const char *accept,
		       struct sl_err *err) SL_MUST_CHECK;

/* An easy handle with all that stays the same; the caller cleans it up. */
CURL *sl_transport_handle(struct sl_transport *t);
/* Put one exchange into x->easy: URL, method, body, headers, credentials of now. */
void sl_transport_prepare(struct sl_transport *t, struct sl_xfer *x);
/* Take the exchange out of x->easy again: secrets are wiped, no pointer into `x` remains. */
void sl_transport_clear(struct sl_xfer *x);
/* After a 401: read the token file or call `renew`. True when the credentials are others now. */
bool sl_transport_reload(struct sl_transport *t);

#endif
