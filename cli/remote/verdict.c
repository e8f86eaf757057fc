#include "cli/remote/verdict.h"

#include <stdlib.h>

#include "libcommon/base/clock.h"
#include "libcommon/gitops/api.h"
#include "libcommon/kube/controller.h"
#include "libcommon/kube/kstatus.h"
#include "libcommon/kube/object.h"

void sl_cli_goal_release(struct sl_cli_goal *g)
{
	free(g->message);
	*g = (struct sl_cli_goal){ .name = NULL };
}

static void settle(struct sl_cli_goal *g, enum sl_cli_verdict verdict, char *message)
{
	free(g->message);
	g->message = message;
	g->verdict = verdict;
}

static bool is_later(struct sl_str a, const char *b)
{
	int64_t a_ms, b_ms;

	return sl_rfc3339_parse(a, &a_ms) && sl_rfc3339_parse(sl_str(b), &b_ms) && a_ms > b_ms;
}

/*
 * A watch may begin with a state from before our request. Once a state shows our token, or one that
 * another request has put in its place, every later state includes ours.
 */
static bool includes_request(struct sl_cli_goal *g, const struct sl_value *object)
{
	struct sl_str asked = sl_obj_annotation(object, SL_ANN_REQUESTED_AT);
	struct sl_str handled = sl_get_str(object, "status", "lastHandledReconcileAt");

	g->seen = g->seen || sl_str_eqz(asked, g->token) || sl_str_eqz(handled, g->token) ||
		  is_later(asked, g->token);
	return g->seen && handled.n && !sl_str_eqz(handled, g->handled_before);
}

/* The condition's own generation counts; kinds that do not write it have the status' one. */
static bool is_about(const struct sl_value *ready, const struct sl_value *object,
		     int64_t generation)
{
	int64_t observed = sl_get_int(ready, 0, "observedGeneration");

	if (!observed)
		observed = sl_obj_observed_generation(object);
	return observed >= generation;
}

static bool is_at_it(const struct sl_value *object)
{
	const struct sl_value *reconciling = sl_obj_condition(object, SL_COND_RECONCILING);

	return sl_str_eqz(sl_get_str(reconciling, "status"), "True") &&
	       sl_str_eqz(sl_get_str(reconciling, "reason"), SL_REASON_PROGRESSING);
}

static char *success_text(const struct sl_cli_goal *g, const struct sl_value *object)
{
	struct sl_str revision = sl_get_str(object, "status", "lastAppliedRevision");

	if (!revision.n)
		revision = sl_get_str(object, "status", "artifact", "revision");
	return sl_xasprintf("%s %.*s", g->done, SL_STR_FMT(revision));
}

static char *text_of(struct sl_str s)
{
	return sl_xmemdup0(s.p ? s.p : "", s.n);
}

static void judge_ready(struct sl_cli_goal *g, const struct sl_value *ready,
			const struct sl_value *object, int64_t wall_ms)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	struct sl_str status = sl_get_str(ready, "status"), message = sl_get_str(ready, "message");
	struct sl_kstatus_result k = sl_kstatus_compute(&a, object, wall_ms);

	if (k.status == SL_KSTATUS_TERMINATING)
		settle(g, SL_CLI_FAILED, sl_xstrdup("it is being deleted"));
	else if (k.status == SL_KSTATUS_FAILED)
		settle(g, SL_CLI_FAILED, message.n ? text_of(message) : sl_xstrdup(k.message));
	else if (sl_str_eqz(status, "True") && k.status == SL_KSTATUS_CURRENT)
		settle(g, SL_CLI_DONE, success_text(g, object));
	else if (sl_str_eqz(status, "False") && !is_at_it(object) &&
		 !sl_str_eqz(sl_get_str(ready, "reason"), SL_REASON_DEPENDENCY_NOT_READY))
		settle(g, SL_CLI_FAILED, text_of(message));
	else
		settle(g, SL_CLI_PENDING, text_of(message));
}

void sl_cli_judge(struct sl_cli_goal *g, const struct sl_value *object, int64_t wall_ms)
{
	const struct sl_value *ready = sl_obj_condition(object, SL_COND_READY);
	int64_t generation = g->token ? sl_obj_generation(object) : g->generation;

	if (g->verdict != SL_CLI_PENDING)
		return;
	if (g->token && !includes_request(g, object)) {
		/* A Ready=True from before says nothing about what is asked now. */
		if (g->seen && ready && !sl_str_eqz(sl_get_str(ready, "status"), "True"))
			settle(g, SL_CLI_PENDING, text_of(sl_get_str(ready, "message")));
		return;
	}
	if (ready && is_about(ready, object, generation))
		judge_ready(g, ready, object, wall_ms);
}

void sl_cli_judge_gone(struct sl_cli_goal *g)
{
	if (g->verdict == SL_CLI_PENDING)
		settle(g, SL_CLI_FAILED, sl_xstrdup("it was deleted"));
}
