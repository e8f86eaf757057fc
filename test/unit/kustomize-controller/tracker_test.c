/* The tracker against a scripted API server: what it makes of LIST and WATCH. */
#include "kustomize-controller/tracker.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "libcommon/kube/client.h"
#include "test/unit/support/expect.h"
#include "test/unit/support/fakeapi.h"

#define WAIT_MS 5000

static const struct sl_kube_kind config_maps = {
	"", "v1", "ConfigMap", "configmaps", true, SL_KUBE_CAN_LIST | SL_KUBE_CAN_WATCH,
};
static const struct sl_kube_kind deployments = {
	"apps", "v1", "Deployment", "deployments", true, SL_KUBE_CAN_LIST | SL_KUBE_CAN_WATCH,
};
static const struct sl_kube_kind unwatched = {
	"example.com", "v1", "Thing", "things", true, SL_KUBE_CAN_LIST,
};
static const struct sl_key owner = { "flux-system", "apps" };

/* What the test lets the server say, and what the tracker says to the test. */
struct world {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	const char *listed; /* items of a LIST; NULL: it is never answered */
	const char *event;  /* line to be sent on the next watch, or NULL */
	bool watching;
	bool forbidden;
	int wakes;
	int64_t after_ms;
	struct fakeapi *api;
	struct sl_kube_client *client;
	struct kc_tracker *tracker;
};

/* '…' becomes "…". */
static char *quoted(char *text)
{
	for (char *p = text; *p; p++)
		if (*p == '\'')
			*p = '"';
	return text;
}

static void answer_list(struct world *w, struct fakeapi_conn *conn)
{
	SL_AUTO_FREE char *text = NULL;

	if (!w->listed) {
		(void)fakeapi_pause(conn, 60000);
		return;
	}
	text = sl_xasprintf("{'kind':'List','metadata':{'resourceVersion':'5'},'items':[%s]}",
			    w->listed);
	fakeapi_reply(conn, 200, NULL, quoted(text));
}

static void stream_events(struct world *w, struct fakeapi_conn *conn)
{
	fakeapi_begin(conn);
	pthread_mutex_lock(&w->lock);
	w->watching = true;
	pthread_cond_broadcast(&w->changed);
	pthread_mutex_unlock(&w->lock);
	do {
		pthread_mutex_lock(&w->lock);
		if (w->event) {
			(void)fakeapi_chunk(conn, sl_str(w->event));
			w->event = NULL;
			pthread_cond_broadcast(&w->changed);
		}
		pthread_mutex_unlock(&w->lock);
	} while (fakeapi_pause(conn, 5));
	pthread_mutex_lock(&w->lock);
	w->watching = false;
	pthread_cond_broadcast(&w->changed);
	pthread_mutex_unlock(&w->lock);
}

static void serve(void *user, struct fakeapi_conn *conn, const struct fakeapi_request *q)
{
	struct world *w = user;

	if (w->forbidden)
		fakeapi_reply(conn, 403, NULL,
			      "{\"kind\":\"Status\",\"code\":403,\"reason\":\"Forbidden\","
			      "\"message\":\"no\"}");
	else if (fakeapi_asks(q, "watch=true") || fakeapi_asks(q, "watch=1"))
		stream_events(w, conn);
	else
		answer_list(w, conn);
}

static void on_wake(void *ctx, const struct sl_key *who, int64_t after_ms)
{
	struct world *w = ctx;

	assert_string_equal(who->namespace_, owner.namespace_);
	assert_string_equal(who->name, owner.name);
	pthread_mutex_lock(&w->lock);
	w->wakes++;
	w->after_ms = after_ms;
	pthread_cond_broadcast(&w->changed);
	pthread_mutex_unlock(&w->lock);
}

static int start(void **state)
{
	struct world *w = sl_xcalloc(1, sizeof(*w));
	SL_AUTO(sl_kube_config) config = SL_KUBE_CONFIG_INIT;
	struct sl_kube_client_options o = { .user_agent = "test" };
	struct kc_tracker_options t = { .label = "kustomize.toolkit.fluxcd.io/name",
					.wake = on_wake };
	pthread_condattr_t attr;

	pthread_mutex_init(&w->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&w->changed, &attr);
	pthread_condattr_destroy(&attr);
	w->listed = "";
	w->api = fakeapi_start(serve, w);
	config.server = sl_xstrdup(fakeapi_url(w->api));
	assert_int_equal(sl_kube_client_new(&config, &o, &w->client, NULL), 0);
	t.client = w->client;
	t.ctx = w;
	w->tracker = kc_tracker_new(&t);
	*state = w;
	return 0;
}

