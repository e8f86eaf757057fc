/* time.Time, time.Duration and what belongs to them. */
#include "libcommon/codec/duration.h"
#include "libcommon/lang/sprig/define.h"
#include "libcommon/lang/sprig/types.h"
#include "libcommon/lang/sprig/zone_find.h"
#include "libcommon/lang/template/fmt.h"

#define TEXT_MAX 4096
#define SECOND INT64_C(1000000000)

/* What a *time.Location to UTC points at. */
static const struct sl_zone utc_location = { .name = SL_STR("UTC") };

struct sl_goval sl_sprig_time_value(struct sl_arena *a, struct sl_gotime t)
{
	struct sl_gotime *copy = sl_arena_new(a, struct sl_gotime);

	*copy = t;
	return (struct sl_goval){ .type = &sl_sprig_time, .ptr = copy };
}

struct sl_goval sl_sprig_duration_value(int64_t ns)
{
	return (struct sl_goval){ .type = &sl_sprig_duration, .i = ns };
}

static struct sl_gotime time_of(const struct sl_goval *v)
{
	return *(const struct sl_gotime *)v->ptr;
}

static int return_time(struct sl_go_call *call, struct sl_gotime t, struct sl_goval *ret)
{
	*ret = sl_sprig_time_value(call->a, t);
	return 0;
}

static int return_int(int64_t i, struct sl_goval *ret)
{
	*ret = sl_goval_int(i);
	return 0;
}

static int return_int64(int64_t i, struct sl_goval *ret)
{
	*ret = sl_goval_int64(i);
	return 0;
}

static int return_bool(bool b, struct sl_goval *ret)
{
	*ret = sl_goval_bool(b);
	return 0;
}

static int return_text(struct sl_go_call *call, const struct sl_strbuf *b, struct sl_goval *ret,
		       struct sl_err *err)
{
	int r = sl_strbuf_check(b, "a time", err);

	if (r == 0)
		*ret = sl_goval_str(sl_arena_str(call->a, sl_strbuf_str(b)));
	return r;
}

/* ---- time.Time ---- */

SL_SPRIG_FN(time_add)
{
	return return_time(call, sl_gotime_add(time_of(args), args[1].i), ret);
}

SL_SPRIG_FN(time_add_date)
{
	struct sl_gotime t = time_of(args);
	struct sl_civil c = sl_gotime_local(t);

	return return_time(call,
			   sl_gotime_date((int64_t)((uint64_t)c.year + (uint64_t)args[1].i),
					  (int64_t)((uint64_t)c.month + (uint64_t)args[2].i),
					  (int64_t)((uint64_t)c.day + (uint64_t)args[3].i),
					  c.hour * 3600 + c.minute * 60 + c.second, t.nsec, t.zone),
			   ret);
}

SL_SPRIG_FN(time_after)
{
	return return_bool(sl_gotime_cmp(time_of(args), time_of(args + 1)) > 0, ret);
}

SL_SPRIG_FN(time_before)
{
	return return_bool(sl_gotime_cmp(time_of(args), time_of(args + 1)) < 0, ret);
}

SL_SPRIG_FN(time_compare)
{
	return return_int(sl_gotime_cmp(time_of(args), time_of(args + 1)), ret);
}

SL_SPRIG_FN(time_equal)
{
	return return_bool(sl_gotime_cmp(time_of(args), time_of(args + 1)) == 0, ret);
}

SL_SPRIG_FN(time_day)
{
	return return_int(sl_gotime_local(time_of(args)).day, ret);
}

SL_SPRIG_FN(time_hour)
{
	return return_int(sl_gotime_local(time_of(args)).hour, ret);
}

SL_SPRIG_FN(time_minute)
{
	return return_int(sl_gotime_local(time_of(args)).minute, ret);
}

SL_SPRIG_FN(time_second)
{
	return return_int(sl_gotime_local(time_of(args)).second, ret);
}

SL_SPRIG_FN(time_year)
{
	return return_int(sl_gotime_local(time_of(args)).year, ret);
}

SL_SPRIG_FN(time_year_day)
{
	return return_int(sl_gotime_local(time_of(args)).year_day, ret);
}

