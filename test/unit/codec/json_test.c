#include "libcommon/codec/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test/unit/support/expect.h"

static int parse(struct sl_arena *a, struct sl_str text, struct sl_value **ret, struct sl_err *err)
{
	return sl_json_parse(a, text, NULL, ret, err);
}

static void parses_and_writes_back(void **state)
{
	static const struct {
		const char *in, *out; /* out NULL: as in */
	} cases[] = {
		{ "null", NULL },
		{ " \t\r\n true ", "true" },
		{ "false", NULL },
		{ "0", NULL },
		{ "-0", "0" },
		{ "-17", NULL },
		{ "9223372036854775807", NULL },
		{ "-9223372036854775808", NULL },
		{ "9223372036854775808", NULL },
		{ "18446744073709551615", NULL },
		{ "1.5", NULL },
		{ "1.0", "1" },
		{ "1e3", "1000" },
		{ "1e20", "100000000000000000000" },
		{ "1E+21", "1e+21" },
		{ "0.000001", NULL },
		{ "0.0000001", "1e-7" },
		{ "1e-10", NULL },
		{ "1e400", NULL },
		{ "1e-400", NULL },
		{ "0.1000000000000000055511151231257827", NULL },
		{ "3.141592653589793", NULL },
		{ "5e-324", NULL },
		{ "1.7976931348623157e308", "1.7976931348623157e+308" },
		{ "\"\"", NULL },
		{ "\"plain text that is longer than eight bytes\"", NULL },
		{ "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\\"\\\\/\\b\\f\\n\\r\\t\"" },
		{ "\"\\u0041\\u00e9\\u20AC\\ud83d\\uDE00\"",
		  "\"A\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\"" },
		{ "\"caf\xc3\xa9 \xf0\x9f\x98\x80\"", NULL },
		{ "\"\\u001f\\u007f\"", "\"\\u001f\x7f\"" },
		{ "[]", NULL },
		{ "{}", NULL },
		{ " [ 1 , [ ] , { } ] ", "[1,[],{}]" },
		{ "{ \"b\" : 1 , \"a\" : [ null ] }", "{\"b\":1,\"a\":[null]}" },
		{ "{\"\":{\"x\":\"y\"}}", NULL },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		struct sl_value *v = NULL;

		expect_ok(parse(&a, sl_str(cases[i].in), &v, &err), &err);
		expect_json(v, cases[i].out ? cases[i].out : cases[i].in);
	}
}

static void tells_number_kinds_apart(void **state)
{
	static const struct {
		const char *in;
		enum sl_value_kind kind;
	} cases[] = {
		{ "1", SL_V_INT },
		{ "9223372036854775807", SL_V_INT },
		{ "9223372036854775808", SL_V_NUMBER },
		{ "1000000000000000000000", SL_V_FLOAT },
		{ "1.0", SL_V_FLOAT },
		{ "1.10", SL_V_FLOAT },
		{ "100e-2", SL_V_FLOAT },
		{ "0.30000000000000004", SL_V_FLOAT },
		{ "0.300000000000000040", SL_V_FLOAT },
		{ "0.300000000000000041", SL_V_NUMBER },
		{ "1e999999999999999999999", SL_V_NUMBER },
		{ "0e999999999999999999999", SL_V_FLOAT },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		struct sl_value *v = NULL;

		expect_ok(parse(&a, sl_str(cases[i].in), &v, &err), &err);
		if (v->kind != cases[i].kind)
			print_error("%s\n", cases[i].in);
		assert_int_equal(v->kind, cases[i].kind);
	}
}

static void keeps_nul_in_strings(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	struct sl_value *v = tree(&a, "'a\\u0000b'");

	(void)state;
	assert_int_equal(v->s.n, 3);
	assert_memory_equal(v->s.p, "a\0b", 3);
	expect_json(v, "\"a\\u0000b\"");
}

