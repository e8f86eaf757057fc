#include "libcommon/net/url.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "libcommon/base/ascii.h"

static const struct {
	struct sl_str name;
	uint16_t port;
} schemes[] = {
	[SL_URL_HTTP] = { SL_STR("http"), 80 },
	[SL_URL_HTTPS] = { SL_STR("https"), 443 },
	[SL_URL_SSH] = { SL_STR("ssh"), 22 },
};

static char to_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 'a' - 'A') : c;
}

void sl_url_release(struct sl_url *u)
{
	if (u->password)
		sl_wipe(u->password, strlen(u->password));
	free(u->user);
	free(u->password);
	free(u->host);
	free(u->path);
	free(u->query);
	*u = (struct sl_url)SL_URL_INIT;
}

const char *sl_url_scheme_name(enum sl_url_scheme scheme)
{
	return schemes[scheme].name.p;
}

bool sl_url_same_origin(const struct sl_url *a, const struct sl_url *b)
{
	return a->scheme == b->scheme && a->port == b->port && sl_streq(a->host, b->host);
}

bool sl_url_same_party(const struct sl_url *a, const struct sl_url *b)
{
	if (sl_url_same_origin(a, b))
		return true;
	return a->scheme == SL_URL_HTTP && a->port == 80 && b->scheme == SL_URL_HTTPS &&
	       b->port == 443 && sl_streq(a->host, b->host);
}

void sl_percent_encode(struct sl_str s, const char *keep, struct sl_strbuf *out)
{
	static const char digits[] = "0123456789ABCDEF";

	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (sl_is_alnum(c) || (c && strchr("-._~", c)) || (c && keep && strchr(keep, c))) {
			sl_strbuf_addc(out, c);
			continue;
		}
		sl_strbuf_addc(out, '%');
		sl_strbuf_addc(out, digits[(unsigned char)c >> 4]);
		sl_strbuf_addc(out, digits[(unsigned char)c & 15]);
	}
}

/* The byte that the escape at `s.p[i]` stands for, or -1. */
static int escape_at(struct sl_str s, size_t i)
{
	int high, low;

	if (s.n - i < 3)
		return -1;
	high = sl_hex_value(s.p[i + 1]);
	low = sl_hex_value(s.p[i + 2]);
	return high < 0 || low < 0 ? -1 : high << 4 | low;
}

bool sl_percent_decode(struct sl_str s, struct sl_strbuf *out)
{
	for (size_t i = 0; i < s.n; i++) {
		int c;

		if (s.p[i] != '%') {
			sl_strbuf_addc(out, s.p[i]);
			continue;
		}
		c = escape_at(s, i);
		if (c <= 0)
			return false;
		sl_strbuf_addc(out, (char)c);
		i += 2;
	}
	return true;
}

static char *decoded(struct sl_str s)
{
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(SL_URL_MAX);

	return sl_percent_decode(s, &b) ? sl_strbuf_steal(&b) : NULL;
}

/* Characters that no part of a URL may hold, and escapes that are none. */
static int check_bytes(struct sl_str s, struct sl_err *err)
{
	if (s.n > SL_URL_MAX)
		return sl_err_set(err, SL_ERR_TOO_LARGE, "URL is longer than %d bytes", SL_URL_MAX);
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c <= ' ' || c == 0x7f || c == '\\')
			return sl_err_set(
				err, SL_ERR_INVALID,
				"URL holds white space, a control character or a backslash");
		if (c == '%' && escape_at(s, i) < 0)
			return sl_err_set(err, SL_ERR_INVALID, "URL holds a broken percent-escape");
	}
	return 0;
}

/* A copy of a path or query in which bytes above 0x7f are escaped. */
static char *ascii_copy(struct sl_str s)
{
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(3 * SL_URL_MAX);

	for (size_t i = 0; i < s.n; i++) {
		struct sl_str one = sl_str_sub(s, i, i + 1);

		if ((unsigned char)s.p[i] > 0x7f)
			sl_percent_encode(one, NULL, &b);
		else
			sl_strbuf_adds(&b, one);
	}
	return sl_strbuf_steal(&b);
}

