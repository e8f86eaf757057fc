#include "cli/remote/get.h"
#include "cli/remote/programs.h"
#include "cli/remote/treebuild.h"
#include "cli/report.h"
#include "libcommon/codec/json.h"

static int find(void *ctx, const struct sl_kube_kind *kind, struct sl_str namespace_,
		struct sl_str name, const struct sl_value **ret_object, struct sl_err *err)
{
	struct sl_cli_session *s = ctx;
	struct sl_value *object = NULL;
	int r = sl_cli_find(s, kind, sl_arena_str(&s->a, namespace_).p, sl_arena_str(&s->a, name).p,
			    &object, err);

	if (r == SL_ERR_NOT_FOUND) {
		sl_err_release(err);
		r = 0;
	}
	*ret_object = object;
	return r;
}

static void add_tree(const struct sl_value *tree, const char *format, struct sl_strbuf *out)
{
	if (!format) {
		sl_cli_tree_text(tree, out);
	} else if (sl_str_ieq(sl_str(format), SL_STR("yaml"))) {
		sl_cli_add_document(tree, SL_CLI_YAML, true, out);
	} else {
		/* In the order of the fields of Flux's types. */
		sl_json_write(tree, SL_JSON_PRETTY, out);
		sl_strbuf_addc(out, '\n');
	}
}

int sl_cli_remote_tree(const struct sl_cli_args *args, char *const *argv, struct sl_err *err)
{
	SL_AUTO(sl_cli_session) s = SL_CLI_SESSION_INIT;
	SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(SL_CLI_OUTPUT_MAX);
	struct sl_cli_tree_options options = { .compact = sl_cli_bool(args, "compact"),
					       .find = find,
					       .ctx = &s };
	const struct sl_cli_kind *kind = sl_cli_kind(sl_cli_leaf(&args->path)->last);
	struct sl_value *root, *tree;
	int r;

	(void)argv;
	if (!args->words.n)
		return sl_err_set(err, SL_ERR_INVALID, "%s name is required", kind->human);
	r = sl_cli_session_open(args, &s, err);
	if (!r)
		r = sl_cli_find(&s, &kind->kube, s.namespace_, args->words.v[0], &root, err);
	if (!r)
		r = sl_cli_tree_build(&s.a, root, &options, &tree, err);
	if (r)
		return r;
	add_tree(tree, sl_cli_string(args, "output"), &out);
	return sl_cli_print(&out, err);
}