static void refuses_malformed_text(void **state)
{
	static const struct {
		const char *in, *message;
		uint32_t line, column;
	} cases[] = {
		{ "", "unexpected end", 0, 0 },
		{ "  ", "unexpected end", 1, 3 },
		{ "nul", "value was expected", 1, 1 },
		{ "True", "value was expected", 1, 1 },
		{ "nullx", "after the JSON value", 1, 5 },
		{ "1 2", "after the JSON value", 1, 3 },
		{ "01", "malformed number", 1, 1 },
		{ "+1", "value was expected", 1, 1 },
		{ ".5", "value was expected", 1, 1 },
		{ "[1.]", "malformed number", 1, 2 },
		{ "[1e]", "malformed number", 1, 2 },
		{ "[1e+]", "malformed number", 1, 2 },
		{ "[-]", "malformed number", 1, 2 },
		{ "-", "unexpected end", 1, 2 },
		{ "[--1]", "malformed number", 1, 2 },
		{ "NaN", "value was expected", 1, 1 },
		{ "[1,]", "value was expected", 1, 4 },
		{ "[1 2]", "expected ',' or ']'", 1, 4 },
		{ "[,1]", "value was expected", 1, 2 },
		{ "{\"a\":1,}", "quoted object key", 1, 8 },
		{ "{a:1}", "quoted object key", 1, 2 },
		{ "{\"a\" 1}", "expected ':'", 1, 6 },
		{ "{\"a\":1 \"b\":2}", "expected ',' or '}'", 1, 8 },
		{ "{\"a\":1]", "expected ',' or '}'", 1, 7 },
		{ "{\"a\":1,\n \"a\":2}", "duplicate key", 2, 2 },
		{ "// x\n1", "value was expected", 1, 1 },
		{ "\"a\nb\"", "control character", 1, 3 },
		{ "\"\\n\tb\"", "control character", 1, 4 },
		{ "\"\\x\"", "unknown escape", 1, 3 },
		{ "\"\\u12g4\"", "four hexadecimal", 1, 2 },
		{ "\"\\ud800\"", "lone surrogate", 1, 2 },
		{ "\"\\udc00\"", "lone surrogate", 1, 2 },
		{ "\"\\ud800\\u0041\"", "lone surrogate", 1, 2 },
		{ "\"\x80\"", "UTF-8", 1, 2 },
		{ "\"\xed\xa0\x80\"", "UTF-8", 1, 2 },
		{ "\"\xc0\xaf\"", "UTF-8", 1, 2 },
		{ "\"\\n\xff\"", "UTF-8", 1, 2 },
		{ "\"abc", "unexpected end", 1, 5 },
		{ "\"abc\\", "unexpected end", 1, 6 },
		{ "\"abc\\\"", "unexpected end", 1, 7 },
		{ "\xef\xbb\xbf{}", "value was expected", 1, 1 },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		struct sl_value *v = NULL;

		expect_err(parse(&a, sl_str(cases[i].in), &v, &err), SL_ERR_INVALID,
			   cases[i].message, &err);
		assert_null(v);
		if (err.origin.line != cases[i].line || err.origin.column != cases[i].column)
			print_error("%s: %u:%u\n", cases[i].in, err.origin.line, err.origin.column);
		assert_int_equal(err.origin.line, cases[i].line);
		assert_int_equal(err.origin.column, cases[i].column);
	}
}

static const char sample[] =
	"{\"a\":[1,-2.5e3,true,false,null,\"x\\u00e9\\n\\ud83d\\ude00\xc3\xa9\"],\"b\":{\"c\":{}}}";

static void refuses_every_truncation(void **state)
{
	(void)state;
	for (size_t n = 0; n + 1 < sizeof(sample); n++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		SL_AUTO_FREE char *exact = sl_xmalloc(n);
		struct sl_value *v = NULL;

		memcpy(exact, sample, n);
		expect_err(parse(&a, (struct sl_str){ exact, n }, &v, &err), SL_ERR_INVALID, NULL,
			   &err);
	}
}

static void allows_duplicates_when_asked(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_json_limits limits = { .allow_duplicates = true };
	struct sl_value *v = NULL;

	(void)state;
	expect_ok(sl_json_parse(&a, SL_STR("{\"a\":1,\"b\":2,\"a\":3}"), &limits, &v, &err), &err);
	expect_json(v, "{\"a\":3,\"b\":2}");
}

