/* Sets of templates: names, what they stand for, and which definition wins. */
#include <string.h>

#include "libcommon/lang/template/builtin.h"
#include "libcommon/lang/template/exec.h"
#include "libcommon/lang/template/tree.h"

static struct sl_tmpl_set *new_set(struct sl_arena *a, const struct sl_tmpl_options *options,
				   size_t expected)
{
	struct sl_tmpl_set *set = sl_arena_new(a, struct sl_tmpl_set);

	set->a = a;
	set->options = *options;
	set->trees = sl_go_map_new_for(a, expected);
	set->functions = sl_go_map_new(a);
	return set;
}

struct sl_tmpl_set *sl_tmpl_set_new(struct sl_arena *a, const struct sl_tmpl_options *options)
{
	struct sl_tmpl_set *set = new_set(a, options, options->expected);

	set->no_break = options->lookup && options->lookup(options->lookup_data, SL_STR("break"));
	set->no_continue =
		options->lookup && options->lookup(options->lookup_data, SL_STR("continue"));
	return set;
}

struct sl_tmpl_set *sl_tmpl_set_clone(struct sl_arena *a, const struct sl_tmpl_set *from)
{
	struct sl_tmpl_set *set = new_set(a, &from->options, 0);

	set->parent = from;
	set->no_break = from->no_break;
	set->no_continue = from->no_continue;
	return set;
}

const struct tmpl_tree *tmpl_set_find(const struct sl_tmpl_set *set, struct sl_str name)
{
	for (; set; set = set->parent) {
		const struct sl_goval *found = sl_go_map_get(set->trees, name);

		if (found)
			return found->ptr;
	}
	return NULL;
}

const struct sl_go_func *tmpl_set_function(struct sl_tmpl_set *set, struct sl_str name)
{
	const struct sl_tmpl_options *o = &set->options;
	const struct sl_tmpl_set *s = set;
	const struct sl_go_func *fn;
	struct sl_goval kept = SL_GO_NONE;

	do {
		const struct sl_goval *found = sl_go_map_get(s->functions, name);

		if (found)
			return found->ptr;
		s = s->parent;
	} while (s);
	fn = o->lookup ? o->lookup(o->lookup_data, name) : NULL;
	if (!fn)
		fn = tmpl_builtin(name);
	memcpy(&kept.ptr, &fn, sizeof(fn));
	if (fn)
		sl_go_map_set(set->a, set->functions, name, kept);
	return fn;
}

bool sl_tmpl_has(const struct sl_tmpl_set *set, struct sl_str name)
{
	return tmpl_set_find(set, name) != NULL;
}

int tmpl_set_read(struct sl_tmpl_set *set, struct sl_str name, struct sl_str text,
		  struct sl_go_map **ret_trees, struct sl_err *err)
{
	if (text.n > SL_TMPL_TEXT_MAX)
		return sl_err_set(err, SL_ERR_TOO_LARGE,
				  "template: %.*s: the text is larger than %u bytes",
				  SL_STR_FMT(name), SL_TMPL_TEXT_MAX);
	/* Most texts define nothing but themselves. */
	*ret_trees = sl_go_map_new_for(set->a, 1);
	return tmpl_parse_trees(set, name, text, *ret_trees, err);
}

void tmpl_set_define(struct sl_tmpl_set *set, const struct sl_go_map *trees,
		     const struct sl_str *new_name)
{
	for (size_t i = 0; i < sl_go_map_len(trees); i++) {
		const struct tmpl_tree *tree = sl_go_map_value_at(trees, i)->ptr;

		if (!tree->empty || !tmpl_set_find(set, tree->name) ||
		    (new_name && sl_str_eq(tree->name, *new_name)))
			sl_go_map_set_borrow(set->a, set->trees, tree->name,
					     *sl_go_map_value_at(trees, i));
	}
}

static int parse(struct sl_tmpl_set *set, struct sl_str name, struct sl_str text,
		 const struct sl_str *new_name, struct sl_err *err)
{
	struct sl_go_map *trees = NULL;
	int r = tmpl_set_read(set, name, text, &trees, err);

	if (r == 0)
		tmpl_set_define(set, trees, new_name);
	return r;
}

int sl_tmpl_parse(struct sl_tmpl_set *set, struct sl_str name, struct sl_str text,
		  struct sl_err *err)
{
	return parse(set, name, text, NULL, err);
}

int sl_tmpl_parse_within(const struct sl_go_call *call, struct sl_tmpl_set *set, struct sl_str name,
			 struct sl_str text, struct sl_err *err)
{
	int r;

	set->stack_base = call->exec->stack_base;
	set->options.stack = call->exec->limits.stack;
	r = parse(set, name, text, &name, err);
	set->stack_base = NULL;
	return r;
}
