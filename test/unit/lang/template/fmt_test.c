#include "libcommon/lang/template/fmt.h"

#include <math.h>

#include "test/unit/support/test.h"

#define ARGS_MAX 4
#define S(lit) \
	{ \
		.type = &sl_go_string, .s = SL_STR(lit) \
	}
#define I(n) \
	{ \
		.type = &sl_go_int, .i = (n) \
	}
#define U(n) \
	{ \
		.type = &sl_go_uint8, .u = (n) \
	}
#define F(n) \
	{ \
		.type = &sl_go_float64, .f = (n) \
	}
#define F32(n) \
	{ \
		.type = &sl_go_float32, .f = (n) \
	}
#define B(v) \
	{ \
		.type = &sl_go_bool, .b = (v) \
	}
#define BYTES(lit) \
	{ \
		.type = &sl_go_bytes, .s = SL_STR(lit) \
	}
#define NIL \
	{ \
		.type = &sl_go_any \
	}

struct printf_case {
	const char *format;
	size_t n;
	struct sl_goval args[ARGS_MAX];
	const char *want;
};

/* `want` is what Go's fmt.Sprintf returns. */
static void check(const struct printf_case *cases, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(10000);

		sl_go_sprintf(&out, sl_str(cases[i].format), cases[i].args, cases[i].n);
		if (strcmp(out.p, cases[i].want) != 0)
			fail_msg("%s: got \"%s\", want \"%s\"", cases[i].format, out.p,
				 cases[i].want);
		assert_false(out.failed);
	}
}

static void prints_texts(void **state)
{
	static const struct printf_case cases[] = {
		{ "", 0, { NIL }, "" },
		{ "100%%", 0, { NIL }, "100%" },
		{ "%s", 1, { S("a b") }, "a b" },
		{ "%v|%5v|%-5v|%05s",
		  4,
		  { S("a"), S("b"), S("c"), S("d") },
		  "a|    b|c    |0000d" },
		{ "%.2s|%5.1s",
		  2,
		  { S("\xc3\xa9\xc3\xa8\xc3\xa0"), S("xyz") },
		  "\xc3\xa9\xc3\xa8|    x" },
		{ "%4s", 1, { S("\xc3\xa9") }, "   \xc3\xa9" },
		{ "%q|%#q|%+q|%#q",
		  4,
		  { S("a\"\n"), S("a\"b"), S("\xc3\xa9"), S("`") },
		  "\"a\\\"\\n\"|`a\"b`|\"\\u00e9\"|\"`\"" },
		{ "%x|%X|% x|%#x",
		  4,
		  { S("hi\xff"), S("hi\xff"), S("hi"), S("hi") },
		  "6869ff|6869FF|68 69|0x6869" },
		{ "%# x|%6x|%-6x|%.1x",
		  4,
		  { S("hi"), S("h"), S("h"), S("hi") },
		  "0x68 0x69|    68|68    |68" },
		{ "%3x|", 1, { S("") }, "   |" },
		{ "%#v", 1, { S("a\tb") }, "\"a\\tb\"" },
		{ "%s %x %v %d",
		  4,
		  { BYTES("hi"), BYTES("hi"), BYTES("hi"), BYTES("hi") },
		  "hi 6869 [104 105] [104 105]" },
		{ "%#v %q", 2, { BYTES("hi"), BYTES("hi") }, "[]byte{0x68, 0x69} \"hi\"" },
		{ "%t %v %5t", 3, { B(true), B(false), B(true) }, "true false  true" },
	};

	(void)state;
	check(cases, SL_ARRAY_LEN(cases));
}

static void prints_integers(void **state)
{
	static const struct printf_case cases[] = {
		{ "%d|%5d|%-5d|%05d", 4, { I(42), I(42), I(42), I(-42) }, "42|   42|42   |-0042" },
		{ "%+d|% d|%.4d|%8.4d",
		  4,
		  { I(42), I(42), I(42), I(-42) },
		  "+42| 42|0042|   -0042" },
		{ "%.0d|%5.0d|%.0d", 3, { I(0), I(0), I(1) }, "|     |1" },
		{ "%x|%X|%#x|%#X", 4, { I(255), I(255), I(255), I(-255) }, "ff|FF|0xff|-0XFF" },
		{ "%o|%#o|%O|%b", 4, { I(8), I(8), I(8), I(5) }, "10|010|0o10|101" },
		{ "%#b|%#010x|%-#8x|",
		  3,
		  { I(5), I(255), I(255) },
		  "0b101|0x00000000ff|0xff    |" },
		{ "%c|%q|%+q|%c",
		  4,
		  { I(0x65e5), I('\''), I(0xe9), I(0x110000) },
		  "\xe6\x97\xa5|'\\''|'\\u00e9'|\xef\xbf\xbd" },
		{ "%U|%#U|%8U|%.6U",
		  4,
		  { I('x'), I(0x1f600), I(10), I(10) },
		  "U+0078|U+1F600 '\xf0\x9f\x98\x80'|  U+000A|U+00000A" },
		{ "%v|%#v|%d", 3, { U(200), U(200), U(200) }, "200|0xc8|200" },
		{ "%d|%x",
		  2,
		  { I(INT64_MIN), I(INT64_MIN) },
		  "-9223372036854775808|-8000000000000000" },
		{ "%*d|%-*d|", 4, { I(5), I(1), I(3), I(2) }, "    1|2  |" },
		{ "%*d|%.*d", 4, { I(-5), I(1), I(3), I(2) }, "1    |002" },
	};

	(void)state;
	check(cases, SL_ARRAY_LEN(cases));
}

