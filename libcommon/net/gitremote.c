/* The HTTP side of a remote: discovery, posting to git-upload-pack, and what failures mean. */
#include <stdlib.h>
#include <string.h>

#include "libcommon/net/git_priv.h"

#define USER_AGENT "git/2.0 (sluice/" SL_VERSION ")"
#define ADVERTISEMENT_MAX (256u << 20)
#define ADVERTISEMENT_TYPE "application/x-git-upload-pack-advertisement"
#define RESULT_TYPE "application/x-git-upload-pack-result"
#define COMPLAINT_MAX 500

int sl_git_remote_open(struct sl_http_client *client, const struct sl_git_remote_options *options,
		       struct sl_git_remote **ret_remote, struct sl_err *err)
{
	SL_AUTO_PTR(sl_git_remote) *r = sl_xcalloc(1, sizeof(*r));
	size_t n;
	int rc;

	r->client = client;
	r->options = *options;
	r->trusted = true;
	r->version = -1;
	rc = sl_url_parse(sl_str(options->url), &r->url, err);
	if (rc < 0)
		return rc;
	if (r->url.scheme == SL_URL_SSH)
		return sl_err_set(err, SL_ERR_UNSUPPORTED,
				  "Git over SSH is not supported: use an http or https URL");
	for (n = strlen(r->url.path); n > 1 && r->url.path[n - 1] == '/'; n--)
		r->url.path[n - 1] = '\0';
	free(SL_STEAL(r->url.query));
	sl_git_remote_take_hint(r);
	*ret_remote = SL_STEAL(r);
	return 0;
}

void sl_git_remote_free(struct sl_git_remote *r)
{
	if (!r)
		return;
	sl_url_release(&r->url);
	sl_git_refs_release(&r->v0_refs);
	free(r);
}

uint64_t sl_git_remote_received_bytes(const struct sl_git_remote *r)
{
	return r->received_bytes;
}

/* Server text for a message: one line, printable, short. */
static char *clean(struct sl_str text)
{
	SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(COMPLAINT_MAX);

	text = sl_str_sub(sl_str_trim(text), 0, COMPLAINT_MAX);
	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];

		sl_strbuf_addc(&out, c < ' ' || c == 0x7f ? ' ' : (char)c);
	}
	if (!sl_str_is_utf8(sl_strbuf_str(&out)))
		return sl_xstrdup("(unreadable)");
	return sl_url_redact(sl_strbuf_str(&out));
}

static const struct {
	struct sl_str words;
	enum sl_err_code code;
} complaints[] = {
	{ SL_STR("not our ref"), SL_ERR_NOT_FOUND },
	{ SL_STR("not found"), SL_ERR_NOT_FOUND },
	{ SL_STR("does not exist"), SL_ERR_NOT_FOUND },
	{ SL_STR("not exported"), SL_ERR_NOT_FOUND },
	{ SL_STR("unadvertised object"), SL_ERR_NOT_FOUND },
	{ SL_STR("access denied"), SL_ERR_FORBIDDEN },
};

int sl_git_remote_error(struct sl_str message, struct sl_err *err)
{
	SL_AUTO_FREE char *text = clean(message);
	enum sl_err_code code = SL_ERR_INVALID;

	for (size_t i = 0; i < SL_ARRAY_LEN(complaints); i++) {
		if (sl_str_find(message, complaints[i].words) < 0)
			continue;
		code = complaints[i].code;
		break;
	}
	return sl_err_set(err, code, "remote: %s", text);
}

/* Everything that both kinds of request have in common. */
static struct sl_http_request make_request(const struct sl_git_remote *r, const char *url)
{
	const struct sl_git_remote_options *o = &r->options;
	struct sl_http_request q = {
		.url = url,
		.user_agent = USER_AGENT,
		.proxy = o->auth.proxy,
		.deadline_ms = o->deadline_ms,
		.cancel = o->cancel,
	};

	return q;
}

