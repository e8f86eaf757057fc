#include "libcommon/lang/regex/category.h"

#include "test/unit/support/test.h"

static void knows_categories(void **state)
{
	static const struct {
		uint32_t rune;
		const char *category;
		bool want;
	} cases[] = {
		{ 'A', "Lu", true },	 { 'a', "Lu", false },	   { 'a', "Ll", true },
		{ 0x100, "Lu", true },	 { 0x101, "Lu", false },   { 0x101, "Ll", true },
		{ 0x1c5, "Lt", true },	 { '5', "N", true },	   { 0x2460, "N", true },
		{ '!', "P", true },	 { '+', "P", false },	   { '$', "P", false },
		{ 0x4e00, "Lo", true },	 { 0x10ffff, "L", false }, { 'A', "Nonsense", false },
		{ 0x1d434, "Lu", true },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++)
		if (sl_rune_is(cases[i].rune, cases[i].category) != cases[i].want)
			fail_msg("U+%04X, %s", (unsigned)cases[i].rune, cases[i].category);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_categories),
	};

	return run_group("category", tests);
}
