/*
 * Private to kustomize: one patch applied to one object, and what must survive it.
 *
 * Thread rule: one thread, that of the build.
 */
#ifndef LIBCOMMON_RENDER_KUSTOMIZE_PATCH_H
#define LIBCOMMON_RENDER_KUSTOMIZE_PATCH_H

#include "libcommon/render/kustomize/build.h"

struct sl_kz_patch_options {
	bool allow_name_change, allow_kind_change;
	/* Make the labels and annotations of the patch text first, null too; an empty map is none.
	 * So kustomize does with patchesStrategicMerge and for patches with a target. */
	bool text_metadata;
};

/* Merge a copy of `patch`; r->obj is NULL when it deletes the object. Name, namespace and kind stay
 * unless the options say otherwise. */
int sl_kz_patch_merge(struct sl_kz *kz, struct sl_kz_resource *r, const struct sl_value *patch,
		      struct sl_kz_patch_options options, struct sl_err *err) SL_MUST_CHECK;

/* The operations of an RFC 6902 patch in YAML or JSON, or NULL in *ret when it is not a list. */
int sl_kz_patch_parse_operations(struct sl_kz *kz, struct sl_str text, const char *file,
				 struct sl_value **ret, struct sl_err *err) SL_MUST_CHECK;
int sl_kz_patch_operations(struct sl_kz *kz, struct sl_kz_resource *r,
			   const struct sl_value *operations, struct sl_err *err) SL_MUST_CHECK;

#endif
