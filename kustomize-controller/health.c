#include "kustomize-controller/pods.h"
#include "kustomize-controller/run.h"
#include "libcommon/base/clock.h"
#include "libcommon/kube/kstatus.h"

#define POLL_MS 5000 /* for what no watch tells of */
#define STAGE_TIMEOUT_MS 60000
#define ANNOUNCE_AFTER_MS 1000 /* of waiting for health */
#define LISTED_MAX 20	       /* objects named in a message */
#define CAUSES_MAX 5	       /* of which so many are asked about in detail */

/* An object that is not as it should be. */
struct finding {
	struct sl_inventory_entry entry;
	const char *status;  /* "InProgress" */
	const char *message; /* in the arena */
};

/* The first LISTED_MAX of them, and how many there are. */
struct findings {
	struct finding v[LISTED_MAX];
	size_t n;
};

/* The sum of all verdicts. */
struct tally {
	struct findings failing, pending;
	int64_t recheck_ms; /* look again after this long even if nothing wakes us */
};

static void add_finding(struct findings *f, const struct sl_inventory_entry *e,
			const struct kc_verdict *v)
{
	if (f->n < LISTED_MAX)
		f->v[f->n] = (struct finding){ *e, sl_kstatus_name(v->status), v->message };
	f->n++;
}

static void recheck_within(struct tally *t, int64_t ms)
{
	if (ms > 0 && (!t->recheck_ms || ms < t->recheck_ms))
		t->recheck_ms = ms;
}

static int resolve(struct kc_run *r, const struct sl_inventory_entry *e,
		   struct sl_kube_ref *ret_ref, struct sl_err *err)
{
	SL_AUTO(sl_err) any = SL_ERR_INIT;
	int result = SL_ERR_NOT_FOUND, preferred;

	if (e->version.n)
		result = sl_discovery_find(r->applier.discovery, e->group, e->version, e->kind,
					   &ret_ref->kind, err);
	if (result == SL_ERR_NOT_FOUND) {
		preferred = sl_discovery_find_preferred(r->applier.discovery, e->group, e->kind,
							&ret_ref->kind, &any);
		if (!preferred)
			sl_err_release(err);
		else if (!e->version.n)
			(void)sl_err_move(err, &any);
		if (!preferred || !e->version.n)
			result = preferred;
	}
	ret_ref->namespace_ = e->namespace_.n ? sl_arena_str(r->a, e->namespace_).p : NULL;
	ret_ref->name = sl_arena_str(r->a, e->name).p;
	return result;
}

static bool is_pod_set(const struct sl_inventory_entry *e)
{
	return sl_str_eqz(e->group, "apps") &&
	       (sl_str_eqz(e->kind, "StatefulSet") || sl_str_eqz(e->kind, "ReplicaSet"));
}

static bool has_pods(const struct sl_inventory_entry *e)
{
	static const struct {
		const char *group, *kind;
	} kinds[] = {
		{ "apps", "Deployment" }, { "apps", "StatefulSet" }, { "apps", "DaemonSet" },
		{ "apps", "ReplicaSet" }, { "batch", "Job" },
	};

	for (size_t i = 0; i < SL_ARRAY_LEN(kinds); i++)
		if (sl_str_eqz(e->group, kinds[i].group) && sl_str_eqz(e->kind, kinds[i].kind))
			return true;
	return false;
}

/* A pod that has failed for good speaks for the set that it belongs to; nobody wakes us for it. */
static void refine_by_pods(struct kc_run *r, const struct sl_value *live, struct kc_verdict *v)
{
	size_t failed = kc_pods_failed(r, live);

	if (failed) {
		v->status = SL_KSTATUS_FAILED;
		v->message = sl_arena_printf(r->a, "%zu pods have failed", failed);
	}
	v->recheck_ms = POLL_MS;
}

/* Read the object, as whom we impersonate. */
static struct kc_verdict read_verdict(struct kc_run *r, const struct sl_inventory_entry *e)
{
	struct sl_kube_verb_options o = { .user = r->user, .fair_key = r->applier.fair_key };
	struct kc_verdict v = { .status = SL_KSTATUS_UNKNOWN, .recheck_ms = POLL_MS };
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_kube_ref ref = { 0 };
	struct sl_value *live = NULL;
	struct sl_kstatus_result k;
	int result = resolve(r, e, &ref, &err);

