/*
 * Inside the Git transport: what wraps libgit2. For git*.c alone; no other header knows its types.
 */
#ifndef LIBCOMMON_NET_GITLIB_H
#define LIBCOMMON_NET_GITLIB_H

#include <git2.h>

#include "libcommon/net/git_priv.h"
#include "libcommon/net/gitcache.h"

struct sl_git_cache {
	char *path;
	int fd;					 /* of the directory */
	char *url;				 /* without userinfo */
	bool full;				 /* the tips have their history */
	struct sl_git_oid tips[SL_GIT_TIPS_MAX]; /* complete commits, newest first */
	size_t tip_count;
	git_odb *odb;	      /* opened at first use, closed by a drop */
	git_repository *repo; /* around `odb`, without configuration */
};

/* Translate libgit2's last error, met while doing `what`. */
int sl_git_lib_error(int code, const char *what, struct sl_err *err);
/* Open the object database, if it is not open. */
int sl_git_cache_odb(struct sl_git_cache *c, struct sl_err *err) SL_MUST_CHECK;
/* Close it again; everything read from it must be gone. */
void sl_git_cache_close(struct sl_git_cache *c);
/* Publish what the cache holds. */
int sl_git_cache_save(struct sl_git_cache *c, struct sl_err *err) SL_MUST_CHECK;
/* The binary id; false for one that libgit2 cannot handle. */
bool sl_git_lib_oid(const struct sl_git_oid *oid, git_oid *ret_oid);
void sl_git_lib_hex(const git_oid *oid, struct sl_git_oid *ret_oid);

/*
 * Index a pack into the cache, thin bases taken from what is there: init, any number of writes to the
 * sink, finish. A deadline and a cancel flag are looked at while deltas are resolved.
 */
struct sl_git_indexer {
	git_indexer *indexer;
	git_indexer_progress progress;
	int64_t deadline_ms;
	const atomic_bool *cancel;
	enum sl_err_code stopped; /* why the progress callback stopped it */
	bool failed;		  /* a write failed: the pack, or the cache, is at fault */
};
int sl_git_indexer_init(struct sl_git_cache *c, const struct sl_git_remote *r,
			struct sl_git_indexer *ret_indexer, struct sl_err *err) SL_MUST_CHECK;
struct sl_sink sl_git_indexer_sink(struct sl_git_indexer *x);
int sl_git_indexer_finish(struct sl_git_indexer *x, struct sl_err *err) SL_MUST_CHECK;
void sl_git_indexer_release(struct sl_git_indexer *x);

/* Whether the commit's tree and all below it are in the database: SL_ERR_NOT_FOUND when not. */
int sl_git_verify_tree(struct sl_git_cache *c, const struct sl_git_oid *commit,
		       struct sl_err *err) SL_MUST_CHECK;

#endif
