#include "libcommon/codec/base64.h"

#include <stdint.h>
#include <string.h>

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void sl_base64_encode(struct sl_str in, struct sl_strbuf *out)
{
	for (size_t i = 0; i < in.n; i += 3) {
		size_t left = in.n - i;
		uint32_t v = (uint32_t)(unsigned char)in.p[i] << 16;

		if (left > 1)
			v |= (uint32_t)(unsigned char)in.p[i + 1] << 8;
		if (left > 2)
			v |= (uint32_t)(unsigned char)in.p[i + 2];
		sl_strbuf_addc(out, alphabet[v >> 18]);
		sl_strbuf_addc(out, alphabet[v >> 12 & 63]);
		sl_strbuf_addc(out, left > 1 ? alphabet[v >> 6 & 63] : '=');
		sl_strbuf_addc(out, left > 2 ? alphabet[v & 63] : '=');
	}
}

static int value_of(char c)
{
	const char *hit = c ? strchr(alphabet, c) : NULL;

	return hit ? (int)(hit - alphabet) : -1;
}

static int malformed(size_t at, struct sl_err *err)
{
	return sl_err_set(err, SL_ERR_INVALID, "illegal base64 data at byte %zu", at);
}

int sl_base64_decode(struct sl_str in, struct sl_strbuf *out, struct sl_err *err)
{
	uint32_t v = 0;
	unsigned have = 0, pads = 0;

	for (size_t i = 0; i < in.n; i++) {
		int d;

		if (in.p[i] == '\n' || in.p[i] == '\r')
			continue;
		if (in.p[i] == '=' && have >= 2 && pads < 4 - have) {
			pads++;
			continue;
		}
		d = value_of(in.p[i]);
		if (d < 0 || pads)
			return malformed(i, err);
		v = v << 6 | (uint32_t)d;
		if (++have < 4)
			continue;
		sl_strbuf_add(out, (char[]){ (char)(v >> 16), (char)(v >> 8), (char)v }, 3);
		v = 0;
		have = 0;
	}
	if (have == 1 || (have && have + pads != 4))
		return malformed(in.n, err);
	if (have == 2 && !(v & 15))
		sl_strbuf_addc(out, (char)(v >> 4));
	else if (have == 3 && !(v & 3))
		sl_strbuf_add(out, (char[]){ (char)(v >> 10), (char)(v >> 2) }, 2);
	else if (have)
		return malformed(in.n, err);
	return sl_strbuf_check(out, "base64 data", err);
}
