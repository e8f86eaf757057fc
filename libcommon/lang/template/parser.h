/*
 * What the files of the parser share. Private to lang/template.
 *
 * A definition within a text has a scope of its own: its look-ahead, its variables, its loops. The
 * scopes share the lexer, and are left before the one around them reads on.
 */
#ifndef LIBCOMMON_LANG_TEMPLATE_PARSER_H
#define LIBCOMMON_LANG_TEMPLATE_PARSER_H

#include <stddef.h>

#include "libcommon/lang/template/lex.h"
#include "libcommon/lang/template/tree.h"

struct tmpl_scope {
	struct tmpl_token token[3]; /* look-ahead; [0] is the last that was read */
	int peeked;
	const char *action; /* where the one began that is being read, or NULL */
	unsigned ranges;    /* around the current place */
	size_t variables;   /* of outer scopes, which are not seen */
};

/* A variable that is defined at the moment. */
struct tmpl_defined {
	uint32_t name;
	uint32_t before; /* what tmpl_names.defined was */
};

/* A name of a variable, by its number. */
struct tmpl_name {
	uint32_t defined; /* its last place in the row of defined ones, from 1; 0: none */
};

struct tmpl_parser {
	struct sl_arena *a; /* of the set */
	struct sl_tmpl_set *set;
	struct sl_err *err;
	struct tmpl_lexer lex;
	struct tmpl_scope *scope;
	struct sl_str name, text;
	struct sl_go_map *trees;
	const char *stack_base;
	size_t stack_max;
	/* Nodes of lists that are not finished yet, innermost last. */
	struct tmpl_node **pending;
	size_t pending_n, pending_cap;
	struct sl_go_map *numbers; /* of the names of variables */
	struct tmpl_name *names;
	size_t names_n, names_cap;
	struct tmpl_defined *defined;
	size_t defined_n, defined_cap;
};

/* Tokens. What is pointed at is valid until the next token is asked for. */
static inline const struct tmpl_token *tmpl_peek(struct tmpl_parser *p)
{
	struct tmpl_scope *s = p->scope;

	if (s->peeked == 0) {
		tmpl_lex_next(&p->lex, &s->token[0]);
		s->peeked = 1;
	}
	return &s->token[s->peeked - 1];
}

static inline const struct tmpl_token *tmpl_next(struct tmpl_parser *p)
{
	const struct tmpl_token *t = tmpl_peek(p);

	p->scope->peeked--;
	return t;
}

static inline const struct tmpl_token *tmpl_peek_non_space(struct tmpl_parser *p)
{
	const struct tmpl_token *t;

	if (p->scope->peeked == 0)
		(void)tmpl_lex_skip_space(&p->lex);
	t = tmpl_peek(p);
	while (t->kind == TOKEN_SPACE) {
		p->scope->peeked--;
		t = tmpl_peek(p);
	}
	return t;
}

static inline const struct tmpl_token *tmpl_next_non_space(struct tmpl_parser *p)
{
	const struct tmpl_token *t = tmpl_peek_non_space(p);

	p->scope->peeked--;
	return t;
}

/* The single space between two words; whether there was one. Others remain tokens. */
static inline bool tmpl_skip_space(struct tmpl_parser *p)
{
	return p->scope->peeked == 0 && tmpl_lex_skip_space(&p->lex);
}

/* Whether fields follow what was just read. */
static inline bool tmpl_at_field(struct tmpl_parser *p)
{
	return (p->scope->peeked || tmpl_lex_is_at_dot(&p->lex)) &&
	       tmpl_peek(p)->kind == TOKEN_FIELD;
}

static inline void tmpl_backup(struct tmpl_parser *p)
{
	p->scope->peeked++;
}