static int stop(void **state)
{
	struct world *w = *state;

	kc_tracker_free(w->tracker);
	sl_kube_client_free(w->client);
	fakeapi_stop(w->api);
	pthread_cond_destroy(&w->changed);
	pthread_mutex_destroy(&w->lock);
	free(w);
	return 0;
}

/* Sleep until the condition holds; fails the test when it does not within WAIT_MS. */
#define await(w, condition) \
	do { \
		struct timespec until; \
		int timed_out = 0; \
		clock_gettime(CLOCK_MONOTONIC, &until); \
		until.tv_sec += WAIT_MS / 1000; \
		pthread_mutex_lock(&(w)->lock); \
		while (!(condition) && !timed_out) \
			timed_out = pthread_cond_timedwait(&(w)->changed, &(w)->lock, &until); \
		pthread_mutex_unlock(&(w)->lock); \
		if (timed_out) \
			fail_msg("%s: not within %d ms", #condition, WAIT_MS); \
	} while (0)

/* Hand the server one watch event, and wait until the watch has begun. */
static void send_event(struct world *w, struct sl_arena *a, const char *type, const char *object)
{
	char *line = quoted(sl_arena_printf(a, "{'type':'%s','object':%s}\n", type, object));

	await(w, w->watching);
	pthread_mutex_lock(&w->lock);
	w->event = line;
	pthread_mutex_unlock(&w->lock);
	await(w, !w->event);
}

static struct sl_apply_target target(struct sl_arena *a, const struct sl_kube_kind *kind,
				     const char *object, bool written)
{
	struct sl_value *o = tree(a, object);

	return (struct sl_apply_target){
		.desired = o,
		.kind = kind,
		.action = written ? SL_APPLY_CONFIGURED : SL_APPLY_UNCHANGED,
		.written = written,
		.uid = sl_obj_uid(o),
		.resource_version = sl_obj_resource_version(o),
		.digest = sl_object_digest(o),
		.live = o,
	};
}

#define MAP(version, value) \
	"{'apiVersion':'v1','kind':'ConfigMap','metadata':{'namespace':'n','name':'m','uid':'u'," \
	"'resourceVersion':'" version "'},'data':{'k':'" value "'}}"
#define DEPLOYMENT(version, generation, observed) \
	"{'apiVersion':'apps/" \
	"v1','kind':'Deployment','metadata':{'namespace':'n','name':'d','uid':'u'," \
	"'resourceVersion':'" version "','generation':" generation "},'spec':{'replicas':1}," \
	"'status':{'observedGeneration':" observed ",'replicas':1,'updatedReplicas':1," \
	"'availableReplicas':1,'readyReplicas':1,'conditions':[{'type':'Available','status':'" \
	"True'}]}}"

static int64_t suspects(struct world *w, size_t *ret_n)
{
	SL_AUTO(sl_strvec) ids = SL_STRVEC_INIT;
	int64_t wait = kc_tracker_suspects(w->tracker, &owner, &ids);

	*ret_n = ids.n;
	return wait;
}

static void another_content_is_a_suspect(void **state)
{
	struct world *w = *state;
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	struct sl_apply_target t = target(&a, &config_maps, MAP("7", "v"), false);
	size_t n;

	w->listed = MAP("7", "v");
	kc_tracker_expect(w->tracker, &owner, &t, 60000);
	suspects(w, &n);
	assert_int_equal(n, 0);
	send_event(w, &a, "MODIFIED", MAP("8", "hacked"));
	await(w, w->wakes == 1);
	assert_int_equal(w->after_ms, KC_HEAL_MIN_MS);
	suspects(w, &n);
	assert_int_equal(n, 1);
	/* The dry run has decided: this is what it should be. */
	t = target(&a, &config_maps, MAP("8", "hacked"), false);
	kc_tracker_expect(w->tracker, &owner, &t, 60000);
	suspects(w, &n);
	assert_int_equal(n, 0);
}

static void a_removed_object_is_a_suspect(void **state)
{
	struct world *w = *state;
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	struct sl_apply_target t = target(&a, &config_maps, MAP("7", "v"), false);
	struct sl_inventory_entry e = sl_inventory_entry_of(&a, t.desired);
	size_t n;

	w->listed = MAP("7", "v");
	kc_tracker_expect(w->tracker, &owner, &t, 60000);
	send_event(w, &a, "DELETED", MAP("8", "v"));
	await(w, w->wakes == 1);
	suspects(w, &n);
	assert_int_equal(n, 1);
	assert_int_equal(kc_tracker_verdict(w->tracker, &a, &owner, &e).status,
			 SL_KSTATUS_NOT_FOUND);
}

static void health_moves_only_with_our_write(void **state)
{
	struct world *w = *state;
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	struct sl_apply_target t = target(&a, &deployments, DEPLOYMENT("9", "2", "1"), true);
	struct sl_inventory_entry e = sl_inventory_entry_of(&a, t.desired);
	struct kc_verdict v;

	kc_tracker_prepare(w->tracker, &owner, &t);
	await(w, w->watching);
	kc_tracker_expect(w->tracker, &owner, &t, 60000);
	v = kc_tracker_verdict(w->tracker, &a, &owner, &e);
	assert_int_equal(v.status, SL_KSTATUS_IN_PROGRESS);
	assert_true(v.stale);
	/* From before our write: healthy, but not what we wrote. */
	send_event(w, &a, "MODIFIED", DEPLOYMENT("8", "1", "1"));
	send_event(w, &a, "MODIFIED", DEPLOYMENT("10", "2", "2"));
	await(w, w->wakes == 1);
	assert_int_equal(w->after_ms, 0);
	v = kc_tracker_verdict(w->tracker, &a, &owner, &e);
	assert_int_equal(v.status, SL_KSTATUS_CURRENT);
	assert_false(v.stale);
}

static void what_cannot_be_watched_is_stale(void **state)
{
	struct world *w = *state;
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	struct sl_apply_target t =
		target(&a, &unwatched,
		       "{'apiVersion':'example.com/"
		       "v1','kind':'Thing','metadata':{'namespace':'n','name':'t',"
		       "'uid':'u','resourceVersion':'1'},'status':{'conditions':[{'type':'Ready','"
		       "status':'False'}]}}",
		       true);
	struct sl_inventory_entry e = sl_inventory_entry_of(&a, t.desired);

	kc_tracker_expect(w->tracker, &owner, &t, 60000);
	assert_true(kc_tracker_verdict(w->tracker, &a, &owner, &e).stale);
	assert_false(kc_tracker_covers(w->tracker, &owner));
}

static const struct sl_key stranger = { "tenants", "other" };

static void what_another_owner_applied_is_stale(void **state)
{
	struct world *w = *state;
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	struct sl_apply_target t = target(&a, &config_maps, MAP("7", "v"), false);
	struct sl_inventory_entry e = sl_inventory_entry_of(&a, t.desired);

	w->listed = NULL;
	kc_tracker_expect(w->tracker, &owner, &t, 60000);
	assert_false(kc_tracker_verdict(w->tracker, &a, &owner, &e).stale);
	assert_true(kc_tracker_verdict(w->tracker, &a, &stranger, &e).stale);
	assert_int_equal(kc_tracker_verdict(w->tracker, &a, &stranger, &e).status,
			 SL_KSTATUS_UNKNOWN);
}

static void a_list_that_does_not_name_it_makes_a_suspect(void **state)
{
	struct world *w = *state;
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	struct sl_apply_target t = target(&a, &config_maps, MAP("7", "v"), false);
	size_t n;

	kc_tracker_expect(w->tracker, &owner, &t, 60000);
	await(w, w->watching);
	/* Unchanged, so that no event has ever told of it; then the watch has to begin anew. */
	w->wakes = 0;
	kc_tracker_expect(w->tracker, &owner, &t, 60000);
	send_event(w, &a, "ERROR", "{'kind':'Status','code':410,'reason':'Expired'}");
	await(w, w->wakes == 1);
	suspects(w, &n);
	assert_int_equal(n, 1);
}

static void an_edit_before_the_answer_to_our_write_is_not_missed(void **state)
{
	struct world *w = *state;
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	struct sl_apply_target t = target(&a, &config_maps, MAP("7", "v"), true);
	size_t n;

	kc_tracker_prepare(w->tracker, &owner, &t);
	send_event(w, &a, "ADDED", MAP("7", "v"));
	send_event(w, &a, "MODIFIED", MAP("8", "hacked"));
	/* Read by the client once the next one is: events come in order. */
	send_event(w, &a, "BOOKMARK", MAP("9", ""));
	fakeapi_sleep(50);
	kc_tracker_expect(w->tracker, &owner, &t, 60000);
	await(w, w->wakes == 1);
	suspects(w, &n);
	assert_int_equal(n, 1);
}

/* The same object has another content at each version. */
static void versions_of_a_kind_are_kept_apart(void **state)
{
	static const struct sl_kube_kind versions[] = {
		{ "x.io", "v1", "Thing", "things", true, SL_KUBE_CAN_LIST | SL_KUBE_CAN_WATCH },
		{ "x.io", "v2", "Thing", "things", true, SL_KUBE_CAN_LIST | SL_KUBE_CAN_WATCH },
	};
	struct world *w = *state;
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	struct sl_inventory_entry e[2];
	struct sl_inventory now = SL_INVENTORY_INIT;

	w->listed = NULL;
	for (int i = 0; i < 2; i++) {
		struct sl_apply_target t = target(
			&a, &versions[i],
			sl_arena_printf(&a,
					"{'apiVersion':'x.io/v%d','kind':'Thing','metadata':{"
					"'name':'t','uid':'u','resourceVersion':'1'}}",
					i + 1),
			false);

		e[i] = sl_inventory_entry_of(&a, t.desired);
		kc_tracker_expect(w->tracker, &owner, &t, 60000);
	}
	assert_false(kc_tracker_verdict(w->tracker, &a, &owner, &e[0]).stale);
	/* Applied at v2 now: the other record goes, although the id is the same. */
	sl_inventory_add(&a, &now, &e[1]);
	kc_tracker_keep(w->tracker, &owner, &now);
	assert_true(kc_tracker_verdict(w->tracker, &a, &owner, &e[0]).stale);
	assert_false(kc_tracker_verdict(w->tracker, &a, &owner, &e[1]).stale);
}

static void a_watch_ends_with_its_last_object(void **state)
{
	struct world *w = *state;
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	struct sl_apply_target t = target(&a, &config_maps, MAP("7", "v"), false);

	kc_tracker_expect(w->tracker, &owner, &t, 60000);
	await(w, w->watching);
	kc_tracker_forget(w->tracker, &owner);
	await(w, !w->watching);
	kc_tracker_expect(w->tracker, &owner, &t, 60000);
	await(w, w->watching);
}

static void what_is_no_longer_managed_is_forgotten(void **state)
{
	struct world *w = *state;
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	struct sl_apply_target t = target(&a, &config_maps, MAP("7", "v"), false);
	struct sl_inventory_entry e = sl_inventory_entry_of(&a, t.desired);
	struct sl_inventory none = SL_INVENTORY_INIT;

	w->listed = NULL;
	kc_tracker_expect(w->tracker, &owner, &t, 60000);
	assert_false(kc_tracker_verdict(w->tracker, &a, &owner, &e).stale);
	kc_tracker_keep(w->tracker, &owner, &none);
	assert_true(kc_tracker_verdict(w->tracker, &a, &owner, &e).stale);
	kc_tracker_forget(w->tracker, &owner);
	assert_true(kc_tracker_covers(w->tracker, &owner));
}

static void corrections_are_spaced(void **state)
{
	struct world *w = *state;
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	struct sl_apply_target t = target(&a, &config_maps, MAP("7", "v"), false);
	struct sl_inventory_entry e = sl_inventory_entry_of(&a, t.desired);
	int64_t wait;
	size_t n;

	w->listed = MAP("7", "v");
	kc_tracker_expect(w->tracker, &owner, &t, 60000);
	assert_int_equal(kc_tracker_corrected(w->tracker, &e), 1);
	assert_int_equal(kc_tracker_corrected(w->tracker, &e), 2);
	assert_int_equal(kc_tracker_corrected(w->tracker, &e), 3);
	send_event(w, &a, "MODIFIED", MAP("8", "hacked"));
	await(w, w->wakes == 1);
	/* 1 s, then doubled twice. */
	assert_in_range(w->after_ms, 2 * KC_HEAL_MIN_MS + 1, 4 * KC_HEAL_MIN_MS);
	wait = suspects(w, &n);
	assert_int_equal(n, 0);
	assert_in_range(wait, KC_HEAL_MIN_MS, 4 * KC_HEAL_MIN_MS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(another_content_is_a_suspect, start, stop),
		cmocka_unit_test_setup_teardown(a_removed_object_is_a_suspect, start, stop),
		cmocka_unit_test_setup_teardown(health_moves_only_with_our_write, start, stop),
		cmocka_unit_test_setup_teardown(what_cannot_be_watched_is_stale, start, stop),
		cmocka_unit_test_setup_teardown(what_another_owner_applied_is_stale, start, stop),
		cmocka_unit_test_setup_teardown(a_list_that_does_not_name_it_makes_a_suspect, start,
						stop),
		cmocka_unit_test_setup_teardown(
			an_edit_before_the_answer_to_our_write_is_not_missed, start, stop),
		cmocka_unit_test_setup_teardown(versions_of_a_kind_are_kept_apart, start, stop),
		cmocka_unit_test_setup_teardown(a_watch_ends_with_its_last_object, start, stop),
		cmocka_unit_test_setup_teardown(what_is_no_longer_managed_is_forgotten, start,
						stop),
		cmocka_unit_test_setup_teardown(corrections_are_spaced, start, stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
