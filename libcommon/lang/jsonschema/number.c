#include <string.h>

#include "libcommon/codec/number.h"
#include "libcommon/lang/jsonschema/priv.h"

/* Exponents past this are nobody's, and sums of them stay within int64. */
#define EXPONENT_MAX 1000000000

static struct sl_str literal_of(const struct sl_value *v, char buf[SL_NUMBER_TEXT_MAX])
{
	if (v->kind == SL_V_FLOAT)
		return sl_float_text(v->f, SL_FLOAT_JSON, buf);
	if (v->kind == SL_V_NUMBER)
		return v->s;
	SL_AUTO(sl_strbuf) text = SL_STRBUF_INIT(SL_NUMBER_TEXT_MAX);

	sl_strbuf_addf(&text, "%lld", (long long)v->i);
	memcpy(buf, text.p, text.n);
	return (struct sl_str){ buf, text.n };
}

/* "12.50" is the digits 125 and the exponent -1. */
static bool take_apart(struct sl_arena *a, struct sl_str s, struct sl_js_number *ret)
{
	char *digits = sl_arena_alloc(a, s.n + 1);
	size_t n = 0, at = 0;
	int64_t exponent = 0;
	bool fraction = false;

	ret->negative = sl_str_cut_prefix(&s, SL_STR("-"));
	for (; at < s.n && s.p[at] != 'e' && s.p[at] != 'E'; at++) {
		if (s.p[at] == '.') {
			fraction = true;
			continue;
		}
		exponent -= fraction;
		if (n > 0 || s.p[at] != '0')
			digits[n++] = s.p[at];
	}
	if (at < s.n) {
		struct sl_str text = sl_str_sub(s, at + 1, s.n);
		int64_t given;

		sl_str_cut_prefix(&text, SL_STR("+"));
		if (!sl_str_to_i64(text, -EXPONENT_MAX, EXPONENT_MAX, &given))
			return false;
		exponent += given;
	}
	for (; n > 0 && digits[n - 1] == '0'; n--)
		exponent++;
	ret->digits = (struct sl_str){ digits, n };
	ret->exponent = n > 0 ? exponent : 0;
	return true;
}

bool sl_js_number(struct sl_arena *a, const struct sl_value *v, struct sl_js_number *ret)
{
	char buf[SL_NUMBER_TEXT_MAX];

	if (!v || (v->kind != SL_V_INT && v->kind != SL_V_FLOAT && v->kind != SL_V_NUMBER))
		return false;
	return take_apart(a, literal_of(v, buf), ret);
}

bool sl_js_number_is_integer(const struct sl_js_number *n)
{
	return n->exponent >= 0;
}

static int cmp_magnitude(const struct sl_js_number *x, const struct sl_js_number *y)
{
	int64_t xs = x->exponent + (int64_t)x->digits.n, ys = y->exponent + (int64_t)y->digits.n;

	if (x->digits.n == 0 || y->digits.n == 0)
		return (x->digits.n > 0) - (y->digits.n > 0);
	if (xs != ys)
		return xs < ys ? -1 : 1;
	return sl_str_cmp(x->digits, y->digits);
}

int sl_js_number_cmp(const struct sl_js_number *x, const struct sl_js_number *y)
{
	bool xn = x->negative && x->digits.n > 0, yn = y->negative && y->digits.n > 0;
	int r = cmp_magnitude(x, y);

	if (xn != yn)
		return xn ? -1 : 1;
	return xn ? -r : r;
}

/* Digits past 19 do not fit: such divisors are compared as their first 19 digits. */
static uint64_t divisor_of(struct sl_str digits)
{
	uint64_t d = 0;

	for (size_t i = 0; i < digits.n && i < 19; i++)
		d = d * 10 + (uint64_t)(digits.p[i] - '0');
	return d;
}

bool sl_js_number_divides(const struct sl_js_number *x, const struct sl_js_number *y)
{
	int64_t shift = x->exponent - y->exponent;
	uint64_t divisor = divisor_of(y->digits), rest = 0;

	if (x->digits.n == 0 || divisor == 0)
		return true;
	/* Neither has a zero at its end, so that x would have to be a multiple of 10. */
	if (shift < 0)
		return false;
	for (size_t i = 0; i < x->digits.n; i++)
		rest = (uint64_t)(((unsigned __int128)rest * 10 +
				   (unsigned)(x->digits.p[i] - '0')) %
				  divisor);
	/* A power of 10 takes all factors 2 and 5 out of 64 bits in 64 steps. */
	for (int64_t i = 0; i < shift && i < 64 && rest > 0; i++)
		rest = (uint64_t)((unsigned __int128)rest * 10 % divisor);
	return rest == 0;
}

int64_t sl_js_number_int(const struct sl_js_number *n)
{
	unsigned __int128 value = 0;

	for (size_t i = 0; i < n->digits.n && value <= INT64_MAX; i++)
		value = value * 10 + (unsigned)(n->digits.p[i] - '0');
	for (int64_t i = 0; i < n->exponent && value > 0 && value <= INT64_MAX; i++)
		value *= 10;
	if (value > INT64_MAX)
		value = INT64_MAX;
	return n->negative ? -(int64_t)value : (int64_t)value;
}

