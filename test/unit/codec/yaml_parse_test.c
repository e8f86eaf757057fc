#include "libcommon/codec/yaml.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test/unit/support/expect.h"

#define K SL_YAML_KUBERNETES
#define G SL_YAML_GO3

static int parse(struct sl_arena *a, enum sl_yaml_rules rules, struct sl_str text,
		 struct sl_value **ret, struct sl_err *err)
{
	struct sl_yaml_options o = { .rules = rules };

	return sl_yaml_parse(a, text, &o, ret, err);
}

/* What the two Go libraries make of each text, as JSON. go NULL: the same as k. */
static const struct {
	const char *text, *k, *go;
} scalars[] = {
	{ "", "null", NULL },
	{ "~", "null", NULL },
	{ "Null", "null", NULL },
	{ "nUll", "\"nUll\"", NULL },
	{ "''", "\"\"", NULL },
	{ "true", "true", NULL },
	{ "FALSE", "false", NULL },
	{ "y", "true", "\"y\"" },
	{ "N", "false", "\"N\"" },
	{ "Yes", "true", "\"Yes\"" },
	{ "off", "false", "\"off\"" },
	{ "ON", "true", "\"ON\"" },
	{ "oN", "\"oN\"", NULL },
	{ "'on'", "\"on\"", NULL },
	{ "12", "12", NULL },
	{ "+12", "12", NULL },
	{ "-0x1F", "-31", NULL },
	{ "0b101", "5", NULL },
	{ "0o17", "15", NULL },
	{ "017", "15", NULL },
	{ "08", "8", NULL },
	{ "1_000", "1000", NULL },
	{ "_1", "\"_1\"", NULL },
	{ "0b-1", "-1", NULL },
	{ "0o-7", "\"0o-7\"", "-7" },
	{ "9223372036854775808", "9223372036854775808", NULL },
	{ "+9223372036854775808", "9223372036854776000", NULL },
	{ "18446744073709551616", "18446744073709552000", NULL },
	{ "-9223372036854775808", "-9223372036854775808", NULL },
	{ "-9223372036854775809", "-9223372036854776000", NULL },
	{ "1e3", "1000", NULL },
	{ "1.", "1", NULL },
	{ ".5", "0.5", NULL },
	{ "-.5e1", "-5", NULL },
	{ ".", "\".\"", NULL },
	{ ".5_0", "0.5", NULL },
	{ "._5", "\"._5\"", NULL },
	{ ".5__0", "\".5__0\"", NULL },
	{ ".5_", "\".5_\"", NULL },
	{ "1e", "\"1e\"", NULL },
	{ "1e400", "\"1e400\"", NULL },
	{ "1e-400", "0", NULL },
	{ "1.2.3", "\"1.2.3\"", NULL },
	{ "1:30", "\"1:30\"", NULL },
	{ "0x", "\"0x\"", NULL },
	{ "2001-01-01", "\"2001-01-01\"", "\"2001-01-01T00:00:00Z\"" },
	{ "2001-1-2", "\"2001-1-2\"", "\"2001-01-02T00:00:00Z\"" },
	{ "2001-02-29", "\"2001-02-29\"", NULL },
	{ "2000-02-29", "\"2000-02-29\"", "\"2000-02-29T00:00:00Z\"" },
	{ "2001-12-14t21:59:43.10-05:00", "\"2001-12-14t21:59:43.10-05:00\"",
	  "\"2001-12-14T21:59:43.1-05:00\"" },
	{ "2001-12-14 21:59:43", "\"2001-12-14 21:59:43\"", "\"2001-12-14T21:59:43Z\"" },
	{ "2001-12-14T24:00:00Z", "\"2001-12-14T24:00:00Z\"", NULL },
	{ "'2001-01-01'", "\"2001-01-01\"", NULL },
	{ "!!str 12", "\"12\"", NULL },
	{ "!!int 0x10", "16", NULL },
	{ "!!float 1", "1", NULL },
	{ "!!binary aGVsbG8=", "\"hello\"", NULL },
	{ "!!binary 'YYA='", "\"a\xef\xbf\xbd\"", NULL },
	{ "!custom 12", "\"12\"", NULL },
	{ "! 12", "\"12\"", "12" },
	{ "! '12'", "\"12\"", NULL },
	{ "!!null ''", "null", NULL },
	{ "a b", "\"a b\"", NULL },
	{ "\"a\\tb\\x41\\u00e9\\U0001F600\\e\"", "\"a\\tbA\xc3\xa9\xf0\x9f\x98\x80\\u001b\"",
	  NULL },
	{ "|\n  a\n   b\n\n  c\n", "\"a\\n b\\n\\nc\\n\"", NULL },
	{ "|-\n  a\n", "\"a\"", NULL },
	{ "|+\n  a\n\n", "\"a\\n\\n\"", NULL },
	{ ">\n  a\n  b\n\n  c\n", "\"a b\\nc\\n\"", NULL },
	{ "'it''s'", "\"it's\"", NULL },
};

