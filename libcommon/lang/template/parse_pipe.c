/* Pipelines, commands and their operands. */
#include "libcommon/lang/template/literal.h"
#include "libcommon/lang/template/parser.h"

static int parse_term(struct tmpl_parser *p, struct tmpl_node **ret);

static void declare(struct tmpl_parser *p, struct tmpl_node *pipe, const struct tmpl_token *v)
{
	bool defined;

	pipe->pipeline.decl[pipe->decls++] = tmpl_variable_node(p, v->pos, v->value, &defined);
	tmpl_define_variable(p, v->value);
}

/*
 * Whether the pipeline begins with "$x :=", "$x =" or, of a range, "$x, $y :=" and so on. Space is a
 * token, so this looks ahead by three, and puts back what belongs to an operand.
 */
static int parse_declarations(struct tmpl_parser *p, const char *context, struct tmpl_node *pipe)
{
	for (;;) {
		struct tmpl_token v = *tmpl_peek_non_space(p), after, next;

		if (v.kind != TOKEN_VARIABLE)
			return 0;
		(void)tmpl_next(p);
		after = *tmpl_peek(p);
		next = *tmpl_peek_non_space(p);
		if (next.kind == TOKEN_ASSIGN || next.kind == TOKEN_DECLARE) {
			pipe->flag = next.kind == TOKEN_ASSIGN;
			(void)tmpl_next_non_space(p);
			declare(p, pipe, &v);
			return 0;
		}
		if (next.kind != TOKEN_CHAR || !sl_str_eqz(next.value, ",")) {
			struct tmpl_scope *s = p->scope;
			bool space = after.kind == TOKEN_SPACE;

			s->token[1] = space ? after : v;
			s->token[2] = v;
			s->peeked = space ? 3 : 2;
			return 0;
		}
		(void)tmpl_next_non_space(p);
		declare(p, pipe, &v);
		if (!sl_streq(context, "range") || pipe->decls >= 2)
			return tmpl_fail(p, "too many declarations in %s", context);
		next = *tmpl_peek_non_space(p);
		if (next.kind != TOKEN_VARIABLE && next.kind != TOKEN_RIGHT_DELIM &&
		    next.kind != TOKEN_RIGHT_PAREN)
			return tmpl_fail(p, "range can only initialize variables");
	}
}

/* Only the first command may begin with what cannot be executed. */
static int check_pipeline(struct tmpl_parser *p, const char *context, const struct tmpl_node *pipe)
{
	if (!pipe->pipeline.n)
		return tmpl_fail(p, "missing value for %s", context);
	for (size_t i = 1; i < pipe->pipeline.n; i++) {
		switch ((enum tmpl_kind)pipe->pipeline.commands[i]->list.items[0]->kind) {
		case TMPL_BOOL:
		case TMPL_DOT:
		case TMPL_NIL:
		case TMPL_NUMBER:
		case TMPL_STRING:
			return tmpl_fail(p, "non executable command in pipeline stage %zu", i + 1);
		default:
			break;
		}
	}
	return 0;
}

static bool begins_operand(enum tmpl_token_kind kind)
{
	switch (kind) {
	case TOKEN_BOOL:
	case TOKEN_CHAR_CONSTANT:
	case TOKEN_COMPLEX:
	case TOKEN_DOT:
	case TOKEN_FIELD:
	case TOKEN_IDENT:
	case TOKEN_NUMBER:
	case TOKEN_NIL:
	case TOKEN_RAW_STRING:
	case TOKEN_STRING:
	case TOKEN_VARIABLE:
	case TOKEN_LEFT_PAREN:
		return true;
	default:
		return false;
	}
}

static int refuse_fields(struct tmpl_parser *p, const struct tmpl_node *term)
{
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(SL_TMPL_TEXT_MAX);

	tmpl_node_text(term, &b);
	return tmpl_fail(p, "unexpected . after term %s", tmpl_quoted(p->a, sl_strbuf_str(&b)));
}

/*
 * Behind a term: the fields ".a.b" of it. A field or a variable takes them itself, and has the place of
 * the first of them from then on, as in Go.
 */
static int parse_fields(struct tmpl_parser *p, struct tmpl_node **node)
{
	struct tmpl_node *term = *node;
	bool own = term->kind == TMPL_FIELD || term->kind == TMPL_VARIABLE;
	uint32_t pos = tmpl_peek(p)->pos, n = 0, had = own ? term->field.n : 0;
	struct sl_str rest = sl_str_sub(p->text, pos + 1, pos + 1), *names;

	for (; tmpl_peek(p)->kind == TOKEN_FIELD; n++)
		rest.n += tmpl_next(p)->value.n;
	if (!own && term->kind != TMPL_IDENT && term->kind != TMPL_PIPE)
		return refuse_fields(p, term);
	rest.n--;
	names = sl_arena_array(p->a, had + n, sizeof(*names));
	if (had)
		names[0] = term->field.names[0];
	for (uint32_t i = 0; i < n; i++)
		(void)sl_str_split(&rest, '.', &names[had + i]);
	if (own) {
		term->pos = pos;
		term->field.names = names;
		term->field.n = had + n;
		return 0;
	}
	*node = tmpl_node_new(p, TMPL_CHAIN, pos);
	(*node)->chain.operand = term;
	(*node)->chain.names = names;
	(*node)->chain.n = n;
	return 0;
}

