#include "libcommon/render/kustomize/selector.h"

#include "test/unit/support/expect.h"

static void selects_by_labels(void **state)
{
	static const struct {
		const char *selector, *labels;
		bool want;
	} cases[] = {
		{ "", "{}", true },
		{ "  ", "{}", true },
		{ "a=b", "{'a':'b'}", true },
		{ "a==b", "{'a':'b'}", true },
		{ " a = b , c = d ", "{'a':'b','c':'d'}", true },
		{ "a=b,c=d", "{'a':'b'}", false },
		{ "a!=b", "{'a':'c'}", true },
		{ "a!=b", "{}", true },
		{ "a!=b", "{'a':'b'}", false },
		{ "a=", "{'a':''}", true },
		{ "a", "{'a':'x'}", true },
		{ "a", "{}", false },
		{ "!a", "{}", true },
		{ "!a", "{'a':'x'}", false },
		{ "a in (x,y)", "{'a':'y'}", true },
		{ "a in (x, y)", "{'a':'z'}", false },
		{ "a in (x)", "{}", false },
		{ "a notin (x,y)", "{'a':'z'}", true },
		{ "a notin (x)", "{}", true },
		{ "a notin (x)", "{'a':'x'}", false },
		{ "a>1", "{'a':'2'}", true },
		{ "a>2", "{'a':'2'}", false },
		{ "a<3", "{'a':'2'}", true },
		{ "a<3", "{'a':'x'}", false },
		{ "app.kubernetes.io/name=web", "{'app.kubernetes.io/name':'web'}", true },
		{ "a=1", "{'a':1}", true },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		struct sl_kz_label_selector s;

		expect_ok(sl_kz_label_selector_parse(&a, sl_str(cases[i].selector), &s, &err),
			  &err);
		if (sl_kz_label_selector_matches(&a, &s, tree(&a, cases[i].labels)) !=
		    cases[i].want)
			fail_msg("%s on %s: not %d", cases[i].selector, cases[i].labels,
				 cases[i].want);
	}
}

static void refuses_malformed_selectors(void **state)
{
	static const struct {
		const char *selector, *part;
	} cases[] = {
		{ "=b", "expected a key" },	 { "a=b,", "expected a key" },
		{ ",", "expected a key" },	 { "a in x", "expected '('" },
		{ "a in (x", "expected ')'" },	 { "a is b", "expected an operator" },
		{ "a>b", "must be an integer" }, { "a=b c", "expected ',' or the end" },
		{ "!", "expected a key" },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		struct sl_kz_label_selector s;

		expect_err(sl_kz_label_selector_parse(&a, sl_str(cases[i].selector), &s, &err),
			   SL_ERR_INVALID, cases[i].part, &err);
	}
}

static void caps_requirements(void **state)
{
	(void)state;
	for (size_t n = 255; n <= 257; n++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(1 << 16);
		struct sl_kz_label_selector s;

		for (size_t i = 0; i < n; i++)
			sl_strbuf_addz(&b, i ? ",k" : "k");
		assert_int_equal(sl_kz_label_selector_parse(&a, sl_strbuf_str(&b), &s, &err),
				 n > 256 ? SL_ERR_TOO_LARGE : 0);
	}
}

/* The parts of a target are Go's expressions, for the whole of each. */
static void selects_by_expressions(void **state)
{
	static const struct {
		const char *pattern, *name;
		bool want;
	} cases[] = {
		{ "web", "web", true },
		{ "web", "web-1", false },
		{ "web", "my-web", false },
		{ "web|db", "db", true },
		{ "web|db", "db-1", false },
		{ "web-.*", "web-1", true },
		{ "(?i)WEB", "web", true },
		{ "\\pL+", "\xc3\xa9", true },
		{ "[[:alpha:]]{3}", "web", true },
		{ "^web$", "web", true },
		{ "web)|(?:db", "db-1", false },
		{ "web)|(?:db", "web-1", true },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		struct sl_kz kz = { .a = &a };
		struct sl_kz_id id = { .name = sl_str(cases[i].name) };
		struct sl_value *v = sl_value_map(&a);
		struct sl_kz_target t;

		sl_map_set(&a, v, SL_STR("name"), sl_value_str(&a, sl_str(cases[i].pattern)));
		expect_ok(sl_kz_target_parse(&kz, v, &t, &err), &err);
		if (sl_kz_target_matches_id(&t, &id) != cases[i].want)
			fail_msg("%s on %s: not %d", cases[i].pattern, cases[i].name,
				 cases[i].want);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(selects_by_labels),
		cmocka_unit_test(refuses_malformed_selectors),
		cmocka_unit_test(caps_requirements),
		cmocka_unit_test(selects_by_expressions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