static void types_scalars_as_go_does(void **state)
{
	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(scalars); i++) {
		for (int go = 0; go < 2; go++) {
			SL_AUTO(sl_arena) a = SL_ARENA_INIT;
			SL_AUTO(sl_err) err = SL_ERR_INIT;
			struct sl_value *v = NULL;

			expect_ok(parse(&a, go ? G : K, sl_str(scalars[i].text), &v, &err), &err);
			expect_json(v, go && scalars[i].go ? scalars[i].go : scalars[i].k);
		}
	}
}

static void reads_structures(void **state)
{
	static const struct {
		const char *text, *json;
	} cases[] = {
		{ "a: 1\nb:\n- x\n- v: z\n  w: []\n",
		  "{\"a\":1,\"b\":[\"x\",{\"v\":\"z\",\"w\":[]}]}" },
		{ "- - a\n  - b\n- {c: [d, e], f: }\n",
		  "[[\"a\",\"b\"],{\"c\":[\"d\",\"e\"],\"f\":null}]" },
		{ "{\"a\":{\"b\":[1,2.5,null,true,\"x\"]}}",
		  "{\"a\":{\"b\":[1,2.5,null,true,\"x\"]}}" },
		{ "# comment\n---\na: b # more\n...\n", "{\"a\":\"b\"}" },
		{ "%YAML 1.1\n---\n\"a b\":\n  ? c\n  : d\n", "{\"a b\":{\"c\":\"d\"}}" },
		{ "a: &x [1, {b: 2}]\nc: *x\nd: *x\n",
		  "{\"a\":[1,{\"b\":2}],\"c\":[1,{\"b\":2}],\"d\":[1,{\"b\":2}]}" },
		{ "a: &x 1\nb: &x 2\nc: *x\n", "{\"a\":1,\"b\":2,\"c\":2}" },
		{ "a: &x 0x10\n*x : 2\n", "{\"a\":16,\"16\":2}" },
		{ "a: &x yes\n*x : 2\n", "{\"a\":true,\"true\":2}" },
		{ "&x 5: 1\nb: *x\n", "{\"5\":1,\"b\":5}" },
		{ "&k a: 1\nb: *k\n*k : 2\n", NULL },
		{ "&k a: 1\nb: {*k : *k}\n", "{\"a\":1,\"b\":{\"a\":\"a\"}}" },
		{ "&a a: &b b\n", "{\"a\":\"b\"}" },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		struct sl_value *v = NULL;

		if (!cases[i].json) {
			expect_err(parse(&a, K, sl_str(cases[i].text), &v, &err), SL_ERR_INVALID,
				   "already defined", &err);
			continue;
		}
		expect_ok(parse(&a, K, sl_str(cases[i].text), &v, &err), &err);
		expect_json(v, cases[i].json);
	}
}

static void turns_keys_into_strings(void **state)
{
	static const char text[] =
		"1: a\n0x10: b\n1.50: c\nyes: d\n2001-01-01: e\n.inf: f\n"
		"3.14159265358979: g\n18446744073709551615: h\n!!binary YQ==: i\n";
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_value *v = NULL;

	(void)state;
	expect_ok(parse(&a, K, sl_str(text), &v, &err), &err);
	expect_json(
		v,
		"{\"1\":\"a\",\"16\":\"b\",\"1.5\":\"c\",\"true\":\"d\",\"2001-01-01\":\"e\","
		"\".inf\":\"f\",\"3.1415927\":\"g\",\"18446744073709551615\":\"h\",\"a\":\"i\"}");
	expect_ok(parse(&a, G, sl_str(text), &v, &err), &err);
	expect_json(v,
		    "{\"1\":\"a\",\"0x10\":\"b\",\"1.50\":\"c\",\"yes\":\"d\",\"2001-01-01\":\"e\","
		    "\".inf\":\"f\",\"3.14159265358979\":\"g\",\"18446744073709551615\":\"h\","
		    "\"a\":\"i\"}");
}

