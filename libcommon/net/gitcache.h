/*
 * The objects of one Git source on disk, and how they are brought up to date.
 *
 * A cache is a directory that only Sluice uses, one per object:
 *
 *   state            which commits are complete here, of which URL; whether with their history
 *   objects/pack/    packs, as Git has them
 *   modules/<hex>/   caches of submodules
 *
 * It is shallow: each fetch brings what one commit has and the last one had not, in one exchange.
 * Nothing is fetched when the wanted commit is there. After SL_GIT_CACHE_PACKS_MAX packs, when the
 * URL has changed, or when objects turn out to be missing, the cache is dropped and filled afresh
 * (at most once per fetch). Only a commit that no ref points at and that the server does not give by
 * its id makes it fetch history: some commits below the tips first, then all. The state is published after the objects, by rename: a process
 * killed at any point leaves a cache that works or is refilled.
 *
 * Memory: packs are streamed to disk and read through small windows; blobs are streamed out
 * (gittree.h).
 *
 * Sources: Git's gitprotocol-v2 and -pack; Flux GitRepository v1 `spec.ref`.
 * Limits: SL_GIT_TIPS_MAX commits are remembered, SL_GIT_WANTS_MAX refs wanted, SL_GIT_OBJECT_MAX
 * bytes of a commit, tag or tree; objects named by SHA-256 are SL_ERR_UNSUPPORTED (the installed
 * libgit2 cannot read them).
 * Thread rule: one thread at a time; no two caches on one directory. Fetching blocks on the network.
 */
#ifndef LIBCOMMON_NET_GITCACHE_H
#define LIBCOMMON_NET_GITCACHE_H

#include "libcommon/net/git.h"

#define SL_GIT_CACHE_PACKS_MAX 50
#define SL_GIT_TIPS_MAX 8
#define SL_GIT_HISTORY_STEP 500 /* commits from each tip, looked through before all are fetched */
#define SL_GIT_WANTS_MAX 100000
#define SL_GIT_OBJECT_MAX (64u << 20)

/*
 * Prepare the Git library: small caches, no configuration files. Called by sl_git_cache_open() as
 * well; idempotent, thread-safe. The shutdown is for the end of a process that looks for leaks.
 */
int sl_git_global_init(struct sl_err *err) SL_MUST_CHECK;
void sl_git_global_shutdown(void);

struct sl_git_cache;

/*
 * Open the cache in directory `path`, making it (mode 0700) if need be; its parent must exist. What
 * it holds of another URL than `url` (userinfo apart) is dropped.
 * Errors: SL_ERR_INVALID (URL), SL_ERR_IO, SL_ERR_NO_SPACE, SL_ERR_FORBIDDEN.
 */
int sl_git_cache_open(const char *path, const char *url, struct sl_git_cache **ret_cache,
		      struct sl_err *err) SL_MUST_CHECK;
void sl_git_cache_free(struct sl_git_cache *c);
SL_DEFINE_AUTO_PTR(sl_git_cache);

/* Forget everything: the next fetch starts anew. */
int sl_git_cache_drop(struct sl_git_cache *c, struct sl_err *err) SL_MUST_CHECK;
/* Whether the commit and all that it has are here. */
bool sl_git_cache_has(const struct sl_git_cache *c, const struct sl_git_oid *commit);

struct sl_git_fetch_result {
	size_t candidate;	 /* index into the target's candidates */
	bool fetched;		 /* false: everything was there, nothing was asked for */
	bool history;		 /* the whole history had to be fetched */
	uint64_t received_bytes; /* of HTTP bodies, by this call */
};

/*
 * Make sure that a commit of `target` is in the cache. With several candidates the one with the
 * newest commit time is chosen.
 *
 * Errors: SL_ERR_NOT_FOUND (`unable to resolve commit object for '…': object not found`; the
 * reference vanished meanwhile), SL_ERR_INVALID (not a commit; broken pack), SL_ERR_TOO_LARGE,
 * SL_ERR_UNSUPPORTED (SHA-256), SL_ERR_NO_SPACE, SL_ERR_IO, and those of sl_git_ls_refs().
 */
int sl_git_fetch(struct sl_git_cache *c, struct sl_git_remote *r,
		 const struct sl_git_target *target, struct sl_git_fetch_result *ret_result,
		 struct sl_err *err) SL_MUST_CHECK;

struct sl_git_person {
	char *name, *email; /* as stored, any bytes but NUL */
	int64_t when;	    /* seconds since 1970, UTC */
	int offset_minutes; /* of the time zone it was written in */
};

/* A commit, or an annotated tag; strings are owned, NULL or empty where there is none. */
struct sl_git_commit {
	struct sl_git_oid id, tree;		/* tree: of a tag, the object it names */
	char *tag_name;				/* of a tag */
	struct sl_git_person author, committer; /* of a tag, both are the tagger */
	char *message;				/* without the signature */
	char *subject;				/* first line of the message */
	char *signature; /* armored: PGP or SSH, told apart by its first line; NULL: unsigned */
	char *payload;	 /* what was signed: `payload_len` bytes and a NUL; NULL: unsigned */
	size_t payload_len;
};
#define SL_GIT_COMMIT_INIT \
	{ \
		0 \
	}
void sl_git_commit_release(struct sl_git_commit *commit);

/* Read one that is in the cache. Errors: SL_ERR_NOT_FOUND, SL_ERR_INVALID (not one, malformed). */
int sl_git_commit_read(struct sl_git_cache *c, const struct sl_git_oid *id,
		       struct sl_git_commit *ret_commit, struct sl_err *err) SL_MUST_CHECK;
int sl_git_tag_read(struct sl_git_cache *c, const struct sl_git_oid *id,
		    struct sl_git_commit *ret_tag, struct sl_err *err) SL_MUST_CHECK;

#endif
