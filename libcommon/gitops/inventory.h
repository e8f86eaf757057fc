/*
 * Inventory: the ids of what a Kustomization manages, as its status stores them.
 *
 *   id  "<namespace>_<name>_<group>_<kind>", empty parts for none:
 *       "default_podinfo_apps_Deployment", "_admin_rbac.authorization.k8s.io_ClusterRole"
 *   v   API version without its group: "v1"
 *
 * A ":" in the name of an RBAC object is written "__". Parsing takes the namespace up to the first
 * "_", kind and group from the right, and the name between them with "__" turned into ":". Two
 * entries are the same object when their ids are equal; the version may differ.
 *
 * Ownership: entries own nothing, their strings live in the arena given. Thread rule: pure.
 * Cap: SL_INVENTORY_MAX entries. Source: fluxcd Kustomization API, status.inventory.
 */
#ifndef LIBCOMMON_GITOPS_INVENTORY_H
#define LIBCOMMON_GITOPS_INVENTORY_H

#include "libcommon/codec/value.h"

#define SL_INVENTORY_MAX 20000

struct sl_inventory_entry {
	struct sl_str id, version;
	struct sl_str namespace_, name, group, kind; /* parsed from the id */
};

struct sl_inventory {
	struct sl_inventory_entry *entries; /* in order of application */
	size_t n, cap;
	uint32_t *slots; /* index by id, once there are many: entry number + 1, 0 is free */
	size_t slot_count;
};
#define SL_INVENTORY_INIT \
	{ \
		0 \
	}

/* From status.inventory ({entries: [{id, v}]}); NULL gives the empty one. Malformed ids are errors. */
int sl_inventory_load(struct sl_arena *a, const struct sl_value *inventory,
		      struct sl_inventory *ret_inventory, struct sl_err *err) SL_MUST_CHECK;
/* The value for status.inventory. */
struct sl_value *sl_inventory_dump(struct sl_arena *a, const struct sl_inventory *inv);

/* Parse one id; false when it is malformed. Views into `id`, the name copied where "__" occurs. */
bool sl_inventory_parse_id(struct sl_arena *a, struct sl_str id,
			   struct sl_inventory_entry *ret_entry);
/* The entry of an object (apiVersion, kind, metadata.namespace and name). */
struct sl_inventory_entry sl_inventory_entry_of(struct sl_arena *a, const struct sl_value *object);

/* Append unless an entry with this id is there; then its version is replaced. */
void sl_inventory_add(struct sl_arena *a, struct sl_inventory *inv,
		      const struct sl_inventory_entry *entry);
const struct sl_inventory_entry *sl_inventory_find(const struct sl_inventory *inv,
						   struct sl_str id);
/* Entries of `old` whose id `now` lacks, in old's order: what is to be pruned. */
void sl_inventory_stale(struct sl_arena *a, const struct sl_inventory *old,
			const struct sl_inventory *now, struct sl_inventory *ret_stale);
/* Every entry of `now`, then those of `old` it lacks: what is written ahead of an apply. */
void sl_inventory_union(struct sl_arena *a, const struct sl_inventory *old,
			const struct sl_inventory *now, struct sl_inventory *ret_all);
/* "Kind/namespace/name" as in events. */
const char *sl_inventory_subject(struct sl_arena *a, const struct sl_inventory_entry *e);

#endif
