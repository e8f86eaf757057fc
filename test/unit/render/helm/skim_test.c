#include "libcommon/render/helm/skim.h"
#include "libcommon/base/strbuf.h"
#include "libcommon/codec/yaml_skim.h"

#include <stdlib.h>

#include "test/unit/support/test.h"

#define HEAD "apiVersion: v1\nkind: ConfigMap\n"

/* A copy of its own, so that reading past its end is noticed. */
static bool skim(const char *text, struct sl_str *ret_api_version, struct sl_str *ret_kind)
{
	size_t n = strlen(text);
	char *copy = sl_xmalloc(n ? n : 1);
	bool answer;

	memcpy(copy, text, n);
	answer = sl_helm_skim((struct sl_str){ copy, n }, ret_api_version, ret_kind);
	if (answer) {
		const char *kind = strstr(text, "ConfigMap");

		assert_true(kind && sl_str_eqz(*ret_kind, "ConfigMap"));
		assert_true(sl_str_eqz(*ret_api_version, "v1"));
	}
	free(copy);
	return answer;
}

static const char *const plain[] = {
	HEAD,
	"# a comment\n" HEAD
	"metadata:\n  name: a\n  annotations:\n    b: \"c\"\n    'd/e': 'f''g'\n",
	"kind: 'ConfigMap' # so\n\nmetadata: # none\napiVersion: \"v1\"",
	HEAD "metadata:\n  annotations: {}\n  labels: {}\n",
	HEAD "spec:\n  a:\n  - b: 1\n    c: [x, \"y\", 'z']\n  - - d\n    - -1\n  e: --f\n",
	HEAD "data:\n  a: |\n\n    {{ x: [\n\n      \ttabs\n  b: >-\n    y\n  c: |+\n",
	HEAD "a: {b: c, 'd': [1, 2m], e: {f: /g, h: {}}}\nb: [ {c: d} , [] ] # e\n",
	HEAD "spec:\n- a\n-   b: c\n    d: http://e:80/f#g\n- $(X)\n",
	HEAD "data:\n  a: \"\\\"\\n\"\n  b: a\xc3\xa4\xe2\x80\x94\xf0\x9f\x98\x80\n",
	HEAD "metadata: {name: a, annotations: {b: c}}\n",
	HEAD "metadata:\n  name:\n  annotations:\n",
	HEAD "a: b\n  c\nd:\n  e\nf: 'g\n  h'\n",
	HEAD "a: .5\nb: .info\n_c: ^.+$\n'@d': :e\n",
	HEAD "spec:\n  kind: Other\n  metadata: [a]\n  annotations:\n    helm.sh/hook: x\n",
};

static void answers_for_plain_manifests(void **state)
{
	struct sl_str api_version, kind;

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(plain); i++)
		if (!skim(plain[i], &api_version, &kind))
			fail_msg("left to the parser: %s", plain[i]);
}

