#include "libcommon/base/str.h"

#include "libcommon/base/mem.h"
#include "test/unit/support/test.h"

static void compares(void **state)
{
	(void)state;
	assert_true(sl_str_eq(SL_STR_NULL, sl_str("")));
	assert_true(sl_str_eqz(SL_STR_NULL, NULL));
	assert_false(sl_str_eq(SL_STR("a"), SL_STR("ab")));
	assert_true(sl_str_eq(SL_STR("a\0b"), SL_STR("a\0b")));
	assert_false(sl_str_eq(SL_STR("a\0b"), SL_STR("a\0c")));
	assert_true(sl_str_ieq(SL_STR("AbZ"), SL_STR("aBz")));
	assert_false(sl_str_ieq(SL_STR("a\0b"), SL_STR("a\0c")));
	assert_false(sl_str_ieq(SL_STR("@"), SL_STR("`")));
	assert_false(sl_str_ieq(SL_STR("a"), SL_STR("ab")));
	assert_int_equal(sl_str_cmp(SL_STR("a"), SL_STR("a")), 0);
	assert_true(sl_str_cmp(SL_STR("a"), SL_STR("ab")) < 0);
	assert_true(sl_str_cmp(SL_STR("b"), SL_STR("ab")) > 0);
	assert_true(sl_str_cmp(SL_STR("\xff"), SL_STR("a")) > 0);
	assert_true(sl_str_cmp(SL_STR_NULL, SL_STR("a")) < 0);
	assert_true(sl_streq(NULL, NULL));
	assert_false(sl_streq(NULL, ""));
	assert_true(sl_streq("x", "x"));
}

static void strips_affixes(void **state)
{
	struct sl_str s = SL_STR("refs/heads/main");

	(void)state;
	assert_true(sl_str_starts(s, SL_STR("refs/")));
	assert_true(sl_str_starts(s, SL_STR_NULL));
	assert_true(sl_str_ends(s, SL_STR("main")));
	assert_false(sl_str_ends(SL_STR("ain"), SL_STR("main")));
	assert_false(sl_str_cut_prefix(&s, SL_STR("heads/")));
	assert_str(s, "refs/heads/main");
	assert_true(sl_str_cut_prefix(&s, SL_STR("refs/heads/")));
	assert_str(s, "main");
	assert_true(sl_str_cut_suffix(&s, SL_STR("in")));
	assert_str(s, "ma");
	assert_false(sl_str_cut_suffix(&s, SL_STR("in")));
}

static void finds(void **state)
{
	struct sl_str s = SL_STR("a/b\0/c");

	(void)state;
	assert_int_equal(sl_str_chr(s, '/'), 1);
	assert_int_equal(sl_str_rchr(s, '/'), 4);
	assert_int_equal(sl_str_chr(s, 'x'), -1);
	assert_int_equal(sl_str_chr(SL_STR_NULL, 'x'), -1);
	assert_int_equal(sl_str_find(s, SL_STR("\0/")), 3);
	assert_int_equal(sl_str_find(s, SL_STR("")), 0);
	assert_int_equal(sl_str_find(SL_STR_NULL, SL_STR("a")), -1);
}

static void cuts_parts(void **state)
{
	struct sl_str s = SL_STR("abcdef");

	(void)state;
	assert_str(sl_str_sub(s, 1, 3), "bc");
	assert_str(sl_str_sub(s, 4, 99), "ef");
	assert_str(sl_str_sub(s, 5, 2), "");
	assert_str(sl_str_sub(SL_STR_NULL, 1, 2), "");
	assert_str(sl_str_cut(SL_STR("abc"), 3), "abc");
	assert_str(sl_str_cut(SL_STR("abc"), 2), "ab");
	assert_str(sl_str_cut(SL_STR("a\xc3\xa9z"), 2), "a");
	assert_str(sl_str_cut(SL_STR("a\xc3\xa9z"), 3), "a\xc3\xa9");
	assert_str(sl_str_trim(SL_STR(" \t\r\na b\v\f ")), "a b");
	assert_str(sl_str_trim(SL_STR("  ")), "");
}

