#include <stdlib.h>

#include "libcommon/codec/unicode.h"
#include "libcommon/lang/sprig/cast.h"

#define NEGATIVE_COUNT "strings: negative Repeat count" /* Go's panic */

/* The last code point of `s`, which is not empty, as sl_rune_decode() finds the first. */
static size_t decode_last(struct sl_str s, uint32_t *ret_rune)
{
	for (size_t n = s.n < 4 ? s.n : 4; n > 1; n--)
		if (sl_rune_decode(sl_str_sub(s, s.n - n, s.n), ret_rune) == n)
			return n;
	return sl_rune_decode(sl_str_sub(s, s.n - 1, s.n), ret_rune);
}

/* Characters, so that one is found in no more than the logarithm of their number. */
struct rune_set {
	bool ascii[0x80];
	uint32_t *others; /* sorted */
	size_t n;
};

static int compare_runes(const void *x, const void *y)
{
	uint32_t a = *(const uint32_t *)x, b = *(const uint32_t *)y;

	return a < b ? -1 : a > b;
}

static void rune_set_fill(struct rune_set *set, struct sl_arena *a, struct sl_str s)
{
	uint32_t rune;

	set->others = sl_arena_array(a, s.n + 1, sizeof(*set->others));
	while (s.n) {
		s = sl_str_sub(s, sl_rune_decode(s, &rune), s.n);
		if (rune < 0x80)
			set->ascii[rune] = true;
		else
			set->others[set->n++] = rune;
	}
	qsort(set->others, set->n, sizeof(*set->others), compare_runes);
}

/* Without a set, white space. */
static bool drops(const struct rune_set *set, uint32_t rune)
{
	if (!set)
		return sl_rune_is_space(rune);
	if (rune < 0x80)
		return set->ascii[rune];
	return bsearch(&rune, set->others, set->n, sizeof(*set->others), compare_runes);
}

/* Without what `set` holds at both ends. */
static struct sl_str strip(struct sl_str s, const struct rune_set *set)
{
	uint32_t rune;

	while (s.n) {
		size_t k = sl_rune_decode(s, &rune);

		if (!drops(set, rune))
			break;
		s = sl_str_sub(s, k, s.n);
	}
	while (s.n) {
		size_t k = decode_last(s, &rune);

		if (!drops(set, rune))
			break;
		s.n -= k;
	}
	return s;
}

SL_SPRIG_FN(trim)
{
	*ret = sl_goval_str(strip(args[0].s, NULL));
	return 0;
}

SL_SPRIG_FN(trim_all)
{
	struct rune_set set = { .n = 0 };

	rune_set_fill(&set, call->a, args[0].s);
	*ret = sl_goval_str(strip(args[1].s, &set));
	return sl_sprig_check(call, err);
}

SL_SPRIG_FN(trim_prefix)
{
	struct sl_str s = args[1].s;

	sl_str_cut_prefix(&s, args[0].s);
	*ret = sl_goval_str(s);
	return 0;
}

SL_SPRIG_FN(trim_suffix)
{
	struct sl_str s = args[1].s;

	sl_str_cut_suffix(&s, args[0].s);
	*ret = sl_goval_str(s);
	return 0;
}

SL_SPRIG_FN(contains)
{
	*ret = sl_goval_bool(sl_str_find(args[1].s, args[0].s) >= 0);
	return 0;
}

SL_SPRIG_FN(has_prefix)
{
	*ret = sl_goval_bool(sl_str_starts(args[1].s, args[0].s));
	return 0;
}

SL_SPRIG_FN(has_suffix)
{
	*ret = sl_goval_bool(sl_str_ends(args[1].s, args[0].s));
	return 0;
}

/* The first, or with a negative count the last, bytes. */
SL_SPRIG_FN(trunc_)
{
	int64_t count = args[0].i;
	struct sl_str s = args[1].s;

	if (count >= 0)
		s = (uint64_t)count < s.n ? sl_str_sub(s, 0, (size_t)count) : s;
	else if (0 - (uint64_t)count < s.n)
		s = sl_str_sub(s, s.n - (size_t)(0 - (uint64_t)count), s.n);
	*ret = sl_goval_str(s);
	return 0;
}

/* "slice bounds out of range", as Go says it of a text. */
static int bounds_panic(struct sl_err *err, int64_t from, int64_t to, size_t n)
{
	if (from >= 0)
		return sl_err_set(err, SL_ERR_INVALID,
				  "runtime error: slice bounds out of range [%lld:%lld]",
				  (long long)from, (long long)to);
	if (to < 0)
		return sl_err_set(err, SL_ERR_INVALID,
				  "runtime error: slice bounds out of range [:%lld]",
				  (long long)to);
	return sl_err_set(err, SL_ERR_INVALID,
			  "runtime error: slice bounds out of range [:%lld] with length %zu",
			  (long long)to, n);
}

SL_SPRIG_FN(substr)
{
	int64_t start = args[0].i, end = args[1].i;
	struct sl_str s = args[2].s;

	if (start < 0 && (end < 0 || (uint64_t)end > s.n))
		return bounds_panic(err, -1, end, s.n);
	if (start >= 0 && (end < 0 || (uint64_t)end > s.n))
		end = (int64_t)s.n;
	if (start > end)
		return bounds_panic(err, start, end, s.n);
	*ret = sl_goval_str(sl_str_sub(s, start < 0 ? 0 : (size_t)start, (size_t)end));
	return 0;
}

