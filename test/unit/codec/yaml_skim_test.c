#include "libcommon/codec/yaml_skim.h"

#include <stdlib.h>

#include "test/unit/support/test.h"

/* What was told, as text: "map key:a scalar:b end". */
struct told {
	struct sl_str text;
	struct sl_strbuf *out;
	size_t left; /* calls until take() has enough */
};

static bool take(void *ctx, const struct sl_yaml_skimmed *e)
{
	static const char *const kinds[] = { "{", "[", "end", "key", "" };
	static const char styles[] = " '\"|>";
	struct told *t = ctx;

	if (!t->left--)
		return false;
	sl_strbuf_addf(t->out, "%u%s%s", e->line, e->flow ? "," : "", kinds[e->kind]);
	if (e->kind == SL_YAML_SKIM_KEY || e->kind == SL_YAML_SKIM_SCALAR) {
		sl_strbuf_addc(t->out, styles[e->style]);
		sl_yaml_skim_text(t->text, e, t->out);
	}
	sl_strbuf_addc(t->out, ';');
	return true;
}

/* A copy of its own, so that reading past its end is noticed. */
static bool skim(const char *text, size_t n, size_t calls, struct sl_strbuf *out)
{
	char *copy = sl_xmalloc(n ? n : 1);
	struct told t = { .text = { copy, n }, .out = out, .left = calls };
	bool answer;

	memcpy(copy, text, n);
	answer = sl_yaml_skim(t.text, take, &t);
	free(copy);
	return answer;
}

static const struct {
	const char *text, *want;
} plain[] = {
	{ "a:", "0{;0key a;0 ;0end;" },
	{ "a: b\n", "0{;0key a;0 b;1end;" },
	{ "# c\n\na: b # c\n# c\n'd': \"e\"", "2{;2key a;2 b;4key'd;4\"e;4end;" },
	{ "a:\n  b:\n  c: d\n", "0{;0key a;1{;1key b;1 ;2key c;2 d;3end;3end;" },
	{ "a:\n- b\n-\n- c: d\n  e:\ng:\n",
	  "0{;0key a;1[;1 b;2 ;3{;3key c;3 d;4key e;4 ;5end;5end;5key g;5 ;6end;" },
	{ "a:\n  - - b\n    - c\n  -\n    d: e\n",
	  "0{;0key a;1[;1[;1 b;2 c;3end;4{;4key d;4 e;5end;5end;5end;" },
	{ "a: [b, 'c', {d: e}, []]\n",
	  "0{;0key a;0,[;0 b;0'c;0,{;0key d;0 e;0end;0,[;0end;0end;1end;" },
	/* Text over lines. */
	{ "a: b\n  c  d \n\n\n   e # f\n", "0{;0key a;0 b c  d\n\ne;5end;" },
	{ "a:\n  b - c\n  d#e:f\n", "0{;0key a;1 b - c d#e:f;3end;" },
	{ "a: ' b \n\n c''d\n  '\n", "0{;0key a;0' b\nc'd ;4end;" },
	{ "a: \"b\\\"\\\\\\n\\t\\/\n  '#: \"\n", "0{;0key a;0\"b\"\\\n\t/ '#: ;2end;" },
	/* Block text. */
	{ "a: |\n  b\n   c\n\n  d\n\ne: f\n", "0{;0key a;0|b\n c\n\nd\n;6key e;6 f;7end;" },
	{ "a: |-\n\n  b\n", "0{;0key a;0|\nb;3end;" },
	{ "a: |+\n  b\n\n", "0{;0key a;0|b\n\n;3end;" },
	{ "a: |\n  b", "0{;0key a;0|b;1end;" },
	{ "a: |\nb: |+\n\n", "0{;0key a;0|;1key b;1|\n;3end;" },
	{ "a: >\n  b\n  c\n\n  d\n   e\n  f\n", "0{;0key a;0>b c\nd\n e\nf\n;7end;" },
	/* Plain text that looks like more. */
	{ "a: -b\nc: --\nd: :e\nf: g:h#i\nj: .5\nk: <<\n",
	  "0{;0key a;0 -b;1key c;1 --;2key d;2 :e;3key f;3 g:h#i;4key j;4 .5;5key k;5 <<;6end;" },
	{ "a: b\xc3\xa4\xe2\x80\x94\xf0\x9f\x98\x80\n",
	  "0{;0key a;0 b\xc3\xa4\xe2\x80\x94\xf0\x9f\x98\x80;1end;" },
};

static void tells_what_libyaml_would(void **state)
{
	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(plain); i++) {
		SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(4096);

		if (!skim(plain[i].text, strlen(plain[i].text), SIZE_MAX, &out))
			fail_msg("left to the parser: %s", plain[i].text);
		assert_string_equal(out.p, plain[i].want);
	}
}

