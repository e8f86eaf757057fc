#include <openssl/x509_vfy.h>

#include "libcommon/net/http_priv.h"
#include "libcommon/net/url.h"

/* `text` NULL: libcurl's own words, which name what was refused. */
static const struct {
	CURLcode code;
	enum sl_err_code err;
	const char *text;
} causes[] = {
	{ CURLE_UNSUPPORTED_PROTOCOL, SL_ERR_NET,
	  "answer is not HTTP" }, /* schemes are checked before */
	{ CURLE_URL_MALFORMAT, SL_ERR_INVALID, "malformed URL" },
	{ CURLE_COULDNT_RESOLVE_PROXY, SL_ERR_NET, "the proxy's name cannot be resolved" },
	{ CURLE_COULDNT_RESOLVE_HOST, SL_ERR_NET, "no such host" },
	{ CURLE_COULDNT_CONNECT, SL_ERR_NET, "connection refused or host unreachable" },
	{ CURLE_HTTP2, SL_ERR_NET, "HTTP/2 framing error" },
	{ CURLE_HTTP2_STREAM, SL_ERR_NET, "HTTP/2 stream was reset" },
	{ CURLE_PARTIAL_FILE, SL_ERR_NET, "connection closed before the end of the answer" },
	{ CURLE_OPERATION_TIMEDOUT, SL_ERR_TIMEOUT, "timed out" },
	{ CURLE_SSL_CONNECT_ERROR, SL_ERR_NET, NULL },
	{ CURLE_GOT_NOTHING, SL_ERR_NET, "connection closed without an answer" },
	{ CURLE_SEND_ERROR, SL_ERR_NET, "connection lost while sending" },
	{ CURLE_RECV_ERROR, SL_ERR_NET, "connection lost while receiving" },
	{ CURLE_SSL_CERTPROBLEM, SL_ERR_INVALID, "client certificate or key is unusable" },
	{ CURLE_SSL_CACERT_BADFILE, SL_ERR_INVALID, "CA certificates are unusable" },
	{ CURLE_SSL_CIPHER, SL_ERR_NET, "no common TLS cipher" },
	{ CURLE_BAD_CONTENT_ENCODING, SL_ERR_NET, "answer has a broken content encoding" },
	{ CURLE_TOO_LARGE, SL_ERR_TOO_LARGE, "header of the answer is too large" },
	{ CURLE_PROXY, SL_ERR_NET, "proxy handshake failed" },
	{ CURLE_WEIRD_SERVER_REPLY, SL_ERR_NET, "answer is not HTTP" },
	{ CURLE_UNSUPPORTED_PROTOCOL, SL_ERR_INVALID, "unsupported protocol" },
};

static const struct {
	long verify;
	const char *text;
} certificate_causes[] = {
	{ X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, "certificate is signed by an unknown authority" },
	{ X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY,
	  "certificate is signed by an unknown authority" },
	{ X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN, "certificate is signed by an unknown authority" },
	{ X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE,
	  "certificate is signed by an unknown authority" },
	{ X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT,
	  "certificate is self-signed and not among the trusted ones" },
	{ X509_V_ERR_CERT_HAS_EXPIRED, "certificate has expired" },
	{ X509_V_ERR_CERT_NOT_YET_VALID, "certificate is not yet valid" },
	{ X509_V_ERR_CERT_REVOKED, "certificate has been revoked" },
	{ X509_V_ERR_INVALID_PURPOSE, "certificate is not meant for servers" },
	{ X509_V_ERR_HOSTNAME_MISMATCH, "certificate is not valid for this host name" },
	{ X509_V_ERR_IP_ADDRESS_MISMATCH, "certificate is not valid for this address" },
};

static const char *certificate_cause(CURL *easy)
{
	long verify = 0;

	curl_easy_getinfo(easy, CURLINFO_SSL_VERIFYRESULT, &verify);
	for (size_t i = 0; i < SL_ARRAY_LEN(certificate_causes); i++)
		if (certificate_causes[i].verify == verify)
			return certificate_causes[i].text;
	return verify == 0 ? "certificate is not valid for this host"
			   : X509_verify_cert_error_string(verify);
}

