#include "libcommon/kube/apply.h"
#include "test/unit/support/expect.h"

static const char base[] =
	"{'apiVersion':'v1','kind':'ConfigMap','metadata':{'name':'a','labels':{'x':'1','y':'2'}},"
	"'data':{'k':'v','l':'w'}}";

static const struct {
	const char *name, *object;
	bool same;
} cases[] = {
	{ "the same", base, true },
	{ "other order",
	  "{'kind':'ConfigMap','data':{'l':'w','k':'v'},'metadata':{'labels':{'y':'2','x':'1'},'"
	  "name':'a'},"
	  "'apiVersion':'v1'}",
	  true },
	{ "what the server counts",
	  "{'apiVersion':'v1','kind':'ConfigMap','metadata':{'name':'a','labels':{'x':'1','y':'2'},"
	  "'uid':'u','resourceVersion':'9','generation':4,'creationTimestamp':'t','managedFields':["
	  "{}]},"
	  "'data':{'k':'v','l':'w'}}",
	  true },
	{ "status",
	  "{'apiVersion':'v1','kind':'ConfigMap','metadata':{'name':'a','labels':{'x':'1','y':'2'}}"
	  ","
	  "'data':{'k':'v','l':'w'},'status':{'a':1}}",
	  true },
	{ "the rollout counter",
	  "{'apiVersion':'v1','kind':'ConfigMap','metadata':{'name':'a','labels':{'x':'1','y':'2'},"
	  "'annotations':{'deployment.kubernetes.io/revision':'3'}},'data':{'k':'v','l':'w'}}",
	  true },
	{ "another annotation",
	  "{'apiVersion':'v1','kind':'ConfigMap','metadata':{'name':'a','labels':{'x':'1','y':'2'},"
	  "'annotations':{'a':'3'}},'data':{'k':'v','l':'w'}}",
	  false },
	{ "values swapped",
	  "{'apiVersion':'v1','kind':'ConfigMap','metadata':{'name':'a','labels':{'x':'1','y':'2'}}"
	  ","
	  "'data':{'k':'w','l':'v'}}",
	  false },
	{ "a value moved",
	  "{'apiVersion':'v1','kind':'ConfigMap','metadata':{'name':'a','labels':{'x':'1'}},"
	  "'data':{'k':'v','l':'w','y':'2'}}",
	  false },
	{ "status inside of data is data",
	  "{'apiVersion':'v1','kind':'ConfigMap','metadata':{'name':'a','labels':{'x':'1','y':'2'}}"
	  ","
	  "'data':{'k':'v','l':'w','status':'s'}}",
	  false },
};

static void notices_what_counts(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	uint64_t want = sl_object_digest(tree(&a, base));

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++)
		if ((sl_object_digest(tree(&a, cases[i].object)) == want) != cases[i].same)
			fail_msg("%s", cases[i].name);
	assert_int_equal(sl_object_digest(NULL), 0);
}

static void lists_keep_their_order(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;

	(void)state;
	assert_int_not_equal(sl_object_digest(tree(&a, "{'spec':[1,2]}")),
			     sl_object_digest(tree(&a, "{'spec':[2,1]}")));
	assert_int_equal(sl_object_digest(tree(&a, "{'spec':[1.0,2]}")),
			 sl_object_digest(tree(&a, "{'spec':[1,2]}")));
}

static void tells_large_integers_apart(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;

	(void)state;
	assert_int_not_equal(sl_object_digest(tree(&a, "{'spec':9007199254740992}")),
			     sl_object_digest(tree(&a, "{'spec':9007199254740993}")));
	assert_int_not_equal(sl_object_digest(tree(&a, "{'spec':-9007199254740992}")),
			     sl_object_digest(tree(&a, "{'spec':-9007199254740993}")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(notices_what_counts),
		cmocka_unit_test(lists_keep_their_order),
		cmocka_unit_test(tells_large_integers_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
