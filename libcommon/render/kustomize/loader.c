#include "libcommon/render/kustomize/loader.h"

#include <string.h>

static const char *const file_names[] = { "kustomization.yaml", "kustomization.yml",
					  "Kustomization" };

/* `path` lies in or below directory `dir`. */
static bool is_below(const char *path, const char *dir)
{
	size_t n = strlen(dir);

	return n == 0 || (strncmp(path, dir, n) == 0 && (path[n] == '/' || path[n] == 0));
}

const char *sl_kz_shown(const struct sl_kz *kz, const char *path)
{
	const char *from = kz->options.shown_from;

	if (!from)
		return *path ? path : ".";
	if (!is_below(path, from))
		return sl_arena_printf(kz->a, "/%s", path);
	path += strlen(from);
	path += *path == '/';
	return *path ? path : ".";
}

/* Take `part` onto the clean path in `buf`, which has room. */
static int add_part(char *buf, size_t *n, struct sl_str part)
{
	if (part.n == 0 || sl_str_eqz(part, "."))
		return 0;
	if (!sl_str_eqz(part, "..")) {
		if (*n > 0)
			buf[(*n)++] = '/';
		memcpy(buf + *n, part.p, part.n);
		*n += part.n;
		return 0;
	}
	if (*n == 0)
		return SL_ERR_FORBIDDEN;
	ptrdiff_t slash = sl_str_rchr((struct sl_str){ buf, *n }, '/');

	*n = slash < 0 ? 0 : (size_t)slash;
	return 0;
}

int sl_kz_path_join(struct sl_arena *a, const char *dir, struct sl_str rel, const char **ret,
		    struct sl_err *err)
{
	struct sl_str rest = rel, part;
	size_t n = strlen(dir);

	if (rel.n == 0)
		return sl_err_set(err, SL_ERR_INVALID, "path cannot be empty");
	if (rel.p[0] == '/')
		return sl_err_set(err, SL_ERR_INVALID, "path '%.*s' cannot be absolute",
				  SL_STR_FMT(rel));
	if (n + rel.n + 2 > SL_KZ_PATH_MAX || memchr(rel.p, 0, rel.n))
		return sl_err_set(err, SL_ERR_INVALID, "path is too long or holds a NUL");
	char *buf = sl_arena_alloc(a, n + rel.n + 2);

	memcpy(buf, dir, n);
	while (sl_str_split(&rest, '/', &part))
		if (add_part(buf, &n, part) < 0)
			return sl_err_set(err, SL_ERR_FORBIDDEN,
					  "path '%.*s' leads out of the source", SL_STR_FMT(rel));
	buf[n] = 0;
	*ret = buf;
	return 0;
}

bool sl_kz_is_remote(struct sl_str path)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	struct sl_kustomize_repo repo;

	return sl_kustomize_is_web(path) || sl_kustomize_repo_parse(&a, path, &repo, NULL) == 0;
}

/* `repo` is NULL for a file. */
static int fetch(struct sl_kz *kz, struct sl_str url, const struct sl_kustomize_repo *repo,
		 const char **ret, struct sl_err *err)
{
	struct sl_kustomize_remote remote = { .url = sl_as_strz(kz->a, sl_value_str(kz->a, url)),
					      .repo = repo };

	if (!kz->fs->fetch)
		return sl_err_set(err, SL_ERR_UNSUPPORTED, "remote resource '%s' is not allowed",
				  remote.url);
	if (repo && repo->forced)
		sl_kz_warn(kz, "Forcing the git protocol using the 'git::' URL prefix is not "
			       "supported: it is left out.");
	int r = kz->fs->fetch(kz->fs->ctx, &remote, kz->a, ret, err);

	if (r < 0)
		sl_err_wrap(err, "fetching '%s'", remote.url);
	return r;
}

static int real_path(struct sl_kz *kz, const char *path, const char **ret, struct sl_err *err)
{
	*ret = path;
	return kz->fs->real ? kz->fs->real(kz->fs->ctx, path, kz->a, ret, err) : 0;
}

static enum sl_kustomize_entry entry_at(struct sl_kz *kz, const char *path)
{
	return kz->fs->stat(kz->fs->ctx, path);
}

/* The clean path of a file named in `dir`. */
static int file_path(struct sl_kz *kz, const struct sl_kz_dir *dir, struct sl_str rel,
		     const char **ret, struct sl_err *err)
{
	bool absolute = rel.n > 1 && rel.p[0] == '/' && kz->options.absolute_files;

	return sl_kz_path_join(kz->a, absolute ? "" : dir->path,
			       absolute ? sl_str_sub(rel, 1, rel.n) : rel, ret, err);
}

