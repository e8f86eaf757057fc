#include <stdlib.h>

#include "test/unit/support/test.h"

#include "cli/args.h"

#define WORDS_MAX 12

/* A command line without the program's name, ended by NULL. */
static int parse(const char *const *words, struct sl_cli_args *ret_args, char **ret_hint,
		 struct sl_err *err)
{
	SL_AUTO(sl_strvec) argv = SL_STRVEC_INIT;

	sl_strvec_push(&argv, "sluice");
	for (size_t i = 0; words[i]; i++)
		sl_strvec_push(&argv, words[i]);
	return sl_cli_parse((int)argv.n, argv.v, ret_args, ret_hint, err);
}

static void finds_commands_by_name_and_alias(void **state)
{
	static const struct {
		const char *words[WORDS_MAX];
		const char *path;
		enum sl_cli_verb verb;
	} cases[] = {
		{ { NULL }, "sluice", SL_CLI_GROUP },
		{ { "get" }, "sluice get", SL_CLI_GROUP },
		{ { "get", "ks" }, "sluice get kustomizations", SL_CLI_GET },
		{ { "get", "kustomization" }, "sluice get kustomizations", SL_CLI_GET },
		{ { "get", "source", "git" }, "sluice get sources git", SL_CLI_GET },
		{ { "get", "sources", "all" }, "sluice get sources all", SL_CLI_GET },
		{ { "reconcile", "ks" }, "sluice reconcile kustomization", SL_CLI_RECONCILE },
		{ { "reconcile", "source", "git" },
		  "sluice reconcile source git",
		  SL_CLI_RECONCILE },
		{ { "suspend", "ks" }, "sluice suspend kustomization", SL_CLI_SUSPEND },
		{ { "resume", "ks" }, "sluice resume kustomization", SL_CLI_RESUME },
		{ { "tree", "ks" }, "sluice tree kustomization", SL_CLI_TREE },
		{ { "version" }, "sluice version", SL_CLI_VERSION },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sl_cli_args) args = SL_CLI_ARGS_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		SL_AUTO_FREE char *hint = NULL;

		assert_ok(parse(cases[i].words, &args, &hint, &err), &err);
		SL_AUTO_FREE char *path = sl_cli_path_text(&args.path);

		assert_string_equal(path, cases[i].path);
		assert_int_equal(sl_cli_leaf(&args.path)->verb, cases[i].verb);
		assert_null(hint);
	}
}

static void reads_every_form_of_a_flag(void **state)
{
	static const char *const lines[][WORDS_MAX] = {
		{ "get", "ks", "--namespace", "apps" },
		{ "get", "ks", "--namespace=apps" },
		{ "get", "ks", "-n", "apps" },
		{ "get", "ks", "-napps" },
		{ "get", "ks", "-n=apps" },
		{ "-n", "apps", "get", "ks" },
		{ "get", "-n", "apps", "ks" },
		{ "get", "ks", "-n", "first", "-n", "apps" },
		{ "get", "ks", "-wn", "apps" },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(lines); i++) {
		SL_AUTO(sl_cli_args) args = SL_CLI_ARGS_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		SL_AUTO_FREE char *hint = NULL;

		assert_ok(parse(lines[i], &args, &hint, &err), &err);
		assert_string_equal(sl_cli_string(&args, "namespace"), "apps");
		assert_true(sl_cli_is_given(&args, "namespace"));
		assert_int_equal(args.words.n, 0);
	}
}

static void has_the_defaults_of_flux(void **state)
{
	static const char *const line[] = { "get", "ks", NULL };
	SL_AUTO(sl_cli_args) args = SL_CLI_ARGS_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	SL_AUTO_FREE char *hint = NULL;

	(void)state;
	assert_ok(parse(line, &args, &hint, &err), &err);
	assert_string_equal(sl_cli_string(&args, "namespace"), "flux-system");
	assert_false(sl_cli_is_given(&args, "namespace"));
	assert_int_equal(sl_cli_duration_ms(&args, "timeout"), 300000);
	assert_true(sl_cli_number(&args, "kube-api-qps") == 50);
	assert_true(sl_cli_number(&args, "kube-api-burst") == 300);
	assert_false(sl_cli_bool(&args, "watch"));
	assert_null(sl_cli_string(&args, "kubeconfig"));
}

