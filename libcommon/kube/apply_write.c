#include "libcommon/kube/apply.h"
#include "libcommon/kube/apply_object.h"
#include "libcommon/kube/fieldpath.h"

static struct sl_kube_call *start_apply(struct sl_arena *a, const struct sl_applier *ap,
					const struct sl_apply_target *t)
{
	struct sl_kube_patch_options p = {
		.type = SL_KUBE_APPLY_PATCH,
		.field_manager = ap->field_manager,
		.force = true,
	};
	struct sl_kube_verb_options o = { .user = ap->user, .fair_key = ap->fair_key };
	struct sl_kube_ref ref = {
		.kind = t->kind,
		.namespace_ = t->kind->namespaced ? sl_arena_str(a, sl_obj_namespace(t->desired)).p
						  : NULL,
		.name = sl_arena_str(a, sl_obj_name(t->desired)).p,
	};

	return sl_kube_patch_start(ap->client, &ref, t->desired, &p, &o, a);
}

static int finish_apply(struct sl_arena *a, struct sl_kube_call *call, struct sl_apply_target *t,
			struct sl_err *err)
{
	struct sl_value *live = NULL;
	int r = sl_kube_call_wait_object(call, a, &live, err);

	if (r < 0) {
		sl_apply_redact(t->desired, err);
		sl_err_wrap(err, "%s apply failed", sl_obj_subject(a, t->desired));
		sl_value_err_at(sl_fieldpath_locate(t->desired, sl_str(err->message)), NULL, err);
		return r;
	}
	t->live = live;
	t->uid = sl_obj_uid(live);
	t->resource_version = sl_obj_resource_version(live);
	t->digest = sl_object_digest(live);
	t->written = true;
	return 0;
}

static bool needs_write(const struct sl_apply_target *t)
{
	return t->action == SL_APPLY_CREATED || t->action == SL_APPLY_CONFIGURED;
}

/*
 * Write `n` targets of one kind, which do not need each other, with a window of calls in flight. After
 * an error no new call is started; those in flight are waited for.
 */
static void write_kind(struct sl_arena *a, const struct sl_applier *ap,
		       struct sl_apply_target *targets, size_t n, struct sl_errlist *errors)
{
	size_t window = ap->concurrency ? ap->concurrency : 1, head = 0;
	struct sl_kube_call **calls = sl_arena_array(a, n, sizeof(*calls));

	for (size_t tail = 0; tail < n; tail++) {
		SL_AUTO(sl_err) err = SL_ERR_INIT;

		for (; head < n && head < tail + window && !errors->n; head++)
			if (needs_write(&targets[head]))
				calls[head] = start_apply(a, ap, &targets[head]);
		if (calls[tail] && finish_apply(a, calls[tail], &targets[tail], &err) < 0)
			sl_errlist_take(errors, &err);
	}
}

static bool is_same_kind(const struct sl_apply_target *x, const struct sl_apply_target *y)
{
	return sl_str_eq(sl_obj_kind(x->desired), sl_obj_kind(y->desired)) &&
	       sl_str_eq(sl_obj_group(x->desired), sl_obj_group(y->desired));
}

int sl_apply_write(struct sl_arena *a, const struct sl_applier *ap, struct sl_apply_plan *plan,
		   int stage, struct sl_err *err)
{
	struct sl_errlist errors = SL_ERRLIST_INIT;
	size_t end = plan->stage_begin[stage + 1];
	int r;

	for (size_t i = plan->stage_begin[stage], next; i < end && !errors.n; i = next) {
		for (next = i + 1;
		     next < end && is_same_kind(&plan->targets[i], &plan->targets[next]);)
			next++;
		write_kind(a, ap, &plan->targets[i], next - i, &errors);
	}
	r = sl_errlist_join(&errors, err);
	sl_errlist_release(&errors);
	return r;
}
