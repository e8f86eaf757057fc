#include "libcommon/net/httpd.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "libcommon/base/clock.h"
#include "libcommon/base/file.h"
#include "test/unit/support/rawhttp.h"
#include "test/unit/support/test.h"

#define BODY_MAX 1000

/* What the tests and the handler that waits share. */
struct gate {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool entered, open;
};

static struct gate gate = { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, false, false };

static void hello(void *ctx, struct sl_httpd_request *req)
{
	(void)ctx;
	sl_httpd_add_header(req, "X-Path", sl_httpd_path(req).p);
	sl_httpd_reply(req, 200, "text/plain", SL_STR("hello\n"));
}

static void echo(void *ctx, struct sl_httpd_request *req)
{
	struct sl_str body = sl_httpd_body(req), kind = sl_httpd_header(req, "x-kind");
	char *copy = sl_xasprintf("%.*s:%.*s", SL_STR_FMT(kind), SL_STR_FMT(body));

	(void)ctx;
	assert_true(sl_httpd_is_post(req));
	sl_httpd_reply_take(req, 202, "text/plain", copy, strlen(copy));
}

static void file(void *ctx, struct sl_httpd_request *req)
{
	int fd = memfd_create("file", MFD_CLOEXEC);

	(void)ctx;
	if (fd < 0 || pwrite(fd, "0123456789", 10, 0) != 10)
		return;
	sl_httpd_reply_fd(req, 206, "application/octet-stream", fd, 3, 4);
}

static void silent(void *ctx, struct sl_httpd_request *req)
{
	(void)ctx;
	(void)req;
}

static void twice(void *ctx, struct sl_httpd_request *req)
{
	(void)ctx;
	sl_httpd_reply(req, 200, NULL, SL_STR("first"));
	sl_httpd_reply(req, 500, NULL, SL_STR("second"));
}

static void wait_at_gate(void *ctx, struct sl_httpd_request *req)
{
	struct gate *g = ctx;

	pthread_mutex_lock(&g->lock);
	g->entered = true;
	pthread_cond_broadcast(&g->changed);
	while (!g->open)
		pthread_cond_wait(&g->changed, &g->lock);
	pthread_mutex_unlock(&g->lock);
	sl_httpd_reply(req, 200, NULL, SL_STR("late"));
}

static const struct sl_httpd_route routes[] = {
	{ "/hello", false, SL_HTTPD_GET, hello },
	{ "/echo", false, SL_HTTPD_POST, echo },
	{ "/file", false, SL_HTTPD_GET, file },
	{ "/silent", false, SL_HTTPD_GET, silent },
	{ "/twice", false, SL_HTTPD_GET | SL_HTTPD_POST, twice },
	{ "/gate", false, SL_HTTPD_GET, wait_at_gate },
	{ "/tree/", true, SL_HTTPD_GET, hello },
};

static struct sl_httpd *start(const char *addr, unsigned threads)
{
	const struct sl_httpd_config config = {
		.addr = addr,
		.routes = routes,
		.route_count = SL_ARRAY_LEN(routes),
		.ctx = &gate,
		.body_max = BODY_MAX,
		.threads = threads,
	};
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_httpd *s = NULL;

	gate.entered = gate.open = false;
	assert_ok(sl_httpd_start(&config, &s, &err), &err);
	assert_true(sl_httpd_port(s) > 0);
	return s;
}

static void routes_requests(void **state)
{
	static const struct {
		const char *method, *target;
		int status;
		const char *body;
	} cases[] = {
		{ "GET", "/hello", 200, "hello\n" },
		{ "GET", "/hello?a=b", 200, "hello\n" },
		{ "HEAD", "/hello", 200, "" },
		{ "GET", "/tree/a/b", 200, "hello\n" },
		{ "GET", "/tree", 404, "404 page not found\n" },
		{ "GET", "/hello/", 404, "404 page not found\n" },
		{ "GET", "/", 404, "404 page not found\n" },
		{ "POST", "/hello", 405, "Method Not Allowed\n" },
		{ "DELETE", "/hello", 405, "Method Not Allowed\n" },
		{ "GET", "/echo", 405, "Method Not Allowed\n" },
		{ "HEAD", "/echo", 405, "" },
		{ "GET", "/silent", 500, "Internal Server Error\n" },
		{ "GET", "/twice", 200, "first" },
		{ "GET", "/file", 206, "3456" },
	};
	SL_AUTO_PTR(sl_httpd) *s = start("127.0.0.1:0", 1);

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(rawhttp_answer) a = RAWHTTP_ANSWER_INIT;

		rawhttp(sl_httpd_port(s), cases[i].method, cases[i].target, "", &a);
		if (a.status != cases[i].status)
			fail_msg("%s %s: %d", cases[i].method, cases[i].target, a.status);
		assert_str(a.body, cases[i].body);
	}
}

