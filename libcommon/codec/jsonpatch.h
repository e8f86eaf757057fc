/*
 * JSON patch, RFC 6902: a list of add, remove, replace, move, copy and test operations.
 *
 * Two sets of rules, because the one that kustomization authors rely on is laxer than the RFC:
 *
 *   SL_JSONPATCH_RFC        the RFC to the letter
 *   SL_JSONPATCH_KUSTOMIZE  as kustomize applies patches (evanphx/json-patch v4): `replace` of a
 *                           missing member adds it, negative indices count from the end (-1 of `add`
 *                           appends), indices may have leading zeros or '+', a missing "value" is
 *                           null, `test` for null passes on a missing member, `copy` of a missing
 *                           member copies null
 *
 * In both, `remove` and `move` from what is not there, and `add` below a missing parent, are errors,
 * `add` and `replace` of "" give a new document, and a path must begin with '/'.
 *
 * Thread rule: pure functions. Caps: SL_JSONPATCH_*; the nodes bound what repeated copying can do.
 */
#ifndef LIBCOMMON_CODEC_JSONPATCH_H
#define LIBCOMMON_CODEC_JSONPATCH_H

#include "libcommon/codec/value.h"

#define SL_JSONPATCH_OPS_MAX 10000
#define SL_JSONPATCH_NODES_MAX 1000000 /* added by the patch */
#define SL_JSONPATCH_DEPTH_MAX 512     /* of the outcome */

enum sl_jsonpatch_rules {
	SL_JSONPATCH_RFC,
	SL_JSONPATCH_KUSTOMIZE,
};

/*
 * Apply `patch`, a list of operations, to `doc`. The outcome is a tree of its own in the arena: neither
 * `doc` nor `patch` is changed or shared, so that a patch serves many documents.
 *
 * Errors: SL_ERR_INVALID for a malformed patch, SL_ERR_NOT_FOUND for a path that leads nowhere,
 * SL_ERR_CONFLICT for a failed test, SL_ERR_TOO_LARGE. The message names the operation's index
 * (from 0), its kind and its path; the origin is the operation's line where the patch has one.
 */
int sl_jsonpatch_apply(struct sl_arena *a, const struct sl_value *doc, const struct sl_value *patch,
		       enum sl_jsonpatch_rules rules, struct sl_value **ret_doc,
		       struct sl_err *err) SL_MUST_CHECK;

#endif
