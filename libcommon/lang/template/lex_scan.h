/*
 * What the files of the lexer share: looking at characters, and making a token of what was passed. Private
 * to lang/template.
 *
 * lex.c tells tokens apart; lex_literal.c finds the end of numbers and of what is in quotes.
 */
#ifndef LIBCOMMON_LANG_TEMPLATE_LEX_SCAN_H
#define LIBCOMMON_LANG_TEMPLATE_LEX_SCAN_H

#include "libcommon/codec/unicode.h"
#include "libcommon/lang/template/lex.h"

#define LEX_EOF UINT32_MAX

/* What ASCII characters are to the lexer: bits. */
enum { LEX_SPACE = 1, LEX_WORD = 2, LEX_ENDS_WORD = 4 };
extern const unsigned char tmpl_lex_classes[256];

static inline struct sl_str lex_rest(const struct tmpl_lexer *l, size_t from)
{
	return sl_str_sub(l->text, from, l->text.n);
}

static inline bool lex_is_class(unsigned char c, int class)
{
	return tmpl_lex_classes[c] & class;
}

static inline bool lex_is_space_at(const struct tmpl_lexer *l, size_t pos)
{
	return pos < l->text.n && lex_is_class((unsigned char)l->text.p[pos], LEX_SPACE);
}

static inline bool lex_is_byte_at(const struct tmpl_lexer *l, size_t pos, char c)
{
	return pos < l->text.n && l->text.p[pos] == c;
}

static inline bool lex_is_word(uint32_t rune)
{
	if (rune < 0x80)
		return tmpl_lex_classes[rune] & LEX_WORD;
	return rune != LEX_EOF && (sl_rune_is_letter(rune) || sl_rune_is_digit(rune));
}

/* The code point at the current place and its length; LEX_EOF and 0 at the end. */
static inline uint32_t lex_peek_rune(const struct tmpl_lexer *l, size_t *ret_width)
{
	uint32_t rune = LEX_EOF;

	*ret_width = 0;
	if (l->pos >= l->text.n)
		return LEX_EOF;
	if ((unsigned char)l->text.p[l->pos] < 0x80) {
		*ret_width = 1;
		return (unsigned char)l->text.p[l->pos];
	}
	*ret_width = sl_rune_decode(lex_rest(l, l->pos), &rune);
	return rune;
}

static inline uint32_t lex_peek(const struct tmpl_lexer *l)
{
	size_t width;

	return lex_peek_rune(l, &width);
}

static inline uint32_t lex_next_rune(struct tmpl_lexer *l)
{
	size_t width;
	uint32_t rune = lex_peek_rune(l, &width);

	l->pos += (uint32_t)width;
	return rune;
}

/* What lies between the token's start and here is it. */
static inline void lex_emit(struct tmpl_lexer *l, enum tmpl_token_kind kind, struct tmpl_token *ret)
{
	*ret = (struct tmpl_token){ kind, l->start, { l->text.p + l->start, l->pos - l->start } };
	l->start = l->pos;
}

/* Drop what lies between the token's start and here. */
static inline void lex_ignore(struct tmpl_lexer *l)
{
	l->start = l->pos;
}

static inline void lex_fail(struct tmpl_lexer *l, const char *message, struct tmpl_token *ret)
{
	*ret = (struct tmpl_token){ TOKEN_ERROR, l->start, sl_str(message) };
	l->start = l->pos = 0;
	l->text = SL_STR("");
}

/* Tokens that begin at the current place, where their first character is. */
void tmpl_lex_number(struct tmpl_lexer *l, struct tmpl_token *ret);
void tmpl_lex_quoted(struct tmpl_lexer *l, char quote, struct tmpl_token *ret);
void tmpl_lex_raw_quoted(struct tmpl_lexer *l, struct tmpl_token *ret);

#endif
