/*
 * What schemas say of values. Recorded from Helm v3.22.0's ValidateAgainstSingleSchema; where several
 * members are wrong, in our order.
 */
#include <string.h>

#include "libcommon/codec/json.h"
#include "libcommon/lang/jsonschema/jsonschema.h"
#include "test/unit/support/expect.h"

#define URL "file:///values.schema.json"

static const struct {
	const char *schema, *value, *want; /* "": it fits */
} cases[] = {
	{ "{\"type\":\"object\",\"required\":[\"a\",\"b\"],\"properties\":{\"a\":{\"type\":"
	  "\"integer\"}}}",
	  "{\"a\":\"x\"}", "- at '': missing property 'b'\n- at '/a': got string, want integer\n" },
	{ "{\"required\":[\"a\"]}", "{}", "- at '': missing property 'a'\n" },
	{ "{\"type\":[\"string\",\"null\"]}", "{}", "- at '': got object, want null or string\n" },
	{ "{\"properties\":{\"a\":{\"type\":\"integer\"}}}", "{\"a\":1.5}",
	  "- at '/a': got number, want integer\n" },
	{ "{\"properties\":{\"a\":{\"type\":\"integer\"}}}", "{\"a\":3.0}", "" },
	{ "{\"properties\":{\"a\":{\"enum\":[\"x\",\"y's\",1.0,null,true]}}}", "{\"a\":\"z\"}",
	  "- at '/a': value must be one of 'x', 'y\\'s', 1.0, <nil>, true\n" },
	{ "{\"properties\":{\"a\":{\"enum\":[{\"b\":1}]}}}", "{\"a\":\"z\"}",
	  "- at '/a': 'enum' failed\n" },
	{ "{\"properties\":{\"a\":{\"const\":\"x\"}}}", "{\"a\":\"z\"}",
	  "- at '/a': value must be 'x'\n" },
	{ "{\"properties\":{\"a\":{\"minimum\":1000,\"maximum\":0,\"multipleOf\":0.3}}}",
	  "{\"a\":0.7}",
	  "- at '/a': minimum: got 0.7, want 1,000\n- at '/a': maximum: got 0.7, want 0\n- at "
	  "'/a': multipleOf: got 0.7, want 0.3\n" },
	{ "{\"properties\":{\"a\":{\"multipleOf\":0.1}}}", "{\"a\":0.3}", "" },
	{ "{\"properties\":{\"a\":{\"exclusiveMinimum\":1,\"exclusiveMaximum\":1}}}", "{\"a\":1}",
	  "- at '/a': exclusiveMinimum: got 1, want 1\n- at '/a': exclusiveMaximum: got 1, want "
	  "1\n" },
	{ "{\"$schema\":\"http://json-schema.org/draft-04/"
	  "schema#\",\"properties\":{\"a\":{\"minimum\":1,\"exclusiveMinimum\":true}}}",
	  "{\"a\":1}", "- at '/a': exclusiveMinimum: got 1, want 1\n" },
	{ "{\"properties\":{\"a\":{\"minimum\":2000000}}}", "{\"a\":1234567.5}",
	  "- at '/a': minimum: got 1.2345675\303\22710\342\201\260\342\201\266, want "
	  "2\303\22710\342\201\260\342\201\266\n" },
	{ "{\"properties\":{\"a\":{\"minLength\":3,\"pattern\":\"^[a-z]+$\"}}}",
	  "{\"a\":\"A\303\251\"}",
	  "- at '/a': minLength: got 2, want 3\n- at '/a': 'A\303\251' does not match pattern "
	  "'^[a-z]+$'\n" },
	{ "{\"properties\":{\"a\":{\"maxLength\":2}}}", "{\"a\":\"\303\251\303\240\303\274\"}",
	  "- at '/a': maxLength: got 3, want 2\n" },
	{ "{\"properties\":{\"a\":{\"minItems\":2,\"items\":{\"type\":\"string\"}}}}",
	  "{\"a\":[1]}",
	  "- at '/a': minItems: got 1, want 2\n- at '/a/0': got number, want string\n" },
	{ "{\"properties\":{\"a\":{\"uniqueItems\":true}}}", "{\"a\":[1,2,1.0]}",
	  "- at '/a': items at 0 and 2 are equal\n" },
	{ "{\"properties\":{\"a\":{\"prefixItems\":[{\"type\":\"string\"}],\"items\":false}}}",
	  "{\"a\":[1,2]}", "- at '/a/0': got number, want string\n- at '/a/1': false schema\n" },
	{ "{\"$schema\":\"http://json-schema.org/draft-07/"
	  "schema#\",\"properties\":{\"a\":{\"items\":[{\"type\":\"string\"}],\"additionalItems\":"
	  "false}}}",
	  "{\"a\":[\"x\",2,3]}", "- at '/a': last 2 additionalItem(s) not allowed\n" },
	{ "{\"properties\":{\"a\":{\"contains\":{\"type\":\"string\"}}}}", "{\"a\":[1,2]}",
	  "- at '/a': no items match contains schema\n  - at '/a/0': got number, want string\n  - "
	  "at '/a/1': got number, want string\n" },
	{ "{\"properties\":{\"a\":{\"contains\":{\"type\":\"string\"},\"minContains\":2,"
	  "\"maxContains\":1}}}",
	  "{\"a\":[\"x\",2]}",
	  "- at '/a': min 2 items required to match contains schema, but matched 1 items at 0\n  - "
	  "at '/a/1': got number, want string\n" },
	{ "{\"additionalProperties\":false,\"properties\":{\"a\":{}}}", "{\"b\":1,\"c\":2}",
	  "- at '': additional properties 'b', 'c' not allowed\n" },
	{ "{\"additionalProperties\":{\"type\":\"string\"},\"patternProperties\":{\"^x\":{\"type\":"
	  "\"integer\"}}}",
	  "{\"a\":1,\"xa\":\"y\"}",
	  "- at '/a': got number, want string\n- at '/xa': got string, want integer\n" },
	{ "{\"minProperties\":2,\"maxProperties\":0}", "{\"a\":1}",
	  "- at '': minProperties: got 1, want 2\n- at '': maxProperties: got 1, want 0\n" },
	{ "{\"propertyNames\":{\"pattern\":\"^[a-z]+$\",\"maxLength\":2}}", "{\"ABC\":1}",
	  "- at '': invalid propertyName 'ABC'\n  - at '': maxLength: got 3, want 2\n  - at '': "
	  "'ABC' does not match pattern '^[a-z]+$'\n" },
	{ "{\"dependentRequired\":{\"a\":[\"b\",\"c\"]},\"dependentSchemas\":{\"a\":{\"required\":["
	  "\"d\"]}}}",
	  "{\"a\":1}",
	  "- at '': missing property 'd'\n- at '': properties 'b', 'c' required, if 'a' exists\n" },
	{ "{\"$schema\":\"http://json-schema.org/draft-07/"
	  "schema#\",\"dependencies\":{\"a\":[\"b\"],\"c\":{\"required\":[\"d\"]}}}",
	  "{\"a\":1,\"c\":2}",
	  "- at '': properties 'b' required, if 'a' exists\n- at '': missing property 'd'\n" },
	{ "{\"allOf\":[{\"required\":[\"a\"]},{\"required\":[\"b\"]}],\"anyOf\":[{\"required\":["
	  "\"c\"]},{\"required\":[\"d\"]}],\"oneOf\":[{},{}],\"not\":{}}",
	  "{}",
	  "- at '': 'not' failed\n- at '': 'allOf' failed\n  - at '': missing property 'a'\n  - at "
	  "'': missing property 'b'\n- at '': 'anyOf' failed\n  - at '': missing property 'c'\n  - "
	  "at '': missing property 'd'\n- at '': 'oneOf' failed, subschemas 0, 1 matched\n" },
	{ "{\"oneOf\":[{\"required\":[\"a\"]},{\"required\":[\"b\"]}]}", "{}",
	  "- at '': 'oneOf' failed, none matched\n  - at '': missing property 'a'\n  - at '': "
	  "missing property 'b'\n" },
	{ "{\"if\":{\"required\":[\"a\"]},\"then\":{\"required\":[\"b\"]},\"else\":{\"required\":["
	  "\"c\"]}}",
	  "{\"a\":1}", "- at '': missing property 'b'\n" },
	{ "{\"if\":{\"required\":[\"a\"]},\"then\":{\"required\":[\"b\"]},\"else\":{\"required\":["
	  "\"c\"]}}",
	  "{}", "- at '': missing property 'c'\n" },
	{ "{\"$defs\":{\"p\":{\"type\":\"integer\",\"minimum\":1}},\"properties\":{\"a\":{\"$ref\":"
	  "\"#/$defs/p\"}}}",
	  "{\"a\":0}", "- at '/a': minimum: got 0, want 1\n" },
	{ "{\"$defs\":{\"p\":{\"$anchor\":\"port\",\"type\":\"integer\",\"minimum\":1,\"maximum\":-"
	  "1}},\"properties\":{\"a\":{\"$ref\":\"#port\"}}}",
	  "{\"a\":0}",
	  "- at '/a': validation failed\n  - at '/a': minimum: got 0, want 1\n  - at '/a': "
	  "maximum: got 0, want -1\n" },
	{ "{\"$id\":\"https://example.com/"
	  "a.json\",\"$defs\":{\"p\":{\"$id\":\"b.json\",\"type\":\"integer\"}},\"properties\":{"
	  "\"a\":{\"$ref\":\"b.json\"}}}",
	  "{\"a\":\"x\"}", "- at '/a': got string, want integer\n" },
	{ "{\"$dynamicAnchor\":\"n\",\"type\":\"object\",\"properties\":{\"c\":{\"items\":{\"$"
	  "dynamicRef\":\"#n\"}}},\"required\":[\"v\"]}",
	  "{\"v\":1,\"c\":[{}]}", "- at '/c/0': missing property 'v'\n" },
	{ "{\"$schema\":\"https://json-schema.org/draft/2019-09/"
	  "schema\",\"$recursiveAnchor\":true,\"properties\":{\"c\":{\"$recursiveRef\":\"#\"}},"
	  "\"required\":[\"v\"]}",
	  "{\"v\":1,\"c\":{}}", "- at '/c': missing property 'v'\n" },
	{ "{\"properties\":{\"a\":{}},\"unevaluatedProperties\":false,\"anyOf\":[{\"properties\":{"
	  "\"b\":{}}},{\"required\":[\"zz\"]}]}",
	  "{\"a\":1,\"b\":2,\"c\":3}", "- at '/c': false schema\n" },
	{ "{\"properties\":{\"l\":{\"prefixItems\":[{}],\"unevaluatedItems\":false}}}",
	  "{\"l\":[1,2]}", "- at '/l/1': false schema\n" },
	{ "{\"properties\":{\"a\":{\"$ref\":\"#/properties/a\"}}}", "{\"a\":1}",
	  "- at '/a': both /properties/a/$ref and /properties/a resolve to "
	  "\"file:///values.schema.json#/properties/a\" causing reference cycle\n" },
	{ "{\"properties\":{\"a\":false}}", "{\"a\":1}", "- at '/a': false schema\n" },
	{ "{\"$schema\":\"http://json-schema.org/draft-07/"
	  "schema#\",\"properties\":{\"a\":{\"format\":\"ipv4\"},\"b\":{\"format\":\"date\"},\"c\":"
	  "{\"format\":\"email\"},\"d\":{\"format\":\"uri\"},\"e\":{\"format\":\"hostname\"},\"f\":"
	  "{\"format\":\"uuid\"}}}",
	  "{\"a\":\"1.2.3\",\"b\":\"2020-13-01\",\"c\":\"x\",\"d\":\"a/"
	  "b\",\"e\":\"-x\",\"f\":\"1\"}",
	  "- at '/a': '1.2.3' is not valid ipv4: expected four decimals\n- at '/b': '2020-13-01' "
	  "is not valid date: parsing time \"2020-13-01\": month out of range\n- at '/c': 'x' is "
	  "not valid email: missing @\n- at '/d': 'a/b' is not valid uri: relative url\n- at '/e': "
	  "'-x' is not valid hostname: label starts with hyphen\n- at '/f': '1' is not valid uuid: "
	  "must have 5 elements\n" },
	{ "{\"$schema\":\"http://json-schema.org/draft-07/"
	  "schema#\",\"properties\":{\"a\":{\"format\":\"ipv6\"},\"b\":{\"format\":\"date-time\"},"
	  "\"c\":{\"format\":\"time\"},\"d\":{\"format\":\"duration\"},\"e\":{\"format\":\"regex\"}"
	  ",\"f\":{\"format\":\"json-pointer\"},\"g\":{\"format\":\"semver\"}}}",
	  "{\"a\":\"1::2::3\",\"b\":\"2020-01-01T25:00:00Z\",\"c\":\"12:00:60Z\",\"d\":\"P1S\","
	  "\"e\":\"(\",\"f\":\"a\",\"g\":\"1.02.3\"}",
	  "- at '/a': '1::2::3' is not valid ipv6: ParseAddr(\"1::2::3\"): multiple :: in address "
	  "(at \":3\")\n- at '/b': '2020-01-01T25:00:00Z' is not valid date-time: invalid time "
	  "element: hour/min/sec out of range\n- at '/c': '12:00:60Z' is not valid time: invalid "
	  "leap second\n- at '/d': 'P1S' is not valid duration: invalid unit 'S'\n- at '/e': '(' "
	  "is not valid regex: error parsing regexp: missing closing ): `(`\n- at '/f': 'a' is not "
	  "valid json-pointer: not starting with /\n- at '/g': '1.02.3' is not valid semver: minor "
	  "starts with zero\n" },
	{ "{\"properties\":{\"a\":{\"format\":\"ipv4\"}}}", "{\"a\":\"x\"}", "" },
	{ "{\"type\":5}", "{}",
	  "\"file:///values.schema.json#\" is not valid against metaschema: jsonschema validation "
	  "failed with 'https://json-schema.org/draft/2020-12/schema#'\n- at '': 'allOf' failed\n  "
	  "- at '/type': 'anyOf' failed\n    - at '/type': value must be one of 'array', "
	  "'boolean', 'integer', 'null', 'number', 'object', 'string'\n    - at '/type': got "
	  "number, want array" },
	{ "{\"properties\":{\"a\":{\"type\":\"strin\"}}}", "{}",
	  "\"file:///values.schema.json#\" is not valid against metaschema: jsonschema validation "
	  "failed with 'https://json-schema.org/draft/2020-12/schema#'\n- at '': 'allOf' failed\n  "
	  "- at '/properties/a': 'allOf' failed\n    - at '/properties/a/type': 'anyOf' failed\n   "
	  "   - at '/properties/a/type': value must be one of 'array', 'boolean', 'integer', "
	  "'null', 'number', 'object', 'string'\n      - at '/properties/a/type': got string, want "
	  "array" },
	{ "{\"minLength\":-1,\"pattern\":\"(\"}", "{}",
	  "\"file:///values.schema.json#\" is not valid against metaschema: jsonschema validation "
	  "failed with 'https://json-schema.org/draft/2020-12/schema#'\n- at '': 'allOf' failed\n  "
	  "- at '': validation failed\n    - at '/minLength': minimum: got -1, want 0\n    - at "
	  "'/pattern': '(' is not valid regex: error parsing regexp: missing closing ): `(`" },
	{ "{\"$schema\":\"http://json-schema.org/draft-04/schema#\",\"required\":[]}", "{}",
	  "\"file:///values.schema.json#\" is not valid against metaschema: jsonschema validation "
	  "failed with 'http://json-schema.org/draft-04/schema#'\n- at '/required': minItems: got "
	  "0, want 1" },
	{ "{\"$ref\":\"#/$defs/none\"}", "{}",
	  "json-pointer in \"file:///values.schema.json#/$defs/none\" not found" },
	{ "{\"$ref\":\"#none\"}", "{}",
	  "anchor in \"file:///values.schema.json#none\" not found in schema "
	  "\"file:///values.schema.json\"" },
	{ "{\"$ref\":\"other.json\"}", "{}",
	  "failing loading \"file:///other.json\": open /other.json: no such file or directory" },
	{ "{\"$defs\":{\"a\":{\"$anchor\":\"x\"},\"b\":{\"$anchor\":\"x\"}}}", "{}",
	  "duplicate anchor \"x\" in \"file:///values.schema.json\" at \"/$defs/a\" and "
	  "\"/$defs/b\"" },
	{ "{\"$schema\":\"http://json-schema.org/draft-04/schema\"}", "{}", "" },
	{ "{\"a\":", "{}", "unexpected EOF" },
	{ "[1]", "{}",
	  "\"file:///values.schema.json#\" is not valid against metaschema: jsonschema validation "
	  "failed with 'https://json-schema.org/draft/2020-12/schema#'\n- at '': got array, want "
	  "boolean or object" },
	{ "true x", "{}", "invalid character after top-level value" },
	{ "false", "{}", "- at '': false schema\n" },
};

