/*
 * Private to kustomize: one object on its way through a build, and its identity.
 *
 * A resource remembers the ids it had before each change of name, namespace or kind, because patches
 * and references name objects as they were written. What kustomize keeps in internal annotations is
 * kept beside the object here, so that a patch cannot destroy it.
 *
 * Thread rule: one thread, that of the build.
 */
#ifndef LIBCOMMON_RENDER_KUSTOMIZE_RESOURCE_H
#define LIBCOMMON_RENDER_KUSTOMIZE_RESOURCE_H

#include "libcommon/codec/value.h"

struct sl_kz;
struct sl_kz_origin;

/* Views into the object or the arena: valid until the object's next change. */
struct sl_kz_id {
	struct sl_str group, version, kind, name, ns;
	bool cluster; /* known to have no namespace */
};

/* A former id: group and version are those the object has now. */
struct sl_kz_prev {
	struct sl_str ns; /* effective */
	struct sl_str name, kind;
};

struct sl_kz_strs {
	struct sl_str *v;
	size_t n, cap;
};

enum sl_kz_behavior {
	SL_KZ_CREATE,
	SL_KZ_REPLACE,
	SL_KZ_MERGE,
};

struct sl_kz_resource {
	struct sl_value *obj; /* NULL once deleted by a patch */
	struct sl_kz_prev *prev;
	size_t prev_n, prev_cap;
	struct sl_kz_strs prefixes, suffixes;
	struct sl_kz_strs vars; /* names of vars that mean a field of it */
	const struct sl_kz_origin *origin;
	const struct sl_kz_origin **transformations;
	size_t transformation_n, transformation_cap;
	enum sl_kz_behavior behavior;
	bool needs_hash, generated;
	bool from_chart; /* Helm has set its namespace */
};

#define SL_KZ_NO_NAMESPACE "_non_namespaceable_"

/* The text of a scalar as it was written, "" for null, lists, maps and NULL. */
struct sl_str sl_kz_text(struct sl_arena *a, const struct sl_value *v);
/* NULL, null, an empty map or an empty list. */
bool sl_kz_is_empty(const struct sl_value *v);

/* Split "group/version"; without a slash all of it is the version. */
void sl_kz_split_api_version(struct sl_str api_version, struct sl_str *ret_group,
			     struct sl_str *ret_version);
/* One of the built-in kinds without namespace. */
bool sl_kz_kind_is_cluster_scoped(struct sl_str api_version, struct sl_str kind);

struct sl_kz_id sl_kz_current_id(const struct sl_kz *kz, const struct sl_kz_resource *r);
struct sl_kz_id sl_kz_prev_id(const struct sl_kz *kz, const struct sl_kz_resource *r, size_t index);
/* The oldest previous id, or the current one. */
struct sl_kz_id sl_kz_original_id(const struct sl_kz *kz, const struct sl_kz_resource *r);
struct sl_str sl_kz_effective_ns(const struct sl_kz_id *id);
bool sl_kz_gvk_equal(const struct sl_kz_id *x, const struct sl_kz_id *y);
/* The same group, version, kind, name and effective namespace. */
bool sl_kz_id_equal(const struct sl_kz_id *x, const struct sl_kz_id *y);
/* "Deployment.v1.apps/name.namespace", in the arena: kustomize's notation in messages. */
const char *sl_kz_id_text(struct sl_arena *a, const struct sl_kz_id *id);
/* True when any id, former or current, equals `id`. */
bool sl_kz_has_id(const struct sl_kz *kz, const struct sl_kz_resource *r,
		  const struct sl_kz_id *id);
/* Empty selector fields match everything. */
bool sl_kz_id_selected(const struct sl_kz_id *id, const char *group, const char *version,
		       const char *kind);

struct sl_str sl_kz_name(const struct sl_kz *kz, const struct sl_kz_resource *r);
struct sl_str sl_kz_namespace(const struct sl_kz *kz, const struct sl_kz_resource *r);
struct sl_str sl_kz_kind(const struct sl_kz *kz, const struct sl_kz_resource *r);

/*
 * The text as kustomize puts it in the place of the scalar `old`, which may be NULL: in quotes where
 * that had some, else of the type that the text has.
 */
struct sl_value *sl_kz_scalar_like(struct sl_kz *kz, const struct sl_value *old,
				   struct sl_str text);

/* True when go-yaml v2 would read a line as something else than text: kustomize puts it in quotes then. */
bool sl_kz_needs_quotes(struct sl_str text);
/* A string that kustomize makes: in quotes where it needs them, or a block where it has several lines. */
struct sl_value *sl_kz_new_text(struct sl_arena *a, struct sl_str text);

void sl_kz_store_previous_id(struct sl_kz *kz, struct sl_kz_resource *r);
void sl_kz_set_name(struct sl_kz *kz, struct sl_kz_resource *r, struct sl_str name);
/* "" removes it. */
void sl_kz_set_namespace(struct sl_kz *kz, struct sl_kz_resource *r, struct sl_str ns);
void sl_kz_set_kind(struct sl_kz *kz, struct sl_kz_resource *r, struct sl_str kind);

void sl_kz_strs_add(struct sl_arena *a, struct sl_kz_strs *l, struct sl_str s);
/* True when the shorter list is how the longer one ends; an empty list equals only an empty one. */
bool sl_kz_strs_same_ending(const struct sl_kz_strs *x, const struct sl_kz_strs *y);
void sl_kz_add_transformation(struct sl_kz *kz, struct sl_kz_resource *r,
			      const struct sl_kz_origin *o);

/*
 * kustomize keeps former ids, and how an object was generated, in annotations: where there are such,
 * make the map that it has then.
 */
void sl_kz_need_annotations(struct sl_kz *kz, struct sl_kz_resource *r);
/*
 * Annotations as kustomize leaves them when it has put all of them back: strings of their own, that no
 * other place shares.
 */
void sl_kz_remake_annotations(struct sl_kz *kz, struct sl_kz_resource *r);

/*
 * Labels and annotations as kustomize reads them, which takes a list for a map without looking: two items
 * are a key and its value. Of anything else there are none.
 */
struct sl_kz_pair {
	struct sl_str key;
	const struct sl_value *value;
};
size_t sl_kz_pair_count(const struct sl_value *v);
struct sl_kz_pair sl_kz_pair_at(struct sl_kz *kz, const struct sl_value *v, size_t i);

/*
 * SL_ERR_INVALID, "wrong node kind: …", unless `v`, which is in the field of that path, is a map, null or
 * absent (NULL); or a scalar, null or absent.
 */
int sl_kz_check_map(const struct sl_value *v, const char *path, struct sl_err *err) SL_MUST_CHECK;
int sl_kz_check_scalar(const struct sl_value *v, const char *path,
		       struct sl_err *err) SL_MUST_CHECK;

/* A fresh resource around `obj`. */
struct sl_kz_resource *sl_kz_resource_new(struct sl_kz *kz, struct sl_value *obj);

#endif
