/* What Flux does before kustomize runs: the kustomization made of a tree, and the spec's changes. */
#include <string.h>

#include "libcommon/codec/json.h"
#include "libcommon/render/kustomize/kustomize.h"
#include "test/unit/support/expect.h"
#include "test/unit/support/kustomize_fs.h"

#define CM(name) "{apiVersion: v1, kind: ConfigMap, metadata: {name: " name "}}\n"
#define HEAD "\"apiVersion\":\"kustomize.config.k8s.io/v1beta1\",\"kind\":\"Kustomization\""
#define OWNED \
	"\"kustomize.toolkit.fluxcd.io/name\":\"app\"," \
	"\"kustomize.toolkit.fluxcd.io/namespace\":\"ns\""

static void makes_one_of_the_tree(void **state)
{
	static const struct {
		const char *name, *text, *path, *want;
	} cases[] = {
		{ "files in order, others left alone",
		  "=== b.yml\n" CM("b") "=== a.yaml\n" CM("a") "=== a/z.yaml\n" CM(
			  "z") "=== README.md\nx\n=== c.json\n{}\n=== d.YAML\nx\n",
		  "", "{" HEAD ",\"resources\":[\"./a/z.yaml\",\"./a.yaml\",\"./b.yml\"]}" },
		{ "a directory of its own is not entered",
		  "=== x/kustomization.yml\nresources: [not-read.yaml]\n=== x/bad.yaml\n- no "
		  "object\n"
		  "=== y/Kustomization\nresources: []\n=== y/z/w.yaml\n- no object\n",
		  "", "{" HEAD ",\"resources\":[\"./x\",\"./y\"]}" },
		{ "nothing there", "=== x/readme\nx\n", "",
		  "{" HEAD ",\"namespace\":\"_placeholder\"}" },
		{ "below a path", "=== apps/web/a.yaml\n" CM("a") "=== other/b.yaml\n- bad\n",
		  "apps", "{" HEAD ",\"resources\":[\"./web/a.yaml\"]}" },
		{ "empty documents are fine", "=== a.yaml\n---\n# nothing\n", "",
		  "{" HEAD ",\"resources\":[\"./a.yaml\"]}" },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		SL_AUTO(sl_strbuf) json = SL_STRBUF_INIT(1 << 16);
		struct test_text_fs files = { .text = sl_str(cases[i].text) };
		struct sl_kustomize_fs fs = test_text_fs(&files);
		struct sl_value *k;
		bool generated = false;

		expect_ok(sl_kustomize_generate(&a, &fs, cases[i].path, NULL, &k, &generated, &err),
			  &err);
		assert_true(generated);
		sl_json_write(k, SL_JSON_SORT, &json);
		expect_str_case(sl_strbuf_str(&json), sl_str(cases[i].want), cases[i].name);
	}
}

static void refuses_yaml_that_is_no_object(void **state)
{
	static const struct test_text_fs files = {
		.text = { "=== sub/a.yaml\nkey: value\n",
			  sizeof("=== sub/a.yaml\nkey: value\n") - 1 }
	};
	struct sl_kustomize_fs fs = test_text_fs(&files);
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_value *k;

	(void)state;
	expect_err(sl_kustomize_generate(&a, &fs, "", NULL, &k, NULL, &err), SL_ERR_INVALID,
		   "failed to decode Kubernetes YAML from sub/a.yaml: missing kind in object",
		   &err);
	assert_string_equal(err.origin.file, "sub/a.yaml");
}

static struct sl_value *generate(struct sl_arena *a, const char *text)
{
	struct test_text_fs files = { .text = sl_str(text) };
	struct sl_kustomize_fs fs = test_text_fs(&files);
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_value *k;
	bool generated = true;

	expect_ok(sl_kustomize_generate(a, &fs, "", NULL, &k, &generated, &err), &err);
	assert_false(generated);
	return k;
}

