#include "libcommon/kube/probes.h"

#include <stdlib.h>
#include <string.h>

#include "libcommon/net/http.h"
#include "test/unit/support/test.h"

static const struct sl_metric_desc answer = {
	.name = "test_answer",
	.help = "The answer.",
	.type = SL_METRIC_GAUGE,
};

struct fixture {
	struct sl_metrics *metrics;
	struct sl_probes *probes;
	int health_port, metrics_port;
};

static void fixture_init(struct fixture *f, const char *health, const char *metrics)
{
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	f->metrics = sl_metrics_new();
	sl_metric_set(sl_metrics_register(f->metrics, &answer), 42, SL_NO_LABELS);
	assert_ok(sl_probes_start(health, metrics, f->metrics, &f->probes, &err), &err);
	sl_probes_ports(f->probes, &f->health_port, &f->metrics_port);
}

static void fixture_release(struct fixture *f)
{
	sl_probes_free(f->probes);
	sl_metrics_free(f->metrics);
}

#define FIXTURE(f, health, metrics) \
	struct fixture f __attribute__((cleanup(fixture_release))); \
	fixture_init(&f, (health), (metrics))

static void expect(int port, const char *method, const char *path, int status, const char *text)
{
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	SL_AUTO(sl_strbuf) body = SL_STRBUF_INIT(1 << 20);
	SL_AUTO_PTR(sl_http_client) *client = sl_http_client_new(&err);
	SL_AUTO(sl_http_response) response = SL_HTTP_RESPONSE_INIT;
	SL_AUTO_FREE char *url = sl_xasprintf("http://127.0.0.1:%d%s", port, path);
	const struct sl_http_request request = { .method = method,
						 .url = url,
						 .sink = sl_sink_strbuf(&body) };

	(void)!sl_http_do(client, &request, &response, &err);
	assert_int_equal(response.status, status);
	if (status != 200)
		sl_strbuf_adds(&body, sl_strbuf_str(&response.error_body));
	if (text && !strstr(body.p, text))
		fail_msg("no \"%s\" in \"%s\"", text, body.p);
}

static void is_alive_before_it_is_ready(void **state)
{
	FIXTURE(f, "127.0.0.1:0", "127.0.0.1:0");

	(void)state;
	expect(f.health_port, "GET", "/healthz", 200, "ok");
	expect(f.health_port, "GET", "/readyz", 503, "starting");
	sl_probes_set_ready(f.probes, "informer caches not synced");
	expect(f.health_port, "GET", "/readyz", 503, "informer caches not synced");
	sl_probes_set_ready(f.probes, NULL);
	expect(f.health_port, "GET", "/readyz", 200, "ok");
	sl_probes_set_ready(f.probes, "shutting down");
	expect(f.health_port, "GET", "/readyz", 503, "shutting down");
	expect(f.health_port, "GET", "/healthz", 200, "ok");
}

static void serves_metrics_on_their_own_address(void **state)
{
	FIXTURE(f, "127.0.0.1:0", "127.0.0.1:0");

	(void)state;
	expect(f.metrics_port, "GET", "/metrics", 200, "\ntest_answer 42\n");
	expect(f.metrics_port, "POST", "/metrics", 405, NULL);
	expect(f.metrics_port, "GET", "/healthz", 404, NULL);
	expect(f.health_port, "GET", "/metrics", 404, NULL);
	expect(f.health_port, "GET", "/", 404, NULL);
}

static void can_be_switched_off(void **state)
{
	static const char *const off[] = { NULL, "", "0" };

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(off); i++) {
		FIXTURE(f, off[i], off[i]);

		assert_int_equal(f.health_port, 0);
		assert_int_equal(f.metrics_port, 0);
		sl_probes_set_ready(f.probes, NULL);
	}
}

static void names_the_flag_of_a_wrong_address(void **state)
{
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	SL_AUTO_PTR(sl_metrics) *metrics = sl_metrics_new();
	struct sl_probes *probes = NULL;

	(void)state;
	assert_int_not_equal(sl_probes_start("127.0.0.1:0", "nonsense", metrics, &probes, &err), 0);
	assert_null(probes);
	assert_true(sl_str_starts(sl_str(err.message), SL_STR("--metrics-addr: ")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_alive_before_it_is_ready),
		cmocka_unit_test(serves_metrics_on_their_own_address),
		cmocka_unit_test(can_be_switched_off),
		cmocka_unit_test(names_the_flag_of_a_wrong_address),
	};

	return run_group("kube/probes", tests);
}
