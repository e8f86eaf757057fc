#include "kustomize-controller/kustomization.h"

#include <string.h>

#include "kustomize-controller/run.h"
#include "libcommon/base/clock.h"

#define FETCH_DELAY_MIN_MS 1000
#define FETCH_DELAY_MAX_MS 30000

const struct sl_kube_kind kc_kustomization_kind = {
	SL_GROUP_KUSTOMIZE, "v1", SL_KIND_KUSTOMIZATION, "kustomizations", true, ~0u,
};

const struct sl_kube_kind kc_source_kinds[KC_SOURCE_KINDS] = {
	{ SL_GROUP_SOURCE, "v1", SL_KIND_GIT_REPOSITORY, "gitrepositories", true, ~0u },
	{ SL_GROUP_SOURCE, "v1", SL_KIND_OCI_REPOSITORY, "ocirepositories", true, ~0u },
	{ SL_GROUP_SOURCE, "v1", SL_KIND_BUCKET, "buckets", true, ~0u },
	{ SL_GROUP_SOURCE, "v1", SL_KIND_EXTERNAL_ARTIFACT, "externalartifacts", true, ~0u },
};

static const char *const owned_conditions[] = {
	SL_COND_READY, SL_COND_RECONCILING, SL_COND_STALLED, SL_COND_HEALTHY, NULL,
};

static enum kc_next fail_terminally(struct kc_run *r, const char *reason, const struct sl_err *err)
{
	struct kc_failure f = { .reason = reason, .delay_ms = -1, .stalled = true };

	return kc_fail(r, &f, err);
}

static enum kc_next suspended(struct kc_run *r)
{
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	kc_tracker_forget(r->c->tracker, &r->run->key);
	kc_state_reset(r->st);
	r->result = SL_RESULT_DONE;
	(void)sl_status_handle_request(r->a, r->patcher.object);
	/* What was ready stays so, for its dependants too: they compare the generations. */
	if (sl_cond_is_true(r->patcher.object, SL_COND_READY)) {
		sl_cond_delete(r->patcher.object, SL_COND_RECONCILING);
		sl_status_observe(r->a, r->patcher.object);
	}
	return sl_patcher_status(&r->patcher, &err) < 0 ? kc_retry(r) : KC_END;
}

static bool is_known(void *ctx, const struct sl_value *answer, uint64_t digest)
{
	return kc_tracker_knows(ctx, answer, digest);
}

static void set_applier(struct kc_run *r)
{
	const char *fallback = sl_manager_settings(r->c->manager)->default_service_account;
	const char *account = r->spec.service_account;

	if (!account && fallback && *fallback)
		account = r->spec.service_account = fallback;
	if (account)
		r->user = sl_arena_printf(r->a, "system:serviceaccount:%s:%s",
					  r->run->key.namespace_, account);
	r->applier = (struct sl_applier){
		.client = sl_manager_client(r->c->manager),
		.discovery = sl_manager_discovery(r->c->manager),
		.field_manager = sl_manager_name(r->c->manager),
		.group = SL_GROUP_KUSTOMIZE,
		.user = r->user,
		.fair_key = r->run->key.namespace_,
		.concurrency = (size_t)r->c->concurrent_ssa,
		.force = r->spec.force,
		.override_managers = &r->c->override_managers,
		.custom_stage_kinds = &r->c->custom_stage_kinds,
		.is_known = is_known,
		.known_ctx = r->c->tracker,
	};
}

