/*
 * Cycles of spec.dependsOn: objects that wait for each other, and so for ever.
 *
 * The search goes breadth first from an object through what it depends on, so that the shortest cycle
 * through it is found. Objects of a cycle further up are not its members: their own conditions tell.
 *
 * Ownership: what is returned lives in the arena. Thread rule: pure.
 */
#ifndef KUSTOMIZE_CONTROLLER_CYCLE_H
#define KUSTOMIZE_CONTROLLER_CYCLE_H

#include "libcommon/base/arena.h"
#include "libcommon/codec/value.h"

/* Objects that are looked at; a cycle that takes more is not named. */
#define KC_CYCLE_OBJECTS_MAX 1000

/* spec.dependsOn of an object, valid as long as the arena of the search, or NULL. */
typedef const struct sl_value *(*kc_depends_on_fn)(void *ctx, struct sl_str namespace_,
						   struct sl_str name);

/*
 * "a -> b -> a" for the object that begins and ends it, or NULL when it is in no cycle. Names of other
 * namespaces than its own are written "namespace/name".
 */
const char *kc_cycle_find(struct sl_arena *a, struct sl_str namespace_, struct sl_str name,
			  kc_depends_on_fn depends_on, void *ctx);

#endif
