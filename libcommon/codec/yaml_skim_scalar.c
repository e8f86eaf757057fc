/* Keys, text and comments: the lines of plain YAML, character by character. */
#include "libcommon/base/ascii.h"
#include "libcommon/codec/yaml_skim_line.h"

/* ---- characters ---- */

#define C_WORD 1   /* of keys and of words in flow lists */
#define C_FIRST 2  /* a plain scalar may begin with it whatever follows */
#define C_PRINT 4  /* ASCII that may stand anywhere */
#define C_PLAIN 8  /* of these, what ends nothing: neither ':' nor '#' */
#define C_QUIET 16 /* of these, what means nothing in quotes either */

#define C_ANY (C_PRINT | C_PLAIN | C_QUIET)
static const unsigned char classes[256] = {
	[' ' ... '!'] = C_ANY,
	['"'] = C_PRINT | C_PLAIN,
	['#'] = C_PRINT | C_QUIET,
	['$'] = C_FIRST | C_ANY,
	['%' ... '&'] = C_ANY,
	['\''] = C_PRINT | C_PLAIN,
	['(' ... ')'] = C_FIRST | C_ANY,
	['*'] = C_ANY,
	['+'] = C_FIRST | C_ANY,
	[','] = C_ANY,
	['-'] = C_WORD | C_ANY,
	['.' ... '9'] = C_WORD | C_FIRST | C_ANY,
	[':'] = C_PRINT | C_QUIET,
	[';' ... '='] = C_FIRST | C_ANY,
	['>' ... '@'] = C_ANY,
	['A' ... 'Z'] = C_WORD | C_FIRST | C_ANY,
	['['] = C_ANY,
	['\\'] = C_FIRST | C_PRINT | C_PLAIN,
	[']'] = C_ANY,
	['^'] = C_FIRST | C_ANY,
	['_'] = C_WORD | C_FIRST | C_ANY,
	['`'] = C_ANY,
	['a' ... 'z'] = C_WORD | C_FIRST | C_ANY,
	['{' ... '}'] = C_ANY,
	['~'] = C_FIRST | C_ANY,
};

static bool is(char c, unsigned char class)
{
	return classes[(unsigned char)c] & class;
}

static bool is_tail(const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (((unsigned char)p[i] & 0xc0) != 0x80)
			return false;
	return true;
}

/*
 * The length of a character outside ASCII that YAML allows anywhere and that is no line break, or 0: a
 * part of them, without U+0080 to U+00BF (NEL), U+2028, U+2029 and what is near surrogates and BOM.
 */
static size_t wide(const char *p, const char *end)
{
	unsigned char c = (unsigned char)p[0], d = end - p > 1 ? (unsigned char)p[1] : 0;
	size_t n = c >= 0xc3 && c <= 0xdf ? 2 : c >= 0xe1 && c <= 0xec ? 3 : c == 0xf0 ? 4 : 0;

	if (!n || (size_t)(end - p) < n || !is_tail(p + 1, n - 1))
		return 0;
	if (c == 0xe2 && d == 0x80 && ((unsigned char)p[2] & 0xfe) == 0xa8)
		return 0;
	return c == 0xf0 && d != 0x9f ? 0 : n;
}

/* From `p` on, past characters of the class and wide ones. */
static const char *skip(const char *p, const char *end, unsigned char class)
{
	for (;;) {
		size_t n;

		while (p < end && is(*p, class))
			p++;
		n = p < end && (unsigned char)*p >= 0x80 ? wide(p, end) : 0;
		if (!n)
			return p;
		p += n;
	}
}

/* Whether all of it may stand in block text. */
static bool is_clean(const char *p, const char *end)
{
	for (;;) {
		p = skip(p, end, C_PRINT);
		if (p == end)
			return true;
		if (*p++ != '\t')
			return false;
	}
}

/* ---- lines ---- */

void sl_yaml_skim_line(struct sl_yaml_skim_cursor *s, const char *from)
{
	s->p = from;
	s->eol = memchr(from, '\n', (size_t)(s->end - from));
	if (!s->eol)
		s->eol = s->end;
}

bool sl_yaml_skim_comment(struct sl_yaml_skim_cursor *s)
{
	s->p = skip(s->p, s->eol, C_PRINT);
	return s->p == s->eol;
}

