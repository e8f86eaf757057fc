#include "libcommon/lang/sprig/zone_find.h"

static int load(struct sl_go_call *call, struct sl_str name, const struct sl_zone **ret,
		struct sl_err *err)
{
	struct sl_str tzif;
	int r;

	if (!call->host->zone)
		return sl_err_set(err, SL_ERR_UNSUPPORTED, "time zones are not available here");
	r = call->host->zone(call->host->data, call->a, name, &tzif, err);
	return r < 0 ? r : sl_zone_load(call->a, name, tzif, ret, err);
}

int sl_zone_local(struct sl_go_call *call, const struct sl_zone **ret, struct sl_err *err)
{
	int r;

	*ret = NULL;
	r = load(call, SL_STR("Local"), ret, err);
	if (r == SL_ERR_UNSUPPORTED || r == 0)
		return r;
	sl_err_release(err);
	return 0;
}

int sl_zone_find(struct sl_go_call *call, struct sl_str name, const struct sl_zone **ret,
		 struct sl_err *err)
{
	*ret = NULL;
	if (!name.n || sl_str_eqz(name, "UTC"))
		return 0;
	if (sl_str_eqz(name, "Local"))
		return sl_zone_local(call, ret, err);
	if (sl_str_find(name, SL_STR("..")) >= 0 || name.p[0] == '/' || name.p[0] == '\\' ||
	    sl_str_chr(name, '\0') >= 0)
		return sl_err_set(err, SL_ERR_INVALID, "time: invalid location name");
	return load(call, name, ret, err);
}
