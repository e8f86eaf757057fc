#include "libcommon/kube/lease.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "libcommon/base/arena.h"
#include "libcommon/base/clock.h"
#include "libcommon/codec/json.h"
#include "libcommon/kube/object.h"

#define JITTER_PERCENT 120 /* of the retry period, added while waiting */
#define BODY_MAX ((size_t)1 << 20)

static const struct sl_kube_kind lease_kind = { .group = "coordination.k8s.io",
						.version = "v1",
						.kind = "Lease",
						.plural = "leases",
						.namespaced = true };

enum attempt { ATTEMPT_HELD, ATTEMPT_TAKEN, ATTEMPT_FAILED };

struct sl_lease {
	struct sl_kube_client *client;
	struct sl_lease_handler handler;
	char *namespace_, *name, *identity;
	int64_t duration_ms, renew_deadline_ms, retry_period_ms;
	bool keep_on_stop;
	pthread_t thread;

	/* The lease's thread. */
	struct sl_arena arena;	 /* of `object` */
	struct sl_value *object; /* the Lease as last read or written, or NULL */
	char *seen;		 /* its spec, as text */
	int64_t seen_ms;	 /* since when it has not changed, by our clock */
	char *leader;		 /* as told to on_leader */

	pthread_mutex_t lock;
	pthread_cond_t wake; /* by the monotonic clock */
	bool held;
	bool stopping;
};

static bool is_stopping(struct sl_lease *l)
{
	bool stopping;

	pthread_mutex_lock(&l->lock);
	stopping = l->stopping;
	pthread_mutex_unlock(&l->lock);
	return stopping;
}

static void set_held(struct sl_lease *l, bool held)
{
	pthread_mutex_lock(&l->lock);
	l->held = held;
	pthread_mutex_unlock(&l->lock);
}

bool sl_lease_is_held(struct sl_lease *l)
{
	bool held;

	pthread_mutex_lock(&l->lock);
	held = l->held;
	pthread_mutex_unlock(&l->lock);
	return held;
}

/* Until stopped, at most this long. */
static void pause_ms(struct sl_lease *l, int64_t ms)
{
	int64_t until_ms = sl_mono_ms() + ms;
	struct timespec until = { .tv_sec = until_ms / 1000, .tv_nsec = until_ms % 1000 * 1000000 };
	int r = 0;

	pthread_mutex_lock(&l->lock);
	while (!l->stopping && r == 0)
		r = pthread_cond_timedwait(&l->wake, &l->lock, &until);
	pthread_mutex_unlock(&l->lock);
}

static struct sl_str holder_of(const struct sl_value *object)
{
	return sl_get_str(object, "spec", "holderIdentity");
}

static bool is_ours(const struct sl_lease *l)
{
	return sl_str_eqz(holder_of(l->object), l->identity);
}

static void tell_leader(struct sl_lease *l)
{
	struct sl_str holder = holder_of(l->object);

	if (!holder.n || (l->leader && sl_str_eqz(holder, l->leader)))
		return;
	free(l->leader);
	l->leader = sl_xmemdup0(holder.p, holder.n);
	if (l->handler.on_leader)
		l->handler.on_leader(l->handler.ctx, l->leader);
}

/* Keep what the server has answered; the time counts anew when the spec is another one. */
static void observe(struct sl_lease *l, const struct sl_value *answer)
{
	SL_AUTO(sl_strbuf) spec = SL_STRBUF_INIT(BODY_MAX);

	sl_json_write(sl_get(answer, "spec"), SL_JSON_SORT, &spec);
	if (!l->seen || strcmp(l->seen, spec.p)) {
		free(l->seen);
		l->seen = sl_strbuf_steal(&spec);
		l->seen_ms = sl_mono_ms();
	}
	sl_arena_reset(&l->arena);
	l->object = sl_value_copy(&l->arena, answer);
	tell_leader(l);
}

