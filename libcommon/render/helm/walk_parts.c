#include <stdlib.h>

#include "libcommon/base/strvec.h"
#include "libcommon/render/helm/walk.h"

/* Of a directory: more than threads, for they differ in size. */
#define PARTS 8
/* Files that are worth a thread more, which starts in the time that some ten of them take. */
#define FILES_MIN 100
/* Files that a directory may have, at a guess. */
#define FILES_OF_DIR 10

/* Some of the entries, walked with memory, counts, a log and an error of their own. */
struct part {
	struct sl_helm_walk w;
	struct sl_helm_loading l;
	struct sl_helm_host host;
	struct sl_helm_fs fs;
	struct sl_arena a;
	struct sl_strvec log;
	struct sl_err err;
	int r;
};

struct parts {
	const struct sl_helm_walk *w;
	const char *dir;
	const struct sl_helm_named *entries;
	size_t n;
	struct part v[PARTS];
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

static void keep_line(void *data, const char *line)
{
	sl_strvec_push(data, line);
}

static void begin(const struct parts *all, struct part *p)
{
	*p = (struct part){
		.w = *all->w,
		.host = { .data = &p->log, .log = keep_line },
		.fs = *all->w->fs,
		.a = SL_ARENA_INIT_LIMIT(all->w->l->a->limit),
	};
	p->l = (struct sl_helm_loading){ .a = &p->a, .host = &p->host };
	p->w.l = &p->l;
	p->w.fs = &p->fs;
	p->w.files = (struct sl_helm_files){ 0 };
}

static void walk(void *arg, size_t i)
{
	struct parts *all = arg;
	struct part *p = &all->v[i];
	size_t from = all->n * i / PARTS, to = all->n * (i + 1) / PARTS;

	p->fs.ctx = p->fs.branch(p->fs.ctx, all->dir);
	p->r = sl_helm_walk_all(&p->w, all->dir, all->entries + from, to - from, &p->err);
	p->fs.end(p->fs.ctx);
}

/* As if the part had been walked now. */
static int join(struct sl_helm_walk *w, struct part *p, struct sl_err *err)
{
	for (size_t i = 0; i < p->log.n; i++)
		sl_helm_log(w->l->host, "%s", p->log.v[i]);
	for (size_t i = 0; i < p->w.files.n; i++)
		sl_helm_files_push(w->l->a, &w->files, p->w.files.items[i].name,
				   p->w.files.items[i].data);
	if (p->r < 0) {
		(void)sl_err_move(err, &p->err);
		return p->r;
	}
	return sl_helm_loading_count(w->l, p->l.files, p->l.bytes, err);
}

int sl_helm_walk_parts(struct sl_helm_walk *w, const char *dir, const struct sl_helm_named *entries,
		       size_t n, struct sl_err *err)
{
	struct parts all = { .w = w, .dir = dir, .entries = entries, .n = n };
	int r = 0;

	for (size_t i = 0; i < PARTS; i++)
		begin(&all, &all.v[i]);
	w->l->host->parallel(PARTS, walk, &all);
	for (size_t i = 0; i < PARTS; i++) {
		struct part *p = &all.v[i];

		if (r == 0)
			r = join(w, p, err);
		sl_arena_adopt(w->l->a, &p->a);
		sl_strvec_release(&p->log);
		sl_err_release(&p->err);
	}
	return r;
}
