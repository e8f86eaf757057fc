#include "test/unit/support/expect.h"

#include "cli/remote/treebuild.h"

/* A cluster: a map from "Kind/namespace/name" to objects. */
struct cluster {
	struct sl_arena *a;
	const struct sl_value *objects;
	size_t asked;
	enum sl_err_code refuse;
};

static int find(void *ctx, const struct sl_kube_kind *kind, struct sl_str namespace_,
		struct sl_str name, const struct sl_value **ret_object, struct sl_err *err)
{
	struct cluster *c = ctx;

	c->asked++;
	if (c->refuse)
		return sl_err_set(err, c->refuse, "refused");
	*ret_object = sl_map_get(c->objects,
				 sl_str(sl_arena_printf(c->a, "%s/%.*s/%.*s", kind->kind,
							SL_STR_FMT(namespace_), SL_STR_FMT(name))));
	return 0;
}

#define KS_GROUP "kustomize.toolkit.fluxcd.io"
#define KS(name, entries) \
	"{'apiVersion':'" KS_GROUP "/v1','kind':'Kustomization','metadata':{'name':'" name \
	"','namespace':'flux-system'},'status':{'inventory':{'entries':[" entries "]}}}"
#define ENTRY(id) "{'id':'" id "','v':'v1'}"
#define CHILD(name) ENTRY("flux-system_" name "_" KS_GROUP "_Kustomization")

static int build(struct cluster *c, const char *root, bool compact, struct sl_value **ret_tree,
		 struct sl_err *err)
{
	struct sl_cli_tree_options o = { .compact = compact, .find = find, .ctx = c };

	return sl_cli_tree_build(c->a, tree(c->a, root), &o, ret_tree, err);
}

static const char root[] = KS(
	"flux-system",
	ENTRY("_flux-system__Namespace") "," ENTRY(
		"flux-system_source-controller_apps_"
		"Deployment") "," CHILD("flux-system") "," CHILD("infra") "," ENTRY("flux-system_"
										    "flux-system_"
										    "source."
										    "toolkit."
										    "fluxcd.io_"
										    "GitRepositor"
										    "y"));

static const char objects[] = "{'Kustomization/flux-system/infra':" KS(
	"infra", ENTRY("_cert-manager__Namespace") "," ENTRY(
			 "cert-manager_release_helm.toolkit.fluxcd.io_"
			 "HelmRelease")) ","
					 "'HelmRelease/cert-manager/"
					 "release':{'status':{'"
					 "inventory':{'entries':[" ENTRY("cert-manager_web_apps_"
									 "Deployment") "]}}}}";

static void draws_children_recursively(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(65536);
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct cluster c = { .a = &a, .objects = tree(&a, objects) };
	struct sl_value *t;

	(void)state;
	expect_ok(build(&c, root, false, &t, &err), &err);
	sl_cli_tree_text(t, &out);
	assert_string_equal(out.p, "Kustomization/flux-system/flux-system\n"
				   "├── Namespace/flux-system\n"
				   "├── Deployment/flux-system/source-controller\n"
				   "├── Kustomization/flux-system/infra\n"
				   "│   ├── Namespace/cert-manager\n"
				   "│   └── HelmRelease/cert-manager/release\n"
				   "│       └── Deployment/cert-manager/web\n"
				   "└── GitRepository/flux-system/flux-system\n");
	assert_int_equal(c.asked, 2);
}

static void compact_keeps_resources_of_flux(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(65536);
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct cluster c = { .a = &a, .objects = tree(&a, objects) };
	struct sl_value *t;

	(void)state;
	expect_ok(build(&c, root, true, &t, &err), &err);
	sl_cli_tree_text(t, &out);
	assert_string_equal(out.p, "Kustomization/flux-system/flux-system\n"
				   "├── Kustomization/flux-system/infra\n"
				   "│   └── HelmRelease/cert-manager/release\n"
				   "└── GitRepository/flux-system/flux-system\n");
}

static void has_the_json_of_flux(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct cluster c = { .a = &a };
	struct sl_value *t;

	(void)state;
	expect_ok(build(&c, KS("x", ENTRY("_n__Namespace")), false, &t, &err), &err);
	expect_json(t, "{\"resource\":{\"Namespace\":\"flux-system\",\"Name\":\"x\",\"GroupKind\":{"
		       "\"Group\":\"" KS_GROUP "\",\"Kind\":\"Kustomization\"}},\"resources\":[{"
		       "\"resource\":{\"Namespace\":\"\",\"Name\":\"n\",\"GroupKind\":{"
		       "\"Group\":\"\",\"Kind\":\"Namespace\"}}}]}");
}

