#include "libcommon/kube/discovery.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "libcommon/base/mem.h"
#include "test/unit/support/expect.h"
#include "test/unit/support/fakeapi.h"

struct fixture {
	struct fakeapi *api;
	struct sl_kube_client *client;
	struct sl_discovery *d;
	atomic_int asked;
	atomic_bool has_gadget, broken;
};

#define RESOURCE(name, kind, namespaced) \
	"{\"name\":\"" name "\",\"kind\":\"" kind "\",\"namespaced\":" namespaced \
	",\"verbs\":[\"get\",\"watch\",\"update\"]}"

static void serve(void *user, struct fakeapi_conn *c, const struct fakeapi_request *q)
{
	struct fixture *f = user;

	atomic_fetch_add(&f->asked, 1);
	if (atomic_load(&f->broken))
		fakeapi_reply(c, 500, NULL, "broken");
	else if (sl_str_eqz(q->target, "/api/v1"))
		fakeapi_reply(c, 200, NULL,
			      "{\"resources\":[" RESOURCE("nodes", "Node", "false") "," RESOURCE(
				      "pods", "Pod", "true") "," RESOURCE("pods/eviction",
									  "Eviction", "true") "]}");
	else if (sl_str_eqz(q->target, "/apis/x.io/v1"))
		fakeapi_reply(
			c, 200, NULL,
			atomic_load(&f->has_gadget)
				? "{\"resources\":[" RESOURCE(
					  "widgets", "Widget",
					  "true") "," RESOURCE("gadgets", "Gadget", "true") "]"
											    "}"
				: "{\"resources\":[" RESOURCE("widgets", "Widget", "true") "]}");
	else if (sl_str_eqz(q->target, "/apis/x.io/v1beta1"))
		fakeapi_reply(c, 200, NULL,
			      "{\"resources\":[" RESOURCE("olds", "Old", "true") "]}");
	else if (sl_str_eqz(q->target, "/apis/x.io"))
		fakeapi_reply(c, 200, NULL,
			      "{\"versions\":[{\"version\":\"v1beta1\"},{\"version\":\"v1\"}],"
			      "\"preferredVersion\":{\"version\":\"v1\"}}");
	else
		fakeapi_reply(c, 404, NULL, "404 page not found");
}

static int setup(void **state)
{
	struct fixture *f = sl_xcalloc(1, sizeof(*f));
	struct sl_kube_config config = SL_KUBE_CONFIG_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	f->api = fakeapi_start(serve, f);
	config.server = sl_xstrdup(fakeapi_url(f->api));
	expect_ok(sl_kube_client_new(&config, NULL, &f->client, &err), &err);
	sl_kube_config_release(&config);
	f->d = sl_discovery_new(f->client);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	sl_discovery_free(f->d);
	sl_kube_client_free(f->client);
	fakeapi_stop(f->api);
	free(f);
	return 0;
}

static void finds_kinds_and_asks_once(void **state)
{
	struct fixture *f = *state;
	const struct sl_kube_kind *pod, *node, *widget;
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	expect_ok(sl_discovery_find(f->d, SL_STR(""), SL_STR("v1"), SL_STR("Pod"), &pod, &err),
		  &err);
	expect_ok(sl_discovery_find(f->d, SL_STR(""), SL_STR("v1"), SL_STR("Node"), &node, &err),
		  &err);
	assert_int_equal(atomic_load(&f->asked), 1);
	expect_ok(sl_discovery_find(f->d, SL_STR("x.io"), SL_STR("v1"), SL_STR("Widget"), &widget,
				    &err),
		  &err);
	assert_int_equal(atomic_load(&f->asked), 2);
	assert_string_equal(pod->group, "");
	assert_string_equal(pod->plural, "pods");
	assert_true(pod->namespaced);
	assert_int_equal(pod->verbs, SL_KUBE_CAN_GET | SL_KUBE_CAN_WATCH);
	assert_false(node->namespaced);
	assert_string_equal(widget->group, "x.io");
	assert_string_equal(widget->version, "v1");
	assert_string_equal(widget->kind, "Widget");
}

static void misses_are_not_found(void **state)
{
	struct fixture *f = *state;
	const struct sl_kube_kind *k;
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	expect_err(sl_discovery_find(f->d, SL_STR(""), SL_STR("v1"), SL_STR("Eviction"), &k, &err),
		   SL_ERR_NOT_FOUND, "no matches for kind \"Eviction\" in version \"v1\"", &err);
	assert_string_equal(err.reason, "NoKindMatch");
	expect_err(
		sl_discovery_find(f->d, SL_STR("y.io"), SL_STR("v2"), SL_STR("Widget"), &k, &err),
		SL_ERR_NOT_FOUND, "no matches for kind \"Widget\" in version \"y.io/v2\"", &err);
	expect_err(sl_discovery_find_preferred(f->d, SL_STR("x.io"), SL_STR("None"), &k, &err),
		   SL_ERR_NOT_FOUND, "no matches for kind \"None\" in group \"x.io\"", &err);
	expect_err(sl_discovery_find_preferred(f->d, SL_STR("y.io"), SL_STR("None"), &k, &err),
		   SL_ERR_NOT_FOUND, "no matches for kind \"None\" in group \"y.io\"", &err);
	expect_err(sl_discovery_find(f->d, SL_STR(""), SL_STR(""), SL_STR("Pod"), &k, &err),
		   SL_ERR_INVALID, NULL, &err);
}

