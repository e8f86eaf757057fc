/* Health checks: which objects count, when they are over, and what is said of those that fail. */
#include <stdlib.h>

#include "libcommon/base/clock.h"
#include "test/unit/support/expect.h"
#include "test/unit/support/kcworld.h"

#define SPEC(more) "{'interval':'10m','timeout':'1m','prune':true," more "}"
#define INVENTORY(entries) "{'inventory':{'entries':[" entries "]}}"
#define ENTRY(id) "{'id':'" id "','v':'v1'}"
#define CONFIG_MAP(name) \
	"{'apiVersion':'v1','kind':'ConfigMap','metadata':{'namespace':'ns','name':'" name "'}}"
#define DEPLOYMENT(name, status) \
	"{'apiVersion':'apps/v1','kind':'Deployment','metadata':{'namespace':'ns','name':'" name \
	"','generation':1},'spec':{'replicas':1,'selector':{'matchLabels':{'app':'" name \
	"'}}},'status':{'observedGeneration':1," status "}}"
#define READY \
	"'replicas':1,'readyReplicas':1,'updatedReplicas':1,'availableReplicas':1,'conditions':[" \
	"{'type':'Available','status':'True'}]"
#define STARTING "'replicas':1,'updatedReplicas':1"
#define STUCK \
	"'replicas':1,'conditions':[{'type':'Progressing','status':'False','reason':" \
	"'ProgressDeadlineExceeded'}]"

static struct kc_run *begin(struct kcworld *w, const char *spec, const char *status)
{
	struct kc_run *r;

	kcworld_put(w, spec, status);
	r = kcworld_run(w);
	kcworld_built(w, "[]");
	return r;
}

static void assert_message(struct kcworld *w, const char *begins, const char *ends)
{
	struct sl_str message = sl_str(kcworld_message(w, SL_COND_READY));

	if (!sl_str_starts(message, sl_str(begins)) || !sl_str_ends(message, sl_str(ends)))
		fail_msg("got '%s'", message.p);
}

static void without_wait_nothing_is_checked(void **state)
{
	struct kcworld *w = *state;
	struct kc_run *r = begin(w, SPEC("'wait':false"),
				 "{'conditions':[{'type':'Healthy','status':'True'}]}");

	assert_int_equal(kc_step_health(r), KC_NEXT);
	assert_false(sl_cond_has(r->patcher.object, SL_COND_HEALTHY));
	assert_string_equal(kcworld_log(w), "");
}

static void all_of_the_inventory_counts(void **state)
{
	struct kcworld *w = *state;
	struct kc_run *r =
		begin(w, SPEC("'wait':true"),
		      INVENTORY(ENTRY("ns_a__ConfigMap") "," ENTRY("ns_web_apps_Deployment")));

	kubeworld_put(w->server, CONFIG_MAP("a"));
	kubeworld_put(w->server, DEPLOYMENT("web", READY));
	assert_int_equal(kc_step_health(r), KC_NEXT);
	assert_true(sl_cond_is_true(r->patcher.object, SL_COND_HEALTHY));
	assert_string_equal(kcworld_log(w), "get configmaps/ns/a\nget deployments/ns/web\n");
}

#define SELF ENTRY("flux-system_apps_kustomize.toolkit.fluxcd.io_Kustomization")
#define SKIPPED ENTRY("ns_skipped__ConfigMap")
#define EXPIRED ENTRY("ns_expired_batch_Job")

/* Each of these is no reason to wait. */
static void some_are_left_out(void **state)
{
	struct kcworld *w = *state;
	struct kc_run *r = begin(w, SPEC("'wait':true"), INVENTORY(SELF "," SKIPPED "," EXPIRED));

	sl_strvec_push(&r->st->skipped, "ns_skipped__ConfigMap");
	sl_strvec_push(&r->st->expiring, "ns_expired_batch_Job");
	assert_int_equal(kc_step_health(r), KC_NEXT);
	assert_string_equal(kcworld_log(w), "get jobs/ns/expired\n");
}

