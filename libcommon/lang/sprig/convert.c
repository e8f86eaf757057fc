#include "libcommon/codec/gonumber.h"
#include "libcommon/lang/sprig/cast.h"

SL_SPRIG_FN(to_string)
{
	struct sl_str s;
	int r = sl_sprig_strval(call, args[0], &s, err);

	if (!r)
		*ret = sl_goval_str(s);
	return r;
}

SL_SPRIG_FN(to_strings)
{
	return sl_sprig_strings(call, args[0], ret, err);
}

/* Past the range there is an error that nobody hears of, and the number is the bound. */
SL_SPRIG_FN(atoi_)
{
	int64_t i;

	(void)sl_go_parse_int(args[0].s, 10, &i);
	*ret = sl_goval_int(i);
	return 0;
}

SL_SPRIG_FN(to_int)
{
	*ret = sl_goval_int(sl_sprig_int(args[0]));
	return 0;
}

SL_SPRIG_FN(to_int64)
{
	*ret = sl_goval_int64(sl_sprig_int(args[0]));
	return 0;
}

SL_SPRIG_FN(to_float64)
{
	*ret = sl_goval_float(sl_sprig_float(args[0]));
	return 0;
}

/* The octal number that the text of the value is. */
SL_SPRIG_FN(to_decimal)
{
	struct sl_goval v = args[0];
	struct sl_str s;
	int64_t i;
	int r;

	*ret = sl_goval_int64(0);
	/* Other than toString, print does not take a []byte for text. */
	if (v.type == &sl_go_bytes)
		return 0;
	r = sl_sprig_strval(call, v, &s, err);
	if (!r && sl_go_parse_int(s, 8, &i) == SL_GONUMBER_OK)
		*ret = sl_goval_int64(i);
	return r;
}

static const struct sl_go_func funcs[] = {
	{ "atoi", atoi_, { &sl_go_string }, 1, false },
	{ "float64", to_float64, { &sl_go_any }, 1, false },
	{ "int", to_int, { &sl_go_any }, 1, false },
	{ "int64", to_int64, { &sl_go_any }, 1, false },
	{ "toDecimal", to_decimal, { &sl_go_any }, 1, false },
	{ "toString", to_string, { &sl_go_any }, 1, false },
	{ "toStrings", to_strings, { &sl_go_any }, 1, false },
};
const struct sl_sprig_table sl_sprig_convert = SL_SPRIG_TABLE(funcs);
