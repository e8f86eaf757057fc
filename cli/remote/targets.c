#include "cli/remote/targets.h"

#include "cli/report.h"

static int find_named(struct sl_cli_session *s, struct sl_cli_targets *t, struct sl_err *err)
{
	SL_AUTO(sl_strvec) seen = SL_STRVEC_INIT;
	const struct sl_strvec *names = &s->args->words;

	t->named = true;
	for (size_t i = 0; i < names->n; i++) {
		struct sl_value *object;
		int r;

		if (sl_strvec_contains(&seen, sl_str(names->v[i])))
			continue;
		sl_strvec_push(&seen, names->v[i]);
		struct sl_cli_filter filter = { .namespace_ = t->namespace_, .name = names->v[i] };
		struct sl_value *found;

		r = sl_cli_list(s, &t->kind->kube, &filter, &found, err);
		if (r)
			return r;
		object = sl_list_get(found, 0);
		if (object) {
			sl_list_push(&s->a, t->objects, object);
			continue;
		}
		t->missing++;
		sl_cli_say(SL_CLI_FAILURE, "%s object '%s' not found in \"%s\" namespace",
			   t->kind->kube.kind, names->v[i], t->namespace_);
	}
	return 0;
}

static int find_all(struct sl_cli_session *s, const char *selector, struct sl_cli_targets *t,
		    struct sl_err *err)
{
	struct sl_cli_filter filter = { .namespace_ = t->namespace_, .label_selector = selector };
	int r = sl_cli_list(s, &t->kind->kube, &filter, &t->objects, err);

	if (r || sl_list_len(t->objects))
		return r;
	return sl_err_set(err, SL_ERR_NOT_FOUND, "no %s objects found in \"%s\" namespace",
			  t->kind->kube.kind, t->namespace_);
}

int sl_cli_targets_find(struct sl_cli_session *s, struct sl_cli_targets *ret_targets,
			struct sl_err *err)
{
	const struct sl_cli_args *args = s->args;
	const struct sl_cli_command *c = sl_cli_leaf(&args->path);
	bool by_label = sl_cli_flag(&args->path, SL_STR("label-selector")) != NULL;
	const char *selector = by_label ? sl_cli_string(args, "label-selector") : NULL;
	bool all = sl_cli_bool(args, "all") || selector;

	*ret_targets = (struct sl_cli_targets){ .kind = sl_cli_kind(c->last),
						.namespace_ = s->namespace_,
						.objects = sl_value_list(&s->a) };
	if (all && args->words.n)
		return sl_err_set(err, SL_ERR_INVALID, "give names, or %s, not both",
				  by_label ? "--all or a label selector" : "--all");
	if (all)
		return find_all(s, selector, ret_targets, err);
	if (!args->words.n)
		return sl_err_set(err, SL_ERR_INVALID, "%s name is required",
				  ret_targets->kind->human);
	return find_named(s, ret_targets, err);
}
