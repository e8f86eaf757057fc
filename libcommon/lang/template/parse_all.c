/* Many texts at once: each of those that differ is parsed once, several at a time. */
#include "libcommon/lang/template/tree.h"

/* Bytes that are worth a thread more, which starts in the time that parsing some 30,000 takes. */
#define BYTES_MIN ((size_t)128 << 10)

struct text {
	struct sl_str name, text;
	size_t same_as; /* the first text that is the same: this one's number, if none is */
	struct sl_go_map *trees; /* of the first */
};

/* Some of the texts, parsed in a set, memory and error of their own. */
struct part {
	struct sl_tmpl_set *set;
	struct sl_arena a;
	struct sl_parallel_share share;
	size_t failed;
	int r;
	struct sl_err err;
};

struct job {
	struct text *texts;
	struct sl_arena_trunk trunk;
	struct part parts[SL_PARALLEL_PARTS];
};

/* What the texts need: their bytes are counted once for those that are the same. */
static size_t find_same(struct sl_arena *a, struct text *texts, size_t n)
{
	struct sl_go_map *firsts = sl_go_map_new_for(a, n);
	size_t bytes = 0;

	for (size_t i = 0; i < n; i++) {
		const struct sl_goval *first = sl_go_map_get(firsts, texts[i].text);

		texts[i].same_as = first ? first->u : i;
		if (first)
			continue;
		bytes += texts[i].text.n;
		sl_go_map_set_borrow(a, firsts, texts[i].text, (struct sl_goval){ .u = i });
	}
	return bytes;
}

static void parse_share(struct text *texts, struct part *p)
{
	for (size_t i = p->share.from; i < p->share.to; i++) {
		struct text *t = &texts[i];

		if (t->same_as != i)
			continue;
		p->r = tmpl_set_read(p->set, t->name, t->text, &t->trees, &p->err);
		if (p->r == 0)
			continue;
		p->failed = i;
		return;
	}
}

static void parse_part(void *arg, size_t i)
{
	struct job *j = arg;

	parse_share(j->texts, &j->parts[i]);
}

/*
 * What the same text gave under another name: charts that stand in others bring their own copies of a
 * library. NULL when the names matter to what it gives.
 */
static struct sl_go_map *renamed(struct sl_tmpl_set *set, const struct sl_go_map *known,
				 struct sl_str name)
{
	struct sl_go_map *trees;
	bool has_whole = false;

	if (sl_go_map_get(known, name))
		return NULL;
	trees = sl_go_map_new_for(set->a, sl_go_map_len(known));
	for (size_t i = 0; i < sl_go_map_len(known); i++) {
		struct tmpl_tree *tree = sl_arena_new(set->a, struct tmpl_tree);

		*tree = *(const struct tmpl_tree *)sl_go_map_value_at(known, i)->ptr;
		tree->parse_name = name;
		if (tree->whole)
			tree->name = name;
		has_whole |= tree->whole;
		sl_go_map_set_borrow(set->a, trees, tree->name, (struct sl_goval){ .ptr = tree });
	}
	return has_whole ? trees : NULL;
}

static int define(struct sl_tmpl_set *set, const struct text *texts, size_t i, struct sl_err *err)
{
	const struct text *t = &texts[i];
	struct sl_go_map *trees = t->trees;

	if (t->same_as != i)
		trees = renamed(set, texts[t->same_as].trees, t->name);
	if (!trees)
		return sl_tmpl_parse(set, t->name, t->text, err);
	tmpl_set_define(set, trees, SL_STR_NULL);
	return 0;
}

/* As if the part had been parsed now. */
static int join(struct sl_tmpl_set *set, struct text *texts, struct part *p, size_t *ret_failed,
		struct sl_err *err)
{
	for (size_t i = p->share.from; i < p->share.to; i++) {
		bool failed = p->r < 0 && i == p->failed;
		int r = failed ? sl_err_move(err, &p->err) : define(set, texts, i, err);

		if (r < 0) {
			*ret_failed = i;
			return r;
		}
	}
	return 0;
}

static int parse_here(struct sl_tmpl_set *set, struct text *texts, size_t n, size_t *ret_failed,
		      struct sl_err *err)
{
	struct part p = { .set = set, .share = { 0, n } };
	int r;

	parse_share(texts, &p);
	r = join(set, texts, &p, ret_failed, err);
	sl_err_release(&p.err);
	return r;
}

static int parse_in_parts(struct sl_tmpl_set *set, struct text *texts, size_t n,
			  sl_parallel_fn parallel, size_t *ret_failed, struct sl_err *err)
{
	struct job j = { .texts = texts };
	int r = 0;

	sl_arena_trunk_init(&j.trunk, set->a);
	for (size_t i = 0; i < SL_PARALLEL_PARTS; i++) {
		struct part *p = &j.parts[i];

		p->a = sl_arena_branch(&j.trunk);
		p->set = sl_tmpl_set_clone(&p->a, set);
		p->share = sl_parallel_share(n, i);
	}
	parallel(SL_PARALLEL_PARTS, parse_part, &j);
	sl_arena_trunk_release(&j.trunk);
	for (size_t i = 0; i < SL_PARALLEL_PARTS; i++) {
		struct part *p = &j.parts[i];

		if (r == 0)
			r = join(set, texts, p, ret_failed, err);
		sl_err_release(&p->err);
	}
	return r;
}

int sl_tmpl_parse_all(struct sl_tmpl_set *set, const struct sl_tmpl_text *given, size_t n,
		      sl_parallel_fn parallel, size_t *ret_failed, struct sl_err *err)
{
	struct text *texts = sl_arena_array(set->a, n, sizeof(*texts));
	size_t bytes;

	for (size_t i = 0; i < n; i++)
		texts[i] = (struct text){ .name = given[i].name, .text = given[i].text };
	bytes = find_same(set->a, texts, n);
	if (!parallel || bytes < BYTES_MIN)
		return parse_here(set, texts, n, ret_failed, err);
	return parse_in_parts(set, texts, n, parallel, ret_failed, err);
}
