#include "libcommon/kube/manager.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "libcommon/base/clock.h"
#include "libcommon/base/file.h"
#include "libcommon/net/http.h"
#include "test/unit/support/fakeapi.h"
#include "test/unit/support/test.h"

static const struct sl_kube_kind kind = {
	.group = "source.toolkit.fluxcd.io",
	.version = "v1",
	.kind = "GitRepository",
	.plural = "gitrepositories",
	.namespaced = true,
};

#define OBJECT(name, version, more) \
	"{\"apiVersion\":\"source.toolkit.fluxcd.io/" \
	"v1\",\"kind\":\"GitRepository\",\"metadata\":{" \
	"\"namespace\":\"ns\",\"name\":\"" name "\",\"uid\":\"u\",\"generation\":1," \
	"\"resourceVersion\":\"" version "\"" more "}}"

/* The API server lists `items`, then sends `events` down the watch as the test hands them out. */
struct fixture {
	struct fakeapi *api;
	struct sl_tmpdir dir;
	pthread_mutex_t lock;
	const char *items;
	const char *event; /* the next, or NULL; taken by the watch */
	int lease_writes;
	char lease_body[1024];

	struct sl_manager *manager;
	struct sl_controller *controller;
	pthread_t thread;
	int exit_status;
	int health_port, metrics_port;

	/* What the reconciler saw: "x@1 y@2 -x ". */
	char runs[4096];
	struct sl_result result;
	enum sl_err_code code;
	atomic_int started, stopped;
};

static void serve_list_or_watch(struct fixture *f, struct fakeapi_conn *c,
				const struct fakeapi_request *q)
{
	char body[2048];

	if (!fakeapi_asks(q, "watch=")) {
		snprintf(body, sizeof(body),
			 "{\"kind\":\"List\",\"metadata\":{\"resourceVersion\":\"5\"},\"items\":["
			 "%s]}",
			 f->items);
		fakeapi_reply(c, 200, NULL, body);
		return;
	}
	fakeapi_begin(c);
	do {
		const char *event;

		pthread_mutex_lock(&f->lock);
		event = SL_STEAL(f->event);
		pthread_mutex_unlock(&f->lock);
		if (event)
			fakeapi_chunk(c, sl_str(event));
	} while (fakeapi_pause(c, 2));
}

static void serve_lease(struct fixture *f, struct fakeapi_conn *c, const struct fakeapi_request *q)
{
	if (sl_str_eqz(q->method, "GET")) {
		fakeapi_reply(c, 404, NULL, "{\"kind\":\"Status\",\"reason\":\"NotFound\"}");
		return;
	}
	pthread_mutex_lock(&f->lock);
	f->lease_writes++;
	snprintf(f->lease_body, sizeof(f->lease_body), "%.*s", SL_STR_FMT(q->body));
	pthread_mutex_unlock(&f->lock);
	fakeapi_reply(c, 201, NULL, f->lease_body);
}

static void serve(void *user, struct fakeapi_conn *c, const struct fakeapi_request *q)
{
	if (fakeapi_asks(q, "/leases"))
		serve_lease(user, c, q);
	else if (fakeapi_asks(q, "/gitrepositories"))
		serve_list_or_watch(user, c, q);
	else
		fakeapi_reply(c, 201, NULL, "{}");
}

static struct sl_result reconcile(void *ctx, struct sl_run *run, struct sl_err *err)
{
	struct fixture *f = ctx;
	struct sl_result result;
	size_t n;

	assert_int_equal(strlen(run->reconcile_id), 36);
	assert_string_equal(run->log.controller, "gitrepository");
	assert_non_null(sl_arena_alloc(run->arena, 100));
	assert_non_null(run->http);
	pthread_mutex_lock(&f->lock);
	n = strlen(f->runs);
	snprintf(f->runs + n, sizeof(f->runs) - n, "%s%s%s%s ", run->object ? "" : "-",
		 run->key.name, run->object ? "@" : "",
		 run->object ? run->object->resource_version.p : "");
	if (f->code)
		sl_err_set(err, f->code, "no luck");
	result = f->result;
	f->result = SL_RESULT_DONE;
	f->code = SL_OK;
	pthread_mutex_unlock(&f->lock);
	return result;
}

static int start_hook(void *ctx, struct sl_err *err)
{
	(void)err;
	atomic_fetch_add(&((struct fixture *)ctx)->started, 1);
	return 0;
}

static void stop_hook(void *ctx)
{
	atomic_fetch_add(&((struct fixture *)ctx)->stopped, 1);
}

static int free_port(void)
{
	struct sockaddr_in addr = { .sin_family = AF_INET,
				    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof(addr);
	SL_AUTO_FD int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)&addr, n), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&addr, &n), 0);
	return ntohs(addr.sin_port);
}

