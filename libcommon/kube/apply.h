/*
 * Server-side apply of a set of objects, in stages.
 *
 *   stage 0  CustomResourceDefinition, Namespace, ClusterRole   then wait until ready
 *   stage 1  kinds whose name ends in "Class"                   then wait until ready
 *   stage 2  kinds of --custom-apply-stage-kinds
 *   stage 3  the rest
 *
 * A stage is first checked, then written. Checking dry-runs every object of the stage, several at a
 * time, and reads the live object of those that exist, unless the caller knows it to be the same as
 * the answer; nothing is written until all have passed, but for one preparation: taking fields over
 * from earlier field managers. Every error of the stage is reported, not just the first. Replacing
 * deletes what force allows to be made anew; the stage is then checked again. Writing applies what
 * differs, in the order below, objects of one kind together.
 *
 * Order within a stage: what others need comes first (definitions, namespaces, classes, accounts,
 * configuration, services, workloads), then other kinds by group and kind, webhooks last; ties by
 * namespace and name. Deletion goes the other way round.
 *
 * Waiting is not done here: the caller looks at the objects' health between stages, and calls again.
 * Calling again is always safe: what was applied compares as unchanged.
 *
 * Ownership: everything lives in the arena given. Thread rule: a plan belongs to one thread. Blocks
 * on the API server. Source: Kubernetes server-side apply; Flux's apply annotations, spec 7.5.
 */
#ifndef LIBCOMMON_KUBE_APPLY_H
#define LIBCOMMON_KUBE_APPLY_H

#include "libcommon/base/strvec.h"
#include "libcommon/kube/discovery.h"
#include "libcommon/kube/object.h"

#define SL_APPLY_STAGES 4
#define SL_APPLY_OBJECTS_MAX 20000

/* Who applies, and how. Borrowed, and immutable while in use. */
struct sl_applier {
	struct sl_kube_client *client;
	struct sl_discovery *discovery;
	const char *field_manager; /* "kustomize-controller" */
	const char *group;	   /* of the control keys: "kustomize.toolkit.fluxcd.io" */
	const char *user;	   /* impersonate, or NULL */
	const char *fair_key;	   /* namespace of the owner, or NULL */
	size_t concurrency;	   /* dry runs in flight, at least 1 */
	bool force;		   /* replace objects whose immutable fields changed */
	const struct sl_strvec *override_managers;  /* their fields are taken over; NULL: none */
	const struct sl_strvec *custom_stage_kinds; /* "group/Kind"; NULL: none */
	/*
	 * Had the object the sl_object_digest() of this answer to a dry run already, at the
	 * resourceVersion that the answer carries? Then it is not read. NULL: nothing is known.
	 */
	bool (*is_known)(void *ctx, const struct sl_value *answer, uint64_t digest);
	void *known_ctx;
};

enum sl_apply_action {
	SL_APPLY_UNKNOWN, /* not checked yet, or the check failed */
	SL_APPLY_CREATED,
	SL_APPLY_CONFIGURED,
	SL_APPLY_UNCHANGED,
	SL_APPLY_SKIPPED,   /* a control annotation says so */
	SL_APPLY_REPLACING, /* to be deleted by force, and applied once it is gone */
	SL_APPLY_DELETED,   /* of a prune */
};
/* "created", "configured" … as in events. */
const char *sl_apply_action_name(enum sl_apply_action action);

/* One object of the set. Strings and trees live in the plan's arena. */
struct sl_apply_target {
	struct sl_value *desired;	 /* normalised */
	const struct sl_kube_kind *kind; /* NULL until checked */
	enum sl_apply_action action;
	bool written;			/* the change of `action` was sent and accepted */
	struct sl_str uid;		/* of the live object, once known */
	struct sl_str resource_version; /* after our write, or as read */
	uint64_t digest;		/* sl_object_digest() of that version */
	const struct sl_value *live;	/* as last answered, or NULL */
	int stage;
	int rank;
};

struct sl_apply_plan {
	struct sl_apply_target *targets; /* in order of application, stage by stage */
	size_t n;
	size_t stage_begin[SL_APPLY_STAGES + 1]; /* targets of stage s: [begin[s], begin[s + 1]) */
	struct sl_strvec warnings; /* fields dropped because the API does not know them … */
};
#define SL_APPLY_PLAN_INIT \
	{ \
		0 \
	}
void sl_apply_plan_release(struct sl_apply_plan *p);

/*
 * Normalise (apply_object.h) and order the objects of a LIST; they are changed in place.
 * Errors: INVALID for an object without apiVersion, kind or name; TOO_LARGE.
 */
int sl_apply_plan_make(struct sl_arena *a, const struct sl_applier *ap, struct sl_value *objects,
		       struct sl_apply_plan *ret_plan, struct sl_err *err) SL_MUST_CHECK;

/* Keep only the targets that `wanted` says, in their order and stages. */
void sl_apply_plan_filter(struct sl_apply_plan *p,
			  bool (*wanted)(void *ctx, const struct sl_apply_target *target),
			  void *ctx);

/*
 * Check one stage. 0: every target has an action and none was refused; targets that are REPLACING
 * are to be deleted (sl_apply_replace), and gone before the stage is checked again. The error holds
 * all messages, one a line.
 */
int sl_apply_check(struct sl_arena *a, const struct sl_applier *ap, struct sl_apply_plan *plan,
		   int stage, struct sl_err *err) SL_MUST_CHECK;
/* Delete what the check found to be REPLACING and nobody deletes yet. All errors, one a line. */
int sl_apply_replace(struct sl_arena *a, const struct sl_applier *ap, struct sl_apply_plan *plan,
		     int stage, struct sl_err *err) SL_MUST_CHECK;
/* Write what the check found to differ. On an error the targets written so far say so. */
int sl_apply_write(struct sl_arena *a, const struct sl_applier *ap, struct sl_apply_plan *plan,
		   int stage, struct sl_err *err) SL_MUST_CHECK;

/* Is the control `name` ("reconcile", "prune", "ssa", "force") set to `value` on this object, as a
 * label or annotation "<group>/<name>", the value compared case-insensitively? */
bool sl_apply_control(const struct sl_value *object, const char *group, const char *name,
		      const char *value);

/* Position of a kind in the order of application; deletion sorts the other way round. */
int sl_apply_rank(struct sl_str kind);

/*
 * A 64-bit digest of what an object is: everything but status, managedFields and the metadata that
 * the server counts (resourceVersion, generation, uid, creationTimestamp, selfLink). Equal objects
 * have equal digests regardless of member order. For noticing change, not against forgery.
 */
uint64_t sl_object_digest(const struct sl_value *object);

#endif
