#include "libcommon/kube/fieldpath.h"

#include "libcommon/codec/json.h"
#include "test/unit/support/expect.h"

#define TAIL ": field not declared in schema"

static void finds_the_paths_of_a_refusal(void **state)
{
	static const struct {
		const char *message;
		const char *paths; /* joined by blanks */
	} cases[] = {
		{ "failed to create typed patch object (d/x; /v1, Kind=ConfigMap): .foo" TAIL,
		  ".foo" },
		{ "failed to create typed patch object (d/x; apps/v1, Kind=Deployment): errors:\n"
		  "  .spec.bar" TAIL "\n  .spec.template.spec.containers[name=\"a b\"].baz" TAIL,
		  ".spec.bar .spec.template.spec.containers[name=\"a b\"].baz" },
		{ "Deployment.apps \"x\" is invalid: spec.selector: Required value", "" },
		{ TAIL, "" },
		{ "", "" },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sl_strvec) paths = SL_STRVEC_INIT;
		SL_AUTO_FREE char *joined = NULL;

		sl_undeclared_parse(sl_str(cases[i].message), &paths);
		joined = sl_strvec_join(&paths, " ");
		assert_string_equal(joined, cases[i].paths);
	}
}

static void removes_what_a_path_names(void **state)
{
	static const struct {
		const char *path;
		bool found;
		const char *after;
	} cases[] = {
		{ ".a", true, "{'l':[{'n':'x','p':1,'q':2},{'n':'y'}]}" },
		{ ".l[name=\"x\"].q", false, NULL },
		{ ".l[n=\"x\"].q", true, "{'a':1,'l':[{'n':'x','p':1},{'n':'y'}]}" },
		{ ".l[p=1,n=\"x\"].q", true, "{'a':1,'l':[{'n':'x','p':1},{'n':'y'}]}" },
		{ ".l[1].n", true, "{'a':1,'l':[{'n':'x','p':1,'q':2},{}]}" },
		{ ".l[2].n", false, NULL },
		{ ".l[0]", false, NULL },
		{ ".l[0", false, NULL },
		{ ".b.c", false, NULL },
		{ "a", false, NULL },
		{ "", false, NULL },
		{ ".", false, NULL },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		struct sl_value *o = tree(&a, "{'a':1,'l':[{'n':'x','p':1,'q':2},{'n':'y'}]}");
		const char *want = cases[i].after ? cases[i].after
						  : "{'a':1,'l':[{'n':'x','p':1,'q':2},{'n':'y'}]}";

		if (sl_fieldpath_remove(o, sl_str(cases[i].path)) != cases[i].found ||
		    !sl_value_equal(o, tree(&a, want)))
			fail_msg("path '%s'", cases[i].path);
	}
}

static void locates_what_a_message_is_about(void **state)
{
	static const struct {
		const char *message;
		const char *want; /* of the node found */
	} cases[] = {
		{ "Service \"web\" is invalid: spec.ports[0].port: Invalid value: 0: must be "
		  "between 1 and 65535",
		  "eighty" },
		{ "failed to create typed patch object (d/web; /v1, Kind=Service): "
		  ".spec.ports[name=\"http\"].port: "
		  "expected numeric (int or float), got string",
		  "eighty" },
		{ "spec.type: Unsupported value", "Odd" },
		{ "metadata.name: too long", "web" },
	};
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	struct sl_value *o =
		tree(&a, "{'kind':'Service','metadata':{'name':'web'},'spec':{'type':'Odd',"
			 "'ports':[{'name':'http','port':'eighty'}]}}");

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++)
		expect_str(sl_as_str(sl_fieldpath_locate(o, sl_str(cases[i].message))),
			   cases[i].want);
	assert_ptr_equal(sl_fieldpath_locate(o, SL_STR("the server is busy")), o);
	/* As deep as it goes. */
	assert_ptr_equal(sl_fieldpath_locate(o, SL_STR("spec.ports[3].port: Required value")),
			 sl_get(o, "spec", "ports"));
}

static void names_no_more_than_its_cap(void **state)
{
	SL_AUTO(sl_strvec) paths = SL_STRVEC_INIT;
	SL_AUTO(sl_strbuf) message = SL_STRBUF_INIT(1 << 20);

	(void)state;
	for (int i = 0; i < SL_UNDECLARED_MAX + 1; i++)
		sl_strbuf_addf(&message, " .f%d" TAIL "\n", i);
	sl_undeclared_parse(sl_strbuf_str(&message), &paths);
	assert_int_equal(paths.n, SL_UNDECLARED_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_the_paths_of_a_refusal),
		cmocka_unit_test(removes_what_a_path_names),
		cmocka_unit_test(locates_what_a_message_is_about),
		cmocka_unit_test(names_no_more_than_its_cap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