static void splits(void **state)
{
	static const struct {
		struct sl_str text;
		size_t n;
		const char *parts[4];
	} cases[] = {
		{ SL_STR_NULL, 0, { NULL } },  { { "", 0 }, 1, { "" } },
		{ { "a", 1 }, 1, { "a" } },    { { "a,", 2 }, 2, { "a", "" } },
		{ { ",", 1 }, 2, { "", "" } }, { { "a,,b", 4 }, 3, { "a", "", "b" } },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		struct sl_str rest = cases[i].text, part;
		size_t n = 0;

		for (; sl_str_split(&rest, ',', &part); n++) {
			assert_true(n < cases[i].n);
			assert_str(part, cases[i].parts[n]);
		}
		assert_int_equal(n, cases[i].n);
	}
}

static void reads_integers(void **state)
{
	int64_t i = 5;
	uint64_t u = 5;

	(void)state;
	assert_true(sl_str_to_i64(SL_STR("-9223372036854775808"), INT64_MIN, INT64_MAX, &i));
	assert_true(i == INT64_MIN);
	assert_true(sl_str_to_i64(SL_STR("9223372036854775807"), INT64_MIN, INT64_MAX, &i));
	assert_true(i == INT64_MAX);
	assert_true(sl_str_to_i64(SL_STR("-0"), 0, 0, &i));
	assert_true(i == 0);
	assert_true(sl_str_to_u64(SL_STR("18446744073709551615"), UINT64_MAX, &u));
	assert_true(u == UINT64_MAX);
	i = 5;
	u = 5;
	assert_false(sl_str_to_i64(SL_STR("9223372036854775808"), INT64_MIN, INT64_MAX, &i));
	assert_false(sl_str_to_i64(SL_STR("-9223372036854775809"), INT64_MIN, INT64_MAX, &i));
	assert_false(sl_str_to_i64(SL_STR("--1"), -9, 9, &i));
	assert_false(sl_str_to_i64(SL_STR("-"), -9, 9, &i));
	assert_false(sl_str_to_i64(SL_STR("+1"), -9, 9, &i));
	assert_false(sl_str_to_i64(SL_STR(" 1"), -9, 9, &i));
	assert_false(sl_str_to_i64(SL_STR("1\0"), -9, 9, &i));
	assert_false(sl_str_to_i64(SL_STR("10"), -9, 9, &i));
	assert_false(sl_str_to_i64(SL_STR("-10"), -9, 9, &i));
	assert_false(sl_str_to_u64(SL_STR("18446744073709551616"), UINT64_MAX, &u));
	assert_false(sl_str_to_u64(SL_STR("99999999999999999999"), UINT64_MAX, &u));
	assert_false(sl_str_to_u64(SL_STR(""), UINT64_MAX, &u));
	assert_false(sl_str_to_u64(SL_STR("-1"), UINT64_MAX, &u));
	assert_true(i == 5 && u == 5);
}

static void reads_hexadecimal(void **state)
{
	uint64_t u = 5;

	(void)state;
	assert_false(sl_hex_to_u64(SL_STR(""), UINT64_MAX, &u));
	assert_false(sl_hex_to_u64(SL_STR("g"), UINT64_MAX, &u));
	assert_false(sl_hex_to_u64(SL_STR("10000000000000000"), UINT64_MAX, &u));
	assert_false(sl_hex_to_u64(SL_STR("100"), 0xff, &u));
	assert_true(u == 5);
	assert_true(sl_hex_to_u64(SL_STR("fF"), 0xff, &u));
	assert_true(u == 0xff);
	assert_true(sl_hex_to_u64(SL_STR("ffffffffffffffff"), UINT64_MAX, &u));
	assert_true(u == UINT64_MAX);
}

