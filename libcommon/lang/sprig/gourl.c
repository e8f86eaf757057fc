#include "libcommon/lang/sprig/gourl.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <string.h>

#include "libcommon/base/ascii.h"
#include "libcommon/codec/goquote.h"

/* The parts, which differ in what may stand in them as it is. */
enum part { PATH, HOST, ZONE, USER, FRAGMENT };

static bool is_plain(unsigned char c, enum part part)
{
	static const char *const plain[] = {
		[PATH] = "$&+,/:;=@", [HOST] = "!$&'()*+,;=:[]<>\"", [ZONE] = "!$&'()*+,;=:[]<>\"",
		[USER] = "$&+,;=",    [FRAGMENT] = "$&+,/:;=?@!()*",
	};

	if (c < 0x80 && isalnum(c))
		return true;
	return c && (strchr("-_.~", c) || strchr(plain[part], c));
}

static void escape(struct sl_str s, enum part part, struct sl_strbuf *out)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (is_plain(c, part))
			sl_strbuf_addc(out, (char)c);
		else
			sl_strbuf_addf(out, "%%%02X", c);
	}
}

static int fail_quoted(struct sl_err *err, const char *before, struct sl_str what,
		       const char *after)
{
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(4 * SL_GOURL_MAX + 100);

	sl_strbuf_add_goquoted(&b, what);
	return sl_err_set(err, SL_ERR_INVALID, "%s%s%s", before, b.p, after);
}

/* The byte of "%XX" at `at`, or -1. */
static int hex_at(struct sl_str s, size_t at)
{
	uint64_t v;

	if (at + 2 >= s.n || !isxdigit((unsigned char)s.p[at + 1]) ||
	    !isxdigit((unsigned char)s.p[at + 2]) ||
	    !sl_hex_to_u64(sl_str_sub(s, at + 1, at + 3), 0xff, &v))
		return -1;
	return (int)v;
}

static int check_escapes(struct sl_str s, enum part part, struct sl_err *err)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		struct sl_str three = sl_str_sub(s, i, i + 3);
		int v;

		if (c != '%') {
			if ((part == HOST || part == ZONE) && c < 0x80 && !is_plain(c, part))
				return fail_quoted(err, "invalid character ",
						   sl_str_sub(s, i, i + 1), " in host name");
			continue;
		}
		v = hex_at(s, i);
		/* In a host only what is not ASCII is encoded, and a percent sign. */
		if (v < 0 || (part == HOST && v < 0x80 && v != '%') ||
		    (part == ZONE && v != '%' && v != ' ' && !is_plain((unsigned char)v, HOST)))
			return fail_quoted(err, "invalid URL escape ", three, "");
		i += 2;
	}
	return 0;
}

static int unescape(struct sl_arena *a, struct sl_str s, enum part part, struct sl_str *ret,
		    struct sl_err *err)
{
	int r = check_escapes(s, part, err);
	char *out;
	size_t n = 0;

	if (r < 0)
		return r;
	*ret = s;
	if (sl_str_chr(s, '%') < 0)
		return 0;
	out = sl_arena_alloc(a, s.n + 1);
	for (size_t i = 0; i < s.n; i++) {
		int v = s.p[i] == '%' ? hex_at(s, i) : -1;

		out[n++] = v < 0 ? s.p[i] : (char)v;
		i += v < 0 ? 0 : 2;
	}
	*ret = (struct sl_str){ out, n };
	return 0;
}

/* What is before the first `c`, and what is behind it. */
static struct sl_str cut(struct sl_str *rest, char c)
{
	ptrdiff_t at = sl_str_chr(*rest, c);
	struct sl_str before = *rest;

	if (at < 0) {
		*rest = SL_STR_NULL;
		return before;
	}
	before = sl_str_sub(*rest, 0, (size_t)at);
	*rest = sl_str_sub(*rest, (size_t)at + 1, rest->n);
	return before;
}

static int take_scheme(struct sl_arena *a, struct sl_str *rest, struct sl_str *ret,
		       struct sl_err *err)
{
	char *scheme;

	*ret = SL_STR_NULL;
	for (size_t i = 0; i < rest->n; i++) {
		char c = rest->p[i];

		if (sl_is_alpha(c))
			continue;
		if (i && c && (isdigit((unsigned char)c) || strchr("+-.", c)))
			continue;
		if (c != ':')
			return 0;
		if (!i)
			return sl_err_set(err, SL_ERR_INVALID, "missing protocol scheme");
		scheme = sl_arena_printf(a, "%.*s", (int)i, rest->p);
		for (size_t k = 0; k < i; k++)
			scheme[k] = (char)tolower((unsigned char)scheme[k]);
		*ret = (struct sl_str){ scheme, i };
		*rest = sl_str_sub(*rest, i + 1, rest->n);
		return 0;
	}
	return 0;
}