static int send(struct sl_lease *l, const char *method, const char *path,
		const struct sl_value *body, int64_t timeout_ms, struct sl_err *err)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_strbuf) text = SL_STRBUF_INIT(BODY_MAX);
	struct sl_kube_request req = {
		.method = method, .path = path, .timeout_ms = timeout_ms, .max_bytes = BODY_MAX
	};
	struct sl_value *answer;
	int r;

	if (body) {
		sl_json_write(body, SL_JSON_COMPACT, &text);
		req.content_type = "application/json";
		req.body = sl_strbuf_str(&text);
	}
	r = sl_kube_do(l->client, &req, &a, &answer, err);
	if (r == 0)
		observe(l, answer);
	return r;
}

static const char *path_of(struct sl_lease *l, struct sl_arena *a, bool named)
{
	return sl_kube_path(a, &lease_kind, l->namespace_, named ? l->name : NULL, NULL, NULL);
}

static int get(struct sl_lease *l, int64_t timeout_ms, struct sl_err *err)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;

	return send(l, "GET", path_of(l, &a, true), NULL, timeout_ms, err);
}

/* Write ourselves into the spec, with the times of now. */
static void sign(struct sl_lease *l, struct sl_arena *a, struct sl_value *object)
{
	struct sl_value *spec = sl_map_need_map(a, object, "spec");
	int64_t transitions = sl_get_int(spec, 0, "leaseTransitions");
	bool ours = sl_str_eqz(holder_of(object), l->identity);
	char now[SL_RFC3339_SIZE];

	sl_rfc3339_micro(sl_wall_ns(), now);
	if (!ours) {
		/* A Lease that never had a holder begins at 0. */
		if (holder_of(object).n || sl_get(spec, "leaseTransitions"))
			transitions++;
		sl_map_set_strz(a, spec, "acquireTime", now);
	}
	sl_map_set_strz(a, spec, "holderIdentity", l->identity);
	sl_map_set_int(a, spec, "leaseDurationSeconds", (l->duration_ms + 999) / 1000);
	sl_map_set_strz(a, spec, "renewTime", now);
	sl_map_set_int(a, spec, "leaseTransitions", transitions);
}

static int put(struct sl_lease *l, int64_t timeout_ms, struct sl_err *err)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	struct sl_value *object = sl_value_copy(&a, l->object);

	sign(l, &a, object);
	return send(l, "PUT", path_of(l, &a, true), object, timeout_ms, err);
}

static int create(struct sl_lease *l, int64_t timeout_ms, struct sl_err *err)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	struct sl_value *object = sl_value_map(&a), *meta;

	sl_map_set_strz(&a, object, "apiVersion", "coordination.k8s.io/v1");
	sl_map_set_strz(&a, object, "kind", "Lease");
	meta = sl_map_need_map(&a, object, "metadata");
	sl_map_set_strz(&a, meta, "name", l->name);
	sl_map_set_strz(&a, meta, "namespace", l->namespace_);
	sign(l, &a, object);
	return send(l, "POST", path_of(l, &a, false), object, timeout_ms, err);
}

/* Somebody else holds the Lease and has not let it expire. */
static bool is_taken(const struct sl_lease *l)
{
	int64_t seconds = sl_get_int(l->object, 0, "spec", "leaseDurationSeconds");

	if (seconds < 0 || seconds > 86400 * 365)
		seconds = 0;
	return holder_of(l->object).n && !is_ours(l) && sl_mono_ms() < l->seen_ms + seconds * 1000;
}

/* One attempt, of at most this time for each request. */
static enum attempt attempt(struct sl_lease *l, int64_t timeout_ms, struct sl_err *err)
{
	int r;

	if (l->object && is_ours(l)) {
		r = put(l, timeout_ms, err);
		if (r != SL_ERR_CONFLICT && r != SL_ERR_NOT_FOUND)
			return r == 0 ? ATTEMPT_HELD : ATTEMPT_FAILED;
		sl_err_release(err);
	}
	r = get(l, timeout_ms, err);
	if (r == SL_ERR_NOT_FOUND) {
		sl_err_release(err);
		return create(l, timeout_ms, err) == 0 ? ATTEMPT_HELD : ATTEMPT_FAILED;
	}
	if (r < 0)
		return ATTEMPT_FAILED;
	if (is_taken(l))
		return ATTEMPT_TAKEN;
	return put(l, timeout_ms, err) == 0 ? ATTEMPT_HELD : ATTEMPT_FAILED;
}

