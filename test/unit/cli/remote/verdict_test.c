#include "test/unit/support/expect.h"

#include "cli/remote/verdict.h"

#define BEFORE "2026-01-01T00:00:00Z"
#define TOKEN "2026-01-01T00:01:00.123456789Z"
#define LATER "2026-01-01T00:02:00Z"
#define WALL_MS INT64_C(1767225720000)

/* An object of generation 2; %s: requestedAt, lastHandledReconcileAt, conditions. */
static struct sl_value *object(struct sl_arena *a, const char *asked, const char *handled,
			       const char *conditions)
{
	return tree(a, sl_arena_printf(a,
				       "{'apiVersion':'kustomize.toolkit.fluxcd.io/v1','kind':"
				       "'Kustomization','metadata':{'name':'x','generation':2,"
				       "'annotations':{'reconcile.fluxcd.io/requestedAt':'%s'}},"
				       "'status':{'observedGeneration':2,"
				       "'lastHandledReconcileAt':'%s','lastAppliedRevision':'main',"
				       "'conditions':[%s]}}",
				       asked, handled, conditions));
}

#define READY(status, reason, message) \
	"{'type':'Ready','status':'" status "','reason':'" reason "','message':'" message \
	"','observedGeneration':2}"
#define RECONCILING(reason) "{'type':'Reconciling','status':'True','reason':'" reason "'}"
#define STALLED "{'type':'Stalled','status':'True','reason':'X','message':'m'}"

static void judges_requests(void **state)
{
	static const struct {
		const char *name, *asked, *handled, *conditions;
		enum sl_cli_verdict want;
		const char *message;
	} cases[] = {
		{ "stale", BEFORE, BEFORE, READY("True", "S", "old"), SL_CLI_PENDING, NULL },
		{ "stale, and older than what was handled", BEFORE, "", READY("True", "S", "old"),
		  SL_CLI_PENDING, NULL },
		{ "asked, not handled", TOKEN, BEFORE, READY("True", "S", "old"), SL_CLI_PENDING,
		  NULL },
		{ "asked, at it", TOKEN, BEFORE, READY("Unknown", "Progressing", "at it"),
		  SL_CLI_PENDING, "at it" },
		{ "success", TOKEN, TOKEN, READY("True", "S", "applied"), SL_CLI_DONE,
		  "applied revision main" },
		{ "success, asked again by another", LATER, LATER, READY("True", "S", "applied"),
		  SL_CLI_DONE, "applied revision main" },
		{ "failure", TOKEN, TOKEN,
		  READY("False", "BuildFailed",
			"no such path") "," RECONCILING("ProgressingWithRetry"),
		  SL_CLI_FAILED, "no such path" },
		{ "failure for good", TOKEN, TOKEN,
		  READY("False", "AccessDenied", "denied") "," STALLED, SL_CLI_FAILED, "denied" },
		{ "failed before, at it again", TOKEN, TOKEN,
		  READY("False", "BuildFailed", "old") "," RECONCILING("Progressing"),
		  SL_CLI_PENDING, "old" },
		{ "waits for a dependency", TOKEN, TOKEN,
		  READY("False", "DependencyNotReady", "dependency b is not ready"), SL_CLI_PENDING,
		  "dependency b is not ready" },
		{ "checks health", TOKEN, TOKEN,
		  READY("Unknown", "Progressing", "running health checks"), SL_CLI_PENDING,
		  "running health checks" },
		{ "no Ready at all", TOKEN, TOKEN, "", SL_CLI_PENDING, NULL },
		{ "about an older generation", TOKEN, TOKEN,
		  "{'type':'Ready','status':'True','reason':'S','message':'old',"
		  "'observedGeneration':1}",
		  SL_CLI_PENDING, NULL },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		struct sl_cli_goal g = { .name = "x",
					 .token = TOKEN,
					 .handled_before = BEFORE,
					 .generation = 2,
					 .done = "applied revision" };

		sl_cli_judge(&g, object(&a, cases[i].asked, cases[i].handled, cases[i].conditions),
			     WALL_MS);
		if (g.verdict != cases[i].want)
			fail_msg("%s: verdict %d, want %d", cases[i].name, g.verdict,
				 cases[i].want);
		if (!sl_streq(g.message, cases[i].message))
			fail_msg("%s: \"%s\"", cases[i].name, g.message ? g.message : "(none)");
		sl_cli_goal_release(&g);
	}
}

static void first_request_ever_has_nothing_before_it(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	struct sl_cli_goal g = { .name = "x", .token = TOKEN, .done = "applied revision" };

	(void)state;
	sl_cli_judge(&g, object(&a, TOKEN, "", READY("True", "S", "m")), WALL_MS);
	assert_int_equal(g.verdict, SL_CLI_PENDING);
	sl_cli_judge(&g, object(&a, TOKEN, TOKEN, READY("True", "S", "m")), WALL_MS);
	assert_int_equal(g.verdict, SL_CLI_DONE);
	sl_cli_goal_release(&g);
}

