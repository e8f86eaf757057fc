#include "test/unit/support/test.h"

#include "cli/remote/clusterinfo.h"

static void knows_supported_versions_of_kubernetes(void **state)
{
	static const struct {
		const char *version;
		bool known, ok;
	} cases[] = {
		{ "v1.36.3", true, true },     { "v1.33.0", true, true },
		{ "v1.32.9", true, false },    { "v1.33.0-rc.1", true, true },
		{ "1.34.1+k3s1", true, true }, { "v2.0.0", true, true },
		{ "v0.99.0", true, false },    { "v1.33", true, true },
		{ "", false, false },	       { "v", false, false },
		{ "v1", false, false },	       { "vx.33.0", false, false },
		{ "v1.-3.0", false, false },   { "v1.99999999999.0", false, false },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		bool ok = false;

		if (sl_cli_kubernetes_is_supported(sl_str(cases[i].version), &ok) !=
			    cases[i].known ||
		    ok != cases[i].ok)
			fail_msg("%s", cases[i].version);
	}
}

static void reads_the_installation_from_labels(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	struct sl_value *crd = sl_value_map(&a);
	struct sl_value *labels =
		sl_map_need_map(&a, sl_map_need_map(&a, crd, "metadata"), "labels");
	struct sl_cli_installation in;

	(void)state;
	sl_cli_installation_read(&a, crd, &in);
	assert_null(in.distribution);
	assert_false(in.bootstrapped);
	sl_map_set_strz(&a, labels, "app.kubernetes.io/version", "v2.9.4");
	sl_cli_installation_read(&a, crd, &in);
	assert_string_equal(in.distribution, "v2.9.4");
	sl_map_set_strz(&a, labels, "app.kubernetes.io/part-of", "flux");
	sl_map_set_strz(&a, labels, "kustomize.toolkit.fluxcd.io/name", "flux-system");
	sl_cli_installation_read(&a, crd, &in);
	assert_string_equal(in.distribution, "flux-v2.9.4");
	assert_true(in.bootstrapped);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_supported_versions_of_kubernetes),
		cmocka_unit_test(reads_the_installation_from_labels),
	};

	return run_group("cli/remote/clusterinfo", tests);
}
