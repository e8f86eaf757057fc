#include "libcommon/codec/yaml_scalar.h"

#include <stdint.h>
#include <string.h>

#include "libcommon/codec/unicode.h"
#include "libcommon/codec/yaml_resolve.h"

static unsigned char byte_at(struct sl_str s, size_t at)
{
	return at < s.n ? (unsigned char)s.p[at] : 0;
}

size_t sl_yaml_break_len(struct sl_str s, size_t at)
{
	unsigned char c = byte_at(s, at);

	if (c == '\n' || c == '\r')
		return 1;
	if (c == 0xc2 && byte_at(s, at + 1) == 0x85)
		return 2;
	if (c == 0xe2 && byte_at(s, at + 1) == 0x80 && (byte_at(s, at + 2) & 0xfe) == 0xa8)
		return 3;
	return 0;
}

bool sl_yaml_is_printable(struct sl_str s, size_t at)
{
	unsigned char c = byte_at(s, at), d = byte_at(s, at + 1), e = byte_at(s, at + 2);

	if (c < 0x80)
		return c == '\n' || (c >= 0x20 && c <= 0x7e);
	if (c == 0xc2)
		return d >= 0xa0;
	if (c == 0xed)
		return d < 0xa0;
	if (c == 0xef)
		return !(d == 0xbb && e == 0xbf) && !(d == 0xbf && (e == 0xbe || e == 0xbf));
	return c > 0xc2 && c <= 0xee;
}

/* Bytes that say nothing about the style wherever they stand, first or later. */
static bool is_harmless(unsigned char c)
{
	static const unsigned char set[256] = {
		['0' ... '9'] = 1, ['A' ... 'Z'] = 1, ['a' ... 'z'] = 1, ['.'] = 1,
		['/'] = 1,	   ['_'] = 1,	      ['='] = 1,	 ['+'] = 1,
		['('] = 1,	   [')'] = 1,	      [';'] = 1,	 ['$'] = 1,
		['~'] = 1,	   ['\\'] = 1,	      ['^'] = 1,	 ['<'] = 1,
	};

	return set[c];
}

struct facts {
	bool indicators; /* something that has a meaning in block context */
	bool line_breaks, tabs, special, edge_space, trailing_space;
	bool space_after_break, break_after_space;
};

static bool is_blank(unsigned char c)
{
	return c == ' ' || c == '\t';
}

/* Is the character at `at` an indicator where it stands? */
static bool is_indicator(struct sl_str s, size_t at, bool after_space)
{
	unsigned char c = byte_at(s, at);
	bool before_space = at + 1 >= s.n || is_blank(byte_at(s, at + 1));

	if (c == ':')
		return before_space;
	if (at)
		return c == '#' && after_space;
	if (c == '?' || c == '-')
		return before_space;
	return c && strchr("#,[]{}&*!|>'\"%@`", c);
}

static void look_at(struct sl_str s, size_t at, struct facts *f, bool *was_space, bool *was_break)
{
	size_t line_break = sl_yaml_break_len(s, at);
	size_t len = line_break ? line_break : 1;
	bool edge = at == 0 || at + len == s.n;

	if (s.p[at] == ' ') {
		f->edge_space |= edge;
		f->trailing_space |= at + 1 == s.n;
		f->space_after_break |= *was_break;
		*was_space = true;
		*was_break = false;
	} else if (line_break) {
		f->line_breaks = true;
		f->edge_space |= edge;
		f->break_after_space |= *was_space;
		*was_space = false;
		*was_break = true;
	} else {
		*was_space = *was_break = false;
	}
}

static struct facts find_facts(struct sl_str s)
{
	struct facts f = { .indicators = sl_str_starts(s, SL_STR("---")) ||
					 sl_str_starts(s, SL_STR("...")) };
	bool was_space = false, was_break = false, after_space = true;

	for (size_t at = 0; at < s.n;) {
		unsigned char c = (unsigned char)s.p[at];
		size_t line_break;

		if (is_harmless(c) || (c == '-' && at)) {
			was_space = was_break = after_space = false;
			at++;
			continue;
		}
		line_break = sl_yaml_break_len(s, at);
		f.indicators |= is_indicator(s, at, after_space);
		f.tabs |= c == '\t';
		f.special |= c != '\t' && !sl_yaml_is_printable(s, at);
		look_at(s, at, &f, &was_space, &was_break);
		after_space = is_blank(c) || line_break || !c;
		at += c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
	}
	return f;
}

static enum sl_yaml_style choose(struct sl_str s, const struct facts *f, bool simple_key)
{
	bool block_ok = !f->trailing_space && !f->break_after_space && !f->special;
	bool single_ok = !f->space_after_break && !f->break_after_space && !f->special && !f->tabs;

