#include "cli/buildtree.h"

#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "libcommon/base/file.h"

void sl_cli_tree_dir_release(struct sl_cli_tree_dir *d)
{
	sl_ignore_free(d->ignore);
	sl_cli_wholefs_release(&d->whole);
	*d = (struct sl_cli_tree_dir)SL_CLI_TREE_DIR_INIT;
}

int sl_cli_tree_dir_open(struct sl_arena *a, const char *path, const struct sl_strvec *patterns,
			 struct sl_cli_tree_dir *ret_dir, struct sl_err *err)
{
	SL_AUTO(sl_cli_tree_dir)
	d = { .path = sl_arena_strdup(a, path + 1), .ignore = sl_ignore_new(SL_IGNORE_NONE) };
	SL_AUTO_FREE char *text = sl_strvec_join(patterns, "\n");
	SL_AUTO_FD int fd = -1;
	int r = sl_dir_open(path, &fd, err);

	if (r == 0)
		r = sl_ignore_load_tree(d.ignore, fd, err);
	if (r == 0 && patterns->n)
		r = sl_ignore_add(d.ignore, sl_str(text), SL_STR_NULL, err);
	if (r < 0)
		return r;
	*ret_dir = d;
	d.ignore = NULL;
	return 0;
}

/* The path of kustomize.h as the kernel wants it. */
static int full_path(const char *path, char ret_path[PATH_MAX])
{
	size_t n = strlen(path);

	if (n + 2 > PATH_MAX)
		return -1;
	ret_path[0] = '/';
	memcpy(ret_path + 1, path, n + 1);
	return 0;
}

static enum sl_kustomize_entry kind_of(const struct sl_cli_tree_dir *d, const char *path)
{
	return d->fs.stat(d->fs.ctx, path);
}

/* The part of a path below the directory, or NULL. */
static const char *below(const struct sl_cli_tree_dir *d, const char *path)
{
	size_t n = strlen(d->path);

	if (strncmp(path, d->path, n) || (n && path[n] && path[n] != '/'))
		return NULL;
	return path + n + (path[n] == '/');
}

static bool is_ignored(const struct sl_cli_tree_dir *d, const char *path)
{
	enum sl_kustomize_entry entry = kind_of(d, path);
	const char *rest = below(d, path);

	return rest && *rest && entry != SL_KUSTOMIZE_NONE &&
	       sl_ignore_match(d->ignore, sl_str(rest), entry == SL_KUSTOMIZE_DIR);
}

struct listing {
	const struct sl_cli_tree_dir *dir;
	const char *path;
	void (*each)(void *arg, const char *name);
	void *arg;
};

/* Directories are gone into in any case: a file of theirs may be let in again. */
static void list_one(const struct listing *l, const char *name)
{
	SL_AUTO_FREE char *path = sl_xasprintf("%s%s%s", l->path, *l->path ? "/" : "", name);

	if (kind_of(l->dir, path) != SL_KUSTOMIZE_FILE || !is_ignored(l->dir, path))
		l->each(l->arg, name);
}

static int fs_list(void *ctx, const char *path, void (*each)(void *arg, const char *name),
		   void *arg, struct sl_err *err)
{
	const struct sl_cli_tree_dir *d = SL_CONTAINER_OF(ctx, struct sl_cli_tree_dir, whole);
	struct listing l = { d, path, each, arg };
	SL_AUTO(sl_strvec) names = SL_STRVEC_INIT;
	SL_AUTO_FD int fd = -1;
	char full[PATH_MAX];
	int r;

	if (full_path(path, full) < 0)
		return sl_err_set(err, SL_ERR_TOO_LARGE, "a path is too long");
	r = sl_dir_open(full, &fd, err);
	if (r == 0)
		r = sl_dir_list(fd, ".", &names, err);
	for (size_t i = 0; r == 0 && i < names.n; i++)
		list_one(&l, names.v[i]);
	return r;
}

struct sl_kustomize_fs sl_cli_tree_fs(struct sl_cli_tree_dir *d)
{
	d->fs = sl_cli_wholefs(&d->whole);
	d->fs.list = fs_list;
	return d->fs;
}

/* Join and clean: "a/b" and "../c/./d" give "a/c/d". URLs and what is not there match nothing. */
static bool is_entry_ignored(const struct sl_cli_tree_dir *d, struct sl_str entry)
{
	SL_AUTO(sl_strbuf) path = SL_STRBUF_INIT(PATH_MAX);
	struct sl_str rest = entry, part;

	sl_strbuf_addz(&path, d->path);
	while (sl_str_split(&rest, '/', &part)) {
		if (!part.n || sl_str_eqz(part, "."))
			continue;
		if (sl_str_eqz(part, "..")) {
			ptrdiff_t slash = sl_str_rchr(sl_strbuf_str(&path), '/');

			sl_strbuf_truncate(&path, slash < 0 ? 0 : (size_t)slash);
			continue;
		}
		sl_strbuf_addf(&path, "%s%.*s", path.n ? "/" : "", SL_STR_FMT(part));
	}
	return !path.failed && is_ignored(d, path.p);
}

void sl_cli_tree_filter(const struct sl_cli_tree_dir *d, struct sl_value *kustomization)
{
	static const char *const fields[] = { "resources", "components", "crds" };

	for (size_t f = 0; f < SL_ARRAY_LEN(fields); f++) {
		struct sl_value *list = sl_get(kustomization, fields[f]);

		for (size_t i = sl_list_len(list); i-- > 0;)
			if (is_entry_ignored(d, sl_as_str(list->list.items[i])))
				sl_list_remove(list, i);
	}
}

const char *sl_cli_tree_shown(struct sl_arena *a, const char *path)
{
	SL_AUTO_FREE char *cwd = getcwd(NULL, 0);
	const char *absolute = *path == '/' ? path : sl_arena_printf(a, "/%s", path);
	size_t n = cwd ? strlen(cwd) : 0;

	if (n > 1 && !strncmp(absolute, cwd, n) && absolute[n] == '/')
		return absolute + n + 1;
	return absolute;
}
