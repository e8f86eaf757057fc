/* Applying and pruning: what is written in which order, and what a failure leaves behind. */
#include <string.h>

#include "libcommon/base/clock.h"
#include "test/unit/support/expect.h"
#include "test/unit/support/kcworld.h"

#define SPEC(more) "{'interval':'10m','timeout':'1m','prune':true" more "}"
#define INVENTORY(entries) "{'inventory':{'entries':[" entries "]}}"
#define ENTRY(name) "{'id':'ns_" name "__ConfigMap','v':'v1'}"
#define OWNER \
	"'labels':{'kustomize.toolkit.fluxcd.io/name':'apps'," \
	"'kustomize.toolkit.fluxcd.io/namespace':'flux-system'}"
#define CONFIG_MAP(name, value) \
	"{'apiVersion':'v1','kind':'ConfigMap','metadata':{'namespace':'ns','name':'" name \
	"'," OWNER "},'data':{'k':'" value "'}}"
#define JOB(value) \
	"{'apiVersion':'batch/v1','kind':'Job','metadata':{'namespace':'ns','name':'task'," OWNER \
	"},'spec':{'v':'" value "'}}"
#define NAMESPACE(more) "{'apiVersion':'v1','kind':'Namespace','metadata':{'name':'ns'}" more "}"
#define CLASS \
	"{'apiVersion':'scheduling.k8s.io/v1','kind':'PriorityClass','metadata':{'name':'high'}}"
#define STATUS "status " KCWORLD_PATH "\n"

static struct kc_run *begin(struct kcworld *w, const char *spec, const char *status,
			    const char *objects)
{
	struct kc_run *r;

	kcworld_put(w, spec, status);
	r = kcworld_run(w);
	kcworld_built(w, objects);
	return r;
}

/* The next run of what is stored. */
static struct kc_run *again(struct kcworld *w, const char *objects)
{
	struct kc_run *r = kcworld_run(w);

	kcworld_built(w, objects);
	(void)kcworld_log(w);
	return r;
}

static void announces_and_writes_ahead(void **state)
{
	struct kcworld *w = *state;
	struct kc_run *r = begin(w, SPEC(), INVENTORY(ENTRY("old")),
				 "[" CONFIG_MAP("b", "1") "," CONFIG_MAP("a", "1") "]");

	assert_int_equal(kc_step_apply(r), KC_NEXT);
	assert_string_equal(kcworld_log(w),
			    "dry-run configmaps/ns/a\n"
			    "dry-run configmaps/ns/b\n" STATUS "apply configmaps/ns/a\n"
			    "apply configmaps/ns/b\n");
	assert_string_equal(kcworld_conditions(w),
			    "Ready=Unknown/Progressing Reconciling=True/Progressing");
	assert_string_equal(kcworld_inventory(w), "a b old");
	assert_true(r->announced);
	assert_true(r->st->wait_changed);
}

static void what_is_there_is_not_written(void **state)
{
	struct kcworld *w = *state;
	struct kc_run *r;

	kubeworld_put(w->server, CONFIG_MAP("a", "1"));
	r = begin(w, SPEC(), INVENTORY(ENTRY("a")), "[" CONFIG_MAP("a", "1") "]");
	assert_int_equal(kc_step_apply(r), KC_NEXT);
	assert_int_equal(kc_step_prune(r), KC_NEXT);
	assert_string_equal(kcworld_log(w), "dry-run configmaps/ns/a\nget configmaps/ns/a\n");
	assert_false(r->announced);
	assert_false(r->st->wait_changed);
}

