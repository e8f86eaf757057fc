#include <string.h>

#include "test/unit/support/helmchart.h"

#define SUB(name) "name: " name "\nversion: 1.0.0\n"

static const struct {
	const char *name, *parent, *sub, *user, *want, *log;
} coalesced[] = {
	{ "user_over_chart", "a: 1\nb: {c: 2, d: 3}", "", "b: {c: x}",
	  "{\"a\":1,\"b\":{\"c\":\"x\",\"d\":3},\"sub\":{\"global\":{}}}", "" },
	{ "null_deletes", "a: 1\nb: {c: 2, d: 3}", "", "a: null\nb: {c: null, e: null}",
	  "{\"b\":{\"d\":3,\"e\":null},\"sub\":{\"global\":{}}}", "" },
	{ "parent_over_sub", "sub: {a: 1}", "a: 2\nb: 3", "",
	  "{\"sub\":{\"a\":1,\"b\":3,\"global\":{}}}", "" },
	{ "parent_deletes_in_sub", "sub: {a: null}", "a: 2\nb: 3", "",
	  "{\"sub\":{\"b\":3,\"global\":{}}}", "" },
	{ "user_deletes_in_sub", "sub: {a: 1}", "a: 2\nb: {c: 1}", "sub: {a: null, b: {c: null}}",
	  "{\"sub\":{\"b\":{},\"global\":{}}}", "" },
	{ "globals_go_down", "global: {a: 1, t: {x: 1}}", "global: {b: 2, t: {x: 2, z: 3}}",
	  "global: {c: 3}",
	  "{\"global\":{\"a\":1,\"c\":3,\"t\":{\"x\":1}},\"sub\":{\"global\":{\"a\":1,\"b\":2,"
	  "\"c\":3,"
	  "\"t\":{\"x\":1,\"z\":3}}}}",
	  "" },
	{ "table_over_scalar", "a: {b: 1}", "", "a: 5", "{\"a\":5,\"sub\":{\"global\":{}}}", "" },
	{ "scalar_under_table", "a: 5", "", "a: {b: 1}",
	  "{\"a\":{\"b\":1},\"sub\":{\"global\":{}}}",
	  "coalesce.go:237: warning: skipped value for c.a: Not a table.\n" },
	{ "table_under_scalar_inside", "a: {b: {c: 1}}", "", "a: {b: [x, 1]}",
	  "{\"a\":{\"b\":[\"x\",1]},\"sub\":{\"global\":{}}}",
	  "coalesce.go:316: warning: cannot overwrite table with non table for c.a.b "
	  "(map[c:1])\n" },
	{ "scalar_under_table_inside", "a: {b: 7}", "", "a: {b: {c: 1}}",
	  "{\"a\":{\"b\":{\"c\":1}},\"sub\":{\"global\":{}}}",
	  "coalesce.go:319: warning: destination for c.a.b is a table. Ignoring non-table value "
	  "(7)\n" },
	{ "global_is_no_table", "global: 5", "", "", "{\"global\":5,\"sub\":{}}",
	  "coalesce.go:145: warning: skipping globals because source global is not a table.\n" },
};

static void coalesces_as_helm_does(void **state)
{
	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(coalesced); i++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		SL_AUTO(sl_strbuf) log = SL_STRBUF_INIT(4096);
		const struct sl_helm_host host = logging_host(&log);
		const struct chart_file files[] = {
			{ "Chart.yaml", SUB("c") },
			{ "values.yaml", coalesced[i].parent },
			{ "charts/sub/Chart.yaml", SUB("sub") },
			{ "charts/sub/values.yaml", coalesced[i].sub },
			{ NULL, NULL },
		};
		const struct sl_helm_chart *c = chart_of(&a, files, NULL);
		struct sl_go_map *user = values_of(&a, coalesced[i].user), *got = NULL;

		expect_ok(sl_helm_values_coalesce(&a, c, user, &host, &got, &err), &err);
		expect_values(got, coalesced[i].want);
		expect_str_case(sl_strbuf_str(&log), sl_str(coalesced[i].log), coalesced[i].name);
		/* Neither the chart nor what the user gave is changed. */
		expect_ok(sl_helm_values_coalesce(&a, c, user, NULL, &got, &err), &err);
		expect_values(got, coalesced[i].want);
	}
}