static bool is_port(struct sl_str s)
{
	if (s.n && s.p[0] != ':')
		return false;
	for (size_t i = 1; i < s.n; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	return true;
}

static int check_port(struct sl_str s, struct sl_err *err)
{
	return is_port(s) ? 0 : fail_quoted(err, "invalid port ", s, " after host");
}

/* Only IPv6 addresses stand in brackets, with or without a zone. */
static int check_address(struct sl_str s, struct sl_err *err)
{
	char text[INET6_ADDRSTRLEN + 1] = "";
	ptrdiff_t zone = sl_str_chr(s, '%');
	struct sl_str address = zone < 0 ? s : sl_str_sub(s, 0, (size_t)zone);
	unsigned char bytes[16];

	if (address.n && address.n < sizeof(text) && sl_str_chr(address, '\0') < 0)
		memcpy(text, address.p, address.n);
	if (zone < 0 && inet_pton(AF_INET, text, bytes) == 1)
		return sl_err_set(err, SL_ERR_INVALID, "invalid IP-literal");
	if (sl_str_chr(s, ':') < 0 && sl_str_chr(s, '.') < 0)
		return fail_quoted(err, "invalid host: ParseAddr(", s,
				   zone < 0 ? "): unable to parse IP" : "): missing IPv6 address");
	if (inet_pton(AF_INET6, text, bytes) != 1)
		return fail_quoted(err, "invalid host: ParseAddr(", s, "): unexpected character");
	if (zone >= 0 && (size_t)zone + 1 == s.n)
		return fail_quoted(err, "invalid host: ParseAddr(", s,
				   "): zone must be a non-empty string");
	return 0;
}

static int parse_bracketed(struct sl_arena *a, struct sl_str text, struct sl_str *ret,
			   struct sl_err *err)
{
	ptrdiff_t close = sl_str_rchr(text, ']'), zone;
	struct sl_str port, name, tail = SL_STR_NULL;
	int r;

	if (close < 0)
		return sl_err_set(err, SL_ERR_INVALID, "missing ']' in host");
	port = sl_str_sub(text, (size_t)close + 1, text.n);
	r = check_port(port, err);
	if (r < 0)
		return r;
	name = sl_str_sub(text, 1, (size_t)close);
	zone = sl_str_find(name, SL_STR("%25"));
	if (zone >= 0) {
		tail = sl_str_sub(name, (size_t)zone, name.n);
		name = sl_str_sub(name, 0, (size_t)zone);
	}
	r = unescape(a, name, HOST, &name, err);
	if (r == 0)
		r = unescape(a, tail, ZONE, &tail, err);
	if (r < 0)
		return r;
	name = sl_str(sl_arena_printf(a, "%.*s%.*s", SL_STR_FMT(name), SL_STR_FMT(tail)));
	r = check_address(name, err);
	if (r == 0)
		*ret = sl_str(sl_arena_printf(a, "[%.*s]%.*s", SL_STR_FMT(name), SL_STR_FMT(port)));
	return r;
}

static int parse_host(struct sl_arena *a, struct sl_str scheme, struct sl_str text,
		      struct sl_str *ret, struct sl_err *err)
{
	ptrdiff_t open = sl_str_rchr(text, '['), colon = sl_str_chr(text, ':');
	int r = 0;

	if (open > 0)
		return sl_err_set(err, SL_ERR_INVALID, "invalid IP-literal");
	if (open == 0)
		return parse_bracketed(a, text, ret, err);
	/* Lists of hosts with ports are let through, but not for the web. */
	if (!sl_str_eqz(scheme, "http") && !sl_str_eqz(scheme, "https"))
		colon = sl_str_rchr(text, ':');
	if (colon >= 0)
		r = check_port(sl_str_sub(text, (size_t)colon, text.n), err);
	return r < 0 ? r : unescape(a, text, HOST, ret, err);
}

static bool is_userinfo(struct sl_str s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (!(c < 0x80 && isalnum(c)) && (!c || !strchr("-._:~!$&'()*+,;=%@", c)))
			return false;
	}
	return true;
}

static int parse_authority(struct sl_arena *a, struct sl_str text, struct sl_gourl *u,
			   struct sl_err *err)
{
	ptrdiff_t at = sl_str_rchr(text, '@');
	struct sl_str user = at < 0 ? SL_STR_NULL : sl_str_sub(text, 0, (size_t)at);
	int r = parse_host(a, u->scheme, sl_str_sub(text, (size_t)(at + 1), text.n), &u->host, err);

	if (r < 0 || at < 0)
		return r;
	if (!is_userinfo(user))
		return sl_err_set(err, SL_ERR_INVALID, "net/url: invalid userinfo");
	u->has_user = true;
	u->has_password = sl_str_chr(user, ':') >= 0;
	r = unescape(a, cut(&user, ':'), USER, &u->user, err);
	return r < 0 ? r : unescape(a, user, USER, &u->password, err);
}

static bool has_control(struct sl_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < ' ' || s.p[i] == 0x7f)
			return true;
	return false;
}

