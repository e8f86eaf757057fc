/* The functions that every template has, called directly: what Go 1.26 returns and says. */
#include <string.h>

#include "libcommon/lang/template/builtin.h"
#include "libcommon/lang/template/fmt.h"

#include "test/unit/support/expect.h"

#define ARGS_MAX 5

static const struct sl_go_type pointer = {
	.kind = SL_GO_POINTER,
	.name = "*semver.Version",
	.elem = &(const struct sl_go_type){ .kind = SL_GO_STRUCT, .name = "semver.Version" },
};

/* A value by a letter: what the cases below are written in. */
static struct sl_goval value_of(struct sl_arena *a, char c)
{
	static int thing, other;
	struct sl_go_list *list = sl_go_list_new(a, 3);
	struct sl_go_map *map = sl_go_map_new(a);

	for (int i = 1; i <= 3; i++)
		sl_go_list_push(a, list, sl_goval_float(i));
	sl_go_map_set(a, map, SL_STR("k"), sl_goval_int(7));
	switch (c) {
	case '0':
	case '1':
	case '2':
	case '3':
	case '4':
		return sl_goval_int(c - '0');
	case 'm':
		return sl_goval_int64(-1);
	case 'u':
		return (struct sl_goval){ .type = &sl_go_uint8, .u = 1 };
	case 'f':
		return sl_goval_float(1.5);
	case 's':
		return sl_goval_strz("héy");
	case 'k':
		return sl_goval_strz("k");
	case 't':
		return sl_goval_bool(true);
	case 'b':
		return sl_goval_bytes(SL_STR("xyz"));
	case 'L':
		return sl_goval_list(list);
	case 'E':
		return sl_goval_list(NULL);
	case 'M':
		return sl_goval_map(map);
	case 'P':
		return (struct sl_goval){ .type = &pointer, .ptr = &thing };
	case 'Q':
		return (struct sl_goval){ .type = &pointer, .ptr = &other };
	case 'Z':
		return (struct sl_goval){ .type = &pointer };
	case 'n':
		return SL_GO_NIL;
	default:
		return SL_GO_NONE;
	}
}

/* "name" and letters; the result as %T and %v, or the message. */
static const char *run(struct sl_arena *a, const char *name, const char *letters)
{
	const struct sl_go_func *f = tmpl_builtin(sl_str(name));
	const struct sl_go_host host = { 0 };
	struct sl_go_call call = { .a = a, .host = &host };
	struct sl_goval args[ARGS_MAX], result = SL_GO_NONE, shown[2];
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(1000);
	size_t n = strlen(letters);

	assert_non_null(f);
	assert_true(n <= ARGS_MAX);
	for (size_t i = 0; i < n; i++)
		args[i] = value_of(a, letters[i]);
	if (f->fn(&call, args, n, &result, &err) < 0)
		return sl_arena_strdup(a, err.message);
	shown[0] = sl_goval_strz(sl_goval_type_name(result));
	shown[1] = result;
	sl_go_sprintf(&out, SL_STR("%s %v"), shown, 2);
	return sl_arena_strdup(a, out.p);
}

