/* pkt-lines of a Git server: the first byte says in pieces of which size they come. */
#include <stdint.h>
#include <stdlib.h>

#include "libcommon/net/pktline.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct counter {
	struct sl_pktline_sink sink;
	size_t packets, bytes;
};

static int count(struct sl_pktline_sink *self, enum sl_pktline_kind kind, struct sl_str data,
		 struct sl_err *err)
{
	struct counter *c = (struct counter *)self;

	(void)err;
	if (kind != SL_PKTLINE_DATA && data.n)
		abort();
	c->packets++;
	c->bytes += data.n;
	return 0;
}

static int parse(struct sl_str text, size_t piece, struct counter *c)
{
	SL_AUTO(sl_pktline) p = SL_PKTLINE_INIT;
	int r = 0;

	while (text.n && r == 0) {
		r = sl_pktline_feed(&p, sl_str_sub(text, 0, piece), &c->sink, NULL);
		text = sl_str_sub(text, piece, text.n);
	}
	return r < 0 ? r : sl_pktline_finish(&p, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct counter whole = { .sink = { count } }, pieces = { .sink = { count } };
	struct sl_str text = { (const char *)data, size };

	if (!size)
		return 0;
	text = sl_str_sub(text, 1, size);
	if (parse(text, text.n + 1, &whole) != parse(text, data[0] + 1u, &pieces))
		abort();
	if (whole.packets != pieces.packets || whole.bytes != pieces.bytes)
		abort();
	return 0;
}
