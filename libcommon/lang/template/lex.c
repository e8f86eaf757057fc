#include <string.h>

#include "libcommon/lang/template/lex_scan.h"
#include "libcommon/lang/template/literal.h"

/* Each kind of token has a function of its own, which saves no registers for what the others need. */
#define APART __attribute__((noinline))

static const struct sl_str left_delim = { "{{", 2 }, right_delim = { "}}", 2 };
static const struct sl_str right_comment = { "*/", 2 };
#define LEFT_COMMENT_LEN 2

const unsigned char tmpl_lex_classes[256] = {
	[' '] = LEX_SPACE | LEX_ENDS_WORD,
	['\t'] = LEX_SPACE | LEX_ENDS_WORD,
	['\r'] = LEX_SPACE | LEX_ENDS_WORD,
	['\n'] = LEX_SPACE | LEX_ENDS_WORD,
	['.'] = LEX_ENDS_WORD,
	[','] = LEX_ENDS_WORD,
	['|'] = LEX_ENDS_WORD,
	[':'] = LEX_ENDS_WORD,
	['('] = LEX_ENDS_WORD,
	[')'] = LEX_ENDS_WORD,
	['_'] = LEX_WORD,
	['0' ... '9'] = LEX_WORD,
	['a' ... 'z'] = LEX_WORD,
	['A' ... 'Z'] = LEX_WORD,
};

void tmpl_lex_init(struct tmpl_lexer *l, struct sl_arena *a, struct sl_str text)
{
	*l = (struct tmpl_lexer){ .a = a, .text = text.p ? text : SL_STR("") };
}

/* "- " behind a left delimiter. */
static bool is_left_trim(const struct tmpl_lexer *l, size_t pos)
{
	return lex_is_byte_at(l, pos, '-') && lex_is_space_at(l, pos + 1);
}

/* " -}}", a right delimiter that trims. */
static bool at_right_trim(const struct tmpl_lexer *l, size_t pos)
{
	return pos + 4 <= l->text.n && lex_is_space_at(l, pos) &&
	       memcmp(l->text.p + pos + 1, "-}}", 3) == 0;
}

/* "}}" */
static bool at_plain_right_delim(const struct tmpl_lexer *l, size_t pos)
{
	return lex_is_byte_at(l, pos, '}') && lex_is_byte_at(l, pos + 1, '}');
}

static void skip_space(struct tmpl_lexer *l)
{
	while (lex_is_space_at(l, l->pos))
		l->pos++;
}

/* A comment, whose left marker is known to be there. False when it is malformed: then `*ret`. */
static bool skip_comment(struct tmpl_lexer *l, struct tmpl_token *ret)
{
	ptrdiff_t end;
	bool trim;

	l->pos += LEFT_COMMENT_LEN;
	end = sl_str_find(lex_rest(l, l->pos), right_comment);
	if (end < 0) {
		lex_fail(l, "unclosed comment", ret);
		return false;
	}
	l->pos += (uint32_t)((size_t)end + right_comment.n);
	trim = at_right_trim(l, l->pos);
	if (!trim && !at_plain_right_delim(l, l->pos)) {
		lex_fail(l, "comment ends before closing delimiter", ret);
		return false;
	}
	l->pos += trim ? 4 : 2;
	if (trim)
		skip_space(l);
	lex_ignore(l);
	return true;
}

/* The left delimiter, known to be there. False when it begins a comment, which is skipped. */
static bool lex_left_delim(struct tmpl_lexer *l, struct tmpl_token *ret)
{
	uint32_t marker = is_left_trim(l, l->pos + left_delim.n) ? 2 : 0;

	l->pos += (uint32_t)left_delim.n;
	if (lex_is_byte_at(l, l->pos + marker, '/') &&
	    lex_is_byte_at(l, l->pos + marker + 1, '*')) {
		l->pos += marker;
		lex_ignore(l);
		return !skip_comment(l, ret);
	}
	lex_emit(l, TOKEN_LEFT_DELIM, ret);
	l->inside = true;
	l->pos += marker;
	lex_ignore(l);
	l->parens = 0;
	return true;
}

