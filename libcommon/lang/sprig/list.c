#include "libcommon/lang/sprig/list.h"

#include "libcommon/codec/gonumber.h"

#include <math.h>

int sl_sprig_need_list(struct sl_goval v, const char *text, struct sl_err *err)
{
	if (sl_sprig_is_nothing(v))
		return sl_sprig_nil_panic(err);
	if (v.type->kind == SL_GO_SLICE)
		return 0;
	return sl_err_set(err, SL_ERR_INVALID, "%s %s", text, sl_sprig_kind(v));
}

struct sl_go_list *sl_sprig_items(struct sl_arena *a, struct sl_goval v, size_t from, size_t to)
{
	struct sl_go_list *l = sl_go_list_new(a, to - from + 1);

	for (size_t i = from; i < to; i++)
		sl_go_list_push(a, l, sl_goval_item(v, i));
	return l;
}

int sl_sprig_return(struct sl_go_call *call, struct sl_go_list *l, struct sl_goval *ret,
		    struct sl_err *err)
{
	int r = sl_sprig_check_items(sl_go_list_len(l), err);

	if (r)
		return r;
	*ret = sl_goval_list(l);
	return sl_sprig_check(call, err);
}

SL_SPRIG_FN(list)
{
	struct sl_go_list *l = sl_go_list_new(call->a, n);

	for (size_t i = 0; i < n; i++)
		sl_go_list_push(call->a, l, args[i].type ? args[i] : SL_GO_NIL);
	return sl_sprig_return(call, l, ret, err);
}

SL_SPRIG_FN(append)
{
	int r = sl_sprig_need_list(args[0], "Cannot push on type", err);
	struct sl_go_list *l;

	if (r)
		return r;
	l = sl_sprig_items(call->a, args[0], 0, sl_goval_len(args[0]));
	sl_go_list_push(call->a, l, args[1]);
	return sl_sprig_return(call, l, ret, err);
}

SL_SPRIG_FN(prepend)
{
	int r = sl_sprig_need_list(args[0], "Cannot prepend on type", err);
	struct sl_go_list *l;

	if (r)
		return r;
	l = sl_go_list_new(call->a, sl_goval_len(args[0]) + 1);
	sl_go_list_push(call->a, l, args[1]);
	for (size_t i = 0; i < sl_goval_len(args[0]); i++)
		sl_go_list_push(call->a, l, sl_goval_item(args[0], i));
	return sl_sprig_return(call, l, ret, err);
}

SL_SPRIG_FN(first)
{
	int r = sl_sprig_need_list(args[0], "Cannot find first on type", err);

	if (r)
		return r;
	*ret = sl_goval_len(args[0]) ? sl_goval_item(args[0], 0) : SL_GO_NIL;
	return 0;
}

SL_SPRIG_FN(last)
{
	int r = sl_sprig_need_list(args[0], "Cannot find last on type", err);
	size_t count;

	if (r)
		return r;
	count = sl_goval_len(args[0]);
	*ret = count ? sl_goval_item(args[0], count - 1) : SL_GO_NIL;
	return 0;
}

/* Items [from, to) of a list of `count`; of an empty one, a list that is nil. */
static int part(struct sl_go_call *call, struct sl_goval v, size_t from, size_t to,
		struct sl_goval *ret, struct sl_err *err)
{
	struct sl_go_list *l = sl_goval_len(v) ? sl_sprig_items(call->a, v, from, to) : NULL;

	return sl_sprig_return(call, l, ret, err);
}

SL_SPRIG_FN(rest)
{
	int r = sl_sprig_need_list(args[0], "Cannot find rest on type", err);

	return r ? r : part(call, args[0], 1, sl_goval_len(args[0]), ret, err);
}

SL_SPRIG_FN(initial)
{
	int r = sl_sprig_need_list(args[0], "Cannot find initial on type", err);

	return r ? r : part(call, args[0], 0, sl_goval_len(args[0]) - 1, ret, err);
}

SL_SPRIG_FN(reverse)
{
	int r = sl_sprig_need_list(args[0], "Cannot find reverse on type", err);
	size_t count;
	struct sl_go_list *l;

	if (r)
		return r;
	count = sl_goval_len(args[0]);
	l = sl_go_list_new(call->a, count);
	for (size_t i = count; i-- > 0;)
		sl_go_list_push(call->a, l, sl_goval_item(args[0], i));
	return sl_sprig_return(call, l, ret, err);
}

SL_SPRIG_FN(concat)
{
	struct sl_go_list *l = NULL;

	for (size_t i = 0; i < n; i++) {
		size_t count = sl_goval_len(args[i]);

		if (sl_sprig_is_nothing(args[i]))
			return sl_sprig_nil_panic(err);
		if (args[i].type->kind != SL_GO_SLICE)
			return sl_err_set(err, SL_ERR_INVALID, "Cannot concat type %s as list",
					  sl_sprig_kind(args[i]));
		if (count && !l)
			l = sl_go_list_new(call->a, count);
		for (size_t j = 0; j < count; j++)
			sl_go_list_push(call->a, l, sl_goval_item(args[i], j));
	}
	return sl_sprig_return(call, l, ret, err);
}

