#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "libcommon/base/ascii.h"
#include "libcommon/codec/goquote.h"
#include "libcommon/codec/toml_reader.h"
#include "libcommon/codec/unicode.h"

#define MESSAGE_MAX ((size_t)4 * SL_TOML_BYTES_MAX + 1000)

static void set_error(struct sl_toml_reader *t, size_t line, const char *what)
{
	SL_AUTO(sl_strbuf) key = SL_STRBUF_INIT(MESSAGE_MAX);
	SL_AUTO(sl_strbuf) quoted = SL_STRBUF_INIT(MESSAGE_MAX);

	t->code = SL_ERR_INVALID;
	if (t->context.n)
		sl_strbuf_adds(&key, sl_toml_key_text(t, &t->context, t->context.n));
	if (t->context.n && t->key.n)
		sl_strbuf_addc(&key, '.');
	sl_strbuf_adds(&key, t->key);
	if (!key.n) {
		sl_err_set(t->err, SL_ERR_INVALID, "toml: line %zu: %s", line, what);
		return;
	}
	sl_strbuf_add_goquoted(&quoted, sl_strbuf_str(&key));
	sl_err_set(t->err, SL_ERR_INVALID, "toml: line %zu (last key %s): %s", line, quoted.p,
		   what);
}

bool sl_toml_fail(struct sl_toml_reader *t, size_t line, const char *fmt, ...)
{
	SL_AUTO_FREE char *what = NULL;
	va_list ap;

	if (t->code)
		return false;
	va_start(ap, fmt);
	if (vasprintf(&what, fmt, ap) < 0)
		abort();
	va_end(ap);
	set_error(t, line, what);
	return false;
}

size_t sl_toml_line_of(const struct sl_toml_reader *t, uint32_t c)
{
	bool after_line = t->pos && t->text.p[t->pos - 1] == '\n';

	return t->line - (c == SL_TOML_EOF && after_line);
}

bool sl_toml_too_large(struct sl_toml_reader *t, const char *what)
{
	if (!t->code)
		t->code = sl_err_set(t->err, SL_ERR_TOO_LARGE, "toml: line %zu: %s", t->line, what);
	return false;
}