static int parse_userinfo(struct sl_str info, struct sl_url *u, struct sl_err *err)
{
	ptrdiff_t colon = sl_str_chr(info, ':');
	struct sl_str user = colon < 0 ? info : sl_str_sub(info, 0, (size_t)colon);

	u->user = decoded(user);
	if (colon >= 0)
		u->password = decoded(sl_str_sub(info, (size_t)colon + 1, info.n));
	if (!u->user || (colon >= 0 && !u->password))
		return sl_err_set(err, SL_ERR_INVALID, "URL has an encoded NUL in its userinfo");
	return 0;
}

static int parse_port(struct sl_str text, struct sl_url *u, struct sl_err *err)
{
	uint64_t port;

	if (!sl_str_to_u64(text, 65535, &port) || port == 0)
		return sl_err_set(err, SL_ERR_INVALID, "URL has an invalid port");
	u->port = (uint16_t)port;
	return 0;
}

static char *lower_copy(struct sl_str s)
{
	char *copy = sl_xmemdup0(s.p, s.n);

	for (size_t i = 0; i < s.n; i++)
		copy[i] = to_lower(copy[i]);
	return copy;
}

static int parse_ipv6(struct sl_str text, struct sl_url *u, struct sl_err *err)
{
	struct in6_addr address;

	u->host = lower_copy(text);
	u->ipv6 = true;
	if (text.n > INET6_ADDRSTRLEN || strlen(u->host) != text.n ||
	    inet_pton(AF_INET6, u->host, &address) != 1)
		return sl_err_set(err, SL_ERR_INVALID, "URL has an invalid IPv6 address");
	return 0;
}

static int parse_host(struct sl_str text, struct sl_url *u, struct sl_err *err)
{
	if (!text.n || text.n > SL_URL_HOST_MAX)
		return sl_err_set(err, SL_ERR_INVALID, "URL has %s host name",
				  text.n ? "a too long" : "no");
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];

		if (!sl_is_alnum(c) && (!c || !strchr("-._", c)))
			return sl_err_set(err, SL_ERR_INVALID, "URL has an invalid host name");
	}
	if (text.p[0] == '.' || text.p[0] == '-')
		return sl_err_set(err, SL_ERR_INVALID, "URL has an invalid host name");
	u->host = lower_copy(text);
	return 0;
}

static int parse_authority(struct sl_str text, struct sl_url *u, struct sl_err *err)
{
	ptrdiff_t at = sl_str_rchr(text, '@'), end;
	struct sl_str host;
	int r;

	u->port = schemes[u->scheme].port;
	if (at >= 0) {
		r = parse_userinfo(sl_str_sub(text, 0, (size_t)at), u, err);
		if (r < 0)
			return r;
		text = sl_str_sub(text, (size_t)at + 1, text.n);
	}
	if (text.n && text.p[0] == '[') {
		end = sl_str_chr(text, ']');
		if (end < 0)
			return sl_err_set(err, SL_ERR_INVALID, "URL has an invalid IPv6 address");
		r = parse_ipv6(sl_str_sub(text, 1, (size_t)end), u, err);
		end++;
	} else {
		end = sl_str_chr(text, ':');
		if (end < 0)
			end = (ptrdiff_t)text.n;
		host = sl_str_sub(text, 0, (size_t)end);
		r = parse_host(host, u, err);
	}
	if (r < 0)
		return r;
	if ((size_t)end == text.n)
		return 0;
	if (text.p[end] != ':')
		return sl_err_set(err, SL_ERR_INVALID, "URL has text after its IPv6 address");
	return parse_port(sl_str_sub(text, (size_t)end + 1, text.n), u, err);
}

/* "/path?query": what follows the authority, without a fragment. */
static void parse_path(struct sl_str text, struct sl_url *u)
{
	ptrdiff_t q = sl_str_chr(text, '?');
	struct sl_str path = q < 0 ? text : sl_str_sub(text, 0, (size_t)q);

	u->path = path.n ? ascii_copy(path) : sl_xstrdup("/");
	if (q >= 0)
		u->query = ascii_copy(sl_str_sub(text, (size_t)q + 1, text.n));
}

