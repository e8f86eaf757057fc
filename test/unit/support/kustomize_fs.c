#include "test/unit/support/kustomize_fs.h"

#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "libcommon/base/file.h"
#include "libcommon/base/strmap.h"
#include "libcommon/base/strvec.h"

static enum sl_kustomize_entry disk_stat(void *ctx, const char *path)
{
	SL_AUTO_FD int fd = -1;
	struct stat st;

	if (sl_open_beneath(*(const int *)ctx, *path ? path : ".", O_RDONLY, 0, &fd, NULL) < 0 ||
	    fstat(fd, &st) < 0)
		return SL_KUSTOMIZE_NONE;
	return S_ISREG(st.st_mode)   ? SL_KUSTOMIZE_FILE
	       : S_ISDIR(st.st_mode) ? SL_KUSTOMIZE_DIR
				     : SL_KUSTOMIZE_NONE;
}

static int disk_read(void *ctx, const char *path, struct sl_arena *a, struct sl_str *ret_bytes,
		     struct sl_err *err)
{
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(SL_KUSTOMIZE_BYTES_MAX);
	int r = sl_file_read(*(const int *)ctx, path, &b, err);

	if (r == 0)
		*ret_bytes = sl_arena_str(a, sl_strbuf_str(&b));
	return r;
}

static int disk_list(void *ctx, const char *path, void (*each)(void *arg, const char *name),
		     void *arg, struct sl_err *err)
{
	SL_AUTO(sl_strvec) names = SL_STRVEC_INIT;
	int r = sl_dir_list(*(const int *)ctx, *path ? path : ".", &names, err);

	for (size_t i = 0; r == 0 && i < names.n; i++)
		each(arg, names.v[i]);
	return r;
}

/* Where an open file or directory really is. */
static char *fd_path(struct sl_arena *a, int fd)
{
	char *path = sl_arena_alloc(a, PATH_MAX);
	ssize_t n = readlink(sl_arena_printf(a, "/proc/self/fd/%d", fd), path, PATH_MAX - 1);

	path[n < 0 ? 0 : n] = 0;
	return path;
}

static int disk_real(void *ctx, const char *path, struct sl_arena *a, const char **ret_path,
		     struct sl_err *err)
{
	int dir = *(const int *)ctx;
	const char *root = fd_path(a, dir), *real;
	SL_AUTO_FD int fd = -1;
	int r = sl_open_beneath(dir, *path ? path : ".", O_PATH, 0, &fd, err);

	if (r < 0)
		return r;
	real = fd_path(a, fd) + strlen(root);
	*ret_path = *real == '/' ? real + 1 : real;
	return 0;
}

struct sl_kustomize_fs test_disk_fs(const int *dir_fd)
{
	return (struct sl_kustomize_fs){ .ctx = (void *)(uintptr_t)dir_fd,
					 .stat = disk_stat,
					 .read = disk_read,
					 .list = disk_list,
					 .real = disk_real };
}

/* The next file of the text: false at the end. */
static bool next_file(struct sl_str *rest, struct sl_str *ret_path, struct sl_str *ret_content)
{
	ptrdiff_t end;

	if (!sl_str_cut_prefix(rest, SL_STR("=== ")))
		return false;
	(void)sl_str_split(rest, '\n', ret_path);
	if (sl_str_starts(*rest, SL_STR("=== "))) {
		*ret_content = SL_STR("");
		return true;
	}
	end = sl_str_find(*rest, SL_STR("\n=== "));
	size_t n = end < 0 ? rest->n : (size_t)end + 1;

	*ret_content = sl_str_sub(*rest, 0, n);
	*rest = sl_str_sub(*rest, n, rest->n);
	return true;
}

static bool is_in(struct sl_str path, const char *dir)
{
	size_t n = strlen(dir);

	return n == 0 || (path.n > n && memcmp(path.p, dir, n) == 0 && path.p[n] == '/');
}

static enum sl_kustomize_entry text_stat(void *ctx, const char *path)
{
	struct sl_str rest = ((const struct test_text_fs *)ctx)->text, file, content;
	enum sl_kustomize_entry found = *path ? SL_KUSTOMIZE_NONE : SL_KUSTOMIZE_DIR;

	while (next_file(&rest, &file, &content)) {
		if (sl_str_eqz(file, path))
			return SL_KUSTOMIZE_FILE;
		if (is_in(file, path))
			found = SL_KUSTOMIZE_DIR;
	}
	return found;
}

static int text_read(void *ctx, const char *path, struct sl_arena *a, struct sl_str *ret_bytes,
		     struct sl_err *err)
{
	struct sl_str rest = ((const struct test_text_fs *)ctx)->text, file, content;

	(void)a;
	while (next_file(&rest, &file, &content)) {
		if (!sl_str_eqz(file, path))
			continue;
		*ret_bytes = content;
		return 0;
	}
	return sl_err_set(err, SL_ERR_NOT_FOUND, "no such file '%s'", path);
}

static int text_list(void *ctx, const char *path, void (*each)(void *arg, const char *name),
		     void *arg, struct sl_err *err)
{
	struct sl_str rest = ((const struct test_text_fs *)ctx)->text, file, content;
	SL_AUTO(sl_strmap) seen = SL_STRMAP_INIT;
	const struct sl_strmap_entry *e;

	(void)err;
	while (next_file(&rest, &file, &content)) {
		struct sl_str name = file;

		if (!is_in(file, path))
			continue;
		name = sl_str_sub(file, *path ? strlen(path) + 1 : 0, file.n);
		ptrdiff_t slash = sl_str_chr(name, '/');

		sl_strmap_set(&seen, slash < 0 ? name : sl_str_sub(name, 0, (size_t)slash), NULL);
	}
	for (size_t pos = 0; (e = sl_strmap_next(&seen, &pos));)
		each(arg, e->key);
	return 0;
}

struct sl_kustomize_fs test_text_fs(const struct test_text_fs *tree)
{
	return (struct sl_kustomize_fs){ .ctx = (void *)(uintptr_t)tree,
					 .stat = text_stat,
					 .read = text_read,
					 .list = text_list };
}