int sl_kz_read(struct sl_kz *kz, const char *path, struct sl_str *ret_text, struct sl_err *err)
{
	const struct sl_kustomize_limits *limits = &kz->options.limits;

	if (kz->files >= limits->files)
		return sl_err_set(err, SL_ERR_TOO_LARGE, "more than %zu files read", limits->files);
	kz->files++;
	int r = kz->fs->read(kz->fs->ctx, path, kz->a, ret_text, err);

	if (r < 0)
		return r;
	if (ret_text->n > limits->bytes - kz->bytes)
		return sl_err_set(err, SL_ERR_TOO_LARGE, "more than %zu bytes of files read",
				  limits->bytes);
	kz->bytes += ret_text->n;
	return 0;
}

/* The restriction to the directory of the kustomization, which goes by what links lead to. */
static int check_restriction(struct sl_kz *kz, const struct sl_kz_dir *dir, const char *path,
			     struct sl_err *err)
{
	const char *real;

	if (!kz->options.restrict_files && !dir->clone)
		return 0;
	int r = real_path(kz, path, &real, err);

	if (r < 0 || is_below(real, dir->path))
		return r;
	return sl_err_set(err, SL_ERR_FORBIDDEN, "security; file '%s' is not in or below '%s'",
			  sl_kz_shown(kz, path), sl_kz_shown(kz, dir->path));
}

int sl_kz_load(struct sl_kz *kz, const struct sl_kz_dir *dir, struct sl_str rel,
	       struct sl_str *ret_text, const char **ret_path, struct sl_err *err)
{
	SL_AUTO(sl_err) local = SL_ERR_INIT;
	const char *path;
	int r = file_path(kz, dir, rel, &path, &local);

	/* A file may well be called "https:": what is there goes first. */
	if ((r < 0 || entry_at(kz, path) == SL_KUSTOMIZE_NONE) && sl_kustomize_is_web(rel)) {
		r = fetch(kz, rel, NULL, &path, err);
		*ret_path = sl_as_strz(kz->a, sl_value_str(kz->a, rel));
		return r < 0 ? r : sl_kz_read(kz, path, ret_text, err);
	}
	if (r < 0)
		return sl_err_move(err, &local);
	*ret_path = sl_kz_shown(kz, path);
	switch (entry_at(kz, path)) {
	case SL_KUSTOMIZE_NONE:
		return sl_err_set(err, SL_ERR_NOT_FOUND, "no such file '%s'", *ret_path);
	case SL_KUSTOMIZE_DIR:
		return sl_err_set(err, SL_ERR_INVALID, "'%s' must resolve to a file", *ret_path);
	case SL_KUSTOMIZE_FILE:
		break;
	}
	r = check_restriction(kz, dir, path, err);
	return r < 0 ? r : sl_kz_read(kz, path, ret_text, err);
}

int sl_kz_check_path(struct sl_str path, struct sl_err *err)
{
	struct sl_str rest = path, part;

	while (sl_str_split(&rest, '/', &part))
		if (!sl_str_eqz(part, "..") && sl_str_find(part, SL_STR("..")) >= 0)
			return sl_err_set(
				err, SL_ERR_INVALID,
				"path '%.*s' is ambiguous; check the indentation of the list",
				SL_STR_FMT(path));
	return 0;
}

static int check_cycle(struct sl_kz *kz, const struct sl_kz_dir *dir, const char *candidate,
		       struct sl_err *err)
{
	for (; dir; dir = dir->referrer)
		if (is_below(dir->path, candidate))
			return sl_err_set(
				err, SL_ERR_INVALID,
				"cycle detected: candidate root '%s' contains visited root '%s'",
				sl_kz_shown(kz, candidate), sl_kz_shown(kz, dir->path));
	return 0;
}

static int check_url_cycle(const struct sl_kz_dir *dir, struct sl_str url, struct sl_err *err)
{
	for (; dir; dir = dir->referrer)
		if (dir->url && sl_str_starts(sl_str(dir->url), url))
			return sl_err_set(err, SL_ERR_INVALID,
					  "cycle detected: URI '%.*s' referenced by previous URI "
					  "'%s'",
					  SL_STR_FMT(url), dir->url);
	return 0;
}

