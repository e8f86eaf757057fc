#include "cli/remote/eventrow.h"

#include <stdlib.h>

#include "cli/kinds.h"
#include "cli/remote/text.h"
#include "libcommon/base/clock.h"

/* The group of an apiVersion: "apps" of "apps/v1", "" of "v1". */
static struct sl_str group_of(struct sl_str api_version)
{
	ptrdiff_t slash = sl_str_chr(api_version, '/');

	return slash < 0 ? SL_STR("") : sl_str_sub(api_version, 0, (size_t)slash);
}

/* Other projects have kinds called Alert or Bucket too; senders that leave the group out are believed. */
static bool is_about_flux(const struct sl_value *event)
{
	const struct sl_value *about = sl_get(event, "involvedObject");
	const struct sl_cli_kind *kind = sl_cli_kind_named(sl_get_str(about, "kind"));
	struct sl_str group = group_of(sl_get_str(about, "apiVersion"));

	return kind && (!group.n || sl_str_eqz(group, kind->kube.group));
}

bool sl_cli_event_is_wanted(const struct sl_cli_event_view *view, const struct sl_value *event)
{
	struct sl_str type = sl_get_str(event, "type");

	if (!is_about_flux(event))
		return false;
	for (size_t i = 0; i < view->types->n; i++)
		if (sl_str_ieq(type, sl_str(view->types->v[i])))
			return true;
	return view->types->n == 0;
}

void sl_cli_event_header(const struct sl_cli_event_view *view, struct sl_cli_row *ret_row)
{
	static const char *const names[] = { "NAMESPACE", "LAST SEEN", "TYPE",
					     "REASON",	  "OBJECT",    "MESSAGE" };

	ret_row->n = 0;
	for (size_t i = view->namespaces ? 0 : 1; i < SL_ARRAY_LEN(names); i++)
		sl_cli_row_add(ret_row, sl_str(names[i]));
}

static struct sl_str last_seen(struct sl_arena *a, const struct sl_value *event, int64_t wall_ms)
{
	struct sl_str first = sl_get_str(event, "eventTime");
	const struct sl_value *series = sl_get(event, "series");
	struct sl_str last = sl_get_str(series, "lastObservedTime");
	int64_t count = sl_get_int(series, 0, "count");

	if (!first.n)
		first = sl_get_str(event, "firstTimestamp");
	if (!sl_is_map(series)) {
		last = sl_get_str(event, "lastTimestamp");
		count = sl_get_int(event, 0, "count");
	}
	if (!sl_is_map(series) && count <= 1)
		return sl_cli_age_of(a, first.n ? first : last, wall_ms);
	return sl_str(sl_arena_printf(a, "%.*s (x%lld over %.*s)",
				      SL_STR_FMT(sl_cli_age_of(a, last, wall_ms)), (long long)count,
				      SL_STR_FMT(sl_cli_age_of(a, first, wall_ms))));
}

void sl_cli_event_row(struct sl_arena *a, const struct sl_cli_event_view *view,
		      const struct sl_value *event, struct sl_cli_row *ret_row)
{
	const struct sl_value *about = sl_get(event, "involvedObject");

	ret_row->n = 0;
	if (view->namespaces)
		sl_cli_row_add(ret_row, sl_get_str(event, "metadata", "namespace"));
	sl_cli_row_add(ret_row, last_seen(a, event, view->wall_ms));
	sl_cli_row_add(ret_row, sl_get_str(event, "type"));
	sl_cli_row_add(ret_row, sl_get_str(event, "reason"));
	sl_cli_row_add(ret_row,
		       sl_str(sl_arena_printf(a, "%.*s/%.*s", SL_STR_FMT(sl_get_str(about, "kind")),
					      SL_STR_FMT(sl_get_str(about, "name")))));
	sl_cli_row_add(ret_row, sl_str_trim(sl_get_str(event, "message")));
}

static int64_t time_of(const struct sl_value *event)
{
	static const char *const keys[][3] = { { "series", "lastObservedTime", NULL },
					       { "lastTimestamp", NULL },
					       { "eventTime", NULL } };
	int64_t ms = 0;

	for (size_t i = 0; i < SL_ARRAY_LEN(keys); i++)
		if (sl_rfc3339_parse(sl_as_str(sl_value_get(event, keys[i])), &ms))
			return ms;
	return 0;
}

struct timed {
	int64_t ms;
	size_t index; /* keeps the order of equals */
	struct sl_value *event;
};

static int by_time(const void *a, const void *b)
{
	const struct timed *x = a, *y = b;

	if (x->ms != y->ms)
		return x->ms < y->ms ? -1 : 1;
	return x->index < y->index ? -1 : 1;
}

void sl_cli_events_sort(struct sl_value *events)
{
	size_t n = sl_list_len(events);
	SL_AUTO_FREE struct timed *sorted = sl_xcalloc(n + 1, sizeof(*sorted));

	for (size_t i = 0; i < n; i++)
		sorted[i] =
			(struct timed){ time_of(events->list.items[i]), i, events->list.items[i] };
	qsort(sorted, n, sizeof(*sorted), by_time);
	for (size_t i = 0; i < n; i++)
		events->list.items[i] = sorted[i].event;
}
