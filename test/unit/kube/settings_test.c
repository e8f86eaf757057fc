#include "libcommon/kube/settings.h"

#include <stdlib.h>
#include <string.h>

#include "libcommon/base/clock.h"
#include "test/unit/support/test.h"

static int parse(struct sl_settings *s, struct sl_gates *gates, char *const *args, int n,
		 struct sl_err *err)
{
	struct sl_flag flags[SL_SETTINGS_FLAGS_MAX];
	const struct sl_flagset set = {
		.program = "source-controller",
		.tables = { flags },
		.counts = { sl_settings_flags(s, gates, flags) },
	};
	bool help;
	int r = sl_flags_parse(&set, n, args, NULL, &help, err);

	return r ? r : sl_settings_check(s, err);
}

/* What Flux's own manifests pass. */
static void accepts_flux_deployments(void **state)
{
	static const char *const words[] = {
		"source-controller",
		"--events-addr=http://notification-controller.flux-system.svc.cluster.local./",
		"--watch-all-namespaces=true",
		"--log-level=info",
		"--log-encoding=json",
		"--enable-leader-election",
		"--interval-jitter-percentage=10",
		"--token-cache-max-size=100",
		"--kube-api-qps=500",
		"--kube-api-burst=1000",
		"--requeue-dependency=5s",
		"--watch-label-selector=!sharding.fluxcd.io/key",
		"--feature-gates=CacheSecretsAndConfigMaps=true",
	};
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	SL_AUTO(sl_strvec) args = SL_STRVEC_INIT;
	SL_AUTO(sl_settings) s = { 0 };
	struct sl_gate gate = { "CacheSecretsAndConfigMaps", false };
	struct sl_gates gates = { &gate, 1 };
	SL_AUTO_FREE char *lease = NULL;

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(words); i++)
		sl_strvec_push(&args, words[i]);
	sl_settings_init(&s, 2);
	assert_ok(parse(&s, &gates, args.v, (int)args.n, &err), &err);
	assert_string_equal(s.events_addr, words[1] + strlen("--events-addr="));
	assert_true(s.leader_election);
	assert_int_equal(s.concurrent, 2);
	assert_int_equal(s.interval_jitter_percent, 10);
	assert_int_equal(s.requeue_dependency_ms, 5000);
	assert_true(gate.enabled);
	assert_null(sl_settings_watch_namespace(&s));
	assert_string_equal(sl_settings_watch_selector(&s), "!sharding.fluxcd.io/key");
	/* printf '%s' '!sharding.fluxcd.io/key' | sha256sum | cut -c1-8 */
	lease = sl_settings_lease_name(&s, "source-controller");
	assert_string_equal(lease, "source-controller-leader-election-42da7484");
}

static void has_flux_defaults(void **state)
{
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	SL_AUTO(sl_settings) s = { 0 };
	struct sl_gates gates = { NULL, 0 };
	char name[] = "source-controller", all[] = "--watch-all-namespaces=false";
	char *args[] = { name, all, NULL };
	SL_AUTO_FREE char *lease = NULL;

	(void)state;
	setenv("RUNTIME_NAMESPACE", "sluice", 1);
	sl_settings_init(&s, 4);
	assert_ok(parse(&s, &gates, args, 2, &err), &err);
	unsetenv("RUNTIME_NAMESPACE");
	assert_string_equal(s.metrics_addr, ":8080");
	assert_string_equal(s.health_addr, ":9440");
	assert_int_equal(s.lease_duration_ms, 35000);
	assert_int_equal(s.renew_deadline_ms, 30000);
	assert_int_equal(s.retry_period_ms, 5000);
	assert_int_equal(s.min_retry_delay_ms, 750);
	assert_int_equal(s.max_retry_delay_ms, 900000);
	assert_string_equal(sl_settings_watch_namespace(&s), "sluice");
	assert_null(sl_settings_watch_selector(&s));
	assert_int_equal(sl_settings_log_level(&s), SL_LOG_INFO);
	assert_int_equal(sl_settings_log_encoding(&s), SL_LOG_JSON);
	lease = sl_settings_lease_name(&s, "source-controller");
	assert_string_equal(lease, "source-controller-leader-election");
}

static void spreads_intervals_over_a_grid(void **state)
{
	SL_AUTO(sl_settings) s = { 0 };
	static const struct {
		int64_t percent, interval, min, max, grid;
	} cases[] = {
		{ 5, 1000, 950, 1050, 50 },
		{ 5, 60000, 57000, 63000, 1000 },
		{ 5, 99, 95, 103, 4 },
		{ 99, 1000, 10, 1990, 990 },
		{ 5, 10, 10, 10, 1 },
		{ 0, 1000, 1000, 1000, 1 },
		{ 5, SL_NEVER / 2, SL_NEVER / 40 * 19, SL_NEVER / 40 * 21, 1000 },
	};

	(void)state;
	sl_settings_init(&s, 4);
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		s.interval_jitter_percent = cases[i].percent;
		for (int64_t now = 1000000; now < 1001000; now++) {
			int64_t at = sl_settings_due(&s, now, cases[i].interval);

			assert_in_range(at - now, cases[i].min, cases[i].max);
			assert_int_equal(at % cases[i].grid, 0);
		}
	}
	assert_int_equal(sl_settings_due(&s, 1, SL_NEVER), SL_NEVER);
}

static void maps_log_levels(void **state)
{
	static const struct {
		const char *name;
		enum sl_log_level level;
	} cases[] = {
		{ "trace", SL_LOG_TRACE }, { "debug", SL_LOG_DEBUG }, { "info", SL_LOG_INFO },
		{ "error", SL_LOG_ERROR }, { "warn", SL_LOG_INFO },
	};
	SL_AUTO(sl_settings) s = { 0 };

	(void)state;
	sl_settings_init(&s, 1);
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		free(s.log_level);
		s.log_level = sl_xstrdup(cases[i].name);
		assert_int_equal(sl_settings_log_level(&s), cases[i].level);
	}
}

static void checks_what_belongs_together(void **state)
{
	static const struct {
		int64_t min_retry, max_retry, lease, renew, retry;
		const char *message;
	} cases[] = {
		{ 1000, 999, 35, 30, 5, "--min-retry-delay is longer than --max-retry-delay" },
		{ 1, 1, 30, 30, 5,
		  "--leader-election-lease-duration must be longer than "
		  "--leader-election-renew-deadline" },
		{ 1, 1, 35, 5, 5,
		  "--leader-election-renew-deadline must be longer than "
		  "--leader-election-retry-period" },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		SL_AUTO(sl_settings) s = { 0 };

		sl_settings_init(&s, 1);
		s.min_retry_delay_ms = cases[i].min_retry;
		s.max_retry_delay_ms = cases[i].max_retry;
		s.lease_duration_ms = cases[i].lease;
		s.renew_deadline_ms = cases[i].renew;
		s.retry_period_ms = cases[i].retry;
		assert_error(sl_settings_check(&s, &err), SL_ERR_INVALID, &err, cases[i].message);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(accepts_flux_deployments),
		cmocka_unit_test(has_flux_defaults),
		cmocka_unit_test(spreads_intervals_over_a_grid),
		cmocka_unit_test(maps_log_levels),
		cmocka_unit_test(checks_what_belongs_together),
	};

	return run_group("kube/settings", tests);
}
