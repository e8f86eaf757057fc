#include "libcommon/gitops/status.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "libcommon/codec/json.h"
#include "libcommon/codec/mergepatch.h"
#include "test/unit/support/fakeapi.h"
#include "test/unit/support/test.h"

static const struct sl_kube_kind kind = {
	.group = "source.toolkit.fluxcd.io",
	.version = "v1",
	.kind = "GitRepository",
	.plural = "gitrepositories",
	.namespaced = true,
};
static const char *const owned[] = { "Ready", "Reconciling", "Stalled", NULL };

#define PATH "/apis/source.toolkit.fluxcd.io/v1/namespaces/ns/gitrepositories/x"

/*
 * A server with one object: GET and merge patches, a resourceVersion that counts up, conflicts.
 * Before the first PATCH somebody else merges `meddle` into it.
 */
struct fixture {
	struct fakeapi *api;
	struct sl_kube_client *client;
	pthread_mutex_t lock;
	struct sl_arena arena;
	struct sl_value *object; /* NULL: deleted */
	int version;
	const char *meddle;
	int meddle_count; /* how many patches it precedes */
	bool meddle_deletes, forbids;
	char log[4096]; /* a line for each PATCH: "status {…}" */
	int gets;
};

static struct sl_value *parse(struct sl_arena *a, struct sl_str json)
{
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_value *v;

	assert_ok(sl_json_parse(a, json, NULL, &v, &err), &err);
	return v;
}

static void change(struct fixture *f, const struct sl_value *patch)
{
	struct sl_value *metadata;

	f->object = sl_mergepatch_apply(&f->arena, f->object, patch);
	metadata = sl_map_need_map(&f->arena, f->object, "metadata");
	sl_map_setz(&f->arena, metadata, "resourceVersion",
		    sl_value_strf(&f->arena, "%d", ++f->version));
}

static void reply_object(struct fixture *f, struct fakeapi_conn *c)
{
	SL_AUTO(sl_strbuf) text = SL_STRBUF_INIT(1 << 20);

	sl_json_write(f->object, SL_JSON_COMPACT, &text);
	fakeapi_reply(c, 200, NULL, text.p);
}

static void reply_error(struct fakeapi_conn *c, int code, const char *reason)
{
	char body[256];

	snprintf(body, sizeof(body),
		 "{\"kind\":\"Status\",\"status\":\"Failure\",\"code\":%d,\"reason\":\"%s\","
		 "\"message\":\"fake %s\"}",
		 code, reason, reason);
	fakeapi_reply(c, code, NULL, body);
}

static void take_patch(struct fixture *f, struct fakeapi_conn *c, const struct fakeapi_request *q)
{
	const struct sl_value *patch = parse(&f->arena, q->body);
	struct sl_str version = sl_obj_resource_version(patch);
	size_t n = strlen(f->log);

	snprintf(f->log + n, sizeof(f->log) - n, "%s%s%.*s\n",
		 fakeapi_asks(q, "/x/status?") ? "status " : "",
		 fakeapi_asks(q, "fieldManager=gotk-test") ? "" : "wrong manager ",
		 SL_STR_FMT(q->body));
	if (f->meddle_count-- > 0 && f->object && f->meddle)
		change(f, parse(&f->arena, sl_str(f->meddle)));
	if (f->meddle_deletes)
		f->object = NULL;
	if (f->forbids) {
		reply_error(c, 403, "Forbidden");
	} else if (!f->object) {
		reply_error(c, 404, "NotFound");
	} else if (version.n && !sl_str_eq(version, sl_obj_resource_version(f->object))) {
		reply_error(c, 409, "Conflict");
	} else {
		change(f, patch);
		reply_object(f, c);
	}
}

static void serve(void *user, struct fakeapi_conn *c, const struct fakeapi_request *q)
{
	struct fixture *f = user;

	pthread_mutex_lock(&f->lock);
	if (sl_str_eqz(q->method, "PATCH")) {
		take_patch(f, c, q);
	} else if (!f->object) {
		reply_error(c, 404, "NotFound");
	} else {
		f->gets++;
		reply_object(f, c);
	}
	pthread_mutex_unlock(&f->lock);
}

static void fixture_release(struct fixture *f)
{
	sl_kube_client_free(f->client);
	fakeapi_stop(f->api);
	sl_arena_release(&f->arena);
	pthread_mutex_destroy(&f->lock);
}

