#include "libcommon/render/kustomize/substitute.h"

#include <stdio.h>
#include <string.h>

#include "libcommon/codec/json.h"
#include "libcommon/codec/yaml.h"
#include "test/unit/support/expect.h"

#define HEAD "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: cm\n"

/* An environment with something of each kind in it. */
static struct sl_value *vars_of(struct sl_arena *a)
{
	static const char *const pairs[][2] = {
		{ "name", "podinfo" },
		{ "n", "3" },
		{ "f", "1.10" },
		{ "yes", "yes" },
		{ "q", "\"" },
		{ "quoted", "\"1\"" },
		{ "empty", "" },
		{ "colon", "a: b" },
		{ "lines", "a\nb\n" },
		{ "list", "[1, x]" },
		{ "bad", "a: [" },
		{ "none", "~" },
		{ "secret", "{[swordfish" },
	};
	struct sl_value *from = sl_value_map(a), *vars = sl_value_map(a);
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	for (size_t i = 0; i < SL_ARRAY_LEN(pairs); i++)
		sl_map_set_strz(a, from, pairs[i][0], pairs[i][1]);
	expect_ok(sl_kustomize_vars_add(a, vars, from, &err), &err);
	return vars;
}

static struct sl_value *parse(struct sl_arena *a, const char *text)
{
	struct sl_yaml_options o = { .rules = SL_YAML_GO3, .file = "dir/cm.yaml" };
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_value *v;

	expect_ok(sl_yaml_parse(a, sl_str(text), &o, &v, &err), &err);
	return v;
}

/* What `flux build kustomization --dry-run` 2.9.5 makes of the same data. */
static void values_have_the_type_of_their_text(void **state)
{
	static const struct {
		const char *data, *want;
	} cases[] = {
		{ "k: ${name}-x", "\"podinfo-x\"" },
		{ "k: ${n}", "3" },
		{ "k: \"${n}\"", "3" },
		{ "k: ${f}", "1.1" },
		{ "k: ${yes}", "true" },
		{ "k: ${none}", "null" },
		{ "k: ${empty}", "null" },
		{ "k: ${q}${n}${q}", "\"3\"" },
		{ "k: ${quoted}", "\"1\"" },
		{ "k: 'v${n}: ${n}'", "\"v3: 3\"" },
		{ "k: ${lines}", "\"ab\"" },
		{ "k: ${list}", "[1,\"x\"]" },
		{ "k: |\n    a ${name}\n    b\n", "\"a podinfo\\nb\\n\"" },
		{ "k: $${n}", "\"${n}\"" },
		{ "k: $n $", "\"$n $\"" },
		{ "k: \"1\"", "\"1\"" },
		{ "k: ${n:-4} ${zz:=4}", "\"3 4\"" },
		{ "k: \"${n}\"\n  l: \"0x10\"\n  m: \"yes\"", "3,\"l\":\"0x10\",\"m\":\"yes\"" },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		SL_AUTO(sl_strbuf) json = SL_STRBUF_INIT(1 << 16);
		struct sl_value *o =
			parse(&a, sl_arena_printf(&a, HEAD "data:\n  %s\n", cases[i].data));

		expect_ok(sl_kustomize_substitute(&a, vars_of(&a), true, &o, 1, &err), &err);
		sl_json_write(sl_get(o, "data"), SL_JSON_SORT, &json);
		expect_str_case(sl_strbuf_str(&json),
				sl_str(sl_arena_printf(&a, "{\"k\":%s}", cases[i].want)),
				cases[i].data);
	}
}

static void names_and_keys_are_substituted(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_value *o = parse(&a, "apiVersion: v1\nkind: ConfigMap\nmetadata:\n"
				       "  name: ${name}\ndata:\n  ${name}: x\n");

	(void)state;
	expect_ok(sl_kustomize_substitute(&a, vars_of(&a), true, &o, 1, &err), &err);
	expect_str(sl_get_str(o, "metadata", "name"), "podinfo");
	expect_str(sl_get_str(o, "data", "podinfo"), "x");
}

static void an_object_can_be_left_out(void **state)
{
	static const char *const where[] = { "labels", "annotations" };
	static const char *const values[] = { "disabled", "Disabled", "enabled" };

	(void)state;
	for (size_t i = 0; i < 6; i++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		struct sl_value *o = parse(
			&a,
			sl_arena_printf(&a,
					HEAD "  %s: {kustomize.toolkit.fluxcd.io/substitute: %s}\n"
					     "data: {k: '$${x} ${name}'}\n",
					where[i % 2], values[i / 2]));

		expect_ok(sl_kustomize_substitute(&a, vars_of(&a), true, &o, 1, &err), &err);
		expect_str(sl_get_str(o, "data", "k"), i / 2 ? "${x} podinfo" : "$${x} ${name}");
	}
}

static void nodes_keep_their_places(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_value *o = parse(&a, HEAD "spec:\n  # text\n  z:\n  - a\n\n  - ${n}\n"
					    "  b: ${list}\n");

	(void)state;
	expect_ok(sl_kustomize_substitute(&a, vars_of(&a), true, &o, 1, &err), &err);
	const struct sl_value *three = sl_list_get(sl_get(o, "spec", "z"), 1);

	assert_int_equal(three->line, 10);
	assert_string_equal(three->file, "dir/cm.yaml");
	assert_int_equal(sl_get(o, "spec", "b")->line, 11);
	assert_int_equal(sl_list_get(sl_get(o, "spec", "b"), 0)->line, 0);
	assert_null(sl_list_get(sl_get(o, "spec", "b"), 0)->file);
}