/* Say what a failed request means to someone who configures a Git source. */
static int explain(const struct sl_git_remote *r, const struct sl_http_response *resp, int code,
		   struct sl_err *err)
{
	const struct sl_http_auth *a = &r->options.auth.http;
	bool sent = r->trusted && (a->bearer || a->username || a->password || r->url.user);
	SL_AUTO_FREE char *body = clean(sl_strbuf_str(&resp->error_body));
	const char *type = sl_http_response_header(resp, "content-type");
	bool quote = type && !strncmp(type, "text/plain", 10) && *body;
	int64_t retry_after_ms = err ? err->retry_after_ms : 0;
	SL_AUTO(sl_url) final = SL_URL_INIT;
	const char *what = NULL;

	if (!resp->status || !err || code == SL_ERR_TIMEOUT || code == SL_ERR_CANCELED)
		return code;
	if (resp->url && sl_url_parse(sl_str(resp->url), &final, NULL) == 0 &&
	    !sl_url_same_party(&r->url, &final) && resp->status == 401) {
		code = sl_err_set(err, SL_ERR_AUTH,
				  "authentication required by host '%s', to which the server "
				  "redirects: credentials are sent to the host of the URL only",
				  final.host);
	} else if (resp->status == 401) {
		what = sent ? "authentication failed: the server refused the credentials"
			    : "authentication required: no credentials are configured";
	} else if (resp->status == 403) {
		what = "authorization failed";
	} else if (resp->status == 404 || resp->status == 410) {
		what = "repository not found";
		code = SL_ERR_NOT_FOUND;
	}
	if (what)
		code = sl_err_set(err, (enum sl_err_code)code, "%s%s%s%s", what, quote ? " (" : "",
				  quote ? body : "", quote ? ")" : "");
	err->http_status = resp->status;
	err->retry_after_ms = retry_after_ms;
	return code;
}

/* An answer in pkt-lines: checks its type before its first byte is parsed. */
struct answer {
	struct sl_git_remote *remote;
	struct sl_http_response *resp;
	struct sl_pktline parser;
	struct sl_pktline_sink *packets;
	const char *want_type;
	bool checked;
	struct sl_err err; /* of the content: said without the request's name before it */
};

static int check_type(const struct answer *a, struct sl_err *err)
{
	const char *type = sl_http_response_header(a->resp, "content-type");
	SL_AUTO_FREE char *shown = clean(sl_str_sub(sl_str(type), 0, 80));

	if (type && !strncmp(type, a->want_type, strlen(a->want_type)))
		return 0;
	if (type && !strncmp(type, "text/plain", 10))
		return sl_err_set(
			err, SL_ERR_UNSUPPORTED,
			"the server speaks no smart HTTP protocol of Git (it answered %s)", shown);
	return sl_err_set(err, SL_ERR_NOT_FOUND, "not a Git repository: the server answered %s",
			  type ? shown : "without a content type");
}

static int take_answer(void *ctx, const void *p, size_t size, struct sl_err *err)
{
	struct sl_str chunk = { p, size };
	struct answer *a = ctx;
	int r = 0;

	a->remote->received_bytes += chunk.n;
	if (!a->checked)
		r = check_type(a, &a->err);
	a->checked = true;
	if (r == 0)
		r = sl_pktline_feed(&a->parser, chunk, a->packets, &a->err);
	return r < 0 ? sl_err_set(err, (enum sl_err_code)r, "unusable answer") : 0;
}

static int exchange(struct sl_git_remote *r, struct sl_http_request *q, const char *type,
		    struct sl_pktline_sink *packets, struct sl_http_response *resp,
		    struct sl_err *err)
{
	struct answer a = {
		.remote = r,
		.resp = resp,
		.parser = SL_PKTLINE_INIT,
		.packets = packets,
		.want_type = type,
	};
	SL_AUTO(sl_err) local = SL_ERR_INIT;
	int rc;