static void refuses_values_of_a_subchart_that_are_no_table(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	const struct chart_file files[] = {
		{ "Chart.yaml", SUB("c") },
		{ "charts/sub/Chart.yaml", SUB("sub") },
		{ NULL, NULL },
	};
	const struct sl_helm_chart *c = chart_of(&a, files, NULL);
	struct sl_go_map *got = NULL;

	(void)state;
	expect_err(sl_helm_values_coalesce(&a, c, values_of(&a, "sub: text"), NULL, &got, &err),
		   SL_ERR_INVALID, "type mismatch on sub: %!t(string=text)", &err);
}

static void merges_files_of_values(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	struct sl_go_map *base = values_of(&a, "a: {b: 1, c: [1, 2]}\nd: 1"),
			 *over = values_of(&a, "a: {c: [3], e: null}\nd: {f: 1}");

	(void)state;
	expect_values(sl_helm_values_merge(&a, base, over),
		      "{\"a\":{\"b\":1,\"c\":[3],\"e\":null},\"d\":{\"f\":1}}");
	expect_values(base, "{\"a\":{\"b\":1,\"c\":[1,2]},\"d\":1}");
	expect_values(values_of(&a, ""), "{}");
	expect_values(values_of(&a, "# nothing\n"), "{}");
}

#define DEPS(text) "name: c\nversion: 1.0.0\napiVersion: v2\ndependencies:\n" text

static const struct {
	const char *name, *chart, *values, *user;
	const char *want; /* the subcharts' names */
	const char *log;
} enabled[] = {
	{ "all", DEPS("- {name: x, version: 1.x}\n- {name: w, version: \"*\"}\n"), "", "", "x w ",
	  "" },
	{ "undeclared_come_first", DEPS("- {name: x, version: 1.x}\n"), "", "", "w x ", "" },
	{ "nothing_declared", "name: c\nversion: 1.0.0\n", "", "", "w x ", "" },
	{ "version_differs", DEPS("- {name: x, version: 2.x}\n- {name: w, version: 1.x}\n"), "", "",
	  "x w ", "" },
	{ "condition", DEPS("- {name: x, version: 1.x, condition: x.go}\n"), "x: {go: false}", "",
	  "w ", "" },
	{ "condition_of_the_user", DEPS("- {name: x, version: 1.x, condition: x.go}\n"),
	  "x: {go: false}", "x: {go: true}", "w x ", "" },
	{ "first_condition_counts",
	  DEPS("- {name: x, version: 1.x, condition: \"no.such,go,stop\"}\n"),
	  "go: false\nstop: true", "", "w ", "" },
	{ "condition_no_bool", DEPS("- {name: x, version: 1.x, condition: go}\n"), "go: text", "",
	  "w x ",
	  "dependencies.go:64: Warning: Condition path 'go' for chart x returned non-bool "
	  "value\n" },
	{ "tags",
	  DEPS("- {name: x, version: 1.x, tags: [t, u]}\n- {name: w, version: 1.x, tags: [u]}\n"),
	  "tags: {t: true, u: false}", "", "x ", "" },
	{ "condition_over_tags", DEPS("- {name: x, version: 1.x, tags: [t], condition: go}\n"),
	  "tags: {t: false}\ngo: true", "", "w x ", "" },
	{ "tag_no_bool", DEPS("- {name: x, version: 1.x, tags: [t]}\n"), "tags: {t: 1}", "", "w x ",
	  "dependencies.go:95: Warning: Tag 't' for chart x returned non-bool value\n" },
	{ "alias",
	  DEPS("- {name: x, version: 1.x, alias: u}\n- {name: x, version: 1.x, alias: v}\n"), "",
	  "", "w u v ", "" },
	{ "alias_disabled",
	  DEPS("- {name: x, version: 1.x, alias: u, condition: u.go}\n"
	       "- {name: x, version: 1.x}\n"),
	  "u: {go: false}", "", "w x ", "" },
};

