#include <string.h>

#include "libcommon/base/ascii.h"
#include "libcommon/codec/toml.h"

bool sl_toml_is_bare(uint32_t c)
{
	return sl_is_alnum(c) || c == '_' || c == '-';
}

void sl_toml_add_quoted(struct sl_strbuf *out, struct sl_str s)
{
	static const char from[] = "\"\\\b\t\n\f\r", to[] = "\"\\btnfr";

	sl_strbuf_addc(out, '"');
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		const char *hit = c ? strchr(from, c) : NULL;

		if (hit)
			sl_strbuf_addf(out, "\\%c", to[hit - from]);
		else if (c < 0x20 || c == 0x7f)
			sl_strbuf_addf(out, "\\u%04x", c);
		else
			sl_strbuf_addc(out, (char)c);
	}
	sl_strbuf_addc(out, '"');
}

void sl_toml_add_key(struct sl_strbuf *out, struct sl_str key)
{
	bool bare = key.n > 0;

	for (size_t i = 0; i < key.n; i++)
		bare = bare && sl_toml_is_bare((unsigned char)key.p[i]);
	if (bare)
		sl_strbuf_adds(out, key);
	else
		sl_toml_add_quoted(out, key);
}
