#include "cli/build.h"

#include "cli/remote/programs.h"
#include "cli/report.h"
#include "libcommon/gitops/variables.h"

static int find(void *ctx, const char *namespace_, const char *name, struct sl_value **ret_object,
		struct sl_err *err)
{
	return sl_cli_find(ctx, &sl_cli_kind(SL_CLI_KUSTOMIZATION)->kube, namespace_, name,
			   ret_object, err);
}

static int variables(void *ctx, const char *namespace_, const struct sl_value *post_build,
		     struct sl_value **ret_vars, struct sl_err *err)
{
	struct sl_cli_session *s = ctx;

	return sl_variables_load(&s->a, s->client, namespace_, post_build, ret_vars, err);
}

int sl_cli_remote_build(const struct sl_cli_args *args, char *const *argv, struct sl_err *err)
{
	SL_AUTO(sl_cli_session) s = SL_CLI_SESSION_INIT;
	SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(SL_CLI_OUTPUT_MAX);
	struct sl_cli_cluster cluster = { .ctx = &s, .find = find, .variables = variables };
	int r = sl_cli_session_open(args, &s, err);

	(void)argv;
	if (r == 0)
		r = sl_cli_build(&s.a, args, s.namespace_, &cluster, &out, err);
	return r < 0 ? r : sl_cli_print(&out, err);
}