static void chooses_subcharts(void **state)
{
	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(enabled); i++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		SL_AUTO(sl_strbuf) log = SL_STRBUF_INIT(4096), names = SL_STRBUF_INIT(4096);
		const struct sl_helm_host host = logging_host(&log);
		const struct chart_file files[] = {
			{ "Chart.yaml", enabled[i].chart },
			{ "values.yaml", enabled[i].values },
			{ "charts/x/Chart.yaml", SUB("x") },
			{ "charts/w/Chart.yaml", SUB("w") },
			{ NULL, NULL },
		};
		struct sl_helm_chart *c = NULL;

		for (int twice = 0; twice < 2; twice++) {
			sl_strbuf_reset(&log);
			sl_strbuf_reset(&names);
			expect_ok(sl_helm_process_dependencies(&a, chart_of(&a, files, NULL),
							       values_of(&a, enabled[i].user),
							       &host, &c, &err),
				  &err);
			for (size_t j = 0; j < c->dependency_count; j++)
				sl_strbuf_addf(&names, "%.*s ",
					       SL_STR_FMT(c->dependencies[j]->metadata->name));
			expect_str_case(sl_strbuf_str(&names), sl_str(enabled[i].want),
					enabled[i].name);
			expect_str_case(sl_strbuf_str(&log), sl_str(enabled[i].log),
					enabled[i].name);
		}
	}
}

static const struct {
	const char *name, *import, *values, *want, *log;
} imports[] = {
	{ "exports", "[data]", "own: 1", "{\"from\":\"x\",\"own\":1}", "" },
	{ "child_and_parent", "[{child: deep.er, parent: here.now}]", "here: {now: {k: mine}}",
	  "{\"here\":{\"now\":{\"k\":\"mine\",\"l\":2}}}", "" },
	{ "to_the_top", "[{child: deep.er, parent: .}]", "", "{\"k\":1,\"l\":2}", "" },
	{ "nothing_there", "[gone, {child: none, parent: a}]", "", "{}",
	  "dependencies.go:287: Warning: ImportValues missing table: \"gone\" is not a table\n"
	  "dependencies.go:270: Warning: ImportValues missing table from chart x: \"none\" is not "
	  "a "
	  "table\n" },
};

static void imports_values(void **state)
{
	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(imports); i++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		SL_AUTO(sl_strbuf) log = SL_STRBUF_INIT(4096);
		const struct sl_helm_host host = logging_host(&log);
		const struct chart_file files[] = {
			{ "Chart.yaml",
			  sl_arena_printf(&a,
					  DEPS("- {name: x, version: 1.x, import-values: %s}\n"),
					  imports[i].import) },
			{ "values.yaml", imports[i].values },
			{ "charts/x/Chart.yaml", SUB("x") },
			{ "charts/x/values.yaml",
			  "exports: {data: {from: x}}\ndeep: {er: {k: 1, l: 2}}" },
			{ NULL, NULL },
		};
		struct sl_helm_chart *c = NULL;

		expect_ok(sl_helm_process_dependencies(&a, chart_of(&a, files, NULL), NULL, &host,
						       &c, &err),
			  &err);
		(void)sl_go_map_remove(c->values, SL_STR("x"));
		expect_values(c->values, imports[i].want);
		expect_str_case(sl_strbuf_str(&log), sl_str(imports[i].log), imports[i].name);
	}
}

static void names_missing_dependencies(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct chart_file files[] = {
		{ "Chart.yaml", DEPS("- {name: x, version: 1.x}\n- {name: w, version: 1.x}\n"
				     "- {name: v, version: 1.x}\n") },
		{ "charts/w/Chart.yaml", SUB("w") },
		{ NULL, NULL },
	};

	(void)state;
	expect_err(sl_helm_check_dependencies(chart_of(&a, files, NULL), &err), SL_ERR_INVALID,
		   "found in Chart.yaml, but missing in charts/ directory: x, v", &err);
	files[0].data = "name: c\nversion: 1.0.0\ntype: library\n";
	expect_ok(sl_helm_check_dependencies(chart_of(&a, files, NULL), &err), &err);
	expect_err(sl_helm_check_installable(chart_of(&a, files, NULL), &err), SL_ERR_INVALID,
		   "library charts are not installable", &err);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(coalesces_as_helm_does),
		cmocka_unit_test(refuses_values_of_a_subchart_that_are_no_table),
		cmocka_unit_test(merges_files_of_values),
		cmocka_unit_test(chooses_subcharts),
		cmocka_unit_test(imports_values),
		cmocka_unit_test(names_missing_dependencies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
