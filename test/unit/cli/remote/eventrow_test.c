#include "test/unit/support/expect.h"

#include "cli/remote/eventrow.h"

#define WALL_MS INT64_C(1767225600000) /* 2026-01-01T00:00:00Z */

static char *join(struct sl_arena *a, const struct sl_cli_row *row)
{
	SL_AUTO(sl_strbuf) text = SL_STRBUF_INIT(65536);

	for (size_t i = 0; i < row->n; i++)
		sl_strbuf_addf(&text, "%s%.*s", i ? "|" : "", SL_STR_FMT(row->cells[i]));
	return sl_arena_strdup(a, text.p);
}

#define ABOUT "'involvedObject':{'kind':'Kustomization','name':'x'}"

static void tells_when_and_how_often(void **state)
{
	static const struct {
		const char *times, *want;
	} cases[] = {
		{ "'firstTimestamp':'2025-12-31T23:59:00Z','lastTimestamp':'2025-12-31T23:59:00Z',"
		  "'count':1",
		  "60s" },
		{ "'firstTimestamp':'2025-12-31T23:55:00Z','lastTimestamp':'2025-12-31T23:59:50Z',"
		  "'count':3",
		  "10s (x3 over 5m)" },
		{ "'eventTime':'2025-12-31T23:59:30.000000Z','firstTimestamp':null", "30s" },
		{ "'eventTime':'2025-12-31T23:50:00.000000Z','series':{'count':4,"
		  "'lastObservedTime':'2025-12-31T23:59:58.000000Z'}",
		  "2s (x4 over 10m)" },
		{ "'lastTimestamp':'2025-12-31T23:59:59Z'", "1s" },
		{ "'x':1", "<unknown>" },
	};
	SL_AUTO(sl_strvec) types = SL_STRVEC_INIT;
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	struct sl_cli_event_view view = { .types = &types, .wall_ms = WALL_MS };

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		struct sl_cli_row row;

		sl_cli_event_row(&a, &view,
				 tree(&a, sl_arena_printf(&a, "{" ABOUT ",%s}", cases[i].times)),
				 &row);
		expect_str(row.cells[0], cases[i].want);
	}
}

static void shows_the_columns_of_flux(void **state)
{
	SL_AUTO(sl_strvec) types = SL_STRVEC_INIT;
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	struct sl_cli_event_view view = { .types = &types, .wall_ms = WALL_MS };
	const struct sl_value *event =
		tree(&a, "{'metadata':{'namespace':'n'}," ABOUT ",'type':'Normal','reason':'R',"
			 "'message':'two\\nlines\\n','lastTimestamp':'2026-01-01T00:00:00Z'}");
	struct sl_cli_row row;

	(void)state;
	sl_cli_event_header(&view, &row);
	assert_string_equal(join(&a, &row), "LAST SEEN|TYPE|REASON|OBJECT|MESSAGE");
	sl_cli_event_row(&a, &view, event, &row);
	assert_string_equal(join(&a, &row), "0s|Normal|R|Kustomization/x|two\nlines");
	view.namespaces = true;
	sl_cli_event_header(&view, &row);
	assert_string_equal(join(&a, &row), "NAMESPACE|LAST SEEN|TYPE|REASON|OBJECT|MESSAGE");
	sl_cli_event_row(&a, &view, event, &row);
	expect_str(row.cells[0], "n");
	assert_int_equal(row.n, 6);
}

static void wants_events_about_flux_of_the_types_asked_for(void **state)
{
	static const struct {
		const char *event, *type;
		bool want;
	} cases[] = {
		{ "{'involvedObject':{'kind':'Kustomization'},'type':'Normal'}", NULL, true },
		{ "{'involvedObject':{'kind':'Pod'},'type':'Normal'}", NULL, false },
		{ "{'involvedObject':{'kind':'Kustomization','apiVersion':"
		  "'kustomize.toolkit.fluxcd.io/v1'}}",
		  NULL, true },
		{ "{'involvedObject':{'kind':'Kustomization','apiVersion':"
		  "'kustomize.config.k8s.io/v1'}}",
		  NULL, false },
		{ "{'involvedObject':{'kind':'Bucket','apiVersion':'s3.example.org/v1'}}", NULL,
		  false },
		{ "{'involvedObject':{'kind':'Alert'},'type':'Warning'}", "warning", true },
		{ "{'involvedObject':{'kind':'Alert'},'type':'Normal'}", "warning", false },
		{ "{}", NULL, false },
		{ "[]", NULL, false },
	};
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sl_strvec) types = SL_STRVEC_INIT;
		struct sl_cli_event_view view = { .types = &types };

		if (cases[i].type)
			sl_strvec_push(&types, cases[i].type);
		if (sl_cli_event_is_wanted(&view, tree(&a, cases[i].event)) != cases[i].want)
			fail_msg("%s", cases[i].event);
	}
}

static void sorts_by_the_time_seen_last(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	struct sl_value *events =
		tree(&a, "[{'n':1,'lastTimestamp':'2026-01-01T00:00:03Z'},"
			 "{'n':2,'eventTime':'2026-01-01T00:00:01.000000Z'},"
			 "{'n':3,'eventTime':'2026-01-01T00:00:00Z','series':{'lastObservedTime':"
			 "'2026-01-01T00:00:05Z'}},"
			 "{'n':4},{'n':5,'lastTimestamp':'2026-01-01T00:00:01Z'}]");
	static const int64_t want[] = { 4, 2, 5, 1, 3 };

	(void)state;
	sl_cli_events_sort(events);
	for (size_t i = 0; i < SL_ARRAY_LEN(want); i++)
		assert_int_equal(sl_get_int(sl_list_get(events, i), 0, "n"), want[i]);
	sl_cli_events_sort(sl_value_list(&a));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_when_and_how_often),
		cmocka_unit_test(shows_the_columns_of_flux),
		cmocka_unit_test(wants_events_about_flux_of_the_types_asked_for),
		cmocka_unit_test(sorts_by_the_time_seen_last),
	};

	return cmocka_run_group_tests_name("cli/remote/eventrow", tests, NULL, NULL);
}
