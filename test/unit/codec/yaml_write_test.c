#include "libcommon/codec/yaml.h"

#include <stdio.h>
#include <string.h>

#include "libcommon/codec/json.h"
#include "libcommon/codec/yaml_scalar.h"
#include "test/unit/support/expect.h"

static struct sl_str write_yaml(struct sl_arena *a, const struct sl_value *v, unsigned flags)
{
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(1 << 20);

	sl_yaml_write(v, flags, &b);
	return sl_arena_str(a, sl_strbuf_str(&b));
}

static void writes_what_kustomize_writes(void **state)
{
	static const char *const dirs[] = { "strings", "shapes" };

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(dirs); i++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		struct sl_str in, want;
		struct sl_value *v = NULL;

		in = golden(&a, sl_arena_printf(&a, "test/golden/yaml/%s/input.json", dirs[i]));
		want = golden(&a,
			      sl_arena_printf(&a, "test/golden/yaml/%s/expected.yaml", dirs[i]));
		expect_ok(sl_json_parse(&a, in, NULL, &v, &err), &err);
		expect_str_case(write_yaml(&a, v, SL_YAML_SORT), want, dirs[i]);
	}
}

static void reads_back_what_it_writes(void **state)
{
	static const char *const dirs[] = { "strings", "shapes" };

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(dirs); i++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		struct sl_value *v = NULL, *again = NULL;
		struct sl_str in;

		in = golden(&a, sl_arena_printf(&a, "test/golden/yaml/%s/input.json", dirs[i]));
		expect_ok(sl_json_parse(&a, in, NULL, &v, &err), &err);
		expect_ok(sl_yaml_parse(&a, write_yaml(&a, v, SL_YAML_PLAIN), NULL, &again, &err),
			  &err);
		assert_true(sl_value_equal(v, again));
	}
}

static void writes_roots_of_every_kind(void **state)
{
	static const struct {
		const char *json, *yaml;
	} cases[] = {
		{ "null", "null\n" },
		{ "true", "true\n" },
		{ "-5", "-5\n" },
		{ "1e400", "1e400\n" },
		{ "'text'", "text\n" },
		{ "''", "\"\"\n" },
		{ "'a\\nb\\n'", "|\n  a\n  b\n" },
		{ "'a\\nb'", "|-\n  a\n  b\n" },
		{ "[]", "[]\n" },
		{ "{}", "{}\n" },
		{ "[[1],2]", "- - 1\n- 2\n" },
		{ "[[['a'],[]],{'b':['c'],'d':{}}]", "- - - a\n  - []\n- b:\n  - c\n  d: {}\n" },
		{ "{'b':1,'a':{'d':null,'c':'x'}}", "b: 1\na:\n  d: null\n  c: x\n" },
		{ "['a\\n\\nb\\n\\n',1]", "- |+\n  a\n\n  b\n\n- 1\n" },
		{ "{'k':{'l':'  a\\nb'}}", "k:\n  l: |2-\n      a\n    b\n" },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;

		expect_str(write_yaml(&a, tree(&a, cases[i].json), SL_YAML_PLAIN), cases[i].yaml);
	}
}

/* go-yaml sees a float only after JSON made integers of what 64 bits hold. */
static void writes_floats_as_after_json(void **state)
{
	static const struct {
		double f;
		const char *yaml;
	} cases[] = {
		{ 0, "0\n" },
		{ -0.0, "0\n" },
		{ 1.5, "1.5\n" },
		{ 100, "100\n" },
		{ 1e6, "1000000\n" },
		{ 1234567.5, "1.2345675e+06\n" },
		{ 1e19, "10000000000000000000\n" },
		{ -1e19, "-1e+19\n" },
		{ 1e20, "1e+20\n" },
		{ 1e-5, "1e-05\n" },
		{ 0x1p63, "9223372036854776000\n" },
		{ -0x1p63, "-9.223372036854776e+18\n" },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;

		expect_str(write_yaml(&a, sl_value_float(&a, cases[i].f), SL_YAML_PLAIN),
			   cases[i].yaml);
	}
}

static void escapes_what_readers_cannot_take(void **state)
{
	static const struct {
		const char *s, *yaml;
	} cases[] = {
		{ "\xef\xbb\xbf"
		  "a b",
		  "\"\\uFEFF\\x61\\x20\\x62\"\n" },
		{ "a\xef\xbb\xbf", "\"a\\uFEFF\"\n" },
		{ "a\xef\xbf\xbf", "\"a\\uFFFF\"\n" },
		{ "a\xc2\x85", "\"a\\N\"\n" },
		{ "a\r\nb", "\"a\\r\\nb\"\n" },
		{ "a\x7f", "\"a\\x7F\"\n" },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;

		expect_str(write_yaml(&a, sl_value_strz(&a, cases[i].s), SL_YAML_PLAIN),
			   cases[i].yaml);
	}
}

static void orders_keys_naturally(void **state)
{
	static const char *const ordered[] = { "-",   "1",    "2",  "10", "A",
					       "a",   "a-b",  "a1", "a2", "a02",
					       "a10", "a10b", "ab", "b",  "\xc3\xa9" };

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(ordered); i++) {
		for (size_t k = 0; k < SL_ARRAY_LEN(ordered); k++) {
			int got = sl_yaml_key_cmp(sl_str(ordered[i]), sl_str(ordered[k]));

			if ((got > 0) - (got < 0) != (i > k) - (i < k))
				print_error("%s and %s: %d\n", ordered[i], ordered[k], got);
			assert_int_equal((got > 0) - (got < 0), (i > k) - (i < k));
		}
	}
}

static void sorting_leaves_the_tree_alone(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	struct sl_value *v = tree(&a, "{'b':1,'a':2}");

	(void)state;
	expect_str(write_yaml(&a, v, SL_YAML_SORT), "a: 2\nb: 1\n");
	expect_str(write_yaml(&a, v, SL_YAML_PLAIN), "b: 1\na: 2\n");
}

static void stops_at_the_buffers_maximum(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	SL_AUTO(sl_strbuf) exact = SL_STRBUF_INIT(8);
	SL_AUTO(sl_strbuf) small = SL_STRBUF_INIT(7);
	struct sl_value *v = tree(&a, "['a','b']");

	(void)state;
	sl_yaml_write(v, SL_YAML_PLAIN, &exact);
	expect_ok(sl_strbuf_check(&exact, "YAML", &err), &err);
	sl_yaml_write(v, SL_YAML_PLAIN, &small);
	expect_err(sl_strbuf_check(&small, "YAML", &err), SL_ERR_TOO_LARGE, "YAML is larger", &err);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_what_kustomize_writes),
		cmocka_unit_test(reads_back_what_it_writes),
		cmocka_unit_test(writes_roots_of_every_kind),
		cmocka_unit_test(writes_floats_as_after_json),
		cmocka_unit_test(escapes_what_readers_cannot_take),
		cmocka_unit_test(orders_keys_naturally),
		cmocka_unit_test(sorting_leaves_the_tree_alone),
		cmocka_unit_test(stops_at_the_buffers_maximum),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