static void checks_name_deployments_unless_they_say_otherwise(void **state)
{
	struct kcworld *w = *state;
	struct kc_run *r =
		begin(w,
		      SPEC("'healthChecks':[{'kind':'Deployment','namespace':'ns','name':'web'},"
			   "{'apiVersion':'v1','kind':'ConfigMap','namespace':'ns','name':'a'}]"),
		      INVENTORY(ENTRY("ns_missing__ConfigMap")));

	kubeworld_put(w->server, CONFIG_MAP("a"));
	kubeworld_put(w->server, DEPLOYMENT("web", READY));
	assert_int_equal(kc_step_health(r), KC_NEXT);
	assert_string_equal(kcworld_log(w), "get deployments/ns/web\nget configmaps/ns/a\n");
}

static void waits_for_what_is_not_ready(void **state)
{
	struct kcworld *w = *state;
	struct kc_run *r =
		begin(w, SPEC("'wait':true"), INVENTORY(ENTRY("ns_web_apps_Deployment")));

	kubeworld_put(w->server, DEPLOYMENT("web", STARTING));
	assert_int_equal(kc_step_health(r), KC_END);
	assert_int_equal(r->st->wait, KC_WAIT_HEALTH);
	assert_string_equal(kcworld_conditions(w),
			    "Ready=Unknown/Progressing Reconciling=True/Progressing "
			    "Healthy=Unknown/Progressing");
	assert_string_equal(kcworld_message(w, SL_COND_HEALTHY),
			    "Running health checks for revision main@sha1:1 with a timeout of "
			    "1m0s");
	/* Nothing watches it here: it is looked at again by itself. */
	assert_in_range(kcworld_delay(w), 4000, 5000);
	kubeworld_put(w->server, DEPLOYMENT("web", READY));
	r = kcworld_run(w);
	kcworld_built(w, "[]");
	assert_int_equal(kc_step_health(r), KC_NEXT);
	assert_true(sl_cond_is_true(r->patcher.object, SL_COND_HEALTHY));
}

/* What is announced already is not written again for the first second of a wait. */
static void short_waits_are_silent(void **state)
{
	struct kcworld *w = *state;
	struct kc_run *r =
		begin(w, SPEC("'wait':true"), INVENTORY(ENTRY("ns_web_apps_Deployment")));
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	expect_ok(kc_announce(r, &err, "Applying"), &err);
	kubeworld_put(w->server, DEPLOYMENT("web", STARTING));
	(void)kcworld_log(w);
	assert_int_equal(kc_step_health(r), KC_END);
	assert_string_equal(kcworld_log(w), "get deployments/ns/web\n");
	assert_in_range(kcworld_delay(w), 1, 1000);
	r->st->wait_since_ms -= 1000;
	assert_int_equal(kc_step_health(r), KC_END);
	assert_string_equal(kcworld_log(w), "get deployments/ns/web\nstatus " KCWORLD_PATH "\n");
}

static void the_deadline_ends_the_wait(void **state)
{
	struct kcworld *w = *state;
	struct kc_run *r =
		begin(w, SPEC("'wait':true"), INVENTORY(ENTRY("ns_web_apps_Deployment")));

	kubeworld_put(w->server, DEPLOYMENT("web", STARTING));
	kubeworld_put(w->server,
		      "{'apiVersion':'v1','kind':'Pod','metadata':{'namespace':'ns','name':'web-1'"
		      "},'status':{'containerStatuses':[{'name':'c','state':{'waiting':{'reason':"
		      "'ImagePullBackOff'}}}]}}");
	assert_int_equal(kc_step_health(r), KC_END);
	r->st->wait_deadline_ms = sl_mono_ms();
	assert_int_equal(kc_step_health(r), KC_END);
	assert_string_equal(
		kcworld_conditions(w),
		"Ready=False/HealthCheckFailed "
		"Reconciling=True/ProgressingWithRetry Healthy=False/HealthCheckFailed");
	assert_message(w, "health check failed after ",
		       ": timeout waiting for: [Deployment/ns/web status: 'InProgress': Available: "
		       "0/1: pod web-1: container c: ImagePullBackOff]");
	assert_int_equal(r->st->wait, KC_WAIT_NONE);
	/* Another build has its own time. */
	kcworld_built(w, "[{}]");
	assert_int_equal(kc_step_health(r), KC_END);
	assert_int_equal(r->st->wait, KC_WAIT_HEALTH);
}

