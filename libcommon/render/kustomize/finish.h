/*
 * Private to kustomize: what happens once, to the resources of the whole build.
 *
 * Thread rule: one thread, that of the build.
 */
#ifndef LIBCOMMON_RENDER_KUSTOMIZE_FINISH_H
#define LIBCOMMON_RENDER_KUSTOMIZE_FINISH_H

#include "libcommon/render/kustomize/transform.h"

/* Hash suffixes, references, local-config objects, order, labels and annotations of buildMetadata. */
int sl_kz_finish(struct sl_kz *kz, const struct sl_kz_kustfile *root, struct sl_kz_map *m,
		 struct sl_err *err) SL_MUST_CHECK;

/* Sort as `sortOptions` of the root says, or as the options of the build do. */
int sl_kz_sort(struct sl_kz *kz, const struct sl_value *sort_options, struct sl_kz_map *m,
	       struct sl_err *err) SL_MUST_CHECK;

/* Where objects of the kind come in legacy order: negative early, 0 in the middle, positive late. */
int64_t sl_kz_kind_rank(struct sl_str kind);

/* Whether `buildMetadata` of the root names the option. */
bool sl_kz_has_build_metadata(const struct sl_kz_kustfile *root, const char *option);

#endif
