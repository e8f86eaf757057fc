#include "source-controller/run.h"

#include <stdarg.h>
#include <stdlib.h>

#define MESSAGE_MAX ((size_t)1 << 20)
#define REASON_GC_OK "GarbageCollectionSucceeded"
#define REASON_GC_FAILED "GarbageCollectionFailed"

struct sl_value *sc_artifact(const struct sc_run *r)
{
	struct sl_value *artifact = sl_get(r->patcher.object, "status", "artifact");

	return sl_is_map(artifact) ? artifact : NULL;
}

static enum sc_next end(struct sc_run *r, enum sc_outcome outcome, const char *condition,
			const char *reason, struct sl_err *err)
{
	r->outcome = outcome;
	r->reason = reason;
	sl_err_move(&r->error, err);
	if (condition) {
		SL_AUTO_FREE char *text = sl_err_text(&r->error);

		/* What failed in the run before has not failed now, or has not been tried. */
		for (const char *const *type = r->kind->failures; *type; type++)
			if (!sl_streq(*type, condition))
				sl_cond_delete(r->patcher.object, *type);
		sl_cond_true(r->a, r->patcher.object, condition, reason, "%s", text);
	}
	return SC_END;
}

enum sc_next sc_fail(struct sc_run *r, const char *condition, const char *reason,
		     struct sl_err *err)
{
	return end(r, SC_FAILED, condition, reason, err);
}

enum sc_next sc_stall(struct sc_run *r, const char *condition, const char *reason,
		      struct sl_err *err)
{
	return end(r, SC_STALLED, condition, reason, err);
}

enum sc_next sc_unchanged(struct sc_run *r, const char *reason, const char *fmt, ...)
{
	SL_AUTO(sl_strbuf) message = SL_STRBUF_INIT(MESSAGE_MAX);
	va_list ap;

	va_start(ap, fmt);
	sl_strbuf_vaddf(&message, fmt, ap);
	va_end(ap);
	sc_event(r, SL_SEVERITY_TRACE, reason, "%s", message.p);
	return end(r, SC_UNCHANGED, NULL, reason, &(struct sl_err)SL_ERR_INIT);
}

static void emit(struct sc_run *r, enum sl_severity severity, const char *reason,
		 const char *message, const struct sl_event_meta *metadata)
{
	if (severity != SL_SEVERITY_ERROR)
		sl_log_info(&r->run->log, message);
	sl_events_emit(sl_manager_events(r->c->manager), &(struct sl_event){
								 .object = r->patcher.object,
								 .severity = severity,
								 .reason = reason,
								 .message = sl_str(message),
								 .metadata = metadata,
							 });
}

void sc_event(struct sc_run *r, enum sl_severity severity, const char *reason, const char *fmt, ...)
{
	SL_AUTO(sl_strbuf) message = SL_STRBUF_INIT(MESSAGE_MAX);
	va_list ap;

	va_start(ap, fmt);
	sl_strbuf_vaddf(&message, fmt, ap);
	va_end(ap);
	emit(r, severity, reason, message.p, NULL);
}

static bool has_any(const struct sl_value *object, const char *const *types)
{
	for (; *types; types++)
		if (sl_cond_has(object, *types))
			return true;
	return false;
}

static void tell_success(struct sc_run *r)
{
	const struct sl_value *before = r->run->object->value, *artifact = sc_artifact(r);
	struct sl_event_meta metadata[] = {
		{ SL_GROUP_SOURCE "/" SL_META_REVISION, sl_get_str(artifact, "revision") },
		{ SL_GROUP_SOURCE "/" SL_META_DIGEST, sl_get_str(artifact, "digest") },
		{ 0 },
	};

	if ((r->outcome != SC_SUCCESS && r->outcome != SC_UNCHANGED) || !artifact || !r->notice)
		return;
	if (!sl_str_eq(sl_get_str(before, "status", "artifact", "digest"),
		       sl_get_str(artifact, "digest")))
		emit(r, SL_SEVERITY_INFO, "NewArtifact", r->notice, metadata);
	else if (has_any(before, r->kind->failures) &&
		 !has_any(r->patcher.object, r->kind->failures))
		emit(r, SL_SEVERITY_INFO, SL_REASON_SUCCEEDED, r->notice, metadata);
}

enum sc_next sc_publish(struct sc_run *r)
{
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	if (sl_patcher_status(&r->patcher, &err) < 0)
		return sc_fail(r, NULL, SL_REASON_PATCH_OPERATION_FAILED, &err);
	return SC_NEXT;
}

