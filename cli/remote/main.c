/*
 * sluice-remote: the part of the command line that talks to clusters. `sluice` runs it.
 */
#include "cli/remote/programs.h"

static const sl_cli_handler handlers[SL_CLI_VERBS] = {
	[SL_CLI_GET] = sl_cli_remote_get,	  [SL_CLI_RECONCILE] = sl_cli_remote_reconcile,
	[SL_CLI_SUSPEND] = sl_cli_remote_suspend, [SL_CLI_RESUME] = sl_cli_remote_resume,
	[SL_CLI_TREE] = sl_cli_remote_tree,	  [SL_CLI_EVENTS] = sl_cli_remote_events,
	[SL_CLI_CHECK] = sl_cli_remote_check,	  [SL_CLI_VERSION] = sl_cli_remote_version,
	[SL_CLI_EXPORT] = sl_cli_remote_export,	  [SL_CLI_STATS] = sl_cli_remote_stats,
	[SL_CLI_BUILD] = sl_cli_remote_build,	  [SL_CLI_COMPLETE] = sl_cli_remote_complete,
	[SL_CLI_FETCH] = sl_cli_remote_fetch,
};

static int no_such_verb(const struct sl_cli_args *args, char *const *argv, struct sl_err *err)
{
	(void)argv;
	return sl_err_set(err, SL_ERR_UNSUPPORTED, "run 'sluice %s': sluice-remote is its helper",
			  sl_cli_leaf(&args->path)->name);
}

int main(int argc, char **argv)
{
	return sl_cli_run(argc, argv, handlers, no_such_verb);
}