static struct sl_str without_fragment(struct sl_str s)
{
	ptrdiff_t hash = sl_str_chr(s, '#');

	return hash < 0 ? s : sl_str_sub(s, 0, (size_t)hash);
}

/* Take "scheme:" off; false when `s` does not begin with one. */
static bool cut_scheme(struct sl_str *s, struct sl_str *ret_scheme)
{
	size_t i = 0;

	while (i < s->n && (sl_is_alpha(s->p[i]) || (i && (sl_is_digit(s->p[i]) || s->p[i] == '+' ||
							   s->p[i] == '-' || s->p[i] == '.'))))
		i++;
	if (!i || i == s->n || s->p[i] != ':')
		return false;
	*ret_scheme = sl_str_sub(*s, 0, i);
	*s = sl_str_sub(*s, i + 1, s->n);
	return true;
}

static int find_scheme(struct sl_str name, enum sl_url_scheme *ret_scheme, struct sl_err *err)
{
	for (size_t i = 0; i < SL_ARRAY_LEN(schemes); i++) {
		if (!sl_str_ieq(name, schemes[i].name))
			continue;
		*ret_scheme = (enum sl_url_scheme)i;
		return 0;
	}
	return sl_err_set(err, SL_ERR_INVALID, "URL scheme is none of http, https and ssh");
}

/* `rest` begins at the authority, after "//". */
static int parse_after_scheme(struct sl_str rest, struct sl_url *u, struct sl_err *err)
{
	size_t end = 0;
	int r;

	while (end < rest.n && rest.p[end] != '/' && rest.p[end] != '?')
		end++;
	r = parse_authority(sl_str_sub(rest, 0, end), u, err);
	if (r < 0)
		return r;
	parse_path(sl_str_sub(rest, end, rest.n), u);
	return 0;
}

int sl_url_parse(struct sl_str text, struct sl_url *ret_url, struct sl_err *err)
{
	SL_AUTO(sl_url) u = SL_URL_INIT;
	struct sl_str name;
	int r = check_bytes(text, err);

	if (r < 0)
		return r;
	text = without_fragment(text);
	if (!cut_scheme(&text, &name))
		return sl_err_set(err, SL_ERR_INVALID, "URL has no scheme");
	r = find_scheme(name, &u.scheme, err);
	if (r < 0)
		return r;
	if (!sl_str_cut_prefix(&text, SL_STR("//")))
		return sl_err_set(err, SL_ERR_INVALID, "URL has no '//' after its scheme");
	r = parse_after_scheme(text, &u, err);
	if (r < 0)
		return r;
	*ret_url = u;
	u = (struct sl_url)SL_URL_INIT;
	return 0;
}

/* RFC 3986 section 5.2.4, on an absolute path: "." vanishes, ".." takes its parent along. */
static char *without_dot_segments(struct sl_str path)
{
	SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(4 * SL_URL_MAX);
	struct sl_str rest = path, segment;
	bool first = true, open = false;

	while (sl_str_split(&rest, '/', &segment)) {
		bool dot = sl_str_eq(segment, SL_STR("."));
		bool dots = sl_str_eq(segment, SL_STR(".."));

		if (first) {
			first = false;
			continue; /* what is before the leading slash: nothing */
		}
		open = dot || dots;
		if (dots) {
			ptrdiff_t slash = sl_str_rchr(sl_strbuf_str(&out), '/');

			sl_strbuf_truncate(&out, slash < 0 ? 0 : (size_t)slash);
		}
		if (open)
			continue;
		sl_strbuf_addc(&out, '/');
		sl_strbuf_adds(&out, segment);
	}
	if (open || !out.n)
		sl_strbuf_addc(&out, '/');
	return sl_strbuf_steal(&out);
}

