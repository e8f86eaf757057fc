/*
 * Conditions: operations on status.conditions of an object that a run is building.
 *
 * They work on a private, mutable copy of the object (sl_value_copy of what the store gave), in the
 * run's arena. Nothing is sent; see status.h.
 *
 * Rules (Flux's, source.md section 3.3). Setting a condition writes type, status, reason, message and
 * observedGeneration = metadata.generation; lastTransitionTime (UTC, whole seconds) moves when
 * status, reason or message changes. The list is kept in the order Stalled, Reconciling, Ready, then
 * by observedGeneration descending and type ascending. Messages over SL_CONDITION_MESSAGE_MAX bytes
 * are cut at a character's border so that they end within it with "...".
 *
 * Thread rule: one thread at a time, as the tree. No errors: a status that is no map, or conditions
 * that are no list, are replaced.
 */
#ifndef LIBCOMMON_GITOPS_CONDITIONS_H
#define LIBCOMMON_GITOPS_CONDITIONS_H

#include <stdbool.h>

#include "libcommon/codec/value.h"
#include "libcommon/gitops/api.h"

#define SL_CONDITION_MESSAGE_MAX 32768

enum sl_cond_status { SL_COND_FALSE, SL_COND_TRUE, SL_COND_UNKNOWN };

/* What a condition says. Views into the tree; empty when absent. */
struct sl_condition {
	enum sl_cond_status status;
	struct sl_str reason;
	struct sl_str message;
	int64_t observed_generation;
};

/* False when there is none, and then *ret_condition (may be NULL) is untouched. */
bool sl_cond_get(const struct sl_value *object, const char *type,
		 struct sl_condition *ret_condition);
bool sl_cond_has(const struct sl_value *object, const char *type);
bool sl_cond_is_true(const struct sl_value *object, const char *type);
bool sl_cond_is_false(const struct sl_value *object, const char *type);
bool sl_cond_is_unknown(const struct sl_value *object, const char *type); /* also when absent */
/* Reason and message, empty when absent. */
struct sl_str sl_cond_reason(const struct sl_value *object, const char *type);
struct sl_str sl_cond_message(const struct sl_value *object, const char *type);

void sl_cond_set(struct sl_arena *a, struct sl_value *object, const char *type,
		 enum sl_cond_status status, const char *reason, struct sl_str message);
void sl_cond_true(struct sl_arena *a, struct sl_value *object, const char *type, const char *reason,
		  const char *fmt, ...) __attribute__((format(printf, 5, 6)));
void sl_cond_false(struct sl_arena *a, struct sl_value *object, const char *type,
		   const char *reason, const char *fmt, ...) __attribute__((format(printf, 5, 6)));
void sl_cond_unknown(struct sl_arena *a, struct sl_value *object, const char *type,
		     const char *reason, const char *fmt, ...)
	__attribute__((format(printf, 5, 6)));
/* Reconciling=True and no Stalled; Stalled=True and no Reconciling. */
void sl_cond_reconciling(struct sl_arena *a, struct sl_value *object, const char *reason,
			 const char *fmt, ...) __attribute__((format(printf, 4, 5)));
void sl_cond_stalled(struct sl_arena *a, struct sl_value *object, const char *reason,
		     const char *fmt, ...) __attribute__((format(printf, 4, 5)));
/* False when it was not there. */
bool sl_cond_delete(struct sl_value *object, const char *type);

/*
 * Sort a list of conditions into the order above, in place; for lists put together elsewhere.
 */
void sl_cond_sort(struct sl_value *conditions);

/*
 * Progress: Reconciling=True with this reason and message; Ready turns Unknown only where it is
 * missing or Unknown already, or, with `drift`, always (a new revision was found).
 */
void sl_cond_progress(struct sl_arena *a, struct sl_value *object, bool drift, const char *reason,
		      const char *fmt, ...) __attribute__((format(printf, 5, 6)));

/*
 * Sum other conditions up into Ready: the first listed of the best group that has a member, where the
 * groups are: negative polarity True (Ready False), positive False (False), positive True (True),
 * negative False (True), Unknown (Unknown). Reason and message come from that condition. With no
 * condition listed present, Ready is left alone.
 */
struct sl_cond_summary {
	const char *const *order;    /* types by priority, ends with NULL */
	const char *const *negative; /* those of negative polarity, ends with NULL */
};
void sl_cond_summarize(struct sl_arena *a, struct sl_value *object,
		       const struct sl_cond_summary *summary);

#endif
