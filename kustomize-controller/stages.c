#include <string.h>

#include "kustomize-controller/run.h"
#include "libcommon/base/clock.h"
#include "libcommon/base/strmap.h"
#include "libcommon/kube/managed_fields.h"

#define STAGE_TIMEOUT_MS 60000
#define REPLACED_RETRY_MS 2000 /* when no watch tells that an object has gone */
#define DEFINED_RETRY_MS 500   /* a new kind is served a moment after it is Established */
#define TERMINATING_RETRY_MS 5000
#define CRD_KIND "CustomResourceDefinition"

static struct kc_failure apply_failure(const struct kc_run *r)
{
	return (struct kc_failure){
		.reason = SL_REASON_RECONCILIATION_FAILED,
		.delay_ms = r->spec.retry_ms,
		.in_history = true,
	};
}

static void add_targets(struct kc_run *r, size_t n, struct sl_inventory *to)
{
	for (size_t i = 0; i < n; i++) {
		struct sl_inventory_entry e =
			sl_inventory_entry_of(r->a, r->plan.targets[i].desired);

		sl_inventory_add(r->a, to, &e);
	}
}

/* Everything that will be managed: ids of the new set, then what was managed before. */
static void write_ahead(struct kc_run *r, int stage)
{
	struct sl_value *status = sl_map_need_map(r->a, r->patcher.object, "status");
	struct sl_inventory now = SL_INVENTORY_INIT, all = SL_INVENTORY_INIT;

	/* The plan of a correction holds a part of the set: the order stays as it is. */
	if (r->healing) {
		sl_inventory_union(r->a, &now, &r->old_inventory, &all);
		add_targets(r, r->plan.stage_begin[stage + 1], &all);
	} else {
		add_targets(r, r->plan.stage_begin[stage + 1], &now);
		sl_inventory_union(r->a, &r->old_inventory, &now, &all);
	}
	sl_map_setz(r->a, status, "inventory", sl_inventory_dump(r->a, &all));
}

static bool needs_write(const struct sl_apply_target *t)
{
	return t->action == SL_APPLY_CREATED || t->action == SL_APPLY_CONFIGURED;
}

static size_t count_action(const struct kc_run *r, int stage, enum sl_apply_action action)
{
	size_t n = 0;

	for (size_t i = r->plan.stage_begin[stage]; i < r->plan.stage_begin[stage + 1]; i++)
		n += r->plan.targets[i].action == action;
	return n;
}

/* Two controllers that undo each other's work: say who the other one is. */
static void report_fight(struct kc_run *r, const struct sl_apply_target *t)
{
	struct sl_inventory_entry e = sl_inventory_entry_of(r->a, t->desired);
	const char *others;

	if (kc_tracker_corrected(r->c->tracker, &e) != KC_HEAL_FIGHT)
		return;
	others = sl_managed_fields_others(r->a, t->live, r->applier.field_manager);
	kc_event(r, SL_SEVERITY_ERROR, "DriftDetected",
		 sl_arena_printf(r->a,
				 "%s keeps being changed back after each correction; other field "
				 "managers of it: %s",
				 sl_obj_subject(r->a, t->desired), *others ? others : "none"));
}

static void note_results(struct kc_run *r, int stage)
{
	for (size_t i = r->plan.stage_begin[stage]; i < r->plan.stage_begin[stage + 1]; i++) {
		struct sl_apply_target *t = &r->plan.targets[i];

		if (t->written || t->action == SL_APPLY_UNCHANGED)
			kc_tracker_expect(r->c->tracker, &r->run->key, t, r->spec.interval_ms);
		if (!t->written)
			continue;
		sl_strvec_pushf(&r->changes, "%s %s", sl_obj_subject(r->a, t->desired),
				sl_apply_action_name(t->action));
		if (r->healing)
			report_fight(r, t);
	}
}

