/*
 * Private to kustomize: putting the value of a replacement into the fields of one object.
 *
 * Thread rule: one thread, that of the build.
 */
#ifndef LIBCOMMON_RENDER_KUSTOMIZE_REPLACE_H
#define LIBCOMMON_RENDER_KUSTOMIZE_REPLACE_H

#include "libcommon/render/kustomize/fieldpath.h"

/* How a value is cut out of a source, or put into a target. */
struct sl_kz_replace_options {
	struct sl_str delimiter; /* empty: the whole value */
	int64_t index;		 /* of the part between delimiters */
	bool create;		 /* make fields that are not there */
};
/* `v` is a checked `options` of a replacement, or NULL. */
struct sl_kz_replace_options sl_kz_replace_options(const struct sl_value *v);

/* The part of `source` that is meant; `source` itself without a delimiter. SL_ERR_INVALID: no scalar,
 * or no such part. */
int sl_kz_replace_cut(struct sl_kz *kz, struct sl_value *source,
		      const struct sl_kz_replace_options *o, struct sl_value **ret,
		      struct sl_err *err) SL_MUST_CHECK;

/*
 * Put a copy of `value` into every field of `obj` that `path` names; a path may lead into a string
 * that holds YAML or JSON, which is then written anew. SL_ERR_INVALID when there is no such field.
 */
int sl_kz_replace_field(struct sl_kz *kz, struct sl_value *obj, struct sl_str path,
			const struct sl_value *value, const struct sl_kz_replace_options *o,
			struct sl_err *err) SL_MUST_CHECK;

#endif
