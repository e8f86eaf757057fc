/* From a tree to objects: which documents become objects, what is put on them, what is refused. */
#include "kustomize-controller/build.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "libcommon/base/file.h"
#include "test/unit/support/expect.h"

struct world {
	struct sl_tmpdir dir;
	struct sl_arena arena;
	struct sl_err err;
	struct kc_spec spec;
	struct kc_build built;
};

static const struct sl_key owner = { "flux-system", "apps" };

static int start(void **state)
{
	struct world *w = sl_xcalloc(1, sizeof(*w));

	w->dir = (struct sl_tmpdir)SL_TMPDIR_INIT;
	w->err = (struct sl_err)SL_ERR_INIT;
	expect_ok(sl_tmpdir_create("build-test", &w->dir, &w->err), &w->err);
	*state = w;
	return 0;
}

static int stop(void **state)
{
	struct world *w = *state;

	sl_tmpdir_release(&w->dir);
	sl_err_release(&w->err);
	sl_arena_release(&w->arena);
	free(w);
	return 0;
}

static void add(struct world *w, const char *file, const char *content)
{
	expect_ok(sl_file_publish(w->dir.fd, file, sl_str(content), 0600, &w->err), &w->err);
}

static int build(struct world *w, const char *spec)
{
	struct kc_build_inputs in = { .dir_fd = w->dir.fd, .owner = &owner, .spec = &w->spec };
	struct sl_value *object =
		tree(&w->arena, sl_arena_printf(&w->arena,
						"{'metadata':{'namespace':'flux-system','name':"
						"'apps'},'spec':{'interval':'1m',%s}}",
						spec));

	expect_ok(kc_spec_decode(&w->arena, object, &w->spec, &w->err), &w->err);
	return kc_build(&w->arena, &in, &w->built, &w->err);
}

/* "kind/name kind/name" of what was built. */
static const char *names(struct world *w)
{
	SL_AUTO(sl_strbuf) text = SL_STRBUF_INIT(1 << 16);

	for (size_t i = 0; i < sl_list_len(w->built.objects); i++) {
		const struct sl_value *o = sl_list_get(w->built.objects, i);

		sl_strbuf_addf(&text, "%s%.*s/%.*s", i ? " " : "",
			       SL_STR_FMT(sl_get_str(o, "kind")),
			       SL_STR_FMT(sl_get_str(o, "metadata", "name")));
	}
	return sl_arena_strdup(&w->arena, text.p);
}

static const struct sl_value *first(const struct world *w)
{
	return sl_list_get(w->built.objects, 0);
}

#define CONFIG_MAP(name) "{apiVersion: v1, kind: ConfigMap, metadata: {name: " name "}}\n"

static void leaves_out_what_is_no_object_of_a_cluster(void **state)
{
	struct world *w = *state;

	add(w, "empty.yaml", "");
	add(w, "comment.yaml", "# nothing\n---\n---\nnull\n");
	add(w, "a.yaml",
	    CONFIG_MAP("a") "---\n"
			    "apiVersion: kustomize.config.k8s.io/v1beta1\n"
			    "kind: Kustomization\n"
			    "metadata: {name: for-kustomize}\n"
			    "resources: [not-read.yaml]\n"
			    "---\n"
			    "apiVersion: kustomize.toolkit.fluxcd.io/v1\n"
			    "kind: Kustomization\n"
			    "metadata: {name: for-us}\n"
			    "---\n"
			    "apiVersion: v1\n"
			    "kind: ConfigMap\n"
			    "metadata: {name: local, annotations: {config.kubernetes.io/"
			    "local-config: \"true\"}}\n");
	expect_ok(build(w, "'path':'.'"), &w->err);
	assert_string_equal(names(w), "ConfigMap/a Kustomization/for-us");
}

/* The digest is of what kustomize prints: the document that is left out is a part of that. */
static void the_digest_is_of_all_that_is_built(void **state)
{
	struct world *w = *state;
	const char *before;

	add(w, "a.yaml", CONFIG_MAP("a"));
	expect_ok(build(w, "'path':'.'"), &w->err);
	before = w->built.digest;
	expect_ok(build(w, "'path':'.','commonMetadata':{'labels':{'l':'v'}}"), &w->err);
	assert_string_equal(w->built.digest, before);
	add(w, "b.yaml",
	    "apiVersion: kustomize.config.k8s.io/v1beta1\n"
	    "kind: Kustomization\n"
	    "metadata: {name: b}\n");
	expect_ok(build(w, "'path':'.'"), &w->err);
	assert_string_equal(names(w), "ConfigMap/a");
	assert_string_not_equal(w->built.digest, before);
}