SL_SPRIG_FN(time_month)
{
	*ret = (struct sl_goval){ .type = &sl_sprig_month,
				  .i = sl_gotime_local(time_of(args)).month };
	return 0;
}

SL_SPRIG_FN(time_weekday)
{
	*ret = (struct sl_goval){ .type = &sl_sprig_weekday,
				  .i = sl_gotime_local(time_of(args)).weekday };
	return 0;
}

SL_SPRIG_FN(time_nanosecond)
{
	return return_int(time_of(args).nsec, ret);
}

SL_SPRIG_FN(time_format)
{
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(SL_GOTIME_LAYOUT_MAX);

	sl_gotime_format(time_of(args), args[1].s, &b);
	return return_text(call, &b, ret, err);
}

SL_SPRIG_FN(time_string_method)
{
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(TEXT_MAX);

	sl_gotime_string(time_of(args), &b);
	return return_text(call, &b, ret, err);
}

static void go_string(const struct sl_goval *v, struct sl_strbuf *out)
{
	struct sl_gotime t = time_of(v);
	struct sl_civil c = sl_gotime_local(t);

	sl_strbuf_addf(out, "time.Date(%lld, time.%s, %d, %d, %d, %d, %d, ", (long long)c.year,
		       sl_gotime_month_name(c.month), c.day, c.hour, c.minute, c.second, t.nsec);
	if (!t.zone) {
		sl_strbuf_addz(out, "time.UTC)");
	} else if (sl_str_eqz(t.zone->name, "Local")) {
		sl_strbuf_addz(out, "time.Local)");
	} else {
		sl_strbuf_addz(out, "time.Location(");
		sl_go_quote(out, t.zone->name);
		sl_strbuf_addz(out, "))");
	}
}

SL_SPRIG_FN(time_go_string)
{
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(TEXT_MAX);

	go_string(args, &b);
	return return_text(call, &b, ret, err);
}

SL_SPRIG_FN(time_in)
{
	struct sl_gotime t = time_of(args);

	if (!args[1].ptr)
		return sl_err_set(err, SL_ERR_INVALID, "time: missing Location in call to Time.In");
	t.zone = args[1].ptr == &utc_location ? NULL : args[1].ptr;
	return return_time(call, t, ret);
}

SL_SPRIG_FN(time_is_dst)
{
	struct sl_gotime t = time_of(args);

	return return_bool(sl_zone_lookup(t.zone, t.sec).dst, ret);
}

SL_SPRIG_FN(time_is_zero)
{
	return return_bool(sl_gotime_cmp(time_of(args), SL_GOTIME_ZERO) == 0, ret);
}

SL_SPRIG_FN(time_local)
{
	struct sl_gotime t = time_of(args);
	int r = sl_zone_local(call, &t.zone, err);

	return r < 0 ? r : return_time(call, t, ret);
}

SL_SPRIG_FN(time_utc)
{
	struct sl_gotime t = time_of(args);

	t.zone = NULL;
	return return_time(call, t, ret);
}

SL_SPRIG_FN(time_location)
{
	union {
		const struct sl_zone *in;
		void *out;
	} zone = { .in = time_of(args).zone };

	if (!zone.in)
		zone.in = &utc_location;
	*ret = (struct sl_goval){ .type = &sl_sprig_location, .ptr = zone.out };
	return 0;
}

SL_SPRIG_FN(time_round)
{
	return return_time(call, sl_gotime_round(time_of(args), args[1].i), ret);
}

SL_SPRIG_FN(time_truncate)
{
	return return_time(call, sl_gotime_truncate(time_of(args), args[1].i), ret);
}

SL_SPRIG_FN(time_sub)
{
	*ret = sl_sprig_duration_value(sl_gotime_sub(time_of(args), time_of(args + 1)));
	return 0;
}

/* Units since 1970; wraps around as in Go. */
static int64_t unix_units(struct sl_gotime t, int64_t per_second)
{
	return (int64_t)((uint64_t)t.sec * (uint64_t)per_second +
			 (uint64_t)(t.nsec / (SECOND / per_second)));
}

SL_SPRIG_FN(time_unix)
{
	return return_int64(time_of(args).sec, ret);
}

SL_SPRIG_FN(time_unix_milli)
{
	return return_int64(unix_units(time_of(args), 1000), ret);
}

