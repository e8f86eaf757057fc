/* Many texts at once: each of those that differ is parsed once, several at a time. */
#include "libcommon/base/parts.h"
#include "libcommon/lang/template/tree.h"

struct text {
	struct sl_str name, text;
	size_t same_as; /* the first text that is the same: this one's number, if none is */
	struct sl_go_map *trees; /* of the first */
};

struct job {
	const struct sl_tmpl_set *set;
	struct text *texts;
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

static int parse_first(struct sl_tmpl_set *set, struct text *texts, size_t i, struct sl_err *err)
{
	struct text *t = &texts[i];

	return t->same_as == i ? tmpl_set_read(set, t->name, t->text, &t->trees, err) : 0;
}

static int parse_part(void *arg, struct sl_part *p)
{
	struct job *j = arg;
	struct sl_tmpl_set *set = sl_tmpl_set_clone(&p->a, j->set);
	int r = 0;

	for (size_t i = p->from; i < p->to && r == 0; i++)
		r = parse_first(set, j->texts, i, NULL);
	return r;
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
	tmpl_set_define(set, trees, NULL);
	return 0;
}

int sl_tmpl_parse_all(struct sl_tmpl_set *set, const struct sl_tmpl_text *given, size_t n,
		      sl_parallel_fn parallel, size_t *ret_failed, struct sl_err *err)
{
	struct text *texts = sl_arena_array(set->a, n, sizeof(*texts));
	struct job j = { .set = set, .texts = texts };
	bool parsed = false;
	int r = 0;

	for (size_t i = 0; i < n; i++)
		texts[i] = (struct text){ .name = given[i].name, .text = given[i].text };
	if (find_same(set->a, texts, n) >= SL_PARTS_BYTES_MIN)
		parsed = sl_parts_run(parallel, set->a, n, parse_part, &j);
	for (size_t i = 0; i < n && r == 0; i++) {
		*ret_failed = i;
		if (!parsed)
			r = parse_first(set, texts, i, err);
		if (r == 0)
			r = define(set, texts, i, err);
	}
	return r;
}
