#include "libcommon/base/ascii.h"
#include "libcommon/base/mem.h"
#include "test/unit/support/test.h"

/* The members of a class among all bytes, signed as they come, and some code points. */
static void members(bool (*is)(uint32_t), char ret[256])
{
	size_t n = 0;

	for (int c = -128; c < 128; c++) {
		if (is((uint32_t)c))
			ret[n++] = (char)c;
	}
	ret[n] = '\0';
	assert_false(is(0x661)); /* a digit, but Arabic */
	assert_false(is('0' | 0x100));
	assert_false(is('A' | 0x100));
}

static void knows_its_classes(void **state)
{
	static const struct {
		bool (*is)(uint32_t);
		const char *want;
	} cases[] = {
		{ sl_is_digit, "0123456789" },
		{ sl_is_alpha, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz" },
		{ sl_is_alnum, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz" },
		{ sl_is_hex, "0123456789ABCDEFabcdef" },
	};
	char got[256];

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		members(cases[i].is, got);
		assert_string_equal(got, cases[i].want);
	}
}

static void reads_and_writes_hex(void **state)
{
	static const uint8_t bytes[] = { 0x00, 0x09, 0x9a, 0xff };
	char got[9] = "xxxxxxxx";

	(void)state;
	assert_ptr_equal(sl_put_hex(got, bytes, sizeof(bytes)), got + 8);
	assert_string_equal(got, "00099aff");
	assert_ptr_equal(sl_put_hex(got, bytes, 0), got);
	for (uint32_t c = 0; c < 0x180; c++)
		assert_int_equal(sl_hex_value(c) >= 0, sl_is_hex(c));
	assert_int_equal(sl_hex_value('0'), 0);
	assert_int_equal(sl_hex_value('9'), 9);
	assert_int_equal(sl_hex_value('a'), 10);
	assert_int_equal(sl_hex_value('F'), 15);
	assert_int_equal(sl_hex_value((uint32_t)(char)-61), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_its_classes),
		cmocka_unit_test(reads_and_writes_hex),
	};

	return run_group("ascii", tests);
}
