/* The parser's tokens, nodes, variables and scopes, and the text as a whole. */
#define TMPL_PARSER_IMPLEMENTATION
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "libcommon/codec/unicode.h"
#include "libcommon/lang/template/literal.h"
#include "libcommon/lang/template/parser.h"

#define MESSAGE_MAX ((size_t)1 << 24)
#define PENDING_MIN 64 /* nodes: few texts need more */
#define NAMES_MIN 4

/* The number of "$", which is no other variable's name. */
enum { DOLLAR };

int tmpl_fail(struct tmpl_parser *p, const char *fmt, ...)
{
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(MESSAGE_MAX);
	va_list ap;

	sl_strbuf_addf(&b, "template: %.*s:%zu: ", SL_STR_FMT(p->name),
		       tmpl_line_at(p->text, p->scope->token[0].pos));
	va_start(ap, fmt);
	sl_strbuf_vaddf(&b, fmt, ap);
	va_end(ap);
	return sl_err_set(p->err, SL_ERR_INVALID, "%s", b.p);
}

int tmpl_unexpected(struct tmpl_parser *p, const struct tmpl_token *t, const char *context)
{
	const char *text = tmpl_token_text(p->a, t), *action = p->scope->action, *in;
	size_t line;

	if (t->kind != TOKEN_ERROR)
		return tmpl_fail(p, "unexpected %s in %s", text, context);
	line = action ? tmpl_line_at(p->text, (size_t)(action - p->text.p)) : 0;
	if (!action || line == tmpl_line_at(p->text, t->pos))
		return tmpl_fail(p, "%s", text);
	in = sl_str_ends(t->value, SL_STR(" action")) ? "" : " in action";
	return tmpl_fail(p, "%s%s started at %.*s:%zu", text, in, SL_STR_FMT(p->name), line);
}

int tmpl_enter(struct tmpl_parser *p)
{
	if (tmpl_stack_used(p->stack_base) > p->stack_max)
		return tmpl_fail(p, "max expression depth exceeded");
	return 0;
}

struct tmpl_node **tmpl_node_copy(struct tmpl_parser *p, size_t mark)
{
	size_t n = p->pending_n - mark;
	struct tmpl_node **items = sl_arena_array(p->a, n, sizeof(struct tmpl_node *));

	if (n)
		memcpy(items, p->pending + mark, n * sizeof(struct tmpl_node *));
	return items;
}

/* The number of a variable's name, the same throughout the text. */
static uint32_t number_of(struct tmpl_parser *p, struct sl_str name)
{
	const struct sl_goval *known;

	if (name.n == 1)
		return DOLLAR;
	known = sl_go_map_get(p->numbers, name);
	if (known)
		return (uint32_t)known->u;
	p->names = sl_grow(p->names, p->names_n, &p->names_cap, sizeof(*p->names));
	p->names[p->names_n] = (struct tmpl_name){ 0 };
	sl_go_map_set_borrow(p->a, p->numbers, name, (struct sl_goval){ .u = p->names_n });
	return (uint32_t)p->names_n++;
}

void tmpl_define_variable(struct tmpl_parser *p, struct sl_str name)
{
	uint32_t number = number_of(p, name);

	p->defined = sl_grow(p->defined, p->defined_n, &p->defined_cap, sizeof(*p->defined));
	p->defined[p->defined_n++] = (struct tmpl_defined){ number, p->names[number].defined };
	p->names[number].defined = (uint32_t)p->defined_n;
}

void tmpl_forget_variables(struct tmpl_parser *p, size_t down_to)
{
	while (p->defined_n > down_to) {
		struct tmpl_defined *d = &p->defined[--p->defined_n];

		p->names[d->name].defined = d->before;
	}
}

struct tmpl_node *tmpl_variable_node(struct tmpl_parser *p, uint32_t pos, struct sl_str name,
				     bool *ret_defined)
{
	struct tmpl_node *node = tmpl_node_new(p, TMPL_VARIABLE, pos);

	node->field.own = name;
	node->field.variable = number_of(p, name);
	*ret_defined = p->names[node->field.variable].defined > p->scope->variables;
	return node;
}

void tmpl_scope_enter(struct tmpl_parser *p, struct tmpl_scope *inner)
{
	*inner = (struct tmpl_scope){ .variables = p->defined_n };
	p->scope = inner;
	tmpl_define_variable(p, SL_STR("$"));
}

void tmpl_scope_leave(struct tmpl_parser *p, struct tmpl_scope *outer)
{
	tmpl_forget_variables(p, p->scope->variables);
	p->scope = outer;
}

/* White space as Unicode has it. */
static bool is_blank(struct sl_str s)
{
	while (s.n) {
		uint32_t r;
		size_t n = sl_rune_decode(s, &r);

		if (!(r == ' ' || (r >= '\t' && r <= '\r') || r == 0x85 || r == 0xa0 ||
		      r == 0x1680 || (r >= 0x2000 && r <= 0x200a) || r == 0x2028 || r == 0x2029 ||
		      r == 0x202f || r == 0x205f || r == 0x3000))
			return false;
		s = sl_str_sub(s, n, s.n);
	}
	return true;
}

static bool is_empty(const struct tmpl_node *list)
{
	for (size_t i = 0; i < list->list.n; i++)
		if (list->list.items[i]->kind != TMPL_TEXT || !is_blank(list->list.items[i]->text))
			return false;
	return true;
}

