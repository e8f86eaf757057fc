#include "libcommon/lang/template/lex.h"

#include <string.h>

#include "libcommon/codec/unicode.h"
#include "libcommon/lang/template/literal.h"

#define RUNE_EOF UINT32_MAX

static const struct sl_str left_delim = { "{{", 2 }, right_delim = { "}}", 2 };
static const struct sl_str right_comment = { "*/", 2 };
#define LEFT_COMMENT_LEN 2

void tmpl_lex_init(struct tmpl_lexer *l, struct sl_arena *a, struct sl_str text)
{
	*l = (struct tmpl_lexer){
		.a = a, .text = text.p ? text : SL_STR(""), .line = 1, .start_line = 1
	};
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
	if (rune == '\n')
		l->line++;
	return rune;
}

static uint32_t count_lines(struct sl_str s)
{
	uint32_t n = 0;

	for (const char *p = s.p, *end = s.p + s.n; p < end; p++, n++) {
		p = memchr(p, '\n', (size_t)(end - p));
		if (!p)
			break;
	}
	return n;
}

/* The lines between token's start and here, where they were not counted on the way. */
static void count_pending(struct tmpl_lexer *l)
{
	l->line += count_lines(sl_str_sub(l->text, l->start, l->pos));
}

static struct tmpl_token emit(struct tmpl_lexer *l, enum tmpl_token_kind kind)
{
	struct tmpl_token t = {
		kind, l->start, l->start_line, { l->text.p + l->start, l->pos - l->start }
	};

	l->start = l->pos;
	l->start_line = l->line;
	return t;
}

/* Drop what lies between the token's start and here, whose lines were not counted. */
static void ignore(struct tmpl_lexer *l)
{
	if (l->pos > l->start)
		count_pending(l);
	l->start = l->pos;
	l->start_line = l->line;
}

static struct tmpl_token fail(struct tmpl_lexer *l, const char *message)
{
	struct tmpl_token t = { TOKEN_ERROR, l->start, l->start_line, sl_str(message) };

	l->start = l->pos = 0;
	l->text = SL_STR("");
	return t;
}

/* "- " behind a left delimiter. */
static bool is_left_trim(const struct tmpl_lexer *l, size_t pos)
{
	return is_byte_at(l, pos, '-') && is_space_at(l, pos + 1);
}

