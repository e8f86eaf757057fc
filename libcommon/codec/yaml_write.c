#include "libcommon/codec/yaml.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "libcommon/codec/base64.h"
#include "libcommon/codec/number.h"
#include "libcommon/codec/unicode.h"
#include "libcommon/codec/yaml_scalar.h"

#define INDENT 2
#define WIDTH 80

/*
 * The state of libyaml's emitter that decides about spaces and line breaks:
 *   at_space   the last thing written was white space, so that no separating space is needed
 *   indention  only indentation and "-", "?", ":" were written on this line so far
 */
struct writer {
	struct sl_strbuf *out;
	unsigned flags;
	int indent; /* -1 above the root */
	int column; /* in characters */
	bool at_space, indention;
};

static void put(struct writer *w, char c)
{
	sl_strbuf_addc(w->out, c);
	w->column++;
}

static void put_break(struct writer *w)
{
	sl_strbuf_addc(w->out, '\n');
	w->column = 0;
}

/* The character at `at`; returns the offset behind it. */
static size_t put_char(struct writer *w, struct sl_str s, size_t at)
{
	unsigned char c = (unsigned char)s.p[at];
	size_t len = c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;

	sl_strbuf_adds(w->out, sl_str_sub(s, at, at + len));
	w->column++;
	return at + len;
}

static size_t put_line_break(struct writer *w, struct sl_str s, size_t at)
{
	if (s.p[at] == '\n') {
		put_break(w);
		return at + 1;
	}
	at = put_char(w, s, at);
	w->column = 0;
	return at;
}

static void write_indent(struct writer *w)
{
	int indent = w->indent < 0 ? 0 : w->indent;

	if (!w->indention || w->column > indent || (w->column == indent && !w->at_space))
		put_break(w);
	if (w->column < indent) {
		sl_strbuf_addn(w->out, ' ', (size_t)(indent - w->column));
		w->column = indent;
	}
	w->at_space = w->indention = true;
}

static void write_indicator(struct writer *w, const char *text, bool space_before, bool indention)
{
	if (space_before && !w->at_space)
		put(w, ' ');
	for (; *text; text++)
		put(w, *text);
	w->at_space = false;
	w->indention = w->indention && indention;
}

static int deeper(const struct writer *w, bool flow)
{
	if (w->indent < 0)
		return flow ? INDENT : 0;
	return w->indent + INDENT;
}

/* Text without line breaks, folded at single spaces past the width. */
static void write_plain(struct writer *w, struct sl_str s, bool fold)
{
	size_t at = 0;
	bool spaces = false;

	if (!w->at_space)
		put(w, ' ');
	w->at_space = w->indention = false;
	if (!fold || (w->flags & SL_YAML_V3) || (size_t)w->column + s.n <= WIDTH) {
		sl_strbuf_adds(w->out, s);
		for (; at < s.n; at++)
			w->column += ((unsigned char)s.p[at] & 0xc0) != 0x80;
		return;
	}
	while (at < s.n) {
		if (s.p[at] != ' ') {
			at = put_char(w, s, at);
			spaces = false;
			continue;
		}
		if (!spaces && w->column > WIDTH && s.p[at + 1] != ' ') {
			write_indent(w);
			at++;
		} else {
			at = put_char(w, s, at);
		}
		spaces = true;
	}
	w->at_space = w->indention = false;
}

static void write_single_quoted(struct writer *w, struct sl_str s, bool fold)
{
	bool spaces = false, breaks = false;
	size_t at = 0;

	fold = fold && !(w->flags & SL_YAML_V3);
	write_indicator(w, "'", true, false);
	while (at < s.n) {
		if (s.p[at] == ' ') {
			if (fold && !spaces && w->column > WIDTH && at > 0 && at < s.n - 1 &&
			    s.p[at + 1] != ' ') {
				write_indent(w);
				at++;
			} else {
				at = put_char(w, s, at);
			}
			spaces = true;
		} else if (sl_yaml_break_len(s, at)) {
			at = put_line_break(w, s, at);
			w->indention = true;
			breaks = true;
		} else {
			if (breaks)
				write_indent(w);
			if (s.p[at] == '\'')
				put(w, '\'');
			at = put_char(w, s, at);
			w->indention = false;
			spaces = breaks = false;
		}
	}
	write_indicator(w, "'", false, false);
}

