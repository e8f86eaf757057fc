#include "test/unit/support/test.h"

#include "cli/candidates.h"

#define WORDS_MAX 8

/* What is offered for words separated by spaces; the last one, maybe empty, is being typed. */
static void ask(const char *line, struct sl_cli_query *ret_query, struct sl_strbuf *ret_answer)
{
	SL_AUTO(sl_strvec) words = SL_STRVEC_INIT;
	struct sl_str rest = sl_str(line), word;

	while (sl_str_split(&rest, ' ', &word))
		sl_strvec_push_str(&words, word);
	sl_cli_query_read(&words, ret_query);
	sl_cli_query_answer(ret_query, ret_answer);
}

static void offers_what_the_table_knows(void **state)
{
	static const struct {
		const char *line, *want;
	} cases[] = {
		{ "get", "get\tGet resources and their status\n" },
		{ "rec", "reconcile\tReconcile sources and resources\n" },
		{ "get so", "sources\tGet source statuses\n" },
		{ "get sources ", "git\tGet GitRepository statuses\n"
				  "all\tGet the statuses of all sources\n" },
		{ "get ks --sho", "--show-source\tadd a column with the source of each\n" },
		{ "get ks --all-n", "--all-namespaces\tobjects of all namespaces\n" },
		{ "get ks -o ", "json\nyaml\nwide\nname\n" },
		{ "get ks -o j", "json\n" },
		{ "get ks --output=j", "--output=json\n" },
		{ "events --types W", "Warning\n" },
		{ "completion z", "zsh\n" },
		{ "completion zsh ", "" },
		{ "help get sources g", "git\tGet GitRepository statuses\n" },
		{ "help get nothing ", "" },
		{ "--kubeconfig ", ":files\n" },
		{ "--kubeconfig=/ro", ":files\n" },
		{ "get nothing ", "" },
		{ "get --unknown ", "" },
		{ "__", "" },
		{ "get ks -n a --as ", "" },
		{ "", NULL },
	};

	(void)state;
	for (size_t i = 0; cases[i].want; i++) {
		SL_AUTO(sl_cli_query) q = SL_CLI_QUERY_INIT;
		SL_AUTO(sl_strbuf) answer = SL_STRBUF_INIT(65536);

		ask(cases[i].line, &q, &answer);
		if (!sl_str_eqz(sl_strbuf_str(&answer), cases[i].want))
			fail_msg("%s: got %s", cases[i].line, answer.p);
		assert_false(sl_cli_query_is_live(&q));
	}
}

static void leaves_names_to_the_cluster(void **state)
{
	static const struct {
		const char *line;
		enum sl_cli_complete want;
		const char *prefix, *typed;
	} cases[] = {
		{ "get ks ", SL_CLI_COMPLETE_NAMES, "", "" },
		{ "get ks po", SL_CLI_COMPLETE_NAMES, "", "po" },
		{ "suspend ks a b c", SL_CLI_COMPLETE_NAMES, "", "c" },
		{ "-n fl", SL_CLI_COMPLETE_NAMESPACES, "", "fl" },
		{ "get ks --namespace=fl", SL_CLI_COMPLETE_NAMESPACES, "--namespace=", "fl" },
		{ "get ks --context ", SL_CLI_COMPLETE_CONTEXTS, "", "" },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sl_cli_query) q = SL_CLI_QUERY_INIT;
		SL_AUTO(sl_strbuf) answer = SL_STRBUF_INIT(65536);

		ask(cases[i].line, &q, &answer);
		assert_int_equal(q.wanted, cases[i].want);
		assert_true(sl_cli_query_is_live(&q));
		assert_string_equal(q.prefix, cases[i].prefix);
		assert_string_equal(q.typed, cases[i].typed);
		assert_int_equal(answer.n, 0);
	}
}

static void offers_no_second_name_where_one_is_taken(void **state)
{
	SL_AUTO(sl_cli_query) q = SL_CLI_QUERY_INIT;
	SL_AUTO(sl_strbuf) answer = SL_STRBUF_INIT(65536);

	(void)state;
	ask("get ks a ", &q, &answer);
	assert_int_equal(q.wanted, SL_CLI_NO_COMPLETION);
	assert_int_equal(answer.n, 0);
}

static void offers_every_command_and_flag_that_holds(void **state)
{
	SL_AUTO(sl_cli_query) q = SL_CLI_QUERY_INIT, flags = SL_CLI_QUERY_INIT;
	SL_AUTO(sl_strbuf) answer = SL_STRBUF_INIT(65536), more = SL_STRBUF_INIT(65536);

	(void)state;
	ask("", &q, &answer);
	assert_true(sl_str_find(sl_strbuf_str(&answer), SL_STR("check\t")) >= 0);
	assert_true(sl_str_find(sl_strbuf_str(&answer), SL_STR("version\t")) >= 0);
	assert_true(sl_str_find(sl_strbuf_str(&answer), SL_STR("__")) < 0);
	ask("get ks --", &flags, &more);
	assert_true(sl_str_find(sl_strbuf_str(&more), SL_STR("--show-source\t")) >= 0);
	assert_true(sl_str_find(sl_strbuf_str(&more), SL_STR("--watch\t")) >= 0);
	assert_true(sl_str_find(sl_strbuf_str(&more), SL_STR("--kubeconfig\t")) >= 0);
	assert_true(sl_str_find(sl_strbuf_str(&more), SL_STR("--with-source\t")) < 0);
}

static void offers_only_what_begins_as_typed(void **state)
{
	SL_AUTO(sl_cli_query) q = SL_CLI_QUERY_INIT;
	SL_AUTO(sl_strbuf) answer = SL_STRBUF_INIT(65536);

	(void)state;
	ask("get ks --namespace=de", &q, &answer);
	sl_cli_query_offer(&q, SL_STR("default"), NULL, &answer);
	sl_cli_query_offer(&q, SL_STR("kube-system"), NULL, &answer);
	assert_string_equal(answer.p, "--namespace=default\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(offers_what_the_table_knows),
		cmocka_unit_test(leaves_names_to_the_cluster),
		cmocka_unit_test(offers_no_second_name_where_one_is_taken),
		cmocka_unit_test(offers_every_command_and_flag_that_holds),
		cmocka_unit_test(offers_only_what_begins_as_typed),
	};

	return run_group("cli/candidates", tests);
}
