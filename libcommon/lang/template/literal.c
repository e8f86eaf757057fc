#include "libcommon/lang/template/literal.h"

#include <math.h>
#include <string.h>

#include "libcommon/codec/goquote.h"
#include "libcommon/codec/unicode.h"
#include "libcommon/lang/template/fmt.h"

#define INT64_END 9223372036854775808.0
#define QUOTED_MAX ((size_t)1 << 26)

const char *tmpl_quoted(struct sl_arena *a, struct sl_str s)
{
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(QUOTED_MAX);

	sl_go_quote(&b, s);
	return sl_arena_str(a, sl_strbuf_str(&b)).p;
}

static int digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if ((c | 0x20) >= 'a' && (c | 0x20) <= 'z')
		return (c | 0x20) - 'a' + 10;
	return 99;
}

static bool has_base_prefix(struct sl_str s)
{
	return s.n >= 2 && s.p[0] == '0' && strchr("bBoOxX", s.p[1]) && s.p[1];
}

/* An underscore may stand between digits, and between the prefix of the base and a digit. */
static bool underscores_ok(struct sl_str s)
{
	size_t i = s.n && (s.p[0] == '-' || s.p[0] == '+') ? 1 : 0;
	bool prefix = has_base_prefix(sl_str_sub(s, i, s.n)),
	     hex = prefix && (s.p[i + 1] | 0x20) == 'x';
	char last = prefix ? '0' : '^';

	for (i += prefix ? 2 : 0; i < s.n; i++) {
		if (digit_value(s.p[i]) < (hex ? 16 : 10)) {
			last = '0';
		} else if (s.p[i] == '_') {
			if (last != '0')
				return false;
			last = '_';
		} else {
			if (last == '_')
				return false;
			last = '!';
		}
	}
	return last != '_';
}

/* strconv.ParseUint with base 0. On failure the output is 0. */
static bool parse_uint(struct sl_str s, uint64_t *ret)
{
	struct sl_str digits = s;
	uint64_t base = 10, v = 0;

	*ret = 0;
	if (!s.n)
		return false;
	if (s.p[0] == '0') {
		base = 8;
		digits = sl_str_sub(s, 1, s.n);
		if (s.n >= 3 && has_base_prefix(s)) {
			base = (s.p[1] | 0x20) == 'b' ? 2 : (s.p[1] | 0x20) == 'o' ? 8 : 16;
			digits = sl_str_sub(s, 2, s.n);
		}
	}
	for (size_t i = 0; i < digits.n; i++) {
		uint64_t d = (uint64_t)digit_value(digits.p[i]);

		if (digits.p[i] == '_')
			continue;
		if (d >= base || __builtin_mul_overflow(v, base, &v) ||
		    __builtin_add_overflow(v, d, &v))
			return false;
	}
	if (sl_str_chr(s, '_') >= 0 && !underscores_ok(s))
		return false;
	*ret = v;
	return true;
}

static bool parse_int(struct sl_str s, int64_t *ret)
{
	bool negative = s.n && s.p[0] == '-';
	uint64_t u;

	if (s.n && (s.p[0] == '-' || s.p[0] == '+'))
		s = sl_str_sub(s, 1, s.n);
	if (!parse_uint(s, &u) || u > (uint64_t)INT64_MAX + negative)
		return false;
	*ret = negative ? (int64_t)(0 - u) : (int64_t)u;
	return true;
}

/* The power of two of a hexadecimal float: "p-3", the whole view. */
static bool parse_exponent(struct sl_str s, int *ret)
{
	bool negative = s.n > 1 && s.p[1] == '-';
	int e = 0;

	if (s.n < 2 || (s.p[0] | 0x20) != 'p')
		return false;
	s = sl_str_sub(s, s.p[1] == '-' || s.p[1] == '+' ? 2 : 1, s.n);
	if (!s.n)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (digit_value(s.p[i]) > 9)
			return false;
		if (e < 100000)
			e = e * 10 + digit_value(s.p[i]);
	}
	*ret = negative ? -e : e;
	return true;
}

/* A hexadecimal float behind its "0x", without sign and underscores. */
static bool parse_hex_float(struct sl_str s, double *ret)
{
	uint64_t mantissa = 0;
	int exponent, shift = 0;
	bool digits = false, point = false;
	size_t i;

	for (i = 0; i < s.n; i++) {
		int d = digit_value(s.p[i]);

		if (s.p[i] == '.' && !point) {
			point = true;
			continue;
		}
		if (d >= 16)
			break;
		digits = true;
		/* What does not fit is remembered as one bit, by which rounding goes right. */
		if (mantissa >> 59) {
			mantissa |= d != 0;
			shift += point ? 0 : 4;
		} else {
			mantissa = mantissa << 4 | (uint64_t)d;
			shift -= point ? 4 : 0;
		}
	}
	if (!digits || !parse_exponent(sl_str_sub(s, i, s.n), &exponent))
		return false;
	*ret = ldexp((double)mantissa, exponent + shift);
	return isfinite(*ret);
}

/* strconv.ParseFloat of what the lexer lets pass; the text may be of any length. */
static bool parse_float(struct sl_arena *a, struct sl_str s, double *ret)
{
	struct sl_str plain = SL_STR_NULL;
	char *to = sl_arena_alloc(a, s.n + 1);
	bool negative = s.n && s.p[0] == '-';

	if (sl_str_chr(s, '_') >= 0 && !underscores_ok(s))
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] != '_')
			to[plain.n++] = s.p[i];
	plain.p = to;
	if (plain.n && (to[0] == '-' || to[0] == '+'))
		plain = sl_str_sub(plain, 1, plain.n);
	if (plain.n > 2 && has_base_prefix(plain) && (plain.p[1] | 0x20) == 'x') {
		if (!parse_hex_float(sl_str_sub(plain, 2, plain.n), ret))
			return false;
	} else if (!sl_str_to_double(plain, ret)) {
		return false;
	}
	if (negative)
		*ret = -*ret;
	return true;
}

