/*
 * Leadership: one of several replicas holds a Lease and works, the others wait for it.
 *
 * The protocol is that of client-go's leader election on coordination.k8s.io/v1 Lease, so that a
 * replica of ours and one of Flux exclude each other: the holder writes renewTime every retry period;
 * a contender takes the Lease over when nothing in it has changed for leaseDurationSeconds by the
 * contender's own clock (clocks of two machines are never compared); writes carry resourceVersion.
 *
 *   waiting ──► holding ──┬─► lost: not renewed within the deadline, or somebody else holds it
 *      ▲  retries, jitter └─► released by sl_lease_stop(), so that another may begin at once
 *
 * Where client-go goes on renewing until the deadline although somebody else holds the Lease, we have
 * lost at once. The Lease has a thread and an API client, thus a connection, of its own: no queue of
 * requests can delay a renewal.
 *
 * Thread rule: start and stop from one thread; callbacks run on the lease's thread and must not call
 * sl_lease_stop(); sl_lease_is_held() is thread-safe.
 * Source: client-go tools/leaderelection (tryAcquireOrRenew, release); controller-runtime's identity.
 */
#ifndef LIBCOMMON_KUBE_LEASE_H
#define LIBCOMMON_KUBE_LEASE_H

#include "libcommon/kube/client.h"

#define SL_LEASE_DURATION_MS 35000
#define SL_LEASE_RENEW_DEADLINE_MS 30000
#define SL_LEASE_RETRY_PERIOD_MS 5000
#define SL_LEASE_RELEASE_MS 3000 /* at most, for the last request */

struct sl_lease_options {
	const char *namespace_;
	const char *name;	/* "source-controller-leader-election" */
	const char *identity;	/* NULL: host name, '_' and a random UUID */
	const char *user_agent; /* as for the client */
	int64_t duration_ms;	/* 0: SL_LEASE_DURATION_MS; written in whole seconds, rounded up */
	int64_t renew_deadline_ms; /* 0: SL_LEASE_RENEW_DEADLINE_MS; less than the duration */
	int64_t retry_period_ms; /* 0: SL_LEASE_RETRY_PERIOD_MS; less than 1/1.2 of the deadline */
	bool keep_on_stop;	 /* do not release it (--leader-election-release-on-cancel=false) */
};

struct sl_lease_handler {
	void *ctx;
	void (*on_acquired)(void *ctx);
	/* Not ours any more: end the process. Nothing happens after this call. */
	void (*on_lost)(void *ctx, const struct sl_err *err);
	/* Somebody, perhaps we, has become the holder; may be NULL. `identity` lives for the call. */
	void (*on_leader)(void *ctx, const char *identity);
	/* An attempt has failed, another follows; may be NULL. */
	void (*on_error)(void *ctx, const struct sl_err *err);
};

struct sl_lease;

/* Begin to contend. Everything is copied. Errors: INVALID (times), and those of the client. */
int sl_lease_start(const struct sl_kube_config *config, const struct sl_lease_options *options,
		   const struct sl_lease_handler *handler, struct sl_lease **ret_lease,
		   struct sl_err *err) SL_MUST_CHECK;
bool sl_lease_is_held(struct sl_lease *l);
/*
 * Release the Lease if it is ours, end the thread, free. NULL is accepted. Blocks for the release, and
 * for a renewal that is on its way: a third of the renew deadline when the network is gone.
 */
void sl_lease_stop(struct sl_lease *l);

#endif
