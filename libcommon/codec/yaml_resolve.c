#include "libcommon/codec/yaml_resolve.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* Longer literals cannot be numbers that we could hold; it bounds the copy without '_'. */
#define NUMBER_MAX 500

struct word {
	struct sl_str text;
	enum sl_yaml_type type;
	double value; /* of BOOL: 0 or 1; of FLOAT: itself */
	bool only_v2; /* YAML 1.1 words that go-yaml v3 reads as strings */
};

#define WORDS3(a, b, c, ...) \
	{ SL_STR(a), __VA_ARGS__ }, { SL_STR(b), __VA_ARGS__ }, \
	{ \
		SL_STR(c), __VA_ARGS__ \
	}
#define WORDS2(a, b, ...) \
	{ SL_STR(a), __VA_ARGS__ }, \
	{ \
		SL_STR(b), __VA_ARGS__ \
	}

static const struct word words[] = {
	WORDS3("true", "True", "TRUE", SL_YAML_BOOL, 1, false),
	WORDS3("false", "False", "FALSE", SL_YAML_BOOL, 0, false),
	WORDS2("y", "Y", SL_YAML_BOOL, 1, true),
	WORDS3("yes", "Yes", "YES", SL_YAML_BOOL, 1, true),
	WORDS3("on", "On", "ON", SL_YAML_BOOL, 1, true),
	WORDS2("n", "N", SL_YAML_BOOL, 0, true),
	WORDS3("no", "No", "NO", SL_YAML_BOOL, 0, true),
	WORDS3("off", "Off", "OFF", SL_YAML_BOOL, 0, true),
	WORDS2("", "~", SL_YAML_NULL, 0, false),
	WORDS3("null", "Null", "NULL", SL_YAML_NULL, 0, false),
	WORDS3(".nan", ".NaN", ".NAN", SL_YAML_FLOAT, (double)NAN, false),
	WORDS3(".inf", ".Inf", ".INF", SL_YAML_FLOAT, INFINITY, false),
	WORDS3("+.inf", "+.Inf", "+.INF", SL_YAML_FLOAT, INFINITY, false),
	WORDS3("-.inf", "-.Inf", "-.INF", SL_YAML_FLOAT, -INFINITY, false),
};

/* Of the words. */
static const char first_letters[] = { 't', 'T', 'f', 'F', 'y', 'Y', 'o',
				      'O', 'n', 'N', '~', '.', '+', '-' };

static bool resolve_word(struct sl_str s, enum sl_yaml_rules rules, struct sl_yaml_scalar *ret)
{
	if (s.n > 5 || (s.n && !memchr(first_letters, *s.p, sizeof(first_letters))))
		return false;
	for (size_t i = 0; i < SL_ARRAY_LEN(words); i++) {
		const struct word *w = &words[i];

		if (!sl_str_eq(w->text, s) || (w->only_v2 && rules != SL_YAML_KUBERNETES))
			continue;
		ret->type = w->type;
		if (w->type == SL_YAML_BOOL)
			ret->b = w->value != 0;
		else if (w->type == SL_YAML_FLOAT)
			ret->f = w->value;
		return true;
	}
	return false;
}

/* Digits of `base`, the whole view; false on overflow as well. */
static bool digits_to_u64(struct sl_str s, unsigned base, uint64_t *ret_u)
{
	uint64_t u = 0;

	if (!s.n)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		int c = tolower((unsigned char)s.p[i]);
		unsigned digit = isdigit(c)   ? (unsigned)(c - '0')
				 : isalpha(c) ? (unsigned)(c - 'a' + 10)
					      : 36;

		if (digit >= base || __builtin_mul_overflow(u, base, &u) ||
		    __builtin_add_overflow(u, digit, &u))
			return false;
	}
	*ret_u = u;
	return true;
}

static bool set_int(bool negative, uint64_t u, struct sl_yaml_scalar *ret)
{
	if (negative && u > (uint64_t)INT64_MAX + 1)
		return false;
	ret->type = !negative && u > INT64_MAX ? SL_YAML_UINT : SL_YAML_INT;
	if (negative)
		ret->i = (int64_t)(0 - u);
	else
		ret->u = u;
	return true;
}