	if (!result) {
		result = sl_kube_get(r->applier.client, &ref, &o, r->a, &live, &err);
		if (result == SL_ERR_NOT_FOUND)
			sl_err_set(&err, result, "not found");
	}
	if (result < 0) {
		v.status = result == SL_ERR_NOT_FOUND ? SL_KSTATUS_NOT_FOUND : SL_KSTATUS_UNKNOWN;
		v.message = sl_arena_strdup(r->a, err.message);
		return v;
	}
	k = sl_kstatus_compute(r->a, live, sl_wall_ms());
	v.status = k.status;
	v.message = k.message;
	v.recheck_ms = k.recheck_ms;
	kc_tracker_observe(r->c->tracker, e, live);
	if (v.status == SL_KSTATUS_IN_PROGRESS && is_pod_set(e))
		refine_by_pods(r, live, &v);
	return v;
}

/*
 * The watch is ours, the verdict is the tenant's: when the records have something final to say under
 * impersonation about a state that the tenant has not read, it is read as the tenant.
 */
static struct kc_verdict verdict_of(struct kc_run *r, const struct sl_inventory_entry *e)
{
	struct kc_verdict v = kc_tracker_verdict(r->c->tracker, r->a, &r->run->key, e);
	bool final = v.status == SL_KSTATUS_CURRENT || v.status == SL_KSTATUS_FAILED;
	struct kc_verdict read;

	if (!v.stale && !(r->user && final && !v.was_read) &&
	    !(is_pod_set(e) && v.status == SL_KSTATUS_IN_PROGRESS))
		return v;
	read = read_verdict(r, e);
	/* Without a watch that could wake us, time must. */
	if (v.stale && !read.recheck_ms &&
	    kc_tracker_verdict(r->c->tracker, r->a, &r->run->key, e).stale)
		read.recheck_ms = POLL_MS;
	return read;
}

static void count(struct kc_run *r, struct tally *t, const struct sl_inventory_entry *e)
{
	struct kc_verdict v = verdict_of(r, e);

	recheck_within(t, v.recheck_ms);
	if (v.status == SL_KSTATUS_CURRENT ||
	    (v.status == SL_KSTATUS_NOT_FOUND && sl_strvec_contains(&r->st->expiring, e->id)))
		return;
	add_finding(v.status == SL_KSTATUS_FAILED ? &t->failing : &t->pending, e, &v);
}

/* What the pods of it, or it itself as one, have to say; or NULL. */
static const char *cause_of(struct kc_run *r, const struct sl_inventory_entry *e)
{
	struct sl_kube_verb_options o = { .user = r->user, .fair_key = r->applier.fair_key };
	bool is_pod = !e->group.n && sl_str_eqz(e->kind, "Pod"), certain;
	struct sl_kube_ref ref = { 0 };
	struct sl_value *live = NULL;

	if ((!is_pod && !has_pods(e)) || resolve(r, e, &ref, NULL) < 0 ||
	    sl_kube_get(r->applier.client, &ref, &o, r->a, &live, NULL) < 0)
		return NULL;
	return is_pod ? kc_pod_trouble(r->a, live, &certain) : kc_pods_cause(r, live);
}

/* "Deployment/ns/web status: 'InProgress': Ready: 0/1: pod web-1: …" */
static char *describe(struct kc_run *r, const struct finding *f, bool in_detail)
{
	const char *message = f->message ? f->message : "";
	const char *cause = in_detail ? cause_of(r, &f->entry) : NULL;

	return sl_xasprintf("%s status: '%s'%s%s%s%s", sl_inventory_subject(r->a, &f->entry),
			    f->status, *message ? ": " : "", message, cause ? ": " : "",
			    cause ? cause : "");
}

/* Costs two requests for each of the first objects: for the moment at which a run fails. */
static char *describe_all(struct kc_run *r, const struct findings *f)
{
	SL_AUTO(sl_strvec) list = SL_STRVEC_INIT;

	for (size_t i = 0; i < f->n && i < LISTED_MAX; i++)
		sl_strvec_take(&list, describe(r, &f->v[i], i < CAUSES_MAX));
	if (f->n > LISTED_MAX)
		sl_strvec_pushf(&list, "and %zu more", f->n - LISTED_MAX);
	return sl_strvec_join(&list, ", ");
}

/* "apps/v1", and "" stands for it: the oldest form of a health check named only Deployments. */
static struct sl_inventory_entry entry_of_check(struct kc_run *r, const struct sl_value *check)
{
	struct sl_str version = sl_get_str(check, "apiVersion"), namespace_;
	struct sl_inventory_entry e = { .kind = sl_get_str(check, "kind"),
					.name = sl_get_str(check, "name") };
	ptrdiff_t slash;

