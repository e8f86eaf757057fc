#include <math.h>
#include <string.h>

#include "libcommon/base/ascii.h"
#include "libcommon/codec/goquote.h"
#include "libcommon/codec/toml_reader.h"
#include "libcommon/codec/unicode.h"

static bool is_one_of(uint32_t c, const char *set)
{
	return c && c < 0x80 && strchr(set, (int)c);
}

/* Past digits and the characters of `set`. */
static bool skip_set(struct sl_toml_reader *t, const char *set)
{
	uint32_t c = sl_toml_peek(t);

	for (; is_one_of(c, set); c = sl_toml_peek(t))
		(void)sl_toml_next(t);
	return c != SL_TOML_BROKEN;
}

static bool fail_number(struct sl_toml_reader *t, const char *before, struct sl_str s,
			const char *after)
{
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(4 * SL_TOML_BYTES_MAX + 2);

	sl_strbuf_add_goquoted(&b, s);
	return sl_toml_fail(t, t->line, "%s%s%s", before, b.p, after);
}

/* Each underscore between two digits. */
static bool underscores_are_good(struct sl_str s)
{
	bool accept = false;

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '_' && !accept)
			return false;
		accept = sl_is_hex((unsigned char)s.p[i]);
	}
	return accept;
}

static bool has_leading_zero(struct sl_str s)
{
	if (s.n > 1 && s.p[0] == '0')
		return !strchr("box", s.p[1]);
	return s.n > 2 && (s.p[0] == '-' || s.p[0] == '+') && s.p[1] == '0';
}

static struct sl_str without_underscores(struct sl_arena *a, struct sl_str s)
{
	char *buf = sl_arena_alloc(a, s.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] != '_')
			buf[n++] = s.p[i];
	return (struct sl_str){ buf, n };
}

/* With an optional sign, in base 2, 8, 10 or 16 by its prefix; false past int64. */
static bool to_int(struct sl_str s, int64_t *ret)
{
	bool negative = s.n && s.p[0] == '-';
	uint64_t base = 10, u = 0, max = (uint64_t)INT64_MAX + negative;

	if (s.n && (s.p[0] == '-' || s.p[0] == '+'))
		s = sl_str_sub(s, 1, s.n);
	if (s.n > 1 && s.p[0] == '0') {
		base = s.p[1] == 'b' ? 2 : s.p[1] == 'o' ? 8 : 16;
		s = sl_str_sub(s, 2, s.n);
	}
	for (size_t i = 0; i < s.n; i++) {
		unsigned digit = sl_is_digit((unsigned char)s.p[i])
					 ? (unsigned)(s.p[i] - '0')
					 : (unsigned)((s.p[i] | 0x20) - 'a') + 10;

		if (u > (max - digit) / base)
			return false;
		u = u * base + digit;
	}
	*ret = (int64_t)(negative ? 0 - u : u);
	return true;
}

static bool take_int(struct sl_toml_reader *t, size_t from, struct sl_toml **ret)
{
	struct sl_str s = sl_str_sub(t->text, from, t->pos);

	if (!underscores_are_good(s))
		return fail_number(t, "Invalid integer ", s,
				   ": underscores must be surrounded by digits");
	if (has_leading_zero(s))
		return fail_number(t, "Invalid integer ", s, ": cannot have leading zeroes");
	*ret = sl_toml_new(t, SL_TOML_INT);
	if (!to_int(without_underscores(t->a, s), &(*ret)->i))
		return sl_toml_fail(t, t->line, "%.*s is out of range for int64", SL_STR_FMT(s));
	return true;
}

/* The parts between '.', 'e' and 'E'; empty ones do not count. */
static bool float_part(struct sl_str *rest, struct sl_str *ret)
{
	size_t n = 0;

	while (rest->n && is_one_of((unsigned char)rest->p[0], ".eE"))
		*rest = sl_str_sub(*rest, 1, rest->n);
	while (n < rest->n && !is_one_of((unsigned char)rest->p[n], ".eE"))
		n++;
	*ret = sl_str_sub(*rest, 0, n);
	*rest = sl_str_sub(*rest, n, rest->n);
	return n > 0;
}

