#include "libcommon/kube/kstatus.h"

#include "libcommon/base/clock.h"
#include "libcommon/kube/object.h"

struct input {
	struct sl_arena *a;
	const struct sl_value *object;
	int64_t wall_ms;
};

typedef struct sl_kstatus_result (*rule_fn)(const struct input *in);

static struct sl_kstatus_result verdict(enum sl_kstatus status, const char *message)
{
	return (struct sl_kstatus_result){ .status = status, .message = message };
}

static struct sl_kstatus_result in_progress(const char *message)
{
	return verdict(SL_KSTATUS_IN_PROGRESS, message);
}

static struct sl_kstatus_result current(const char *message)
{
	return verdict(SL_KSTATUS_CURRENT, message);
}

static struct sl_kstatus_result failed(const char *message)
{
	return verdict(SL_KSTATUS_FAILED, message);
}

/* "<what>: have/want", in progress. */
static struct sl_kstatus_result short_of(const struct input *in, const char *what, int64_t have,
					 int64_t want)
{
	return in_progress(
		sl_arena_printf(in->a, "%s: %lld/%lld", what, (long long)have, (long long)want));
}

static int64_t spec_int(const struct input *in, const char *key, int64_t otherwise)
{
	return sl_get_int(in->object, otherwise, "spec", key);
}

static int64_t status_int(const struct input *in, const char *key, int64_t otherwise)
{
	return sl_get_int(in->object, otherwise, "status", key);
}

static bool condition_is(const struct input *in, const char *type, const char *status)
{
	return sl_str_eqz(sl_get_str(sl_obj_condition(in->object, type), "status"), status);
}

static struct sl_str condition_text(const struct input *in, const char *type, const char *key)
{
	return sl_get_str(sl_obj_condition(in->object, type), key);
}

/* The condition's own message, or `otherwise` when it says nothing. */
static const char *condition_message(const struct input *in, const char *type,
				     const char *otherwise)
{
	struct sl_str s = condition_text(in, type, "message");

	return s.n ? sl_arena_str(in->a, s).p : otherwise;
}

static struct sl_kstatus_result deployment(const struct input *in)
{
	int64_t want = spec_int(in, "replicas", 1), have = status_int(in, "replicas", 0);
	int64_t updated = status_int(in, "updatedReplicas", 0);
	int64_t ready = status_int(in, "readyReplicas", 0);
	int64_t available = status_int(in, "availableReplicas", 0);
	bool has_deadline = sl_get(in->object, "spec", "progressDeadlineSeconds") != NULL;
	struct sl_str progress = condition_text(in, "Progressing", "reason");

	if (sl_str_eqz(progress, "ProgressDeadlineExceeded"))
		return failed("Progress deadline exceeded");
	if (want > have)
		return short_of(in, "Replicas", have, want);
	if (want > updated)
		return short_of(in, "Updated", updated, want);
	if (have > want)
		return in_progress(sl_arena_printf(in->a, "Pending termination: %lld",
						   (long long)(have - want)));
	if (updated > available)
		return short_of(in, "Available", available, updated);
	if (want > ready)
		return short_of(in, "Ready", ready, want);
	if (has_deadline && !(condition_is(in, "Progressing", "True") &&
			      sl_str_eqz(progress, "NewReplicaSetAvailable")))
		return in_progress("ReplicaSet not Available");
	if (!condition_is(in, "Available", "True"))
		return in_progress("Deployment not Available");
	return current(
		sl_arena_printf(in->a, "Deployment is available. Replicas: %lld", (long long)have));
}

static struct sl_kstatus_result statefulset(const struct input *in)
{
	int64_t want = spec_int(in, "replicas", 1), have = status_int(in, "replicas", 0);
	int64_t ready = status_int(in, "readyReplicas", 0);
	int64_t now_current = status_int(in, "currentReplicas", 0);
	int64_t updated = status_int(in, "updatedReplicas", 0);
	int64_t partition =
		sl_get_int(in->object, -1, "spec", "updateStrategy", "rollingUpdate", "partition");

	if (sl_str_eqz(sl_get_str(in->object, "spec", "updateStrategy", "type"), "OnDelete"))
		return current("StatefulSet is using the ondelete update strategy");
	if (want > have)
		return short_of(in, "Replicas", have, want);
	if (want > ready)
		return short_of(in, "Ready", ready, want);
	if (have > want)
		return in_progress(sl_arena_printf(in->a, "Pending termination: %lld",
						   (long long)(have - want)));
	if (partition != -1) {
		if (updated < want - partition)
			return short_of(in, "updated", updated, want - partition);
		return current(sl_arena_printf(in->a, "Partition rollout complete. updated: %lld",
					       (long long)updated));
	}
	if (want > now_current)
		return short_of(in, "current", now_current, want);
	if (!sl_str_eq(sl_get_str(in->object, "status", "currentRevision"),
		       sl_get_str(in->object, "status", "updateRevision")))
		return in_progress("Waiting for updated revision to match current");
	return current(sl_arena_printf(in->a, "All replicas scheduled as expected. Replicas: %lld",
				       (long long)have));
}

