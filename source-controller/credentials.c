#include "source-controller/credentials.h"

#include <string.h>

/* A value that is to be a C string and may end up in a header. Absent and empty are alike: NULL. */
static int text_of(const struct sc_secret *s, const char *key, const char **ret_text,
		   struct sl_err *err)
{
	struct sl_str v = sc_secret_value(s, key);

	for (size_t i = 0; i < v.n; i++)
		if (v.p[i] == '\0' || v.p[i] == '\n' || v.p[i] == '\r')
			return sl_err_set(
				err, SL_ERR_INVALID,
				"secret '%s': the value of '%s' holds a line break or NUL", s->ref,
				key);
	*ret_text = v.n ? v.p : NULL;
	return 0;
}

static int read_tls(const struct sc_secret *s, struct sl_http_tls *tls, struct sl_err *err)
{
	struct sl_str ca = sc_secret_value(s, "ca.crt");
	struct sl_str cert = sc_secret_value(s, "tls.crt"), key = sc_secret_value(s, "tls.key");

	if (!cert.n != !key.n)
		return sl_err_set(err, SL_ERR_INVALID, "secret '%s' contains '%s' but missing '%s'",
				  s->ref, cert.n ? "tls.crt" : "tls.key",
				  cert.n ? "tls.key" : "tls.crt");
	tls->ca_pem = ca.n ? ca : sc_secret_value(s, "caFile");
	tls->cert_pem = cert;
	tls->key_pem = key;
	return 0;
}

static int read_secret(const struct sc_secret *s, struct sl_git_auth *auth, struct sl_err *err)
{
	int r = read_tls(s, &auth->tls, err);

	if (r < 0)
		return r;
	if (sc_secret_has(s, "bearerToken"))
		return text_of(s, "bearerToken", &auth->http.bearer, err);
	r = text_of(s, "username", &auth->http.username, err);
	return r < 0 ? r : text_of(s, "password", &auth->http.password, err);
}

int sc_git_auth(const struct sl_url *url, const struct sc_secret *secret,
		struct sl_git_auth *ret_auth, struct sl_err *err)
{
	struct sl_git_auth auth = { 0 };
	int r = secret ? read_secret(secret, &auth, err) : 0;

	if (r < 0)
		return r;
	if (!auth.http.username && url->user && *url->user)
		auth.http.username = url->user;
	if (!auth.http.password && url->password && *url->password)
		auth.http.password = url->password;
	if (auth.http.password && !auth.http.username)
		return sl_err_set(
			err, SL_ERR_INVALID,
			"invalid '%s' auth option: 'password' requires 'username' to be set",
			sl_url_scheme_name(url->scheme));
	if (auth.http.bearer && auth.http.username)
		return sl_err_set(err, SL_ERR_INVALID,
				  "basic auth and bearer token cannot be set at the same time");
	*ret_auth = auth;
	return 0;
}

static int check_proxy_scheme(const struct sc_secret *s, const char *address, struct sl_err *err)
{
	static const char *const schemes[] = { "http", "https", "socks5" };
	struct sl_str text = sl_str(address);
	ptrdiff_t colon = sl_str_find(text, SL_STR("://"));
	struct sl_str scheme = colon < 0 ? SL_STR("") : sl_str_sub(text, 0, (size_t)colon);

	for (size_t i = 0; i < SL_ARRAY_LEN(schemes); i++)
		if (sl_str_ieq(scheme, sl_str(schemes[i])))
			return 0;
	return sl_err_set(err, SL_ERR_INVALID,
			  "secret '%s': proxy URL must use one of the supported schemes (http, "
			  "https, socks5), got '%.*s'",
			  s->ref, SL_STR_FMT(scheme));
}

int sc_proxy(const struct sc_secret *secret, struct sl_http_proxy *ret_proxy, struct sl_err *err)
{
	struct sl_http_proxy proxy = { 0 };
	int r;

	if (!sc_secret_has(secret, "address"))
		return sl_err_set(err, SL_ERR_INVALID, "secret '%s': key 'address' not found",
				  secret->ref);
	if (sc_secret_value(secret, "address").n > SC_PROXY_ADDRESS_MAX)
		return sl_err_set(err, SL_ERR_INVALID,
				  "secret '%s': proxy URL exceeds maximum length of %d characters",
				  secret->ref, SC_PROXY_ADDRESS_MAX);
	r = text_of(secret, "address", &proxy.url, err);
	if (r == 0)
		r = text_of(secret, "username", &proxy.username, err);
	if (r == 0)
		r = text_of(secret, "password", &proxy.password, err);
	if (r < 0)
		return r;
	if (!proxy.url)
		return sl_err_set(err, SL_ERR_INVALID, "secret '%s': proxy address is empty",
				  secret->ref);
	r = check_proxy_scheme(secret, proxy.url, err);
	if (r < 0)
		return r;
	/* A password by itself is no user; Flux leaves it out as well. */
	if (!proxy.username)
		proxy.password = NULL;
	*ret_proxy = proxy;
	return 0;
}