static bool periods_are_good(struct sl_str s)
{
	bool period = false;

	for (size_t i = 0; i < s.n; i++) {
		if (period && !sl_is_digit((unsigned char)s.p[i]))
			return false;
		period = s.p[i] == '.';
	}
	return !period;
}

/* What Go's ParseFloat takes of what gets here. */
static bool is_float(struct sl_str s)
{
	size_t i = s.n && (s.p[0] == '-' || s.p[0] == '+'), digits = 0;

	for (; i < s.n && (sl_is_digit((unsigned char)s.p[i]) || s.p[i] == '.'); i++)
		digits += s.p[i] != '.';
	if (memchr(s.p, '.', i) != memrchr(s.p, '.', i) || !digits)
		return false;
	if (i == s.n)
		return true;
	i++;
	i += i < s.n && (s.p[i] == '-' || s.p[i] == '+');
	for (digits = 0; i < s.n && sl_is_digit((unsigned char)s.p[i]); i++)
		digits++;
	return digits && i == s.n;
}

static bool take_float(struct sl_toml_reader *t, size_t from, struct sl_toml **ret)
{
	struct sl_str s = sl_str_sub(t->text, from, t->pos), rest = s, part, first = SL_STR_NULL;

	while (float_part(&rest, &part)) {
		if (!first.n)
			first = part;
		if (!underscores_are_good(part))
			return fail_number(t, "Invalid float ", s,
					   ": underscores must be surrounded by digits");
	}
	if (has_leading_zero(first))
		return fail_number(t, "Invalid float ", s, ": cannot have leading zeroes");
	if (!periods_are_good(s))
		return fail_number(t, "Invalid float ", s,
				   ": '.' must be followed by one or more digits");
	rest = without_underscores(t->a, s);
	*ret = sl_toml_new(t, SL_TOML_FLOAT);
	if (!is_float(rest))
		return fail_number(t, "Invalid float value: ", s, "");
	if (rest.n && rest.p[0] == '+')
		rest = sl_str_sub(rest, 1, rest.n);
	if (!sl_str_to_double(rest, &(*ret)->f))
		return sl_toml_fail(t, t->line, "%.*s is out of range for float64", SL_STR_FMT(s));
	return true;
}

static bool take_special(struct sl_toml_reader *t, double f, struct sl_toml **ret)
{
	t->pos += 3;
	*ret = sl_toml_new(t, SL_TOML_FLOAT);
	(*ret)->f = f;
	return true;
}

static bool starts(const struct sl_toml_reader *t, struct sl_str what)
{
	return sl_str_starts(sl_str_sub(t->text, t->pos, t->text.n), what);
}

static bool take_datetime(struct sl_toml_reader *t, size_t from, struct sl_toml **ret)
{
	struct sl_str s;
	char *buf;

	if (!skip_set(t, "0123456789-:Tt .Zz+"))
		return false;
	s = sl_str_trim(sl_str_sub(t->text, from, t->pos));
	buf = sl_arena_alloc(t->a, s.n + 1);
	for (size_t i = 0; i < s.n; i++)
		buf[i] = s.p[i] == 'z' ? 'Z' : s.p[i] == 't' || s.p[i] == ' ' ? 'T' : s.p[i];
	s.p = buf;
	*ret = sl_toml_new(t, SL_TOML_DATETIME);
	(*ret)->s = s;
	return t->is_datetime(s) || fail_number(t, "invalid datetime: ", s, "");
}

/* Digits were read from `from` on: an integer, unless something shows that it is more. */
static bool take_number(struct sl_toml_reader *t, size_t from, bool may_be_date,
			struct sl_toml **ret)
{
	uint32_t c;

