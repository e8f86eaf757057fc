/* What a run tells the world: conditions, history, and when it comes back. */
#include "libcommon/base/clock.h"
#include "test/unit/support/expect.h"
#include "test/unit/support/kcworld.h"

#define SPEC "{'interval':'10m','retryInterval':'7s','prune':true}"
#define MINUTE_MS 60000
#define SLACK_MS 5000

static struct kc_run *begin(struct kcworld *w, const char *status)
{
	struct kc_run *r;

	kcworld_put(w, SPEC, status);
	r = kcworld_run(w);
	kcworld_built(w, "[]");
	return r;
}

static enum kc_next break_down(struct kc_run *r, const struct kc_failure *f)
{
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	sl_err_set(&err, SL_ERR_INVALID, "it is broken");
	return kc_fail(r, f, &err);
}

static int64_t history_count(const struct kc_run *r, size_t i)
{
	return sl_get_int(sl_list_get(sl_get(r->patcher.object, "status", "history"), i), 0,
			  "totalReconciliations");
}

static void announces_once(void **state)
{
	struct kcworld *w = *state;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct kc_run *r =
		begin(w, "{'conditions':[{'type':'Ready','status':'True','reason':'Succeeded'}]}");

	expect_ok(kc_announce(r, &err, "Doing %s", "this"), &err);
	assert_true(r->announced);
	assert_string_equal(kcworld_conditions(w),
			    "Ready=Unknown/Progressing Reconciling=True/Progressing");
	assert_string_equal(kcworld_message(w, SL_COND_READY), "Reconciliation in progress");
	assert_string_equal(kcworld_message(w, SL_COND_RECONCILING), "Doing this");
	expect_ok(kc_announce(r, &err, "Doing %s", "this"), &err);
	assert_string_equal(kcworld_log(w), "status " KCWORLD_PATH "\n");
}

static void a_failure_is_retried(void **state)
{
	struct kcworld *w = *state;
	struct kc_run *r = begin(w, "{}");
	struct kc_failure f = { .reason = "BuildFailed", .delay_ms = MINUTE_MS };

	r->st->settled = true;
	assert_int_equal(break_down(r, &f), KC_END);
	assert_string_equal(kcworld_conditions(w),
			    "Ready=False/BuildFailed Reconciling=True/ProgressingWithRetry");
	assert_string_equal(kcworld_message(w, SL_COND_READY), "it is broken");
	assert_int_equal(r->result.outcome, SL_REQUEUE_AFTER);
	assert_int_equal(r->result.at_ms, r->st->due_ms);
	assert_false(r->st->settled);
	assert_true(r->st->due_ms > sl_mono_ms() + MINUTE_MS - SLACK_MS);
	assert_string_equal(r->st->source_revision_seen, "main@sha1:1");
	/* Only what says so goes into the history. */
	assert_int_equal(history_count(r, 0), 0);
}

static void a_terminal_failure_waits_for_a_change(void **state)
{
	struct kcworld *w = *state;
	struct kc_run *r = begin(w, "{}");
	struct kc_failure f = { .reason = "AccessDenied", .delay_ms = -1, .stalled = true };

	assert_int_equal(break_down(r, &f), KC_END);
	assert_string_equal(kcworld_conditions(w),
			    "Ready=False/AccessDenied Stalled=True/AccessDenied");
	assert_int_equal(r->result.outcome, SL_DONE);
	assert_int_equal(r->st->due_ms, SL_NEVER);
}

static void a_failure_ends_the_wait(void **state)
{
	struct kcworld *w = *state;
	struct kc_run *r = begin(w, "{}");
	struct kc_failure f = { .reason = "HealthCheckFailed", .delay_ms = MINUTE_MS };

	assert_int_equal(kc_wait_for(r, KC_WAIT_HEALTH, MINUTE_MS, 1000), KC_END);
	assert_int_equal(r->st->wait, KC_WAIT_HEALTH);
	assert_int_equal(break_down(r, &f), KC_END);
	assert_int_equal(r->st->wait, KC_WAIT_NONE);
}