static void reads_values_by_type(void **state)
{
	static const char *const line[] = { "events",	      "-Aw=false",
					    "--types",	      "warning,Normal",
					    "--types=Normal", "--timeout",
					    "1m30s",	      NULL };
	SL_AUTO(sl_cli_args) args = SL_CLI_ARGS_INIT;
	SL_AUTO(sl_strvec) types = SL_STRVEC_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	SL_AUTO_FREE char *hint = NULL;

	(void)state;
	assert_ok(parse(line, &args, &hint, &err), &err);
	assert_true(sl_cli_bool(&args, "all-namespaces"));
	assert_false(sl_cli_bool(&args, "watch"));
	assert_true(sl_cli_is_given(&args, "watch"));
	assert_int_equal(sl_cli_duration_ms(&args, "timeout"), 90000);
	sl_cli_strings(&args, "types", &types);
	SL_AUTO_FREE char *joined = sl_strvec_join(&types, " ");

	assert_string_equal(joined, "warning Normal Normal");
}

static void keeps_arguments_apart_from_flags(void **state)
{
	static const char *const line[] = { "suspend", "ks",  "a", "--all", "b",
					    "--",      "--c", "-", NULL };
	SL_AUTO(sl_cli_args) args = SL_CLI_ARGS_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	SL_AUTO_FREE char *hint = NULL;

	(void)state;
	assert_ok(parse(line, &args, &hint, &err), &err);
	SL_AUTO_FREE char *joined = sl_strvec_join(&args.words, " ");

	assert_string_equal(joined, "a b --c -");
	assert_true(sl_cli_bool(&args, "all"));
}

static void notices_help_anywhere(void **state)
{
	static const char *const lines[][WORDS_MAX] = {
		{ "--help" },
		{ "get", "-h" },
		{ "--help", "get", "ks" },
		{ "get", "ks", "x", "--help" },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(lines); i++) {
		SL_AUTO(sl_cli_args) args = SL_CLI_ARGS_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		SL_AUTO_FREE char *hint = NULL;

		assert_ok(parse(lines[i], &args, &hint, &err), &err);
		assert_true(args.help);
	}
}

static void says_what_is_wrong_and_what_is_near(void **state)
{
	static const struct {
		const char *words[WORDS_MAX];
		const char *message, *hint;
	} cases[] = {
		{ { "gte" },
		  "unknown command \"gte\" for \"sluice\"",
		  "did you mean 'sluice get'?" },
		{ { "get", "kz" },
		  "unknown command \"kz\" for \"sluice get\"",
		  "did you mean 'sluice get ks'?" },
		{ { "get", "xyzzy" },
		  "unknown command \"xyzzy\" for \"sluice get\"",
		  "run 'sluice get --help' for what there is" },
		{ { "__complet" },
		  "unknown command \"__complet\" for \"sluice\"",
		  "run 'sluice --help' for what there is" },
		{ { "get", "ks", "--namespce=x" },
		  "unknown flag: --namespce",
		  "did you mean --namespace?" },
		{ { "get", "ks", "--zzz" }, "unknown flag: --zzz", NULL },
		{ { "--watch", "get", "ks" }, "unknown flag: --watch", NULL },
		{ { "get", "ks", "-x" }, "unknown shorthand flag: 'x' in -x", NULL },
		{ { "get", "ks", "-Ax" }, "unknown shorthand flag: 'x' in -Ax", NULL },
		{ { "get", "ks", "--output" }, "flag needs an argument: --output", NULL },
		{ { "get", "ks", "-o" }, "flag needs an argument: 'o' in -o", NULL },
		{ { "get", "ks", "-o", "xml" },
		  "invalid argument \"xml\" for \"--output\" flag: must be one of json, yaml, "
		  "wide, name",
		  NULL },
		{ { "get", "ks", "--watch=maybe" },
		  "invalid argument \"maybe\" for \"--watch\" flag: must be true or false",
		  NULL },
		{ { "get", "ks", "--timeout", "0s" },
		  "invalid argument \"0s\" for \"--timeout\" flag: must be more than 0",
		  NULL },
		{ { "get", "ks", "--timeout", "5" },
		  "invalid argument \"5\" for \"--timeout\" flag: time: missing unit in duration "
		  "\"5\"",
		  NULL },
		{ { "get", "ks", "--kube-api-qps", "-1" },
		  "invalid argument \"-1\" for \"--kube-api-qps\" flag: must be a number, 0 or "
		  "more",
		  NULL },
		{ { "events", "--types", "Normal,Bad" },
		  "invalid argument \"Normal,Bad\" for \"--types\" flag: must be one of Normal, "
		  "Warning",
		  NULL },
		{ { "get", "ks", "a", "b" },
		  "sluice get kustomizations takes at most 1 argument, got 2",
		  NULL },
		{ { "check", "x" }, "unknown command \"x\" for \"sluice check\"", NULL },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sl_cli_args) args = SL_CLI_ARGS_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		SL_AUTO_FREE char *hint = NULL;

		assert_error(parse(cases[i].words, &args, &hint, &err), SL_ERR_INVALID, &err,
			     cases[i].message);
		if (!cases[i].hint)
			assert_null(hint);
		else
			assert_string_equal(hint, cases[i].hint);
	}
}