static void merges_maps(void **state)
{
	static const struct {
		const char *text, *k, *go;
	} cases[] = {
		{ "x: &x {a: 1, b: 2}\nz:\n  <<: *x\n  b: 3\n",
		  "{\"x\":{\"a\":1,\"b\":2},\"z\":{\"a\":1,\"b\":3}}",
		  "{\"x\":{\"a\":1,\"b\":2},\"z\":{\"b\":3,\"a\":1}}" },
		/* go-yaml v2 lets a merge override what stands above it. */
		{ "z:\n  b: 3\n  <<: {a: 1, b: 2}\n", "{\"z\":{\"b\":2,\"a\":1}}",
		  "{\"z\":{\"b\":3,\"a\":1}}" },
		{ "z:\n  <<: [{a: 1}, {a: 2, b: 2}]\n  c: 3\n", "{\"z\":{\"a\":1,\"b\":2,\"c\":3}}",
		  "{\"z\":{\"c\":3,\"a\":1,\"b\":2}}" },
		{ "z:\n  <<: {<<: {a: 0, b: 5}, a: 1}\n", "{\"z\":{\"a\":1,\"b\":5}}",
		  "{\"z\":{\"a\":1,\"b\":5}}" },
		{ "z:\n  '<<': {a: 1}\n", "{\"z\":{\"<<\":{\"a\":1}}}",
		  "{\"z\":{\"<<\":{\"a\":1}}}" },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		struct sl_value *v = NULL;

		expect_ok(parse(&a, K, sl_str(cases[i].text), &v, &err), &err);
		expect_json(v, cases[i].k);
		expect_ok(parse(&a, G, sl_str(cases[i].text), &v, &err), &err);
		expect_json(v, cases[i].go);
	}
}

static void aliases_are_trees_of_their_own(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_value *v = NULL;

	(void)state;
	expect_ok(parse(&a, G, SL_STR("a: &x {k: {l: [1]}}\nb: *x\n"), &v, &err), &err);
	sl_map_set_int(&a, sl_get(v, "b", "k"), "l", 2);
	sl_map_set_int(&a, sl_get(v, "b"), "m", 3);
	expect_json(v, "{\"a\":{\"k\":{\"l\":[1]}},\"b\":{\"k\":{\"l\":2},\"m\":3}}");
}

static void splits_documents(void **state)
{
	static const struct {
		const char *text, *json;
	} cases[] = {
		{ "", "[]" },
		{ "# only a comment\n", "[]" },
		{ "---\n", "[null]" },
		{ "---\n---\n", "[null,null]" },
		{ "a: 1\n---\nb: 2\n---\n", "[{\"a\":1},{\"b\":2},null]" },
		{ "---\na: 1\n...\n---\n# x\n---\n- b\n", "[{\"a\":1},null,[\"b\"]]" },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		struct sl_value *docs = NULL;

		expect_ok(sl_yaml_parse_all(&a, sl_str(cases[i].text), NULL, &docs, &err), &err);
		expect_json(docs, cases[i].json);
	}
}

static void wants_a_single_document(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_yaml_options o = { .file = "f.yaml" };
	struct sl_value *v = NULL;

	(void)state;
	expect_ok(sl_yaml_parse(&a, SL_STR("# nothing\n"), NULL, &v, &err), &err);
	assert_int_equal(v->kind, SL_V_NULL);
	expect_err(sl_yaml_parse(&a, SL_STR("a: 1\n---\nb: 1\n"), &o, &v, &err), SL_ERR_INVALID,
		   "line 3: expected a single document", &err);
	assert_string_equal(err.origin.file, "f.yaml");
}

static void anchors_end_with_their_document(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_value *docs = NULL;

	(void)state;
	expect_err(sl_yaml_parse_all(&a, SL_STR("a: &x 1\n---\nb: *x\n"), NULL, &docs, &err),
		   SL_ERR_INVALID, "line 3: unknown anchor 'x' referenced", &err);
	assert_null(docs);
}

