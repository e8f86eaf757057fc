#include "kustomize-controller/cycle.h"
#include "kustomize-controller/run.h"
#include "libcommon/base/clock.h"

static const char *own_namespace(const struct kc_run *r, const struct sl_value *ref)
{
	struct sl_str ns = sl_get_str(ref, "namespace");

	return ns.n ? sl_arena_str(r->a, ns).p : r->run->key.namespace_;
}

/* From the cache, or, when the dependency lies outside what we watch, from the API server. */
static int get_dependency(struct kc_run *r, const char *namespace_, const char *name,
			  const struct sl_value **ret_object, struct sl_err *err)
{
	struct sl_store *store = sl_controller_store(r->c->controller);
	SL_AUTO_CACHED struct sl_cached *cached = sl_store_get(store, namespace_, name);
	struct sl_kube_ref ref = { &kc_kustomization_kind, namespace_, name };
	struct sl_value *object;
	int result;

	if (cached) {
		*ret_object = sl_value_copy(r->a, cached->value);
		return 0;
	}
	result = sl_kube_get(sl_manager_client(r->c->manager), &ref, NULL, r->a, &object, err);
	if (result == SL_ERR_NOT_FOUND)
		return sl_err_set(err, SL_ERR_NOT_FOUND, "dependency '%s/%s' does not exist",
				  namespace_, name);
	*ret_object = object;
	return result;
}

static bool has_same_source(const struct kc_run *r, const struct sl_value *dependency)
{
	const struct sl_value *ref = sl_get(dependency, "spec", "sourceRef");

	return sl_source_ref_names(ref, sl_obj_namespace(dependency), sl_str(r->source.kind),
				   sl_str(r->source.namespace_), sl_str(r->source.name));
}

static int check_dependency(struct kc_run *r, const struct sl_value *ref, struct sl_err *err)
{
	const char *namespace_ = own_namespace(r, ref);
	const char *name = sl_arena_str(r->a, sl_get_str(ref, "name")).p;
	const struct sl_value *dep = NULL;
	struct sl_str applied;
	int result = get_dependency(r, namespace_, name, &dep, err);

	if (result < 0)
		return result;
	if (!sl_list_len(sl_get(dep, "status", "conditions")) ||
	    sl_obj_generation(dep) != sl_obj_observed_generation(dep) ||
	    !sl_cond_is_true(dep, SL_COND_READY))
		return sl_err_set(err, SL_ERR_UNAVAILABLE, "dependency '%s/%s' is not ready",
				  namespace_, name);
	applied = sl_get_str(dep, "status", "lastAppliedRevision");
	if (has_same_source(r, dep) && !sl_str_eqz(applied, r->revision))
		return sl_err_set(err, SL_ERR_UNAVAILABLE,
				  "dependency '%s/%s' has not applied revision %s yet", namespace_,
				  name, r->revision);
	return 0;
}

/* Of this object as it is now, of others as they are cached; what is not watched closes no cycle. */
static const struct sl_value *depends_on(void *ctx, struct sl_str namespace_, struct sl_str name)
{
	const struct kc_run *r = ctx;
	SL_AUTO_CACHED struct sl_cached *cached = NULL;

	if (sl_str_eqz(namespace_, r->run->key.namespace_) && sl_str_eqz(name, r->run->key.name))
		return r->spec.depends_on;
	cached = sl_store_get(sl_controller_store(r->c->controller),
			      sl_arena_str(r->a, namespace_).p, sl_arena_str(r->a, name).p);
	return cached ? sl_value_copy(r->a, sl_get(cached->value, "spec", "dependsOn")) : NULL;
}

/* Who waits for itself, by way of others or not, waits for ever: say for whom. */
static void name_cycle(struct kc_run *r, struct sl_err *err)
{
	const char *cycle = kc_cycle_find(r->a, sl_str(r->run->key.namespace_),
					  sl_str(r->run->key.name), depends_on, r);

	if (cycle)
		sl_err_set(err, err->code, "%s: spec.dependsOn is a cycle: %s", err->message,
			   cycle);
}

enum kc_next kc_step_depend(struct kc_run *r)
{
	int64_t delay = sl_manager_settings(r->c->manager)->requeue_dependency_ms;
	struct kc_failure f = { .reason = SL_REASON_DEPENDENCY_NOT_READY,
				.delay_ms = delay,
				.quiet = true };

	for (size_t i = 0; i < sl_list_len(r->spec.depends_on); i++) {
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		bool told;

		if (!check_dependency(r, sl_list_get(r->spec.depends_on, i), &err))
			continue;
		name_cycle(r, &err);
		/* Once for each cause: the wait may take many looks. */
		told = sl_str_eqz(sl_cond_message(r->patcher.object, SL_COND_READY), err.message);
		if (!told)
			kc_event(r, SL_SEVERITY_INFO, f.reason,
				 sl_arena_printf(
					 r->a,
					 "Dependencies do not meet ready condition, retrying "
					 "in %s",
					 kc_duration_text(r->a, delay)));
		return kc_fail(r, &f, &err);
	}
	return KC_NEXT;
}

struct wake {
	struct kc_context *c;
	const struct sl_cached *changed;
};

static bool wake_one(void *ctx, struct sl_cached *dependant)
{
	struct wake *w = ctx;
	const struct sl_value *list = sl_get(dependant->value, "spec", "dependsOn");

	for (size_t i = 0; i < sl_list_len(list); i++) {
		const struct sl_value *ref = sl_list_get(list, i);
		struct sl_str ns = sl_get_str(ref, "namespace");

		if (!ns.n)
			ns = dependant->namespace_;
		if (sl_str_eq(sl_get_str(ref, "name"), w->changed->name) &&
		    sl_str_eq(ns, w->changed->namespace_))
			sl_controller_enqueue(w->c->controller, dependant->namespace_.p,
					      dependant->name.p, SL_PRIORITY_HIGH);
	}
	return true;
}

static bool is_ready(const struct sl_cached *o)
{
	return o && sl_cond_is_true(o->value, SL_COND_READY) &&
	       sl_obj_generation(o->value) == sl_obj_observed_generation(o->value);
}

void kc_wake_dependants(struct kc_context *c, const struct sl_cached *old,
			const struct sl_cached *now)
{
	struct wake w = { c, now };

	if (!is_ready(now))
		return;
	if (is_ready(old) && sl_str_eq(sl_get_str(old->value, "status", "lastAppliedRevision"),
				       sl_get_str(now->value, "status", "lastAppliedRevision")))
		return;
	sl_store_each(sl_controller_store(c->controller), NULL, wake_one, &w);
}
