/*
 * The Kubernetes client from the command line, for end-to-end tests and measurements:
 *
 *   kubeprobe KUBECONFIG get PATH                         print the answer
 *   kubeprobe KUBECONFIG list GROUP VERSION KIND [NS]     print each object's name
 *   kubeprobe KUBECONFIG burst N NS [dry-run|apply]       N ConfigMaps at once; print the seconds
 *   kubeprobe KUBECONFIG steady SECONDS NS                a dry run every 50 ms; print the failures
 *   kubeprobe KUBECONFIG watch GROUP VERSION KIND [NS]    print what happens until stdin ends
 *   kubeprobe KUBECONFIG watch-and-get …                  the same, with a GET each second
 *   kubeprobe KUBECONFIG idle N                           N watches; print memory after 3 s
 *   kubeprobe KUBECONFIG token NS NAME                    a service account's token
 *   kubeprobe KUBECONFIG lease NS NAME ID                 contend until stdin ends; print changes
 *
 * GROUP "-" is the core group, KUBECONFIG "-" the default one. Output is one line per event.
 */
#include <malloc.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "libcommon/base/arena.h"
#include "libcommon/base/clock.h"
#include "libcommon/base/file.h"
#include "libcommon/kube/client.h"
#include "libcommon/kube/config.h"
#include "libcommon/kube/discovery.h"
#include "libcommon/kube/lease.h"
#include "libcommon/kube/token.h"
#include "libcommon/kube/watch.h"

static struct sl_kube_config config;
static struct sl_kube_client *client;
static struct sl_discovery *discovery;

static int complain(const struct sl_err *err)
{
	printf("error %s %s\n", sl_err_code_name(err->code), err->message);
	return 1;
}

static void pause_ms(int ms)
{
	poll(NULL, 0, ms);
}

static int usage(void)
{
	fprintf(stderr, "usage: kubeprobe KUBECONFIG COMMAND ARG... (see its source)\n");
	return 2;
}

static struct sl_str group_of(const char *s)
{
	return strcmp(s, "-") ? sl_str(s) : SL_STR("");
}

static int run_get(char **args, int n)
{
	struct sl_kube_request req = { .method = "GET" };
	SL_AUTO(sl_kube_response) resp = SL_KUBE_RESPONSE_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	if (n != 1)
		return usage();
	req.path = args[0];
	if (sl_kube_call_wait(sl_kube_call_start(client, &req), &resp, &err) < 0)
		return complain(&err);
	printf("%d %s\n", resp.status, resp.body.p);
	return 0;
}

static int run_list(char **args, int n)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	const struct sl_kube_kind *kind;
	struct sl_value *items;

	if (n < 3)
		return usage();
	if (sl_discovery_find(discovery, group_of(args[0]), sl_str(args[1]), sl_str(args[2]), &kind,
			      &err) < 0 ||
	    sl_kube_list(client, kind, n > 3 ? args[3] : NULL, NULL, NULL, NULL, &a, &items, &err) <
		    0)
		return complain(&err);
	for (size_t i = 0; i < sl_list_len(items); i++)
		printf("%s\n", sl_obj_subject(&a, sl_list_get(items, i)));
	return 0;
}

static const struct sl_kube_kind config_maps = { .group = "",
						 .version = "v1",
						 .kind = "ConfigMap",
						 .plural = "configmaps",
						 .namespaced = true };

static struct sl_kube_call *start_patch(const char *namespace_, const char *name, bool dry_run,
					struct sl_arena *a)
{
	const struct sl_kube_patch_options p = { .type = SL_KUBE_APPLY_PATCH,
						 .field_manager = "kubeprobe",
						 .force = true };
	const struct sl_kube_verb_options o = { .dry_run = dry_run, .fair_key = namespace_ };
	struct sl_kube_ref ref = { &config_maps, namespace_, name };
	struct sl_value *v = sl_value_map(a), *meta;

	sl_map_set_strz(a, v, "apiVersion", "v1");
	sl_map_set_strz(a, v, "kind", "ConfigMap");
	meta = sl_map_need_map(a, v, "metadata");
	sl_map_set_strz(a, meta, "name", name);
	sl_map_set_strz(a, meta, "namespace", namespace_);
	sl_map_set_strz(a, sl_map_need_map(a, v, "data"), "text", "a little of it");
	return sl_kube_patch_start(client, &ref, v, &p, &o, a);
}