/* `slice list`, `slice list from`, `slice list from to`; what comes out has the type of the list. */
SL_SPRIG_FN(slice)
{
	int r = sl_sprig_need_list(args[0], "list should be type of slice or array but", err);
	size_t count = r ? 0 : sl_goval_len(args[0]);
	int64_t from = n > 1 ? sl_sprig_int(args[1]) : 0;
	int64_t to = n > 2 ? sl_sprig_int(args[2]) : (int64_t)count;
	struct sl_str bytes = args[0].s;

	*ret = SL_GO_NIL;
	if (r || !count)
		return r;
	if (from < 0 || to < from || (uint64_t)to > count)
		return sl_err_set(err, SL_ERR_INVALID,
				  "reflect.Value.Slice: slice index out of bounds");
	if (args[0].type == &sl_go_bytes) {
		*ret = sl_goval_bytes(sl_str_sub(bytes, (size_t)from, (size_t)to));
		return 0;
	}
	r = sl_sprig_return(call, sl_sprig_items(call->a, args[0], (size_t)from, (size_t)to), ret,
			    err);
	ret->type = args[0].type;
	return r;
}

static const struct sl_go_type chunks_type = { .kind = SL_GO_SLICE,
					       .name = "[][]interface {}",
					       .elem = &sl_go_slice };

/*
 * How many chunks, and how long the last is, are reckoned in float64 by the original; of sizes that make no
 * sense, most end in a list that cannot be made.
 */
static int plan_chunks(int64_t count, int64_t size, int64_t *ret_chunks, int64_t *ret_last,
		       struct sl_err *err)
{
	double chunks = floor((double)(count - 1) / (double)size) + 1;

	*ret_chunks = sl_go_float_to_int(chunks);
	*ret_last = size ? count % size : sl_go_float_to_int(NAN);
	if (!*ret_last)
		*ret_last = size;
	if (*ret_chunks >= 0 && (!*ret_chunks || (*ret_last >= 0 && size != 0)))
		return 0;
	return sl_err_set(err, SL_ERR_INVALID, "runtime error: makeslice: len out of range");
}

SL_SPRIG_FN(chunk)
{
	int r = sl_sprig_need_list(args[1], "Cannot chunk type", err);
	int64_t count, chunks, last, size = args[0].i;
	struct sl_go_list *l;

	if (r)
		return r;
	count = (int64_t)sl_goval_len(args[1]);
	r = plan_chunks(count, size, &chunks, &last, err);
	if (r)
		return r;
	l = sl_go_list_new(call->a, (size_t)chunks);
	for (int64_t i = 0; i < chunks; i++) {
		size_t from = (size_t)(i * size),
		       to = from + (size_t)(i + 1 < chunks ? size : last);

		sl_go_list_push(call->a, l,
				sl_goval_list(sl_sprig_items(call->a, args[1], from, to)));
	}
	*ret = sl_sprig_list(&chunks_type, l);
	return sl_sprig_check(call, err);
}

#define ANY (&sl_go_any)
static const struct sl_go_func funcs[] = {
	{ "append", append, { ANY, ANY }, 2, false },
	{ "chunk", chunk, { &sl_go_int, ANY }, 2, false },
	{ "concat", concat, { ANY }, 1, true },
	{ "first", first, { ANY }, 1, false },
	{ "initial", initial, { ANY }, 1, false },
	{ "last", last, { ANY }, 1, false },
	{ "list", list, { ANY }, 1, true },
	{ "mustAppend", append, { ANY, ANY }, 2, false },
	{ "mustChunk", chunk, { &sl_go_int, ANY }, 2, false },
	{ "mustFirst", first, { ANY }, 1, false },
	{ "mustInitial", initial, { ANY }, 1, false },
	{ "mustLast", last, { ANY }, 1, false },
	{ "mustPrepend", prepend, { ANY, ANY }, 2, false },
	{ "mustPush", append, { ANY, ANY }, 2, false },
	{ "mustRest", rest, { ANY }, 1, false },
	{ "mustReverse", reverse, { ANY }, 1, false },
	{ "mustSlice", slice, { ANY, ANY }, 2, true },
	{ "prepend", prepend, { ANY, ANY }, 2, false },
	{ "push", append, { ANY, ANY }, 2, false },
	{ "rest", rest, { ANY }, 1, false },
	{ "reverse", reverse, { ANY }, 1, false },
	{ "slice", slice, { ANY, ANY }, 2, true },
	{ "tuple", list, { ANY }, 1, true },
};
const struct sl_sprig_table sl_sprig_lists = SL_SPRIG_TABLE(funcs);
