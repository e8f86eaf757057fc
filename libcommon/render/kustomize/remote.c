#include "libcommon/render/kustomize/remote.h"

#include <string.h>

#include "libcommon/base/ascii.h"
#include "libcommon/base/strbuf.h"
#include "libcommon/codec/duration.h"

static const char *const schemes[] = { "ssh://", "https://", "http://", "file://" };

static bool cut_prefix_ignoring_case(struct sl_str *s, const char *prefix)
{
	size_t n = strlen(prefix);

	if (s->n < n || !sl_str_ieq(sl_str_sub(*s, 0, n), sl_str(prefix)))
		return false;
	*s = sl_str_sub(*s, n, s->n);
	return true;
}

bool sl_kustomize_is_web(struct sl_str url)
{
	return cut_prefix_ignoring_case(&url, "https://") ||
	       cut_prefix_ignoring_case(&url, "http://");
}

/* "user@", or nothing. */
static struct sl_str cut_user(struct sl_str *s)
{
	size_t n = 0;

	if (s->n == 0 || !sl_is_alpha(s->p[0]))
		return SL_STR_NULL;
	while (n < s->n && (sl_is_alnum(s->p[n]) || s->p[n] == '-'))
		n++;
	if (n == s->n || s->p[n] != '@')
		return SL_STR_NULL;
	struct sl_str user = sl_str_sub(*s, 0, n + 1);

	*s = sl_str_sub(*s, n + 1, s->n);
	return user;
}

static bool is_github(struct sl_str s)
{
	return cut_prefix_ignoring_case(&s, "github.com/") ||
	       cut_prefix_ignoring_case(&s, "github.com:");
}

/* The first '/', or the ':' before it in the notation of scp. */
static ptrdiff_t host_end(struct sl_str s, bool scp)
{
	ptrdiff_t slash = sl_str_chr(s, '/'), colon = sl_str_chr(s, ':');

	if (scp && (slash < 0 || (colon > 0 && colon < slash)))
		return colon;
	return slash;
}

struct parts {
	struct sl_str scheme, user, host;
};

/* What git reaches the host by; `*rest` is left with the path. */
static int cut_host(struct sl_str *rest, struct parts *p, struct sl_err *err)
{
	for (size_t i = 0; i < SL_ARRAY_LEN(schemes) && p->scheme.n == 0; i++)
		if (cut_prefix_ignoring_case(rest, schemes[i]))
			p->scheme = sl_str(schemes[i]);
	struct sl_str whole = *rest;

	p->user = cut_user(rest);
	bool github = is_github(*rest);
	bool scp = p->scheme.n == 0 && (p->user.n > 0 || github);

	if (p->scheme.n == 0 && !scp)
		return sl_err_set(err, SL_ERR_INVALID, "failed to parse scheme");
	if (sl_str_eqz(p->scheme, "file://")) {
		/* An absolute path: no host, and no user either. */
		p->user = SL_STR_NULL;
		*rest = whole;
		return 0;
	}
	ptrdiff_t end = host_end(*rest, scp);

	p->host = end < 0 ? *rest : sl_str_sub(*rest, 0, (size_t)end + 1);
	*rest = end < 0 ? SL_STR_NULL : sl_str_sub(*rest, (size_t)end + 1, rest->n);
	if (github && (sl_str_eqz(p->scheme, "ssh://") || p->user.n > 0)) {
		p->scheme = SL_STR_NULL;
		p->host = SL_STR("github.com:");
	} else if (github) {
		p->scheme = SL_STR("https://");
		p->host = SL_STR("github.com/");
	}
	return p->host.n > 0 ? 0 : sl_err_set(err, SL_ERR_INVALID, "failed to parse host segment");
}

/* Up to the `count`th '/', and what follows it. False when there are fewer parts. */
static bool split_after(struct sl_str s, size_t count, struct sl_str *repo, struct sl_str *path)
{
	size_t at = 0;

	for (;; at++) {
		if (at < s.n && s.p[at] != '/')
			continue;
		if (--count == 0)
			break;
		if (at == s.n)
			return false;
	}
	*repo = sl_str_sub(s, 0, at);
	*path = at < s.n ? sl_str_sub(s, at + 1, s.n) : SL_STR_NULL;
	return true;
}

static bool split_path(struct sl_str s, bool is_file, struct sl_str *repo, struct sl_str *path)
{
	ptrdiff_t azure = sl_str_find(s, SL_STR("_git/")), slashes = sl_str_find(s, SL_STR("//"));
	ptrdiff_t suffix = sl_str_find(s, SL_STR(".git"));
	size_t from;

	if (azure >= 0) {
		struct sl_str name;

		from = (size_t)azure + 5;
		(void)split_after(sl_str_sub(s, from, s.n), 1, &name, path);
		*repo = sl_str_sub(s, 0, from + name.n);
	} else if (slashes >= 0) {
		*repo = sl_str_sub(s, 0, (size_t)slashes);
		*path = sl_str_sub(s, (size_t)slashes + 2, s.n);
	} else if (suffix >= 0) {
		*repo = sl_str_sub(s, 0, (size_t)suffix + 4);
		*path = sl_str_sub(s, (size_t)suffix + 4, s.n);
	} else if (is_file) {
		*repo = s;
		*path = SL_STR_NULL;
	} else if (!split_after(s, 2, repo, path)) {
		return false;
	}
	return repo->n > 0;
}

