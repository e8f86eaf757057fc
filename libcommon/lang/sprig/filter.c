/* Functions that look for items in lists, and leave some out. */
#include "libcommon/lang/sprig/list.h"

static bool holds(const struct sl_goval *items, size_t n, struct sl_goval v)
{
	for (size_t i = 0; i < n; i++)
		if (sl_goval_deep_equal(v, items[i]))
			return true;
	return false;
}

SL_SPRIG_FN(compact)
{
	int r = sl_sprig_need_list(args[0], "Cannot compact on type", err);
	struct sl_go_list *l = sl_go_list_new(call->a, 0);

	for (size_t i = 0; !r && i < sl_goval_len(args[0]); i++) {
		struct sl_goval item = sl_goval_item(args[0], i);

		if (!sl_sprig_is_empty(item))
			sl_go_list_push(call->a, l, item);
	}
	return r ? r : sl_sprig_return(call, l, ret, err);
}

SL_SPRIG_FN(uniq)
{
	int r = sl_sprig_need_list(args[0], "Cannot find uniq on type", err);
	struct sl_go_list *l = sl_go_list_new(call->a, 0);

	for (size_t i = 0; !r && i < sl_goval_len(args[0]); i++) {
		struct sl_goval item = sl_goval_item(args[0], i);

		if (!holds(l->items, l->n, item))
			sl_go_list_push(call->a, l, item);
	}
	return r ? r : sl_sprig_return(call, l, ret, err);
}

SL_SPRIG_FN(without)
{
	int r = sl_sprig_need_list(args[0], "Cannot find without on type", err);
	struct sl_go_list *l = sl_go_list_new(call->a, 0);

	for (size_t i = 0; !r && i < sl_goval_len(args[0]); i++) {
		struct sl_goval item = sl_goval_item(args[0], i);

		if (!holds(args + 1, n - 1, item))
			sl_go_list_push(call->a, l, item);
	}
	return r ? r : sl_sprig_return(call, l, ret, err);
}

SL_SPRIG_FN(has)
{
	bool found = false;
	int r = sl_sprig_is_nothing(args[1])
			? 0
			: sl_sprig_need_list(args[1], "Cannot find has on type", err);

	if (r)
		return r;
	if (!sl_sprig_is_nothing(args[1]))
		for (size_t i = 0; !found && i < sl_goval_len(args[1]); i++)
			found = sl_goval_deep_equal(args[0], sl_goval_item(args[1], i));
	*ret = sl_goval_bool(found);
	return 0;
}

#define ANY (&sl_go_any)
static const struct sl_go_func funcs[] = {
	{ "compact", compact, { ANY }, 1, false },
	{ "has", has, { ANY, ANY }, 2, false },
	{ "mustCompact", compact, { ANY }, 1, false },
	{ "mustHas", has, { ANY, ANY }, 2, false },
	{ "mustUniq", uniq, { ANY }, 1, false },
	{ "mustWithout", without, { ANY, ANY }, 2, true },
	{ "uniq", uniq, { ANY }, 1, false },
	{ "without", without, { ANY, ANY }, 2, true },
};
const struct sl_sprig_table sl_sprig_filter = SL_SPRIG_TABLE(funcs);