static void without_inventory_there_is_only_the_root(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(65536);
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct cluster c = { .a = &a };
	struct sl_value *t;

	(void)state;
	expect_ok(build(&c,
			"{'apiVersion':'" KS_GROUP "/v1','kind':'Kustomization',"
			"'metadata':{'name':'x','namespace':'n'}}",
			false, &t, &err),
		  &err);
	sl_cli_tree_text(t, &out);
	assert_string_equal(out.p, "Kustomization/n/x\n");
	assert_null(sl_get(t, "resources"));
}

static void a_child_that_does_not_exist_is_a_leaf(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(65536);
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct cluster c = { .a = &a };
	struct sl_value *t;

	(void)state;
	expect_ok(build(&c, KS("x", CHILD("y")), false, &t, &err), &err);
	sl_cli_tree_text(t, &out);
	assert_string_equal(out.p, "Kustomization/flux-system/x\n"
				   "└── Kustomization/flux-system/y\n");
}

static void cycles_end(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(65536);
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct cluster c = { .a = &a,
			     .objects = tree(&a, "{'Kustomization/flux-system/y':" KS(
							 "y", CHILD("x")) "}") };
	struct sl_value *t;

	(void)state;
	expect_ok(build(&c, KS("x", CHILD("y")), false, &t, &err), &err);
	sl_cli_tree_text(t, &out);
	assert_string_equal(out.p, "Kustomization/flux-system/x\n"
				   "└── Kustomization/flux-system/y\n"
				   "    └── Kustomization/flux-system/x\n");
	assert_int_equal(c.asked, 1);
}

static void depth_is_limited(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_value *all = sl_value_map(&a), *t;
	struct cluster c = { .a = &a, .objects = all };

	(void)state;
	for (int i = 0; i < SL_CLI_TREE_DEPTH_MAX + 5; i++) {
		const char *next =
			sl_arena_printf(&a,
					"{'status':{'inventory':{'entries':[{'id':"
					"'n_k%d_" KS_GROUP "_Kustomization','v':'v1'}]}}}",
					i + 1);

		sl_map_setz(&a, all, sl_arena_printf(&a, "Kustomization/n/k%d", i), tree(&a, next));
	}
	expect_ok(build(&c, KS("x", ENTRY("n_k0_" KS_GROUP "_Kustomization")), false, &t, &err),
		  &err);
	/* The root is the first level, and asks for the second. */
	assert_int_equal(c.asked, SL_CLI_TREE_DEPTH_MAX - 1);
}

static void other_clusters_are_not_looked_into(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct cluster c = { .a = &a };
	struct sl_value *t;

	(void)state;
	expect_ok(build(&c,
			"{'apiVersion':'" KS_GROUP "/v1','kind':'Kustomization','metadata':{"
			"'name':'x','namespace':'n'},'spec':{'kubeConfig':{'secretRef':{'name':"
			"'s'}}},'status':{'inventory':{'entries':[" CHILD("y") "]}}}",
			false, &t, &err),
		  &err);
	assert_int_equal(c.asked, 0);
	assert_int_equal(sl_list_len(sl_get(t, "resources")), 1);
}

static void passes_errors_on(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT, malformed = SL_ERR_INIT;
	struct cluster c = { .a = &a, .refuse = SL_ERR_FORBIDDEN };
	struct sl_value *t;

	(void)state;
	expect_err(build(&c, KS("x", CHILD("y")), false, &t, &err), SL_ERR_FORBIDDEN, "refused",
		   &err);
	expect_err(build(&c, KS("x", ENTRY("nonsense")), false, &t, &malformed), SL_ERR_INVALID,
		   NULL, &malformed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(draws_children_recursively),
		cmocka_unit_test(compact_keeps_resources_of_flux),
		cmocka_unit_test(has_the_json_of_flux),
		cmocka_unit_test(without_inventory_there_is_only_the_root),
		cmocka_unit_test(a_child_that_does_not_exist_is_a_leaf),
		cmocka_unit_test(cycles_end),
		cmocka_unit_test(depth_is_limited),
		cmocka_unit_test(other_clusters_are_not_looked_into),
		cmocka_unit_test(passes_errors_on),
	};

	return cmocka_run_group_tests_name("cli/remote/treebuild", tests, NULL, NULL);
}
