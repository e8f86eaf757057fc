#include "cli/dirtrail.h"

#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

static void pop(struct sl_cli_dirtrail *t)
{
	(void)close(t->dirs[--t->n].fd);
}

void sl_cli_dirtrail_release(struct sl_cli_dirtrail *t)
{
	while (t->n)
		pop(t);
}

/* Whether `path`, of `length` bytes, names something below the innermost directory. */
static bool is_below(const struct sl_cli_dirtrail *t, const char *path, size_t length)
{
	size_t n = t->dirs[t->n - 1].length;

	/* Behind a doubled slash the rest would be an absolute path. */
	return length > n + 1 && path[n] == '/' && path[n + 1] != '/' &&
	       memcmp(path, t->path, n) == 0;
}

int sl_cli_dirtrail_at(struct sl_cli_dirtrail *t, const char *path, const char **ret_rest)
{
	size_t length = strlen(path);

	*ret_rest = path;
	/* The kernel refuses it, as it should: its rest might pass. */
	if (length >= PATH_MAX)
		return AT_FDCWD;
	while (t->n && !is_below(t, path, length))
		pop(t);
	if (!t->n)
		return AT_FDCWD;
	*ret_rest = path + t->dirs[t->n - 1].length + 1;
	return t->dirs[t->n - 1].fd;
}

int sl_cli_dirtrail_open(struct sl_cli_dirtrail *t, const char *path)
{
	const char *rest;
	int at = sl_cli_dirtrail_at(t, path, &rest);
	int fd = openat(at, rest, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	size_t length = strlen(path);

	if (fd < 0)
		return -1;
	if (t->n == SL_CLI_DIRTRAIL_MAX)
		pop(t);
	memcpy(t->path, path, length);
	t->dirs[t->n].fd = fd;
	t->dirs[t->n++].length = length;
	return fd;
}
