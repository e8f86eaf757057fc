/*
 * sluice: the part of the command line that starts in a millisecond. Links no network library.
 */
#include "cli/local/programs.h"

static const sl_cli_handler handlers[SL_CLI_VERBS] = {
	[SL_CLI_HELP] = sl_cli_local_help,
	[SL_CLI_VERSION] = sl_cli_local_version,
	[SL_CLI_COMPLETE] = sl_cli_local_complete,
	[SL_CLI_MAN] = sl_cli_local_man,
	[SL_CLI_COMPLETION] = sl_cli_local_completion,
	[SL_CLI_BUILD] = sl_cli_local_build,
	[SL_CLI_ENVSUBST] = sl_cli_local_envsubst,
	[SL_CLI_HELM_TEMPLATE] = sl_cli_local_helm_template,
	[SL_CLI_HELM_LINT] = sl_cli_local_helm_lint,
	[SL_CLI_HELM_SHOW] = sl_cli_local_helm_show,
	[SL_CLI_HELM_PACKAGE] = sl_cli_local_helm_package,
	[SL_CLI_HELM_DEPENDENCY_LIST] = sl_cli_local_helm_dependency_list,
	[SL_CLI_KUSTOMIZE_BUILD] = sl_cli_local_kustomize_build,
};

int main(int argc, char **argv)
{
	return sl_cli_run(argc, argv, handlers, sl_cli_become_remote);
}
