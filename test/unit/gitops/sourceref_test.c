#include "libcommon/gitops/sourceref.h"

#include <string.h>

#include "libcommon/codec/json.h"
#include "test/unit/support/test.h"

static struct sl_value *parse(struct sl_arena *a, const char *json)
{
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_value *v;

	assert_ok(sl_json_parse(a, sl_str(json), NULL, &v, &err), &err);
	return v;
}

static const char *const kinds[] = { SL_KIND_GIT_REPOSITORY, SL_KIND_BUCKET, NULL };

static void reads_and_fills_in_the_namespace(void **state)
{
	static const struct {
		const char *json, *text, *api_version;
	} cases[] = {
		{ "{\"kind\":\"Bucket\",\"name\":\"b\"}", "Bucket/own/b", "" },
		{ "{\"kind\":\"Bucket\",\"name\":\"b\",\"namespace\":\"\"}", "Bucket/own/b", "" },
		{ "{\"apiVersion\":\"source.toolkit.fluxcd.io/v1\",\"kind\":\"GitRepository\","
		  "\"name\":\"g\",\"namespace\":\"other\"}",
		  "GitRepository/other/g", "source.toolkit.fluxcd.io/v1" },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		const struct sl_source_ref_policy policy = { .kinds = kinds };
		struct sl_source_ref ref;

		assert_ok(sl_source_ref_read(&a, parse(&a, cases[i].json), SL_STR("own"), &policy,
					     &ref, &err),
			  &err);
		assert_string_equal(sl_source_ref_text(&a, &ref), cases[i].text);
		assert_string_equal(ref.api_version, cases[i].api_version);
	}
}

static void refuses_bad_references(void **state)
{
	static const struct {
		const char *json;
		bool no_cross;
		enum sl_err_code code;
		const char *message;
	} cases[] = {
		{ "{\"name\":\"b\"}", false, SL_ERR_INVALID, "source reference without kind" },
		{ "{\"kind\":\"Bucket\"}", false, SL_ERR_INVALID, "source reference without name" },
		{ "[]", false, SL_ERR_INVALID, "source reference without kind" },
		{ "{\"kind\":\"Pod\",\"name\":\"b\"}", false, SL_ERR_INVALID,
		  "source `b` kind 'Pod' not supported" },
		{ "{\"kind\":\"Bucket\",\"name\":\"b\",\"namespace\":\"other\"}", true,
		  SL_ERR_FORBIDDEN,
		  "can't access 'Bucket/other/b', cross-namespace references have been blocked" },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		const struct sl_source_ref_policy policy = { cases[i].no_cross, kinds };
		struct sl_source_ref ref;

		assert_error(sl_source_ref_read(&a, parse(&a, cases[i].json), SL_STR("own"),
						&policy, &ref, &err),
			     cases[i].code, &err, cases[i].message);
	}
}

static void allows_its_own_namespace_by_name(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	const struct sl_source_ref_policy policy = { .no_cross_namespace = true };
	struct sl_source_ref ref;
	const struct sl_value *v =
		parse(&a, "{\"kind\":\"Any\",\"name\":\"b\",\"namespace\":\"own\"}");

	(void)state;
	assert_ok(sl_source_ref_read(&a, v, SL_STR("own"), &policy, &ref, &err), &err);
}

static void tells_whom_a_reference_names(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	const struct sl_value *v = parse(&a, "{\"kind\":\"Bucket\",\"name\":\"b\"}");

	(void)state;
	assert_true(sl_source_ref_names(v, SL_STR("own"), SL_STR("Bucket"), SL_STR("own"),
					SL_STR("b")));
	assert_false(sl_source_ref_names(v, SL_STR("own"), SL_STR("Bucket"), SL_STR("other"),
					 SL_STR("b")));
	assert_false(sl_source_ref_names(v, SL_STR("own"), SL_STR("Bucket"), SL_STR("own"),
					 SL_STR("c")));
	assert_false(sl_source_ref_names(v, SL_STR("own"), SL_STR("GitRepository"), SL_STR("own"),
					 SL_STR("b")));
}

static void sees_new_revisions(void **state)
{
	static const char *const artifacts[] = {
		NULL,
		"{}",
		"{\"status\":{\"artifact\":{\"revision\":\"1\"}}}",
		"{\"status\":{\"artifact\":{\"revision\":\"2\"}}}",
	};
	static const bool want[4][4] = {
		{ false, false, true, true },
		{ false, false, true, true },
		{ false, false, false, true },
		{ false, false, true, false },
	};
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	struct sl_cached *o[4] = { NULL };

	(void)state;
	for (size_t i = 1; i < 4; i++)
		o[i] = sl_cached_new(parse(&a, artifacts[i]));
	for (size_t i = 0; i < 4; i++)
		for (size_t k = 0; k < 4; k++)
			assert_int_equal(sl_source_artifact_changed(o[i], o[k]), want[i][k]);
	for (size_t i = 0; i < 4; i++)
		sl_cached_unref(o[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_and_fills_in_the_namespace),
		cmocka_unit_test(refuses_bad_references),
		cmocka_unit_test(allows_its_own_namespace_by_name),
		cmocka_unit_test(tells_whom_a_reference_names),
		cmocka_unit_test(sees_new_revisions),
	};

	return run_group("gitops/sourceref", tests);
}
