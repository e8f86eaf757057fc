#include "libcommon/kube/manager.h"

#include <assert.h>
#include <errno.h>
#include <malloc.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "libcommon/base/clock.h"
#include "libcommon/kube/lease.h"
#include "libcommon/kube/probes.h"
#include "libcommon/net/http.h"

#define EVENTS_GRACE_MS 3000
#define CANCELED_GRACE_MS 1000 /* for reconciles whose requests have been cut off */
#define EXIT_USAGE 2
#define USAGE_BYTES_MAX 65536

struct hook {
	struct sl_manager_hook h;
	bool is_started;
};

/* What main waits for; set by other threads, which then write to the eventfd. */
enum phase { SYNCING, CONTENDING, LEADING, STOPPING };

struct sl_manager {
	struct sl_manager_options options;
	struct sl_settings settings;
	bool wants_version;
	struct sl_log log;
	char *user_agent, *field_manager;

	struct sl_kube_config config;
	struct sl_kube_client *client;
	struct sl_discovery *discovery;
	struct sl_metrics *metrics;
	struct sl_metric *requests, *leading;
	struct sl_probes *probes;
	struct sl_events *events;
	struct sl_lease *lease;

	struct sl_store *stores[SL_MANAGER_STORES_MAX];
	size_t store_count;
	struct sl_controller *controllers[SL_MANAGER_CONTROLLERS_MAX];
	size_t controller_count;
	struct hook hooks[SL_MANAGER_HOOKS_MAX];
	size_t hook_count;

	int signal_fd, wake_fd;
	enum phase phase;
	atomic_bool is_leader, is_stopping;
};

static const struct sl_metric_desc metric_requests = {
	.name = "rest_client_requests_total",
	.help = "Number of HTTP requests, partitioned by status code, method, and host.",
	.type = SL_METRIC_COUNTER,
	.labels = { "code", "host", "method" },
};
static const struct sl_metric_desc metric_leading = {
	.name = "leader_election_master_status",
	.help = "Gauge of if the reporting system is master of the relevant lease, 0 indicates "
		"backup, "
		"1 indicates master. 'name' is the string used to identify the lease.",
	.type = SL_METRIC_GAUGE,
	.labels = { "name" },
};

void sl_manager_tune_memory(void)
{
	mallopt(M_ARENA_MAX, 2);
	/* Setting these also stops glibc from raising them as it sees larger blocks freed. */
	mallopt(M_MMAP_THRESHOLD, 128 * 1024);
	mallopt(M_TRIM_THRESHOLD, 128 * 1024);
}

/* Before any thread starts, so that all inherit the mask and main alone reads signals. */
static int block_signals(int *ret_fd, struct sl_err *err)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	*ret_fd = signalfd(-1, &set, SFD_CLOEXEC);
	return *ret_fd < 0 ? sl_err_errno(err, errno, "signalfd") : 0;
}

static void unblock_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}

/* The host of the server's URL: "https://10.0.0.1:443/path" gives "10.0.0.1:443". */
static struct sl_str host_of(const char *server)
{
	struct sl_str rest = sl_str(server);
	ptrdiff_t at = sl_str_find(rest, SL_STR("://"));
	struct sl_str host = rest;

	if (at >= 0)
		rest = sl_str_sub(rest, (size_t)at + 3, rest.n);
	return sl_str_split(&rest, '/', &host) ? host : SL_STR_NULL;
}

struct request_collector {
	struct sl_manager *manager;
	char *host;
};

static void set_requests(void *ctx, const char *method, int status, uint64_t count)
{
	const struct request_collector *c = ctx;
	char code[16];

	/* client-go's word for requests without an answer. */
	if (status)
		snprintf(code, sizeof(code), "%d", status);
	else
		snprintf(code, sizeof(code), "<error>");
	sl_metric_set(c->manager->requests, (double)count, SL_LABELS(code, c->host, method));
}

static void collect_requests(void *ctx)
{
	struct sl_manager *m = ctx;
	struct sl_str host = host_of(m->config.server);
	SL_AUTO_FREE char *host_text = sl_xmemdup0(host.p ? host.p : "", host.n);
	struct request_collector c = { m, host_text };

	sl_kube_client_stats(m->client, set_requests, &c);
}

