/*
 * Private to kustomize: field specs, the tables that say where names, labels, images … are.
 *
 * A path is made of field names parted by '/'; "\/" is a slash in a name; lists on the way are gone
 * through, every element. "name[]" says that the field is a list, and is never made. `create` lets
 * what is missing on the way be made; empty selectors match any group, version or kind.
 *
 * Thread rule: constant data; one thread for the walk.
 */
#ifndef LIBCOMMON_RENDER_KUSTOMIZE_FIELDSPEC_H
#define LIBCOMMON_RENDER_KUSTOMIZE_FIELDSPEC_H

#include "libcommon/render/kustomize/build.h"

struct sl_kz_fieldspec {
	const char *path;
	const char *kind, *group, *version; /* NULL matches all */
	bool create;
};

/* What a path makes at its end when it may. */
enum sl_kz_make {
	SL_KZ_MAKE_NOTHING,
	SL_KZ_MAKE_SCALAR, /* a null, which the setter replaces */
	SL_KZ_MAKE_MAP,
};

/* Called with the place of each value found; may put another value there. */
typedef int (*sl_kz_set_fn)(struct sl_kz *kz, struct sl_value **slot, void *arg,
			    struct sl_err *err);

/* Walk every path of `specs` that is meant for the object's kind. */
int sl_kz_fieldspecs_apply(struct sl_kz *kz, struct sl_value *obj,
			   const struct sl_kz_fieldspec *specs, size_t n, enum sl_kz_make make,
			   sl_kz_set_fn set, void *arg, struct sl_err *err) SL_MUST_CHECK;
bool sl_kz_fieldspec_matches(const struct sl_kz_fieldspec *spec, struct sl_str group,
			     struct sl_str version, struct sl_str kind);

/*
 * Set member `key` of each map found to `value`, a string. kustomize puts the same node in all places
 * of one object where the member is new, so that whoever changes one of them later changes all: an
 * overlay's label also reaches the selector that a base's commonLabels made. So do we.
 */
struct sl_kz_entry {
	struct sl_str key;
	struct sl_value *value; /* of this object only */
};
int sl_kz_set_entry(struct sl_kz *kz, struct sl_value **slot, void *entry,
		    struct sl_err *err) SL_MUST_CHECK;

/* Put a scalar in the place of another, in all places where that one stands. */
void sl_kz_replace_scalar(struct sl_value **slot, const struct sl_value *with);
/*
 * Give a scalar another text, in all places where it stands. It is in quotes where it was, and has no
 * type of its own: without quotes it is what its text reads as, see fieldpath.h.
 */
void sl_kz_set_scalar(struct sl_kz *kz, struct sl_value **slot, struct sl_str text);
/* The same of a member, which is made where it is not there: then in quotes where it needs them. */
void sl_kz_set_member(struct sl_kz *kz, struct sl_value *map, const char *key, struct sl_str text);

struct sl_kz_fieldspecs {
	const struct sl_kz_fieldspec *v;
	size_t n;
};
/* The specs of a user's list, checked by the decoder: group, version, kind, path, create of each. */
struct sl_kz_fieldspecs sl_kz_fieldspecs_parse(struct sl_kz *kz, const struct sl_value *list);

extern const struct sl_kz_fieldspecs sl_kz_label_specs;		 /* selectors included */
extern const struct sl_kz_fieldspecs sl_kz_template_label_specs; /* without selectors */
extern const struct sl_kz_fieldspecs sl_kz_claim_label_specs;
extern const struct sl_kz_fieldspecs sl_kz_metadata_label_specs;
extern const struct sl_kz_fieldspecs sl_kz_annotation_specs;
extern const struct sl_kz_fieldspecs sl_kz_namespace_specs;
extern const struct sl_kz_fieldspecs sl_kz_image_specs;
extern const struct sl_kz_fieldspecs sl_kz_replica_specs;
extern const struct sl_kz_fieldspecs sl_kz_var_specs;

#endif
