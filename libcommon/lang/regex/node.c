#include "libcommon/lang/regex/fold.h"
#include "libcommon/lang/regex/parser.h"
#include "libcommon/lang/regex/regex.h"

struct sl_regex_node *sl_regex_node_new(struct sl_regex_parser *p, enum sl_regex_node_op op)
{
	struct sl_regex_node *n = sl_arena_new(p->a, struct sl_regex_node);

	n->op = op;
	n->height = n->repeats = 1;
	n->size = 1;
	n->is_string = op == SL_REGEX_RUNE;
	n->nullable = op == SL_REGEX_EMPTY || op == SL_REGEX_LOOK;
	return n;
}

struct sl_regex_node *sl_regex_node_class(struct sl_regex_parser *p, struct sl_regex_class c)
{
	uint32_t lo = c.n > 0 ? c.v[0].lo : 0, other = c.n > 0 ? c.v[c.n - 1].hi : 0;
	bool is_one = c.n == 1 && lo == other;
	/* A letter in its two cases, and no third one. */
	bool is_pair = (c.n == 2 && lo == c.v[0].hi && other == c.v[1].lo) ||
		       (c.n == 1 && lo + 1 == other);

	is_pair = is_pair && sl_regex_fold_next(lo) == other && sl_regex_fold_next(other) == lo;
	struct sl_regex_node *n =
		sl_regex_node_new(p, is_one || is_pair ? SL_REGEX_RUNE : SL_REGEX_CLASS);

	n->fold = is_pair;
	n->rune = lo;
	n->class = c;
	return n;
}

struct sl_regex_node *sl_regex_node_repeat(struct sl_regex_parser *p, struct sl_regex_node *sub,
					   int32_t min, int32_t max, bool lazy)
{
	struct sl_regex_node *n = sl_regex_node_new(p, SL_REGEX_REPEAT);
	uint32_t times = (uint32_t)(max < 0 ? min : max);

	sub->prev = NULL;
	n->last = sub;
	n->min = min;
	n->max = max;
	n->lazy = lazy;
	n->height = sub->height + 1;
	n->nullable = min == 0 || sub->nullable;
	if (max != 0)
		n->repeats = (times > 0 ? times : 1) * sub->repeats;
	if (max < 0)
		n->size = min == 0 ? 2 + sub->size : 1 + (uint64_t)min * sub->size;
	else if (max > 0)
		n->size = (uint64_t)max * sub->size + (uint64_t)(max - min);
	return n;
}

struct sl_regex_node *sl_regex_node_group(struct sl_regex_parser *p, struct sl_regex_node *sub,
					  uint32_t group)
{
	struct sl_regex_node *n = sl_regex_node_new(p, SL_REGEX_GROUP);

	sub->prev = NULL;
	n->last = sub;
	n->group = group;
	n->height = sub->height + 1;
	n->repeats = sub->repeats;
	n->size = sub->size + 2;
	n->nullable = sub->nullable;
	return n;
}

/* Children of the parent's own kind give it theirs, so that no nesting of (?:…) makes a tall tree. */
static void splice(struct sl_regex_node *n, struct sl_regex_node *last)
{
	struct sl_regex_node **at = &n->last;

	for (struct sl_regex_node *sub = last, *prev; sub; sub = prev) {
		prev = sub->prev;
		if (sub->op != n->op) {
			*at = n->first = sub;
		} else {
			*at = sub->last;
			n->first = sub->first;
		}
		at = &n->first->prev;
		n->repeats = sub->repeats > n->repeats ? sub->repeats : n->repeats;
		n->size += sub->size;
		uint32_t height = sub->op == n->op ? sub->height : sub->height + 1;

		n->height = height > n->height ? height : n->height;
	}
	*at = NULL;
}

struct sl_regex_node *sl_regex_node_concat(struct sl_regex_parser *p, struct sl_regex_node *last)
{
	if (!last)
		return sl_regex_node_new(p, SL_REGEX_EMPTY);
	if (!last->prev)
		return last;
	struct sl_regex_node *n = sl_regex_node_new(p, SL_REGEX_CONCAT);

	n->size = 0;
	n->nullable = n->is_string = true;
	n->fold = last->fold;
	for (const struct sl_regex_node *sub = last; sub; sub = sub->prev) {
		n->nullable &= sub->nullable;
		n->is_string &= sub->is_string && sub->fold == last->fold;
	}
	splice(n, last);
	/* What is a string counts as one level, as one of them alone does. */
	if (n->is_string)
		n->height = 1;
	else if (n->height < 2)
		n->height = 2;
	return n;
}

struct sl_regex_node *sl_regex_node_alternate(struct sl_regex_parser *p, struct sl_regex_node *last)
{
	if (!last->prev)
		return last;
	struct sl_regex_node *n = sl_regex_node_new(p, SL_REGEX_ALTERNATE);

	n->size = 0;
	for (const struct sl_regex_node *sub = last; sub; sub = sub->prev) {
		n->nullable |= sub->nullable;
		n->size += sub != last;
	}
	splice(n, last);
	return n;
}

static bool takes_one_rune(const struct sl_regex_node *n)
{
	return n->op == SL_REGEX_RUNE || n->op == SL_REGEX_CLASS;
}

static void as_class(struct sl_regex_parser *p, struct sl_regex_node *n)
{
	if (n->op == SL_REGEX_CLASS)
		return;
	n->op = SL_REGEX_CLASS;
	n->is_string = false;
	n->class = (struct sl_regex_class){ 0 };
	sl_regex_class_add(p->a, &n->class, n->rune, n->rune);
	if (n->fold)
		sl_regex_class_fold(p->a, &n->class);
}

void sl_regex_node_add_alternative(struct sl_regex_parser *p, struct sl_regex_node **list,
				   struct sl_regex_node *n)
{
	if (!*list || !takes_one_rune(*list) || !takes_one_rune(n)) {
		n->prev = *list;
		*list = n;
		return;
	}
	as_class(p, *list);
	as_class(p, n);
	sl_regex_class_add_all(p->a, &(*list)->class, &n->class);
}

int sl_regex_node_check(struct sl_regex_parser *p, const struct sl_regex_node *n)
{
	if (sl_arena_full(p->a) || n->size > SL_REGEX_PROGRAM_MAX)
		return sl_regex_fail_large(p, "expression too large");
	if (n->height > SL_REGEX_DEPTH_MAX)
		return sl_regex_fail_large(p, "expression nests too deeply");
	return 0;
}