bool sl_yaml_skim_end(struct sl_yaml_skim_cursor *s)
{
	const char *from = s->p;

	sl_yaml_skim_spaces(s);
	if (s->p == s->eol)
		return true;
	return *s->p == '#' && s->p > from && sl_yaml_skim_comment(s);
}

/* To the next line, if there is one. */
static bool next_line(struct sl_yaml_skim_cursor *s)
{
	if (s->eol == s->end)
		return false;
	s->line++;
	sl_yaml_skim_line(s, s->eol + 1);
	return true;
}

/* ---- scalars ---- */

static void begin(const struct sl_yaml_skim_cursor *s, enum sl_yaml_skim_style style,
		  struct sl_yaml_skimmed *e)
{
	*e = (struct sl_yaml_skimmed){ .kind = SL_YAML_SKIM_SCALAR,
				       .style = (uint8_t)style,
				       .as_is = true,
				       .line = s->line,
				       .from = (uint32_t)(s->p - s->begin) };
}

static void finish(const struct sl_yaml_skim_cursor *s, const char *end, struct sl_yaml_skimmed *e)
{
	e->n = (uint32_t)(end - s->begin) - e->from;
}

/* "---" or "..." at the beginning of a line, where they mean something in quotes, too. */
static bool is_document_mark(const struct sl_yaml_skim_cursor *s)
{
	return s->eol - s->p >= 3 && (*s->p == '-' || *s->p == '.') && s->p[1] == *s->p &&
	       s->p[2] == *s->p;
}

/* An escape that stands for one character, whose backslash is here. */
static bool take_escape(struct sl_yaml_skim_cursor *s)
{
	if (s->eol - s->p < 2 || sl_str_chr(SL_STR("\"\\nt/"), s->p[1]) < 0)
		return false;
	s->p += 2;
	return true;
}

/* In quotes: past what is not the closing one on this line. False at what is not known. */
static bool take_quoted_line(struct sl_yaml_skim_cursor *s, char quote, struct sl_yaml_skimmed *e)
{
	for (;;) {
		s->p = skip(s->p, s->eol, C_QUIET);
		if (s->p == s->eol)
			return true;
		if (*s->p == '\\' && quote == '"') {
			e->as_is = false;
			if (!take_escape(s))
				return false;
		} else if (*s->p != quote) {
			if (!is(*s->p++, C_PRINT))
				return false;
		} else if (quote == '\'' && s->p + 1 < s->eol && s->p[1] == '\'') {
			e->as_is = false;
			s->p += 2;
		} else {
			return true;
		}
	}
}

bool sl_yaml_skim_quoted(struct sl_yaml_skim_cursor *s, bool lines, struct sl_yaml_skimmed *e)
{
	char quote = *s->p++;

	begin(s, quote == '"' ? SL_YAML_SKIM_DOUBLE_QUOTED : SL_YAML_SKIM_SINGLE_QUOTED, e);
	for (;;) {
		if (!take_quoted_line(s, quote, e))
			return false;
		if (s->p < s->eol)
			break;
		if (!lines || !next_line(s) || is_document_mark(s))
			return false;
		e->as_is = false;
	}
	finish(s, s->p++, e);
	return true;
}

/*
 * The rest of a line of plain text, up to a comment or the line's end. False where it would be a key,
 * or has what may not stand there.
 */
static bool take_plain_line(struct sl_yaml_skim_cursor *s, const char **ret_end, bool *ret_comment)
{
	const char *p = s->p;

	*ret_comment = false;
	for (;; p++) {
		p = skip(p, s->eol, C_PLAIN);
		if (p == s->eol)
			break;
		if (*p == '#' && p > s->begin && p[-1] == ' ') {
			*ret_comment = true;
			break;
		}
		if (!is(*p, C_PRINT) || (*p == ':' && (p + 1 == s->eol || p[1] == ' ')))
			return false;
	}
	s->p = p;
	while (p[-1] == ' ')
		p--;
	*ret_end = p;
	return !*ret_comment || sl_yaml_skim_comment(s);
}

/* To the line in which plain text goes on, if it does: past blank ones, deeper, and no comment. */
static bool goes_on(struct sl_yaml_skim_cursor *s, size_t indent)
{
	struct sl_yaml_skim_cursor ahead = *s;

	while (next_line(&ahead)) {
		const char *line = ahead.p;

		sl_yaml_skim_spaces(&ahead);
		if (ahead.p == ahead.eol)
			continue;
		if ((size_t)(ahead.p - line) <= indent || *ahead.p == '#')
			return false;
		*s = ahead;
		return true;
	}
	return false;
}