/* The text before an action at `at`, less the space that the action trims. False when none is left. */
static bool lex_text_before(struct tmpl_lexer *l, uint32_t at, struct tmpl_token *ret)
{
	uint32_t end = at;

	if (is_left_trim(l, at + left_delim.n))
		while (end > l->start && lex_is_space_at(l, end - 1))
			end--;
	l->pos = end;
	lex_emit(l, TOKEN_TEXT, ret);
	l->pos = at;
	lex_ignore(l);
	return ret->value.n > 0;
}

/* The left delimiter at `from` or behind it. Single braces, as JSON has, are rarer than other characters. */
static bool find_left_delim(const struct tmpl_lexer *l, uint32_t from, uint32_t *ret_at)
{
	const char *p = l->text.p + from, *end = l->text.p + l->text.n;

	while (end - p >= 2 && (p = memchr(p, '{', (size_t)(end - p) - 1))) {
		if (p[1] == '{') {
			*ret_at = (uint32_t)(p - l->text.p);
			return true;
		}
		p++;
	}
	return false;
}

static APART void lex_text(struct tmpl_lexer *l, struct tmpl_token *ret)
{
	uint32_t at;

	while (find_left_delim(l, l->pos, &at))
		if ((at > l->pos && lex_text_before(l, at, ret)) || lex_left_delim(l, ret))
			return;
	l->pos = (uint32_t)l->text.n;
	lex_emit(l, l->pos > l->start ? TOKEN_TEXT : TOKEN_EOF, ret);
}

static void lex_right_delim(struct tmpl_lexer *l, struct tmpl_token *ret)
{
	bool trim = at_right_trim(l, l->pos);

	if (trim) {
		l->pos += 2;
		lex_ignore(l);
	}
	l->pos += (uint32_t)right_delim.n;
	lex_emit(l, TOKEN_RIGHT_DELIM, ret);
	if (trim) {
		skip_space(l);
		lex_ignore(l);
	}
	l->inside = false;
}

/* A right delimiter, known to be there. */
static APART void lex_end(struct tmpl_lexer *l, struct tmpl_token *ret)
{
	if (l->parens)
		lex_fail(l, "unclosed left paren", ret);
	else
		lex_right_delim(l, ret);
}

/* A run of space, but for its last character when that belongs to a right delimiter " -}}". */
static APART void lex_space(struct tmpl_lexer *l, struct tmpl_token *ret)
{
	uint32_t first = l->pos;

	/* Nearly always a single one between two words. */
	if (l->text.p[first] == ' ' && first + 1 < l->text.n && l->text.p[first + 1] != '-' &&
	    !lex_is_space_at(l, first + 1)) {
		l->pos++;
		lex_emit(l, TOKEN_SPACE, ret);
		return;
	}
	skip_space(l);
	if (at_right_trim(l, l->pos - 1)) {
		l->pos--;
		if (l->pos == first) {
			lex_end(l, ret);
			return;
		}
	}
	lex_emit(l, TOKEN_SPACE, ret);
}

/* What may stand behind a word. */
static bool at_terminator(const struct tmpl_lexer *l)
{
	if (l->pos >= l->text.n || lex_is_class((unsigned char)l->text.p[l->pos], LEX_ENDS_WORD))
		return true;
	return lex_is_byte_at(l, l->pos, '}') && lex_is_byte_at(l, l->pos + 1, '}');
}

/* fmt's %#U. */
static const char *rune_text(struct sl_arena *a, uint32_t rune)
{
	char bytes[4];
	struct sl_str s = { bytes, sl_rune_encode(rune, bytes) };
	bool plain = rune >= 0x80 ? tmpl_quoted(a, s)[1] != '\\' : rune >= 0x20 && rune < 0x7f;

	if (!plain)
		return sl_arena_printf(a, "U+%04X", rune);
	return sl_arena_printf(a, "U+%04X '%.*s'", rune, SL_STR_FMT(s));
}

