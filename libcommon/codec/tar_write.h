/*
 * Writing artifacts: a gzip-compressed tarball that is the same, byte for byte, for the same tree.
 *
 * Entries are directories and regular files, written in the order given. Owner 0, no names, all
 * times 0; mode 0750 for directories, 0700 for executables, 0600 for other files; directory names
 * have no slash at their end; POSIX.1-1988 ustar, with a pax header for names that do not fit in it
 * or are not ASCII. For the digest and the size of the archive: sl_sink_hashing() of digest.h.
 * Source: Flux's artifacts, spec/source.md 6.3.
 *
 * Entries can come from anywhere, so that a Git tree becomes an artifact without a checkout; for a
 * tree on disk see sl_tar_add_tree() in tar_dir.h. Call order:
 *
 *   new -> add_dir | add_file (write)* ... -> finish -> free
 *
 * Equal bytes for equal trees need one order: the root ".", then the names of each directory in
 * bytewise order, each directory before what it holds.
 *
 * We write the 512-byte headers ourselves: libarchive insists on slashes at the end of directories,
 * and it would map 35 MiB of libraries (ICU among them) into each process for it.
 *
 * Thread rule: one thread at a time. Blocks on the sink.
 * Limits: SL_TAR_PATH_MAX bytes of path, SL_TAR_FILE_MAX bytes a file.
 */
#ifndef LIBCOMMON_CODEC_TAR_WRITE_H
#define LIBCOMMON_CODEC_TAR_WRITE_H

#include <stdbool.h>
#include <stdint.h>

#include "libcommon/base/err.h"
#include "libcommon/base/mem.h"
#include "libcommon/base/str.h"
#include "libcommon/base/stream.h"

#define SL_TAR_PATH_MAX 4096
/* What eleven octal digits hold. */
#define SL_TAR_FILE_MAX ((UINT64_C(1) << 33) - 1)

struct sl_tar_writer;

/* Writes into `sink`. The caller frees *ret_writer, in any state. */
int sl_tar_writer_new(struct sl_sink sink, struct sl_tar_writer **ret_writer,
		      struct sl_err *err) SL_MUST_CHECK;
void sl_tar_writer_free(struct sl_tar_writer *w);
SL_DEFINE_AUTO_PTR(sl_tar_writer);

/*
 * Begin an entry. `path` is relative and '/'-separated, "." for the root. After add_file() exactly
 * `size` bytes follow by sl_tar_write(), in any number of pieces.
 * Errors of all: SL_ERR_INVALID (empty path, NUL in it, bytes missing or too many),
 * SL_ERR_TOO_LARGE, and the sink's. After an error only free is allowed.
 */
int sl_tar_add_dir(struct sl_tar_writer *w, struct sl_str path, struct sl_err *err) SL_MUST_CHECK;
int sl_tar_add_file(struct sl_tar_writer *w, struct sl_str path, bool executable, uint64_t size,
		    struct sl_err *err) SL_MUST_CHECK;
int sl_tar_write(struct sl_tar_writer *w, const void *p, size_t n,
		 struct sl_err *err) SL_MUST_CHECK;

/* End the archive: all has been given to the sink. */
int sl_tar_finish(struct sl_tar_writer *w, struct sl_err *err) SL_MUST_CHECK;

#endif