static int run_burst(char **args, int n)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	bool dry_run = n < 3 || strcmp(args[2], "apply");
	struct sl_kube_call **calls;
	int64_t count, begin;
	size_t failed = 0;

	if (n < 2 || !sl_str_to_i64(sl_str(args[0]), 1, 100000, &count))
		return usage();
	calls = sl_xcalloc((size_t)count, sizeof(*calls));
	begin = sl_mono_ms();
	for (int64_t i = 0; i < count; i++)
		calls[i] =
			start_patch(args[1], sl_arena_printf(&a, "burst-%d", (int)i), dry_run, &a);
	for (int64_t i = 0; i < count; i++) {
		SL_AUTO(sl_err) err = SL_ERR_INIT;

		if (sl_kube_call_wait(calls[i], NULL, &err) < 0) {
			failed++;
			complain(&err);
		}
	}
	printf("%lld done, %zu failed, %.3f s\n", (long long)count, failed,
	       (double)(sl_mono_ms() - begin) / 1000);
	free(calls);
	return failed != 0;
}

static int run_steady(char **args, int n)
{
	int64_t seconds, end, worst = 0;
	size_t done = 0, failed = 0;

	if (n != 2 || !sl_str_to_i64(sl_str(args[0]), 1, 3600, &seconds))
		return usage();
	for (end = sl_mono_ms() + seconds * 1000; sl_mono_ms() < end; pause_ms(50)) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		int64_t begin = sl_mono_ms(), took;

		if (sl_kube_call_wait(start_patch(args[1], "steady", true, &a), NULL, &err) < 0) {
			failed++;
			complain(&err);
		}
		took = sl_mono_ms() - begin;
		worst = took > worst ? took : worst;
		done++;
	}
	printf("%zu done, %zu failed, worst %lld ms\n", done, failed, (long long)worst);
	return failed != 0;
}

static void on_begin(void *ctx)
{
	(void)ctx;
	printf("begin\n");
	fflush(stdout);
}

static void on_object(void *ctx, enum sl_watch_event event, const struct sl_value *object)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;

	(void)ctx;
	printf("%s %s\n", ((const char *[]){ "added", "modified", "deleted" })[event],
	       sl_obj_subject(&a, object));
	fflush(stdout);
}

static void on_synced(void *ctx)
{
	(void)ctx;
	printf("synced\n");
	fflush(stdout);
}

static void on_error(void *ctx, const struct sl_err *err)
{
	(void)ctx;
	complain(err);
	fflush(stdout);
}

static void await_stdin(void)
{
	char byte;

	while (read(STDIN_FILENO, &byte, 1) > 0)
		;
}

static int run_watch(char **args, int n)
{
	const struct sl_watch_handler h = { .on_begin = on_begin,
					    .on_object = on_object,
					    .on_synced = on_synced,
					    .on_error = on_error };
	struct sl_watch_options o = { .namespace_ = n > 3 ? args[3] : NULL };
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_watch *w;

	if (n < 3)
		return usage();
	if (sl_discovery_find(discovery, group_of(args[0]), sl_str(args[1]), sl_str(args[2]),
			      &o.kind, &err) < 0)
		return complain(&err);
	w = sl_watch_start(client, &o, &h);
	await_stdin();
	sl_watch_stop(w);
	return 0;
}

static void *get_each_second(void *arg)
{
	const struct sl_kube_request req = { .method = "GET", .path = "/version" };

	(void)arg;
	for (;;) {
		if (sl_kube_call_wait(sl_kube_call_start(client, &req), NULL, NULL) ==
		    SL_ERR_CANCELED)
			return NULL;
		pause_ms(1000);
	}
}

static int run_watch_and_get(char **args, int n)
{
	pthread_t thread;
	int status;

	if (pthread_create(&thread, NULL, get_each_second, NULL))
		return 1;
	status = run_watch(args, n);
	sl_kube_client_stop(client);
	pthread_join(thread, NULL);
	return status;
}

static void ignore(void *ctx, enum sl_watch_event event, const struct sl_value *object)
{
	(void)ctx;
	(void)event;
	(void)object;
}