static int parse(struct sl_arena *a, struct sl_str text, struct sl_gourl *u, struct sl_err *err)
{
	struct sl_str rest = text, authority;
	int r;

	if (has_control(text))
		return sl_err_set(err, SL_ERR_INVALID, "net/url: invalid control character in URL");
	if (sl_str_eqz(text, "*")) {
		u->path = text;
		return 0;
	}
	r = take_scheme(a, &rest, &u->scheme, err);
	if (r < 0)
		return r;
	u->query = rest;
	rest = cut(&u->query, '?');
	if (!sl_str_starts(rest, SL_STR("/"))) {
		struct sl_str segments = rest;

		if (u->scheme.n) {
			u->opaque = rest;
			return 0;
		}
		if (sl_str_chr(cut(&segments, '/'), ':') >= 0)
			return sl_err_set(err, SL_ERR_INVALID,
					  "first path segment in URL cannot contain colon");
	}
	if ((u->scheme.n || !sl_str_starts(rest, SL_STR("///"))) &&
	    sl_str_cut_prefix(&rest, SL_STR("//"))) {
		ptrdiff_t slash = sl_str_chr(rest, '/');

		authority = slash < 0 ? rest : sl_str_sub(rest, 0, (size_t)slash);
		rest = sl_str_sub(rest, authority.n, rest.n);
		r = parse_authority(a, authority, u, err);
	}
	return r < 0 ? r : unescape(a, rest, PATH, &u->path, err);
}

static int fail_parse(struct sl_str text, const struct sl_err *why, struct sl_err *err)
{
	SL_AUTO_FREE char *after = sl_xasprintf(": %s", why->message);

	return fail_quoted(err, "parse ", text, after);
}

int sl_gourl_parse(struct sl_arena *a, struct sl_str text, struct sl_gourl *ret, struct sl_err *err)
{
	SL_AUTO(sl_err) why = SL_ERR_INIT;
	struct sl_gourl u = { .has_user = false };
	struct sl_str fragment = text, before;

	if (text.n > SL_GOURL_MAX)
		return sl_err_set(err, SL_ERR_TOO_LARGE, "a URL is longer than %zu bytes",
				  SL_GOURL_MAX);
	before = cut(&fragment, '#');
	if (parse(a, before, &u, &why) < 0)
		return fail_parse(before, &why, err);
	if (unescape(a, fragment, FRAGMENT, &u.fragment, &why) < 0)
		return fail_parse(text, &why, err);
	*ret = u;
	return 0;
}

struct sl_str sl_gourl_hostname(const struct sl_gourl *u)
{
	ptrdiff_t colon = sl_str_rchr(u->host, ':');
	struct sl_str host = u->host;

	if (colon >= 0 && is_port(sl_str_sub(host, (size_t)colon, host.n)))
		host = sl_str_sub(host, 0, (size_t)colon);
	if (sl_str_starts(host, SL_STR("[")) && sl_str_ends(host, SL_STR("]")) && host.n > 1)
		host = sl_str_sub(host, 1, host.n - 1);
	return host;
}

void sl_gourl_userinfo(const struct sl_gourl *u, struct sl_strbuf *out)
{
	escape(u->user, USER, out);
	if (!u->has_password)
		return;
	sl_strbuf_addc(out, ':');
	escape(u->password, USER, out);
}

static void format_authority(const struct sl_gourl *u, struct sl_strbuf *out)
{
	if (!u->scheme.n && !u->host.n && !u->has_user)
		return;
	if (u->host.n || u->path.n || u->has_user)
		sl_strbuf_addz(out, "//");
	if (u->has_user) {
		sl_gourl_userinfo(u, out);
		sl_strbuf_addc(out, '@');
	}
	escape(u->host, HOST, out);
}

static void format_path(const struct sl_gourl *u, size_t start, struct sl_strbuf *out)
{
	struct sl_str segments = u->path;

	if (u->path.n && u->path.p[0] != '/' && u->host.n)
		sl_strbuf_addc(out, '/');
	/* Or else it would be taken for a scheme. */
	if (out->n == start && sl_str_chr(cut(&segments, '/'), ':') >= 0)
		sl_strbuf_addz(out, "./");
	if (sl_str_eqz(u->path, "*"))
		sl_strbuf_addc(out, '*');
	else
		escape(u->path, PATH, out);
}

void sl_gourl_format(const struct sl_gourl *u, struct sl_strbuf *out)
{
	size_t start = out->n;

	if (u->scheme.n) {
		sl_strbuf_adds(out, u->scheme);
		sl_strbuf_addc(out, ':');
	}
	if (u->opaque.n) {
		sl_strbuf_adds(out, u->opaque);
	} else {
		format_authority(u, out);
		format_path(u, start, out);
	}
	if (u->query.n) {
		sl_strbuf_addc(out, '?');
		sl_strbuf_adds(out, u->query);
	}
	if (u->fragment.n) {
		sl_strbuf_addc(out, '#');
		escape(u->fragment, FRAGMENT, out);
	}
}
