#include "libcommon/net/http.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "libcommon/base/clock.h"
#include "libcommon/net/http_priv.h"
#include "libcommon/net/url.h"

#define CONNECTIONS_KEPT 4L

struct sl_http_client {
	CURL *easy;
	char detail[CURL_ERROR_SIZE];
};

struct sl_http_client *sl_http_client_new(struct sl_err *err)
{
	struct sl_http_client *c;
	CURL *easy;

	if (sl_http_global_init(err) < 0)
		return NULL;
	easy = curl_easy_init();
	if (!easy) {
		sl_err_set(err, SL_ERR_INTERNAL, "HTTP library: out of memory");
		return NULL;
	}
	c = sl_xcalloc(1, sizeof(*c));
	c->easy = easy;
	return c;
}

void sl_http_client_free(struct sl_http_client *c)
{
	if (!c)
		return;
	curl_easy_cleanup(c->easy);
	free(c);
}

static void forget_fields(struct sl_http_response *r)
{
	for (size_t i = 0; i < r->field_count; i++) {
		free(r->fields[i].name);
		free(r->fields[i].value);
	}
	r->field_count = 0;
	r->content_length = -1;
	r->retry_after_ms = 0;
}

void sl_http_response_release(struct sl_http_response *r)
{
	forget_fields(r);
	free(r->fields);
	free(r->url);
	sl_strbuf_release(&r->error_body);
	*r = (struct sl_http_response)SL_HTTP_RESPONSE_INIT;
}

const char *sl_http_response_header(const struct sl_http_response *r, const char *name)
{
	for (size_t i = 0; i < r->field_count; i++)
		if (!strcasecmp(r->fields[i].name, name))
			return r->fields[i].value;
	return NULL;
}

/* Retry-After: seconds or a date (RFC 9110 section 10.2.3); what cannot be read counts as absent. */
static int64_t retry_after_ms(struct sl_str value)
{
	SL_AUTO_FREE char *date = NULL;
	int64_t seconds;
	time_t when;

	if (sl_str_to_i64(value, 0, 86400, &seconds))
		return seconds * 1000;
	date = sl_xmemdup0(value.p, value.n);
	when = curl_getdate(date, NULL);
	if (when < 0)
		return 0;
	seconds = (int64_t)when - sl_wall_ms() / 1000;
	return seconds <= 0 || seconds > 86400 ? 0 : seconds * 1000;
}

static void add_field(struct sl_http_response *r, struct sl_str name, struct sl_str value)
{
	struct sl_http_field *f;

	r->fields = sl_grow(r->fields, r->field_count, &r->field_cap, sizeof(*r->fields));
	f = &r->fields[r->field_count++];
	f->name = sl_xmemdup0(name.p, name.n);
	f->value = sl_xmemdup0(value.p, value.n);
	for (char *p = f->name; *p; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p + 'a' - 'A');
	if (!strcmp(f->name, "content-length") &&
	    !sl_str_to_i64(value, 0, INT64_MAX, &r->content_length))
		r->content_length = -1;
	if (!strcmp(f->name, "retry-after"))
		r->retry_after_ms = retry_after_ms(value);
}

static size_t on_header(char *data, size_t size, size_t n, void *user)
{
	struct sl_http_transfer *t = user;
	struct sl_str line = sl_str_trim((struct sl_str){ data, size * n });
	ptrdiff_t colon = sl_str_chr(line, ':');

	if (sl_str_starts(line, SL_STR("HTTP/"))) {
		forget_fields(t->response);
		t->header_bytes = 0;
		return size * n;
	}
	t->header_bytes += line.n;
	if (t->header_bytes > SL_HTTP_HEADERS_MAX) {
		sl_err_set(&t->abort, SL_ERR_TOO_LARGE, "header of the answer is too large");
		return 0;
	}
	if (colon > 0)
		add_field(t->response, sl_str_sub(line, 0, (size_t)colon),
			  sl_str_trim(sl_str_sub(line, (size_t)colon + 1, line.n)));
	return size * n;
}

