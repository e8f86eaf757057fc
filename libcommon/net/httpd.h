/*
 * A small HTTP/1.1 server for artifacts, webhooks, metrics and probes.
 *
 * A table of routes, exact or by prefix, leads to handlers; a handler gets the whole request, body
 * included, and answers it once before it returns. Methods are GET, HEAD and POST; HEAD is answered as
 * GET without the body. What no route takes is 404, a method that its route does not take is 405, a
 * body above the cap 413. No TLS, no authentication: both are the cluster's business.
 *
 * libmicrohttpd does the protocol, on one epoll thread of its own, or `threads` of them; files go out
 * by sendfile(2).
 *
 * Thread rule: start, stop and free belong to one thread; handlers run on the server's threads, several
 * at once when `threads` > 1, and must not block on anything but the local disk.
 * Limits: SL_HTTPD_HEADER_MAX bytes of request line and headers, `body_max` bytes of body,
 * `connections_max` connections (more wait in the backlog), `timeout_s` seconds without a byte.
 */
#ifndef LIBCOMMON_NET_HTTPD_H
#define LIBCOMMON_NET_HTTPD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "libcommon/base/err.h"
#include "libcommon/base/mem.h"
#include "libcommon/base/str.h"

#define SL_HTTPD_HEADER_MAX 32768
#define SL_HTTPD_BODY_MAX_DEFAULT ((size_t)1 << 20)
#define SL_HTTPD_CONNECTIONS_DEFAULT 512
#define SL_HTTPD_TIMEOUT_S_DEFAULT 60
/* How much of a body that is too large is read, so that its sender sees the 413. */
#define SL_HTTPD_DISCARD_MAX ((uint64_t)16 << 20)

struct sl_httpd;
struct sl_httpd_request;

enum sl_httpd_method {
	SL_HTTPD_GET = 1, /* and HEAD */
	SL_HTTPD_POST = 2,
};

/* `ctx` is the configuration's. */
typedef void (*sl_httpd_handler)(void *ctx, struct sl_httpd_request *req);

struct sl_httpd_route {
	const char *path; /* compared with the path as sent, still encoded */
	bool prefix;	  /* also what continues `path` */
	unsigned methods; /* SL_HTTPD_GET | SL_HTTPD_POST */
	sl_httpd_handler handler;
};

/* Zero members mean the defaults above; `threads` 0 or 1 is one thread. All is borrowed. */
struct sl_httpd_config {
	const char *addr;		     /* see sl_listen_addr_parse() */
	const struct sl_httpd_route *routes; /* the first that fits is taken */
	size_t route_count;
	void *ctx;
	size_t body_max;
	unsigned connections_max;
	unsigned timeout_s;
	unsigned threads;
};

/*
 * Listen and serve. An empty host listens on every IPv6 and IPv4 address. Errors: SL_ERR_INVALID
 * (address), SL_ERR_NOT_FOUND (host name), SL_ERR_EXISTS (address in use), SL_ERR_IO.
 */
int sl_httpd_start(const struct sl_httpd_config *config, struct sl_httpd **ret_server,
		   struct sl_err *err) SL_MUST_CHECK;
/* The port that it listens on. */
uint16_t sl_httpd_port(const struct sl_httpd *s);
/*
 * Take no more connections, let requests that have begun end for at most `grace_ms`, and then close
 * what is left. Blocks for that long at most, and for a running handler.
 */
void sl_httpd_stop(struct sl_httpd *s, int64_t grace_ms);
/* Stops at once unless stopped. NULL is accepted. */
void sl_httpd_free(struct sl_httpd *s);
SL_DEFINE_AUTO_PTR(sl_httpd);

/* The request. Views are valid until the handler returns. */
bool sl_httpd_is_post(const struct sl_httpd_request *req);
struct sl_str sl_httpd_path(const struct sl_httpd_request *req); /* as sent, without the query */
/* The value of a header, its name case-insensitive; the empty view when absent. */
struct sl_str sl_httpd_header(const struct sl_httpd_request *req, const char *name);
struct sl_str sl_httpd_body(const struct sl_httpd_request *req);

/*
 * The answer, once per request; without one the client gets 500. Headers come first. `type` is the
 * Content-Type and may be NULL.
 */
void sl_httpd_add_header(struct sl_httpd_request *req, const char *name, const char *value);
/* With a copy of `body`. */
void sl_httpd_reply(struct sl_httpd_request *req, unsigned status, const char *type,
		    struct sl_str body);
/* With `body` itself, malloc'd, which the server frees. */
void sl_httpd_reply_take(struct sl_httpd_request *req, unsigned status, const char *type,
			 char *body, size_t n);
/* With `count` bytes of the regular file `fd` from `from` on; the server closes `fd`. */
void sl_httpd_reply_fd(struct sl_httpd_request *req, unsigned status, const char *type, int fd,
		       uint64_t from, uint64_t count);

#endif