/* Behind "0b", in go-yaml v3 "0o" too, a sign is taken: an accident that decides about quotes. */
static bool resolve_inner_sign(struct sl_str s, enum sl_yaml_rules rules,
			       struct sl_yaml_scalar *ret)
{
	bool binary = sl_str_cut_prefix(&s, SL_STR("0b")), negative;
	uint64_t u;

	if (!binary && (rules != SL_YAML_GO3 || !sl_str_cut_prefix(&s, SL_STR("0o"))))
		return false;
	negative = sl_str_cut_prefix(&s, SL_STR("-"));
	if (!negative && !sl_str_cut_prefix(&s, SL_STR("+")))
		return false;
	return digits_to_u64(s, binary ? 2 : 8, &u) && u <= INT64_MAX && set_int(negative, u, ret);
}

static bool resolve_int(struct sl_str s, struct sl_yaml_scalar *ret)
{
	static const struct {
		char letter;
		unsigned base;
	} prefixes[] = { { 'x', 16 }, { 'b', 2 }, { 'o', 8 } };
	bool negative = s.p[0] == '-', sign = negative || s.p[0] == '+';
	struct sl_str digits = sl_str_sub(s, sign, s.n);
	unsigned base = 10;
	uint64_t u;

	if (digits.n > 1 && digits.p[0] == '0') {
		size_t skip = 1;

		base = 8;
		for (size_t i = 0; i < SL_ARRAY_LEN(prefixes); i++) {
			if (tolower((unsigned char)digits.p[1]) != prefixes[i].letter)
				continue;
			base = prefixes[i].base;
			skip = 2;
		}
		digits = sl_str_sub(digits, skip, digits.n);
	}
	if (!digits_to_u64(digits, base, &u))
		return false;
	/* Go reads an explicit '+' as signed: past int64 such a literal is a float. */
	if (sign && !negative && u > INT64_MAX)
		return false;
	return set_int(negative, u, ret);
}

static size_t skip_digits(struct sl_str s, size_t at)
{
	while (at < s.n && isdigit((unsigned char)s.p[at]))
		at++;
	return at;
}

/* [-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)? */
static bool looks_like_float(struct sl_str s)
{
	size_t at = s.n && (s.p[0] == '-' || s.p[0] == '+'), from = at, whole;

	at = skip_digits(s, at);
	whole = at - from;
	if (at < s.n && s.p[at] == '.') {
		from = ++at;
		at = skip_digits(s, at);
		if (!whole && at == from)
			return false;
	} else if (!whole) {
		return false;
	}
	if (at < s.n && (s.p[at] == 'e' || s.p[at] == 'E')) {
		at++;
		if (at < s.n && (s.p[at] == '-' || s.p[at] == '+'))
			at++;
		from = at;
		at = skip_digits(s, at);
		if (at == from)
			return false;
	}
	return at == s.n;
}

static bool resolve_float(struct sl_str s, struct sl_yaml_scalar *ret)
{
	if (!looks_like_float(s) || !sl_str_to_double(s, &ret->f))
		return false;
	ret->type = SL_YAML_FLOAT;
	return true;
}

/* The text without '_', in `buf`; false when that is too long to be a number. */
static bool strip_underscores(struct sl_str s, char buf[NUMBER_MAX], struct sl_str *ret_plain)
{
	size_t n = 0;

	if (s.n > NUMBER_MAX)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] != '_')
			buf[n++] = s.p[i];
	*ret_plain = (struct sl_str){ buf, n };
	return true;
}

static bool resolve_number(struct sl_str s, enum sl_yaml_rules rules, struct sl_yaml_scalar *ret)
{
	char buf[NUMBER_MAX];
	struct sl_str plain;

	if (!strip_underscores(s, buf, &plain))
		return false;
	return (plain.n && resolve_int(plain, ret)) || resolve_float(plain, ret) ||
	       resolve_inner_sign(plain, rules, ret);
}