/* Length of the character at the place of reading, 0 when it was refused. */
static size_t look(struct sl_toml_reader *t, uint32_t *ret)
{
	struct sl_str rest = sl_str_sub(t->text, t->pos, t->text.n);
	unsigned char byte = (unsigned char)rest.p[0];
	size_t n = sl_utf8_decode(rest, ret);
	bool lone_return = byte == '\r' && (rest.n == 1 || rest.p[1] != '\n');

	if (t->code)
		return 0;
	if (!n) {
		sl_toml_fail(t, t->line, "invalid UTF-8 byte: 0x%02x", byte);
		return 0;
	}
	if ((byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r') || byte == 0x7f ||
	    lone_return) {
		sl_toml_fail(t, t->line, "TOML files cannot contain control characters: '0x%02x'",
			     byte);
		return 0;
	}
	return n;
}

uint32_t sl_toml_peek(struct sl_toml_reader *t)
{
	uint32_t c;

	if (t->pos == t->text.n)
		return SL_TOML_EOF;
	return look(t, &c) ? c : SL_TOML_BROKEN;
}

uint32_t sl_toml_next(struct sl_toml_reader *t)
{
	uint32_t c;
	size_t n;

	if (t->pos == t->text.n)
		return SL_TOML_EOF;
	n = look(t, &c);
	if (!n)
		return SL_TOML_BROKEN;
	t->pos += n;
	t->line += c == '\n';
	return c;
}

bool sl_toml_skip_blanks(struct sl_toml_reader *t)
{
	uint32_t c = sl_toml_peek(t);

	for (; c == ' ' || c == '\t'; c = sl_toml_peek(t))
		(void)sl_toml_next(t);
	return c != SL_TOML_BROKEN;
}

bool sl_toml_skip_comment(struct sl_toml_reader *t)
{
	uint32_t c = sl_toml_peek(t);

	for (; c != '\n' && c != '\r' && c != SL_TOML_EOF && c != SL_TOML_BROKEN;
	     c = sl_toml_peek(t))
		(void)sl_toml_next(t);
	return c != SL_TOML_BROKEN;
}

const char *sl_toml_show(struct sl_toml_reader *t, uint32_t c)
{
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(64);
	char bytes[4];

	if (c == '\'')
		return "'\\''";
	if (c == '"')
		return "'\"'";
	sl_strbuf_add_goquoted(&b, (struct sl_str){ bytes, sl_rune_encode(c, bytes) });
	return sl_arena_printf(t->a, "'%.*s'", (int)(b.n - 2), b.p + 1);
}

/* ---- strings ---- */

/* What the lexer has of the string so far, quoted, for a message. */
static bool fail_hex(struct sl_toml_reader *t, uint32_t c, size_t from, char letter,
		     const char *count)
{
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(MESSAGE_MAX);

	sl_strbuf_add_goquoted(&b, sl_str_sub(t->text, from, t->pos));
	return sl_toml_fail_read(t, c,
				 "expected %s hexadecimal digits after '\\%c', but got %s instead",
				 count, letter, b.p);
}

/* Behind the backslash: a check, as the lexer makes it; the text is replaced when it is whole. */
static bool check_escape(struct sl_toml_reader *t, size_t from)
{
	static const struct {
		char letter;
		int digits;
		const char *count;
	} kinds[] = { { 'x', 2, "two" }, { 'u', 4, "four" }, { 'U', 8, "eight" } };
	uint32_t c = sl_toml_next(t);
	char bytes[5] = "";

	if (c == SL_TOML_BROKEN)
		return false;
	if (c && c < 0x80 && strchr("ebtnfr\" \t\\", (int)c))
		return true;
	for (size_t k = 0; k < SL_ARRAY_LEN(kinds); k++) {
		if (c != (uint32_t)kinds[k].letter)
			continue;
		for (int i = 0; i < kinds[k].digits; i++) {
			c = sl_toml_next(t);
			if (c == SL_TOML_BROKEN)
				return false;
			if (!sl_is_hex(c))
				return fail_hex(t, c, from, kinds[k].letter, kinds[k].count);
		}
		return true;
	}
	if (c == SL_TOML_EOF && t->pos == t->text.n)
		return sl_toml_fail(t, t->line - 1, "invalid escape in string '\\%c'", '\0');
	bytes[sl_rune_encode(c, bytes)] = '\0';
	return sl_toml_fail(t, t->line, "invalid escape in string '\\%s'", bytes);
}

/* Spaces and line breaks behind a backslash at the end of a line; 0 when there is no such. */
static size_t line_end(struct sl_str s, size_t at)
{
	size_t n = 0;
	bool breaks = false;

	while (at + n < s.n && s.p[at + n] && strchr(" \t\r\n", s.p[at + n]))
		breaks |= s.p[at + n++] == '\n';
	return breaks ? n : 0;
}

static bool put_code_point(struct sl_toml_reader *t, struct sl_str hex, size_t line, char **out)
{
	uint64_t c = 0;

	if (!sl_hex_to_u64(hex, UINT32_MAX, &c) || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return sl_toml_fail(t, line, "Escaped character '\\u%.*s' is not valid UTF-8.",
				    SL_STR_FMT(hex));
	*out += sl_rune_encode((uint32_t)c, *out);
	return true;
}

/* Replacing makes no text longer. */
static bool replace_escapes(struct sl_toml_reader *t, struct sl_str s, bool multi, size_t line,
			    struct sl_str *ret)
{
	static const char from[] = "btnfre\"\\", to[] = "\b\t\n\f\r\x1b\"\\";
	char *buf = sl_arena_alloc(t->a, s.n + 1), *out = buf;

	for (size_t i = 0; i < s.n; i++) {
		const char *hit;
		size_t n;

		if (s.p[i] != '\\') {
			*out++ = s.p[i];
			continue;
		}
		n = multi ? line_end(s, i + 1) : 0;
		if (n) {
			i += n;
			continue;
		}
		i++;
		hit = strchr(from, s.p[i]);
		n = s.p[i] == 'x' ? 2 : s.p[i] == 'u' ? 4 : 8;
		if (s.p[i] == ' ' || s.p[i] == '\t')
			return sl_toml_fail(t, line, "invalid escape: '\\%c'", s.p[i]);
		if (hit) {
			*out++ = to[hit - from];
			continue;
		}
		if (!put_code_point(t, sl_str_sub(s, i + 1, i + 1 + n), line, &out))
			return false;
		i += n;
	}
	*ret = (struct sl_str){ buf, (size_t)(out - buf) };
	return true;
}

static bool read_line(struct sl_toml_reader *t, char quote, struct sl_str *ret)
{
	size_t from = t->pos;
	bool escaped = false;

	for (;;) {
		uint32_t c = sl_toml_peek(t);

		if (c == SL_TOML_BROKEN)
			return false;
		if (c == SL_TOML_EOF)
			return sl_toml_fail_read(t, c, "unexpected EOF; expected %s",
						 quote == '"' ? "'\"'" : "\"'\"");
		if (c == '\n' || c == '\r')
			return sl_toml_fail(t, t->line - (c == '\r'),
					    "strings cannot contain newlines");
		(void)sl_toml_next(t);
		if (c == (uint32_t)quote)
			break;
		if (c == '\\' && quote == '"') {
			escaped = true;
			if (!check_escape(t, from))
				return false;
		}
	}
	*ret = sl_str_sub(t->text, from, t->pos - 1);
	return !escaped || replace_escapes(t, *ret, false, t->line, ret);
}

static bool has_quotes(const struct sl_toml_reader *t, char quote, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (t->pos + i >= t->text.n || t->text.p[t->pos + i] != quote)
			return false;
	return true;
}

/* At quotes within the text: whether they end it. Two may stand before the three that do. */
static bool at_end(struct sl_toml_reader *t, char quote, size_t from, bool *ret_end)
{
	bool escaped = t->pos > from && t->text.p[t->pos - 1] == '\\';

	*ret_end = false;
	if (!has_quotes(t, quote, 3))
		return true;
	if (has_quotes(t, quote, 6) && !(quote == '"' && escaped))
		return sl_toml_fail_here(t, "unexpected %s",
					 quote == '"' ? "'\"\"\"\"\"\"'" : "\"''''''\"");
	*ret_end = !has_quotes(t, quote, 4);
	return true;
}

static void strip_first_newline(struct sl_str *s)
{
	if (!sl_str_cut_prefix(s, SL_STR("\n")))
		(void)sl_str_cut_prefix(s, SL_STR("\r\n"));
}

static bool read_lines(struct sl_toml_reader *t, char quote, struct sl_str *ret)
{
	size_t from = t->pos;
	bool end = false;

	while (!end) {
		uint32_t c = sl_toml_peek(t);

		if (c == SL_TOML_BROKEN)
			return false;
		if (c == SL_TOML_EOF)
			return sl_toml_fail_read(t, c, "unexpected EOF; expected %s",
						 quote == '"' ? "'\"\"\"'" : "\"'''\"");
		if (c == (uint32_t)quote && !at_end(t, quote, from, &end))
			return false;
		if (end)
			break;
		(void)sl_toml_next(t);
		if (c != '\\' || quote != '"')
			continue;
		c = sl_toml_peek(t);
		if (c == '\n' || c == '\r')
			(void)sl_toml_next(t);
		else if (!check_escape(t, from))
			return false;
	}
	*ret = sl_str_sub(t->text, from, t->pos);
	t->pos += 3;
	strip_first_newline(ret);
	return quote == '\'' || replace_escapes(t, *ret, true, t->line, ret);
}

bool sl_toml_read_string(struct sl_toml_reader *t, bool multi, struct sl_str *ret)
{
	char quote = t->text.p[t->pos];

	if (multi && has_quotes(t, quote, 3)) {
		t->pos += 3;
		return read_lines(t, quote, ret);
	}
	t->pos++;
	return read_line(t, quote, ret);
}
