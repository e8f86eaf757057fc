/*
 * "layout\ntext": a time that a layout reads is written by it and read again as the same one, as far as the
 * layout goes; and the text as a TZif file and as the footer of one.
 */
#include <stdint.h>
#include <stdlib.h>

#include "libcommon/lang/sprig/gotime.h"
#include "libcommon/lang/sprig/zone_rule.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool ok)
{
	if (!ok)
		abort();
}

static const int64_t instants[] = {
	INT64_MIN, -62135596800, -1, 0, 951782400, 4102444800, INT64_MAX
};

static void look_up(const struct sl_zone *z)
{
	for (size_t i = 0; i < SL_ARRAY_LEN(instants); i++) {
		struct sl_zone_at at = sl_zone_lookup(z, instants[i]);
		SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(1 << 20);
		struct sl_gotime t = { .sec = instants[i], .zone = z };

		sl_gotime_string(t, &b);
		check(!b.failed && b.n >= 20 && at.name.n < (1 << 19));
	}
}

static void check_zone(struct sl_arena *a, struct sl_str tzif)
{
	const struct sl_zone *z = NULL;
	struct sl_zone_at at = sl_zone_lookup(NULL, 0);

	if (sl_zone_load(a, SL_STR("X"), tzif, &z, NULL) == 0)
		look_up(z);
	for (size_t i = 1; i + 1 < SL_ARRAY_LEN(instants); i++)
		sl_zone_rule_apply(tzif, instants[i], &at);
}

static void check_parsed(struct sl_arena *a, struct sl_str layout, struct sl_gotime t)
{
	SL_AUTO(sl_strbuf) first = SL_STRBUF_INIT(1 << 20);
	SL_AUTO(sl_strbuf) second = SL_STRBUF_INIT(1 << 20);
	struct sl_gotime again;

	sl_gotime_format(t, layout, &first);
	if (sl_gotime_parse(a, layout, sl_strbuf_str(&first), NULL, &again, NULL) < 0)
		return;
	sl_gotime_format(again, layout, &second);
	/* Two elements may speak of the same thing and differ; then the last one counts. */
	if (again.sec == t.sec && again.nsec == t.nsec && !again.zone == !t.zone)
		check(sl_str_eq(sl_strbuf_str(&first), sl_strbuf_str(&second)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT_LIMIT(64 << 20);
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_str text = { (const char *)data, size }, layout;
	struct sl_gotime t;

	if (size > 20000 || !sl_str_split(&text, '\n', &layout))
		return 0;
	check_zone(&a, text);
	if (sl_gotime_parse(&a, layout, text, NULL, &t, &err) < 0)
		check(sl_str_starts(sl_str(err.message), SL_STR("parsing time \"")));
	else
		check_parsed(&a, layout, t);
	return 0;
}
