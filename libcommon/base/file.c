#include "libcommon/base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "libcommon/base/clock.h"

#define READ_CHUNK 65536
#define TMPDIR_SUFFIX_LENGTH 7 /* "-XXXXXX" */
#define TMPDIR_ATTEMPTS 16

int sl_dir_open(const char *path, int *ret_fd, struct sl_err *err)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return sl_err_errno(err, errno, "open directory %s", path);
	*ret_fd = fd;
	return 0;
}

int sl_open_beneath(int dir_fd, const char *path, int flags, mode_t mode, int *ret_fd,
		    struct sl_err *err)
{
	struct open_how how = {
		.flags = (uint64_t)(unsigned)flags | O_CLOEXEC,
		.mode = flags & O_CREAT ? mode : 0,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS,
	};
	long fd;

	do {
		fd = syscall(SYS_openat2, dir_fd, path, &how, sizeof(how));
		/* EAGAIN: a rename raced with a ".." below a link; the kernel asks to try again. */
	} while (fd < 0 && (errno == EINTR || errno == EAGAIN));
	if (fd < 0)
		return sl_err_errno(err, errno, "open %s", path);
	*ret_fd = (int)fd;
	return 0;
}

int sl_mkdirs(int dir_fd, const char *path, mode_t mode, struct sl_err *err)
{
	struct sl_str rest = sl_str(path), part;
	SL_AUTO_FD int held = -1;
	int at = dir_fd, next, r;

	if (*path == '/')
		return sl_err_errno(err, EXDEV, "create directory %s", path);
	while (sl_str_split(&rest, '/', &part)) {
		char name[256];

		if (!part.n || sl_str_eqz(part, "."))
			continue;
		if (part.n >= sizeof(name))
			return sl_err_errno(err, ENAMETOOLONG, "create directory %s", path);
		memcpy(name, part.p, part.n);
		name[part.n] = '\0';
		if (sl_str_eqz(part, ".."))
			return sl_err_errno(err, EXDEV, "create directory %s", path);
		if (mkdirat(at, name, mode) < 0 && errno != EEXIST)
			return sl_err_errno(err, errno, "create directory %s", path);
		r = sl_open_beneath(at, name, O_RDONLY | O_DIRECTORY, 0, &next, err);
		if (r < 0)
			return r;
		sl_close_cleanup(&held);
		held = at = next;
	}
	return 0;
}

static int read_fd(int fd, const char *path, struct sl_strbuf *b, struct sl_err *err)
{
	struct stat st;
	int r;

	if (fstat(fd, &st) < 0)
		return sl_err_errno(err, errno, "stat %s", path);
	if (!S_ISREG(st.st_mode))
		return sl_err_set(err, SL_ERR_INVALID, "%s is not a regular file", path);
	r = sl_strbuf_check(b, path, err);
	if (r < 0)
		return r;
	for (;;) {
		size_t room = b->max - b->n, want = room < READ_CHUNK ? room : READ_CHUNK;
		char probe, *to = &probe;
		ssize_t n;

		if (want)
			to = sl_strbuf_reserve(b, want);
		n = read(fd, to, want ? want : 1);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return sl_err_errno(err, errno, "read %s", path);
		if (!n)
			return 0;
		if (!want)
			return sl_err_set(err, SL_ERR_TOO_LARGE, "%s is larger than %zu bytes",
					  path, b->max);
		sl_strbuf_claim(b, (size_t)n);
	}
}

int sl_file_read(int dir_fd, const char *path, struct sl_strbuf *ret_content, struct sl_err *err)
{
	SL_AUTO_FD int fd = -1;
	int r = sl_open_beneath(dir_fd, path, O_RDONLY | O_NONBLOCK, 0, &fd, err);

	return r < 0 ? r : read_fd(fd, path, ret_content, err);
}

int sl_file_read_path(const char *path, struct sl_strbuf *ret_content, struct sl_err *err)
{
	SL_AUTO_FD int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		return sl_err_errno(err, errno, "open %s", path);
	return read_fd(fd, path, ret_content, err);
}