	if (!skip_set(t, "0123456789"))
		return false;
	c = sl_toml_peek(t);
	if (may_be_date && (c == '-' || c == ':')) {
		(void)sl_toml_next(t);
		return take_datetime(t, from, ret);
	}
	if (c == '_' && !skip_set(t, "0123456789_"))
		return false;
	c = sl_toml_peek(t);
	if (is_one_of(c, ".eE"))
		return skip_set(t, "0123456789_.-+eE") && take_float(t, from, ret);
	return c != SL_TOML_BROKEN && take_int(t, from, ret);
}

/* "0x1F": `set` has the digits. */
static bool take_based(struct sl_toml_reader *t, size_t from, const char *set, const char *what,
		       struct sl_toml **ret)
{
	uint32_t c;
	char bytes[5] = "";

	(void)sl_toml_next(t);
	c = sl_toml_peek(t);
	if (c == SL_TOML_BROKEN)
		return false;
	if (!is_one_of(c, set) || c == '_') {
		bytes[sl_rune_encode(c, bytes)] = '\0';
		return sl_toml_fail_here(t, "not %s number: '%.*s%s'", what,
					 SL_STR_FMT(sl_str_sub(t->text, from, t->pos)), bytes);
	}
	return skip_set(t, set) && take_int(t, from, ret);
}

static bool take_digits(struct sl_toml_reader *t, struct sl_toml **ret)
{
	size_t from = t->pos;
	uint32_t c = sl_toml_next(t);

	if (c != '0')
		return take_number(t, from, true, ret);
	c = sl_toml_peek(t);
	if (c == 'b')
		return take_based(t, from, "01_", "a binary", ret);
	if (c == 'o')
		return take_based(t, from, "01234567_", "an octal", ret);
	if (c == 'x')
		return take_based(t, from, "0123456789abcdefABCDEF_", "a hexadecimal", ret);
	/* A date has two digits at least before its first sign. */
	return take_number(t, from, sl_is_digit(c), ret);
}

static bool take_signed(struct sl_toml_reader *t, struct sl_toml **ret)
{
	size_t from = t->pos;
	bool negative = sl_toml_next(t) == '-';
	uint32_t c = sl_toml_peek(t);

	if (c == SL_TOML_BROKEN)
		return false;
	if (starts(t, SL_STR("inf")))
		return take_special(t, negative ? -INFINITY : INFINITY, ret);
	if (starts(t, SL_STR("nan")))
		return take_special(t, negative ? -(double)NAN : (double)NAN, ret);
	if (c == 'i' || c == 'n') {
		/* As far as it was right. */
		(void)sl_toml_next(t);
		if (sl_toml_peek(t) == (c == 'i' ? 'n' : 'a'))
			(void)sl_toml_next(t);
		return sl_toml_fail_here(t, "invalid float: '%.*s'",
					 SL_STR_FMT(sl_str_sub(t->text, from, t->pos)));
	}
	if (c == '.')
		return sl_toml_fail_here(t, "floats must start with a digit, not '.'");
	(void)sl_toml_next(t);
	if (c == '0' && is_one_of(sl_toml_peek(t), "box"))
		return sl_toml_fail_here(t, "cannot use sign with non-decimal numbers: '%.*s%c'",
					 SL_STR_FMT(sl_str_sub(t->text, from, t->pos)),
					 (char)sl_toml_peek(t));
	if (!sl_is_digit(c))
		return sl_toml_fail_read(t, c, "expected a digit but got %s", sl_toml_show(t, c));
	return take_number(t, from, false, ret);
}

