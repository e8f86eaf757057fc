#include <stdarg.h>
#include <stdio.h>

#include "kustomize-controller/run.h"
#include "libcommon/base/clock.h"
#include "libcommon/codec/duration.h"
#include "libcommon/kube/events.h"

#define HISTORY_MAX 5
#define RECHECK_MIN_MS 100

const char *kc_duration_text(struct sl_arena *a, int64_t ms)
{
	char text[SL_DURATION_SIZE];

	sl_duration_format(ms * SL_NS_PER_MS, text);
	return sl_arena_strdup(a, text);
}

static void emit(struct kc_run *r, enum sl_severity severity, const char *reason,
		 const char *message, bool success)
{
	struct sl_event_meta metadata[4];
	size_t n = 0;

	if (r->revision)
		metadata[n++] = (struct sl_event_meta){ SL_GROUP_KUSTOMIZE "/" SL_META_REVISION,
							sl_str(r->revision) };
	if (r->origin_revision)
		metadata[n++] =
			(struct sl_event_meta){ SL_GROUP_KUSTOMIZE "/" SL_META_ORIGIN_REVISION,
						sl_str(r->origin_revision) };
	if (success)
		metadata[n++] =
			(struct sl_event_meta){ SL_GROUP_KUSTOMIZE "/" SL_META_COMMIT_STATUS,
						SL_STR(SL_META_COMMIT_STATUS_UPDATE) };
	metadata[n] = (struct sl_event_meta){ 0 };
	sl_events_emit(sl_manager_events(r->c->manager), &(struct sl_event){
								 .object = r->patcher.object,
								 .severity = severity,
								 .reason = reason,
								 .message = sl_str(message),
								 .metadata = metadata,
								 .can_wait = success,
							 });
}

void kc_event(struct kc_run *r, enum sl_severity severity, const char *reason, const char *message)
{
	emit(r, severity, reason, message, false);
}

const char *kc_ready_reason(struct kc_run *r)
{
	struct sl_str reason = sl_cond_reason(r->patcher.object, SL_COND_READY);

	return reason.n ? sl_arena_str(r->a, reason).p : SL_REASON_PROGRESSING;
}

void kc_event_changes(struct kc_run *r)
{
	SL_AUTO_FREE char *text = NULL;

	if (!r->changes.n)
		return;
	text = sl_strvec_join(&r->changes, "\n");
	sl_log_info(&r->run->log, "server-side apply completed", SL_KS("output", text),
		    SL_KS("revision", r->revision));
	kc_event(r, SL_SEVERITY_INFO, kc_ready_reason(r), text);
	sl_strvec_release(&r->changes);
}

static void handle_request(struct kc_run *r)
{
	(void)sl_status_handle_request(r->a, r->patcher.object);
}

int kc_announce(struct kc_run *r, struct sl_err *err, const char *fmt, ...)
{
	SL_AUTO(sl_strbuf) message = SL_STRBUF_INIT(SL_CONDITION_MESSAGE_MAX);
	va_list ap;

	va_start(ap, fmt);
	sl_strbuf_vaddf(&message, fmt, ap);
	va_end(ap);
	sl_cond_unknown(r->a, r->patcher.object, SL_COND_READY, SL_REASON_PROGRESSING, "%s",
			"Reconciliation in progress");
	sl_cond_reconciling(r->a, r->patcher.object, SL_REASON_PROGRESSING, "%s", message.p);
	r->announced = true;
	return sl_patcher_status(&r->patcher, err);
}

/* The entry with this digest and status, taken out of the list, or a new one. */
static struct sl_value *take_entry(struct kc_run *r, struct sl_value *history, const char *status)
{
	for (size_t i = 0; i < sl_list_len(history); i++) {
		struct sl_value *e = sl_list_get(history, i);

		if (sl_str_eqz(sl_get_str(e, "digest"), r->build.digest) &&
		    sl_str_eqz(sl_get_str(e, "lastReconciledStatus"), status)) {
			e = sl_value_copy(r->a, e);
			sl_list_remove(history, i);
			return e;
		}
	}
	return sl_value_map(r->a);
}

