#include "libcommon/codec/semver_range.h"

#include <stdlib.h>
#include <string.h>

#include "libcommon/base/strbuf.h"
#include "libcommon/codec/goquote.h"

/* "1 - 2" grows by 8 bytes when it is rewritten, and takes 5 at least. */
#define REWRITTEN_MAX (SL_SEMVER_RANGE_TEXT_MAX * 3)

struct comparison;
typedef bool (*check_fn)(const struct sl_semver *v, const struct comparison *c);

/* One operator and its version. "1.x" is {1.0.0, dirty, minor_dirty}, "x" is {0.0.0, dirty}. */
struct comparison {
	check_fn check;
	struct sl_semver version;
	bool dirty; /* some part is a wildcard or missing: */
	bool minor_dirty;
	bool patch_dirty;
	bool starts_group; /* the first of its AND group */
	bool allows_pre;   /* its group names a pre-release */
};

struct sl_semver_range {
	char *text; /* rewritten; the versions point into it */
	struct comparison *items;
	size_t n, cap;
};

/* The pieces of a version with wildcards, as found in the text. */
struct loose {
	struct sl_str all;
	struct sl_str parts[3]; /* without dots, empty when missing */
	struct sl_str pre;	/* with its dash, or empty */
};

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r' && c != '\v');
}

/* '|' is a slip in the original's pattern; such a version is refused a step later. */
static bool is_part_char(char c)
{
	return (c >= '0' && c <= '9') || c == 'x' || c == 'X' || c == '*' || c == '|';
}

static bool is_identifier_char(char c)
{
	return (c >= '0' && c <= '9') || c == '-' || (c >= 'a' && c <= 'z') ||
	       (c >= 'A' && c <= 'Z');
}

static size_t run_of(struct sl_str s, size_t at, bool (*is)(char))
{
	size_t n = at;

	while (n < s.n && is(s.p[n]))
		n++;
	return n - at;
}

static size_t skip_space(struct sl_str s, size_t at)
{
	return at + run_of(s, at, is_space);
}

/* End of `mark` and dot-separated identifiers at `at`, or `at` when they are not there. */
static size_t skip_identifiers(struct sl_str s, size_t at, char mark)
{
	size_t end = at, next = at;

	if (at >= s.n || s.p[at] != mark)
		return at;
	do {
		size_t n = run_of(s, next + 1, is_identifier_char);

		if (!n)
			break;
		end = next = next + 1 + n;
	} while (next < s.n && s.p[next] == '.');
	return end;
}

/* Read a loose version at `at`, as much as there is; returns its end, or `at` when none is there. */
static size_t scan_version(struct sl_str s, size_t at, struct loose *ret)
{
	size_t pos = at + (at < s.n && s.p[at] == 'v'), end;
	size_t n = run_of(s, pos, is_part_char);

	*ret = (struct loose){ 0 };
	if (!n)
		return at;
	ret->parts[0] = sl_str_sub(s, pos, pos + n);
	pos += n;
	for (size_t i = 1; i < 3 && pos < s.n && s.p[pos] == '.'; i++) {
		n = run_of(s, pos + 1, is_part_char);
		if (!n)
			break;
		ret->parts[i] = sl_str_sub(s, pos + 1, pos + 1 + n);
		pos += 1 + n;
	}
	end = skip_identifiers(s, pos, '-');
	ret->pre = sl_str_sub(s, pos, end);
	end = skip_identifiers(s, end, '+');
	ret->all = sl_str_sub(s, at, end);
	return end;
}

/* Match "a - b" with the white space around it at `at`; returns its end, or `at`. */
static size_t scan_hyphen(struct sl_str s, size_t at, struct loose *ret_a, struct loose *ret_b)
{
	size_t start = skip_space(s, at), pos = scan_version(s, start, ret_a), next;

	if (pos == start)
		return at;
	next = skip_space(s, pos);
	if (next == pos || next == s.n || s.p[next] != '-')
		return at;
	pos = next + 1;
	next = skip_space(s, pos);
	if (next == pos)
		return at;
	pos = scan_version(s, next, ret_b);
	return pos == next ? at : skip_space(s, pos);
}

/* Replace the first `from` in `b`, which is there, by `to`. */
static void replace_first(struct sl_strbuf *b, struct sl_str from, struct sl_str to)
{
	SL_AUTO(sl_strbuf) old = SL_STRBUF_INIT(REWRITTEN_MAX);
	ptrdiff_t at;

	sl_strbuf_adds(&old, sl_strbuf_str(b));
	at = sl_str_find(sl_strbuf_str(&old), from);
	if (at < 0)
		return;
	sl_strbuf_truncate(b, (size_t)at);
	sl_strbuf_adds(b, to);
	sl_strbuf_add(b, old.p + at + from.n, old.n - (size_t)at - from.n);
}

