/*
 * Git's pkt-line framing: a writer, and a parser that is fed in pieces of any size.
 *
 *   "0009abcd\n"  a packet of 5 bytes of data        "0000" flush    "0001" delimiter
 *   "0004"        a packet of no data                "0002" response end
 *
 * Source: Git's gitprotocol-common (pkt-line format) and gitprotocol-v2 (special packets).
 * Limit: a packet is at most SL_PKTLINE_MAX bytes with its 4 bytes of length, as Git has it.
 * Thread rule: one thread at a time.
 */
#ifndef LIBCOMMON_NET_PKTLINE_H
#define LIBCOMMON_NET_PKTLINE_H

#include "libcommon/base/err.h"
#include "libcommon/base/str.h"
#include "libcommon/base/strbuf.h"

#define SL_PKTLINE_MAX 65520
#define SL_PKTLINE_DATA_MAX (SL_PKTLINE_MAX - 4)

enum sl_pktline_kind { SL_PKTLINE_DATA, SL_PKTLINE_FLUSH, SL_PKTLINE_DELIM, SL_PKTLINE_END };

/* Who takes the packets: embed it as the first member of a struct of your own. */
struct sl_pktline_sink {
	/* `data` is valid during the call; negative with `err` set ends the parsing with that error. */
	int (*packet)(struct sl_pktline_sink *self, enum sl_pktline_kind kind, struct sl_str data,
		      struct sl_err *err);
};

struct sl_pktline {
	struct sl_strbuf held; /* an unfinished packet, from its length on */
	size_t packets;	       /* handed on so far */
};
#define SL_PKTLINE_INIT \
	{ \
		.held = SL_STRBUF_INIT(SL_PKTLINE_MAX) \
	}
void sl_pktline_release(struct sl_pktline *p);

/* Parse the next bytes. SL_ERR_INVALID when they are no pkt-line, or what the sink returned. */
int sl_pktline_feed(struct sl_pktline *p, struct sl_str chunk, struct sl_pktline_sink *sink,
		    struct sl_err *err) SL_MUST_CHECK;
/* SL_ERR_INVALID when the input ended inside a packet. */
int sl_pktline_finish(const struct sl_pktline *p, struct sl_err *err) SL_MUST_CHECK;

/* Append one packet of our own, at most SL_PKTLINE_DATA_MAX bytes, or a special one. */
void sl_pktline_add(struct sl_strbuf *out, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void sl_pktline_add_flush(struct sl_strbuf *out);
void sl_pktline_add_delim(struct sl_strbuf *out);

#endif
