/*
 * Any bytes as a tarball, in memory. The first byte chooses: even, the rest is packed first, so that
 * the fuzzer reaches the tar headers; odd, the rest is the gzip stream itself.
 */
#include <stdint.h>
#include <stdlib.h>

#include "libcommon/base/strbuf.h"
#include "libcommon/codec/gzip.h"
#include "libcommon/codec/tar_read.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What a caller relies on when it opens the path. */
static void check_path(struct sl_str path)
{
	struct sl_str part;
	size_t depth = 0;

	if (!path.n)
		return;
	while (sl_str_split(&path, '/', &part)) {
		if (!part.n || sl_str_eqz(part, ".") || sl_str_eqz(part, "..") ||
		    sl_str_chr(part, '\0') >= 0 || ++depth > SL_TAR_DEPTH_MAX)
			abort();
	}
}

static void read_all(struct sl_str packed)
{
	static const struct sl_tar_limits limits = { 4 << 20, 100 };
	SL_AUTO_PTR(sl_tar_reader) *t = sl_tar_reader_new(sl_source_str(&packed), &limits);
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_tar_entry e = { 0 };
	bool more = true;
	int r;

	do {
		SL_AUTO(sl_strbuf) content = SL_STRBUF_INIT(1 << 16);

		r = sl_tar_next(t, &e, &more, &err);
		if (r < 0 || !more)
			return;
		check_path(e.path);
		r = sl_tar_read_all(t, &content, &err);
		if (!r && content.n != e.size)
			abort();
	} while (!r || r == SL_ERR_TOO_LARGE);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	SL_AUTO(sl_strbuf) packed = SL_STRBUF_INIT(4 << 20);
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_str rest;

	if (!size)
		return 0;
	rest = (struct sl_str){ (const char *)data + 1, size - 1 };
	if (data[0] & 1)
		read_all(rest);
	else if (!sl_gzip_pack(rest, SL_GZIP_FAST, &packed, &err))
		read_all(sl_strbuf_str(&packed));
	return 0;
}