/* Operands up to a pipe character, which is consumed, or the end, which is left. */
static int parse_command(struct tmpl_parser *p, struct tmpl_node **ret)
{
	struct tmpl_node *command = tmpl_node_new(p, TMPL_COMMAND, tmpl_peek_non_space(p)->pos);
	size_t mark = p->pending_n;
	struct tmpl_token t;

	do {
		struct tmpl_node *operand = NULL;
		int r = parse_term(p, &operand);

		if (r == 0 && operand && tmpl_at_field(p))
			r = parse_fields(p, &operand);
		if (r < 0)
			return r;
		if (operand)
			tmpl_node_pend(p, operand);
	} while (tmpl_skip_space(p) || (t = *tmpl_next(p)).kind == TOKEN_SPACE);
	if (t.kind == TOKEN_RIGHT_DELIM || t.kind == TOKEN_RIGHT_PAREN)
		tmpl_backup(p);
	else if (t.kind != TOKEN_PIPE)
		return tmpl_unexpected(p, &t, "operand");
	command->list.items = tmpl_node_take(p, mark, &command->list.only, &command->list.n);
	if (!command->list.n)
		return tmpl_fail(p, "empty command");
	*ret = command;
	return 0;
}

int tmpl_parse_pipeline(struct tmpl_parser *p, const char *context, enum tmpl_token_kind end,
			struct tmpl_node **ret)
{
	struct tmpl_node *pipe = tmpl_node_new(p, TMPL_PIPE, tmpl_peek_non_space(p)->pos);
	struct tmpl_node *command = NULL;
	size_t mark = p->pending_n;
	int r = parse_declarations(p, context, pipe);

	while (r == 0) {
		const struct tmpl_token *t = tmpl_peek_non_space(p);

		if (t->kind == end) {
			(void)tmpl_next(p);
			pipe->pipeline.commands =
				tmpl_node_take(p, mark, &pipe->pipeline.only, &pipe->pipeline.n);
			*ret = pipe;
			return check_pipeline(p, context, pipe);
		}
		if (!begins_operand(t->kind))
			return tmpl_unexpected(p, t, context);
		r = parse_command(p, &command);
		if (r == 0)
			tmpl_node_pend(p, command);
	}
	return r;
}

static int parse_function(struct tmpl_parser *p, const struct tmpl_token *t, struct tmpl_node **ret)
{
	const struct sl_go_func *fn = tmpl_set_function(p->set, t->value);

	if (!fn)
		return tmpl_fail(p, "function %s not defined", tmpl_quoted(p->a, t->value));
	*ret = tmpl_node_new(p, TMPL_IDENT, t->pos);
	(*ret)->ident.name = t->value;
	(*ret)->ident.fn = fn;
	return 0;
}

static int parse_variable(struct tmpl_parser *p, const struct tmpl_token *t, struct tmpl_node **ret)
{
	bool defined;

	*ret = tmpl_variable_node(p, t->pos, t->value, &defined);
	if (defined)
		return 0;
	return tmpl_fail(p, "undefined variable %s", tmpl_quoted(p->a, t->value));
}

static int parse_number(struct tmpl_parser *p, const struct tmpl_token *t, struct tmpl_node **ret)
{
	struct tmpl_number *number = sl_arena_new(p->a, struct tmpl_number);
	const char *problem = tmpl_number_parse(p->a, t, number);

	if (problem)
		return tmpl_fail(p, "%s", problem);
	*ret = tmpl_node_new(p, TMPL_NUMBER, t->pos);
	(*ret)->number = number;
	return 0;
}

static int parse_string(struct tmpl_parser *p, const struct tmpl_token *t, struct tmpl_node **ret)
{
	*ret = tmpl_node_new(p, TMPL_STRING, t->pos);
	(*ret)->string.quoted = t->value;
	if (tmpl_unquote(p->a, t->value, &(*ret)->string.value))
		return 0;
	return tmpl_fail(p, "invalid syntax");
}

static void parse_field(struct tmpl_parser *p, const struct tmpl_token *t, struct tmpl_node **ret)
{
	*ret = tmpl_node_new(p, TMPL_FIELD, t->pos);
	(*ret)->field.own = sl_str_sub(t->value, 1, t->value.n);
	(*ret)->field.names = &(*ret)->field.own;
	(*ret)->field.n = 1;
}

/* A term, or NULL when something else comes. */
static int parse_term(struct tmpl_parser *p, struct tmpl_node **ret)
{
	const struct tmpl_token *t = tmpl_next_non_space(p);
	int r;

	switch (t->kind) {
	case TOKEN_IDENT:
		return parse_function(p, t, ret);
	case TOKEN_DOT:
	case TOKEN_NIL:
		*ret = tmpl_node_new(p, t->kind == TOKEN_DOT ? TMPL_DOT : TMPL_NIL, t->pos);
		return 0;
	case TOKEN_VARIABLE:
		return parse_variable(p, t, ret);
	case TOKEN_FIELD:
		parse_field(p, t, ret);
		return 0;
	case TOKEN_BOOL:
		*ret = tmpl_node_new(p, TMPL_BOOL, t->pos);
		(*ret)->flag = sl_str_eqz(t->value, "true");
		return 0;
	case TOKEN_CHAR_CONSTANT:
	case TOKEN_COMPLEX:
	case TOKEN_NUMBER:
		return parse_number(p, t, ret);
	case TOKEN_LEFT_PAREN:
		r = tmpl_enter(p);
		return r < 0 ? r
			     : tmpl_parse_pipeline(p, "parenthesized pipeline", TOKEN_RIGHT_PAREN,
						   ret);
	case TOKEN_STRING:
	case TOKEN_RAW_STRING:
		return parse_string(p, t, ret);
	default:
		tmpl_backup(p);
		*ret = NULL;
		return 0;
	}
}
