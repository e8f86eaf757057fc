/* Lists of text and actions, and the actions that control. */
#include <assert.h>

#include "libcommon/lang/template/literal.h"
#include "libcommon/lang/template/parser.h"

static int expect_right_delim(struct tmpl_parser *p, const char *context, struct tmpl_token *ret)
{
	*ret = *tmpl_next_non_space(p);
	return ret->kind == TOKEN_RIGHT_DELIM ? 0 : tmpl_unexpected(p, ret, context);
}

int tmpl_parse_text_or_action(struct tmpl_parser *p, const struct tmpl_token *t,
			      struct tmpl_node **ret)
{
	int r;

	if (t->kind == TOKEN_TEXT) {
		*ret = tmpl_node_new(p, TMPL_TEXT, t->pos);
		(*ret)->text = t->value;
		return 0;
	}
	if (t->kind != TOKEN_LEFT_DELIM)
		return tmpl_unexpected(p, t, "input");
	p->scope->action = t->value.p;
	r = tmpl_parse_action(p, ret);
	p->scope->action = NULL;
	return r;
}

int tmpl_parse_list(struct tmpl_parser *p, struct tmpl_node **ret, struct tmpl_node **ret_next)
{
	struct tmpl_node *list = tmpl_node_new(p, TMPL_LIST, tmpl_peek_non_space(p)->pos);
	struct tmpl_node *node = NULL;
	size_t mark = p->pending_n;
	int r = tmpl_enter(p);

	while (r == 0 && tmpl_peek_non_space(p)->kind != TOKEN_EOF) {
		struct tmpl_token t = *tmpl_next_non_space(p);

		r = tmpl_parse_text_or_action(p, &t, &node);
		if (r < 0)
			return r;
		if (node->kind == TMPL_END || node->kind == TMPL_ELSE) {
			list->list.items = tmpl_node_take(p, mark, &list->list.only, &list->list.n);
			*ret = list;
			*ret_next = node;
			return 0;
		}
		tmpl_node_pend(p, node);
	}
	return r < 0 ? r : tmpl_fail(p, "unexpected EOF");
}

static int parse_break(struct tmpl_parser *p, enum tmpl_kind kind, const struct tmpl_token *word,
		       struct tmpl_node **ret)
{
	const char *text = kind == TMPL_BREAK ? "{{break}}" : "{{continue}}";
	struct tmpl_token t;
	int r = expect_right_delim(p, text, &t);

	if (r < 0)
		return r;
	if (!p->scope->ranges)
		return tmpl_fail(p, "%s outside {{range}}", text);
	*ret = tmpl_node_new(p, kind, word->pos);
	return 0;
}

static int parse_control(struct tmpl_parser *p, enum tmpl_kind kind, struct tmpl_node **ret);

/* Behind {{else}}. One that goes on with the same keyword holds just that, and shares its {{end}}. */
static int parse_else(struct tmpl_parser *p, enum tmpl_kind kind, struct tmpl_node *otherwise,
		      struct tmpl_node **ret)
{
	struct tmpl_node *next = NULL;
	enum tmpl_token_kind word = tmpl_peek(p)->kind;
	int r;

	if ((kind == TMPL_IF && word == TOKEN_IF) || (kind == TMPL_WITH && word == TOKEN_WITH)) {
		struct tmpl_node *list = tmpl_node_new(p, TMPL_LIST, otherwise->pos);
		size_t mark = p->pending_n;

		(void)tmpl_next(p);
		r = parse_control(p, kind, &next);
		if (r < 0)
			return r;
		tmpl_node_pend(p, next);
		list->list.items = tmpl_node_take(p, mark, &list->list.only, &list->list.n);
		*ret = list;
		return 0;
	}
	r = tmpl_parse_list(p, ret, &next);
	if (r < 0)
		return r;
	if (next->kind != TMPL_END)
		return tmpl_fail(p, "expected end; found {{else}}");
	return 0;
}

/* if, range and with: their pipeline, list and else, up to and with {{end}}. */
static int parse_control(struct tmpl_parser *p, enum tmpl_kind kind, struct tmpl_node **ret)
{
	const char *context = kind == TMPL_IF ? "if" : kind == TMPL_RANGE ? "range" : "with";
	struct tmpl_node *pipe = NULL, *list = NULL, *next = NULL, *otherwise = NULL;
	size_t variables = p->defined_n;
	int r = tmpl_enter(p);

	if (r == 0)
		r = tmpl_parse_pipeline(p, context, TOKEN_RIGHT_DELIM, &pipe);
	if (r < 0)
		return r;
	p->scope->ranges += kind == TMPL_RANGE;
	r = tmpl_parse_list(p, &list, &next);
	p->scope->ranges -= kind == TMPL_RANGE;
	if (r == 0 && next->kind == TMPL_ELSE)
		r = parse_else(p, kind, next, &otherwise);
	if (r < 0)
		return r;
	assert(pipe);
	tmpl_forget_variables(p, variables);
	*ret = tmpl_node_new(p, kind, pipe->pos);
	(*ret)->branch.pipe = pipe;
	(*ret)->branch.list = list;
	(*ret)->branch.otherwise = otherwise;
	return 0;
}