/* Within one text a definition may only take the place of an empty one. */
static int add_tree(struct tmpl_parser *p, struct sl_str name, struct tmpl_node *root, bool whole)
{
	const struct sl_goval *known = sl_go_map_get(p->trees, name);
	const struct tmpl_tree *old = known ? known->ptr : NULL;
	struct tmpl_tree *tree = sl_arena_new(p->a, struct tmpl_tree);

	*tree = (struct tmpl_tree){ name, p->name, p->text, root, is_empty(root), whole };
	if (old && !old->empty) {
		if (tree->empty)
			return 0;
		return tmpl_fail(p, "template: multiple definition of template %s",
				 tmpl_quoted(p->a, name));
	}
	sl_go_map_set_borrow(p->a, p->trees, name, (struct sl_goval){ .ptr = tree });
	return 0;
}

int tmpl_parse_body(struct tmpl_parser *p, struct sl_str name, const char *context,
		    const struct tmpl_scope *blamed)
{
	struct tmpl_node *list = NULL, *end = NULL;
	int r = tmpl_parse_list(p, &list, &end);

	if (r < 0)
		return r;
	if (end->kind != TMPL_END) {
		p->scope->token[0].pos = blamed->token[0].pos;
		return tmpl_fail(p, "unexpected {{else}} in %s", context);
	}
	return add_tree(p, name, list, false);
}

static int parse_define_clause(struct tmpl_parser *p)
{
	static const char context[] = "define clause";
	struct tmpl_token t = *tmpl_next_non_space(p);
	struct sl_str name;

	if (t.kind != TOKEN_STRING && t.kind != TOKEN_RAW_STRING)
		return tmpl_unexpected(p, &t, context);
	if (!tmpl_unquote(p->a, t.value, &name))
		return tmpl_fail(p, "invalid syntax");
	t = *tmpl_next_non_space(p);
	if (t.kind != TOKEN_RIGHT_DELIM)
		return tmpl_unexpected(p, &t, context);
	return tmpl_parse_body(p, name, context, p->scope);
}

/* {{define "name"}} … {{end}}, whose keyword is behind. */
static int parse_definition(struct tmpl_parser *p)
{
	struct tmpl_scope *outer = p->scope, inner;
	int r;

	tmpl_scope_enter(p, &inner);
	r = parse_define_clause(p);
	tmpl_scope_leave(p, outer);
	return r;
}

/* One piece of the whole text; `*ret` is NULL when it was a definition. */
static int parse_piece(struct tmpl_parser *p, struct tmpl_node **ret)
{
	struct tmpl_token t = *tmpl_next_non_space(p);

	*ret = NULL;
	if (t.kind == TOKEN_LEFT_DELIM) {
		if (tmpl_next_non_space(p)->kind == TOKEN_DEFINE)
			return parse_definition(p);
		tmpl_backup(p);
	}
	return tmpl_parse_text_or_action(p, &t, ret);
}

static int parse_text(struct tmpl_parser *p)
{
	struct tmpl_node *root = tmpl_node_new(p, TMPL_LIST, tmpl_peek(p)->pos), *node;

	while (tmpl_peek(p)->kind != TOKEN_EOF) {
		int r = parse_piece(p, &node);

		if (r < 0)
			return r;
		if (node && (node->kind == TMPL_END || node->kind == TMPL_ELSE))
			return tmpl_fail(p, "unexpected %s",
					 node->kind == TMPL_END ? "{{end}}" : "{{else}}");
		if (node)
			tmpl_node_pend(p, node);
		if (sl_arena_full(p->a))
			return sl_err_set(p->err, SL_ERR_TOO_LARGE,
					  "template: %.*s: the memory for templates is used up",
					  SL_STR_FMT(p->name));
	}
	root->list.items = tmpl_node_take(p, 0, &root->list.only, &root->list.n);
	return add_tree(p, p->name, root, true);
}

int tmpl_parse_trees(struct sl_tmpl_set *set, struct sl_str name, struct sl_str text,
		     struct sl_go_map *trees, struct sl_err *err)
{
	const struct sl_tmpl_options *o = &set->options;
	struct tmpl_scope scope;
	struct tmpl_parser p = {
		.a = set->a,
		.set = set,
		.err = err,
		.name = name,
		.text = text,
		.trees = trees,
		.numbers = sl_go_map_new(set->a),
		.stack_base = set->stack_base ? set->stack_base : __builtin_frame_address(0),
		.stack_max = o->stack ? o->stack : SL_TMPL_STACK_MAX,
		.pending = sl_xreallocarray(NULL, PENDING_MIN, sizeof(*p.pending)),
		.pending_cap = PENDING_MIN,
		.names = sl_xreallocarray(NULL, NAMES_MIN, sizeof(*p.names)),
		.names_n = DOLLAR + 1,
		.names_cap = NAMES_MIN,
	};
	int r;

	tmpl_lex_init(&p.lex, set->a, text);
	p.lex.no_break = set->no_break;
	p.lex.no_continue = set->no_continue;
	p.names[DOLLAR] = (struct tmpl_name){ 0 };
	tmpl_scope_enter(&p, &scope);
	r = parse_text(&p);
	free(p.pending);
	free(p.names);
	free(p.defined);
	return r;
}