static void reads_the_file_that_is_there(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;

	(void)state;
	expect_json(generate(&a, "=== kustomization.yml\nresources: [a.yaml]\nNamePrefix: p-\n"
				 "unknown: kept\nnamespace:\n"),
		    "{\"resources\":[\"a.yaml\"],\"namePrefix\":\"p-\",\"unknown\":\"kept\"}");
	/* Without resources it would count as empty. */
	expect_json(generate(&a, "=== kustomization.yaml\nkind: Kustomization\n"),
		    "{\"kind\":\"Kustomization\",\"buildMetadata\":[\"originAnnotations\"]}");
}

static void applies_the_spec(void **state)
{
	static const char text[] = "=== kustomization.yaml\nresources: [a.yaml]\nnamespace: old\n"
				   "patches: [{path: own.yaml}]\ncomponents: [own]\n"
				   "images: [{name: x, newName: other, newTag: '1', digest: d}, "
				   "{name: z, newTag: '1'}]\n"
				   "=== there/kustomization.yaml\nkind: Component\n";
	static const char spec_json[] =
		"{'targetNamespace':'new','namePrefix':'p-','nameSuffix':'-s',"
		"'patches':[{'patch':'text','target':{'kind':'X'}}],"
		"'components':['there','missing'],'ignoreMissingComponents':true,"
		"'patchesStrategicMerge':[{'kind':'A'}],"
		"'patchesJson6902':[{'patch':[{'op':'remove','path':'/x'}],'target':{'name':'n'}}],"
		"'images':[{'name':'x','newTag':'2'},{'name':'z','newName':'q'},{'name':'n','"
		"digest':'e'}],"
		"'buildMetadata':['originAnnotations'],'prune':true}";
	struct test_text_fs files = { .text = sl_str(text) };
	struct sl_kustomize_fs fs = test_text_fs(&files);
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_value *k;

	(void)state;
	expect_ok(sl_kustomize_generate(&a, &fs, "", NULL, &k, NULL, &err), &err);
	expect_ok(sl_kustomize_apply_spec(&a, &fs, "", tree(&a, spec_json), k, &err), &err);
	expect_json(k, "{\"resources\":[\"a.yaml\"],\"namespace\":\"new\","
		       "\"patches\":[{\"path\":\"own.yaml\"},{\"patch\":\"text\",\"target\":{"
		       "\"kind\":\"X\"}}],"
		       "\"components\":[\"own\",\"there\"],"
		       "\"images\":[{\"name\":\"x\",\"newName\":\"other\",\"newTag\":\"2\"},"
		       "{\"name\":\"z\",\"newTag\":\"1\",\"newName\":\"q\"},{\"name\":\"n\","
		       "\"digest\":\"e\"}],"
		       "\"namePrefix\":\"p-\",\"nameSuffix\":\"-s\","
		       "\"patchesStrategicMerge\":[\"{\\\"kind\\\":\\\"A\\\"}\"],"
		       "\"patchesJson6902\":[{\"patch\":\"[{\\\"op\\\":\\\"remove\\\",\\\"path\\\":"
		       "\\\"/x\\\"}]\","
		       "\"target\":{\"name\":\"n\"}}],"
		       "\"buildMetadata\":[\"originAnnotations\"]}");
}

static void wants_local_components(void **state)
{
	static const char *const refused[] = { "https://x.example/y", "git@github.com:o/r", "/abs",
					       "" };
	struct test_text_fs files = { .text = SL_STR("") };
	struct sl_kustomize_fs fs = test_text_fs(&files);

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(refused); i++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		struct sl_value *spec = sl_value_map(&a);

		sl_list_push_strz(&a, sl_map_need_list(&a, spec, "components"), refused[i]);
		expect_err(sl_kustomize_apply_spec(&a, &fs, "", spec, sl_value_map(&a), &err),
			   SL_ERR_INVALID, "must be local and relative", &err);
	}
}

