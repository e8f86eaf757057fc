/*
 * The tokens of a template's text, one at a time. Private to lang/template.
 *
 * Tokens borrow from the text; an error's text is made in the arena.
 */
#ifndef LIBCOMMON_LANG_TEMPLATE_LEX_H
#define LIBCOMMON_LANG_TEMPLATE_LEX_H

#include <stdbool.h>
#include <stdint.h>

#include "libcommon/base/arena.h"
#include "libcommon/base/str.h"

/* From TOKEN_BLOCK on: keywords, which messages show in angle brackets. */
enum tmpl_token_kind {
	TOKEN_ERROR,
	TOKEN_BOOL,
	TOKEN_CHAR, /* any other printable character, such as a comma */
	TOKEN_CHAR_CONSTANT,
	TOKEN_COMPLEX,
	TOKEN_ASSIGN,
	TOKEN_DECLARE,
	TOKEN_EOF,
	TOKEN_FIELD, /* with its dot */
	TOKEN_IDENT,
	TOKEN_LEFT_DELIM,
	TOKEN_LEFT_PAREN,
	TOKEN_NUMBER,
	TOKEN_PIPE,
	TOKEN_RAW_STRING, /* with its quotes, as the next */
	TOKEN_RIGHT_DELIM,
	TOKEN_RIGHT_PAREN,
	TOKEN_SPACE,
	TOKEN_STRING,
	TOKEN_TEXT,
	TOKEN_VARIABLE, /* with its dollar sign */
	TOKEN_BLOCK,
	TOKEN_BREAK,
	TOKEN_CONTINUE,
	TOKEN_DOT,
	TOKEN_DEFINE,
	TOKEN_ELSE,
	TOKEN_END,
	TOKEN_IF,
	TOKEN_NIL,
	TOKEN_RANGE,
	TOKEN_TEMPLATE,
	TOKEN_WITH,
};

struct tmpl_token {
	enum tmpl_token_kind kind;
	uint32_t pos;
	struct sl_str value; /* ERROR: the message */
};

struct tmpl_lexer {
	struct sl_arena *a;
	struct sl_str text;
	uint32_t pos, start;	    /* of what is looked at, and of the token */
	int32_t parens;		    /* open ones in this action */
	bool inside;		    /* of an action */
	bool no_break, no_continue; /* functions have these names, so that they are no keywords */
};

/* Whether a word of ASCII letters, a field or a text in double quotes may begin there. */
static inline bool tmpl_lex_is_word_at(const struct tmpl_lexer *l, size_t pos)
{
	char c = l->text.p[pos];

	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' || c == '"' || c == '$';
}

/* `text` is shorter than 2 GiB. */
void tmpl_lex_init(struct tmpl_lexer *l, struct sl_arena *a, struct sl_str text);
/* The next one. After an ERROR or the EOF nothing that means anything comes. */
void tmpl_lex_next(struct tmpl_lexer *l, struct tmpl_token *ret);
/*
 * Pass over a single space between words of an action, as most are, for whoever would pass over its token.
 * Whether there was one.
 */
static inline bool tmpl_lex_skip_space(struct tmpl_lexer *l)
{
	if (!l->inside || l->pos + 1 >= l->text.n || l->text.p[l->pos] != ' ' ||
	    !tmpl_lex_is_word_at(l, l->pos + 1))
		return false;
	l->start = ++l->pos;
	return true;
}
/* Whether the next token may be a FIELD. */
static inline bool tmpl_lex_is_at_dot(const struct tmpl_lexer *l)
{
	return l->pos < l->text.n && l->text.p[l->pos] == '.';
}
/* The token as messages show it, in the arena. */
const char *tmpl_token_text(struct sl_arena *a, const struct tmpl_token *t);

#endif
