/*
 * Private to kustomize: the transformers of one kustomization, in the order in which they run.
 *
 * A transformer reads its fields of the kustomization, changes the resources of the stage, and calls
 * sl_kz_stage_done() once for each instance that kustomize would make of it: each instance leaves its
 * mark when `buildMetadata` asks for transformerAnnotations.
 *
 * Thread rule: one thread, that of the build.
 */
#ifndef LIBCOMMON_RENDER_KUSTOMIZE_TRANSFORM_H
#define LIBCOMMON_RENDER_KUSTOMIZE_TRANSFORM_H

#include "libcommon/render/kustomize/kustfile.h"

struct sl_kz_stage {
	struct sl_kz *kz;
	const struct sl_kz_kustfile *kust;
	const struct sl_kz_dir *dir;
	struct sl_kz_map *m;
	struct sl_str origin_path; /* of the directory, as seen from the root of the build */
	const char *builtin;	   /* kustomize's name of the transformer or generator */
};

typedef int (*sl_kz_transformer_fn)(struct sl_kz_stage *s, struct sl_err *err);

struct sl_kz_transformer {
	const char *builtin;
	sl_kz_transformer_fn run;
};
extern const struct sl_kz_transformer sl_kz_transformers[];
extern const size_t sl_kz_transformer_count;

int sl_kz_transform_patches_strategic(struct sl_kz_stage *s, struct sl_err *err) SL_MUST_CHECK;
int sl_kz_transform_patches(struct sl_kz_stage *s, struct sl_err *err) SL_MUST_CHECK;
int sl_kz_transform_namespace(struct sl_kz_stage *s, struct sl_err *err) SL_MUST_CHECK;
int sl_kz_transform_prefix(struct sl_kz_stage *s, struct sl_err *err) SL_MUST_CHECK;
int sl_kz_transform_suffix(struct sl_kz_stage *s, struct sl_err *err) SL_MUST_CHECK;
int sl_kz_transform_labels(struct sl_kz_stage *s, struct sl_err *err) SL_MUST_CHECK;
int sl_kz_transform_annotations(struct sl_kz_stage *s, struct sl_err *err) SL_MUST_CHECK;
int sl_kz_transform_patches_json(struct sl_kz_stage *s, struct sl_err *err) SL_MUST_CHECK;
int sl_kz_transform_replicas(struct sl_kz_stage *s, struct sl_err *err) SL_MUST_CHECK;
int sl_kz_transform_images(struct sl_kz_stage *s, struct sl_err *err) SL_MUST_CHECK;

/* Add the objects of configMapGenerator and secretGenerator. */
int sl_kz_generate(struct sl_kz_stage *s, struct sl_err *err) SL_MUST_CHECK;
/* The ten characters kustomize puts behind the name of generated objects. */
void sl_kz_content_hash(struct sl_kz *kz, const struct sl_kz_resource *r, char ret[11]);

/* One instance of the transformer has run: drop what it deleted, leave its mark. */
void sl_kz_stage_done(struct sl_kz_stage *s);
/* Where the stage's generator or transformer comes from. */
const struct sl_kz_origin *sl_kz_stage_origin(const struct sl_kz_stage *s);

#endif
