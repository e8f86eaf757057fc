#include "test/unit/support/expect.h"

#include "cli/remote/columns.h"

#define SHA1 "696f056df216eea4f9401adbee0ff744d4df390f"

static char *join(struct sl_arena *a, const struct sl_cli_row *row)
{
	SL_AUTO(sl_strbuf) text = SL_STRBUF_INIT(65536);

	for (size_t i = 0; i < row->n; i++)
		sl_strbuf_addf(&text, "%s%.*s", i ? "|" : "", SL_STR_FMT(row->cells[i]));
	return sl_arena_strdup(a, text.p);
}

static void shows_the_columns_of_flux(void **state)
{
	static const struct {
		enum sl_cli_kind_id kind;
		const char *header, *object, *row;
	} cases[] = {
		{ SL_CLI_KUSTOMIZATION, "NAME|REVISION|SUSPENDED|READY|MESSAGE",
		  "{'metadata':{'name':'a'},'spec':{'suspend':true},'status':{"
		  "'lastAppliedRevision':'main@sha1:" SHA1 "','conditions':[{'type':'Ready',"
		  "'status':'True','message':'Applied revision: main@sha1:" SHA1 "'}]}}",
		  "a|main@sha1:696f056d|True|True|Applied revision: main@sha1:696f056d" },
		{ SL_CLI_GIT_REPOSITORY, "NAME|REVISION|SUSPENDED|READY|MESSAGE",
		  "{'metadata':{'name':'g'},'status':{'artifact':{'revision':'v1@sha1:" SHA1
		  "'},'conditions':[{'type':'Ready','status':'Unknown','message':'x'}]}}",
		  "g|v1@sha1:696f056d|False|Unknown|x" },
		{ SL_CLI_GIT_REPOSITORY, "NAME|REVISION|SUSPENDED|READY|MESSAGE",
		  "{'metadata':{'name':'new'}}", "new||False|False|waiting to be reconciled" },
		{ SL_CLI_HELM_CHART, "NAME|REVISION|SUSPENDED|READY|MESSAGE",
		  "{'metadata':{'name':'c'},'status':{'artifact':{'revision':'1.0.0+" SHA1 "'}}}",
		  "c|1.0.0+" SHA1 "|False|False|waiting to be reconciled" },
		{ SL_CLI_EXTERNAL_ARTIFACT, "NAME|REVISION|SOURCE|READY|MESSAGE",
		  "{'metadata':{'name':'e','namespace':'n'},'spec':{'sourceRef':{'kind':'X',"
		  "'name':'y'}}}",
		  "e||X/n/y|False|waiting to be reconciled" },
		{ SL_CLI_HELM_RELEASE, "NAME|REVISION|SUSPENDED|READY|MESSAGE",
		  "{'metadata':{'name':'h'},'status':{'history':[{'chartVersion':'6.0.0'},"
		  "{'chartVersion':'5.0.0'}]}}",
		  "h|6.0.0|False|False|waiting to be reconciled" },
		{ SL_CLI_IMAGE_REPOSITORY, "NAME|LAST SCAN|SUSPENDED|READY|MESSAGE",
		  "{'metadata':{'name':'i'},'status':{'lastScanResult':{'scanTime':'T'}}}",
		  "i|T|False|False|waiting to be reconciled" },
		{ SL_CLI_IMAGE_POLICY, "NAME|IMAGE|TAG|READY|MESSAGE",
		  "{'metadata':{'name':'p'},'status':{'latestRef':{'name':'r/i','tag':'1'}}}",
		  "p|r/i|1|False|waiting to be reconciled" },
		{ SL_CLI_IMAGE_UPDATE, "NAME|LAST RUN|SUSPENDED|READY|MESSAGE",
		  "{'metadata':{'name':'u'},'status':{'lastAutomationRunTime':'T'}}",
		  "u|T|False|False|waiting to be reconciled" },
		{ SL_CLI_RECEIVER, "NAME|SUSPENDED|READY|MESSAGE", "{'metadata':{'name':'r'}}",
		  "r|False|False|waiting to be reconciled" },
		{ SL_CLI_ALERT, "NAME|SUSPENDED|READY|MESSAGE", "{'metadata':{'name':'l'}}",
		  "l|False|True|Alert is Ready" },
		{ SL_CLI_PROVIDER, "NAME|READY|MESSAGE", "{'metadata':{'name':'l'}}",
		  "l|True|Provider is Ready" },
	};
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		struct sl_cli_view view = { .kind = cases[i].kind };
		struct sl_cli_row row;

		sl_cli_header(&view, &row);
		assert_string_equal(join(&a, &row), cases[i].header);
		sl_cli_row_of(&a, &view, tree(&a, cases[i].object), &row);
		assert_string_equal(join(&a, &row), cases[i].row);
	}
}

