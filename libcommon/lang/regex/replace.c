#include "libcommon/codec/unicode.h"
#include "libcommon/lang/regex/program.h"

/* Behind a dollar sign: name or {name} off the front of `rest`; false, nothing taken, when none is. */
static bool take_name(struct sl_str *rest, struct sl_str *ret_name)
{
	struct sl_str s = *rest;
	bool in_braces = sl_str_cut_prefix(&s, SL_STR("{"));
	size_t n = 0;

	while (n < s.n) {
		uint32_t rune;
		size_t width = sl_rune_decode(sl_str_sub(s, n, s.n), &rune);

		if (!sl_rune_is_letter(rune) && !sl_rune_is_digit(rune) && rune != '_')
			break;
		n += width;
	}
	if (n == 0)
		return false;
	*ret_name = sl_str_sub(s, 0, n);
	s = sl_str_sub(s, n, s.n);
	if (in_braces && !sl_str_cut_prefix(&s, SL_STR("}")))
		return false;
	*rest = s;
	return true;
}

/* "0" and "12" are numbers, "012" is a name. */
static bool is_number(struct sl_str name, uint64_t *ret)
{
	if (name.n > 1 && name.p[0] == '0')
		return false;
	return sl_str_to_u64(name, 999999999, ret);
}

/* The first group of that name that took part. */
static struct sl_regex_span group_of(const struct sl_regex *re, struct sl_str name,
				     const struct sl_regex_span *groups, size_t count)
{
	struct sl_regex_span none = { -1, -1 };
	uint64_t number;

	if (is_number(name, &number))
		return number < count ? groups[number] : none;
	for (size_t i = 1; i <= re->groups && i < count; i++)
		if (groups[i].from >= 0 && sl_str_eq(re->names[i], name))
			return groups[i];
	return none;
}

void sl_regex_expand(const struct sl_regex *re, struct sl_str template, struct sl_str text,
		     const struct sl_regex_span *groups, size_t count, struct sl_strbuf *out)
{
	for (;;) {
		ptrdiff_t dollar = sl_str_chr(template, '$');
		struct sl_str name;

		if (dollar < 0)
			break;
		sl_strbuf_adds(out, sl_str_sub(template, 0, (size_t)dollar));
		template = sl_str_sub(template, (size_t)dollar + 1, template.n);
		if (sl_str_cut_prefix(&template, SL_STR("$")) || !take_name(&template, &name)) {
			sl_strbuf_addc(out, '$');
			continue;
		}
		struct sl_regex_span g = group_of(re, name, groups, count);

		if (g.from >= 0)
			sl_strbuf_adds(out, sl_str_sub(text, (size_t)g.from, (size_t)g.to));
	}
	sl_strbuf_adds(out, template);
}

struct replacement {
	struct sl_str by;
	size_t count;		      /* groups that `by` may name, 0: it is literal */
	struct sl_regex_span *groups; /* room for them, and for group 0 at least */
};

static int replace(const struct sl_regex *re, struct sl_str text, const struct replacement *with,
		   struct sl_strbuf *out, struct sl_err *err)
{
	struct sl_regex_iter it = sl_regex_iter(re, text);
	size_t copied = 0;

	while (!out->failed &&
	       sl_regex_next(&it, with->groups, with->count > 0 ? with->count : 1)) {
		struct sl_regex_span whole = with->groups[0];

		sl_strbuf_adds(out, sl_str_sub(text, copied, (size_t)whole.from));
		copied = (size_t)whole.to;
		if (with->count > 0)
			sl_regex_expand(re, with->by, text, with->groups, with->count, out);
		else
			sl_strbuf_adds(out, with->by);
	}
	sl_strbuf_adds(out, sl_str_sub(text, copied, text.n));
	return sl_strbuf_check(out, "the replaced text", err);
}

int sl_regex_replace(const struct sl_regex *re, struct sl_str text, struct sl_str template,
		     struct sl_strbuf *out, struct sl_err *err)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	size_t count = (size_t)re->groups + 1;
	struct replacement with = {
		.by = template,
		.count = count,
		.groups = sl_arena_array(&a, count, sizeof(struct sl_regex_span)),
	};

	if (sl_str_chr(template, '$') < 0)
		with.count = 0;
	return replace(re, text, &with, out, err);
}

int sl_regex_replace_literally(const struct sl_regex *re, struct sl_str text,
			       struct sl_str replacement, struct sl_strbuf *out, struct sl_err *err)
{
	struct sl_regex_span whole;
	struct replacement with = { .by = replacement, .groups = &whole };

	return replace(re, text, &with, out, err);
}

void sl_regex_quote(struct sl_str text, struct sl_strbuf *out)
{
	for (size_t i = 0; i < text.n; i++) {
		if (sl_str_chr(SL_STR("\\.+*?()|[]{}^$"), text.p[i]) >= 0)
			sl_strbuf_addc(out, '\\');
		sl_strbuf_addc(out, text.p[i]);
	}
}
