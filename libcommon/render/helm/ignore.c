#include "libcommon/render/helm/ignore.h"

#include <string.h>

#include "libcommon/codec/glob.h"

struct rule {
	struct sl_str pattern;
	struct sl_str head; /* what it begins with that stands for itself */
	bool negate, dir_only;
	bool whole;   /* the pattern is for the path, not for its last part */
	bool literal; /* it stands for itself, */
	bool ending;  /* or is one behind a '*', which is not in `pattern` then */
};

struct sl_helm_ignore {
	struct rule *rules;
	size_t n;
};

static struct sl_str literal_head(struct sl_str pattern)
{
	size_t n = 0;

	while (n < pattern.n && !strchr("*?[\\", pattern.p[n]))
		n++;
	return sl_str_sub(pattern, 0, n);
}

static bool is_literal(struct sl_str pattern)
{
	return literal_head(pattern).n == pattern.n;
}

static int add_rule(struct sl_helm_ignore *ig, struct sl_str line, struct sl_err *err)
{
	struct rule r = { .negate = false };

	line = sl_str_trim(line);
	if (!line.n || line.p[0] == '#')
		return 0;
	if (sl_str_find(line, SL_STR("**")) >= 0)
		return sl_err_set(err, SL_ERR_INVALID, "double-star (**) syntax is not supported");
	if (sl_glob_match(line, SL_STR("abc")) == SL_GLOB_MALFORMED)
		return sl_err_set(err, SL_ERR_INVALID, "syntax error in pattern");
	r.negate = sl_str_cut_prefix(&line, SL_STR("!"));
	r.dir_only = sl_str_cut_suffix(&line, SL_STR("/"));
	r.whole = sl_str_chr(line, '/') >= 0;
	(void)sl_str_cut_prefix(&line, SL_STR("/"));
	/* Most rules are "name" or "*.suffix": those need no matching. */
	r.ending = !r.whole && sl_str_starts(line, SL_STR("*")) &&
		   is_literal(sl_str_sub(line, 1, line.n));
	r.literal = is_literal(line);
	r.pattern = r.ending ? sl_str_sub(line, 1, line.n) : line;
	r.head = literal_head(r.pattern);
	ig->rules[ig->n++] = r;
	return 0;
}

int sl_helm_ignore_read(struct sl_arena *a, struct sl_str text, const struct sl_helm_ignore **ret,
			struct sl_err *err)
{
	struct sl_helm_ignore *ig = sl_arena_new(a, struct sl_helm_ignore);
	struct sl_str line, rest = text;
	size_t lines = 1;
	int r = 0;

	(void)sl_str_cut_prefix(&rest, SL_STR("\xef\xbb\xbf"));
	for (size_t i = 0; i < rest.n; i++)
		lines += rest.p[i] == '\n';
	if (lines > SL_HELM_IGNORE_RULES_MAX)
		return sl_err_set(err, SL_ERR_TOO_LARGE,
				  SL_HELM_IGNORE_FILE " has more than %d lines",
				  SL_HELM_IGNORE_RULES_MAX);
	ig->rules = sl_arena_array(a, lines + 1, sizeof(*ig->rules));
	while (r == 0 && sl_str_split(&rest, '\n', &line)) {
		if (line.n >= SL_HELM_IGNORE_LINE_MAX)
			return sl_err_set(err, SL_ERR_TOO_LARGE, "bufio.Scanner: token too long");
		r = add_rule(ig, line, err);
	}
	if (r == 0)
		r = add_rule(ig, SL_STR("templates/.?*"), err);
	if (r == 0)
		*ret = ig;
	return r;
}

static bool matches(const struct rule *r, struct sl_str path)
{
	ptrdiff_t slash = sl_str_rchr(path, '/');
	struct sl_str name =
		r->whole || slash < 0 ? path : sl_str_sub(path, (size_t)slash + 1, path.n);

	if (r->literal)
		return sl_str_eq(r->pattern, name);
	if (r->ending)
		return sl_str_ends(name, r->pattern);
	return sl_str_starts(name, r->head) && sl_glob_match(r->pattern, name) == SL_GLOB_YES;
}

bool sl_helm_ignores(const struct sl_helm_ignore *ig, struct sl_str path, bool is_dir)
{
	for (size_t i = 0; i < ig->n; i++) {
		const struct rule *r = &ig->rules[i];

		if (r->negate) {
			if ((r->dir_only && !is_dir) || !matches(r, path))
				return true;
		} else if ((!r->dir_only || is_dir) && matches(r, path)) {
			return true;
		}
	}
	return false;
}
