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

	if (!w->fs->branch || !w->l->host->parallel)
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
	sl_helm_hearing_tell(&all->hearing, w->l->host);
	sl_helm_loading_join(w->l, all->parts);
	for (size_t i = 0; i < SL_PARTS; i++)
		for (size_t k = 0; k < all->files[i].n; k++)
			sl_helm_files_push(w->l->a, &w->files, all->files[i].items[k].name,
					   all->files[i].items[k].data);
}

bool sl_helm_walk_parts(struct sl_helm_walk *w, const char *dir,
			const struct sl_helm_named *entries, size_t n)
{
	struct walking all = { .w = w, .dir = dir, .entries = entries };
	bool walked;

	if (!wants_parts(w, entries, n))
		return false;
	sl_helm_hearing_init(&all.hearing);
	walked = sl_parts_run(w->l->host->parallel, w->l->a, n, walk, &all);
	if (walked)
		join(w, &all);
	sl_helm_hearing_release(&all.hearing);
	return walked;
}