static enum kc_next read_artifact(struct kc_run *r, const struct sl_cached *source)
{
	const struct sl_value *artifact = sl_get(source->value, "status", "artifact");
	int64_t delay = sl_manager_settings(r->c->manager)->requeue_dependency_ms;
	struct kc_failure f = { .reason = SL_REASON_ARTIFACT_FAILED,
				.delay_ms = delay,
				.quiet = true };
	struct sl_str origin =
		sl_get_str(sl_get(artifact, "metadata"), "org.opencontainers.image.revision");
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	if (!sl_is_map(artifact)) {
		sl_err_set(&err, SL_ERR_NOT_FOUND, "Source artifact not found, retrying in %s",
			   kc_duration_text(r->a, delay));
		return kc_fail(r, &f, &err);
	}
	r->revision = sl_arena_str(r->a, sl_get_str(artifact, "revision")).p;
	r->artifact_url = sl_arena_str(r->a, sl_get_str(artifact, "url")).p;
	r->artifact_digest = sl_arena_str(r->a, sl_get_str(artifact, "digest")).p;
	if (origin.n)
		r->origin_revision = sl_arena_str(r->a, origin).p;
	return KC_NEXT;
}

static struct sl_store *store_of(struct kc_run *r, const char *kind)
{
	for (size_t i = 0; i < KC_SOURCE_KINDS; i++)
		if (!strcmp(kind, kc_source_kinds[i].kind))
			return r->c->sources[i];
	return NULL;
}

static enum kc_next resolve_source(struct kc_run *r)
{
	struct sl_source_ref_policy policy = {
		.no_cross_namespace = sl_manager_settings(r->c->manager)->no_cross_namespace_refs,
	};
	struct kc_failure f = { .reason = SL_REASON_ARTIFACT_FAILED,
				.delay_ms = r->spec.retry_ms,
				.quiet = true };
	SL_AUTO_CACHED struct sl_cached *source = NULL;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_store *store;

	if (sl_source_ref_read(r->a, r->spec.source_ref, sl_str(r->run->key.namespace_), &policy,
			       &r->source, &err) < 0)
		return fail_terminally(r, SL_REASON_ACCESS_DENIED, &err);
	if (!strcmp(r->source.kind, SL_KIND_EXTERNAL_ARTIFACT) &&
	    !sl_manager_gate(r->c->manager, "ExternalArtifact")) {
		sl_err_set(&err, SL_ERR_FORBIDDEN,
			   "can't access '%s': the ExternalArtifact feature gate is disabled",
			   sl_source_ref_text(r->a, &r->source));
		return fail_terminally(r, SL_REASON_ACCESS_DENIED, &err);
	}
	store = store_of(r, r->source.kind);
	if (store)
		source = sl_store_get(store, r->source.namespace_, r->source.name);
	if (!source) {
		sl_err_set(&err, SL_ERR_NOT_FOUND, "Source '%s' not found",
			   sl_source_ref_text(r->a, &r->source));
		return kc_fail(r, &f, &err);
	}
	return read_artifact(r, source);
}

static enum kc_next refuse_unsupported(struct kc_run *r, const char *field)
{
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	sl_err_set(
		&err, SL_ERR_UNSUPPORTED,
		"%s is not supported by this version of kustomize-controller; remove it, or use a "
		"version that has it",
		field);
	return fail_terminally(r, "UnsupportedField", &err);
}

/* Asked for by a person, and not begun: what was begun goes on with its wait. */
static bool is_requested(struct kc_run *r)
{
	const struct sl_value *object = r->patcher.object;
	struct sl_str asked = sl_obj_annotation(object, SL_ANN_REQUESTED_AT);

	if (!asked.n || sl_str_eq(asked, sl_get_str(object, "status", "lastHandledReconcileAt")) ||
	    (r->st->request && sl_str_eqz(asked, r->st->request)))
		return false;
	kc_state_set(&r->st->request, asked);
	return true;
}

enum kc_next kc_step_prepare(struct kc_run *r)
{
	struct sl_value *object = r->patcher.object;
	struct kc_failure f = { .reason = SL_REASON_BUILD_FAILED, .delay_ms = -1, .stalled = true };
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	const char *field;

