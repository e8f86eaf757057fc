#include "test/unit/support/test.h"

#include "cli/remote/table.h"

static void add(struct sl_cli_table *t, const char *a, const char *b)
{
	struct sl_cli_row row = { .n = 0 };

	sl_cli_row_add(&row, sl_str(a));
	sl_cli_row_add(&row, sl_str(b));
	sl_cli_table_add(t, &row);
}

static const struct sl_cli_row header = { .cells = { SL_STR("NAME"), SL_STR("MESSAGE") }, .n = 2 };

static void pads_cells_and_ends_them_with_tabs(void **state)
{
	SL_AUTO(sl_cli_table) t = SL_CLI_TABLE_INIT;
	SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(4096);

	(void)state;
	add(&t, "podinfo", "ok");
	add(&t, "a", "longer than its header");
	sl_cli_table_print(&t, &header, &out);
	assert_string_equal(out.p, "NAME   \tMESSAGE                \n"
				   "podinfo\tok                    \t\n"
				   "a      \tlonger than its header\t\n");
}

static void leaves_the_header_out(void **state)
{
	SL_AUTO(sl_cli_table) t = SL_CLI_TABLE_INIT;
	SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(4096);

	(void)state;
	add(&t, "a", "b");
	sl_cli_table_print(&t, NULL, &out);
	assert_string_equal(out.p, "a\tb\t\n");
}

static void prints_a_header_alone(void **state)
{
	SL_AUTO(sl_cli_table) t = SL_CLI_TABLE_INIT;
	SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(4096);

	(void)state;
	sl_cli_table_print(&t, &header, &out);
	assert_string_equal(out.p, "NAME\tMESSAGE \n");
}

static void breaks_cells_with_newlines(void **state)
{
	SL_AUTO(sl_cli_table) t = SL_CLI_TABLE_INIT;
	SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(4096);

	(void)state;
	add(&t, "a", "one\ntwo and\nthree");
	add(&t, "b", "");
	sl_cli_table_print(&t, NULL, &out);
	assert_string_equal(out.p, "a\tone    \t\n \ttwo and\t\n \tthree  \t\nb\t       \t\n");
}

static void counts_characters_not_bytes(void **state)
{
	SL_AUTO(sl_cli_table) t = SL_CLI_TABLE_INIT;
	SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(4096);

	(void)state;
	add(&t, "größe", "x");
	add(&t, "1234567", "y");
	sl_cli_table_print(&t, NULL, &out);
	assert_string_equal(out.p, "größe  \tx\t\n1234567\ty\t\n");
}

static void keeps_widths_from_print_to_print(void **state)
{
	SL_AUTO(sl_cli_table) t = SL_CLI_TABLE_INIT;
	SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(4096);

	(void)state;
	add(&t, "podinfo", "ok");
	sl_cli_table_print(&t, &header, &out);
	sl_strbuf_reset(&out);
	add(&t, "a", "b");
	sl_cli_table_print(&t, NULL, &out);
	assert_string_equal(out.p, "a      \tb      \t\n");
}

static void copies_cells(void **state)
{
	SL_AUTO(sl_cli_table) t = SL_CLI_TABLE_INIT;
	SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(4096);
	char name[] = "first";

	(void)state;
	add(&t, name, "x");
	memcpy(name, "wrong", 5);
	sl_cli_table_print(&t, NULL, &out);
	assert_string_equal(out.p, "first\tx\t\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pads_cells_and_ends_them_with_tabs),
		cmocka_unit_test(leaves_the_header_out),
		cmocka_unit_test(prints_a_header_alone),
		cmocka_unit_test(breaks_cells_with_newlines),
		cmocka_unit_test(counts_characters_not_bytes),
		cmocka_unit_test(keeps_widths_from_print_to_print),
		cmocka_unit_test(copies_cells),
	};

	return run_group("cli/remote/table", tests);
}
