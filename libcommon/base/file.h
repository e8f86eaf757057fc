/*
 * Files below a directory that is ours: beneath-only resolution, atomic publication, removal.
 *
 * A tree is known by a directory fd; paths are relative to it, and a path that leaves the tree
 * (absolute, "..", a symlink out) is refused with SL_ERR_FORBIDDEN by openat2(2) RESOLVE_BENEATH.
 * All descriptors are O_CLOEXEC.
 *
 * Thread rule: thread-safe for distinct paths. All functions block on disk.
 */
#ifndef LIBCOMMON_BASE_FILE_H
#define LIBCOMMON_BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "libcommon/base/err.h"
#include "libcommon/base/mem.h"
#include "libcommon/base/str.h"
#include "libcommon/base/strbuf.h"
#include "libcommon/base/strvec.h"

/* Open a directory by any path (relative to the working directory). The caller closes *ret_fd. */
int sl_dir_open(const char *path, int *ret_fd, struct sl_err *err) SL_MUST_CHECK;
/* Open `path` beneath `dir_fd`; `flags` as open(2), `mode` for O_CREAT. */
int sl_open_beneath(int dir_fd, const char *path, int flags, mode_t mode, int *ret_fd,
		    struct sl_err *err) SL_MUST_CHECK;
/* mkdir -p beneath `dir_fd`; existing directories are fine. `path` "" or "." does nothing. */
int sl_mkdirs(int dir_fd, const char *path, mode_t mode, struct sl_err *err) SL_MUST_CHECK;

/*
 * Read a whole regular file beneath `dir_fd` and append it to `ret_content`, whose maximum caps it
 * (SL_ERR_TOO_LARGE, named after `path`). SL_ERR_INVALID when it is no regular file.
 */
int sl_file_read(int dir_fd, const char *path, struct sl_strbuf *ret_content,
		 struct sl_err *err) SL_MUST_CHECK;
/* The same by any path, for files that an administrator names (flags, kubeconfig, /var/run/secrets). */
int sl_file_read_path(const char *path, struct sl_strbuf *ret_content,
		      struct sl_err *err) SL_MUST_CHECK;
/* write(2) until done; `what` names the file in an error. */
int sl_fd_write_all(int fd, struct sl_str content, const char *what,
		    struct sl_err *err) SL_MUST_CHECK;
/*
 * Publish `content` at `path` beneath `dir_fd`: temporary file beside it, fsync, rename, fsync of
 * the directory. On failure the old file, if any, is untouched and the temporary one removed.
 */
int sl_file_publish(int dir_fd, const char *path, struct sl_str content, mode_t mode,
		    struct sl_err *err) SL_MUST_CHECK;

/* Remove a file or a whole tree beneath `dir_fd`, following no link. Absence is success. */
int sl_remove_tree(int dir_fd, const char *path, struct sl_err *err) SL_MUST_CHECK;
/* Names in a directory, sorted bytewise, without "." and "..". Cap: SL_DIR_ENTRIES_MAX. */
#define SL_DIR_ENTRIES_MAX 1000000
int sl_dir_list(int dir_fd, const char *path, struct sl_strvec *ret_names,
		struct sl_err *err) SL_MUST_CHECK;

/*
 * A directory for work files: $TMPDIR or /tmp, mode 0700, removed with all it holds on release. While
 * it is in use it is locked (flock), so that sl_tmpdir_sweep() can tell it from those that a killed
 * process has left behind: their locks went with the process.
 */
struct sl_tmpdir {
	int fd;	    /* -1 when there is none */
	char *path; /* absolute, or NULL */
};
#define SL_TMPDIR_INIT \
	{ \
		.fd = -1 \
	}
int sl_tmpdir_create(const char *prefix, struct sl_tmpdir *ret_dir,
		     struct sl_err *err) SL_MUST_CHECK;
void sl_tmpdir_release(struct sl_tmpdir *d);
/* Remove what killed processes of this user have left of this prefix, as far as that is possible. */
void sl_tmpdir_sweep(const char *prefix);

#endif