static void passes_hidden_commands_everything(void **state)
{
	static const char *const line[] = { "__complete", "get", "--namespace", "", NULL };
	SL_AUTO(sl_cli_args) args = SL_CLI_ARGS_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	SL_AUTO_FREE char *hint = NULL;

	(void)state;
	assert_ok(parse(line, &args, &hint, &err), &err);
	assert_int_equal(args.words.n, 3);
	assert_string_equal(args.words.v[1], "--namespace");
	assert_false(sl_cli_is_given(&args, "namespace"));
}

static void names_the_flag_that_wants_a_value(void **state)
{
	static const char *const line[] = { "get", "ks", "-n", NULL };
	SL_AUTO(sl_cli_args) args = SL_CLI_ARGS_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	SL_AUTO_FREE char *hint = NULL;

	(void)state;
	assert_code(parse(line, &args, &hint, &err), SL_ERR_INVALID, &err);
	assert_string_equal(args.wanting->name, "namespace");
}

/* The table itself */

static void check_flag(const struct sl_cli_path *path, const struct sl_cli_flag *f)
{
	assert_non_null(f->help);
	assert_true(f->help[strlen(f->help) - 1] != '.');
	if (f->type == SL_CLI_CHOICE)
		assert_non_null(f->choices);
	if (f->type == SL_CLI_DURATION || f->type == SL_CLI_NUMBER)
		assert_non_null(f->initial);
	/* No two flags that hold in one place share a letter. */
	if (f->shorthand)
		assert_ptr_equal(sl_cli_flag_short(path, f->shorthand), f);
}

static void check_command(void *ctx, const struct sl_cli_path *path)
{
	const struct sl_cli_command *c = sl_cli_leaf(path);
	size_t *count = ctx;

	++*count;
	assert_true((c->verb == SL_CLI_GROUP) == (c->children != NULL));
	assert_non_null(c->summary);
	assert_true(c->summary[strlen(c->summary) - 1] != '.');
	assert_true((c->args != NULL) == (c->args_max > 0));
	assert_true(c->first <= c->last);
	for (const struct sl_cli_flag *f = c->flags; f && f->name; f++)
		check_flag(path, f);
}

static void table_is_consistent(void **state)
{
	size_t count = 0;

	(void)state;
	sl_cli_walk(check_command, &count);
	assert_true(count > 20);
}

static void knows_kinds_in_any_case(void **state)
{
	(void)state;
	assert_ptr_equal(sl_cli_kind_named(SL_STR("kustomization")),
			 sl_cli_kind(SL_CLI_KUSTOMIZATION));
	assert_ptr_equal(sl_cli_kind_named(SL_STR("GITREPOSITORY")),
			 sl_cli_kind(SL_CLI_GIT_REPOSITORY));
	assert_null(sl_cli_kind_named(SL_STR("Deployment")));
	for (int i = 0; i < SL_CLI_KINDS; i++) {
		const struct sl_cli_kind *k = sl_cli_kind((enum sl_cli_kind_id)i);

		assert_non_null(k->kube.kind);
		assert_ptr_equal(sl_cli_kind_named(sl_str(k->kube.kind)), k);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_commands_by_name_and_alias),
		cmocka_unit_test(reads_every_form_of_a_flag),
		cmocka_unit_test(has_the_defaults_of_flux),
		cmocka_unit_test(reads_values_by_type),
		cmocka_unit_test(keeps_arguments_apart_from_flags),
		cmocka_unit_test(notices_help_anywhere),
		cmocka_unit_test(says_what_is_wrong_and_what_is_near),
		cmocka_unit_test(passes_hidden_commands_everything),
		cmocka_unit_test(names_the_flag_that_wants_a_value),
		cmocka_unit_test(table_is_consistent),
		cmocka_unit_test(knows_kinds_in_any_case),
	};

	return run_group("cli/args", tests);
}
