#include "libcommon/codec/jsonpath.h"

#include <stdlib.h>
#include <string.h>

#include "test/unit/support/expect.h"

#define DOCUMENT \
	"{'a':1,'f':1.5,'big':1000000.5,'t':true,'n':null,'s':'text <&>','l':[1,'two',3.5]," \
	"'m':{'b':1,'a':['x','<']},'d.e':'dot','items':[{'name':'x','v':1,'l':[1,2]}," \
	"{'name':'y','v':2,'extra':null,'l':[]},{'name':'z','v':2,'l':['a']}]}"

/* What `text` prints, or NULL and an error. */
static const char *print(struct sl_arena *a, struct sl_str text, bool missing_ok,
			 struct sl_err *err)
{
	SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(1 << 20);
	const struct sl_jsonpath *path;
	int r = sl_jsonpath_parse(a, text, &path, err);

	if (r == 0)
		r = sl_jsonpath_write(a, path, tree(a, DOCUMENT), missing_ok, &out, err);
	assert_true(r == 0 || (err->code == (enum sl_err_code)r && out.n == 0));
	return r < 0 ? NULL : sl_arena_str(a, sl_strbuf_str(&out)).p;
}

static void prints_what_is_found(void **state)
{
	static const struct {
		const char *template, *want;
	} cases[] = {
		{ "", "" },
		{ "text } only", "text } only" },
		{ "{.a} and {.f}", "1 and 1.5" },
		{ "{$.a}{@.a}{ .a }", "111" },
		{ "{.t}{.n}{.s}", "truenulltext <&>" },
		{ "{.m}", "{\"a\":[\"x\",\"\\u003c\"],\"b\":1}" },
		{ "{.l[0]} {.l[-1]} {.l[1:]} {.l[:2]} {.l[0:3:2]}", "1 3.5 two 3.5 1 two 1 3.5" },
		{ "{.l[*]}|{.l[1:1]}|{.l[]}", "1 two 3.5||1" },
		{ "{.l[0,2]}{.m['b', 'a']}", "1 3.51 [\"x\",\"\\u003c\"]" },
		{ "{['a']}{.d\\.e}", "1dot" },
		{ "{.m.*}", "[\"x\",\"\\u003c\"] 1" },
		{ "{..name}", "x y z" },
		{ "{..l[0].name}", NULL },
		{ "{.items[?(@.v==2)].name}", "y z" },
		{ "{.items[?(@.v>1)].name} {.items[?(@.v<=1)].name}", "y z x" },
		{ "{.items[?(@.name!=\"y\")].v}", "1 2" },
		{ "{.items[?(@.extra)].name}", "y" },
		{ "{.items[?(@.name==\")\")].v}", "" },
		{ "{.l[?(@==1)]}", NULL },
		{ "{range .items[*]}{.name}={.v};{end}.", "x=1;y=2;z=2;." },
		{ "{range .items[*]}[{range .l[*]}{@},{end}]{end}", "[1,2,][][a,]" },
		{ "{range .items[*]}{.name}", NULL },
		{ "{\"a\\t\\x41\\u00e4\\\"\"}{'it\\'s'}", "a\tA\xc3\xa4\"it's" },
		{ "{1}{-2.50}{true}{false}", "1-2.5truefalse" },
		{ "{.s[0]}", NULL },
		{ "{.none}", NULL },
		{ "{.l[3]}", NULL },
		{ "{.l[2:1]}", NULL },
		{ "{.l[0:2:0]}", NULL },
		{ "{end}", NULL },
		{ "{word}", NULL },
	};
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		const char *got = print(&a, sl_str(cases[i].template), false, &err);

		if (got && cases[i].want)
			assert_string_equal(got, cases[i].want);
		else if (got || cases[i].want)
			fail_msg("%s: %s", cases[i].template, got ? got : err.message);
	}
}

static void says_what_is_wrong(void **state)
{
	static const struct {
		const char *template, *message;
	} cases[] = {
		{ "{", "unclosed action" },
		{ "{.a\n}", "unclosed action" },
		{ "{.l[", "unterminated array" },
		{ "{.l[x]}", "invalid array index x" },
		{ "{.l[1:2:3:4]}", "invalid array index 1:2:3:4" },
		{ "{.l[-]}", "array index - is not a number" },
		{ "{.l[9223372036854775808]}", "array index 9223372036854775808 is not a number" },
		{ "{.l[?(@.a]}", "unterminated filter" },
		{ "{.l[?(@.a)}", "unclosed array expect ]" },
		{ "{....}", "invalid multiple recursive descent" },
		{ "{%}", "unrecognized character in action: U+0025 '%'" },
		{ "{\"a}", "unterminated quoted string" },
		{ "{\"\\q\"}", "unquote string \"\\q\" error invalid syntax" },
		{ "{1.2.3}", "cannot parse number 1.2.3" },
		{ "{.none}", "none is not found" },
		{ "{.a[0]}", "int64 is not array or slice" },
		{ "{.l[5]}", "array index out of bounds: index 5, length 3" },
		{ "{.l[0:4]}", "array index out of bounds: index 3, length 3" },
		{ "{.l[2:1]}", "starting index 2 is greater than ending index 1" },
		{ "{.l[0:2:-1]}", "step must be > 0" },
		{ "{.m[?(@.a)]}", "is not array or slice and cannot be filtered" },
		{ "{.l[?(@==1)]}", "incompatible types for comparison" },
		{ "{.l[?(@.x==1)]}", "x is not found" },
		{ "{.items[?(@.l==1)]}", "invalid type for comparison" },
		{ "{.items[?(@.v=1)]}", "unrecognized filter operator =" },
		{ "{.items[?(@.l[*]==1)]}", "can only compare one element at a time" },
		{ "{end}", "not in range, nothing to end" },
		{ "{word}", "unrecognized identifier word" },
		{ "{range}{.x}", "x is not found" },
	};
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sl_err) err = SL_ERR_INIT;

		assert_null(print(&a, sl_str(cases[i].template), false, &err));
		if (!strstr(err.message, cases[i].message))
			fail_msg("%s: %s", cases[i].template, err.message);
	}
}

