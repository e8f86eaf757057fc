#include "libcommon/codec/duration.h"
#include "libcommon/lang/sprig/define.h"
#include "libcommon/lang/sprig/sprig.h"
#include "libcommon/lang/sprig/types.h"
#include "libcommon/lang/sprig/zone_find.h"

#define SECOND INT64_C(1000000000)

static int read_clock(struct sl_go_call *call, struct sl_gotime *ret, struct sl_err *err)
{
	int64_t ns, past;

	if (!call->host->now_ns)
		return sl_err_set(err, SL_ERR_UNSUPPORTED, "there is no clock here");
	ns = call->host->now_ns(call->host->data);
	past = (ns % SECOND + SECOND) % SECOND;
	*ret = (struct sl_gotime){ .sec = (ns - past) / SECOND,
				   .nsec = (int32_t)past,
				   .now = true };
	return sl_zone_local(call, &ret->zone, err);
}

/* A time, or seconds since 1970 in one of the types that sprig knows; everything else is now. */
static int time_from(struct sl_go_call *call, struct sl_goval v, bool with_int32,
		     struct sl_gotime *ret, struct sl_err *err)
{
	if (v.type == &sl_sprig_time) {
		*ret = *(const struct sl_gotime *)v.ptr;
		return 0;
	}
	if (v.type != &sl_go_int && v.type != &sl_go_int64 &&
	    (v.type != &sl_go_int32 || !with_int32))
		return read_clock(call, ret, err);
	*ret = (struct sl_gotime){ .sec = v.i };
	return 0;
}

/* A zone that cannot be loaded is UTC. */
static int format_in(struct sl_go_call *call, struct sl_str layout, struct sl_goval date,
		     struct sl_str zone, struct sl_goval *ret, struct sl_err *err)
{
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(SL_SPRIG_TEXT_MAX);
	struct sl_gotime t = SL_GOTIME_ZERO;
	int r = time_from(call, date, true, &t, err);

	if (r == 0)
		r = sl_zone_find(call, zone, &t.zone, err);
	if (r < 0 && r != SL_ERR_NOT_FOUND && r != SL_ERR_INVALID)
		return r;
	sl_err_release(err);
	sl_gotime_format(t, layout, &b);
	r = sl_strbuf_check(&b, "a date", err);
	if (r == 0)
		*ret = sl_goval_str(sl_arena_str(call->a, sl_strbuf_str(&b)));
	return r;
}

SL_SPRIG_FN(date)
{
	return format_in(call, args[0].s, args[1], SL_STR("Local"), ret, err);
}

SL_SPRIG_FN(date_in_zone)
{
	return format_in(call, args[0].s, args[1], args[2].s, ret, err);
}

SL_SPRIG_FN(html_date)
{
	return format_in(call, SL_STR("2006-01-02"), args[0], SL_STR("Local"), ret, err);
}

SL_SPRIG_FN(html_date_in_zone)
{
	return format_in(call, SL_STR("2006-01-02"), args[0], args[1].s, ret, err);
}

SL_SPRIG_FN(now)
{
	struct sl_gotime t = SL_GOTIME_ZERO;
	int r = read_clock(call, &t, err);

	if (r == 0)
		*ret = sl_sprig_time_value(call->a, t);
	return r;
}

SL_SPRIG_FN(must_date_modify)
{
	int64_t ns;
	int r = sl_duration_parse(args[0].s, &ns, err);

	if (r == 0)
		*ret = sl_sprig_time_value(
			call->a, sl_gotime_add(*(const struct sl_gotime *)args[1].ptr, ns));
	return r;
}

SL_SPRIG_FN(date_modify)
{
	if (must_date_modify(call, args, n, ret, NULL) < 0)
		*ret = args[1];
	return 0;
}

static int return_duration(struct sl_go_call *call, int64_t ns, struct sl_goval *ret)
{
	char text[SL_DURATION_SIZE];

	sl_duration_format(ns, text);
	*ret = sl_goval_str(sl_arena_str(call->a, sl_str(text)));
	return 0;
}

SL_SPRIG_FN(ago)
{
	struct sl_gotime t = SL_GOTIME_ZERO, present = SL_GOTIME_ZERO;
	int r = time_from(call, args[0], false, &t, err);

	if (r == 0)
		r = read_clock(call, &present, err);
	if (r < 0)
		return r;
	return return_duration(call, sl_goduration_round(sl_gotime_sub(present, t), SECOND), ret);
}

/*
 * Go's ParseInt without its error: what is out of range is the end of the range, even with something
 * else behind the digits that were too many.
 */
static int64_t parse_int(struct sl_str s)
{
	bool negative = s.n && s.p[0] == '-';
	uint64_t max = (uint64_t)INT64_MAX + negative, u = 0;

	if (s.n && (s.p[0] == '-' || s.p[0] == '+'))
		s = sl_str_sub(s, 1, s.n);
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return 0;
		if (__builtin_mul_overflow(u, 10, &u) ||
		    __builtin_add_overflow(u, (uint64_t)(s.p[i] - '0'), &u)) {
			u = max;
			break;
		}
	}
	u = u > max ? max : u;
	return (int64_t)(negative ? 0 - u : u);
}

