/*
 * Private to kustomize: one kustomization with all that it rests on, recursively.
 *
 * Thread rule: one thread, that of the build.
 */
#ifndef LIBCOMMON_RENDER_KUSTOMIZE_TARGET_H
#define LIBCOMMON_RENDER_KUSTOMIZE_TARGET_H

#include "libcommon/render/kustomize/transform.h"

/*
 * Read the resources of `kust`, run its generators and components and transformers. `m` holds the
 * result; for a component it holds the resources of whoever includes it to begin with.
 * `origin_path` is where the directory is, as seen from the root of the build.
 */
int sl_kz_accumulate(struct sl_kz *kz, const struct sl_kz_kustfile *kust,
		     const struct sl_kz_dir *dir, struct sl_str origin_path, struct sl_kz_map *m,
		     struct sl_err *err) SL_MUST_CHECK;

#endif
