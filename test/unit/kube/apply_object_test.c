#include "libcommon/kube/apply_object.h"

#include "test/unit/support/expect.h"

/* A PEM block, which is what is looked for; nothing reads the certificate in it. */
#define BUNDLE "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCkFBQUEKLS0tLS1FTkQgQ0VSVElGSUNBVEUtLS0tLQo="
#define SECRET "{'apiVersion':'v1','kind':'Secret','metadata':{'name':'a'},"
#define DEFINITION(bundle) \
	"{'apiVersion':'apiextensions.k8s.io/v1','kind':'CustomResourceDefinition','metadata':{" \
	"'name':'a'},'spec':{'conversion':{'webhook':{'clientConfig':{" bundle "}}}},'status':{}}"

static void normalises(void **state)
{
	static const struct {
		const char *name, *object, *want;
	} cases[] = {
		{ "status goes",
		  "{'apiVersion':'v1','kind':'A','metadata':{'name':'a','creationTimestamp':null},'"
		  "status':{}}",
		  "{'apiVersion':'v1','kind':'A','metadata':{'name':'a'}}" },
		{ "stringData joins data and wins",
		  SECRET "'data':{'k':'b2xk','o':'eA=='},'stringData':{'k':'new'}}",
		  SECRET "'data':{'k':'bmV3','o':'eA=='}}" },
		{ "what is no string is not taken for an empty one",
		  SECRET "'stringData':{'n':5432,'k':'new','m':{}}}",
		  SECRET "'stringData':{'n':5432,'m':{}},'data':{'k':'bmV3'}}" },
		{ "data that is no map is left to be refused",
		  SECRET "'data':'text','stringData':{'k':'new'}}",
		  SECRET "'data':'text','stringData':{'k':'new'}}" },
		{ "ports get their protocol",
		  "{'apiVersion':'v1','kind':'Service','metadata':{'name':'a'},'spec':{'ports':[{'"
		  "port':1},{'port':2,'protocol':'UDP'}]}}",
		  "{'apiVersion':'v1','kind':'Service','metadata':{'name':'a'},'spec':{'ports':[{'"
		  "port':1,'protocol':'TCP'},{'port':2,'protocol':'UDP'}]}}" },
		{ "so do those of containers",
		  "{'apiVersion':'apps/"
		  "v1','kind':'Deployment','metadata':{'name':'a'},'spec':{'template':{'spec':{'"
		  "containers':[{'ports':[{'containerPort':1}]}]}}}}",
		  "{'apiVersion':'apps/"
		  "v1','kind':'Deployment','metadata':{'name':'a'},'spec':{'template':{'spec':{'"
		  "containers':[{'ports':[{'containerPort':1,'protocol':'TCP'}]}]}}}}" },
		{ "a bundle of blanks goes", DEFINITION("'caBundle':'Cg=='"), DEFINITION("") },
		{ "so does one that is no base64", DEFINITION("'caBundle':'%%'"), DEFINITION("") },
		{ "a certificate stays", DEFINITION("'caBundle':'" BUNDLE "'"),
		  DEFINITION("'caBundle':'" BUNDLE "'") },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		struct sl_value *o = tree(&a, cases[i].object);

		sl_apply_normalise(&a, o);
		if (!sl_value_equal(o, tree(&a, cases[i].want)))
			fail_msg("%s", cases[i].name);
	}
}

#define AUTOSCALER(metrics) \
	"{'apiVersion':'autoscaling/" \
	"v2','kind':'HorizontalPodAutoscaler','spec':{'metrics':[" metrics "]}}"

static void metrics_of_an_answer_count_once(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	struct sl_value *o =
		tree(&a, AUTOSCALER("{'type':'Pods','n':1},{'n':1},{'type':'Pods','n':2},"
				    "{'type':'Pods','n':1},{'type':'','n':3}"));
	struct sl_value *other = tree(&a, "{'apiVersion':'example.com/v1','kind':"
					  "'HorizontalPodAutoscaler','spec':{'metrics':[1,1]}}");

	(void)state;
	sl_apply_clean_answer(o);
	assert_true(sl_value_equal(
		o, tree(&a, AUTOSCALER("{'type':'Pods','n':1},{'type':'Pods','n':2}"))));
	sl_apply_clean_answer(other);
	assert_int_equal(sl_list_len(sl_get(other, "spec", "metrics")), 2);
}

static void only_errors_of_secrets_are_cut(void **state)
{
	static const struct {
		const char *object, *message, *want;
	} cases[] = {
		{ SECRET "'a':1}", "x: .data.p: expected string, got &value{Value:12}\nand 12",
		  "x: .data.p: expected string, got <redacted>" },
		{ SECRET "'a':1}", "forbidden", "forbidden" },
		{ "{'apiVersion':'v1','kind':'ConfigMap'}", "expected string, got 12",
		  "expected string, got 12" },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;

		sl_err_set(&err, SL_ERR_INVALID, "%s", cases[i].message);
		sl_apply_redact(tree(&a, cases[i].object), &err);
		assert_string_equal(err.message, cases[i].want);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(normalises),
		cmocka_unit_test(metrics_of_an_answer_count_once),
		cmocka_unit_test(only_errors_of_secrets_are_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
