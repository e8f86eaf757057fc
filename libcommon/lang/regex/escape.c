#include <string.h>

#include "libcommon/base/ascii.h"
#include "libcommon/lang/regex/parser.h"

static bool at_octal(const struct sl_regex_parser *p)
{
	return p->rest.n > 0 && p->rest.p[0] >= '0' && p->rest.p[0] <= '7';
}

static int malformed(struct sl_regex_parser *p, struct sl_str from)
{
	return sl_regex_fail(p, "invalid escape sequence", sl_regex_read_since(p, from));
}

/* {10ffff}: any number of digits, behind the brace. */
static int take_hex_in_braces(struct sl_regex_parser *p, struct sl_str from, uint32_t *ret)
{
	uint32_t value = 0, c;

	for (size_t digits = 0;; digits++) {
		if (p->rest.n == 0)
			return malformed(p, from);
		int r = sl_regex_take_rune(p, &c);

		if (r < 0)
			return r;
		if (c == '}' && digits > 0)
			break;
		int digit = sl_hex_value(c);

		if (digit < 0)
			return malformed(p, from);
		value = value * 16 + (uint32_t)digit;
		if (value > SL_REGEX_RUNE_MAX)
			return malformed(p, from);
	}
	*ret = value;
	return 0;
}

static int take_hex(struct sl_regex_parser *p, struct sl_str from, uint32_t *ret)
{
	uint32_t first = 0, second = 0;

	if (p->rest.n == 0)
		return malformed(p, from);
	int r = sl_regex_take_rune(p, &first);

	if (r == 0 && first == '{')
		return take_hex_in_braces(p, from, ret);
	if (r == 0)
		r = sl_regex_take_rune(p, &second);
	if (r < 0)
		return r;
	if (sl_hex_value(first) < 0 || sl_hex_value(second) < 0)
		return malformed(p, from);
	*ret = (uint32_t)(sl_hex_value(first) * 16 + sl_hex_value(second));
	return 0;
}

int sl_regex_take_escape(struct sl_regex_parser *p, uint32_t *ret)
{
	static const char names[] = "afnrtv", runes[] = "\a\f\n\r\t\v";
	struct sl_str from = p->rest;
	uint32_t c;

	p->rest = sl_str_sub(p->rest, 1, p->rest.n);
	if (p->rest.n == 0)
		return sl_regex_fail(p, "trailing backslash at end of expression", SL_STR_NULL);
	int r = sl_regex_take_rune(p, &c);

	if (r < 0)
		return r;
	if (c == 'x')
		return take_hex(p, from, ret);
	const char *name = c > 0 && c < 0x80 ? strchr(names, (int)c) : NULL;

	if (name) {
		*ret = (unsigned char)runes[name - names];
		return 0;
	}
	if (c == '0' || (c >= '1' && c <= '7' && at_octal(p))) {
		*ret = c - '0';
		for (int i = 1; i < 3 && at_octal(p); i++) {
			*ret = *ret * 8 + (uint32_t)(p->rest.p[0] - '0');
			p->rest = sl_str_sub(p->rest, 1, p->rest.n);
		}
		return 0;
	}
	if (c >= 0x80 || sl_is_alnum(c))
		return malformed(p, from);
	*ret = c;
	return 0;
}

/* Behind \p or \P: one code point, or a name in braces. *ret_all is the whole with the backslash. */
static int take_property(struct sl_regex_parser *p, struct sl_str from, struct sl_str *ret_name,
			 struct sl_str *ret_all)
{
	uint32_t c;
	int r = sl_regex_take_rune(p, &c);

	if (r < 0)
		return r;
	if (c != '{') {
		*ret_all = sl_regex_read_since(p, from);
		*ret_name = sl_str_sub(*ret_all, 2, ret_all->n);
		return 0;
	}
	ptrdiff_t end = sl_str_chr(from, '}');

	if (end < 0) {
		r = sl_regex_check_utf8(p, from);
		return r < 0 ? r : sl_regex_fail(p, "invalid character class range", from);
	}
	*ret_all = sl_str_sub(from, 0, (size_t)end + 1);
	*ret_name = sl_str_sub(from, 3, (size_t)end);
	p->rest = sl_str_sub(from, (size_t)end + 1, from.n);
	return sl_regex_check_utf8(p, *ret_name);
}

static int take_unicode_class(struct sl_regex_parser *p, struct sl_regex_class *c)
{
	struct sl_str from = p->rest, name = SL_STR_NULL, all = SL_STR_NULL;
	struct sl_regex_class found = { 0 };
	bool negated = from.p[1] == 'P';

	p->rest = sl_str_sub(from, 2, from.n);
	int r = take_property(p, from, &name, &all);

	if (r < 0)
		return r;
	negated ^= sl_str_cut_prefix(&name, SL_STR("^"));
	if (!sl_regex_class_add_unicode(p->a, &found, name))
		return sl_regex_fail(p, "invalid character class range", all);
	sl_regex_class_clean(&found);
	if (p->flags & SL_REGEX_FOLD)
		sl_regex_class_fold(p->a, &found);
	if (negated)
		sl_regex_class_negate(p->a, &found);
	sl_regex_class_add_all(p->a, c, &found);
	return 0;
}

int sl_regex_take_class_escape(struct sl_regex_parser *p, struct sl_regex_class *c, bool *ret_found)
{
	*ret_found = false;
	if (p->rest.n < 2 || p->rest.p[0] != '\\')
		return 0;
	char name = p->rest.p[1];

	if (name == 'p' || name == 'P') {
		*ret_found = true;
		return take_unicode_class(p, c);
	}
	if (!strchr("dDsSwW", name) || name == '\0')
		return 0;
	char lower = (char)(name | 0x20);

	*ret_found = true;
	p->rest = sl_str_sub(p->rest, 2, p->rest.n);
	(void)sl_regex_add_named(p, c, (struct sl_str){ &lower, 1 }, name != lower);
	return 0;
}
