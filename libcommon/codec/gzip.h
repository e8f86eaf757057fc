/*
 * gzip, streaming and in one piece, by zlib.
 *
 * Writing gives the same bytes for the same input and level: no name, no time, operating system 255.
 * Reading verifies checksum and length, reads concatenated members as one, and ignores what follows
 * the last of them. Source: RFC 1952. The amount of output is the caller's to bound: a source can
 * unpack to a thousand times its size.
 *
 * Thread rule: an object belongs to one thread at a time. Cost: 300 KiB to write, 80 KiB to read.
 */
#ifndef LIBCOMMON_CODEC_GZIP_H
#define LIBCOMMON_CODEC_GZIP_H

#include "libcommon/base/err.h"
#include "libcommon/base/mem.h"
#include "libcommon/base/str.h"
#include "libcommon/base/strbuf.h"
#include "libcommon/base/stream.h"

enum sl_gzip_level {
	SL_GZIP_FAST = 1,
	SL_GZIP_DEFAULT = 6,
	SL_GZIP_BEST = 9,
};

struct sl_gzip_writer;

/* Compresses into `sink`. The caller frees *ret_writer, in any state. */
int sl_gzip_writer_new(struct sl_sink sink, enum sl_gzip_level level,
		       struct sl_gzip_writer **ret_writer, struct sl_err *err) SL_MUST_CHECK;
void sl_gzip_writer_free(struct sl_gzip_writer *w);
SL_DEFINE_AUTO_PTR(sl_gzip_writer);
/* Errors are the sink's. */
int sl_gzip_write(struct sl_gzip_writer *w, const void *p, size_t n,
		  struct sl_err *err) SL_MUST_CHECK;
/* Write what is left and the trailer; nothing may follow. */
int sl_gzip_finish(struct sl_gzip_writer *w, struct sl_err *err) SL_MUST_CHECK;

struct sl_gzip_reader;

/* Reads the compressed `source`. The caller frees *ret_reader. */
struct sl_gzip_reader *sl_gzip_reader_new(struct sl_source source)
	__attribute__((warn_unused_result));
void sl_gzip_reader_free(struct sl_gzip_reader *r);
SL_DEFINE_AUTO_PTR(sl_gzip_reader);
/*
 * 1 to `size` bytes into `to`; *ret_n = 0 at the end. Errors: SL_ERR_INVALID (no gzip, malformed,
 * truncated, checksum) and the source's.
 */
int sl_gzip_read(struct sl_gzip_reader *r, void *to, size_t size, size_t *ret_n,
		 struct sl_err *err) SL_MUST_CHECK;

/* Append the compressed or unpacked `in` to `out`, whose maximum bounds it (SL_ERR_TOO_LARGE). */
int sl_gzip_pack(struct sl_str in, enum sl_gzip_level level, struct sl_strbuf *out,
		 struct sl_err *err) SL_MUST_CHECK;
int sl_gzip_unpack(struct sl_str in, struct sl_strbuf *out, struct sl_err *err) SL_MUST_CHECK;

#endif