	if (!sl_str_eqz(sl_obj_uid(object), r->st->uid)) {
		kc_state_reset(r->st);
		kc_state_set(&r->st->uid, sl_obj_uid(object));
	}
	if (sl_inventory_load(r->a, sl_get(object, "status", "inventory"), &r->old_inventory,
			      &err) < 0)
		return kc_fail(r, &f, &err);
	if (sl_obj_is_deleting(object)) {
		kc_spec_decode_deletion(r->a, object, &r->spec);
		set_applier(r);
		return kc_finalize(r);
	}
	if (kc_spec_decode(r->a, object, &r->spec, &err) < 0)
		return kc_fail(r, &f, &err);
	set_applier(r);
	if (sl_patcher_add_finalizer(&r->patcher, SL_FINALIZER, &err) < 0) {
		sl_log_error(&r->run->log, "finalizer could not be added", &err);
		return kc_retry(r);
	}
	if (r->spec.suspend)
		return suspended(r);
	r->requested = is_requested(r);
	field = kc_spec_unsupported(object);
	if (field)
		return refuse_unsupported(r, field);
	return resolve_source(r);
}

static bool is_same_spec(const struct kc_run *r)
{
	return r->st->generation == sl_obj_generation(r->patcher.object);
}

/* Come back at the next periodic run, or when a suspect may be corrected. */
static enum kc_next sleep_until_due(struct kc_run *r)
{
	r->result = SL_RESULT_AT(kc_due(r));
	return KC_END;
}

static void begin(struct kc_run *r)
{
	if (r->st->run_since_ms)
		return;
	r->st->run_since_ms = sl_mono_ms();
	r->st->wait_changed = false;
	r->st->was_healthy = sl_cond_is_true(r->patcher.object, SL_COND_HEALTHY);
}

static void look_for_suspects(struct kc_run *r)
{
	r->suspect_ms = kc_tracker_suspects(r->c->tracker, &r->run->key, &r->suspects);
}

/* The last run went through: is there anything to do at all? */
static enum kc_next idle_settled(struct kc_run *r)
{
	enum kc_next next;

	look_for_suspects(r);
	if (sl_mono_ms() < r->st->due_ms) {
		r->healing = r->suspects.n > 0;
		return r->healing ? KC_NEXT : sleep_until_due(r);
	}
	if (r->suspects.n || kc_variables_changed(r) || r->st->remotes)
		return KC_NEXT;
	if (++r->st->rechecks % KC_FULL_EVERY == 0 ||
	    !kc_tracker_covers(r->c->tracker, &r->run->key))
		return KC_NEXT;
	begin(r);
	r->build.digest = sl_arena_strdup(r->a, r->st->build);
	next = kc_step_depend(r);
	if (next == KC_NEXT)
		next = kc_step_health(r);
	return next == KC_NEXT ? kc_succeed(r) : next;
}

/* The last run failed, and nothing that it depended on has changed: it is repeated when due. */
static enum kc_next idle_failed(struct kc_run *r)
{
	struct sl_str reason = sl_cond_reason(r->patcher.object, SL_COND_READY);

	if (!r->st->due_ms || sl_mono_ms() >= r->st->due_ms ||
	    !sl_streq(r->st->source_revision_seen, r->revision))
		return KC_NEXT;
	/* Woken before that: has the dependency, or what was unhealthy, become ready? */
	if (sl_str_eqz(reason, SL_REASON_DEPENDENCY_NOT_READY) ||
	    (sl_str_eqz(reason, SL_REASON_HEALTH_CHECK_FAILED) && kc_is_healthy(r)))
		return KC_NEXT;
	return sleep_until_due(r);
}

/* An end of the wait for health, either way, is an end of the run. */
static enum kc_next go_on_waiting(struct kc_run *r)
{
	return kc_health_check(r) == KC_NEXT ? kc_succeed(r) : KC_END;
}

/* What is waited for is the same as before, as far as the spec tells. */
static bool waits_for_health(const struct kc_run *r)
{
	return r->st->wait == KC_WAIT_HEALTH && !r->requested &&
	       r->st->wait_generation == sl_obj_generation(r->patcher.object);
}

enum kc_next kc_step_idle(struct kc_run *r)
{
	struct kc_state *st = r->st;

