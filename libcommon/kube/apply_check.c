#include <stdlib.h>
#include <string.h>

#include "libcommon/kube/apply.h"
#include "libcommon/kube/apply_object.h"
#include "libcommon/kube/fieldpath.h"
#include "libcommon/kube/managed_fields.h"

/* What happens to one stage: an error of one object does not hide those of the others. */
struct check {
	struct sl_arena *a;
	const struct sl_applier *ap;
	struct sl_apply_plan *plan;
	struct sl_apply_target *targets;
	size_t n;
	struct sl_err *refused; /* of each target's dry run; code 0: passed */
	struct sl_errlist errors;
};

static struct sl_kube_verb_options verb_options(const struct sl_applier *ap, bool dry_run)
{
	return (struct sl_kube_verb_options){
		.user = ap->user,
		.fair_key = ap->fair_key,
		.dry_run = dry_run,
	};
}

static struct sl_kube_ref ref_of(struct sl_arena *a, const struct sl_apply_target *t)
{
	return (struct sl_kube_ref){
		.kind = t->kind,
		.namespace_ = t->kind->namespaced ? sl_arena_str(a, sl_obj_namespace(t->desired)).p
						  : NULL,
		.name = sl_arena_str(a, sl_obj_name(t->desired)).p,
	};
}

static struct sl_kube_call *start_dry_run(const struct check *c, const struct sl_apply_target *t)
{
	struct sl_kube_patch_options p = {
		.type = SL_KUBE_APPLY_PATCH,
		.field_manager = c->ap->field_manager,
		.force = true,
	};
	struct sl_kube_verb_options o = verb_options(c->ap, true);
	struct sl_kube_ref ref = ref_of(c->a, t);

	return sl_kube_patch_start(c->ap->client, &ref, t->desired, &p, &o, c->a);
}

static struct sl_kube_call *start_get(const struct check *c, const struct sl_apply_target *t)
{
	struct sl_kube_verb_options o = verb_options(c->ap, false);
	struct sl_kube_ref ref = ref_of(c->a, t);

	return sl_kube_get_start(c->ap->client, &ref, &o, c->a);
}

/*
 * Run `start` for every wanted target with at most `concurrency` calls in flight, and `finish` on
 * the answers, in order.
 */
static void for_each(struct check *c, bool (*wanted)(const struct check *, size_t),
		     struct sl_kube_call *(*start)(const struct check *,
						   const struct sl_apply_target *),
		     void (*finish)(struct check *, size_t, struct sl_value *, struct sl_err *))
{
	size_t window = c->ap->concurrency ? c->ap->concurrency : 1, head = 0;
	struct sl_kube_call **calls = sl_arena_array(c->a, c->n, sizeof(*calls));
	size_t *index = sl_arena_array(c->a, c->n, sizeof(*index)), count = 0;

	for (size_t i = 0; i < c->n; i++)
		if (wanted(c, i))
			index[count++] = i;
	for (size_t tail = 0; tail < count; tail++) {
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		struct sl_value *answer = NULL;
		int r;

		for (; head < count && head < tail + window; head++)
			calls[head] = start(c, &c->targets[index[head]]);
		r = sl_kube_call_wait_object(calls[tail], c->a, &answer, &err);
		finish(c, index[tail], r < 0 ? NULL : answer, &err);
	}
}

static void report(struct check *c, const struct sl_apply_target *t, struct sl_err *err)
{
	const char *subject = sl_obj_subject(c->a, t->desired);

	sl_apply_redact(t->desired, err);
	if (err->http_status == 404 && !sl_obj_namespace(t->desired).n && t->kind &&
	    t->kind->namespaced)
		sl_err_wrap(err, "%s namespace not specified", subject);
	else if (err->http_status == 404)
		sl_err_wrap(err, "%s not found", subject);
	else if (err->reason)
		sl_err_wrap(err, "%s dry-run failed (%s)", subject, err->reason);
	else
		sl_err_wrap(err, "%s dry-run failed", subject);
	sl_value_err_at(sl_fieldpath_locate(t->desired, sl_str(err->message)), NULL, err);
	sl_errlist_take(&c->errors, err);
}

