#include "libcommon/kube/client.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "libcommon/base/clock.h"
#include "libcommon/base/mem.h"
#include "test/unit/support/expect.h"
#include "test/unit/support/fakeapi.h"

/* One server and one client; the handler of a test keeps its data here. */
struct fixture {
	struct fakeapi *api;
	struct sl_kube_client *client;
	pthread_mutex_t lock;
	char order[4096]; /* what the server was asked, by the first letter after "/" */
	size_t order_n;
	atomic_int count, most, now;
	char head[4096]; /* of the last request */
	char body[256];
};

static void setup_with(struct fixture *f, fakeapi_handler handler,
		       const struct sl_kube_client_options *o)
{
	struct sl_kube_config config = SL_KUBE_CONFIG_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	memset(f, 0, sizeof(*f));
	pthread_mutex_init(&f->lock, NULL);
	f->api = fakeapi_start(handler, f);
	config.server = sl_xstrdup(fakeapi_url(f->api));
	config.token = sl_xstrdup("secret");
	expect_ok(sl_kube_client_new(&config, o, &f->client, &err), &err);
	sl_kube_config_release(&config);
}

static void setup(struct fixture *f, fakeapi_handler handler)
{
	const struct sl_kube_client_options o = { .user_agent = "test/1", .silence_ms = 60000 };

	setup_with(f, handler, &o);
}

static void teardown(struct fixture *f)
{
	sl_kube_client_free(f->client);
	fakeapi_stop(f->api);
	pthread_mutex_destroy(&f->lock);
}

static struct sl_kube_request get(const char *path)
{
	return (struct sl_kube_request){ .method = "GET", .path = path };
}

static int run(struct fixture *f, const struct sl_kube_request *req, struct sl_kube_response *resp,
	       struct sl_err *err)
{
	return sl_kube_call_wait(sl_kube_call_start(f->client, req), resp, err);
}

static void echo(void *user, struct fakeapi_conn *c, const struct fakeapi_request *q)
{
	struct fixture *f = user;

	pthread_mutex_lock(&f->lock);
	snprintf(f->head, sizeof(f->head), "%.*s", SL_STR_FMT(q->head));
	snprintf(f->body, sizeof(f->body), "%.*s %.*s", SL_STR_FMT(q->method), SL_STR_FMT(q->body));
	pthread_mutex_unlock(&f->lock);
	fakeapi_reply(c, 200, NULL, "{\"kind\":\"X\",\"n\":1}");
}

static bool sent_header(struct fixture *f, const char *line)
{
	return strstr(f->head, line) != NULL;
}

static void sends_headers_and_body(void **state)
{
	struct fixture f;
	SL_AUTO(sl_kube_response) resp = SL_KUBE_RESPONSE_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_kube_request req = { .method = "PATCH",
				       .path = "/api/v1/x?dryRun=All",
				       .content_type = "application/merge-patch+json",
				       .body = SL_STR("{\"a\":1}"),
				       .user = "system:serviceaccount:a:b" };

	(void)state;
	setup(&f, echo);
	expect_ok(run(&f, &req, &resp, &err), &err);
	assert_int_equal(resp.status, 200);
	expect_str(sl_strbuf_str(&resp.body), "{\"kind\":\"X\",\"n\":1}");
	assert_string_equal(f.body, "PATCH {\"a\":1}");
	assert_true(sent_header(&f, "Content-Type: application/merge-patch+json\r\n"));
	assert_true(sent_header(&f, "Accept: application/json\r\n"));
	assert_true(sent_header(&f, "Authorization: Bearer secret\r\n"));
	assert_true(sent_header(&f, "Impersonate-User: system:serviceaccount:a:b\r\n"));
	assert_true(sent_header(&f, "User-Agent: test/1\r\n"));
	assert_false(sent_header(&f, "Impersonate-Group"));
	/* The next request uses the same handle and must carry nothing over. */
	req = get("/api/v1/y");
	expect_ok(run(&f, &req, NULL, &err), &err);
	assert_string_equal(f.body, "GET ");
	assert_false(sent_header(&f, "Content-Type"));
	assert_false(sent_header(&f, "Impersonate-User"));
	assert_int_equal(fakeapi_connections(f.api), 1);
	teardown(&f);
}