static void report(struct sl_lease *l, const struct sl_err *err)
{
	if (l->handler.on_error)
		l->handler.on_error(l->handler.ctx, err);
}

/* A third of the deadline for one request: a connection that went silent must not cost it all. */
static int64_t request_ms(const struct sl_lease *l, int64_t left_ms)
{
	int64_t ms = l->renew_deadline_ms / 3 + 1;

	return ms < left_ms ? ms : left_ms;
}

/* True once the Lease is ours, false when stopped. `*ret_ms`: when the request was sent. */
static bool acquire(struct sl_lease *l, int64_t *ret_ms)
{
	while (!is_stopping(l)) {
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		int64_t extra = l->retry_period_ms * JITTER_PERCENT / 100;
		enum attempt a;

		*ret_ms = sl_mono_ms();
		a = attempt(l, request_ms(l, l->renew_deadline_ms), &err);
		if (a == ATTEMPT_HELD)
			return true;
		/* A conflict means that another was faster. */
		if (a == ATTEMPT_FAILED && err.code != SL_ERR_CONFLICT)
			report(l, &err);
		pause_ms(l, l->retry_period_ms + (int64_t)sl_random_below((uint64_t)extra + 1));
	}
	return false;
}

/* Renew until stopped (0) or until the Lease is lost (an error). */
static int renew(struct sl_lease *l, int64_t renewed_ms, struct sl_err *err)
{
	SL_AUTO(sl_err) last = SL_ERR_INIT;

	for (;;) {
		int64_t now, begun, left = renewed_ms + l->renew_deadline_ms - sl_mono_ms();
		enum attempt a;

		pause_ms(l, l->retry_period_ms < left ? l->retry_period_ms : left);
		if (is_stopping(l))
			return 0;
		begun = sl_mono_ms();
		left = renewed_ms + l->renew_deadline_ms - begun;
		if (left <= 0)
			return sl_err_set(err, SL_ERR_TIMEOUT,
					  "lease %s/%s was not renewed within %lld ms%s%s",
					  l->namespace_, l->name, (long long)l->renew_deadline_ms,
					  last.message ? ": " : "",
					  last.message ? last.message : "");
		sl_err_release(&last);
		a = attempt(l, request_ms(l, left), &last);
		now = sl_mono_ms();
		if (a == ATTEMPT_TAKEN)
			return sl_err_set(err, SL_ERR_CONFLICT, "lease %s/%s is held by %s",
					  l->namespace_, l->name, l->leader);
		/* An answer after the deadline is too late: somebody may have taken over. */
		if (a == ATTEMPT_HELD && now < renewed_ms + l->renew_deadline_ms)
			renewed_ms = begun;
		else if (a == ATTEMPT_FAILED)
			report(l, &last);
	}
}

static void release(struct sl_lease *l)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	struct sl_value *object, *spec;
	char now[SL_RFC3339_SIZE];

	if (l->keep_on_stop || !l->object || !is_ours(l))
		return;
	object = sl_value_copy(&a, l->object);
	spec = sl_map_need_map(&a, object, "spec");
	sl_rfc3339_micro(sl_wall_ns(), now);
	sl_map_set_strz(&a, spec, "holderIdentity", "");
	sl_map_set_int(&a, spec, "leaseDurationSeconds", 1);
	sl_map_set_strz(&a, spec, "acquireTime", now);
	sl_map_set_strz(&a, spec, "renewTime", now);
	if (send(l, "PUT", path_of(l, &a, true), object, SL_LEASE_RELEASE_MS, NULL) < 0)
		return; /* it will expire by itself */
}

