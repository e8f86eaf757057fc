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

#include "libcommon/render/kustomize/config.h"
#include "libcommon/render/kustomize/fieldspec.h"
#include "libcommon/render/kustomize/kustfile.h"
#include "libcommon/render/kustomize/origin.h"

struct sl_kz_plugin;

struct sl_kz_stage {
	struct sl_kz *kz;
	const struct sl_kz_kustfile *kust;
	const struct sl_kz_dir *dir;
	struct sl_kz_map *m;
	const struct sl_kz_origin
		*origin;     /* of the directory, as seen from the root of the build */
	const char *builtin; /* kustomize's name of the transformer or generator */
	const struct sl_kz_plugin *plugin; /* when one runs, instead of `builtin` */
	bool validating;		   /* it may not change anything */
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
int sl_kz_transform_replacements(struct sl_kz_stage *s, struct sl_err *err) SL_MUST_CHECK;

/*
 * One instance each, of a field of the kustomization or of a plugin: what to do, and where.
 */
/* Set every member of the map `pairs` in every map that `specs` find: labels, annotations. */
int sl_kz_set_pairs(struct sl_kz_stage *s, const struct sl_value *pairs,
		    struct sl_kz_fieldspecs specs, struct sl_err *err) SL_MUST_CHECK;
/* `v` is an item of `images`. */
int sl_kz_set_image(struct sl_kz_stage *s, const struct sl_value *v, struct sl_kz_fieldspecs specs,
		    struct sl_err *err) SL_MUST_CHECK;
/* `v` is an item of `replicas`. */
int sl_kz_set_replicas(struct sl_kz_stage *s, const struct sl_value *v,
		       struct sl_kz_fieldspecs specs, struct sl_err *err) SL_MUST_CHECK;
/* Before and after names. Not an instance by itself: no sl_kz_stage_done(). */
int sl_kz_add_affixes(struct sl_kz_stage *s, struct sl_str prefix, struct sl_str suffix,
		      struct sl_kz_fieldspecs specs, struct sl_err *err) SL_MUST_CHECK;

/* `replacements` is a checked list as in a kustomization; files are those of the stage's directory. */
int sl_kz_replace_all(struct sl_kz_stage *s, const struct sl_value *replacements,
		      struct sl_err *err) SL_MUST_CHECK;

/* Which subjects of a role binding get the namespace. */
enum sl_kz_subjects {
	SL_KZ_SUBJECTS_DEFAULT, /* those called "default" */
	SL_KZ_SUBJECTS_ACCOUNTS,
	SL_KZ_SUBJECTS_NONE,
};
struct sl_kz_namespace_options {
	struct sl_str ns;
	struct sl_kz_fieldspecs specs;
	bool unset_only; /* leave namespaces that are set */
	enum sl_kz_subjects subjects;
};
int sl_kz_set_namespaces(struct sl_kz_stage *s, const struct sl_kz_namespace_options *o,
			 struct sl_err *err) SL_MUST_CHECK;
/* Of one object, without its former id being kept. */
int sl_kz_set_namespace_of(struct sl_kz *kz, struct sl_kz_resource *r,
			   const struct sl_kz_namespace_options *o,
			   struct sl_err *err) SL_MUST_CHECK;

/*
 * `v` is an item of `patches` (path or patch, target, options), or of `patchesJson6902`; `field` is
 * its place, for messages.
 */
int sl_kz_patch_any(struct sl_kz_stage *s, const struct sl_value *v, const char *field,
		    struct sl_err *err) SL_MUST_CHECK;
int sl_kz_patch_json(struct sl_kz_stage *s, const struct sl_value *v, const char *field,
		     struct sl_err *err) SL_MUST_CHECK;
/* Every item of `list` is a path or a patch; `text` is one more patch, or NULL. */
int sl_kz_patch_strategic(struct sl_kz_stage *s, const struct sl_value *list,
			  const struct sl_value *text, const char *field,
			  struct sl_err *err) SL_MUST_CHECK;

/* The ConfigMap or Secret that `args` describe; `field` is their place, for messages. */
int sl_kz_generate_one(struct sl_kz_stage *s, const struct sl_value *args, bool is_secret,
		       const char *field, const struct sl_value *global_options,
		       struct sl_kz_resource **ret, struct sl_err *err) SL_MUST_CHECK;
/* Add the objects of configMapGenerator and secretGenerator. */
int sl_kz_generate(struct sl_kz_stage *s, struct sl_err *err) SL_MUST_CHECK;
/* Put the hash behind the name of every object that is to have one. */
void sl_kz_add_hashes(struct sl_kz *kz, struct sl_kz_map *m);
/* The ten characters kustomize puts behind the name of generated objects. */
void sl_kz_content_hash(struct sl_kz *kz, const struct sl_kz_resource *r, char ret[11]);

/* Where the stage's transformer finds its fields. */
struct sl_kz_fieldspecs sl_kz_stage_specs(const struct sl_kz_stage *s, enum sl_kz_config_list list);
/* One instance of the transformer has run: drop what it deleted, leave its mark. */
void sl_kz_stage_done(struct sl_kz_stage *s);
/* Where the stage's generator or transformer comes from. */
const struct sl_kz_origin *sl_kz_stage_origin(const struct sl_kz_stage *s);
/* The kustomization file of the stage. */
const struct sl_kz_origin *sl_kz_file_origin(const struct sl_kz_stage *s);

#endif
