#include <string.h>

#include "libcommon/base/ascii.h"
#include "libcommon/lang/template/lex_scan.h"
#include "libcommon/lang/template/literal.h"

static bool accept(struct tmpl_lexer *l, const char *valid)
{
	if (l->pos >= l->text.n || !l->text.p[l->pos] || !strchr(valid, l->text.p[l->pos]))
		return false;
	l->pos++;
	return true;
}

static void accept_run(struct tmpl_lexer *l, const char *valid)
{
	while (accept(l, valid))
		;
}

/* What looks like a number; that it is one is found out when it is converted. */
static bool scan_number(struct tmpl_lexer *l)
{
	const char *digits = "0123456789_", *exponent = "eE";

	(void)accept(l, "+-");
	if (accept(l, "0")) {
		if (accept(l, "xX")) {
			digits = "0123456789abcdefABCDEF_";
			exponent = "pP";
		} else if (accept(l, "oO")) {
			digits = "01234567_";
			exponent = "";
		} else if (accept(l, "bB")) {
			digits = "01_";
			exponent = "";
		}
	}
	accept_run(l, digits);
	if (accept(l, "."))
		accept_run(l, digits);
	if (accept(l, exponent)) {
		(void)accept(l, "+-");
		accept_run(l, "0123456789_");
	}
	(void)accept(l, "i");
	if (!lex_is_word(lex_peek(l)))
		return true;
	(void)lex_next_rune(l);
	return false;
}

void tmpl_lex_number(struct tmpl_lexer *l, struct tmpl_token *ret)
{
	enum tmpl_token_kind kind = TOKEN_NUMBER;
	bool ok;

	/* Nearly always a few digits and space. */
	while (l->pos < l->text.n && sl_is_digit(l->text.p[l->pos]))
		l->pos++;
	if (l->pos > l->start && lex_is_space_at(l, l->pos)) {
		lex_emit(l, kind, ret);
		return;
	}
	l->pos = l->start;
	ok = scan_number(l);
	if (ok && (lex_peek(l) == '+' || lex_peek(l) == '-')) {
		ok = scan_number(l) && l->text.p[l->pos - 1] == 'i';
		kind = TOKEN_COMPLEX;
	}
	if (ok)
		lex_emit(l, kind, ret);
	else
		lex_fail(l,
			 sl_arena_printf(l->a, "bad number syntax: %s",
					 tmpl_quoted(l->a, sl_str_sub(l->text, l->start, l->pos))),
			 ret);
}

/* Up to the closing quote, which a backslash escapes. */
void tmpl_lex_quoted(struct tmpl_lexer *l, char quote, struct tmpl_token *ret)
{
	const char *p = l->text.p + l->pos + 1, *end = l->text.p + l->text.n;
	bool is_text = quote == '"';

	for (; p < end && *p != quote && *p != '\n'; p++)
		if (*p == '\\' && (++p == end || *p == '\n'))
			break;
	if (p == end || *p == '\n') {
		lex_fail(l,
			 is_text ? "unterminated quoted string" : "unterminated character constant",
			 ret);
		return;
	}
	l->pos = (uint32_t)(p - l->text.p) + 1;
	lex_emit(l, is_text ? TOKEN_STRING : TOKEN_CHAR_CONSTANT, ret);
}

void tmpl_lex_raw_quoted(struct tmpl_lexer *l, struct tmpl_token *ret)
{
	ptrdiff_t end = sl_str_chr(lex_rest(l, l->pos + 1), '`');

	if (end < 0) {
		lex_fail(l, "unterminated raw quoted string", ret);
		return;
	}
	l->pos += (uint32_t)end + 2;
	lex_emit(l, TOKEN_RAW_STRING, ret);
}
