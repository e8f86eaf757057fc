#include <errno.h>
#include <unistd.h>

#include "cli/child.h"
#include "cli/local/programs.h"

int sl_cli_become_remote(const struct sl_cli_args *args, char *const *argv, struct sl_err *err)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	char *path;
	int r = sl_cli_remote_path(&a, &path, err);

	(void)args;
	if (r < 0)
		return r;
	execv(path, argv);
	r = sl_err_errno(err, errno, "run %s", path);
	sl_err_wrap(err, "this command needs sluice-remote beside sluice");
	return r;
}