static void tells_type_length_and_allowed_methods(void **state)
{
	SL_AUTO_PTR(sl_httpd) *s = start("127.0.0.1:0", 1);
	SL_AUTO(rawhttp_answer) a = RAWHTTP_ANSWER_INIT;

	(void)state;
	rawhttp(sl_httpd_port(s), "HEAD", "/tree/a%2Fb%00", "", &a);
	assert_str(rawhttp_header(&a, "content-length"), "6");
	assert_str(rawhttp_header(&a, "content-type"), "text/plain");
	assert_str(rawhttp_header(&a, "x-path"), "/tree/a%2Fb%00");
	rawhttp(sl_httpd_port(s), "PUT", "/twice", "", &a);
	assert_str(rawhttp_header(&a, "allow"), "GET, HEAD, POST");
	rawhttp(sl_httpd_port(s), "GET", "/none", "", &a);
	assert_str(rawhttp_header(&a, "content-type"), "text/plain; charset=utf-8");
	assert_str(rawhttp_header(&a, "x-content-type-options"), "nosniff");
}

/* A POST with a body of `n` bytes, with its length told or in chunks. */
static void post(uint16_t port, size_t n, bool chunked, struct rawhttp_answer *ret)
{
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(RAWHTTP_ANSWER_MAX);

	sl_strbuf_addz(&b, "POST /echo HTTP/1.1\r\nHost: t\r\nX-Kind: k\r\nConnection: close\r\n");
	if (chunked)
		sl_strbuf_addz(&b, "Transfer-Encoding: chunked\r\n\r\n");
	else
		sl_strbuf_addf(&b, "Content-Length: %zu\r\n\r\n", n);
	while (chunked && n) {
		size_t part = n < 700 ? n : 700;

		sl_strbuf_addf(&b, "%zx\r\n", part);
		sl_strbuf_addn(&b, 'b', part);
		sl_strbuf_addz(&b, "\r\n");
		n -= part;
	}
	if (chunked)
		sl_strbuf_addz(&b, "0\r\n\r\n");
	else
		sl_strbuf_addn(&b, 'b', n);
	rawhttp_send(port, sl_strbuf_str(&b), ret);
}

static void takes_bodies_up_to_the_cap(void **state)
{
	SL_AUTO_PTR(sl_httpd) *s = start("127.0.0.1:0", 1);

	(void)state;
	for (int chunked = 0; chunked < 2; chunked++) {
		for (size_t n = BODY_MAX - 1; n <= BODY_MAX + 1; n++) {
			SL_AUTO(rawhttp_answer) a = RAWHTTP_ANSWER_INIT;

			post(sl_httpd_port(s), n, chunked, &a);
			assert_int_equal(a.status, n <= BODY_MAX ? 202 : 413);
			if (n <= BODY_MAX)
				assert_int_equal(a.body.n, n + 2);
		}
	}
}

static void refuses_endless_bodies(void **state)
{
	SL_AUTO_PTR(sl_httpd) *s = start("127.0.0.1:0", 1);
	SL_AUTO(rawhttp_answer) a = RAWHTTP_ANSWER_INIT;
	static const char chunk[] = "10000\r\n";
	SL_AUTO_FREE char *data = sl_xcalloc(1, 0x10002);
	int fd = rawhttp_connect(sl_httpd_port(s)), rounds = 0;
	static const char head[] = "POST /echo HTTP/1.1\r\nHost: t\r\n"
				   "Transfer-Encoding: chunked\r\n\r\n";

	(void)state;
	memcpy(data + 0x10000, "\r\n", 2);
	assert_true(send(fd, head, strlen(head), MSG_NOSIGNAL) > 0);
	while (send(fd, chunk, strlen(chunk), MSG_NOSIGNAL) > 0 &&
	       send(fd, data, 0x10002, MSG_NOSIGNAL) > 0)
		assert_true(++rounds < 10000);
	close(fd);
	/* The server is still there. */
	rawhttp(sl_httpd_port(s), "GET", "/hello", "", &a);
	assert_int_equal(a.status, 200);
}

static void refuses_malformed_and_oversized_requests(void **state)
{
	SL_AUTO_PTR(sl_httpd) *s = start("127.0.0.1:0", 1);
	SL_AUTO(rawhttp_answer) a = RAWHTTP_ANSWER_INIT;
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(RAWHTTP_ANSWER_MAX);

	(void)state;
	rawhttp_send(sl_httpd_port(s), SL_STR("nonsense\r\n\r\n"), &a);
	assert_int_not_equal(a.status, 200);
	sl_strbuf_addz(&b, "GET /hello HTTP/1.1\r\nHost: t\r\nX: ");
	sl_strbuf_addn(&b, 'x', 2 * SL_HTTPD_HEADER_MAX);
	sl_strbuf_addz(&b, "\r\n\r\n");
	rawhttp_send(sl_httpd_port(s), sl_strbuf_str(&b), &a);
	assert_int_not_equal(a.status, 200);
	rawhttp(sl_httpd_port(s), "GET", "/hello", "", &a);
	assert_int_equal(a.status, 200);
}