/* Once our request was seen, a token of another client, even one with a late clock, is after ours. */
static void remembers_that_the_request_was_seen(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	struct sl_cli_goal g = {
		.name = "x", .token = TOKEN, .handled_before = BEFORE, .done = "applied revision"
	};
	const char *early = "2025-12-31T00:00:00Z";

	(void)state;
	sl_cli_judge(&g, object(&a, early, early, READY("True", "S", "m")), WALL_MS);
	assert_int_equal(g.verdict, SL_CLI_PENDING);
	sl_cli_judge(&g, object(&a, TOKEN, BEFORE, READY("True", "S", "m")), WALL_MS);
	assert_int_equal(g.verdict, SL_CLI_PENDING);
	sl_cli_judge(&g, object(&a, early, early, READY("True", "S", "m")), WALL_MS);
	assert_int_equal(g.verdict, SL_CLI_DONE);
	sl_cli_goal_release(&g);
}

static void a_verdict_is_final(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	struct sl_cli_goal g = { .name = "x", .token = TOKEN, .done = "applied revision" };

	(void)state;
	sl_cli_judge(&g, object(&a, TOKEN, TOKEN, READY("False", "X", "bad")), WALL_MS);
	sl_cli_judge(&g, object(&a, TOKEN, TOKEN, READY("True", "S", "good")), WALL_MS);
	sl_cli_judge_gone(&g);
	assert_int_equal(g.verdict, SL_CLI_FAILED);
	assert_string_equal(g.message, "bad");
	sl_cli_goal_release(&g);
}

static void judges_changes_of_the_spec(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	struct sl_cli_goal now = { .name = "x", .generation = 2, .done = "fetched revision" };
	struct sl_cli_goal next = { .name = "x", .generation = 3, .done = "fetched revision" };

	(void)state;
	sl_cli_judge(&now, object(&a, "", "", READY("True", "S", "m")), WALL_MS);
	assert_int_equal(now.verdict, SL_CLI_DONE);
	assert_string_equal(now.message, "fetched revision main");
	sl_cli_judge(&next, object(&a, "", "", READY("True", "S", "m")), WALL_MS);
	assert_int_equal(next.verdict, SL_CLI_PENDING);
	sl_cli_goal_release(&now);
	sl_cli_goal_release(&next);
}

/* HelmReleases write no generation into conditions. */
static void falls_back_to_the_generation_of_the_status(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	struct sl_cli_goal now = { .name = "x", .generation = 2, .done = "" };
	struct sl_cli_goal next = { .name = "x", .generation = 3, .done = "" };
	const char *ready = "{'type':'Ready','status':'False','reason':'X','message':'bad'}";

	(void)state;
	sl_cli_judge(&now, object(&a, "", "", ready), WALL_MS);
	assert_int_equal(now.verdict, SL_CLI_FAILED);
	sl_cli_judge(&next, object(&a, "", "", ready), WALL_MS);
	assert_int_equal(next.verdict, SL_CLI_PENDING);
	sl_cli_goal_release(&now);
	sl_cli_goal_release(&next);
}

static void deletion_is_failure(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	struct sl_cli_goal gone = { .name = "x", .token = TOKEN };
	struct sl_cli_goal going = { .name = "x", .generation = 2 };
	struct sl_value *o = object(&a, "", "", READY("True", "S", "m"));

	(void)state;
	sl_cli_judge_gone(&gone);
	assert_int_equal(gone.verdict, SL_CLI_FAILED);
	assert_string_equal(gone.message, "it was deleted");
	sl_map_set_strz(&a, sl_get(o, "metadata"), "deletionTimestamp", BEFORE);
	sl_cli_judge(&going, o, WALL_MS);
	assert_int_equal(going.verdict, SL_CLI_FAILED);
	assert_string_equal(going.message, "it is being deleted");
	sl_cli_goal_release(&gone);
	sl_cli_goal_release(&going);
}

static void takes_the_revision_of_an_artifact(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	struct sl_cli_goal g = { .name = "x", .generation = 1, .done = "fetched revision" };

	(void)state;
	sl_cli_judge(&g,
		     tree(&a, "{'metadata':{'generation':1},'status':{'observedGeneration':1,"
			      "'artifact':{'revision':'main@sha1:1'},'conditions':[{'type':'Ready',"
			      "'status':'True','observedGeneration':1}]}}"),
		     WALL_MS);
	assert_string_equal(g.message, "fetched revision main@sha1:1");
	sl_cli_goal_release(&g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(judges_requests),
		cmocka_unit_test(first_request_ever_has_nothing_before_it),
		cmocka_unit_test(remembers_that_the_request_was_seen),
		cmocka_unit_test(a_verdict_is_final),
		cmocka_unit_test(judges_changes_of_the_spec),
		cmocka_unit_test(falls_back_to_the_generation_of_the_status),
		cmocka_unit_test(deletion_is_failure),
		cmocka_unit_test(takes_the_revision_of_an_artifact),
	};

	return cmocka_run_group_tests_name("cli/remote/verdict", tests, NULL, NULL);
}