/* The object was deleted: its artifacts go, then the finalizer. */
static struct sl_result finalize(struct sc_run *r, struct sl_err *err)
{
	bool removed = false;
	int rc;

	if (!sl_obj_has_finalizer(r->patcher.object, SL_FINALIZER))
		return SL_RESULT_DONE;
	rc = sc_storage_remove_all(r->c->storage, r->kind->kube->kind, r->run->key.namespace_,
				   r->run->key.name, &removed, err);
	if (rc == 0 && r->kind->forget)
		rc = r->kind->forget(r, err);
	if (rc < 0) {
		SL_AUTO_FREE char *text = NULL;

		sl_err_wrap(err, "garbage collection for deleted resource failed");
		text = sl_err_text(err);
		sc_event(r, SL_SEVERITY_ERROR, REASON_GC_FAILED, "%s", text);
		return SL_RESULT_RETRY;
	}
	if (removed)
		sc_event(r, SL_SEVERITY_TRACE, REASON_GC_OK,
			 "garbage collected artifacts for deleted resource");
	if (sl_patcher_remove_finalizer(&r->patcher, SL_FINALIZER, err) < 0)
		return SL_RESULT_RETRY;
	return SL_RESULT_DONE;
}

static enum sc_next refuse_unsupported(struct sc_run *r)
{
	const char *field = r->kind->unsupported(r->patcher.object);
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	if (!field)
		return SC_NEXT;
	sl_err_set(&err, SL_ERR_UNSUPPORTED,
		   "%s is not supported by this version of source-controller; remove it, or use a "
		   "version that has it",
		   field);
	return sc_stall(r, SC_COND_FETCH_FAILED, SC_REASON_UNSUPPORTED, &err);
}

static bool is_requested(const struct sl_value *object)
{
	return !sl_str_eq(sl_obj_annotation(object, SL_ANN_REQUESTED_AT),
			  sl_get_str(object, "status", "lastHandledReconcileAt"));
}

/* The run before failed, its status says so, and nobody has asked for anything new since. */
static bool is_retry(const struct sl_value *object)
{
	struct sl_condition c;

	return sl_cond_get(object, SL_COND_RECONCILING, &c) && c.status == SL_COND_TRUE &&
	       sl_str_eqz(c.reason, SL_REASON_PROGRESSING_WITH_RETRY) &&
	       c.observed_generation == sl_obj_generation(object) && !is_requested(object);
}

/*
 * Say that work is under way; told at once when there is a new spec, or a person asks. A retry that
 * fails for the same reason leaves the status as it is.
 */
static enum sc_next progress(struct sc_run *r)
{
	struct sl_value *object = r->patcher.object;
	int64_t generation = sl_obj_generation(object);
	int64_t observed = sl_obj_observed_generation(object);

	r->is_retry = is_retry(object);
	if (r->is_retry)
		return SC_NEXT;
	sl_cond_progress(r->a, object, false, SL_REASON_PROGRESSING, "reconciliation in progress");
	sl_cond_delete(object, SC_COND_STORAGE_FAILED);
	if (generation != observed) {
		sl_cond_progress(r->a, object, false, SL_REASON_PROGRESSING,
				 "processing object: new generation %lld -> %lld",
				 (long long)observed, (long long)generation);
		return sc_publish(r);
	}
	return is_requested(object) ? sc_publish(r) : SC_NEXT;
}

static void run_steps(struct sc_run *r)
{
	if (sl_get_bool(r->patcher.object, false, "spec", "suspend")) {
		sl_log_info(&r->run->log, "reconciliation is suspended for this object");
		r->outcome = SC_SUSPENDED;
		return;
	}
	if (refuse_unsupported(r) == SC_END || progress(r) == SC_END)
		return;
	for (size_t i = 0; i < r->kind->step_count; i++) {
		sl_log_debug(&r->run->log, "step", SL_KS("step", r->kind->steps[i].name));
		if (r->kind->steps[i].run(r) == SC_END)
			return;
	}
}

/* Reconciling survives only in runs that did not get to an end: these are repeated. */
static void mark_retry(struct sc_run *r)
{
	struct sl_condition c;

	if (sl_cond_get(r->patcher.object, SL_COND_RECONCILING, &c))
		sl_cond_set(r->a, r->patcher.object, SL_COND_RECONCILING, SL_COND_TRUE,
			    SL_REASON_PROGRESSING_WITH_RETRY, c.message);
}