static struct sl_kstatus_result daemonset(const struct input *in)
{
	static const struct {
		const char *key, *label;
	} counters[] = {
		{ "currentNumberScheduled", "Current" },
		{ "updatedNumberScheduled", "Updated" },
		{ "numberAvailable", "Available" },
		{ "numberReady", "Ready" },
	};
	int64_t want = status_int(in, "desiredNumberScheduled", -1);

	if (sl_obj_observed_generation(in->object) < 0 || !sl_obj_generation(in->object))
		return in_progress("No observedGeneration set in the status");
	if (want == -1)
		return in_progress("Missing .status.desiredNumberScheduled");
	for (size_t i = 0; i < SL_ARRAY_LEN(counters); i++) {
		int64_t have = status_int(in, counters[i].key, 0);

		if (want > have)
			return short_of(in, counters[i].label, have, want);
	}
	return current(sl_arena_printf(in->a, "All replicas scheduled as expected. Replicas: %lld",
				       (long long)want));
}

static struct sl_kstatus_result replicaset(const struct input *in)
{
	static const struct {
		const char *key, *label;
	} counters[] = {
		{ "fullyLabeledReplicas", "Labelled" },
		{ "availableReplicas", "Available" },
		{ "readyReplicas", "Ready" },
	};
	int64_t want = spec_int(in, "replicas", 1), have = status_int(in, "replicas", 0);

	if (condition_is(in, "ReplicaFailure", "True"))
		return in_progress(condition_message(in, "ReplicaFailure",
						     "Replica Failure condition. Check Pods"));
	for (size_t i = 0; i < SL_ARRAY_LEN(counters); i++) {
		int64_t n = status_int(in, counters[i].key, 0);

		if (want > n)
			return short_of(in, counters[i].label, n, want);
	}
	if (have > want)
		return in_progress(sl_arena_printf(in->a, "Pending termination: %lld",
						   (long long)(have - want)));
	return current(
		sl_arena_printf(in->a, "ReplicaSet is available. Replicas: %lld", (long long)have));
}

static struct sl_kstatus_result claim(const struct input *in)
{
	struct sl_str phase = sl_get_str(in->object, "status", "phase");

	if (sl_str_eqz(phase, "Bound"))
		return current("PVC is Bound");
	return in_progress(
		sl_arena_printf(in->a, "PVC is not Bound. phase: %.*s", SL_STR_FMT(phase)));
}

/* The name of a container that keeps crashing, or the empty view. */
static struct sl_str crash_looping(const struct sl_value *object, const char *list_key)
{
	const struct sl_value *list = sl_get(object, "status", list_key);

	for (size_t i = 0; i < sl_list_len(list); i++) {
		const struct sl_value *c = sl_list_get(list, i);

		if (sl_str_eqz(sl_get_str(c, "state", "waiting", "reason"), "CrashLoopBackOff"))
			return sl_get_str(c, "name");
	}
	return SL_STR_NULL;
}

static struct sl_kstatus_result running_pod(const struct input *in)
{
	struct sl_str name;

	if (condition_is(in, "Ready", "True"))
		return current("Pod is Ready");
	name = crash_looping(in->object, "containerStatuses");
	if (!name.n)
		name = crash_looping(in->object, "initContainerStatuses");
	if (name.n)
		return failed(sl_arena_printf(in->a, "Containers in CrashLoop state: %.*s",
					      SL_STR_FMT(name)));
	return in_progress("Pod is running but is not Ready");
}

static struct sl_kstatus_result pending_pod(const struct input *in)
{
	struct sl_kstatus_result r = in_progress("Pod is in the Pending phase");
	int64_t since, left;

	if (!condition_is(in, "PodScheduled", "False") ||
	    !sl_str_eqz(condition_text(in, "PodScheduled", "reason"), "Unschedulable"))
		return r;
	if (!sl_rfc3339_parse(condition_text(in, "PodScheduled", "lastTransitionTime"), &since))
		return r;
	left = since + SL_KSTATUS_SCHEDULE_WINDOW_MS - in->wall_ms;
	if (left < 0)
		return failed(
			sl_arena_printf(in->a, "Pod could not be scheduled: %s",
					condition_message(in, "PodScheduled", "no node fits")));
	r.message = "Pod has not been scheduled";
	r.recheck_ms = left + 1;
	return r;
}

static struct sl_kstatus_result pod(const struct input *in)
{
	struct sl_str phase = sl_get_str(in->object, "status", "phase");

	if (sl_str_eqz(phase, "Succeeded"))
		return current("Pod has completed successfully");
	if (sl_str_eqz(phase, "Failed"))
		return current("Pod has completed, but not successfully");
	if (sl_str_eqz(phase, "Running"))
		return running_pod(in);
	if (sl_str_eqz(phase, "Pending"))
		return pending_pod(in);
	return in_progress("Pod phase not available");
}