static size_t on_body(char *data, size_t size, size_t n, void *user)
{
	struct sl_http_transfer *t = user;
	const struct sl_sink *sink = &t->request->sink;
	struct sl_http_response *r = t->response;
	struct sl_str chunk = { data, size * n };
	long status = 0;

	curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
	if (status < 200 || status > 299) {
		sl_strbuf_adds(&r->error_body,
			       sl_str_sub(chunk, 0, r->error_body.max - r->error_body.n));
		return chunk.n;
	}
	if (chunk.n > t->max_body - r->body_bytes) {
		sl_err_set(&t->abort, SL_ERR_TOO_LARGE, "answer is larger than %llu bytes",
			   (unsigned long long)t->max_body);
		return CURL_WRITEFUNC_ERROR;
	}
	r->body_bytes += chunk.n;
	if (sink->write && sink->write(sink->ctx, chunk.p, chunk.n, &t->abort) < 0)
		return CURL_WRITEFUNC_ERROR;
	return chunk.n;
}

/* Called by libcurl at every step and at least once a second. */
static int on_progress(void *user, curl_off_t down_total, curl_off_t down, curl_off_t up_total,
		       curl_off_t up)
{
	struct sl_http_transfer *t = user;
	const struct sl_http_request *q = t->request;
	int64_t idle = q->idle_timeout_ms ? q->idle_timeout_ms : SL_HTTP_IDLE_TIMEOUT_MS;
	int64_t now = sl_mono_ms();

	(void)down_total;
	(void)up_total;
	if (q->cancel && atomic_load(q->cancel)) {
		sl_err_set(&t->abort, SL_ERR_CANCELED, "canceled");
		return 1;
	}
	if (down + up != t->moved) {
		t->moved = down + up;
		t->moved_ms = now;
	} else if (now - t->moved_ms > idle) {
		sl_err_set(&t->abort, SL_ERR_TIMEOUT, "no data for %lld s",
			   (long long)(idle + 999) / 1000);
		return 1;
	}
	return 0;
}

