#include "libcommon/kube/object.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test/unit/support/expect.h"
#include "test/unit/support/fakeapi.h"

static const struct sl_kube_kind deployments = { .group = "apps",
						 .version = "v1",
						 .kind = "Deployment",
						 .plural = "deployments",
						 .namespaced = true };
static const struct sl_kube_kind nodes = {
	.group = "", .version = "v1", .kind = "Node", .plural = "nodes"
};

/* Accessors */

static void reads_an_object(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	const struct sl_value *o = tree(
		&a, "{'apiVersion':'apps/v1','kind':'Deployment','metadata':{'name':'n',"
		    "'namespace':'ns','uid':'u','resourceVersion':'12','generation':3,"
		    "'labels':{'l':'1'},'annotations':{'a':'','b':'2'},'finalizers':['f1','f2'],"
		    "'deletionTimestamp':'2026-01-01T00:00:00Z'},'status':{'observedGeneration':2,"
		    "'conditions':[{'type':'A'},{'type':'Ready','status':'True'}]}}");

	(void)state;
	expect_str(sl_obj_api_version(o), "apps/v1");
	expect_str(sl_obj_group(o), "apps");
	expect_str(sl_obj_version(o), "v1");
	expect_str(sl_obj_kind(o), "Deployment");
	expect_str(sl_obj_name(o), "n");
	expect_str(sl_obj_namespace(o), "ns");
	expect_str(sl_obj_uid(o), "u");
	expect_str(sl_obj_resource_version(o), "12");
	assert_int_equal(sl_obj_generation(o), 3);
	assert_int_equal(sl_obj_observed_generation(o), 2);
	assert_true(sl_obj_is_deleting(o));
	expect_str(sl_obj_label(o, "l"), "1");
	expect_str(sl_obj_label(o, "none"), "");
	expect_str(sl_obj_annotation(o, "b"), "2");
	assert_true(sl_obj_has_annotation(o, "a"));
	assert_false(sl_obj_has_annotation(o, "c"));
	assert_true(sl_obj_has_finalizer(o, "f2"));
	assert_false(sl_obj_has_finalizer(o, "f"));
	assert_string_equal(sl_obj_subject(&a, o), "Deployment/ns/n");
	expect_str(sl_get_str(sl_obj_condition(o, "Ready"), "status"), "True");
	assert_null(sl_obj_condition(o, "Stalled"));
}

static void absent_is_empty(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	const struct sl_value *objects[] = { NULL, tree(&a, "{}"), tree(&a, "[]"),
					     tree(&a, "{'apiVersion':7,'kind':[],'metadata':'x',"
						      "'status':{'conditions':{}}}") };

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(objects); i++) {
		const struct sl_value *o = objects[i];

		assert_int_equal(sl_obj_group(o).n + sl_obj_version(o).n + sl_obj_kind(o).n +
					 sl_obj_name(o).n + sl_obj_uid(o).n,
				 0);
		assert_int_equal(sl_obj_generation(o), 0);
		assert_int_equal(sl_obj_observed_generation(o), -1);
		assert_false(sl_obj_is_deleting(o));
		assert_false(sl_obj_has_finalizer(o, "f"));
		assert_null(sl_obj_condition(o, "Ready"));
		assert_string_equal(sl_obj_subject(&a, o), "/");
	}
	expect_str(sl_obj_group(tree(&a, "{'apiVersion':'v1'}")), "");
	expect_str(sl_obj_version(tree(&a, "{'apiVersion':'v1'}")), "v1");
	assert_string_equal(sl_obj_subject(&a, tree(&a, "{'kind':'Node','metadata':{'name':'x'}}")),
			    "Node/x");
	assert_false(sl_obj_is_deleting(tree(&a, "{'metadata':{'deletionTimestamp':null}}")));
}

/* Paths */