static void parses_the_answer(void **state)
{
	struct fixture f;
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_kube_request req = get("/x");
	struct sl_value *v = NULL;

	(void)state;
	setup(&f, echo);
	expect_ok(sl_kube_do(f.client, &req, &a, &v, &err), &err);
	expect_json(v, "{\"kind\":\"X\",\"n\":1}");
	expect_ok(sl_kube_do(f.client, &req, &a, NULL, &err), &err);
	teardown(&f);
}

static void refuses_what_would_break_the_request(void **state)
{
	struct fixture f;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_kube_request req = get("/a b");

	(void)state;
	setup(&f, echo);
	expect_err(run(&f, &req, NULL, &err), SL_ERR_INVALID, "must be encoded", &err);
	req = get("");
	expect_err(run(&f, &req, NULL, &err), SL_ERR_INVALID, "names no object", &err);
	req = get("/x");
	req.user = "a\r\nImpersonate-User: system:admin";
	expect_err(run(&f, &req, NULL, &err), SL_ERR_INVALID, "control characters", &err);
	assert_int_equal(fakeapi_connections(f.api), 0);
	teardown(&f);
}

static void status_404(void *user, struct fakeapi_conn *c, const struct fakeapi_request *q)
{
	(void)user;
	(void)q;
	fakeapi_reply(c, 404, NULL,
		      "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"status\":\"Failure\","
		      "\"message\":\"pods \\\"x\\\" not found\",\"reason\":\"NotFound\","
		      "\"code\":404}");
}

static void http_errors_carry_the_status(void **state)
{
	struct fixture f;
	SL_AUTO(sl_kube_response) resp = SL_KUBE_RESPONSE_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_kube_request req = get("/x");

	(void)state;
	setup(&f, status_404);
	expect_err(run(&f, &req, &resp, &err), SL_ERR_NOT_FOUND, "pods \"x\" not found", &err);
	assert_int_equal(resp.status, 404);
	assert_true(resp.body.n > 0);
	teardown(&f);
}

/* The first request is told to come back, soon or much later; the next succeeds. */
static void throttle_once(void *user, struct fakeapi_conn *c, const struct fakeapi_request *q)
{
	struct fixture *f = user;
	int n = atomic_fetch_add(&f->count, 1);
	const char *when = fakeapi_asks(q, "later") ? "Retry-After: 30\r\n" : "Retry-After: 1\r\n";

	if (n < 1)
		fakeapi_reply(c, fakeapi_asks(q, "503") ? 503 : 429, when, "{}");
	else
		echo(user, c, q);
}

static void waits_for_retry_after(void **state)
{
	struct fixture f;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_kube_request req = { .method = "POST", .path = "/x", .body = SL_STR("b") };
	int64_t begin = sl_mono_ms();

	(void)state;
	setup(&f, throttle_once);
	expect_ok(run(&f, &req, NULL, &err), &err);
	assert_string_equal(f.body, "POST b");
	assert_int_equal(atomic_load(&f.count), 2);
	assert_true(sl_mono_ms() - begin >= 1000);
	/* No time for the wait: the answer is handed out at once. */
	atomic_store(&f.count, 0);
	req.path = "/later";
	req.timeout_ms = 20000;
	begin = sl_mono_ms();
	assert_int_equal(run(&f, &req, NULL, &err), SL_ERR_THROTTLED);
	assert_int_equal(err.retry_after_ms, 30000);
	assert_int_equal(err.http_status, 429);
	assert_true(sl_mono_ms() - begin < 10000);
	teardown(&f);
}

static void never_answer(void *user, struct fakeapi_conn *c, const struct fakeapi_request *q)
{
	struct fixture *f = user;

	(void)q;
	atomic_fetch_add(&f->count, 1);
	fakeapi_pause(c, 60000);
}

static void ends_at_the_deadline(void **state)
{
	struct fixture f;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_kube_request req = get("/x");
	int64_t begin = sl_mono_ms();

	(void)state;
	setup(&f, never_answer);
	req.timeout_ms = 100;
	expect_err(run(&f, &req, NULL, &err), SL_ERR_TIMEOUT, "within 100 ms", &err);
	assert_true(sl_mono_ms() - begin >= 100);
	teardown(&f);
}

