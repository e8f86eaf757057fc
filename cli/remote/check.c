#include "cli/remote/clusterinfo.h"
#include "cli/remote/kubekinds.h"
#include "cli/remote/programs.h"
#include "cli/remote/stream.h"
#include "cli/report.h"
#include "libcommon/base/clock.h"
#include "libcommon/kube/kstatus.h"

#define WANTED_VERSION ">=1.33.0-0"
#define REST_MS 10000 /* for what is still to be asked once the deadline of a rollout is over */

/* Every check tells its outcome and returns whether it is good; what cannot be asked is bad. */

static bool failed(struct sl_err *err, const char *what)
{
	sl_cli_say(SL_CLI_FAILURE, "%s: %s", what, err->message);
	sl_err_release(err);
	return false;
}

static bool check_kubernetes(struct sl_cli_session *s)
{
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_kube_request req = { .method = "GET", .path = "/version" };
	struct sl_value *answer;
	struct sl_str version;
	bool ok;

	req.timeout_ms = sl_cli_verb_options(s).timeout_ms;
	if (sl_kube_do(s->client, &req, &s->a, &answer, &err))
		return failed(&err, "Kubernetes API call failed");
	version = sl_get_str(answer, "gitVersion");
	if (!sl_cli_kubernetes_is_supported(version, &ok)) {
		sl_cli_say(SL_CLI_FAILURE, "Kubernetes version can't be determined");
		return false;
	}
	if (ok) {
		sl_str_cut_prefix(&version, SL_STR("v"));
		sl_cli_say(SL_CLI_SUCCESS, "Kubernetes %.*s " WANTED_VERSION, SL_STR_FMT(version));
	} else {
		sl_cli_say(SL_CLI_FAILURE, "Kubernetes version %.*s does not match " WANTED_VERSION,
			   SL_STR_FMT(version));
	}
	return ok;
}

static bool check_distribution(struct sl_cli_session *s)
{
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_cli_installation in;

	if (sl_cli_installation_find(s, &in, &err))
		return failed(&err, "checking failed");
	if (in.distribution)
		sl_cli_say(SL_CLI_SUCCESS, "distribution: %s", in.distribution);
	sl_cli_say(SL_CLI_SUCCESS, "bootstrapped: %s", in.bootstrapped ? "true" : "false");
	return true;
}

/* Controllers */

static bool is_ready(const struct sl_value *deployment)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;

	return sl_kstatus_compute(&a, deployment, sl_wall_ms()).status == SL_KSTATUS_CURRENT;
}

/* The latest state of each Deployment that a watch shows, until all are ready. */
struct rollout {
	struct sl_arena *a;
	struct sl_value *deployments; /* LIST */
	bool synced;
};

static void on_object(void *ctx, enum sl_watch_event event, const struct sl_value *object)
{
	struct rollout *r = ctx;
	struct sl_value *list = r->deployments, *copy = sl_value_copy(r->a, object);
	size_t i = 0;

	while (i < sl_list_len(list) &&
	       !sl_str_eq(sl_obj_name(sl_list_get(list, i)), sl_obj_name(object)))
		i++;
	if (i < sl_list_len(list))
		sl_list_remove(list, i);
	if (event != SL_WATCH_DELETED)
		sl_list_insert(r->a, list, i, copy);
}

static void on_synced(void *ctx)
{
	((struct rollout *)ctx)->synced = true;
}

static bool on_wake(void *ctx, struct sl_cli_output *output)
{
	const struct rollout *r = ctx;
	bool all = r->synced;

	(void)output;
	for (size_t i = 0; i < sl_list_len(r->deployments); i++)
		all = all && is_ready(sl_list_get(r->deployments, i));
	return all;
}

/* Deployments that are being rolled out are given until the deadline; who is late is told later. */
static int await_rollout(struct sl_cli_session *s, struct sl_value *deployments, struct sl_err *err)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	struct rollout rollout = { .a = &a, .deployments = sl_value_list(&a) };
	struct sl_cli_stream stream = {
		.ctx = &rollout, .on_object = on_object, .on_synced = on_synced, .on_wake = on_wake
	};
	struct sl_watch_options watch = { .kind = &sl_cli_kube_deployment,
					  .namespace_ = s->namespace_,
					  .label_selector = SL_CLI_PART_OF_FLUX };
	int r;

	if (on_wake(&(struct rollout){ .deployments = deployments, .synced = true }, NULL))
		return 0;
	sl_cli_say(SL_CLI_WAITING, "waiting for controllers to become ready");
	r = sl_cli_stream_run(s, &watch, 1, &stream, s->deadline_ms, err);
	if (r && r != SL_ERR_TIMEOUT)
		return r;
	sl_err_release(err);
	if (r)
		s->deadline_ms = sl_mono_ms() + REST_MS;
	deployments->list.n = 0;
	for (size_t i = 0; i < sl_list_len(rollout.deployments); i++)
		sl_list_push(&s->a, deployments,
			     sl_value_copy(&s->a, sl_list_get(rollout.deployments, i)));
	return 0;
}