static bool take_word(struct sl_toml_reader *t, struct sl_toml **ret)
{
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(4 * SL_TOML_BYTES_MAX + 2);
	uint32_t c = sl_toml_peek(t);
	size_t from = t->pos;
	struct sl_str word;

	/* What began as inf or nan has lost its first letter in the original. */
	if ((c == 'i' || c == 'n') && from + 1 < t->text.n &&
	    is_one_of((unsigned char)t->text.p[from + 1], "na")) {
		(void)sl_toml_next(t);
		c = sl_toml_peek(t);
		from++;
	}
	for (; c != SL_TOML_BROKEN && c != SL_TOML_EOF && sl_rune_is_letter(c); c = sl_toml_peek(t))
		(void)sl_toml_next(t);
	if (c == SL_TOML_BROKEN)
		return false;
	word = sl_str_sub(t->text, from, t->pos);
	*ret = sl_toml_new(t, SL_TOML_BOOL);
	(*ret)->b = sl_str_eqz(word, "true");
	if ((*ret)->b || sl_str_eqz(word, "false"))
		return true;
	sl_strbuf_add_goquoted(&b, word);
	return sl_toml_fail_here(t, "expected value but found %s instead", b.p);
}

static bool is_space(uint32_t c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Past white space, line breaks and comments; the character then. */
static uint32_t skip_lines(struct sl_toml_reader *t)
{
	uint32_t c = sl_toml_peek(t);

	for (; is_space(c) || c == '#'; c = sl_toml_peek(t)) {
		(void)sl_toml_next(t);
		if (c == '#' && !sl_toml_skip_comment(t))
			return SL_TOML_BROKEN;
	}
	return c;
}

static const char *show_or_end(struct sl_toml_reader *t, uint32_t c)
{
	char bytes[5] = "";

	if (c == SL_TOML_EOF)
		return "end of file";
	bytes[sl_rune_encode(c, bytes)] = '\0';
	return sl_arena_printf(t->a, "'%s'", bytes);
}

static bool take_array(struct sl_toml_reader *t, struct sl_toml **ret)
{
	struct sl_toml *list = sl_toml_new(t, SL_TOML_ARRAY), *item = NULL;
	uint32_t c;

	(void)sl_toml_next(t);
	if (!sl_toml_note(t, t->key, true))
		return false;
	for (;;) {
		c = skip_lines(t);
		if (c == SL_TOML_BROKEN)
			return false;
		if (c == ',')
			return sl_toml_fail_here(t, "unexpected comma");
		if (c == ']')
			break;
		if (!sl_toml_read_value(t, true, &item))
			return false;
		sl_toml_append(t->a, list, item);
		c = skip_lines(t);
		if (c == SL_TOML_BROKEN)
			return false;
		if (c == ']')
			break;
		if (c != ',')
			return sl_toml_fail_read(t, c,
						 "expected a comma (',') or array terminator "
						 "(']'), but got %s",
						 show_or_end(t, c));
		(void)sl_toml_next(t);
	}
	(void)sl_toml_next(t);
	*ret = list;
	return true;
}

/* The value goes into the table that is the result as well as into the document. */
static bool put_dotted(struct sl_toml_reader *t, struct sl_toml *table,
		       const struct sl_toml_key *key, struct sl_toml *value)
{
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(4 * SL_TOML_BYTES_MAX + 2);

	for (size_t i = 0; i + 1 < key->n; i++) {
		struct sl_toml *next = sl_toml_get(table, key->parts[i]);

		if (!next) {
			next = sl_toml_new(t, SL_TOML_TABLE);
			sl_toml_put(t->a, table, key->parts[i], next);
		}
		if (next->kind != SL_TOML_TABLE) {
			sl_strbuf_add_goquoted(&b, sl_toml_key_text(t, &t->context, t->context.n));
			return sl_toml_fail(t, t->key_line, "%s is not a table", b.p);
		}
		table = next;
	}
	sl_toml_put(t->a, table, key->parts[key->n - 1], value);
	return true;
}

static bool take_pair(struct sl_toml_reader *t, struct sl_toml *table)
{
	struct sl_toml_key key = { NULL, 0 };
	struct sl_toml *value = NULL;

	if (!sl_toml_read_key(t, &key) || !key.n)
		return false;
	t->key = key.parts[key.n - 1];
	return sl_toml_enter_parts(t, &key) && sl_toml_read_value(t, false, &value) &&
	       sl_toml_set(t, t->key, value) &&
	       sl_toml_note(t, t->key, value->kind == SL_TOML_ARRAY) &&
	       put_dotted(t, table, &key, value);
}

static bool take_pairs(struct sl_toml_reader *t, struct sl_toml *table)
{
	size_t depth = t->context.n;
	uint32_t c;

	for (;;) {
		c = skip_lines(t);
		if (c == SL_TOML_BROKEN)
			return false;
		if (c == ',')
			return sl_toml_fail_here(t, "unexpected comma");
		if (c == '}')
			return true;
		if (!take_pair(t, table))
			return false;
		t->context.n = depth;
		c = skip_lines(t);
		if (c == SL_TOML_BROKEN)
			return false;
		if (c == '}')
			return true;
		if (c != ',')
			return sl_toml_fail_read(t, c,
						 "expected a comma or an inline table "
						 "terminator '}', but got %s instead",
						 show_or_end(t, c));
		(void)sl_toml_next(t);
	}
}

static bool take_inline(struct sl_toml_reader *t, bool in_array, struct sl_toml **ret)
{
	struct sl_str outer = t->key;
	size_t depth = t->context.n;
	struct sl_toml_key key = { NULL, 0 };

	(void)sl_toml_next(t);
	if (!sl_toml_push(t, &t->context, t->key))
		return false;
	t->key = SL_STR_NULL;
	sl_strmap_set(&t->implicit, sl_toml_key_text(t, &t->context, t->context.n), t);
	key = sl_toml_key_copy(t, &t->context);
	*ret = sl_toml_new(t, SL_TOML_TABLE);
	if (!sl_toml_enter(t, &key, in_array) || !take_pairs(t, *ret))
		return false;
	(void)sl_toml_next(t);
	t->context.n = depth;
	t->key = outer;
	return true;
}

static bool take_nested(struct sl_toml_reader *t, uint32_t c, bool in_array, struct sl_toml **ret)
{
	bool good;

	if (t->depth == SL_TOML_DEPTH_MAX)
		return sl_toml_too_large(t, "nested too deeply");
	t->depth++;
	good = c == '[' ? take_array(t, ret) : take_inline(t, in_array, ret);
	t->depth--;
	return good;
}

bool sl_toml_read_value(struct sl_toml_reader *t, bool in_array, struct sl_toml **ret)
{
	uint32_t c;

	if (sl_arena_full(t->a))
		return sl_toml_too_large(t, "TOML needs more memory than allowed");
	if (!sl_toml_skip_blanks(t))
		return false;
	c = sl_toml_peek(t);
	if (sl_is_digit(c))
		return take_digits(t, ret);
	if (c == '[' || c == '{')
		return take_nested(t, c, in_array, ret);
	if (c == '"' || c == '\'') {
		*ret = sl_toml_new(t, SL_TOML_STRING);
		return sl_toml_read_string(t, true, &(*ret)->s);
	}
	if (c == '-' || c == '+')
		return take_signed(t, ret);
	if (starts(t, SL_STR("inf")))
		return take_special(t, INFINITY, ret);
	if (starts(t, SL_STR("nan")))
		return take_special(t, (double)NAN, ret);
	if (c == '.')
		return sl_toml_fail_here(t, "floats must start with a digit, not '.'");
	if (c != SL_TOML_EOF && sl_rune_is_letter(c))
		return take_word(t, ret);
	if (c == SL_TOML_EOF)
		return sl_toml_fail_read(t, c, "unexpected EOF; expected value");
	return sl_toml_fail(t, t->line, "expected value but found %s instead", sl_toml_show(t, c));
}
