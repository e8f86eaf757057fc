/*
 * The spellings in which a kustomization names a repository: what to clone, and where in it.
 *
 *   https://github.com/org/repo//path?ref=v1&timeout=90s&submodules=false
 *   github.com/org/repo/path        git@github.com:org/repo.git//path     me@host.example:org/repo
 *   ssh://git@host/org/repo.git     git::https://host/org/repo            file:///srv/repo.git//path
 *   https://dev.azure.com/org/project/_git/repo/path?version=v1
 *
 * A repository ends at "_git/" and one more part, at "//", at ".git", or after two parts, whichever is
 * there in this order; for file:// it is all of the path. What parses is a repository, what does not
 * is a path: the distinction that kustomize makes.
 *
 * Source: kustomize v5.8.2's documented remote targets and its behaviour. Pure: nothing is fetched.
 * Limit: SL_KUSTOMIZE_URL_MAX bytes. Thread rule: pure functions.
 */
#ifndef LIBCOMMON_RENDER_KUSTOMIZE_REMOTE_H
#define LIBCOMMON_RENDER_KUSTOMIZE_REMOTE_H

#include "libcommon/base/arena.h"
#include "libcommon/base/err.h"
#include "libcommon/base/str.h"

#define SL_KUSTOMIZE_URL_MAX 8192
/* How long each git command may take unless the URL says otherwise. */
#define SL_KUSTOMIZE_GIT_TIMEOUT_MS 27000

struct sl_kustomize_repo {
	struct sl_str clone; /* what git is given */
	struct sl_str path;  /* in the repository, as written; empty: its root */
	struct sl_str ref;   /* branch, tag or commit; empty: the default branch */
	int64_t timeout_ms;
	bool submodules;
	bool forced; /* the deprecated "git::" stood before it */
};

/*
 * Take the URL of a repository apart; the strings are in `a`. Errors: SL_ERR_INVALID, with the reason
 * for which it is none.
 */
int sl_kustomize_repo_parse(struct sl_arena *a, struct sl_str url, struct sl_kustomize_repo *ret,
			    struct sl_err *err) SL_MUST_CHECK;

/* True for http and https URLs, each of which may also be a single file. */
bool sl_kustomize_is_web(struct sl_str url);

#endif