static int check(struct sl_arena *a, struct sl_str schema, const char *value, struct sl_err *err)
{
	const struct sl_jsonschema *compiled;
	struct sl_value *v = NULL;
	int r;

	expect_ok(sl_json_parse(a, sl_str(value), NULL, &v, err), err);
	r = sl_jsonschema_compile(a, URL, schema, &compiled, err);
	return r < 0 ? r : sl_jsonschema_check(a, compiled, v, err);
}

static void says_what_helm_says(void **state)
{
	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		struct sl_str want = sl_str(cases[i].want), got = SL_STR("");
		int r = check(&a, sl_str(cases[i].schema), cases[i].value, &err);

		if (r < 0)
			got = sl_str(err.message);
		sl_str_cut_prefix(&got, SL_STR("jsonschema validation failed with '" URL "#'\n"));
		sl_str_cut_suffix(&want, SL_STR("\n"));
		expect_str_case(got, want, cases[i].schema);
		assert_true((r < 0) == (want.n > 0));
	}
}

static void reads_what_is_cut(void **state)
{
	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++)
		for (size_t n = 0; n < strlen(cases[i].schema); n++) {
			SL_AUTO(sl_arena) a = SL_ARENA_INIT;
			SL_AUTO(sl_err) err = SL_ERR_INIT;
			struct sl_str part = { cases[i].schema, n };

			if (cases[i].schema[0] == '{')
				assert_true(check(&a, part, "{}", &err) < 0);
		}
}