static int repeat_text(struct sl_strbuf *out, struct sl_str s, int64_t count, struct sl_err *err)
{
	if (count < 0)
		return sl_err_set(err, SL_ERR_INVALID, NEGATIVE_COUNT);
	for (int64_t i = 0; s.n && i < count && !out->failed; i++)
		sl_strbuf_adds(out, s);
	return 0;
}

SL_SPRIG_FN(repeat)
{
	SL_SPRIG_BUF(out);
	int r = repeat_text(&out, args[1].s, args[0].i, err);

	return r ? r : sl_sprig_text(call, &out, ret, err);
}

/* Between all characters, and at both ends, stands nothing: it can be replaced as well. */
static void replace_nothing(struct sl_strbuf *out, struct sl_str s, struct sl_str with)
{
	uint32_t rune;

	sl_strbuf_adds(out, with);
	while (s.n && !out->failed) {
		size_t k = sl_rune_decode(s, &rune);

		sl_strbuf_add(out, s.p, k);
		sl_strbuf_adds(out, with);
		s = sl_str_sub(s, k, s.n);
	}
}

static void replace_all(struct sl_strbuf *out, struct sl_str s, struct sl_str what,
			struct sl_str with)
{
	ptrdiff_t at;

	if (!what.n) {
		replace_nothing(out, s, with);
		return;
	}
	while ((at = sl_str_find(s, what)) >= 0 && !out->failed) {
		sl_strbuf_add(out, s.p, (size_t)at);
		sl_strbuf_adds(out, with);
		s = sl_str_sub(s, (size_t)at + what.n, s.n);
	}
	sl_strbuf_adds(out, s);
}

SL_SPRIG_FN(replace)
{
	SL_SPRIG_BUF(out);

	replace_all(&out, args[2].s, args[0].s, args[1].s);
	return sl_sprig_text(call, &out, ret, err);
}

/* Room at once for what is longer by indentation, as a guess. */
static void reserve_for(struct sl_strbuf *out, struct sl_str s)
{
	if (s.n < SL_SPRIG_TEXT_MAX / 4)
		(void)sl_strbuf_reserve(out, 2 * s.n + 64);
}

static int indent_text(struct sl_strbuf *out, int64_t spaces, struct sl_str s, struct sl_err *err)
{
	if (spaces < 0)
		return sl_err_set(err, SL_ERR_INVALID, NEGATIVE_COUNT);
	for (;;) {
		ptrdiff_t newline = sl_str_chr(s, '\n');
		size_t n = newline < 0 ? s.n : (size_t)newline + 1;

		sl_strbuf_addn(out, ' ', (size_t)spaces);
		sl_strbuf_add(out, s.p, n);
		if (newline < 0 || out->failed)
			return sl_strbuf_check(out, "the text", err);
		s = sl_str_sub(s, n, s.n);
	}
}

SL_SPRIG_FN(indent)
{
	SL_SPRIG_BUF(out);
	int r;

	reserve_for(&out, args[1].s);
	r = indent_text(&out, args[0].i, args[1].s, err);
	return r ? r : sl_sprig_text(call, &out, ret, err);
}

SL_SPRIG_FN(nindent)
{
	SL_SPRIG_BUF(out);
	int r;

	reserve_for(&out, args[1].s);
	sl_strbuf_addc(&out, '\n');
	r = indent_text(&out, args[0].i, args[1].s, err);
	return r ? r : sl_sprig_text(call, &out, ret, err);
}

SL_SPRIG_FN(plural)
{
	*ret = args[2].i == 1 ? args[0] : args[1];
	return 0;
}

static const struct sl_go_func funcs[] = {
	{ "contains", contains, { &sl_go_string, &sl_go_string }, 2, false },
	{ "hasPrefix", has_prefix, { &sl_go_string, &sl_go_string }, 2, false },
	{ "hasSuffix", has_suffix, { &sl_go_string, &sl_go_string }, 2, false },
	{ "indent", indent, { &sl_go_int, &sl_go_string }, 2, false },
	{ "nindent", nindent, { &sl_go_int, &sl_go_string }, 2, false },
	{ "plural", plural, { &sl_go_string, &sl_go_string, &sl_go_int }, 3, false },
	{ "repeat", repeat, { &sl_go_int, &sl_go_string }, 2, false },
	{ "replace", replace, { &sl_go_string, &sl_go_string, &sl_go_string }, 3, false },
	{ "substr", substr, { &sl_go_int, &sl_go_int, &sl_go_string }, 3, false },
	{ "trim", trim, { &sl_go_string }, 1, false },
	{ "trimAll", trim_all, { &sl_go_string, &sl_go_string }, 2, false },
	{ "trimPrefix", trim_prefix, { &sl_go_string, &sl_go_string }, 2, false },
	{ "trimSuffix", trim_suffix, { &sl_go_string, &sl_go_string }, 2, false },
	{ "trimall", trim_all, { &sl_go_string, &sl_go_string }, 2, false },
	{ "trunc", trunc_, { &sl_go_int, &sl_go_string }, 2, false },
};
const struct sl_sprig_table sl_sprig_texts = SL_SPRIG_TABLE(funcs);