static void parse_flags(struct sl_manager *m, int argc, char **argv)
{
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	SL_AUTO(sl_strbuf) usage = SL_STRBUF_INIT(USAGE_BYTES_MAX);
	struct sl_flag common[SL_SETTINGS_FLAGS_MAX];
	const struct sl_flag own[] = {
		{ .name = "version",
		  .type = SL_FLAG_BOOL,
		  .value = &m->wants_version,
		  .help = "Print the version and exit." },
	};
	struct sl_flagset set = { .program = m->options.name };
	bool help;
	int r;

	sl_settings_init(&m->settings, m->options.concurrent);
	set.tables[0] = m->options.flags;
	set.counts[0] = m->options.flag_count;
	set.tables[1] = own;
	set.counts[1] = SL_ARRAY_LEN(own);
	set.tables[2] = common;
	set.counts[2] = sl_settings_flags(&m->settings, &m->options.gates, common);
	/* The usage shows defaults, which parsing overwrites. */
	sl_flags_usage(&set, &usage);
	r = sl_flags_parse(&set, argc, argv, NULL, &help, &err);
	if (!r && !help)
		r = sl_settings_check(&m->settings, &err);
	if (r) {
		fprintf(stderr, "%s\n%s%s\n", err.message, usage.p, err.message);
		exit(EXIT_USAGE);
	}
	if (help) {
		fputs(usage.p, stdout);
		exit(0);
	}
	if (m->wants_version) {
		printf("%s %s\n", m->options.name, SL_VERSION);
		exit(0);
	}
}

static int connect_client(struct sl_manager *m, struct sl_err *err)
{
	const struct sl_kube_config_options where = {
		.path = *m->settings.kubeconfig ? m->settings.kubeconfig : NULL,
	};
	const struct sl_kube_client_options how = { .user_agent = m->user_agent };
	int r = sl_kube_config_load(&where, &m->config, err);

	return r ? r : sl_kube_client_new(&m->config, &how, &m->client, err);
}

static void exit_on(struct sl_manager *m, const char *what, int r, const struct sl_err *err)
{
	if (!r)
		return;
	sl_log_error(&m->log, what, err);
	exit(EXIT_FAILURE);
}

struct sl_manager *sl_manager_new(const struct sl_manager_options *options, int argc, char **argv)
{
	struct sl_manager *m = sl_xcalloc(1, sizeof(*m));
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	sl_manager_tune_memory();
	m->options = *options;
	parse_flags(m, argc, argv);
	sl_log_setup(sl_settings_log_level(&m->settings), sl_settings_log_encoding(&m->settings));
	m->user_agent = sl_xasprintf("%s/%s", options->name, SL_VERSION);
	m->field_manager = sl_xasprintf("gotk-%s", options->name);
	exit_on(m, "unable to handle signals", block_signals(&m->signal_fd, &err), &err);
	m->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (m->wake_fd < 0)
		exit_on(m, "unable to start", sl_err_errno(&err, errno, "eventfd"), &err);
	exit_on(m, "unable to start", sl_http_global_init(&err), &err);
	exit_on(m, "unable to find the API server", connect_client(m, &err), &err);
	m->discovery = sl_discovery_new(m->client);
	m->metrics = sl_metrics_new();
	m->requests = sl_metrics_register(m->metrics, &metric_requests);
	m->leading = sl_metrics_register(m->metrics, &metric_leading);
	sl_metrics_on_collect(m->metrics, collect_requests, m);
	return m;
}

/* Make main look again. From any thread. */
static void wake(void *ctx)
{
	const struct sl_manager *m = ctx;
	const uint64_t one = 1;

	/* EAGAIN means that main has not yet read what others wrote: it looks in any case. */
	(void)!write(m->wake_fd, &one, sizeof(one));
}

struct sl_store *sl_manager_add_store(struct sl_manager *m, const struct sl_store_options *options)
{
	struct sl_store_options with_wake = *options;

	assert(m->store_count < SL_MANAGER_STORES_MAX && !options->on_synced);
	with_wake.on_synced = wake;
	with_wake.synced_ctx = m;
	m->stores[m->store_count] = sl_store_new(&with_wake);
	return m->stores[m->store_count++];
}

void sl_manager_add_hook(struct sl_manager *m, const struct sl_manager_hook *hook)
{
	assert(m->hook_count < SL_MANAGER_HOOKS_MAX);
	m->hooks[m->hook_count++].h = *hook;
}

void sl_manager_add_controller(struct sl_manager *m, struct sl_controller *c)
{
	assert(m->controller_count < SL_MANAGER_CONTROLLERS_MAX);
	m->controllers[m->controller_count++] = c;
}

static int start_hooks(struct sl_manager *m, bool at_once, struct sl_err *err)
{
	for (size_t i = 0; i < m->hook_count; i++) {
		struct hook *hook = &m->hooks[i];
		int r;

		if (hook->h.at_once != at_once)
			continue;
		r = hook->h.start ? hook->h.start(hook->h.ctx, err) : 0;
		if (r) {
			sl_err_wrap(err, "%s", hook->h.name);
			return r;
		}
		hook->is_started = true;
	}
	return 0;
}