static void nothing_is_written_unless_all_pass(void **state)
{
	struct kcworld *w = *state;
	struct kc_run *r = begin(w, SPEC(), INVENTORY(ENTRY("old")),
				 "[" CONFIG_MAP("a", "1") "," CONFIG_MAP("b", "1") "]");

	kubeworld_refuse(w->server, "dry-run configmaps/ns/b", 1, 422, "data: wrong");
	assert_int_equal(kc_step_apply(r), KC_END);
	assert_string_equal(kcworld_log(w), "dry-run configmaps/ns/a\n"
					    "dry-run configmaps/ns/b\n"
					    "get configmaps/ns/b\n" STATUS);
	assert_string_equal(kcworld_conditions(w), "Ready=False/ReconciliationFailed "
						   "Reconciling=True/ProgressingWithRetry");
	assert_string_equal(kcworld_message(w, SL_COND_READY),
			    "ConfigMap/ns/b dry-run failed (Invalid): data: wrong");
	assert_string_equal(kcworld_inventory(w), "old");
}

static void a_failed_write_keeps_the_ids(void **state)
{
	struct kcworld *w = *state;
	struct kc_run *r = begin(w, SPEC(), INVENTORY(ENTRY("old")),
				 "[" CONFIG_MAP("a", "1") "," CONFIG_MAP("b", "1") "]");

	kubeworld_refuse(w->server, "apply configmaps/ns/b", 1, 403, "not this one");
	assert_int_equal(kc_step_apply(r), KC_END);
	assert_string_equal(kcworld_message(w, SL_COND_READY),
			    "ConfigMap/ns/b apply failed: not this one");
	assert_string_equal(kcworld_inventory(w), "a b old");
	assert_non_null(kubeworld_get(w->server, r->a, "configmaps/ns/a"));
}

static void an_unannounced_write_is_none(void **state)
{
	struct kcworld *w = *state;
	struct kc_run *r = begin(w, SPEC(), "{}", "[" CONFIG_MAP("a", "1") "]");

	kubeworld_refuse(w->server, "status", 1, 403, "no status today");
	assert_int_equal(kc_step_apply(r), KC_END);
	assert_null(kubeworld_get(w->server, r->a, "configmaps/ns/a"));
}

static void stages_follow_each_other(void **state)
{
	struct kcworld *w = *state;
	struct kc_run *r =
		begin(w, SPEC(), "{}", "[" CONFIG_MAP("a", "1") "," CLASS "," NAMESPACE("") "]");

	assert_int_equal(kc_step_apply(r), KC_NEXT);
	assert_string_equal(kcworld_log(w),
			    "dry-run namespaces/ns\n" STATUS "apply namespaces/ns\n"
			    "dry-run priorityclasses/high\n" STATUS "apply priorityclasses/high\n"
			    "dry-run configmaps/ns/a\n" STATUS "apply configmaps/ns/a\n");
	assert_string_equal(kcworld_inventory(w), "ns high a");
}

static void an_unready_stage_holds_up_the_next(void **state)
{
	struct kcworld *w = *state;
	struct kc_run *r;

	kubeworld_put(
		w->server,
		NAMESPACE(",'status':{'conditions':[{'type':'Reconciling','status':'True'}]}"));
	r = begin(w, SPEC(), "{}", "[" CONFIG_MAP("a", "1") "," NAMESPACE(",'spec':{'k':1}") "]");

	assert_int_equal(kc_step_apply(r), KC_END);
	assert_int_equal(r->st->wait, KC_WAIT_STAGE);
	assert_null(strstr(kcworld_log(w), "configmaps"));
	assert_string_equal(kcworld_inventory(w), "ns");
}

static void an_unknown_kind_is_awaited_only_with_its_definition(void **state)
{
	static const char thing[] =
		"{'apiVersion':'example.com/v1','kind':'Thing','metadata':{'namespace':'ns','name':"
		"'t'}}";
	struct kcworld *w = *state;
	SL_AUTO_FREE char *objects = sl_xasprintf("[%s]", thing);
	struct kc_run *r = begin(w, SPEC(), "{}", objects);

	assert_int_equal(kc_step_apply(r), KC_END);
	assert_string_equal(
		kcworld_message(w, SL_COND_READY),
		"Thing/ns/t dry-run failed (NoKindMatch): no matches for kind \"Thing\" "
		"in version \"example.com/v1\"");
	assert_int_equal(r->st->wait, KC_WAIT_NONE);
}

