#include "libcommon/lang/sprig/cast.h"

SL_SPRIG_FN(type_of)
{
	*ret = sl_goval_strz(sl_goval_type_name(args[0]));
	return 0;
}

SL_SPRIG_FN(type_is)
{
	*ret = sl_goval_bool(sl_str_eqz(args[0].s, sl_goval_type_name(args[1])));
	return 0;
}

SL_SPRIG_FN(type_is_like)
{
	struct sl_str name = sl_str(sl_goval_type_name(args[1]));
	bool same = sl_str_eq(args[0].s, name);

	*ret = sl_goval_bool(same ||
			     (sl_str_cut_prefix(&name, SL_STR("*")) && sl_str_eq(args[0].s, name)));
	return 0;
}

SL_SPRIG_FN(kind_of)
{
	*ret = sl_goval_strz(sl_sprig_kind(args[0]));
	return 0;
}

SL_SPRIG_FN(kind_is)
{
	*ret = sl_goval_bool(sl_str_eqz(args[0].s, sl_sprig_kind(args[1])));
	return 0;
}

SL_SPRIG_FN(deep_equal)
{
	*ret = sl_goval_bool(sl_goval_deep_equal(args[0], args[1]));
	return 0;
}

static const struct sl_go_func funcs[] = {
	{ "deepEqual", deep_equal, { &sl_go_any, &sl_go_any }, 2, false },
	{ "kindIs", kind_is, { &sl_go_string, &sl_go_any }, 2, false },
	{ "kindOf", kind_of, { &sl_go_any }, 1, false },
	{ "typeIs", type_is, { &sl_go_string, &sl_go_any }, 2, false },
	{ "typeIsLike", type_is_like, { &sl_go_string, &sl_go_any }, 2, false },
	{ "typeOf", type_of, { &sl_go_any }, 1, false },
};
const struct sl_sprig_table sl_sprig_reflect = SL_SPRIG_TABLE(funcs);
