#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "cli/local/programs.h"

#define REMOTE "sluice-remote"

int sl_cli_remote_path(struct sl_arena *a, char **ret_path, struct sl_err *err)
{
	char path[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);

	if (n < 0)
		return sl_err_errno(err, errno, "find the folder of this program");
	path[n] = 0;
	char *slash = strrchr(path, '/');

	if (!slash)
		return sl_err_set(err, SL_ERR_INTERNAL, "%s is no path of a program", path);
	*slash = 0;
	*ret_path = sl_arena_printf(a, "%s/" REMOTE, path);
	return 0;
}

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
	sl_err_wrap(err, "this command needs " REMOTE " beside sluice");
	return r;
}
