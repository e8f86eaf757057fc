/* html, js and urlquery. */
#include <string.h>

#include "libcommon/base/ascii.h"
#include "libcommon/codec/goquote.h"
#include "libcommon/codec/unicode.h"
#include "libcommon/lang/template/builtin.h"
#include "libcommon/lang/template/fmt.h"

/* The arguments as print would print them, but nothing at all as an action does. */
static int text_of(struct sl_go_call *call, const struct sl_goval *args, size_t n,
		   struct sl_str *ret, struct sl_err *err)
{
	SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(TMPL_TEXT_MAX);
	struct sl_goval *shown = sl_arena_array(call->a, n + 1, sizeof(*shown)), text;
	int r;

	if (n == 1 && args[0].type == &sl_go_string) {
		*ret = args[0].s;
		return 0;
	}
	for (size_t i = 0; i < n; i++)
		shown[i] = args[i].type && args[i].type != &sl_go_any ? args[i]
								      : sl_goval_strz("<no value>");
	sl_go_sprint(&out, shown, n);
	r = tmpl_return_text(call, &out, &text, err);
	if (r == 0)
		*ret = text.s;
	return r;
}

static const char *html_of(char c)
{
	switch (c) {
	case 0:
		return "\xef\xbf\xbd";
	case '"':
		return "&#34;";
	case '\'':
		return "&#39;";
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	default:
		return NULL;
	}
}

int tmpl_html(struct sl_go_call *call, const struct sl_goval *args, size_t n, struct sl_goval *ret,
	      struct sl_err *err)
{
	SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(TMPL_TEXT_MAX);
	struct sl_str text = SL_STR_NULL;
	int r = text_of(call, args, n, &text, err);

	if (r < 0)
		return r;
	for (size_t i = 0; i < text.n; i++) {
		const char *escaped = html_of(text.p[i]);

		if (escaped)
			sl_strbuf_addz(&out, escaped);
		else
			sl_strbuf_addc(&out, text.p[i]);
	}
	return tmpl_return_text(call, &out, ret, err);
}

static void add_js(struct sl_strbuf *out, unsigned char c)
{
	if (c == '\\' || c == '\'' || c == '"')
		sl_strbuf_addf(out, "\\%c", c);
	else if (c < ' ' || strchr("<>&=", c))
		sl_strbuf_addf(out, "\\u%04X", c);
	else
		sl_strbuf_addc(out, (char)c);
}

int tmpl_js(struct sl_go_call *call, const struct sl_goval *args, size_t n, struct sl_goval *ret,
	    struct sl_err *err)
{
	SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(TMPL_TEXT_MAX);
	struct sl_str text = SL_STR_NULL;
	int r = text_of(call, args, n, &text, err);

	if (r < 0)
		return r;
	for (size_t i = 0; i < text.n;) {
		struct sl_str rest = sl_str_sub(text, i, text.n);
		uint32_t rune;
		size_t size;

		if ((unsigned char)text.p[i] < 0x80) {
			add_js(&out, (unsigned char)text.p[i++]);
			continue;
		}
		size = sl_rune_decode(rest, &rune);
		if (sl_rune_is_printable(rune))
			sl_strbuf_add(&out, rest.p, size);
		else
			sl_strbuf_addf(&out, "\\u%04X", rune);
		i += size;
	}
	return tmpl_return_text(call, &out, ret, err);
}

static bool is_unreserved(char c)
{
	return sl_is_alnum(c) || (c && strchr("-_.~", c));
}

int tmpl_urlquery(struct sl_go_call *call, const struct sl_goval *args, size_t n,
		  struct sl_goval *ret, struct sl_err *err)
{
	SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(TMPL_TEXT_MAX);
	struct sl_str text = SL_STR_NULL;
	int r = text_of(call, args, n, &text, err);

	if (r < 0)
		return r;
	for (size_t i = 0; i < text.n; i++) {
		if (is_unreserved(text.p[i]))
			sl_strbuf_addc(&out, text.p[i]);
		else if (text.p[i] == ' ')
			sl_strbuf_addc(&out, '+');
		else
			sl_strbuf_addf(&out, "%%%02X", (unsigned char)text.p[i]);
	}
	return tmpl_return_text(call, &out, ret, err);
}
