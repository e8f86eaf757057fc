/* Results of Helm v3.22. */
#include "test/unit/support/sprigtmpl.h"
#include "test/unit/support/test.h"

static void writes_yaml(void **state)
{
	static const struct sprigtmpl_case cases[] = {
		{ "{{toYaml (dict \"b\" 1 \"a\" (list 1 \"x\" nil true 1.5) \"c\" (dict) \"d\" "
		  "(list) \"e\" \"\" \"f\" \"1\" \"g\" \"yes\" \"h\" \"a: b\")}}",
		  "a:\n- 1\n- x\n- null\n- true\n- 1.5\nb: 1\nc: {}\nd: []\ne: \"\"\nf: \"1\"\ng: "
		  "\"yes\"\nh: 'a: b'" },
		{ "{{toYaml 1000000}}", "1000000" },
		{ "{{toYaml 1000000.0}}", "1000000" },
		{ "{{toYaml 1e21}}", "1e+21" },
		{ "{{toYaml 12345678901234567890.0}}", "12345678901234567000" },
		{ "{{toYaml (list (list 1 2) (dict \"k\" \"v\"))}}", "- - 1\n  - 2\n- k: v" },
		{ "{{toYaml \"<a & b>\"}}", "<a & b>" },
		{ "{{toYaml \"multi\\nline\\n\"}}", "|\n  multi\n  line" },
		{ "{{toYaml (repeat 30 \"word \")}}",
		  "'word word word word word word word word word word word word word word word "
		  "word word\n  word word word word word word word word word word word word word "
		  "'" },
		{ "{{toYaml nil}}", "null" },
		{ "{{toYaml \"x\\u007f\"}}", "" },
		{ "{{toYaml (dict (repeat 1023 \"k\") 1)}}", "" },
		{ "{{toYaml (list \"a\\u0085 b\" \"a\\u0085\\u0085b\")}}",
		  "- a b\n- |-\n  a\n  b" },
		{ "{{toYaml \"\\xff\"}}", "\xef\xbf\xbd" },
		{ "{{toYaml (dict \"a10\" 1 \"a9\" 2 \"A\" 3 \"_\" 4 \"1\" 5)}}",
		  "_: 4\n\"1\": 5\nA: 3\na9: 2\na10: 1" },
		{ "{{toYaml (tuple (int64 5) (float64 0.1) (toString 7))}}",
		  "- 5\n- 0.1\n- \"7\"" },
	};

	(void)state;
	sprigtmpl_check(cases, SL_ARRAY_LEN(cases));
}

static void writes_yaml_prettily(void **state)
{
	static const struct sprigtmpl_case cases[] = {
		{ "{{toYamlPretty (dict \"b\" 1 \"a\" (list 1 \"x\" nil true 1.5) \"c\" (dict) "
		  "\"d\" (list))}}",
		  "a:\n  - 1\n  - x\n  - null\n  - true\n  - 1.5\nb: 1\nc: {}\nd: []" },
		{ "{{toYamlPretty 1000000.0}}", "1e+06" },
		{ "{{toYamlPretty (list (list 1 2) (dict \"k\" (list \"v\")))}}",
		  "- - 1\n  - 2\n- k:\n    - v" },
		{ "{{toYamlPretty \"a\\tb\\nc\"}}", "|-\n  a\tb\n  c" },
		{ "{{toYamlPretty (repeat 30 \"word \")}}",
		  "'word word word word word word word word word word word word word word word "
		  "word word word word word word word word word word word word word word word '" },
		{ "{{toYamlPretty nil}}", "null" },
		{ "{{toYamlPretty \"\\xff\"}}", "!!binary /w==" },
		{ "{{toYamlPretty (dict \"1a\" 1 \"1-\" 2 \"a1\" 3)}}", "1a: 1\n1-: 2\na1: 3" },
		{ "{{toYamlPretty (list \"<<\" \"yes\" \"0x1\" \"~\")}}",
		  "- <<\n- \"yes\"\n- \"0x1\"\n- \"~\"" },
		{ "{{toYamlPretty (splitList \",\" \"a,b\")}}", "- a\n- b" },
		{ "{{toYamlPretty (list (float64 1e6) (int64 1))}}", "- 1e+06\n- 1" },
		{ "{{toYamlPretty (until 3)}}", "- 0\n- 1\n- 2" },
	};

	(void)state;
	sprigtmpl_check(cases, SL_ARRAY_LEN(cases));
}

