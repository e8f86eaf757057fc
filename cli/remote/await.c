#include "cli/remote/await.h"

#include "cli/remote/stream.h"
#include "cli/report.h"
#include "libcommon/base/clock.h"
#include "libcommon/codec/duration.h"

struct waiting {
	const struct sl_cli_awaited *what;
	bool *present; /* which objects the watch has shown */
	bool *told;    /* which outcomes were printed */
	bool *news;    /* which pending ones say something new */
	bool verbose;
	bool all_settled;
};

static ptrdiff_t goal_of(const struct waiting *w, const struct sl_value *object)
{
	for (size_t i = 0; i < w->what->n; i++)
		if (sl_str_eqz(sl_obj_name(object), w->what->goals[i].name))
			return (ptrdiff_t)i;
	return -1;
}

static void on_object(void *ctx, enum sl_watch_event event, const struct sl_value *object)
{
	struct waiting *w = ctx;
	ptrdiff_t i = goal_of(w, object);

	if (i < 0)
		return;
	struct sl_cli_goal *g = &w->what->goals[i];
	SL_AUTO_FREE char *before = sl_xstrdup(g->message);

	w->present[i] = true;
	if (event == SL_WATCH_DELETED)
		sl_cli_judge_gone(g);
	else
		sl_cli_judge(g, object, sl_wall_ms());
	w->news[i] = g->verdict == SL_CLI_PENDING && g->message && !sl_streq(before, g->message);
}

static void on_synced(void *ctx)
{
	struct waiting *w = ctx;

	for (size_t i = 0; i < w->what->n; i++)
		if (!w->present[i])
			sl_cli_judge_gone(&w->what->goals[i]);
}

static void tell(struct waiting *w, size_t i, struct sl_cli_output *output)
{
	const struct sl_cli_goal *g = &w->what->goals[i];
	const char *kind = w->what->kind->kube.kind;

	w->told[i] = true;
	if (g->verdict == SL_CLI_DONE && w->what->named)
		sl_cli_say_to(&output->say, SL_CLI_SUCCESS, "%s %s reconciliation completed", kind,
			      g->name);
	if (g->verdict == SL_CLI_DONE)
		sl_cli_say_to(&output->say, SL_CLI_SUCCESS, "%s", g->message);
	else if (w->what->named)
		sl_cli_say_to(&output->say, SL_CLI_FAILURE, "%s %s reconciliation failed: %s", kind,
			      g->name, g->message);
}

static bool on_wake(void *ctx, struct sl_cli_output *output)
{
	struct waiting *w = ctx;

	w->all_settled = true;
	for (size_t i = 0; i < w->what->n; i++) {
		const struct sl_cli_goal *g = &w->what->goals[i];

		if (g->verdict == SL_CLI_PENDING)
			w->all_settled = false;
		else if (!w->told[i])
			tell(w, i, output);
		if (w->news[i] && w->verbose)
			sl_cli_say_to(&output->say, SL_CLI_WAITING, "%s %s: %s",
				      w->what->kind->kube.kind, g->name, g->message);
		w->news[i] = false;
	}
	return w->all_settled;
}

/* What a goal without verdict is told to have waited for. */
static const char *timeout_text(struct sl_cli_session *s, const struct sl_cli_goal *g)
{
	char text[SL_DURATION_SIZE];

	sl_duration_format(s->timeout_ms * SL_NS_PER_MS, text);
	return sl_arena_printf(&s->a, "timed out after %s: %s", text,
			       g->message ? g->message : "no controller has answered");
}

/* What is still open at the deadline. */
static void tell_timeouts(struct sl_cli_session *s, const struct sl_cli_awaited *what)
{
	for (size_t i = 0; what->named && i < what->n; i++) {
		const struct sl_cli_goal *g = &what->goals[i];

		if (g->verdict == SL_CLI_PENDING)
			sl_cli_say(SL_CLI_FAILURE, "%s %s reconciliation failed: %s",
				   what->kind->kube.kind, g->name, timeout_text(s, g));
	}
}

static int sum_up(struct sl_cli_session *s, const struct sl_cli_awaited *what, struct sl_err *err)
{
	const struct sl_cli_goal *first = &what->goals[0];
	const char *kind = what->kind->kube.kind;
	size_t failed = 0;

	for (size_t i = 0; i < what->n; i++)
		failed += what->goals[i].verdict != SL_CLI_DONE;
	if (!failed)
		return 0;
	if (what->named)
		return sl_err_set(err, SL_ERR_INVALID, "reconciliation failed for %zu %s(s)",
				  failed, kind);
	if (first->verdict == SL_CLI_FAILED)
		return sl_err_set(err, SL_ERR_INVALID, "%s reconciliation failed: %s", kind,
				  first->message);
	return sl_err_set(err, SL_ERR_TIMEOUT, "%s reconciliation failed: %s", kind,
			  timeout_text(s, first));
}

int sl_cli_await(struct sl_cli_session *s, const struct sl_cli_awaited *what, struct sl_err *err)
{
	struct waiting w = { .what = what,
			     .present = sl_arena_array(&s->a, what->n, sizeof(bool)),
			     .told = sl_arena_array(&s->a, what->n, sizeof(bool)),
			     .news = sl_arena_array(&s->a, what->n, sizeof(bool)),
			     .verbose = sl_cli_bool(s->args, "verbose") };
	struct sl_cli_stream stream = { .ctx = &w,
					.on_object = on_object,
					.on_synced = on_synced,
					.on_wake = on_wake,
					.patient = true };
	struct sl_watch_options watch = { .kind = &what->kind->kube,
					  .namespace_ = what->namespace_ };
	int r;

	if (what->n == 1)
		watch.field_selector =
			sl_arena_printf(&s->a, "metadata.name=%s", what->goals[0].name);
	r = sl_cli_stream_run(s, &watch, 1, &stream, s->deadline_ms, err);
	if (r && r != SL_ERR_TIMEOUT)
		return r;
	sl_err_release(err);
	if (r)
		tell_timeouts(s, what);
	return sum_up(s, what, err);
}