int sl_fd_write_all(int fd, struct sl_str content, const char *what, struct sl_err *err)
{
	while (content.n) {
		ssize_t n = write(fd, content.p, content.n);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return sl_err_errno(err, errno, "write %s", what);
		content = sl_str_sub(content, (size_t)n, content.n);
	}
	return 0;
}

/* Split "a/b/c" into an open fd of "a/b" and the name "c". */
static int open_parent(int dir_fd, const char *path, int *ret_fd, const char **ret_name,
		       struct sl_err *err)
{
	const char *slash = strrchr(path, '/');
	SL_AUTO_FREE char *parent =
		slash ? sl_xmemdup0(path, (size_t)(slash - path)) : sl_xstrdup(".");
	const char *name = slash ? slash + 1 : path;

	if (!*name || !strcmp(name, ".") || !strcmp(name, ".."))
		return sl_err_set(err, SL_ERR_INVALID, "%s does not name a file", path);
	*ret_name = name;
	return sl_open_beneath(dir_fd, parent, O_RDONLY | O_DIRECTORY, 0, ret_fd, err);
}

static int fill_and_sync(int fd, struct sl_str content, const char *path, struct sl_err *err)
{
	int r = sl_fd_write_all(fd, content, path, err);

	if (r < 0)
		return r;
	if (fsync(fd) < 0)
		return sl_err_errno(err, errno, "sync %s", path);
	return 0;
}

int sl_file_publish(int dir_fd, const char *path, struct sl_str content, mode_t mode,
		    struct sl_err *err)
{
	SL_AUTO_FD int parent = -1;
	SL_AUTO_FD int fd = -1;
	char temp[64];
	const char *name = NULL;
	int r = open_parent(dir_fd, path, &parent, &name, err);

	if (r < 0)
		return r;
	snprintf(temp, sizeof(temp), ".tmp-%016llx",
		 (unsigned long long)sl_random_below(UINT64_MAX));
	r = sl_open_beneath(parent, temp, O_WRONLY | O_CREAT | O_EXCL, mode, &fd, err);
	if (r < 0)
		return r;
	r = fill_and_sync(fd, content, path, err);
	if (!r && renameat(parent, temp, parent, name) < 0)
		r = sl_err_errno(err, errno, "rename to %s", path);
	if (r < 0)
		(void)unlinkat(parent, temp, 0);
	else
		(void)fsync(parent);
	return r;
}

static int remove_children(int fd, const char *path, struct sl_err *err);

static int remove_at(int dir_fd, const char *name, const char *path, struct sl_err *err)
{
	SL_AUTO_FD int fd = -1;
	int r;

	if (!unlinkat(dir_fd, name, 0) || errno == ENOENT)
		return 0;
	if (errno != EISDIR && errno != EPERM)
		return sl_err_errno(err, errno, "remove %s", path);
	fd = openat(dir_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? 0 : sl_err_errno(err, errno, "remove %s", path);
	r = remove_children(fd, path, err);
	if (r < 0)
		return r;
	if (unlinkat(dir_fd, name, AT_REMOVEDIR) < 0 && errno != ENOENT)
		return sl_err_errno(err, errno, "remove %s", path);
	return 0;
}

static int remove_children(int fd, const char *path, struct sl_err *err)
{
	int copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	DIR *d = copy < 0 ? NULL : fdopendir(copy);
	struct dirent *e;
	int r = 0;

	if (!d) {
		r = sl_err_errno(err, errno, "list %s", path);
		sl_close_cleanup(&copy);
		return r;
	}
	while (!r && (e = readdir(d)))
		if (strcmp(e->d_name, ".") && strcmp(e->d_name, ".."))
			r = remove_at(fd, e->d_name, path, err);
	closedir(d);
	return r;
}

int sl_remove_tree(int dir_fd, const char *path, struct sl_err *err)
{
	SL_AUTO(sl_err) local = SL_ERR_INIT;
	SL_AUTO_FD int parent = -1;
	const char *name = NULL;
	int r = open_parent(dir_fd, path, &parent, &name, &local);

	if (r == SL_ERR_NOT_FOUND)
		return 0;
	if (r < 0)
		return sl_err_move(err, &local);
	return remove_at(parent, name, path, err);
}

int sl_dir_list(int dir_fd, const char *path, struct sl_strvec *ret_names, struct sl_err *err)
{
	struct dirent *e;
	int fd = -1, r = sl_open_beneath(dir_fd, path, O_RDONLY | O_DIRECTORY, 0, &fd, err);
	DIR *d;

	if (r < 0)
		return r;
	d = fdopendir(fd);
	if (!d) {
		r = sl_err_errno(err, errno, "list %s", path);
		sl_close_cleanup(&fd);
		return r;
	}
	while (!r && (e = readdir(d))) {
		if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, ".."))
			continue;
		if (ret_names->n == SL_DIR_ENTRIES_MAX)
			r = sl_err_set(err, SL_ERR_TOO_LARGE, "%s holds more than %d entries", path,
				       SL_DIR_ENTRIES_MAX);
		else
			sl_strvec_push(ret_names, e->d_name);
	}
	closedir(d);
	sl_strvec_sort(ret_names);
	return r;
}