/* Whether the float is a whole number within the type; where it is not, Go's conversion says so too. */
static void integers_of_float(struct tmpl_number *n)
{
	bool whole = n->f == trunc(n->f);

	if (!n->is_int && whole && n->f >= -INT64_END && n->f < INT64_END) {
		n->is_int = true;
		n->i = (int64_t)n->f;
	}
	if (!n->is_uint && whole && n->f >= 0 && n->f < 2 * INT64_END) {
		n->is_uint = true;
		n->u = (uint64_t)n->f;
	}
}

static void simplify_complex(struct tmpl_number *n)
{
	n->is_complex = true;
	n->is_float = n->c[1] == 0;
	if (!n->is_float)
		return;
	n->f = n->c[0];
	integers_of_float(n);
}

static const char *parse_complex(struct sl_arena *a, struct sl_str s, struct tmpl_number *n)
{
	size_t at = 1;

	/* The second sign, unless it is that of an exponent. */
	while (at < s.n && !((s.p[at] == '+' || s.p[at] == '-') && !strchr("eEpP", s.p[at - 1])))
		at++;
	if (!parse_float(a, sl_str_sub(s, 0, at), &n->c[0]) ||
	    !parse_float(a, sl_str_sub(s, at, s.n - 1), &n->c[1]))
		return "syntax error scanning complex number";
	simplify_complex(n);
	return NULL;
}

static const char *parse_char(struct sl_arena *a, struct sl_str text, struct tmpl_number *n)
{
	struct sl_str s = sl_str_sub(text, 1, text.n);
	uint32_t rune;
	bool byte;

	if (!sl_go_unquote_char(&s, '\'', &rune, &byte))
		return "invalid syntax";
	if (!sl_str_eqz(s, "'"))
		return sl_arena_printf(a, "malformed character constant: %.*s", SL_STR_FMT(text));
	n->is_int = n->is_uint = n->is_float = true;
	n->i = (int64_t)rune;
	n->u = rune;
	n->f = rune;
	return NULL;
}

static bool has_any(struct sl_str s, const char *chars)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] && strchr(chars, s.p[i]))
			return true;
	return false;
}

const char *tmpl_number_parse(struct sl_arena *a, const struct tmpl_token *t, struct tmpl_number *n)
{
	struct sl_str s = t->value;

	*n = (struct tmpl_number){ .text = s };
	/* Nearly always a few decimal digits. */
	if (s.n && s.n < 16 && s.p[0] != '0' && sl_str_to_u64(s, UINT64_MAX, &n->u)) {
		n->is_int = n->is_uint = n->is_float = true;
		n->i = (int64_t)n->u;
		n->f = (double)n->u;
		return NULL;
	}
	if (t->kind == TOKEN_CHAR_CONSTANT)
		return parse_char(a, s, n);
	if (t->kind == TOKEN_COMPLEX)
		return parse_complex(a, s, n);
	if (s.n && s.p[s.n - 1] == 'i' && parse_float(a, sl_str_sub(s, 0, s.n - 1), &n->c[1])) {
		simplify_complex(n);
		return NULL;
	}
	n->is_uint = parse_uint(s, &n->u);
	n->is_int = parse_int(s, &n->i);
	if (n->is_int && n->i == 0)
		n->is_uint = true; /* "-0" */
	if (n->is_int || n->is_uint) {
		n->is_float = true;
		n->f = n->is_int ? (double)n->i : (double)n->u;
		return NULL;
	}
	if (!parse_float(a, s, &n->f))
		return sl_arena_printf(a, "illegal number syntax: %s", tmpl_quoted(a, s));
	if (!has_any(s, ".eEpP"))
		return sl_arena_printf(a, "integer overflow: %s", tmpl_quoted(a, s));
	n->is_float = true;
	integers_of_float(n);
	return NULL;
}

static struct sl_str without_returns(struct sl_arena *a, struct sl_str s)
{
	char *to = sl_arena_alloc(a, s.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] != '\r')
			to[n++] = s.p[i];
	return (struct sl_str){ to, n };
}

bool tmpl_unquote(struct sl_arena *a, struct sl_str quoted, struct sl_str *ret)
{
	struct sl_str s = sl_str_sub(quoted, 1, quoted.n - 1);
	uint32_t rune;
	size_t n = 0;
	bool byte;
	char *to;

	if (quoted.p[0] == '`') {
		*ret = sl_str_chr(s, '\r') < 0 ? s : without_returns(a, s);
		return true;
	}
	if (sl_str_chr(s, '\\') < 0 && sl_str_is_utf8(s)) {
		*ret = s;
		return true;
	}
	/* No character grows, but for a byte that is no UTF-8: it becomes U+FFFD. */
	to = sl_arena_alloc(a, s.n * 3 + 4);
	while (s.n) {
		if (!sl_go_unquote_char(&s, '"', &rune, &byte))
			return false;
		if (byte)
			to[n++] = (char)rune;
		else
			n += sl_rune_encode(rune, to + n);
	}
	*ret = (struct sl_str){ to, n };
	return true;
}
