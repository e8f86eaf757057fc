#include "libcommon/lang/regex/parser.h"
#include "libcommon/lang/regex/regex.h"

int sl_regex_fail(struct sl_regex_parser *p, const char *what, struct sl_str part)
{
	return sl_err_set(p->err, SL_ERR_INVALID, "error parsing regexp: %s: `%.*s`", what,
			  SL_STR_FMT(part));
}

int sl_regex_fail_large(struct sl_regex_parser *p, const char *what)
{
	return sl_err_set(p->err, SL_ERR_TOO_LARGE, "error parsing regexp: %s: `%.*s`", what,
			  SL_STR_FMT(p->pattern));
}

struct sl_str sl_regex_read_since(const struct sl_regex_parser *p, struct sl_str from)
{
	return sl_str_sub(from, 0, from.n - p->rest.n);
}

int sl_regex_take_rune(struct sl_regex_parser *p, uint32_t *ret)
{
	size_t width = sl_utf8_decode(p->rest, ret);

	if (width == 0 && p->rest.n > 0)
		return sl_regex_fail(p, "invalid UTF-8", p->rest);
	if (width == 0)
		*ret = 0xfffd;
	p->rest = sl_str_sub(p->rest, width, p->rest.n);
	return 0;
}

int sl_regex_check_utf8(struct sl_regex_parser *p, struct sl_str s)
{
	uint32_t ignored;

	while (s.n > 0) {
		size_t width = sl_utf8_decode(s, &ignored);

		if (width == 0)
			return sl_regex_fail(p, "invalid UTF-8", s);
		s = sl_str_sub(s, width, s.n);
	}
	return 0;
}

static void skip(struct sl_regex_parser *p, size_t n)
{
	p->rest = sl_str_sub(p->rest, n, p->rest.n);
}

static int push(struct sl_regex_parser *p, struct sl_regex_node *n)
{
	n->prev = p->frame->sequence;
	p->frame->sequence = n;
	return sl_regex_node_check(p, n);
}

static int push_rune(struct sl_regex_parser *p, uint32_t rune)
{
	struct sl_regex_node *n = sl_regex_node_new(p, SL_REGEX_RUNE);

	n->rune = rune;
	n->fold = (p->flags & SL_REGEX_FOLD) != 0;
	return push(p, n);
}

static int push_look(struct sl_regex_parser *p, enum sl_regex_look look, size_t width)
{
	struct sl_regex_node *n = sl_regex_node_new(p, SL_REGEX_LOOK);

	n->look = look;
	skip(p, width);
	return push(p, n);
}

static int push_class(struct sl_regex_parser *p, struct sl_regex_class *c)
{
	sl_regex_class_clean(c);
	return push(p, sl_regex_node_class(p, *c));
}

static int parse_dot(struct sl_regex_parser *p)
{
	struct sl_regex_class c = { 0 };

	skip(p, 1);
	if (p->flags & SL_REGEX_DOT_NL) {
		sl_regex_class_add(p->a, &c, 0, SL_REGEX_RUNE_MAX);
	} else {
		sl_regex_class_add(p->a, &c, 0, '\n' - 1);
		sl_regex_class_add(p->a, &c, '\n' + 1, SL_REGEX_RUNE_MAX);
	}
	return push_class(p, &c);
}

static int parse_bracket(struct sl_regex_parser *p)
{
	struct sl_regex_class c = { 0 };
	int r = sl_regex_take_bracket(p, &c);

	return r < 0 ? r : push_class(p, &c);
}

/* \Q…\E, or to the end: all of it literally. */
static int parse_quoted(struct sl_regex_parser *p)
{
	struct sl_str rest = sl_str_sub(p->rest, 2, p->rest.n);
	ptrdiff_t end = sl_str_find(rest, SL_STR("\\E"));
	struct sl_str behind = end < 0 ? SL_STR_NULL : sl_str_sub(rest, (size_t)end + 2, rest.n);
	uint32_t rune;
	int r = 0;

	p->rest = end < 0 ? rest : sl_str_sub(rest, 0, (size_t)end);
	while (p->rest.n > 0 && r == 0) {
		r = sl_regex_take_rune(p, &rune);
		if (r == 0)
			r = push_rune(p, rune);
	}
	p->rest = behind;
	return r;
}

