#include "kustomize-controller/spec.h"

#include "test/unit/support/expect.h"

static struct kc_spec decode(struct sl_arena *a, const char *spec)
{
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_value *o = sl_value_map(a);
	struct kc_spec s = { 0 };

	sl_map_setz(a, o, "spec", tree(a, spec));
	expect_ok(kc_spec_decode(a, o, &s, &err), &err);
	return s;
}

static void fills_in_defaults(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	struct kc_spec s = decode(&a, "{'interval':'10m','prune':true}");

	(void)state;
	assert_int_equal(s.interval_ms, 600000);
	assert_int_equal(s.retry_ms, 600000);
	assert_int_equal(s.timeout_ms, 570000);
	assert_string_equal(s.path, "");
	assert_true(s.prune);
	assert_false(s.wait);
	assert_int_equal(s.deletion_policy, KC_MIRROR_PRUNE);
	assert_null(s.service_account);
}

static void timeout_is_at_least_half_a_minute(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;

	(void)state;
	assert_int_equal(decode(&a, "{'interval':'45s'}").timeout_ms, 30000);
	assert_int_equal(decode(&a, "{'interval':'45s','timeout':'5s'}").timeout_ms, 5000);
	assert_int_equal(decode(&a, "{'interval':'1h','retryInterval':'1m30s'}").retry_ms, 90000);
}

static void cleans_the_path(void **state)
{
	static const struct {
		const char *path, *clean;
	} cases[] = {
		{ "", "" },
		{ "./", "" },
		{ ".", "" },
		{ "/", "" },
		{ "./apps", "apps" },
		{ "/apps//web/", "apps/web" },
		{ "clusters/../apps/./web", "apps/web" },
		{ "../../etc", "etc" },
		{ "a/../..", "" },
		{ "a..b/...", "a..b/..." },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		SL_AUTO_FREE char *spec =
			sl_xasprintf("{'interval':'1m','path':'%s'}", cases[i].path);

		assert_string_equal(decode(&a, spec).path, cases[i].clean);
	}
}

static void names_the_field_that_is_wrong(void **state)
{
	static const struct {
		const char *spec, *message;
	} cases[] = {
		{ "{}", "spec.interval" },
		{ "{'interval':'soon'}", "spec.interval: time: invalid duration" },
		{ "{'interval':'0s'}", "spec.interval must be" },
		{ "{'interval':'1m','timeout':'1d'}", "spec.timeout: time: unknown unit" },
		{ "{'interval':'1m','retryInterval':'x'}", "spec.retryInterval" },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		struct sl_value *o = sl_value_map(&a);
		struct kc_spec s;

		sl_map_setz(&a, o, "spec", tree(&a, cases[i].spec));
		expect_err(kc_spec_decode(&a, o, &s, &err), SL_ERR_INVALID, cases[i].message, &err);
	}
}

static void knows_what_it_cannot_do(void **state)
{
	static const struct {
		const char *object, *field;
	} cases[] = {
		{ "{'spec':{}}", NULL },
		{ "{'spec':{'postBuild':{}}}", NULL },
		{ "{'spec':{'postBuild':{'substitute':{'a':'b'}}}}", NULL },
		{ "{'spec':{'decryption':{'provider':'sops'}}}", "spec.decryption" },
		{ "{'spec':{'kubeConfig':{'secretRef':{'name':'x'}}}}", "spec.kubeConfig" },
		{ "{'spec':{'healthCheckExprs':[{}]}}", "spec.healthCheckExprs" },
		{ "{'spec':{'ignore':[{'paths':['/a']}]}}", "spec.ignore" },
		{ "{'spec':{'dependsOn':[{'name':'a'}]}}", NULL },
		{ "{'spec':{'dependsOn':[{'name':'a','readyExpr':'true'}]}}",
		  "spec.dependsOn[].readyExpr" },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		const char *field = kc_spec_unsupported(tree(&a, cases[i].object));

		if (!sl_streq(field, cases[i].field))
			fail_msg("%s: %s", cases[i].object, field ? field : "nothing");
	}
}

static void a_deletion_needs_little(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	struct sl_value *o =
		tree(&a, "{'spec':{'prune':true,'interval':'nonsense','timeout':'soon',"
			 "'deletionPolicy':'Delete','serviceAccountName':'me'}}");
	struct kc_spec s;

	(void)state;
	assert_int_equal(kc_spec_decode(&a, o, &s, NULL), SL_ERR_INVALID);
	kc_spec_decode_deletion(&a, o, &s);
	assert_true(s.prune);
	assert_int_equal(s.deletion_policy, KC_DELETE);
	assert_string_equal(s.service_account, "me");
	assert_int_equal(s.timeout_ms, 30000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fills_in_defaults),
		cmocka_unit_test(timeout_is_at_least_half_a_minute),
		cmocka_unit_test(cleans_the_path),
		cmocka_unit_test(names_the_field_that_is_wrong),
		cmocka_unit_test(knows_what_it_cannot_do),
		cmocka_unit_test(a_deletion_needs_little),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
