#include "libcommon/codec/json.h"

#include <stdlib.h>
#include <string.h>

#include "libcommon/codec/json_text.h"
#include "libcommon/codec/number.h"
#include "libcommon/codec/unicode.h"

struct writer {
	struct sl_strbuf *out;
	unsigned flags;
	size_t depth;
};

/* What is written as it is, whatever the flags. */
static const bool plain[256] = {
	[' ' ... '!'] = true, ['#' ... '%'] = true, ['\'' ... ';'] = true,
	['='] = true,	      ['?' ... '['] = true, [']' ... 0x7f] = true,
};

static size_t plain_run(const char *p, size_t n, unsigned flags)
{
	size_t i = 0;

	while (!(flags & SL_JSON_HTML_SAFE) && n - i >= 8 && sl_json_plain_bytes(p + i) == 8)
		i += 8;
	while (i < n && plain[(unsigned char)p[i]])
		i++;
	return i;
}

/* How many bytes of `s` begin it that are written together, and whether they need escaping. */
static size_t piece(struct sl_str s, unsigned flags, bool *ret_special)
{
	unsigned char c = (unsigned char)s.p[0];
	uint32_t rune;
	size_t n;

	*ret_special = c < 0x20 || c == '"' || c == '\\' ||
		       (flags & SL_JSON_HTML_SAFE && (c == '<' || c == '>' || c == '&'));
	if (c < 0x80 || !(flags & (SL_JSON_GO | SL_JSON_HTML_SAFE)))
		return 1;
	n = sl_rune_decode(s, &rune);
	*ret_special = rune == 0x2028 || rune == 0x2029 || (n == 1 && flags & SL_JSON_GO);
	return n;
}

static void put_escape(const unsigned char *p, size_t len, struct sl_strbuf *out)
{
	static const char from[] = "\"\\\b\f\n\r\t", to[] = "\"\\bfnrt";
	const char *hit = *p ? strchr(from, *p) : NULL;

	if (len == 3)
		sl_strbuf_addf(out, "\\u202%x", p[2] & 0xfU);
	else if (*p >= 0x80)
		sl_strbuf_addz(out, "\\ufffd");
	else if (hit)
		sl_strbuf_add(out, (char[]){ '\\', to[hit - from] }, 2);
	else
		sl_strbuf_addf(out, "\\u%04x", *p);
}

static void quote(struct sl_str s, unsigned flags, struct sl_strbuf *out)
{
	size_t from = 0;

	sl_strbuf_addc(out, '"');
	for (size_t i = 0, len; i < s.n; i += len) {
		bool special;

		len = plain_run(s.p + i, s.n - i, flags);
		if (len)
			continue;
		len = piece(sl_str_sub(s, i, s.n), flags, &special);
		if (!special)
			continue;
		sl_strbuf_adds(out, sl_str_sub(s, from, i));
		put_escape((const unsigned char *)s.p + i, len, out);
		from = i + len;
	}
	sl_strbuf_adds(out, sl_str_sub(s, from, s.n));
	sl_strbuf_addc(out, '"');
}

void sl_json_quote(struct sl_str s, struct sl_strbuf *out)
{
	quote(s, 0, out);
}

static void new_line(struct writer *w)
{
	if (!(w->flags & SL_JSON_PRETTY))
		return;
	sl_strbuf_addc(w->out, '\n');
	sl_strbuf_addn(w->out, ' ', w->depth * 2);
}

static void put_value(struct writer *w, const struct sl_value *v);

static void put_list(struct writer *w, const struct sl_value *v)
{
	sl_strbuf_addc(w->out, '[');
	w->depth++;
	for (size_t i = 0; i < v->list.n; i++) {
		if (i)
			sl_strbuf_addc(w->out, ',');
		new_line(w);
		put_value(w, v->list.items[i]);
	}
	w->depth--;
	if (v->list.n)
		new_line(w);
	sl_strbuf_addc(w->out, ']');
}

static void put_map(struct writer *w, const struct sl_value *v)
{
	const struct sl_member **sorted = w->flags & SL_JSON_SORT ? sl_map_order(v) : NULL;

	sl_strbuf_addc(w->out, '{');
	w->depth++;
	for (size_t i = 0; i < v->map.n; i++) {
		const struct sl_member *m = sorted ? sorted[i] : &v->map.members[i];

		if (i)
			sl_strbuf_addc(w->out, ',');
		new_line(w);
		quote(m->key, w->flags, w->out);
		sl_strbuf_addc(w->out, ':');
		if (w->flags & SL_JSON_PRETTY)
			sl_strbuf_addc(w->out, ' ');
		put_value(w, m->value);
	}
	w->depth--;
	if (v->map.n)
		new_line(w);
	sl_strbuf_addc(w->out, '}');
	free(sorted);
}

static void put_value(struct writer *w, const struct sl_value *v)
{
	char buf[SL_NUMBER_TEXT_MAX];

	/* A refused append is final: the rest of the tree would only cost time. */
	if (w->out->failed)
		return;
	switch (v->kind) {
	case SL_V_NULL:
		sl_strbuf_addz(w->out, "null");
		return;
	case SL_V_BOOL:
		sl_strbuf_addz(w->out, v->b ? "true" : "false");
		return;
	case SL_V_INT:
		sl_strbuf_addf(w->out, "%lld", (long long)v->i);
		return;
	case SL_V_FLOAT:
		sl_strbuf_adds(w->out, sl_float_text(v->f, SL_FLOAT_JSON, buf));
		return;
	case SL_V_NUMBER:
		sl_strbuf_adds(w->out, v->s);
		return;
	case SL_V_STRING:
		quote(v->s, w->flags, w->out);
		return;
	case SL_V_LIST:
		put_list(w, v);
		return;
	case SL_V_MAP:
		put_map(w, v);
		return;
	}
}

void sl_json_write(const struct sl_value *v, unsigned flags, struct sl_strbuf *out)
{
	struct writer w = { .out = out, .flags = flags };

	if (v)
		put_value(&w, v);
	else
		sl_strbuf_addz(out, "null");
}