static APART void fail_at_character(struct tmpl_lexer *l, struct tmpl_token *ret)
{
	lex_fail(l, sl_arena_printf(l->a, "bad character %s", rune_text(l->a, lex_peek(l))), ret);
}

/* A word ends here: it is a token, or the character behind it is none that may stand there. */
static void emit_word(struct tmpl_lexer *l, enum tmpl_token_kind kind, struct tmpl_token *ret)
{
	if (at_terminator(l))
		lex_emit(l, kind, ret);
	else
		fail_at_character(l, ret);
}

static enum tmpl_token_kind word_kind(const struct tmpl_lexer *l, struct sl_str word)
{
	static const struct {
		char word[9];
		enum tmpl_token_kind kind;
	} words[] = {
		/* by length, for which see `first` */
		{ "if", TOKEN_IF },
		{ "end", TOKEN_END },
		{ "nil", TOKEN_NIL },
		{ "else", TOKEN_ELSE },
		{ "with", TOKEN_WITH },
		{ "true", TOKEN_BOOL },
		{ "range", TOKEN_RANGE },
		{ "block", TOKEN_BLOCK },
		{ "false", TOKEN_BOOL },
		{ "break", TOKEN_BREAK },
		{ "define", TOKEN_DEFINE },
		{ "template", TOKEN_TEMPLATE },
		{ "continue", TOKEN_CONTINUE },
	};
	/* Of the words of so many bytes; those of the next length begin where they end. */
	static const uint8_t first[] = { 0, 0, 0, 1, 3, 6, 10, 11, 11, 13 };

	if (word.n + 1 >= SL_ARRAY_LEN(first))
		return TOKEN_IDENT;
	for (size_t i = first[word.n]; i < first[word.n + 1]; i++) {
		if (*word.p != *words[i].word || memcmp(word.p, words[i].word, word.n) != 0)
			continue;
		if ((words[i].kind == TOKEN_BREAK && l->no_break) ||
		    (words[i].kind == TOKEN_CONTINUE && l->no_continue))
			return TOKEN_IDENT;
		return words[i].kind;
	}
	return TOKEN_IDENT;
}

static void skip_word(struct tmpl_lexer *l)
{
	const char *p, *end = l->text.p + l->text.n;
	size_t width;

	for (;;) {
		for (p = l->text.p + l->pos; p < end && lex_is_class((unsigned char)*p, LEX_WORD);
		     p++)
			;
		l->pos = (uint32_t)(p - l->text.p);
		if (l->pos >= l->text.n || (unsigned char)l->text.p[l->pos] < 0x80 ||
		    !lex_is_word(lex_peek_rune(l, &width)))
			return;
		l->pos += (uint32_t)width;
	}
}

static APART void lex_ident(struct tmpl_lexer *l, struct tmpl_token *ret)
{
	skip_word(l);
	emit_word(l, word_kind(l, sl_str_sub(l->text, l->start, l->pos)), ret);
}

/* Behind the dot or the dollar sign: a name, or nothing. */
static APART void lex_name(struct tmpl_lexer *l, enum tmpl_token_kind kind,
			   enum tmpl_token_kind bare, struct tmpl_token *ret)
{
	uint32_t from = l->pos;

	skip_word(l);
	emit_word(l, l->pos > from ? kind : bare, ret);
}

static void lex_paren(struct tmpl_lexer *l, char paren, struct tmpl_token *ret)
{
	l->pos++;
	l->parens += paren == '(' ? 1 : -1;
	if (l->parens < 0)
		lex_fail(l, "unexpected right paren", ret);
	else
		lex_emit(l, paren == '(' ? TOKEN_LEFT_PAREN : TOKEN_RIGHT_PAREN, ret);
}

static void lex_declare(struct tmpl_lexer *l, struct tmpl_token *ret)
{
	if (!lex_is_byte_at(l, l->pos + 1, '=')) {
		lex_fail(l, "expected :=", ret);
		return;
	}
	l->pos += 2;
	lex_emit(l, TOKEN_DECLARE, ret);
}