static void force_deletes_after_it_is_announced(void **state)
{
	struct kcworld *w = *state;
	struct kc_run *r;

	kubeworld_put(w->server, JOB("1"));
	r = begin(w, SPEC(",'force':true"), "{}", "[" JOB("2") "," CONFIG_MAP("a", "1") "]");
	kubeworld_refuse(w->server, "dry-run jobs", 1, 422, "field is immutable");
	assert_int_equal(kc_step_apply(r), KC_END);
	assert_string_equal(kcworld_log(w), "dry-run configmaps/ns/a\n"
					    "dry-run jobs/ns/task\n"
					    "get jobs/ns/task\n" STATUS "delete jobs/ns/task\n");
	assert_string_equal(kcworld_inventory(w), "a task");
	assert_string_equal(kcworld_message(w, SL_COND_RECONCILING),
			    "Waiting for objects to be replaced for revision main@sha1:1");
	assert_int_equal(r->st->wait, KC_WAIT_REPLACED);
	assert_in_range(kcworld_delay(w), 1000, 2000);
	r = again(w, "[" JOB("2") "," CONFIG_MAP("a", "1") "]");
	assert_int_equal(kc_step_apply(r), KC_NEXT);
	assert_non_null(strstr(kcworld_log(w), "apply jobs/ns/task\n"));
}

static void force_deletes_nothing_unannounced(void **state)
{
	struct kcworld *w = *state;
	struct kc_run *r;

	kubeworld_put(w->server, JOB("1"));
	r = begin(w, SPEC(",'force':true"), "{}", "[" JOB("2") "]");
	kubeworld_refuse(w->server, "dry-run jobs", 1, 422, "field is immutable");
	kubeworld_refuse(w->server, "status", 1, 403, "no status today");
	assert_int_equal(kc_step_apply(r), KC_END);
	assert_int_equal(r->result.outcome, SL_RETRY);
	assert_non_null(kubeworld_get(w->server, r->a, "jobs/ns/task"));
}

static void what_does_not_go_is_told_after_the_timeout(void **state)
{
	struct kcworld *w = *state;
	struct kc_run *r;

	kubeworld_put(w->server,
		      "{'apiVersion':'batch/v1','kind':'Job','metadata':{'namespace':'ns','name':"
		      "'task','deletionTimestamp':'2026-01-01T00:00:00Z','finalizers':['x/y']}}");
	r = begin(w, SPEC(",'force':true"), "{}", "[" JOB("2") "]");
	kubeworld_refuse(w->server, "dry-run jobs", 2, 422, "field is immutable");
	assert_int_equal(kc_step_apply(r), KC_END);
	/* Somebody deletes it already. */
	assert_null(strstr(kcworld_log(w), "delete"));
	assert_int_equal(r->st->wait, KC_WAIT_REPLACED);
	r->st->wait_deadline_ms = sl_mono_ms();
	assert_int_equal(kc_step_apply(r), KC_END);
	assert_string_equal(kcworld_message(w, SL_COND_READY),
			    "objects deleted to be replaced (force) have not gone after 1m0s; "
			    "their finalizers may need attention");
}

static void an_object_without_identity_is_a_failure_of_the_build(void **state)
{
	struct kcworld *w = *state;
	struct kc_run *r = begin(w, SPEC(), INVENTORY(ENTRY("old")),
				 "[" CONFIG_MAP("a", "1") ",{'kind':'ConfigMap','metadata':{'name':"
							  "'b'}}]");

	assert_int_equal(kc_step_apply(r), KC_END);
	assert_string_equal(kcworld_log(w), STATUS);
	assert_string_equal(kcworld_conditions(w), "Ready=False/BuildFailed "
						   "Reconciling=True/ProgressingWithRetry");
	assert_string_equal(kcworld_message(w, SL_COND_READY), "ConfigMap 'b' has no apiVersion");
	assert_string_equal(kcworld_inventory(w), "old");
}

