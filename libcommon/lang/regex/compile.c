#include <string.h>

#include "libcommon/codec/unicode.h"
#include "libcommon/lang/regex/fold.h"
#include "libcommon/lang/regex/program.h"

struct compiler {
	struct sl_arena *a; /* of the result */
	struct sl_regex *re;
	struct sl_arena *scratch;
};

/*
 * States are made from the end of the pattern to its beginning: each function gets the state to go on
 * at, and returns the one to come in at. Only loops know a state before what it goes on at.
 */
static uint32_t build(struct compiler *c, struct sl_regex_node *n, uint32_t next);

static uint32_t emit(struct compiler *c, enum sl_regex_inst_op op, uint32_t out, uint32_t arg)
{
	struct sl_regex *re = c->re;

	re->inst[re->count] = (struct sl_regex_inst){ .op = op, .out = out, .arg = arg };
	return re->count++;
}

/* First try `first`, unless it is lazy. */
static uint32_t emit_split(struct compiler *c, uint32_t first, uint32_t second, bool lazy)
{
	return emit(c, SL_REGEX_I_SPLIT, lazy ? second : first, lazy ? first : second);
}

static uint32_t add_set(struct compiler *c, struct sl_regex_class *class)
{
	struct sl_regex_set *set = &c->re->sets[c->re->set_count];
	struct sl_regex_range *v;

	sl_regex_class_clean(class);
	v = sl_arena_array(c->a, class->n, sizeof(*v));
	if (class->n > 0)
		memcpy(v, class->v, class->n * sizeof(*v));
	set->v = v;
	set->n = class->n;
	for (size_t i = 0; i < class->n; i++)
		for (uint32_t r = v[i].lo; r <= v[i].hi && r < 128; r++)
			set->ascii[r / 64] |= (uint64_t)1 << (r % 64);
	return (uint32_t)c->re->set_count++;
}

/* Copies of a node, which repetitions make, share their set. */
static uint32_t build_class(struct compiler *c, struct sl_regex_node *n, uint32_t next)
{
	if (n->set == 0) {
		if (n->op == SL_REGEX_RUNE) {
			n->class = (struct sl_regex_class){ 0 };
			sl_regex_class_add(c->scratch, &n->class, n->rune, n->rune);
			sl_regex_class_fold(c->scratch, &n->class);
		}
		n->set = add_set(c, &n->class) + 1;
	}
	const struct sl_regex_set *set = &c->re->sets[n->set - 1];

	if (set->n == 1 && set->v[0].lo == 0 && set->v[0].hi == SL_REGEX_RUNE_MAX)
		return emit(c, SL_REGEX_I_ANY, next, 0);
	return emit(c, SL_REGEX_I_CLASS, next, n->set - 1);
}

static uint32_t build_rune(struct compiler *c, struct sl_regex_node *n, uint32_t next)
{
	if (n->fold && sl_regex_fold_next(n->rune) != n->rune)
		return build_class(c, n, next);
	return emit(c, SL_REGEX_I_RUNE, next, n->rune);
}

static uint32_t build_plus(struct compiler *c, struct sl_regex_node *sub, bool lazy, uint32_t next)
{
	uint32_t loop = emit_split(c, next, next, lazy);
	uint32_t body = build(c, sub, loop);

	*(lazy ? &c->re->inst[loop].arg : &c->re->inst[loop].out) = body;
	return body;
}

/*
 * x* is (x+)? where x can match nothing: with one loop, the empty match of x would come before
 * leaving the loop in priority, and be lost there (https://go.dev/issue/46123).
 */
static uint32_t build_star(struct compiler *c, struct sl_regex_node *sub, bool lazy, uint32_t next)
{
	if (sub->nullable)
		return emit_split(c, build_plus(c, sub, lazy, next), next, lazy);
	uint32_t loop = emit_split(c, next, next, lazy);
	uint32_t body = build(c, sub, loop);

	*(lazy ? &c->re->inst[loop].arg : &c->re->inst[loop].out) = body;
	return loop;
}

/* x{2,4} is xx(x(x)?)?, x{2,} is xx+. */
static uint32_t build_repeat(struct compiler *c, const struct sl_regex_node *n, uint32_t next)
{
	uint32_t at = next;
	int32_t required = n->min;

	if (n->max < 0 && n->min == 0)
		return build_star(c, n->last, n->lazy, next);
	if (n->max < 0) {
		at = build_plus(c, n->last, n->lazy, next);
		required--;
	}
	for (int32_t i = n->min; i < n->max; i++)
		at = emit_split(c, build(c, n->last, at), next, n->lazy);
	for (int32_t i = 0; i < required; i++)
		at = build(c, n->last, at);
	return at;
}

static uint32_t build_group(struct compiler *c, const struct sl_regex_node *n, uint32_t next)
{
	uint32_t end = emit(c, SL_REGEX_I_CAPTURE, next, 2 * n->group + 1);

	return emit(c, SL_REGEX_I_CAPTURE, build(c, n->last, end), 2 * n->group);
}

static uint32_t build_alternate(struct compiler *c, const struct sl_regex_node *n, uint32_t next)
{
	uint32_t at = build(c, n->last, next);

	for (struct sl_regex_node *sub = n->last->prev; sub; sub = sub->prev)
		at = emit_split(c, build(c, sub, next), at, false);
	return at;
}