static void conclude(struct sc_run *r)
{
	struct sl_value *object = r->patcher.object;
	SL_AUTO_FREE char *text = NULL;
	struct sl_condition verified;

	switch (r->outcome) {
	case SC_SUCCESS:
	case SC_UNCHANGED:
		sl_cond_delete(object, SL_COND_RECONCILING);
		sl_cond_delete(object, SL_COND_STALLED);
		break;
	case SC_STALLED:
		text = sl_err_text(&r->error);
		sl_cond_stalled(r->a, object, r->reason, "%s", text);
		break;
	case SC_FAILED:
	case SC_SUSPENDED:
		mark_retry(r);
		sl_cond_delete(object, SL_COND_STALLED);
		break;
	}
	if (r->outcome != SC_FAILED && sl_list_len(sl_get(object, "status", "conditions")))
		sl_status_observe(r->a, object);
	sl_status_handle_request(r->a, object);
	sl_cond_summarize(r->a, object, &r->kind->summary);
	if (sl_cond_get(object, SC_COND_SOURCE_VERIFIED, &verified) &&
	    verified.status == SL_COND_FALSE)
		sl_cond_set(r->a, object, SL_COND_READY, SL_COND_FALSE,
			    sl_arena_str(r->a, verified.reason).p, verified.message);
}

static void tell_failure(struct sc_run *r)
{
	SL_AUTO_FREE char *text = NULL;

	if (r->outcome != SC_FAILED && r->outcome != SC_STALLED)
		return;
	text = sl_err_text(&r->error);
	if (r->outcome == SC_STALLED)
		sl_log_error(&r->run->log, "reconciliation stalled", &r->error,
			     SL_KS("reason", r->reason));
	sc_event(r, SL_SEVERITY_ERROR, r->reason, "%s", text);
}

static struct sl_result result_of(struct sc_run *r, struct sl_err *err)
{
	struct sl_condition ready;

	switch (r->outcome) {
	case SC_STALLED:
	case SC_SUSPENDED:
		return SL_RESULT_DONE;
	case SC_FAILED:
		sl_err_move(err, &r->error);
		return SL_RESULT_RETRY;
	case SC_SUCCESS:
	case SC_UNCHANGED:
		break;
	}
	/* A run that claims success has to show for it. */
	if (sl_cond_get(r->patcher.object, SL_COND_READY, &ready) && ready.status != SL_COND_TRUE) {
		sl_err_set(err, SL_ERR_INTERNAL, "%.*s", SL_STR_FMT(ready.message));
		return SL_RESULT_RETRY;
	}
	return SL_RESULT_AT(sl_manager_due(r->c->manager, r->interval_ms));
}

static struct sl_result finish(struct sc_run *r, struct sl_err *err)
{
	conclude(r);
	if (r->outcome == SC_FAILED && sl_manager_stopping(r->c->manager) &&
	    r->error.code == SL_ERR_CANCELED) {
		/* Not a failure of the source: the next process begins anew. */
		sl_err_release(&r->error);
		return SL_RESULT_DONE;
	}
	tell_failure(r);
	if (sl_patcher_status(&r->patcher, err) < 0) {
		sl_err_release(&r->error);
		return SL_RESULT_RETRY;
	}
	if (r->patcher.is_gone)
		return SL_RESULT_DONE;
	tell_success(r);
	return result_of(r, err);
}

struct sl_result sc_reconcile(struct sc_run *r, struct sc_context *c, const struct sc_kind *kind,
			      struct sl_controller *controller, struct sl_run *run,
			      struct sl_err *err)
{
	struct sl_patcher_options o = {
		.client = sl_manager_client(c->manager),
		.store = sl_controller_store(controller),
		.kind = kind->kube,
		.field_manager = sl_manager_name(c->manager),
		.owned = kind->owned,
		.arena = run->arena,
	};
	struct sl_result result;

	r->c = c;
	r->kind = kind;
	r->controller = controller;
	r->run = run;
	r->a = run->arena;
	sl_patcher_init(&r->patcher, &o, run->object->value);
	if (sl_obj_is_deleting(r->patcher.object))
		return finalize(r, err);
	if (!sl_obj_has_finalizer(r->patcher.object, SL_FINALIZER) &&
	    sl_patcher_add_finalizer(&r->patcher, SL_FINALIZER, err) < 0)
		return SL_RESULT_RETRY;
	run_steps(r);
	result = finish(r, err);
	sl_err_release(&r->error);
	return result;
}