	if (kc_inputs_changed(r) || r->requested) {
		st->rechecks = 0;
		return KC_NEXT;
	}
	if (waits_for_health(r) && sl_streq(st->wait_artifact, r->artifact_digest)) {
		look_for_suspects(r);
		/* What was deleted meanwhile would be waited for in vain. */
		r->healing = r->suspects.n > 0;
		if (r->healing)
			return KC_NEXT;
		r->build.digest = sl_arena_strdup(r->a, st->wait_build);
		return go_on_waiting(r);
	}
	if (st->wait || !is_same_spec(r))
		return KC_NEXT;
	if (st->settled && sl_streq(st->artifact, r->artifact_digest) &&
	    sl_streq(st->revision, r->revision))
		return idle_settled(r);
	return st->settled ? KC_NEXT : idle_failed(r);
}

/* The download is repeated before retryInterval counts: --http-retry times, as in Flux. */
static bool is_repeated_soon(const struct kc_run *r, const struct sl_err *err)
{
	return (err->code == SL_ERR_NET || err->code == SL_ERR_UNAVAILABLE ||
		err->code == SL_ERR_THROTTLED || err->code == SL_ERR_TIMEOUT) &&
	       r->st->fetch_failures <= r->c->http_retry;
}

/* A restarting artifact server must not cost a retryInterval; neither must it be hammered. */
static int64_t fetch_delay(const struct kc_run *r, const struct sl_err *err)
{
	int64_t delay = FETCH_DELAY_MIN_MS;

	if (err->code == SL_ERR_NOT_FOUND)
		return sl_manager_settings(r->c->manager)->requeue_dependency_ms;
	if (!is_repeated_soon(r, err))
		return r->spec.retry_ms;
	for (int i = 1; i < r->st->fetch_failures && delay < FETCH_DELAY_MAX_MS; i++)
		delay *= 2;
	return sl_jitter_ms(delay < FETCH_DELAY_MAX_MS ? delay : FETCH_DELAY_MAX_MS, 10);
}

enum kc_next kc_step_fetch(struct kc_run *r)
{
	struct sl_http_client *http = r->run->http;
	struct kc_failure f = { .reason = SL_REASON_ARTIFACT_FAILED };
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	begin(r);
	if (!kc_artifacts_get(r->c->artifacts, http, r->artifact_url, r->artifact_digest,
			      &r->artifact, &err)) {
		r->st->fetch_failures = 0;
		return KC_NEXT;
	}
	r->st->fetch_failures++;
	f.delay_ms = fetch_delay(r, &err);
	f.quiet = err.code == SL_ERR_NOT_FOUND || is_repeated_soon(r, &err);
	if (err.code == SL_ERR_NOT_FOUND) {
		sl_err_set(&err, SL_ERR_NOT_FOUND,
			   "Source is not ready, artifact not found, retrying in %s",
			   kc_duration_text(r->a, f.delay_ms));
	}
	return kc_fail(r, &f, &err);
}

static int build(struct kc_run *r, struct kc_build_inputs *in, struct sl_err *err)
{
	struct kc_state *st = r->st;
	int result;

	if (r->c->no_remote_bases)
		return kc_build(r->a, in, &r->build, err);
	if (!st->remotes)
		st->remotes = kc_remotes_new();
	in->remotes = st->remotes;
	kc_remotes_begin(st->remotes, r->run->http, sl_manager_stop_flag(r->c->manager),
			 st->run_since_ms);
	result = kc_build(r->a, in, &r->build, err);
	kc_remotes_end(st->remotes);
	if (!kc_remotes_any(st->remotes)) {
		kc_remotes_free(st->remotes);
		st->remotes = NULL;
	}
	return result;
}

enum kc_next kc_step_build(struct kc_run *r)
{
	struct sl_value *status = sl_map_need_map(r->a, r->patcher.object, "status");
	struct kc_failure f = { .reason = SL_REASON_BUILD_FAILED, .delay_ms = r->spec.retry_ms };
	struct kc_state *st = r->st;
	bool is_path_missing = false;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct kc_build_inputs in = {
		.dir_fd = r->artifact->dir_fd,
		.owner = &r->run->key,
		.spec = &r->spec,
		.strict = sl_manager_gate(r->c->manager, "StrictPostBuildSubstitutions"),
	};
	int result = kc_load_variables(r, &err);