static void failures_name_variable_object_and_place(void **state)
{
	static const struct {
		const char *data, *want;
		uint32_t line;
	} cases[] = {
		{ "k: a\n  l: ${zz}",
		  "variable substitution failed: variable not set (strict "
		  "mode): \"zz\"",
		  7 },
		{ "k: a\n  x${zz}y: b",
		  "variable substitution failed: variable not set (strict "
		  "mode): \"zz\"",
		  7 },
		{ "k: a\n  l: |\n    x\n    ${a.b}\n",
		  "variable substitution failed: missing closing brace: '${a.b}' (for a literal "
		  "'${' write '$${')",
		  7 },
		{ "k: ${colon}",
		  "with its variables replaced it is no YAML: line 3: "
		  "mapping values are not allowed in this context",
		  1 },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		struct sl_value *o =
			parse(&a, sl_arena_printf(&a, HEAD "data:\n  %s\n", cases[i].data));
		const struct sl_value *before = o;

		assert_int_equal(sl_kustomize_substitute(&a, vars_of(&a), true, &o, 1, &err),
				 SL_ERR_INVALID);
		expect_str(sl_str(err.message),
			   sl_arena_printf(&a,
					   "post build failed for 'ConfigMap.v1.[noGrp]/cm':"
					   " envsubst error: %s",
					   cases[i].want));
		assert_string_equal(err.origin.file, "dir/cm.yaml");
		assert_int_equal(err.origin.line, cases[i].line);
		assert_ptr_equal(o, before);
	}
}

static void failures_tell_no_values(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_value *o = parse(&a, HEAD "data: {k: \"${secret}\"}\n");

	(void)state;
	assert_int_equal(sl_kustomize_substitute(&a, vars_of(&a), true, &o, 1, &err),
			 SL_ERR_INVALID);
	assert_null(strstr(err.message, "swordfish"));
}

static void loose_mode_leaves_nothing(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_value *o = parse(&a, HEAD "data: {k: 'x${zz}y'}\n");

	(void)state;
	expect_ok(sl_kustomize_substitute(&a, sl_value_map(&a), false, &o, 1, &err), &err);
	expect_str(sl_get_str(o, "data", "k"), "xy");
}

static void two_objects_of_one_name_are_an_error(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_value *objects[] = {
		parse(&a, "{apiVersion: v1, kind: ConfigMap, metadata: {name: podinfo}}"),
		parse(&a, "{apiVersion: v1, kind: ConfigMap, metadata: {name: \"${name}\"}}"),
	};

	(void)state;
	expect_err(sl_kustomize_substitute(&a, vars_of(&a), true, objects, 2, &err),
		   SL_ERR_CONFLICT,
		   "post build failed for 'ConfigMap.v1.[noGrp]/podinfo': envsubst error: with its "
		   "variables replaced it has the name of another object",
		   &err);
}

static void names_of_variables_are_checked(void **state)
{
	static const struct {
		const char *name;
		bool ok;
	} cases[] = {
		{ "a", true },	  { "_", true },    { "A1_z", true }, { "1a", false },
		{ "a.b", false }, { "a-b", false }, { "", false },    { "\xc3\xa9", false },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		struct sl_value *from = sl_value_map(&a), *vars = sl_value_map(&a);

		sl_map_set_strz(&a, from, cases[i].name, "x");
		assert_int_equal(sl_kustomize_vars_add(&a, vars, from, &err),
				 cases[i].ok ? 0 : SL_ERR_INVALID);
	}
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_value *from = sl_value_map(&a), *vars = sl_value_map(&a);

	sl_map_set_int(&a, from, "n", 1);
	expect_err(sl_kustomize_vars_add(&a, vars, from, &err), SL_ERR_INVALID,
		   "the value of variable 'n' is a integer, not a string", &err);
}

static void variables_have_caps(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	struct sl_value *from = sl_value_map(&a);
	struct sl_str big = { sl_arena_alloc(&a, SL_KUSTOMIZE_VARS_BYTES_MAX + 1),
			      SL_KUSTOMIZE_VARS_BYTES_MAX - 1 };

	(void)state;
	for (int over = -1; over <= 1; over++, big.n++) {
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		struct sl_value *one = sl_value_map(&a);

		sl_map_set(&a, one, SL_STR("v"), sl_value_str_borrow(&a, big));
		assert_int_equal(sl_kustomize_vars_add(&a, sl_value_map(&a), one, &err),
				 over > 0 ? SL_ERR_TOO_LARGE : 0);
	}
	for (size_t i = 0; i <= SL_KUSTOMIZE_VARS_MAX; i++) {
		SL_AUTO(sl_err) err = SL_ERR_INIT;

		sl_map_set_strz(&a, from, sl_arena_printf(&a, "v%zu", i), "");
		if (i + 3 > SL_KUSTOMIZE_VARS_MAX)
			assert_int_equal(sl_kustomize_vars_add(&a, sl_value_map(&a), from, &err),
					 i == SL_KUSTOMIZE_VARS_MAX ? SL_ERR_TOO_LARGE : 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_have_the_type_of_their_text),
		cmocka_unit_test(names_and_keys_are_substituted),
		cmocka_unit_test(an_object_can_be_left_out),
		cmocka_unit_test(nodes_keep_their_places),
		cmocka_unit_test(failures_name_variable_object_and_place),
		cmocka_unit_test(failures_tell_no_values),
		cmocka_unit_test(loose_mode_leaves_nothing),
		cmocka_unit_test(two_objects_of_one_name_are_an_error),
		cmocka_unit_test(names_of_variables_are_checked),
		cmocka_unit_test(variables_have_caps),
	};

	return cmocka_run_group_tests_name("substitute", tests, NULL, NULL);
}
