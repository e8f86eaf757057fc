#include "libcommon/lang/sprig/cast.h"
#include "libcommon/lang/sprig/decimal.h"

typedef int (*operation_fn)(struct sl_arena *a, const struct sl_decimal *x,
			    const struct sl_decimal *y, struct sl_decimal *ret, struct sl_err *err);

/* `first` and all of `rest`, each as a decimal, from left to right. */
static int reduce(struct sl_go_call *call, double first, const struct sl_goval *rest, size_t n,
		  operation_fn operation, struct sl_goval *ret, struct sl_err *err)
{
	struct sl_decimal sum, x;
	int r = sl_decimal_from_float(call->a, first, &sum, err);

	for (size_t i = 0; !r && i < n; i++) {
		r = sl_decimal_from_float(call->a, sl_sprig_float(rest[i]), &x, err);
		if (!r)
			r = operation(call->a, &sum, &x, &sum, err);
	}
	if (r)
		return r;
	*ret = sl_goval_float(sl_decimal_to_float(call->a, &sum));
	return sl_sprig_check(call, err);
}

SL_SPRIG_FN(add1f)
{
	struct sl_goval one = sl_goval_int(1);

	return reduce(call, sl_sprig_float(args[0]), &one, 1, sl_decimal_add, ret, err);
}

SL_SPRIG_FN(addf)
{
	return reduce(call, 0, args, n, sl_decimal_add, ret, err);
}

SL_SPRIG_FN(subf)
{
	return reduce(call, sl_sprig_float(args[0]), args + 1, n - 1, sl_decimal_subtract, ret,
		      err);
}

SL_SPRIG_FN(mulf)
{
	return reduce(call, sl_sprig_float(args[0]), args + 1, n - 1, sl_decimal_multiply, ret,
		      err);
}

SL_SPRIG_FN(divf)
{
	return reduce(call, sl_sprig_float(args[0]), args + 1, n - 1, sl_decimal_divide, ret, err);
}

static const struct sl_go_func funcs[] = {
	{ "add1f", add1f, { &sl_go_any }, 1, false },
	{ "addf", addf, { &sl_go_any }, 1, true },
	{ "divf", divf, { &sl_go_any, &sl_go_any }, 2, true },
	{ "mulf", mulf, { &sl_go_any, &sl_go_any }, 2, true },
	{ "subf", subf, { &sl_go_any, &sl_go_any }, 2, true },
};
const struct sl_sprig_table sl_sprig_float_math = SL_SPRIG_TABLE(funcs);