/* "1234567" as "1,234,567"; a sign before and a fraction behind stay. */
static void add_grouped(struct sl_str s, struct sl_strbuf *out)
{
	ptrdiff_t dot = sl_str_chr(s, '.');
	size_t whole = dot < 0 ? s.n : (size_t)dot, first = s.n > 0 && s.p[0] == '-';

	for (size_t i = 0; i < s.n; i++) {
		if (i > first && i < whole && (whole - i) % 3 == 0)
			sl_strbuf_addc(out, ',');
		sl_strbuf_addc(out, s.p[i]);
	}
}

void sl_js_count_text(int64_t i, struct sl_strbuf *out)
{
	SL_AUTO(sl_strbuf) text = SL_STRBUF_INIT(64);

	sl_strbuf_addf(&text, "%lld", (long long)i);
	add_grouped(sl_strbuf_str(&text), out);
}

static void add_superscript(char c, struct sl_strbuf *out)
{
	static const char *const digits[] = { "⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹" };

	if (c == '-')
		sl_strbuf_addz(out, "⁻");
	else if (c >= '0' && c <= '9')
		sl_strbuf_addz(out, digits[c - '0']);
}

void sl_js_number_text(const struct sl_js_number *n, struct sl_strbuf *out)
{
	SL_AUTO(sl_strbuf) literal = SL_STRBUF_INIT(1 << 20);
	char buf[SL_NUMBER_TEXT_MAX];
	double f = 0;

	sl_strbuf_addf(&literal, "%s%.*se%lld", n->negative ? "-" : "", SL_STR_FMT(n->digits),
		       (long long)n->exponent);
	if (n->digits.n > 0 && !sl_str_to_double(sl_strbuf_str(&literal), &f)) {
		/* What no double holds is infinite, or nothing. */
		sl_strbuf_addz(out, n->exponent < 0 ? "0" : n->negative ? "-∞" : "∞");
		return;
	}
	struct sl_str text = sl_float_text(f, SL_FLOAT_G, buf);
	ptrdiff_t e = sl_str_chr(text, 'e');

	if (e < 0) {
		add_grouped(text, out);
		return;
	}
	sl_strbuf_adds(out, sl_str_sub(text, 0, (size_t)e));
	sl_strbuf_addz(out, "×10");
	for (size_t i = (size_t)e + 1; i < text.n; i++)
		add_superscript(text.p[i], out);
}

/* ---- values ---- */

static bool maps_equal(struct sl_arena *a, const struct sl_value *x, const struct sl_value *y)
{
	if (sl_map_len(x) != sl_map_len(y))
		return false;
	for (size_t i = 0; i < x->map.n; i++) {
		const struct sl_value *other = sl_map_get(y, x->map.members[i].key);

		if (!other || !sl_js_value_equal(a, x->map.members[i].value, other))
			return false;
	}
	return true;
}

static bool lists_equal(struct sl_arena *a, const struct sl_value *x, const struct sl_value *y)
{
	if (sl_list_len(x) != sl_list_len(y))
		return false;
	for (size_t i = 0; i < x->list.n; i++)
		if (!sl_js_value_equal(a, x->list.items[i], y->list.items[i]))
			return false;
	return true;
}

bool sl_js_value_equal(struct sl_arena *a, const struct sl_value *x, const struct sl_value *y)
{
	struct sl_js_number nx, ny;
	unsigned type = sl_js_type_of(x);

	if (type != sl_js_type_of(y))
		return false;
	switch (type) {
	case SL_JS_NULL:
		return true;
	case SL_JS_BOOLEAN:
		return x->b == y->b;
	case SL_JS_STRING:
		return sl_str_eq(x->s, y->s);
	case SL_JS_ARRAY:
		return lists_equal(a, x, y);
	case SL_JS_OBJECT:
		return maps_equal(a, x, y);
	default:
		return sl_js_number(a, x, &nx) && sl_js_number(a, y, &ny) &&
		       sl_js_number_cmp(&nx, &ny) == 0;
	}
}

static uint64_t mix(uint64_t h, uint64_t more)
{
	return (h ^ more) * 0x9e3779b97f4a7c15u;
}

uint64_t sl_js_value_hash(struct sl_arena *a, const struct sl_value *v)
{
	uint64_t h = sl_js_type_of(v);
	struct sl_js_number n;

	if (v->kind == SL_V_STRING)
		return mix(h, sl_str_hash(v->s));
	if (v->kind == SL_V_BOOL)
		return mix(h, v->b);
	if (sl_js_number(a, v, &n))
		return mix(mix(h, sl_str_hash(n.digits)), (uint64_t)n.exponent);
	for (size_t i = 0; i < sl_list_len(v); i++)
		h = mix(h, sl_js_value_hash(a, v->list.items[i]));
	/* The order of members does not count. */
	for (size_t i = 0; i < sl_map_len(v); i++)
		h += mix(sl_str_hash(v->map.members[i].key),
			 sl_js_value_hash(a, v->map.members[i].value));
	return h;
}
