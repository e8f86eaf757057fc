#include <stdlib.h>

#include "kustomize-controller/run.h"
#include "libcommon/base/clock.h"

#define GONE_POLL_MS 2000

static bool must_delete(const struct kc_run *r)
{
	if (r->spec.suspend || !r->old_inventory.n)
		return false;
	switch (r->spec.deletion_policy) {
	case KC_MIRROR_PRUNE:
		return r->spec.prune;
	case KC_DELETE:
	case KC_WAIT_FOR_TERMINATION:
		return true;
	case KC_ORPHAN:
		break;
	}
	return false;
}

/* Is the account to be impersonated gone? Another error than that it does not exist is no answer. */
static int find_account(struct kc_run *r, bool *ret_gone, struct sl_err *err)
{
	static const struct sl_kube_kind accounts = {
		"", "v1", "ServiceAccount", "serviceaccounts", true, SL_KUBE_CAN_GET
	};
	struct sl_kube_ref ref = { &accounts, r->run->key.namespace_, r->spec.service_account };
	int result = sl_kube_get(r->applier.client, &ref, NULL, r->a, NULL, err);

	*ret_gone = result == SL_ERR_NOT_FOUND;
	/* Who may not look may still impersonate: the deletions will tell. */
	if (result == SL_ERR_NOT_FOUND || result == SL_ERR_FORBIDDEN) {
		sl_err_release(err);
		return 0;
	}
	return result;
}

/* Why the objects have to be left behind, or NULL: they can be deleted. */
static int find_obstacle(struct kc_run *r, const char **ret_why, struct sl_err *err)
{
	bool gone = false;
	int result = 0;

	*ret_why = NULL;
	if (sl_map_len(sl_get(r->spec.tree, "kubeConfig"))) {
		*ret_why = "they are in another cluster, and spec.kubeConfig is not supported by "
			   "this version of kustomize-controller";
		return 0;
	}
	if (r->user)
		result = find_account(r, &gone, err);
	/* Without its service account nobody may delete them. */
	if (gone)
		*ret_why = sl_arena_printf(r->a, "service account '%s/%s' not found",
					   r->run->key.namespace_, r->spec.service_account);
	return result;
}

static char *list_inventory(struct kc_run *r)
{
	SL_AUTO(sl_strvec) subjects = SL_STRVEC_INIT;

	for (size_t i = 0; i < r->old_inventory.n; i++)
		sl_strvec_push(&subjects, sl_inventory_subject(r->a, &r->old_inventory.entries[i]));
	return sl_strvec_join(&subjects, ", ");
}

static int delete_all(struct kc_run *r, struct sl_err *err)
{
	struct sl_prune_owner owner = { r->run->key.name, r->run->key.namespace_, NULL };
	size_t n = r->old_inventory.n;
	struct sl_prune_item *items = sl_arena_array(r->a, n, sizeof(*items));
	int result;

	for (size_t i = 0; i < n; i++) {
		const struct sl_inventory_entry *e = &r->old_inventory.entries[i];

		items[i] = (struct sl_prune_item){ .group = e->group,
						   .version = e->version,
						   .kind = e->kind,
						   .namespace_ = e->namespace_,
						   .name = e->name };
	}
	result = sl_prune(r->a, &r->applier, &owner, items, n, err);
	for (size_t i = 0; i < n; i++) {
		struct sl_inventory_entry e = { .kind = items[i].kind,
						.namespace_ = items[i].namespace_,
						.name = items[i].name };

		if (items[i].result == SL_PRUNE_DELETED)
			sl_strvec_pushf(&r->changes, "%s deleted", sl_inventory_subject(r->a, &e));
	}
	return result;
}

/* How many of the objects that we deleted still exist? Objects of others with their name do not count. */
static size_t count_remaining(struct kc_run *r)
{
	struct sl_kube_verb_options o = { .user = r->user, .fair_key = r->applier.fair_key };
	size_t remaining = 0;

	for (size_t i = 0; i < r->old_inventory.n; i++) {
		const struct sl_inventory_entry *e = &r->old_inventory.entries[i];
		struct sl_kube_ref ref = {
			.namespace_ = e->namespace_.n ? sl_arena_str(r->a, e->namespace_).p : NULL,
			.name = sl_arena_str(r->a, e->name).p,
		};
		struct sl_value *live;
		int result;

		result = sl_discovery_find(r->applier.discovery, e->group, e->version, e->kind,
					   &ref.kind, NULL);
		if (!result)
			result = sl_kube_get(r->applier.client, &ref, &o, r->a, &live, NULL);
		/* What cannot be seen may be there. */
		remaining += result ? result != SL_ERR_NOT_FOUND : sl_obj_is_deleting(live);
	}
	return remaining;
}

/* KC_END: some are still there, and the deadline has not passed. */
static enum kc_next wait_until_gone(struct kc_run *r)
{
	struct kc_state *st = r->st;

	if (st->wait != KC_WAIT_GONE) {
		st->wait = KC_WAIT_GONE;
		st->wait_deadline_ms = sl_mono_ms() + r->spec.timeout_ms;
	}
	if (!count_remaining(r))
		return KC_NEXT;
	if (sl_mono_ms() >= st->wait_deadline_ms) {
		kc_event(r, SL_SEVERITY_ERROR, kc_ready_reason(r),
			 "failed to wait for resources termination");
		return KC_NEXT;
	}
	r->result = SL_RESULT_AT_HIGH(sl_mono_ms() + GONE_POLL_MS);
	return KC_END;
}

static enum kc_next release(struct kc_run *r)
{
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	if (sl_patcher_remove_finalizer(&r->patcher, SL_FINALIZER, &err) < 0) {
		sl_log_error(&r->run->log, "finalizer could not be removed", &err);
		return kc_retry(r);
	}
	kc_tracker_forget(r->c->tracker, &r->run->key);
	kc_state_reset(r->st);
	r->result = SL_RESULT_DONE;
	return KC_END;
}

static enum kc_next leave_behind(struct kc_run *r, const char *why)
{
	SL_AUTO_FREE char *list = list_inventory(r);

	kc_event(r, SL_SEVERITY_ERROR, kc_ready_reason(r),
		 sl_arena_printf(r->a, "unable to prune objects: %s; left behind: %s", why, list));
	return release(r);
}

static enum kc_next fail_to_delete(struct kc_run *r, struct sl_err *err)
{
	sl_err_wrap(err, "pruning for deleted resource failed");
	sl_log_error(&r->run->log, "Reconciler error", err);
	kc_event(r, SL_SEVERITY_ERROR, kc_ready_reason(r), err->message);
	return kc_retry(r);
}

enum kc_next kc_finalize(struct kc_run *r)
{
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	const char *why;

	if (!sl_obj_has_finalizer(r->patcher.object, SL_FINALIZER))
		return release(r);
	if (must_delete(r) && !r->st->finalizing) {
		if (find_obstacle(r, &why, &err) < 0)
			return fail_to_delete(r, &err);
		if (why)
			return leave_behind(r, why);
		if (delete_all(r, &err) < 0)
			return fail_to_delete(r, &err);
		kc_event_changes(r);
		r->st->finalizing = true;
	}
	if (r->st->finalizing && r->spec.deletion_policy == KC_WAIT_FOR_TERMINATION &&
	    wait_until_gone(r) == KC_END)
		return KC_END;
	return release(r);
}
