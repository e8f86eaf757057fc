#include "cli/helmfs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Links on the way to a link's end. Linux gives up after as many. */
#define LINKS_MAX 40

#define HEAD_BYTES 16384
#define ENTRIES_BYTES 16384 /* of a directory, at a time */

static const struct {
	int errnum;
	enum sl_err_code code;
	const char *text;
} known[] = {
	{ ENOENT, SL_ERR_NOT_FOUND, "no such file or directory" },
	{ EACCES, SL_ERR_FORBIDDEN, "permission denied" },
	{ EISDIR, SL_ERR_INVALID, "is a directory" },
	{ ENOTDIR, SL_ERR_NOT_FOUND, "not a directory" },
	{ ELOOP, SL_ERR_INVALID, "too many levels of symbolic links" },
	{ ENAMETOOLONG, SL_ERR_INVALID, "file name too long" },
	{ EIO, SL_ERR_IO, "input/output error" },
};

const char *sl_cli_go_errno(int errnum)
{
	for (size_t i = 0; i < SL_ARRAY_LEN(known); i++)
		if (known[i].errnum == errnum)
			return known[i].text;
	return strerror(errnum);
}

int sl_cli_go_fail(struct sl_err *err, int errnum, const char *what, const char *path)
{
	enum sl_err_code code = SL_ERR_IO;

	for (size_t i = 0; i < SL_ARRAY_LEN(known); i++)
		if (known[i].errnum == errnum)
			code = known[i].code;
	return sl_err_set(err, code, "%s %s: %s", what, path, sl_cli_go_errno(errnum));
}

