#include "libcommon/codec/gzip.h"

#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <zlib.h>

#define CHUNK 32768
/* The largest window, and 16 for the gzip format. */
#define WINDOW_BITS (15 + 16)
#define OS_UNKNOWN 255

struct sl_gzip_writer {
	z_stream z;
	gz_header header;
	struct sl_sink sink;
	unsigned char out[CHUNK];
};

int sl_gzip_writer_new(struct sl_sink sink, enum sl_gzip_level level,
		       struct sl_gzip_writer **ret_writer, struct sl_err *err)
{
	struct sl_gzip_writer *w = sl_xcalloc(1, sizeof(*w));

	w->sink = sink;
	w->header.os = OS_UNKNOWN;
	if (deflateInit2(&w->z, level, Z_DEFLATED, WINDOW_BITS, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
		free(w);
		return sl_err_set(err, SL_ERR_INTERNAL, "zlib does not start");
	}
	(void)deflateSetHeader(&w->z, &w->header);
	*ret_writer = w;
	return 0;
}

void sl_gzip_writer_free(struct sl_gzip_writer *w)
{
	if (!w)
		return;
	(void)deflateEnd(&w->z);
	free(w);
}

/* Run deflate until it wants more input, or with Z_FINISH until the end. */
static int deflate_all(struct sl_gzip_writer *w, int flush, struct sl_err *err)
{
	int z, r;

	do {
		w->z.next_out = w->out;
		w->z.avail_out = sizeof(w->out);
		z = deflate(&w->z, flush);
		if (z == Z_STREAM_ERROR)
			return sl_err_set(err, SL_ERR_INTERNAL, "gzip writer used after its end");
		r = w->sink.write(w->sink.ctx, w->out, sizeof(w->out) - w->z.avail_out, err);
		if (r < 0)
			return r;
	} while (!w->z.avail_out);
	return 0;
}

int sl_gzip_write(struct sl_gzip_writer *w, const void *p, size_t n, struct sl_err *err)
{
	const Bytef *in = p;
	int r = 0;

	while (n && !r) {
		uInt part = n > UINT_MAX ? UINT_MAX : (uInt)n;

		/* zlib's type lacks the const that it honours. */
		w->z.next_in = (z_const Bytef *)(uintptr_t)in;
		w->z.avail_in = part;
		r = deflate_all(w, Z_NO_FLUSH, err);
		in += part;
		n -= part;
	}
	return r;
}

int sl_gzip_finish(struct sl_gzip_writer *w, struct sl_err *err)
{
	w->z.avail_in = 0;
	return deflate_all(w, Z_FINISH, err);
}

struct sl_gzip_reader {
	z_stream z;
	struct sl_source source;
	bool started; /* some member was complete, or its header at least begun */
	bool in_member;
	bool at_end;
	bool source_end;
	unsigned char in[CHUNK];
};

struct sl_gzip_reader *sl_gzip_reader_new(struct sl_source source)
{
	struct sl_gzip_reader *r = sl_xcalloc(1, sizeof(*r));

	r->source = source;
	return r;
}

void sl_gzip_reader_free(struct sl_gzip_reader *r)
{
	if (!r)
		return;
	if (r->started)
		(void)inflateEnd(&r->z);
	free(r);
}

/* Have some input at hand, unless the source is at its end. */
static int fill(struct sl_gzip_reader *r, struct sl_err *err)
{
	size_t n = 0;
	int e;

	if (r->z.avail_in || r->source_end)
		return 0;
	e = r->source.read(r->source.ctx, r->in, sizeof(r->in), &n, err);
	if (e < 0)
		return e;
	r->source_end = !n;
	r->z.next_in = r->in;
	r->z.avail_in = (uInt)n;
	return 0;
}

/* Between members: start the next one, or find the end. */
static int start_member(struct sl_gzip_reader *r, struct sl_err *err)
{
	int e = fill(r, err);

	if (e < 0)
		return e;
	if (!r->z.avail_in && !r->started)
		return sl_err_set(err, SL_ERR_INVALID, "gzip data is empty");
	if (r->started && (!r->z.avail_in || r->z.next_in[0] != 0x1f)) {
		r->at_end = true;
		return 0;
	}
	if ((r->started ? inflateReset(&r->z) : inflateInit2(&r->z, WINDOW_BITS)) != Z_OK)
		return sl_err_set(err, SL_ERR_INTERNAL, "zlib does not start");
	r->started = r->in_member = true;
	return 0;
}

/* One turn of inflate(); may give nothing. */
static int inflate_some(struct sl_gzip_reader *r, unsigned char *to, uInt size, size_t *ret_n,
			struct sl_err *err)
{
	int e = fill(r, err), z;

	if (e < 0)
		return e;
	if (!r->z.avail_in)
		return sl_err_set(err, SL_ERR_INVALID, "gzip data is truncated");
	r->z.next_out = to;
	r->z.avail_out = size;
	z = inflate(&r->z, Z_NO_FLUSH);
	if (z == Z_STREAM_END)
		r->in_member = false;
	else if (z != Z_OK)
		return sl_err_set(err, SL_ERR_INVALID, "gzip data is malformed: %s",
				  r->z.msg ? r->z.msg : "unexpected end");
	*ret_n = size - r->z.avail_out;
	return 0;
}

int sl_gzip_read(struct sl_gzip_reader *r, void *to, size_t size, size_t *ret_n, struct sl_err *err)
{
	uInt part = size > UINT_MAX ? UINT_MAX : (uInt)size;
	int e = 0;

	*ret_n = 0;
	while (!e && !*ret_n && !r->at_end)
		e = r->in_member ? inflate_some(r, to, part, ret_n, err) : start_member(r, err);
	return e;
}

int sl_gzip_pack(struct sl_str in, enum sl_gzip_level level, struct sl_strbuf *out,
		 struct sl_err *err)
{
	SL_AUTO_PTR(sl_gzip_writer) *w = NULL;
	int r = sl_gzip_writer_new(sl_sink_strbuf(out), level, &w, err);

	if (!r)
		r = sl_gzip_write(w, in.p, in.n, err);
	return r ? r : sl_gzip_finish(w, err);
}

int sl_gzip_unpack(struct sl_str in, struct sl_strbuf *out, struct sl_err *err)
{
	SL_AUTO_PTR(sl_gzip_reader) *g = sl_gzip_reader_new(sl_source_str(&in));
	size_t n = 0;
	int r;

	do {
		size_t room = out->max - out->n, want = room < CHUNK ? room : CHUNK;
		char probe = 0, *to = want ? sl_strbuf_reserve(out, want) : &probe;

		if (!to)
			return sl_strbuf_check(out, "unpacked data", err);
		r = sl_gzip_read(g, to, want ? want : 1, &n, err);
		if (r < 0)
			return r;
		if (n && !want)
			return sl_err_set(err, SL_ERR_TOO_LARGE,
					  "unpacked data is larger than %zu bytes", out->max);
		if (n)
			sl_strbuf_claim(out, n);
	} while (n);
	return 0;
}