static void add_history(struct kc_run *r, const char *status)
{
	struct sl_value *object = sl_map_need_map(r->a, r->patcher.object, "status");
	struct sl_value *history = sl_map_need_list(r->a, object, "history"), *e, *metadata;
	char now[SL_RFC3339_SIZE];

	if (!r->build.digest)
		return;
	e = take_entry(r, history, status);
	sl_rfc3339(sl_wall_ms(), now);
	if (!sl_map_len(e)) {
		sl_map_set_strz(r->a, e, "digest", r->build.digest);
		sl_map_set_strz(r->a, e, "firstReconciled", now);
	}
	sl_map_set_strz(r->a, e, "lastReconciled", now);
	sl_map_set_strz(r->a, e, "lastReconciledDuration",
			kc_duration_text(r->a, sl_mono_ms() - r->st->run_since_ms));
	sl_map_set_strz(r->a, e, "lastReconciledStatus", status);
	sl_map_set_int(r->a, e, "totalReconciliations",
		       sl_get_int(e, 0, "totalReconciliations") + 1);
	metadata = sl_value_map(r->a);
	sl_map_set_strz(r->a, metadata, "revision", r->revision);
	if (r->origin_revision)
		sl_map_set_strz(r->a, metadata, "originRevision", r->origin_revision);
	sl_map_setz(r->a, e, "metadata", metadata);
	sl_list_insert(r->a, history, 0, e);
	while (sl_list_len(history) > HISTORY_MAX)
		sl_list_remove(history, sl_list_len(history) - 1);
}

/* No failure of the object: the process is ending, and the next one begins anew. */
static bool is_cut_off(const struct kc_run *r, const struct sl_err *cause)
{
	return cause->code == SL_ERR_CANCELED && sl_manager_stopping(r->c->manager);
}

/* Write the final status of a run; when that fails, the backoff brings the key back. */
static enum kc_next end_run(struct kc_run *r)
{
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	if (sl_patcher_status(&r->patcher, &err) < 0 && !r->patcher.is_gone) {
		if (!is_cut_off(r, &err))
			sl_log_error(&r->run->log, "status could not be written", &err);
		return kc_retry(r);
	}
	return KC_END;
}

enum kc_next kc_fail(struct kc_run *r, const struct kc_failure *f, const struct sl_err *cause)
{
	struct sl_value *object = r->patcher.object;
	SL_AUTO_FREE char *text = NULL;

	if (is_cut_off(r, cause)) {
		r->result = SL_RESULT_DONE;
		return KC_END;
	}
	text = sl_err_text(cause);
	sl_cond_false(r->a, object, SL_COND_READY, f->reason, "%s", text);
	if (f->stalled)
		sl_cond_stalled(r->a, object, f->reason, "%s", text);
	else
		sl_cond_reconciling(r->a, object, SL_REASON_PROGRESSING_WITH_RETRY, "%s", text);
	if (f->in_history)
		add_history(r, f->reason);
	handle_request(r);
	sl_log_error(&r->run->log, "Reconciliation failed", cause, SL_KS("reason", f->reason),
		     SL_KS("revision", r->revision));
	if (!f->quiet) {
		/* What a run that failed half-way had changed is told with the failure. */
		SL_AUTO_FREE char *changes = sl_strvec_join(&r->changes, "\n");
		SL_AUTO_FREE char *all =
			sl_xasprintf("%s%s%s", text, *changes ? "\n" : "", changes);

		kc_event(r, SL_SEVERITY_ERROR, f->reason, all);
		sl_strvec_release(&r->changes);
	}
	r->st->settled = false;
	r->st->run_since_ms = 0;
	kc_state_end_wait(r->st);
	kc_state_set(&r->st->source_revision_seen, sl_str(r->revision));
	r->st->due_ms = f->delay_ms < 0 ? SL_NEVER : sl_mono_ms() + f->delay_ms;
	r->st->generation = sl_obj_generation(object);
	r->result = f->delay_ms < 0 ? SL_RESULT_DONE : SL_RESULT_AT(r->st->due_ms);
	return end_run(r);
}