	if (!version.n)
		version = SL_STR("apps/v1");
	slash = sl_str_chr(version, '/');
	e.group = slash < 0 ? SL_STR("") : sl_str_sub(version, 0, (size_t)slash);
	e.version = sl_str_sub(version, (size_t)(slash + 1), version.n);
	namespace_ = sl_get_str(check, "namespace");
	e.namespace_ = namespace_;
	e.id = sl_str(sl_arena_printf(r->a, "%.*s_%.*s_%.*s_%.*s", SL_STR_FMT(e.namespace_),
				      SL_STR_FMT(e.name), SL_STR_FMT(e.group), SL_STR_FMT(e.kind)));
	return e;
}

static bool is_self(const struct kc_run *r, const struct sl_inventory_entry *e)
{
	return sl_str_eqz(e->kind, SL_KIND_KUSTOMIZATION) &&
	       sl_str_eqz(e->group, SL_GROUP_KUSTOMIZE) && sl_str_eqz(e->name, r->run->key.name) &&
	       sl_str_eqz(e->namespace_, r->run->key.namespace_);
}

static int tally_all(struct kc_run *r, struct tally *t, struct sl_err *err)
{
	struct sl_inventory inventory = SL_INVENTORY_INIT;
	int result;

	if (!r->spec.wait) {
		for (size_t i = 0; i < sl_list_len(r->spec.health_checks); i++) {
			struct sl_inventory_entry e =
				entry_of_check(r, sl_list_get(r->spec.health_checks, i));

			count(r, t, &e);
		}
		return 0;
	}
	result = sl_inventory_load(r->a, sl_get(r->patcher.object, "status", "inventory"),
				   &inventory, err);
	for (size_t i = 0; !result && i < inventory.n; i++)
		if (!is_self(r, &inventory.entries[i]) &&
		    !sl_strvec_contains(&r->st->skipped, inventory.entries[i].id))
			count(r, t, &inventory.entries[i]);
	return result;
}

static enum kc_next not_healthy(struct kc_run *r, const char *cause, const struct findings *objects,
				int64_t since_ms)
{
	struct kc_failure f = { .reason = SL_REASON_HEALTH_CHECK_FAILED,
				.delay_ms = r->spec.retry_ms,
				.in_history = true };
	SL_AUTO_FREE char *list = describe_all(r, objects);
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	sl_err_set(&err, SL_ERR_TIMEOUT, "health check failed after %s: %s: [%s]",
		   kc_duration_text(r->a, sl_mono_ms() - since_ms), cause, list);
	sl_cond_false(r->a, r->patcher.object, SL_COND_HEALTHY, SL_REASON_HEALTH_CHECK_FAILED, "%s",
		      err.message);
	return kc_fail(r, &f, &err);
}

static enum kc_next healthy(struct kc_run *r, int64_t since_ms)
{
	const char *message = sl_arena_printf(r->a, "Health check passed in %s",
					      kc_duration_text(r->a, sl_mono_ms() - since_ms));
	bool is_new = !sl_streq(r->st->revision, r->revision) && r->st->wait_changed;

	if (!sl_cond_is_true(r->patcher.object, SL_COND_HEALTHY) || r->st->wait == KC_WAIT_HEALTH)
		sl_cond_true(r->a, r->patcher.object, SL_COND_HEALTHY, SL_REASON_SUCCEEDED, "%s",
			     message);
	if (!r->st->was_healthy || is_new)
		kc_event(r, SL_SEVERITY_INFO, SL_REASON_PROGRESSING, message);
	return KC_NEXT;
}

static bool is_waiting_for_health(const struct kc_run *r)
{
	return kc_state_waits(r->st, KC_WAIT_HEALTH, r->build.digest,
			      sl_obj_generation(r->patcher.object));
}

/*
 * Most waits are over within a second: nobody reads what is announced before. Ready must be Unknown by
 * now, and nothing else be left to write.
 */
static int64_t silence_left_ms(const struct kc_run *r, int64_t since_ms)
{
	int64_t left = since_ms + ANNOUNCE_AFTER_MS - sl_mono_ms();
	struct sl_condition ready;

	if (left <= 0 || sl_patcher_is_dirty(&r->patcher) ||
	    !sl_cond_get(r->patcher.object, SL_COND_READY, &ready) ||
	    ready.status != SL_COND_UNKNOWN ||
	    ready.observed_generation != sl_obj_generation(r->patcher.object))
		return 0;
	return left;
}

