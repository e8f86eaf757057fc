/* Field paths of replacements and vars: splitting, looking up, matching, making. */
#include "libcommon/render/kustomize/fieldpath.h"

#include "libcommon/codec/json.h"
#include "libcommon/codec/yaml.h"
#include "test/unit/support/expect.h"

static struct sl_value *yaml(struct sl_arena *a, const char *text)
{
	struct sl_yaml_options options = { .rules = SL_YAML_GO3 };
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_value *v = NULL;

	expect_ok(sl_yaml_parse(a, sl_str(text), &options, &v, &err), &err);
	return v;
}

static const char *json(struct sl_arena *a, const struct sl_value *v)
{
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(1 << 20);

	if (!v)
		return "-";
	sl_json_write(v, SL_JSON_COMPACT, &b);
	return sl_arena_printf(a, "%s", b.p);
}

static void splits(void **state)
{
	static const struct {
		const char *path, *want;
	} cases[] = {
		{ "a.b.c", "a|b|c" },
		{ ".a.b", "a|b" },
		{ "a", "a" },
		{ "a..b", "a||b" },
		{ "a.", "a|" },
		{ "a\\.b.c", "a.b|c" },
		{ "a.[b.c].d", "a|b.c|d" },
		{ "a.[x=b.c].d", "a|[x=b.c]|d" },
		{ "a.[b].c", "a|[b]|c" },
		{ "a.[b.c", "a|b.c" },
		{ "a.[x=b.c", "a|[x=b.c" },
		{ "", "" },
	};
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	struct sl_kz kz = { .a = &a };

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(1024);
		struct sl_kz_field_path path;

		expect_ok(sl_kz_field_path_split(&kz, sl_str(cases[i].path), &path, &err), &err);
		for (size_t k = 0; k < path.n; k++) {
			sl_strbuf_addz(&b, k > 0 ? "|" : "");
			sl_strbuf_adds(&b, path.v[k]);
		}
		expect_str_case(sl_strbuf_str(&b), sl_str(cases[i].want), cases[i].path);
	}
}

static void caps_the_number_of_parts(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	struct sl_kz kz = { .a = &a };

	(void)state;
	for (size_t n = SL_KZ_FIELD_PATH_MAX - 1; n <= SL_KZ_FIELD_PATH_MAX + 1; n++) {
		SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(1 << 16);
		struct sl_kz_field_path path;

		for (size_t i = 0; i < n; i++)
			sl_strbuf_addz(&b, i > 0 ? ".a" : "a");
		assert_int_equal(sl_kz_field_path_split(&kz, sl_strbuf_str(&b), &path, NULL),
				 n > SL_KZ_FIELD_PATH_MAX ? SL_ERR_TOO_LARGE : 0);
	}
}

static const char document[] = "a: {b: [{n: x, v: 1}, {n: y, v: 2}], c: [p, q]}\n"
			       "s: '{\"k\": [1, 2]}'\n"
			       "z: null\n";

static void looks_up(void **state)
{
	static const struct {
		const char *path, *want;
	} cases[] = {
		{ "a.b.1.v", "2" },	 { "a.b.[n=y].v", "2" }, { "a.b.-.n", "\"y\"" },
		{ "a.c.[=q]", "\"q\"" }, { "a.c.7", "-" },	 { "a.b.[n=.].v", "-" },
		{ "nothing.x", "-" },	 { "z", "null" },	 { "z.x", "-" },
		{ "a. c .0", "\"p\"" },	 { "a..c.0", "\"p\"" },	 { "a.*", "!" },
		{ "a.b.n", "!" },	 { "a.0", "!" },	 { "a.c.-1", "!" },
		{ "a.c.[q]", "!" },	 { "s.k", "!" },	 { "a.[n=x]", "!" },
	};
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	struct sl_kz kz = { .a = &a };

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		struct sl_kz_field_path path;
		struct sl_value *v;

		expect_ok(sl_kz_field_path_split(&kz, sl_str(cases[i].path), &path, &err), &err);
		int r = sl_kz_field_lookup(&kz, yaml(&a, document), path, &v, &err);

		expect_str_case(sl_str(r < 0 ? "!" : json(&a, v)), sl_str(cases[i].want),
				cases[i].path);
	}
}

