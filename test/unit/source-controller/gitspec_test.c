#include "source-controller/gitspec.h"

#include "libcommon/base/strbuf.h"
#include "test/unit/support/expect.h"

static void fills_in_the_defaults(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sc_git_spec s;

	(void)state;
	expect_ok(sc_git_spec_decode(&a, tree(&a, "{'spec':{'url':'https://h/r','interval':'1m'}}"),
				     &s, &err),
		  &err);
	assert_string_equal(s.url, "https://h/r");
	assert_int_equal(s.interval_ms, 60000);
	assert_int_equal(s.timeout_ms, 60000);
	assert_null(s.secret);
	assert_null(s.proxy_secret);
	assert_null(s.ref.branch);
	assert_int_equal(s.ignore.n, 0);
	assert_int_equal(s.sparse_count, 0);
	assert_false(s.recurse_submodules);
}

static void reads_every_field(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sc_git_spec s;

	(void)state;
	expect_ok(
		sc_git_spec_decode(
			&a,
			tree(&a,
			     "{'spec':{'url':'https://h/r','interval':'1h30m','timeout':'1.5s',"
			     "'ref':{'branch':'b','tag':'t','semver':'>=1','name':'refs/n',"
			     "'commit':'c'},'secretRef':{'name':'s'},'proxySecretRef':{'name':'p'},"
			     "'ignore':'*.md','recurseSubmodules':true,"
			     "'sparseCheckout':['./a','b']}}"),
			&s, &err),
		&err);
	assert_int_equal(s.interval_ms, 5400000);
	assert_int_equal(s.timeout_ms, 1500);
	assert_string_equal(s.ref.branch, "b");
	assert_string_equal(s.ref.tag, "t");
	assert_string_equal(s.ref.semver, ">=1");
	assert_string_equal(s.ref.name, "refs/n");
	assert_string_equal(s.ref.commit, "c");
	assert_string_equal(s.secret, "s");
	assert_string_equal(s.proxy_secret, "p");
	expect_str(s.ignore, "*.md");
	assert_true(s.recurse_submodules);
	assert_int_equal(s.sparse_count, 2);
	assert_string_equal(s.sparse[0], "./a");
	assert_string_equal(s.sparse[1], "b");
}

static void names_the_field_that_is_wrong(void **state)
{
	static const struct {
		const char *json, *part;
	} cases[] = {
		{ "{'spec':{'interval':'1m'}}", "spec.url is empty" },
		{ "{'spec':{'url':'https://h/r'}}", "spec.interval must be a duration above zero" },
		{ "{'spec':{'url':'https://h/r','interval':'0s'}}",
		  "spec.interval must be a duration above zero" },
		{ "{'spec':{'url':'https://h/r','interval':'1d'}}",
		  "spec.interval: time: unknown" },
		{ "{'spec':{'url':'https://h/r','interval':'1m','timeout':'x'}}",
		  "spec.timeout: " },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		struct sc_git_spec s;

		expect_err(sc_git_spec_decode(&a, tree(&a, cases[i].json), &s, &err),
			   SL_ERR_INVALID, cases[i].part, &err);
	}
}

static void bounds_the_sparse_directories(void **state)
{
	(void)state;
	for (int extra = -1; extra <= 1; extra++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		struct sl_value *object =
			tree(&a, "{'spec':{'url':'https://h/r','interval':'1m'}}");
		struct sl_value *list =
			sl_map_need_list(&a, sl_get(object, "spec"), "sparseCheckout");
		struct sc_git_spec s;

		for (int i = 0; i < SL_GIT_SPARSE_MAX + extra; i++)
			sl_list_push_strz(&a, list, "d");
		if (extra <= 0)
			expect_ok(sc_git_spec_decode(&a, object, &s, &err), &err);
		else
			expect_err(sc_git_spec_decode(&a, object, &s, &err), SL_ERR_TOO_LARGE,
				   "spec.sparseCheckout", &err);
	}
}