/* In the reverse order of their start. */
static void stop_hooks(struct sl_manager *m)
{
	for (size_t i = m->hook_count; i-- > 0;) {
		struct hook *hook = &m->hooks[i];

		if (hook->is_started && hook->h.stop)
			hook->h.stop(hook->h.ctx);
		hook->is_started = false;
	}
}

static int start_services(struct sl_manager *m, struct sl_err *err)
{
	const struct sl_events_options events = {
		.client = m->client,
		.controller = m->options.name,
		.address = m->settings.events_addr,
		.metrics = m->metrics,
	};
	int r = sl_probes_start(m->settings.health_addr, m->settings.metrics_addr, m->metrics,
				&m->probes, err);

	if (!r)
		r = sl_events_new(&events, &m->events, err);
	if (!r)
		r = start_hooks(m, true, err);
	if (r)
		return r;
	sl_probes_set_ready(m->probes, "informer caches not synced");
	for (size_t i = 0; i < m->store_count; i++)
		sl_store_start(m->stores[i], m->client);
	return 0;
}

static void on_acquired(void *ctx)
{
	struct sl_manager *m = ctx;

	atomic_store(&m->is_leader, true);
	wake(m);
}

/* Another replica may be at work from now on: not one more write, not even of the status. */
static void on_lost(void *ctx, const struct sl_err *err)
{
	struct sl_manager *m = ctx;

	sl_log_error(&m->log, "leader election lost", err);
	_exit(EXIT_FAILURE);
}

static void on_leader(void *ctx, const char *identity)
{
	struct sl_manager *m = ctx;

	sl_log_info(&m->log, "new leader elected", SL_KS("identity", identity));
}

static void on_lease_error(void *ctx, const struct sl_err *err)
{
	struct sl_manager *m = ctx;

	sl_log_error(&m->log, "unable to acquire or renew the lease", err);
}

static int contend(struct sl_manager *m, struct sl_err *err)
{
	SL_AUTO_FREE char *name = sl_settings_lease_name(&m->settings, m->options.name);
	const struct sl_lease_options options = {
		.namespace_ = m->settings.runtime_namespace,
		.name = name,
		.user_agent = m->user_agent,
		.duration_ms = m->settings.lease_duration_ms,
		.renew_deadline_ms = m->settings.renew_deadline_ms,
		.retry_period_ms = m->settings.retry_period_ms,
		.keep_on_stop = !m->settings.release_on_cancel,
	};
	const struct sl_lease_handler handler = {
		.ctx = m,
		.on_acquired = on_acquired,
		.on_lost = on_lost,
		.on_leader = on_leader,
		.on_error = on_lease_error,
	};

	if (!m->settings.leader_election) {
		on_acquired(m);
		return 0;
	}
	sl_metric_set(m->leading, 0, SL_LABELS(name));
	return sl_lease_start(&m->config, &options, &handler, &m->lease, err);
}

static int lead(struct sl_manager *m, struct sl_err *err)
{
	SL_AUTO_FREE char *name = sl_settings_lease_name(&m->settings, m->options.name);
	int r = start_hooks(m, false, err);

	if (m->lease)
		sl_metric_set(m->leading, 1, SL_LABELS(name));
	for (size_t i = 0; !r && i < m->controller_count; i++)
		r = sl_controller_start_workers(m->controllers[i], err);
	if (!r)
		sl_log_info(&m->log, "starting workers");
	return r;
}

static bool has_synced(struct sl_manager *m)
{
	for (size_t i = 0; i < m->store_count; i++)
		if (!sl_store_has_synced(m->stores[i]))
			return false;
	return true;
}

/* Go on as far as things have come. */
static int advance(struct sl_manager *m, struct sl_err *err)
{
	int r = 0;

	if (m->phase == SYNCING && has_synced(m)) {
		m->phase = CONTENDING;
		sl_probes_set_ready(m->probes, NULL);
		r = contend(m, err);
	}
	if (!r && m->phase == CONTENDING && atomic_load(&m->is_leader)) {
		m->phase = LEADING;
		r = lead(m, err);
	}
	return r;
}

/* Sleep until a signal (true) or until somebody calls wake(). */
static bool wait_for_signal(struct sl_manager *m)
{
	struct pollfd fds[] = {
		{ .fd = m->signal_fd, .events = POLLIN },
		{ .fd = m->wake_fd, .events = POLLIN },
	};
	struct signalfd_siginfo signal;
	uint64_t count;

	while (poll(fds, SL_ARRAY_LEN(fds), -1) < 0)
		assert(errno == EINTR);
	if (fds[1].revents)
		(void)!read(m->wake_fd, &count, sizeof(count));
	/* Taken away, since it is still pending otherwise when signals are unblocked. */
	return fds[0].revents && read(m->signal_fd, &signal, sizeof(signal)) > 0;
}

