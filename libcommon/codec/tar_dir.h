/*
 * Tarballs from and to a directory on disk.
 *
 * Thread rule: thread-safe for distinct directories. Both functions block on disk.
 */
#ifndef LIBCOMMON_CODEC_TAR_DIR_H
#define LIBCOMMON_CODEC_TAR_DIR_H

#include "libcommon/codec/tar_read.h"
#include "libcommon/codec/tar_write.h"

/* Says whether to archive `path`. An excluded directory is still walked: what it holds is asked for. */
typedef bool (*sl_tar_keep_fn)(void *ctx, struct sl_str path, bool is_dir);

/*
 * Add the root "." and all directories and regular files below `dir_fd`, in lexical order; links,
 * devices and the like are left out. `keep` may be NULL for all; it is not asked about the root.
 * Borrows `dir_fd`. Errors: SL_ERR_IO, SL_ERR_CONFLICT (a file changed while it was read),
 * SL_ERR_TOO_LARGE (path, SL_TAR_DEPTH_MAX, entries of a directory), and the writer's.
 */
int sl_tar_add_tree(struct sl_tar_writer *w, int dir_fd, sl_tar_keep_fn keep, void *ctx,
		    struct sl_err *err) SL_MUST_CHECK;

/*
 * Unpack the gzip tarball read from `source` below `dir_fd`: directories with mode 0700, files with
 * 0600 or, when executable, 0700; owners, times and special bits are dropped. What reader and limits
 * refuse (tar_read.h) is refused. A later entry replaces an earlier file of the same path. *ret_bytes
 * (may be NULL) is about what the tree takes on disk: each entry in whole blocks. On failure `dir_fd`
 * may hold a partial tree: the caller removes it. Errors: those of sl_tar_next(), SL_ERR_FORBIDDEN (a link in the directory would be followed), SL_ERR_NO_SPACE, SL_ERR_IO.
 */
#define SL_TAR_DISK_BLOCK 4096
int sl_tar_unpack(struct sl_source source, int dir_fd, const struct sl_tar_limits *limits,
		  uint64_t *ret_bytes, struct sl_err *err) SL_MUST_CHECK;

#endif