static int run_idle(char **args, int n)
{
	static const char *const kinds[] = { "ConfigMap", "Secret",    "Service",	"Pod",
					     "Event",	  "Namespace", "ServiceAccount" };
	const struct sl_watch_handler h = { .on_object = ignore };
	SL_AUTO(sl_strbuf) status = SL_STRBUF_INIT(65536);
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_watch *watches[1000];
	int64_t count;

	if (n != 1 || !sl_str_to_i64(sl_str(args[0]), 0, 1000, &count))
		return usage();
	for (int64_t i = 0; i < count; i++) {
		struct sl_watch_options o = { 0 };

		if (sl_discovery_find(discovery, SL_STR(""), SL_STR("v1"),
				      sl_str(kinds[(size_t)i % SL_ARRAY_LEN(kinds)]), &o.kind,
				      &err) < 0)
			return complain(&err);
		watches[i] = sl_watch_start(client, &o, &h);
	}
	pause_ms(3000);
	malloc_trim(0);
	if (sl_file_read_path("/proc/self/status", &status, &err) < 0)
		return complain(&err);
	for (struct sl_str rest = sl_strbuf_str(&status), line; sl_str_split(&rest, '\n', &line);) {
		if (sl_str_starts(line, SL_STR("VmRSS")) || sl_str_starts(line, SL_STR("RssAnon")))
			printf("%.*s\n", SL_STR_FMT(line));
	}
	for (int64_t i = 0; i < count; i++)
		sl_watch_stop(watches[i]);
	return 0;
}

static int run_token(char **args, int n)
{
	struct sl_token_request q = { .seconds = 600 };
	SL_AUTO(sl_token) token = SL_TOKEN_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	if (n != 2)
		return usage();
	q.namespace_ = args[0];
	q.service_account = args[1];
	if (sl_token_get(client, &q, &token, &err) < 0)
		return complain(&err);
	printf("%s\n", token.text);
	return 0;
}

static void on_acquired(void *ctx)
{
	(void)ctx;
	printf("acquired\n");
	fflush(stdout);
}

static void on_lost(void *ctx, const struct sl_err *err)
{
	(void)ctx;
	printf("lost %s\n", err->message);
	fflush(stdout);
}

static void on_leader(void *ctx, const char *identity)
{
	(void)ctx;
	printf("leader %s\n", identity);
	fflush(stdout);
}

static int run_lease(char **args, int n)
{
	const struct sl_lease_handler h = { .on_acquired = on_acquired,
					    .on_lost = on_lost,
					    .on_leader = on_leader,
					    .on_error = on_error };
	struct sl_lease_options o = { .duration_ms = 3000,
				      .renew_deadline_ms = 2000,
				      .retry_period_ms = 200 };
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_lease *lease;

	if (n != 3)
		return usage();
	o.namespace_ = args[0];
	o.name = args[1];
	o.identity = args[2];
	if (sl_lease_start(&config, &o, &h, &lease, &err) < 0)
		return complain(&err);
	await_stdin();
	sl_lease_stop(lease);
	return 0;
}

static const struct {
	const char *name;
	int (*run)(char **args, int n);
} commands[] = {
	{ "get", run_get },	  { "list", run_list },	  { "burst", run_burst },
	{ "steady", run_steady }, { "watch", run_watch }, { "watch-and-get", run_watch_and_get },
	{ "idle", run_idle },	  { "token", run_token }, { "lease", run_lease },
};

int main(int argc, char **argv)
{
	const struct sl_kube_client_options client_options = { .user_agent = "kubeprobe/1" };
	struct sl_kube_config_options o = { 0 };
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	int status = -1;

	if (argc < 3)
		return usage();
	if (strcmp(argv[1], "-"))
		o.path = argv[1];
	mallopt(M_ARENA_MAX, 2);
	if (sl_kube_config_load(&o, &config, &err) < 0 ||
	    sl_kube_client_new(&config, &client_options, &client, &err) < 0)
		return complain(&err);
	discovery = sl_discovery_new(client);
	for (size_t i = 0; i < SL_ARRAY_LEN(commands); i++) {
		if (!strcmp(commands[i].name, argv[2]))
			status = commands[i].run(argv + 3, argc - 3);
	}
	sl_discovery_free(discovery);
	sl_kube_client_free(client);
	sl_kube_config_release(&config);
	return status < 0 ? usage() : status;
}
