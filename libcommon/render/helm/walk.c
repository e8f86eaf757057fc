#include "libcommon/render/helm/walk.h"

#include <stdlib.h>
#include <string.h>

#include "libcommon/base/sort.h"
#include "libcommon/codec/goquote.h"
#include "libcommon/render/helm/text.h"

/* Directories within directories; more is a link in a circle. */
#define WALK_DEPTH_MAX 255

struct listing {
	struct sl_arena *a;
	struct sl_helm_named *items; /* malloc'd */
	size_t n, cap;
};

static int walk_entry(struct sl_helm_walk *w, const char *path, enum sl_helm_entry type,
		      struct sl_err *err);

static int fail_large(const char *path, struct sl_err *err)
{
	SL_AUTO(sl_strbuf) quoted = SL_STRBUF_INIT(SL_HELM_PATH_MAX * 4 + 2);

	sl_strbuf_add_goquoted(&quoted, sl_str(strrchr(path, '/') + 1));
	return sl_err_set(err, SL_ERR_TOO_LARGE,
			  "chart file %s is larger than the maximum file size %zu", quoted.p,
			  SL_HELM_FILE_BYTES_MAX);
}

static int take_file(struct sl_helm_walk *w, const char *path, struct sl_err *err)
{
	struct sl_str bytes = SL_STR_NULL, name = sl_str(path + w->top);
	int r = w->fs->read(w->fs->ctx, path, SL_HELM_FILE_BYTES_MAX, w->l->a, &bytes, err);

	if (r == SL_ERR_TOO_LARGE)
		return fail_large(path, err);
	if (r < 0) {
		sl_err_wrap(err, "error reading %s", path + w->top);
		return r;
	}
	r = sl_helm_loading_count(w->l, 1, bytes.n, err);
	if (r == 0)
		sl_helm_files_push(w->l->a, &w->files, name, sl_helm_without_mark(bytes));
	return r;
}

static void add_entry(void *arg, const char *name, enum sl_helm_entry type)
{
	struct listing *l = arg;

	l->items = sl_grow(l->items, l->n, &l->cap, sizeof(*l->items));
	l->items[l->n++] = (struct sl_helm_named){ sl_arena_str(l->a, sl_str(name)), type };
}

static int by_name(const void *x, const void *y)
{
	const struct sl_helm_named *a = x, *b = y;

	return sl_str_cmp(a->name, b->name);
}

static const char *path_of(struct sl_helm_walk *w, const char *dir, struct sl_str name)
{
	return sl_helm_join(w->l->a, sl_str(dir), name).p;
}

int sl_helm_walk_all(struct sl_helm_walk *w, const char *dir, const struct sl_helm_named *entries,
		     size_t n, struct sl_err *err)
{
	int r = 0;

	for (size_t i = 0; i < n && r == 0; i++)
		r = walk_entry(w, path_of(w, dir, entries[i].name), entries[i].type, err);
	return r;
}

int sl_helm_walk_dir(struct sl_helm_walk *w, const char *path, struct sl_err *err)
{
	struct listing l = { .a = w->l->a };
	int r = w->fs->list(w->fs->ctx, path, add_entry, &l, err);

	if (r == 0 && w->depth == WALK_DEPTH_MAX)
		r = sl_err_set(err, SL_ERR_TOO_LARGE,
			       "%s: directories are nested more than %d levels deep", path,
			       WALK_DEPTH_MAX);
	sl_sort(l.items, l.n, sizeof(*l.items), by_name);
	w->depth++;
	if (r == 0 && !sl_helm_walk_parts(w, path, l.items, l.n))
		r = sl_helm_walk_all(w, path, l.items, l.n, err);
	w->depth--;
	free(l.items);
	return r;
}

/* What is at the end of a link. The path stays that of the link. */
static int follow(struct sl_helm_walk *w, const char *path, enum sl_helm_entry *ret,
		  struct sl_err *err)
{
	const char *to = NULL;
	int r;

	if (!w->fs->resolve)
		return sl_err_set(err, SL_ERR_FORBIDDEN, "%s is a symbolic link", path);
	r = w->fs->resolve(w->fs->ctx, path, w->l->a, &to, err);
	if (r < 0) {
		sl_err_wrap(err, "error evaluating symlink %s", path);
		return r;
	}
	sl_helm_log(
		w->l->host,
		"walk.go:75: found symbolic link in path: %s resolves to %s. Contents of linked "
		"file included and used",
		path, to);
	return w->fs->stat(w->fs->ctx, to, ret, err);
}

static int walk_entry(struct sl_helm_walk *w, const char *path, enum sl_helm_entry type,
		      struct sl_err *err)
{
	int r = 0;

	if (strlen(path) > SL_HELM_PATH_MAX)
		return sl_err_set(err, SL_ERR_TOO_LARGE,
				  "a path of the chart is longer than %d bytes", SL_HELM_PATH_MAX);
	if (type == SL_HELM_UNKNOWN)
		r = w->fs->stat(w->fs->ctx, path, &type, err);
	if (r == 0 && type == SL_HELM_LINK)
		r = follow(w, path, &type, err);
	if (r < 0)
		return r;
	if (sl_helm_ignores(w->ignore, sl_str(path + w->top), type == SL_HELM_DIR))
		return 0;
	switch (type) {
	case SL_HELM_DIR:
		return sl_helm_walk_dir(w, path, err);
	case SL_HELM_FILE:
		return take_file(w, path, err);
	case SL_HELM_LINK:
	case SL_HELM_IRREGULAR:
	case SL_HELM_UNKNOWN:
		break;
	}
	return sl_err_set(err, SL_ERR_INVALID,
			  "cannot load irregular file %s as it has file mode type bits set", path);
}