/* Found nodes are set to "new"; the whole document is compared. */
static void matches_and_makes(void **state)
{
	static const struct {
		const char *doc, *path;
		enum sl_kz_field_make make;
		const char *want;
	} cases[] = {
		{ "a: x", "a", SL_KZ_FIELD_FIND, "{\"a\":\"new\"}" },
		{ "a: x", "b", SL_KZ_FIELD_FIND, "none" },
		{ "a: x", "b.c", SL_KZ_FIELD_MAKE_SCALAR, "{\"a\":\"x\",\"b\":{\"c\":\"new\"}}" },
		{ "a: [x, y]", "a.*", SL_KZ_FIELD_FIND, "{\"a\":[\"new\",\"new\"]}" },
		{ "a: [x, y]", "a.2", SL_KZ_FIELD_MAKE_SCALAR, "{\"a\":[\"x\",\"y\",\"new\"]}" },
		{ "a: [x, y]", "a.3", SL_KZ_FIELD_MAKE_SCALAR, "!" },
		{ "a: [xx, y]", "a.[=x]", SL_KZ_FIELD_FIND, "{\"a\":[\"new\",\"y\"]}" },
		{ "a: [xx, y]", "a.[=^x$]", SL_KZ_FIELD_FIND, "none" },
		{ "a: []", "a.[n=q].v", SL_KZ_FIELD_MAKE_SCALAR,
		  "{\"a\":[{\"n\":\"q\",\"v\":\"new\"}]}" },
		{ "a: []", "a.[n=^q$].v", SL_KZ_FIELD_MAKE_SCALAR, "!" },
		{ "a: [x]", "a.[=(]", SL_KZ_FIELD_FIND, "!" },
		{ "a: []", "a.[=(]", SL_KZ_FIELD_FIND, "none" },
		{ "a: 1", "a", SL_KZ_FIELD_FIND, "!" },
		{ "a: {}", "a.0", SL_KZ_FIELD_FIND, "!" },
		{ "a: 'b: c'", "a.b", SL_KZ_FIELD_FIND, "{\"a\":\"b: c\"}" },
		{ "a: ''", "a.b", SL_KZ_FIELD_FIND, "!" },
		{ "a: null", "a.b", SL_KZ_FIELD_MAKE_SCALAR, "{\"a\":null}" },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		struct sl_kz kz = { .a = &a };
		struct sl_value *doc = yaml(&a, cases[i].doc);
		struct sl_kz_fields fields = { 0 };
		struct sl_kz_field_path path;
		const char *got = "none";

		assert_int_equal(sl_kz_field_path_split(&kz, sl_str(cases[i].path), &path, NULL),
				 0);
		int r = sl_kz_field_match(&kz, doc, path, cases[i].make, &fields, NULL);

		for (size_t k = 0; r == 0 && k < fields.n; k++)
			r = sl_kz_field_set_text(&kz, fields.v[k], SL_STR("new"), NULL);
		if (r < 0)
			got = "!";
		else if (fields.n > 0)
			got = json(&a, doc);
		expect_str_case(sl_str(got), sl_str(cases[i].want), cases[i].path);
	}
}

static void scalars_keep_their_type(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	struct sl_kz kz = { .a = &a };
	struct sl_value *number = yaml(&a, "1"), *text = yaml(&a, "'1'");

	(void)state;
	assert_int_equal(sl_kz_field_set_text(&kz, number, SL_STR("0x10"), NULL), 0);
	assert_int_equal(number->i, 16);
	assert_int_equal(sl_kz_field_set_text(&kz, number, SL_STR("x"), NULL), SL_ERR_INVALID);
	assert_int_equal(sl_kz_field_set_text(&kz, text, SL_STR("true"), NULL), 0);
	expect_str(sl_as_str(text), "true");
	sl_kz_field_forget_type(&kz, number);
	assert_int_equal(sl_kz_field_set_text(&kz, number, SL_STR("x"), NULL), 0);
	expect_str(sl_as_str(number), "x");
	assert_true(number->untyped);
}

static void untyped_is_text_until_it_is_read_back(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	struct sl_kz kz = { .a = &a };
	struct sl_value *plain = sl_kz_field_untyped(&kz, SL_STR("1"));
	struct sl_value *quoted = sl_kz_field_untyped(&kz, SL_STR("1"));

	(void)state;
	expect_str(sl_as_str(plain), "1");
	assert_int_equal(sl_kz_field_set_text(&kz, plain, SL_STR("0x10"), NULL), 0);
	quoted->quoted = true;
	sl_yaml_read_back(&a, plain);
	sl_yaml_read_back(&a, quoted);
	assert_int_equal(plain->kind, SL_V_INT);
	assert_int_equal(plain->i, 16);
	expect_str(plain->written, "0x10");
	expect_str(sl_as_str(quoted), "1");
	assert_false(quoted->untyped);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(splits),
		cmocka_unit_test(caps_the_number_of_parts),
		cmocka_unit_test(looks_up),
		cmocka_unit_test(matches_and_makes),
		cmocka_unit_test(scalars_keep_their_type),
		cmocka_unit_test(untyped_is_text_until_it_is_read_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