static void a_tree_of_nothing_is_no_error(void **state)
{
	struct world *w = *state;

	assert_int_equal(mkdirat(w->dir.fd, "none", 0700), 0);
	expect_ok(build(w, "'path':'none'"), &w->err);
	assert_int_equal(sl_list_len(w->built.objects), 0);
	add(w, "readme.md", "# not YAML: [");
	expect_ok(build(w, "'path':'.'"), &w->err);
	assert_int_equal(sl_list_len(w->built.objects), 0);
}

static void refuses_documents_without_identity(void **state)
{
	static const struct {
		const char *name, *document, *message;
	} cases[] = {
		{ "no kind", "apiVersion: v1\nmetadata: {name: x}\n", "missing kind in object x" },
		{ "no name", "apiVersion: v1\nkind: ConfigMap\n",
		  "missing metadata.name in object of kind ConfigMap" },
		{ "text", "just text\n", "expected an object, got a string" },
	};
	struct world *w = *state;

	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO_FREE char *text =
			sl_xasprintf("%s---\n%s", CONFIG_MAP("a"), cases[i].document);

		add(w, "a.yaml", text);
		add(w, "kustomization.yaml", "resources: [a.yaml]\n");
		expect_err(build(w, "'path':'.'"), SL_ERR_INVALID, cases[i].message, &w->err);
		assert_string_equal(w->err.origin.file, "a.yaml");
		assert_int_equal(w->err.origin.line, 3);
		sl_err_release(&w->err);
	}
}

static void labels_what_it_builds(void **state)
{
	struct world *w = *state;

	add(w, "a.yaml",
	    "apiVersion: v1\n"
	    "kind: ConfigMap\n"
	    "metadata:\n"
	    "  name: a\n"
	    "  labels: {l: own, kustomize.toolkit.fluxcd.io/name: forged}\n");
	expect_ok(build(w, "'path':'.','commonMetadata':{'labels':{'l':'common'},"
			   "'annotations':{'a':'b','port':'8080','on':'true','day':'2020-01-01'}}"),
		  &w->err);
	expect_json(sl_get(first(w), "metadata"),
		    "{\"name\":\"a\",\"labels\":{\"l\":\"common\","
		    "\"kustomize.toolkit.fluxcd.io/name\":\"apps\","
		    "\"kustomize.toolkit.fluxcd.io/namespace\":\"flux-system\"},"
		    "\"annotations\":{\"a\":\"b\",\"port\":\"8080\",\"on\":\"true\","
		    "\"day\":\"2020-01-01\"}}");
}

static void refuses_encrypted_secrets(void **state)
{
	static const char secret[] = "apiVersion: v1\n"
				     "kind: Secret\n"
				     "metadata: {name: s, annotations: {"
				     "kustomize.toolkit.fluxcd.io/decrypt: %s}}\n"
				     "sops: {version: 3}\n";
	static const struct {
		const char *decrypt;
		bool passes;
	} cases[] = { { "enabled", false }, { "disabled", true }, { "Disabled", true } };
	struct world *w = *state;

	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO_FREE char *text = sl_xasprintf(secret, cases[i].decrypt);

		add(w, "s.yaml", text);
		if (cases[i].passes)
			expect_ok(build(w, "'path':'.'"), &w->err);
		else
			expect_err(build(w, "'path':'.'"), SL_ERR_INVALID,
				   "Secret/s is SOPS encrypted", &w->err);
		sl_err_release(&w->err);
	}
}

static void a_missing_path_has_its_own_code(void **state)
{
	struct world *w = *state;

	add(w, "file", "");
	expect_err(build(w, "'path':'missing'"), SL_ERR_NOT_FOUND,
		   "kustomization path not found: ./missing", &w->err);
	assert_null(w->err.origin.file);
	sl_err_release(&w->err);
	expect_err(build(w, "'path':'file'"), SL_ERR_NOT_FOUND, "path not found: ./file", &w->err);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(leaves_out_what_is_no_object_of_a_cluster),
		TEST(the_digest_is_of_all_that_is_built),
		TEST(a_tree_of_nothing_is_no_error),
		TEST(refuses_documents_without_identity),
		TEST(labels_what_it_builds),
		TEST(refuses_encrypted_secrets),
		TEST(a_missing_path_has_its_own_code),
	};

	return cmocka_run_group_tests_name("kustomize-controller/build", tests, NULL, NULL);
}
