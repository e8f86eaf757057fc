#include "libcommon/kube/transport.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "libcommon/base/clock.h"
#include "libcommon/base/file.h"
#include "libcommon/base/mem.h"
#include "libcommon/base/strbuf.h"

#define EXPECT_BYTES ((size_t)512 << 10) /* of a body: less than libcurl thinks worth a question */

struct sl_transport {
	struct sl_kube_config config;
	sl_transport_renew *renew;
	unsigned generation; /* of the identity, counted up when `renew` has changed it */
	char *user_agent;
	char *base;		       /* scheme, host or TLS server name, and port of the server */
	char *prefix;		       /* its path, without a slash at the end */
	bool has_target;	       /* the URL is `base`, and the path is sent as it is */
	char *host_header;	       /* with tls_server_name, else NULL */
	struct curl_slist *connect_to; /* with tls_server_name, else NULL */
	char *token;		       /* from token_file, or NULL */
	int64_t token_read_ms;
	struct timespec token_mtime;
};

static char *url_part(CURLU *url, CURLUPart part, unsigned flags)
{
	char *text = NULL;
	char *copy;

	if (curl_url_get(url, part, &text, flags) != CURLUE_OK)
		return NULL;
	copy = sl_xstrdup(text);
	curl_free(text);
	return copy;
}

static int split_server(struct sl_transport *t, CURLU *url, struct sl_err *err)
{
	SL_AUTO_FREE char *scheme = NULL;
	SL_AUTO_FREE char *host = NULL;
	SL_AUTO_FREE char *port = NULL;
	SL_AUTO_FREE char *path = NULL;
	const char *name;
	struct sl_str prefix;

	if (!t->config.server || curl_url_set(url, CURLUPART_URL, t->config.server, 0) != CURLUE_OK)
		return sl_err_set(err, SL_ERR_INVALID, "the API server's address '%s' is no URL",
				  t->config.server ? t->config.server : "");
	scheme = url_part(url, CURLUPART_SCHEME, 0);
	host = url_part(url, CURLUPART_HOST, 0);
	port = url_part(url, CURLUPART_PORT, CURLU_DEFAULT_PORT);
	path = url_part(url, CURLUPART_PATH, 0);
	if (!host || !port || (!sl_streq(scheme, "https") && !sl_streq(scheme, "http")))
		return sl_err_set(err, SL_ERR_INVALID,
				  "the API server's address '%s' is no http or https URL",
				  t->config.server);
	prefix = sl_str(path);
	while (sl_str_cut_suffix(&prefix, SL_STR("/")))
		;
	name = t->config.tls_server_name ? t->config.tls_server_name : host;
	t->base = sl_xasprintf("%s://%s:%s", scheme, name, port);
	t->prefix = sl_xmemdup0(prefix.p, prefix.n);
	/* A proxy for plain http takes whole URLs. */
	t->has_target = sl_streq(scheme, "https");
	if (t->config.tls_server_name) {
		SL_AUTO_FREE char *to = sl_xasprintf("::%s:%s", host, port);

		t->host_header = sl_xasprintf("%s:%s", host, port);
		t->connect_to = curl_slist_append(NULL, to);
	}
	return 0;
}

static void wipe_free(char *s)
{
	if (s)
		sl_wipe(s, strlen(s));
	free(s);
}

/* Read the token file. 1: another token than before, 0: the same. */
static int read_token(struct sl_transport *t, struct sl_err *err)
{
	SL_AUTO(sl_strbuf) text = SL_STRBUF_INIT(SL_TRANSPORT_TOKEN_MAX);
	struct stat st = { 0 };
	struct sl_str token;
	bool changed;
	int r;

	/* The time first: a file that changes in between is read once more. */
	(void)stat(t->config.token_file, &st);
	r = sl_file_read_path(t->config.token_file, &text, err);
	if (r < 0) {
		sl_err_wrap(err, "read the bearer token");
		return r;
	}
	token = sl_str_trim(sl_strbuf_str(&text));
	changed = !t->token || !sl_str_eqz(token, t->token);
	if (changed) {
		wipe_free(t->token);
		t->token = sl_xmemdup0(token.p, token.n);
	}
	sl_wipe(text.p, text.n);
	t->token_mtime = st.st_mtim;
	t->token_read_ms = sl_mono_ms();
	return changed;
}

/* A token file that cannot be read for a while leaves the token we have: it may still be valid. */
static const char *current_token(struct sl_transport *t)
{
	struct stat st;

	if (!t->config.token_file)
		return t->config.token;
	if (stat(t->config.token_file, &st) == 0 &&
	    (st.st_mtim.tv_sec != t->token_mtime.tv_sec ||
	     st.st_mtim.tv_nsec != t->token_mtime.tv_nsec ||
	     sl_mono_ms() - t->token_read_ms >= SL_TRANSPORT_TOKEN_REREAD_MS))
		(void)read_token(t, NULL);
	return t->token;
}

int sl_transport_new(const struct sl_kube_config *config, const char *user_agent,
		     sl_transport_renew *renew, struct sl_transport **ret_transport,
		     struct sl_err *err)
{
	struct sl_transport *t = sl_xcalloc(1, sizeof(*t));
	CURLU *url;
	int r;

