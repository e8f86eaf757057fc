#include "libcommon/kube/apply.h"
#include "test/unit/support/expect.h"

static const struct sl_applier applier = { .group = "kustomize.toolkit.fluxcd.io" };

static void orders_by_stage_and_need(void **state)
{
	static const char *const want[] = {
		"CustomResourceDefinition/things.example.com",
		"Namespace/apps",
		"ClusterRole/r",
		"StorageClass/fast",
		"ServiceAccount/apps/s",
		"ConfigMap/apps/a",
		"ConfigMap/apps/b",
		"Service/apps/w",
		"Deployment/apps/w",
		"Ingress/apps/w",
		"Thing/apps/t",
		"ValidatingWebhookConfiguration/v",
	};
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_apply_plan p = SL_APPLY_PLAN_INIT;
	struct sl_value *objects = tree(
		&a,
		"[{'apiVersion':'admissionregistration.k8s.io/"
		"v1','kind':'ValidatingWebhookConfiguration','metadata':{'name':'v'}},"
		"{'apiVersion':'networking.k8s.io/"
		"v1','kind':'Ingress','metadata':{'name':'w','namespace':'apps'}},"
		"{'apiVersion':'zz.example.com/"
		"v1','kind':'Thing','metadata':{'name':'t','namespace':'apps'}},"
		"{'apiVersion':'apps/"
		"v1','kind':'Deployment','metadata':{'name':'w','namespace':'apps'}},"
		"{'apiVersion':'v1','kind':'Service','metadata':{'name':'w','namespace':'apps'}},"
		"{'apiVersion':'v1','kind':'ConfigMap','metadata':{'name':'b','namespace':'apps'}},"
		"{'apiVersion':'v1','kind':'ConfigMap','metadata':{'name':'a','namespace':'apps'}},"
		"{'apiVersion':'v1','kind':'ServiceAccount','metadata':{'name':'s','namespace':'"
		"apps'}},"
		"{'apiVersion':'storage.k8s.io/"
		"v1','kind':'StorageClass','metadata':{'name':'fast'}},"
		"{'apiVersion':'rbac.authorization.k8s.io/"
		"v1','kind':'ClusterRole','metadata':{'name':'r'}},"
		"{'apiVersion':'v1','kind':'Namespace','metadata':{'name':'apps'}},"
		"{'apiVersion':'apiextensions.k8s.io/"
		"v1','kind':'CustomResourceDefinition','metadata':{'name':'things.example.com'}}]");

	(void)state;
	expect_ok(sl_apply_plan_make(&a, &applier, objects, &p, &err), &err);
	assert_int_equal(p.n, SL_ARRAY_LEN(want));
	for (size_t i = 0; i < p.n; i++)
		assert_string_equal(sl_obj_subject(&a, p.targets[i].desired), want[i]);
	assert_int_equal(p.stage_begin[1], 3);
	assert_int_equal(p.stage_begin[2], 4);
	assert_int_equal(p.stage_begin[3], 4);
	assert_int_equal(p.stage_begin[4], 12);
	sl_apply_plan_release(&p);
}

static void custom_stage_goes_before_the_rest(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_strvec) kinds = SL_STRVEC_INIT;
	struct sl_applier ap = { .group = "g", .custom_stage_kinds = &kinds };
	struct sl_apply_plan p = SL_APPLY_PLAN_INIT;

	(void)state;
	sl_strvec_push(&kinds, "x.example.com/Late");
	expect_ok(sl_apply_plan_make(
			  &a, &ap,
			  tree(&a, "[{'apiVersion':'v1','kind':'Secret','metadata':{'name':'s'}},"
				   "{'apiVersion':'x.example.com/"
				   "v1','kind':'Late','metadata':{'name':'l'}}]"),
			  &p, NULL),
		  NULL);
	assert_string_equal(sl_obj_subject(&a, p.targets[0].desired), "Late/l");
	assert_int_equal(p.targets[0].stage, 2);
	sl_apply_plan_release(&p);
}

static void refuses_objects_without_identity(void **state)
{
	static const struct {
		const char *object, *message;
	} cases[] = {
		{ "[{'kind':'A','metadata':{'name':'a'}}]", "A 'a' has no apiVersion" },
		{ "[{'apiVersion':'v1','metadata':{'name':'a'}}]", "object 'a' has no kind" },
		{ "[{'apiVersion':'v1','kind':7,'metadata':{'name':'a'}}]",
		  "object 'a' has no kind" },
		{ "[{'apiVersion':'v1','kind':'A'}]", "A '' has no metadata.name" },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		struct sl_apply_plan p = SL_APPLY_PLAN_INIT;

		expect_err(sl_apply_plan_make(&a, &applier, tree(&a, cases[i].object), &p, &err),
			   SL_ERR_INVALID, cases[i].message, &err);
	}
}

static void controls_are_labels_or_annotations(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	struct sl_value *labelled = tree(&a, "{'metadata':{'labels':{'g/prune':'Disabled'}}}");
	struct sl_value *annotated =
		tree(&a, "{'metadata':{'annotations':{'g/prune':'disabled'}}}");

	(void)state;
	assert_true(sl_apply_control(labelled, "g", "prune", "disabled"));
	assert_true(sl_apply_control(annotated, "g", "prune", "disabled"));
	assert_false(sl_apply_control(annotated, "g", "prune", "enabled"));
	assert_false(sl_apply_control(annotated, "h", "prune", "disabled"));
	assert_false(sl_apply_control(NULL, "g", "prune", "disabled"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(orders_by_stage_and_need),
		cmocka_unit_test(custom_stage_goes_before_the_rest),
		cmocka_unit_test(refuses_objects_without_identity),
		cmocka_unit_test(controls_are_labels_or_annotations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