static void write_kubeconfig(struct fixture *f)
{
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	SL_AUTO_FREE char *text =
		sl_xasprintf("apiVersion: v1\nkind: Config\ncurrent-context: c\n"
			     "contexts: [{name: c, context: {cluster: k, user: u}}]\n"
			     "clusters: [{name: k, cluster: {server: \"%s\"}}]\n"
			     "users: [{name: u, user: {token: t}}]\n",
			     fakeapi_url(f->api));

	assert_ok(sl_tmpdir_create("manager-test", &f->dir, &err), &err);
	assert_ok(sl_file_publish(f->dir.fd, "config", sl_str(text), 0600, &err), &err);
}

static void *run_manager(void *ctx)
{
	struct fixture *f = ctx;

	f->exit_status = sl_manager_run(f->manager);
	return NULL;
}

static void start(struct fixture *f, const char *items, const char *flag)
{
	const struct sl_manager_hook hook = { "hook", true, start_hook, stop_hook, f };
	const struct sl_manager_hook late = { "late", false, start_hook, stop_hook, f };
	SL_AUTO(sl_strvec) argv = SL_STRVEC_INIT;

	memset(f, 0, sizeof(*f));
	pthread_mutex_init(&f->lock, NULL);
	f->items = items;
	f->result = SL_RESULT_DONE;
	f->api = fakeapi_start(serve, f);
	write_kubeconfig(f);
	f->health_port = free_port();
	f->metrics_port = free_port();
	sl_strvec_push(&argv, "test-controller");
	sl_strvec_pushf(&argv, "--kubeconfig=%s/config", f->dir.path);
	sl_strvec_pushf(&argv, "--health-addr=127.0.0.1:%d", f->health_port);
	sl_strvec_pushf(&argv, "--metrics-addr=127.0.0.1:%d", f->metrics_port);
	sl_strvec_push(&argv, "--min-retry-delay=10ms");
	if (flag)
		sl_strvec_push(&argv, flag);
	f->manager = sl_manager_new(
		&(struct sl_manager_options){ .name = "test-controller", .concurrent = 2 },
		(int)argv.n, argv.v);
	f->controller = sl_controller_new(
		f->manager,
		&(struct sl_controller_options){ .kind = &kind, .reconcile = reconcile, .ctx = f });
	sl_manager_add_hook(f->manager, &hook);
	sl_manager_add_hook(f->manager, &late);
	assert_int_equal(pthread_create(&f->thread, NULL, run_manager, f), 0);
}

static void stop(struct fixture *f)
{
	/* To the thread that runs the manager, where it is blocked, so that none other dies of it. */
	pthread_kill(f->thread, SIGTERM);
	pthread_join(f->thread, NULL);
	fakeapi_stop(f->api);
	sl_tmpdir_release(&f->dir);
	pthread_mutex_destroy(&f->lock);
}

static void pause_ms(int ms)
{
	const struct timespec ts = { .tv_nsec = ms * 1000000L };

	nanosleep(&ts, NULL);
}

/* Wait until the reconciler has seen just this, and forget it. */
static void expect_runs(struct fixture *f, const char *want)
{
	int64_t deadline = sl_mono_ms() + 5000;
	bool same = false;
	char got[4096] = "";

	while (!same && sl_mono_ms() < deadline) {
		pthread_mutex_lock(&f->lock);
		same = sl_streq(f->runs, want);
		snprintf(got, sizeof(got), "%s", f->runs);
		if (same)
			f->runs[0] = '\0';
		pthread_mutex_unlock(&f->lock);
		if (!same)
			pause_ms(2);
	}
	assert_string_equal(got, want);
}

static void deliver(struct fixture *f, const char *event)
{
	pthread_mutex_lock(&f->lock);
	f->event = event;
	pthread_mutex_unlock(&f->lock);
}

/* The answer's status; its text is appended to `ret_text`. */
static int fetch(int port, const char *path, struct sl_strbuf *ret_text)
{
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	SL_AUTO_PTR(sl_http_client) *client = sl_http_client_new(&err);
	SL_AUTO(sl_http_response) response = SL_HTTP_RESPONSE_INIT;
	SL_AUTO_FREE char *url = sl_xasprintf("http://127.0.0.1:%d%s", port, path);
	int r = sl_http_do(client,
			   &(struct sl_http_request){
				   .method = "GET", .url = url, .sink = sl_sink_strbuf(ret_text) },
			   &response, &err);

	if (r && response.error_body.n)
		sl_strbuf_adds(ret_text, sl_strbuf_str(&response.error_body));
	return response.status;
}

static void expect_metric(struct fixture *f, const char *line, bool want)
{
	int64_t deadline = sl_mono_ms() + 5000;
	bool found;

	do {
		SL_AUTO(sl_strbuf) text = SL_STRBUF_INIT(1 << 20);

		assert_int_equal(fetch(f->metrics_port, "/metrics", &text), 200);
		found = strstr(text.p, line) != NULL;
		if (found != want && sl_mono_ms() > deadline)
			fail_msg("%s: %s", want ? "missing" : "still there", line);
	} while (found != want);
}