static void tells_what_it_does_not_implement(void **state)
{
	static const struct {
		const char *json, *field;
	} cases[] = {
		{ "{'spec':{'url':'https://h/r'}}", NULL },
		{ "{'spec':{'url':'http://h/r','provider':'generic','include':[]}}", NULL },
		{ "{'spec':{'url':'ssh://git@h/r'}}", "spec.url with the scheme ssh" },
		{ "{'spec':{'url':'https://h/r','provider':'azure'}}",
		  "spec.provider other than generic" },
		{ "{'spec':{'url':'https://h/r','provider':'aws'}}",
		  "spec.provider other than generic" },
		{ "{'spec':{'url':'https://h/r','provider':'github'}}",
		  "spec.provider other than generic" },
		{ "{'spec':{'url':'https://h/r','verify':{'secretRef':{'name':'k'}}}}",
		  "spec.verify" },
		{ "{'spec':{'url':'https://h/r','include':[{'repository':{'name':'o'}}]}}",
		  "spec.include" },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		const char *got = sc_git_spec_unsupported(tree(&a, cases[i].json));

		if (!sl_streq(got, cases[i].field))
			fail_msg("%s: got '%s'", cases[i].json, got);
	}
}

static void sees_what_makes_another_tarball(void **state)
{
	static const struct {
		const char *json;
		bool changed;
	} cases[] = {
		{ "{'spec':{}}", false },
		{ "{'spec':{'ignore':'a'},'status':{'observedIgnore':'a'}}", false },
		{ "{'spec':{'ignore':'a'},'status':{}}", true },
		{ "{'spec':{'ignore':''},'status':{}}", true },
		{ "{'spec':{},'status':{'observedIgnore':'a'}}", true },
		{ "{'spec':{'recurseSubmodules':true}}", true },
		{ "{'spec':{'recurseSubmodules':false}}", false },
		{ "{'spec':{'recurseSubmodules':true},'status':{'observedRecurseSubmodules':true}}",
		  false },
		{ "{'spec':{'sparseCheckout':['a']},'status':{'observedSparseCheckout':['a']}}",
		  false },
		{ "{'spec':{'sparseCheckout':['a','b']},'status':{'observedSparseCheckout':['b','a'"
		  "]}}",
		  true },
		{ "{'spec':{'sparseCheckout':[]},'status':{}}", false },
		{ "{'spec':{},'status':{'observedInclude':[{'repository':{'name':'o'}}]}}", true },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;

		if (sc_git_content_changed(tree(&a, cases[i].json)) != cases[i].changed)
			fail_msg("%s: want %d", cases[i].json, cases[i].changed);
	}
}

static void records_what_was_built(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	struct sl_value *full =
		tree(&a, "{'spec':{'ignore':'','recurseSubmodules':true,'sparseCheckout':['a']}}");
	struct sl_value *bare = tree(
		&a, "{'spec':{'recurseSubmodules':false,'sparseCheckout':[]},'status':{"
		    "'observedIgnore':'x','observedRecurseSubmodules':true,"
		    "'observedSparseCheckout':['a'],'observedInclude':[{}],"
		    "'includedArtifacts':[{}],'sourceVerificationMode':'HEAD','conditions':[]}}");

	(void)state;
	sc_git_content_observe(&a, full);
	expect_json(sl_get(full, "status"),
		    "{\"observedIgnore\":\"\",\"observedRecurseSubmodules\":true,"
		    "\"observedSparseCheckout\":[\"a\"]}");
	assert_false(sc_git_content_changed(full));
	sc_git_content_observe(&a, bare);
	expect_json(sl_get(bare, "status"), "{\"conditions\":[]}");
	assert_false(sc_git_content_changed(bare));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fills_in_the_defaults),
		cmocka_unit_test(reads_every_field),
		cmocka_unit_test(names_the_field_that_is_wrong),
		cmocka_unit_test(bounds_the_sparse_directories),
		cmocka_unit_test(tells_what_it_does_not_implement),
		cmocka_unit_test(sees_what_makes_another_tarball),
		cmocka_unit_test(records_what_was_built),
	};

	return cmocka_run_group_tests_name("source-controller/gitspec", tests, NULL, NULL);
}
