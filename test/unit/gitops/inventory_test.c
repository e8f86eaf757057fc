#include "libcommon/gitops/inventory.h"

#include "libcommon/codec/json.h"
#include "test/unit/support/expect.h"

static void writes_and_reads_ids(void **state)
{
	static const struct {
		const char *object, *id, *version, *name;
	} cases[] = {
		{ "{'apiVersion':'apps/"
		  "v1','kind':'Deployment','metadata':{'namespace':'default','name':'podinfo'}}",
		  "default_podinfo_apps_Deployment", "v1", "podinfo" },
		{ "{'apiVersion':'v1','kind':'Namespace','metadata':{'name':'a'}}", "_a__Namespace",
		  "v1", "a" },
		{ "{'apiVersion':'rbac.authorization.k8s.io/"
		  "v1','kind':'ClusterRole','metadata':{'name':'system:x:y'}}",
		  "_system__x__y_rbac.authorization.k8s.io_ClusterRole", "v1", "system:x:y" },
		{ "{'apiVersion':'example.com/"
		  "v1beta1','kind':'Thing','metadata':{'namespace':'n','name':'a.b-c'}}",
		  "n_a.b-c_example.com_Thing", "v1beta1", "a.b-c" },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		struct sl_inventory_entry e = sl_inventory_entry_of(&a, tree(&a, cases[i].object)),
					  back;

		expect_str(e.id, cases[i].id);
		expect_str(e.version, cases[i].version);
		assert_true(sl_inventory_parse_id(&a, e.id, &back));
		expect_str(back.name, cases[i].name);
		assert_true(sl_str_eq(back.namespace_, e.namespace_));
		assert_true(sl_str_eq(back.group, e.group));
		assert_true(sl_str_eq(back.kind, e.kind));
	}
}

static void refuses_malformed_ids(void **state)
{
	static const char *const bad[] = { "", "a", "a_b", "a_b_c", "a_b_c_", "___Kind", "a__c_K" };
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	struct sl_inventory_entry e;

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(bad); i++)
		if (sl_inventory_parse_id(&a, sl_str(bad[i]), &e))
			fail_msg("accepted '%s'", bad[i]);
}

static void names_the_malformed_entry(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_inventory inv;

	(void)state;
	expect_err(
		sl_inventory_load(&a, tree(&a, "{'entries':[{'id':'nope','v':'v1'}]}"), &inv, &err),
		SL_ERR_INVALID, "'nope'", &err);
}

static struct sl_inventory load(struct sl_arena *a, const char *json)
{
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_inventory inv = SL_INVENTORY_INIT;

	expect_ok(sl_inventory_load(a, tree(a, json), &inv, &err), &err);
	return inv;
}

/* The trees are equal; printed when they are not. */
static void expect_same(struct sl_arena *a, const struct sl_value *got, const char *want)
{
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(65536);

	sl_json_write(got, SL_JSON_COMPACT, &b);
	if (!sl_value_equal(got, tree(a, want)))
		fail_msg("got %s, want %s", b.p, want);
}

static void compares_by_id_not_by_version(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	struct sl_inventory old =
		load(&a, "{'entries':[{'id':'n_a__ConfigMap','v':'v1'},"
			 "{'id':'n_b_x_T','v':'v1'},{'id':'n_c__Secret','v':'v1'}]}");
	struct sl_inventory now =
		load(&a, "{'entries':[{'id':'n_b_x_T','v':'v2'},{'id':'n_d__Secret','v':'v1'}]}");
	struct sl_inventory stale, all;

	(void)state;
	sl_inventory_stale(&a, &old, &now, &stale);
	expect_same(&a, sl_inventory_dump(&a, &stale),
		    "{'entries':[{'id':'n_a__ConfigMap','v':'v1'},{'id':'n_c__Secret','v':'v1'}]}");
	sl_inventory_union(&a, &old, &now, &all);
	expect_same(&a, sl_inventory_dump(&a, &all),
		    "{'entries':[{'id':'n_b_x_T','v':'v2'},{'id':'n_d__Secret','v':'v1'},"
		    "{'id':'n_a__ConfigMap','v':'v1'},{'id':'n_c__Secret','v':'v1'}]}");
}

static void adding_twice_keeps_one(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	struct sl_inventory inv = load(&a, "{'entries':[{'id':'n_b_x_T','v':'v1'}]}");
	struct sl_inventory_entry e = inv.entries[0];

	(void)state;
	e.version = SL_STR("v2");
	sl_inventory_add(&a, &inv, &e);
	assert_int_equal(inv.n, 1);
	expect_str(sl_inventory_find(&inv, SL_STR("n_b_x_T"))->version, "v2");
	assert_null(sl_inventory_find(&inv, SL_STR("n_z_x_T")));
}

/* Past the size at which ids are indexed, and across the growth of that index. */
static void many_are_found_again(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	struct sl_inventory inv = SL_INVENTORY_INIT;

	(void)state;
	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < 5000; i++) {
			struct sl_inventory_entry e = {
				.id = sl_str(sl_arena_printf(&a, "n_o%d__ConfigMap", i)),
				.version = sl_str(sl_arena_printf(&a, "v%d", round + i)),
			};

			sl_inventory_add(&a, &inv, &e);
		}
		assert_int_equal(inv.n, 5000);
	}
	for (int i = 0; i < 5000; i++) {
		struct sl_str id = sl_str(sl_arena_printf(&a, "n_o%d__ConfigMap", i));

		expect_str(inv.entries[i].id, id.p);
		expect_str(sl_inventory_find(&inv, id)->version, sl_arena_printf(&a, "v%d", 1 + i));
	}
	assert_null(sl_inventory_find(&inv, SL_STR("n_o5000__ConfigMap")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_and_reads_ids),
		cmocka_unit_test(refuses_malformed_ids),
		cmocka_unit_test(names_the_malformed_entry),
		cmocka_unit_test(compares_by_id_not_by_version),
		cmocka_unit_test(adding_twice_keeps_one),
		cmocka_unit_test(many_are_found_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
