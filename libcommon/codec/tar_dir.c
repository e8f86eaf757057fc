#include "libcommon/codec/tar_dir.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "libcommon/base/file.h"

#define COPY_CHUNK 65536

struct tree_walk {
	struct sl_tar_writer *w;
	sl_tar_keep_fn keep;
	void *ctx;
	struct sl_strbuf path; /* of the entry at hand, "" for the root */
	int depth;
	char *chunk;
};

static int add_directory(struct tree_walk *t, int fd, struct sl_err *err);

static int copy_file(struct tree_walk *t, int fd, uint64_t size, struct sl_err *err)
{
	struct sl_source source = sl_source_fd(&fd);

	while (size) {
		size_t want = size < COPY_CHUNK ? (size_t)size : COPY_CHUNK, n;
		int r = source.read(source.ctx, t->chunk, want, &n, err);

		if (!r && !n)
			r = sl_err_set(err, SL_ERR_CONFLICT, "%s became shorter while it was read",
				       t->path.p);
		if (!r)
			r = sl_tar_write(t->w, t->chunk, n, err);
		if (r < 0)
			return r;
		size -= n;
	}
	return 0;
}

/* `fd` is open on the entry whose path is in `t`. */
static int add_open(struct tree_walk *t, int fd, struct sl_err *err)
{
	struct sl_str path = sl_strbuf_str(&t->path);
	struct stat st;
	bool is_dir, kept;
	int r = 0;

	if (fstat(fd, &st) < 0)
		return sl_err_errno(err, errno, "stat %s", t->path.p);
	is_dir = S_ISDIR(st.st_mode);
	if (!is_dir && !S_ISREG(st.st_mode))
		return 0;
	kept = !t->keep || t->keep(t->ctx, path, is_dir);
	if (is_dir) {
		if (kept)
			r = sl_tar_add_dir(t->w, path, err);
		return r ? r : add_directory(t, fd, err);
	}
	if (!kept)
		return 0;
	r = sl_tar_add_file(t->w, path, st.st_mode & 0111, (uint64_t)st.st_size, err);
	return r ? r : copy_file(t, fd, (uint64_t)st.st_size, err);
}