static const char *tmpdir_base(void)
{
	const char *base = getenv("TMPDIR");

	return base && *base ? base : "/tmp";
}

/*
 * Open and lock the new directory. A sweeper may have taken it for a left one before it was locked:
 * then it is gone, or has no name any more (SL_ERR_NOT_FOUND).
 */
static int take_tmpdir(const char *path, int *ret_fd, struct sl_err *err)
{
	SL_AUTO_FD int fd = -1;
	struct stat st;
	int r = sl_dir_open(path, &fd, err);

	if (r < 0)
		return r;
	if (flock(fd, LOCK_EX) < 0 || fstat(fd, &st) < 0)
		return sl_err_errno(err, errno, "lock %s", path);
	if (!st.st_nlink)
		return sl_err_errno(err, ENOENT, "lock %s", path);
	*ret_fd = fd;
	fd = -1;
	return 0;
}

int sl_tmpdir_create(const char *prefix, struct sl_tmpdir *ret_dir, struct sl_err *err)
{
	for (int left = TMPDIR_ATTEMPTS - 1;; left--) {
		SL_AUTO_FREE char *path = sl_xasprintf("%s/%s-XXXXXX", tmpdir_base(), prefix);
		SL_AUTO(sl_err) local = SL_ERR_INIT;
		int r;

		if (!mkdtemp(path))
			return sl_err_errno(err, errno, "create temporary directory %s", path);
		r = take_tmpdir(path, &ret_dir->fd, &local);
		if (!r) {
			ret_dir->path = SL_STEAL(path);
			return 0;
		}
		(void)rmdir(path);
		if (r != SL_ERR_NOT_FOUND || !left)
			return sl_err_move(err, &local);
	}
}

/* Remove one if nobody holds it. */
static void sweep_one(int base_fd, const char *name)
{
	SL_AUTO_FD int fd = openat(base_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0 || st.st_uid != geteuid() ||
	    flock(fd, LOCK_EX | LOCK_NB) < 0)
		return;
	if (!remove_children(fd, name, NULL))
		(void)unlinkat(base_fd, name, AT_REMOVEDIR);
}

void sl_tmpdir_sweep(const char *prefix)
{
	SL_AUTO(sl_strvec) names = SL_STRVEC_INIT;
	SL_AUTO_FD int base = -1;
	size_t n = strlen(prefix);

	if (sl_dir_open(tmpdir_base(), &base, NULL) < 0 || sl_dir_list(base, ".", &names, NULL) < 0)
		return;
	for (size_t i = 0; i < names.n; i++)
		if (strlen(names.v[i]) == n + TMPDIR_SUFFIX_LENGTH &&
		    !strncmp(names.v[i], prefix, n) && names.v[i][n] == '-')
			sweep_one(base, names.v[i]);
}

void sl_tmpdir_release(struct sl_tmpdir *d)
{
	if (d->path) {
		(void)remove_children(d->fd, d->path, NULL);
		(void)rmdir(d->path);
	}
	sl_close_cleanup(&d->fd);
	free(d->path);
	*d = (struct sl_tmpdir)SL_TMPDIR_INIT;
}