static void resolve_kinds(struct check *c)
{
	for (size_t i = 0; i < c->n; i++) {
		struct sl_apply_target *t = &c->targets[i];
		SL_AUTO(sl_err) err = SL_ERR_INIT;

		t->action = SL_APPLY_UNKNOWN;
		t->written = false;
		if (sl_apply_control(t->desired, c->ap->group, "reconcile", "disabled") ||
		    sl_apply_control(t->desired, c->ap->group, "ssa", "Ignore"))
			t->action = SL_APPLY_SKIPPED;
		if (sl_discovery_find(c->ap->discovery, sl_obj_group(t->desired),
				      sl_obj_version(t->desired), sl_obj_kind(t->desired), &t->kind,
				      &err) < 0 &&
		    t->action != SL_APPLY_SKIPPED)
			report(c, t, &err);
		/* The server drops it as well: the object is to have one name for all. */
		if (t->kind && !t->kind->namespaced)
			sl_map_remove(sl_get(t->desired, "metadata"), SL_STR("namespace"));
	}
}

static bool wants_dry_run(const struct check *c, size_t i)
{
	return c->targets[i].kind && c->targets[i].action == SL_APPLY_UNKNOWN;
}

/* Built-in kinds lose fields that the API does not know, as in Flux; others are refused. */
static bool is_built_in(struct sl_str group)
{
	return sl_str_chr(group, '.') < 0 || sl_str_ends(group, SL_STR(".k8s.io"));
}

static bool drop_undeclared(struct check *c, struct sl_apply_target *t, const struct sl_err *err)
{
	SL_AUTO(sl_strvec) paths = SL_STRVEC_INIT;
	bool removed = false;

	if (!err->message || !is_built_in(sl_obj_group(t->desired)))
		return false;
	sl_undeclared_parse(sl_str(err->message), &paths);
	for (size_t i = 0; i < paths.n; i++) {
		if (!sl_fieldpath_remove(t->desired, sl_str(paths.v[i])))
			continue;
		removed = true;
		sl_strvec_pushf(&c->plan->warnings,
				"%s: field %s is unknown to the API and was dropped",
				sl_obj_subject(c->a, t->desired), paths.v[i]);
	}
	return removed;
}

static int dry_run_again(struct check *c, struct sl_apply_target *t, struct sl_value **ret_result,
			 struct sl_err *err)
{
	return sl_kube_call_wait_object(start_dry_run(c, t), c->a, ret_result, err);
}

static bool live_forbids(const struct check *c, const struct sl_value *live)
{
	return sl_apply_control(live, c->ap->group, "reconcile", "disabled") ||
	       sl_apply_control(live, c->ap->group, "ssa", "Ignore");
}

static bool merges_only(const struct check *c, const struct sl_apply_target *t,
			const struct sl_value *live)
{
	return sl_apply_control(t->desired, c->ap->group, "ssa", "Merge") ||
	       sl_apply_control(live, c->ap->group, "ssa", "Merge");
}

static void note_live(struct sl_apply_target *t, const struct sl_value *live, uint64_t digest)
{
	t->live = live;
	t->uid = sl_obj_uid(live);
	t->resource_version = sl_obj_resource_version(live);
	t->digest = digest;
}

/*
 * A dry run's answer has the resourceVersion of the live object. If that is known to be equal but for
 * its status, it has the same controls; field managers are as in the answer when nothing changes.
 */
static bool equals_what_is_known(struct check *c, struct sl_apply_target *t,
				 const struct sl_value *answer)
{
	uint64_t digest = sl_object_digest(answer);

	if (!c->ap->is_known || !c->ap->is_known(c->ap->known_ctx, answer, digest))
		return false;
	if (live_forbids(c, answer) ||
	    (!merges_only(c, t, answer) &&
	     sl_managed_fields_cleanup(c->a, answer, c->ap->field_manager,
				       c->ap->override_managers)))
		return false;
	note_live(t, answer, digest);
	return true;
}

