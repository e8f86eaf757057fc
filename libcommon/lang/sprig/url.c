/* urlParse, urlJoin, and functions of paths. */
#include "libcommon/lang/sprig/define.h"
#include "libcommon/lang/sprig/gourl.h"
#include "libcommon/lang/sprig/sprig.h"

static void set(struct sl_go_call *call, struct sl_go_map *m, const char *key, struct sl_str s)
{
	sl_go_map_set(call->a, m, sl_str(key), sl_goval_str(sl_arena_str(call->a, s)));
}

SL_SPRIG_FN(url_parse)
{
	SL_AUTO(sl_strbuf) user = SL_STRBUF_INIT(4 * SL_GOURL_MAX);
	struct sl_go_map *m = sl_go_map_new(call->a);
	struct sl_gourl u;
	int r = sl_gourl_parse(call->a, args[0].s, &u, err);

	if (r < 0) {
		sl_err_wrap(err, "unable to parse url");
		return r;
	}
	sl_gourl_userinfo(&u, &user);
	set(call, m, "fragment", u.fragment);
	set(call, m, "host", u.host);
	set(call, m, "hostname", sl_gourl_hostname(&u));
	set(call, m, "opaque", u.opaque);
	set(call, m, "path", u.path);
	set(call, m, "query", u.query);
	set(call, m, "scheme", u.scheme);
	set(call, m, "userinfo", sl_strbuf_str(&user));
	*ret = sl_goval_map(m);
	return 0;
}

/* A member of the map, empty when it is not there. */
static int get(const struct sl_go_map *m, const char *key, struct sl_str *ret, struct sl_err *err)
{
	const struct sl_goval *v = sl_go_map_get(m, sl_str(key));

	*ret = SL_STR_NULL;
	if (!v)
		return 0;
	if (sl_goval_kind(*v) == SL_GO_INVALID || sl_goval_kind(*v) == SL_GO_INTERFACE)
		return sl_err_set(
			err, SL_ERR_INVALID,
			"runtime error: invalid memory address or nil pointer dereference");
	if (sl_goval_kind(*v) != SL_GO_STRING)
		return sl_err_set(err, SL_ERR_INVALID,
				  "unable to parse %s key, must be of type string, but %s found",
				  key, sl_go_kind_name(sl_goval_kind(*v)));
	*ret = v->s;
	return 0;
}

static int read_user(struct sl_go_call *call, struct sl_str user, struct sl_gourl *u,
		     struct sl_err *err)
{
	struct sl_gourl with;
	const char *text;
	int r;

	if (!user.n)
		return 0;
	text = sl_arena_printf(call->a, "proto://%.*s@host", SL_STR_FMT(user));
	r = sl_gourl_parse(call->a, sl_str(text), &with, err);
	if (r < 0) {
		sl_err_wrap(err, "unable to parse userinfo in dict");
		return r;
	}
	u->has_user = with.has_user;
	u->has_password = with.has_password;
	u->user = with.user;
	u->password = with.password;
	return 0;
}

SL_SPRIG_FN(url_join)
{
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(SL_SPRIG_TEXT_MAX);
	struct sl_gourl u = { .has_user = false };
	struct sl_str user;
	const struct {
		const char *key;
		struct sl_str *to;
	} members[] = {
		{ "scheme", &u.scheme }, { "host", &u.host },	  { "path", &u.path },
		{ "query", &u.query },	 { "opaque", &u.opaque }, { "fragment", &u.fragment },
		{ "userinfo", &user },
	};
	int r = 0;

	for (size_t i = 0; i < SL_ARRAY_LEN(members) && r == 0; i++)
		r = get(args[0].map, members[i].key, members[i].to, err);
	if (r == 0)
		r = read_user(call, user, &u, err);
	if (r < 0)
		return r;
	sl_gourl_format(&u, &b);
	r = sl_strbuf_check(&b, "a URL", err);
	if (r == 0)
		*ret = sl_goval_str(sl_arena_str(call->a, sl_strbuf_str(&b)));
	return r;
}

/* ---- paths ---- */

/* Go's path.Clean: without empty and "." elements, ".." resolved as far as it goes. */
static struct sl_str clean_path(struct sl_arena *a, struct sl_str s)
{
	bool rooted = s.n && s.p[0] == '/';
	char *out = sl_arena_alloc(a, s.n + 2);
	struct sl_str rest = s, part;
	/* Behind the root, and behind the ".." that lead out. */
	size_t n = rooted, floor = rooted;

	if (rooted)
		out[0] = '/';
	while (sl_str_split(&rest, '/', &part)) {
		if (!part.n || sl_str_eqz(part, "."))
			continue;
		if (sl_str_eqz(part, "..") && n > floor) {
			while (n > floor && out[--n] != '/')
				;
			continue;
		}
		if (sl_str_eqz(part, "..") && rooted)
			continue;
		if (n > rooted)
			out[n++] = '/';
		for (size_t i = 0; i < part.n; i++)
			out[n++] = part.p[i];
		if (sl_str_eqz(part, ".."))
			floor = n;
	}
	if (!n)
		out[n++] = '.';
	return (struct sl_str){ out, n };
}

SL_SPRIG_FN(path_clean)
{
	*ret = sl_goval_str(clean_path(call->a, args[0].s));
	return 0;
}

SL_SPRIG_FN(path_dir)
{
	ptrdiff_t slash = sl_str_rchr(args[0].s, '/');

	*ret = sl_goval_str(clean_path(call->a, sl_str_sub(args[0].s, 0, (size_t)(slash + 1))));
	return 0;
}

SL_SPRIG_FN(path_base)
{
	struct sl_str s = args[0].s;

	while (sl_str_cut_suffix(&s, SL_STR("/")))
		;
	if (!args[0].s.n)
		s = SL_STR(".");
	else if (!s.n)
		s = SL_STR("/");
	else
		s = sl_str_sub(s, (size_t)(sl_str_rchr(s, '/') + 1), s.n);
	*ret = sl_goval_str(s);
	return 0;
}

SL_SPRIG_FN(path_ext)
{
	struct sl_str s = args[0].s;
	ptrdiff_t slash = sl_str_rchr(s, '/'), dot = sl_str_rchr(s, '.');

	*ret = sl_goval_str(dot > slash ? sl_str_sub(s, (size_t)dot, s.n) : SL_STR_NULL);
	return 0;
}

SL_SPRIG_FN(path_is_abs)
{
	*ret = sl_goval_bool(sl_str_starts(args[0].s, SL_STR("/")));
	return 0;
}

static const struct sl_go_func funcs[] = {
	{ "base", path_base, { &sl_go_string }, 1, false },
	{ "clean", path_clean, { &sl_go_string }, 1, false },
	{ "dir", path_dir, { &sl_go_string }, 1, false },
	{ "ext", path_ext, { &sl_go_string }, 1, false },
	{ "isAbs", path_is_abs, { &sl_go_string }, 1, false },
	{ "osBase", path_base, { &sl_go_string }, 1, false },
	{ "osClean", path_clean, { &sl_go_string }, 1, false },
	{ "osDir", path_dir, { &sl_go_string }, 1, false },
	{ "osExt", path_ext, { &sl_go_string }, 1, false },
	{ "osIsAbs", path_is_abs, { &sl_go_string }, 1, false },
	{ "urlJoin", url_join, { &sl_go_map }, 1, false },
	{ "urlParse", url_parse, { &sl_go_string }, 1, false },
};
const struct sl_sprig_table sl_sprig_url = SL_SPRIG_TABLE(funcs);