/* {"$defs":{"a0":{"anyOf":[{"$ref":"#/$defs/a1"},{"$ref":"#/$defs/a1"}]},…}}: two to the power of n. */
static void ends_what_grows_exponentially(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT_LIMIT(512 << 20);
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	SL_AUTO(sl_strbuf) text = SL_STRBUF_INIT(1 << 20);

	(void)state;
	sl_strbuf_addz(&text, "{\"$ref\":\"#/$defs/a0\",\"$defs\":{");
	for (int i = 0; i < 22; i++)
		sl_strbuf_addf(&text,
			       "\"a%d\":{\"not\":{\"anyOf\":[{\"not\":{\"$ref\":\"#/$defs/"
			       "a%d\"}},{\"not\":{\"$ref\":\"#/$defs/a%d\"}}]}},",
			       i, i + 1, i + 1);
	sl_strbuf_addz(&text, "\"a22\":{\"type\":\"object\"}}}");
	expect_err(check(&a, sl_strbuf_str(&text), "{}", &err), SL_ERR_TOO_LARGE,
		   "a schema takes too m", &err);
}

/* A value of this many lists within lists, held against a schema that refers to itself. */
static int check_nested(size_t depth, struct sl_err *err)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	const struct sl_jsonschema *compiled;
	struct sl_value *v = sl_value_list(&a), *outer;

	for (size_t i = 1; i < depth; i++) {
		outer = sl_value_list(&a);
		sl_list_push(&a, outer, v);
		v = outer;
	}
	expect_ok(sl_jsonschema_compile(&a, URL, SL_STR("{\"items\":{\"$ref\":\"#\"}}"), &compiled,
					err),
		  err);
	return sl_jsonschema_check(&a, compiled, v, err);
}