static void set_basics(struct sl_http_client *c, struct sl_http_transfer *t, const char *url)
{
	const struct sl_http_request *q = t->request;

	curl_easy_setopt(c->easy, CURLOPT_URL, url);
	curl_easy_setopt(c->easy, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(c->easy, CURLOPT_PATH_AS_IS, 1L);
	curl_easy_setopt(c->easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c->easy, CURLOPT_ERRORBUFFER, c->detail);
	curl_easy_setopt(c->easy, CURLOPT_MAXCONNECTS, CONNECTIONS_KEPT);
	curl_easy_setopt(c->easy, CURLOPT_TCP_KEEPALIVE, 1L);
	curl_easy_setopt(c->easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
	curl_easy_setopt(c->easy, CURLOPT_USERAGENT,
			 q->user_agent ? q->user_agent : "sluice/" SL_VERSION);
	if (q->compressed)
		curl_easy_setopt(c->easy, CURLOPT_ACCEPT_ENCODING, "gzip");
	curl_easy_setopt(c->easy, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(c->easy, CURLOPT_HEADERDATA, t);
	curl_easy_setopt(c->easy, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(c->easy, CURLOPT_WRITEDATA, t);
	curl_easy_setopt(c->easy, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(c->easy, CURLOPT_XFERINFOFUNCTION, on_progress);
	curl_easy_setopt(c->easy, CURLOPT_XFERINFODATA, t);
}

static int configure(struct sl_http_client *c, struct sl_http_transfer *t, struct sl_err *err)
{
	SL_AUTO_FREE char *url = sl_url_text(&t->url);

	curl_easy_reset(c->easy);
	c->detail[0] = '\0';
	set_basics(c, t, url);
	return sl_http_setup(c->easy, t, err);
}

static void end_transfer(struct sl_http_transfer *t)
{
	curl_slist_free_all(t->headers);
	t->headers = NULL;
	sl_strbuf_release(&t->ca);
	sl_err_release(&t->abort);
}

/* One exchange; 0 also for answers that are not 2xx. */
static int exchange(struct sl_http_client *c, struct sl_http_transfer *t, struct sl_err *err)
{
	struct sl_http_response *resp = t->response;
	CURLcode code;
	long status = 0;
	int r;

	forget_fields(resp);
	sl_strbuf_reset(&resp->error_body);
	free(resp->url);
	resp->url = sl_url_text(&t->url);
	t->moved = 0;
	t->moved_ms = sl_mono_ms();
	r = configure(c, t, err);
	if (r == 0) {
		code = curl_easy_perform(c->easy);
		curl_easy_getinfo(c->easy, CURLINFO_RESPONSE_CODE, &status);
		resp->status = (int)status;
		if (t->abort.code)
			r = sl_err_move(err, &t->abort);
		else if (code != CURLE_OK)
			r = sl_http_curl_error(c->easy, code, c->detail, err);
	}
	/* The handle must not keep pointers to what belongs to the request. */
	curl_easy_reset(c->easy);
	end_transfer(t);
	return r;
}

static bool is_redirect(int status)
{
	return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

static int redirect(struct sl_http_transfer *t, struct sl_err *err)
{
	const char *location = sl_http_response_header(t->response, "location");
	int status = t->response->status;
	struct sl_url next = SL_URL_INIT;
	int r;

	r = sl_url_join(&t->url, sl_str(location), &next, err);
	if (r < 0) {
		sl_err_wrap(err, "redirect");
		return r;
	}
	if (!sl_url_same_party(&t->url, &next))
		t->trusted = false;
	if (next.scheme == SL_URL_SSH ||
	    (next.scheme == SL_URL_HTTP && t->url.scheme == SL_URL_HTTPS))
		r = sl_err_set(err, SL_ERR_INVALID, "refused a redirect from https to %s",
			       sl_url_scheme_name(next.scheme));
	if (r == 0 && status != 307 && status != 308 && strcmp(t->method, "HEAD") != 0) {
		t->method = "GET";
		t->body = false;
	}
	if (r == 0 && t->body && !t->trusted)
		r = sl_err_set(err, SL_ERR_INVALID,
			       "refused a redirect of the request's body to another host (%s)",
			       next.host);
	if (r < 0) {
		sl_url_release(&next);
		return r;
	}
	sl_url_release(&t->url);
	t->url = next;
	return 0;
}

static int run(struct sl_http_client *c, struct sl_http_transfer *t, struct sl_err *err)
{
	int limit = t->request->max_redirects ? t->request->max_redirects : SL_HTTP_REDIRECTS_MAX;
	int r;

	for (int hops = 0;; hops++) {
		r = exchange(c, t, err);
		if (r < 0)
			return r;
		if (!is_redirect(t->response->status) || limit < 0 ||
		    !sl_http_response_header(t->response, "location"))
			break;
		if (hops == limit)
			return sl_err_set(err, SL_ERR_INVALID, "stopped after %d redirects", limit);
		r = redirect(t, err);
		if (r < 0)
			return r;
	}
	if (t->response->status < 200 || t->response->status > 299)
		return sl_http_status_error(t->response, err);
	return 0;
}

/* "GET https://host/path: …", without the query, which may hold a signature. */
static void add_context(const struct sl_http_transfer *t, struct sl_err *err)
{
	SL_AUTO_FREE char *text = sl_url_text(&t->url);
	char *query = strchr(text, '?');

	if (query)
		*query = '\0';
	sl_err_wrap(err, "%s %s", t->request->method ? t->request->method : "GET", text);
}

int sl_http_do(struct sl_http_client *c, const struct sl_http_request *request,
	       struct sl_http_response *ret_response, struct sl_err *err)
{
	struct sl_http_transfer t = {
		.request = request,
		.response = ret_response,
		.easy = c->easy,
		.method = request->method ? request->method : "GET",
		.trusted = true,
		.body = request->body.p != NULL,
		.max_body = request->max_body_bytes ? request->max_body_bytes
						    : SL_HTTP_BODY_DEFAULT_MAX,
		.ca = SL_STRBUF_INIT(SL_HTTP_CA_BUNDLE_MAX),
	};
	SL_AUTO(sl_err) local = SL_ERR_INIT;
	int r;

	sl_http_response_release(ret_response);
	r = sl_url_parse(sl_str(request->url), &t.url, err);
	if (r < 0)
		return r;
	if (t.url.scheme == SL_URL_SSH) {
		sl_url_release(&t.url);
		return sl_err_set(err, SL_ERR_INVALID, "URL scheme is neither http nor https");
	}
	r = run(c, &t, &local);
	if (r < 0) {
		add_context(&t, &local);
		if (!local.http_status)
			local.http_status =
				is_redirect(ret_response->status) ? ret_response->status : 0;
		sl_err_move(err, &local);
	}
	sl_url_release(&t.url);
	return r;
}