/* Whether the path, once ".." are resolved, begins with "..". */
static bool leaves(struct sl_str path)
{
	struct sl_str part;
	bool absolute;
	size_t depth = 0;

	(void)sl_str_cut_prefix(&path, SL_STR("/"));
	absolute = path.n > 0 && path.p[0] == '/';
	while (sl_str_split(&path, '/', &part)) {
		if (part.n == 0 || sl_str_eqz(part, "."))
			continue;
		if (!sl_str_eqz(part, ".."))
			depth++;
		else if (depth > 0)
			depth--;
		else if (!absolute)
			return true;
	}
	return false;
}

/* False when an escape is broken. */
static bool decode(struct sl_arena *a, struct sl_str s, struct sl_str *ret)
{
	char *out = sl_arena_alloc(a, s.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] != '%') {
			out[n++] = s.p[i] == '+' ? ' ' : s.p[i];
			continue;
		}
		int high = i + 2 < s.n ? sl_hex_value(s.p[i + 1]) : -1;
		int low = high >= 0 ? sl_hex_value(s.p[i + 2]) : -1;

		if (low < 0)
			return false;
		out[n++] = (char)(high * 16 + low);
		i += 2;
	}
	*ret = (struct sl_str){ out, n };
	return true;
}

struct query {
	struct sl_str ref, version, timeout, submodules;
};

/* The first value of each name counts. False when any of the query is broken: then none counts. */
static bool read_query(struct sl_arena *a, struct sl_str text, struct query *q)
{
	const struct {
		const char *name;
		struct sl_str *to;
	} fields[] = {
		{ "ref", &q->ref },
		{ "version", &q->version },
		{ "timeout", &q->timeout },
		{ "submodules", &q->submodules },
	};
	bool seen[SL_ARRAY_LEN(fields)] = { false };
	struct sl_str pair, key, value;

	while (sl_str_split(&text, '&', &pair)) {
		ptrdiff_t eq = sl_str_chr(pair, '=');

		if (sl_str_chr(pair, ';') >= 0 ||
		    !decode(a, eq < 0 ? pair : sl_str_sub(pair, 0, (size_t)eq), &key) ||
		    !decode(a, eq < 0 ? SL_STR_NULL : sl_str_sub(pair, (size_t)eq + 1, pair.n),
			    &value))
			return false;
		for (size_t i = 0; i < SL_ARRAY_LEN(fields); i++) {
			if (seen[i] || !sl_str_eqz(key, fields[i].name))
				continue;
			*fields[i].to = value;
			seen[i] = true;
		}
	}
	return true;
}

static int64_t read_timeout(struct sl_str s)
{
	int64_t n;

	(void)sl_str_cut_prefix(&s, SL_STR("+"));
	if (sl_str_to_i64(s, 1, INT64_MAX / 1000, &n))
		return n * 1000;
	if (sl_duration_parse_ms(s, &n, NULL) == 0 && n > 0)
		return n;
	return SL_KUSTOMIZE_GIT_TIMEOUT_MS;
}

/* What Go reads as false; anything else leaves the default. */
static bool is_false(struct sl_str s)
{
	static const char *const words[] = { "0", "f", "F", "false", "FALSE", "False" };

	for (size_t i = 0; i < SL_ARRAY_LEN(words); i++)
		if (sl_str_eqz(s, words[i]))
			return true;
	return false;
}

int sl_kustomize_repo_parse(struct sl_arena *a, struct sl_str url, struct sl_kustomize_repo *ret,
			    struct sl_err *err)
{
	struct sl_kustomize_repo r = { .timeout_ms = SL_KUSTOMIZE_GIT_TIMEOUT_MS };
	struct sl_str rest = url, repo = SL_STR_NULL;
	struct query q = { 0 };
	struct parts p = { 0 };

	if (url.n > SL_KUSTOMIZE_URL_MAX || (url.n > 0 && memchr(url.p, 0, url.n)))
		return sl_err_set(err, SL_ERR_INVALID, "uri is too long or holds a NUL");
	if (url.n > 0 && url.p[0] == '/')
		return sl_err_set(err, SL_ERR_INVALID, "uri looks like abs path: %.*s",
				  SL_STR_FMT(url));
	ptrdiff_t question = sl_str_chr(rest, '?');

	if (question >= 0) {
		rest = sl_str_sub(url, 0, (size_t)question);
		if (!read_query(a, sl_str_sub(url, (size_t)question + 1, url.n), &q))
			q = (struct query){ 0 };
	}
	r.forced = cut_prefix_ignoring_case(&rest, "git::");
	int rc = cut_host(&rest, &p, err);

	if (rc < 0)
		return rc;
	if (!split_path(rest, sl_str_eqz(p.scheme, "file://"), &repo, &r.path))
		return sl_err_set(err, SL_ERR_INVALID, "failed to parse repo path segment");
	if (leaves(r.path))
		return sl_err_set(err, SL_ERR_INVALID, "url path exits repo: %.*s",
				  SL_STR_FMT(rest));
	(void)sl_str_cut_prefix(&r.path, SL_STR("/"));
	r.path = sl_arena_str(a, r.path);
	r.clone = sl_str(sl_arena_printf(a, "%.*s%.*s%.*s%.*s", SL_STR_FMT(p.scheme),
					 SL_STR_FMT(p.user), SL_STR_FMT(p.host), SL_STR_FMT(repo)));
	r.ref = sl_arena_str(a, q.ref.n > 0 ? q.ref : q.version);
	if (q.timeout.n > 0)
		r.timeout_ms = read_timeout(q.timeout);
	r.submodules = !is_false(q.submodules);
	*ret = r;
	return 0;
}
