#include "libcommon/codec/yaml_refold.h"

#include "libcommon/base/arena.h"
#include "test/unit/support/expect.h"

static void comes_back_as_go_yaml_reads_it(void **state)
{
	static const struct {
		const char *name, *in, *want;
	} cases[] = {
		{ "empty", "", "" },
		{ "only breaks", "\n\n", "\n\n" },
		{ "one line", "x\n", "x\n" },
		{ "break between lines", "x\ny\n", "x\ny\n" },
		{ "break before an indented line", "{\n  x\n}\n", "{\n\n  x\n}\n" },
		{ "the same with a tab", "{\n\tx\n}", "{\n\n\tx\n}" },
		{ "breaks kept at the end", "x\n\n", "x\n\n\n" },
		{ "break kept behind an indented line", "x\n  y\n\n", "x\n\n  y\n\n" },
		{ "text that begins with a space", " x\ny\nz\n\nw\n", " x\ny z\nw\n" },
		{ "text that begins with a break", "\nx\ny\n z\n", "\nx\ny\n\n z\n" },
		{ "quoted for a space at the end of a line", "x \n  y", "x \n  y" },
		{ "quoted for a space at the end", "x\n  y ", "x\n  y " },
		{ "quoted for a control character", "x\n \x01", "x\n \x01" },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;

		expect_str_case(sl_yaml_refold(&a, sl_str(cases[i].in)), sl_str(cases[i].want),
				cases[i].name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(comes_back_as_go_yaml_reads_it) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
