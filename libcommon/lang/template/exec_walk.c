/* Walking the lists of a template: text, actions and what controls them. */
#include <stdlib.h>

#include "libcommon/lang/template/exec.h"
#include "libcommon/lang/template/fmt.h"
#include "libcommon/lang/template/literal.h"

static int walk_list(struct tmpl_frame *f, const struct tmpl_value *dot,
		     const struct tmpl_node *list);

bool tmpl_print(struct sl_strbuf *out, struct sl_goval v)
{
	switch (sl_goval_kind(v)) {
	case SL_GO_INVALID:
		sl_strbuf_addz(out, "<no value>");
		return true;
	case SL_GO_STRING:
		if (v.type->string)
			break;
		sl_strbuf_adds(out, v.s);
		return true;
	case SL_GO_POINTER:
		if (v.ptr && !v.type->string)
			v = (struct sl_goval){ .type = v.type->elem, .ptr = v.ptr };
		break;
	case SL_GO_FUNC:
		return false;
	default:
		break;
	}
	sl_go_fmt_value(out, v);
	return true;
}

static int check_output(struct tmpl_frame *f)
{
	size_t max = f->x->limits.output;

	if (!f->out->failed && f->out->n - f->written <= max)
		return 0;
	return tmpl_limit_error(f, "the output is larger than %zu bytes",
				f->out->failed && f->out->max < max ? f->out->max : max);
}

static int walk_action(struct tmpl_frame *f, const struct tmpl_value *dot,
		       const struct tmpl_node *node)
{
	struct tmpl_value v = { .v = SL_GO_NONE };
	int r = tmpl_eval_pipeline(f, dot, node->pipe, &v);

	if (r < 0 || node->pipe->decls)
		return r;
	f->node = node;
	if (!tmpl_print(f->out, v.v))
		return tmpl_error(f, "can't print %s of type %s", tmpl_node_string(f, node),
				  v.v.type->name);
	return check_output(f);
}

/* The if that alone stands in an else, which "else if" is short for. */
static const struct tmpl_node *else_branch(const struct tmpl_node *otherwise)
{
	const struct tmpl_node *only = otherwise->list.n == 1 ? otherwise->list.items[0] : NULL;

	return only && (only->kind == TMPL_IF || only->kind == TMPL_WITH) ? only : NULL;
}

static int walk_branch(struct tmpl_frame *f, const struct tmpl_value *dot,
		       const struct tmpl_node *node)
{
	size_t variables = f->x->variables_n;
	const struct tmpl_node *list = NULL;
	struct tmpl_value v = { .v = SL_GO_NONE };
	int r = 0;

	while (node && !list) {
		r = tmpl_step(f);
		if (r == 0)
			r = tmpl_eval_pipeline(f, dot, node->branch.pipe, &v);
		if (r < 0)
			return r;
		if (sl_goval_truth(v.v)) {
			dot = node->kind == TMPL_WITH ? &v : dot;
			list = node->branch.list;
			break;
		}
		list = node->branch.otherwise;
		node = list ? else_branch(list) : NULL;
		if (node)
			list = NULL;
	}
	if (list)
		r = walk_list(f, dot, list);
	f->x->variables_n = variables;
	return r;
}

/* One round of a range. `index` is NULL where there is none. */
static int iterate(struct tmpl_frame *f, const struct tmpl_node *node, struct sl_goval index,
		   const struct tmpl_value *elem)
{
	const struct tmpl_node *pipe = node->branch.pipe;
	size_t variables = f->x->variables_n;
	struct tmpl_value at = { .v = index };
	int r = tmpl_step(f);

	if (r < 0)
		return r;
	if (pipe->decls && pipe->flag) {
		r = tmpl_variable_set(f, pipe->pipeline.decl[0], pipe->decls > 1 ? &at : elem);
		if (r == 0 && pipe->decls > 1)
			r = tmpl_variable_set(f, pipe->pipeline.decl[1], elem);
		if (r < 0)
			return r;
	} else if (pipe->decls) {
		f->x->variables[variables - 1].value = *elem;
		if (pipe->decls > 1)
			f->x->variables[variables - 2].value = at;
	}
	r = walk_list(f, elem, node->branch.list);
	f->x->variables_n = variables;
	return r == TMPL_WALK_CONTINUE ? 0 : r;
}

static int range_number(struct tmpl_frame *f, const struct tmpl_node *node, struct sl_goval v,
			bool *ret_ran)
{
	bool is_signed = sl_go_kind_is_int(v.type->kind);
	uint64_t n = is_signed && v.i < 0 ? 0 : v.u;
	int r = 0;

	if (node->branch.pipe->decls > 1)
		return tmpl_error(f, "can't use %s to iterate over more than one variable",
				  tmpl_value_string(f, v));
	for (uint64_t i = 0; i < n && r == 0; i++) {
		struct tmpl_value elem = { .v = { .type = v.type, .u = i } };

		*ret_ran = true;
		r = iterate(f, node, SL_GO_NONE, &elem);
	}
	return r;
}

static int range_slice(struct tmpl_frame *f, const struct tmpl_node *node, struct sl_goval v,
		       bool *ret_ran)
{
	size_t n = sl_goval_len(v);
	int r = 0;

	for (size_t i = 0; i < n && r == 0; i++) {
		struct tmpl_value elem = { sl_goval_item(v, i), v.type->elem == &sl_go_any };

		*ret_ran = true;
		r = iterate(f, node, sl_goval_int((int64_t)i), &elem);
	}
	return r;
}

