#include "libcommon/codec/gonumber.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>

#include "libcommon/base/mem.h"

static bool take_sign(struct sl_str *s)
{
	bool negative = s->n && s->p[0] == '-';

	if (negative || (s->n && s->p[0] == '+'))
		*s = sl_str_sub(*s, 1, s->n);
	return negative;
}

static char lower_at(struct sl_str s, size_t i)
{
	return (char)tolower((unsigned char)s.p[i]);
}

static bool has_prefix(struct sl_str s)
{
	return s.n >= 2 && s.p[0] == '0' &&
	       (lower_at(s, 1) == 'b' || lower_at(s, 1) == 'o' || lower_at(s, 1) == 'x');
}

/* Underscores stand between digits only; the prefix counts as one. */
static bool underscores_fit(struct sl_str s)
{
	bool hex = has_prefix(s) && lower_at(s, 1) == 'x';
	char before = has_prefix(s) ? '0' : '^';

	for (size_t i = has_prefix(s) ? 2 : 0; i < s.n; i++) {
		bool digit =
			isdigit((unsigned char)s.p[i]) || (hex && isxdigit((unsigned char)s.p[i]));

		if (s.p[i] == '_' ? before != '0' : before == '_' && !digit)
			return false;
		before = s.p[i] == '_' ? '_' : digit ? '0' : '!';
	}
	return before != '_';
}

static unsigned take_base(struct sl_str *s)
{
	unsigned base;

	if (!s->n || s->p[0] != '0')
		return 10;
	if (s->n < 3 || !has_prefix(*s)) {
		*s = sl_str_sub(*s, 1, s->n);
		return 8;
	}
	base = lower_at(*s, 1) == 'b' ? 2 : lower_at(*s, 1) == 'o' ? 8 : 16;
	*s = sl_str_sub(*s, 2, s->n);
	return base;
}

static unsigned digit_value(char c)
{
	unsigned char u = (unsigned char)c;

	if (isdigit(u))
		return u - '0';
	return isalpha(u) && u < 0x80 ? (unsigned)tolower(u) - 'a' + 10 : 99;
}

static enum sl_gonumber parse_uint(struct sl_str s, unsigned base, uint64_t *ret)
{
	struct sl_str all = s;
	bool any_base = !base, underscores = false;
	uint64_t u = 0;

	*ret = 0;
	if (!s.n)
		return SL_GONUMBER_SYNTAX;
	if (any_base)
		base = take_base(&s);
	for (size_t i = 0; i < s.n; i++) {
		unsigned digit = digit_value(s.p[i]);

		if (any_base && s.p[i] == '_') {
			underscores = true;
			continue;
		}
		if (digit >= base)
			return SL_GONUMBER_SYNTAX;
		if (__builtin_mul_overflow(u, (uint64_t)base, &u) ||
		    __builtin_add_overflow(u, (uint64_t)digit, &u)) {
			*ret = UINT64_MAX;
			return SL_GONUMBER_RANGE;
		}
	}
	if (underscores && !underscores_fit(all))
		return SL_GONUMBER_SYNTAX;
	*ret = u;
	return SL_GONUMBER_OK;
}

enum sl_gonumber sl_go_parse_int(struct sl_str s, unsigned base, int64_t *ret)
{
	bool negative = take_sign(&s);
	uint64_t bound = negative ? (uint64_t)INT64_MAX + 1 : (uint64_t)INT64_MAX, u;
	enum sl_gonumber how = parse_uint(s, base, &u);

	if (how == SL_GONUMBER_SYNTAX) {
		*ret = 0;
		return how;
	}
	if (u > bound) {
		u = bound;
		how = SL_GONUMBER_RANGE;
	}
	*ret = negative ? (int64_t)(0 - u) : (int64_t)u;
	return how;
}

static bool is_word(struct sl_str s, const char *word)
{
	return sl_str_ieq(s, sl_str(word));
}

static bool parse_special(struct sl_str s, double *ret)
{
	struct sl_str bare = s;
	bool negative;

	if (is_word(s, "nan")) {
		*ret = NAN;
		return true;
	}
	negative = take_sign(&bare);
	if (!is_word(bare, "inf") && !is_word(bare, "infinity"))
		return false;
	*ret = negative ? -INFINITY : INFINITY;
	return true;
}

static size_t skip_digits(struct sl_str s, size_t at, bool hex, bool *ret_any, bool *underscores)
{
	for (; at < s.n; at++) {
		unsigned char c = (unsigned char)s.p[at];

		if (c == '_')
			*underscores = true;
		else if (isdigit(c) || (hex && isxdigit(c)))
			*ret_any = true;
		else
			break;
	}
	return at;
}

/* False unless the whole of `s`, which has no sign, is a number of Go's syntax. */
static bool is_float(struct sl_str s, bool *underscores)
{
	bool hex = s.n > 2 && s.p[0] == '0' && lower_at(s, 1) == 'x', digits = false;
	size_t at = skip_digits(s, hex ? 2 : 0, hex, &digits, underscores);

	if (at < s.n && s.p[at] == '.')
		at = skip_digits(s, at + 1, hex, &digits, underscores);
	if (!digits)
		return false;
	if (at == s.n)
		return !hex;
	if (lower_at(s, at) != (hex ? 'p' : 'e'))
		return false;
	at++;
	if (at < s.n && (s.p[at] == '+' || s.p[at] == '-'))
		at++;
	if (at == s.n || !isdigit((unsigned char)s.p[at]))
		return false;
	return skip_digits(s, at, false, &digits, underscores) == s.n;
}

/* A decimal as strtod reads it. */
static double convert(struct sl_str s)
{
	SL_AUTO_FREE char *text = sl_xmalloc(s.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] != '_')
			text[n++] = s.p[i];
	text[n] = '\0';
	return strtod(text, NULL);
}

enum sl_gonumber sl_go_parse_float(struct sl_str s, double *ret)
{
	struct sl_str bare = s;
	bool underscores = false;

	if (parse_special(s, ret))
		return SL_GONUMBER_OK;
	*ret = 0;
	take_sign(&bare);
	if (!is_float(bare, &underscores) || (underscores && !underscores_fit(bare)))
		return SL_GONUMBER_SYNTAX;
	*ret = convert(s);
	return isinf(*ret) ? SL_GONUMBER_RANGE : SL_GONUMBER_OK;
}

int64_t sl_go_float_to_int(double f)
{
	return f >= -9223372036854775808.0 && f < 9223372036854775808.0 ? (int64_t)f : INT64_MIN;
}
