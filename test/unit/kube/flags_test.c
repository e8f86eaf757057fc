#include "libcommon/kube/flags.h"

#include <stdlib.h>
#include <string.h>

#include "test/unit/support/test.h"

static const char *const colours[] = { "red", "green", NULL };

struct values {
	char *name;
	bool all;
	int64_t count;
	double rate;
	int64_t wait_ms;
	struct sl_strvec list, array;
	int64_t colour;
	struct sl_gate gates[2];
	struct sl_gates known;
	struct sl_flag table[10];
	struct sl_strvec args;
	bool help;
};

static void values_release(struct values *v)
{
	free(v->name);
	sl_strvec_release(&v->list);
	sl_strvec_release(&v->array);
	sl_strvec_release(&v->args);
}

static void values_init(struct values *v)
{
	*v = (struct values){
		.name = sl_xstrdup("anna"),
		.count = 3,
		.rate = 50,
		.wait_ms = 90000,
		.gates = { { "On", true }, { "Off", false } },
	};
	v->known = (struct sl_gates){ v->gates, 2 };
	const struct sl_flag table[] = {
		{ "name", 'n', SL_FLAG_STRING, &v->name, 0, 0, NULL, "SL_TEST_NAME", "A name." },
		{ "all", 'a', SL_FLAG_BOOL, &v->all, 0, 0, NULL, NULL, "All." },
		{ "count", 0, SL_FLAG_INT, &v->count, 1, 10, NULL, "SL_TEST_COUNT", "How many." },
		{ "rate", 0, SL_FLAG_FLOAT, &v->rate, 0, 0, NULL, NULL, "Rate." },
		{ "wait", 0, SL_FLAG_DURATION, &v->wait_ms, 0, 100000, NULL, NULL, "Wait." },
		{ "list", 0, SL_FLAG_STRINGS, &v->list, 0, 0, NULL, NULL, "List." },
		{ "array", 0, SL_FLAG_ARRAY, &v->array, 0, 0, NULL, NULL, "Array." },
		{ "colour", 0, SL_FLAG_CHOICE, &v->colour, 0, 0, colours, NULL, "Colour." },
		{ "feature-gates", 0, SL_FLAG_GATES, &v->known, 0, 0, NULL, NULL, "Gates." },
		{ "old", 0, SL_FLAG_IGNORED, NULL, 0, 0, NULL, NULL, "" },
	};
	memcpy(v->table, table, sizeof(table));
}

/* `words` is split at '|' into the arguments after the program's name. */
static int parse_into(struct values *v, const char *words, bool interspersed, struct sl_err *err)
{
	SL_AUTO(sl_strvec) argv = SL_STRVEC_INIT;
	struct sl_str rest = sl_str(words), part;
	const struct sl_flagset set = {
		.program = "prog",
		.tables = { v->table },
		.counts = { SL_ARRAY_LEN(v->table) },
		.interspersed = interspersed,
	};

	sl_strvec_push(&argv, "prog");
	while (*words && sl_str_split(&rest, '|', &part))
		sl_strvec_push_str(&argv, part);
	return sl_flags_parse(&set, (int)argv.n, argv.v, interspersed ? &v->args : NULL, &v->help,
			      err);
}

static void takes_every_form(void **state)
{
	static const char *const forms[] = {
		"--name=bert|--all|--count=7|--rate=1.5|--wait=1m|--colour=green",
		"--name|bert|--all=true|--count|7|--rate|1.5|--wait|60s|--colour|green",
		"-n|bert|-a|--count=1|--count=7|--rate=1.5|--wait=1m0s|--colour=green",
		"-nbert|-a=T|--count=7|--rate=15e-1|--wait=60000ms|--colour=green|--old=x|--old|y",
		"-n=bert|--all=1|--count=7|--rate=1.5|--wait=1m|--colour=red|--colour=green",
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(forms); i++) {
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		struct values v __attribute__((cleanup(values_release)));

		values_init(&v);
		assert_ok(parse_into(&v, forms[i], false, &err), &err);
		assert_string_equal(v.name, "bert");
		assert_true(v.all);
		assert_int_equal(v.count, 7);
		assert_true(v.rate == 1.5);
		assert_int_equal(v.wait_ms, 60000);
		assert_int_equal(v.colour, 1);
		assert_false(v.help);
	}
}