SL_SPRIG_FN(time_unix_micro)
{
	return return_int64(unix_units(time_of(args), 1000000), ret);
}

SL_SPRIG_FN(time_unix_nano)
{
	return return_int64(unix_units(time_of(args), SECOND), ret);
}

static const struct sl_go_func time_methods[] = {
	{ "Add", time_add, { &sl_sprig_duration }, 1, false },
	{ "AddDate", time_add_date, { &sl_go_int, &sl_go_int, &sl_go_int }, 3, false },
	{ "After", time_after, { &sl_sprig_time }, 1, false },
	{ "Before", time_before, { &sl_sprig_time }, 1, false },
	{ "Compare", time_compare, { &sl_sprig_time }, 1, false },
	{ "Day", time_day, { NULL }, 0, false },
	{ "Equal", time_equal, { &sl_sprig_time }, 1, false },
	{ "Format", time_format, { &sl_go_string }, 1, false },
	{ "GoString", time_go_string, { NULL }, 0, false },
	{ "Hour", time_hour, { NULL }, 0, false },
	{ "In", time_in, { &sl_sprig_location }, 1, false },
	{ "IsDST", time_is_dst, { NULL }, 0, false },
	{ "IsZero", time_is_zero, { NULL }, 0, false },
	{ "Local", time_local, { NULL }, 0, false },
	{ "Location", time_location, { NULL }, 0, false },
	{ "Minute", time_minute, { NULL }, 0, false },
	{ "Month", time_month, { NULL }, 0, false },
	{ "Nanosecond", time_nanosecond, { NULL }, 0, false },
	{ "Round", time_round, { &sl_sprig_duration }, 1, false },
	{ "Second", time_second, { NULL }, 0, false },
	{ "String", time_string_method, { NULL }, 0, false },
	{ "Sub", time_sub, { &sl_sprig_time }, 1, false },
	{ "Truncate", time_truncate, { &sl_sprig_duration }, 1, false },
	{ "UTC", time_utc, { NULL }, 0, false },
	{ "Unix", time_unix, { NULL }, 0, false },
	{ "UnixMicro", time_unix_micro, { NULL }, 0, false },
	{ "UnixMilli", time_unix_milli, { NULL }, 0, false },
	{ "UnixNano", time_unix_nano, { NULL }, 0, false },
	{ "Weekday", time_weekday, { NULL }, 0, false },
	{ "Year", time_year, { NULL }, 0, false },
	{ "YearDay", time_year_day, { NULL }, 0, false },
	{ 0 },
};

static void time_string(const struct sl_goval *v, struct sl_strbuf *out)
{
	sl_gotime_string(time_of(v), out);
}

static int time_json(struct sl_arena *a, const struct sl_goval *v, struct sl_value **ret,
		     struct sl_err *err)
{
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(TEXT_MAX);
	struct sl_gotime t = time_of(v);
	struct sl_zone_at at = sl_zone_lookup(t.zone, t.sec);
	struct sl_civil c = sl_gotime_civil(t.sec, at.offset);
	const char *wrong = NULL;

	if (c.year < 0 || c.year > 9999)
		wrong = "year outside of range [0,9999]";
	else if (at.offset >= 24 * 3600 || at.offset <= -24 * 3600)
		wrong = "timezone hour outside of range [0,23]";
	if (wrong)
		return sl_err_set(err, SL_ERR_INVALID,
				  "json: error calling MarshalJSON for type time.Time: "
				  "Time.MarshalJSON: %s",
				  wrong);
	sl_gotime_format(t, SL_GOTIME_RFC3339_NANO, &b);
	*ret = sl_value_str(a, sl_strbuf_str(&b));
	return 0;
}

const struct sl_go_type sl_sprig_time = {
	.kind = SL_GO_STRUCT,
	.name = "time.Time",
	.methods = time_methods,
	.string = time_string,
	.go_string = go_string,
	.json = time_json,
};

/* ---- time.Duration ---- */

SL_SPRIG_FN(duration_abs)
{
	*ret = sl_sprig_duration_value(args[0].i == INT64_MIN ? INT64_MAX
				       : args[0].i < 0	      ? -args[0].i
							      : args[0].i);
	return 0;
}

