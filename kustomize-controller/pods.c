#include "kustomize-controller/pods.h"

#include "libcommon/base/clock.h"
#include "libcommon/kube/kstatus.h"

#define SELECTOR_MAX 4096

static void add_requirement(struct sl_strbuf *b, struct sl_strvec *values,
			    const struct sl_value *requirement)
{
	static const struct {
		const char *name, *text; /* of the operator */
	} sets[] = { { "In", "in" }, { "NotIn", "notin" } };
	struct sl_str key = sl_get_str(requirement, "key");
	struct sl_str op = sl_get_str(requirement, "operator");
	const struct sl_value *list = sl_get(requirement, "values");

	for (size_t i = 0; i < sl_list_len(list); i++)
		sl_strvec_push_str(values, sl_as_str(sl_list_get(list, i)));
	for (size_t i = 0; i < SL_ARRAY_LEN(sets); i++) {
		SL_AUTO_FREE char *joined = sl_strvec_join(values, ",");

		if (sl_str_eqz(op, sets[i].name))
			sl_strbuf_addf(b, "%s%.*s %s (%s)", b->n ? "," : "", SL_STR_FMT(key),
				       sets[i].text, joined);
	}
	if (sl_str_eqz(op, "Exists") || sl_str_eqz(op, "DoesNotExist"))
		sl_strbuf_addf(b, "%s%s%.*s", b->n ? "," : "", op.n == 6 ? "" : "!",
			       SL_STR_FMT(key));
}

const char *kc_pod_selector(struct sl_arena *a, const struct sl_value *selector)
{
	const struct sl_value *labels = sl_get(selector, "matchLabels");
	const struct sl_value *expressions = sl_get(selector, "matchExpressions");
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(SELECTOR_MAX);

	for (size_t i = 0; i < sl_map_len(labels); i++)
		sl_strbuf_addf(&b, "%s%.*s=%.*s", b.n ? "," : "",
			       SL_STR_FMT(labels->map.members[i].key),
			       SL_STR_FMT(sl_as_str(labels->map.members[i].value)));
	for (size_t i = 0; i < sl_list_len(expressions); i++) {
		SL_AUTO(sl_strvec) values = SL_STRVEC_INIT;

		add_requirement(&b, &values, sl_list_get(expressions, i));
	}
	return b.failed ? "" : sl_arena_strdup(a, b.p);
}

/* The pods that `live` selects, or NULL. */
static const struct sl_value *list_pods(struct kc_run *r, const struct sl_value *live)
{
	static const struct sl_kube_kind pods = { "", "v1", "Pod", "pods", true, SL_KUBE_CAN_LIST };
	struct sl_kube_verb_options o = { .user = r->user, .fair_key = r->applier.fair_key };
	const char *selector = kc_pod_selector(r->a, sl_get(live, "spec", "selector"));
	const char *namespace_ = sl_arena_str(r->a, sl_obj_namespace(live)).p;
	struct sl_value *items = NULL;

	/* Nothing would select everything. */
	if (!*selector || !*namespace_ ||
	    sl_kube_list(r->applier.client, &pods, namespace_, selector, NULL, &o, r->a, &items,
			 NULL) < 0)
		return NULL;
	return items;
}

size_t kc_pods_failed(struct kc_run *r, const struct sl_value *live)
{
	const struct sl_value *items = list_pods(r, live);
	size_t failed = 0;

	for (size_t i = 0; i < sl_list_len(items); i++) {
		const struct sl_value *pod = sl_list_get(items, i);
		struct sl_kstatus_result v = sl_kstatus_compute(r->a, pod, sl_wall_ms());

		failed += v.status == SL_KSTATUS_FAILED && !sl_obj_is_deleting(pod) &&
			  !sl_str_starts(sl_str(v.message), SL_STR("Pod could not be scheduled"));
	}
	return failed;
}

static const char *terminated_text(struct sl_arena *a, const struct sl_value *state)
{
	struct sl_str reason = sl_get_str(state, "reason");

	return sl_arena_printf(a, "%.*s (exit code %lld)", SL_STR_FMT(reason),
			       (long long)sl_get_int(state, 0, "exitCode"));
}

static bool is_starting(struct sl_str reason)
{
	return sl_str_eqz(reason, "ContainerCreating") || sl_str_eqz(reason, "PodInitializing");
}