/* Mistakes, and what has another meaning or only may have one. */
static void leaves_everything_else_to_libyaml(void **state)
{
	static const char *const texts[] = {
		"",
		"\n# a\n",
		"a",
		" a: b",
		"- a",
		"a: b: c",
		"a: b\n  c: d",
		"a: b\n c:",
		"a: b # c\n  d",
		"a: b\nc",
		"a: b\n\tc",
		"a:\tb",
		"a: b\r\n",
		"a: \x01",
		"a: 'b",
		"a: 'b' c",
		"a: \"\\x41\"",
		"a: \"\\",
		"a: \"b\n---\n\"",
		"a: 'b\n...'",
		"a: [b",
		"a: [b\n]",
		"a: {b}",
		"a: {b:c}",
		"a: {b: }",
		"a: [b]]",
		"a: [b c]",
		"a: [b: c]",
		"a: [&b c]",
		"a: |2\n  b",
		"a: | # c\n  b",
		"a: |\n   \n b",
		"a: |\n  b\n c\n",
		"a: |\n\tb",
		"a: &b c",
		"a: *b",
		"a: !b c",
		"a: @b",
		"a: `b",
		"a: %b",
		"a: ?b",
		"a: - b",
		"a: ,b",
		"null: b",
		"NULL: b",
		"<<: b",
		"? a",
		"a\n: b",
		"1: b",
		"---\na: b",
		"a: b\n---\n",
		"a: b\n...\n",
		"%YAML 1.1\na: b",
		"\xef\xbb\xbf"
		"a: b",
		"a: \xc2\x85",
		"a: \xe2\x80\xa8",
		"a: \xff",
		"a: \xed\xa0\x80",

		"a:\n  - b\n c: d",
		"a:\n- b\nc",
		"a: b\n- c",
		"'': \"\\n",
		"\"a\\n\": b",
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(texts); i++) {
		SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(4096);

		if (skim(texts[i], strlen(texts[i]), SIZE_MAX, &out))
			fail_msg("not left to the parser: %s", texts[i]);
	}
}

static void stops_when_told_to(void **state)
{
	SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(4096);

	(void)state;
	for (size_t calls = 0; calls < 4; calls++)
		assert_false(skim("a: b\n", 5, calls, &out));
	assert_true(skim("a: b\n", 5, 4, &out));
}

static void reads_no_further_than_the_text(void **state)
{
	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(plain); i++)
		for (size_t n = 0; n < strlen(plain[i].text); n++) {
			SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(4096);

			(void)skim(plain[i].text, n, SIZE_MAX, &out);
		}
}

/* A map, and lists in it: `levels` in all. */
static bool skim_nested(size_t levels)
{
	SL_AUTO(sl_strbuf) text = SL_STRBUF_INIT(4096), out = SL_STRBUF_INIT(4096);

	sl_strbuf_addz(&text, "a:\n");
	for (size_t i = 1; i < levels; i++)
		sl_strbuf_addz(&text, "- ");
	sl_strbuf_addz(&text, "b\n");
	return skim(text.p, text.n, SIZE_MAX, &out);
}

static bool skim_flow(size_t levels)
{
	SL_AUTO(sl_strbuf) text = SL_STRBUF_INIT(4096), out = SL_STRBUF_INIT(4096);

	sl_strbuf_addz(&text, "a: ");
	sl_strbuf_addn(&text, '[', levels);
	sl_strbuf_addn(&text, ']', levels);
	return skim(text.p, text.n, SIZE_MAX, &out);
}

static bool skim_long(size_t bytes)
{
	SL_AUTO(sl_strbuf) text = SL_STRBUF_INIT(bytes), out = SL_STRBUF_INIT(bytes + 64);

	sl_strbuf_addz(&text, "a: ");
	sl_strbuf_addn(&text, 'b', bytes - text.n);
	return skim(text.p, text.n, SIZE_MAX, &out);
}

static void has_limits(void **state)
{
	(void)state;
	assert_true(skim_nested(SL_YAML_SKIM_DEPTH_MAX - 1));
	assert_true(skim_nested(SL_YAML_SKIM_DEPTH_MAX));
	assert_false(skim_nested(SL_YAML_SKIM_DEPTH_MAX + 1));
	assert_true(skim_flow(SL_YAML_SKIM_FLOW_DEPTH_MAX - 1));
	assert_true(skim_flow(SL_YAML_SKIM_FLOW_DEPTH_MAX));
	assert_false(skim_flow(SL_YAML_SKIM_FLOW_DEPTH_MAX + 1));
	assert_true(skim_long(SL_YAML_SKIM_BYTES_MAX - 1));
	assert_true(skim_long(SL_YAML_SKIM_BYTES_MAX));
	assert_false(skim_long(SL_YAML_SKIM_BYTES_MAX + 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_what_libyaml_would),
		cmocka_unit_test(leaves_everything_else_to_libyaml),
		cmocka_unit_test(stops_when_told_to),
		cmocka_unit_test(reads_no_further_than_the_text),
		cmocka_unit_test(has_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