static bool tell_deployment(const struct sl_value *deployment)
{
	const struct sl_value *containers =
		sl_get(deployment, "spec", "template", "spec", "containers");
	bool ready = is_ready(deployment);

	sl_cli_say(ready ? SL_CLI_SUCCESS : SL_CLI_FAILURE, "%.*s: deployment %s",
		   SL_STR_FMT(sl_obj_name(deployment)), ready ? "ready" : "not ready");
	for (size_t i = 0; i < sl_list_len(containers); i++)
		sl_cli_say(SL_CLI_ACTION, "%.*s",
			   SL_STR_FMT(sl_get_str(sl_list_get(containers, i), "image")));
	return ready;
}

/* What --components names must be there. */
static bool check_names(struct sl_cli_session *s, const struct sl_value *deployments)
{
	SL_AUTO(sl_strvec) names = SL_STRVEC_INIT;
	bool ok = true;

	sl_cli_strings(s->args, "components", &names);
	sl_cli_strings(s->args, "components-extra", &names);
	for (size_t i = 0; i < names.n; i++) {
		bool found = false;

		for (size_t j = 0; j < sl_list_len(deployments); j++)
			found |= sl_str_eqz(sl_obj_name(sl_list_get(deployments, j)), names.v[i]);
		if (!found)
			sl_cli_say(SL_CLI_FAILURE, "%s: deployment not found", names.v[i]);
		ok = ok && found;
	}
	return ok;
}

static bool check_controllers(struct sl_cli_session *s)
{
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_value *deployments;
	bool ok;

	if (sl_cli_controllers(s, &deployments, &err))
		return failed(&err, "checking failed");
	if (!sl_list_len(deployments)) {
		sl_cli_say(
			SL_CLI_FAILURE,
			"no controllers found in the '%s' namespace with the label selector '%s'",
			s->namespace_, SL_CLI_PART_OF_FLUX);
		return false;
	}
	if (await_rollout(s, deployments, &err))
		return failed(&err, "checking failed");
	ok = check_names(s, deployments);
	for (size_t i = 0; i < sl_list_len(deployments); i++)
		ok &= tell_deployment(sl_list_get(deployments, i));
	return ok;
}

static bool tell_crd(const struct sl_value *crd)
{
	const struct sl_value *stored = sl_get(crd, "status", "storedVersions");
	size_t n = sl_list_len(stored);

	if (!n) {
		sl_cli_say(SL_CLI_FAILURE, "no stored versions for %.*s",
			   SL_STR_FMT(sl_obj_name(crd)));
		return false;
	}
	sl_cli_say(SL_CLI_SUCCESS, "%.*s/%.*s", SL_STR_FMT(sl_obj_name(crd)),
		   SL_STR_FMT(sl_as_str(sl_list_get(stored, n - 1))));
	return true;
}

static bool check_crds(struct sl_cli_session *s)
{
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_cli_filter filter = { .label_selector = SL_CLI_PART_OF_FLUX };
	struct sl_value *crds;
	bool ok = true;

	if (sl_cli_list(s, &sl_cli_kube_crd, &filter, &crds, &err))
		return failed(&err, "checking failed");
	if (!sl_list_len(crds)) {
		sl_cli_say(SL_CLI_FAILURE, "no crds found with the label selector '%s'",
			   SL_CLI_PART_OF_FLUX);
		return false;
	}
	for (size_t i = 0; i < sl_list_len(crds); i++)
		ok &= tell_crd(sl_list_get(crds, i));
	return ok;
}

int sl_cli_remote_check(const struct sl_cli_args *args, char *const *argv, struct sl_err *err)
{
	static const struct {
		const char *title;
		bool (*check)(struct sl_cli_session *s);
	} checks[] = {
		{ "checking prerequisites", check_kubernetes },
		{ "checking version in cluster", check_distribution },
		{ "checking controllers", check_controllers },
		{ "checking crds", check_crds },
	};
	SL_AUTO(sl_cli_session) s = SL_CLI_SESSION_INIT;
	bool pre = sl_cli_bool(args, "pre"), ok = true;
	int r = sl_cli_session_open(args, &s, err);

	(void)argv;
	if (r) {
		sl_err_wrap(err, "Kubernetes client initialization failed");
		return r;
	}
	for (size_t i = 0; i < (pre ? 1 : SL_ARRAY_LEN(checks)); i++) {
		sl_cli_say(SL_CLI_ACTION, "%s", checks[i].title);
		ok &= checks[i].check(&s);
	}
	if (!ok)
		return sl_err_set(err, SL_ERR_INVALID, "check failed");
	sl_cli_say(SL_CLI_SUCCESS, pre ? "prerequisites checks passed" : "all checks passed");
	return 0;
}
