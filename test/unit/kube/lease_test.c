#include "libcommon/kube/lease.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "libcommon/base/clock.h"
#include "libcommon/codec/json.h"
#include "test/unit/support/expect.h"
#include "test/unit/support/fakeapi.h"

/* The API server's side of one Lease, and what two contenders tell. */
struct fixture {
	struct fakeapi *api;
	pthread_mutex_t lock;
	char *text;	  /* the object as JSON, or NULL */
	int version;	  /* its resourceVersion */
	atomic_bool mute; /* accept requests and say nothing */
};

struct contender {
	struct sl_lease *lease;
	atomic_int acquired, lost;
	atomic_int why;
	atomic_int told; /* of leaders */
};

static void answer(struct fixture *f, struct fakeapi_conn *c, int status)
{
	fakeapi_reply(c, status, NULL, f->text);
}

/* Store the body under the next version; refuse a wrong resourceVersion. */
static void store(struct fixture *f, struct fakeapi_conn *c, struct sl_str body)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_strbuf) text = SL_STRBUF_INIT(65536);
	struct sl_value *v;
	int64_t version = 0;
	struct sl_str sent;

	assert_int_equal(sl_json_parse(&a, body, NULL, &v, NULL), 0);
	sent = sl_get_str(v, "metadata", "resourceVersion");
	if (f->text && (!sl_str_to_i64(sent, 0, 1000, &version) || version != f->version)) {
		fakeapi_reply(c, 409, NULL, "{\"kind\":\"Status\",\"reason\":\"Conflict\"}");
		return;
	}
	sl_map_setz(&a, sl_get(v, "metadata"), "resourceVersion",
		    sl_value_strf(&a, "%d", ++f->version));
	sl_json_write(v, SL_JSON_COMPACT, &text);
	free(f->text);
	f->text = sl_strbuf_steal(&text);
	answer(f, c, 200);
}

static void serve(void *user, struct fakeapi_conn *c, const struct fakeapi_request *q)
{
	struct fixture *f = user;

	if (atomic_load(&f->mute)) {
		fakeapi_pause(c, 60000);
		return;
	}
	pthread_mutex_lock(&f->lock);
	if (!sl_str_eqz(q->method, "GET"))
		store(f, c, q->body);
	else if (f->text)
		answer(f, c, 200);
	else
		fakeapi_reply(c, 404, NULL, "{\"kind\":\"Status\",\"reason\":\"NotFound\"}");
	pthread_mutex_unlock(&f->lock);
}

static int setup(void **state)
{
	struct fixture *f = sl_xcalloc(1, sizeof(*f));

	pthread_mutex_init(&f->lock, NULL);
	f->api = fakeapi_start(serve, f);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	fakeapi_stop(f->api);
	pthread_mutex_destroy(&f->lock);
	free(f->text);
	free(f);
	return 0;
}

static void on_acquired(void *ctx)
{
	atomic_fetch_add(&((struct contender *)ctx)->acquired, 1);
}

static void on_lost(void *ctx, const struct sl_err *err)
{
	struct contender *c = ctx;

	atomic_store(&c->why, (int)err->code);
	atomic_fetch_add(&c->lost, 1);
}

static void on_leader(void *ctx, const char *identity)
{
	assert_true(strlen(identity) > 0);
	atomic_fetch_add(&((struct contender *)ctx)->told, 1);
}

static void contend(struct fixture *f, struct contender *c, const char *identity,
		    const struct sl_lease_options *times)
{
	struct sl_kube_config config = SL_KUBE_CONFIG_INIT;
	struct sl_lease_options o = *times;
	const struct sl_lease_handler h = {
		.ctx = c, .on_acquired = on_acquired, .on_lost = on_lost, .on_leader = on_leader
	};
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	memset(c, 0, sizeof(*c));
	o.namespace_ = "ns";
	o.name = "x-leader-election";
	o.identity = identity;
	config.server = sl_xstrdup(fakeapi_url(f->api));
	expect_ok(sl_lease_start(&config, &o, &h, &c->lease, &err), &err);
	sl_kube_config_release(&config);
}

/* Ends soon; and, where time must not decide, never, however busy the machine is. */
static const struct sl_lease_options quick = { .duration_ms = 1000,
					       .renew_deadline_ms = 900,
					       .retry_period_ms = 20 };
static const struct sl_lease_options steady = { .duration_ms = 60000,
						.renew_deadline_ms = 50000,
						.retry_period_ms = 20 };

