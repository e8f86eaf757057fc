#include "libcommon/lang/regex/parser.h"

bool sl_regex_add_named(struct sl_regex_parser *p, struct sl_regex_class *c, struct sl_str name,
			bool negated)
{
	struct sl_regex_class found = { 0 };

	if (!sl_regex_class_add_ascii(p->a, &found, name))
		return false;
	if (p->flags & SL_REGEX_FOLD)
		sl_regex_class_fold(p->a, &found);
	if (negated)
		sl_regex_class_negate(p->a, &found);
	sl_regex_class_add_all(p->a, c, &found);
	return true;
}

/* [:alpha:] or [:^alpha:]. What is not closed is no class, and its bracket stands for itself. */
static int take_posix_class(struct sl_regex_parser *p, struct sl_regex_class *c, bool *ret_found)
{
	ptrdiff_t end = -1;
	char plain[16];

	*ret_found = false;
	if (p->rest.n > 2 && sl_str_starts(p->rest, SL_STR("[:")))
		end = sl_str_find(sl_str_sub(p->rest, 2, p->rest.n), SL_STR(":]"));
	if (end < 0)
		return 0;
	struct sl_str all = sl_str_sub(p->rest, 0, (size_t)end + 4), name = all;
	bool negated = all.p[2] == '^';

	if (negated && all.n <= sizeof(plain)) {
		plain[0] = '[';
		plain[1] = ':';
		for (size_t i = 3; i < all.n; i++)
			plain[i - 1] = all.p[i];
		name = (struct sl_str){ plain, all.n - 1 };
	}
	if (!sl_regex_add_named(p, c, name, negated))
		return sl_regex_fail(p, "invalid character class range", all);
	p->rest = sl_str_sub(p->rest, all.n, p->rest.n);
	*ret_found = true;
	return 0;
}

static int take_class_rune(struct sl_regex_parser *p, struct sl_str bracket, uint32_t *ret)
{
	if (p->rest.n == 0)
		return sl_regex_fail(p, "missing closing ]", bracket);
	return p->rest.p[0] == '\\' ? sl_regex_take_escape(p, ret) : sl_regex_take_rune(p, ret);
}

static int take_range(struct sl_regex_parser *p, struct sl_str bracket, struct sl_regex_class *c)
{
	struct sl_regex_class range = { 0 };
	struct sl_str from = p->rest;
	uint32_t lo = 0, hi = 0;
	int r = take_class_rune(p, bracket, &lo);

	if (r < 0)
		return r;
	hi = lo;
	/* A '-' before the closing bracket stands for itself. */
	if (p->rest.n >= 2 && p->rest.p[0] == '-' && p->rest.p[1] != ']') {
		p->rest = sl_str_sub(p->rest, 1, p->rest.n);
		r = take_class_rune(p, bracket, &hi);
		if (r < 0)
			return r;
		if (hi < lo)
			return sl_regex_fail(p, "invalid character class range",
					     sl_regex_read_since(p, from));
	}
	if (!(p->flags & SL_REGEX_FOLD)) {
		sl_regex_class_add(p->a, c, lo, hi);
		return 0;
	}
	sl_regex_class_add(p->a, &range, lo, hi);
	sl_regex_class_fold(p->a, &range);
	sl_regex_class_add_all(p->a, c, &range);
	return 0;
}

int sl_regex_take_bracket(struct sl_regex_parser *p, struct sl_regex_class *c)
{
	struct sl_str bracket = p->rest;

	p->rest = sl_str_sub(p->rest, 1, p->rest.n);
	bool negated = sl_str_cut_prefix(&p->rest, SL_STR("^")), found;

	/* A ']' that comes first stands for itself. */
	for (bool first = true; first || p->rest.n == 0 || p->rest.p[0] != ']'; first = false) {
		int r = take_posix_class(p, c, &found);

		if (r == 0 && !found)
			r = sl_regex_take_class_escape(p, c, &found);
		if (r == 0 && !found)
			r = take_range(p, bracket, c);
		if (r < 0)
			return r;
	}
	p->rest = sl_str_sub(p->rest, 1, p->rest.n);
	sl_regex_class_clean(c);
	if (negated)
		sl_regex_class_negate(p->a, c);
	return 0;
}
