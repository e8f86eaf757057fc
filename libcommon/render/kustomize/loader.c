#include "libcommon/render/kustomize/loader.h"

#include <string.h>

static const char *const file_names[] = { "kustomization.yaml", "kustomization.yml",
					  "Kustomization" };

const char *sl_kz_dir_name(const char *path)
{
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
	static const char *const prefixes[] = { "git::", "gh:", "git@", "github.com/",
						"github.com:" };

	if (sl_str_find(path, SL_STR("://")) > 0)
		return true;
	for (size_t i = 0; i < SL_ARRAY_LEN(prefixes); i++)
		if (sl_str_starts(path, sl_str(prefixes[i])))
			return true;
	/* user@host:path, the notation of scp. */
	ptrdiff_t at = sl_str_chr(path, '@'), colon = sl_str_chr(path, ':');

	return at > 0 && colon > at + 1 && sl_str_chr(sl_str_sub(path, 0, (size_t)at), '/') < 0;
}

static int fetch(struct sl_kz *kz, struct sl_str url, const char **ret, struct sl_err *err)
{
	const char *text = sl_as_strz(kz->a, sl_value_str(kz->a, url));

	if (!kz->fs->fetch)
		return sl_err_set(err, SL_ERR_UNSUPPORTED, "remote resource '%s' is not allowed",
				  text);
	return kz->fs->fetch(kz->fs->ctx, text, kz->a, ret, err);
}

/* The clean path of a file or directory named in `dir`, brought here first if it is remote. */
static int resolve(struct sl_kz *kz, const struct sl_kz_dir *dir, struct sl_str rel,
		   const char **ret, struct sl_err *err)
{
	SL_AUTO(sl_err) local = SL_ERR_INIT;
	int r = sl_kz_path_join(kz->a, dir->path, rel, ret, &local);

	/* A file may well be called "https:" or "a@b:c": what is there goes first. */
	if (r == 0 && kz->fs->stat(kz->fs->ctx, *ret) != SL_KUSTOMIZE_NONE)
		return 0;
	if (sl_kz_is_remote(rel))
		return fetch(kz, rel, ret, err);
	return r < 0 ? sl_err_move(err, &local) : 0;
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

/* `path` lies in or below directory `dir`. */
static bool is_below(const char *path, const char *dir)
{
	size_t n = strlen(dir);

	return n == 0 || (strncmp(path, dir, n) == 0 && (path[n] == '/' || path[n] == 0));
}

int sl_kz_load(struct sl_kz *kz, const struct sl_kz_dir *dir, struct sl_str rel,
	       struct sl_str *ret_text, const char **ret_path, struct sl_err *err)
{
	int r = resolve(kz, dir, rel, ret_path, err);

	if (r < 0)
		return r;
	switch (kz->fs->stat(kz->fs->ctx, *ret_path)) {
	case SL_KUSTOMIZE_NONE:
		return sl_err_set(err, SL_ERR_NOT_FOUND, "no such file '%s'", *ret_path);
	case SL_KUSTOMIZE_DIR:
		return sl_err_set(err, SL_ERR_INVALID, "'%s' must resolve to a file",
				  sl_kz_dir_name(*ret_path));
	case SL_KUSTOMIZE_FILE:
		break;
	}
	if (kz->options.restrict_files && !is_below(*ret_path, dir->path))
		return sl_err_set(err, SL_ERR_FORBIDDEN,
				  "security; file '%s' is not in or below '%s'", *ret_path,
				  sl_kz_dir_name(dir->path));
	return sl_kz_read(kz, *ret_path, ret_text, err);
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

static int check_cycle(const struct sl_kz_dir *dir, const char *candidate, struct sl_err *err)
{
	for (; dir; dir = dir->referrer)
		if (is_below(dir->path, candidate))
			return sl_err_set(
				err, SL_ERR_INVALID,
				"cycle detected: candidate root '%s' contains visited root '%s'",
				sl_kz_dir_name(candidate), sl_kz_dir_name(dir->path));
	return 0;
}

int sl_kz_enter(struct sl_kz *kz, const struct sl_kz_dir *dir, struct sl_str rel,
		struct sl_kz_dir *ret, struct sl_err *err)
{
	const char *path = "";

	if (dir->depth + 1 > kz->options.limits.depth)
		return sl_err_set(err, SL_ERR_TOO_LARGE, "bases nested deeper than %zu",
				  kz->options.limits.depth);
	int r = sl_kz_is_remote(rel) ? 0 : sl_kz_check_path(rel, err);

	if (r == 0)
		r = resolve(kz, dir, rel, &path, err);

	if (r < 0)
		return r;
	switch (kz->fs->stat(kz->fs->ctx, path)) {
	case SL_KUSTOMIZE_NONE:
		return sl_err_set(err, SL_ERR_NOT_FOUND, "no such file or directory '%s'", path);
	case SL_KUSTOMIZE_FILE:
		return sl_err_set(err, SL_ERR_INVALID, "'%s' is a file; expected a directory",
				  path);
	case SL_KUSTOMIZE_DIR:
		break;
	}
	r = check_cycle(dir, path, err);
	if (r < 0)
		return r;
	*ret = (struct sl_kz_dir){ .path = path, .referrer = dir, .depth = dir->depth + 1 };
	return 0;
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
					  sl_kz_dir_name(path));
		*ret = file;
	}
	return 0;
}
