#include "libcommon/net/pktline.h"

#include <assert.h>
#include <stdarg.h>

void sl_pktline_release(struct sl_pktline *p)
{
	sl_strbuf_release(&p->held);
	p->packets = 0;
}

/* The length field at the start of `s`, which has at least 4 bytes; 0 to 2 are the special packets. */
static int packet_length(struct sl_str s, size_t *ret_length, struct sl_err *err)
{
	uint64_t length;

	if (!sl_hex_to_u64(sl_str_sub(s, 0, 4), SL_PKTLINE_MAX, &length) || length == 3)
		return sl_err_set(err, SL_ERR_INVALID, "answer is no Git pkt-line");
	*ret_length = (size_t)length;
	return 0;
}

static int deliver(struct sl_pktline *p, struct sl_str packet, size_t length,
		   struct sl_pktline_sink *sink, struct sl_err *err)
{
	static const enum sl_pktline_kind special[] = { SL_PKTLINE_FLUSH, SL_PKTLINE_DELIM,
							SL_PKTLINE_END };

	p->packets++;
	if (length < SL_ARRAY_LEN(special))
		return sink->packet(sink, special[length], SL_STR_NULL, err);
	return sink->packet(sink, SL_PKTLINE_DATA, sl_str_sub(packet, 4, length), err);
}

/* Move bytes from `chunk` until `held` has `want`; false when there are not enough. */
static bool fill(struct sl_pktline *p, struct sl_str *chunk, size_t want)
{
	size_t n = want - p->held.n;

	if (n > chunk->n)
		n = chunk->n;
	sl_strbuf_add(&p->held, chunk->p, n);
	*chunk = sl_str_sub(*chunk, n, chunk->n);
	return p->held.n == want;
}

/* Complete the packet that the last call left behind, if any. */
static int finish_held(struct sl_pktline *p, struct sl_str *chunk, struct sl_pktline_sink *sink,
		       struct sl_err *err)
{
	size_t length = 0;
	int r;

	if (!p->held.n)
		return 0;
	if (p->held.n < 4 && !fill(p, chunk, 4))
		return 0;
	r = packet_length(sl_strbuf_str(&p->held), &length, err);
	if (r < 0)
		return r;
	if (length > 4 && !fill(p, chunk, length))
		return 0;
	r = deliver(p, sl_strbuf_str(&p->held), length, sink, err);
	sl_strbuf_reset(&p->held);
	return r;
}

int sl_pktline_feed(struct sl_pktline *p, struct sl_str chunk, struct sl_pktline_sink *sink,
		    struct sl_err *err)
{
	int r = finish_held(p, &chunk, sink, err);

	if (r < 0)
		return r;
	while (chunk.n) {
		size_t length = 0, whole;

		if (chunk.n >= 4) {
			r = packet_length(chunk, &length, err);
			if (r < 0)
				return r;
		}
		whole = length < 4 ? 4 : length;
		if (chunk.n < whole) {
			sl_strbuf_adds(&p->held, chunk);
			return 0;
		}
		r = deliver(p, chunk, length, sink, err);
		if (r < 0)
			return r;
		chunk = sl_str_sub(chunk, whole, chunk.n);
	}
	return 0;
}

int sl_pktline_finish(const struct sl_pktline *p, struct sl_err *err)
{
	if (p->held.n)
		return sl_err_set(err, SL_ERR_INVALID, "answer ends inside a Git pkt-line");
	return 0;
}

void sl_pktline_add(struct sl_strbuf *out, const char *fmt, ...)
{
	SL_AUTO(sl_strbuf) data = SL_STRBUF_INIT(SL_PKTLINE_DATA_MAX);
	va_list ap;

	va_start(ap, fmt);
	sl_strbuf_vaddf(&data, fmt, ap);
	va_end(ap);
	assert(!data.failed);
	sl_strbuf_addf(out, "%04zx", data.n + 4);
	sl_strbuf_adds(out, sl_strbuf_str(&data));
}

void sl_pktline_add_flush(struct sl_strbuf *out)
{
	sl_strbuf_addz(out, "0000");
}

void sl_pktline_add_delim(struct sl_strbuf *out)
{
	sl_strbuf_addz(out, "0001");
}
