#include "libcommon/gitops/status.h"

#include "libcommon/codec/mergepatch.h"
#include "libcommon/kube/controller.h"

void sl_patcher_init(struct sl_patcher *p, const struct sl_patcher_options *options,
		     const struct sl_value *object)
{
	const struct sl_value *status = sl_get(object, "status");

	*p = (struct sl_patcher){
		.o = *options,
		.object = sl_value_copy(options->arena, object),
		.before = sl_value_map(options->arena),
	};
	if (sl_is_map(status))
		sl_map_add_all(options->arena, sl_map_need_map(options->arena, p->before, "status"),
			       status);
}

static struct sl_value *status_of(struct sl_patcher *p, struct sl_value *object)
{
	return sl_map_need_map(p->o.arena, object, "status");
}

static struct sl_value *difference(struct sl_patcher *p)
{
	return sl_mergepatch_create(p->o.arena, status_of(p, p->before), status_of(p, p->object));
}

bool sl_patcher_is_dirty(const struct sl_patcher *p)
{
	return !sl_value_equal(sl_get(p->before, "status"), sl_get(p->object, "status"));
}

static const char *text_of(struct sl_patcher *p, struct sl_str s)
{
	return sl_arena_str(p->o.arena, s).p;
}

static struct sl_kube_ref ref_of(struct sl_patcher *p)
{
	return (struct sl_kube_ref){
		.kind = p->o.kind,
		.namespace_ = text_of(p, sl_obj_namespace(p->object)),
		.name = text_of(p, sl_obj_name(p->object)),
	};
}

static struct sl_kube_verb_options verb_options(const struct sl_kube_ref *ref)
{
	return (struct sl_kube_verb_options){ .fair_key = ref->namespace_,
					      .no_managed_fields = true };
}

static void take_resource_version(struct sl_patcher *p, const struct sl_value *from)
{
	sl_map_set_str(p->o.arena, sl_map_need_map(p->o.arena, p->object, "metadata"),
		       "resourceVersion", sl_obj_resource_version(from));
}

static bool is_owned(const char *const *owned, struct sl_str type)
{
	for (; owned && *owned; owned++)
		if (sl_str_eqz(type, *owned))
			return true;
	return false;
}

static void add_conditions(struct sl_arena *a, struct sl_value *to, struct sl_value *from,
			   const char *const *owned, bool want_owned)
{
	for (size_t i = 0; i < sl_list_len(from); i++) {
		struct sl_value *c = sl_list_get(from, i);

		if (is_owned(owned, sl_get_str(c, "type")) == want_owned)
			sl_list_push(a, to, c);
	}
}

struct sl_value *sl_status_merge_conditions(struct sl_arena *a, struct sl_value *ours,
					    struct sl_value *theirs, const char *const *owned)
{
	struct sl_value *merged = sl_value_list(a);

	add_conditions(a, merged, ours, owned, true);
	add_conditions(a, merged, theirs, owned, false);
	sl_cond_sort(merged);
	return merged;
}

/* Our difference, applied to the object as the server has it now. */
static void rebase(struct sl_patcher *p, const struct sl_value *latest)
{
	struct sl_arena *a = p->o.arena;
	struct sl_value *diff = difference(p), *merged, *status, *metadata;
	struct sl_value *theirs = sl_value_copy(a, sl_get(latest, "status"));
	struct sl_value *finalizers = sl_get(latest, "metadata", "finalizers");

	if (!sl_is_map(theirs))
		theirs = sl_value_map(a);
	merged = sl_status_merge_conditions(a, sl_get(p->object, "status", "conditions"),
					    sl_get(theirs, "conditions"), p->o.owned);
	sl_map_remove(diff, SL_STR("conditions"));
	status = sl_mergepatch_apply(a, theirs, diff);
	if (sl_list_len(merged) || sl_get(theirs, "conditions"))
		sl_map_setz(a, status, "conditions", sl_value_copy(a, merged));
	sl_map_setz(a, p->before, "status", theirs);
	sl_map_setz(a, p->object, "status", status);
	take_resource_version(p, latest);
	metadata = sl_map_need_map(a, p->object, "metadata");
	if (finalizers)
		sl_map_setz(a, metadata, "finalizers", sl_value_copy(a, finalizers));
	else
		sl_map_remove(metadata, SL_STR("finalizers"));
}

/* Read the object again after a conflict and rebase onto it. NOT_FOUND also when it was replaced. */
static int reread(struct sl_patcher *p, struct sl_err *err)
{
	const struct sl_kube_ref ref = ref_of(p);
	const struct sl_kube_verb_options options = verb_options(&ref);
	struct sl_value *latest;
	int r;

	sl_err_release(err);
	r = sl_kube_get(p->o.client, &ref, &options, p->o.arena, &latest, err);
	if (r)
		return r;
	if (!sl_str_eq(sl_obj_uid(latest), sl_obj_uid(p->object)))
		return sl_err_set(err, SL_ERR_NOT_FOUND, "the object was deleted and made anew");
	rebase(p, latest);
	return 0;
}

static int send(struct sl_patcher *p, const struct sl_value *patch, const char *subresource,
		struct sl_err *err)
{
	const struct sl_kube_ref ref = ref_of(p);
	const struct sl_kube_verb_options options = verb_options(&ref);
	const struct sl_kube_patch_options how = {
		.type = SL_KUBE_MERGE_PATCH,
		.field_manager = p->o.field_manager,
		.subresource = subresource,
	};
	struct sl_store_write *w =
		p->o.store ? sl_store_write_begin(p->o.store, ref.namespace_, ref.name) : NULL;
	struct sl_value *answer = NULL;
	int r = sl_kube_patch(p->o.client, &ref, patch, &how, &options, p->o.arena, &answer, err);

