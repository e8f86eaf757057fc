#include "libcommon/render/helm/part.h"

#include "libcommon/render/helm/loading.h"

static void keep_line(void *data, const char *line)
{
	sl_strvec_push(data, line);
}

static void run(void *data, size_t i)
{
	struct sl_helm_parts *parts = data;
	struct sl_helm_part *p = &parts->v[i];
	size_t failed = atomic_load(&parts->failed);

	/* Whose result nobody would see, as if one after the other had run. */
	if (i > failed)
		return;
	parts->each(parts->arg, p);
	while (p->r < 0 && i < failed && !atomic_compare_exchange_weak(&parts->failed, &failed, i))
		;
}

void sl_helm_parts_run(struct sl_helm_parts *parts, const struct sl_helm_host *host,
		       struct sl_arena *a, size_t n,
		       void (*each)(void *arg, struct sl_helm_part *p), void *arg)
{
	struct sl_arena_trunk trunk;

	parts->each = each;
	parts->arg = arg;
	atomic_init(&parts->failed, SL_PARALLEL_PARTS);
	sl_arena_trunk_init(&trunk, a);
	for (size_t i = 0; i < SL_PARALLEL_PARTS; i++) {
		struct sl_helm_part *p = &parts->v[i];

		*p = (struct sl_helm_part){
			.a = sl_arena_branch(&trunk),
			.host = { .data = &p->log, .log = keep_line },
			.share = sl_parallel_share(n, i),
			.number = i,
		};
	}
	host->parallel(SL_PARALLEL_PARTS, run, parts);
	sl_arena_trunk_release(&trunk);
}

int sl_helm_part_join(struct sl_helm_part *p, const struct sl_helm_host *host, struct sl_err *err)
{
	for (size_t i = 0; i < p->log.n; i++)
		sl_helm_log(host, "%s", p->log.v[i]);
	return p->r < 0 ? sl_err_move(err, &p->err) : 0;
}

void sl_helm_parts_end(struct sl_helm_parts *parts)
{
	for (size_t i = 0; i < SL_PARALLEL_PARTS; i++) {
		sl_strvec_release(&parts->v[i].log);
		sl_err_release(&parts->v[i].err);
	}
}