static void answers_as_go_does(void **state)
{
	static const struct {
		const char *name, *letters, *want;
	} cases[] = {
		{ "eq", "11", "bool true" },
		{ "eq", "1m", "bool false" },
		{ "eq", "1u", "bool true" },
		{ "eq", "u1", "bool true" },
		{ "eq", "mu", "bool false" },
		{ "eq", "301", "bool false" },
		{ "eq", "3013", "bool true" },
		{ "eq", "1", "missing argument for comparison" },
		{ "eq", "1f", "incompatible types for comparison: int and float64" },
		{ "eq", "s1", "incompatible types for comparison: string and int" },
		{ "eq", "L1", "incompatible types for comparison: []interface {} and int" },
		{ "eq", "n1", "bool false" },
		{ "eq", "-s", "bool false" },
		{ "eq", "nn", "bool true" },
		{ "eq", "n-", "bool true" },
		{ "eq", "En", "bool true" },
		{ "eq", "Ln", "bool false" },
		{ "eq", "EL", "bool false" },
		{ "eq", "LL",
		  "non-comparable type [%!s(float64=1) %!s(float64=2) %!s(float64=3)]: "
		  "[]interface {}" },
		{ "eq", "LM",
		  "non-comparable types [%!s(float64=1) %!s(float64=2) %!s(float64=3)]: "
		  "[]interface "
		  "{}, map[string]interface {}: map[k:7]" },
		{ "eq", "PP", "bool true" },
		{ "eq", "PQ", "bool false" },
		{ "eq", "Zn", "bool true" },
		{ "ne", "11", "bool false" },
		{ "ne", "1s", "incompatible types for comparison: int and string" },
		{ "lt", "12", "bool true" },
		{ "lt", "mu", "bool true" },
		{ "lt", "um", "bool false" },
		{ "lt", "1f", "incompatible types for comparison: int and float64" },
		{ "lt", "tt", "invalid type for comparison" },
		{ "lt", "n1", "invalid type for comparison" },
		{ "le", "11", "bool true" },
		{ "le", "21", "bool false" },
		{ "gt", "sk", "bool false" },
		{ "gt", "ks", "bool true" },
		{ "ge", "11", "bool true" },
		{ "ge", "ff", "bool true" },
		{ "not", "0", "bool true" },
		{ "not", "L", "bool false" },
		{ "not", "E", "bool true" },
		{ "not", "Z", "bool true" },
		{ "not", "-", "bool true" },
		{ "len", "s", "int 4" },
		{ "len", "b", "int 3" },
		{ "len", "M", "int 1" },
		{ "len", "E", "int 0" },
		{ "len", "n", "len of nil pointer" },
		{ "len", "-", "reflect: call of reflect.Value.Type on zero Value" },
		{ "len", "1", "len of type int" },
		{ "len", "P", "len of type semver.Version" },
		{ "index", "L0", "float64 1" },
		{ "index", "Lu", "float64 2" },
		{ "index", "L", "[]interface {} [1 2 3]" },
		{ "index", "L3", "reflect: slice index out of range" },
		{ "index", "L4", "index out of range: 4" },
		{ "index", "Lm", "index out of range: -1" },
		{ "index", "Ls", "cannot index slice/array with type string" },
		{ "index", "Ln", "cannot index slice/array with nil" },
		{ "index", "s1", "uint8 195" },
		{ "index", "s4", "reflect: string index out of range" },
		{ "index", "b1", "uint8 121" },
		{ "index", "Mk", "int 7" },
		{ "index", "Ms", "<nil> <nil>" },
		{ "index", "M1", "value has type int; should be string" },
		{ "index", "Mn", "value is nil; should be of type string" },
		{ "index", "Mss", "index of nil pointer" },
		{ "index", "n1", "index of untyped nil" },
		{ "index", "11", "can't index item of type int" },
		{ "index", "P1", "can't index item of type semver.Version" },
		{ "index", "Z1", "index of nil pointer" },
		{ "slice", "L", "[]interface {} [1 2 3]" },
		{ "slice", "L1", "[]interface {} [2 3]" },
		{ "slice", "L12", "[]interface {} [2]" },
		{ "slice", "L123", "[]interface {} [2]" },
		{ "slice", "L132", "invalid slice index: 3 > 2" },
		{ "slice", "L21", "invalid slice index: 2 > 1" },
		{ "slice", "L4", "index out of range: 4" },
		{ "slice", "L1231", "too many slice indexes: 4" },
		{ "slice", "s3", "string y" },
		{ "slice", "s123", "cannot 3-index slice a string" },
		{ "slice", "b12", "[]uint8 [121]" },
		{ "slice", "M1", "can't slice item of type map[string]interface {}" },
		{ "slice", "n1", "slice of untyped nil" },
		{ "slice", "Z1", "slice of nil pointer" },
		{ "print", "1s2", "string 1héy2" },
		{ "print", "12", "string 1 2" },
		{ "print", "n", "string <nil>" },
		{ "println", "1s", "string 1 héy\n" },
		{ "html", "n", "string &lt;no value&gt;" },
		{ "html", "12", "string 1 2" },
		{ "js", "s", "string héy" },
		{ "urlquery", "s1", "string h%C3%A9y1" },
		{ "urlquery", "L", "string %5B1+2+3%5D" },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		const char *got = run(&a, cases[i].name, cases[i].letters);

		if (strcmp(got, cases[i].want))
			fail_msg("%s %s: got \"%s\", want \"%s\"", cases[i].name, cases[i].letters,
				 got, cases[i].want);
	}
}

static void escapes_as_go_does(void **state)
{
	static const struct {
		const char *name, *text, *want;
	} cases[] = {
		{ "html", "a<b>&'\"", "a&lt;b&gt;&amp;&#39;&#34;" },
		{ "js", "'\"\\<>&=/\n\x01\x7f",
		  "\\'\\\"\\\\\\u003C\\u003E\\u0026\\u003D/\\u000A\\u0001\x7f" },
		{ "js", "\xe2\x80\xa8|\xff|\xc2\xa0|\xf0\x9f\x98\x80",
		  "\\u2028|\xff|\\u00A0|\xf0\x9f\x98\x80" },
		{ "urlquery", "a b&c=d/~.-_*\xff", "a+b%26c%3Dd%2F~.-_%2A%FF" },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		const struct sl_go_host host = { 0 };
		struct sl_go_call call = { .a = &a, .host = &host };
		const struct sl_goval arg = sl_goval_strz(cases[i].text);
		struct sl_goval result;

		expect_ok(tmpl_builtin(sl_str(cases[i].name))->fn(&call, &arg, 1, &result, &err),
			  &err);
		assert_string_equal(sl_arena_str(&a, result.s).p, cases[i].want);
	}
}

static void only_functions_can_be_called(void **state)
{
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	(void)state;
	expect_err(tmpl_call(SL_STR(".x"), SL_GO_NIL, &err), SL_ERR_INVALID, "call of nil", &err);
	expect_err(tmpl_call(SL_STR(".x"), sl_goval_int(1), &err), SL_ERR_INVALID,
		   "non-function .x of type int", &err);
	assert_null(tmpl_builtin(SL_STR("nope")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_as_go_does),
		cmocka_unit_test(escapes_as_go_does),
		cmocka_unit_test(only_functions_can_be_called),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