static void a_new_kind_is_found_after_invalidation(void **state)
{
	struct fixture *f = *state;
	const struct sl_kube_kind *widget, *again, *gadget;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	int asked;

	expect_ok(sl_discovery_find(f->d, SL_STR("x.io"), SL_STR("v1"), SL_STR("Widget"), &widget,
				    &err),
		  &err);
	asked = atomic_load(&f->asked);
	/* A moment ago there was none: no second question so soon. */
	atomic_store(&f->has_gadget, true);
	expect_err(sl_discovery_find(f->d, SL_STR("x.io"), SL_STR("v1"), SL_STR("Gadget"), &gadget,
				     &err),
		   SL_ERR_NOT_FOUND, NULL, &err);
	assert_int_equal(atomic_load(&f->asked), asked);
	sl_discovery_invalidate(f->d, SL_STR("x.i"));
	expect_err(sl_discovery_find(f->d, SL_STR("x.io"), SL_STR("v1"), SL_STR("Gadget"), &gadget,
				     &err),
		   SL_ERR_NOT_FOUND, NULL, &err);
	sl_discovery_invalidate(f->d, SL_STR("x.io"));
	expect_ok(sl_discovery_find(f->d, SL_STR("x.io"), SL_STR("v1"), SL_STR("Gadget"), &gadget,
				    &err),
		  &err);
	/* What has not changed is the same mapping: callers keep pointers. */
	expect_ok(sl_discovery_find(f->d, SL_STR("x.io"), SL_STR("v1"), SL_STR("Widget"), &again,
				    &err),
		  &err);
	assert_ptr_equal(widget, again);
}

static void a_miss_reloads_after_a_while(void **state)
{
	struct fixture *f = *state;
	const struct sl_kube_kind *k;
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	assert_int_equal(
		sl_discovery_find(f->d, SL_STR("x.io"), SL_STR("v1"), SL_STR("Gadget"), &k, NULL),
		SL_ERR_NOT_FOUND);
	atomic_store(&f->has_gadget, true);
	fakeapi_sleep(SL_DISCOVERY_RELOAD_MS + 20);
	expect_ok(sl_discovery_find(f->d, SL_STR("x.io"), SL_STR("v1"), SL_STR("Gadget"), &k, &err),
		  &err);
}

static void prefers_the_groups_version(void **state)
{
	struct fixture *f = *state;
	const struct sl_kube_kind *k;
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	expect_ok(sl_discovery_find_preferred(f->d, SL_STR("x.io"), SL_STR("Widget"), &k, &err),
		  &err);
	assert_string_equal(k->version, "v1");
	expect_ok(sl_discovery_find_preferred(f->d, SL_STR("x.io"), SL_STR("Old"), &k, &err), &err);
	assert_string_equal(k->version, "v1beta1");
	expect_ok(sl_discovery_find_preferred(f->d, SL_STR(""), SL_STR("Pod"), &k, &err), &err);
	assert_string_equal(k->version, "v1");
}

static void a_failure_is_no_answer(void **state)
{
	struct fixture *f = *state;
	const struct sl_kube_kind *k;
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	atomic_store(&f->broken, true);
	expect_err(
		sl_discovery_find(f->d, SL_STR("x.io"), SL_STR("v1"), SL_STR("Widget"), &k, &err),
		SL_ERR_UNAVAILABLE, "/apis/x.io/v1", &err);
	expect_err(sl_discovery_find_preferred(f->d, SL_STR("x.io"), SL_STR("Widget"), &k, &err),
		   SL_ERR_UNAVAILABLE, "/apis/x.io", &err);
	atomic_store(&f->broken, false);
	expect_ok(sl_discovery_find(f->d, SL_STR("x.io"), SL_STR("v1"), SL_STR("Widget"), &k, &err),
		  &err);
}

static void *look_up(void *arg)
{
	struct fixture *f = arg;
	const struct sl_kube_kind *k;

	for (int i = 0; i < 50; i++) {
		assert_int_equal(sl_discovery_find(f->d, SL_STR("x.io"), SL_STR("v1"),
						   SL_STR("Widget"), &k, NULL),
				 0);
		if (i % 10 == 0)
			sl_discovery_invalidate(f->d, SL_STR("x.io"));
	}
	return NULL;
}

static void threads_share_one_question(void **state)
{
	struct fixture *f = *state;
	pthread_t threads[6];

	for (size_t i = 0; i < SL_ARRAY_LEN(threads); i++)
		assert_int_equal(pthread_create(&threads[i], NULL, look_up, f), 0);
	for (size_t i = 0; i < SL_ARRAY_LEN(threads); i++)
		pthread_join(threads[i], NULL);
	assert_true(atomic_load(&f->asked) <= 6 * 5 + 1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(finds_kinds_and_asks_once),
		TEST(misses_are_not_found),
		TEST(a_new_kind_is_found_after_invalidation),
		TEST(a_miss_reloads_after_a_while),
		TEST(prefers_the_groups_version),
		TEST(a_failure_is_no_answer),
		TEST(threads_share_one_question),
	};

	return cmocka_run_group_tests_name("kube/discovery", tests, NULL, NULL);
}
