/*
 * Inside the HTTP client: how answers and libcurl's failures become errors. For http*.c alone.
 */
#ifndef LIBCOMMON_NET_HTTP_PRIV_H
#define LIBCOMMON_NET_HTTP_PRIV_H

#include <curl/curl.h>

#include "libcommon/base/err.h"
#include "libcommon/net/http.h"

/* The error for a CURLcode other than CURLE_OK; `detail` is libcurl's own text, "" when there is none. */
int sl_http_curl_error(CURL *easy, CURLcode code, const char *detail, struct sl_err *err);
/* The error for an answer that is not 2xx. */
int sl_http_status_error(const struct sl_http_response *response, struct sl_err *err);
/* "301", "Moved Permanently" …: the phrase of RFC 9110, or "" for a code of none. */
const char *sl_http_status_phrase(int status);

#endif
