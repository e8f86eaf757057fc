#include <stdlib.h>

#include "libcommon/codec/unicode.h"
#include "libcommon/lang/sprig/cast.h"

/* Takes the piece before the next separator off `rest`; an empty one stands between all characters. */
static bool next_piece(struct sl_str *rest, struct sl_str sep, struct sl_str *ret_piece)
{
	ptrdiff_t at = sep.n ? sl_str_find(*rest, sep) : 0;
	uint32_t rune;

	if (!sep.n && rest->n)
		at = (ptrdiff_t)sl_rune_decode(*rest, &rune);
	if (at < 0 || (!sep.n && (size_t)at >= rest->n))
		return false;
	*ret_piece = sl_str_sub(*rest, 0, (size_t)at);
	*rest = sl_str_sub(*rest, (size_t)at + sep.n, rest->n);
	return true;
}

/* strings.SplitN: at most `max` pieces, the last one with all the rest. */
static int split_text(struct sl_go_call *call, struct sl_str s, struct sl_str sep, uint64_t max,
		      struct sl_go_list **ret_list, struct sl_err *err)
{
	struct sl_go_list *l = sl_go_list_new(call->a, 0);
	struct sl_str piece;

	*ret_list = l;
	if (!max || (!s.n && !sep.n))
		return 0;
	while (l->n + 1 < max && next_piece(&s, sep, &piece)) {
		int r = sl_sprig_check_items(l->n + 1, err);

		r = r ? r : sl_sprig_check(call, err);
		if (r)
			return r;
		sl_sprig_push_text(call->a, l, piece);
	}
	sl_sprig_push_text(call->a, l, s);
	return 0;
}

/* Pieces under "_0", "_1" … */
static int split_to_map(struct sl_go_call *call, struct sl_str s, struct sl_str sep, uint64_t max,
			struct sl_goval *ret, struct sl_err *err)
{
	struct sl_go_map *m = sl_go_map_new(call->a);
	struct sl_go_list *l;
	int r = split_text(call, s, sep, max, &l, err);

	for (size_t i = 0; !r && i < l->n; i++)
		sl_go_map_set_borrow(call->a, m, sl_str(sl_arena_printf(call->a, "_%zu", i)),
				     l->items[i]);
	*ret = (struct sl_goval){ .type = &sl_go_string_map, .map = m };
	return r ? r : sl_sprig_check(call, err);
}

SL_SPRIG_FN(split)
{
	return split_to_map(call, args[1].s, args[0].s, UINT64_MAX, ret, err);
}

SL_SPRIG_FN(splitn)
{
	uint64_t max = args[1].i < 0 ? UINT64_MAX : (uint64_t)args[1].i;

	return split_to_map(call, args[2].s, args[0].s, max, ret, err);
}

SL_SPRIG_FN(split_list)
{
	struct sl_go_list *l;
	int r = split_text(call, args[1].s, args[0].s, UINT64_MAX, &l, err);

	*ret = sl_sprig_list(&sl_go_strings, l);
	return r ? r : sl_sprig_check(call, err);
}

SL_SPRIG_FN(join)
{
	SL_SPRIG_BUF(out);
	struct sl_goval list;
	int r = sl_sprig_strings(call, args[1], &list, err);

	for (size_t i = 0; !r && i < sl_goval_len(list) && !out.failed; i++) {
		if (i)
			sl_strbuf_adds(&out, args[0].s);
		sl_strbuf_adds(&out, list.list->items[i].s);
	}
	return r ? r : sl_sprig_text(call, &out, ret, err);
}

static int compare_texts(const void *x, const void *y)
{
	return sl_str_cmp(((const struct sl_goval *)x)->s, ((const struct sl_goval *)y)->s);
}

/* A []string is sorted in its place, for all who hold it: the original does so. */
SL_SPRIG_FN(sort_alpha)
{
	int r = sl_sprig_strings(call, args[0], ret, err);

	if (r)
		return r;
	if (sl_sprig_is_nothing(args[0]))
		sl_sprig_push_text(call->a, ret->list, SL_STR("<nil>"));
	if (sl_goval_len(*ret) > 1)
		qsort(ret->list->items, ret->list->n, sizeof(*ret->list->items), compare_texts);
	return 0;
}

static const struct sl_go_func funcs[] = {
	{ "join", join, { &sl_go_string, &sl_go_any }, 2, false },
	{ "sortAlpha", sort_alpha, { &sl_go_any }, 1, false },
	{ "split", split, { &sl_go_string, &sl_go_string }, 2, false },
	{ "splitList", split_list, { &sl_go_string, &sl_go_string }, 2, false },
	{ "splitn", splitn, { &sl_go_string, &sl_go_int, &sl_go_string }, 3, false },
};
const struct sl_sprig_table sl_sprig_split = SL_SPRIG_TABLE(funcs);