static void listens_where_it_is_told(void **state)
{
	static const char *const addrs[] = { ":0", "localhost:0", "0.0.0.0:0" };
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(addrs); i++) {
		SL_AUTO_PTR(sl_httpd) *s = NULL;
		SL_AUTO(rawhttp_answer) a = RAWHTTP_ANSWER_INIT;

		s = start(addrs[i], 1);
		/* "localhost" may be ::1 alone. */
		if (i != 1)
			rawhttp(sl_httpd_port(s), "GET", "/hello", "", &a);
		assert_true(i == 1 || a.status == 200);
	}
	{
		SL_AUTO_PTR(sl_httpd) *s = start("127.0.0.1:0", 1);
		SL_AUTO_FREE char *taken = sl_xasprintf("127.0.0.1:%u", sl_httpd_port(s));
		const struct sl_httpd_config again = { .addr = taken };
		const struct sl_httpd_config bad = { .addr = "127.0.0.1" };
		struct sl_httpd *none = NULL;

		assert_code(sl_httpd_start(&again, &none, &err), SL_ERR_EXISTS, &err);
		assert_code(sl_httpd_start(&bad, &none, &err), SL_ERR_INVALID, &err);
		assert_null(none);
	}
}

static void *get_gate(void *arg)
{
	struct rawhttp_answer *a = arg;

	rawhttp((uint16_t)a->status, "GET", "/gate", "", a);
	return NULL;
}

static void wait_until_entered(void)
{
	pthread_mutex_lock(&gate.lock);
	while (!gate.entered)
		pthread_cond_wait(&gate.changed, &gate.lock);
	pthread_mutex_unlock(&gate.lock);
}

static void open_gate(void)
{
	pthread_mutex_lock(&gate.lock);
	gate.open = true;
	pthread_cond_broadcast(&gate.changed);
	pthread_mutex_unlock(&gate.lock);
}

static void *stop_gracefully(void *arg)
{
	sl_httpd_stop(arg, 10000);
	return NULL;
}

static void lets_requests_end_before_it_stops(void **state)
{
	SL_AUTO_PTR(sl_httpd) *s = start("127.0.0.1:0", 2);
	struct rawhttp_answer a = RAWHTTP_ANSWER_INIT;
	pthread_t client, stopper;
	int64_t before = sl_mono_ms();

	(void)state;
	a.status = sl_httpd_port(s);
	assert_int_equal(pthread_create(&client, NULL, get_gate, &a), 0);
	wait_until_entered();
	assert_int_equal(pthread_create(&stopper, NULL, stop_gracefully, s), 0);
	open_gate();
	pthread_join(client, NULL);
	pthread_join(stopper, NULL);
	assert_int_equal(a.status, 200);
	assert_str(a.body, "late");
	assert_true(sl_mono_ms() - before < 9000);
	rawhttp_answer_release(&a);
}

static void closes_idle_connections_at_the_end(void **state)
{
	SL_AUTO_PTR(sl_httpd) *s = start("127.0.0.1:0", 1);
	int idle = rawhttp_connect(sl_httpd_port(s));
	int64_t before = sl_mono_ms();
	char c;

	(void)state;
	sl_httpd_stop(s, 10000);
	assert_true(sl_mono_ms() - before < 9000);
	assert_true(recv(idle, &c, 1, 0) <= 0);
	close(idle);
	sl_httpd_stop(s, 0);
}

static void *get_many(void *arg)
{
	const struct sl_httpd *s = arg;

	for (int i = 0; i < 50; i++) {
		SL_AUTO(rawhttp_answer) a = RAWHTTP_ANSWER_INIT;

		rawhttp(sl_httpd_port(s), "GET", i % 2 ? "/hello" : "/file", "", &a);
		assert_int_equal(a.status, i % 2 ? 200 : 206);
	}
	return NULL;
}

static void serves_many_at_once(void **state)
{
	SL_AUTO_PTR(sl_httpd) *s = start("127.0.0.1:0", 2);
	pthread_t threads[4];

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(threads); i++)
		assert_int_equal(pthread_create(&threads[i], NULL, get_many, s), 0);
	for (size_t i = 0; i < SL_ARRAY_LEN(threads); i++)
		pthread_join(threads[i], NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(routes_requests),
		cmocka_unit_test(tells_type_length_and_allowed_methods),
		cmocka_unit_test(takes_bodies_up_to_the_cap),
		cmocka_unit_test(refuses_endless_bodies),
		cmocka_unit_test(refuses_malformed_and_oversized_requests),
		cmocka_unit_test(listens_where_it_is_told),
		cmocka_unit_test(lets_requests_end_before_it_stops),
		cmocka_unit_test(closes_idle_connections_at_the_end),
		cmocka_unit_test(serves_many_at_once),
	};

	return run_group("httpd", tests);
}