static void reads_yaml(void **state)
{
	static const struct sprigtmpl_case cases[] = {
		{ "{{fromYaml \"a: 1\\nb: [x, y]\"}}", "map[a:1 b:[x true]]" },
		{ "{{fromYaml \"a: 1.0\\nb: 0x10\\nc: yes\\nd: 2001-01-01\\ne: ~\"}}",
		  "map[a:1 b:16 c:true d:2001-01-01 e:<nil>]" },
		{ "{{fromYaml \"\"}}", "map[]" },
		{ "{{fromYaml \"null\"}}", "map[]" },
		{ "{{fromYaml \"- a\"}}",
		  "map[Error:error unmarshaling JSON: while decoding JSON: json: cannot unmarshal "
		  "array into Go value of type map[string]interface {}]" },
		{ "{{fromYaml \"x\"}}",
		  "map[Error:error unmarshaling JSON: while decoding JSON: json: cannot unmarshal "
		  "string into Go value of type map[string]interface {}]" },
		{ "{{fromYaml \"12\"}}",
		  "map[Error:error unmarshaling JSON: while decoding JSON: json: cannot unmarshal "
		  "number into Go value of type map[string]interface {}]" },
		{ "{{fromYaml \"true\"}}",
		  "map[Error:error unmarshaling JSON: while decoding JSON: json: cannot unmarshal "
		  "bool into Go value of type map[string]interface {}]" },
		{ "{{fromYaml \"a: [\"}}", "map[Error:error converting YAML to JSON: yaml: line 1: "
					   "did not find expected node content]" },
		{ "{{fromYaml \"a: {{ .x }}\"}}",
		  "map[Error:error converting YAML to JSON: yaml: invalid map key: map[interface "
		  "{}]interface {}{\".x\":interface {}(nil)}]" },
		{ "{{fromYaml \"a: b: c\"}}", "map[Error:error converting YAML to JSON: yaml: "
					      "mapping values are not allowed in this context]" },
		{ "{{fromYaml \"a: 1\\n b: 2\"}}",
		  "map[Error:error converting YAML to JSON: yaml: line 2: mapping values are not "
		  "allowed in this context]" },
		{ "{{fromYaml \"a: *x\"}}",
		  "map[Error:error converting YAML to JSON: yaml: unknown anchor 'x' referenced]" },
		{ "{{fromYaml \"a: \\t- b\"}}",
		  "map[Error:error converting YAML to JSON: yaml: block sequence entries are not "
		  "allowed in this context]" },
		{ "{{fromYaml \"a: .nan\"}}",
		  "map[Error:error converting YAML to JSON: json: unsupported value: NaN]" },
		{ "{{fromYaml \"a: !!int x\"}}", "map[Error:error converting YAML to JSON: yaml: "
						 "cannot decode !!str `x` as a !!int]" },
		{ "{{fromYaml \"a: 1\\na: 2\"}}", "map[a:2]" },
		{ "{{fromYaml \"a: 1\\n---\\nb: 2\"}}", "map[a:1]" },
		{ "{{fromYaml \"\\x01\"}}", "map[Error:error converting YAML to JSON: yaml: "
					    "control characters are not allowed]" },
		{ "{{fromYamlArray \"[1, a]\"}} {{fromYamlArray \"\"}} {{fromYamlArray \"a: 1\"}} "
		  "{{fromYamlArray \"[\"}}",
		  "[1 a] [] [error unmarshaling JSON: while decoding JSON: json: cannot unmarshal "
		  "object into Go value of type []interface {}] [error converting YAML to JSON: "
		  "yaml: line 1: did not find expected node content]" },
		{ "{{printf \"%T %T\" (index (fromYaml \"a: 1\") \"a\") (fromYaml \"a: 1\")}}",
		  "float64 map[string]interface {}" },
	};

	(void)state;
	sprigtmpl_check(cases, SL_ARRAY_LEN(cases));
}

