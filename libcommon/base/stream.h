/*
 * Bytes that flow: a source that is pulled and a sink that is pushed, so that codecs need not know
 * whether a file, memory or a connection is behind them.
 *
 * Both are small values that borrow `ctx`. A source or sink belongs to one thread at a time; its
 * function may block.
 */
#ifndef LIBCOMMON_BASE_STREAM_H
#define LIBCOMMON_BASE_STREAM_H

#include <stddef.h>

#include "libcommon/base/err.h"
#include "libcommon/base/str.h"
#include "libcommon/base/strbuf.h"

/* Reads 1 to `size` bytes (size > 0) into `to`; *ret_n = 0 means the end, and stays so. */
typedef int (*sl_read_fn)(void *ctx, void *to, size_t size, size_t *ret_n, struct sl_err *err);
struct sl_source {
	sl_read_fn read;
	void *ctx;
};

/* Takes all `size` bytes or fails. */
typedef int (*sl_write_fn)(void *ctx, const void *p, size_t size, struct sl_err *err);
struct sl_sink {
	sl_write_fn write;
	void *ctx;
};

/* Reads the file descriptor at `fd`, from its position on. */
struct sl_source sl_source_fd(int *fd);
/* Consumes the view at `s`. */
struct sl_source sl_source_str(struct sl_str *s);

/* Writes to the file descriptor at `fd`, at its position. */
struct sl_sink sl_sink_fd(int *fd);
/* Appends to `b`; past its maximum: SL_ERR_TOO_LARGE. */
struct sl_sink sl_sink_strbuf(struct sl_strbuf *b);

#endif