static void stop_cancels_everything(void **state)
{
	struct fixture f;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_kube_request req = get("/x");
	struct sl_kube_call *calls[100];

	(void)state;
	setup(&f, never_answer);
	for (size_t i = 0; i < SL_ARRAY_LEN(calls); i++)
		calls[i] = sl_kube_call_start(f.client, &req);
	while (!atomic_load(&f.count))
		fakeapi_sleep(1);
	sl_kube_client_stop(f.client);
	sl_kube_client_stop(f.client);
	for (size_t i = 0; i < SL_ARRAY_LEN(calls); i++)
		expect_err(sl_kube_call_wait(calls[i], NULL, &err), SL_ERR_CANCELED, "stopped",
			   &err);
	/* Also what comes too late. */
	expect_err(run(&f, &req, NULL, &err), SL_ERR_CANCELED, "stopped", &err);
	teardown(&f);
}

static void long_answer(void *user, struct fakeapi_conn *c, const struct fakeapi_request *q)
{
	SL_AUTO_FREE char *body = sl_xcalloc(1, 1001);

	(void)user;
	(void)q;
	memset(body, 'x', 1000);
	fakeapi_reply(c, 200, NULL, body);
}

static void caps_the_answer(void **state)
{
	static const struct {
		size_t max;
		int want;
	} cases[] = { { 1001, 0 }, { 1000, 0 }, { 999, SL_ERR_TOO_LARGE } };
	struct fixture f;
	struct sl_kube_request req = get("/x");

	(void)state;
	setup(&f, long_answer);
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sl_err) err = SL_ERR_INIT;

		req.max_bytes = cases[i].max;
		expect_code_(run(&f, &req, NULL, &err), cases[i].want, &err, "run", __FILE__,
			     __LINE__);
	}
	teardown(&f);
}

/* Cuts the first connection without an answer. */
static void cut_once(void *user, struct fakeapi_conn *c, const struct fakeapi_request *q)
{
	struct fixture *f = user;

	if (atomic_fetch_add(&f->count, 1) == 0) {
		fakeapi_write(c, SL_STR("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{\"ki"));
		fakeapi_hang_up(c);
	} else {
		echo(user, c, q);
	}
}

static void repeats_only_what_is_safe(void **state)
{
	static const struct {
		const char *method;
		bool retry_safe;
		int want;
	} cases[] = {
		{ "GET", false, 0 },
		{ "PATCH", true, 0 },
		{ "POST", false, SL_ERR_NET },
	};
	struct fixture f;

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		SL_AUTO(sl_kube_response) resp = SL_KUBE_RESPONSE_INIT;
		struct sl_kube_request req = { .method = cases[i].method,
					       .path = "/x",
					       .retry_safe = cases[i].retry_safe };

		setup(&f, cut_once);
		if (strcmp(req.method, "GET"))
			req.body = SL_STR("{}");
		expect_code_(run(&f, &req, &resp, &err), cases[i].want, &err, cases[i].method,
			     __FILE__, __LINE__);
		if (!cases[i].want)
			expect_str(sl_strbuf_str(&resp.body), "{\"kind\":\"X\",\"n\":1}");
		teardown(&f);
	}
}

static void survives_a_restart_of_the_server(void **state)
{
	struct fixture f;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_kube_request req = get("/x");
	struct sl_kube_call *calls[20];

	(void)state;
	setup(&f, echo);
	expect_ok(run(&f, &req, NULL, &err), &err);
	fakeapi_down(f.api);
	/* Nothing was sent, so that a POST may wait for the server as well. */
	req = (struct sl_kube_request){ .method = "POST", .path = "/y", .body = SL_STR("1") };
	for (size_t i = 0; i < SL_ARRAY_LEN(calls); i++)
		calls[i] = sl_kube_call_start(f.client, &req);
	fakeapi_sleep(150);
	fakeapi_up(f.api);
	for (size_t i = 0; i < SL_ARRAY_LEN(calls); i++)
		expect_ok(sl_kube_call_wait(calls[i], NULL, &err), &err);
	/* Down for good: the deadline says why. */
	fakeapi_down(f.api);
	req.timeout_ms = 200;
	expect_err(run(&f, &req, NULL, &err), SL_ERR_TIMEOUT, "cannot be reached", &err);
	teardown(&f);
}

