#include "libcommon/render/helm/part.h"
#include "libcommon/render/helm/walk.h"

/* Files that are worth a thread more, which starts in the time that some ten of them take. */
#define FILES_MIN 100
/* Files that a directory may have, at a guess. */
#define FILES_OF_DIR 10

/* What a part finds. */
struct found {
	struct sl_helm_files files;
	uint64_t bytes;
	size_t count;
};

struct walking {
	const struct sl_helm_walk *w;
	const char *dir;
	const struct sl_helm_named *entries;
	struct found found[SL_PARALLEL_PARTS];
};

bool sl_helm_walk_wants_parts(const struct sl_helm_walk *w, const struct sl_helm_named *entries,
			      size_t n)
{
	size_t files = 0;

	if (!w->fs->branch || !w->l->host->parallel)
		return false;
	for (size_t i = 0; i < n; i++)
		files += entries[i].type == SL_HELM_DIR ? FILES_OF_DIR : 1;
	return files >= FILES_MIN;
}

static void walk(void *arg, struct sl_helm_part *p)
{
	struct walking *all = arg;
	struct sl_helm_fs fs = *all->w->fs;
	struct sl_helm_loading l = { .a = &p->a, .host = &p->host };
	struct sl_helm_walk w = *all->w;

	w.l = &l;
	w.fs = &fs;
	w.files = (struct sl_helm_files){ 0 };
	fs.ctx = fs.branch(fs.ctx, all->dir);
	p->r = sl_helm_walk_all(&w, all->dir, all->entries + p->share.from,
				p->share.to - p->share.from, &p->err);
	fs.end(fs.ctx);
	all->found[p->number] = (struct found){ w.files, l.bytes, l.files };
}

/* As if the part had been walked now. */
static int join(struct sl_helm_walk *w, struct sl_helm_part *p, const struct found *found,
		struct sl_err *err)
{
	int r = sl_helm_part_join(p, w->l->host, err);

	for (size_t i = 0; i < found->files.n; i++)
		sl_helm_files_push(w->l->a, &w->files, found->files.items[i].name,
				   found->files.items[i].data);
	return r < 0 ? r : sl_helm_loading_count(w->l, found->count, found->bytes, err);
}

int sl_helm_walk_parts(struct sl_helm_walk *w, const char *dir, const struct sl_helm_named *entries,
		       size_t n, struct sl_err *err)
{
	struct walking all = { .w = w, .dir = dir, .entries = entries };
	struct sl_helm_parts parts;
	int r = 0;

	sl_helm_parts_run(&parts, w->l->host, w->l->a, n, walk, &all);
	for (size_t i = 0; i < SL_PARALLEL_PARTS && r == 0; i++)
		r = join(w, &parts.v[i], &all.found[i], err);
	sl_helm_parts_end(&parts);
	return r;
}
