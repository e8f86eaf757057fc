#include "libcommon/codec/unicode.h"
#include "libcommon/lang/regex/program.h"

bool sl_regex_match(const struct sl_regex *re, struct sl_str text)
{
	return sl_regex_run(re, text, 0, NULL, 0, NULL);
}

bool sl_regex_find(const struct sl_regex *re, struct sl_str text, struct sl_regex_span *ret_groups,
		   size_t count)
{
	return sl_regex_run(re, text, 0, ret_groups, count, NULL);
}

struct sl_regex_iter sl_regex_iter(const struct sl_regex *re, struct sl_str text)
{
	return (struct sl_regex_iter){ .re = re, .text = text, .last_end = -1 };
}

bool sl_regex_next(struct sl_regex_iter *it, struct sl_regex_span *ret_groups, size_t count)
{
	struct sl_regex_span whole;
	uint32_t ignored;

	while (it->at <= it->text.n) {
		struct sl_regex_span *groups = count > 0 ? ret_groups : &whole;

		if (!sl_regex_run(it->re, it->text, it->at, groups, count > 0 ? count : 1, NULL))
			break;
		whole = groups[0];
		ptrdiff_t last_end = it->last_end;
		bool is_empty = whole.to == (ptrdiff_t)it->at;

		it->last_end = whole.to;
		it->at = (size_t)whole.to;
		if (is_empty && it->at < it->text.n)
			it->at +=
				sl_rune_decode(sl_str_sub(it->text, it->at, it->text.n), &ignored);
		else if (is_empty)
			it->at++;
		if (!is_empty || whole.from != last_end)
			return true;
	}
	it->at = it->text.n + 1;
	return false;
}

/* Room for one more piece, and for the last. */
static struct sl_str *grow(struct sl_arena *a, struct sl_str *pieces, size_t count, size_t *cap)
{
	if (count + 2 <= *cap)
		return pieces;
	*cap = *cap > 0 ? 2 * *cap : 8;
	struct sl_str *grown = sl_arena_array(a, *cap, sizeof(*grown));

	for (size_t i = 0; i < count; i++)
		grown[i] = pieces[i];
	return grown;
}

int sl_regex_split(struct sl_arena *a, const struct sl_regex *re, struct sl_str text, int64_t n,
		   struct sl_str **ret_pieces, size_t *ret_count, struct sl_err *err)
{
	struct sl_regex_iter it = sl_regex_iter(re, text);
	struct sl_regex_span match = { -1, 0 };
	size_t count = 0, cap = 0, begin = 0;
	struct sl_str *pieces = grow(a, NULL, 0, &cap);
	/* As the original: the empty text is one piece, but for the empty pattern it is none. */
	bool has_rest = n != 0 && (text.n > 0 || !re->is_blank);

	while (n != 0 && text.n > 0 && (n < 0 || count + 1 < (uint64_t)n) &&
	       sl_regex_next(&it, &match, 1)) {
		pieces = grow(a, pieces, count, &cap);
		if (sl_arena_full(a))
			return sl_err_set(err, SL_ERR_TOO_LARGE,
					  "a text splits into more than %zu pieces", count);
		/* An empty match at the very beginning separates nothing. */
		if (match.to != 0)
			pieces[count++] = sl_str_sub(text, begin, (size_t)match.from);
		begin = (size_t)match.to;
		/* Nor does one at the very end. */
		has_rest = (size_t)match.from != text.n;
	}
	if (has_rest)
		pieces[count++] = sl_str_sub(text, begin, text.n);
	*ret_count = count;
	*ret_pieces = pieces;
	return 0;
}
