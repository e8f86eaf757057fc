/*
 * The tree of what a Kustomization manages, as a value and as text.
 *
 *   {resource: {Namespace, Name, GroupKind: {Group, Kind}}, resources: [the same, ...]}
 *
 * Nodes are the entries of status.inventory; below a Kustomization or HelmRelease stand those of its
 * own inventory, unless it manages another cluster. An object that is in an inventory but does not
 * exist (an inventory is written ahead of its objects) is a node without children, and so is one that
 * is its own ancestor.
 *
 * Thread rule: pure functions, but for the callback. Caps: SL_CLI_TREE_DEPTH_MAX, and those of
 * gitops/inventory.h. Source: the JSON of Flux's `tree` command.
 */
#ifndef CLI_REMOTE_TREEBUILD_H
#define CLI_REMOTE_TREEBUILD_H

#include "libcommon/base/strbuf.h"
#include "libcommon/codec/value.h"
#include "libcommon/kube/object.h"

#define SL_CLI_TREE_DEPTH_MAX 32 /* levels; below, nothing is asked for */

struct sl_cli_tree_options {
	bool compact; /* only resources of *.toolkit.fluxcd.io */
	/* The object, or NULL when it does not exist. */
	int (*find)(void *ctx, const struct sl_kube_kind *kind, struct sl_str namespace_,
		    struct sl_str name, const struct sl_value **ret_object, struct sl_err *err);
	void *ctx;
};

/* Errors: INVALID (a malformed inventory), what `find` returns. */
int sl_cli_tree_build(struct sl_arena *a, const struct sl_value *root,
		      const struct sl_cli_tree_options *options, struct sl_value **ret_tree,
		      struct sl_err *err) SL_MUST_CHECK;
/* "Kustomization/flux-system/apps", and below it its branches, drawn with boxes. */
void sl_cli_tree_text(const struct sl_value *tree, struct sl_strbuf *out);

#endif
