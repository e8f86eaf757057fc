/*
 * Deleting what is managed no longer.
 *
 * Each object is read first and left alone unless the owner's labels are on it and nothing forbids
 * its deletion (controls prune: disabled, reconcile: disabled, ssa: Ignore). The DELETE carries the
 * uid and resourceVersion that were judged, so that an object which changed hands meanwhile is
 * judged again. An object that is gone counts as deleted; one whose kind is served no longer, which
 * discovery has confirmed, counts as gone too. So does an item that turns out to be an object that is
 * managed now under another id: it leaves the inventory, and the object stays.
 *
 * Thread rule and ownership as apply.h.
 */
#ifndef LIBCOMMON_KUBE_PRUNE_H
#define LIBCOMMON_KUBE_PRUNE_H

#include "libcommon/base/strmap.h"
#include "libcommon/kube/apply.h"

enum sl_prune_result {
	SL_PRUNE_FAILED,
	SL_PRUNE_DELETED, /* our DELETE was accepted; finalizers may keep it for a while */
	SL_PRUNE_GONE,	  /* was not there, or its kind is not, or it goes by another id now */
	SL_PRUNE_SKIPPED, /* forbidden, or somebody else's now */
};

struct sl_prune_item {
	struct sl_str group, version, kind, namespace_, name;
	enum sl_prune_result result; /* out */
	struct sl_str uid;	     /* out: of what was deleted */
	const void *entry;	     /* the caller's, to know it by after the sorting */
};

struct sl_prune_owner {
	const char *name, *namespace_;	 /* values of the labels "<group>/name" and "/namespace" */
	const struct sl_strmap *applied; /* uids of what is managed now, or NULL */
};

/*
 * Delete the items, last rank first; `items` are sorted in place. 0 when none failed; else the
 * error holds every message, one a line, and the failed items say so.
 */
int sl_prune(struct sl_arena *a, const struct sl_applier *ap, const struct sl_prune_owner *owner,
	     struct sl_prune_item *items, size_t n, struct sl_err *err) SL_MUST_CHECK;

#endif
