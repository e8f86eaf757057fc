/* What `kustomize build --output DIRECTORY` calls its files. */
#include "libcommon/codec/yaml.h"
#include "libcommon/render/kustomize/kustomize.h"
#include "test/unit/support/expect.h"

static void expect_names(const char *yaml, const char *const *want)
{
	const struct sl_yaml_options options = { .rules = SL_YAML_GO3 };
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_value *docs;

	expect_ok(sl_yaml_parse_all(&a, sl_str(yaml), &options, &docs, &err), &err);
	char **names = sl_kustomize_file_names(&a, docs->list.items, docs->list.n);

	for (size_t i = 0; i < docs->list.n; i++)
		assert_string_equal(names[i], want[i]);
}

#define CM(name, ns) \
	"---\n{apiVersion: v1, kind: ConfigMap, metadata: {name: " name ", namespace: " ns "}}\n"
#define ROLE \
	"---\n{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: " \
	"r}}\n"

static void one_namespace_is_not_named(void **state)
{
	(void)state;
	expect_names(CM("A", "x") CM("b", "x") ROLE,
		     (const char *const[]){ "v1_configmap_a.yaml", "v1_configmap_b.yaml",
					    "rbac.authorization.k8s.io_v1_clusterrole_r.yaml" });
}

static void several_namespaces_are_named(void **state)
{
	(void)state;
	expect_names(CM("a", "x") ROLE CM("a", "''"),
		     (const char *const[]){ "x_v1_configmap_a.yaml",
					    "rbac.authorization.k8s.io_v1_clusterrole_r.yaml",
					    "default_v1_configmap_a.yaml" });
}

static void the_default_namespace_has_two_spellings(void **state)
{
	(void)state;
	expect_names(CM("a", "default") CM("b", "''"),
		     (const char *const[]){ "v1_configmap_a.yaml", "v1_configmap_b.yaml" });
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_namespace_is_not_named),
		cmocka_unit_test(several_namespaces_are_named),
		cmocka_unit_test(the_default_namespace_has_two_spellings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
