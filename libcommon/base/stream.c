#include "libcommon/base/stream.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "libcommon/base/file.h"

static int read_fd(void *ctx, void *to, size_t size, size_t *ret_n, struct sl_err *err)
{
	const int *fd = ctx;
	ssize_t n;

	do
		n = read(*fd, to, size);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return sl_err_errno(err, errno, "read");
	*ret_n = (size_t)n;
	return 0;
}

struct sl_source sl_source_fd(int *fd)
{
	return (struct sl_source){ read_fd, fd };
}

static int read_str(void *ctx, void *to, size_t size, size_t *ret_n, struct sl_err *err)
{
	struct sl_str *s = ctx;

	(void)err;
	*ret_n = s->n < size ? s->n : size;
	if (*ret_n)
		memcpy(to, s->p, *ret_n);
	*s = sl_str_sub(*s, *ret_n, s->n);
	return 0;
}

struct sl_source sl_source_str(struct sl_str *s)
{
	return (struct sl_source){ read_str, s };
}

static int write_fd(void *ctx, const void *p, size_t size, struct sl_err *err)
{
	const int *fd = ctx;

	return sl_fd_write_all(*fd, (struct sl_str){ p, size }, "file", err);
}

struct sl_sink sl_sink_fd(int *fd)
{
	return (struct sl_sink){ write_fd, fd };
}

static int write_strbuf(void *ctx, const void *p, size_t size, struct sl_err *err)
{
	struct sl_strbuf *b = ctx;

	sl_strbuf_add(b, p, size);
	return sl_strbuf_check(b, "output", err);
}

struct sl_sink sl_sink_strbuf(struct sl_strbuf *b)
{
	return (struct sl_sink){ write_strbuf, b };
}
