/*
 * Private to kustomize: the dotted paths by which replacements and vars name fields.
 *
 * Parts are parted by '.'; "\." is a dot in a name, and so is a dot within "[...]". A part is
 *   name          a field of a map
 *   7             an element of a list, from 0; in a look-up "-" is the last one
 *   [key=value]   the elements of a list whose field is `value`; "[=value]" those that are `value`
 *   *             every element of a list (not in a look-up)
 * A look-up compares values as text and finds one node. A match takes them for regular expressions
 * that may match anywhere in the value, finds any number of nodes, and looks into YAML or JSON kept
 * in a string: what it finds there is a copy.
 *
 * Text is that of the scalar as it was written: `[port=0x50]` means a port written that way.
 *
 * Limits: SL_KZ_FIELD_PATH_MAX parts. Errors: SL_ERR_INVALID (a part that does not fit the value).
 * Thread rule: one thread, that of the build.
 */
#ifndef LIBCOMMON_RENDER_KUSTOMIZE_FIELDPATH_H
#define LIBCOMMON_RENDER_KUSTOMIZE_FIELDPATH_H

#include "libcommon/render/kustomize/build.h"

#define SL_KZ_FIELD_PATH_MAX 256

struct sl_kz_field_path {
	const struct sl_str *v;
	size_t n;
};

int sl_kz_field_path_split(struct sl_kz *kz, struct sl_str path, struct sl_kz_field_path *ret,
			   struct sl_err *err) SL_MUST_CHECK;

/* *ret is the node at `path`, or NULL when there is none. */
int sl_kz_field_lookup(struct sl_kz *kz, struct sl_value *v, struct sl_kz_field_path path,
		       struct sl_value **ret, struct sl_err *err) SL_MUST_CHECK;

/* What a match makes of parts that are not there. */
enum sl_kz_field_make {
	SL_KZ_FIELD_FIND, /* nothing */
	SL_KZ_FIELD_MAKE_SCALAR,
	SL_KZ_FIELD_MAKE_LIST,
	SL_KZ_FIELD_MAKE_MAP,
};

struct sl_kz_fields {
	struct sl_value **v;
	size_t n, cap;
};

/* Add all nodes at `path` to `ret`; on failure some parts may have been made. */
int sl_kz_field_match(struct sl_kz *kz, struct sl_value *v, struct sl_kz_field_path path,
		      enum sl_kz_field_make make, struct sl_kz_fields *ret,
		      struct sl_err *err) SL_MUST_CHECK;

/* The text of a scalar as it was written, nulls too; "" for lists and maps. */
struct sl_str sl_kz_field_text(const struct sl_kz *kz, const struct sl_value *v);

/*
 * Give the scalar `v` another text, in all places where it stands. It keeps its type: SL_ERR_INVALID
 * when the text is none of that type.
 */
int sl_kz_field_set_text(struct sl_kz *kz, struct sl_value *v, struct sl_str text,
			 struct sl_err *err) SL_MUST_CHECK;
/* Let a scalar that is no string take the type of whatever text it is given. */
void sl_kz_field_forget_type(struct sl_kz *kz, struct sl_value *v);
/* What YAML reads from the text without quotes. */
struct sl_value *sl_kz_field_plain(struct sl_kz *kz, struct sl_str text);
/* The same, but text until it is written, see sl_yaml_read_back(): what kustomize makes without a tag. */
struct sl_value *sl_kz_field_untyped(struct sl_kz *kz, struct sl_str text);

#endif