/* Path and query of `reference`, which has no authority, against those of `base`. */
static void join_path(const struct sl_url *base, struct sl_str reference, struct sl_url *u)
{
	SL_AUTO(sl_strbuf) merged = SL_STRBUF_INIT(4 * SL_URL_MAX);
	struct sl_str base_path = sl_str(base->path);

	parse_path(reference, u);
	if (!reference.n || reference.p[0] == '?') {
		free(u->path);
		u->path = sl_xstrdup(base->path);
		if (!reference.n)
			u->query = sl_xstrdup(base->query);
		return;
	}
	if (reference.p[0] != '/')
		sl_strbuf_adds(&merged,
			       sl_str_sub(base_path, 0, (size_t)sl_str_rchr(base_path, '/') + 1));
	sl_strbuf_addz(&merged, u->path);
	free(u->path);
	u->path = without_dot_segments(sl_strbuf_str(&merged));
}

int sl_url_join(const struct sl_url *base, struct sl_str reference, struct sl_url *ret_url,
		struct sl_err *err)
{
	SL_AUTO(sl_url) u = SL_URL_INIT;
	struct sl_str rest, scheme;
	int r = check_bytes(reference, err);

	if (r < 0)
		return r;
	rest = reference = without_fragment(reference);
	if (cut_scheme(&rest, &scheme)) {
		r = sl_url_parse(reference, &u, err);
		if (r < 0)
			return r;
	} else if (sl_str_cut_prefix(&rest, SL_STR("//"))) {
		u.scheme = base->scheme;
		r = parse_after_scheme(rest, &u, err);
		if (r < 0)
			return r;
	} else {
		u.scheme = base->scheme;
		u.host = sl_xstrdup(base->host);
		u.port = base->port;
		u.ipv6 = base->ipv6;
		join_path(base, reference, &u);
	}
	if (!u.user && sl_url_same_origin(base, &u)) {
		u.user = sl_xstrdup(base->user);
		u.password = sl_xstrdup(base->password);
	}
	if (sl_str(u.path).n > SL_URL_MAX)
		return sl_err_set(err, SL_ERR_TOO_LARGE, "URL is longer than %d bytes", SL_URL_MAX);
	*ret_url = u;
	u = (struct sl_url)SL_URL_INIT;
	return 0;
}

void sl_url_format(const struct sl_url *u, struct sl_strbuf *out)
{
	sl_strbuf_addf(out, u->ipv6 ? "%s://[%s]" : "%s://%s", sl_url_scheme_name(u->scheme),
		       u->host);
	if (u->port != schemes[u->scheme].port)
		sl_strbuf_addf(out, ":%u", u->port);
	sl_strbuf_addz(out, u->path);
	if (u->query) {
		sl_strbuf_addc(out, '?');
		sl_strbuf_addz(out, u->query);
	}
}

char *sl_url_text(const struct sl_url *u)
{
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(8 * SL_URL_MAX);

	sl_url_format(u, &b);
	return sl_strbuf_steal(&b);
}

char *sl_url_redact(struct sl_str text)
{
	SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(2 * text.n + 16);
	ptrdiff_t mark;

	while ((mark = sl_str_find(text, SL_STR("://"))) >= 0) {
		size_t start = (size_t)mark + 3, end = start;
		struct sl_str authority;
		ptrdiff_t at;

		while (end < text.n && (unsigned char)text.p[end] > ' ' &&
		       !strchr("/?#\"'`<>", text.p[end]))
			end++;
		authority = sl_str_sub(text, start, end);
		at = sl_str_rchr(authority, '@');
		sl_strbuf_adds(&out, sl_str_sub(text, 0, start));
		if (at >= 0) {
			sl_strbuf_addz(&out, "***");
			authority = sl_str_sub(authority, (size_t)at, authority.n);
		}
		sl_strbuf_adds(&out, authority);
		text = sl_str_sub(text, end, text.n);
	}
	sl_strbuf_adds(&out, text);
	return sl_strbuf_steal(&out);
}

void sl_url_redact_err(struct sl_err *err)
{
	char *clean;

	if (!err || !err->message)
		return;
	clean = sl_url_redact(sl_str(err->message));
	free(err->message);
	err->message = clean;
}