static struct sl_kstatus_result service(const struct input *in)
{
	if (sl_str_eqz(sl_get_str(in->object, "spec", "type"), "LoadBalancer") &&
	    !sl_get_str(in->object, "spec", "clusterIP").n)
		return in_progress("ClusterIP not set. Service type: LoadBalancer");
	return current("Service is ready");
}

static struct sl_kstatus_result crd(const struct input *in)
{
	if (condition_is(in, "NamesAccepted", "False"))
		return failed(condition_message(in, "NamesAccepted", "Naming conflict"));
	if (condition_is(in, "Established", "True"))
		return current("CRD is established");
	if (condition_is(in, "Established", "False") &&
	    !sl_str_eqz(condition_text(in, "Established", "reason"), "Installing"))
		return failed(condition_message(in, "Established", "Not established"));
	return in_progress("Install in progress");
}

static struct sl_kstatus_result job(const struct input *in)
{
	if (sl_get_bool(in->object, false, "spec", "suspend"))
		return current("Job is suspended");
	if (condition_is(in, "Complete", "True"))
		return current("Job Completed");
	if (condition_is(in, "Failed", "True"))
		return failed(sl_arena_printf(in->a, "Job Failed. failed: %lld",
					      (long long)status_int(in, "failed", 0)));
	return in_progress("Job in progress");
}

static struct sl_kstatus_result always_current(const struct input *in)
{
	(void)in;
	return current("Resource is always ready");
}

static const struct {
	const char *group, *kind;
	rule_fn rule;
} rules[] = {
	{ "apps", "Deployment", deployment },
	{ "extensions", "Deployment", deployment },
	{ "apps", "StatefulSet", statefulset },
	{ "apps", "DaemonSet", daemonset },
	{ "extensions", "DaemonSet", daemonset },
	{ "apps", "ReplicaSet", replicaset },
	{ "extensions", "ReplicaSet", replicaset },
	{ "", "PersistentVolumeClaim", claim },
	{ "", "Pod", pod },
	{ "", "Service", service },
	{ "", "Secret", always_current },
	{ "", "ConfigMap", always_current },
	{ "policy", "PodDisruptionBudget", always_current },
	{ "batch", "CronJob", always_current },
	{ "apiextensions.k8s.io", "CustomResourceDefinition", crd },
};

static rule_fn find_rule(const struct sl_value *object)
{
	struct sl_str group = sl_obj_group(object), kind = sl_obj_kind(object);

	for (size_t i = 0; i < SL_ARRAY_LEN(rules); i++)
		if (sl_str_eqz(kind, rules[i].kind) && sl_str_eqz(group, rules[i].group))
			return rules[i].rule;
	return NULL;
}

static struct sl_kstatus_result by_ready_condition(const struct input *in)
{
	if (!sl_obj_condition(in->object, "Ready") || condition_is(in, "Ready", "True"))
		return current("Resource is Ready");
	return in_progress(condition_message(in, "Ready", "Ready condition is not True"));
}

struct sl_kstatus_result sl_kstatus_compute(struct sl_arena *a, const struct sl_value *object,
					    int64_t wall_ms)
{
	struct input in = { a, object, wall_ms };
	const struct sl_value *observed = sl_get(object, "status", "observedGeneration");
	rule_fn rule;

	/* Flux asks its own Job reader first, so that a Job is judged before its deletion is. */
	if (sl_str_eqz(sl_obj_kind(object), "Job") && sl_str_eqz(sl_obj_group(object), "batch"))
		return job(&in);
	if (sl_obj_is_deleting(object))
		return verdict(SL_KSTATUS_TERMINATING, "Resource scheduled for deletion");
	/* -1 counts: Flux's own kinds begin with it, so that nobody takes them for current. */
	if (observed && sl_get(object, "metadata", "generation") &&
	    sl_obj_observed_generation(object) != sl_obj_generation(object))
		return in_progress(sl_arena_printf(
			a, "%.*s generation is %lld, but latest observed generation is %lld",
			SL_STR_FMT(sl_obj_kind(object)), (long long)sl_obj_generation(object),
			(long long)sl_obj_observed_generation(object)));
	if (condition_is(&in, "Reconciling", "True"))
		return in_progress(condition_message(&in, "Reconciling", "Reconciling"));
	if (condition_is(&in, "Stalled", "True"))
		return failed(condition_message(&in, "Stalled", "Stalled"));
	rule = find_rule(object);
	return rule ? rule(&in) : by_ready_condition(&in);
}

const char *sl_kstatus_name(enum sl_kstatus status)
{
	switch (status) {
	case SL_KSTATUS_IN_PROGRESS:
		return "InProgress";
	case SL_KSTATUS_CURRENT:
		return "Current";
	case SL_KSTATUS_FAILED:
		return "Failed";
	case SL_KSTATUS_TERMINATING:
		return "Terminating";
	case SL_KSTATUS_NOT_FOUND:
		return "NotFound";
	case SL_KSTATUS_UNKNOWN:
		break;
	}
	return "Unknown";
}