/* ".5": here go-yaml leaves '_' to Go's ParseFloat, which wants digits on both sides of it. */
static bool resolve_fraction(struct sl_str s, struct sl_yaml_scalar *ret)
{
	char buf[NUMBER_MAX];
	struct sl_str plain;

	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == '_' &&
		    (i == 0 || i + 1 == s.n || !isdigit((unsigned char)s.p[i - 1]) ||
		     !isdigit((unsigned char)s.p[i + 1])))
			return false;
	return strip_underscores(s, buf, &plain) && resolve_float(plain, ret);
}

/* One or two digits, as Go's time.Parse takes for a layout field without a leading zero. */
static bool take_number(struct sl_str *s, int max, int *ret_n)
{
	size_t len = skip_digits(*s, 0);
	int n;

	if (!len)
		return false;
	n = s->p[0] - '0';
	if (len > 1)
		n = n * 10 + (s->p[1] - '0');
	*s = sl_str_sub(*s, len > 1 ? 2 : 1, s->n);
	*ret_n = n;
	return n <= max;
}

static bool take_char(struct sl_str *s, char c)
{
	return sl_str_cut_prefix(s, (struct sl_str){ &c, 1 });
}

struct moment {
	int year, month, day, hour, minute, second;
	char fraction[10]; /* digits, NUL-terminated, trailing zeros cut */
	char zone[8];	   /* Z or ±hh:mm */
};

static bool take_date(struct sl_str *s, struct moment *m)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap;

	if (s->n < 5 || skip_digits(*s, 0) != 4)
		return false;
	m->year = 0;
	for (int i = 0; i < 4; i++)
		m->year = m->year * 10 + (s->p[i] - '0');
	*s = sl_str_sub(*s, 4, s->n);
	if (!take_char(s, '-') || !take_number(s, 12, &m->month) || !take_char(s, '-') ||
	    !take_number(s, 31, &m->day) || !m->month || !m->day)
		return false;
	leap = m->year % 4 == 0 && (m->year % 100 != 0 || m->year % 400 == 0);
	return m->day <= days[m->month - 1] + (leap && m->month == 2);
}

static void take_fraction(struct sl_str *s, struct moment *m)
{
	size_t end, n = 0;

	m->fraction[0] = '\0';
	if (s->n < 2 || (s->p[0] != '.' && s->p[0] != ',') || !isdigit((unsigned char)s->p[1]))
		return;
	end = skip_digits(*s, 1);
	for (size_t i = 1; i < end && n < 9; i++)
		m->fraction[n++] = s->p[i];
	while (n && m->fraction[n - 1] == '0')
		n--;
	m->fraction[n] = '\0';
	*s = sl_str_sub(*s, end, s->n);
}

static bool take_clock(struct sl_str *s, struct moment *m)
{
	if (!take_number(s, 23, &m->hour) || !take_char(s, ':') ||
	    !take_number(s, 59, &m->minute) || !take_char(s, ':') ||
	    !take_number(s, 59, &m->second))
		return false;
	take_fraction(s, m);
	return true;
}

/* 'Z' or ±hh:mm, to the end. */
static bool take_zone(struct sl_str *s, struct moment *m)
{
	struct sl_str zone = *s;
	int hour, minute;

	if (take_char(s, 'Z'))
		return !s->n;
	if (s->n != 6 || (s->p[0] != '+' && s->p[0] != '-') || s->p[3] != ':' ||
	    skip_digits(*s, 1) != 3 || skip_digits(*s, 4) != 6)
		return false;
	*s = sl_str_sub(*s, 1, s->n);
	if (!take_number(s, 23, &hour) || !take_char(s, ':') || !take_number(s, 59, &minute))
		return false;
	if (hour || minute)
		snprintf(m->zone, sizeof(m->zone), "%.6s", zone.p);
	return true;
}