static void leaves_a_member_out(void **state)
{
	static const char *const path[] = { "object", "metadata", "managedFields", NULL };
	static const struct {
		const char *in, *out; /* out NULL: as in */
	} cases[] = {
		{ "{\"object\":{\"metadata\":{\"a\":1,\"managedFields\":[{\"}\":\"\\\"]\"}],\"b\":"
		  "2}}}",
		  "{\"object\":{\"metadata\":{\"a\":1,\"b\":2}}}" },
		{ "{\"object\":{\"metadata\":{\"managedFields\":{\"a\":[{}]}}}}",
		  "{\"object\":{\"metadata\":{}}}" },
		{ "{\"object\":{\"metadata\":{\"managedFields\":null,\"b\":2}}}",
		  "{\"object\":{\"metadata\":{\"b\":2}}}" },
		{ "{\"object\":[{\"metadata\":{\"managedFields\":[],\"b\":[]}},{\"c\":3}]}",
		  "{\"object\":[{\"metadata\":{\"b\":[]}},{\"c\":3}]}" },
		{ "{\"managedFields\":[1]}", NULL },
		{ "{\"metadata\":{\"managedFields\":[1]}}", NULL },
		{ "{\"object\":{\"spec\":{\"metadata\":{\"managedFields\":[1]}}}}", NULL },
		{ "{\"object\":{\"metadata\":{\"labels\":{\"managedFields\":\"1\"}}}}", NULL },
	};
	const struct sl_json_limits limits = { .skip = path };

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(1 << 16);
		struct sl_str in = sl_str(cases[i].in);
		struct sl_value *v;

		expect_ok(sl_json_parse(&a, in, &limits, &v, &err), &err);
		sl_json_write(v, SL_JSON_COMPACT, &out);
		assert_string_equal(out.p, cases[i].out ? cases[i].out : cases[i].in);
		for (size_t n = 1; n < in.n; n++) {
			SL_AUTO(sl_err) cut = SL_ERR_INIT;

			expect_err(sl_json_parse(&a, sl_str_sub(in, 0, n), &limits, &v, &cut),
				   SL_ERR_INVALID, "line 1 ", &cut);
		}
	}
}

static void finds_duplicates_in_large_objects(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(1 << 20);
	struct sl_value *v = NULL;

	(void)state;
	sl_strbuf_addc(&b, '{');
	for (int i = 0; i < 1000; i++)
		sl_strbuf_addf(&b, "\"key%d\":%d,\n", i, i);
	sl_strbuf_addz(&b, "\"key500\":0}");
	expect_err(parse(&a, sl_strbuf_str(&b), &v, &err), SL_ERR_INVALID, "duplicate key", &err);
	assert_int_equal(err.origin.line, 1001);
	sl_strbuf_truncate(&b, b.n - strlen("\"key500\":0}"));
	sl_strbuf_addz(&b, "\"last\":0}");
	sl_err_release(&err);
	expect_ok(parse(&a, sl_strbuf_str(&b), &v, &err), &err);
	assert_int_equal(sl_map_len(v), 1001);
	assert_int_equal(sl_get_int(v, -1, "key777"), 777);
	assert_null(sl_get(v, "key1000"));
}

static void keeps_depth_limit(void **state)
{
	static const struct {
		size_t limit, depth;
		int want;
	} cases[] = {
		{ 0, SL_JSON_DEPTH_MAX - 1, 0 },
		{ 0, SL_JSON_DEPTH_MAX, 0 },
		{ 0, SL_JSON_DEPTH_MAX + 1, SL_ERR_TOO_LARGE },
		{ 3, 2, 0 },
		{ 3, 3, 0 },
		{ 3, 4, SL_ERR_TOO_LARGE },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(1 << 16);
		struct sl_json_limits limits = { .depth = cases[i].limit };
		struct sl_value *v = NULL;

		sl_strbuf_addn(&b, '[', cases[i].depth);
		sl_strbuf_addn(&b, ']', cases[i].depth);
		assert_int_equal(sl_json_parse(&a, sl_strbuf_str(&b), &limits, &v, &err),
				 cases[i].want);
	}
}

static void keeps_size_limit(void **state)
{
	struct sl_json_limits limits = { .bytes = 10 };
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_value *v = NULL;

	(void)state;
	expect_ok(sl_json_parse(&a, SL_STR("[1,2,3,4]"), &limits, &v, &err), &err);
	expect_ok(sl_json_parse(&a, SL_STR("[1,2,3,44]"), &limits, &v, &err), &err);
	expect_err(sl_json_parse(&a, SL_STR("[1,2,3,444]"), &limits, &v, &err), SL_ERR_TOO_LARGE,
		   "larger than 10 bytes", &err);
}

static void keeps_arena_limit(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT_LIMIT(4096);
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(1 << 16);
	struct sl_value *v = NULL;

	(void)state;
	sl_strbuf_addz(&b, "[0");
	for (int i = 0; i < 1000; i++)
		sl_strbuf_addz(&b, ",0");
	sl_strbuf_addc(&b, ']');
	expect_err(parse(&a, sl_strbuf_str(&b), &v, &err), SL_ERR_TOO_LARGE, "memory", &err);
	assert_true(a.used < 8192);
}

