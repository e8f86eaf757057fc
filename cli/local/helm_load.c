#include "cli/local/helm_load.h"

#include "cli/helmfs.h"

int sl_cli_helm_load(struct sl_arena *a, const char *path, const struct sl_helm_host *host,
		     struct sl_helm_chart **ret, struct sl_err *err)
{
	SL_AUTO(sl_cli_dirtrail) trail = SL_CLI_DIRTRAIL_INIT;
	const struct sl_helm_fs fs = sl_cli_helmfs(&trail);

	return sl_helm_load(a, &fs, path, host, ret, err);
}