static void fails_fast_when_asked_to(void **state)
{
	const struct sl_kube_client_options o = { .fail_fast = true };
	struct fixture f;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_kube_request req = get("/x");

	(void)state;
	setup_with(&f, echo, &o);
	fakeapi_down(f.api);
	expect_err(run(&f, &req, NULL, &err), SL_ERR_NET, "cannot be reached", &err);
	teardown(&f);
}

/* Records the order of requests and how many run at once. */
static void record(void *user, struct fakeapi_conn *c, const struct fakeapi_request *q)
{
	struct fixture *f = user;
	int now = atomic_fetch_add(&f->now, 1) + 1;
	int most = atomic_load(&f->most);

	while (now > most && !atomic_compare_exchange_weak(&f->most, &most, now))
		;
	pthread_mutex_lock(&f->lock);
	f->order[f->order_n++] = q->target.p[1];
	pthread_mutex_unlock(&f->lock);
	fakeapi_pause(c, 1);
	atomic_fetch_sub(&f->now, 1);
	fakeapi_reply(c, 200, NULL, "{}");
}

static void is_fair_between_callers(void **state)
{
	struct fixture f;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_kube_request a = get("/a"), b = get("/b");
	struct sl_kube_call *many[300], *one;
	const char *found;

	(void)state;
	setup(&f, record);
	a.fair_key = "team-a";
	b.fair_key = "team-b";
	for (size_t i = 0; i < SL_ARRAY_LEN(many); i++)
		many[i] = sl_kube_call_start(f.client, &a);
	one = sl_kube_call_start(f.client, &b);
	expect_ok(sl_kube_call_wait(one, NULL, &err), &err);
	for (size_t i = 0; i < SL_ARRAY_LEN(many); i++)
		expect_ok(sl_kube_call_wait(many[i], NULL, &err), &err);
	found = strchr(f.order, 'b');
	assert_non_null(found);
	/* What was on the wire before it, and one more of the other's. */
	assert_true(found - f.order <= SL_KUBE_INFLIGHT_MAX + 2);
	assert_int_equal(f.order_n, SL_ARRAY_LEN(many) + 1);
	teardown(&f);
}

static void keeps_to_qps(void **state)
{
	const struct sl_kube_client_options o = { .qps = 50, .burst = 5 };
	struct fixture f;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_kube_request req = get("/x");
	struct sl_kube_call *calls[15];
	int64_t begin = sl_mono_ms();

	(void)state;
	setup_with(&f, record, &o);
	for (size_t i = 0; i < SL_ARRAY_LEN(calls); i++)
		calls[i] = sl_kube_call_start(f.client, &req);
	for (size_t i = 0; i < SL_ARRAY_LEN(calls); i++)
		expect_ok(sl_kube_call_wait(calls[i], NULL, &err), &err);
	/* Five at once, ten more at 20 ms each. */
	assert_true(sl_mono_ms() - begin >= 195);
	teardown(&f);
}

/* Answers nothing on the first connections, those of two requests and of the question after them. */
static void black_hole(void *user, struct fakeapi_conn *c, const struct fakeapi_request *q)
{
	if (q->connection <= 3)
		fakeapi_pause(c, 60000);
	else
		echo(user, c, q);
}

static void leaves_a_silent_connection(void **state)
{
	const struct sl_kube_client_options o = { .silence_ms = 50 };
	struct fixture f;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_kube_request req = get("/x");
	struct sl_kube_request post = { .method = "POST", .path = "/y", .body = SL_STR("1") };
	struct sl_kube_call *safe, *unsafe;
	int64_t begin = sl_mono_ms();

	(void)state;
	setup_with(&f, black_hole, &o);
	unsafe = sl_kube_call_start(f.client, &post);
	safe = sl_kube_call_start(f.client, &req);
	expect_err(sl_kube_call_wait(unsafe, NULL, &err), SL_ERR_NET, "silent", &err);
	expect_ok(sl_kube_call_wait(safe, NULL, &err), &err);
	assert_true(sl_mono_ms() - begin < 30000);
	teardown(&f);
}