	if (memchr(s.p, '\n', s.n))
		return block_ok && !simple_key ? SL_YAML_STYLE_LITERAL : SL_YAML_STYLE_DOUBLE;
	if (sl_yaml_needs_quotes(s) || (simple_key && f->line_breaks))
		return SL_YAML_STYLE_DOUBLE;
	if (single_ok && (f->edge_space || f->line_breaks || f->indicators))
		return SL_YAML_STYLE_SINGLE;
	return single_ok ? SL_YAML_STYLE_PLAIN : SL_YAML_STYLE_DOUBLE;
}

static struct sl_yaml_analysis analyse(struct sl_str s, bool key, bool v3)
{
	struct sl_yaml_analysis a = { .style = SL_YAML_STYLE_DOUBLE, .simple_key = true };
	struct facts f;

	if (!s.n)
		return a;
	f = find_facts(s);
	f.special |= f.tabs && !v3;
	a.simple_key = !f.line_breaks && s.n <= SL_YAML_SIMPLE_KEY_MAX;
	a.style = choose(s, &f, key && a.simple_key);
	return a;
}

struct sl_yaml_analysis sl_yaml_analyse(struct sl_str s, bool key)
{
	return analyse(s, key, false);
}

struct sl_yaml_analysis sl_yaml_analyse_v3(struct sl_str s, bool key)
{
	return analyse(s, key, true);
}

/* Where two different strings first differ, moved back to the start of that character. */
static size_t first_difference(struct sl_str x, struct sl_str y)
{
	size_t n = x.n < y.n ? x.n : y.n, i = 0;

	while (i < n && x.p[i] == y.p[i])
		i++;
	while (i && i < n &&
	       (((unsigned char)x.p[i] & 0xc0) == 0x80 || ((unsigned char)y.p[i] & 0xc0) == 0x80))
		i--;
	return i;
}

struct run {
	uint64_t value; /* wraps around as Go's int64 does */
	size_t count;
};

static struct run digit_run(struct sl_str s, size_t at, uint64_t value)
{
	struct run run = { .value = value };
	uint32_t rune;

	while (at < s.n) {
		at += sl_rune_decode(sl_str_sub(s, at, s.n), &rune);
		if (!sl_rune_is_digit(rune))
			break;
		run.value = run.value * 10 + (uint64_t)((int64_t)rune - '0');
		run.count++;
	}
	return run;
}

/* Do the digits before `at` have one that is not zero? Then a zero at `at` is not a leading one. */
static bool follows_number(struct sl_str s, size_t at)
{
	uint32_t rune;

	while (at > 0) {
		do
			at--;
		while (at > 0 && ((unsigned char)s.p[at] & 0xc0) == 0x80);
		sl_rune_decode(sl_str_sub(s, at, s.n), &rune);
		if (!sl_rune_is_digit(rune))
			return false;
		if (rune != '0')
			return true;
	}
	return false;
}

static int cmp_numbers(struct sl_str x, struct sl_str y, size_t at, uint32_t xr, uint32_t yr)
{
	uint64_t lead = (xr == '0' || yr == '0') && follows_number(x, at);
	struct run xn = digit_run(x, at, lead), yn = digit_run(y, at, lead);

	if (xn.value != yn.value)
		return (int64_t)xn.value < (int64_t)yn.value ? -1 : 1;
	if (xn.count != yn.count)
		return xn.count < yn.count ? -1 : 1;
	return xr < yr ? -1 : 1;
}

static bool follows_digit(struct sl_str s, size_t at)
{
	uint32_t rune;

	if (!at)
		return false;
	do
		at--;
	while (at > 0 && ((unsigned char)s.p[at] & 0xc0) == 0x80);
	sl_rune_decode(sl_str_sub(s, at, s.n), &rune);
	return sl_rune_is_digit(rune);
}

static int key_cmp(struct sl_str x, struct sl_str y, bool v3)
{
	size_t at = first_difference(x, y);
	bool x_letter, y_letter;
	uint32_t xr, yr;

	if (at == x.n || at == y.n)
		return (x.n > y.n) - (x.n < y.n);
	sl_rune_decode(sl_str_sub(x, at, x.n), &xr);
	sl_rune_decode(sl_str_sub(y, at, y.n), &yr);
	x_letter = sl_rune_is_letter(xr);
	y_letter = sl_rune_is_letter(yr);
	if (x_letter && y_letter)
		return xr < yr ? -1 : xr > yr;
	if (x_letter || y_letter)
		return y_letter != (v3 && follows_digit(x, at)) ? -1 : 1;
	return cmp_numbers(x, y, at, xr, yr);
}

int sl_yaml_key_cmp(struct sl_str x, struct sl_str y)
{
	return key_cmp(x, y, false);
}

int sl_yaml_key_cmp_v3(struct sl_str x, struct sl_str y)
{
	return key_cmp(x, y, true);
}