static void what_is_missing_may_be_nothing(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	(void)state;
	assert_string_equal(print(&a, SL_STR("[{.none}{.a.b}{range .none[*]}x{end}]"), true, &err),
			    "[]");
}

static void any_beginning_is_parsed_or_refused(void **state)
{
	static const struct sl_str whole = SL_STR("t{range .items[?(@.name==\"x\")]}{..l['a',1:2]}"
						  "{\"\\u00e4\"}{-1.5}{true}{end}\0{.*}");
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;

	(void)state;
	for (size_t n = 0; n <= whole.n; n++) {
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		char *copy = sl_xmemdup0(whole.p, n);

		(void)print(&a, (struct sl_str){ copy, n }, true, &err);
		free(copy);
	}
}

static void bounds_templates(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(SL_JSONPATH_BYTES_MAX + 1);

	(void)state;
	sl_strbuf_addn(&b, 'x', SL_JSONPATH_BYTES_MAX - 1);
	for (size_t i = 0; i < 3; i++) {
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		const char *got = print(&a, sl_strbuf_str(&b), false, &err);

		assert_int_equal(err.code, i < 2 ? 0 : SL_ERR_TOO_LARGE);
		assert_true(i == 2 ? got == NULL : strlen(got) == b.n);
		sl_strbuf_addc(&b, 'x');
	}
}

/* `n` ranges within each other. */
static enum sl_err_code nested(struct sl_arena *a, size_t n)
{
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(SL_JSONPATH_BYTES_MAX);
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	for (size_t i = 0; i < n; i++)
		sl_strbuf_addz(&b, "{range .m}");
	for (size_t i = 0; i < n; i++)
		sl_strbuf_addz(&b, "{end}");
	(void)print(a, sl_strbuf_str(&b), true, &err);
	return err.code;
}

static void bounds_ranges_within_ranges(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;

	(void)state;
	assert_int_equal(nested(&a, SL_JSONPATH_DEPTH_MAX - 1), 0);
	assert_int_equal(nested(&a, SL_JSONPATH_DEPTH_MAX), 0);
	assert_int_equal(nested(&a, SL_JSONPATH_DEPTH_MAX + 1), SL_ERR_TOO_LARGE);
}

static void ranges_without_end_come_to_one(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(SL_JSONPATH_BYTES_MAX);

	(void)state;
	for (size_t i = 0; i < SL_JSONPATH_DEPTH_MAX; i++)
		sl_strbuf_addz(&b, "{range .m}");
	assert_null(print(&a, sl_strbuf_str(&b), true, &err));
	assert_int_equal(err.code, SL_ERR_TOO_LARGE);
}

/* The bytes of a text are looked at one by one. */
static void bounds_steps(void **state)
{
	SL_AUTO(sl_strbuf) text = SL_STRBUF_INIT(2 * SL_JSONPATH_STEPS_MAX);

	(void)state;
	/* The action itself is one. */
	sl_strbuf_addn(&text, '0', SL_JSONPATH_STEPS_MAX - 2);
	for (size_t i = 0; i < 3; i++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(4 * SL_JSONPATH_STEPS_MAX);
		const struct sl_jsonpath *path;

		expect_ok(sl_jsonpath_parse(&a, SL_STR("{.*}"), &path, &err), &err);
		assert_int_equal(sl_jsonpath_write(&a, path,
						   sl_value_str_borrow(&a, sl_strbuf_str(&text)),
						   false, &out, &err),
				 i < 2 ? 0 : SL_ERR_TOO_LARGE);
		sl_strbuf_addc(&text, '0');
	}
}

static void bounds_what_is_printed(void **state)
{
	(void)state;
	for (size_t max = 5; max <= 7; max++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(max);
		const struct sl_jsonpath *path;

		expect_ok(sl_jsonpath_parse(&a, SL_STR("{.s}{.s}"), &path, &err), &err);
		assert_int_equal(
			sl_jsonpath_write(&a, path, tree(&a, "{'s':'abc'}"), false, &out, &err),
			max < 6 ? SL_ERR_TOO_LARGE : 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(prints_what_is_found),
		cmocka_unit_test(says_what_is_wrong),
		cmocka_unit_test(what_is_missing_may_be_nothing),
		cmocka_unit_test(any_beginning_is_parsed_or_refused),
		cmocka_unit_test(bounds_templates),
		cmocka_unit_test(bounds_ranges_within_ranges),
		cmocka_unit_test(ranges_without_end_come_to_one),
		cmocka_unit_test(bounds_steps),
		cmocka_unit_test(bounds_what_is_printed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
