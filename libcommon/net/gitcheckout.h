/*
 * The files of a commit, written to disk: what `git checkout` would leave, without `.git`.
 *
 * Regular files have mode 0600, or 0700 where Git says executable. Symbolic links are made as they are:
 * whoever reads the tree has to follow them beneath its root only (sl_open_beneath()). Submodules that were
 * fetched are directories with their files, others empty ones.
 *
 * Limits: the caller's on bytes; SL_GIT_ENTRIES_MAX entries (gittree.h). Thread rule: one thread at a
 * time per cache. Blocks on disk.
 */
#ifndef LIBCOMMON_NET_GITCHECKOUT_H
#define LIBCOMMON_NET_GITCHECKOUT_H

#include "libcommon/net/gittree.h"

/*
 * Write the tree of `commit` below `dir_fd`, an empty directory, borrowed. `modules` may be NULL. A link
 * counts as the bytes of its target. On failure a part of the tree may be there: the caller removes it.
 * Errors: those of sl_git_walk() and sl_git_entry_read(); SL_ERR_TOO_LARGE past `max_bytes`; SL_ERR_IO,
 * SL_ERR_NO_SPACE.
 */
int sl_git_checkout(struct sl_git_cache *c, const struct sl_git_oid *commit,
		    const struct sl_git_submodules *modules, uint64_t max_bytes, int dir_fd,
		    struct sl_err *err) SL_MUST_CHECK;

#endif
