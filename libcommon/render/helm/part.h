/*
 * Private to render/helm: work of one loading or rendering in shares, which may run in several threads.
 *
 * A part has memory, a host and an error of its own. The host only hears: what it heard, and the error, are
 * handed on when the part is joined, in the order of the parts, so that all looks as if one thread had
 * done it. Memory stays: it is a branch of the arena that all is for.
 *
 * Thread rule: a part belongs to the thread that has its share until all are done, then to the caller.
 */
#ifndef LIBCOMMON_RENDER_HELM_PART_H
#define LIBCOMMON_RENDER_HELM_PART_H

#include <stdatomic.h>

#include "libcommon/base/strvec.h"
#include "libcommon/render/helm/helm.h"

/* Bytes of files that are worth a thread more, which starts in the time that some 30,000 take. */
#define SL_HELM_PARTS_FROM ((size_t)128 << 10)

struct sl_helm_part {
	struct sl_arena a;
	struct sl_helm_host host;
	struct sl_parallel_share share;
	size_t number;
	struct sl_strvec log;
	struct sl_err err;
	int r; /* of the share, whose first failure ends it: later parts may then be left out */
};

struct sl_helm_parts {
	struct sl_helm_part v[SL_PARALLEL_PARTS];
	void (*each)(void *arg, struct sl_helm_part *p);
	void *arg;
	atomic_size_t failed; /* the first so far; their number: none */
};

/* All parts of `n` items, in threads of the host's, which must have them. */
void sl_helm_parts_run(struct sl_helm_parts *parts, const struct sl_helm_host *host,
		       struct sl_arena *a, size_t n,
		       void (*each)(void *arg, struct sl_helm_part *p), void *arg);
/* Hand on what was said, and the result. None may be joined behind one that failed. */
int sl_helm_part_join(struct sl_helm_part *p, const struct sl_helm_host *host, struct sl_err *err);
/* Whether they were joined or not. */
void sl_helm_parts_end(struct sl_helm_parts *parts);

#endif
