/*
 * Private to render/helm: rendered templates into manifests and hooks, in the order of installation.
 *
 * Thread rule: one rendering.
 */
#ifndef LIBCOMMON_RENDER_HELM_MANIFESTS_H
#define LIBCOMMON_RENDER_HELM_MANIFESTS_H

#include "libcommon/render/helm/helm.h"

/* The next document of a stream, as Helm cuts it; false at the end. *at is 0 to begin with. */
struct sl_helm_split {
	struct sl_str text; /* trimmed by sl_helm_split_begin() */
	size_t at;
	bool done;
};
struct sl_helm_split sl_helm_split_begin(struct sl_str text);
bool sl_helm_split_next(struct sl_helm_split *s, struct sl_str *ret_doc);

/*
 * Fill manifests and hooks of `ret` from `files`, which are in the order of their names. Also on failure:
 * with what came before it. SL_ERR_INVALID "YAML parse error on …".
 */
int sl_helm_sort_manifests(struct sl_arena *a, const struct sl_helm_file *files, size_t n,
			   const struct sl_helm_host *host, struct sl_helm_result *ret,
			   struct sl_err *err) SL_MUST_CHECK;

#endif
