/*
 * Where the Git objects of each GitRepository are kept between runs.
 *
 *   <storage path>/.git-cache/<namespace>/<name>/     see libcommon/net/gitcache.h
 *
 * Beside the artifacts, since they live as long, in a directory that begins with a dot, since the
 * artifact server serves none of these. Nothing in it is needed: what is lost is fetched again.
 * Besides, in memory, what makes the next poll of a remote shorter (sl_git_remote_hint).
 *
 * Thread rule: thread-safe for distinct objects. Blocks on disk.
 */
#ifndef SOURCE_CONTROLLER_GITCACHES_H
#define SOURCE_CONTROLLER_GITCACHES_H

#include "libcommon/kube/queue.h"
#include "libcommon/kube/store.h"
#include "libcommon/net/gitcache.h"

#define SC_GIT_CACHES_DIR ".git-cache"

struct sc_git_caches;

/* Errors: SL_ERR_IO and its like. */
int sc_git_caches_new(const char *storage_path, struct sc_git_caches **ret_caches,
		      struct sl_err *err) SL_MUST_CHECK;
void sc_git_caches_free(struct sc_git_caches *c); /* NULL is accepted */
SL_DEFINE_AUTO_PTR(sc_git_caches);

/* Open the cache of one object; see sl_git_cache_open(). */
int sc_git_caches_open(struct sc_git_caches *c, const struct sl_key *key, const char *url,
		       struct sl_git_cache **ret_cache, struct sl_err *err) SL_MUST_CHECK;
/*
 * The hint that was kept for this object and URL: a fresh string, or NULL. keep takes `hint` over,
 * which may be NULL.
 */
char *sc_git_caches_hint(struct sc_git_caches *c, const struct sl_key *key, const char *url)
	__attribute__((warn_unused_result));
void sc_git_caches_keep_hint(struct sc_git_caches *c, const struct sl_key *key, const char *url,
			     char *hint);
/* Remove it from disk, and the hint; absence is success. It must not be open. */
int sc_git_caches_remove(struct sc_git_caches *c, const struct sl_key *key,
			 struct sl_err *err) SL_MUST_CHECK;
/* Remove what belongs to no object of `store`, which has synced. Before the workers start. */
int sc_git_caches_sweep(struct sc_git_caches *c, struct sl_store *store,
			struct sl_err *err) SL_MUST_CHECK;

#endif
