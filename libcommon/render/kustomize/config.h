/*
 * Private to kustomize: where names, labels, references … are in objects, as far as a kustomization
 * and those below it say so beside the defaults (`configurations`, `crds`).
 *
 * A configuration is never changed once it is made: merging makes a new one, which shares lists with
 * both. NULL is the empty one.
 *
 * Limits: SL_KZ_CONFIG_SPECS_MAX entries in a list. Thread rule: one thread, that of the build.
 */
#ifndef LIBCOMMON_RENDER_KUSTOMIZE_CONFIG_H
#define LIBCOMMON_RENDER_KUSTOMIZE_CONFIG_H

#include "libcommon/render/kustomize/loader.h"
#include "libcommon/render/kustomize/nameref.h"

#define SL_KZ_CONFIG_SPECS_MAX 20000

enum sl_kz_config_list {
	SL_KZ_SPECS_NAME_PREFIX,
	SL_KZ_SPECS_NAME_SUFFIX,
	SL_KZ_SPECS_NAMESPACE,
	SL_KZ_SPECS_COMMON_LABELS,
	SL_KZ_SPECS_LABELS, /* of every item of `labels` */
	SL_KZ_SPECS_TEMPLATE_LABELS,
	SL_KZ_SPECS_CLAIM_LABELS,
	SL_KZ_SPECS_ANNOTATIONS,
	SL_KZ_SPECS_VARS,
	SL_KZ_SPECS_IMAGES,
	SL_KZ_SPECS_REPLICAS,
	SL_KZ_SPECS_COUNT,
};

struct sl_kz_config {
	struct sl_kz_fieldspecs lists[SL_KZ_SPECS_COUNT];
	const struct sl_kz_backref *references;
	size_t reference_n;
};

/* What holds for every kustomization. */
const struct sl_kz_config *sl_kz_config_default(struct sl_kz *kz);

/*
 * What `x` says, and what `y` says beside it. Either may be NULL. SL_ERR_CONFLICT when they differ in
 * whether a field is to be made.
 */
int sl_kz_config_merge(struct sl_kz *kz, const struct sl_kz_config *x, const struct sl_kz_config *y,
		       const struct sl_kz_config **ret, struct sl_err *err) SL_MUST_CHECK;
/* Put `spec` behind `list` unless it says nothing new. */
int sl_kz_specs_add(struct sl_kz *kz, struct sl_kz_fieldspecs *list,
		    const struct sl_kz_fieldspec *spec, struct sl_err *err) SL_MUST_CHECK;
/* The same with every spec of `more`. */
int sl_kz_specs_add_all(struct sl_kz *kz, struct sl_kz_fieldspecs *list,
			struct sl_kz_fieldspecs more, struct sl_err *err) SL_MUST_CHECK;

/* In the order of kinds, which decides what says something new. */
void sl_kz_specs_sort(struct sl_kz *kz, struct sl_kz_fieldspecs *list);

/* The files of `configurations` and of `crds`, merged; NULL when the lists are empty. */
int sl_kz_config_load(struct sl_kz *kz, const struct sl_kz_dir *dir, const struct sl_value *files,
		      const struct sl_kz_config **ret, struct sl_err *err) SL_MUST_CHECK;
int sl_kz_config_load_crds(struct sl_kz *kz, const struct sl_kz_dir *dir,
			   const struct sl_value *files, const struct sl_kz_config **ret,
			   struct sl_err *err) SL_MUST_CHECK;

#endif
