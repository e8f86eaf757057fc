#include "libcommon/lang/envsubst_ops.h"

#include "libcommon/codec/unicode.h"

static void change_case(struct sl_str value, bool upper, bool all, struct sl_strbuf *out)
{
	size_t at = 0;

	while (at < value.n) {
		uint32_t rune;
		char bytes[4];

		at += sl_rune_decode(sl_str_sub(value, at, value.n), &rune);
		rune = upper ? sl_rune_to_upper(rune) : sl_rune_to_lower(rune);
		sl_strbuf_add(out, bytes, sl_rune_encode(rune, bytes));
		if (!all)
			break;
	}
	sl_strbuf_adds(out, sl_str_sub(value, at, value.n));
}

void sl_envsubst_case(struct sl_str value, struct sl_str op, struct sl_strbuf *out)
{
	if (op.n == 2 && op.p[0] != op.p[1])
		sl_strbuf_adds(out, value);
	else
		change_case(value, op.p[0] == '^', op.n == 2, out);
}

/* As Go's strconv.Atoi: a sign of either kind, then digits. */
static bool read_number(struct sl_str s, int64_t *ret)
{
	if (sl_str_cut_prefix(&s, SL_STR("+")) && sl_str_starts(s, SL_STR("-")))
		return false;
	return sl_str_to_i64(s, INT64_MIN, INT64_MAX, ret);
}

void sl_envsubst_substr(struct sl_str value, struct sl_str position, const struct sl_str *length,
			struct sl_strbuf *out)
{
	int64_t from, n = INT64_MAX, size = (int64_t)value.n;

	if (!read_number(position, &from) || (length && !read_number(*length, &n))) {
		sl_strbuf_adds(out, value);
		return;
	}
	if (from < 0)
		from = from < -size ? 0 : size + from;
	if (n < 0)
		n = size + n - from;
	if (from < size && n > 0)
		sl_strbuf_add(out, value.p + from, (size_t)(n < size - from ? n : size - from));
}

/* Before the first or every character, and behind the last one. */
static void insert_between(struct sl_str value, bool all, struct sl_str to, struct sl_strbuf *out)
{
	sl_strbuf_adds(out, to);
	for (size_t at = 0, n; all && at < value.n; at += n) {
		uint32_t rune;

		n = sl_rune_decode(sl_str_sub(value, at, value.n), &rune);
		sl_strbuf_add(out, value.p + at, n);
		sl_strbuf_adds(out, to);
	}
	if (!all)
		sl_strbuf_adds(out, value);
}

static void replace_found(struct sl_str value, bool all, struct sl_str from, struct sl_str to,
			  struct sl_strbuf *out)
{
	ptrdiff_t found;

	while ((found = sl_str_find(value, from)) >= 0) {
		sl_strbuf_add(out, value.p, (size_t)found);
		sl_strbuf_adds(out, to);
		value = sl_str_sub(value, (size_t)found + from.n, value.n);
		if (!all)
			break;
	}
	sl_strbuf_adds(out, value);
}

static void replace_end(struct sl_str value, struct sl_str from, struct sl_str to,
			struct sl_strbuf *out)
{
	bool cut = sl_str_cut_suffix(&value, from);

	sl_strbuf_adds(out, value);
	if (cut)
		sl_strbuf_adds(out, to);
}

void sl_envsubst_replace(struct sl_str value, struct sl_str op, struct sl_str from,
			 const struct sl_str *to, struct sl_strbuf *out)
{
	char where = op.n > 1 ? op.p[1] : 0;

	if ((where == '#' || where == '%') && !to)
		sl_strbuf_adds(out, value);
	else if (where == '%')
		replace_end(value, from, *to, out);
	else if (where == '#' && !sl_str_starts(value, from))
		sl_strbuf_adds(out, value);
	else if (!from.n)
		insert_between(value, where == '/', to ? *to : SL_STR_NULL, out);
	else
		replace_found(value, where == '/', from, to ? *to : SL_STR_NULL, out);
}
