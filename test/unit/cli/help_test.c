#include "test/unit/support/test.h"

#include "cli/help.h"

static void help_of(const char *line, struct sl_strbuf *out)
{
	struct sl_cli_path path = { .commands = { sl_cli_root() }, .n = 1 };
	struct sl_str rest = sl_str(line), word;

	while (sl_str_split(&rest, ' ', &word))
		path.commands[path.n++] = sl_cli_child(sl_cli_leaf(&path), word);
	sl_cli_help(&path, out);
}

static void assert_has(const struct sl_strbuf *text, const char *part)
{
	if (sl_str_find(sl_strbuf_str(text), sl_str(part)) < 0)
		fail_msg("\"%s\" is not in:\n%s", part, text->p);
}

static void explains_a_command(void **state)
{
	SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(65536);

	(void)state;
	help_of("get kustomizations", &out);
	assert_true(sl_str_starts(sl_strbuf_str(&out), SL_STR("Get Kustomization statuses.\n")));
	assert_has(&out, "\nUsage:\n  sluice get kustomizations [NAME] [flags]\n");
	assert_has(&out, "\nAliases:\n  kustomizations, ks, kustomization\n");
	assert_has(&out, "\nExamples:\n  # List all Kustomizations and their status\n"
			 "  sluice get kustomizations\n\n");
	assert_has(&out, "\nFlags:\n      --show-source               add a column");
	assert_has(&out, "\n  -w, --watch                     go on");
	assert_has(&out, "\nGlobal flags:\n");
	assert_has(&out, "(default 5m0s)");
}

static void lists_the_commands_of_a_group(void **state)
{
	SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(65536);

	(void)state;
	help_of("get", &out);
	assert_has(&out, "\nUsage:\n  sluice get COMMAND [flags]\n");
	assert_has(&out, "\nCommands:\n  all             Get the statuses of all resources\n");
}

static void hides_what_is_hidden(void **state)
{
	SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(65536);

	(void)state;
	sl_cli_help(&(struct sl_cli_path){ .commands = { sl_cli_root() }, .n = 1 }, &out);
	assert_has(&out, "\nCommands:\n  build       Build resources from files\n  check       "
			 "Check requirements");
	assert_true(sl_str_find(sl_strbuf_str(&out), SL_STR("__")) < 0);
}

static void keeps_to_the_width(void **state)
{
	SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(65536);
	struct sl_str rest, line;

	(void)state;
	help_of("reconcile kustomization", &out);
	rest = sl_strbuf_str(&out);
	while (sl_str_split(&rest, '\n', &line)) {
		if (line.n > 90)
			fail_msg("%zu columns: %.*s", line.n, SL_STR_FMT(line));
		assert_true(!line.n || line.p[line.n - 1] != ' ');
	}
}

static void wraps_words(void **state)
{
	static const struct {
		const char *text;
		size_t indent, width;
		const char *want;
	} cases[] = {
		{ "one two three", 0, 7, "one two\nthree\n" },
		{ "one two three", 2, 7, "  one\n  two\n  three\n" },
		{ "one  two", 0, 80, "one two\n" },
		{ "toolongaword x", 0, 4, "toolongaword\nx\n" },
		{ "a\n\nb", 1, 10, " a\n\n b\n" },
		{ "", 4, 10, "\n" },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(65536);

		sl_cli_wrap(cases[i].text, cases[i].indent, cases[i].width, &out);
		assert_string_equal(out.p, cases[i].want);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(explains_a_command),
		cmocka_unit_test(lists_the_commands_of_a_group),
		cmocka_unit_test(hides_what_is_hidden),
		cmocka_unit_test(keeps_to_the_width),
		cmocka_unit_test(wraps_words),
	};

	return run_group("cli/help", tests);
}
