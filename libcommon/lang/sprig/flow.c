#include "libcommon/lang/sprig/cast.h"

SL_SPRIG_FN(fail)
{
	SL_AUTO_FREE char *text = sl_xmemdup0(args[0].s.p ? args[0].s.p : "", args[0].s.n);

	*ret = SL_GO_NIL;
	return sl_err_set(err, SL_ERR_INVALID, "%s", text);
}

SL_SPRIG_FN(hello)
{
	*ret = sl_goval_strz("Hello!");
	return 0;
}

SL_SPRIG_FN(ternary)
{
	*ret = args[2].b ? args[0] : args[1];
	return 0;
}

SL_SPRIG_FN(default_)
{
	*ret = n < 2 || sl_sprig_is_empty(args[1]) ? args[0] : args[1];
	return 0;
}

SL_SPRIG_FN(empty)
{
	*ret = sl_goval_bool(sl_sprig_is_empty(args[0]));
	return 0;
}

SL_SPRIG_FN(coalesce)
{
	*ret = SL_GO_NIL;
	for (size_t i = 0; i < n; i++)
		if (!sl_sprig_is_empty(args[i])) {
			*ret = args[i];
			break;
		}
	return 0;
}

SL_SPRIG_FN(all)
{
	bool found = false;

	for (size_t i = 0; i < n; i++)
		found = found || sl_sprig_is_empty(args[i]);
	*ret = sl_goval_bool(!found);
	return 0;
}

SL_SPRIG_FN(any)
{
	bool found = false;

	for (size_t i = 0; i < n; i++)
		found = found || !sl_sprig_is_empty(args[i]);
	*ret = sl_goval_bool(found);
	return 0;
}

static const struct sl_go_func funcs[] = {
	{ "all", all, { &sl_go_any }, 1, true },
	{ "any", any, { &sl_go_any }, 1, true },
	{ "coalesce", coalesce, { &sl_go_any }, 1, true },
	{ "default", default_, { &sl_go_any, &sl_go_any }, 2, true },
	{ "empty", empty, { &sl_go_any }, 1, false },
	{ "fail", fail, { &sl_go_string }, 1, false },
	{ "hello", hello, { NULL }, 0, false },
	{ "ternary", ternary, { &sl_go_any, &sl_go_any, &sl_go_bool }, 3, false },
};
const struct sl_sprig_table sl_sprig_flow = SL_SPRIG_TABLE(funcs);