static void keeps_defaults(void **state)
{
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct values v __attribute__((cleanup(values_release)));

	(void)state;
	values_init(&v);
	assert_ok(parse_into(&v, "", false, &err), &err);
	assert_string_equal(v.name, "anna");
	assert_int_equal(v.count, 3);
	assert_int_equal(v.wait_ms, 90000);
}

static void collects_lists(void **state)
{
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct values v __attribute__((cleanup(values_release)));

	(void)state;
	values_init(&v);
	assert_ok(parse_into(&v, "--list=a,b|--list|c|--array=a,b|--array=|--list=", false, &err),
		  &err);
	assert_int_equal(v.list.n, 3);
	assert_string_equal(v.list.v[2], "c");
	assert_int_equal(v.array.n, 2);
	assert_string_equal(v.array.v[0], "a,b");
	assert_string_equal(v.array.v[1], "");
}

static void switches_gates(void **state)
{
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct values v __attribute__((cleanup(values_release)));

	(void)state;
	values_init(&v);
	assert_ok(parse_into(&v, "--feature-gates=On=false, Off = true", false, &err), &err);
	assert_false(sl_gates_enabled(&v.known, "On"));
	assert_true(sl_gates_enabled(&v.known, "Off"));
	assert_false(sl_gates_enabled(&v.known, "Other"));
}

static void refuses_mistakes(void **state)
{
	static const struct {
		const char *words, *message;
	} cases[] = {
		{ "--nope", "unknown flag: --nope" },
		{ "--nope=1", "unknown flag: --nope" },
		{ "-x", "unknown shorthand flag: 'x' in -x" },
		{ "-ax", "unknown shorthand flag: 'x' in -ax" },
		{ "--count", "flag needs an argument: --count" },
		{ "-n", "flag needs an argument: 'n' in -n" },
		{ "--=1", "bad flag syntax: --=1" },
		{ "---name", "bad flag syntax: ---name" },
		{ "--count=x", "invalid argument \"x\" for \"--count\" flag: not an integer" },
		{ "--count=0", "invalid argument \"0\" for \"--count\" flag: value out of range" },
		{ "--count=11",
		  "invalid argument \"11\" for \"--count\" flag: value out of range" },
		{ "--count=99999999999999999999", "invalid argument \"99999999999999999999\" for "
						  "\"--count\" flag: not an integer" },
		{ "--all=maybe",
		  "invalid argument \"maybe\" for \"-a, --all\" flag: neither true nor false" },
		{ "--rate=fast", "invalid argument \"fast\" for \"--rate\" flag: not a number" },
		{ "--wait=5", "invalid argument \"5\" for \"--wait\" flag: time: missing unit in "
			      "duration \"5\"" },
		{ "--wait=101s",
		  "invalid argument \"101s\" for \"--wait\" flag: value out of range" },
		{ "--colour=blue",
		  "invalid argument \"blue\" for \"--colour\" flag: unknown value" },
		{ "--feature-gates=Nope=true", "invalid argument \"Nope=true\" for "
					       "\"--feature-gates\" flag: feature-gate 'Nope' not "
					       "supported" },
		{ "--feature-gates=On", "invalid argument \"On\" for \"--feature-gates\" flag: "
					"malformed pair, expect string=bool" },
		{ "--feature-gates=On=x", "invalid argument \"On=x\" for \"--feature-gates\" flag: "
					  "invalid value of On" },
		{ "word", "unexpected argument: word" },
		{ "--|--name", "unexpected argument: --name" },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		struct values v __attribute__((cleanup(values_release)));

		values_init(&v);
		assert_error(parse_into(&v, cases[i].words, false, &err), SL_ERR_INVALID, &err,
			     cases[i].message);
	}
}