static uint32_t build(struct compiler *c, struct sl_regex_node *n, uint32_t next)
{
	uint32_t at = next;

	switch (n->op) {
	case SL_REGEX_EMPTY:
		return next;
	case SL_REGEX_RUNE:
		return build_rune(c, n, next);
	case SL_REGEX_CLASS:
		return build_class(c, n, next);
	case SL_REGEX_LOOK:
		return emit(c, SL_REGEX_I_LOOK, next, n->look);
	case SL_REGEX_GROUP:
		return build_group(c, n, next);
	case SL_REGEX_REPEAT:
		return build_repeat(c, n, next);
	case SL_REGEX_CONCAT:
		for (struct sl_regex_node *sub = n->last; sub; sub = sub->prev)
			at = build(c, sub, at);
		return at;
	case SL_REGEX_ALTERNATE:
		return build_alternate(c, n, next);
	}
	return next;
}

/*
 * The bytes that every match begins with. U+FFFD ends them, because bytes that are no UTF-8 match it
 * as well; so do surrogates, which match nothing.
 */
static void find_prefix(struct compiler *c)
{
	struct sl_regex *re = c->re;
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(4 * SL_REGEX_PATTERN_MAX);
	const struct sl_regex_inst *i = &re->inst[re->start];
	char bytes[4];

	re->anchored = i->op == SL_REGEX_I_LOOK && i->arg == SL_REGEX_BEGIN_TEXT;
	if (re->anchored)
		i = &re->inst[i->out];
	while (i->op == SL_REGEX_I_RUNE && i->arg != 0xfffd && (i->arg & ~0x7ffu) != 0xd800 &&
	       b.n < 1024) {
		sl_strbuf_add(&b, bytes, sl_rune_encode(i->arg, bytes));
		i = &re->inst[i->out];
	}
	re->prefix = sl_arena_str(c->a, sl_strbuf_str(&b));
	if (re->anchored && i->op == SL_REGEX_I_LOOK && i->arg == SL_REGEX_END_TEXT)
		i = &re->inst[i->out];
	else if (re->anchored)
		return;
	re->is_literal = i->op == SL_REGEX_I_MATCH && re->groups == 0;
}

static void copy_names(struct compiler *c, const struct sl_regex_tree *tree)
{
	c->re->names = sl_arena_array(c->a, (size_t)tree->groups + 1, sizeof(struct sl_str));
	for (uint32_t i = 1; i <= tree->groups; i++)
		c->re->names[i] = sl_arena_str(c->a, tree->names[i]);
}

static bool waits(const struct sl_regex_inst *i)
{
	return i->op == SL_REGEX_I_MATCH || i->op == SL_REGEX_I_RUNE || i->op == SL_REGEX_I_CLASS ||
	       i->op == SL_REGEX_I_ANY;
}

/* Sets come from the nodes of the tree, so that there are no more of them than bytes. */
static void build_program(struct compiler *c, const struct sl_regex_tree *tree, size_t pattern_n)
{
	struct sl_regex *re = c->re;

	re->inst = sl_arena_array(c->scratch, (size_t)tree->root->size + 2, sizeof(*re->inst));
	re->sets = sl_arena_array(c->scratch, pattern_n + 1, sizeof(*re->sets));
	re->groups = tree->groups;
	re->start = build(c, tree->root, emit(c, SL_REGEX_I_MATCH, 0, 0));
	for (uint32_t i = 0; i < re->count; i++)
		re->waiting += waits(&re->inst[i]);
	find_prefix(c);
	copy_names(c, tree);

	struct sl_regex_inst *inst = sl_arena_array(c->a, re->count, sizeof(*inst));
	struct sl_regex_set *sets = sl_arena_array(c->a, re->set_count, sizeof(*sets));

	memcpy(inst, re->inst, re->count * sizeof(*inst));
	memcpy(sets, re->sets, re->set_count * sizeof(*sets));
	re->inst = inst;
	re->sets = sets;
}

int sl_regex_compile(struct sl_arena *a, struct sl_str pattern, const struct sl_regex **ret,
		     struct sl_err *err)
{
	SL_AUTO(sl_arena) scratch = SL_ARENA_INIT_LIMIT(SL_REGEX_PARSE_MAX);
	struct sl_regex_tree tree;

	if (pattern.n > SL_REGEX_PATTERN_MAX)
		return sl_err_set(err, SL_ERR_TOO_LARGE,
				  "a regular expression is larger than %d bytes",
				  SL_REGEX_PATTERN_MAX);
	int r = sl_regex_parse(&scratch, pattern, &tree, err);

	if (r < 0)
		return r;
	struct compiler c = { .a = a, .scratch = &scratch };

	c.re = sl_arena_new(a, struct sl_regex);
	c.re->is_blank = pattern.n == 0;
	build_program(&c, &tree, pattern.n);
	if ((uint64_t)c.re->waiting * 2 * (c.re->groups + 1) > SL_REGEX_SLOTS_MAX)
		return sl_err_set(err, SL_ERR_TOO_LARGE,
				  "error parsing regexp: expression too large: `%.*s`",
				  SL_STR_FMT(pattern));
	*ret = c.re;
	return 0;
}

size_t sl_regex_group_count(const struct sl_regex *re)
{
	return re->groups;
}

struct sl_str sl_regex_group_name(const struct sl_regex *re, size_t i)
{
	return re->names[i];
}

ptrdiff_t sl_regex_group_index(const struct sl_regex *re, struct sl_str name)
{
	for (uint32_t i = 1; i <= re->groups && name.n > 0; i++)
		if (sl_str_eq(re->names[i], name))
			return (ptrdiff_t)i;
	return -1;
}