static void runs_from_start_to_signal(void **state)
{
	struct fixture f = { 0 };
	SL_AUTO(sl_strbuf) text = SL_STRBUF_INIT(1 << 20);

	(void)state;
	start(&f, OBJECT("x", "1", ""), NULL);
	expect_runs(&f, "x@1 ");
	assert_int_equal(fetch(f.health_port, "/healthz", &text), 200);
	assert_int_equal(fetch(f.health_port, "/readyz", &text), 200);
	assert_string_equal(text.p, "okok");
	assert_int_equal(fetch(f.health_port, "/metrics", &text), 404);
	assert_int_equal(f.started, 2);

	/* Only what a person changed is work. */
	deliver(&f,
		"{\"type\":\"MODIFIED\",\"object\":" OBJECT(
			"x", "6",
			",\"labels\":{\"a\":\"b\"}") "}\n"
						     "{\"type\":\"MODIFIED\",\"object\":" OBJECT(
							     "x", "7",
							     ",\"annotations\":{\"reconcile.fluxcd."
							     "io/"
							     "requestedAt\":\"now\"}") "}\n");
	expect_runs(&f, "x@7 ");
	expect_metric(&f,
		      "gotk_reconcile_duration_seconds_count{kind=\"GitRepository\",name=\"x\","
		      "namespace=\"ns\"} 2\n",
		      true);
	expect_metric(&f,
		      "controller_runtime_reconcile_total{controller=\"gitrepository\","
		      "result=\"success\"} 2\n",
		      true);
	expect_metric(&f, "rest_client_requests_total{code=\"200\",host=\"127.0.0.1:", true);
	expect_metric(&f,
		      "workqueue_adds_total{name=\"gitrepository\",controller="
		      "\"gitrepository\"} 2\n",
		      true);
	deliver(&f, "{\"type\":\"DELETED\",\"object\":" OBJECT("x", "8", "") "}\n");
	expect_runs(&f, "-x ");
	expect_metric(&f, "gotk_reconcile_duration_seconds_count", false);
	stop(&f);
	assert_int_equal(f.exit_status, 0);
	assert_int_equal(f.stopped, 2);
}

static void acts_on_each_result(void **state)
{
	static const struct {
		struct sl_result result;
		enum sl_err_code code;
		const char *runs, *metric;
	} cases[] = {
		{ { .outcome = SL_REQUEUE_NOW }, SL_OK, "x@1 x@1 ", "result=\"requeue\"} 1\n" },
		{ { .outcome = SL_REQUEUE_AFTER, .at_ms = 5 },
		  SL_OK,
		  "x@1 x@1 ",
		  "result=\"requeue_after\"} 1\n" },
		{ { .outcome = SL_REQUEUE_AFTER, .at_ms = 5 },
		  SL_ERR_IO,
		  "x@1 x@1 ",
		  "controller_runtime_reconcile_errors_total{controller=\"gitrepository\"} 0\n" },
		{ { .outcome = SL_RETRY }, SL_ERR_NET, "x@1 x@1 ", "result=\"error\"} 1\n" },
		{ { .outcome = SL_STOP },
		  SL_ERR_INVALID,
		  "x@1 ",
		  "controller_runtime_terminal_reconcile_errors_total{controller="
		  "\"gitrepository\"} 1\n" },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		struct fixture f = { 0 };

		/* Nothing is listed at first, so that the result is set before the run. */
		start(&f, "", NULL);
		pthread_mutex_lock(&f.lock);
		f.result = cases[i].result;
		f.code = cases[i].code;
		pthread_mutex_unlock(&f.lock);
		deliver(&f, "{\"type\":\"ADDED\",\"object\":" OBJECT("x", "1", "") "}\n");
		expect_runs(&f, cases[i].runs);
		expect_metric(&f, cases[i].metric, true);
		stop(&f);
		assert_int_equal(f.exit_status, 0);
	}
}

static void takes_and_releases_the_lease(void **state)
{
	struct fixture f = { 0 };

	(void)state;
	setenv("RUNTIME_NAMESPACE", "sluice", 1);
	start(&f, OBJECT("x", "1", ""), "--enable-leader-election");
	unsetenv("RUNTIME_NAMESPACE");
	expect_runs(&f, "x@1 ");
	expect_metric(&f,
		      "leader_election_master_status{name=\"test-controller-leader-election\"} 1\n",
		      true);
	pthread_mutex_lock(&f.lock);
	assert_non_null(strstr(f.lease_body, "\"holderIdentity\":\""));
	assert_int_equal(f.lease_writes, 1);
	pthread_mutex_unlock(&f.lock);
	stop(&f);
	assert_int_equal(f.exit_status, 0);
	assert_int_equal(f.lease_writes, 2);
	assert_non_null(strstr(f.lease_body, "\"holderIdentity\":\"\""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(runs_from_start_to_signal),
		cmocka_unit_test(acts_on_each_result),
		cmocka_unit_test(takes_and_releases_the_lease),
	};

	return run_group("kube/manager", tests);
}
