/*
 * `build kustomization`: what kustomize-controller would make of a directory, on this machine.
 *
 * Shared by both programs: `sluice` builds with --dry-run, without a cluster; `sluice-remote` lends it
 * the cluster through callbacks. Nothing is written to the directory.
 *
 * Secrets: what is encrypted with SOPS is not decrypted but masked.
 *
 * Memory: in the arena given. Thread rule: one thread at a time; blocks on disk.
 * Source: `flux build kustomization` 2.9.5 and its output.
 */
#ifndef CLI_BUILD_H
#define CLI_BUILD_H

#include "cli/args.h"
#include "libcommon/base/strbuf.h"
#include "libcommon/codec/value.h"

#define SL_CLI_BUILD_DEPTH_MAX 32 /* Kustomizations in each other, with --recursive */

struct sl_cli_cluster {
	void *ctx;
	/* The Kustomization as it is in the cluster; SL_ERR_NOT_FOUND when it is not there. */
	int (*find)(void *ctx, const char *namespace_, const char *name,
		    struct sl_value **ret_object, struct sl_err *err);
	/* The variables of spec.postBuild: see sl_variables_load(). */
	int (*variables)(void *ctx, const char *namespace_, const struct sl_value *post_build,
			 struct sl_value **ret_vars, struct sl_err *err);
};

/* What is wrong with the command line, before anything is asked of a cluster. */
int sl_cli_build_check(const struct sl_cli_args *args, struct sl_err *err) SL_MUST_CHECK;

/*
 * Build what `args` ask for and append it to `out` as YAML, each document followed by "---".
 * `cluster` is NULL for --dry-run. Messages are relative to the working directory.
 */
int sl_cli_build(struct sl_arena *a, const struct sl_cli_args *args, const char *namespace_,
		 const struct sl_cli_cluster *cluster, struct sl_strbuf *out,
		 struct sl_err *err) SL_MUST_CHECK;

#endif
