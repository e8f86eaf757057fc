/*
 * JSON merge patch, RFC 7386: maps are merged, null removes, everything else (lists too) replaces.
 *
 * Thread rule: pure functions. Outcomes are trees of their own in the arena; inputs are not changed.
 */
#ifndef LIBCOMMON_CODEC_MERGEPATCH_H
#define LIBCOMMON_CODEC_MERGEPATCH_H

#include "libcommon/codec/value.h"

/* `doc` (NULL: absent) with `patch` merged in. Never NULL. */
struct sl_value *sl_mergepatch_apply(struct sl_arena *a, const struct sl_value *doc,
				     const struct sl_value *patch);
/*
 * The smallest patch that makes `to` of `from`: the empty map when they are equal. A map inside `to`
 * cannot keep a null member, as null means removal; a list that differs is sent whole.
 */
struct sl_value *sl_mergepatch_create(struct sl_arena *a, const struct sl_value *from,
				      const struct sl_value *to);

#endif