static void prints_floats(void **state)
{
	static const struct printf_case cases[] = {
		{ "%v|%v|%v|%v",
		  4,
		  { F(1), F(1e6), F(1e-5), F(123456.75) },
		  "1|1e+06|1e-05|123456.75" },
		{ "%f|%.2f|%8.3f|%-8.1f|",
		  4,
		  { F(1.5), F(2.345), F(-1.5), F(2.25) },
		  "1.500000|2.35|  -1.500|2.2     |" },
		{ "%e|%E|%.0e|%.3g",
		  4,
		  { F(1234.5), F(1234.5), F(1234.5), F(1234.5) },
		  "1.234500e+03|1.234500E+03|1e+03|1.23e+03" },
		{ "%g|%G|%F|%08.2f",
		  4,
		  { F(1e100), F(1e-100), F(2), F(-3.14159) },
		  "1e+100|1E-100|2.000000|-0003.14" },
		{ "%+f|% f|%+v|%6v",
		  4,
		  { F(1), F(1), F(1), F(1.5) },
		  "+1.000000| 1.000000|1|   1.5" },
		{ "%v %v %v", 3, { F(INFINITY), F(-INFINITY), F(NAN) }, "+Inf -Inf NaN" },
		{ "%06v|%+f|%06d",
		  3,
		  { F(INFINITY), F(NAN), F(1) },
		  "  +Inf|+NaN|%!d(float64=000001)" },
		{ "%#g|%#.3g|%#v|%#e",
		  4,
		  { F(1), F(1), F(1), F(1) },
		  "1.00000|1.00|1|1.000000e+00" },
		{ "%x|%X|%.3x|%b",
		  4,
		  { F(1.5), F(-255), F(3.14159), F(1) },
		  "0x1.8p+00|-0X1.FEP+07|0x1.922p+01|4503599627370496p-52" },
		{ "%x|%v|%x", 3, { F(0), F(5e-324), F(5e-324) }, "0x0p+00|5e-324|0x1p-1074" },
		{ "%v|%v|%b",
		  3,
		  { F32(0.1f), F32(16777216), F32(1) },
		  "0.1|1.6777216e+07|8388608p-23" },
		{ "%v", 1, { F(-0.0) }, "-0" },
	};

	(void)state;
	check(cases, SL_ARRAY_LEN(cases));
}

static void tells_what_does_not_fit(void **state)
{
	static const struct printf_case cases[] = {
		{ "%d|%s", 2, { S("hi"), I(5) }, "%!d(string=hi)|%!s(int=5)" },
		{ "%s|%v|%T|%d", 4, { NIL, NIL, NIL, NIL }, "%!s(<nil>)|<nil>|<nil>|%!d(<nil>)" },
		{ "%d", 0, { NIL }, "%!d(MISSING)" },
		{ "x", 2, { I(1), S("a") }, "x%!(EXTRA int=1, string=a)" },
		{ "x", 1, { NIL }, "x%!(EXTRA <nil>)" },
		{ "%", 0, { NIL }, "%!(NOVERB)" },
		{ "%-", 1, { I(1) }, "%!(NOVERB)%!(EXTRA int=1)" },
		{ "%!", 1, { I(1) }, "%!!(int=1)" },
		{ "%\xc3\xa9", 1, { I(1) }, "%!\xc3\xa9(int=1)" },
		{ "%[2]d %[1]d", 2, { I(1), I(2) }, "2 1" },
		{ "%[3]d|%[0]d|%[x]d|%[]d",
		  2,
		  { I(1), I(2) },
		  "%!d(BADINDEX)|%!d(BADINDEX)|%!d(BADINDEX)|%!d(BADINDEX)" },
		{ "%[2]*[1]d|%[1]2d|%[1].2d",
		  2,
		  { I(1), I(4) },
		  "   1|%!d(BADINDEX)|%!d(BADINDEX)" },
		{ "%[1", 1, { I(1) }, "%!(NOVERB)" },
		{ "%*d", 2, { S("a"), I(4) }, "%!(BADWIDTH)4" },
		{ "%.*d", 2, { S("a"), I(4) }, "%!(BADPREC)4" },
		{ "%*d", 2, { I(1000001), I(4) }, "%!(BADWIDTH)4" },
		{ "%.*d", 2, { I(-1), I(4) }, "%!(BADPREC)4" },
		{ "%99999999999d", 1, { I(1) }, "%!(NOVERB)%!(EXTRA int=1)" },
		{ "%w", 1, { S("a") }, "%!w(string=a)" },
		{ "%p", 1, { I(1) }, "%!p(int=1)" },
		{ "%T %8T %.3T", 3, { I(1), S(""), B(true) }, "int   string boo" },
	};

	(void)state;
	check(cases, SL_ARRAY_LEN(cases));
}