static int add_child(struct tree_walk *t, int dir_fd, const char *name, struct sl_err *err)
{
	size_t before = t->path.n;
	SL_AUTO_FD int fd = -1;
	struct stat st;
	int r;

	sl_strbuf_addf(&t->path, "%s%s", before ? "/" : "", name);
	r = sl_strbuf_check(&t->path, "a path", err);
	if (r < 0)
		return r;
	/* Opening a device or a FIFO could do something. */
	if (fstatat(dir_fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return sl_err_errno(err, errno, "stat %s", t->path.p);
	if (S_ISDIR(st.st_mode) || S_ISREG(st.st_mode)) {
		fd = openat(dir_fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
		if (fd < 0)
			return sl_err_errno(err, errno, "open %s", t->path.p);
		r = add_open(t, fd, err);
	}
	sl_strbuf_truncate(&t->path, before);
	return r;
}

static int add_directory(struct tree_walk *t, int fd, struct sl_err *err)
{
	SL_AUTO(sl_strvec) names = SL_STRVEC_INIT;
	int r;

	if (t->depth == SL_TAR_DEPTH_MAX)
		return sl_err_set(err, SL_ERR_TOO_LARGE, "%s is more than %d directories deep",
				  t->path.p, SL_TAR_DEPTH_MAX);
	r = sl_dir_list(fd, ".", &names, err);
	t->depth++;
	for (size_t i = 0; i < names.n && !r; i++)
		r = add_child(t, fd, names.v[i], err);
	t->depth--;
	return r;
}

int sl_tar_add_tree(struct sl_tar_writer *w, int dir_fd, sl_tar_keep_fn keep, void *ctx,
		    struct sl_err *err)
{
	SL_AUTO_FREE char *chunk = sl_xmalloc(COPY_CHUNK);
	struct tree_walk t = { .w = w, .keep = keep, .ctx = ctx, .chunk = chunk };
	int r = sl_tar_add_dir(w, SL_STR("."), err);

	sl_strbuf_init(&t.path, SL_TAR_PATH_MAX);
	if (!r)
		r = add_directory(&t, dir_fd, err);
	sl_strbuf_release(&t.path);
	return r;
}

struct unpack {
	struct sl_tar_reader *reader;
	int dir_fd;
	/* The directory of the last file: most files have the same parent as the one before. */
	int parent_fd;
	struct sl_strbuf parent;
	char *chunk;
};

static int clash(struct sl_err *err, const char *path)
{
	return sl_err_set(err, SL_ERR_INVALID,
			  "tar archive holds a file and a directory of the same path at %.200s",
			  path);
}

/* Have the directory `path` exist and open. */
static int enter(struct unpack *u, struct sl_str path, struct sl_err *err)
{
	int r;

	if (u->parent_fd >= 0 && sl_str_eq(path, sl_strbuf_str(&u->parent)))
		return 0;
	sl_close_cleanup(&u->parent_fd);
	u->parent_fd = -1;
	sl_strbuf_reset(&u->parent);
	sl_strbuf_adds(&u->parent, path);
	r = sl_mkdirs(u->dir_fd, u->parent.p, 0700, err);
	if (r == SL_ERR_NOT_FOUND)
		return clash(err, u->parent.p);
	return r ? r
		 : sl_open_beneath(u->dir_fd, path.n ? u->parent.p : ".", O_RDONLY | O_DIRECTORY, 0,
				   &u->parent_fd, err);
}

static int write_file(struct unpack *u, int fd, const char *path, struct sl_err *err)
{
	size_t n;
	int r;

	do {
		r = sl_tar_read(u->reader, u->chunk, COPY_CHUNK, &n, err);
		if (!r)
			r = sl_fd_write_all(fd, (struct sl_str){ u->chunk, n }, path, err);
	} while (!r && n);
	return r;
}

static int unpack_file(struct unpack *u, const struct sl_tar_entry *e, struct sl_err *err)
{
	ptrdiff_t slash = sl_str_rchr(e->path, '/');
	const char *name = e->path.p + slash + 1;
	SL_AUTO_FD int fd = -1;
	int r = enter(u, sl_str_sub(e->path, 0, slash < 0 ? 0 : (size_t)slash), err);

	if (r < 0)
		return r;
	/* A file of the same name goes first, so that the new one has its own mode and content. */
	if (unlinkat(u->parent_fd, name, 0) < 0 && errno != ENOENT)
		return errno == EISDIR ? clash(err, e->path.p)
				       : sl_err_errno(err, errno, "replace %s", e->path.p);
	fd = openat(u->parent_fd, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
		    e->executable ? 0700 : 0600);
	if (fd < 0)
		return sl_err_errno(err, errno, "create %s", e->path.p);
	return write_file(u, fd, e->path.p, err);
}

/* No entry is free: a directory has a block, and even an empty file has an inode. */
static uint64_t on_disk(const struct sl_tar_entry *e)
{
	return (e->size / SL_TAR_DISK_BLOCK + 1) * SL_TAR_DISK_BLOCK;
}

int sl_tar_unpack(struct sl_source source, int dir_fd, const struct sl_tar_limits *limits,
		  uint64_t *ret_bytes, struct sl_err *err)
{
	SL_AUTO_PTR(sl_tar_reader) *reader = sl_tar_reader_new(source, limits);
	SL_AUTO_FREE char *chunk = sl_xmalloc(COPY_CHUNK);
	struct unpack u = { .reader = reader, .dir_fd = dir_fd, .parent_fd = -1, .chunk = chunk };
	struct sl_tar_entry e;
	uint64_t bytes = 0;
	bool more = true;
	int r;

	sl_strbuf_init(&u.parent, SL_TAR_PATH_MAX);
	do {
		r = sl_tar_next(reader, &e, &more, err);
		if (!r && more)
			r = e.is_dir ? enter(&u, e.path, err) : unpack_file(&u, &e, err);
		if (!r && more)
			bytes += on_disk(&e);
	} while (!r && more);
	sl_close_cleanup(&u.parent_fd);
	sl_strbuf_release(&u.parent);
	if (!r && ret_bytes)
		*ret_bytes = bytes;
	return r;
}
