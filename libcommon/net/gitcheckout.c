#include "libcommon/net/gitcheckout.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "libcommon/base/file.h"

#define CHUNK_BYTES 32768

struct checkout {
	struct sl_git_visitor visitor;
	int dir_fd;
	uint64_t left; /* bytes that may still be written */
	char *chunk;   /* CHUNK_BYTES */
};

static int write_file(struct checkout *c, struct sl_git_entry *e, const char *path,
		      struct sl_err *err)
{
	SL_AUTO_FD int fd = -1;
	size_t n;
	int r = sl_open_beneath(c->dir_fd, path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW,
				e->kind == SL_GIT_EXECUTABLE ? 0700 : 0600, &fd, err);

	while (r == 0) {
		r = sl_git_entry_read(e, c->chunk, CHUNK_BYTES, &n, err);
		if (r < 0 || !n)
			return r;
		if (n > c->left)
			return sl_err_set(err, SL_ERR_TOO_LARGE,
					  "the files of the commit are too large, at %s", path);
		c->left -= n;
		r = sl_fd_write_all(fd, (struct sl_str){ c->chunk, n }, path, err);
	}
	return r;
}

/* Its directory was made by this walk, from names without slashes: no link leads there. */
static int write_link(struct checkout *c, struct sl_git_entry *e, const char *path,
		      struct sl_err *err)
{
	SL_AUTO(sl_strbuf) target = SL_STRBUF_INIT(SL_GIT_PATH_MAX);
	size_t n = 1;
	int r = 0;

	while (r == 0 && n) {
		r = sl_git_entry_read(e, c->chunk, CHUNK_BYTES, &n, err);
		if (r == 0)
			sl_strbuf_add(&target, c->chunk, n);
	}
	if (r == 0)
		r = sl_strbuf_check(&target, path, err);
	if (r < 0)
		return r;
	if (symlinkat(target.p, c->dir_fd, path) < 0)
		return sl_err_errno(err, errno, "create link %s", path);
	return 0;
}

static int visit(struct sl_git_visitor *self, struct sl_git_entry *e, struct sl_err *err)
{
	struct checkout *c = SL_CONTAINER_OF(self, struct checkout, visitor);
	SL_AUTO_FREE char *path = sl_xmemdup0(e->path, e->path_len);

	switch (e->kind) {
	case SL_GIT_DIR:
	case SL_GIT_SUBMODULE:
		if (mkdirat(c->dir_fd, path, 0700) < 0)
			return sl_err_errno(err, errno, "create directory %s", path);
		return SL_GIT_GO_ON;
	case SL_GIT_FILE:
	case SL_GIT_EXECUTABLE:
		return write_file(c, e, path, err);
	case SL_GIT_SYMLINK:
		return write_link(c, e, path, err);
	}
	return SL_GIT_GO_ON;
}

int sl_git_checkout(struct sl_git_cache *cache, const struct sl_git_oid *commit,
		    const struct sl_git_submodules *modules, uint64_t max_bytes, int dir_fd,
		    struct sl_err *err)
{
	const struct sl_git_walk_options options = { .submodules = modules };
	SL_AUTO_FREE char *chunk = sl_xmalloc(CHUNK_BYTES);
	struct checkout c = {
		.visitor = { visit }, .dir_fd = dir_fd, .left = max_bytes, .chunk = chunk
	};

	return sl_git_walk(cache, commit, &options, &c.visitor, err);
}