/* What is no YAML, a hook, refused by Helm, or only not surely plain. */
static void leaves_everything_else_to_the_parser(void **state)
{
	static const char *const texts[] = {
		"",
		"# nothing\n",
		"kind: ConfigMap\n",
		"apiVersion: v1\n",
		"apiVersion: v1\nkind: 1\n",
		"apiVersion: v1\nkind: yes\n",
		"apiVersion: v1\nkind: [ConfigMap]\n",
		"apiVersion: v1\nkind:\n  a: b\n",
		"apiVersion: v1\nKind: ConfigMap\n",
		HEAD "kind: ConfigMap\n",
		HEAD "metadata: []\n",
		HEAD "metadata: a\n",
		HEAD "metadata:\n- a\n",
		HEAD "metadata:\n  name: [a]\n",
		HEAD "metadata:\n  name:\n    a: b\n",
		HEAD "metadata:\n  annotations: a\n",
		HEAD "metadata:\n  annotations:\n  - a\n",
		HEAD "metadata:\n  annotations:\n    a: []\n",
		HEAD "metadata:\n  annotations:\n    a:\n      b: c\n",
		HEAD "metadata:\n  annotations:\n    helm.sh/hook: test\n",
		HEAD "metadata:\n  annotations:\n    \"helm.sh/hook\": test\n",
		HEAD "a: b: c\n",
		HEAD "a: b\n  c: d\n",
		HEAD " a: b\n",
		HEAD "a\n",
		HEAD "a: 'b\n",
		HEAD "a: 'b' c\n",
		HEAD "a: \"\\q\"\n",
		HEAD "a: \"b\\",
		HEAD "a: [b\n",
		HEAD "a: [b: c]\n",
		HEAD "a: {b}\n",
		HEAD "a: {b: c]\n",
		HEAD "a: {b: c: d}\n",
		HEAD "a: {null: c}\n",
		HEAD "a: {b:c}\n",
		HEAD "a: [.inf]\n",
		HEAD "a: [b]]\n",
		HEAD "a: [[[[[[[[[[b]]]]]]]]]]\n",
		HEAD "metadata:\n  annotations: {helm.sh/hook: test}\n",
		HEAD "a: &b c\n",
		HEAD "a: *b\n",
		HEAD "a: !!int x\n",
		HEAD "a: .inf\n",
		HEAD "a: +.Inf\n",
		HEAD "a: .nan\n",
		HEAD "metadata: \"\"\n",
		HEAD "metadata: {name: [a]}\n",
		HEAD "metadata:\n  annotations: {a: {}}\n",
		HEAD "a: -.inf\n",
		HEAD "a: - b\n",
		HEAD "a:\n  - b\n c: d\n",
		HEAD "a: |2\n   b\n",
		HEAD "a: |\n     \n  b\n",
		HEAD "a: |\n  b\n c\n",
		HEAD "\ta: b\n",
		HEAD "a:\tb\n",
		HEAD "a: b\r\n",
		HEAD "a: \xc2\x85\n",
		HEAD "a: \xe2\x80\xa8\n",
		HEAD "a: \xff\n",
		HEAD "null: a\n",
		HEAD "1e999: a\n",
		HEAD "<<: a\n",
		HEAD "? a\n",
		HEAD "---\na: b\n",
		HEAD "...\n",
		"%YAML 1.1\n" HEAD,
		"- a\n",
	};
	struct sl_str api_version, kind;

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(texts); i++)
		if (skim(texts[i], &api_version, &kind))
			fail_msg("not left to the parser: %s", texts[i]);
}

static void reads_no_further_than_the_text(void **state)
{
	struct sl_str api_version, kind;
	char text[512];

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(plain); i++)
		for (size_t n = 0; n < strlen(plain[i]); n++) {
			memcpy(text, plain[i], n);
			text[n] = '\0';
			if (strstr(text, "ConfigMap") && strstr(text, "v1"))
				(void)skim(text, &api_version, &kind);
		}
}

/* Lists in lists behind a map: `levels` of them open at once, the map counted. */
static bool skim_nested(size_t levels)
{
	SL_AUTO(sl_strbuf) text = SL_STRBUF_INIT(1024);
	struct sl_str api_version, kind;

	sl_strbuf_addz(&text, HEAD "a:\n");
	for (size_t i = 1; i < levels; i++)
		sl_strbuf_addz(&text, "- ");
	sl_strbuf_addz(&text, "b\n");
	return skim(text.p, &api_version, &kind);
}

static void has_a_limit_of_depth(void **state)
{
	(void)state;
	assert_true(skim_nested(SL_YAML_SKIM_DEPTH_MAX - 1));
	assert_true(skim_nested(SL_YAML_SKIM_DEPTH_MAX));
	assert_false(skim_nested(SL_YAML_SKIM_DEPTH_MAX + 1));
}

static bool skim_long(size_t n)
{
	char *text = sl_xmalloc(n);
	struct sl_str api_version, kind;
	bool answer;

	memset(text, '#', n);
	memcpy(text, HEAD, strlen(HEAD));
	answer = sl_helm_skim((struct sl_str){ text, n }, &api_version, &kind);
	free(text);
	return answer;
}

static void has_a_limit_of_size(void **state)
{
	(void)state;
	assert_true(skim_long(SL_YAML_SKIM_BYTES_MAX - 1));
	assert_true(skim_long(SL_YAML_SKIM_BYTES_MAX));
	assert_false(skim_long(SL_YAML_SKIM_BYTES_MAX + 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_for_plain_manifests),
		cmocka_unit_test(leaves_everything_else_to_the_parser),
		cmocka_unit_test(reads_no_further_than_the_text),
		cmocka_unit_test(has_a_limit_of_depth),
		cmocka_unit_test(has_a_limit_of_size),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