/* The character at `at` as an escape; returns the offset behind it. */
static size_t write_escape(struct writer *w, struct sl_str s, size_t at)
{
	static const struct {
		uint32_t rune;
		char letter;
	} letters[] = {
		{ 0x00, '0' },	{ 0x07, 'a' }, { 0x08, 'b' }, { 0x09, 't' },   { 0x0a, 'n' },
		{ 0x0b, 'v' },	{ 0x0c, 'f' }, { 0x0d, 'r' }, { 0x1b, 'e' },   { 0x22, '"' },
		{ 0x5c, '\\' }, { 0x85, 'N' }, { 0xa0, '_' }, { 0x2028, 'L' }, { 0x2029, 'P' },
	};
	size_t before = w->out->n;
	uint32_t rune;

	at += sl_rune_decode(sl_str_sub(s, at, s.n), &rune);
	sl_strbuf_addc(w->out, '\\');
	for (size_t i = 0; i < SL_ARRAY_LEN(letters); i++) {
		if (letters[i].rune != rune)
			continue;
		sl_strbuf_addc(w->out, letters[i].letter);
		w->column += 2;
		return at;
	}
	if (rune <= 0xff)
		sl_strbuf_addf(w->out, "x%02X", rune);
	else if (rune <= 0xffff)
		sl_strbuf_addf(w->out, "u%04X", rune);
	else
		sl_strbuf_addf(w->out, "U%08X", rune);
	w->column += (int)(w->out->n - before);
	return at;
}

static void write_double_quoted(struct writer *w, struct sl_str s, bool fold)
{
	/* An emitter's quirk: behind a byte order mark at the start everything is escaped. */
	bool escape_all = sl_str_starts(s, SL_STR("\xef\xbb\xbf"));
	bool spaces = false;
	size_t at = 0;

	fold = fold && !(w->flags & SL_YAML_V3);
	write_indicator(w, "\"", true, false);
	while (at < s.n) {
		if (escape_all || !sl_yaml_is_printable(s, at) || sl_yaml_break_len(s, at) ||
		    s.p[at] == '"' || s.p[at] == '\\') {
			at = write_escape(w, s, at);
			spaces = false;
		} else if (s.p[at] != ' ') {
			at = put_char(w, s, at);
			spaces = false;
		} else if (fold && !spaces && w->column > WIDTH && at > 0 && at < s.n - 1) {
			write_indent(w);
			if (s.p[at + 1] == ' ')
				put(w, '\\');
			at++;
			spaces = true;
		} else {
			at = put_char(w, s, at);
			spaces = true;
		}
	}
	write_indicator(w, "\"", false, false);
}

/* A leading space or break needs an indentation hint; the end tells how many breaks to keep. */
static void write_literal_hints(struct writer *w, struct sl_str s)
{
	size_t last = s.n - 1;

	if (s.p[0] == ' ' || sl_yaml_break_len(s, 0))
		write_indicator(w, "2", false, false);
	while (last > 0 && ((unsigned char)s.p[last] & 0xc0) == 0x80)
		last--;
	if (!sl_yaml_break_len(s, last)) {
		write_indicator(w, "-", false, false);
		return;
	}
	if (last > 0) {
		last--;
		while (last > 0 && ((unsigned char)s.p[last] & 0xc0) == 0x80)
			last--;
		if (!sl_yaml_break_len(s, last))
			return;
	}
	write_indicator(w, "+", false, false);
}

static void write_literal(struct writer *w, struct sl_str s)
{
	bool breaks = true;
	size_t at = 0;

	write_indicator(w, "|", true, false);
	write_literal_hints(w, s);
	put_break(w);
	w->indention = w->at_space = true;
	while (at < s.n) {
		size_t from = at;

		if (sl_yaml_break_len(s, at)) {
			at = put_line_break(w, s, at);
			w->indention = breaks = true;
			continue;
		}
		if (breaks)
			write_indent(w);
		while (at < s.n && !sl_yaml_break_len(s, at))
			at++;
		sl_strbuf_adds(w->out, sl_str_sub(s, from, at));
		w->column += (int)(at - from);
		w->indention = breaks = false;
	}
}

static void write_styled(struct writer *w, struct sl_str s, enum sl_yaml_style style,
			 bool simple_key)
{
	int indent = w->indent;

	w->indent = deeper(w, true);
	switch (style) {
	case SL_YAML_STYLE_PLAIN:
		write_plain(w, s, !simple_key);
		break;
	case SL_YAML_STYLE_SINGLE:
		write_single_quoted(w, s, !simple_key);
		break;
	case SL_YAML_STYLE_DOUBLE:
		write_double_quoted(w, s, !simple_key);
		break;
	case SL_YAML_STYLE_LITERAL:
		write_literal(w, s);
		break;
	}
	w->indent = indent;
}

static void write_binary(struct writer *w, struct sl_str s)
{
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(w->out->max);

	sl_base64_encode(s, &b);
	write_indicator(w, "!!binary", true, false);
	write_styled(w, sl_strbuf_str(&b), SL_YAML_STYLE_PLAIN, false);
}