static void refuses_malformed_text(void **state)
{
	static const struct {
		const char *text, *message;
		uint32_t line, column; /* column 0: not looked at */
	} cases[] = {
		{ "a: b: c", "line 1: mapping values are not allowed in this context", 1, 5 },
		{ "a: 1\n\tb: 2\n", "line 2: found a tab character that violates indentation", 2,
		  1 },
		{ "a:\n  b\n c: d\n", "line 3: ", 3, 0 },
		{ "a\nb: c\n", "line 2: mapping values are not allowed", 2, 0 },
		{ "x: 1\na\nb\n", "line 3: could not find expected ':'", 3, 0 },
		{ "a: [1, 2\n", "line 2: did not find expected ',' or ']'", 2, 0 },
		{ "a: {b: c\n", "line 2: did not find expected ',' or '}'", 2, 0 },
		{ "a: 'x\n", "line 2: found unexpected end of stream", 2, 0 },
		{ "a: \"\\q\"\n", "line 1: found unknown escape character", 1, 0 },
		{ "a: @x\n", "line 1: found character that cannot start any token", 1, 4 },
		{ "a: *x\n", "line 1: unknown anchor 'x' referenced", 1, 4 },
		{ "a: &x\n- b\n- *x\n", "line 3: anchor 'x' value contains itself", 3, 3 },
		{ "a: &x {b: *x}\n", "line 1: anchor 'x' value contains itself", 1, 0 },
		{ "a: 1\nb: 2\na: 3\n", "line 3: mapping key \"a\" already defined at line 1", 3,
		  0 },
		{ "{a: 1, 'a': 2}", "mapping key \"a\" already defined", 1, 0 },
		{ "1: a\n'1': b\n", "line 2: mapping key \"1\" already defined", 2, 0 },
		{ "? [a]\n: b\n", "line 1: a list cannot be a key", 1, 3 },
		{ "? {a: b}\n: b\n", "line 1: a map cannot be a key", 1, 3 },
		{ "~: b\n", "line 1: null cannot be a key", 1, 1 },
		{ "a: &x [1]\n*x : 2\n", "line 2: a list cannot be a key", 2, 1 },
		{ "a: .nan\n", "line 1: unsupported value: NaN", 1, 4 },
		{ "- -.inf\n", "line 1: unsupported value: -Inf", 1, 3 },
		{ "a: !!int x\n", "line 1: cannot decode !!str `x` as a !!int", 1, 4 },
		{ "a: !!bool 3\n", "line 1: cannot decode !!int `3` as a !!bool", 1, 4 },
		{ "a: !!binary '*'\n", "line 1: !!binary value contains invalid base64 data", 1,
		  4 },
		{ "<<: 3\n", "line 1: map merge requires map or sequence of maps", 1, 0 },
		{ "<<: [{}, 3]\n", "line 1: map merge requires map or sequence of maps", 1, 0 },
		{ "a: b\nc: \xff\n", "line 2: invalid leading UTF-8 octet", 2, 4 },
		{ "a: b\nc: \xc3\n", "line 2: invalid trailing UTF-8 octet", 2, 5 },
		{ "a: \x01\n", "line 1: control characters are not allowed", 1, 4 },
		{ "%YAML 3.1\n---\na\n", "found incompatible YAML document", 1, 0 },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		struct sl_value *v = NULL;

		expect_err(parse(&a, K, sl_str(cases[i].text), &v, &err), SL_ERR_INVALID,
			   cases[i].message, &err);
		assert_null(v);
		if (err.origin.line != cases[i].line ||
		    (cases[i].column && err.origin.column != cases[i].column))
			print_error("%s: %u:%u\n", cases[i].text, err.origin.line,
				    err.origin.column);
		assert_int_equal(err.origin.line, cases[i].line);
		if (cases[i].column)
			assert_int_equal(err.origin.column, cases[i].column);
	}
}

static void rules_differ_about_two_merges(void **state)
{
	static const char text[] = "<<: {a: 1}\n<<: {b: 2}\n";
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_value *v = NULL;

	(void)state;
	expect_ok(parse(&a, K, sl_str(text), &v, &err), &err);
	expect_json(v, "{\"a\":1,\"b\":2}");
	expect_err(parse(&a, G, sl_str(text), &v, &err), SL_ERR_INVALID,
		   "line 2: mapping key \"<<\" already defined at line 1", &err);
}

static void allows_duplicates_when_asked(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_yaml_options o = { .allow_duplicates = true };
	struct sl_value *v = NULL;

	(void)state;
	expect_ok(sl_yaml_parse(&a, SL_STR("a: 1\nb: 2\na: 3\n"), &o, &v, &err), &err);
	expect_json(v, "{\"a\":3,\"b\":2}");
	assert_int_equal(sl_map_member(v, SL_STR("a"))->line, 3);
}

