#include "cli/remote/await.h"
#include "cli/remote/programs.h"
#include "cli/remote/targets.h"
#include "cli/report.h"

/* The words of the two directions. */
struct words {
	const char *doing, *done;
};
static const struct words suspending = { "suspending", "suspended" };
static const struct words resuming = { "resuming", "resumed" };

/* `value` is what spec.suspend becomes; null removes it, as `flux resume` does. */
static int set_suspend(struct sl_cli_session *s, const struct sl_cli_targets *t,
		       const struct sl_value *object, const struct words *words,
		       struct sl_value *value, struct sl_value **ret_object, struct sl_err *err)
{
	const char *name = sl_as_strz(&s->a, sl_get(object, "metadata", "name"));
	struct sl_kube_ref ref = { &t->kind->kube, t->namespace_, name };
	struct sl_value *patch = sl_value_map(&s->a);
	int r;

	sl_map_setz(&s->a, sl_map_need_map(&s->a, patch, "spec"), "suspend", value);
	sl_cli_say(SL_CLI_ACTION, "%s %s %s in %s namespace", words->doing, t->kind->human, name,
		   t->namespace_);
	r = sl_cli_patch(s, &ref, patch, ret_object, err);
	if (r) {
		sl_err_wrap(err, "failed %s %s %s in %s namespace", words->doing,
			    t->kind->kube.kind, name, t->namespace_);
		return r;
	}
	sl_cli_say(SL_CLI_SUCCESS, "%s %s", t->kind->human, words->done);
	return 0;
}

int sl_cli_remote_suspend(const struct sl_cli_args *args, char *const *argv, struct sl_err *err)
{
	SL_AUTO(sl_cli_session) s = SL_CLI_SESSION_INIT;
	struct sl_cli_targets t = { .missing = 0 };
	struct sl_value *patched;
	int r = sl_cli_session_open(args, &s, err);

	(void)argv;
	if (!r)
		r = sl_cli_targets_find(&s, &t, err);
	for (size_t i = 0; !r && i < sl_list_len(t.objects); i++)
		r = set_suspend(&s, &t, sl_list_get(t.objects, i), &suspending,
				sl_value_bool(&s.a, true), &patched, err);
	return !r && t.missing ? SL_ERR_CANCELED : r;
}

static int wait_for(struct sl_cli_session *s, const struct sl_cli_targets *t,
		    const struct sl_value *patched, struct sl_err *err)
{
	size_t n = sl_list_len(patched);
	struct sl_cli_goal *goals = sl_arena_array(&s->a, n, sizeof(*goals));
	struct sl_cli_awaited what = { t->kind, t->namespace_, goals, n, true };
	int r;

	for (size_t i = 0; i < n; i++) {
		const struct sl_value *object = sl_list_get(patched, i);

		goals[i] = (struct sl_cli_goal){
			.name = sl_as_strz(&s->a, sl_get(object, "metadata", "name")),
			.generation = sl_obj_generation(object),
			.done = t->kind->done,
		};
	}
	sl_cli_say(SL_CLI_WAITING, "waiting for %s reconciliation", t->kind->kube.kind);
	r = sl_cli_await(s, &what, err);
	for (size_t i = 0; i < n; i++)
		sl_cli_goal_release(&goals[i]);
	return r;
}

int sl_cli_remote_resume(const struct sl_cli_args *args, char *const *argv, struct sl_err *err)
{
	SL_AUTO(sl_cli_session) s = SL_CLI_SESSION_INIT;
	struct sl_cli_targets t = { .missing = 0 };
	bool wait = sl_cli_is_given(args, "wait") ? sl_cli_bool(args, "wait") : args->words.n == 1;
	struct sl_value *patched;
	int r = sl_cli_session_open(args, &s, err);

	(void)argv;
	if (!r)
		r = sl_cli_targets_find(&s, &t, err);
	if (r)
		return r;
	patched = sl_value_list(&s.a);
	for (size_t i = 0; !r && i < sl_list_len(t.objects); i++) {
		struct sl_value *object;

		r = set_suspend(&s, &t, sl_list_get(t.objects, i), &resuming, sl_value_null(&s.a),
				&object, err);
		if (!r)
			sl_list_push(&s.a, patched, object);
	}
	if (!r && wait && sl_list_len(patched))
		r = wait_for(&s, &t, patched, err);
	return !r && t.missing ? SL_ERR_CANCELED : r;
}
