/*
 * The frame of a controller process: flags, logging, client, caches, leadership, workers, signals.
 *
 *   int main(int argc, char **argv)
 *   {
 *           struct sl_manager *m = sl_manager_new(&options, argc, argv);   parses flags, may exit
 *           sl_controller_new(m, &git_repository);
 *           return sl_manager_run(m);                                      returns at SIGTERM
 *   }
 *
 * Start order: memory settings, signals blocked, metrics and health servers, API client, event
 * recorder, stores (and their first sync), leadership, on_start hooks, workers. SIGTERM or SIGINT: not
 * ready, queues closed, running reconciles end within --graceful-shutdown-timeout, after which their
 * requests end with SL_ERR_CANCELED, events are sent, the lease is released, exit 0. A second signal, or a lost lease, ends the process at once (1).
 *
 * Threads: main (signals), the client's I/O thread, the lease, the event sender, the HTTP server's,
 * and the workers.
 *
 * Memory: glibc keeps up to eight arenas a core, each with its own free memory. Two are enough here
 * (M_ARENA_MAX): little runs in parallel and most memory is in arenas of our own. Allocations from 128
 * KiB on are mapped and returned to the system when freed, and a queue that has been idle for a second
 * returns the rest (malloc_trim).
 *
 * Thread rule: set up on the main thread; the accessors are thread-safe.
 */
#ifndef LIBCOMMON_KUBE_MANAGER_H
#define LIBCOMMON_KUBE_MANAGER_H

#include <stdatomic.h>

#include "libcommon/base/log.h"
#include "libcommon/kube/client.h"
#include "libcommon/kube/controller.h"
#include "libcommon/kube/discovery.h"
#include "libcommon/kube/events.h"
#include "libcommon/kube/metrics.h"
#include "libcommon/kube/settings.h"
#include "libcommon/kube/store.h"

#define SL_MANAGER_CONTROLLERS_MAX 8
#define SL_MANAGER_STORES_MAX 16
#define SL_MANAGER_HOOKS_MAX 8

struct sl_manager_options {
	const char *name;	     /* "source-controller": flags, lease, user agent, events */
	int concurrent;		     /* default of --concurrent */
	const struct sl_flag *flags; /* the controller's own, or NULL; they win over common ones */
	size_t flag_count;
	struct sl_gates gates; /* those that the controller knows; borrowed, written to */
};

/*
 * Parse flags and environment, set up logging, load the kubeconfig, make the client, discovery,
 * metrics. Nothing runs yet but the client's I/O thread. Exits by itself: 0 after --help and
 * --version, 2 on wrong flags, 1 when the API server's address cannot be found out.
 */
struct sl_manager *sl_manager_new(const struct sl_manager_options *options, int argc, char **argv);
/* Run until told to stop; frees everything. The exit status. */
int sl_manager_run(struct sl_manager *m) SL_MUST_CHECK;
/* Free a manager that was never run; for tests of what needs one. */
void sl_manager_free(struct sl_manager *m);

/* Before run. Freed by the manager; a further cache: started and synced with the others. */
struct sl_store *sl_manager_add_store(struct sl_manager *m, const struct sl_store_options *options);
/*
 * A service of the controller (an artifact server, say). `start` runs before the caches (at_once) or
 * when this replica leads; an error ends the process. `stop` runs after the workers have ended, if
 * start has succeeded; `stop` may be NULL.
 */
struct sl_manager_hook {
	const char *name;
	bool at_once;
	int (*start)(void *ctx, struct sl_err *err);
	void (*stop)(void *ctx);
	void *ctx;
};
void sl_manager_add_hook(struct sl_manager *m, const struct sl_manager_hook *hook);

const char *sl_manager_name(const struct sl_manager *m);
const struct sl_settings *sl_manager_settings(const struct sl_manager *m);
bool sl_manager_gate(const struct sl_manager *m, const char *name);
struct sl_kube_client *sl_manager_client(struct sl_manager *m);
struct sl_discovery *sl_manager_discovery(struct sl_manager *m);
struct sl_metrics *sl_manager_metrics(struct sl_manager *m);
/* NULL until run has begun; emitting to NULL does nothing. */
struct sl_events *sl_manager_events(struct sl_manager *m);
/* "gotk-<name>": field manager of status patches. */
const char *sl_manager_field_manager(const struct sl_manager *m);
/* A signal has come: long work should end soon. */
bool sl_manager_stopping(const struct sl_manager *m);
/* The same as a flag that other modules look at by themselves (`cancel` of a download). */
const atomic_bool *sl_manager_stop_flag(const struct sl_manager *m);
/* When `interval_ms` from now is, with the jitter of --interval-jitter-percentage. */
int64_t sl_manager_due(const struct sl_manager *m, int64_t interval_ms);

/* For sl_controller_new(). */
void sl_manager_add_controller(struct sl_manager *m, struct sl_controller *c);

/* The memory settings above; also for programs without a manager. */
void sl_manager_tune_memory(void);

#endif
