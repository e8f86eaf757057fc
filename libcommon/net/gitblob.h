/*
 * Inside the Git transport: the content of one blob, in pieces. For git*.c alone.
 *
 * Small blobs and deltas come whole from libgit2. A large blob that a pack holds undeltified is
 * inflated from there piece by piece, since libgit2 cannot stream out of packs; its id is verified at
 * the end. Source: Git's gitformat-pack (index version 2, pack entries).
 */
#ifndef LIBCOMMON_NET_GITBLOB_H
#define LIBCOMMON_NET_GITBLOB_H

#include <zlib.h>

#include "libcommon/codec/digest.h"
#include "libcommon/net/gitlib.h"
#include "libcommon/net/gittree.h"

#define SL_GIT_BLOB_STREAM_MIN (1u << 20)

struct sl_git_pack_stream;

struct sl_git_blob {
	struct sl_git_cache *cache;
	git_oid id;
	bool is_blob;	       /* false: a directory or a submodule, which has no content */
	git_odb_object *whole; /* when it is held in memory */
	size_t at;	       /* bytes of `whole` read */
	struct sl_git_pack_stream *stream; /* when it is streamed */
};
void sl_git_blob_close(struct sl_git_blob *b);
/* The whole content, capped by the buffer. */
int sl_git_blob_read_all(struct sl_git_blob *b, struct sl_strbuf *out,
			 struct sl_err *err) SL_MUST_CHECK;

/*
 * A blob in a pack of the cache, to be inflated. SL_ERR_NOT_FOUND when no pack holds it undeltified.
 */
int sl_git_pack_stream_open(struct sl_git_cache *c, const git_oid *id,
			    struct sl_git_pack_stream **ret_stream,
			    struct sl_err *err) SL_MUST_CHECK;
/* As sl_git_entry_read(). */
int sl_git_pack_stream_read(struct sl_git_pack_stream *s, void *buffer, size_t size, size_t *ret_n,
			    struct sl_err *err) SL_MUST_CHECK;
void sl_git_pack_stream_free(struct sl_git_pack_stream *s);

/* A submodule that was fetched, by its path from the top. */
struct sl_git_module {
	char *path;
	struct sl_git_cache *cache;
	struct sl_git_oid commit;
};
/* NULL when `s` is NULL or has none at that path. */
const struct sl_git_module *sl_git_submodules_find(const struct sl_git_submodules *s,
						   struct sl_str path);
/* The root tree of a commit. */
int sl_git_commit_tree(struct sl_git_cache *c, const struct sl_git_oid *commit, git_oid *ret_tree,
		       struct sl_err *err) SL_MUST_CHECK;

#endif