static void a_status_that_cannot_be_written_is_written_again(void **state)
{
	struct kcworld *w = *state;
	struct kc_run *r = begin(w, "{}");
	struct kc_failure f = { .reason = "BuildFailed", .delay_ms = MINUTE_MS };

	kubeworld_refuse(w->server, "status", 1, 403, "no");
	assert_int_equal(break_down(r, &f), KC_END);
	assert_int_equal(r->result.outcome, SL_RETRY);
	assert_int_equal(r->st->due_ms, 0);
}

static void equal_outcomes_are_counted(void **state)
{
	struct kcworld *w = *state;
	struct kc_run *r = begin(w, "{}");
	struct kc_failure f = { .reason = "PruneFailed", .delay_ms = 1, .in_history = true };
	const struct sl_value *history;

	break_down(r, &f);
	break_down(r, &f);
	assert_int_equal(history_count(r, 0), 2);
	assert_int_equal(kc_succeed(r), KC_END);
	assert_int_equal(history_count(r, 0), 1);
	break_down(r, &f);
	history = sl_get(r->patcher.object, "status", "history");
	assert_int_equal(sl_list_len(history), 2);
	/* What happened last is first. */
	assert_int_equal(history_count(r, 0), 3);
	expect_str(sl_get_str(sl_list_get(history, 0), "lastReconciledStatus"), "PruneFailed");
	expect_str(sl_get_str(sl_list_get(history, 0), "metadata", "revision"), "main@sha1:1");
	expect_str(sl_get_str(sl_list_get(history, 1), "lastReconciledStatus"),
		   "ReconciliationSucceeded");
}

static void history_has_five_entries(void **state)
{
	struct kcworld *w = *state;
	struct kc_run *r = begin(w, "{}");
	const struct sl_value *history;

	for (int i = 0; i < 6; i++) {
		r->build.digest = sl_arena_printf(r->a, "sha256:%d", i);
		assert_int_equal(kc_succeed(r), KC_END);
		history = sl_get(r->patcher.object, "status", "history");
		assert_int_equal(sl_list_len(history), i < 5 ? i + 1 : 5);
	}
	expect_str(sl_get_str(sl_list_get(history, 0), "digest"), "sha256:5");
	expect_str(sl_get_str(sl_list_get(history, 4), "digest"), "sha256:1");
}

static void success_is_remembered(void **state)
{
	struct kcworld *w = *state;
	struct kc_run *r = begin(w, "{'lastAppliedOriginRevision':'old','conditions':[{'type':"
				    "'Reconciling','status':'True'},{'type':'Stalled','status':"
				    "'True'},{'type':'Foreign','status':'True'}]}");
	const struct sl_value *status;

	r->origin_revision = "sha256:of-the-image";
	assert_int_equal(kc_succeed(r), KC_END);
	assert_string_equal(kcworld_conditions(w), "Ready=True/ReconciliationSucceeded");
	assert_string_equal(kcworld_message(w, SL_COND_READY), "Applied revision: main@sha1:1");
	status = sl_get(r->patcher.object, "status");
	assert_true(sl_cond_has(r->patcher.object, "Foreign"));
	expect_str(sl_get_str(status, "lastAppliedRevision"), "main@sha1:1");
	expect_str(sl_get_str(status, "lastAttemptedRevision"), "main@sha1:1");
	expect_str(sl_get_str(status, "lastAppliedOriginRevision"), "sha256:of-the-image");
	assert_int_equal(sl_get_int(status, 0, "observedGeneration"), 1);
	assert_true(r->st->settled);
	assert_string_equal(r->st->build, r->build.digest);
	assert_string_equal(r->st->artifact, "sha256:artifact");
	assert_true(r->st->due_ms > sl_mono_ms() + 9 * MINUTE_MS - SLACK_MS);
	assert_int_equal(r->result.at_ms, r->st->due_ms);
	assert_true(kcworld_delay(w) <= 11 * MINUTE_MS);
	r->origin_revision = NULL;
	assert_int_equal(kc_succeed(r), KC_END);
	assert_null(sl_get(r->patcher.object, "status", "lastAppliedOriginRevision"));
}

