#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "libcommon/base/clock.h"
#include "libcommon/base/file.h"
#include "source-controller/storage_parts.h"

/* kind, namespace and name lie above the files. */
#define SWEEP_DEPTH 3

static int sweep_dir(int fd, int depth, struct sl_err *err)
{
	SL_AUTO(sl_strvec) names = SL_STRVEC_INIT;
	int r = sl_dir_list(fd, ".", &names, err);

	for (size_t i = 0; i < names.n && !r; i++) {
		SL_AUTO_FD int child = -1;

		if (sl_str_starts(sl_str(names.v[i]), SL_STR(SC_TEMP_PREFIX))) {
			r = sl_remove_tree(fd, names.v[i], err);
			continue;
		}
		/* Other directories with a dot are caches, whose owners keep them. */
		if (depth == SWEEP_DEPTH || names.v[i][0] == '.')
			continue;
		child = openat(fd, names.v[i], O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (child >= 0)
			r = sweep_dir(child, depth + 1, err);
		else if (errno != ENOTDIR && errno != ELOOP && errno != ENOENT)
			r = sl_err_errno(err, errno, "open directory %s", names.v[i]);
	}
	return r;
}

int sc_storage_sweep(struct sc_storage *s, struct sl_err *err)
{
	return sweep_dir(s->root, 0, err);
}

static int remove_with_lock(int dir, const char *name, struct sl_err *err)
{
	SL_AUTO_FREE char *lock = sl_xasprintf("%s" SC_LOCK_SUFFIX, name);

	if (unlinkat(dir, name, 0) < 0 && errno != ENOENT)
		return sl_err_errno(err, errno, "remove %s", name);
	(void)unlinkat(dir, lock, 0);
	return 0;
}

int sc_storage_remove(struct sc_storage *s, const char *path, struct sl_err *err)
{
	SL_AUTO(sl_err) local = SL_ERR_INIT;
	SL_AUTO_FD int dir = -1;
	const char *name;
	int r = sc_storage_open_dir(s, path, false, &dir, &name, &local);

	if (r == SL_ERR_NOT_FOUND)
		return 0;
	return r ? sl_err_move(err, &local) : remove_with_lock(dir, name, err);
}

int sc_storage_remove_all(struct sc_storage *s, const char *kind, const char *namespace_,
			  const char *name, bool *ret_removed, struct sl_err *err)
{
	SL_AUTO_FREE char *path = NULL;
	struct stat st;
	int r;

	*ret_removed = false;
	/* For its checks; what the file is called does not matter. */
	r = sc_storage_path(kind, namespace_, name, "x", &path, err);
	if (r < 0)
		return r;
	*strrchr(path, '/') = '\0';
	*ret_removed = !fstatat(s->root, path, &st, AT_SYMLINK_NOFOLLOW);
	r = sl_remove_tree(s->root, path, err);
	if (r < 0)
		return r;
	/* The namespace may have been the last object's; another's keeps it. */
	*strrchr(path, '/') = '\0';
	(void)unlinkat(s->root, path, AT_REMOVEDIR);
	return 0;
}

struct candidate {
	char *name;
	int64_t mtime_ms;
	bool remove;
};

struct candidates {
	struct candidate *items; /* files that count, the current one among them */
	size_t n, cap;
};

static void candidates_release(struct candidates *c)
{
	for (size_t i = 0; i < c->n; i++)
		free(c->items[i].name);
	free(c->items);
}

static int find_candidates(int dir, struct candidates *c, struct sl_err *err)
{
	SL_AUTO(sl_strvec) names = SL_STRVEC_INIT;
	int r = sl_dir_list(dir, ".", &names, err);

	if (r < 0)
		return r;
	for (size_t i = 0; i < names.n && c->n < SC_COLLECT_FILES_MAX; i++) {
		struct stat st;

		if (names.v[i][0] == '.' ||
		    sl_str_ends(sl_str(names.v[i]), SL_STR(SC_LOCK_SUFFIX)) ||
		    fstatat(dir, names.v[i], &st, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISREG(st.st_mode))
			continue;
		c->items = sl_grow(c->items, c->n, &c->cap, sizeof(*c->items));
		c->items[c->n++] = (struct candidate){
			.name = sl_xstrdup(names.v[i]),
			.mtime_ms =
				(int64_t)st.st_mtim.tv_sec * 1000 + st.st_mtim.tv_nsec / 1000000,
		};
	}
	return 0;
}

static int oldest_first(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;

	if (x->mtime_ms != y->mtime_ms)
		return x->mtime_ms < y->mtime_ms ? -1 : 1;
	return strcmp(x->name, y->name);
}

static void mark(const struct sc_storage *s, struct candidates *c, const char *current)
{
	int64_t expired_ms = sl_wall_ms() - s->retention_ttl_ms;
	size_t kept = c->n, records = (size_t)(s->retention_records < 1 ? 1 : s->retention_records);

	if (c->n)
		qsort(c->items, c->n, sizeof(*c->items), oldest_first);
	for (size_t i = 0; i < c->n; i++) {
		if (c->items[i].mtime_ms < expired_ms && strcmp(c->items[i].name, current) != 0) {
			c->items[i].remove = true;
			kept--;
		}
	}
	for (size_t i = 0; i < c->n && kept > records; i++) {
		if (!c->items[i].remove && strcmp(c->items[i].name, current) != 0) {
			c->items[i].remove = true;
			kept--;
		}
	}
}

static int remove_marked(int dir, const struct candidates *c, struct sl_strvec *ret_removed,
			 struct sl_err *err)
{
	for (size_t i = 0; i < c->n; i++) {
		int r;

		if (!c->items[i].remove)
			continue;
		r = remove_with_lock(dir, c->items[i].name, err);
		if (r < 0)
			return r;
		if (ret_removed)
			sl_strvec_push(ret_removed, c->items[i].name);
	}
	return 0;
}

int sc_storage_collect(struct sc_storage *s, const char *current, struct sl_strvec *ret_removed,
		       struct sl_err *err)
{
	SL_AUTO(sl_err) local = SL_ERR_INIT;
	struct candidates c = { 0 };
	SL_AUTO_FD int dir = -1;
	const char *name;
	int r = sc_storage_open_dir(s, current, false, &dir, &name, &local);

	if (r == SL_ERR_NOT_FOUND)
		return 0;
	if (r < 0)
		return sl_err_move(err, &local);
	r = find_candidates(dir, &c, err);
	if (!r) {
		mark(s, &c, name);
		r = remove_marked(dir, &c, ret_removed, err);
	}
	candidates_release(&c);
	return r;
}