static bool resolve_timestamp(struct sl_str s, struct sl_yaml_scalar *ret)
{
	struct moment m = { .zone = "Z" };
	bool ok;

	if (!take_date(&s, &m))
		return false;
	if (!s.n) {
		ok = true;
	} else if (take_char(&s, 'T') || take_char(&s, 't')) {
		ok = take_clock(&s, &m) && take_zone(&s, &m);
	} else {
		ok = take_char(&s, ' ');
		while (take_char(&s, ' '))
			;
		ok = ok && take_clock(&s, &m) && !s.n;
	}
	if (!ok)
		return false;
	ret->type = SL_YAML_TIMESTAMP;
	snprintf(ret->time, sizeof(ret->time), "%04d-%02d-%02dT%02d:%02d:%02d%s%s%s",
		 m.year % 10000, m.month, m.day, m.hour, m.minute, m.second,
		 m.fraction[0] ? "." : "", m.fraction, m.zone);
	return true;
}

void sl_yaml_resolve(struct sl_str s, enum sl_yaml_rules rules, struct sl_yaml_scalar *ret_scalar)
{
	unsigned char first = s.n ? (unsigned char)s.p[0] : 0;

	ret_scalar->type = SL_YAML_STR;
	/* Nearly all text begins with a character that no other type begins with. */
	if (first && !strchr("+-.0123456789yYnNtTfFoO~", first))
		return;
	if (resolve_word(s, rules, ret_scalar))
		return;
	if (first == '.') {
		resolve_fraction(s, ret_scalar);
		return;
	}
	if (first && strchr("+-0123456789", first) && !resolve_timestamp(s, ret_scalar))
		resolve_number(s, rules, ret_scalar);
}

/* [-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)? */
static bool is_base60(struct sl_str s)
{
	size_t at = s.n && (s.p[0] == '-' || s.p[0] == '+');
	size_t groups = 0;

	if (at == s.n || !isdigit((unsigned char)s.p[at]))
		return false;
	while (at < s.n && (isdigit((unsigned char)s.p[at]) || s.p[at] == '_'))
		at++;
	for (; at < s.n && s.p[at] == ':'; groups++) {
		size_t digits = skip_digits(s, at + 1) - at - 1;

		if (digits < 1 || digits > 2 || (digits == 2 && s.p[at + 1] > '5'))
			return false;
		at += digits + 1;
	}
	if (at < s.n && s.p[at] == '.') {
		at++;
		while (at < s.n && (isdigit((unsigned char)s.p[at]) || s.p[at] == '_'))
			at++;
	}
	return groups && at == s.n;
}

bool sl_yaml_needs_quotes(struct sl_str s)
{
	struct sl_yaml_scalar scalar;

	sl_yaml_resolve(s, SL_YAML_KUBERNETES, &scalar);
	return scalar.type != SL_YAML_STR || is_base60(s);
}

const char *sl_yaml_tag_name(enum sl_yaml_type type)
{
	static const char *const names[] = {
		[SL_YAML_STR] = "!!str",
		[SL_YAML_NULL] = "!!null",
		[SL_YAML_BOOL] = "!!bool",
		[SL_YAML_INT] = "!!int",
		[SL_YAML_UINT] = "!!int",
		[SL_YAML_FLOAT] = "!!float",
		[SL_YAML_TIMESTAMP] = "!!timestamp",
	};

	return names[type];
}

void sl_yaml_resolved_value(struct sl_arena *a, const struct sl_yaml_scalar *scalar,
			    struct sl_value *v)
{
	switch (scalar->type) {
	case SL_YAML_NULL:
		v->kind = SL_V_NULL;
		break;
	case SL_YAML_BOOL:
		v->kind = SL_V_BOOL;
		v->b = scalar->b;
		break;
	case SL_YAML_INT:
		v->kind = SL_V_INT;
		v->i = scalar->i;
		break;
	case SL_YAML_UINT:
		v->kind = SL_V_NUMBER;
		v->s = sl_str(sl_arena_printf(a, "%llu", (unsigned long long)scalar->u));
		break;
	case SL_YAML_FLOAT:
		v->kind = SL_V_FLOAT;
		v->f = scalar->f;
		break;
	case SL_YAML_TIMESTAMP:
	case SL_YAML_STR:
		break;
	}
}
