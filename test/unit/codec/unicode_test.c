#include "libcommon/codec/unicode.h"

#include <stdio.h>

#include "test/unit/support/expect.h"

static void knows_letters_and_digits(void **state)
{
	static const struct {
		uint32_t rune;
		bool letter, digit;
	} cases[] = {
		{ 'a', true, false },	   { 'Z', true, false },       { '@', false, false },
		{ '[', false, false },	   { '0', false, true },       { '9', false, true },
		{ 0xaa, true, false },	   { 0xb2, false, false },     { 0xd7, false, false },
		{ 0xe9, true, false },	   { 0x661, false, true },     { 0x65e5, true, false },
		{ 0x1d7ce, false, true },  { 0x1f600, false, false },  { 0x323af, true, false },
		{ 0x323b0, false, false }, { 0x10ffff, false, false },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		if (sl_rune_is_letter(cases[i].rune) != cases[i].letter ||
		    sl_rune_is_digit(cases[i].rune) != cases[i].digit)
			print_error("U+%04X\n", cases[i].rune);
		assert_int_equal(sl_rune_is_letter(cases[i].rune), cases[i].letter);
		assert_int_equal(sl_rune_is_digit(cases[i].rune), cases[i].digit);
	}
}

static void decodes_as_go_does(void **state)
{
	static const struct {
		struct sl_str s;
		uint32_t rune;
		size_t len;
	} cases[] = {
		{ SL_STR("a"), 'a', 1 },
		{ SL_STR("\0x"), 0, 1 },
		{ SL_STR("\xc3\xa9x"), 0xe9, 2 },
		{ SL_STR("\xe2\x82\xac"), 0x20ac, 3 },
		{ SL_STR("\xf0\x9f\x98\x80"), 0x1f600, 4 },
		{ SL_STR("\xf4\x8f\xbf\xbf"), 0x10ffff, 4 },
		{ SL_STR("\x80"), 0xfffd, 1 },
		{ SL_STR("\xc3"), 0xfffd, 1 },
		{ SL_STR("\xc3x"), 0xfffd, 1 },
		{ SL_STR("\xc0\xaf"), 0xfffd, 1 },
		{ SL_STR("\xe0\x80\xaf"), 0xfffd, 1 },
		{ SL_STR("\xed\xa0\x80"), 0xfffd, 1 },
		{ SL_STR("\xf0\x80\x80\x80"), 0xfffd, 1 },
		{ SL_STR("\xf4\x90\x80\x80"), 0xfffd, 1 },
		{ SL_STR("\xf0\x9f\x98"), 0xfffd, 1 },
		{ SL_STR("\xff"), 0xfffd, 1 },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		uint32_t rune = 0;

		assert_int_equal(sl_rune_decode(cases[i].s, &rune), cases[i].len);
		assert_int_equal(rune, cases[i].rune);
	}
}

static void changes_case_as_go_does(void **state)
{
	static const struct {
		uint32_t rune, upper, lower;
	} cases[] = {
		{ 'a', 'A', 'a' },
		{ 'Z', 'Z', 'z' },
		{ '[', '[', '[' },
		{ 0xb5, 0x39c, 0xb5 },
		{ 0xdf, 0xdf, 0xdf },
		{ 0xe9, 0xc9, 0xe9 },
		{ 0x100, 0x100, 0x101 },
		{ 0x101, 0x100, 0x101 },
		{ 0x12f, 0x12e, 0x12f },
		{ 0x130, 0x130, 0x69 },
		{ 0x1c5, 0x1c4, 0x1c6 },
		{ 0x3c2, 0x3a3, 0x3c2 },
		{ 0x65e5, 0x65e5, 0x65e5 },
		{ 0x10428, 0x10400, 0x10428 },
		{ 0x1e943, 0x1e921, 0x1e943 },
		{ 0x10ffff, 0x10ffff, 0x10ffff },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		assert_int_equal(sl_rune_to_upper(cases[i].rune), cases[i].upper);
		assert_int_equal(sl_rune_to_lower(cases[i].rune), cases[i].lower);
	}
}

static void changes_to_title_case_as_go_does(void **state)
{
	static const uint32_t cases[][2] = {
		{ 'a', 'A' },	      { 'A', 'A' },	  { 0x1c4, 0x1c5 },   { 0x1c5, 0x1c5 },
		{ 0x1c6, 0x1c5 },     { 0x1c9, 0x1c8 },	  { 0x1cc, 0x1cb },   { 0x1f3, 0x1f2 },
		{ 0x1f4, 0x1f4 },     { 0x1cd, 0x1cd },	  { 0x10d0, 0x10d0 }, { 0x1c90, 0x1c90 },
		{ 0x10428, 0x10400 }, { 0x1f80, 0x1f88 },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++)
		assert_int_equal(sl_rune_to_title(cases[i][0]), cases[i][1]);
}

static void knows_white_space(void **state)
{
	static const uint32_t spaces[] = {
		'\t', '\n', '\r', ' ', 0x85, 0xa0, 0x1680, 0x2003, 0x3000
	};
	static const uint32_t others[] = { 8, 0x0e, 'a', 0x200b, 0xfeff, 0x180e };

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(spaces); i++)
		assert_true(sl_rune_is_space(spaces[i]));
	for (size_t i = 0; i < SL_ARRAY_LEN(others); i++)
		assert_false(sl_rune_is_space(others[i]));
}

static void encodes_what_it_decodes(void **state)
{
	static const uint32_t runes[] = { 0,	  0x7f,	  0x80,	   0x7ff,   0x800,
					  0xd7ff, 0xffff, 0x10000, 0x10ffff };

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(runes); i++) {
		char bytes[4];
		size_t n = sl_rune_encode(runes[i], bytes);
		uint32_t rune;

		assert_int_equal(sl_rune_decode((struct sl_str){ bytes, n }, &rune), n);
		assert_int_equal(rune, runes[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_letters_and_digits),
		cmocka_unit_test(decodes_as_go_does),
		cmocka_unit_test(changes_case_as_go_does),
		cmocka_unit_test(changes_to_title_case_as_go_does),
		cmocka_unit_test(knows_white_space),
		cmocka_unit_test(encodes_what_it_decodes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