static void rewrite_hyphens(struct sl_str text, struct sl_strbuf *ret)
{
	struct loose a, b;

	sl_strbuf_adds(ret, text);
	for (size_t at = 0; at < text.n;) {
		size_t end = scan_hyphen(text, at, &a, &b);
		SL_AUTO(sl_strbuf) new = SL_STRBUF_INIT(REWRITTEN_MAX);

		if (end == at) {
			at++;
			continue;
		}
		sl_strbuf_addf(&new, ">= %.*s, <= %.*s ", SL_STR_FMT(a.all), SL_STR_FMT(b.all));
		replace_first(ret, sl_str_sub(text, at, end), sl_strbuf_str(&new));
		at = end;
	}
}

static bool is_wildcard(struct sl_str part)
{
	return !part.n ||
	       (part.n == 1 && (part.p[0] == 'x' || part.p[0] == 'X' || part.p[0] == '*'));
}

static bool is_number(struct sl_str part, uint64_t *ret)
{
	return sl_str_to_u64(part, UINT64_MAX, ret);
}

/* Version and wildcards of `l`. Parts behind the first wildcard, and its metadata, do not count. */
static bool resolve(const struct loose *l, struct comparison *c)
{
	struct sl_semver *v = &c->version;
	size_t length = l->pre.n;

	if (is_wildcard(l->parts[0])) {
		c->dirty = true;
		length += strlen("0.0.0");
	} else if (is_wildcard(l->parts[1])) {
		c->dirty = c->minor_dirty = true;
		length += l->parts[0].n + strlen(".0.0");
		if (!is_number(l->parts[0], &v->major))
			return false;
	} else if (is_wildcard(l->parts[2])) {
		c->dirty = c->patch_dirty = true;
		length += l->parts[0].n + 1 + l->parts[1].n + strlen(".0");
		if (!is_number(l->parts[0], &v->major) || !is_number(l->parts[1], &v->minor))
			return false;
	} else {
		return !sl_semver_parse(l->all, v, NULL);
	}
	/* The original parses "<numbers><pre>" with the rules, and the limit, of a version. */
	if (l->pre.n) {
		SL_AUTO_FREE char *text = sl_xasprintf("0%.*s", SL_STR_FMT(l->pre));
		struct sl_semver probe;

		if (sl_semver_parse(sl_str(text), &probe, NULL) < 0)
			return false;
		v->pre = sl_str_sub(l->pre, 1, l->pre.n);
	}
	return length <= SL_SEMVER_TEXT_MAX;
}

static bool not_equal(const struct sl_semver *v, const struct comparison *c)
{
	const struct sl_semver *w = &c->version;

	if (!c->dirty)
		return sl_semver_cmp(v, w) != 0;
	if (v->major != w->major)
		return true;
	if (c->minor_dirty)
		return false;
	if (v->minor != w->minor)
		return true;
	if (c->patch_dirty)
		return (v->pre.n || w->pre.n) && sl_semver_cmp_pre(v->pre, w->pre) != 0;
	return v->patch != w->patch || sl_semver_cmp(v, w) != 0;
}

static bool greater(const struct sl_semver *v, const struct comparison *c)
{
	const struct sl_semver *w = &c->version;

	if (!c->dirty || v->major != w->major)
		return c->dirty ? v->major > w->major : sl_semver_cmp(v, w) > 0;
	if (c->minor_dirty)
		return false;
	if (c->patch_dirty)
		return v->minor > w->minor;
	return sl_semver_cmp(v, w) > 0;
}

static bool less(const struct sl_semver *v, const struct comparison *c)
{
	return sl_semver_cmp(v, &c->version) < 0;
}

static bool greater_equal(const struct sl_semver *v, const struct comparison *c)
{
	return sl_semver_cmp(v, &c->version) >= 0;
}

static bool less_equal(const struct sl_semver *v, const struct comparison *c)
{
	const struct sl_semver *w = &c->version;

	if (!c->dirty)
		return sl_semver_cmp(v, w) <= 0;
	if (v->major != w->major)
		return v->major < w->major;
	return v->minor <= w->minor || c->minor_dirty;
}

static bool tilde(const struct sl_semver *v, const struct comparison *c)
{
	const struct sl_semver *w = &c->version;

	if (sl_semver_cmp(v, w) < 0)
		return false;
	/* "~0.0.0" and "*" take everything. */
	if (!w->major && !w->minor && !w->patch && !c->minor_dirty && !c->patch_dirty)
		return true;
	return v->major == w->major && (v->minor == w->minor || c->minor_dirty);
}

static bool equal(const struct sl_semver *v, const struct comparison *c)
{
	return c->dirty ? tilde(v, c) : !sl_semver_cmp(v, &c->version);
}

static bool caret(const struct sl_semver *v, const struct comparison *c)
{
	const struct sl_semver *w = &c->version;

	if (sl_semver_cmp(v, w) < 0 || v->major != w->major)
		return false;
	if (w->major || c->minor_dirty)
		return true;
	if (w->minor || c->patch_dirty)
		return v->minor == w->minor;
	return !v->minor && v->patch == w->patch;
}