/* "}}", or " -}}", which trims. */
static bool at_right_delim(const struct tmpl_lexer *l, size_t pos, bool *ret_trim)
{
	*ret_trim = is_space_at(l, pos);
	if (*ret_trim) {
		*ret_trim = is_byte_at(l, pos + 1, '-') && is_byte_at(l, pos + 2, '}') &&
			    is_byte_at(l, pos + 3, '}');
		return *ret_trim;
	}
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
		*ret = fail(l, "unclosed comment");
		return false;
	}
	l->pos += (uint32_t)((size_t)end + right_comment.n);
	if (!at_right_delim(l, l->pos, &trim)) {
		*ret = fail(l, "comment ends before closing delimiter");
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
	*ret = emit(l, TOKEN_LEFT_DELIM);
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
	count_pending(l);
	*ret = emit(l, TOKEN_TEXT);
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

static struct tmpl_token lex_text(struct tmpl_lexer *l)
{
	struct tmpl_token t;
	uint32_t at;

	while (find_left_delim(l, l->pos, &at)) {
		if (at > l->pos && lex_text_before(l, at, &t))
			return t;
		if (lex_left_delim(l, &t))
			return t;
	}
	l->pos = (uint32_t)l->text.n;
	if (l->pos == l->start) {
		t = emit(l, TOKEN_EOF);
		return t;
	}
	count_pending(l);
	return emit(l, TOKEN_TEXT);
}

static struct tmpl_token lex_right_delim(struct tmpl_lexer *l)
{
	struct tmpl_token t;
	bool trim;

	(void)at_right_delim(l, l->pos, &trim);
	if (trim) {
		l->pos += 2;
		ignore(l);
	}
	l->pos += (uint32_t)right_delim.n;
	t = emit(l, TOKEN_RIGHT_DELIM);
	if (trim) {
		skip_space(l);
		ignore(l);
	}
	l->inside = false;
	return t;
}

/* A right delimiter, known to be there. */
static struct tmpl_token lex_end(struct tmpl_lexer *l)
{
	return l->parens ? fail(l, "unclosed left paren") : lex_right_delim(l);
}

/* A run of space, but for its last character when that belongs to a right delimiter " -}}". */
static struct tmpl_token lex_space(struct tmpl_lexer *l)
{
	uint32_t line = l->line, first = l->pos;
	bool trim;

	/* Nearly always a single one between two words. */
	if (l->text.p[first] == ' ' && first + 1 < l->text.n && l->text.p[first + 1] != '-' &&
	    !is_space_at(l, first + 1)) {
		l->pos++;
		return emit(l, TOKEN_SPACE);
	}
	for (; is_space_at(l, l->pos); l->pos++) {
		line = l->line;
		l->line += l->text.p[l->pos] == '\n';
	}
	(void)at_right_delim(l, l->pos - 1, &trim);
	if (trim) {
		l->pos--;
		l->line = line;
		if (l->pos == first)
			return lex_end(l);
	}
	return emit(l, TOKEN_SPACE);
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

static struct tmpl_token bad_character(struct tmpl_lexer *l)
{
	return fail(l, sl_arena_printf(l->a, "bad character %s", rune_text(l->a, peek(l))));
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

static struct tmpl_token lex_ident(struct tmpl_lexer *l)
{
	skip_word(l);
	if (!at_terminator(l))
		return bad_character(l);
	return emit(l, word_kind(l, sl_str_sub(l->text, l->start, l->pos)));
}

/* Behind the dot or the dollar sign: a name, or nothing. */
static struct tmpl_token lex_name(struct tmpl_lexer *l, enum tmpl_token_kind kind,
				  enum tmpl_token_kind bare)
{
	if (at_terminator(l))
		return emit(l, bare);
	skip_word(l);
	if (!at_terminator(l))
		return bad_character(l);
	return emit(l, kind);
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

static struct tmpl_token lex_number(struct tmpl_lexer *l)
{
	enum tmpl_token_kind kind = TOKEN_NUMBER;
	bool ok = scan_number(l);

	if (ok && (peek(l) == '+' || peek(l) == '-')) {
		ok = scan_number(l) && l->text.p[l->pos - 1] == 'i';
		kind = TOKEN_COMPLEX;
	}
	if (ok)
		return emit(l, kind);
	return fail(l, sl_arena_printf(l->a, "bad number syntax: %s",
				       tmpl_quoted(l->a, sl_str_sub(l->text, l->start, l->pos))));
}

/* Up to the closing quote, which a backslash escapes; the opening one is behind. */
static struct tmpl_token lex_quoted(struct tmpl_lexer *l, char quote, enum tmpl_token_kind kind,
				    const char *unterminated)
{
	const char *p = l->text.p + l->pos, *end = l->text.p + l->text.n;

	for (; p < end && *p != quote && *p != '\n'; p++)
		if (*p == '\\' && (++p == end || *p == '\n'))
			break;
	if (p == end || *p == '\n')
		return fail(l, unterminated);
	l->pos = (uint32_t)(p - l->text.p) + 1;
	return emit(l, kind);
}

static struct tmpl_token lex_raw_quoted(struct tmpl_lexer *l)
{
	ptrdiff_t end = sl_str_chr(rest_from(l, l->pos), '`');

	if (end < 0)
		return fail(l, "unterminated raw quoted string");
	l->pos += (uint32_t)end + 1;
	count_pending(l);
	return emit(l, TOKEN_RAW_STRING);
}

static struct tmpl_token lex_paren(struct tmpl_lexer *l, uint32_t paren)
{
	l->parens += paren == '(' ? 1 : -1;
	if (l->parens < 0)
		return fail(l, "unexpected right paren");
	return emit(l, paren == '(' ? TOKEN_LEFT_PAREN : TOKEN_RIGHT_PAREN);
}

/* Whatever begins with an ASCII character that is neither space nor part of a word. */
static struct tmpl_token lex_punctuation(struct tmpl_lexer *l, uint32_t rune)
{
	switch (rune) {
	case '=':
		return emit(l, TOKEN_ASSIGN);
	case ':':
		if (next_rune(l) != '=')
			return fail(l, "expected :=");
		return emit(l, TOKEN_DECLARE);
	case '|':
		return emit(l, TOKEN_PIPE);
	case '"':
		return lex_quoted(l, '"', TOKEN_STRING, "unterminated quoted string");
	case '`':
		return lex_raw_quoted(l);
	case '$':
		return lex_name(l, TOKEN_VARIABLE, TOKEN_VARIABLE);
	case '\'':
		return lex_quoted(l, '\'', TOKEN_CHAR_CONSTANT, "unterminated character constant");
	case '(':
	case ')':
		return lex_paren(l, rune);
	default:
		if (rune > 0x20 && rune < 0x7f)
			return emit(l, TOKEN_CHAR);
		return fail(l, sl_arena_printf(l->a, "unrecognized character in action: %s",
					       rune_text(l->a, rune)));
	}
}

/* Whatever begins with a character outside ASCII: a word, or a mistake. */
static struct tmpl_token lex_wide(struct tmpl_lexer *l)
{
	uint32_t rune = peek(l);

	if (is_word(rune))
		return lex_ident(l);
	(void)next_rune(l);
	return lex_punctuation(l, rune);
}

static struct tmpl_token lex_inside(struct tmpl_lexer *l)
{
	unsigned char c, after;

	if (l->pos >= l->text.n)
		return fail(l, "unclosed action");
	c = (unsigned char)l->text.p[l->pos];
	after = l->pos + 1 < l->text.n ? (unsigned char)l->text.p[l->pos + 1] : 0;
	if (c >= 0x80)
		return lex_wide(l);
	if (classes[c] & SPACE)
		return lex_space(l);
	if ((c < '0' || c > '9') && classes[c] & WORD)
		return lex_ident(l);
	if (c == '}' && after == '}')
		return lex_end(l);
	if (c == '.' && l->pos + 1 < l->text.n && (after < '0' || after > '9')) {
		l->pos++;
		return lex_name(l, TOKEN_FIELD, TOKEN_DOT);
	}
	if (c == '.' || c == '+' || c == '-' || classes[c] & WORD)
		return lex_number(l);
	l->pos++;
	return lex_punctuation(l, c);
}

void tmpl_lex_next(struct tmpl_lexer *l, struct tmpl_token *ret)
{
	*ret = l->inside ? lex_inside(l) : lex_text(l);
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