static void builds_paths(void **state)
{
	static const struct {
		const struct sl_kube_kind *kind;
		const char *ns, *name, *sub, *query, *want;
	} cases[] = {
		{ &deployments, "ns", "n", NULL, NULL,
		  "/apis/apps/v1/namespaces/ns/deployments/n" },
		{ &deployments, NULL, NULL, NULL, NULL, "/apis/apps/v1/deployments" },
		{ &deployments, "", "", "", "", "/apis/apps/v1/deployments" },
		{ &nodes, "ignored", "n", NULL, NULL, "/api/v1/nodes/n" },
		{ &nodes, NULL, "n", "status", "dryRun=All&fieldManager=a b/ü",
		  "/api/v1/nodes/n/status?dryRun=All&fieldManager=a%20b%2F%C3%BC" },
		{ &nodes, NULL, "system:a/b?c#d", NULL, NULL,
		  "/api/v1/nodes/system%3Aa%2Fb%3Fc%23d" },
		{ &deployments, "..", ".", NULL, NULL,
		  "/apis/apps/v1/namespaces/%2E%2E/deployments/%2E" },
		{ &nodes, NULL, "a..b", NULL, "x=a=b&&y", "/api/v1/nodes/a..b?x=a%3Db&y=" },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;

		assert_string_equal(sl_kube_path(&a, cases[i].kind, cases[i].ns, cases[i].name,
						 cases[i].sub, cases[i].query),
				    cases[i].want);
	}
}

static void an_absurd_path_is_none(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	char name[70000];

	(void)state;
	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	assert_string_equal(sl_kube_path(&a, &nodes, NULL, name, NULL, NULL), "");
}

/* Verbs */

struct fixture {
	struct fakeapi *api;
	struct sl_kube_client *client;
	char asked[4096]; /* method, target, content type, body of the last request */
	int lists;
};

static struct sl_str header(const struct fakeapi_request *q, const char *name)
{
	struct sl_str rest = q->head, line;

	while (sl_str_split(&rest, '\n', &line)) {
		line = sl_str_trim(line);
		if (sl_str_cut_prefix(&line, sl_str(name)))
			return sl_str_trim(line);
	}
	return SL_STR("-");
}

static void reply_page(struct fixture *f, struct fakeapi_conn *c, const struct fakeapi_request *q)
{
	f->lists++;
	if (fakeapi_asks(q, "continue=2%20") && f->lists == 2)
		fakeapi_reply(c, 410, NULL, "{\"kind\":\"Status\",\"message\":\"expired\"}");
	else if (fakeapi_asks(q, "continue="))
		fakeapi_reply(c, 200, NULL, "{\"items\":[{\"metadata\":{\"name\":\"b\"}}]}");
	else
		fakeapi_reply(c, 200, NULL,
			      "{\"metadata\":{\"continue\":\"2 \"},"
			      "\"items\":[{\"metadata\":{\"name\":\"a\"}}]}");
}

static void serve(void *user, struct fakeapi_conn *c, const struct fakeapi_request *q)
{
	struct fixture *f = user;

	snprintf(f->asked, sizeof(f->asked), "%.*s %.*s %.*s %.*s", SL_STR_FMT(q->method),
		 SL_STR_FMT(q->target), SL_STR_FMT(header(q, "Content-Type:")),
		 SL_STR_FMT(q->body));
	if (fakeapi_asks(q, "limit="))
		reply_page(f, c, q);
	else
		fakeapi_reply(c, 200, NULL, "{\"kind\":\"Deployment\"}");
}

static int setup(void **state)
{
	struct fixture *f = sl_xcalloc(1, sizeof(*f));
	struct sl_kube_config config = SL_KUBE_CONFIG_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	f->api = fakeapi_start(serve, f);
	config.server = sl_xasprintf("%s/prefix/", fakeapi_url(f->api));
	expect_ok(sl_kube_client_new(&config, NULL, &f->client, &err), &err);
	sl_kube_config_release(&config);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	sl_kube_client_free(f->client);
	fakeapi_stop(f->api);
	free(f);
	return 0;
}

static const struct sl_kube_ref web = { &deployments, "ns", "web" };
#define WEB "/prefix/apis/apps/v1/namespaces/ns/deployments"

static void reads_one(void **state)
{
	struct fixture *f = *state;
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_value *v;

	expect_ok(sl_kube_get(f->client, &web, NULL, &a, &v, &err), &err);
	expect_json(v, "{\"kind\":\"Deployment\"}");
	assert_string_equal(f->asked, "GET " WEB "/web - ");
}

static void lists_pages_and_begins_again(void **state)
{
	struct fixture *f = *state;
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_value *v;

	expect_ok(sl_kube_list(f->client, &deployments, "ns", "a in (b)", "metadata.name=x", NULL,
			       &a, &v, &err),
		  &err);
	expect_json(v, "[{\"metadata\":{\"name\":\"a\"},\"kind\":\"Deployment\","
		       "\"apiVersion\":\"apps/v1\"},{\"metadata\":{\"name\":\"b\"},"
		       "\"kind\":\"Deployment\",\"apiVersion\":\"apps/v1\"}]");
	assert_int_equal(f->lists, 4);
	assert_string_equal(f->asked, "GET " WEB "?limit=500&labelSelector=a%20in%20%28b%29&"
				      "fieldSelector=metadata.name%3Dx&continue=2%20 - ");
}

