#include <string.h>

#include "libcommon/render/helm/walk.h"

static int read_ignore(struct sl_helm_walk *w, const char *dir, struct sl_err *err)
{
	const char *path = sl_arena_printf(w->l->a, "%s/%s", dir, SL_HELM_IGNORE_FILE);
	struct sl_str text = SL_STR_NULL;
	enum sl_helm_entry type;
	int r = w->fs->stat(w->fs->ctx, path, &type, NULL);

	if (r == 0)
		r = w->fs->read(w->fs->ctx, path, SL_HELM_FILE_BYTES_MAX, w->l->a, &text, err);
	else
		r = 0;
	return r < 0 ? r : sl_helm_ignore_read(w->l->a, text, &w->ignore, err);
}

static int read_dir(struct sl_helm_loading *l, const struct sl_helm_fs *fs, const char *dir,
		    struct sl_helm_files *ret, struct sl_err *err)
{
	struct sl_helm_walk w = { .l = l, .fs = fs };
	struct sl_str clean = sl_str(dir);
	int r;

	while (clean.n > 1 && sl_str_cut_suffix(&clean, SL_STR("/")))
		;
	dir = sl_str_eqz(clean, "/") ? "" : sl_arena_str(l->a, clean).p;
	w.top = strlen(dir) + 1;
	r = read_ignore(&w, dir, err);
	if (r == 0)
		r = sl_helm_walk_dir(&w, dir, err);
	*ret = w.files;
	return r;
}

int sl_helm_read_dir(struct sl_arena *a, const struct sl_helm_fs *fs, const char *dir,
		     const struct sl_helm_host *host, struct sl_helm_file **ret_files,
		     size_t *ret_count, struct sl_err *err)
{
	struct sl_helm_loading l = { .a = a, .host = sl_helm_host_or_none(host) };
	struct sl_helm_files files = { 0 };
	int r = read_dir(&l, fs, dir, &files, err);

	if (r < 0)
		return r;
	*ret_files = files.items;
	*ret_count = files.n;
	return 0;
}

int sl_helm_load_dir(struct sl_arena *a, const struct sl_helm_fs *fs, const char *dir,
		     const struct sl_helm_host *host, struct sl_helm_chart **ret,
		     struct sl_err *err)
{
	struct sl_helm_loading l = { .a = a, .host = sl_helm_host_or_none(host) };
	struct sl_helm_files files = { 0 };
	int r = read_dir(&l, fs, dir, &files, err);

	return r < 0 ? r : sl_helm_loading_files(&l, files.items, files.n, ret, err);
}

int sl_helm_load(struct sl_arena *a, const struct sl_helm_fs *fs, const char *path,
		 const struct sl_helm_host *host, struct sl_helm_chart **ret, struct sl_err *err)
{
	enum sl_helm_entry type = SL_HELM_IRREGULAR;
	struct sl_str bytes = SL_STR_NULL;
	int r = fs->stat(fs->ctx, path, &type, err);

	if (r == 0 && type == SL_HELM_LINK && fs->resolve) {
		r = fs->resolve(fs->ctx, path, a, &path, err);
		if (r == 0)
			r = fs->stat(fs->ctx, path, &type, err);
	}
	if (r < 0)
		return r;
	if (type == SL_HELM_DIR)
		return sl_helm_load_dir(a, fs, path, host, ret, err);
	r = fs->read(fs->ctx, path, SL_HELM_CHART_BYTES_MAX, a, &bytes, err);
	if (r == 0)
		r = sl_helm_check_archive(sl_str(path), bytes, err);
	return r < 0 ? r : sl_helm_load_archive(a, sl_source_str(&bytes), host, ret, err);
}
