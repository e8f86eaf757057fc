/*
 * What an HTTP server reads from outside, as pure functions: the address to listen on, the path of a
 * request, ranges, validators, dates.
 *
 * Source: RFC 9110 sections 5.6.7 (dates), 8.8.3 (entity tags), 13 (conditions), 14 (ranges), with
 * the choices of Go's net/http, which Flux's file server is. Thread rule: pure functions.
 */
#ifndef LIBCOMMON_NET_HTTPD_PARSE_H
#define LIBCOMMON_NET_HTTPD_PARSE_H

#include <stdbool.h>
#include <stdint.h>

#include "libcommon/base/err.h"
#include "libcommon/base/str.h"
#include "libcommon/base/strbuf.h"

#define SL_LISTEN_HOST_MAX 253
#define SL_HTTP_PATH_MAX 8192
/* Ranges in one header. */
#define SL_HTTP_RANGES_MAX 64
#define SL_HTTP_DATE_SIZE 32

struct sl_listen_addr {
	char host[SL_LISTEN_HOST_MAX + 1]; /* without brackets; "" is every address */
	uint16_t port;			   /* 0: the system chooses */
};

/*
 * ":9090", "0.0.0.0:80", "localhost:8080", "[::1]:0". Errors: SL_ERR_INVALID.
 */
int sl_listen_addr_parse(struct sl_str text, struct sl_listen_addr *ret_addr,
			 struct sl_err *err) SL_MUST_CHECK;

/*
 * Decode the percent-escapes of the path of a request and append it to `out`: what begins with '/',
 * holds no NUL and no segment "." or "..", before and after decoding. A "+" stays.
 * Errors: SL_ERR_INVALID, SL_ERR_TOO_LARGE (SL_HTTP_PATH_MAX).
 */
int sl_http_path_decode(struct sl_str raw, struct sl_strbuf *out, struct sl_err *err) SL_MUST_CHECK;

enum sl_http_range {
	SL_HTTP_RANGE_WHOLE,	     /* no range, or several: send everything with 200 */
	SL_HTTP_RANGE_PART,	     /* send the part with 206 */
	SL_HTTP_RANGE_UNSATISFIABLE, /* 416 */
};
/*
 * Read a Range header about a resource of `size` bytes. A single satisfiable range comes out in
 * *ret_from and *ret_count (> 0). Malformed headers are unsatisfiable, as in Go.
 */
enum sl_http_range sl_http_range_parse(struct sl_str header, uint64_t size, uint64_t *ret_from,
				       uint64_t *ret_count);

/* Whether an If-None-Match list names `etag` (with its quotes), weakly compared, or is "*". */
bool sl_http_etag_listed(struct sl_str header, struct sl_str etag);

/* "Sun, 06 Nov 1994 08:49:37 GMT" from seconds since 1970, years 1970 to 9999. */
void sl_http_date_format(int64_t seconds, char ret_text[SL_HTTP_DATE_SIZE]);
/* That form only: the obsolete ones are read as absent. False when malformed. */
bool sl_http_date_parse(struct sl_str text, int64_t *ret_seconds);

#endif