static void fixture_init(struct fixture *f, const char *object)
{
	struct sl_kube_config config = SL_KUBE_CONFIG_INIT;
	const struct sl_kube_client_options options = { .user_agent = "test" };
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	memset(f, 0, sizeof(*f));
	pthread_mutex_init(&f->lock, NULL);
	f->version = 10;
	change(f, parse(&f->arena, sl_str(object)));
	f->api = fakeapi_start(serve, f);
	config.server = sl_xstrdup(fakeapi_url(f->api));
	assert_ok(sl_kube_client_new(&config, &options, &f->client, &err), &err);
	sl_kube_config_release(&config);
}

#define FIXTURE(f, object) \
	struct fixture f __attribute__((cleanup(fixture_release))); \
	fixture_init(&f, (object)); \
	SL_AUTO(sl_arena) a = SL_ARENA_INIT; \
	SL_AUTO(sl_err) err = SL_ERR_INIT; \
	struct sl_patcher p; \
	start_patcher(&f, &a, NULL, &p)

static void start_patcher(struct fixture *f, struct sl_arena *a, struct sl_store *store,
			  struct sl_patcher *ret_patcher)
{
	const struct sl_patcher_options options = {
		.client = f->client,
		.store = store,
		.kind = &kind,
		.field_manager = "gotk-test",
		.owned = owned,
		.arena = a,
	};

	sl_patcher_init(ret_patcher, &options, f->object);
}

/* The stored object as text without times, to be compared. */
static void assert_stored(struct fixture *f, const char *keys, const char *want)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_strbuf) text = SL_STRBUF_INIT(1 << 20);
	struct sl_value *copy = sl_value_copy(&a, f->object), *v = sl_map_get(copy, sl_str(keys));
	const struct sl_value *conditions = sl_get(v, "conditions");

	for (size_t i = 0; i < sl_list_len(conditions); i++) {
		struct sl_value *c = sl_list_get(conditions, i);

		sl_map_remove(c, SL_STR("lastTransitionTime"));
		sl_map_remove(c, SL_STR("observedGeneration"));
		sl_map_remove(c, SL_STR("reason"));
	}
	sl_json_write(v, SL_JSON_COMPACT | SL_JSON_SORT, &text);
	assert_string_equal(text.p, want);
}

#define BARE \
	"{\"apiVersion\":\"source.toolkit.fluxcd.io/" \
	"v1\",\"kind\":\"GitRepository\",\"metadata\":{" \
	"\"namespace\":\"ns\",\"name\":\"x\",\"uid\":\"u\",\"generation\":2}," \
	"\"status\":{\"observedGeneration\":1,\"gone\":\"soon\"}}"
#define FOREIGN "{\"type\":\"Foreign\",\"status\":\"True\",\"message\":\"f\"}"

static void writes_only_what_differs(void **state)
{
	FIXTURE(f, BARE);

	(void)state;
	assert_false(sl_patcher_is_dirty(&p));
	assert_ok(sl_patcher_status(&p, &err), &err);
	assert_string_equal(f.log, "");
	sl_status_observe(&a, p.object);
	sl_map_remove(sl_get(p.object, "status"), SL_STR("gone"));
	assert_true(sl_patcher_is_dirty(&p));
	assert_ok(sl_patcher_status(&p, &err), &err);
	assert_string_equal(f.log,
			    "status {\"status\":{\"gone\":null,\"observedGeneration\":2}}\n");
	assert_stored(&f, "status", "{\"observedGeneration\":2}");
	assert_str(sl_obj_resource_version(p.object), "12");
	assert_false(sl_patcher_is_dirty(&p));
	assert_ok(sl_patcher_status(&p, &err), &err);
	assert_int_equal(f.version, 12);
}

static void guards_conditions_with_the_version(void **state)
{
	FIXTURE(f, BARE);

	(void)state;
	sl_cond_true(&a, p.object, "Ready", "Succeeded", "yes");
	assert_ok(sl_patcher_status(&p, &err), &err);
	assert_non_null(strstr(f.log, "{\"metadata\":{\"resourceVersion\":\"11\"},\"status\":{"));
	assert_int_equal(f.gets, 0);
}

