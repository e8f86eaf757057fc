#include "libcommon/render/helm/hearing.h"
#include "libcommon/render/helm/walk.h"

/* Files that are worth a thread more, which starts in the time that some ten of them take. */
#define FILES_MIN 100
/* Files that a directory may have, at a guess. */
#define FILES_OF_DIR 10

struct walking {
	const struct sl_helm_walk *w;
	const char *dir;
	const struct sl_helm_named *entries;
	struct sl_helm_hearing hearing;
	struct sl_helm_loading parts[SL_PARTS];
	struct sl_helm_files files[SL_PARTS];
};

static bool wants_parts(const struct sl_helm_walk *w, const struct sl_helm_named *entries, size_t n)
{
	size_t files = 0;

	if (!w->fs->branch)
		return false;
	for (size_t i = 0; i < n; i++)
		files += entries[i].type == SL_HELM_DIR ? FILES_OF_DIR : 1;
	return files >= FILES_MIN;
}

static int walk(void *arg, struct sl_part *p)
{
	struct walking *all = arg;
	struct sl_helm_fs fs = *all->w->fs;
	struct sl_helm_walk w = *all->w;
	int r;

	w.l = &all->parts[p->number];
	*w.l = sl_helm_loading_part(all->w->l, &p->a, &all->hearing.hosts[p->number]);
	w.fs = &fs;
	w.files = (struct sl_helm_files){ 0 };
	fs.ctx = fs.branch(fs.ctx, all->dir);
	r = sl_helm_walk_all(&w, all->dir, all->entries + p->from, p->to - p->from, NULL);
	fs.end(fs.ctx);
	all->files[p->number] = w.files;
	return r;
}

/* As if the parts had been walked now. */
static void join(struct sl_helm_walk *w, const struct walking *all)
{
	sl_helm_loading_join(w->l, all->parts);
	for (size_t i = 0; i < SL_PARTS; i++)
		for (size_t k = 0; k < all->files[i].n; k++)
			sl_helm_files_push(w->l->a, &w->files, all->files[i].items[k].name,
					   all->files[i].items[k].data);
}

static bool walk_in_parts(struct sl_helm_walk *w, const char *dir,
			  const struct sl_helm_named *entries, size_t n)
{
	struct walking all = { .w = w, .dir = dir, .entries = entries };

	if (!sl_helm_parts_run(&all.hearing, w->l->host, w->l->a, n, walk, &all))
		return false;
	join(w, &all);
	return true;
}

bool sl_helm_walk_parts(struct sl_helm_walk *w, const char *dir,
			const struct sl_helm_named *entries, size_t n)
{
	return wants_parts(w, entries, n) && walk_in_parts(w, dir, entries, n);
}
