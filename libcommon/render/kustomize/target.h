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
 * `origin` is where the directory is, as seen from the root of the build.
 */
int sl_kz_accumulate(struct sl_kz *kz, const struct sl_kz_kustfile *kust,
		     const struct sl_kz_dir *dir, const struct sl_kz_origin *origin,
		     struct sl_kz_map *m, struct sl_err *err) SL_MUST_CHECK;

/* Add what `rel` names to the objects of the stage: a file, a directory, or what is remote. */
int sl_kz_add_resource(struct sl_kz_stage *s, struct sl_str rel, struct sl_err *err) SL_MUST_CHECK;

#endif