static struct sl_goval list_of(struct sl_arena *a, const struct sl_goval *items, size_t n)
{
	struct sl_go_list *l = sl_go_list_new(a, n);

	for (size_t i = 0; i < n; i++)
		sl_go_list_push(a, l, items[i]);
	return sl_goval_list(l);
}

static void prints_lists_and_maps(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	static const struct sl_goval items[] = { I(1), S("x"), NIL, F(2.5) };
	struct sl_go_map *m = sl_go_map_new(&a);
	struct sl_goval list = list_of(&a, items, SL_ARRAY_LEN(items));
	struct printf_case cases[] = {
		{ "%v|%s",
		  2,
		  { list, list },
		  "[1 x <nil> 2.5]|[%!s(int=1) x <nil> %!s(float64=2.5)]" },
		{ "%4v", 1, { list }, "[   1    x <nil>  2.5]" },
		{ "%#v", 1, { list }, "[]interface {}{1, \"x\", interface {}(nil), 2.5}" },
		{ "%w", 1, { list }, "%!w([]interface {}=[1 x <nil> 2.5])" },
		{ "%v|%d",
		  2,
		  { sl_goval_map(m), sl_goval_map(m) },
		  "map[a:[1 x <nil> 2.5] b:7]|"
		  "map[%!d(string=a):[1 %!d(string=x) <nil> %!d(float64=2.5)] "
		  "%!d(string=b):7]" },
		{ "%v|%#v",
		  2,
		  { sl_goval_map(NULL), sl_goval_map(NULL) },
		  "map[]|map[string]interface {}(nil)" },
		{ "%v|%#v|%T",
		  3,
		  { sl_goval_list(NULL), { .type = &sl_go_strings }, { .type = &sl_go_ints } },
		  "[]|[]string(nil)|[]int" },
	};

	(void)state;
	sl_go_map_set(&a, m, SL_STR("b"), sl_goval_int(7));
	sl_go_map_set(&a, m, SL_STR("a"), list);
	check(cases, SL_ARRAY_LEN(cases));
}

struct point {
	int64_t x;
	struct sl_str name;
};

static struct sl_goval get_x(struct sl_arena *a, const void *ptr)
{
	(void)a;
	return sl_goval_int(((const struct point *)ptr)->x);
}

static struct sl_goval get_name(struct sl_arena *a, const void *ptr)
{
	(void)a;
	return sl_goval_str(((const struct point *)ptr)->name);
}

static void say_point(const struct sl_goval *v, struct sl_strbuf *out)
{
	sl_strbuf_addf(out, "point %d", (int)((const struct point *)v->ptr)->x);
}

static void prints_structs_and_methods(void **state)
{
	static const struct sl_go_field fields[] = { { .name = "X", .get = get_x },
						     { .name = "Name", .get = get_name },
						     { .name = NULL } };
	static const struct sl_go_type plain = { .kind = SL_GO_STRUCT,
						 .name = "main.point",
						 .fields = fields };
	static const struct sl_go_type pointer = { .kind = SL_GO_POINTER,
						   .name = "*main.point",
						   .elem = &plain };
	static const struct sl_go_type saying = {
		.kind = SL_GO_POINTER, .name = "*main.point", .elem = &plain, .string = say_point
	};
	static const struct sl_go_type duration = { .kind = SL_GO_INT64, .name = "time.Duration" };
	struct point p = { 3, SL_STR("p") };
	struct sl_goval as_struct = { .type = &plain, .ptr = &p };
	struct sl_goval as_pointer = { .type = &pointer, .ptr = &p };
	struct sl_goval says = { .type = &saying, .ptr = &p };
	struct sl_goval nothing = { .type = &saying };
	struct sl_goval error = { .type = &sl_go_error, .ptr = &p.name };
	struct printf_case cases[] = {
		{ "%v|%+v|%#v",
		  3,
		  { as_struct, as_struct, as_struct },
		  "{3 p}|{X:3 Name:p}|main.point{X:3, Name:\"p\"}" },
		{ "%v|%+v", 2, { as_pointer, as_pointer }, "&{3 p}|&{X:3 Name:p}" },
		{ "%v|%s|%q|%10v",
		  4,
		  { says, says, says, says },
		  "point 3|point 3|\"point 3\"|   point 3" },
		{ "%d|%T", 2, { says, says }, "&{3 %!d(string=p)}|*main.point" },
		{ "%v|%v", 2, { nothing, error }, "<nil>|p" },
		{ "%v|%d",
		  2,
		  { { .type = &duration, .i = 5 }, { .type = &duration, .i = 5 } },
		  "5|5" },
	};

	(void)state;
	check(cases, SL_ARRAY_LEN(cases));
}