static int write_stage(struct kc_run *r, int stage, struct sl_err *err)
{
	int result;

	write_ahead(r, stage);
	result = kc_announce(r, err, "Applying manifests for revision %s with a timeout of %s",
			     r->revision, kc_duration_text(r->a, r->spec.timeout_ms));
	if (result < 0)
		return result;
	for (size_t i = r->plan.stage_begin[stage]; i < r->plan.stage_begin[stage + 1]; i++)
		if (needs_write(&r->plan.targets[i]))
			kc_tracker_prepare(r->c->tracker, &r->run->key, &r->plan.targets[i]);
	result = sl_apply_write(r->a, &r->applier, &r->plan, stage, err);
	note_results(r, stage);
	return result;
}

/* Is the kind of some target, which nobody serves yet, defined by this very set? */
static bool awaits_definition(const struct kc_run *r, int stage)
{
	for (size_t i = r->plan.stage_begin[stage]; i < r->plan.stage_begin[stage + 1]; i++) {
		const struct sl_apply_target *t = &r->plan.targets[i];

		for (size_t k = 0; !t->kind && k < r->plan.stage_begin[1]; k++) {
			const struct sl_value *crd = r->plan.targets[k].desired;

			if (sl_str_eqz(sl_obj_kind(crd), CRD_KIND) &&
			    sl_str_eq(sl_get_str(crd, "spec", "group"), sl_obj_group(t->desired)) &&
			    sl_str_eq(sl_get_str(crd, "spec", "names", "kind"),
				      sl_obj_kind(t->desired)))
				return true;
		}
	}
	return false;
}

static void forget_discovery(struct kc_run *r)
{
	for (size_t i = 0; i < r->plan.stage_begin[1]; i++) {
		const struct sl_apply_target *t = &r->plan.targets[i];

		if (t->written && sl_str_eqz(sl_obj_kind(t->desired), CRD_KIND))
			sl_discovery_invalidate(r->applier.discovery,
						sl_get_str(t->desired, "spec", "group"));
	}
}

static bool wait_is_over(const struct kc_run *r, enum kc_wait what)
{
	const struct kc_state *st = r->st;

	return kc_state_waits(st, what, r->build.digest, sl_obj_generation(r->patcher.object)) &&
	       sl_mono_ms() >= st->wait_deadline_ms;
}

static enum kc_next check_failed(struct kc_run *r, int stage, struct sl_err *err)
{
	enum kc_wait what = KC_WAIT_STAGE + (unsigned int)stage;
	struct kc_failure f = apply_failure(r);

	if (awaits_definition(r, stage) && !wait_is_over(r, what)) {
		for (size_t i = r->plan.stage_begin[stage]; i < r->plan.stage_begin[stage + 1]; i++)
			if (!r->plan.targets[i].kind)
				sl_discovery_invalidate(r->applier.discovery,
							sl_obj_group(r->plan.targets[i].desired));
		return kc_wait_for(r, what, STAGE_TIMEOUT_MS, DEFINED_RETRY_MS);
	}
	/* Nothing can be made again in a namespace that is going away: not before it is gone. */
	if (r->healing &&
	    sl_str_find(sl_str(err->message), SL_STR("because it is being terminated")) >= 0) {
		r->result = SL_RESULT_AT(sl_mono_ms() + TERMINATING_RETRY_MS);
		return KC_END;
	}
	return kc_fail(r, &f, err);
}

/* What is about to be deleted is announced before it is. */
static enum kc_next replace_stage(struct kc_run *r, int stage)
{
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct kc_failure f = apply_failure(r);

	if (wait_is_over(r, KC_WAIT_REPLACED)) {
		sl_err_set(&err, SL_ERR_TIMEOUT,
			   "objects deleted to be replaced (force) have not gone after %s; their "
			   "finalizers may need attention",
			   kc_duration_text(r->a, r->spec.timeout_ms));
		return kc_fail(r, &f, &err);
	}
	write_ahead(r, stage);
	if (kc_announce(r, &err, "Waiting for objects to be replaced for revision %s",
			r->revision) < 0)
		return kc_retry(r);
	if (sl_apply_replace(r->a, &r->applier, &r->plan, stage, &err) < 0)
		return kc_fail(r, &f, &err);
	return kc_wait_for(r, KC_WAIT_REPLACED, r->spec.timeout_ms, REPLACED_RETRY_MS);
}

