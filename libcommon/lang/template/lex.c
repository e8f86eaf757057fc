#include "libcommon/lang/template/lex.h"

#include <string.h>

#include "libcommon/base/ascii.h"
#include "libcommon/codec/unicode.h"
#include "libcommon/lang/template/literal.h"

#define RUNE_EOF UINT32_MAX
/* Each kind of token has a function of its own, which saves no registers for what the others need. */
#define APART __attribute__((noinline))

static const struct sl_str left_delim = { "{{", 2 }, right_delim = { "}}", 2 };
static const struct sl_str right_comment = { "*/", 2 };
#define LEFT_COMMENT_LEN 2

void tmpl_lex_init(struct tmpl_lexer *l, struct sl_arena *a, struct sl_str text)
{
	*l = (struct tmpl_lexer){ .a = a, .text = text.p ? text : SL_STR("") };
}

static struct sl_str rest_from(const struct tmpl_lexer *l, size_t from)
{
	return sl_str_sub(l->text, from, l->text.n);
}

/* What ASCII characters are to the lexer. */
enum { SPACE = 1, WORD = 2, ENDS_WORD = 4 };
static const unsigned char classes[256] = {
	[' '] = SPACE | ENDS_WORD,
	['\t'] = SPACE | ENDS_WORD,
	['\r'] = SPACE | ENDS_WORD,
	['\n'] = SPACE | ENDS_WORD,
	['.'] = ENDS_WORD,
	[','] = ENDS_WORD,
	['|'] = ENDS_WORD,
	[':'] = ENDS_WORD,
	['('] = ENDS_WORD,
	[')'] = ENDS_WORD,
	['_'] = WORD,
	['0' ... '9'] = WORD,
	['a' ... 'z'] = WORD,
	['A' ... 'Z'] = WORD,
};

static bool is_class(unsigned char c, int class)
{
	return classes[c] & class;
}

static bool is_space_at(const struct tmpl_lexer *l, size_t pos)
{
	return pos < l->text.n && is_class((unsigned char)l->text.p[pos], SPACE);
}

static bool is_byte_at(const struct tmpl_lexer *l, size_t pos, char c)
{
	return pos < l->text.n && l->text.p[pos] == c;
}

static bool is_word(uint32_t rune)
{
	if (rune < 0x80)
		return classes[rune] & WORD;
	return rune != RUNE_EOF && (sl_rune_is_letter(rune) || sl_rune_is_digit(rune));
}

/* The code point at the current place and its length; RUNE_EOF and 0 at the end. */
static uint32_t peek_rune(const struct tmpl_lexer *l, size_t *ret_width)
{
	uint32_t rune = RUNE_EOF;

	*ret_width = 0;
	if (l->pos >= l->text.n)
		return RUNE_EOF;
	if ((unsigned char)l->text.p[l->pos] < 0x80) {
		*ret_width = 1;
		return (unsigned char)l->text.p[l->pos];
	}
	*ret_width = sl_rune_decode(rest_from(l, l->pos), &rune);
	return rune;
}

static uint32_t peek(const struct tmpl_lexer *l)
{
	size_t width;

	return peek_rune(l, &width);
}

static uint32_t next_rune(struct tmpl_lexer *l)
{
	size_t width;
	uint32_t rune = peek_rune(l, &width);

	l->pos += (uint32_t)width;
	return rune;
}

/* What lies between the token's start and here is it. */
static void emit(struct tmpl_lexer *l, enum tmpl_token_kind kind, struct tmpl_token *ret)
{
	*ret = (struct tmpl_token){ kind, l->start, { l->text.p + l->start, l->pos - l->start } };
	l->start = l->pos;
}

/* Drop what lies between the token's start and here. */
static void ignore(struct tmpl_lexer *l)
{
	l->start = l->pos;
}

static void fail(struct tmpl_lexer *l, const char *message, struct tmpl_token *ret)
{
	*ret = (struct tmpl_token){ TOKEN_ERROR, l->start, sl_str(message) };
	l->start = l->pos = 0;
	l->text = SL_STR("");
}

/* "- " behind a left delimiter. */
static bool is_left_trim(const struct tmpl_lexer *l, size_t pos)
{
	return is_byte_at(l, pos, '-') && is_space_at(l, pos + 1);
}

/* " -}}", a right delimiter that trims. */
static bool at_right_trim(const struct tmpl_lexer *l, size_t pos)
{
	return pos + 4 <= l->text.n && is_space_at(l, pos) &&
	       memcmp(l->text.p + pos + 1, "-}}", 3) == 0;
}

/* "}}" */
static bool at_plain_right_delim(const struct tmpl_lexer *l, size_t pos)
{
	return is_byte_at(l, pos, '}') && is_byte_at(l, pos + 1, '}');
}

