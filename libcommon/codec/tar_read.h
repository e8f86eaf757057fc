/*
 * Reading artifacts: the entries of a hostile gzip-compressed tarball, one after the other.
 *
 *   sl_tar_reader_new(source, &limits) -> (next -> read*)* -> free
 *
 * Paths come out clean: relative, without "." and empty segments and without a slash at the end; the
 * root is "". Refused: absolute paths, "..", NUL, hard links, devices, FIFOs and sparse files.
 * Symbolic links are passed over, as Flux does, and so are pax global headers. Understood: ustar, pax
 * (path, size), GNU long names and base-256 sizes, old V7 archives. Not done: sparse files,
 * multi-volume archives, other compressions. The end is checked: what is cut off, at any byte, is an
 * error, and so is a wrong checksum; what follows the end of the archive is ignored.
 *
 * Source: POSIX.1-2001 pax and ustar, GNU tar's extensions, RFC 1952. Why not libarchive: tar_write.h.
 *
 * Thread rule: one thread at a time. Blocks on the source.
 */
#ifndef LIBCOMMON_CODEC_TAR_READ_H
#define LIBCOMMON_CODEC_TAR_READ_H

#include <stdbool.h>
#include <stdint.h>

#include "libcommon/base/err.h"
#include "libcommon/base/mem.h"
#include "libcommon/base/str.h"
#include "libcommon/base/stream.h"
#include "libcommon/codec/tar_write.h"

/* Segments of a path. */
#define SL_TAR_DEPTH_MAX 128
/* Bytes of an extended header. */
#define SL_TAR_PAX_MAX ((size_t)1 << 20)

struct sl_tar_limits {
	uint64_t unpacked_bytes; /* of the tar stream, headers included */
	uint64_t entries;	 /* of any kind */
};
/* For artifacts and charts whose source sets no limit of its own. */
#define SL_TAR_LIMITS_DEFAULT ((struct sl_tar_limits){ UINT64_C(4) << 30, 1000000 })

struct sl_tar_entry {
	struct sl_str path; /* NUL-terminated; valid until the next call */
	bool is_dir;
	bool executable; /* any execute bit of a file */
	uint64_t size;	 /* of a file, 0 for a directory */
};

struct sl_tar_reader;

/* The caller frees the reader before what `source` borrows. */
struct sl_tar_reader *sl_tar_reader_new(struct sl_source source, const struct sl_tar_limits *limits)
	__attribute__((warn_unused_result));
void sl_tar_reader_free(struct sl_tar_reader *t);
SL_DEFINE_AUTO_PTR(sl_tar_reader);
/*
 * From now on paths come out as the archive has them, whatever they are, and what is neither directory
 * nor regular file as an empty file: for callers with rules of their own, who write nothing to disk.
 */
void sl_tar_reader_as_written(struct sl_tar_reader *t);

/*
 * The next entry, skipping what was not read of the one before. At the end *ret_more is false and the
 * rest of the gzip member has been checked. Errors: SL_ERR_INVALID (malformed, truncated, unsafe
 * path), SL_ERR_UNSUPPORTED (a kind that is refused), SL_ERR_TOO_LARGE (a limit), and the source's.
 * After an error, or the end, only free is allowed.
 */
int sl_tar_next(struct sl_tar_reader *t, struct sl_tar_entry *ret_entry, bool *ret_more,
		struct sl_err *err) SL_MUST_CHECK;
/* 1 to `size` bytes of the current file into `to`; *ret_n = 0 at its end. */
int sl_tar_read(struct sl_tar_reader *t, void *to, size_t size, size_t *ret_n,
		struct sl_err *err) SL_MUST_CHECK;
/* All that is left of the current file, appended to `b`; past its maximum: SL_ERR_TOO_LARGE. */
int sl_tar_read_all(struct sl_tar_reader *t, struct sl_strbuf *b, struct sl_err *err) SL_MUST_CHECK;

#endif
