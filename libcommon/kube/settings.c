#include "libcommon/kube/settings.h"

#include <stdlib.h>
#include <string.h>

#include "libcommon/base/clock.h"
#include "libcommon/base/file.h"
#include "libcommon/codec/digest.h"

#define DAY_MS (INT64_C(24) * 3600 * 1000)
#define GRID_MAX_MS 1000
#define NAMESPACE_FILE "/var/run/secrets/kubernetes.io/serviceaccount/namespace"
#define NAMESPACE_DEFAULT "flux-system"

void sl_settings_init(struct sl_settings *s, int concurrent)
{
	*s = (struct sl_settings){
		.metrics_addr = sl_xstrdup(":8080"),
		.health_addr = sl_xstrdup(":9440"),
		.events_addr = sl_xstrdup(""),
		.concurrent = concurrent,
		.requeue_dependency_ms = 30000,
		.min_retry_delay_ms = 750,
		.max_retry_delay_ms = 15 * 60 * 1000,
		.interval_jitter_percent = 5,
		.watch_all_namespaces = true,
		.watch_label_selector = sl_xstrdup(""),
		.watch_configs_label_selector = sl_xstrdup("reconcile.fluxcd.io/watch=Enabled"),
		.lease_duration_ms = 35000,
		.renew_deadline_ms = 30000,
		.retry_period_ms = 5000,
		.release_on_cancel = true,
		.log_encoding = sl_xstrdup("json"),
		.log_level = sl_xstrdup("info"),
		.default_service_account = sl_xstrdup(""),
		.kubeconfig = sl_xstrdup(""),
		.graceful_shutdown_ms = 8000,
	};
}

void sl_settings_release(struct sl_settings *s)
{
	free(s->metrics_addr);
	free(s->health_addr);
	free(s->events_addr);
	free(s->watch_label_selector);
	free(s->watch_configs_label_selector);
	free(s->log_encoding);
	free(s->log_level);
	free(s->default_service_account);
	free(s->kubeconfig);
	free(s->runtime_namespace);
	*s = (struct sl_settings){ 0 };
}