static int parse_backslash(struct sl_regex_parser *p)
{
	struct sl_regex_class c = { 0 };
	uint32_t rune;
	bool found;

	switch (p->rest.n > 1 ? p->rest.p[1] : '\0') {
	case 'A':
		return push_look(p, SL_REGEX_BEGIN_TEXT, 2);
	case 'b':
		return push_look(p, SL_REGEX_WORD_BOUNDARY, 2);
	case 'B':
		return push_look(p, SL_REGEX_NO_WORD_BOUNDARY, 2);
	case 'z':
		return push_look(p, SL_REGEX_END_TEXT, 2);
	case 'Q':
		return parse_quoted(p);
	default:
		break;
	}
	int r = sl_regex_take_class_escape(p, &c, &found);

	if (r < 0)
		return r;
	if (found)
		return push_class(p, &c);
	r = sl_regex_take_escape(p, &rune);
	return r < 0 ? r : push_rune(p, rune);
}

/* What has been read since the last bar becomes an alternative. */
static int end_sequence(struct sl_regex_parser *p)
{
	struct sl_regex_node *n = sl_regex_node_concat(p, p->frame->sequence);
	int r = sl_regex_node_check(p, n);

	p->frame->sequence = NULL;
	if (r == 0)
		sl_regex_node_add_alternative(p, &p->frame->alternatives, n);
	return r;
}

static int end_alternatives(struct sl_regex_parser *p, struct sl_regex_node **ret)
{
	int r = end_sequence(p);

	if (r < 0)
		return r;
	*ret = sl_regex_node_alternate(p, p->frame->alternatives);
	return sl_regex_node_check(p, *ret);
}

static int parse_open(struct sl_regex_parser *p)
{
	if (sl_str_starts(p->rest, SL_STR("(?")))
		return sl_regex_take_perl_group(p);
	sl_regex_open(p, sl_regex_new_group(p, SL_STR_NULL));
	skip(p, 1);
	return 0;
}

static int parse_close(struct sl_regex_parser *p)
{
	struct sl_regex_frame *f = p->frame;
	struct sl_regex_node *n;
	int r = end_alternatives(p, &n);

	if (r < 0)
		return r;
	if (!f->up)
		return sl_regex_fail(p, "unexpected )", p->pattern);
	p->flags = f->flags;
	p->frame = f->up;
	skip(p, 1);
	return push(p, f->group > 0 ? sl_regex_node_group(p, n, f->group) : n);
}

/* A number without leading zeros, -1 when it is far too large. */
static bool take_count(struct sl_str *rest, int32_t *ret)
{
	size_t n = 0;
	int64_t value = 0;

	while (n < rest->n && rest->p[n] >= '0' && rest->p[n] <= '9') {
		if (value <= SL_REGEX_REPEAT_MAX)
			value = value * 10 + (rest->p[n] - '0');
		n++;
	}
	if (n == 0 || (n > 1 && rest->p[0] == '0'))
		return false;
	*rest = sl_str_sub(*rest, n, rest->n);
	*ret = value > SL_REGEX_REPEAT_MAX ? -1 : (int32_t)value;
	return true;
}

/* {2}, {2,}, {2,3}; false, nothing read, when it is none. A bad count makes *ret_min negative. */
static bool take_counts(struct sl_regex_parser *p, int32_t *ret_min, int32_t *ret_max)
{
	struct sl_str rest = sl_str_sub(p->rest, 1, p->rest.n);

	if (!take_count(&rest, ret_min))
		return false;
	*ret_max = *ret_min;
	if (sl_str_cut_prefix(&rest, SL_STR(","))) {
		*ret_max = -1;
		if (!sl_str_starts(rest, SL_STR("}"))) {
			if (!take_count(&rest, ret_max))
				return false;
			if (*ret_max < *ret_min)
				*ret_min = -1;
		}
	}
	if (!sl_str_cut_prefix(&rest, SL_STR("}")))
		return false;
	p->rest = rest;
	return true;
}