/* Without ignoreMissingComponents a missing one stays in, and the build says so. */
static void builds_what_it_generated(void **state)
{
	static const char text[] = "=== app/a.yaml\n" CM(
		"a") "=== comp/kustomization.yaml\n"
		     "{apiVersion: kustomize.config.k8s.io/v1alpha1, kind: Component, "
		     "labels: [{pairs: {c: d}}]}\n";
	struct test_text_fs files = { .text = sl_str(text) };
	struct sl_kustomize_fs fs = test_text_fs(&files);
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_kustomize_options options = { 0 };
	struct sl_kustomize_result result;
	struct sl_value *k;

	(void)state;
	expect_ok(sl_kustomize_generate(&a, &fs, "app", NULL, &k, NULL, &err), &err);
	expect_ok(sl_kustomize_apply_spec(&a, &fs, "app",
					  tree(&a,
					       "{'targetNamespace':'t','components':['../comp'],"
					       "'patches':[{'target':{'kind':'ConfigMap'},'patch':"
					       "'- {op: add, path: /data, value: {x: z}}'}]}"),
					  k, &err),
		  &err);
	options.kustomization = k;
	expect_ok(sl_kustomize_build(&a, &fs, "app", &options, &result, &err), &err);
	assert_int_equal(result.n, 1);
	expect_str(sl_get_str(result.objects[0], "metadata", "namespace"), "t");
	expect_str(sl_get_str(result.objects[0], "metadata", "labels", "c"), "d");
	expect_str(sl_get_str(result.objects[0], "data", "x"), "z");
	sl_map_set_strz(&a, k, "typo", "x");
	expect_ok(sl_kustomize_build(&a, &fs, "app", &options, &result, &err), &err);
	assert_int_equal(result.warning_count, 1);
	assert_non_null(strstr(result.warnings[0], "unknown field \"typo\" is ignored"));
	sl_list_push_strz(&a, sl_map_need_list(&a, k, "components"), "../missing");
	expect_err(sl_kustomize_build(&a, &fs, "app", &options, &result, &err), SL_ERR_NOT_FOUND,
		   "no such file or directory 'missing'", &err);
}

static void marks_its_objects(void **state)
{
	static const struct {
		const char *spec, *object, *want; /* NULL: not for the cluster */
	} cases[] = {
		{ "{}", "{\"kind\":\"X\"}",
		  "{\"kind\":\"X\",\"metadata\":{\"labels\":{" OWNED "}}}" },
		{ "{\"commonMetadata\":{\"labels\":{\"a\":\"new\"},\"annotations\":{\"n\":\"v\"}}}",
		  "{\"metadata\":{\"labels\":{\"a\":\"old\",\"b\":\"c\"}}}",
		  "{\"metadata\":{\"labels\":{\"a\":\"new\",\"b\":\"c\"," OWNED
		  "},\"annotations\":{\"n\":\"v\"}}}" },
		{ "{\"commonMetadata\":{\"annotations\":{}}}", "{\"kind\":\"X\"}",
		  "{\"kind\":\"X\",\"metadata\":{\"labels\":{" OWNED "}}}" },
		{ "{}", "{" HEAD "}", NULL },
		{ "{}",
		  "{\"apiVersion\":\"kustomize.toolkit.fluxcd.io/v1\",\"kind\":\"Kustomization\"}",
		  "{\"apiVersion\":\"kustomize.toolkit.fluxcd.io/v1\",\"kind\":\"Kustomization\","
		  "\"metadata\":{\"labels\":{" OWNED "}}}" },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		struct sl_value *object = tree(&a, cases[i].object);

		assert_int_equal(sl_kustomize_own(&a, SL_STR("ns"), SL_STR("app"),
						  tree(&a, cases[i].spec), object),
				 cases[i].want != NULL);
		expect_json(object, cases[i].want ? cases[i].want : cases[i].object);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(makes_one_of_the_tree),
		cmocka_unit_test(refuses_yaml_that_is_no_object),
		cmocka_unit_test(reads_the_file_that_is_there),
		cmocka_unit_test(applies_the_spec),
		cmocka_unit_test(wants_local_components),
		cmocka_unit_test(builds_what_it_generated),
		cmocka_unit_test(marks_its_objects),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