/* Longer operators first. */
static const struct {
	const char *text;
	check_fn check;
} operators[] = {
	{ "!=", not_equal },  { ">=", greater_equal }, { "=>", greater_equal },
	{ "<=", less_equal }, { "=<", less_equal },    { "~>", tilde },
	{ "=", equal },	      { ">", greater },	       { "<", less },
	{ "~", tilde },	      { "^", caret },	       { "", equal },
};

static check_fn take_operator(struct sl_str s, size_t *at)
{
	size_t i = 0;

	while (!sl_str_starts(sl_str_sub(s, *at, s.n), sl_str(operators[i].text)))
		i++;
	*at += strlen(operators[i].text);
	return operators[i].check;
}

static int improper(struct sl_str group, struct sl_err *err)
{
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(REWRITTEN_MAX * 4 + 2);

	sl_strbuf_add_goquoted(&b, group);
	return sl_err_set(err, SL_ERR_INVALID, "improper constraint: %s", b.p);
}

static struct comparison *append(struct sl_semver_range *range)
{
	range->items = sl_grow(range->items, range->n, &range->cap, sizeof(*range->items));
	range->items[range->n] = (struct comparison){ 0 };
	return &range->items[range->n++];
}

/* An AND group: "op version" one after the other. */
static int parse_group(struct sl_semver_range *range, struct sl_str s, struct sl_err *err)
{
	size_t first = range->n, at = skip_space(s, 0), next;
	bool allows_pre = false, resolved = true;

	for (;;) {
		struct comparison *c = append(range);
		struct loose l;

		c->check = take_operator(s, &at);
		at = skip_space(s, at);
		next = scan_version(s, at, &l);
		if (next == at)
			return improper(s, err);
		resolved = resolve(&l, c) && resolved;
		allows_pre |= c->version.pre.n > 0;
		at = skip_space(s, next);
		if (at == s.n)
			break;
		if (s.p[at] == ',')
			at = skip_space(s, at + 1);
		else if (at == next)
			return improper(s, err);
	}
	/* The original checks the form of the whole group before it looks at the versions. */
	if (!resolved)
		return sl_err_set(err, SL_ERR_INVALID, "constraint parser error");
	range->items[first].starts_group = true;
	for (size_t i = first; i < range->n; i++)
		range->items[i].allows_pre = allows_pre;
	return 0;
}

/* Take what comes before the next "||". */
static bool next_group(struct sl_str *rest, struct sl_str *ret)
{
	ptrdiff_t at;

	if (!rest->p)
		return false;
	at = sl_str_find(*rest, SL_STR("||"));
	*ret = at < 0 ? *rest : sl_str_sub(*rest, 0, (size_t)at);
	*rest = at < 0 ? SL_STR_NULL : sl_str_sub(*rest, (size_t)at + 2, rest->n);
	return true;
}

static int parse_groups(struct sl_semver_range *range, struct sl_err *err)
{
	struct sl_str rest = sl_str(range->text), group;
	size_t groups = 0;
	int r = 0;

	while (next_group(&rest, &group))
		groups++;
	if (groups > SL_SEMVER_RANGE_GROUPS_MAX)
		return sl_err_set(err, SL_ERR_TOO_LARGE, "too many constraint groups (max %d)",
				  SL_SEMVER_RANGE_GROUPS_MAX);
	rest = sl_str(range->text);
	while (!r && next_group(&rest, &group))
		r = parse_group(range, group, err);
	return r;
}

int sl_semver_range_parse(struct sl_str text, struct sl_semver_range **ret_range,
			  struct sl_err *err)
{
	SL_AUTO(sl_strbuf) rewritten = SL_STRBUF_INIT(REWRITTEN_MAX);
	SL_AUTO_PTR(sl_semver_range) *range = NULL;
	int r;

	if (text.n > SL_SEMVER_RANGE_TEXT_MAX)
		return sl_err_set(err, SL_ERR_TOO_LARGE,
				  "constraint string is too long (max %d bytes)",
				  SL_SEMVER_RANGE_TEXT_MAX);
	/* No version holds a NUL, and the text is kept as a string. */
	if (sl_str_chr(text, '\0') >= 0)
		return improper(text, err);
	rewrite_hyphens(text, &rewritten);
	r = sl_strbuf_check(&rewritten, "constraint", err);
	if (r < 0)
		return r;
	range = sl_xcalloc(1, sizeof(*range));
	range->text = sl_strbuf_steal(&rewritten);
	r = parse_groups(range, err);
	if (!r)
		*ret_range = SL_STEAL(range);
	return r;
}

void sl_semver_range_free(struct sl_semver_range *r)
{
	if (!r)
		return;
	free(r->text);
	free(r->items);
	free(r);
}

bool sl_semver_range_check(const struct sl_semver_range *r, const struct sl_semver *v)
{
	bool all = false;

	for (size_t i = 0; i < r->n; i++) {
		const struct comparison *c = &r->items[i];

		if (c->starts_group && all)
			return true;
		if (c->starts_group)
			all = true;
		all = all && (!v->pre.n || c->allows_pre) && c->check(v, c);
	}
	return all;
}