	curl_global_init(CURL_GLOBAL_DEFAULT);
	sl_kube_config_copy(config, &t->config);
	t->renew = renew;
	t->user_agent = sl_xstrdup(user_agent ? user_agent : "sluice/" SL_VERSION);
	url = curl_url();
	r = split_server(t, url, err);
	curl_url_cleanup(url);
	if (r == 0 && t->config.token_file)
		r = read_token(t, err);
	if (r < 0) {
		sl_transport_free(t);
		return r;
	}
	*ret_transport = t;
	return 0;
}

void sl_transport_free(struct sl_transport *t)
{
	if (!t)
		return;
	sl_kube_config_release(&t->config);
	free(t->user_agent);
	free(t->base);
	free(t->prefix);
	free(t->host_header);
	curl_slist_free_all(t->connect_to);
	wipe_free(t->token);
	free(t);
}

bool sl_transport_reload(struct sl_transport *t)
{
	if (t->config.token_file)
		return read_token(t, NULL) == 1;
	if (!t->renew || t->renew(&t->config, NULL) < 0)
		return false;
	t->generation++;
	return true;
}

static bool is_header_safe(const char *s)
{
	for (; *s; s++) {
		if ((unsigned char)*s < 0x20 || *s == 0x7f)
			return false;
	}
	return true;
}

int sl_transport_check(const char *path, const char *user, const char *accept, struct sl_err *err)
{
	size_t n = 0;

	if (!path[0] || path[0] == '?')
		return sl_err_set(err, SL_ERR_INVALID, "the request names no object");
	if (path[0] != '/')
		return sl_err_set(err, SL_ERR_INVALID, "request path does not begin with '/'");
	for (; path[n]; n++) {
		if (path[n] <= ' ' || path[n] >= 0x7f || path[n] == '#')
			return sl_err_set(err, SL_ERR_INVALID,
					  "request path holds a character that must be encoded");
	}
	if (n > SL_TRANSPORT_PATH_MAX)
		return sl_err_set(err, SL_ERR_TOO_LARGE, "request path is longer than %zu bytes",
				  SL_TRANSPORT_PATH_MAX);
	if (user && (!*user || !is_header_safe(user)))
		return sl_err_set(err, SL_ERR_INVALID,
				  "the user to impersonate is empty or holds control characters");
	if (accept && !is_header_safe(accept))
		return sl_err_set(err, SL_ERR_INVALID, "accept holds control characters");
	return 0;
}

static int on_socket_made(void *arg, curl_socket_t fd, curlsocktype purpose)
{
	unsigned timeout_ms = SL_TRANSPORT_USER_TIMEOUT_MS;

	(void)arg;
	(void)purpose;
	/* Refused only where the kernel has no such option: keepalive remains. */
	(void)setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &timeout_ms, sizeof(timeout_ms));
	return CURL_SOCKOPT_OK;
}

static void set_blob(CURL *easy, CURLoption option, const char *pem)
{
	struct curl_blob blob = { 0 };

	if (!pem)
		return;
	blob.len = strlen(pem);
	blob.flags = CURL_BLOB_COPY;
	memcpy(&blob.data, &pem, sizeof(pem));
	curl_easy_setopt(easy, option, &blob);
}

static void set_identity(const struct sl_transport *t, CURL *easy)
{
	const struct sl_kube_config *c = &t->config;

	set_blob(easy, CURLOPT_SSLCERT_BLOB, c->client_cert_pem);
	set_blob(easy, CURLOPT_SSLKEY_BLOB, c->client_key_pem);
	if (!c->username)
		return;
	curl_easy_setopt(easy, CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
	curl_easy_setopt(easy, CURLOPT_USERNAME, c->username);
	curl_easy_setopt(easy, CURLOPT_PASSWORD, c->password ? c->password : "");
}

static void set_tls(const struct sl_transport *t, CURL *easy)
{
	const struct sl_kube_config *c = &t->config;
	long verify = c->insecure_skip_tls_verify ? 0 : 1;

	curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, verify);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, verify * 2);
	if (c->ca_pem) {
		/* Both NULL: else the system's certificates would be trusted beside this one. */
		curl_easy_setopt(easy, CURLOPT_CAINFO, NULL);
		curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
		set_blob(easy, CURLOPT_CAINFO_BLOB, c->ca_pem);
	}
	set_identity(t, easy);
}

/* Without one, libcurl need not look for it before each request. */
static bool environment_has_proxy(void)
{
	static const char *const names[] = {
		"http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY",
	};

	for (size_t i = 0; i < SL_ARRAY_LEN(names); i++)
		if (getenv(names[i]))
			return true;
	return false;
}

