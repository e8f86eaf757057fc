/* Scalars of a text are changed, and the rest of it stays. */
#include "libcommon/codec/yaml_edit.h"

#include "libcommon/codec/yaml.h"
#include "test/unit/support/expect.h"

static struct sl_value *parse(struct sl_arena *a, struct sl_str text)
{
	struct sl_yaml_options options = { .rules = SL_YAML_GO3 };
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_value *docs = NULL;

	if (sl_yaml_parse_all(a, text, &options, &docs, &err) < 0)
		return NULL;
	return sl_list_get(docs, 0);
}

static void changes_scalars_only(void **state)
{
	static const struct {
		const char *text, *after, *want; /* NULL: unsupported */
	} cases[] = {
		{ "a: 1 # one\nb: x\n", "{a: 2, b: x}", "a: 2 # one\nb: x\n" },
		{ "a: 'x'\n", "{a: it's}", "a: 'it''s'\n" },
		{ "a: \"x\"\n", "{a: 'q\"'}", "a: \"q\\\"\"\n" },
		{ "a: x\n", "{a: '8080'}", "a: \"8080\"\n" },
		{ "a: x # é\nb: é\nc: y\n", "{a: é, b: é, c: z}", "a: é # é\nb: é\nc: z\n" },
		{ "a: {b: 1, c: [x]}\n", "{a: {b: 1, c: ['p,q']}}", "a: {b: 1, c: [\"p,q\"]}\n" },
		{ "- a\n-   b\n", "[a, c]", "- a\n-   c\n" },
		{ "x", "z", "z" },
		{ "a: 1\n", "{a: 1}", "a: 1\n" },
		{ "a: x\n", "{a: {b: c}}", NULL },
		{ "a: x\n", "{b: x}", NULL },
		{ "a: x\n", "{a: x, b: x}", NULL },
		{ "a: [x]\n", "{a: [x, y]}", NULL },
		{ "a: |\n  x\n", "{a: y}", NULL },
		{ "a: &b x\nc: *b\n", "{a: x, c: y}", NULL },
		{ "a: !!str x\n", "{a: y}", NULL },
		{ "a:\n", "{a: y}", NULL },
		{ "a: 'x'\n", "{a: \"x\\ny\"}", NULL },
		{ "a: 'x'\n", "{a: 1}", NULL },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(1 << 16);
		struct sl_str text = sl_str(cases[i].text);
		int r = sl_yaml_edit(text, parse(&a, text), parse(&a, sl_str(cases[i].after)),
				     &out);

		if (r != (cases[i].want ? 0 : SL_ERR_UNSUPPORTED))
			fail_msg("%s: %d", cases[i].text, r);
		expect_str_case(sl_strbuf_str(&out), sl_str(cases[i].want ? cases[i].want : ""),
				cases[i].text);
	}
}

/* Cut anywhere, a text is edited or left alone, and never read past its end. */
static void copes_with_cut_texts(void **state)
{
	static const char text[] = "a: {b: 'x', c: [1, \"q\"]} # é\nd: |\n  y\n";

	(void)state;
	for (size_t n = 0; n < sizeof(text); n++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(1 << 16);
		struct sl_str cut = sl_arena_str(&a, (struct sl_str){ text, n });
		struct sl_value *whole = parse(&a, sl_str(text)), *own = parse(&a, cut);

		if (own && sl_yaml_edit(cut, own, own, &out) == 0)
			expect_str_case(sl_strbuf_str(&out), cut, "unchanged");
		sl_strbuf_reset(&out);
		/* Another text's values: whatever comes of it, it ends. */
		int r = sl_yaml_edit(cut, whole, whole, &out);

		assert_true(r == 0 || out.n == 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(changes_scalars_only),
		cmocka_unit_test(copes_with_cut_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
