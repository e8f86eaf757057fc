#include "test/unit/support/test.h"

#include "cli/local/programs.h"

struct check {
	struct sl_str page;
	struct sl_strbuf wanted; /* scratch */
};

/* Every visible command has a section with its usage, hyphens escaped. */
static void check_command(void *ctx, const struct sl_cli_path *path)
{
	struct check *c = ctx;
	SL_AUTO_FREE char *name = sl_cli_path_text(path);

	if (path->n == 1)
		return;
	sl_strbuf_reset(&c->wanted);
	sl_strbuf_addf(&c->wanted, ".SS %s ", name);
	if (sl_str_find(c->page, sl_strbuf_str(&c->wanted)) < 0)
		fail_msg("no section of %s", name);
}

static void describes_every_command(void **state)
{
	SL_AUTO(sl_strbuf) page = SL_STRBUF_INIT((size_t)1 << 20);
	struct check c;

	(void)state;
	sl_cli_man_page(&page);
	c.page = sl_strbuf_str(&page);
	sl_strbuf_init(&c.wanted, 4096);
	sl_cli_walk(check_command, &c);
	sl_strbuf_release(&c.wanted);
	assert_true(sl_str_find(c.page, SL_STR(".B \\-n, \\-\\-namespace NAME\n")) >= 0);
	assert_true(sl_str_find(c.page, SL_STR("__")) < 0);
}

/* A text line that begins with a dot or a quote would vanish as a request of the formatter. */
static void escapes_what_the_formatter_would_take(void **state)
{
	static const char *const requests[] = { ".TH ", ".SH ", ".SS ", ".TP", ".B ", ".I ",
						".PP",	".RS ", ".RE",	".nf", ".fi" };
	SL_AUTO(sl_strbuf) page = SL_STRBUF_INIT((size_t)1 << 20);
	struct sl_str rest, line;

	(void)state;
	sl_cli_man_page(&page);
	rest = sl_strbuf_str(&page);
	while (sl_str_split(&rest, '\n', &line)) {
		bool known = !line.n || (line.p[0] != '.' && line.p[0] != '\'');

		for (size_t i = 0; i < SL_ARRAY_LEN(requests); i++)
			known |= sl_str_starts(line, sl_str(requests[i]));
		if (!known)
			fail_msg("a request by accident: %.*s", SL_STR_FMT(line));
	}
	/* ". <(sluice completion bash)" stands in an example */
	assert_true(sl_str_find(sl_strbuf_str(&page), SL_STR("\n\\&. <(sluice")) >= 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(describes_every_command),
		cmocka_unit_test(escapes_what_the_formatter_would_take),
	};

	return run_group("cli/man", tests);
}
