#include <string.h>

#include "libcommon/base/ascii.h"
#include "libcommon/codec/goquote.h"
#include "libcommon/lang/jsonschema/priv.h"

/* A URL without its fragment, taken apart. */
struct parts {
	struct sl_str scheme, authority, path, query;
	bool has_authority, has_query, opaque;
};

/* The length of "scheme", before its colon; 0 without; -1 when the colon comes first. */
static ptrdiff_t scheme_length(struct sl_str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (c == ':')
			return i == 0 ? -1 : (ptrdiff_t)i;
		if (!sl_is_alpha(c) && (i == 0 || (!sl_is_digit(c) && !strchr("+-.", c))))
			return 0;
	}
	return 0;
}

static void split_at(struct sl_str s, char c, struct sl_str *ret_before, struct sl_str *ret_rest)
{
	ptrdiff_t at = sl_str_chr(s, c);

	*ret_before = at < 0 ? s : sl_str_sub(s, 0, (size_t)at);
	*ret_rest = at < 0 ? SL_STR_NULL : sl_str_sub(s, (size_t)at, s.n);
}

static struct parts take_apart(struct sl_str s)
{
	struct parts p = { .has_query = false };
	ptrdiff_t n = scheme_length(s);

	if (n > 0) {
		p.scheme = sl_str_sub(s, 0, (size_t)n);
		s = sl_str_sub(s, (size_t)n + 1, s.n);
	}
	split_at(s, '?', &s, &p.query);
	p.has_query = sl_str_cut_prefix(&p.query, SL_STR("?"));
	p.opaque = n > 0 && !sl_str_starts(s, SL_STR("/"));
	if (sl_str_cut_prefix(&s, SL_STR("//"))) {
		p.has_authority = true;
		split_at(s, '/', &p.authority, &s);
	}
	p.path = s;
	return p;
}

void sl_js_url_split(struct sl_str s, struct sl_str *ret_url, struct sl_str *ret_fragment)
{
	split_at(s, '#', ret_url, ret_fragment);
	sl_str_cut_prefix(ret_fragment, SL_STR("#"));
}

bool sl_js_url_is_absolute(struct sl_str s)
{
	return scheme_length(s) > 0;
}

struct sl_str sl_js_url_host(struct sl_str s)
{
	struct parts p;
	struct sl_str unused;

	sl_js_url_split(s, &s, &unused);
	p = take_apart(s);
	ptrdiff_t at = sl_str_rchr(p.authority, '@');

	return at < 0 ? p.authority : sl_str_sub(p.authority, (size_t)at + 1, p.authority.n);
}

struct sl_str sl_js_url_path(struct sl_str s)
{
	struct sl_str unused;

	sl_js_url_split(s, &s, &unused);
	return take_apart(s).path;
}

/* ---- what url.Parse refuses ---- */

static bool fail(struct sl_strbuf *out, const char *text)
{
	sl_strbuf_addz(out, text);
	return false;
}

static bool fail_quoted(struct sl_strbuf *out, const char *before, struct sl_str s,
			const char *after)
{
	sl_strbuf_addz(out, before);
	sl_strbuf_add_goquoted(out, s);
	sl_strbuf_addz(out, after);
	return false;
}

static bool check_escapes(struct sl_str s, struct sl_strbuf *out)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == '%' &&
		    (i + 2 >= s.n || !sl_is_hex(s.p[i + 1]) || !sl_is_hex(s.p[i + 2])))
			return fail_quoted(out, "invalid URL escape ", sl_str_sub(s, i, i + 3), "");
	return true;
}

/* ":8080", ":" or nothing. */
static bool is_port(struct sl_str s)
{
	if (s.n == 0)
		return true;
	for (size_t i = 1; i < s.n; i++)
		if (!sl_is_digit(s.p[i]))
			return false;
	return s.p[0] == ':';
}

static bool check_host_letters(struct sl_str s, struct sl_strbuf *out)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c < 0x80 && !sl_is_alnum((char)c) && !strchr("-_.~!$&'()*+,;=:[]<>\"%", c))
			return fail_quoted(out, "invalid character ", sl_str_sub(s, i, i + 1),
					   " in host name");
	}
	return check_escapes(s, out);
}

static bool check_bracketed_host(struct sl_str host, struct sl_strbuf *out)
{
	ptrdiff_t end = sl_str_rchr(host, ']');
	SL_AUTO(sl_strbuf) why = SL_STRBUF_INIT(1 << 20);
	struct sl_str port, address, zone;

	if (end < 0)
		return fail(out, "missing ']' in host");
	port = sl_str_sub(host, (size_t)end + 1, host.n);
	if (!is_port(port))
		return fail_quoted(out, "invalid port ", port, " after host");
	split_at(sl_str_sub(host, 1, (size_t)end), '%', &address, &zone);
	if (!check_host_letters(address, out))
		return false;
	if (sl_js_is_ip(address, &why))
		return true;
	sl_strbuf_addf(out, "invalid host: %s", why.p);
	return false;
}

static bool check_host(struct sl_str host, struct sl_strbuf *out)
{
	ptrdiff_t colon = sl_str_chr(host, ':');
	struct sl_str port = colon < 0 ? SL_STR_NULL : sl_str_sub(host, (size_t)colon, host.n);

	if (sl_str_starts(host, SL_STR("[")))
		return check_bracketed_host(host, out);
	if (!is_port(port))
		return fail_quoted(out, "invalid port ", port, " after host");
	return check_host_letters(host, out);
}

static bool check_userinfo(struct sl_str s, struct sl_strbuf *out)
{
	for (size_t i = 0; i < s.n; i++)
		if (!sl_is_alnum(s.p[i]) && (!s.p[i] || !strchr("-._:~!$&'()*+,;=%@", s.p[i])))
			return fail(out, "net/url: invalid userinfo");
	return check_escapes(s, out);
}

