#include "test/unit/support/test.h"

#include "cli/remote/session.h"

static void chooses_the_namespace(void **state)
{
	static const struct {
		struct sl_cli_namespaces n;
		const char *want;
	} cases[] = {
		{ { .otherwise = "flux-system" }, "flux-system" },
		{ { .given = "g",
		    .context = "c",
		    .environment = "e",
		    .otherwise = "o",
		    .follow_context = true },
		  "g" },
		{ { .context = "c", .environment = "e", .otherwise = "o", .follow_context = true },
		  "c" },
		{ { .context = "c", .environment = "e", .otherwise = "o" }, "e" },
		{ { .context = "", .environment = "e", .otherwise = "o", .follow_context = true },
		  "e" },
		{ { .environment = "Not_A_Label", .otherwise = "o" }, "o" },
		{ { .environment = "", .otherwise = "o" }, "o" },
		/* What was given is checked by the caller, not replaced. */
		{ { .given = "Not_A_Label", .otherwise = "o" }, "Not_A_Label" },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++)
		assert_string_equal(sl_cli_choose_namespace(&cases[i].n), cases[i].want);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(chooses_the_namespace),
	};

	return run_group("cli/remote/session", tests);
}