static int run_until_signal(struct sl_manager *m, struct sl_err *err)
{
	int r = start_services(m, err);

	while (!r) {
		r = advance(m, err);
		if (!r && wait_for_signal(m))
			break;
	}
	return r;
}

static bool join_workers(struct sl_manager *m, int64_t timeout_ms)
{
	int64_t deadline = sl_mono_ms() + timeout_ms;
	bool all = true;

	for (size_t i = 0; i < m->controller_count; i++)
		all = sl_controller_join(m->controllers[i], deadline) && all;
	return all;
}

/* False when workers are still at work: then nothing may be freed, and the lease not be given away. */
static bool stop_workers(struct sl_manager *m)
{
	for (size_t i = 0; i < m->controller_count; i++)
		sl_controller_stop(m->controllers[i]);
	if (join_workers(m, m->settings.graceful_shutdown_ms))
		return true;
	/* They wait for an API server that does not answer, most likely. */
	sl_log_info(&m->log, "stopping: cutting off requests of running reconciles");
	sl_kube_client_stop(m->client);
	return join_workers(m, CANCELED_GRACE_MS);
}

/* In an order in which nothing uses what is gone. */
void sl_manager_free(struct sl_manager *m)
{
	stop_hooks(m);
	sl_lease_stop(m->lease);
	sl_probes_free(m->probes);
	for (size_t i = 0; i < m->store_count; i++)
		sl_store_stop(m->stores[i]);
	sl_kube_client_stop(m->client);
	for (size_t i = 0; i < m->controller_count; i++)
		sl_controller_free(m->controllers[i]);
	for (size_t i = 0; i < m->store_count; i++)
		sl_store_free(m->stores[i]);
	sl_discovery_free(m->discovery);
	sl_kube_client_free(m->client);
	sl_kube_config_release(&m->config);
	sl_metrics_free(m->metrics);
	sl_settings_release(&m->settings);
	close(m->signal_fd);
	close(m->wake_fd);
	free(m->user_agent);
	free(m->field_manager);
	free(m);
}

int sl_manager_run(struct sl_manager *m)
{
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	int r;

	sl_log_info(&m->log, "starting manager", SL_KS("controller", m->options.name),
		    SL_KS("version", SL_VERSION));
	r = run_until_signal(m, &err);
	if (r)
		sl_log_error(&m->log, "problem running manager", &err);
	else
		sl_log_info(&m->log, "stopping: waiting for running reconciles");
	m->phase = STOPPING;
	atomic_store(&m->is_stopping, true);
	if (m->probes)
		sl_probes_set_ready(m->probes, "shutting down");
	unblock_signals(); /* the next signal ends the process at once */
	if (!stop_workers(m)) {
		sl_log_error(&m->log, "reconciles did not end in time", NULL);
		_exit(EXIT_FAILURE);
	}
	sl_events_free(m->events, sl_mono_ms() + EVENTS_GRACE_MS);
	m->events = NULL;
	sl_manager_free(m);
	return r ? EXIT_FAILURE : EXIT_SUCCESS;
}

const char *sl_manager_name(const struct sl_manager *m)
{
	return m->options.name;
}

const struct sl_settings *sl_manager_settings(const struct sl_manager *m)
{
	return &m->settings;
}

bool sl_manager_gate(const struct sl_manager *m, const char *name)
{
	return sl_gates_enabled(&m->options.gates, name);
}

struct sl_kube_client *sl_manager_client(struct sl_manager *m)
{
	return m->client;
}

struct sl_discovery *sl_manager_discovery(struct sl_manager *m)
{
	return m->discovery;
}

struct sl_metrics *sl_manager_metrics(struct sl_manager *m)
{
	return m->metrics;
}

struct sl_events *sl_manager_events(struct sl_manager *m)
{
	return m->events;
}

const char *sl_manager_field_manager(const struct sl_manager *m)
{
	return m->field_manager;
}

bool sl_manager_stopping(const struct sl_manager *m)
{
	return atomic_load(&m->is_stopping);
}

const atomic_bool *sl_manager_stop_flag(const struct sl_manager *m)
{
	return &m->is_stopping;
}

int64_t sl_manager_due(const struct sl_manager *m, int64_t interval_ms)
{
	return sl_settings_due(&m->settings, sl_mono_ms(), interval_ms);
}
