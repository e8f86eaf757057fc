/* What a request asks for, told to libcurl: trust, credentials, proxy, headers, limits of time. */
#include <dirent.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "libcommon/base/clock.h"
#include "libcommon/base/file.h"
#include "libcommon/net/http_priv.h"

static pthread_once_t init_once = PTHREAD_ONCE_INIT;
static CURLcode init_result;
/* Where certificates are looked up, NULL where there is none: set once. */
static struct {
	const char *file, *dir;
} trust;

/* A directory that OpenSSL can look certificates up in, one by one, instead of loading them all. */
static bool is_hashed_dir(const char *path)
{
	DIR *d = path ? opendir(path) : NULL;
	bool found = false;
	struct dirent *e;

	if (!d)
		return false;
	while (!found && (e = readdir(d)))
		found = sl_str_ends(sl_str(e->d_name), SL_STR(".0"));
	closedir(d);
	return found;
}

static void init(void)
{
	const struct sigaction ignore = { .sa_handler = SIG_IGN };
	const curl_version_info_data *info;

	/* OpenSSL writes with write(2): a peer that has gone must be an error, not a signal. */
	sigaction(SIGPIPE, &ignore, NULL);
	init_result = curl_global_init(CURL_GLOBAL_DEFAULT);
	info = curl_version_info(CURLVERSION_NOW);
	trust.file = getenv("SSL_CERT_FILE");
	if (trust.file && *trust.file)
		return;
	trust.file = info->cainfo;
	trust.dir = is_hashed_dir(info->capath) ? info->capath : NULL;
}

int sl_http_global_init(struct sl_err *err)
{
	pthread_once(&init_once, init);
	if (init_result != CURLE_OK)
		return sl_err_set(err, SL_ERR_INTERNAL, "HTTP library: %s",
				  curl_easy_strerror(init_result));
	return 0;
}

static void set_method(CURL *easy, const struct sl_http_transfer *t)
{
	if (!strcmp(t->method, "HEAD")) {
		curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
		return;
	}
	if (t->body) {
		curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)t->request->body.n);
		curl_easy_setopt(easy, CURLOPT_POSTFIELDS, t->request->body.p);
	}
	curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, t->method);
}

static int add_header(struct sl_http_transfer *t, const char *name, const char *value,
		      struct sl_err *err)
{
	/* libcurl sends an empty header only when it ends with a semicolon. */
	SL_AUTO_FREE char *line =
		*value ? sl_xasprintf("%s: %s", name, value) : sl_xasprintf("%s;", name);
	struct curl_slist *longer;

	if (strpbrk(line, "\r\n"))
		return sl_err_set(err, SL_ERR_INVALID, "header %s holds a line break",
				  strpbrk(name, "\r\n") ? "name" : name);
	longer = curl_slist_append(t->headers, line);
	if (!longer)
		return sl_err_set(err, SL_ERR_INTERNAL, "HTTP library: out of memory");
	t->headers = longer;
	return 0;
}

static int set_headers(CURL *easy, struct sl_http_transfer *t, struct sl_err *err)
{
	const struct sl_http_request *q = t->request;
	struct curl_slist *longer;
	int r = 0;

	for (size_t i = 0; i < q->header_count && r == 0; i++)
		if (t->trusted || !q->headers[i].secret)
			r = add_header(t, q->headers[i].name, q->headers[i].value, err);
	if (r == 0 && t->body && q->content_type)
		r = add_header(t, "Content-Type", q->content_type, err);
	if (r < 0)
		return r;
	/* "Expect:" and "Content-Type:" with nothing behind take libcurl's own headers away. */
	if (t->body) {
		longer = curl_slist_append(t->headers, "Expect:");
		t->headers = longer ? longer : t->headers;
		if (!q->content_type) {
			longer = curl_slist_append(t->headers, "Content-Type:");
			t->headers = longer ? longer : t->headers;
		}
	}
	curl_easy_setopt(easy, CURLOPT_HTTPHEADER, t->headers);
	return 0;
}