static void writes_json(void **state)
{
	static const struct sprigtmpl_case cases[] = {
		{ "{{toJson (dict \"b\" \"<&>\" \"a\" (list nil 1 1.5 1e21 1e-7))}}",
		  "{\"a\":[null,1,1.5,1e+21,1e-7],\"b\":\"\\u003c\\u0026\\u003e\"}" },
		{ "{{toJson (list 4611686018427387904.0 1e20 -0.0 0.1)}}",
		  "[4611686018427388000,100000000000000000000,-0,0.1]" },
		{ "{{toJson (list (list) (dict))}}", "[[],{}]" },
		{ "{{toJson (fromJson \"null\")}}", "null" },
	};

	(void)state;
	sprigtmpl_check(cases, SL_ARRAY_LEN(cases));
}

static void reads_json(void **state)
{
	static const struct sprigtmpl_case cases[] = {
		{ "{{fromJson \"{\\\"a\\\":1,\\\"a\\\":2}\"}}", "map[a:2]" },
		{ "{{fromJson \"[1]\"}}", "map[Error:json: cannot unmarshal array into Go value of "
					  "type map[string]interface {}]" },
		{ "{{fromJson \"null\"}}", "map[]" },
		{ "{{fromJson \"1\"}}", "map[Error:json: cannot unmarshal number into Go value of "
					"type map[string]interface {}]" },
		{ "{{fromJson \"{\"}}", "map[Error:unexpected end of JSON input]" },
		{ "{{fromJson \"{a}\"}}",
		  "map[Error:invalid character 'a' looking for beginning of object key string]" },
		{ "{{fromJson \"{\\\"a\\\":1e400,\\\"b\\\":2}\"}}",
		  "map[Error:json: cannot unmarshal number 1e400 into Go value of type float64 "
		  "a:<nil> b:2]" },
		{ "{{fromJson \"{\\\"a\\\":tru}\"}}",
		  "map[Error:invalid character '}' in literal true (expecting 'e')]" },
		{ "{{fromJson \"\"}}", "map[Error:unexpected end of JSON input]" },
		{ "{{fromJsonArray \"[1,\\\"a\\\",null]\"}} {{fromJsonArray \"null\"}} "
		  "{{fromJsonArray \"{}\"}} {{fromJsonArray \"[1\"}}",
		  "[1 a <nil>] [] [json: cannot unmarshal object into Go value of type []interface "
		  "{}] [unexpected end of JSON input]" },
	};

	(void)state;
	sprigtmpl_check(cases, SL_ARRAY_LEN(cases));
}

static void writes_toml(void **state)
{
	static const struct sprigtmpl_case cases[] = {
		{ "{{toToml (dict \"b\" 1 \"a\" \"x\\\"y\\n\" \"t\" (dict \"k\" 1.0 \"s\" (dict "
		  "\"z\" true)) \"l\" (list 1 2 3))}}",
		  "a = \"x\\\"y\\n\"\nb = 1\nl = [1, 2, 3]\n\n[t]\n  k = 1.0\n  [t.s]\n    z = "
		  "true\n" },
		{ "{{toToml (dict \"l\" (list (dict \"a\" 1) (dict \"b\" (list (dict \"c\" 1)))) "
		  "\"x y\" (dict \"\" 1))}}",
		  "[[l]]\n  a = 1\n\n[[l]]\n\n  [[l.b]]\n    c = 1\n\n[\"x y\"]\n  \"\" = 1\n" },
		{ "{{toToml (dict \"m\" (list (dict \"a\" 1) 2))}}", "m = [{a = 1}, 2]\n" },
		{ "{{toToml (dict \"n\" nil \"e\" (list) \"d\" (dict))}}", "e = []\n\n[d]\n" },
		{ "{{toToml (list 1 2)}}", "[1, 2]" },
		{ "{{toToml (list (dict \"a\" 1))}}",
		  "toml: top-level values must be Go maps or structs" },
		{ "{{toToml \"x\"}}", "\"x\"" },
		{ "{{toToml 1e6}}", "1e+06" },
		{ "{{toToml (dict \"a\" (list nil))}}",
		  "toml: cannot encode array with nil element" },
		{ "{{toToml (dict \"f\" 1e300)}}", "f = 1e+300\n" },
		{ "{{toToml nil}}", "error: reflect: call of reflect.Value.Type on zero Value" },
	};

	(void)state;
	sprigtmpl_check(cases, SL_ARRAY_LEN(cases));
}