static int repeat(struct sl_regex_parser *p, struct sl_str from, int32_t min, int32_t max)
{
	struct sl_regex_node *sub = p->frame->sequence, *before;
	bool lazy = (p->flags & SL_REGEX_NON_GREEDY) != 0;

	lazy ^= sl_str_cut_prefix(&p->rest, SL_STR("?"));
	if (p->repeated.n > 0)
		return sl_regex_fail(p, "invalid nested repetition operator",
				     sl_regex_read_since(p, p->repeated));
	if (!sub)
		return sl_regex_fail(p, "missing argument to repetition operator",
				     sl_regex_read_since(p, from));
	before = sub->prev;
	struct sl_regex_node *n = sl_regex_node_repeat(p, sub, min, max, lazy);

	n->prev = before;
	p->frame->sequence = n;
	if ((min >= 2 || max >= 2) && n->repeats > SL_REGEX_REPEAT_MAX)
		return sl_regex_fail(p, "invalid repeat count", sl_regex_read_since(p, from));
	return sl_regex_node_check(p, n);
}

/* One of "*+?{". */
static int parse_repetition(struct sl_regex_parser *p, char op)
{
	struct sl_str from = p->rest;
	int32_t min = op == '+', max = op == '?' ? 1 : -1;

	if (op != '{') {
		skip(p, 1);
	} else if (!take_counts(p, &min, &max)) {
		skip(p, 1);
		p->repeated = SL_STR_NULL;
		return push_rune(p, '{');
	} else if (min < 0) {
		return sl_regex_fail(p, "invalid repeat count", sl_regex_read_since(p, from));
	}
	int r = repeat(p, from, min, max);

	p->repeated = from;
	return r;
}

static int parse_rune(struct sl_regex_parser *p)
{
	uint32_t rune;
	int r = sl_regex_take_rune(p, &rune);

	return r < 0 ? r : push_rune(p, rune);
}

static int parse_one(struct sl_regex_parser *p)
{
	bool multiline = p->flags & SL_REGEX_MULTILINE;

	switch (p->rest.p[0]) {
	case '(':
		return parse_open(p);
	case ')':
		return parse_close(p);
	case '|':
		skip(p, 1);
		return end_sequence(p);
	case '^':
		return push_look(p, multiline ? SL_REGEX_BEGIN_LINE : SL_REGEX_BEGIN_TEXT, 1);
	case '$':
		return push_look(p, multiline ? SL_REGEX_END_LINE : SL_REGEX_END_TEXT, 1);
	case '.':
		return parse_dot(p);
	case '[':
		return parse_bracket(p);
	case '\\':
		return parse_backslash(p);
	default:
		return parse_rune(p);
	}
}

static bool is_repetition(char c)
{
	return c == '*' || c == '+' || c == '?' || c == '{';
}

int sl_regex_parse(struct sl_arena *a, struct sl_str pattern, struct sl_regex_tree *ret,
		   struct sl_err *err)
{
	struct sl_regex_parser p = { .a = a, .err = err, .pattern = pattern, .rest = pattern };
	int r = 0;

	sl_regex_open(&p, 0);
	while (p.rest.n > 0 && r == 0) {
		if (is_repetition(p.rest.p[0])) {
			r = parse_repetition(&p, p.rest.p[0]);
		} else {
			r = parse_one(&p);
			p.repeated = SL_STR_NULL;
		}
	}
	if (r == 0)
		r = end_alternatives(&p, &p.tree.root);
	if (r == 0 && p.frame->up)
		r = sl_regex_fail(&p, "missing closing )", pattern);
	if (r == 0)
		*ret = p.tree;
	return r;
}
