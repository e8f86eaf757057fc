/*
 * Down the directory of a chart: its files, in the order in which Helm reads them, less what is ignored.
 * Inner header of the library.
 *
 * Thread rule: one walk belongs to one thread; a large directory is walked in parts, each of which is one.
 */
#ifndef LIBCOMMON_RENDER_HELM_WALK_H
#define LIBCOMMON_RENDER_HELM_WALK_H

#include "libcommon/render/helm/ignore.h"
#include "libcommon/render/helm/loading.h"

struct sl_helm_walk {
	struct sl_helm_loading *l;
	const struct sl_helm_fs *fs;
	const struct sl_helm_ignore *ignore;
	size_t top; /* bytes of the chart's own path, its '/' included */
	unsigned depth;
	struct sl_helm_files files; /* found so far */
};

/* A name in a directory. */
struct sl_helm_named {
	struct sl_str name;
	enum sl_helm_entry type;
};

int sl_helm_walk_dir(struct sl_helm_walk *w, const char *path, struct sl_err *err) SL_MUST_CHECK;
/* What `entries` of the directory name. */
int sl_helm_walk_all(struct sl_helm_walk *w, const char *dir, const struct sl_helm_named *entries,
		     size_t n, struct sl_err *err) SL_MUST_CHECK;

/*
 * The same as sl_helm_walk_all(), in several threads, such that it looks as if it had been one: files come in
 * the same order, and what is logged is heard in it. False: nothing was done, for there are no threads, or
 * too few files for them, or something failed, which in order will fail as it should.
 */
bool sl_helm_walk_parts(struct sl_helm_walk *w, const char *dir,
			const struct sl_helm_named *entries, size_t n);

#endif