static void finish_dry_run(struct check *c, size_t i, struct sl_value *result, struct sl_err *err)
{
	struct sl_apply_target *t = &c->targets[i];

	if (!result && drop_undeclared(c, t, err)) {
		sl_err_release(err);
		(void)dry_run_again(c, t, &result, err);
	}
	if (!result) {
		sl_err_move(&c->refused[i], err);
		return;
	}
	/* An object that does not exist yet has no resourceVersion in the answer. */
	if (!sl_obj_resource_version(result).n)
		t->action = SL_APPLY_CREATED;
	else if (sl_apply_control(t->desired, c->ap->group, "ssa", "IfNotPresent"))
		t->action = SL_APPLY_SKIPPED;
	else if (equals_what_is_known(c, t, result))
		t->action = SL_APPLY_UNCHANGED;
	t->live = result;
}

static bool wants_live(const struct check *c, size_t i)
{
	return c->targets[i].kind && c->targets[i].action == SL_APPLY_UNKNOWN;
}

static bool forces(const struct check *c, const struct sl_apply_target *t,
		   const struct sl_value *live)
{
	return c->ap->force || sl_apply_control(t->desired, c->ap->group, "force", "enabled") ||
	       sl_apply_control(live, c->ap->group, "force", "enabled");
}

/* Flux takes every Invalid or Conflict for an immutable field; so do we, and name the cause. */
static bool looks_immutable(const struct sl_err *err)
{
	struct sl_str message = sl_str(err->message);

	return err->code == SL_ERR_CONFLICT || err->http_status == 422 ||
	       sl_str_find(message, SL_STR("is immutable")) >= 0 ||
	       sl_str_find(message, SL_STR("immutable field")) >= 0;
}

static int delete_live(const struct check *c, const struct sl_apply_target *t, struct sl_err *err)
{
	struct sl_kube_verb_options o = verb_options(c->ap, false);
	struct sl_kube_ref ref = ref_of(c->a, t);
	struct sl_kube_delete_options d = { .uid = sl_arena_str(c->a, t->uid).p };
	int r = sl_kube_delete(c->ap->client, &ref, &d, &o, err);

	if (r < 0 && r != SL_ERR_NOT_FOUND)
		return r;
	sl_err_release(err);
	return 0;
}

/* Equal but for what every write changes: labels, annotations and all outside metadata, status. */
static bool same_content(const struct sl_value *live, const struct sl_value *dry)
{
	static const char *const maps[] = { "labels", "annotations" };

	for (size_t i = 0; i < SL_ARRAY_LEN(maps); i++) {
		const struct sl_value *x = sl_get(live, "metadata", maps[i]);
		const struct sl_value *y = sl_get(dry, "metadata", maps[i]);

		if ((sl_map_len(x) || sl_map_len(y)) && !sl_value_equal(x, y))
			return false;
	}
	for (size_t i = 0; i < sl_map_len(dry); i++) {
		const struct sl_member *m = &dry->map.members[i];

		if (sl_str_eqz(m->key, "metadata") || sl_str_eqz(m->key, "status"))
			continue;
		if (!sl_value_equal(sl_map_get(live, m->key), m->value))
			return false;
	}
	for (size_t i = 0; i < sl_map_len(live); i++) {
		struct sl_str key = live->map.members[i].key;

		if (!sl_str_eqz(key, "status") && !sl_map_get(dry, key))
			return false;
	}
	return true;
}

/* Take over the fields of earlier managers, then ask again what an apply would do. */
static int clean_up(struct check *c, struct sl_apply_target *t, struct sl_value **live,
		    struct sl_value **dry, bool *ret_changed, struct sl_err *err)
{
	struct sl_value *patch = sl_managed_fields_cleanup(c->a, *live, c->ap->field_manager,
							   c->ap->override_managers);
	struct sl_kube_patch_options p = {
		.type = SL_KUBE_JSON_PATCH,
		.field_manager = c->ap->field_manager,
	};
	struct sl_kube_verb_options o = verb_options(c->ap, false);
	struct sl_kube_ref ref = ref_of(c->a, t);
	int r;

