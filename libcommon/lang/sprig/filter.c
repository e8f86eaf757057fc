/* Functions that look for items in lists, and leave some out. */
#include "libcommon/lang/sprig/list.h"

static bool holds(const struct sl_goval *items, size_t n, struct sl_goval v)
{
	for (size_t i = 0; i < n; i++)
		if (sl_goval_deep_equal(v, items[i]))
			return true;
	return false;
}

/*
 * A hash by which equal values are equal; it looks at no more than HASH_NODES_MAX of them, since one
 * list may stand in another many times.
 */
#define HASH_NODES_MAX 64

static uint64_t hash_value(struct sl_goval v, unsigned *budget);

static uint64_t mix(uint64_t h, uint64_t more)
{
	h = (h ^ more) * UINT64_C(0x9e3779b97f4a7c15);
	return h ^ h >> 29;
}

static uint64_t hash_items(struct sl_goval v, unsigned *budget)
{
	uint64_t h = sl_goval_len(v);

	for (size_t i = 0; i < sl_goval_len(v) && *budget; i++)
		h = mix(h, hash_value(sl_goval_item(v, i), budget));
	return h;
}

static uint64_t hash_value(struct sl_goval v, unsigned *budget)
{
	enum sl_go_kind kind = sl_goval_kind(v);
	uint64_t h = mix(kind, 1);

	if (!*budget)
		return h;
	--*budget;
	if (sl_sprig_is_nothing(v))
		return h;
	if (kind == SL_GO_STRING)
		return mix(h, sl_str_hash(v.s));
	if (kind == SL_GO_SLICE)
		return mix(h, hash_items(v, budget));
	if (kind == SL_GO_MAP)
		return mix(h, sl_go_map_len(v.map));
	if (kind == SL_GO_BOOL)
		return mix(h, v.b);
	if (sl_go_kind_is_int(kind) || sl_go_kind_is_uint(kind))
		return mix(h, v.u);
	/* 0 and -0 are equal. */
	return sl_go_kind_is_float(kind) && v.f != 0 ? mix(h, v.u) : h;
}

/* Items that are there already, by hash: indexes of `l`, plus one. At most half of the slots are used. */
struct seen {
	uint32_t *slots;
	size_t mask;
};

static struct seen seen_new(struct sl_arena *a, size_t items)
{
	size_t n = 16;

	while (n < items * 2)
		n *= 2;
	return (struct seen){ sl_arena_array(a, n, sizeof(uint32_t)), n - 1 };
}

static void push_new(struct sl_arena *a, struct sl_go_list *l, struct seen *seen, struct sl_goval v)
{
	unsigned budget = HASH_NODES_MAX;
	size_t at = hash_value(v, &budget) & seen->mask;

	for (; seen->slots[at]; at = (at + 1) & seen->mask)
		if (sl_goval_deep_equal(v, l->items[seen->slots[at] - 1]))
			return;
	sl_go_list_push(a, l, v);
	seen->slots[at] = (uint32_t)l->n;
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
	size_t count = r ? 0 : sl_goval_len(args[0]);
	struct sl_go_list *l = sl_go_list_new(call->a, 0);
	struct seen seen;

	r = r ? r : sl_sprig_check_items(count, err);
	if (r)
		return r;
	seen = seen_new(call->a, count);
	for (size_t i = 0; i < count; i++)
		push_new(call->a, l, &seen, sl_goval_item(args[0], i));
	return sl_sprig_return(call, l, ret, err);
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