static void first_of_repeated_keys_counts_when_asked(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_yaml_options o = { .allow_duplicates = true, .keep_first = true };
	struct sl_value *v = NULL;

	(void)state;
	expect_ok(sl_yaml_parse(&a, SL_STR("a: 1\nb: {c: 2}\na: 3\n"), &o, &v, &err), &err);
	expect_json(v, "{\"a\":1,\"b\":{\"c\":2}}");
	assert_true(v->repeated);
	assert_false(sl_get(v, "b")->repeated);
}

static void joins_maps_under_a_repeated_key(void **state)
{
	static const struct {
		const char *text, *want;
		bool joined, repeated;
	} cases[] = {
		{ "a: {x: 1, w: 1}\na: {w: 2, z: 2}\na: {z: 3}\n",
		  "{\"a\":{\"x\":1,\"w\":1,\"z\":2}}", true, false },
		{ "a:\na: {x: 1}\n", "{\"a\":{\"x\":1}}", true, false },
		{ "a: {x: 1}\na: ~\n", "{\"a\":{\"x\":1}}", true, false },
		{ "a: {x: 1}\na: text\n", "{\"a\":{\"x\":1}}", false, true },
		{ "a: [1]\na: {x: 1}\n", "{\"a\":[1]}", false, true },
		{ "a: {x: 1}\nb: 1\nb: 2\n", "{\"a\":{\"x\":1},\"b\":1}", false, true },
	};
	struct sl_yaml_options o = { .allow_duplicates = true,
				     .keep_first = true,
				     .join_repeated = "a" };

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		struct sl_value *v = NULL;

		expect_ok(sl_yaml_parse(&a, sl_str(cases[i].text), &o, &v, &err), &err);
		expect_json(v, cases[i].want);
		assert_int_equal(v->joined, cases[i].joined);
		assert_int_equal(v->repeated, cases[i].repeated);
	}
}

/* Every prefix is either read or refused with a message; the sanitizers watch. */
static void survives_every_truncation(void **state)
{
	static const char text[] =
		"%YAML 1.1\n--- !t\na: &x [1, 'two', \"thr\\x65e\", {four: 4}]\n"
		"b: |2-\n   text\nc: >+\n  folded\n\n<<: {d: *x}\n? e\n: !!int 5\n"
		"\xc3\xa9: \xf0\x9f\x98\x80\n...\n";
	size_t refused = 0;

	(void)state;
	for (size_t n = 0; n < sizeof(text) - 1; n++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		SL_AUTO_FREE char *exact = sl_xmalloc(n);
		struct sl_value *v = NULL;
		int r;

		memcpy(exact, text, n);
		r = parse(&a, K, (struct sl_str){ exact, n }, &v, &err);
		assert_true(r == 0 ? v != NULL : err.message != NULL);
		refused += r < 0;
	}
	assert_true(refused > 40);
}

static void knows_lines_and_files(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_yaml_options o = { .file = "f.yaml" };
	struct sl_value *v = NULL;

	(void)state;
	expect_ok(sl_yaml_parse(&a, SL_STR("# c\na:\n  b: 1\n  c:\n  - x\n"), &o, &v, &err), &err);
	assert_string_equal(sl_get(v, "a", "b")->file, "f.yaml");
	assert_int_equal(sl_map_member(v, SL_STR("a"))->line, 2);
	assert_int_equal(sl_get(v, "a")->line, 3);
	assert_int_equal(sl_list_get(sl_get(v, "a", "c"), 0)->line, 5);
	expect_err(sl_yaml_parse(&a, SL_STR("a: 1\na: 2\n"), &o, &v, &err), SL_ERR_INVALID, NULL,
		   &err);
	assert_string_equal(err.origin.file, "f.yaml");
}

static void keeps_depth_limit(void **state)
{
	static const struct {
		size_t limit, depth;
		int want;
	} cases[] = {
		{ 0, SL_YAML_DEPTH_MAX - 1, 0 },
		{ 0, SL_YAML_DEPTH_MAX, 0 },
		{ 0, SL_YAML_DEPTH_MAX + 1, SL_ERR_TOO_LARGE },
		{ 3, 3, 0 },
		{ 3, 4, SL_ERR_TOO_LARGE },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(1 << 16);
		struct sl_yaml_options o = { .depth = cases[i].limit };
		struct sl_value *v = NULL;

		sl_strbuf_addn(&b, '[', cases[i].depth);
		sl_strbuf_addn(&b, ']', cases[i].depth);
		expect_code_(sl_yaml_parse(&a, sl_strbuf_str(&b), &o, &v, &err), cases[i].want,
			     &err, "depth", __FILE__, __LINE__);
	}
}