static struct sl_yaml_analysis analyse(const struct writer *w, struct sl_str s, bool key)
{
	return w->flags & SL_YAML_V3 ? sl_yaml_analyse_v3(s, key) : sl_yaml_analyse(s, key);
}

static void write_string(struct writer *w, struct sl_str s)
{
	if ((w->flags & SL_YAML_V3) && !sl_str_is_utf8(s))
		write_binary(w, s);
	else
		write_styled(w, s, analyse(w, s, false).style, false);
}

static void write_word(struct writer *w, struct sl_str s)
{
	write_styled(w, s, SL_YAML_STYLE_PLAIN, false);
}

/*
 * Kubernetes tools hand YAML's writer what they read back from JSON, where a float without a
 * fraction has become an integer as long as 64 bits hold it.
 */
static void write_float(struct writer *w, double f)
{
	char buf[SL_NUMBER_TEXT_MAX];
	const double int64_end = 9223372036854775808.0, uint64_end = 2 * int64_end;
	bool integer = f > -int64_end && f < uint64_end && f == trunc(f);

	if (f == 0)
		write_word(w, SL_STR("0"));
	else
		write_word(w, sl_float_text(f, integer ? SL_FLOAT_F : SL_FLOAT_G, buf));
}

static void write_value(struct writer *w, const struct sl_value *v, bool in_map);

static void write_list(struct writer *w, const struct sl_value *v, bool in_map)
{
	int indent = w->indent;

	if (!v->list.n) {
		write_indicator(w, "[", true, false);
		write_indicator(w, "]", false, false);
		return;
	}
	/* Below its key a list is not indented, but it is below the ":" of a "? key". */
	if (!in_map || w->indention || indent < 0 || (w->flags & SL_YAML_V3))
		w->indent = deeper(w, false);
	for (size_t i = 0; i < v->list.n; i++) {
		write_indent(w);
		write_indicator(w, "-", true, true);
		write_value(w, v->list.items[i], false);
	}
	w->indent = indent;
}

static void write_member(struct writer *w, const struct sl_member *m)
{
	struct sl_yaml_analysis key = analyse(w, m->key, true);

	write_indent(w);
	if (key.simple_key) {
		write_styled(w, m->key, key.style, true);
		write_indicator(w, ":", false, false);
	} else {
		write_indicator(w, "?", true, true);
		write_styled(w, m->key, key.style, false);
		write_indent(w);
		write_indicator(w, ":", true, true);
	}
	write_value(w, m->value, true);
}

static void write_map(struct writer *w, const struct sl_value *v)
{
	const struct sl_member **sorted = NULL;
	int indent = w->indent;

	if (!v->map.n) {
		write_indicator(w, "{", true, false);
		write_indicator(w, "}", false, false);
		return;
	}
	if (w->flags & SL_YAML_SORT)
		sorted = sl_map_order_by(v, w->flags & SL_YAML_V3 ? sl_yaml_key_cmp_v3
								  : sl_yaml_key_cmp);
	w->indent = deeper(w, false);
	for (size_t i = 0; i < v->map.n; i++)
		write_member(w, sorted ? sorted[i] : &v->map.members[i]);
	w->indent = indent;
	free(sorted);
}

static void write_value(struct writer *w, const struct sl_value *v, bool in_map)
{
	char buf[24];

	/* A refused append is final: the rest of the tree would only cost time. */
	if (w->out->failed)
		return;
	switch (v->kind) {
	case SL_V_NULL:
		write_word(w, SL_STR("null"));
		return;
	case SL_V_BOOL:
		write_word(w, v->b ? SL_STR("true") : SL_STR("false"));
		return;
	case SL_V_INT:
		snprintf(buf, sizeof(buf), "%lld", (long long)v->i);
		write_word(w, sl_str(buf));
		return;
	case SL_V_FLOAT:
		write_float(w, v->f);
		return;
	case SL_V_NUMBER:
		write_word(w, v->s);
		return;
	case SL_V_STRING:
		write_string(w, v->s);
		return;
	case SL_V_LIST:
		write_list(w, v, in_map);
		return;
	case SL_V_MAP:
		write_map(w, v);
		return;
	}
}

void sl_yaml_write(const struct sl_value *v, unsigned flags, struct sl_strbuf *out)
{
	struct writer w = {
		.out = out, .flags = flags, .indent = -1, .at_space = true, .indention = true
	};

	if (v)
		write_value(&w, v, false);
	else
		write_word(&w, SL_STR("null"));
	write_indent(&w);
}
