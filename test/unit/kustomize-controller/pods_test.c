#include "kustomize-controller/pods.h"

#include "test/unit/support/expect.h"

#define POD(status) "{'metadata':{'name':'p'},'status':{" status "}}"

static void says_what_is_wrong_with_a_pod(void **state)
{
	static const struct {
		const char *name, *pod, *want;
		bool certain;
	} cases[] = {
		{ "ready", POD("'conditions':[{'type':'Ready','status':'True'}]"), NULL, true },
		{ "done", POD("'phase':'Succeeded'"), NULL, true },
		{ "nothing known", POD(""), NULL, false },
		{ "no node",
		  POD("'conditions':[{'type':'PodScheduled','status':'False','message':'0/3 nodes "
		      "are available'}]"),
		  "pod p: 0/3 nodes are available", true },
		{ "evicted", POD("'phase':'Failed','message':'The node was low on memory'"),
		  "pod p: The node was low on memory", true },
		{ "no image",
		  POD("'containerStatuses':[{'name':'a','ready':true},{'name':'b','state':{"
		      "'waiting':{'reason':'ImagePullBackOff','message':'no such image'}}}]"),
		  "pod p: container b: ImagePullBackOff: no such image", true },
		{ "crash loop",
		  POD("'containerStatuses':[{'name':'a','state':{'waiting':{'reason':"
		      "'CrashLoopBackOff'}},'lastState':{'terminated':{'reason':'Error','exitCode':"
		      "3,'message':'the password is x'}}}]"),
		  "pod p: container a: CrashLoopBackOff; last: Error (exit code 3)", true },
		{ "failed init container",
		  POD("'initContainerStatuses':[{'name':'i','state':{'terminated':{'reason':'Error'"
		      ",'exitCode':1}}}],'containerStatuses':[{'name':'a','state':{'waiting':{"
		      "'reason':'PodInitializing'}}}]"),
		  "pod p: container i: Error (exit code 1)", true },
		{ "done init container does not count",
		  POD("'initContainerStatuses':[{'name':'i','state':{'terminated':{'reason':"
		      "'Completed','exitCode':0}}}],'containerStatuses':[{'name':'a','state':{"
		      "'waiting':{'reason':'ContainerCreating'}}}]"),
		  "pod p: container a: ContainerCreating", false },
		{ "not ready yet",
		  POD("'containerStatuses':[{'name':'a','ready':false,'state':{'running':{}}}]"),
		  "pod p: container a runs, but is not ready", false },
		{ "what is certain comes first",
		  POD("'containerStatuses':[{'name':'a','state':{'running':{}}},{'name':'b','state'"
		      ":{'waiting':{'reason':'CreateContainerConfigError'}}}]"),
		  "pod p: container b: CreateContainerConfigError", true },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		bool certain = false;
		const char *got = kc_pod_trouble(&a, tree(&a, cases[i].pod), &certain);

		if (!sl_streq(got, cases[i].want) || certain != cases[i].certain)
			fail_msg("%s: got '%s'", cases[i].name, got ? got : "nothing");
	}
}

static void long_messages_are_cut(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	struct sl_value *pod = tree(&a, POD("'phase':'Failed'"));
	char *message = sl_arena_alloc(&a, KC_POD_MESSAGE_MAX + 2);
	bool certain;

	(void)state;
	for (size_t i = 0; i <= KC_POD_MESSAGE_MAX; i++)
		message[i] = 'm';
	sl_map_set_strz(&a, sl_get(pod, "status"), "message", message);
	assert_int_equal(sl_str(kc_pod_trouble(&a, pod, &certain)).n,
			 sl_str("pod p: ").n + KC_POD_MESSAGE_MAX);
	message[KC_POD_MESSAGE_MAX] = 0;
	assert_int_equal(sl_str(kc_pod_trouble(&a, pod, &certain)).n,
			 sl_str("pod p: ").n + KC_POD_MESSAGE_MAX);
}

static void writes_selectors(void **state)
{
	static const struct {
		const char *selector, *want;
	} cases[] = {
		{ "{}", "" },
		{ "{'matchLabels':{'a':'b','c':'d'}}", "a=b,c=d" },
		{ "{'matchLabels':{'a':'b'},'matchExpressions':[{'key':'k','operator':'In','values'"
		  ":['x','y']},{'key':'l','operator':'NotIn','values':['z']},{'key':'m','operator'"
		  ":'Exists'},{'key':'n','operator':'DoesNotExist'}]}",
		  "a=b,k in (x,y),l notin (z),m,!n" },
		{ "{'matchExpressions':[{'key':'k','operator':'Nonsense'}]}", "" },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;

		assert_string_equal(kc_pod_selector(&a, tree(&a, cases[i].selector)),
				    cases[i].want);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_what_is_wrong_with_a_pod),
		cmocka_unit_test(long_messages_are_cut),
		cmocka_unit_test(writes_selectors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
