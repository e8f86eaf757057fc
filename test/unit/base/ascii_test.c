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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_its_classes),
	};

	return run_group("ascii", tests);
}