static void reads_toml(void **state)
{
	static const struct sprigtmpl_case cases[] = {
		{ "{{fromToml \"a = 1\\n[b]\\nc = \\\"x\\\"\\n[[d]]\\ne = [1, 2.5]\\n[[d]]\\ng.h = "
		  "true\"}}",
		  "map[a:1 b:map[c:x] d:[map[e:[1 2.5]] map[g:map[h:true]]]]" },
		{ "{{fromToml \"a = 2001-01-01T00:00:00Z\\nb = 2001-01-01\\nc = 12:30\"}}",
		  "map[a:2001-01-01 00:00:00 +0000 UTC b:2001-01-01 00:00:00 +0000 date-local "
		  "c:0000-01-01 12:30:00 +0000 time-local]" },
		{ "{{fromToml \"a = \\\"\\\"\\\"\\nx \\\\\\n  y\\\"\\\"\\\"\\nb = 0x1F\"}}",
		  "map[a:x y b:31]" },
		{ "{{fromToml \"a = inf\\nb = -1_000\"}}", "map[a:+Inf b:-1000]" },
		{ "{{fromToml \"\"}}", "map[]" },
		{ "{{fromToml \"a =\"}}",
		  "map[Error:toml: line 1 (last key \"a\"): unexpected EOF; expected value]" },
		{ "{{fromToml \"a = 1\\na = 2\"}}",
		  "map[Error:toml: line 2 (last key \"a\"): Key 'a' has already been defined.]" },
		{ "{{fromToml \"[a\\n\"}}", "map[Error:toml: line 2: expected '.' or ']' to end "
					    "table name, but got '\\n' instead]" },
		{ "{{fromToml \"[a]\\n[a]\"}}",
		  "map[Error:toml: line 2: Key 'a' has already been defined.]" },
		{ "{{fromToml \"a = 01\"}}", "map[Error:toml: line 1 (last key \"a\"): Invalid "
					     "integer \"01\": cannot have leading zeroes]" },
		{ "{{fromToml \"a = tru\"}}", "map[Error:toml: line 1 (last key \"a\"): expected "
					      "value but found \"tru\" instead]" },
		{ "{{fromToml \"a = \\\"\\\\q\\\"\"}}",
		  "map[Error:toml: line 1 (last key \"a\"): invalid escape in string '\\q']" },
		{ "{{fromToml \"a = 99999999999999999999\"}}",
		  "map[Error:toml: line 1 (last key \"a\"): 99999999999999999999 is out of range "
		  "for int64]" },
		{ "{{fromToml \"a = 2001-13-01\"}}",
		  "map[Error:toml: line 1 (last key \"a\"): invalid datetime: \"2001-13-01\"]" },
		{ "{{fromToml \"a = [1 2]\"}}",
		  "map[Error:toml: line 1 (last key \"a\"): expected a comma (',') or array "
		  "terminator (']'), but got '2']" },
		{ "{{fromToml \"a = {b = 1\"}}",
		  "map[Error:toml: line 1 (last key \"a.b\"): expected a comma or an inline table "
		  "terminator '}', but got end of file instead]" },
		{ "{{fromToml \"a.b = 1\\na = 2\"}}", "map[a:map[b:1]]" },
		{ "{{fromToml \"a = 1 b\"}}",
		  "map[Error:toml: line 1: expected a top-level item to end with a newline, "
		  "comment, or EOF, but got 'b' instead]" },
		{ "{{fromToml \"a = \\\"x\\n\\\"\"}}",
		  "map[Error:toml: line 1 (last key \"a\"): strings cannot contain newlines]" },
		{ "{{fromToml \"= 1\"}}",
		  "map[Error:toml: line 1: unexpected '=': key name appears blank]" },
		{ "{{printf \"%T %T %T\" (index (fromToml \"a = 1\") \"a\") (index (fromToml "
		  "\"[[a]]\") \"a\") (index (fromToml \"a = [{}]\") \"a\")}}",
		  "int64 []map[string]interface {} []interface {}" },
	};

	(void)state;
	sprigtmpl_check(cases, SL_ARRAY_LEN(cases));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_yaml), cmocka_unit_test(writes_yaml_prettily),
		cmocka_unit_test(reads_yaml),  cmocka_unit_test(writes_json),
		cmocka_unit_test(reads_json),  cmocka_unit_test(writes_toml),
		cmocka_unit_test(reads_toml),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