size_t sl_settings_flags(struct sl_settings *s, struct sl_gates *gates, struct sl_flag *ret_flags)
{
	const struct sl_flag flags[] = {
		{ .name = "metrics-addr",
		  .type = SL_FLAG_STRING,
		  .value = &s->metrics_addr,
		  .env = "METRICS_ADDR",
		  .help = "The address the metric endpoint binds to." },
		{ .name = "health-addr",
		  .type = SL_FLAG_STRING,
		  .value = &s->health_addr,
		  .help = "The address the health endpoint binds to." },
		{ .name = "events-addr",
		  .type = SL_FLAG_STRING,
		  .value = &s->events_addr,
		  .env = "EVENTS_ADDR",
		  .help = "The address of the events receiver." },
		{ .name = "concurrent",
		  .type = SL_FLAG_INT,
		  .value = &s->concurrent,
		  .min = 1,
		  .max = 1000,
		  .help = "The number of concurrent reconciles per controller." },
		{ .name = "requeue-dependency",
		  .type = SL_FLAG_DURATION,
		  .value = &s->requeue_dependency_ms,
		  .min = 1,
		  .max = DAY_MS,
		  .help = "The interval at which failing dependencies are reevaluated." },
		{ .name = "min-retry-delay",
		  .type = SL_FLAG_DURATION,
		  .value = &s->min_retry_delay_ms,
		  .min = 1,
		  .max = DAY_MS,
		  .help = "The minimum amount of time for which an object being reconciled will "
			  "have to wait before a retry." },
		{ .name = "max-retry-delay",
		  .type = SL_FLAG_DURATION,
		  .value = &s->max_retry_delay_ms,
		  .min = 1,
		  .max = DAY_MS,
		  .help = "The maximum amount of time for which an object being reconciled will "
			  "have to wait before a retry." },
		{ .name = "interval-jitter-percentage",
		  .type = SL_FLAG_INT,
		  .value = &s->interval_jitter_percent,
		  .min = 0,
		  .max = 99,
		  .help = "Percentage of jitter to apply to interval durations." },
		{ .name = "watch-all-namespaces",
		  .type = SL_FLAG_BOOL,
		  .value = &s->watch_all_namespaces,
		  .help = "Watch for resources in all namespaces, if set to false it will only "
			  "watch the runtime namespace." },
		{ .name = "watch-label-selector",
		  .type = SL_FLAG_STRING,
		  .value = &s->watch_label_selector,
		  .help = "Watch for resources with matching labels e.g. "
			  "'sharding.fluxcd.io/shard=shard1'." },
		{ .name = "watch-configs-label-selector",
		  .type = SL_FLAG_STRING,
		  .value = &s->watch_configs_label_selector,
		  .help = "Watch for ConfigMaps and Secrets with matching labels." },
		{ .name = "enable-leader-election",
		  .type = SL_FLAG_BOOL,
		  .value = &s->leader_election,
		  .help = "Enable leader election: only one replica is active at a time." },
		{ .name = "leader-election-lease-duration",
		  .type = SL_FLAG_DURATION,
		  .value = &s->lease_duration_ms,
		  .min = 1000,
		  .max = DAY_MS,
		  .help = "Interval at which non-leader candidates will wait to force acquire "
			  "leadership." },
		{ .name = "leader-election-renew-deadline",
		  .type = SL_FLAG_DURATION,
		  .value = &s->renew_deadline_ms,
		  .min = 100,
		  .max = DAY_MS,
		  .help = "Duration that the leading replica will retry refreshing leadership "
			  "before giving up." },
		{ .name = "leader-election-retry-period",
		  .type = SL_FLAG_DURATION,
		  .value = &s->retry_period_ms,
		  .min = 100,
		  .max = DAY_MS,
		  .help = "Duration that replicas wait between tries of actions." },
		{ .name = "leader-election-release-on-cancel",
		  .type = SL_FLAG_BOOL,
		  .value = &s->release_on_cancel,
		  .help = "Step down voluntarily on shutdown." },
		{ .name = "log-encoding",
		  .type = SL_FLAG_STRING,
		  .value = &s->log_encoding,
		  .help = "Log encoding format. Can be 'json' or 'console'." },
		{ .name = "log-level",
		  .type = SL_FLAG_STRING,
		  .value = &s->log_level,
		  .help = "Log verbosity level. Can be one of 'trace', 'debug', 'info', 'error'." },
		{ .name = "default-service-account",
		  .type = SL_FLAG_STRING,
		  .value = &s->default_service_account,
		  .help = "Default service account used for impersonation or workload identity "
			  "when an object names none." },
		{ .name = "no-cross-namespace-refs",
		  .type = SL_FLAG_BOOL,
		  .value = &s->no_cross_namespace_refs,
		  .help = "When set to true, references between custom resources are allowed only "
			  "if they are in the same namespace." },
		{ .name = "feature-gates",
		  .type = SL_FLAG_GATES,
		  .value = gates,
		  .help = "A comma separated list of key=value pairs defining the state of "
			  "experimental features." },
		{ .name = "kubeconfig",
		  .type = SL_FLAG_STRING,
		  .value = &s->kubeconfig,
		  .help = "Path of a kubeconfig file. Only needed outside of a cluster." },
		{ .name = "graceful-shutdown-timeout",
		  .type = SL_FLAG_DURATION,
		  .value = &s->graceful_shutdown_ms,
		  .min = 0,
		  .max = DAY_MS,
		  .help = "How long running reconciles may take to end on shutdown." },
		SL_FLAG_IGNORE("kube-api-qps"),
		SL_FLAG_IGNORE("kube-api-burst"),
		SL_FLAG_IGNORE("token-cache-max-size"),
		SL_FLAG_IGNORE("token-cache-max-duration"),
	};

	_Static_assert(SL_ARRAY_LEN(flags) <= SL_SETTINGS_FLAGS_MAX, "raise the limit");
	memcpy(ret_flags, flags, sizeof(flags));
	return SL_ARRAY_LEN(flags);
}

