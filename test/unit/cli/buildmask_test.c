#include "cli/buildmask.h"

#include <stdio.h>

#include "test/unit/support/expect.h"

/* What `flux build kustomization` 2.9.5 prints of the same objects. */
static void hides_what_is_encrypted(void **state)
{
	static const struct {
		const char *object, *want;
	} cases[] = {
		{ "{'kind':'Secret','data':{'a':'eA==','b':'RU5DW3NvcHNd'},'stringData':{'c':'ENC["
		  "sops]'}}",
		  "{'kind':'Secret','data':{'a':'eA==','b':'KipTT1BTKio='},"
		  "'stringData':{'c':'KipTT1BTKio='}}" },
		{ "{'kind':'Secret','data':{'a':'eA=='},'stringData':{'c':'x'},'sops':{'mac':'ENC["
		  "x'}}",
		  "{'kind':'Secret','data':{'a':'KipTT1BTKio='},'stringData':{'c':'**SOPS**'}}" },
		{ "{'kind':'Secret','type':'kubernetes.io/dockerconfigjson','data':{'a':'eA=='},"
		  "'sops':{'mac':'ENC[x'}}",
		  "{'kind':'Secret','type':'kubernetes.io/dockerconfigjson',"
		  "'data':{'a':'eyJtYXNrIjoiKipTT1BTKioifQ=='}}" },
		{ "{'kind':'ConfigMap','data':{'b':'ENC[sops'},'sops':{'mac':'ENC[x'}}",
		  "{'kind':'ConfigMap','data':{'b':'ENC[sops'},'sops':{'mac':'ENC[x'}}" },
		{ "{'kind':'Secret','data':{'a':'no base64'},'sops':{'mac':'x'}}",
		  "{'kind':'Secret','data':{'a':'no base64'},'sops':{'mac':'x'}}" },
		{ "{'kind':'Secret'}", "{'kind':'Secret'}" },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		struct sl_value *o = tree(&a, cases[i].object);

		sl_cli_mask_sops(&a, o);
		assert_true(sl_value_equal(o, tree(&a, cases[i].want)));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hides_what_is_encrypted),
	};

	return cmocka_run_group_tests_name("cli/buildmask", tests, NULL, NULL);
}