static int expect_directory(struct sl_kz *kz, const char *path, struct sl_err *err)
{
	switch (entry_at(kz, path)) {
	case SL_KUSTOMIZE_NONE:
		return sl_err_set(err, SL_ERR_NOT_FOUND, "no such file or directory '%s'",
				  sl_kz_shown(kz, path));
	case SL_KUSTOMIZE_FILE:
		return sl_err_set(err, SL_ERR_INVALID, "'%s' is a file; expected a directory",
				  sl_kz_shown(kz, path));
	case SL_KUSTOMIZE_DIR:
		break;
	}
	return 0;
}

static int enter_clone(struct sl_kz *kz, const struct sl_kz_dir *dir, struct sl_str url,
		       const struct sl_kustomize_repo *repo, struct sl_kz_dir *ret,
		       struct sl_err *err)
{
	const char *clone = "", *path = "";
	int r = check_url_cycle(dir, url, err);

	if (r == 0)
		r = fetch(kz, url, repo, &clone, err);
	if (r == 0)
		r = real_path(kz, clone, &clone, err);
	if (r == 0)
		r = sl_kz_path_join(kz->a, clone, repo->path.n > 0 ? repo->path : SL_STR("."),
				    &path, err);
	if (r == 0)
		r = expect_directory(kz, path, err);
	if (r == 0)
		r = real_path(kz, path, &path, err);
	if (r != 0)
		return r;
	if (!is_below(path, clone))
		return sl_err_set(err, SL_ERR_FORBIDDEN,
				  "'%.*s' refers to directory outside of repo '%.*s'",
				  SL_STR_FMT(repo->path), SL_STR_FMT(repo->clone));
	*ret = (struct sl_kz_dir){ .path = path,
				   .referrer = dir,
				   .depth = dir ? dir->depth + 1 : 0,
				   .clone = clone,
				   .url = sl_as_strz(kz->a, sl_value_str(kz->a, url)) };
	return 0;
}

static int enter_local(struct sl_kz *kz, const struct sl_kz_dir *dir, struct sl_str rel,
		       struct sl_kz_dir *ret, struct sl_err *err)
{
	const char *path = "";
	int r = sl_kz_check_path(rel, err);

	if (r == 0)
		r = sl_kz_path_join(kz->a, dir->path, rel, &path, err);
	if (r == 0)
		r = expect_directory(kz, path, err);
	if (r == 0)
		r = real_path(kz, path, &path, err);
	if (r < 0)
		return r;
	if (dir->clone && !is_below(path, dir->clone))
		return sl_err_set(err, SL_ERR_FORBIDDEN,
				  "security; bases in kustomizations found in cloned git repos "
				  "must be within the repo, but base '%s' is outside '%s'",
				  sl_kz_shown(kz, path), sl_kz_shown(kz, dir->clone));
	r = check_cycle(kz, dir, path, err);
	if (r < 0)
		return r;
	*ret = (struct sl_kz_dir){
		.path = path, .referrer = dir, .depth = dir->depth + 1, .clone = dir->clone
	};
	return 0;
}

int sl_kz_enter(struct sl_kz *kz, const struct sl_kz_dir *dir, struct sl_str rel,
		struct sl_kz_dir *ret, struct sl_err *err)
{
	struct sl_kustomize_repo repo;
	const char *path;
	bool here = dir && sl_kz_path_join(kz->a, dir->path, rel, &path, NULL) == 0 &&
		    entry_at(kz, path) == SL_KUSTOMIZE_DIR;

	if (dir && dir->depth + 1 > kz->options.limits.depth)
		return sl_err_set(err, SL_ERR_TOO_LARGE, "bases nested deeper than %zu",
				  kz->options.limits.depth);
	if (!here && sl_kustomize_repo_parse(kz->a, rel, &repo, dir ? NULL : err) == 0)
		return enter_clone(kz, dir, rel, &repo, ret, err);
	return dir ? enter_local(kz, dir, rel, ret, err) : SL_ERR_INVALID;
}

int sl_kz_find_kustomization(struct sl_kz *kz, const char *path, const char **ret,
			     struct sl_err *err)
{
	*ret = NULL;
	for (size_t i = 0; i < SL_ARRAY_LEN(file_names); i++) {
		const char *file =
			sl_arena_printf(kz->a, "%s%s%s", path, *path ? "/" : "", file_names[i]);

		if (kz->fs->stat(kz->fs->ctx, file) != SL_KUSTOMIZE_FILE)
			continue;
		if (*ret)
			return sl_err_set(err, SL_ERR_INVALID,
					  "Found multiple kustomization files under: %s",
					  sl_kz_shown(kz, path));
		*ret = file;
	}
	return 0;
}
