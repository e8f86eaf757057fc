#include "cli/build.h"
#include "cli/local/programs.h"
#include "cli/report.h"

int sl_cli_local_build(const struct sl_cli_args *args, char *const *argv, struct sl_err *err)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(SL_CLI_OUTPUT_MAX);
	int r = sl_cli_build_check(args, err);

	if (r < 0)
		return r;
	if (!sl_cli_bool(args, "dry-run"))
		return sl_cli_become_remote(args, argv, err);
	r = sl_cli_build(&a, args, sl_cli_string(args, "namespace"), NULL, &out, err);
	return r < 0 ? r : sl_cli_print(&out, err);
}