/* "template: NAME:LINE: …"; returns SL_ERR_INVALID. */
int tmpl_fail(struct tmpl_parser *p, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
int tmpl_unexpected(struct tmpl_parser *p, const struct tmpl_token *t, const char *context);
/* Fails when the stack does not allow another level. */
int tmpl_enter(struct tmpl_parser *p);

/* What the static analyser cannot see: those fail. */
#if defined(__clang_analyzer__) && !defined(TMPL_PARSER_IMPLEMENTATION)
#define tmpl_fail(...) SL_NEGATIVE_(tmpl_fail(__VA_ARGS__))
#define tmpl_unexpected(...) SL_NEGATIVE_(tmpl_unexpected(__VA_ARGS__))
#endif

/* Bytes of a node up to and with a member of its union. */
#define TMPL_SIZE_WITH(member) \
	(offsetof(struct tmpl_node, member) + sizeof(((struct tmpl_node *)0)->member))

/* Nodes. */
static inline struct tmpl_node *tmpl_node_new(struct tmpl_parser *p, enum tmpl_kind kind,
					      uint32_t pos)
{
	/* Of those without a payload: zero. */
	static const uint8_t payloads[] = {
		[TMPL_TEXT] = TMPL_SIZE_WITH(text),	 [TMPL_ACTION] = TMPL_SIZE_WITH(pipe),
		[TMPL_CHAIN] = TMPL_SIZE_WITH(chain),	 [TMPL_COMMAND] = TMPL_SIZE_WITH(list),
		[TMPL_LIST] = TMPL_SIZE_WITH(list),	 [TMPL_FIELD] = TMPL_SIZE_WITH(field),
		[TMPL_VARIABLE] = TMPL_SIZE_WITH(field), [TMPL_IDENT] = TMPL_SIZE_WITH(ident),
		[TMPL_IF] = TMPL_SIZE_WITH(branch),	 [TMPL_RANGE] = TMPL_SIZE_WITH(branch),
		[TMPL_WITH] = TMPL_SIZE_WITH(branch),	 [TMPL_NUMBER] = TMPL_SIZE_WITH(number),
		[TMPL_PIPE] = TMPL_SIZE_WITH(pipeline),	 [TMPL_STRING] = TMPL_SIZE_WITH(string),
		[TMPL_TEMPLATE] = TMPL_SIZE_WITH(call),	 [TMPL_CONTINUE] = 0,
	};
	size_t size = payloads[kind] ? payloads[kind] : offsetof(struct tmpl_node, text);
	struct tmpl_node *node = sl_arena_alloc(p->a, size);

	node->kind = (uint8_t)kind;
	node->pos = pos;
	return node;
}
/* One more of the list that is being collected. */
static inline void tmpl_node_pend(struct tmpl_parser *p, struct tmpl_node *node)
{
	p->pending = sl_grow(p->pending, p->pending_n, &p->pending_cap, sizeof(struct tmpl_node *));
	p->pending[p->pending_n++] = node;
}
/* The slow part of tmpl_node_take(): not one. */
struct tmpl_node **tmpl_node_copy(struct tmpl_parser *p, size_t mark);
/*
 * What was collected behind `mark`, the number of pending nodes at its beginning: in the arena, or a single
 * one in `*only`.
 */
static inline struct tmpl_node **tmpl_node_take(struct tmpl_parser *p, size_t mark,
						struct tmpl_node **only, size_t *ret_n)
{
	struct tmpl_node **items = only;

	*ret_n = p->pending_n - mark;
	if (*ret_n == 1)
		*only = p->pending[mark];
	else
		items = tmpl_node_copy(p, mark);
	p->pending_n = mark;
	return items;
}

/* Variables. */
void tmpl_define_variable(struct tmpl_parser *p, struct sl_str name);
void tmpl_forget_variables(struct tmpl_parser *p, size_t down_to);
/* A VARIABLE node; whether the variable is defined now. */
struct tmpl_node *tmpl_variable_node(struct tmpl_parser *p, uint32_t pos, struct sl_str name,
				     bool *ret_defined);

/* A pipeline up to and with the token `end`; `context` is what messages call it. */
int tmpl_parse_pipeline(struct tmpl_parser *p, const char *context, enum tmpl_token_kind end,
			struct tmpl_node **ret);
/* Text and actions up to and with {{end}} or {{else}}, which `*ret_next` is. */
int tmpl_parse_list(struct tmpl_parser *p, struct tmpl_node **ret, struct tmpl_node **ret_next);
/* A piece of text, or the action behind a left delimiter, of which `t` is the first token. */
int tmpl_parse_text_or_action(struct tmpl_parser *p, const struct tmpl_token *t,
			      struct tmpl_node **ret);
/* What follows the left delimiter. */
int tmpl_parse_action(struct tmpl_parser *p, struct tmpl_node **ret);
/* A definition begins or ends: `inner` becomes the scope, `outer` is it again. */
void tmpl_scope_enter(struct tmpl_parser *p, struct tmpl_scope *inner);
void tmpl_scope_leave(struct tmpl_parser *p, struct tmpl_scope *outer);
/*
 * The list of a definition, its {{end}}, and its entry among the trees. `blamed` is the scope whose last
 * token gives the line when something else than {{end}} comes.
 */
int tmpl_parse_body(struct tmpl_parser *p, struct sl_str name, const char *context,
		    const struct tmpl_scope *blamed);

#endif