int sl_http_curl_error(CURL *easy, CURLcode code, const char *detail, struct sl_err *err)
{
	SL_AUTO_FREE char *own = sl_url_redact(sl_str(*detail ? detail : curl_easy_strerror(code)));
	enum sl_err_code as = SL_ERR_NET;
	const char *text = own;
	long http_connect = 0;

	curl_easy_getinfo(easy, CURLINFO_HTTP_CONNECTCODE, &http_connect);
	if (http_connect >= 400) {
		as = http_connect == 407 ? SL_ERR_AUTH : SL_ERR_NET;
		return sl_err_set(err, as, "the proxy refused: %ld %s", http_connect,
				  sl_http_status_phrase((int)http_connect));
	}
	if (code == CURLE_PEER_FAILED_VERIFICATION)
		return sl_err_set(err, SL_ERR_NET, "%s", certificate_cause(easy));
	for (size_t i = 0; i < SL_ARRAY_LEN(causes); i++) {
		if (causes[i].code != code)
			continue;
		as = causes[i].err;
		text = causes[i].text ? causes[i].text : own;
		break;
	}
	return sl_err_set(err, as, "%s", text);
}

static const struct {
	int status;
	enum sl_err_code err;
	const char *phrase;
} statuses[] = {
	{ 300, SL_ERR_INVALID, "Multiple Choices" },
	{ 301, SL_ERR_INVALID, "Moved Permanently" },
	{ 302, SL_ERR_INVALID, "Found" },
	{ 303, SL_ERR_INVALID, "See Other" },
	{ 304, SL_ERR_UNCHANGED, "Not Modified" },
	{ 307, SL_ERR_INVALID, "Temporary Redirect" },
	{ 308, SL_ERR_INVALID, "Permanent Redirect" },
	{ 400, SL_ERR_INVALID, "Bad Request" },
	{ 401, SL_ERR_AUTH, "Unauthorized" },
	{ 403, SL_ERR_FORBIDDEN, "Forbidden" },
	{ 404, SL_ERR_NOT_FOUND, "Not Found" },
	{ 405, SL_ERR_INVALID, "Method Not Allowed" },
	{ 406, SL_ERR_INVALID, "Not Acceptable" },
	{ 407, SL_ERR_AUTH, "Proxy Authentication Required" },
	{ 408, SL_ERR_TIMEOUT, "Request Timeout" },
	{ 409, SL_ERR_CONFLICT, "Conflict" },
	{ 410, SL_ERR_GONE, "Gone" },
	{ 412, SL_ERR_CONFLICT, "Precondition Failed" },
	{ 413, SL_ERR_TOO_LARGE, "Content Too Large" },
	{ 415, SL_ERR_INVALID, "Unsupported Media Type" },
	{ 416, SL_ERR_INVALID, "Range Not Satisfiable" },
	{ 422, SL_ERR_INVALID, "Unprocessable Content" },
	{ 429, SL_ERR_THROTTLED, "Too Many Requests" },
	{ 500, SL_ERR_UNAVAILABLE, "Internal Server Error" },
	{ 501, SL_ERR_UNAVAILABLE, "Not Implemented" },
	{ 502, SL_ERR_UNAVAILABLE, "Bad Gateway" },
	{ 503, SL_ERR_UNAVAILABLE, "Service Unavailable" },
	{ 504, SL_ERR_UNAVAILABLE, "Gateway Timeout" },
};

const char *sl_http_status_phrase(int status)
{
	for (size_t i = 0; i < SL_ARRAY_LEN(statuses); i++)
		if (statuses[i].status == status)
			return statuses[i].phrase;
	return "";
}

int sl_http_status_error(const struct sl_http_response *response, struct sl_err *err)
{
	enum sl_err_code code = response->status >= 500 ? SL_ERR_UNAVAILABLE : SL_ERR_INVALID;
	const char *phrase = sl_http_status_phrase(response->status);

	for (size_t i = 0; i < SL_ARRAY_LEN(statuses); i++)
		if (statuses[i].status == response->status)
			code = statuses[i].err;
	sl_err_set(err, code, "%d%s%s", response->status, *phrase ? " " : "", phrase);
	if (err) {
		err->http_status = response->status;
		err->retry_after_ms = response->retry_after_ms;
	}
	return code;
}
