/* source-controller: turns sources into artifacts. Wiring only; the work is in gitrepository.c. */
#include <stdlib.h>

#include "libcommon/codec/duration.h"
#include "source-controller/fileserver.h"
#include "source-controller/gitcaches.h"
#include "source-controller/gitrepository.h"
#include "source-controller/run.h"

#define GATE_OBJECT_LEVEL_WORKLOAD_IDENTITY "ObjectLevelWorkloadIdentity"

static struct sc_context context;
static struct sc_fileserver *server;

static struct {
	char *storage_path, *storage_addr, *storage_adv_addr;
	int64_t retention_ttl_ms, retention_records, digest_algo;
} settings;

static struct sl_gate gates[] = {
	{ "CacheSecretsAndConfigMaps", false },
	{ GATE_OBJECT_LEVEL_WORKLOAD_IDENTITY, false },
};

static const char *const digest_algos[] = {
	[SL_DIGEST_SHA1] = "sha1",     [SL_DIGEST_SHA256] = "sha256", [SL_DIGEST_SHA384] = "sha384",
	[SL_DIGEST_SHA512] = "sha512", [SL_DIGEST_SHA512 + 1] = NULL,
};

static const struct sl_flag flags[] = {
	{ .name = "storage-path",
	  .type = SL_FLAG_STRING,
	  .value = &settings.storage_path,
	  .env = "STORAGE_PATH",
	  .help = "The local storage path." },
	{ .name = "storage-addr",
	  .type = SL_FLAG_STRING,
	  .value = &settings.storage_addr,
	  .env = "STORAGE_ADDRESS",
	  .help = "The address the static file server binds to." },
	{ .name = "storage-adv-addr",
	  .type = SL_FLAG_STRING,
	  .value = &settings.storage_adv_addr,
	  .env = "STORAGE_ADV_ADDR",
	  .help = "The advertised address of the static file server." },
	{ .name = "artifact-retention-ttl",
	  .type = SL_FLAG_DURATION,
	  .value = &settings.retention_ttl_ms,
	  .min = 0,
	  .max = INT64_MAX / SL_NS_PER_MS,
	  .help = "How long artifacts that are no longer current are kept." },
	{ .name = "artifact-retention-records",
	  .type = SL_FLAG_INT,
	  .value = &settings.retention_records,
	  .min = 1,
	  .max = SC_COLLECT_FILES_MAX,
	  .help = "How many artifacts of an object are kept at most." },
	{ .name = "artifact-digest-algo",
	  .type = SL_FLAG_CHOICE,
	  .value = &settings.digest_algo,
	  .choices = digest_algos,
	  .help = "The algorithm of artifact digests: sha1, sha256, sha384 or sha512." },
	SL_FLAG_IGNORE("helm-index-max-size"),
	SL_FLAG_IGNORE("helm-chart-max-size"),
	SL_FLAG_IGNORE("helm-chart-file-max-size"),
	SL_FLAG_IGNORE("helm-cache-max-size"),
	SL_FLAG_IGNORE("helm-cache-ttl"),
	SL_FLAG_IGNORE("helm-cache-purge-interval"),
	SL_FLAG_IGNORE("ssh-kex-algos"),
	SL_FLAG_IGNORE("ssh-hostkey-algos"),
};

static void set_defaults(void)
{
	settings.storage_path = sl_xstrdup("/data");
	settings.storage_addr = sl_xstrdup(":9090");
	settings.storage_adv_addr = sl_xstrdup("");
	settings.retention_ttl_ms = SC_RETENTION_TTL_MS_DEFAULT;
	settings.retention_records = SC_RETENTION_RECORDS_DEFAULT;
	settings.digest_algo = SL_DIGEST_SHA256;
}

/* Only the leader writes to the storage, and serves it: the Service's readiness probe finds it so. */
static int start_storage(void *ctx, struct sl_err *err)
{
	struct sc_storage_config config = {
		.path = settings.storage_path,
		.adv_addr = settings.storage_adv_addr,
		.retention_ttl_ms = settings.retention_ttl_ms,
		.retention_records = (int)settings.retention_records,
	};
	SL_AUTO_FREE char *default_addr = NULL;
	int r = 0;

	(void)ctx;
	if (!*settings.storage_adv_addr) {
		r = sc_storage_default_adv_addr(settings.storage_addr, &default_addr, err);
		config.adv_addr = default_addr;
	}
	if (r == 0)
		r = sc_storage_open(&config, &context.storage, err);
	if (r == 0)
		r = sc_git_caches_new(settings.storage_path, &context.git_caches, err);
	if (r == 0)
		r = sc_fileserver_start(sc_storage_root_fd(context.storage), settings.storage_addr,
					&server, err);
	return r;
}

static void stop_storage(void *ctx)
{
	(void)ctx;
	sc_fileserver_stop(server);
	sc_fileserver_free(server);
}

static int sweep_caches(void *ctx, struct sl_err *err)
{
	(void)ctx;
	return sc_git_caches_sweep(context.git_caches, sl_controller_store(context.git), err);
}

/* As in Flux: an account for all objects means nothing where accounts of objects are not looked at. */
static bool is_consistent(void)
{
	const char *account = sl_manager_settings(context.manager)->default_service_account;
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	if (!*account || sl_manager_gate(context.manager, GATE_OBJECT_LEVEL_WORKLOAD_IDENTITY))
		return true;
	sl_err_set(&err, SL_ERR_INVALID,
		   "--default-service-account needs the feature "
		   "gate " GATE_OBJECT_LEVEL_WORKLOAD_IDENTITY);
	sl_log_error(NULL, "invalid configuration", &err);
	return false;
}

int main(int argc, char **argv)
{
	struct sl_manager_options o = {
		.name = "source-controller",
		.concurrent = 2,
		.flags = flags,
		.flag_count = SL_ARRAY_LEN(flags),
		.gates = { gates, SL_ARRAY_LEN(gates) },
	};
	struct sl_controller_options git = {
		.kind = &sc_git_repository_kind,
		.reconcile = sc_git_reconcile,
		.ctx = &context,
		.on_start = sweep_caches,
	};
	struct sl_manager_hook storage = {
		.name = "storage",
		.start = start_storage,
		.stop = stop_storage,
	};
	int status;

	set_defaults();
	if (sl_git_global_init(NULL) < 0)
		return EXIT_FAILURE;
	context.manager = sl_manager_new(&o, argc, argv);
	if (!is_consistent())
		return EXIT_FAILURE;
	context.digest_algo = (enum sl_digest_algo)settings.digest_algo;
	context.git = sl_controller_new(context.manager, &git);
	sl_manager_add_hook(context.manager, &storage);
	status = sl_manager_run(context.manager);
	sc_git_caches_free(context.git_caches);
	sc_storage_free(context.storage);
	sl_git_global_shutdown();
	free(settings.storage_path);
	free(settings.storage_addr);
	free(settings.storage_adv_addr);
	return status;
}