SL_SPRIG_FN(duration_nanoseconds)
{
	return return_int64(args[0].i, ret);
}

SL_SPRIG_FN(duration_microseconds)
{
	return return_int64(args[0].i / 1000, ret);
}

SL_SPRIG_FN(duration_milliseconds)
{
	return return_int64(args[0].i / 1000000, ret);
}

/* Whole units and the rest apart, as Go adds them up. */
static int return_units(int64_t d, int64_t unit, struct sl_goval *ret)
{
	int64_t whole = d / unit, rest = d % unit;

	*ret = sl_goval_float((double)whole + (double)rest / (double)unit);
	return 0;
}

SL_SPRIG_FN(duration_seconds)
{
	return return_units(args[0].i, SECOND, ret);
}

SL_SPRIG_FN(duration_minutes)
{
	return return_units(args[0].i, 60 * SECOND, ret);
}

SL_SPRIG_FN(duration_hours)
{
	return return_units(args[0].i, 3600 * SECOND, ret);
}

SL_SPRIG_FN(duration_round)
{
	*ret = sl_sprig_duration_value(sl_goduration_round(args[0].i, args[1].i));
	return 0;
}

SL_SPRIG_FN(duration_truncate)
{
	*ret = sl_sprig_duration_value(sl_goduration_truncate(args[0].i, args[1].i));
	return 0;
}

static void duration_string(const struct sl_goval *v, struct sl_strbuf *out)
{
	char text[SL_DURATION_SIZE];

	sl_duration_format(v->i, text);
	sl_strbuf_addz(out, text);
}

/* The String method of types that have a text. */
SL_SPRIG_FN(string_method)
{
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(TEXT_MAX);

	args[0].type->string(&args[0], &b);
	return return_text(call, &b, ret, err);
}

static const struct sl_go_func duration_methods[] = {
	{ "Abs", duration_abs, { NULL }, 0, false },
	{ "Hours", duration_hours, { NULL }, 0, false },
	{ "Microseconds", duration_microseconds, { NULL }, 0, false },
	{ "Milliseconds", duration_milliseconds, { NULL }, 0, false },
	{ "Minutes", duration_minutes, { NULL }, 0, false },
	{ "Nanoseconds", duration_nanoseconds, { NULL }, 0, false },
	{ "Round", duration_round, { &sl_sprig_duration }, 1, false },
	{ "Seconds", duration_seconds, { NULL }, 0, false },
	{ "String", string_method, { NULL }, 0, false },
	{ "Truncate", duration_truncate, { &sl_sprig_duration }, 1, false },
	{ 0 },
};

const struct sl_go_type sl_sprig_duration = {
	.kind = SL_GO_INT64,
	.name = "time.Duration",
	.methods = duration_methods,
	.string = duration_string,
};

/* ---- time.Month, time.Weekday, *time.Location ---- */

static void month_string(const struct sl_goval *v, struct sl_strbuf *out)
{
	sl_strbuf_addz(out, sl_gotime_month_name((int)v->i));
}

static void weekday_string(const struct sl_goval *v, struct sl_strbuf *out)
{
	sl_strbuf_addz(out, sl_gotime_weekday_name((int)v->i));
}

static void location_string(const struct sl_goval *v, struct sl_strbuf *out)
{
	sl_strbuf_adds(out, ((const struct sl_zone *)v->ptr)->name);
}

static const struct sl_go_func only_string[] = {
	{ "String", string_method, { NULL }, 0, false },
	{ 0 },
};

const struct sl_go_type sl_sprig_month = {
	.kind = SL_GO_INT,
	.name = "time.Month",
	.methods = only_string,
	.string = month_string,
};

const struct sl_go_type sl_sprig_weekday = {
	.kind = SL_GO_INT,
	.name = "time.Weekday",
	.methods = only_string,
	.string = weekday_string,
};

static const struct sl_go_type location_struct = { .kind = SL_GO_STRUCT, .name = "time.Location" };
const struct sl_go_type sl_sprig_location = {
	.kind = SL_GO_POINTER,
	.name = "*time.Location",
	.elem = &location_struct,
	.methods = only_string,
	.string = location_string,
};
