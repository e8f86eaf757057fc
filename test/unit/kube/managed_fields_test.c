#include "libcommon/kube/managed_fields.h"

#include "libcommon/codec/json.h"
#include "test/unit/support/expect.h"

#define MANAGER "kustomize-controller"
#define OWN "{'manager':'kustomize-controller','operation':'Apply','fieldsV1':{'f:a':{'f:x':{}}}}"

static const struct {
	const char *name;
	const char *entries; /* of managedFields */
	const char *want;    /* managedFields after, NULL: no patch */
} cases[] = {
	{ "our own entry alone", "[" OWN "]", NULL },
	{ "kubectl edit joins ours",
	  "[" OWN ",{'manager':'kubectl-edit','operation':'Update','fieldsV1':{'f:a':{'f:y':{}},'f:"
	  "b':{}}}]",
	  "[{'manager':'kustomize-controller','operation':'Apply','fieldsV1':{'f:a':{'f:x':{},'f:y'"
	  ":{}},'f:b':{}}}]" },
	{ "without an entry of ours the first one is renamed",
	  "[{'manager':'kubectl-client-side-apply','operation':'Update','fieldsV1':{'f:a':{}}},"
	  "{'manager':'before-first-apply','operation':'Update','fieldsV1':{'f:b':{}}}]",
	  "[{'manager':'kustomize-controller','operation':'Apply','fieldsV1':{'f:a':{},'f:b':{}}}"
	  "]" },
	{ "our Update entry joins our Apply entry",
	  "[{'manager':'kustomize-controller','operation':'Update','fieldsV1':{'f:c':{}}}," OWN "]",
	  "[{'manager':'kustomize-controller','operation':'Apply','fieldsV1':{'f:a':{'f:x':{}},'f:"
	  "c':{}}}]" },
	{ "status of kubectl stays",
	  "[" OWN
	  ",{'manager':'kubectl','operation':'Update','subresource':'status','fieldsV1':{}}]",
	  NULL },
	{ "somebody else stays",
	  "[" OWN ",{'manager':'flux-client-side-apply','operation':'Update','fieldsV1':{}}]",
	  NULL },
	{ "an override manager is taken over",
	  "[" OWN ",{'manager':'helm','operation':'Apply','fieldsV1':{'f:h':{}}}]",
	  "[{'manager':'kustomize-controller','operation':'Apply','fieldsV1':{'f:a':{'f:x':{}},'f:"
	  "h':{}}}]" },
};

static struct sl_value *object_with(struct sl_arena *a, const char *entries)
{
	struct sl_value *o = tree(a, "{'metadata':{'resourceVersion':'7'}}");

	sl_map_setz(a, sl_get(o, "metadata"), "managedFields", tree(a, entries));
	return o;
}

static void takes_over_earlier_managers(void **state)
{
	SL_AUTO(sl_strvec) override = SL_STRVEC_INIT;

	(void)state;
	sl_strvec_push(&override, "helm");
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(65536);
		struct sl_value *patch = sl_managed_fields_cleanup(
			&a, object_with(&a, cases[i].entries), MANAGER, &override);

		if (!patch != !cases[i].want)
			fail_msg("%s: %s", cases[i].name, patch ? "a patch" : "no patch");
		if (!patch)
			continue;
		sl_json_write(patch, SL_JSON_COMPACT, &b);
		if (!sl_value_equal(sl_get(sl_list_get(patch, 0), "value"),
				    tree(&a, cases[i].want)))
			fail_msg("%s: %s", cases[i].name, b.p);
		expect_str(sl_get_str(sl_list_get(patch, 1), "path"), "/metadata/resourceVersion");
		expect_str(sl_get_str(sl_list_get(patch, 1), "value"), "7");
	}
}

static void drops_the_notes_of_kubectl(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	struct sl_value *o =
		tree(&a, "{'metadata':{'resourceVersion':'7','annotations':"
			 "{'kubectl.kubernetes.io/last-applied-configuration':'{}'}}}");
	struct sl_value *patch = sl_managed_fields_cleanup(&a, o, MANAGER, NULL);

	(void)state;
	assert_int_equal(sl_list_len(patch), 2);
	expect_str(sl_get_str(sl_list_get(patch, 0), "op"), "remove");
	expect_str(sl_get_str(sl_list_get(patch, 0), "path"),
		   "/metadata/annotations/kubectl.kubernetes.io~1last-applied-configuration");
}

static void names_other_managers_once(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;

	(void)state;
	assert_string_equal(
		sl_managed_fields_others(
			&a,
			object_with(
				&a,
				"[" OWN ",{'manager':'hpa','operation':'Update'},"
				"{'manager':'hpa','operation':'Apply'},"
				"{'manager':'kubelet','operation':'Update','subresource':'status'},"
				"{'manager':'argo','operation':'Apply'}]"),
			MANAGER),
		"hpa, argo");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_over_earlier_managers),
		cmocka_unit_test(drops_the_notes_of_kubectl),
		cmocka_unit_test(names_other_managers_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