/* Where this process runs: $RUNTIME_NAMESPACE, else what the kubelet wrote down, else Flux's. */
static char *find_namespace(void)
{
	SL_AUTO(sl_strbuf) text = SL_STRBUF_INIT(4096);
	const char *env = getenv("RUNTIME_NAMESPACE");
	struct sl_str trimmed;

	if (env && *env)
		return sl_xstrdup(env);
	if (sl_file_read_path(NAMESPACE_FILE, &text, NULL) == 0) {
		trimmed = sl_str_trim(sl_strbuf_str(&text));
		if (trimmed.n)
			return sl_xmemdup0(trimmed.p, trimmed.n);
	}
	return sl_xstrdup(NAMESPACE_DEFAULT);
}

int sl_settings_check(struct sl_settings *s, struct sl_err *err)
{
	if (s->min_retry_delay_ms > s->max_retry_delay_ms)
		return sl_err_set(err, SL_ERR_INVALID,
				  "--min-retry-delay is longer than --max-retry-delay");
	if (s->lease_duration_ms <= s->renew_deadline_ms)
		return sl_err_set(err, SL_ERR_INVALID,
				  "--leader-election-lease-duration must be longer than "
				  "--leader-election-renew-deadline");
	if (s->renew_deadline_ms <= s->retry_period_ms)
		return sl_err_set(err, SL_ERR_INVALID,
				  "--leader-election-renew-deadline must be longer than "
				  "--leader-election-retry-period");
	free(s->runtime_namespace);
	s->runtime_namespace = find_namespace();
	return 0;
}

enum sl_log_level sl_settings_log_level(const struct sl_settings *s)
{
	static const struct {
		const char *name;
		enum sl_log_level level;
	} levels[] = {
		{ "trace", SL_LOG_TRACE },
		{ "debug", SL_LOG_DEBUG },
		{ "error", SL_LOG_ERROR },
	};

	for (size_t i = 0; i < SL_ARRAY_LEN(levels); i++)
		if (sl_streq(s->log_level, levels[i].name))
			return levels[i].level;
	return SL_LOG_INFO;
}

enum sl_log_encoding sl_settings_log_encoding(const struct sl_settings *s)
{
	return sl_streq(s->log_encoding, "console") ? SL_LOG_CONSOLE : SL_LOG_JSON;
}

const char *sl_settings_watch_namespace(const struct sl_settings *s)
{
	return s->watch_all_namespaces ? NULL : s->runtime_namespace;
}

const char *sl_settings_watch_selector(const struct sl_settings *s)
{
	return *s->watch_label_selector ? s->watch_label_selector : NULL;
}

int64_t sl_settings_due(const struct sl_settings *s, int64_t now_ms, int64_t interval_ms)
{
	int64_t span = sl_percent_ms(interval_ms, (int)s->interval_jitter_percent);
	int64_t grid = span < GRID_MAX_MS ? span : GRID_MAX_MS, at;

	if (interval_ms > SL_NEVER - now_ms - span)
		return SL_NEVER;
	if (!grid)
		return now_ms + interval_ms;
	at = now_ms + interval_ms - span +
	     (int64_t)sl_random_below((uint64_t)(2 * span - grid) + 1);
	return (at + grid - 1) / grid * grid;
}

char *sl_settings_lease_name(const struct sl_settings *s, const char *controller)
{
	char hex[SL_DIGEST_TEXT_SIZE];
	struct sl_digest digest;

	if (*s->watch_label_selector &&
	    sl_digest_of(SL_DIGEST_SHA256, sl_str(s->watch_label_selector), &digest, NULL) == 0) {
		sl_digest_hex(&digest, hex);
		return sl_xasprintf("%s-leader-election-%.8s", controller, hex);
	}
	return sl_xasprintf("%s-leader-election", controller);
}