	*ret_changed = patch != NULL;
	if (!patch)
		return 0;
	r = sl_kube_patch(c->ap->client, &ref, patch, &p, &o, c->a, live, err);
	if (r < 0) {
		sl_err_wrap(err, "%s metadata.managedFields cleanup failed",
			    sl_obj_subject(c->a, t->desired));
		return r;
	}
	r = dry_run_again(c, t, dry, err);
	if (r < 0) {
		sl_apply_redact(t->desired, err);
		sl_err_wrap(err, "%s dry-run failed", sl_obj_subject(c->a, t->desired));
	}
	return r;
}

static void judge_live(struct check *c, struct sl_apply_target *t, struct sl_value *live)
{
	struct sl_value *dry = sl_value_copy(c->a, t->live);
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	bool cleaned = false;

	if (!merges_only(c, t, live) && clean_up(c, t, &live, &dry, &cleaned, &err) < 0) {
		sl_errlist_take(&c->errors, &err);
		return;
	}
	sl_apply_clean_answer(dry);
	t->action = same_content(live, dry) && !cleaned ? SL_APPLY_UNCHANGED : SL_APPLY_CONFIGURED;
	note_live(t, live, sl_object_digest(live));
}

static void finish_live(struct check *c, size_t i, struct sl_value *live, struct sl_err *err)
{
	struct sl_apply_target *t = &c->targets[i];
	struct sl_err *refused = &c->refused[i];

	if (live && live_forbids(c, live)) {
		t->action = SL_APPLY_SKIPPED;
		t->live = live;
		return;
	}
	if (refused->code) {
		if (live && looks_immutable(refused) && forces(c, t, live)) {
			t->live = live;
			t->uid = sl_obj_uid(live);
			t->action = SL_APPLY_REPLACING;
			return;
		}
		report(c, t, refused);
		return;
	}
	if (live)
		judge_live(c, t, live);
	else if (err->code == SL_ERR_NOT_FOUND)
		t->action = SL_APPLY_CREATED; /* deleted between the two requests */
	else
		report(c, t, err);
}

int sl_apply_check(struct sl_arena *a, const struct sl_applier *ap, struct sl_apply_plan *plan,
		   int stage, struct sl_err *err)
{
	struct check c = {
		.a = a,
		.ap = ap,
		.plan = plan,
		.targets = plan->targets + plan->stage_begin[stage],
		.n = plan->stage_begin[stage + 1] - plan->stage_begin[stage],
	};
	int r;

	c.refused = sl_xcalloc(c.n, sizeof(*c.refused));
	resolve_kinds(&c);
	/* After an unknown kind too: nothing will be written, but all errors are told at once. */
	for_each(&c, wants_dry_run, start_dry_run, finish_dry_run);
	for_each(&c, wants_live, start_get, finish_live);
	r = sl_errlist_join(&c.errors, err);
	for (size_t i = 0; i < c.n; i++)
		sl_err_release(&c.refused[i]);
	free(c.refused);
	sl_errlist_release(&c.errors);
	return r;
}

int sl_apply_replace(struct sl_arena *a, const struct sl_applier *ap, struct sl_apply_plan *plan,
		     int stage, struct sl_err *err)
{
	struct check c = { .a = a, .ap = ap };
	int r;

	for (size_t i = plan->stage_begin[stage]; i < plan->stage_begin[stage + 1]; i++) {
		const struct sl_apply_target *t = &plan->targets[i];
		SL_AUTO(sl_err) one = SL_ERR_INIT;

		if (t->action == SL_APPLY_REPLACING && !sl_obj_is_deleting(t->live) &&
		    delete_live(&c, t, &one) < 0)
			report(&c, t, &one);
	}
	r = sl_errlist_join(&c.errors, err);
	sl_errlist_release(&c.errors);
	return r;
}
