#include <stdlib.h>

#include "libcommon/kube/apply.h"
#include "libcommon/kube/apply_object.h"

#define RANK_MIDDLE 100
#define RANK_LAST 1000

int sl_apply_rank(struct sl_str kind)
{
	static const char *const first[] = {
		"CustomResourceDefinition",
		"Namespace",
		"ClusterRole",
		"ClusterClass",
		"RuntimeClass",
		"PriorityClass",
		"StorageClass",
		"VolumeSnapshotClass",
		"IngressClass",
		"GatewayClass",
		"ClusterRoleBinding",
		"ResourceQuota",
		"ServiceAccount",
		"Role",
		"RoleBinding",
		"ConfigMap",
		"Secret",
		"Service",
		"LimitRange",
		"Deployment",
		"StatefulSet",
		"CronJob",
		"PodDisruptionBudget",
	};
	static const char *const last[] = {
		"MutatingWebhookConfiguration",
		"ValidatingWebhookConfiguration",
	};

	for (size_t i = 0; i < SL_ARRAY_LEN(first); i++)
		if (sl_str_eqz(kind, first[i]))
			return (int)i;
	for (size_t i = 0; i < SL_ARRAY_LEN(last); i++)
		if (sl_str_eqz(kind, last[i]))
			return RANK_LAST + (int)i;
	return RANK_MIDDLE;
}

const char *sl_apply_action_name(enum sl_apply_action action)
{
	static const char *const names[] = {
		[SL_APPLY_UNKNOWN] = "unknown",	      [SL_APPLY_CREATED] = "created",
		[SL_APPLY_CONFIGURED] = "configured", [SL_APPLY_UNCHANGED] = "unchanged",
		[SL_APPLY_SKIPPED] = "skipped",	      [SL_APPLY_REPLACING] = "deleted",
		[SL_APPLY_DELETED] = "deleted",
	};

	return names[action];
}

bool sl_apply_control(const struct sl_value *object, const char *group, const char *name,
		      const char *value)
{
	SL_AUTO_FREE char *key = sl_xasprintf("%s/%s", group, name);

	return sl_str_ieq(sl_obj_label(object, key), sl_str(value)) ||
	       sl_str_ieq(sl_obj_annotation(object, key), sl_str(value));
}

static bool in_custom_stage(const struct sl_strvec *kinds, const struct sl_value *object)
{
	SL_AUTO_FREE char *key = NULL;

	if (!kinds || !kinds->n)
		return false;
	key = sl_xasprintf("%.*s/%.*s", SL_STR_FMT(sl_obj_group(object)),
			   SL_STR_FMT(sl_obj_kind(object)));
	return sl_strvec_contains(kinds, sl_str(key));
}

static int stage_of(const struct sl_applier *ap, const struct sl_value *object)
{
	static const struct {
		const char *group, *kind;
	} definitions[] = {
		{ "apiextensions.k8s.io", "CustomResourceDefinition" },
		{ "", "Namespace" },
		{ "rbac.authorization.k8s.io", "ClusterRole" },
	};
	struct sl_str kind = sl_obj_kind(object), group = sl_obj_group(object);

	for (size_t i = 0; i < SL_ARRAY_LEN(definitions); i++)
		if (sl_str_eqz(kind, definitions[i].kind) &&
		    sl_str_eqz(group, definitions[i].group))
			return 0;
	if (sl_str_ends(kind, SL_STR("Class")))
		return 1;
	return in_custom_stage(ap->custom_stage_kinds, object) ? 2 : 3;
}

static int by_order(const void *x, const void *y)
{
	const struct sl_apply_target *a = x, *b = y;
	int r;

	if (a->stage != b->stage)
		return a->stage - b->stage;
	if (a->rank != b->rank)
		return a->rank - b->rank;
	r = sl_str_cmp(sl_obj_group(a->desired), sl_obj_group(b->desired));
	if (!r)
		r = sl_str_cmp(sl_obj_kind(a->desired), sl_obj_kind(b->desired));
	if (!r)
		r = sl_str_cmp(sl_obj_namespace(a->desired), sl_obj_namespace(b->desired));
	return r ? r : sl_str_cmp(sl_obj_name(a->desired), sl_obj_name(b->desired));
}

static int check_identity(const struct sl_value *object, struct sl_err *err)
{
	struct sl_str kind = sl_obj_kind(object);
	const char *missing = NULL;

	if (!sl_obj_api_version(object).n)
		missing = "apiVersion";
	else if (!sl_obj_kind(object).n)
		missing = "kind";
	else if (!sl_obj_name(object).n)
		missing = "metadata.name";
	if (!missing)
		return 0;
	/* A kind or a name that is no text is none. */
	return sl_value_err_set(err, object, missing, SL_ERR_INVALID, "%.*s '%.*s' has no %s",
				SL_STR_FMT(kind.n ? kind : SL_STR("object")),
				SL_STR_FMT(sl_obj_name(object)), missing);
}

void sl_apply_plan_release(struct sl_apply_plan *p)
{
	sl_strvec_release(&p->warnings);
}

static void find_stages(struct sl_apply_plan *p)
{
	size_t at = 0;

	for (int s = 0; s < SL_APPLY_STAGES; s++) {
		p->stage_begin[s] = at;
		while (at < p->n && p->targets[at].stage == s)
			at++;
	}
	p->stage_begin[SL_APPLY_STAGES] = p->n;
}

void sl_apply_plan_filter(struct sl_apply_plan *p,
			  bool (*wanted)(void *ctx, const struct sl_apply_target *target),
			  void *ctx)
{
	size_t n = 0;

	for (size_t i = 0; i < p->n; i++)
		if (wanted(ctx, &p->targets[i]))
			p->targets[n++] = p->targets[i];
	p->n = n;
	find_stages(p);
}

int sl_apply_plan_make(struct sl_arena *a, const struct sl_applier *ap, struct sl_value *objects,
		       struct sl_apply_plan *ret_plan, struct sl_err *err)
{
	struct sl_apply_plan p = SL_APPLY_PLAN_INIT;
	size_t n = sl_list_len(objects);
	int r;

	if (n > SL_APPLY_OBJECTS_MAX)
		return sl_err_set(err, SL_ERR_TOO_LARGE, "more than %d objects",
				  SL_APPLY_OBJECTS_MAX);
	p.targets = sl_arena_array(a, n, sizeof(*p.targets));
	p.n = n;
	for (size_t i = 0; i < n; i++) {
		struct sl_value *object = sl_list_get(objects, i);

		r = check_identity(object, err);
		if (r < 0)
			return r;
		sl_apply_normalise(a, object);
		p.targets[i].desired = object;
		p.targets[i].stage = stage_of(ap, object);
		p.targets[i].rank = sl_apply_rank(sl_obj_kind(object));
	}
	if (n > 1)
		qsort(p.targets, n, sizeof(*p.targets), by_order);
	find_stages(&p);
	*ret_plan = p;
	return 0;
}
