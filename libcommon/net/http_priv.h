/*
 * Inside the HTTP client: one transfer, how it is set up, and how failures become errors. For
 * http*.c alone.
 */
#ifndef LIBCOMMON_NET_HTTP_PRIV_H
#define LIBCOMMON_NET_HTTP_PRIV_H

#include <curl/curl.h>

#include "libcommon/base/err.h"
#include "libcommon/net/http.h"
#include "libcommon/net/url.h"

#define SL_HTTP_CA_BUNDLE_MAX (8u << 20)

/* One request of the several that a redirect makes of one. */
struct sl_http_transfer {
	const struct sl_http_request *request;
	struct sl_http_response *response;
	CURL *easy;
	struct sl_url url;
	const char *method;
	bool trusted; /* still where the credentials belong */
	bool body;    /* still has a body to send */
	size_t header_bytes;
	curl_off_t moved; /* bytes, both ways, when last seen moving */
	int64_t moved_ms;
	uint64_t max_body;
	struct sl_err abort; /* why a callback ended the transfer */
	struct curl_slist *headers;
	struct sl_strbuf ca; /* bundle made of the system's and the request's */
};

/* Tell libcurl everything but URL, callbacks and what all requests share. */
int sl_http_setup(CURL *easy, struct sl_http_transfer *t, struct sl_err *err) SL_MUST_CHECK;

/* The error for a CURLcode other than CURLE_OK; `detail` is libcurl's own text, "" when there is none. */
int sl_http_curl_error(CURL *easy, CURLcode code, const char *detail, struct sl_err *err);
/* The error for an answer that is not 2xx. */
int sl_http_status_error(const struct sl_http_response *response, struct sl_err *err);
/* "301", "Moved Permanently" …: the phrase of RFC 9110, or "" for a code of none. */
const char *sl_http_status_phrase(int status);

#endif