	if (w)
		sl_store_write_end(w, r ? NULL : answer);
	if (!r)
		take_resource_version(p, answer);
	return r;
}

static struct sl_value *with_resource_version(struct sl_patcher *p, struct sl_value *patch)
{
	sl_map_set_str(p->o.arena, sl_map_need_map(p->o.arena, patch, "metadata"),
		       "resourceVersion", sl_obj_resource_version(p->object));
	return patch;
}

/*
 * Send what `make` says (NULL: nothing is left to send) until it meets no conflict. An object that is
 * being deleted may vanish under our hands: that is what was wanted.
 */
static int write(struct sl_patcher *p, struct sl_value *(*make)(struct sl_patcher *p, void *ctx),
		 void *ctx, const char *subresource, struct sl_err *err)
{
	SL_AUTO(sl_err) local = SL_ERR_INIT;
	int r = SL_ERR_CONFLICT;

	for (int i = 0; r == SL_ERR_CONFLICT && i < SL_STATUS_ATTEMPTS; i++) {
		const struct sl_value *patch;

		r = i ? reread(p, &local) : 0;
		if (r)
			break;
		patch = make(p, ctx);
		if (!patch)
			return 0;
		r = send(p, patch, subresource, &local);
	}
	if (r == SL_ERR_NOT_FOUND) {
		p->is_gone = true;
		if (sl_obj_is_deleting(p->object))
			return 0;
	}
	return r ? sl_err_move(err, &local) : 0;
}

static struct sl_value *make_status(struct sl_patcher *p, void *ctx)
{
	struct sl_value *diff = difference(p), *patch;

	(void)ctx;
	if (!sl_map_len(diff))
		return NULL;
	patch = sl_value_map(p->o.arena);
	if (sl_map_get(diff, SL_STR("conditions")))
		with_resource_version(p, patch);
	sl_map_setz(p->o.arena, patch, "status", diff);
	return patch;
}

/* What is written is what the next difference is taken from: only what differs is copied. */
static void settle(struct sl_patcher *p)
{
	struct sl_arena *a = p->o.arena;
	const struct sl_value *now = status_of(p, p->object);
	struct sl_value *before = status_of(p, p->before), *settled = sl_value_map(a);

	for (size_t i = 0; i < sl_map_len(now); i++) {
		const struct sl_member *m = &now->map.members[i];
		struct sl_value *old = sl_map_get(before, m->key);

		sl_map_set(a, settled, m->key,
			   sl_value_equal(old, m->value) ? old : sl_value_copy(a, m->value));
	}
	sl_map_setz(a, p->before, "status", settled);
}

int sl_patcher_status(struct sl_patcher *p, struct sl_err *err)
{
	int r = write(p, make_status, NULL, "status", err);

	if (!r)
		settle(p);
	return r;
}

struct finalizer_change {
	const char *finalizer;
	bool wanted;
};

static struct sl_value *make_finalizers(struct sl_patcher *p, void *ctx)
{
	const struct finalizer_change *change = ctx;
	struct sl_arena *a = p->o.arena;
	const struct sl_value *now = sl_get(p->object, "metadata", "finalizers");
	struct sl_value *list = sl_value_list(a), *patch = sl_value_map(a);

	if (sl_obj_has_finalizer(p->object, change->finalizer) == change->wanted)
		return NULL;
	for (size_t i = 0; i < sl_list_len(now); i++)
		if (!sl_str_eqz(sl_as_str(sl_list_get(now, i)), change->finalizer))
			sl_list_push(a, list, sl_value_copy(a, sl_list_get(now, i)));
	if (change->wanted)
		sl_list_push_strz(a, list, change->finalizer);
	with_resource_version(p, patch);
	sl_map_setz(a, sl_map_need_map(a, patch, "metadata"), "finalizers", list);
	return patch;
}

static int change_finalizer(struct sl_patcher *p, const char *finalizer, bool wanted,
			    struct sl_err *err)
{
	struct finalizer_change change = { finalizer, wanted };
	struct sl_value *metadata = sl_map_need_map(p->o.arena, p->object, "metadata");
	const struct sl_value *patch;
	int r = write(p, make_finalizers, &change, NULL, err);

	if (r)
		return r;
	patch = make_finalizers(p, &change);
	if (patch)
		sl_map_setz(p->o.arena, metadata, "finalizers",
			    sl_get(patch, "metadata", "finalizers"));
	return 0;
}

int sl_patcher_add_finalizer(struct sl_patcher *p, const char *finalizer, struct sl_err *err)
{
	return change_finalizer(p, finalizer, true, err);
}

int sl_patcher_remove_finalizer(struct sl_patcher *p, const char *finalizer, struct sl_err *err)
{
	int r = change_finalizer(p, finalizer, false, err);

	if (r != SL_ERR_NOT_FOUND)
		return r;
	sl_err_release(err);
	return 0;
}

bool sl_status_handle_request(struct sl_arena *a, struct sl_value *object)
{
	struct sl_str asked = sl_obj_annotation(object, SL_ANN_REQUESTED_AT);
	struct sl_value *status;

	if (!asked.n || sl_str_eq(sl_get_str(object, "status", "lastHandledReconcileAt"), asked))
		return false;
	status = sl_map_need_map(a, object, "status");
	sl_map_set_str(a, status, "lastHandledReconcileAt", asked);
	return true;
}

void sl_status_observe(struct sl_arena *a, struct sl_value *object)
{
	sl_map_set_int(a, sl_map_need_map(a, object, "status"), "observedGeneration",
		       sl_obj_generation(object));
}