/* "container app: CrashLoopBackOff: back-off …; last: Error (exit code 1)", or NULL. */
static const char *container_trouble(struct sl_arena *a, const struct sl_value *status,
				     bool *ret_certain)
{
	const struct sl_value *waiting = sl_get(status, "state", "waiting");
	const struct sl_value *terminated = sl_get(status, "state", "terminated");
	const struct sl_value *last = sl_get(status, "lastState", "terminated");
	struct sl_str name = sl_get_str(status, "name"), reason = sl_get_str(waiting, "reason");
	struct sl_str message = sl_str_cut(sl_get_str(waiting, "message"), KC_POD_MESSAGE_MAX);

	*ret_certain = false;
	if (waiting) {
		*ret_certain = !is_starting(reason);
		return sl_arena_printf(a, "container %.*s: %.*s%s%.*s%s%s", SL_STR_FMT(name),
				       SL_STR_FMT(reason), message.n ? ": " : "",
				       SL_STR_FMT(message), last ? "; last: " : "",
				       last ? terminated_text(a, last) : "");
	}
	if (terminated) {
		*ret_certain = sl_get_int(terminated, 0, "exitCode") != 0;
		return !*ret_certain ? NULL
				     : sl_arena_printf(a, "container %.*s: %s", SL_STR_FMT(name),
						       terminated_text(a, terminated));
	}
	if (sl_get_bool(status, false, "ready"))
		return NULL;
	return sl_arena_printf(a, "container %.*s runs, but is not ready", SL_STR_FMT(name));
}

/* Of all containers, what is certain before what is not. */
static const char *worst_container(struct sl_arena *a, const struct sl_value *pod,
				   bool *ret_certain)
{
	static const char *const lists[] = { "initContainerStatuses", "containerStatuses" };
	const char *weak = NULL;

	for (size_t k = 0; k < SL_ARRAY_LEN(lists); k++) {
		const struct sl_value *list = sl_get(pod, "status", lists[k]);

		for (size_t i = 0; i < sl_list_len(list); i++) {
			const char *text = container_trouble(a, sl_list_get(list, i), ret_certain);

			if (text && *ret_certain)
				return text;
			weak = weak ? weak : text;
		}
	}
	*ret_certain = false;
	return weak;
}

const char *kc_pod_trouble(struct sl_arena *a, const struct sl_value *pod, bool *ret_certain)
{
	const struct sl_value *scheduled = sl_obj_condition(pod, "PodScheduled");
	struct sl_str phase = sl_get_str(pod, "status", "phase");
	struct sl_str message = sl_get_str(pod, "status", "message"), name = sl_obj_name(pod);
	const char *text = NULL;

	*ret_certain = true;
	if (sl_str_eqz(phase, "Succeeded") ||
	    sl_str_eqz(sl_get_str(sl_obj_condition(pod, "Ready"), "status"), "True"))
		return NULL;
	if (sl_str_eqz(sl_get_str(scheduled, "status"), "False"))
		message = sl_get_str(scheduled, "message");
	else
		text = worst_container(a, pod, ret_certain);
	message = sl_str_cut(message, KC_POD_MESSAGE_MAX);
	if (!text && message.n) {
		*ret_certain = true;
		text = sl_arena_str(a, message).p;
	}
	return text ? sl_arena_printf(a, "pod %.*s: %s", SL_STR_FMT(name), text) : NULL;
}

const char *kc_pods_cause(struct kc_run *r, const struct sl_value *live)
{
	const struct sl_value *refused = sl_obj_condition(live, "ReplicaFailure"), *items;
	struct sl_str newest = SL_STR_NULL;
	const char *cause = NULL;
	bool have_certain = false;

	if (sl_str_eqz(sl_get_str(refused, "status"), "True"))
		return sl_arena_str(r->a,
				    sl_str_cut(sl_get_str(refused, "message"), KC_POD_MESSAGE_MAX))
			.p;
	items = list_pods(r, live);
	for (size_t i = 0; i < sl_list_len(items); i++) {
		const struct sl_value *pod = sl_list_get(items, i);
		struct sl_str made = sl_get_str(pod, "metadata", "creationTimestamp");
		bool certain = false;
		const char *text =
			sl_obj_is_deleting(pod) ? NULL : kc_pod_trouble(r->a, pod, &certain);

		if (!text || (have_certain && !certain) ||
		    (cause && certain == have_certain && sl_str_cmp(made, newest) <= 0))
			continue;
		cause = text;
		newest = made;
		have_certain = certain;
	}
	return cause;
}