/* Wait up to ten seconds. */
static bool becomes(atomic_int *count, int want)
{
	for (int i = 0; i < 2000 && atomic_load(count) < want; i++)
		fakeapi_sleep(5);
	return atomic_load(count) == want;
}

static int version_now(struct fixture *f)
{
	int version;

	pthread_mutex_lock(&f->lock);
	version = f->version;
	pthread_mutex_unlock(&f->lock);
	return version;
}

/* Wait up to ten seconds. */
static bool is_renewed_after(struct fixture *f, int version)
{
	for (int i = 0; i < 2000 && version_now(f) <= version; i++)
		fakeapi_sleep(5);
	return version_now(f) > version;
}

static bool lease_holds(struct fixture *f, const char *text)
{
	bool found;

	pthread_mutex_lock(&f->lock);
	found = f->text && strstr(f->text, text);
	pthread_mutex_unlock(&f->lock);
	return found;
}

static struct sl_value *lease_now(struct fixture *f, struct sl_arena *a)
{
	struct sl_value *v = NULL;

	pthread_mutex_lock(&f->lock);
	assert_int_equal(sl_json_parse(a, sl_str(f->text), NULL, &v, NULL), 0);
	pthread_mutex_unlock(&f->lock);
	return v;
}

static void creates_holds_and_releases(void **state)
{
	struct fixture *f = *state;
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	struct contender one;
	struct sl_value *v;
	int64_t time_ms;

	contend(f, &one, "one", &quick);
	assert_true(becomes(&one.acquired, 1));
	assert_true(sl_lease_is_held(one.lease));
	v = lease_now(f, &a);
	expect_str(sl_get_str(v, "metadata", "name"), "x-leader-election");
	expect_str(sl_get_str(v, "metadata", "namespace"), "ns");
	expect_str(sl_get_str(v, "spec", "holderIdentity"), "one");
	assert_int_equal(sl_get_int(v, -1, "spec", "leaseDurationSeconds"), 1);
	assert_int_equal(sl_get_int(v, -1, "spec", "leaseTransitions"), 0);
	assert_true(sl_rfc3339_parse(sl_get_str(v, "spec", "acquireTime"), &time_ms));
	assert_int_equal(sl_get_str(v, "spec", "renewTime").n,
			 strlen("2026-01-02T03:04:05.678901Z"));
	/* Longer than the deadline: it is being renewed. */
	fakeapi_sleep(1000);
	assert_int_equal(atomic_load(&one.lost), 0);
	assert_true(version_now(f) > 3);
	sl_lease_stop(one.lease);
	v = lease_now(f, &a);
	expect_str(sl_get_str(v, "spec", "holderIdentity"), "");
	assert_int_equal(sl_get_int(v, -1, "spec", "leaseDurationSeconds"), 1);
	assert_int_equal(atomic_load(&one.told), 1);
}

static void a_second_one_waits_for_the_release(void **state)
{
	struct fixture *f = *state;
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	struct contender one, two;
	struct sl_value *v;

	contend(f, &one, "one", &steady);
	assert_true(becomes(&one.acquired, 1));
	contend(f, &two, "two", &steady);
	assert_true(becomes(&two.told, 1));
	fakeapi_sleep(200);
	assert_int_equal(atomic_load(&two.acquired), 0);
	assert_false(sl_lease_is_held(two.lease));
	sl_lease_stop(one.lease);
	assert_true(becomes(&two.acquired, 1));
	v = lease_now(f, &a);
	expect_str(sl_get_str(v, "spec", "holderIdentity"), "two");
	assert_int_equal(sl_get_int(v, -1, "spec", "leaseTransitions"), 1);
	sl_lease_stop(two.lease);
}

static void takes_over_what_has_expired(void **state)
{
	struct fixture *f = *state;
	struct contender two;
	int64_t begin;

	/* Its renewTime lies in the future: only the own clock counts. */
	f->text = sl_xstrdup("{\"metadata\":{\"resourceVersion\":\"7\",\"labels\":{\"a\":\"b\"}},"
			     "\"spec\":{\"holderIdentity\":\"gone\",\"leaseDurationSeconds\":1,"
			     "\"renewTime\":\"2999-01-01T00:00:00.000000Z\",\"leaseTransitions\":4,"
			     "\"preferredHolder\":\"x\"}}");
	f->version = 7;
	begin = sl_mono_ms();
	contend(f, &two, "two", &quick);
	assert_true(becomes(&two.acquired, 1));
	assert_true(sl_mono_ms() - begin >= 1000);
	sl_lease_stop(two.lease);
	/* What is not ours to decide is still there. */
	assert_true(lease_holds(f, "\"labels\":{\"a\":\"b\"}"));
	assert_true(lease_holds(f, "\"preferredHolder\":\"x\""));
	assert_true(lease_holds(f, "\"leaseTransitions\":5"));
}