	if (result == 0) {
		in.vars = r->variables;
		result = build(r, &in, &err);
		is_path_missing = result == SL_ERR_NOT_FOUND && !err.origin.file;
	}
	if (is_path_missing)
		f.reason = SL_REASON_ARTIFACT_FAILED;
	else
		sl_map_set_strz(r->a, status, "lastAttemptedRevision", r->revision);
	if (result < 0)
		return kc_fail(r, &f, &err);
	/* Once for each build: what was ignored in it is for its author to know. */
	for (size_t i = 0; !sl_streq(st->build, r->build.digest) && i < r->build.warning_count; i++)
		kc_event(r, SL_SEVERITY_ERROR, "BuildWarning", r->build.warnings[i]);
	r->healing = r->healing && sl_streq(st->wait == KC_WAIT_HEALTH ? st->wait_build : st->build,
					    r->build.digest);
	if (st->wait != KC_WAIT_HEALTH || r->healing)
		return KC_NEXT;
	/* A commit that renders the same must not end a wait for health: it goes on with it. */
	if (waits_for_health(r) && sl_streq(st->wait_build, r->build.digest))
		return go_on_waiting(r);
	sl_log_info(&r->run->log, "health checks canceled by a new revision or spec",
		    SL_KS("revision", r->revision));
	kc_state_end_wait(st);
	return KC_NEXT;
}

/* An alarm that turned out false is no reconciliation: it leaves no trace. */
enum kc_next kc_step_settle(struct kc_run *r)
{
	if (!r->healing || r->announced || r->st->wait == KC_WAIT_HEALTH)
		return KC_NEXT;
	r->st->run_since_ms = 0;
	return sleep_until_due(r);
}

static const struct step {
	const char *name;
	enum kc_next (*run)(struct kc_run *r);
} steps[] = {
	{ "prepare", kc_step_prepare }, { "idle", kc_step_idle },     { "depend", kc_step_depend },
	{ "fetch", kc_step_fetch },	{ "build", kc_step_build },   { "apply", kc_step_apply },
	{ "prune", kc_step_prune },	{ "settle", kc_step_settle }, { "health", kc_step_health },
	{ "finish", kc_succeed },
};

static void gone(struct kc_context *c, const struct sl_key *key)
{
	kc_tracker_forget(c->tracker, key);
	kc_states_drop(c->states, key);
}

struct sl_result kc_reconcile(void *ctx, struct sl_run *run, struct sl_err *err)
{
	struct kc_context *c = ctx;
	struct sl_patcher_options o = {
		.client = sl_manager_client(c->manager),
		.store = sl_controller_store(c->controller),
		.kind = &kc_kustomization_kind,
		.field_manager = sl_manager_field_manager(c->manager),
		.owned = owned_conditions,
		.arena = run->arena,
	};
	struct kc_run r = { .c = c, .run = run, .a = run->arena, .result = SL_RESULT_DONE };

	(void)err; /* failures are logged where their reason is known */
	if (!run->object) {
		gone(c, &run->key);
		return SL_RESULT_DONE;
	}
	r.st = kc_states_need(c->states, &run->key);
	sl_patcher_init(&r.patcher, &o, run->object->value);
	for (size_t i = 0; i < SL_ARRAY_LEN(steps); i++) {
		sl_log_debug(&run->log, "step", SL_KS("step", steps[i].name));
		if (steps[i].run(&r) == KC_END)
			break;
	}
	if (r.artifact)
		kc_artifacts_release(c->artifacts, r.artifact);
	sl_apply_plan_release(&r.plan);
	sl_strvec_release(&r.changes);
	sl_strvec_release(&r.suspects);
	return r.result;
}