static bool check_parts(const struct parts *p, struct sl_strbuf *out)
{
	ptrdiff_t at = sl_str_rchr(p->authority, '@');
	struct sl_str host = p->authority, segment, rest;

	if (p->opaque)
		return true;
	split_at(p->path, '/', &segment, &rest);
	if (!p->has_authority && p->scheme.n == 0 && sl_str_chr(segment, ':') >= 0)
		return fail(out, "first path segment in URL cannot contain colon");
	if (at >= 0)
		host = sl_str_sub(host, (size_t)at + 1, host.n);
	if (!check_host(host, out))
		return false;
	if (at >= 0 && !check_userinfo(sl_str_sub(p->authority, 0, (size_t)at), out))
		return false;
	return check_escapes(p->path, out);
}

static bool has_control(struct sl_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < ' ' || s.p[i] == 0x7f)
			return true;
	return false;
}

bool sl_js_url_check(struct sl_str s, struct sl_strbuf *out)
{
	SL_AUTO(sl_strbuf) why = SL_STRBUF_INIT(1 << 20);
	struct sl_str url, fragment, shown;
	bool ok;

	sl_js_url_split(s, &url, &fragment);
	shown = url;
	if (has_control(url))
		ok = fail(&why, "net/url: invalid control character in URL");
	else if (scheme_length(url) < 0)
		ok = fail(&why, "missing protocol scheme");
	else {
		struct parts p = take_apart(url);

		ok = check_parts(&p, &why);
	}
	if (ok) {
		shown = s;
		ok = check_escapes(fragment, &why);
	}
	if (ok)
		return true;
	sl_strbuf_addz(out, "parse ");
	sl_strbuf_add_goquoted(out, shown);
	sl_strbuf_addf(out, ": %s", why.p);
	return false;
}

/* ---- joining: RFC 3986, section 5.2 ---- */

static void add_without_dots(struct sl_str path, struct sl_strbuf *out)
{
	size_t start = out->n;
	struct sl_str segment, rest = path;
	bool slash = sl_str_cut_prefix(&rest, SL_STR("/")), dir = false;

	if (path.n == 0)
		return;
	if (slash)
		sl_strbuf_addc(out, '/');
	size_t root = out->n;

	while (sl_str_split(&rest, '/', &segment)) {
		dir = sl_str_eqz(segment, ".") || sl_str_eqz(segment, "..");
		if (sl_str_eqz(segment, "..")) {
			while (out->n > root && out->p[out->n - 1] != '/')
				sl_strbuf_truncate(out, out->n - 1);
			if (out->n > root)
				sl_strbuf_truncate(out, out->n - 1);
		}
		if (dir)
			continue;
		if (out->n > root || (out->n == root && root > start && out->p[out->n - 1] != '/'))
			sl_strbuf_addc(out, '/');
		sl_strbuf_adds(out, segment);
	}
	if (dir && out->n > root)
		sl_strbuf_addc(out, '/');
}

struct sl_str sl_js_url_join(struct sl_arena *a, struct sl_str base, struct sl_str reference)
{
	SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(1 << 20);
	struct parts b = take_apart(base), r = take_apart(reference);

	if (r.scheme.n > 0 || b.opaque)
		return reference.n > 0 ? reference : base;
	sl_strbuf_adds(&out, b.scheme);
	sl_strbuf_addc(&out, ':');
	if (r.has_authority || b.has_authority) {
		sl_strbuf_addz(&out, "//");
		sl_strbuf_adds(&out, r.has_authority ? r.authority : b.authority);
	}
	if (r.has_authority || sl_str_starts(r.path, SL_STR("/"))) {
		add_without_dots(r.path, &out);
	} else if (r.path.n == 0) {
		sl_strbuf_adds(&out, b.path);
		if (!r.has_query) {
			r.query = b.query;
			r.has_query = b.has_query;
		}
	} else {
		ptrdiff_t slash = sl_str_rchr(b.path, '/');
		struct sl_str dir =
			slash < 0 ? SL_STR("/") : sl_str_sub(b.path, 0, (size_t)slash + 1);
		struct sl_str path =
			sl_js_format(a, "%.*s%.*s", SL_STR_FMT(dir), SL_STR_FMT(r.path));

		add_without_dots(path, &out);
	}
	if (r.has_query) {
		sl_strbuf_addc(&out, '?');
		sl_strbuf_adds(&out, r.query);
	}
	return sl_arena_str(a, sl_strbuf_str(&out));
}

/* ---- percent signs ---- */

bool sl_js_url_decode(struct sl_arena *a, struct sl_str s, struct sl_str *ret)
{
	char *text = sl_arena_alloc(a, s.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++) {
		uint64_t byte = (unsigned char)s.p[i];

		if (s.p[i] == '%') {
			struct sl_str hex = sl_str_sub(s, i + 1, i + 3);

			if (hex.n < 2 || !sl_is_hex(hex.p[0]) || !sl_is_hex(hex.p[1]) ||
			    !sl_hex_to_u64(hex, 255, &byte))
				return false;
			i += 2;
		}
		text[n++] = (char)byte;
	}
	*ret = (struct sl_str){ text, n };
	return true;
}

struct sl_str sl_js_url_encode(struct sl_arena *a, struct sl_str s)
{
	SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(64 << 20);

	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (sl_is_alnum(c) || (c && strchr("-_.~$&+=:@/", c)))
			sl_strbuf_addc(&out, c);
		else
			sl_strbuf_addf(&out, "%%%02X", (unsigned char)c);
	}
	return sl_arena_str(a, sl_strbuf_str(&out));
}
