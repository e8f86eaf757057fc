/*
 * One run of a GitRepository's reconcile: what its steps share. See run.h for the frame.
 *
 *   decode -> storage -> authenticate -> resolve -> fetch -> archive
 *
 * resolve asks the remote for its refs, one small request, and ends the run when the artifact is what
 * the reference points at; everything behind it happens for a new revision or a changed spec only.
 *
 * Ownership: released by gitrepository.c at the end. Thread rule: a run belongs to one worker.
 */
#ifndef SOURCE_CONTROLLER_GITRUN_H
#define SOURCE_CONTROLLER_GITRUN_H

#include "source-controller/credentials.h"
#include "source-controller/gitarchive.h"
#include "source-controller/gitspec.h"
#include "source-controller/run.h"

#define SC_REASON_GIT_FAILED "GitOperationFailed"
#define SC_REASON_GIT_SUCCEEDED "GitOperationSucceeded"
#define SC_REASON_EMPTY_REPOSITORY "EmptyGitRepository"
#define SC_REASON_INVALID_PROVIDER "InvalidProviderConfiguration"

struct sc_git_run {
	struct sc_run base;
	struct sc_git_spec spec;
	struct sl_url url;

	struct sc_secret secret, proxy_secret; /* what `remote_options` points into */
	struct sl_git_remote_options remote_options;
	char *hint; /* or NULL */
	struct sl_git_remote *remote;
	struct sl_git_target target;

	struct sl_git_cache *cache;
	struct sl_git_submodules *modules;
	struct sl_git_oid commit;
	char *revision; /* "main@sha1:…" */
};

/* Of the run that `r` is part of. */
struct sc_git_run *sc_git_run(struct sc_run *r);

/* gitfetch.c */
enum sc_next sc_git_step_authenticate(struct sc_run *r);
enum sc_next sc_git_step_resolve(struct sc_run *r);
enum sc_next sc_git_step_fetch(struct sc_run *r);
/* Forget all objects; a failure is only logged. */
void sc_git_drop_cache(struct sc_git_run *g);

#endif