static enum kc_next keep_waiting(struct kc_run *r, struct tally *t, int64_t since_ms)
{
	int64_t silence_ms = silence_left_ms(r, since_ms);
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	recheck_within(t, silence_ms);
	recheck_within(t, r->suspect_ms);
	if (silence_ms)
		return kc_wait_for(r, KC_WAIT_HEALTH, r->spec.timeout_ms, t->recheck_ms);
	sl_cond_unknown(r->a, r->patcher.object, SL_COND_HEALTHY, SL_REASON_PROGRESSING,
			"Running health checks for revision %s with a timeout of %s", r->revision,
			kc_duration_text(r->a, r->spec.timeout_ms));
	if (kc_announce(r, &err, "Running health checks for revision %s with a timeout of %s",
			r->revision, kc_duration_text(r->a, r->spec.timeout_ms)) < 0)
		return kc_retry(r);
	return kc_wait_for(r, KC_WAIT_HEALTH, r->spec.timeout_ms,
			   t->recheck_ms ? t->recheck_ms : r->spec.timeout_ms);
}

enum kc_next kc_health_check(struct kc_run *r)
{
	bool waited = is_waiting_for_health(r);
	int64_t since = waited ? r->st->wait_since_ms : sl_mono_ms();
	struct tally t = { 0 };
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	enum kc_next next;

	if (tally_all(r, &t, &err) < 0)
		next = kc_fail(r,
			       &(struct kc_failure){ .reason = SL_REASON_HEALTH_CHECK_FAILED,
						     .delay_ms = r->spec.retry_ms },
			       &err);
	else if (t.failing.n && !sl_manager_gate(r->c->manager, "DisableFailFastBehavior"))
		next = not_healthy(r, "failed early due to stalled resources", &t.failing, since);
	else if (!t.pending.n && !t.failing.n)
		next = healthy(r, since);
	else if (!t.pending.n)
		next = not_healthy(r, "failed resources", &t.failing, since);
	else if (waited && sl_mono_ms() >= r->st->wait_deadline_ms)
		next = not_healthy(r, "timeout waiting for", &t.pending, since);
	else
		next = keep_waiting(r, &t, since);
	return next;
}

bool kc_is_healthy(struct kc_run *r)
{
	struct tally t = { 0 };

	return !tally_all(r, &t, NULL) && !t.pending.n && !t.failing.n;
}

enum kc_next kc_step_health(struct kc_run *r)
{
	if (!r->spec.wait && !sl_list_len(r->spec.health_checks)) {
		sl_cond_delete(r->patcher.object, SL_COND_HEALTHY);
		return KC_NEXT;
	}
	return kc_health_check(r);
}

enum kc_next kc_stage_ready(struct kc_run *r, int stage)
{
	struct kc_failure f = { .reason = SL_REASON_RECONCILIATION_FAILED,
				.delay_ms = r->spec.retry_ms,
				.in_history = true };
	enum kc_wait what = KC_WAIT_STAGE + (unsigned int)stage;
	bool waited =
		kc_state_waits(r->st, what, r->build.digest, sl_obj_generation(r->patcher.object));
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct tally t = { 0 };
	enum kc_next next = KC_NEXT;

	for (size_t i = r->plan.stage_begin[stage]; i < r->plan.stage_begin[stage + 1]; i++) {
		struct sl_inventory_entry e =
			sl_inventory_entry_of(r->a, r->plan.targets[i].desired);

		if (r->plan.targets[i].action != SL_APPLY_SKIPPED)
			count(r, &t, &e);
	}
	if (t.pending.n + t.failing.n) {
		if (waited && sl_mono_ms() >= r->st->wait_deadline_ms) {
			SL_AUTO_FREE char *list =
				describe_all(r, t.failing.n ? &t.failing : &t.pending);

			sl_err_set(&err, SL_ERR_TIMEOUT, "timeout waiting for: [%s]", list);
			next = kc_fail(r, &f, &err);
		} else if (kc_announce(r, &err, "Waiting for %zu objects to become ready",
				       t.pending.n + t.failing.n) < 0) {
			next = kc_retry(r);
		} else {
			next = kc_wait_for(r, what, STAGE_TIMEOUT_MS,
					   t.recheck_ms ? t.recheck_ms : STAGE_TIMEOUT_MS);
		}
	}
	return next;
}
