#include "libcommon/kube/prune.h"

#include <stdlib.h>

/* DELETE judged on an old version is judged again, this often. */
#define ATTEMPTS 3

static int by_reverse_order(const void *x, const void *y)
{
	const struct sl_prune_item *a = x, *b = y;
	int r = sl_apply_rank(b->kind) - sl_apply_rank(a->kind);

	if (!r)
		r = sl_str_cmp(b->group, a->group);
	if (!r)
		r = sl_str_cmp(b->kind, a->kind);
	if (!r)
		r = sl_str_cmp(b->namespace_, a->namespace_);
	return r ? r : sl_str_cmp(b->name, a->name);
}

static bool is_owned(const struct sl_value *live, const char *group,
		     const struct sl_prune_owner *owner)
{
	SL_AUTO_FREE char *name_key = sl_xasprintf("%s/name", group);
	SL_AUTO_FREE char *namespace_key = sl_xasprintf("%s/namespace", group);

	return sl_str_eqz(sl_obj_label(live, name_key), owner->name) &&
	       sl_str_eqz(sl_obj_label(live, namespace_key), owner->namespace_);
}

static bool is_protected(const struct sl_value *live, const char *group)
{
	return sl_apply_control(live, group, "prune", "disabled") ||
	       sl_apply_control(live, group, "reconcile", "disabled") ||
	       sl_apply_control(live, group, "ssa", "Ignore");
}

/* One look and one DELETE. SL_ERR_CONFLICT: it changed in between, look again. */
static int judge_and_delete(struct sl_arena *a, const struct sl_applier *ap,
			    const struct sl_prune_owner *owner, const struct sl_kube_ref *ref,
			    struct sl_prune_item *item, struct sl_err *err)
{
	struct sl_kube_verb_options o = { .user = ap->user, .fair_key = ap->fair_key };
	struct sl_kube_delete_options d = { 0 };
	struct sl_value *live;
	int r = sl_kube_get(ap->client, ref, &o, a, &live, err);

	if (r == SL_ERR_NOT_FOUND) {
		item->result = SL_PRUNE_GONE;
		return 0;
	}
	if (r < 0)
		return r;
	item->uid = sl_obj_uid(live);
	if (owner->applied && sl_strmap_has(owner->applied, item->uid)) {
		item->result = SL_PRUNE_GONE;
		return 0;
	}
	if (!is_owned(live, ap->group, owner) || is_protected(live, ap->group)) {
		item->result = SL_PRUNE_SKIPPED;
		return 0;
	}
	item->result = SL_PRUNE_DELETED;
	if (sl_obj_is_deleting(live))
		return 0;
	d.uid = sl_arena_str(a, item->uid).p;
	d.resource_version = sl_arena_str(a, sl_obj_resource_version(live)).p;
	r = sl_kube_delete(ap->client, ref, &d, &o, err);
	return r == SL_ERR_NOT_FOUND ? 0 : r;
}

static int prune_one(struct sl_arena *a, const struct sl_applier *ap,
		     const struct sl_prune_owner *owner, struct sl_prune_item *item,
		     struct sl_err *err)
{
	struct sl_kube_ref ref = {
		.namespace_ = item->namespace_.n ? sl_arena_str(a, item->namespace_).p : NULL,
		.name = sl_arena_str(a, item->name).p,
	};
	int r = sl_discovery_find(ap->discovery, item->group, item->version, item->kind, &ref.kind,
				  err);

	/* The version it was applied with may be retired while the kind lives on. */
	if (r == SL_ERR_NOT_FOUND) {
		sl_err_release(err);
		r = sl_discovery_find_preferred(ap->discovery, item->group, item->kind, &ref.kind,
						err);
	}
	if (r == SL_ERR_NOT_FOUND) {
		item->result = SL_PRUNE_GONE;
		return 0;
	}
	for (int i = 0; !r && i < ATTEMPTS; i++) {
		sl_err_release(err);
		r = judge_and_delete(a, ap, owner, &ref, item, err);
		if (r == SL_ERR_CONFLICT && i + 1 < ATTEMPTS)
			r = 0;
		else
			break;
	}
	if (r < 0)
		item->result = SL_PRUNE_FAILED;
	return r;
}

int sl_prune(struct sl_arena *a, const struct sl_applier *ap, const struct sl_prune_owner *owner,
	     struct sl_prune_item *items, size_t n, struct sl_err *err)
{
	struct sl_errlist errors = SL_ERRLIST_INIT;
	int r;

	if (n > 1)
		qsort(items, n, sizeof(*items), by_reverse_order);
	for (size_t i = 0; i < n; i++) {
		SL_AUTO(sl_err) one = SL_ERR_INIT;

		if (prune_one(a, ap, owner, &items[i], &one) < 0) {
			sl_err_wrap(&one, "%.*s%s%.*s/%.*s delete failed",
				    SL_STR_FMT(items[i].kind), items[i].namespace_.n ? "/" : "",
				    SL_STR_FMT(items[i].namespace_), SL_STR_FMT(items[i].name));
			sl_errlist_take(&errors, &one);
		}
	}
	r = sl_errlist_join(&errors, err);
	sl_errlist_release(&errors);
	return r;
}