static void adds_columns_on_demand(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	const struct sl_value *ks =
		tree(&a, "{'metadata':{'name':'a','namespace':'apps','creationTimestamp':"
			 "'2025-12-31T23:00:00Z'},'spec':{'path':'./x','sourceRef':{'kind':"
			 "'GitRepository','name':'repo','namespace':'flux-system'}}}");
	struct sl_cli_view view = { .kind = SL_CLI_KUSTOMIZATION,
				    .namespaces = true,
				    .kinds = true,
				    .show_source = true,
				    .wall_ms = INT64_C(1767225600000) };
	struct sl_cli_row row;

	(void)state;
	sl_cli_header(&view, &row);
	assert_string_equal(join(&a, &row),
			    "NAMESPACE|NAME|SOURCE|REVISION|SUSPENDED|READY|MESSAGE");
	sl_cli_row_of(&a, &view, ks, &row);
	assert_string_equal(join(&a, &row), "apps|kustomization/a|GitRepository/flux-system/repo||"
					    "False|False|waiting to be reconciled");
	view.show_source = false;
	view.wide = true;
	sl_cli_header(&view, &row);
	assert_string_equal(join(&a, &row),
			    "NAMESPACE|NAME|SOURCE|REVISION|SUSPENDED|READY|MESSAGE|PATH|AGE");
	sl_cli_row_of(&a, &view, ks, &row);
	assert_string_equal(join(&a, &row), "apps|kustomization/a|GitRepository/flux-system/repo||"
					    "False|False|waiting to be reconciled|./x|60m");
}

static void finds_the_source_of_a_release(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	struct sl_cli_view view = { .kind = SL_CLI_HELM_RELEASE, .show_source = true };
	struct sl_cli_row row;

	(void)state;
	sl_cli_row_of(&a, &view,
		      tree(&a, "{'metadata':{'name':'h','namespace':'n'},'spec':{'chart':{'spec':{"
			       "'sourceRef':{'kind':'HelmRepository','name':'r'}}}}}"),
		      &row);
	expect_str(row.cells[1], "HelmRepository/n/r");
	sl_cli_row_of(&a, &view,
		      tree(&a, "{'metadata':{'name':'h','namespace':'n'},'spec':{'chartRef':{"
			       "'kind':'OCIRepository','name':'o','namespace':'m'}}}"),
		      &row);
	expect_str(row.cells[1], "OCIRepository/m/o");
}

static void survives_objects_of_the_wrong_shape(void **state)
{
	static const char *const objects[] = {
		"{}",
		"[]",
		"1",
		"{'metadata':1,'spec':[],'status':'x'}",
		"{'status':{'conditions':{'type':'Ready'},'artifact':[],'history':{}}}",
		"{'status':{'conditions':[1,{'type':'Ready','status':1,'message':[]}]}}",
	};
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;

	(void)state;
	for (int kind = 0; kind < SL_CLI_KINDS; kind++)
		for (size_t i = 0; i < SL_ARRAY_LEN(objects); i++) {
			struct sl_cli_view view = { .kind = (enum sl_cli_kind_id)kind,
						    .namespaces = true,
						    .wide = true };
			struct sl_cli_row header, row;

			sl_cli_header(&view, &header);
			sl_cli_row_of(&a, &view, tree(&a, objects[i]), &row);
			assert_int_equal(row.n, header.n);
		}
}

static void selects_by_status(void **state)
{
	static const struct {
		const char *selector, *status;
		bool want;
	} cases[] = {
		{ NULL, "False", true },	   { "ready=true", "True", true },
		{ "Ready=True", "True", true },	   { "ready=true", "False", false },
		{ "ready!=true", "False", true },  { "ready!=true", "True", false },
		{ "ready!=true", NULL, true },	   { "ready=false", NULL, false },
		{ "stalled=true", "True", false }, { "ready=unknown", "Unknown", true },
	};
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		struct sl_cli_selector s;
		const char *json = "{}";

		if (cases[i].status)
			json = sl_arena_printf(
				&a, "{'status':{'conditions':[{'type':'Ready','status':'%s'}]}}",
				cases[i].status);
		expect_ok(sl_cli_selector_parse(cases[i].selector, &s, &err), &err);
		assert_int_equal(sl_cli_selector_matches(&s, SL_CLI_KUSTOMIZATION, tree(&a, json)),
				 cases[i].want);
	}
}

static void static_kinds_are_always_ready(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_cli_selector s;

	(void)state;
	expect_ok(sl_cli_selector_parse("ready=true", &s, &err), &err);
	assert_true(sl_cli_selector_matches(&s, SL_CLI_ALERT, tree(&a, "{}")));
	expect_ok(sl_cli_selector_parse("ready=false", &s, &err), &err);
	assert_false(sl_cli_selector_matches(&s, SL_CLI_PROVIDER, tree(&a, "{}")));
}

static void refuses_malformed_selectors(void **state)
{
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_cli_selector s;

	(void)state;
	expect_err(sl_cli_selector_parse("ready", &s, &err), SL_ERR_INVALID,
		   "expected status selector in type=status or type!=status format, but found: "
		   "ready",
		   &err);
	sl_err_release(&err);
	expect_err(sl_cli_selector_parse("=true", &s, &err), SL_ERR_INVALID, "without a type",
		   &err);
	sl_err_release(&err);
	expect_err(sl_cli_selector_parse("!=true", &s, &err), SL_ERR_INVALID, "without a type",
		   &err);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shows_the_columns_of_flux),
		cmocka_unit_test(adds_columns_on_demand),
		cmocka_unit_test(finds_the_source_of_a_release),
		cmocka_unit_test(survives_objects_of_the_wrong_shape),
		cmocka_unit_test(selects_by_status),
		cmocka_unit_test(static_kinds_are_always_ready),
		cmocka_unit_test(refuses_malformed_selectors),
	};

	return cmocka_run_group_tests_name("cli/remote/columns", tests, NULL, NULL);
}