	q->sink = (struct sl_sink){ take_answer, &a };
	if (r->trusted) {
		q->auth = r->options.auth.http;
		if (!q->auth.bearer && !q->auth.username && !q->auth.password) {
			q->auth.username = r->url.user;
			q->auth.password = r->url.password;
		}
	}
	q->tls = r->options.auth.tls;
	if (!r->trusted)
		q->tls.cert_pem = q->tls.key_pem = SL_STR_NULL;
	rc = sl_http_do(r->client, q, resp, &local);
	if (rc < 0 && a.err.code)
		rc = sl_err_move(&local, &a.err);
	else if (rc < 0)
		rc = explain(r, resp, rc, &local);
	if (rc == 0 && !a.checked)
		rc = check_type(&a, &local);
	if (rc == 0)
		rc = sl_pktline_finish(&a.parser, &local);
	q->sink = (struct sl_sink){ 0 };
	sl_pktline_release(&a.parser);
	if (rc < 0)
		sl_err_move(err, &local);
	return rc;
}

/* The repository that answered, after redirects of "<repository>/info/refs?service=…". */
static int follow_redirect(struct sl_git_remote *r, const char *answered, struct sl_err *err)
{
	SL_AUTO(sl_url) u = SL_URL_INIT;
	struct sl_str path;
	int rc = sl_url_parse(sl_str(answered), &u, err);

	if (rc < 0)
		return rc;
	path = sl_str(u.path);
	if (!sl_str_cut_suffix(&path, SL_STR("/info/refs")))
		return sl_err_set(err, SL_ERR_NOT_FOUND,
				  "not a Git repository: redirected to host '%s', path '%s'",
				  u.host, u.path);
	u.path[path.n] = '\0';
	r->trusted = sl_url_same_party(&r->url, &u);
	r->moved = true;
	if (r->trusted) {
		u.user = SL_STEAL(r->url.user);
		u.password = SL_STEAL(r->url.password);
	}
	free(SL_STEAL(u.query));
	sl_url_release(&r->url);
	r->url = u;
	u = (struct sl_url)SL_URL_INIT;
	return 0;
}

static char *service_url(const struct sl_git_remote *r, const char *suffix)
{
	SL_AUTO_FREE char *base = sl_url_text(&r->url);
	size_t n = strlen(base);

	if (base[n - 1] == '/')
		n--;
	return sl_xasprintf("%.*s%s", (int)n, base, suffix);
}

int sl_git_remote_discover(struct sl_git_remote *r, struct sl_err *err)
{
	static const struct sl_http_header v2 = { "Git-Protocol", "version=2", false };
	SL_AUTO_FREE char *url = service_url(r, "/info/refs?service=git-upload-pack");
	struct sl_git_advertisement d = sl_git_advertisement(r);
	SL_AUTO(sl_http_response) resp = SL_HTTP_RESPONSE_INIT;
	struct sl_http_request q;
	int rc;

	if (r->version >= 0)
		return 0;
	q = make_request(r, url);
	q.headers = &v2;
	q.header_count = 1;
	q.compressed = true;
	q.max_body_bytes = ADVERTISEMENT_MAX;
	rc = exchange(r, &q, ADVERTISEMENT_TYPE, &d.sink, &resp, err);
	if (rc == 0 && strcmp(resp.url, url) != 0)
		rc = follow_redirect(r, resp.url, err);
	if (rc < 0) {
		r->version = -1;
		return rc;
	}
	if (r->version < 0)
		r->version = 0;
	return 0;
}

int sl_git_remote_post(struct sl_git_remote *r, struct sl_str body, struct sl_pktline_sink *sink,
		       struct sl_err *err)
{
	const struct sl_http_header headers[] = {
		{ "Accept", RESULT_TYPE, false },
		{ "Git-Protocol", "version=2", false },
	};
	SL_AUTO_FREE char *url = service_url(r, "/git-upload-pack");
	SL_AUTO(sl_http_response) resp = SL_HTTP_RESPONSE_INIT;
	struct sl_http_request q = make_request(r, url);

	q.method = "POST";
	q.headers = headers;
	q.header_count = r->version == 2 ? 2 : 1;
	q.body = body;
	q.content_type = "application/x-git-upload-pack-request";
	q.max_redirects = -1;
	q.max_body_bytes = r->options.max_pack_bytes ? r->options.max_pack_bytes
						     : SL_GIT_PACK_BYTES_DEFAULT_MAX;
	return exchange(r, &q, RESULT_TYPE, sink, &resp, err);
}