enum kc_next kc_wait_for(struct kc_run *r, enum kc_wait what, int64_t timeout_ms, int64_t delay_ms)
{
	struct kc_state *st = r->st;
	int64_t at;

	kc_state_wait(st, what, r->build.digest, sl_obj_generation(r->patcher.object), timeout_ms);
	kc_state_set(&st->wait_artifact, sl_str(r->artifact_digest));
	st->settled = false;
	at = sl_mono_ms() + delay_ms;
	r->result = SL_RESULT_AT_HIGH(at < st->wait_deadline_ms ? at : st->wait_deadline_ms);
	return end_run(r);
}

int64_t kc_due(const struct kc_run *r)
{
	int64_t now = sl_mono_ms(), at = r->st->due_ms;

	if (r->suspect_ms > 0 && now + r->suspect_ms < at)
		at = now + r->suspect_ms;
	return at > now + RECHECK_MIN_MS ? at : now + RECHECK_MIN_MS;
}

enum kc_next kc_retry(struct kc_run *r)
{
	r->st->settled = false;
	r->st->due_ms = 0;
	r->result = SL_RESULT_RETRY;
	return KC_END;
}

enum kc_next kc_succeed(struct kc_run *r)
{
	struct sl_value *object = r->patcher.object;
	struct sl_value *status = sl_map_need_map(r->a, object, "status");
	const char *took = kc_duration_text(r->a, sl_mono_ms() - r->st->run_since_ms);
	const char *interval = kc_duration_text(r->a, r->spec.interval_ms);
	const char *message;

	sl_map_set_strz(r->a, status, "lastAppliedRevision", r->revision);
	sl_map_set_strz(r->a, status, "lastAttemptedRevision", r->revision);
	if (r->origin_revision)
		sl_map_set_strz(r->a, status, "lastAppliedOriginRevision", r->origin_revision);
	else
		sl_map_remove(status, SL_STR("lastAppliedOriginRevision"));
	sl_cond_true(r->a, object, SL_COND_READY, SL_REASON_RECONCILIATION_SUCCEEDED,
		     "Applied revision: %s", r->revision);
	sl_cond_delete(object, SL_COND_RECONCILING);
	sl_cond_delete(object, SL_COND_STALLED);
	sl_status_observe(r->a, object);
	add_history(r, SL_REASON_RECONCILIATION_SUCCEEDED);
	handle_request(r);

	r->st->settled = true;
	r->st->run_since_ms = 0;
	r->st->generation = sl_obj_generation(object);
	r->st->fetch_failures = 0;
	/* Corrections must not put the next look at everything off for ever. */
	if (!r->healing || r->st->wait)
		r->st->due_ms = sl_manager_due(r->c->manager, r->spec.interval_ms);
	kc_state_set(&r->st->artifact, sl_str(r->artifact_digest));
	kc_state_set(&r->st->revision, sl_str(r->revision));
	if (r->variables_digest)
		kc_state_set(&r->st->variables, sl_str(r->variables_digest));
	kc_state_set(&r->st->build, sl_str(r->build.digest));
	kc_state_end_wait(r->st);
	r->result = SL_RESULT_AT(kc_due(r));

	message = sl_arena_printf(r->a, "Reconciliation finished in %s, next run in %s", took,
				  interval);
	sl_log_info(&r->run->log, message, SL_KS("revision", r->revision));
	(void)end_run(r);
	if (r->result.outcome != SL_RETRY)
		emit(r, SL_SEVERITY_INFO, SL_REASON_RECONCILIATION_SUCCEEDED, message, true);
	return KC_END;
}