static void a_correction_does_not_put_the_next_run_off(void **state)
{
	struct kcworld *w = *state;
	struct kc_run *r = begin(w, "{}");

	r->st->due_ms = sl_mono_ms() + MINUTE_MS;
	r->healing = true;
	assert_int_equal(kc_succeed(r), KC_END);
	assert_in_range(kcworld_delay(w), MINUTE_MS - SLACK_MS, MINUTE_MS);
}

static void a_request_is_handled_by_success_and_failure(void **state)
{
	struct kcworld *w = *state;

	for (int fails = 0; fails < 2; fails++) {
		struct kc_failure f = { .reason = "BuildFailed", .delay_ms = 1 };
		struct kc_run *r;

		kubeworld_put(
			w->server,
			"{'apiVersion':'kustomize.toolkit.fluxcd.io/v1','kind':"
			"'Kustomization','metadata':{'namespace':'flux-system','name':'apps',"
			"'annotations':{'reconcile.fluxcd.io/requestedAt':'now'}},'spec':" SPEC
			"}");
		r = kcworld_run(w);
		kcworld_built(w, "[]");
		assert_int_equal(fails ? break_down(r, &f) : kc_succeed(r), KC_END);
		expect_str(sl_get_str(r->patcher.object, "status", "lastHandledReconcileAt"),
			   "now");
	}
}

static void waits_no_longer_than_the_deadline(void **state)
{
	struct kcworld *w = *state;
	struct kc_run *r = begin(w, "{}");

	assert_int_equal(kc_wait_for(r, KC_WAIT_HEALTH, MINUTE_MS, 1000), KC_END);
	assert_int_equal(r->result.outcome, SL_REQUEUE_AFTER);
	assert_int_equal(r->result.priority, SL_PRIORITY_HIGH);
	assert_in_range(kcworld_delay(w), 1, 1000);
	assert_int_equal(kc_wait_for(r, KC_WAIT_HEALTH, MINUTE_MS, 5 * MINUTE_MS), KC_END);
	assert_int_equal(r->result.at_ms, r->st->wait_deadline_ms);
	r->st->wait_deadline_ms = sl_mono_ms() - 1;
	assert_int_equal(kc_wait_for(r, KC_WAIT_HEALTH, MINUTE_MS, 1000), KC_END);
	assert_true(kcworld_delay(w) < 0);
	assert_string_equal(r->st->wait_artifact, "sha256:artifact");
}

static void comes_back_for_a_suspect(void **state)
{
	struct kcworld *w = *state;
	struct kc_run *r = begin(w, "{}");

	r->st->due_ms = sl_mono_ms() + MINUTE_MS;
	assert_int_equal(kc_due(r), r->st->due_ms);
	r->suspect_ms = 2000;
	assert_in_range(kc_due(r) - sl_mono_ms(), 1000, 2000);
	/* Never at once: that would be a loop. */
	r->suspect_ms = 1;
	assert_in_range(kc_due(r) - sl_mono_ms(), 50, 100);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, kcworld_start, kcworld_stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(announces_once),
		TEST(a_failure_is_retried),
		TEST(a_terminal_failure_waits_for_a_change),
		TEST(a_failure_ends_the_wait),
		TEST(a_status_that_cannot_be_written_is_written_again),
		TEST(equal_outcomes_are_counted),
		TEST(history_has_five_entries),
		TEST(success_is_remembered),
		TEST(a_correction_does_not_put_the_next_run_off),
		TEST(a_request_is_handled_by_success_and_failure),
		TEST(waits_no_longer_than_the_deadline),
		TEST(comes_back_for_a_suspect),
	};

	return cmocka_run_group_tests_name("kustomize-controller/report", tests, NULL, NULL);
}