static APART void lex_other(struct tmpl_lexer *l, uint32_t rune, struct tmpl_token *ret)
{
	if (rune > 0x20 && rune < 0x7f)
		lex_emit(l, TOKEN_CHAR, ret);
	else
		lex_fail(l,
			 sl_arena_printf(l->a, "unrecognized character in action: %s",
					 rune_text(l->a, rune)),
			 ret);
}

/* Whatever begins with a character outside ASCII: a word, or a mistake. */
static APART void lex_wide(struct tmpl_lexer *l, struct tmpl_token *ret)
{
	if (lex_is_word(lex_peek(l)))
		lex_ident(l, ret);
	else
		lex_other(l, lex_next_rune(l), ret);
}

/* "." alone at the end is no number, but where numbers are scanned that is found out. */
static void lex_dot(struct tmpl_lexer *l, struct tmpl_token *ret)
{
	char after = l->pos + 1 < l->text.n ? l->text.p[l->pos + 1] : '0';

	if (after >= '0' && after <= '9') {
		tmpl_lex_number(l, ret);
		return;
	}
	l->pos++;
	lex_name(l, TOKEN_FIELD, TOKEN_DOT, ret);
}

static void emit_byte(struct tmpl_lexer *l, enum tmpl_token_kind kind, struct tmpl_token *ret)
{
	l->pos++;
	lex_emit(l, kind, ret);
}

static APART void lex_inside(struct tmpl_lexer *l, struct tmpl_token *ret)
{
	unsigned char c;

	if (l->pos >= l->text.n) {
		lex_fail(l, "unclosed action", ret);
		return;
	}
	c = (unsigned char)l->text.p[l->pos];
	switch (c) {
	case ' ':
	case '\t':
	case '\r':
	case '\n':
		lex_space(l, ret);
		break;
	case 'a' ... 'z':
	case 'A' ... 'Z':
	case '_':
		lex_ident(l, ret);
		break;
	case '.':
		lex_dot(l, ret);
		break;
	case '$':
		l->pos++;
		lex_name(l, TOKEN_VARIABLE, TOKEN_VARIABLE, ret);
		break;
	case '0' ... '9':
	case '+':
	case '-':
		tmpl_lex_number(l, ret);
		break;
	case '"':
	case '\'':
		tmpl_lex_quoted(l, (char)c, ret);
		break;
	case '`':
		tmpl_lex_raw_quoted(l, ret);
		break;
	case '|':
		emit_byte(l, TOKEN_PIPE, ret);
		break;
	case '=':
		emit_byte(l, TOKEN_ASSIGN, ret);
		break;
	case ':':
		lex_declare(l, ret);
		break;
	case '(':
	case ')':
		lex_paren(l, (char)c, ret);
		break;
	case '}':
		if (at_plain_right_delim(l, l->pos))
			lex_end(l, ret);
		else
			lex_other(l, lex_next_rune(l), ret);
		break;
	case 0x80 ... 0xff:
		lex_wide(l, ret);
		break;
	default:
		lex_other(l, lex_next_rune(l), ret);
	}
}

void tmpl_lex_next(struct tmpl_lexer *l, struct tmpl_token *ret)
{
	if (l->inside)
		lex_inside(l, ret);
	else
		lex_text(l, ret);
}

const char *tmpl_token_text(struct sl_arena *a, const struct tmpl_token *t)
{
	struct sl_str head = t->value;
	uint32_t rune;
	size_t n = 0;

	if (t->kind == TOKEN_EOF)
		return "EOF";
	if (t->kind == TOKEN_ERROR)
		return sl_arena_str(a, t->value).p;
	if (t->kind >= TOKEN_BLOCK)
		return sl_arena_printf(a, "<%.*s>", SL_STR_FMT(t->value));
	if (t->value.n <= 10)
		return tmpl_quoted(a, t->value);
	for (int i = 0; i < 10 && n < head.n; i++)
		n += sl_rune_decode(sl_str_sub(head, n, head.n), &rune);
	return sl_arena_printf(a, "%s...", tmpl_quoted(a, sl_str_sub(head, 0, n)));
}