/* Slow for one request, at once for the question whether the connection lives. */
static void slow(void *user, struct fakeapi_conn *c, const struct fakeapi_request *q)
{
	struct fixture *f = user;

	atomic_fetch_add(&f->count, 1);
	if (fakeapi_asks(q, "/slow"))
		fakeapi_pause(c, 600);
	echo(user, c, q);
}

static void waits_for_a_slow_answer(void **state)
{
	const struct sl_kube_client_options o = { .silence_ms = 250 };
	struct fixture f;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_kube_request post = { .method = "POST", .path = "/slow", .body = SL_STR("1") };

	(void)state;
	setup_with(&f, slow, &o);
	expect_ok(run(&f, &post, NULL, &err), &err);
	assert_true(atomic_load(&f.count) > 1);
	teardown(&f);
}

struct count {
	uint64_t ok, missing;
};

static void add_count(void *ctx, const char *method, int status, uint64_t n)
{
	struct count *c = ctx;

	assert_string_equal(method, "GET");
	if (status == 200)
		c->ok += n;
	else if (status == 404)
		c->missing += n;
	else
		fail_msg("status %d", status);
}

static void half_missing(void *user, struct fakeapi_conn *c, const struct fakeapi_request *q)
{
	if (fakeapi_asks(q, "missing"))
		status_404(user, c, q);
	else
		echo(user, c, q);
}

static void counts_answers(void **state)
{
	struct fixture f;
	struct sl_kube_request ok = get("/x"), missing = get("/missing");
	struct count n = { 0 };

	(void)state;
	setup(&f, half_missing);
	for (int i = 0; i < 3; i++)
		assert_int_equal(run(&f, &ok, NULL, NULL), 0);
	assert_int_equal(run(&f, &missing, NULL, NULL), SL_ERR_NOT_FOUND);
	sl_kube_client_stats(f.client, add_count, &n);
	assert_int_equal(n.ok, 3);
	assert_int_equal(n.missing, 1);
	teardown(&f);
}

struct worker {
	struct fixture *f;
	pthread_t thread;
};

static void *work(void *arg)
{
	struct worker *w = arg;
	struct sl_kube_request req = get("/x");
	struct sl_kube_call *calls[16];

	for (int round = 0; round < 5; round++) {
		for (size_t i = 0; i < SL_ARRAY_LEN(calls); i++)
			calls[i] = sl_kube_call_start(w->f->client, &req);
		for (size_t i = 0; i < SL_ARRAY_LEN(calls); i++)
			assert_int_equal(sl_kube_call_wait(calls[i], NULL, NULL), 0);
	}
	return NULL;
}

static void serves_many_threads(void **state)
{
	struct fixture f;
	struct worker workers[8];

	(void)state;
	setup(&f, echo);
	for (size_t i = 0; i < SL_ARRAY_LEN(workers); i++) {
		workers[i].f = &f;
		assert_int_equal(pthread_create(&workers[i].thread, NULL, work, &workers[i]), 0);
	}
	for (size_t i = 0; i < SL_ARRAY_LEN(workers); i++)
		pthread_join(workers[i].thread, NULL);
	assert_true(fakeapi_connections(f.api) <= 4);
	teardown(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sends_headers_and_body),
		cmocka_unit_test(parses_the_answer),
		cmocka_unit_test(refuses_what_would_break_the_request),
		cmocka_unit_test(http_errors_carry_the_status),
		cmocka_unit_test(waits_for_retry_after),
		cmocka_unit_test(ends_at_the_deadline),
		cmocka_unit_test(stop_cancels_everything),
		cmocka_unit_test(caps_the_answer),
		cmocka_unit_test(repeats_only_what_is_safe),
		cmocka_unit_test(survives_a_restart_of_the_server),
		cmocka_unit_test(fails_fast_when_asked_to),
		cmocka_unit_test(is_fair_between_callers),
		cmocka_unit_test(keeps_to_qps),
		cmocka_unit_test(leaves_a_silent_connection),
		cmocka_unit_test(waits_for_a_slow_answer),
		cmocka_unit_test(counts_answers),
		cmocka_unit_test(serves_many_threads),
	};

	return cmocka_run_group_tests_name("kube/client", tests, NULL, NULL);
}