SL_SPRIG_FN(duration)
{
	int64_t seconds = 0;

	if (args[0].type == &sl_go_string)
		seconds = parse_int(args[0].s);
	else if (args[0].type == &sl_go_int64)
		seconds = args[0].i;
	return return_duration(call, (int64_t)((uint64_t)seconds * (uint64_t)SECOND), ret);
}

static int duration_from(struct sl_go_call *call, struct sl_goval v, int64_t *ret,
			 struct sl_err *err)
{
	struct sl_gotime present = SL_GOTIME_ZERO;
	int r = 0;

	*ret = 0;
	if (v.type == &sl_go_string) {
		if (sl_duration_parse(v.s, ret, NULL) < 0)
			*ret = 0;
	} else if (v.type == &sl_go_int64) {
		*ret = v.i;
	} else if (v.type == &sl_sprig_time) {
		r = read_clock(call, &present, err);
		if (r == 0)
			*ret = sl_gotime_sub(present, *(const struct sl_gotime *)v.ptr);
	}
	return r;
}

/* The largest unit of which there is more than one, rounded down; the sign is lost. */
SL_SPRIG_FN(duration_round)
{
	static const struct {
		uint64_t seconds;
		const char *name;
	} units[] = {
		{ 365 * 24 * 3600, "y" },
		{ 30 * 24 * 3600, "mo" },
		{ 24 * 3600, "d" },
		{ 3600, "h" },
		{ 60, "m" },
		{ 1, "s" },
	};
	int64_t ns;
	uint64_t u;
	int r = duration_from(call, args[0], &ns, err);

	if (r < 0)
		return r;
	u = ns < 0 ? 0 - (uint64_t)ns : (uint64_t)ns;
	*ret = sl_goval_strz("0s");
	for (size_t i = 0; i < SL_ARRAY_LEN(units); i++) {
		uint64_t unit = units[i].seconds * (uint64_t)SECOND;

		if (u <= unit)
			continue;
		*ret = sl_goval_strz(sl_arena_printf(
			call->a, "%llu%s", (unsigned long long)(u / unit), units[i].name));
		break;
	}
	return 0;
}

SL_SPRIG_FN(must_to_date)
{
	const struct sl_zone *local;
	struct sl_gotime t = SL_GOTIME_ZERO;
	int r = sl_zone_local(call, &local, err);

	if (r == 0)
		r = sl_gotime_parse(call->a, args[0].s, args[1].s, local, &t, err);
	if (r == 0)
		*ret = sl_sprig_time_value(call->a, t);
	return r;
}

SL_SPRIG_FN(to_date)
{
	SL_AUTO(sl_err) why = SL_ERR_INIT;
	int r = must_to_date(call, args, n, ret, &why);

	if (r == SL_ERR_UNSUPPORTED || r == SL_ERR_TOO_LARGE)
		return sl_err_move(err, &why);
	if (r < 0)
		*ret = sl_sprig_time_value(call->a, SL_GOTIME_ZERO);
	return 0;
}

SL_SPRIG_FN(unix_epoch)
{
	const struct sl_gotime *t = args[0].ptr;

	*ret = sl_goval_strz(sl_arena_printf(call->a, "%lld", (long long)t->sec));
	return 0;
}

static const struct sl_go_func funcs[] = {
	{ "ago", ago, { &sl_go_any }, 1, false },
	{ "date", date, { &sl_go_string, &sl_go_any }, 2, false },
	{ "dateInZone", date_in_zone, { &sl_go_string, &sl_go_any, &sl_go_string }, 3, false },
	{ "dateModify", date_modify, { &sl_go_string, &sl_sprig_time }, 2, false },
	{ "date_in_zone", date_in_zone, { &sl_go_string, &sl_go_any, &sl_go_string }, 3, false },
	{ "date_modify", date_modify, { &sl_go_string, &sl_sprig_time }, 2, false },
	{ "duration", duration, { &sl_go_any }, 1, false },
	{ "durationRound", duration_round, { &sl_go_any }, 1, false },
	{ "htmlDate", html_date, { &sl_go_any }, 1, false },
	{ "htmlDateInZone", html_date_in_zone, { &sl_go_any, &sl_go_string }, 2, false },
	{ "mustDateModify", must_date_modify, { &sl_go_string, &sl_sprig_time }, 2, false },
	{ "mustToDate", must_to_date, { &sl_go_string, &sl_go_string }, 2, false },
	{ "must_date_modify", must_date_modify, { &sl_go_string, &sl_sprig_time }, 2, false },
	{ "now", now, { NULL }, 0, false },
	{ "toDate", to_date, { &sl_go_string, &sl_go_string }, 2, false },
	{ "unixEpoch", unix_epoch, { &sl_sprig_time }, 1, false },
};
const struct sl_sprig_table sl_sprig_date = SL_SPRIG_TABLE(funcs);