static enum kc_next apply_stage(struct kc_run *r, int stage)
{
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct kc_failure f = apply_failure(r);

	if (r->plan.stage_begin[stage] == r->plan.stage_begin[stage + 1])
		return KC_NEXT;
	if (sl_apply_check(r->a, &r->applier, &r->plan, stage, &err) < 0)
		return check_failed(r, stage, &err);
	if (count_action(r, stage, SL_APPLY_REPLACING))
		return replace_stage(r, stage);
	if (count_action(r, stage, SL_APPLY_CREATED) +
	    count_action(r, stage, SL_APPLY_CONFIGURED)) {
		if (write_stage(r, stage, &err) < 0)
			return kc_fail(r, &f, &err);
	} else {
		note_results(r, stage);
	}
	if (stage == 0)
		forget_discovery(r);
	return stage < 2 ? kc_stage_ready(r, stage) : KC_NEXT;
}

/* An artifact that builds to nothing is nearly always a mistake, and its price would be everything. */
static bool would_prune_all(const struct kc_run *r)
{
	return r->spec.prune && r->old_inventory.n && !sl_list_len(r->build.objects) &&
	       !sl_str_eqz(sl_obj_annotation(r->patcher.object, "sluice.dev/allow-empty"), "true");
}

static enum kc_next refuse_empty(struct kc_run *r)
{
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct kc_failure f = { .reason = SL_REASON_BUILD_FAILED, .delay_ms = r->spec.retry_ms };

	sl_err_set(
		&err, SL_ERR_INVALID,
		"path './%s' of revision %s builds to no objects, and pruning would delete all %zu "
		"that are applied; they are kept. If that is what you want, annotate the "
		"Kustomization with sluice.dev/allow-empty: \"true\"",
		r->spec.path, r->revision, r->old_inventory.n);
	return kc_fail(r, &f, &err);
}

static void add_id(struct sl_strvec *ids, struct sl_str id)
{
	if (!sl_strvec_contains(ids, id))
		sl_strvec_push_str(ids, id);
}

/* Jobs that remove themselves, and objects left alone, are told to the health check. */
static void note_exceptions(struct kc_run *r)
{
	for (size_t i = 0; i < r->plan.n; i++) {
		const struct sl_apply_target *t = &r->plan.targets[i];
		struct sl_inventory_entry e = sl_inventory_entry_of(r->a, t->desired);

		if (t->action == SL_APPLY_SKIPPED)
			add_id(&r->st->skipped, e.id);
		if (sl_str_eqz(e.kind, "Job") &&
		    sl_get(t->desired, "spec", "ttlSecondsAfterFinished"))
			add_id(&r->st->expiring, e.id);
	}
}

static bool is_suspect(void *ctx, const struct sl_apply_target *target)
{
	const struct sl_strmap *suspects = ctx;
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;

	return sl_strmap_has(suspects, sl_inventory_entry_of(&a, target->desired).id);
}

static void keep_suspects(struct kc_run *r)
{
	SL_AUTO(sl_strmap) suspects = SL_STRMAP_INIT;

	for (size_t i = 0; i < r->suspects.n; i++)
		sl_strmap_set(&suspects, sl_str(r->suspects.v[i]), r);
	sl_apply_plan_filter(&r->plan, is_suspect, &suspects);
}

/* Once for each build: what was dropped from it is for its author to know. */
static void tell_warnings(struct kc_run *r)
{
	if (sl_streq(r->st->build, r->build.digest))
		return;
	for (size_t i = 0; i < r->plan.warnings.n; i++)
		kc_event(r, SL_SEVERITY_ERROR, "UnknownField", r->plan.warnings.v[i]);
}

enum kc_next kc_step_apply(struct kc_run *r)
{
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	/* What has no apiVersion or kind is told before anything is sent: the build made no objects. */
	struct kc_failure f = { .reason = SL_REASON_BUILD_FAILED, .delay_ms = r->spec.retry_ms };
	enum kc_next next = KC_NEXT;