static int compare_entries(const void *x, const void *y)
{
	const struct sl_goval *a = x, *b = y;

	return sl_str_cmp(a->s, b->s);
}

/* What the map holds now, in the order of its keys: the body may change the map. */
static int range_map(struct tmpl_frame *f, const struct tmpl_node *node, struct sl_goval v,
		     bool *ret_ran)
{
	struct sl_tmpl_exec *x = f->x;
	size_t n = sl_go_map_len(v.map);
	struct tmpl_mark mark;
	struct sl_goval *entries = tmpl_values_push(x, n * 2, &mark);
	bool sorted = true;
	int r = 0;

	for (size_t i = 0; i < n; i++) {
		entries[2 * i] = sl_goval_str(sl_go_map_key_at(v.map, i));
		entries[2 * i + 1] = *sl_go_map_value_at(v.map, i);
		if (i && sl_str_cmp(entries[2 * i - 2].s, entries[2 * i].s) > 0)
			sorted = false;
	}
	if (!sorted)
		qsort(entries, n, 2 * sizeof(*entries), compare_entries);
	for (size_t i = 0; i < n && r == 0; i++) {
		struct tmpl_value elem = { entries[2 * i + 1], v.type->elem == &sl_go_any };

		*ret_ran = true;
		r = iterate(f, node, entries[2 * i], &elem);
	}
	tmpl_values_pop(x, mark);
	return r;
}

static int walk_range(struct tmpl_frame *f, const struct tmpl_value *dot,
		      const struct tmpl_node *node)
{
	size_t variables = f->x->variables_n;
	struct tmpl_value v = { .v = SL_GO_NONE };
	enum sl_go_kind kind;
	bool ran = false;
	int r = tmpl_eval_pipeline(f, dot, node->branch.pipe, &v);

	if (r < 0)
		return r;
	v.v = tmpl_indirect(v.v);
	kind = sl_goval_kind(v.v);
	if (sl_go_kind_is_int(kind) || sl_go_kind_is_uint(kind))
		r = range_number(f, node, v.v, &ran);
	else if (kind == SL_GO_SLICE)
		r = range_slice(f, node, v.v, &ran);
	else if (kind == SL_GO_MAP)
		r = range_map(f, node, v.v, &ran);
	else if (kind != SL_GO_INVALID)
		r = tmpl_error(f, "range can't iterate over %s", tmpl_value_string(f, v.v));
	if (r == 0 && !ran && node->branch.otherwise) {
		r = walk_list(f, dot, node->branch.otherwise);
		f->x->variables_n = variables;
		return r;
	}
	f->x->variables_n = variables;
	return r == TMPL_WALK_BREAK ? 0 : r;
}

/* Within the frame of the template, whose first variable is "$". */
int tmpl_run(struct sl_tmpl_exec *x, struct tmpl_frame *f, const struct tmpl_value *dot)
{
	int r;

	f->variables = x->variables_n;
	tmpl_variable_push(f, 0, dot);
	f->node = f->tree->root;
	r = walk_list(f, dot, f->tree->root);
	x->variables_n = f->variables;
	return r;
}

static int walk_template(struct tmpl_frame *f, const struct tmpl_value *dot,
			 const struct tmpl_node *node)
{
	struct sl_tmpl_exec *x = f->x;
	const struct tmpl_tree *tree = tmpl_set_find(x->set, node->call.name);
	struct tmpl_frame inner = *f;
	struct tmpl_value arg = { .v = SL_GO_NONE };
	int r = 0;

	if (!tree)
		return tmpl_error(f, "template %s not defined",
				  tmpl_quoted(x->call.a, node->call.name));
	if (f->depth == x->limits.depth || !tmpl_has_room(x))
		return tmpl_error(f, "exceeded maximum template depth (%u)", x->limits.depth);
	if (node->call.pipe)
		r = tmpl_eval_pipeline(f, dot, node->call.pipe, &arg);
	if (r < 0)
		return r;
	inner.depth++;
	inner.tree = tree;
	return tmpl_run(x, &inner, &arg);
}

static int walk(struct tmpl_frame *f, const struct tmpl_value *dot, const struct tmpl_node *node)
{
	int r = tmpl_step(f);

	if (r < 0)
		return r;
	f->node = node;
	switch ((enum tmpl_kind)node->kind) {
	case TMPL_TEXT:
		sl_strbuf_adds(f->out, node->text);
		return check_output(f);
	case TMPL_ACTION:
		return walk_action(f, dot, node);
	case TMPL_IF:
	case TMPL_WITH:
		return walk_branch(f, dot, node);
	case TMPL_RANGE:
		return walk_range(f, dot, node);
	case TMPL_TEMPLATE:
		return walk_template(f, dot, node);
	case TMPL_BREAK:
		return TMPL_WALK_BREAK;
	default: /* CONTINUE: nothing else stands in lists */
		return TMPL_WALK_CONTINUE;
	}
}

static int walk_list(struct tmpl_frame *f, const struct tmpl_value *dot,
		     const struct tmpl_node *list)
{
	int r = tmpl_descend(f);

	f->node = list;
	for (size_t i = 0; i < list->list.n && r == 0; i++)
		r = walk(f, dot, list->list.items[i]);
	return r;
}