static void creates(void **state)
{
	struct fixture *f = *state;
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	const struct sl_kube_verb_options o = { .dry_run = true };

	expect_ok(sl_kube_create(f->client, &web, tree(&a, "{'a':1}"), "me", &o, &a, NULL, &err),
		  &err);
	assert_string_equal(f->asked, "POST " WEB "?fieldManager=me&dryRun=All application/json "
				      "{\"a\":1}");
}

static void patches(void **state)
{
	static const struct {
		struct sl_kube_patch_options p;
		bool dry_run;
		const char *want;
	} cases[] = {
		{ { .type = SL_KUBE_APPLY_PATCH, .field_manager = "me", .force = true },
		  true,
		  "PATCH " WEB "/web?fieldManager=me&dryRun=All&force=true "
		  "application/apply-patch+yaml {\"a\":1}" },
		{ { .type = SL_KUBE_APPLY_PATCH, .force = true },
		  false,
		  "PATCH " WEB "/web?force=true application/apply-patch+yaml {\"a\":1}" },
		{ { .type = SL_KUBE_MERGE_PATCH, .subresource = "status", .force = true },
		  false,
		  "PATCH " WEB "/web/status application/merge-patch+json {\"a\":1}" },
		{ { .type = SL_KUBE_JSON_PATCH },
		  false,
		  "PATCH " WEB "/web application/json-patch+json {\"a\":1}" },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		const struct sl_kube_verb_options o = { .dry_run = cases[i].dry_run };

		expect_ok(sl_kube_patch(f->client, &web, tree(&a, "{'a':1}"), &cases[i].p, &o, &a,
					NULL, &err),
			  &err);
		assert_string_equal(f->asked, cases[i].want);
	}
}

static void deletes(void **state)
{
	struct fixture *f = *state;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	const struct sl_kube_delete_options d = { .propagation = "Foreground",
						  .uid = "u",
						  .resource_version = "7" };
	const struct sl_kube_verb_options o = { .dry_run = true };

	expect_ok(sl_kube_delete(f->client, &web, NULL, NULL, &err), &err);
	assert_string_equal(f->asked,
			    "DELETE " WEB "/web application/json {\"apiVersion\":\"v1\",\"kind\":"
			    "\"DeleteOptions\",\"propagationPolicy\":\"Background\"}");
	expect_ok(sl_kube_delete(f->client, &web, &d, &o, &err), &err);
	assert_string_equal(
		f->asked, "DELETE " WEB "/web application/json {\"apiVersion\":\"v1\",\"kind\":"
			  "\"DeleteOptions\",\"propagationPolicy\":\"Foreground\",\"dryRun\":"
			  "[\"All\"],\"preconditions\":{\"uid\":\"u\",\"resourceVersion\":\"7\"}}");
}

/* Without a name each of these would mean the whole collection. */
static void refuses_a_reference_without_a_name(void **state)
{
	static const char *const names[] = { NULL, "" };
	struct fixture *f = *state;
	const struct sl_kube_patch_options p = { .type = SL_KUBE_APPLY_PATCH,
						 .field_manager = "me",
						 .force = true };

	for (size_t i = 0; i < SL_ARRAY_LEN(names); i++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		const struct sl_kube_ref ref = { &deployments, "ns", names[i] };

		assert_int_equal(sl_kube_get(f->client, &ref, NULL, &a, NULL, NULL),
				 SL_ERR_INVALID);
		assert_int_equal(sl_kube_delete(f->client, &ref, NULL, NULL, NULL), SL_ERR_INVALID);
		assert_int_equal(
			sl_kube_patch(f->client, &ref, tree(&a, "{}"), &p, NULL, &a, NULL, NULL),
			SL_ERR_INVALID);
	}
	assert_string_equal(f->asked, "");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_an_object),
		cmocka_unit_test(absent_is_empty),
		cmocka_unit_test(builds_paths),
		cmocka_unit_test(an_absurd_path_is_none),
		TEST(reads_one),
		TEST(lists_pages_and_begins_again),
		TEST(creates),
		TEST(patches),
		TEST(deletes),
		TEST(refuses_a_reference_without_a_name),
	};

	return cmocka_run_group_tests_name("kube/object", tests, NULL, NULL);
}