	if (would_prune_all(r))
		return refuse_empty(r);
	if (sl_apply_plan_make(r->a, &r->applier, r->build.objects, &r->plan, &err) < 0)
		return kc_fail(r, &f, &err);
	if (r->healing) {
		keep_suspects(r);
	} else {
		sl_strvec_release(&r->st->skipped);
		sl_strvec_release(&r->st->expiring);
	}
	for (int s = 0; s < SL_APPLY_STAGES && next == KC_NEXT; s++)
		next = apply_stage(r, s);
	note_exceptions(r);
	tell_warnings(r);
	r->st->wait_changed |= r->changes.n > 0;
	kc_event_changes(r);
	return next;
}

static struct sl_prune_item *items_of(struct kc_run *r, const struct sl_inventory *stale)
{
	struct sl_prune_item *items = sl_arena_array(r->a, stale->n, sizeof(*items));

	for (size_t i = 0; i < stale->n; i++) {
		const struct sl_inventory_entry *e = &stale->entries[i];

		items[i] = (struct sl_prune_item){ .group = e->group,
						   .version = e->version,
						   .kind = e->kind,
						   .namespace_ = e->namespace_,
						   .name = e->name,
						   .entry = e };
	}
	return items;
}

/* What could not be deleted stays in the inventory, so that it is not forgotten. */
static void keep_failed(struct kc_run *r, const struct sl_prune_item *items, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (items[i].result == SL_PRUNE_FAILED)
			sl_inventory_add(r->a, &r->new_inventory, items[i].entry);
}

static void note_pruned(struct kc_run *r, const struct sl_prune_item *items, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct sl_inventory_entry e = { .kind = items[i].kind,
						.namespace_ = items[i].namespace_,
						.name = items[i].name };

		if (items[i].result == SL_PRUNE_DELETED)
			sl_strvec_pushf(&r->changes, "%s deleted", sl_inventory_subject(r->a, &e));
		else if (items[i].result == SL_PRUNE_SKIPPED)
			sl_strvec_pushf(&r->changes, "%s skipped", sl_inventory_subject(r->a, &e));
	}
}

/* One object may be known by two ids (a group that was renamed, a namespace that does not count). */
static void note_uids(struct kc_run *r, struct sl_strmap *uids)
{
	for (size_t i = 0; i < r->plan.n; i++) {
		struct sl_str uid = sl_obj_uid(r->plan.targets[i].live);

		if (uid.n)
			sl_strmap_set(uids, uid, r);
	}
}

enum kc_next kc_step_prune(struct kc_run *r)
{
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	SL_AUTO(sl_strmap) uids = SL_STRMAP_INIT;
	struct sl_prune_owner owner = { r->run->key.name, r->run->key.namespace_, &uids };
	struct kc_failure f = { .reason = SL_REASON_PRUNE_FAILED,
				.delay_ms = r->spec.retry_ms,
				.in_history = true };
	struct sl_prune_item *items;
	struct sl_inventory stale;
	int result = 0;

	/* A correction looks at a part of the set; nothing of it is new, or gone. */
	if (r->healing)
		return KC_NEXT;
	add_targets(r, r->plan.n, &r->new_inventory);
	sl_inventory_stale(r->a, &r->old_inventory, &r->new_inventory, &stale);
	if (r->spec.prune && stale.n) {
		if (kc_announce(r, &err, "Pruning objects for revision %s", r->revision) < 0)
			return kc_retry(r);
		note_uids(r, &uids);
		items = items_of(r, &stale);
		result = sl_prune(r->a, &r->applier, &owner, items, stale.n, &err);
		keep_failed(r, items, stale.n);
		note_pruned(r, items, stale.n);
		kc_event_changes(r);
	}
	/* Looked up here: what is announced after a conflict has a new status. */
	sl_map_setz(r->a, sl_map_need_map(r->a, r->patcher.object, "status"), "inventory",
		    sl_inventory_dump(r->a, &r->new_inventory));
	kc_tracker_keep(r->c->tracker, &r->run->key, &r->new_inventory);
	return result < 0 ? kc_fail(r, &f, &err) : KC_NEXT;
}