static void is_lost_at_the_deadline(void **state)
{
	struct fixture *f = *state;
	struct contender one;
	int64_t begin;

	contend(f, &one, "one", &quick);
	assert_true(becomes(&one.acquired, 1));
	begin = sl_mono_ms();
	atomic_store(&f->mute, true);
	assert_true(becomes(&one.lost, 1));
	assert_true(sl_mono_ms() - begin >= 500);
	assert_int_equal(atomic_load(&one.why), SL_ERR_TIMEOUT);
	assert_false(sl_lease_is_held(one.lease));
	sl_lease_stop(one.lease);
}

static void is_lost_when_somebody_else_holds_it(void **state)
{
	struct fixture *f = *state;
	struct contender one;

	contend(f, &one, "one", &steady);
	assert_true(becomes(&one.acquired, 1));
	pthread_mutex_lock(&f->lock);
	free(f->text);
	f->version = 999;
	f->text = sl_xstrdup("{\"metadata\":{\"resourceVersion\":\"999\"},\"spec\":"
			     "{\"holderIdentity\":\"thief\",\"leaseDurationSeconds\":60}}");
	pthread_mutex_unlock(&f->lock);
	assert_true(becomes(&one.lost, 1));
	assert_int_equal(atomic_load(&one.why), SL_ERR_CONFLICT);
	sl_lease_stop(one.lease);
	assert_true(lease_holds(f, "thief"));
}

static void survives_a_short_outage(void **state)
{
	struct fixture *f = *state;
	struct contender one;
	int before;

	contend(f, &one, "one", &steady);
	assert_true(becomes(&one.acquired, 1));
	fakeapi_down(f->api);
	before = version_now(f);
	fakeapi_sleep(100);
	fakeapi_up(f->api);
	assert_true(is_renewed_after(f, before));
	assert_int_equal(atomic_load(&one.lost), 0);
	sl_lease_stop(one.lease);
}

static void is_kept_when_asked_to(void **state)
{
	struct fixture *f = *state;
	struct sl_lease_options o = steady;
	struct contender one;

	o.keep_on_stop = true;
	contend(f, &one, NULL, &o);
	assert_true(becomes(&one.acquired, 1));
	sl_lease_stop(one.lease);
	assert_false(lease_holds(f, "\"holderIdentity\":\"\""));
	assert_true(lease_holds(f, "_"));
}

static void refuses_impossible_times(void **state)
{
	static const struct sl_lease_options cases[] = {
		{ .duration_ms = 100, .renew_deadline_ms = 100, .retry_period_ms = 10 },
		{ .duration_ms = 100, .renew_deadline_ms = 60, .retry_period_ms = 50 },
		{ .duration_ms = -1, .renew_deadline_ms = 60, .retry_period_ms = 50 },
		{ .duration_ms = 30000 },
	};
	struct sl_kube_config config = SL_KUBE_CONFIG_INIT;
	const struct sl_lease_handler h = { 0 };
	struct sl_lease *lease;

	(void)state;
	config.server = sl_xstrdup("http://127.0.0.1:1");
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		struct sl_lease_options o = cases[i];
		SL_AUTO(sl_err) err = SL_ERR_INIT;

		o.namespace_ = "ns";
		o.name = "x";
		expect_err(sl_lease_start(&config, &o, &h, &lease, &err), SL_ERR_INVALID, NULL,
			   &err);
	}
	sl_kube_config_release(&config);
	sl_lease_stop(NULL);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(creates_holds_and_releases),
		TEST(a_second_one_waits_for_the_release),
		TEST(takes_over_what_has_expired),
		TEST(is_lost_at_the_deadline),
		TEST(is_lost_when_somebody_else_holds_it),
		TEST(survives_a_short_outage),
		TEST(is_kept_when_asked_to),
		cmocka_unit_test(refuses_impossible_times),
	};

	return cmocka_run_group_tests_name("kube/lease", tests, NULL, NULL);
}