static void merges_three_ways_on_conflict(void **state)
{
	FIXTURE(f, BARE);

	(void)state;
	/* Somebody adds a condition, touches one of ours, and changes fields beside those we change. */
	f.meddle = "{\"metadata\":{\"finalizers\":[\"theirs\"]},\"status\":{\"extra\":1,"
		   "\"observedGeneration\":7,\"conditions\":[" FOREIGN
		   ",{\"type\":\"Ready\",\"status\":\"False\",\"message\":\"theirs\"},"
		   "{\"type\":\"Stalled\",\"status\":\"True\",\"message\":\"theirs\"}]}}";
	f.meddle_count = 1;
	sl_cond_true(&a, p.object, "Ready", "Succeeded", "ours");
	sl_map_remove(sl_get(p.object, "status"), SL_STR("gone"));
	assert_ok(sl_patcher_status(&p, &err), &err);
	assert_int_equal(f.gets, 1);
	assert_stored(
		&f, "status",
		"{\"conditions\":[{\"message\":\"ours\",\"status\":\"True\",\"type\":\"Ready\"},"
		"{\"message\":\"f\",\"status\":\"True\",\"type\":\"Foreign\"}],\"extra\":1,"
		"\"observedGeneration\":7}");
	/* The run goes on with the merged conditions, and what it did not touch stays. */
	assert_true(sl_cond_is_true(p.object, "Foreign"));
	assert_true(sl_obj_has_finalizer(p.object, "theirs"));
	sl_status_observe(&a, p.object);
	assert_ok(sl_patcher_status(&p, &err), &err);
	assert_stored(
		&f, "status",
		"{\"conditions\":[{\"message\":\"ours\",\"status\":\"True\",\"type\":\"Ready\"},"
		"{\"message\":\"f\",\"status\":\"True\",\"type\":\"Foreign\"}],\"extra\":1,"
		"\"observedGeneration\":2}");
}

static void gives_up_after_all_attempts(void **state)
{
	(void)state;
	for (int over = -1; over <= 0; over++) {
		FIXTURE(f, BARE);

		f.meddle = "{\"metadata\":{\"labels\":{\"a\":\"b\"}}}";
		f.meddle_count = SL_STATUS_ATTEMPTS + over;
		sl_cond_true(&a, p.object, "Ready", "Succeeded", "yes");
		if (over < 0)
			assert_ok(sl_patcher_status(&p, &err), &err);
		else
			assert_code(sl_patcher_status(&p, &err), SL_ERR_CONFLICT, &err);
		assert_int_equal(f.gets, SL_STATUS_ATTEMPTS - 1);
	}
}

static void stops_when_a_conflict_leaves_nothing_to_say(void **state)
{
	FIXTURE(f, BARE);

	(void)state;
	f.meddle = "{\"status\":{\"conditions\":null,\"gone\":null}}";
	f.meddle_count = 1;
	sl_map_remove(sl_get(p.object, "status"), SL_STR("gone"));
	sl_cond_true(&a, p.object, "Other", "R", "not ours: dropped by the merge");
	assert_ok(sl_patcher_status(&p, &err), &err);
	assert_stored(&f, "status", "{\"observedGeneration\":1}");
}

#define DELETING \
	"{\"metadata\":{\"namespace\":\"ns\",\"name\":\"x\",\"uid\":\"u\",\"generation\":2," \
	"\"deletionTimestamp\":\"2026-01-01T00:00:00Z\",\"finalizers\":[\"a\",\"mine\",\"b\"]}}"

static void an_object_may_vanish_while_it_is_deleted(void **state)
{
	static const struct {
		const char *object;
		int want;
	} cases[] = { { BARE, SL_ERR_NOT_FOUND }, { DELETING, 0 } };

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		FIXTURE(f, cases[i].object);

		f.meddle_deletes = true;
		sl_cond_true(&a, p.object, "Ready", "Succeeded", "yes");
		if (cases[i].want)
			assert_code(sl_patcher_status(&p, &err), SL_ERR_NOT_FOUND, &err);
		else
			assert_ok(sl_patcher_status(&p, &err), &err);
		assert_true(p.is_gone);
	}
}

static void does_not_touch_a_namesake(void **state)
{
	FIXTURE(f, BARE);

	(void)state;
	f.meddle = "{\"metadata\":{\"uid\":\"another\"}}";
	f.meddle_count = 1;
	sl_cond_true(&a, p.object, "Ready", "Succeeded", "yes");
	assert_code(sl_patcher_status(&p, &err), SL_ERR_NOT_FOUND, &err);
	assert_true(p.is_gone);
	assert_stored(&f, "status", "{\"gone\":\"soon\",\"observedGeneration\":1}");
}