static void a_failure_for_good_is_told_at_once(void **state)
{
	struct kcworld *w = *state;
	struct kc_run *r = begin(
		w, SPEC("'wait':true"),
		INVENTORY(ENTRY("ns_late_apps_Deployment") "," ENTRY("ns_web_apps_Deployment")));

	kubeworld_put(w->server, DEPLOYMENT("late", STARTING));
	kubeworld_put(w->server, DEPLOYMENT("web", STUCK));
	assert_int_equal(kc_step_health(r), KC_END);
	assert_message(w, "health check failed after ",
		       ": failed early due to stalled resources: [Deployment/ns/web status: "
		       "'Failed': Progress deadline exceeded]");
	assert_false(kc_is_healthy(r));
	kubeworld_put(w->server, DEPLOYMENT("web", READY));
	assert_false(kc_is_healthy(r));
	kubeworld_put(w->server, DEPLOYMENT("late", READY));
	assert_true(kc_is_healthy(r));
}

/* Neither is a verdict: the object may be there, or come. */
static void waits_for_what_cannot_be_seen(void **state)
{
	struct kcworld *w = *state;
	struct kc_run *r =
		begin(w, SPEC("'wait':true"),
		      INVENTORY(ENTRY("ns_missing__ConfigMap") "," ENTRY("ns_secret__ConfigMap")));

	kubeworld_put(w->server, CONFIG_MAP("secret"));
	kubeworld_refuse(w->server, "get configmaps/ns/secret", 2, 403, "not yours");
	assert_int_equal(kc_step_health(r), KC_END);
	r->st->wait_deadline_ms = sl_mono_ms();
	assert_int_equal(kc_step_health(r), KC_END);
	assert_message(
		w, "health check failed after ",
		": timeout waiting for: [ConfigMap/ns/missing status: 'NotFound': not found, "
		"ConfigMap/ns/secret status: 'Unknown': not yours]");
}

static void looks_as_the_tenant(void **state)
{
	struct kcworld *w = *state;
	struct kc_run *r = begin(w, SPEC("'wait':true,'serviceAccountName':'dev'"),
				 INVENTORY(ENTRY("ns_a__ConfigMap")));

	kubeworld_put(w->server, CONFIG_MAP("a"));
	assert_int_equal(kc_step_health(r), KC_NEXT);
	assert_string_equal(kcworld_log(w), "get configmaps/ns/a as dev\n");
}

static size_t occurrences(const char *text, const char *part)
{
	struct sl_str rest = sl_str(text);
	ptrdiff_t at;
	size_t n = 0;

	for (; (at = sl_str_find(rest, sl_str(part))) >= 0; n++)
		rest = sl_str_sub(rest, (size_t)at + 1, rest.n);
	return n;
}

/* 19, 20 and 21 of them: 20 are named, five are asked for their pods. */
static void long_lists_are_cut(void **state)
{
	for (int count = 19; count <= 21; count++) {
		struct kcworld *w = *state;
		SL_AUTO(sl_strbuf) status = SL_STRBUF_INIT(1 << 20);
		const char *message, *log;
		struct kc_run *r;

		sl_strbuf_addz(&status, "{'inventory':{'entries':[");
		for (int i = 0; i < count; i++) {
			SL_AUTO_FREE char *json = sl_xasprintf(DEPLOYMENT("d%d", STUCK), i, i);

			kubeworld_put(w->server, json);
			sl_strbuf_addf(&status, "%s" ENTRY("ns_d%d_apps_Deployment"), i ? "," : "",
				       i);
		}
		sl_strbuf_addz(&status, "]}}");
		r = begin(w, SPEC("'wait':true"), status.p);
		assert_int_equal(kc_step_health(r), KC_END);
		message = kcworld_message(w, SL_COND_READY);
		log = kcworld_log(w);
		assert_int_equal(occurrences(message, "Deployment/ns/d"), count < 20 ? count : 20);
		assert_int_equal(occurrences(message, ", and 1 more]"), count > 20);
		assert_int_equal(occurrences(log, "list pods/ns"), 5);
	}
}