static void set_auth(CURL *easy, const struct sl_http_transfer *t)
{
	const struct sl_http_auth *a = &t->request->auth;

	if (t->trusted && a->bearer) {
		curl_easy_setopt(easy, CURLOPT_HTTPAUTH, (long)CURLAUTH_BEARER);
		curl_easy_setopt(easy, CURLOPT_XOAUTH2_BEARER, a->bearer);
		return;
	}
	curl_easy_setopt(easy, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
	if (t->trusted && (a->username || a->password)) {
		curl_easy_setopt(easy, CURLOPT_USERNAME, a->username ? a->username : "");
		curl_easy_setopt(easy, CURLOPT_PASSWORD, a->password ? a->password : "");
		if (a->sigv4)
			curl_easy_setopt(easy, CURLOPT_AWS_SIGV4, a->sigv4);
	} else if (t->url.user) {
		curl_easy_setopt(easy, CURLOPT_USERNAME, t->url.user);
		curl_easy_setopt(easy, CURLOPT_PASSWORD, t->url.password ? t->url.password : "");
	}
}

static void set_blob(CURL *easy, CURLoption option, struct sl_str pem)
{
	struct curl_blob blob = { .len = pem.n, .flags = CURL_BLOB_COPY };

	/* curl_blob is not const-correct; a copy is made. */
	memcpy(&blob.data, &pem.p, sizeof(blob.data));
	curl_easy_setopt(easy, option, &blob);
}

/* libcurl passes over what is no certificate in silence as long as it has a directory as well. */
static bool holds_certificate(struct sl_str pem)
{
	BIO *b = pem.n <= SL_HTTP_CA_BUNDLE_MAX ? BIO_new_mem_buf(pem.p, (int)pem.n) : NULL;
	X509 *first = b ? PEM_read_bio_X509(b, NULL, NULL, NULL) : NULL;
	bool found = first != NULL;

	X509_free(first);
	BIO_free(b);
	ERR_clear_error();
	return found;
}

/* libcurl's blob replaces the system's bundle but not its directory: without one, join the two. */
static int set_ca(CURL *easy, struct sl_http_transfer *t, struct sl_err *err)
{
	struct sl_str pem = t->request->tls.ca_pem;
	int r;

	if (trust.dir)
		curl_easy_setopt(easy, CURLOPT_CAPATH, trust.dir);
	if (!pem.n) {
		curl_easy_setopt(easy, CURLOPT_CAINFO, trust.dir ? NULL : trust.file);
		return 0;
	}
	if (!holds_certificate(pem))
		return sl_err_set(err, SL_ERR_INVALID, "CA bundle holds no PEM certificate");
	if (!trust.dir && trust.file) {
		r = sl_file_read_path(trust.file, &t->ca, err);
		if (r < 0)
			return r;
		sl_strbuf_addc(&t->ca, '\n');
	}
	sl_strbuf_adds(&t->ca, pem);
	r = sl_strbuf_check(&t->ca, "CA bundle", err);
	if (r < 0)
		return r;
	set_blob(easy, CURLOPT_CAINFO_BLOB, sl_strbuf_str(&t->ca));
	return 0;
}

static int set_tls(CURL *easy, struct sl_http_transfer *t, struct sl_err *err)
{
	const struct sl_http_tls *tls = &t->request->tls;

	curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	if (!tls->cert_pem.n != !tls->key_pem.n)
		return sl_err_set(err, SL_ERR_INVALID,
				  "client certificate and key must be given together");
	if (tls->cert_pem.n && t->trusted) {
		curl_easy_setopt(easy, CURLOPT_SSLCERTTYPE, "PEM");
		curl_easy_setopt(easy, CURLOPT_SSLKEYTYPE, "PEM");
		set_blob(easy, CURLOPT_SSLCERT_BLOB, tls->cert_pem);
		set_blob(easy, CURLOPT_SSLKEY_BLOB, tls->key_pem);
	}
	if (tls->insecure) {
		curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L);
		curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
		return 0;
	}
	return t->url.scheme == SL_URL_HTTPS ? set_ca(easy, t, err) : 0;
}

static int set_proxy(CURL *easy, const struct sl_http_proxy *p, struct sl_err *err)
{
	SL_AUTO_FREE char *remote = NULL;
	struct sl_str rest = sl_str(p->url);

	if (!p->url)
		return 0;
	if (sl_str_cut_prefix(&rest, SL_STR("socks5://")))
		remote = sl_xasprintf("socks5h://%.*s", SL_STR_FMT(rest));
	else if (!sl_str_starts(rest, SL_STR("http://")) &&
		 !sl_str_starts(rest, SL_STR("https://")))
		return sl_err_set(err, SL_ERR_INVALID,
				  "proxy address has none of the schemes http, https and socks5");
	curl_easy_setopt(easy, CURLOPT_PROXY, remote ? remote : p->url);
	/* A proxy that was named goes before the environment, NO_PROXY included. */
	curl_easy_setopt(easy, CURLOPT_NOPROXY, "");
	if (p->username)
		curl_easy_setopt(easy, CURLOPT_PROXYUSERNAME, p->username);
	if (p->password)
		curl_easy_setopt(easy, CURLOPT_PROXYPASSWORD, p->password);
	return 0;
}

static int set_timeouts(CURL *easy, const struct sl_http_request *q, struct sl_err *err)
{
	int64_t left;

	curl_easy_setopt(
		easy, CURLOPT_CONNECTTIMEOUT_MS,
		(long)(q->connect_timeout_ms ? q->connect_timeout_ms : SL_HTTP_CONNECT_TIMEOUT_MS));
	if (!q->deadline_ms || q->deadline_ms == SL_NEVER)
		return 0;
	left = q->deadline_ms - sl_mono_ms();
	if (left <= 0)
		return sl_err_set(err, SL_ERR_TIMEOUT, "timed out");
	curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)left);
	return 0;
}

int sl_http_setup(CURL *easy, struct sl_http_transfer *t, struct sl_err *err)
{
	int r;

	set_method(easy, t);
	set_auth(easy, t);
	r = set_headers(easy, t, err);
	if (r == 0)
		r = set_tls(easy, t, err);
	if (r == 0)
		r = set_proxy(easy, &t->request->proxy, err);
	if (r == 0)
		r = set_timeouts(easy, t->request, err);
	return r;
}
