#include "libcommon/base/parts.h"

struct running {
	struct sl_arena_trunk trunk;
	size_t n;
	int (*each)(void *arg, struct sl_part *p);
	void *arg;
	atomic_bool failed;
};

static void run(void *data, size_t i)
{
	struct running *r = data;
	struct sl_part p = {
		.a = sl_arena_branch(&r->trunk),
		.number = i,
		.from = r->n * i / SL_PARTS,
		.to = r->n * (i + 1) / SL_PARTS,
		.failed = &r->failed,
	};

	if (!atomic_load(&r->failed) && r->each(r->arg, &p) < 0)
		atomic_store(&r->failed, true);
	sl_arena_release(&p.a);
}

bool sl_parts_run(sl_parallel_fn parallel, struct sl_arena *a, size_t n,
		  int (*each)(void *arg, struct sl_part *p), void *arg)
{
	struct running r = { .n = n, .each = each, .arg = arg };

	if (!parallel)
		return false;
	sl_arena_trunk_init(&r.trunk, a);
	parallel(SL_PARTS, run, &r);
	if (atomic_load(&r.failed)) {
		sl_arena_trunk_undo(&r.trunk);
		return false;
	}
	sl_arena_trunk_release(&r.trunk);
	return true;
}