/* A plan with one object in stage 0 and one in stage 3, neither ready. */
static void plan_two(struct kcworld *w, struct kc_run *r)
{
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	kubeworld_put(w->server, "{'apiVersion':'v1','kind':'Namespace','metadata':{'name':'ns'},"
				 "'status':{'phase':'Active','conditions':[{'type':'Stalled',"
				 "'status':'True','reason':'x'}]}}");
	kubeworld_put(w->server, DEPLOYMENT("web", STARTING));
	kcworld_built(w, "[{'apiVersion':'v1','kind':'Namespace','metadata':{'name':'ns'}},"
			 "{'apiVersion':'apps/v1','kind':'Deployment','metadata':{'namespace':'ns',"
			 "'name':'web'}}]");
	expect_ok(sl_apply_plan_make(r->a, &r->applier, r->build.objects, &r->plan, &err), &err);
}

static void each_stage_waits_for_its_own_objects(void **state)
{
	struct kcworld *w = *state;
	struct kc_run *r = begin(w, SPEC("'wait':true"), "{}");
	int64_t deadline;

	plan_two(w, r);
	/* Without objects a stage is ready. */
	assert_int_equal(kc_stage_ready(r, 1), KC_NEXT);
	assert_int_equal(kc_stage_ready(r, 0), KC_END);
	assert_int_equal(r->st->wait, KC_WAIT_STAGE);
	assert_string_equal(kcworld_message(w, SL_COND_RECONCILING),
			    "Waiting for 1 objects to become ready");
	deadline = r->st->wait_deadline_ms;
	assert_in_range(deadline, sl_mono_ms() + 55000, sl_mono_ms() + 60000);
	assert_int_equal(kc_stage_ready(r, 0), KC_END);
	assert_int_equal(r->st->wait_deadline_ms, deadline);
	/* The time of this stage is over: that is no concern of the other. */
	r->st->wait_deadline_ms = sl_mono_ms();
	assert_int_equal(kc_stage_ready(r, 3), KC_END);
	assert_int_equal(r->st->wait, KC_WAIT_STAGE + 3);
	assert_string_equal(kcworld_conditions(w),
			    "Ready=Unknown/Progressing Reconciling=True/Progressing");
	r->st->wait_deadline_ms = sl_mono_ms();
	assert_int_equal(kc_stage_ready(r, 3), KC_END);
	assert_string_equal(kcworld_conditions(w), "Ready=False/ReconciliationFailed "
						   "Reconciling=True/ProgressingWithRetry");
	assert_message(w, "timeout waiting for: [Deployment/ns/web status: 'InProgress': ", "]");
}

static void what_a_stage_leaves_alone_is_not_waited_for(void **state)
{
	struct kcworld *w = *state;
	struct kc_run *r = begin(w, SPEC("'wait':true"), "{}");

	plan_two(w, r);
	r->plan.targets[0].action = SL_APPLY_SKIPPED;
	assert_int_equal(kc_stage_ready(r, 0), KC_NEXT);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, kcworld_start, kcworld_stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(without_wait_nothing_is_checked),
		TEST(all_of_the_inventory_counts),
		TEST(some_are_left_out),
		TEST(checks_name_deployments_unless_they_say_otherwise),
		TEST(waits_for_what_is_not_ready),
		TEST(short_waits_are_silent),
		TEST(the_deadline_ends_the_wait),
		TEST(a_failure_for_good_is_told_at_once),
		TEST(waits_for_what_cannot_be_seen),
		TEST(looks_as_the_tenant),
		TEST(long_lists_are_cut),
		TEST(each_stage_waits_for_its_own_objects),
		TEST(what_a_stage_leaves_alone_is_not_waited_for),
	};

	return cmocka_run_group_tests_name("kustomize-controller/health", tests, NULL, NULL);
}
