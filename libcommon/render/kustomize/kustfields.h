/*
 * Private to kustomize: the fields of a kustomization file, and the decoder that goes by them.
 *
 * Thread rule: constant data; the decoder is pure but for the arena.
 */
#ifndef LIBCOMMON_RENDER_KUSTOMIZE_KUSTFIELDS_H
#define LIBCOMMON_RENDER_KUSTOMIZE_KUSTFIELDS_H

#include "libcommon/render/kustomize/build.h"

enum sl_kz_field_type {
	SL_KZ_T_STRING,
	SL_KZ_T_BOOL,
	SL_KZ_T_INT,
	SL_KZ_T_STRINGS,    /* list of strings */
	SL_KZ_T_STRING_MAP, /* map of strings */
	SL_KZ_T_MAP,	    /* map of anything */
	SL_KZ_T_STRUCT,
	SL_KZ_T_STRUCTS, /* list of structures */
};

struct sl_kz_struct;

struct sl_kz_field {
	const char *name;
	enum sl_kz_field_type type;
	const struct sl_kz_struct *of; /* STRUCT, STRUCTS */
	bool embedded;		       /* STRING: never lax, see sl_kz_unknown */
};

struct sl_kz_struct {
	const char *name; /* what kustomize's decoder calls it, for messages */
	const struct sl_kz_field *fields;
	size_t n;
	bool strict; /* not lax, with all that is in it */
	/*
	 * Of a document: kustomize reads it by yaml.v3. Names count as they are spelled, null items of
	 * lists are left out, each scalar is text where that is wanted, and `yes` is a boolean.
	 */
	bool is_yaml;
};

extern const struct sl_kz_struct sl_kz_kustomization_struct;
extern const struct sl_kz_struct sl_kz_replacement_struct;
extern const struct sl_kz_struct sl_kz_config_struct; /* a file of `configurations` */
/* Parts of it that plugins have as well. */
extern const struct sl_kz_struct sl_kz_replacement_field_struct;
extern const struct sl_kz_struct sl_kz_meta_struct;
extern const struct sl_kz_struct sl_kz_field_spec_struct;
extern const struct sl_kz_struct sl_kz_selector_struct;
extern const struct sl_kz_struct sl_kz_patch_options_struct;
extern const struct sl_kz_struct sl_kz_image_struct;
extern const struct sl_kz_struct sl_kz_replica_struct;
extern const struct sl_kz_struct sl_kz_config_map_struct;
extern const struct sl_kz_struct sl_kz_secret_struct;

/*
 * What becomes of a field that is not in the tables. Lax is to take numbers and booleans for strings,
 * as sigs.k8s.io/yaml does it: not for fields of structures that are embedded in Go.
 */
enum sl_kz_unknown {
	SL_KZ_UNKNOWN_REFUSE,
	SL_KZ_UNKNOWN_REFUSE_LAX,
	SL_KZ_UNKNOWN_KEEP,
	SL_KZ_UNKNOWN_KEEP_LAX,
	SL_KZ_UNKNOWN_WARN, /* and drop */
	SL_KZ_UNKNOWN_WARN_LAX,
};

/*
 * A copy of `doc`, a map or null, in which every field has its canonical name and its type, nulls are
 * gone and null items are zero values or, with `is_yaml`, gone too; strings are shared with `doc`.
 * `what` names the document in messages and is what it is decoded as. Errors: SL_ERR_INVALID.
 */
int sl_kz_decode_struct(struct sl_kz *kz, const struct sl_kz_struct *what,
			const struct sl_value *doc, enum sl_kz_unknown unknown,
			struct sl_value **ret, struct sl_err *err) SL_MUST_CHECK;
int sl_kz_decode_kustomization(struct sl_kz *kz, const struct sl_value *doc,
			       enum sl_kz_unknown unknown, struct sl_value **ret,
			       struct sl_err *err) SL_MUST_CHECK;

#endif