static void limits_a_value(void **state)
{
	(void)state;
	for (int over = -1; over <= 1; over++) {
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		SL_AUTO(sl_strbuf) word = SL_STRBUF_INIT(1 << 20);
		struct values v __attribute__((cleanup(values_release)));
		int r;

		values_init(&v);
		sl_strbuf_addz(&word, "--name=");
		sl_strbuf_addn(&word, 'x', (size_t)(SL_FLAG_VALUE_MAX + over));
		r = parse_into(&v, word.p, false, &err);
		if (over > 0)
			assert_code(r, SL_ERR_INVALID, &err);
		else
			assert_ok(r, &err);
	}
}

static void reads_the_environment_first(void **state)
{
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct values v __attribute__((cleanup(values_release)));

	(void)state;
	values_init(&v);
	setenv("SL_TEST_NAME", "env", 1);
	setenv("SL_TEST_COUNT", "9", 1);
	assert_ok(parse_into(&v, "--count=4", false, &err), &err);
	assert_string_equal(v.name, "env");
	assert_int_equal(v.count, 4);
	setenv("SL_TEST_COUNT", "nine", 1);
	assert_error(parse_into(&v, "", false, &err), SL_ERR_INVALID, &err,
		     "invalid argument \"nine\" for \"SL_TEST_COUNT\" flag: not an integer");
	setenv("SL_TEST_COUNT", "", 1);
	assert_ok(parse_into(&v, "", false, &err), &err);
	unsetenv("SL_TEST_NAME");
	unsetenv("SL_TEST_COUNT");
}

static void mixes_in_positional_arguments(void **state)
{
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct values v __attribute__((cleanup(values_release)));

	(void)state;
	values_init(&v);
	assert_ok(parse_into(&v, "get|-a|all|-|--|--name", true, &err), &err);
	assert_true(v.all);
	assert_int_equal(v.args.n, 4);
	assert_string_equal(v.args.v[2], "-");
	assert_string_equal(v.args.v[3], "--name");
}

static void stops_at_help(void **state)
{
	static const char *const words[] = { "--help|--nope", "-h|--nope", "-a|--help" };

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(words); i++) {
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		struct values v __attribute__((cleanup(values_release)));

		values_init(&v);
		assert_ok(parse_into(&v, words[i], false, &err), &err);
		assert_true(v.help);
	}
}

static void prefers_earlier_tables_and_prints_usage(void **state)
{
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(1 << 16);
	struct values v __attribute__((cleanup(values_release)));
	int64_t own = 5;
	const struct sl_flag table[] = {
		{ .name = "count", .type = SL_FLAG_INT, .value = &own, .help = "Own." },
	};
	const struct sl_flagset set = {
		.program = "prog",
		.tables = { table, v.table },
		.counts = { 1, SL_ARRAY_LEN(v.table) },
	};
	char prog[] = "prog", arg[] = "--count=8";
	char *argv[] = { prog, arg, NULL };

	(void)state;
	values_init(&v);
	assert_ok(sl_flags_parse(&set, 2, argv, NULL, &v.help, &err), &err);
	assert_int_equal(own, 8);
	assert_int_equal(v.count, 3);
	sl_flags_usage(&set, &out);
	assert_string_equal(
		out.p, "Usage of prog:\n"
		       "  -a, --all                           All.\n"
		       "      --array stringArray             Array.\n"
		       "      --colour string                 Colour. (default \"red\")\n"
		       "      --count int                     Own. (default 8)\n"
		       "      --feature-gates mapStringBool   Gates. Known: On=true, Off=false\n"
		       "      --list strings                  List.\n"
		       "  -n, --name string                   A name. (default \"anna\") "
		       "[$SL_TEST_NAME]\n"
		       "      --rate float                    Rate. (default 50)\n"
		       "      --wait duration                 Wait. (default 1m30s)\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_every_form),
		cmocka_unit_test(keeps_defaults),
		cmocka_unit_test(collects_lists),
		cmocka_unit_test(switches_gates),
		cmocka_unit_test(refuses_mistakes),
		cmocka_unit_test(limits_a_value),
		cmocka_unit_test(reads_the_environment_first),
		cmocka_unit_test(mixes_in_positional_arguments),
		cmocka_unit_test(stops_at_help),
		cmocka_unit_test(prefers_earlier_tables_and_prints_usage),
	};

	return run_group("kube/flags", tests);
}
