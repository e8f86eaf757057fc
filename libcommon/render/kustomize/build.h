/*
 * Private to kustomize: the state of one build, and the ordered set of its resources.
 *
 * Thread rule: one thread, that of the build.
 */
#ifndef LIBCOMMON_RENDER_KUSTOMIZE_BUILD_H
#define LIBCOMMON_RENDER_KUSTOMIZE_BUILD_H

#include "libcommon/render/kustomize/kustomize.h"
#include "libcommon/render/kustomize/resource.h"

struct sl_kz {
	struct sl_arena *a;
	const struct sl_kustomize_fs *fs;
	struct sl_kustomize_options options;	   /* limits filled in */
	size_t files, bytes, patches;		   /* used so far */
	size_t arena_limit;			   /* of a->used */
	bool track_origin;			   /* buildMetadata of the root is not empty */
	bool track_transformations;		   /* it asks for them */
	const struct sl_kz_config *default_config; /* once it is needed */
	struct sl_kz_schema *schema;
	char **warnings;
	size_t warning_count, warning_cap;
};

/* Id -> resource, open addressing; ids are those at the time of insertion. */
struct sl_kz_index {
	struct sl_kz_index_slot *slots;
	size_t slot_count, n;
};

struct sl_kz_config;
struct sl_kz_var;

/* Resources in order, and what the kustomizations that they came from say about them. `index` is good until a transformer changes an id. */
struct sl_kz_map {
	struct sl_kz_resource **v;
	size_t n, cap;
	struct sl_kz_index index;
	bool indexed;
	const struct sl_kz_config *config; /* NULL: nothing yet */
	struct sl_kz_var *vars;		   /* declared, by name */
};

/* The resource whose current id equals `id`, or NULL. */
struct sl_kz_resource *sl_kz_map_find_current(struct sl_kz *kz, struct sl_kz_map *m,
					      const struct sl_kz_id *id);
/* At the end. SL_ERR_CONFLICT when its id is taken, SL_ERR_TOO_LARGE past the cap. */
int sl_kz_map_append(struct sl_kz *kz, struct sl_kz_map *m, struct sl_kz_resource *r,
		     struct sl_err *err) SL_MUST_CHECK;
int sl_kz_map_append_all(struct sl_kz *kz, struct sl_kz_map *m, const struct sl_kz_map *from,
			 struct sl_err *err) SL_MUST_CHECK;
/* Append, or replace or merge with the one that has this id, as r->behavior says: for generators. */
int sl_kz_map_absorb(struct sl_kz *kz, struct sl_kz_map *m, struct sl_kz_resource *r,
		     struct sl_err *err) SL_MUST_CHECK;
/* Base64, broken into lines of 70 when longer, as kustomize writes it into Secrets. */
struct sl_value *sl_kz_encode_secret(struct sl_arena *a, struct sl_str bytes);
/* Call after anything that may change an id. */
void sl_kz_map_touch(struct sl_kz_map *m);
/* Remove what patches have deleted. */
void sl_kz_map_drop_deleted(struct sl_kz_map *m);
/* SL_ERR_CONFLICT, naming both places, when two current ids are equal. */
int sl_kz_map_check_unique(struct sl_kz *kz, struct sl_kz_map *m, const char *what,
			   struct sl_err *err) SL_MUST_CHECK;

void sl_kz_warn(struct sl_kz *kz, const char *text);
/* SL_ERR_TOO_LARGE when the arena has grown past its cap. */
int sl_kz_check_memory(const struct sl_kz *kz, struct sl_err *err) SL_MUST_CHECK;

/* A build about to begin; `options` may be NULL. */
void sl_kz_init(struct sl_kz *kz, struct sl_arena *a, const struct sl_kustomize_fs *fs,
		const struct sl_kustomize_options *options);

struct sl_kz_objects {
	struct sl_value **v;
	size_t n;
};

/* Refuse a map, at any depth, of which a repeated key was left out. */
int sl_kz_check_repeated(const struct sl_value *v, struct sl_err *err) SL_MUST_CHECK;
/* Refuse what is no object: a map with a kind and, but for lists, a name. */
int sl_kz_check_object(struct sl_kz *kz, const struct sl_value *obj,
		       struct sl_err *err) SL_MUST_CHECK;
/* The objects of a YAML text: lists expanded, empty documents dropped, kind and name demanded. */
int sl_kz_decode_objects(struct sl_kz *kz, struct sl_str text, const char *file,
			 struct sl_kz_objects *ret, struct sl_err *err) SL_MUST_CHECK;
/* The same for patches, where the first of repeated keys counts. */
int sl_kz_decode_patches(struct sl_kz *kz, struct sl_str text, const char *file,
			 struct sl_kz_objects *ret, struct sl_err *err) SL_MUST_CHECK;
/* A float that JSON writes without a point is an integer where it is read again. */
void sl_kz_numbers_from_json(struct sl_kz *kz, struct sl_value *v);
/* The same as resources; no id may come twice. */
int sl_kz_decode_resources(struct sl_kz *kz, struct sl_str text, const char *file,
			   struct sl_kz_map *ret, struct sl_err *err) SL_MUST_CHECK;

#endif