static void separates_what_is_printed(void **state)
{
	static const struct sl_goval args[] = { I(1), I(2), S("a"), S("b"), I(3), NIL, NIL };
	SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(100);

	(void)state;
	sl_go_sprint(&out, args, SL_ARRAY_LEN(args));
	assert_string_equal(out.p, "1 2ab3 <nil> <nil>");
	sl_strbuf_reset(&out);
	sl_go_sprintln(&out, args, SL_ARRAY_LEN(args));
	assert_string_equal(out.p, "1 2 a b 3 <nil> <nil>\n");
	sl_strbuf_reset(&out);
	sl_go_sprintln(&out, NULL, 0);
	assert_string_equal(out.p, "\n");
}

static void formats_floats(void **state)
{
	static const struct {
		double f;
		char verb;
		int precision, bits;
		const char *want;
	} cases[] = {
		{ 1e21, 'f', -1, 64, "1000000000000000000000" },
		{ 123.456, 'e', -1, 64, "1.23456e+02" },
		{ 0.1, 'f', -1, 32, "0.1" },
		{ 0.000123, 'f', -1, 64, "0.000123" },
		{ -2.5, 'f', 0, 64, "-2" },
		{ 1e6, 'g', -1, 64, "1e+06" },
		{ 1e6, 'G', -1, 64, "1E+06" },
		{ 999999, 'g', -1, 64, "999999" },
		{ 0, 'e', -1, 64, "0e+00" },
		{ INFINITY, 'f', 2, 64, "+Inf" },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(100);

		sl_go_format_float(&out, cases[i].f, cases[i].verb, cases[i].precision,
				   cases[i].bits);
		assert_string_equal(out.p, cases[i].want);
	}
}

static void widths_have_a_limit(void **state)
{
	static const struct {
		const char *format;
		size_t want;
	} cases[] = {
		{ "%999999d", 999999 },
		{ "%1000000d", 1000000 },
		{ "%1000001d", 1000001 },
		{ "%10000010d", sizeof("%!(NOVERB)%!(EXTRA int=1)") - 1 },
		{ "%.1000000f", sizeof("%!f(int=") - 1 + 1000000 + 1 },
	};
	static const struct sl_goval one = I(1);

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(3000000);

		sl_go_sprintf(&out, sl_str(cases[i].format), &one, 1);
		if (out.n != cases[i].want)
			fail_msg("%s gives %zu bytes", cases[i].format, out.n);
	}
}

static void a_map_in_itself_ends(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(10000000);
	struct sl_go_map *m = sl_go_map_new(&a);

	(void)state;
	sl_go_map_set(&a, m, SL_STR("m"), sl_goval_map(m));
	sl_go_fmt_value(&out, sl_goval_map(m));
	assert_true(out.failed);
}

static void stops_when_the_buffer_is_full(void **state)
{
	static const struct sl_goval args[] = { S("12345"), S("6789") };
	SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(8);

	(void)state;
	sl_go_sprintf(&out, SL_STR("%s%s%q"), args, 2);
	assert_true(out.failed);
	assert_string_equal(out.p, "12345");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(prints_texts),
		cmocka_unit_test(prints_integers),
		cmocka_unit_test(prints_floats),
		cmocka_unit_test(tells_what_does_not_fit),
		cmocka_unit_test(prints_lists_and_maps),
		cmocka_unit_test(prints_structs_and_methods),
		cmocka_unit_test(separates_what_is_printed),
		cmocka_unit_test(formats_floats),
		cmocka_unit_test(widths_have_a_limit),
		cmocka_unit_test(a_map_in_itself_ends),
		cmocka_unit_test(stops_when_the_buffer_is_full),
	};

	return run_group("fmt", tests);
}