static void knows_lines_and_files(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_json_limits limits = { .file = "some.json" };
	struct sl_value *v = NULL;

	(void)state;
	expect_ok(sl_json_parse(&a, SL_STR("{\n \"a\": [\n  1,\n  2]}"), &limits, &v, &err), &err);
	assert_int_equal(v->line, 1);
	assert_string_equal(v->file, "some.json");
	assert_int_equal(sl_map_member(v, SL_STR("a"))->line, 2);
	assert_int_equal(sl_list_get(sl_get(v, "a"), 1)->line, 4);
	expect_err(sl_json_parse(&a, SL_STR("[\n1,\n\n x]"), &limits, &v, &err), SL_ERR_INVALID,
		   "line 4 column 2", &err);
	assert_string_equal(err.origin.file, "some.json");
}

static void writes_texts_as_go_does(void **state)
{
	static const struct {
		struct sl_str text;
		const char *want;
	} cases[] = {
		{ SL_STR("a\xff"
			 "b\xfe"),
		  "\"a\\ufffdb\\ufffd\"" },
		{ SL_STR("\xe2\x82"), "\"\\ufffd\\ufffd\"" },
		{ SL_STR("\xed\xa0\x80"), "\"\\ufffd\\ufffd\\ufffd\"" },
		{ SL_STR("\xef\xbf\xbd \xc3\xa4"), "\"\xef\xbf\xbd \xc3\xa4\"" },
		{ SL_STR("\xe2\x80\xa8\xe2\x80\xa9<"), "\"\\u2028\\u2029<\"" },
		{ SL_STR(""), "\"\"" },
	};
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(1 << 16);

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		sl_strbuf_reset(&b);
		sl_json_write(sl_value_str(&a, cases[i].text), SL_JSON_GO, &b);
		expect_str(sl_strbuf_str(&b), cases[i].want);
	}
}

static void writes_sorted_pretty_and_html_safe(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(1 << 16);
	struct sl_value *v = tree(&a, "{'b':[],'a':{'z':{},'y':[1,'<&>\xe2\x80\xa8']}}");

	(void)state;
	sl_json_write(v, SL_JSON_SORT, &b);
	expect_str(sl_strbuf_str(&b), "{\"a\":{\"y\":[1,\"<&>\xe2\x80\xa8\"],\"z\":{}},\"b\":[]}");
	sl_strbuf_reset(&b);
	sl_json_write(v, SL_JSON_SORT | SL_JSON_PRETTY | SL_JSON_HTML_SAFE, &b);
	expect_str(sl_strbuf_str(&b), "{\n"
				      "  \"a\": {\n"
				      "    \"y\": [\n"
				      "      1,\n"
				      "      \"\\u003c\\u0026\\u003e\\u2028\"\n"
				      "    ],\n"
				      "    \"z\": {}\n"
				      "  },\n"
				      "  \"b\": []\n"
				      "}");
	/* Writing sorted leaves the tree in its own order. */
	expect_str(v->map.members[0].key, "b");
}

static void stops_at_the_buffers_maximum(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	SL_AUTO(sl_strbuf) exact = SL_STRBUF_INIT(7);
	SL_AUTO(sl_strbuf) small = SL_STRBUF_INIT(6);
	struct sl_value *v = tree(&a, "[1,2,3]");

	(void)state;
	sl_json_write(v, SL_JSON_COMPACT, &exact);
	expect_ok(sl_strbuf_check(&exact, "JSON", &err), &err);
	sl_json_write(v, SL_JSON_COMPACT, &small);
	expect_err(sl_strbuf_check(&small, "JSON", &err), SL_ERR_TOO_LARGE, "JSON is larger", &err);
}

static void quotes_strings(void **state)
{
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(1 << 16);

	(void)state;
	sl_json_quote(SL_STR("a\"\\\x01\0<"), &b);
	expect_str(sl_strbuf_str(&b), "\"a\\\"\\\\\\u0001\\u0000<\"");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parses_and_writes_back),
		cmocka_unit_test(tells_number_kinds_apart),
		cmocka_unit_test(keeps_nul_in_strings),
		cmocka_unit_test(refuses_malformed_text),
		cmocka_unit_test(refuses_every_truncation),
		cmocka_unit_test(allows_duplicates_when_asked),
		cmocka_unit_test(leaves_a_member_out),
		cmocka_unit_test(finds_duplicates_in_large_objects),
		cmocka_unit_test(keeps_depth_limit),
		cmocka_unit_test(keeps_size_limit),
		cmocka_unit_test(keeps_arena_limit),
		cmocka_unit_test(knows_lines_and_files),
		cmocka_unit_test(writes_sorted_pretty_and_html_safe),
		cmocka_unit_test(writes_texts_as_go_does),
		cmocka_unit_test(stops_at_the_buffers_maximum),
		cmocka_unit_test(quotes_strings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
