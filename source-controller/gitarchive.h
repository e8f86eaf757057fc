/*
 * From a commit to an artifact: the tree is walked in the object database and written straight into
 * a tarball. No checkout is made, and no file is held in memory as a whole.
 *
 * What is in it: what Flux's checkout and archive would hold. Directories and regular files; symlinks
 * are left out, a submodule that was not fetched is an empty directory. Each path is tested on its own
 * against the ignore rules, so that a rule may include again what is below an excluded directory. A
 * `.sourceignore` counts where it is a regular file.
 *
 * Thread rule: one thread at a time per cache. Blocks on disk.
 * Source: spec/source.md 6.3, 6.4.
 */
#ifndef SOURCE_CONTROLLER_GITARCHIVE_H
#define SOURCE_CONTROLLER_GITARCHIVE_H

#include "libcommon/base/stream.h"
#include "libcommon/codec/digest.h"
#include "libcommon/codec/ignore.h"
#include "libcommon/net/gittree.h"

#define SC_IGNORE_TOTAL_MAX (8 << 20) /* bytes of all `.sourceignore` files of a commit */

/*
 * The rules for a commit: every `.sourceignore` of it, then `extra` (spec.ignore), then the defaults
 * where these are empty. The caller frees *ret_rules.
 * Errors: those of sl_git_walk(), SL_ERR_TOO_LARGE.
 */
int sc_git_ignore(struct sl_git_cache *cache, const struct sl_git_oid *commit,
		  const struct sl_git_walk_options *options, struct sl_str extra,
		  struct sl_ignore **ret_rules, struct sl_err *err) SL_MUST_CHECK;

/*
 * Write the tarball of a commit into `sink`. `*ret_bytes` is its compressed size.
 * Errors: those of sl_git_walk(), sl_git_entry_read(), sl_tar_add_file(), the sink's.
 */
int sc_git_archive(struct sl_git_cache *cache, const struct sl_git_oid *commit,
		   const struct sl_git_walk_options *options, const struct sl_ignore *rules,
		   struct sl_sink sink, enum sl_digest_algo algo, struct sl_digest *ret_digest,
		   uint64_t *ret_bytes, struct sl_err *err) SL_MUST_CHECK;

#endif