static void a_build_of_nothing_is_refused(void **state)
{
	struct kcworld *w = *state;
	struct kc_run *r = begin(w, SPEC(), INVENTORY(ENTRY("a") "," ENTRY("b")), "[]");

	assert_int_equal(kc_step_apply(r), KC_END);
	assert_string_equal(kcworld_conditions(w), "Ready=False/BuildFailed "
						   "Reconciling=True/ProgressingWithRetry");
	assert_non_null(strstr(kcworld_message(w, SL_COND_READY), "pruning would delete all 2"));
	assert_string_equal(kcworld_inventory(w), "a b");
}

static void a_build_of_nothing_is_taken_where_nothing_is_at_stake(void **state)
{
	struct kcworld *w = *state;

	assert_int_equal(kc_step_apply(begin(w, SPEC(), "{}", "[]")), KC_NEXT);
	assert_int_equal(kc_step_apply(begin(w, "{'interval':'10m','prune':false}",
					     INVENTORY(ENTRY("a")), "[]")),
			 KC_NEXT);
}

static void prunes_what_is_left_over(void **state)
{
	struct kcworld *w = *state;
	struct kc_run *r;

	kubeworld_put(w->server, CONFIG_MAP("a", "1"));
	kubeworld_put(w->server, CONFIG_MAP("old", "1"));
	r = begin(w, SPEC(), INVENTORY(ENTRY("a") "," ENTRY("old") "," ENTRY("gone")),
		  "[" CONFIG_MAP("a", "1") "]");
	assert_int_equal(kc_step_apply(r), KC_NEXT);
	(void)kcworld_log(w);
	assert_int_equal(kc_step_prune(r), KC_NEXT);
	assert_string_equal(kcworld_log(w), STATUS "get configmaps/ns/old\n"
						   "delete configmaps/ns/old\n"
						   "get configmaps/ns/gone\n");
	assert_int_equal(kc_succeed(r), KC_END);
	assert_string_equal(kcworld_inventory(w), "a");
}

/* Somebody annotates the Kustomization while it is announced. */
static void prunes_after_a_conflict_too(void **state)
{
	struct kcworld *w = *state;
	struct kc_run *r;

	kubeworld_put(w->server, CONFIG_MAP("a", "1"));
	kubeworld_put(w->server, CONFIG_MAP("old", "1"));
	r = begin(w, SPEC(), INVENTORY(ENTRY("a") "," ENTRY("old")), "[" CONFIG_MAP("a", "1") "]");
	assert_int_equal(kc_step_apply(r), KC_NEXT);
	kubeworld_refuse(w->server, "status", 1, 409, "modified");
	assert_int_equal(kc_step_prune(r), KC_NEXT);
	assert_int_equal(kc_succeed(r), KC_END);
	assert_string_equal(kcworld_inventory(w), "a");
}

static void what_cannot_be_deleted_is_not_forgotten(void **state)
{
	struct kcworld *w = *state;
	struct kc_run *r;

	kubeworld_put(w->server, CONFIG_MAP("a", "1"));
	kubeworld_put(w->server, CONFIG_MAP("old", "1"));
	kubeworld_put(w->server, CONFIG_MAP("kept", "1"));
	r = begin(w, SPEC(), INVENTORY(ENTRY("a") "," ENTRY("kept") "," ENTRY("old")),
		  "[" CONFIG_MAP("a", "1") "]");
	kubeworld_refuse(w->server, "delete configmaps/ns/kept", 1, 403, "protected");
	assert_int_equal(kc_step_apply(r), KC_NEXT);
	assert_int_equal(kc_step_prune(r), KC_END);
	assert_string_equal(kcworld_conditions(w), "Ready=False/PruneFailed "
						   "Reconciling=True/ProgressingWithRetry");
	assert_string_equal(kcworld_message(w, SL_COND_READY),
			    "ConfigMap/ns/kept delete failed: protected");
	assert_string_equal(kcworld_inventory(w), "a kept");
	assert_null(kubeworld_get(w->server, r->a, "configmaps/ns/old"));
}