static void reads_doubles(void **state)
{
	static const char *const bad[] = {
		"", " 1", "1 ", "0x1", "inf", "nan", "1e400", "1,5", "-"
	};
	double d = 5;

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(bad); i++)
		assert_false(sl_str_to_double(sl_str(bad[i]), &d));
	assert_false(sl_str_to_double(SL_STR("1\0"), &d));
	assert_true(d == 5);
	assert_true(sl_str_to_double(SL_STR("-1.5e3"), &d));
	assert_true(d == -1500);
	assert_true(sl_str_to_double(SL_STR("4.9e-324"), &d));
	assert_true(d > 0);
}

static void checks_utf8(void **state)
{
	static const struct {
		struct sl_str s;
		bool good;
	} cases[] = {
		{ SL_STR_NULL, true },
		{ { "a\0\x7f", 3 }, true },
		{ { "\xc3\xa9", 2 }, true },
		{ { "\xe2\x82\xac", 3 }, true },
		{ { "\xf0\x9f\x98\x80", 4 }, true },
		{ { "\xf4\x8f\xbf\xbf", 4 }, true },
		{ { "\xef\xbf\xbf", 3 }, true },
		{ { "\xc0\x80", 2 }, false },	      /* overlong NUL */
		{ { "\xe0\x9f\xbf", 3 }, false },     /* overlong */
		{ { "\xf0\x8f\xbf\xbf", 4 }, false }, /* overlong */
		{ { "\xed\xa0\x80", 3 }, false },     /* surrogate */
		{ { "\xf4\x90\x80\x80", 4 }, false }, /* past U+10FFFF */
		{ { "\xff", 1 }, false },
		{ { "\x80", 1 }, false },
		{ { "\xe2\x82", 2 }, false },
		{ { "\xf0\x9f\x98", 3 }, false },
		{ { "\xe2\x82g", 3 }, false },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++)
		if (sl_str_is_utf8(cases[i].s) != cases[i].good)
			fail_msg("case %zu", i);
}

static void decodes_utf8(void **state)
{
	uint32_t c = 7;

	(void)state;
	assert_int_equal(sl_utf8_decode(SL_STR_NULL, &c), 0);
	assert_int_equal(sl_utf8_decode(SL_STR("\x80"), &c), 0);
	assert_int_equal(sl_utf8_decode(SL_STR("\xe2\x82"), &c), 0);
	assert_int_equal(c, 7);
	assert_int_equal(sl_utf8_decode(SL_STR("\0z"), &c), 1);
	assert_int_equal(c, 0);
	assert_int_equal(sl_utf8_decode(SL_STR("\xc3\xa9z"), &c), 2);
	assert_int_equal(c, 0xe9);
	assert_int_equal(sl_utf8_decode(SL_STR("\xe2\x82\xac"), &c), 3);
	assert_int_equal(c, 0x20ac);
	assert_int_equal(sl_utf8_decode(SL_STR("\xf4\x8f\xbf\xbf"), &c), 4);
	assert_int_equal(c, 0x10ffff);
}

static void hashes_as_fnv1a(void **state)
{
	(void)state;
	assert_true(sl_str_hash(SL_STR_NULL) == 0xcbf29ce484222325ULL);
	assert_true(sl_str_hash(SL_STR("foobar")) == 0x85944171f73967e8ULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(compares),
		cmocka_unit_test(strips_affixes),
		cmocka_unit_test(finds),
		cmocka_unit_test(cuts_parts),
		cmocka_unit_test(splits),
		cmocka_unit_test(reads_integers),
		cmocka_unit_test(reads_hexadecimal),
		cmocka_unit_test(reads_doubles),
		cmocka_unit_test(checks_utf8),
		cmocka_unit_test(hashes_as_fnv1a),
		cmocka_unit_test(decodes_utf8),
	};

	return run_group("str", tests);
}
