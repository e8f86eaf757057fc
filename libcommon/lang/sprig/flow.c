#include "libcommon/lang/sprig/sprig.h"

static int fail(struct sl_go_call *call, const struct sl_goval *args, size_t n,
		struct sl_goval *ret, struct sl_err *err)
{
	(void)call;
	(void)n;
	(void)ret;
	return sl_err_set(err, SL_ERR_INVALID, "%.*s", SL_STR_FMT(args[0].s));
}

static int hello(struct sl_go_call *call, const struct sl_goval *args, size_t n,
		 struct sl_goval *ret, struct sl_err *err)
{
	(void)call;
	(void)args;
	(void)n;
	(void)err;
	*ret = sl_goval_strz("Hello!");
	return 0;
}

static int ternary(struct sl_go_call *call, const struct sl_goval *args, size_t n,
		   struct sl_goval *ret, struct sl_err *err)
{
	(void)call;
	(void)n;
	(void)err;
	*ret = args[2].b ? args[0] : args[1];
	return 0;
}

static const struct sl_go_func funcs[] = {
	{ "fail", fail, { &sl_go_string }, 1, false },
	{ "hello", hello, { NULL }, 0, false },
	{ "ternary", ternary, { &sl_go_any, &sl_go_any, &sl_go_bool }, 3, false },
};
const struct sl_sprig_table sl_sprig_flow = SL_SPRIG_TABLE(funcs);