static void without_prune_objects_stay_and_ids_go(void **state)
{
	struct kcworld *w = *state;
	struct kc_run *r;

	kubeworld_put(w->server, CONFIG_MAP("a", "1"));
	kubeworld_put(w->server, CONFIG_MAP("old", "1"));
	r = begin(w, "{'interval':'10m','prune':false}", INVENTORY(ENTRY("a") "," ENTRY("old")),
		  "[" CONFIG_MAP("a", "1") "]");
	assert_int_equal(kc_step_apply(r), KC_NEXT);
	assert_int_equal(kc_step_prune(r), KC_NEXT);
	assert_int_equal(kc_succeed(r), KC_END);
	assert_string_equal(kcworld_inventory(w), "a");
	assert_non_null(kubeworld_get(w->server, r->a, "configmaps/ns/old"));
}

/* Only what somebody has changed is looked at, and nothing is pruned. */
static void a_correction_writes_the_suspects_alone(void **state)
{
	struct kcworld *w = *state;
	struct kc_run *r;

	kubeworld_put(w->server, CONFIG_MAP("a", "1"));
	kubeworld_put(w->server, CONFIG_MAP("b", "edited"));
	kubeworld_put(w->server, CONFIG_MAP("old", "1"));
	r = begin(w, SPEC(), INVENTORY(ENTRY("b") "," ENTRY("a") "," ENTRY("old")),
		  "[" CONFIG_MAP("a", "1") "," CONFIG_MAP("b", "1") "]");
	r->healing = true;
	sl_strvec_push(&r->suspects, "ns_b__ConfigMap");
	assert_int_equal(kc_step_apply(r), KC_NEXT);
	assert_int_equal(kc_step_prune(r), KC_NEXT);
	assert_string_equal(kcworld_log(w),
			    "dry-run configmaps/ns/b\n"
			    "get configmaps/ns/b\n" STATUS "apply configmaps/ns/b\n");
	assert_string_equal(kcworld_inventory(w), "b a old");
}

static void exceptions_are_noted_for_the_health_check(void **state)
{
	struct kcworld *w = *state;
	struct kc_run *r =
		begin(w, SPEC(), "{}",
		      "[{'apiVersion':'v1','kind':'ConfigMap','metadata':{'namespace':'ns','name':"
		      "'alone','annotations':{'kustomize.toolkit.fluxcd.io/reconcile':'disabled'}}"
		      "},{'apiVersion':'batch/v1','kind':'Job','metadata':{'namespace':'ns','name'"
		      ":'short'},'spec':{'ttlSecondsAfterFinished':1}}]");

	sl_strvec_push(&r->st->skipped, "of_an_earlier_run");
	assert_int_equal(kc_step_apply(r), KC_NEXT);
	assert_int_equal(r->st->skipped.n, 1);
	assert_string_equal(r->st->skipped.v[0], "ns_alone__ConfigMap");
	assert_int_equal(r->st->expiring.n, 1);
	assert_string_equal(r->st->expiring.v[0], "ns_short_batch_Job");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, kcworld_start, kcworld_stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(announces_and_writes_ahead),
		TEST(what_is_there_is_not_written),
		TEST(nothing_is_written_unless_all_pass),
		TEST(a_failed_write_keeps_the_ids),
		TEST(an_unannounced_write_is_none),
		TEST(stages_follow_each_other),
		TEST(an_unready_stage_holds_up_the_next),
		TEST(an_unknown_kind_is_awaited_only_with_its_definition),
		TEST(force_deletes_after_it_is_announced),
		TEST(force_deletes_nothing_unannounced),
		TEST(what_does_not_go_is_told_after_the_timeout),
		TEST(an_object_without_identity_is_a_failure_of_the_build),
		TEST(a_build_of_nothing_is_refused),
		TEST(a_build_of_nothing_is_taken_where_nothing_is_at_stake),
		TEST(prunes_what_is_left_over),
		TEST(prunes_after_a_conflict_too),
		TEST(what_cannot_be_deleted_is_not_forgotten),
		TEST(without_prune_objects_stay_and_ids_go),
		TEST(a_correction_writes_the_suspects_alone),
		TEST(exceptions_are_noted_for_the_health_check),
	};

	return cmocka_run_group_tests_name("kustomize-controller/stages", tests, NULL, NULL);
}