static bool begins_plain(const struct sl_yaml_skim_cursor *s)
{
	if (*s->p == '-' || *s->p == ':')
		return s->p + 1 < s->eol && s->p[1] != ' ';
	return is(*s->p, C_FIRST);
}

bool sl_yaml_skim_plain(struct sl_yaml_skim_cursor *s, size_t indent, struct sl_yaml_skimmed *e)
{
	const char *end;
	bool comment;

	begin(s, SL_YAML_SKIM_PLAIN, e);
	if (!begins_plain(s))
		return false;
	for (;;) {
		if (!take_plain_line(s, &end, &comment))
			return false;
		finish(s, end, e);
		if (comment || !goes_on(s, indent))
			return true;
		e->as_is = false;
	}
}

/* A line of block text. `*ret_in` is false when it is not part of it any more. */
static bool look_at_block_line(const char *line, const char *eol, size_t parent, size_t *indent,
			       bool *ret_in)
{
	const char *p = line;
	size_t spaces;

	while (p < eol && *p == ' ')
		p++;
	spaces = (size_t)(p - line);
	*ret_in = true;
	if (p == eol)
		/* Lines of space before the first text could give the indentation. */
		return *indent || !spaces;
	if (!*indent && *p == '\t')
		return false;
	if (!*indent && spaces > parent)
		*indent = spaces;
	if (!*indent || spaces < *indent) {
		*ret_in = false;
		return *p != '\t';
	}
	return is_clean(p, eol);
}

bool sl_yaml_skim_block(struct sl_yaml_skim_cursor *s, size_t indent, struct sl_yaml_skimmed *e)
{
	size_t own = 0;
	bool in = true;

	begin(s, *s->p++ == '|' ? SL_YAML_SKIM_LITERAL : SL_YAML_SKIM_FOLDED, e);
	e->as_is = false;
	if (s->p < s->eol && (*s->p == '-' || *s->p == '+'))
		e->chomp = *s->p++;
	if (s->p < s->eol)
		return false;
	e->from = (uint32_t)(s->eol - s->begin) + (s->eol < s->end);
	while (s->eol < s->end) {
		struct sl_yaml_skim_cursor ahead = *s;

		(void)next_line(&ahead);
		if (!look_at_block_line(ahead.p, ahead.eol, indent, &own, &in))
			return false;
		if (!in)
			break;
		*s = ahead;
	}
	s->p = s->eol;
	e->indent = (uint32_t)own;
	finish(s, s->eol + (s->eol < s->end), e);
	return true;
}

bool sl_yaml_skim_word(struct sl_yaml_skim_cursor *s, struct sl_yaml_skimmed *e)
{
	const char *p = s->p;

	begin(s, SL_YAML_SKIM_PLAIN, e);
	if (!is(*p, C_WORD) || !is(*p, C_FIRST))
		return false;
	while (p < s->eol && is(*p, C_WORD))
		p++;
	s->p = p;
	finish(s, p, e);
	return true;
}

static bool take_key_text(struct sl_yaml_skim_cursor *s, struct sl_yaml_skimmed *e)
{
	if (sl_is_alpha(*s->p) || *s->p == '_')
		return sl_yaml_skim_word(s, e);
	return (*s->p == '"' || *s->p == '\'') && sl_yaml_skim_quoted(s, false, e) && e->as_is;
}

static bool is_null(const struct sl_yaml_skim_cursor *s, const struct sl_yaml_skimmed *e)
{
	static const struct sl_str null = { "null", 4 };

	return e->n == null.n && sl_str_ieq((struct sl_str){ s->begin + e->from, e->n }, null);
}

bool sl_yaml_skim_key(struct sl_yaml_skim_cursor *s, struct sl_yaml_skimmed *e)
{
	const char *from = s->p;

	/* A simple key is at most 1024 characters long; a null is none. */
	if (take_key_text(s, e) && s->p < s->eol && *s->p == ':' &&
	    (s->p + 1 == s->eol || s->p[1] == ' ') && e->n <= 512 && !is_null(s, e)) {
		e->kind = SL_YAML_SKIM_KEY;
		s->p++;
		return true;
	}
	s->p = from;
	return false;
}
