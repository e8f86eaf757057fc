/*
 * The directories on the way down a tree, kept open, so that a file in one of them is opened by its name
 * alone: the kernel then looks up one name, not every one of a path.
 *
 *   /charts/app      fd 3
 *   templates        fd 4      the innermost, "/charts/app/templates"
 *
 * Only directories that contain each other are open at a time: asking for what lies elsewhere closes those
 * that it is not below. Who renames a directory meanwhile goes on being read from where it went.
 *
 * Paths are spelled as they were when the directory was listed; others lead to the same files, by the whole
 * path. Limit: SL_CLI_DIRTRAIL_MAX directories; further down, the innermost is replaced.
 *
 * Thread rule: one thread at a time.
 */
#ifndef CLI_DIRTRAIL_H
#define CLI_DIRTRAIL_H

#include <limits.h>
#include <stddef.h>

#include "libcommon/base/mem.h"

#define SL_CLI_DIRTRAIL_MAX 16

struct sl_cli_dirtrail {
	struct {
		int fd;
		size_t length; /* of its path */
	} dirs[SL_CLI_DIRTRAIL_MAX];
	size_t n;
	char path[PATH_MAX]; /* of the innermost, not terminated */
};

#define SL_CLI_DIRTRAIL_INIT \
	{ \
		.n = 0 \
	}
/* Closes the directories. */
void sl_cli_dirtrail_release(struct sl_cli_dirtrail *t);

/*
 * Where to open `path` from, as openat(2) and its like take it: the innermost directory that it is below,
 * with `*ret_rest` the part of `path` that is left; or AT_FDCWD and the whole path.
 */
int sl_cli_dirtrail_at(struct sl_cli_dirtrail *t, const char *path, const char **ret_rest);
/*
 * Open the directory `path`, links followed, and put it at the end of the trail. The descriptor belongs to
 * the trail, and is valid until the next call. -1 with errno on failure.
 */
int sl_cli_dirtrail_open(struct sl_cli_dirtrail *t, const char *path);

#endif