static void skip_space(struct tmpl_lexer *l)
{
	while (is_space_at(l, l->pos))
		l->pos++;
}

/* A comment, whose left marker is known to be there. False when it is malformed: then `*ret`. */
static bool skip_comment(struct tmpl_lexer *l, struct tmpl_token *ret)
{
	ptrdiff_t end;
	bool trim;

	l->pos += LEFT_COMMENT_LEN;
	end = sl_str_find(rest_from(l, l->pos), right_comment);
	if (end < 0) {
		fail(l, "unclosed comment", ret);
		return false;
	}
	l->pos += (uint32_t)((size_t)end + right_comment.n);
	trim = at_right_trim(l, l->pos);
	if (!trim && !at_plain_right_delim(l, l->pos)) {
		fail(l, "comment ends before closing delimiter", ret);
		return false;
	}
	l->pos += trim ? 4 : 2;
	if (trim)
		skip_space(l);
	ignore(l);
	return true;
}

/* The left delimiter, known to be there. False when it begins a comment, which is skipped. */
static bool lex_left_delim(struct tmpl_lexer *l, struct tmpl_token *ret)
{
	uint32_t marker = is_left_trim(l, l->pos + left_delim.n) ? 2 : 0;

	l->pos += (uint32_t)left_delim.n;
	if (is_byte_at(l, l->pos + marker, '/') && is_byte_at(l, l->pos + marker + 1, '*')) {
		l->pos += marker;
		ignore(l);
		return !skip_comment(l, ret);
	}
	emit(l, TOKEN_LEFT_DELIM, ret);
	l->inside = true;
	l->pos += marker;
	ignore(l);
	l->parens = 0;
	return true;
}

/* The text before an action at `at`, less the space that the action trims. False when none is left. */
static bool lex_text_before(struct tmpl_lexer *l, uint32_t at, struct tmpl_token *ret)
{
	uint32_t end = at;

	if (is_left_trim(l, at + left_delim.n))
		while (end > l->start && is_space_at(l, end - 1))
			end--;
	l->pos = end;
	emit(l, TOKEN_TEXT, ret);
	l->pos = at;
	ignore(l);
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
	emit(l, l->pos > l->start ? TOKEN_TEXT : TOKEN_EOF, ret);
}

static void lex_right_delim(struct tmpl_lexer *l, struct tmpl_token *ret)
{
	bool trim = at_right_trim(l, l->pos);

	if (trim) {
		l->pos += 2;
		ignore(l);
	}
	l->pos += (uint32_t)right_delim.n;
	emit(l, TOKEN_RIGHT_DELIM, ret);
	if (trim) {
		skip_space(l);
		ignore(l);
	}
	l->inside = false;
}

/* A right delimiter, known to be there. */
static APART void lex_end(struct tmpl_lexer *l, struct tmpl_token *ret)
{
	if (l->parens)
		fail(l, "unclosed left paren", ret);
	else
		lex_right_delim(l, ret);
}

