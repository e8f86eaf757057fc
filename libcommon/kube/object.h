/*
 * Objects and their REST paths: identities, kind mappings, the verbs.
 *
 * Thread rule: pure functions, or as thread-safe as the client they are given. Verbs block.
 * Source: Kubernetes API concepts; apimachinery meta/v1.
 */
#ifndef LIBCOMMON_KUBE_OBJECT_H
#define LIBCOMMON_KUBE_OBJECT_H

#include "libcommon/kube/client.h"

enum sl_kube_verb {
	SL_KUBE_CAN_GET = 1 << 0,
	SL_KUBE_CAN_LIST = 1 << 1,
	SL_KUBE_CAN_WATCH = 1 << 2,
	SL_KUBE_CAN_PATCH = 1 << 3,
	SL_KUBE_CAN_DELETE = 1 << 4,
	SL_KUBE_CAN_CREATE = 1 << 5,
};

/* One kind as the API server serves it. Strings live as long as whoever made it says. */
struct sl_kube_kind {
	const char *group;   /* "" for the core group */
	const char *version; /* "v1" */
	const char *kind;    /* "Deployment" */
	const char *plural;  /* "deployments" */
	bool namespaced;
	unsigned verbs; /* enum sl_kube_verb */
};

/* Which object: kind, namespace ("" or NULL when cluster-scoped), name. Borrowed strings. */
struct sl_kube_ref {
	const struct sl_kube_kind *kind;
	const char *namespace_;
	const char *name;
};

/* Views into an object; empty when absent. */
struct sl_str sl_obj_api_version(const struct sl_value *obj);
struct sl_str sl_obj_group(const struct sl_value *obj); /* of apiVersion: "" for "v1" */
struct sl_str sl_obj_version(const struct sl_value *obj);
struct sl_str sl_obj_kind(const struct sl_value *obj);
struct sl_str sl_obj_name(const struct sl_value *obj);
struct sl_str sl_obj_namespace(const struct sl_value *obj);
struct sl_str sl_obj_uid(const struct sl_value *obj);
struct sl_str sl_obj_resource_version(const struct sl_value *obj);
int64_t sl_obj_generation(const struct sl_value *obj);		/* 0 when absent */
int64_t sl_obj_observed_generation(const struct sl_value *obj); /* of status; -1 when absent */
bool sl_obj_is_deleting(const struct sl_value *obj);
struct sl_str sl_obj_label(const struct sl_value *obj, const char *key);
struct sl_str sl_obj_annotation(const struct sl_value *obj, const char *key);
bool sl_obj_has_annotation(const struct sl_value *obj, const char *key);
bool sl_obj_has_finalizer(const struct sl_value *obj, const char *finalizer);
/* "Kind/namespace/name", or "Kind/name" when cluster-scoped; in the arena. */
const char *sl_obj_subject(struct sl_arena *a, const struct sl_value *obj);
/* The condition of status.conditions with this type, or NULL. */
const struct sl_value *sl_obj_condition(const struct sl_value *obj, const char *type);

/*
 * Paths, percent-encoded, in the arena. `subresource` ("status") and `query` ("dryRun=All",
 * encoded by us) may be NULL; the namespace NULL or "" addresses all namespaces. A path that would be
 * absurdly long becomes "", which every verb refuses with SL_ERR_INVALID.
 */
const char *sl_kube_path(struct sl_arena *a, const struct sl_kube_kind *kind,
			 const char *namespace_, const char *name, const char *subresource,
			 const char *query);

/* Where verbs take them, NULL stands for all zero. */
struct sl_kube_verb_options {
	const char *user;     /* impersonate, or NULL */
	const char *fair_key; /* see struct sl_kube_request, or NULL */
	int64_t timeout_ms;   /* 0: default */
	bool dry_run;
	bool no_managed_fields; /* see struct sl_kube_request */
};

/*
 * A reference without a name is SL_ERR_INVALID, also for patch and delete: it would mean all objects.
 * Where `ret_object` is NULL the answer's body is not looked at.
 */
int sl_kube_get(struct sl_kube_client *c, const struct sl_kube_ref *ref,
		const struct sl_kube_verb_options *o, struct sl_arena *a,
		struct sl_value **ret_object, struct sl_err *err) SL_MUST_CHECK;
/*
 * Lists page by page (limit 500) into one LIST of items, each with apiVersion and kind, which the
 * server leaves out in lists. Begins anew once when the pages' snapshot expires in between.
 */
int sl_kube_list(struct sl_kube_client *c, const struct sl_kube_kind *kind, const char *namespace_,
		 const char *label_selector, const char *field_selector,
		 const struct sl_kube_verb_options *o, struct sl_arena *a,
		 struct sl_value **ret_items, struct sl_err *err) SL_MUST_CHECK;
int sl_kube_create(struct sl_kube_client *c, const struct sl_kube_ref *ref,
		   const struct sl_value *object, const char *field_manager,
		   const struct sl_kube_verb_options *o, struct sl_arena *a,
		   struct sl_value **ret_object, struct sl_err *err) SL_MUST_CHECK;
/* The request of sl_kube_create without waiting, as sl_kube_patch_start. */
struct sl_kube_call *sl_kube_create_start(struct sl_kube_client *c, const struct sl_kube_ref *ref,
					  const struct sl_value *object, const char *field_manager,
					  const struct sl_kube_verb_options *o, struct sl_arena *a);

enum sl_kube_patch { SL_KUBE_MERGE_PATCH, SL_KUBE_JSON_PATCH, SL_KUBE_APPLY_PATCH };
struct sl_kube_patch_options {
	enum sl_kube_patch type;
	const char *field_manager;
	const char *subresource; /* "status", or NULL */
	bool force;		 /* server-side apply: take fields over */
};
int sl_kube_patch(struct sl_kube_client *c, const struct sl_kube_ref *ref,
		  const struct sl_value *patch, const struct sl_kube_patch_options *p,
		  const struct sl_kube_verb_options *o, struct sl_arena *a,
		  struct sl_value **ret_object, struct sl_err *err) SL_MUST_CHECK;
/* The request of sl_kube_patch without waiting: for many in flight. Body lives in the arena. */
struct sl_kube_call *sl_kube_patch_start(struct sl_kube_client *c, const struct sl_kube_ref *ref,
					 const struct sl_value *patch,
					 const struct sl_kube_patch_options *p,
					 const struct sl_kube_verb_options *o, struct sl_arena *a);
struct sl_kube_call *sl_kube_get_start(struct sl_kube_client *c, const struct sl_kube_ref *ref,
				       const struct sl_kube_verb_options *o, struct sl_arena *a);

/* Set apiVersion and kind of an item of a LIST. */
void sl_kube_list_item(struct sl_arena *a, const struct sl_kube_kind *kind, struct sl_value *item);

/* Background, Foreground or Orphan propagation; uid and resourceVersion preconditions, NULL: none. */
struct sl_kube_delete_options {
	const char *propagation; /* NULL: "Background" */
	const char *uid;
	const char *resource_version;
};
int sl_kube_delete(struct sl_kube_client *c, const struct sl_kube_ref *ref,
		   const struct sl_kube_delete_options *d, const struct sl_kube_verb_options *o,
		   struct sl_err *err) SL_MUST_CHECK;

#endif