/* Depth counts through aliases: each level of the second list adds the height of the first. */
static void aliases_count_as_depth(void **state)
{
	static const char text[] = "a: &a [[1]]\nb: &b [*a]\nc: [*b]\n";
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_yaml_options o = { .depth = 5 };
	struct sl_value *v = NULL;

	(void)state;
	expect_ok(sl_yaml_parse(&a, sl_str(text), &o, &v, &err), &err);
	o.depth = 4;
	expect_err(sl_yaml_parse(&a, sl_str(text), &o, &v, &err), SL_ERR_TOO_LARGE,
		   "line 3: nested too deeply", &err);
}

static void keeps_node_limit(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_yaml_options o = { .nodes = 5 };
	struct sl_value *v = NULL;

	(void)state;
	expect_ok(sl_yaml_parse(&a, SL_STR("[1, 2, 3]"), &o, &v, &err), &err);
	expect_ok(sl_yaml_parse(&a, SL_STR("[1, 2, 3, 4]"), &o, &v, &err), &err);
	expect_err(sl_yaml_parse(&a, SL_STR("[1, 2, 3, 4, 5]"), &o, &v, &err), SL_ERR_TOO_LARGE,
		   "more than 5 nodes", &err);
	expect_ok(sl_yaml_parse(&a, SL_STR("[&a [1], *a]"), &o, &v, &err), &err);
	expect_err(sl_yaml_parse(&a, SL_STR("[&a [1, 2], *a]"), &o, &v, &err), SL_ERR_TOO_LARGE,
		   "document contains excessive aliasing", &err);
}

/* Ten levels of nine aliases each would be three billion nodes. */
static void refuses_a_billion_laughs(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT_LIMIT(8 << 20);
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(1 << 16);
	struct sl_value *v = NULL;

	(void)state;
	sl_strbuf_addz(&b, "a0: &a0 [x,x,x,x,x,x,x,x,x]\n");
	for (int i = 1; i < 10; i++) {
		sl_strbuf_addf(&b, "a%d: &a%d [", i, i);
		for (int k = 0; k < 9; k++)
			sl_strbuf_addf(&b, "%s*a%d", k ? "," : "", i - 1);
		sl_strbuf_addz(&b, "]\n");
	}
	expect_err(parse(&a, K, sl_strbuf_str(&b), &v, &err), SL_ERR_TOO_LARGE,
		   "document contains excessive aliasing", &err);
}

static void keeps_size_limit(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_yaml_options o = { .bytes = 5 };
	struct sl_value *v = NULL;

	(void)state;
	expect_ok(sl_yaml_parse(&a, SL_STR("a: 1"), &o, &v, &err), &err);
	expect_ok(sl_yaml_parse(&a, SL_STR("a: 12"), &o, &v, &err), &err);
	expect_err(sl_yaml_parse(&a, SL_STR("a: 123"), &o, &v, &err), SL_ERR_TOO_LARGE,
		   "YAML is larger than 5 bytes", &err);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(types_scalars_as_go_does),
		cmocka_unit_test(reads_structures),
		cmocka_unit_test(turns_keys_into_strings),
		cmocka_unit_test(merges_maps),
		cmocka_unit_test(aliases_are_trees_of_their_own),
		cmocka_unit_test(splits_documents),
		cmocka_unit_test(wants_a_single_document),
		cmocka_unit_test(anchors_end_with_their_document),
		cmocka_unit_test(refuses_malformed_text),
		cmocka_unit_test(rules_differ_about_two_merges),
		cmocka_unit_test(allows_duplicates_when_asked),
		cmocka_unit_test(first_of_repeated_keys_counts_when_asked),
		cmocka_unit_test(joins_maps_under_a_repeated_key),
		cmocka_unit_test(survives_every_truncation),
		cmocka_unit_test(knows_lines_and_files),
		cmocka_unit_test(keeps_depth_limit),
		cmocka_unit_test(aliases_count_as_depth),
		cmocka_unit_test(keeps_node_limit),
		cmocka_unit_test(refuses_a_billion_laughs),
		cmocka_unit_test(keeps_size_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