static int disk_stat(void *ctx, const char *path, enum sl_helm_entry *ret, struct sl_err *err)
{
	const char *rest;
	int at = sl_cli_dirtrail_at(ctx, path, &rest);
	struct stat st;

	if (fstatat(at, rest, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return sl_cli_go_fail(err, errno, "lstat", path);
	*ret = S_ISREG(st.st_mode)   ? SL_HELM_FILE
	       : S_ISDIR(st.st_mode) ? SL_HELM_DIR
	       : S_ISLNK(st.st_mode) ? SL_HELM_LINK
				     : SL_HELM_IRREGULAR;
	return 0;
}

static enum sl_helm_entry entry_of(unsigned char type)
{
	switch (type) {
	case DT_REG:
		return SL_HELM_FILE;
	case DT_DIR:
		return SL_HELM_DIR;
	case DT_LNK:
		return SL_HELM_LINK;
	case DT_UNKNOWN:
		return SL_HELM_UNKNOWN;
	default:
		return SL_HELM_IRREGULAR;
	}
}

/* The kernel's own entries: opendir(3) would ask for the size of each directory, and make a buffer. */
static int disk_list(void *ctx, const char *path,
		     void (*each)(void *arg, const char *name, enum sl_helm_entry entry), void *arg,
		     struct sl_err *err)
{
	_Alignas(struct dirent64) char entries[ENTRIES_BYTES];
	int fd = sl_cli_dirtrail_open(ctx, path);
	ssize_t got;

	if (fd < 0)
		return sl_cli_go_fail(err, errno, "open", path);
	while ((got = getdents64(fd, entries, sizeof(entries))) > 0) {
		const struct dirent64 *entry;

		for (ssize_t i = 0; i < got; i += entry->d_reclen) {
			entry = (const void *)(entries + i);
			if (!sl_streq(entry->d_name, ".") && !sl_streq(entry->d_name, ".."))
				each(arg, entry->d_name, entry_of(entry->d_type));
		}
	}
	return got < 0 ? sl_cli_go_fail(err, errno, "read", path) : 0;
}

/* The rest of a file that begins with `head`: its size, and one byte more tells whether it has grown. */
static int read_large(int fd, const char *path, size_t max, struct sl_str head, struct sl_arena *a,
		      struct sl_str *ret, struct sl_err *err)
{
	struct stat st;
	size_t n = head.n, room;
	char *to;

	if (fstat(fd, &st) < 0)
		return sl_cli_go_fail(err, errno, "stat", path);
	if (!S_ISREG(st.st_mode))
		return sl_cli_go_fail(err, EINVAL, "read", path);
	if ((uint64_t)st.st_size > max)
		return sl_err_set(err, SL_ERR_TOO_LARGE, "%s is larger than %zu bytes", path, max);
	room = ((size_t)st.st_size > n ? (size_t)st.st_size : n) + 1;
	to = sl_arena_bytes(a, room);
	memcpy(to, head.p, n);
	for (;;) {
		ssize_t got = read(fd, to + n, room - n);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return sl_cli_go_fail(err, errno, "read", path);
		n += (size_t)got;
		if (n == (size_t)st.st_size || !got)
			break;
		if (n == room)
			return sl_err_set(err, SL_ERR_CONFLICT, "%s changed while it was read",
					  path);
	}
	to[n] = '\0';
	*ret = (struct sl_str){ to, n };
	return 0;
}

/* Small files, as nearly all are, are read at once: one that gives less than it is asked for has ended. */
static int disk_read(void *ctx, const char *path, size_t max, struct sl_arena *a,
		     struct sl_str *ret_bytes, struct sl_err *err)
{
	const char *rest;
	int at = sl_cli_dirtrail_at(ctx, path, &rest);
	SL_AUTO_FD int fd = openat(at, rest, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	char head[HEAD_BYTES];
	ssize_t got;

	if (fd < 0)
		return sl_cli_go_fail(err, errno, "open", path);
	do
		got = read(fd, head, sizeof(head));
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return sl_cli_go_fail(err, errno, "read", path);
	if ((size_t)got == sizeof(head))
		return read_large(fd, path, max, (struct sl_str){ head, sizeof(head) }, a,
				  ret_bytes, err);
	if ((size_t)got > max)
		return sl_err_set(err, SL_ERR_TOO_LARGE, "%s is larger than %zu bytes", path, max);
	*ret_bytes = sl_arena_str(a, (struct sl_str){ head, (size_t)got });
	return 0;
}

/* The first part of the way that is not there, links followed. */
static const char *first_missing(struct sl_arena *a, const char *path, unsigned links)
{
	char target[PATH_MAX];
	struct stat st;

	for (size_t n = 1; path[n - 1]; n++) {
		const char *part;
		ssize_t len;

		if (path[n] && path[n] != '/')
			continue;
		part = sl_arena_str(a, (struct sl_str){ path, n }).p;
		if (lstat(part, &st) < 0)
			return part;
		if (!S_ISLNK(st.st_mode) || links == LINKS_MAX)
			continue;
		len = readlink(part, target, sizeof(target));
		if (len <= 0 || stat(part, &st) == 0)
			continue;
		if (target[0] != '/') {
			SL_AUTO_FREE char *dir = NULL;
			const char *slash = strrchr(part, '/');

			dir = realpath(
				sl_arena_str(a, (struct sl_str){ part, (size_t)(slash - part) + 1 })
					.p,
				NULL);
			return first_missing(
				a, sl_arena_printf(a, "%s/%.*s", dir ? dir : "", (int)len, target),
				links + 1);
		}
		return first_missing(a, sl_arena_str(a, (struct sl_str){ target, (size_t)len }).p,
				     links + 1);
	}
	return path;
}

/* Without "." and "..", as Go cleans it on its way. */
static const char *clean(struct sl_arena *a, const char *path)
{
	char *to = sl_arena_strdup(a, path);
	struct sl_str rest = sl_str(path), part;
	size_t n = 0;

	while (sl_str_split(&rest, '/', &part)) {
		if (!part.n || sl_str_eqz(part, "."))
			continue;
		if (sl_str_eqz(part, "..")) {
			while (n && to[--n] != '/')
				;
			continue;
		}
		to[n++] = '/';
		memmove(to + n, part.p, part.n);
		n += part.n;
	}
	to[n] = '\0';
	return n ? to : "/";
}

static int disk_resolve(void *ctx, const char *path, struct sl_arena *a, const char **ret_path,
			struct sl_err *err)
{
	SL_AUTO_FREE char *real = realpath(path, NULL);

	(void)ctx;
	if (!real && errno == ENOENT)
		return sl_cli_go_fail(err, ENOENT, "lstat", clean(a, first_missing(a, path, 0)));
	if (!real && errno == ELOOP)
		return sl_err_set(err, SL_ERR_INVALID, "EvalSymlinks: too many links");
	if (!real)
		return sl_cli_go_fail(err, errno, "lstat", path);
	*ret_path = sl_arena_strdup(a, real);
	return 0;
}

static void *disk_branch(void *ctx, const char *dir)
{
	struct sl_cli_dirtrail *t = sl_xmalloc(sizeof(*t));

	(void)ctx;
	t->n = 0;
	/* If it cannot be opened, each file is, by its whole path. */
	(void)sl_cli_dirtrail_open(t, dir);
	return t;
}

static void disk_end(void *branch)
{
	sl_cli_dirtrail_release(branch);
	free(branch);
}

struct sl_helm_fs sl_cli_helmfs(struct sl_cli_dirtrail *t)
{
	return (struct sl_helm_fs){ .ctx = t,
				    .stat = disk_stat,
				    .list = disk_list,
				    .read = disk_read,
				    .resolve = disk_resolve,
				    .branch = disk_branch,
				    .end = disk_end };
}