CURL *sl_transport_handle(struct sl_transport *t)
{
	CURL *easy = curl_easy_init();

	if (!easy)
		abort(); /* out of memory */
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(easy, CURLOPT_URL, t->base);
	curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
	curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
	curl_easy_setopt(easy, CURLOPT_PIPEWAIT, 1L);
	curl_easy_setopt(easy, CURLOPT_USERAGENT, t->user_agent);
	curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, (long)SL_TRANSPORT_BUFFER_BYTES);
	curl_easy_setopt(easy, CURLOPT_UPLOAD_BUFFERSIZE, (long)SL_TRANSPORT_BUFFER_BYTES);
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)SL_TRANSPORT_CONNECT_MS);
	curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
	curl_easy_setopt(easy, CURLOPT_TCP_KEEPIDLE, (long)SL_TRANSPORT_KEEPALIVE_S);
	curl_easy_setopt(easy, CURLOPT_TCP_KEEPINTVL, (long)SL_TRANSPORT_KEEPALIVE_S / 3);
	curl_easy_setopt(easy, CURLOPT_SOCKOPTFUNCTION, on_socket_made);
	if (t->config.proxy_url)
		curl_easy_setopt(easy, CURLOPT_PROXY, t->config.proxy_url);
	else if (!environment_has_proxy())
		curl_easy_setopt(easy, CURLOPT_PROXY, "");
	if (t->connect_to)
		curl_easy_setopt(easy, CURLOPT_CONNECT_TO, t->connect_to);
	set_tls(t, easy);
	return easy;
}

/* A line, which libcurl only reads, in the memory of its place in the list. */
struct header {
	struct curl_slist node;
	char line[];
};

static void add_header(struct sl_xfer *x, const char *name, const char *value)
{
	size_t name_len = strlen(name), size = strlen(value) + 1;
	struct header *h = sl_xmalloc(sizeof(*h) + name_len + size);
	struct curl_slist **end = &x->headers;

	memcpy(h->line, name, name_len);
	memcpy(h->line + name_len, value, size);
	h->node = (struct curl_slist){ .data = h->line };
	while (*end)
		end = &(*end)->next;
	*end = &h->node;
}

static void free_headers(struct curl_slist *h)
{
	while (h) {
		struct curl_slist *next = h->next;

		sl_wipe(h->data, strlen(h->data));
		free(SL_CONTAINER_OF(h, struct header, node));
		h = next;
	}
}

static void add_credentials(struct sl_transport *t, struct sl_xfer *x)
{
	const struct sl_kube_config *c = &t->config;
	const char *token = current_token(t);

	if (token && *token)
		add_header(x, "Authorization: Bearer ", token);
	if (x->user) {
		add_header(x, "Impersonate-User: ", x->user);
	} else if (c->impersonate_user) {
		add_header(x, "Impersonate-User: ", c->impersonate_user);
		for (size_t i = 0; i < c->impersonate_groups.n; i++)
			add_header(x, "Impersonate-Group: ", c->impersonate_groups.v[i]);
	}
}

static void set_method(struct sl_xfer *x)
{
	CURL *easy = x->easy;

	if (x->body.p) {
		curl_easy_setopt(easy, CURLOPT_POST, 1L);
		curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)x->body.n);
		curl_easy_setopt(easy, CURLOPT_POSTFIELDS, x->body.p);
	} else {
		curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
	}
	curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, x->method);
}

/*
 * libcurl takes a URL apart and puts it together again for each request. Given beside it, the path
 * is sent as it is, and that is done to the short part which is always the same.
 */
static void set_path(const struct sl_transport *t, const struct sl_xfer *x)
{
	SL_AUTO_FREE char *url = NULL;
	SL_AUTO_FREE char *target = NULL;

	if (!t->has_target) {
		url = sl_xasprintf("%s%s%s", t->base, t->prefix, x->path);
		curl_easy_setopt(x->easy, CURLOPT_URL, url);
		return;
	}
	if (t->prefix[0])
		target = sl_xasprintf("%s%s", t->prefix, x->path);
	curl_easy_setopt(x->easy, CURLOPT_REQUEST_TARGET, target ? target : x->path);
}

void sl_transport_prepare(struct sl_transport *t, struct sl_xfer *x)
{
	if (t->generation)
		set_identity(t, x->easy);
	set_path(t, x);
	set_method(x);
	add_header(x, "Accept: ", x->accept ? x->accept : "application/json");
	if (x->content_type)
		add_header(x, "Content-Type: ", x->content_type);
	/* Without this libcurl asks for permission to send a body of more than a megabyte. */
	if (x->body.n >= EXPECT_BYTES)
		add_header(x, "Expect:", "");
	if (t->host_header)
		add_header(x, "Host: ", t->host_header);
	add_credentials(t, x);
	curl_easy_setopt(x->easy, CURLOPT_HTTPHEADER, x->headers);
	curl_easy_setopt(x->easy, CURLOPT_ERRORBUFFER, x->error);
}

void sl_transport_clear(struct sl_xfer *x)
{
	curl_easy_setopt(x->easy, CURLOPT_HTTPHEADER, NULL);
	curl_easy_setopt(x->easy, CURLOPT_POSTFIELDS, NULL);
	curl_easy_setopt(x->easy, CURLOPT_ERRORBUFFER, NULL);
	free_headers(SL_STEAL(x->headers));
}
