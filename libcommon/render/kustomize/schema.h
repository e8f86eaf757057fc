/*
 * Private to kustomize: what is known of the types of objects: which of their lists merge, and which
 * kinds have no namespace. It is the compiled-in schema, or that of an `openapi` field.
 *
 * The first kustomization on the way that has an `openapi` chooses for the whole build, as in
 * kustomize: the root before all others. A schema of the user's takes the place of the compiled-in
 * one; only when that one had been asked before (by a patch, or by a kind that nobody knows) it goes
 * on counting beside it.
 *
 * Limits: those of codec/yaml.h, and SL_KZ_SCHEMA_REFS_MAX references in a row.
 * Thread rule: one thread, that of the build.
 */
#ifndef LIBCOMMON_RENDER_KUSTOMIZE_SCHEMA_H
#define LIBCOMMON_RENDER_KUSTOMIZE_SCHEMA_H

#include "libcommon/render/kustomize/smp_list.h"

#define SL_KZ_SCHEMA_REFS_MAX 32

struct sl_kz_schema {
	bool chosen; /* by an `openapi` field */
	const struct sl_value
		*types; /* of the user's schema: "apiVersion kind" -> schema; NULL: none */
	const struct sl_value *definitions;
	const struct sl_value *scopes; /* "apiVersion kind" -> true when in a namespace */
	bool asked;		       /* the compiled-in schema */
	bool started;		       /* the user's schema has been asked */
	bool both;		       /* and the compiled-in one counts too */
};

/* What is known of one value: nothing (`known` false), or its place in a schema. */
struct sl_kz_type {
	bool known;
	uint16_t node, keys;	    /* in the compiled-in schema */
	const struct sl_value *own; /* in the user's */
};

/* Go by the OpenAPI document `doc` from now on. Errors: SL_ERR_INVALID. */
int sl_kz_schema_use(struct sl_arena *a, struct sl_kz_schema *s, const struct sl_value *doc,
		     struct sl_err *err) SL_MUST_CHECK;

/* The type that apiVersion and kind of `obj` name. `s` may be NULL: the compiled-in schema alone. */
struct sl_kz_type sl_kz_type_of(struct sl_arena *a, struct sl_kz_schema *s,
				const struct sl_value *obj);
struct sl_kz_type sl_kz_type_field(const struct sl_kz_schema *s, struct sl_kz_type t,
				   struct sl_str field);
/* Of the elements of a list of type `t`. */
struct sl_kz_type sl_kz_type_element(const struct sl_kz_schema *s, struct sl_kz_type t);
/* True when a list of this type merges; *ret are the keys, one without name for a set of scalars. */
bool sl_kz_type_merges(struct sl_kz_type t, struct sl_kz_keys *ret);

/* A kind that certainly has no namespace. Kinds that nobody knows count as namespaced. */
bool sl_kz_schema_is_cluster_scoped(struct sl_arena *a, struct sl_kz_schema *s,
				    struct sl_str api_version, struct sl_str kind);

#endif