static int parse_end(struct tmpl_parser *p, struct tmpl_node **ret)
{
	struct tmpl_token t;
	int r = expect_right_delim(p, "end", &t);

	if (r == 0)
		*ret = tmpl_node_new(p, TMPL_END, t.pos);
	return r;
}

/* The keyword of {{else if}} and {{else with}} stays for parse_else(). */
static int parse_else_word(struct tmpl_parser *p, struct tmpl_node **ret)
{
	struct tmpl_token t = *tmpl_peek_non_space(p);
	int r = 0;

	if (t.kind != TOKEN_IF && t.kind != TOKEN_WITH)
		r = expect_right_delim(p, "else", &t);
	if (r == 0)
		*ret = tmpl_node_new(p, TMPL_ELSE, t.pos);
	return r;
}

static int parse_template_name(struct tmpl_parser *p, const struct tmpl_token *t,
			       const char *context, struct sl_str *ret)
{
	if (t->kind != TOKEN_STRING && t->kind != TOKEN_RAW_STRING)
		return tmpl_unexpected(p, t, context);
	if (!tmpl_unquote(p->a, t->value, ret))
		return tmpl_fail(p, "invalid syntax");
	return 0;
}

static struct tmpl_node *new_call(struct tmpl_parser *p, uint32_t pos, struct sl_str name,
				  struct tmpl_node *pipe)
{
	struct tmpl_node *node = tmpl_node_new(p, TMPL_TEMPLATE, pos);

	node->call.name = name;
	node->call.pipe = pipe;
	return node;
}

/* A definition and its use in one. */
static int parse_block(struct tmpl_parser *p, struct tmpl_node **ret)
{
	static const char context[] = "block clause";
	struct tmpl_token t = *tmpl_next_non_space(p);
	struct tmpl_scope *outer = p->scope, inner;
	struct tmpl_node *pipe = NULL;
	struct sl_str name = SL_STR_NULL;
	int r = parse_template_name(p, &t, context, &name);

	if (r == 0)
		r = tmpl_parse_pipeline(p, context, TOKEN_RIGHT_DELIM, &pipe);
	if (r < 0)
		return r;
	tmpl_scope_enter(p, &inner);
	r = tmpl_parse_body(p, name, context, outer);
	tmpl_scope_leave(p, outer);
	if (r == 0)
		*ret = new_call(p, t.pos, name, pipe);
	return r;
}

static int parse_template(struct tmpl_parser *p, struct tmpl_node **ret)
{
	static const char context[] = "template clause";
	struct tmpl_token t = *tmpl_next_non_space(p);
	struct tmpl_node *pipe = NULL;
	struct sl_str name = SL_STR_NULL;
	int r = parse_template_name(p, &t, context, &name);

	if (r < 0)
		return r;
	if (tmpl_next_non_space(p)->kind != TOKEN_RIGHT_DELIM) {
		tmpl_backup(p);
		r = tmpl_parse_pipeline(p, context, TOKEN_RIGHT_DELIM, &pipe);
	}
	if (r == 0)
		*ret = new_call(p, t.pos, name, pipe);
	return r;
}

int tmpl_parse_action(struct tmpl_parser *p, struct tmpl_node **ret)
{
	struct tmpl_token t = *tmpl_next_non_space(p);
	struct tmpl_node *pipe = NULL;
	int r;

	switch (t.kind) {
	case TOKEN_BLOCK:
		return parse_block(p, ret);
	case TOKEN_BREAK:
		return parse_break(p, TMPL_BREAK, &t, ret);
	case TOKEN_CONTINUE:
		return parse_break(p, TMPL_CONTINUE, &t, ret);
	case TOKEN_ELSE:
		return parse_else_word(p, ret);
	case TOKEN_END:
		return parse_end(p, ret);
	case TOKEN_IF:
		return parse_control(p, TMPL_IF, ret);
	case TOKEN_RANGE:
		return parse_control(p, TMPL_RANGE, ret);
	case TOKEN_TEMPLATE:
		return parse_template(p, ret);
	case TOKEN_WITH:
		return parse_control(p, TMPL_WITH, ret);
	default:
		break;
	}
	tmpl_backup(p);
	r = tmpl_parse_pipeline(p, "command", TOKEN_RIGHT_DELIM, &pipe);
	if (r < 0)
		return r;
	*ret = tmpl_node_new(p, TMPL_ACTION, t.pos);
	(*ret)->pipe = pipe;
	return 0;
}
