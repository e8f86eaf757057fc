#include "libcommon/codec/yaml.h"

#include <stdio.h>

#include "test/unit/support/expect.h"

/* What sigs.k8s.io/yaml v1.6.0 says, less "error converting YAML to JSON: ". */
static const struct {
	const char *text, *message;
} cases[] = {
	{ "a: b: c", "yaml: mapping values are not allowed in this context" },
	{ "a:\n  b: c\n d: e", "yaml: line 2: did not find expected key" },
	{ "{{ .Values.x }}",
	  "yaml: invalid map key: map[interface {}]interface {}{\".Values.x\":interface {}(nil)}" },
	{ "foo: {{ .Values.x }}\nb: 2",
	  "yaml: invalid map key: map[interface {}]interface {}{\".Values.x\":interface {}(nil)}" },
	{ "a: [1\n", "yaml: line 1: did not find expected ',' or ']'" },
	{ "a\nb: c\n- d", "yaml: line 2: mapping values are not allowed in this context" },
	{ "\ta: 1", "yaml: found character that cannot start any token" },
	{ "a: \"x", "yaml: found unexpected end of stream" },
	{ "a: *b", "yaml: unknown anchor 'b' referenced" },
	{ "<<: 1", "yaml: map merge requires map or sequence of maps as the value" },
	{ "a: !!int x", "yaml: cannot decode !!str `x` as a !!int" },
	{ "? [a, 1, 1.5, null, true]\n: b\n",
	  "yaml: invalid map key: []interface {}{\"a\", 1, 1.5, interface {}(nil), true}" },
	{ "a: .inf", "json: unsupported value: +Inf" },
	{ "a: \x01", "yaml: control characters are not allowed" },
	{ "- a\nb: c", "yaml: line 1: did not find expected '-' indicator" },
	{ "a: |\n  x\n y\nb", "yaml: line 2: did not find expected key" },
	{ "a: 'x", "yaml: found unexpected end of stream" },
	{ "key: @x", "yaml: found character that cannot start any token" },
	{ "a: %x", "yaml: found character that cannot start any token" },
	{ "}", "yaml: did not find expected node content" },
	{ "a: !!binary x", "yaml: !!binary value contains invalid base64 data" },
	{ "? {a: 1, b: {c: d}}\n: 1",
	  "yaml: invalid map key: map[interface {}]interface {}{\"a\":1, \"b\":map[interface "
	  "{}]interface {}{\"c\":\"d\"}}" },
	{ "{[a]: 1}", "yaml: invalid map key: []interface {}{\"a\"}" },
	{ "a: &x [1]\n*x : 2", "yaml: invalid map key: []interface {}{1}" },
	{ "~:", "unsupported map key of type: %!s(<nil>), key: <nil>, value: <nil>" },
	{ "a: {1: x, null: {b: [null, 1.5]}}", "unsupported map key of type: %!s(<nil>), key: "
					       "<nil>, value: map[interface {}]interface {}{\"b\":"
					       "[]interface {}{interface {}(nil), 1.5}}" },
	{ "18446744073709551615: 18446744073709551614",
	  "unsupported map key of type: uint64, key: 0xffffffffffffffff, value: "
	  "0xfffffffffffffffe" },
	{ "a: &x ~\n*x : 5", "unsupported map key of type: %!s(<nil>), key: <nil>, value: 5" },
	{ "null: 1\nb: {", "yaml: line 2: did not find expected node content" },
};

static void speaks_as_go_yaml(void **state)
{
	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		struct sl_yaml_options o = { .go_messages = true,
					     .first_document = true,
					     .allow_duplicates = true };
		struct sl_value *v = NULL;

		assert_int_equal(sl_yaml_parse(&a, sl_str(cases[i].text), &o, &v, &err),
				 SL_ERR_INVALID);
		assert_string_equal(err.message, cases[i].message);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(speaks_as_go_yaml),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
