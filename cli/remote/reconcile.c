#include <stdlib.h>

#include "cli/remote/await.h"
#include "cli/remote/programs.h"
#include "cli/remote/targets.h"
#include "cli/report.h"
#include "libcommon/base/clock.h"
#include "libcommon/kube/controller.h"

/* Objects of one kind and namespace to be reconciled together. */
struct batch {
	const struct sl_cli_kind *kind;
	const char *namespace_;
	struct sl_value *objects; /* LIST */
	bool wait;
	bool named; /* tell outcomes with names */
};

static int annotate(struct sl_cli_session *s, const struct batch *b, const char *name,
		    struct sl_cli_goal *ret_goal, struct sl_err *err)
{
	struct sl_kube_ref ref = { &b->kind->kube, b->namespace_, name };
	struct sl_value *patch = sl_value_map(&s->a), *object;
	struct sl_value *annotations =
		sl_map_need_map(&s->a, sl_map_need_map(&s->a, patch, "metadata"), "annotations");
	char token[SL_RFC3339_SIZE];
	int r;

	sl_rfc3339_nano(sl_wall_ns(), token);
	sl_map_set_strz(&s->a, annotations, SL_ANN_REQUESTED_AT, token);
	sl_cli_say(SL_CLI_ACTION, "annotating %s %s in %s namespace", b->kind->kube.kind, name,
		   b->namespace_);
	r = sl_cli_patch(s, &ref, patch, &object, err);
	if (r)
		return r;
	sl_cli_say(SL_CLI_SUCCESS, "%s annotated", b->kind->kube.kind);
	*ret_goal = (struct sl_cli_goal){
		.name = name,
		.token = sl_arena_strdup(&s->a, token),
		.handled_before =
			sl_as_strz(&s->a, sl_get(object, "status", "lastHandledReconcileAt")),
		.generation = sl_obj_generation(object),
		.done = b->kind->done,
	};
	return 0;
}

static int reconcile(struct sl_cli_session *s, const struct batch *b, struct sl_err *err)
{
	size_t n = sl_list_len(b->objects);
	struct sl_cli_goal *goals = sl_arena_array(&s->a, n, sizeof(*goals));
	struct sl_cli_awaited what = { b->kind, b->namespace_, goals, n, b->named };
	int r = 0;

	for (size_t i = 0; !r && i < n; i++) {
		const struct sl_value *object = sl_list_get(b->objects, i);

		r = annotate(s, b, sl_as_strz(&s->a, sl_get(object, "metadata", "name")), &goals[i],
			     err);
	}
	if (!r && b->wait && n) {
		sl_cli_say(SL_CLI_WAITING, "waiting for %s reconciliation", b->kind->kube.kind);
		r = sl_cli_await(s, &what, err);
	}
	for (size_t i = 0; i < n; i++)
		sl_cli_goal_release(&goals[i]);
	return r;
}

static bool is_suspended(const struct sl_value *object)
{
	return sl_get_bool(object, false, "spec", "suspend");
}

/* Who names a suspended object has not noticed; who asks for all means those that run. */
static int drop_suspended(struct sl_cli_session *s, struct sl_cli_targets *t, struct sl_err *err)
{
	struct sl_value *running = sl_value_list(&s->a);

	for (size_t i = 0; i < sl_list_len(t->objects); i++) {
		struct sl_value *object = sl_list_get(t->objects, i);
		const char *name = sl_as_strz(&s->a, sl_get(object, "metadata", "name"));

		if (!is_suspended(object)) {
			sl_list_push(&s->a, running, object);
			continue;
		}
		if (t->named && s->args->words.n == 1)
			return sl_err_set(err, SL_ERR_INVALID, "resource is suspended");
		if (t->named)
			return sl_err_set(err, SL_ERR_INVALID, "%s %s: resource is suspended",
					  t->kind->kube.kind, name);
		sl_cli_say(SL_CLI_WARNING, "%s %s is suspended, left out", t->kind->kube.kind,
			   name);
	}
	t->objects = running;
	return 0;
}

/* --with-source */

static const struct sl_cli_kind *source_kind(struct sl_str kind)
{
	static const enum sl_cli_kind_id ids[] = { SL_CLI_OCI_REPOSITORY, SL_CLI_GIT_REPOSITORY,
						   SL_CLI_BUCKET };

	for (size_t i = 0; i < SL_ARRAY_LEN(ids); i++)
		if (sl_str_eqz(kind, sl_cli_kind(ids[i])->kube.kind))
			return sl_cli_kind(ids[i]);
	return NULL;
}

static int reconcile_source(struct sl_cli_session *s, const struct sl_value *object, bool wait,
			    struct sl_strvec *done, struct sl_err *err)
{
	const struct sl_value *ref = sl_get(object, "spec", "sourceRef");
	struct sl_str kind = sl_get_str(ref, "kind"), in = sl_get_str(ref, "namespace");
	const char *name = sl_as_strz(&s->a, sl_get(ref, "name"));
	struct batch b = { .kind = source_kind(kind),
			   .objects = sl_value_list(&s->a),
			   .wait = wait };
	struct sl_value *source;
	int r;

	if (!b.kind || !name)
		return sl_err_set(err, SL_ERR_INVALID, "cannot reconcile source of kind %.*s",
				  SL_STR_FMT(kind));
	in = sl_arena_str(&s->a, in.n ? in : sl_obj_namespace(object));
	b.namespace_ = in.p;
	const char *id = sl_arena_printf(&s->a, "%.*s/%s/%s", SL_STR_FMT(kind), b.namespace_, name);

	if (sl_strvec_contains(done, sl_str(id)))
		return 0;
	sl_strvec_push(done, id);
	r = sl_cli_find(s, &b.kind->kube, b.namespace_, name, &source, err);
	if (r)
		return r;
	if (is_suspended(source))
		return sl_err_set(err, SL_ERR_INVALID, "%s: resource is suspended", id);
	sl_list_push(&s->a, b.objects, source);
	return reconcile(s, &b, err);
}

static int reconcile_sources(struct sl_cli_session *s, const struct sl_cli_targets *t, bool wait,
			     struct sl_err *err)
{
	SL_AUTO(sl_strvec) done = SL_STRVEC_INIT;
	int r = 0;

	for (size_t i = 0; !r && i < sl_list_len(t->objects); i++)
		r = reconcile_source(s, sl_list_get(t->objects, i), wait, &done, err);
	return r;
}

int sl_cli_remote_reconcile(const struct sl_cli_args *args, char *const *argv, struct sl_err *err)
{
	SL_AUTO(sl_cli_session) s = SL_CLI_SESSION_INIT;
	bool with_source =
		sl_cli_flag(&args->path, SL_STR("with-source")) && sl_cli_bool(args, "with-source");
	bool wait = !sl_cli_bool(args, "no-wait");
	struct sl_cli_targets t;
	int r = sl_cli_session_open(args, &s, err);

	(void)argv;
	if (!r)
		r = sl_cli_targets_find(&s, &t, err);
	if (!r)
		r = drop_suspended(&s, &t, err);
	if (!r && with_source)
		r = reconcile_sources(&s, &t, wait, err);
	if (r)
		return r;
	struct batch b = { .kind = t.kind,
			   .namespace_ = t.namespace_,
			   .objects = t.objects,
			   .wait = wait,
			   .named = !t.named || args->words.n > 1 };

	r = reconcile(&s, &b, err);
	return !r && t.missing ? SL_ERR_CANCELED : r;
}