/* A run of space, but for its last character when that belongs to a right delimiter " -}}". */
static APART void lex_space(struct tmpl_lexer *l, struct tmpl_token *ret)
{
	uint32_t first = l->pos;

	/* Nearly always a single one between two words. */
	if (l->text.p[first] == ' ' && first + 1 < l->text.n && l->text.p[first + 1] != '-' &&
	    !is_space_at(l, first + 1)) {
		l->pos++;
		emit(l, TOKEN_SPACE, ret);
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
	emit(l, TOKEN_SPACE, ret);
}

/* What may stand behind a word. */
static bool at_terminator(const struct tmpl_lexer *l)
{
	if (l->pos >= l->text.n || is_class((unsigned char)l->text.p[l->pos], ENDS_WORD))
		return true;
	return is_byte_at(l, l->pos, '}') && is_byte_at(l, l->pos + 1, '}');
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
	fail(l, sl_arena_printf(l->a, "bad character %s", rune_text(l->a, peek(l))), ret);
}

/* A word ends here: it is a token, or the character behind it is none that may stand there. */
static void emit_word(struct tmpl_lexer *l, enum tmpl_token_kind kind, struct tmpl_token *ret)
{
	if (at_terminator(l))
		emit(l, kind, ret);
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
		for (p = l->text.p + l->pos; p < end && is_class((unsigned char)*p, WORD); p++)
			;
		l->pos = (uint32_t)(p - l->text.p);
		if (l->pos >= l->text.n || (unsigned char)l->text.p[l->pos] < 0x80 ||
		    !is_word(peek_rune(l, &width)))
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
	if (!is_word(peek(l)))
		return true;
	(void)next_rune(l);
	return false;
}

static APART void lex_number(struct tmpl_lexer *l, struct tmpl_token *ret)
{
	enum tmpl_token_kind kind = TOKEN_NUMBER;
	bool ok;

	/* Nearly always a few digits and space. */
	while (l->pos < l->text.n && sl_is_digit(l->text.p[l->pos]))
		l->pos++;
	if (l->pos > l->start && is_space_at(l, l->pos)) {
		emit(l, kind, ret);
		return;
	}
	l->pos = l->start;
	ok = scan_number(l);
	if (ok && (peek(l) == '+' || peek(l) == '-')) {
		ok = scan_number(l) && l->text.p[l->pos - 1] == 'i';
		kind = TOKEN_COMPLEX;
	}
	if (ok)
		emit(l, kind, ret);
	else
		fail(l,
		     sl_arena_printf(l->a, "bad number syntax: %s",
				     tmpl_quoted(l->a, sl_str_sub(l->text, l->start, l->pos))),
		     ret);
}

/* Up to the closing quote, which a backslash escapes. */
static APART void lex_quoted(struct tmpl_lexer *l, char quote, struct tmpl_token *ret)
{
	const char *p = l->text.p + l->pos + 1, *end = l->text.p + l->text.n;
	bool is_text = quote == '"';

	for (; p < end && *p != quote && *p != '\n'; p++)
		if (*p == '\\' && (++p == end || *p == '\n'))
			break;
	if (p == end || *p == '\n') {
		fail(l, is_text ? "unterminated quoted string" : "unterminated character constant",
		     ret);
		return;
	}
	l->pos = (uint32_t)(p - l->text.p) + 1;
	emit(l, is_text ? TOKEN_STRING : TOKEN_CHAR_CONSTANT, ret);
}

static APART void lex_raw_quoted(struct tmpl_lexer *l, struct tmpl_token *ret)
{
	ptrdiff_t end = sl_str_chr(rest_from(l, l->pos + 1), '`');

	if (end < 0) {
		fail(l, "unterminated raw quoted string", ret);
		return;
	}
	l->pos += (uint32_t)end + 2;
	emit(l, TOKEN_RAW_STRING, ret);
}

static void lex_paren(struct tmpl_lexer *l, char paren, struct tmpl_token *ret)
{
	l->pos++;
	l->parens += paren == '(' ? 1 : -1;
	if (l->parens < 0)
		fail(l, "unexpected right paren", ret);
	else
		emit(l, paren == '(' ? TOKEN_LEFT_PAREN : TOKEN_RIGHT_PAREN, ret);
}

static void lex_declare(struct tmpl_lexer *l, struct tmpl_token *ret)
{
	if (!is_byte_at(l, l->pos + 1, '=')) {
		fail(l, "expected :=", ret);
		return;
	}
	l->pos += 2;
	emit(l, TOKEN_DECLARE, ret);
}

static APART void lex_other(struct tmpl_lexer *l, uint32_t rune, struct tmpl_token *ret)
{
	if (rune > 0x20 && rune < 0x7f)
		emit(l, TOKEN_CHAR, ret);
	else
		fail(l,
		     sl_arena_printf(l->a, "unrecognized character in action: %s",
				     rune_text(l->a, rune)),
		     ret);
}

/* Whatever begins with a character outside ASCII: a word, or a mistake. */
static APART void lex_wide(struct tmpl_lexer *l, struct tmpl_token *ret)
{
	if (is_word(peek(l)))
		lex_ident(l, ret);
	else
		lex_other(l, next_rune(l), ret);
}

/* "." alone at the end is no number, but where numbers are scanned that is found out. */
static void lex_dot(struct tmpl_lexer *l, struct tmpl_token *ret)
{
	char after = l->pos + 1 < l->text.n ? l->text.p[l->pos + 1] : '0';

	if (after >= '0' && after <= '9') {
		lex_number(l, ret);
		return;
	}
	l->pos++;
	lex_name(l, TOKEN_FIELD, TOKEN_DOT, ret);
}

static void emit_byte(struct tmpl_lexer *l, enum tmpl_token_kind kind, struct tmpl_token *ret)
{
	l->pos++;
	emit(l, kind, ret);
}

static APART void lex_inside(struct tmpl_lexer *l, struct tmpl_token *ret)
{
	unsigned char c;

	if (l->pos >= l->text.n) {
		fail(l, "unclosed action", ret);
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
		lex_number(l, ret);
		break;
	case '"':
	case '\'':
		lex_quoted(l, (char)c, ret);
		break;
	case '`':
		lex_raw_quoted(l, ret);
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
			lex_other(l, next_rune(l), ret);
		break;
	case 0x80 ... 0xff:
		lex_wide(l, ret);
		break;
	default:
		lex_other(l, next_rune(l), ret);
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