static void knows_its_depth(void **state)
{
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	(void)state;
	/* Two schemas for each list but the last: "items", and what it refers to. */
	expect_ok(check_nested(SL_JSONSCHEMA_DEPTH_MAX / 2, &err), &err);
	expect_err(check_nested(SL_JSONSCHEMA_DEPTH_MAX / 2 + 1, &err), SL_ERR_TOO_LARGE,
		   "too deeply", &err);
}

static void knows_the_size_of_texts(void **state)
{
	SL_AUTO(sl_strbuf) text = SL_STRBUF_INIT(2 * SL_JSONSCHEMA_BYTES_MAX);

	(void)state;
	for (int over = -1; over <= 1; over++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;

		sl_strbuf_reset(&text);
		sl_strbuf_addz(&text, "{}");
		sl_strbuf_addn(&text, ' ', (size_t)((int64_t)SL_JSONSCHEMA_BYTES_MAX - 2 + over));
		if (over <= 0)
			expect_ok(check(&a, sl_strbuf_str(&text), "{}", &err), &err);
		else
			expect_err(check(&a, sl_strbuf_str(&text), "{}", &err), SL_ERR_TOO_LARGE,
				   NULL, &err);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_what_helm_says),
		cmocka_unit_test(reads_what_is_cut),
		cmocka_unit_test(ends_what_grows_exponentially),
		cmocka_unit_test(knows_its_depth),
		cmocka_unit_test(knows_the_size_of_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
