/*
 * The files of a commit, read straight from its objects: no checkout is made.
 *
 * The walk visits what a checkout would hold in the order of Go's filepath.WalkDir: the entries of
 * each directory bytewise by name (Git itself sorts a directory as if its name ended in '/'), a
 * directory before what is in it. The root itself is not visited.
 *
 *   a.txt, a/, a/b, a0        not Git's order a.txt, a0?, a/ …
 *
 * Submodules that were fetched (sl_git_submodules_fetch) appear as directories; others are reported
 * as such and stay empty, as after a clone without recursion. With sparse directories only these,
 * what is in them and the directories above them are visited.
 *
 * Refused with SL_ERR_INVALID: names that are empty, ".", "..", ".git" in any case or hold a slash,
 * and a name twice in one directory: a checkout could not hold them, or it would harm.
 *
 * Source: Git's tree objects; Flux GitRepository v1 `recurseSubmodules`, `sparseCheckout`.
 * Limits: below; a blob may have any size and is read in pieces unless it is stored as a delta.
 * Thread rule: one thread at a time per cache. Blocks on disk.
 */
#ifndef LIBCOMMON_NET_GITTREE_H
#define LIBCOMMON_NET_GITTREE_H

#include "libcommon/base/stream.h"
#include "libcommon/net/gitcache.h"

#define SL_GIT_DEPTH_MAX 128
#define SL_GIT_PATH_MAX 4096
#define SL_GIT_ENTRIES_MAX 2000000
#define SL_GIT_SPARSE_MAX 1000
#define SL_GIT_BLOB_WHOLE_MAX (64u << 20) /* of a blob that has to be held in memory: a delta */
#define SL_GIT_SUBMODULES_MAX 200
#define SL_GIT_SUBMODULE_DEPTH_MAX 10
#define SL_GIT_GITMODULES_MAX (1u << 20)

enum sl_git_kind { SL_GIT_DIR, SL_GIT_FILE, SL_GIT_EXECUTABLE, SL_GIT_SYMLINK, SL_GIT_SUBMODULE };

struct sl_git_blob;

/* Valid during the visit. */
struct sl_git_entry {
	const char *path; /* from the root, without a slash at either end */
	size_t path_len;
	enum sl_git_kind kind;
	struct sl_git_oid oid;	  /* of a submodule: the commit */
	struct sl_git_blob *blob; /* for the functions below */
};

/* What a visit says to go on with, besides errors. */
#define SL_GIT_GO_ON 0
#define SL_GIT_SKIP 1 /* do not enter this directory */

struct sl_git_visitor {
	/* Negative with `err` set ends the walk with that error. */
	int (*visit)(struct sl_git_visitor *self, struct sl_git_entry *entry, struct sl_err *err);
};

/*
 * The size of a file (of a symlink: of its target) in bytes. Errors: SL_ERR_NOT_FOUND (the cache is
 * damaged: drop it and fetch again), SL_ERR_INVALID (not a blob), SL_ERR_IO.
 */
int sl_git_entry_size(struct sl_git_entry *e, uint64_t *ret_size, struct sl_err *err) SL_MUST_CHECK;
/*
 * The next up to `size` bytes of a file; *ret_n is 0 at its end, when its id has been verified.
 * Errors: as above, SL_ERR_CHECKSUM, and SL_ERR_TOO_LARGE for a delta above SL_GIT_BLOB_WHOLE_MAX.
 */
int sl_git_entry_read(struct sl_git_entry *e, void *buffer, size_t size, size_t *ret_n,
		      struct sl_err *err) SL_MUST_CHECK;

/* The same as a source, for whoever copies streams. Valid during the visit. */
struct sl_source sl_git_entry_source(struct sl_git_entry *e);

struct sl_git_submodules;

struct sl_git_walk_options {
	/* Directories to restrict the walk to: relative, "./" and trailing slashes allowed; "." is all.
	 * Each must exist, as a directory: SL_ERR_INVALID. */
	const char *const *sparse;
	size_t sparse_count;
	const struct sl_git_submodules *submodules; /* or NULL */
};

/*
 * Visit the tree of `commit`. Errors: SL_ERR_NOT_FOUND (objects are missing), SL_ERR_INVALID,
 * SL_ERR_TOO_LARGE (depth, path, entries), or what the visitor returned.
 */
int sl_git_walk(struct sl_git_cache *c, const struct sl_git_oid *commit,
		const struct sl_git_walk_options *options, struct sl_git_visitor *visitor,
		struct sl_err *err) SL_MUST_CHECK;

/* Read one regular file by path into `out`. SL_ERR_NOT_FOUND when there is none; TOO_LARGE. */
int sl_git_file_read(struct sl_git_cache *c, const struct sl_git_oid *commit, const char *path,
		     struct sl_strbuf *out, struct sl_err *err) SL_MUST_CHECK;

/*
 * Fetch what .gitmodules of `commit` names, recursively to SL_GIT_SUBMODULE_DEPTH_MAX (what is below
 * stays empty), each into a cache of its own below the one of `c`; caches no longer named are removed.
 * Relative URLs count from the parent's. Options are the parent's: deadline, proxy and CA for all;
 * credentials and client certificate only for submodules on the host of the URL that they belong to.
 * Errors: those of sl_git_fetch(), with the submodule named.
 */
int sl_git_submodules_fetch(struct sl_git_cache *c, struct sl_http_client *client,
			    const struct sl_git_remote_options *options,
			    const struct sl_git_oid *commit, struct sl_git_submodules **ret_modules,
			    struct sl_err *err) SL_MUST_CHECK;
void sl_git_submodules_free(struct sl_git_submodules *s);
SL_DEFINE_AUTO_PTR(sl_git_submodules);
/* How many were fetched. */
size_t sl_git_submodules_count(const struct sl_git_submodules *s);

#endif