static void adds_a_finalizer_once(void **state)
{
	FIXTURE(f, BARE);

	(void)state;
	f.meddle = "{\"metadata\":{\"finalizers\":[\"theirs\"]}}";
	f.meddle_count = 1;
	assert_ok(sl_patcher_add_finalizer(&p, SL_FINALIZER, &err), &err);
	assert_ok(sl_patcher_add_finalizer(&p, SL_FINALIZER, &err), &err);
	assert_true(sl_obj_has_finalizer(p.object, SL_FINALIZER));
	assert_true(sl_obj_has_finalizer(f.object, "theirs"));
	assert_true(sl_obj_has_finalizer(f.object, SL_FINALIZER));
	assert_int_equal(sl_list_len(sl_get(f.object, "metadata", "finalizers")), 2);
	assert_int_equal(f.version, 13);
}

static void removes_its_finalizer_only(void **state)
{
	FIXTURE(f, DELETING);

	(void)state;
	assert_ok(sl_patcher_remove_finalizer(&p, "mine", &err), &err);
	assert_ok(sl_patcher_remove_finalizer(&p, "mine", &err), &err);
	assert_string_equal(f.log, "{\"metadata\":{\"resourceVersion\":\"11\",\"finalizers\":"
				   "[\"a\",\"b\"]}}\n");
	assert_false(sl_obj_has_finalizer(p.object, "mine"));
	f.object = NULL;
	assert_ok(sl_patcher_remove_finalizer(&p, "a", &err), &err);
	assert_true(p.is_gone);
}

static void tells_the_store(void **state)
{
	FIXTURE(f, BARE);
	SL_AUTO_PTR(sl_store) *store = sl_store_new(&(struct sl_store_options){ .kind = &kind });
	struct sl_watch_handler watch = sl_store_watch_handler(store);

	(void)state;
	watch.on_begin(watch.ctx);
	watch.on_object(watch.ctx, SL_WATCH_ADDED, f.object);
	watch.on_synced(watch.ctx);
	start_patcher(&f, &a, store, &p);
	sl_cond_true(&a, p.object, "Ready", "Succeeded", "yes");
	assert_ok(sl_patcher_status(&p, &err), &err);

	SL_AUTO_CACHED struct sl_cached *now = sl_store_get(store, "ns", "x");

	assert_str(now->resource_version, "12");
	assert_true(sl_cond_is_true(now->value, "Ready"));
}

static void passes_other_errors_on(void **state)
{
	FIXTURE(f, BARE);

	(void)state;
	f.forbids = true;
	sl_status_observe(&a, p.object);
	assert_code(sl_patcher_status(&p, &err), SL_ERR_FORBIDDEN, &err);
	assert_true(sl_patcher_is_dirty(&p));
}

static void notes_the_request_handled(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	struct sl_value *o =
		parse(&a, SL_STR("{\"metadata\":{\"annotations\":{\"reconcile.fluxcd.io/"
				 "requestedAt\":\"now\"}}}"));
	struct sl_value *none =
		parse(&a, SL_STR("{\"status\":{\"lastHandledReconcileAt\":\"x\"}}"));

	(void)state;
	assert_true(sl_status_handle_request(&a, o));
	assert_str(sl_get_str(o, "status", "lastHandledReconcileAt"), "now");
	assert_false(sl_status_handle_request(&a, o));
	assert_false(sl_status_handle_request(&a, none));
	assert_str(sl_get_str(none, "status", "lastHandledReconcileAt"), "x");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_only_what_differs),
		cmocka_unit_test(guards_conditions_with_the_version),
		cmocka_unit_test(merges_three_ways_on_conflict),
		cmocka_unit_test(gives_up_after_all_attempts),
		cmocka_unit_test(stops_when_a_conflict_leaves_nothing_to_say),
		cmocka_unit_test(an_object_may_vanish_while_it_is_deleted),
		cmocka_unit_test(does_not_touch_a_namesake),
		cmocka_unit_test(adds_a_finalizer_once),
		cmocka_unit_test(removes_its_finalizer_only),
		cmocka_unit_test(tells_the_store),
		cmocka_unit_test(passes_other_errors_on),
		cmocka_unit_test(notes_the_request_handled),
	};

	return run_group("gitops/status", tests);
}
