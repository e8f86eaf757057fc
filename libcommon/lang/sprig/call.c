#include "libcommon/lang/sprig/call.h"

int sl_sprig_check(struct sl_go_call *call, struct sl_err *err)
{
	if (!sl_arena_full(call->a))
		return 0;
	return sl_err_set(err, SL_ERR_TOO_LARGE, "the rendering needs more than %zu bytes",
			  call->a->limit);
}

int sl_sprig_check_items(uint64_t count, struct sl_err *err)
{
	if (count <= SL_SPRIG_ITEMS_MAX)
		return 0;
	return sl_err_set(err, SL_ERR_TOO_LARGE, "the list has more than %zu items",
			  SL_SPRIG_ITEMS_MAX);
}

int sl_sprig_text(struct sl_go_call *call, const struct sl_strbuf *text, struct sl_goval *ret,
		  struct sl_err *err)
{
	int r = sl_strbuf_check(text, "the text", err);

	if (r)
		return r;
	*ret = sl_goval_str(sl_arena_str(call->a, sl_strbuf_str(text)));
	return sl_sprig_check(call, err);
}

struct sl_goval sl_sprig_list(const struct sl_go_type *type, struct sl_go_list *l)
{
	return (struct sl_goval){ .type = type, .list = l };
}

void sl_sprig_push_text(struct sl_arena *a, struct sl_go_list *l, struct sl_str s)
{
	sl_go_list_push(a, l, sl_goval_str(s));
}

int sl_sprig_nil_panic(struct sl_err *err)
{
	return sl_err_set(err, SL_ERR_INVALID,
			  "runtime error: invalid memory address or nil pointer dereference");
}