static void *lease_main(void *arg)
{
	struct sl_lease *l = arg;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	int64_t renewed_ms;

	if (!acquire(l, &renewed_ms))
		return NULL;
	set_held(l, true);
	l->handler.on_acquired(l->handler.ctx);
	if (renew(l, renewed_ms, &err) < 0) {
		set_held(l, false);
		l->handler.on_lost(l->handler.ctx, &err);
		return NULL;
	}
	set_held(l, false);
	release(l);
	return NULL;
}

static char *new_identity(void)
{
	char host[256] = "", uuid[37];

	if (gethostname(host, sizeof(host) - 1) < 0 || !host[0])
		host[0] = '-';
	sl_uuid(uuid);
	return sl_xasprintf("%s_%s", host, uuid);
}

static void lease_free(struct sl_lease *l)
{
	sl_kube_client_free(l->client);
	free(l->namespace_);
	free(l->name);
	free(l->identity);
	free(l->seen);
	free(l->leader);
	sl_arena_release(&l->arena);
	pthread_cond_destroy(&l->wake);
	pthread_mutex_destroy(&l->lock);
	free(l);
}

static int64_t or_default(int64_t value, int64_t otherwise)
{
	return value ? value : otherwise;
}

static struct sl_lease *lease_new(const struct sl_lease_options *o,
				  const struct sl_lease_handler *handler)
{
	struct sl_lease *l = sl_xcalloc(1, sizeof(*l));
	pthread_condattr_t attr;

	l->handler = *handler;
	l->namespace_ = sl_xstrdup(o->namespace_);
	l->name = sl_xstrdup(o->name);
	l->identity = o->identity ? sl_xstrdup(o->identity) : new_identity();
	l->duration_ms = or_default(o->duration_ms, SL_LEASE_DURATION_MS);
	l->renew_deadline_ms = or_default(o->renew_deadline_ms, SL_LEASE_RENEW_DEADLINE_MS);
	l->retry_period_ms = or_default(o->retry_period_ms, SL_LEASE_RETRY_PERIOD_MS);
	l->keep_on_stop = o->keep_on_stop;
	pthread_mutex_init(&l->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&l->wake, &attr);
	pthread_condattr_destroy(&attr);
	return l;
}

static int check_times(const struct sl_lease *l, struct sl_err *err)
{
	if (l->retry_period_ms <= 0 || l->renew_deadline_ms <= 0 || l->duration_ms <= 0)
		return sl_err_set(err, SL_ERR_INVALID, "the times of a lease must be positive");
	if (l->duration_ms <= l->renew_deadline_ms)
		return sl_err_set(err, SL_ERR_INVALID,
				  "the lease duration must be greater than the renew deadline");
	if (l->renew_deadline_ms <= l->retry_period_ms * JITTER_PERCENT / 100)
		return sl_err_set(err, SL_ERR_INVALID,
				  "the renew deadline must be greater than 1.2 retry periods");
	return 0;
}

static int start_thread(struct sl_lease *l, struct sl_err *err)
{
	sigset_t all, before;
	int r;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	r = pthread_create(&l->thread, NULL, lease_main, l);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return r ? sl_err_errno(err, r, "start the lease's thread") : 0;
}

int sl_lease_start(const struct sl_kube_config *config, const struct sl_lease_options *options,
		   const struct sl_lease_handler *handler, struct sl_lease **ret_lease,
		   struct sl_err *err)
{
	/* A failed attempt is repeated by the rules of the lease, not by those of the client. */
	const struct sl_kube_client_options client_options = { .user_agent = options->user_agent,
							       .fail_fast = true };
	struct sl_lease *l = lease_new(options, handler);
	int r = check_times(l, err);

	if (r == 0)
		r = sl_kube_client_new(config, &client_options, &l->client, err);
	if (r == 0)
		r = start_thread(l, err);
	if (r < 0) {
		lease_free(l);
		return r;
	}
	*ret_lease = l;
	return 0;
}

void sl_lease_stop(struct sl_lease *l)
{
	if (!l)
		return;
	pthread_mutex_lock(&l->lock);
	l->stopping = true;
	pthread_cond_signal(&l->wake);
	pthread_mutex_unlock(&l->lock);
	pthread_join(l->thread, NULL);
	lease_free(l);
}
