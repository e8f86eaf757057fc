#include "libcommon/render/helm/set_scan.h"

#include <string.h>

#include "libcommon/codec/unicode.h"
#include "libcommon/lang/template/fmt.h"

static void skip(struct sl_str *rest, size_t n)
{
	*rest = sl_str_sub(*rest, n, rest->n);
}

/* The first character of `*rest`, which is not empty, appended as Go has it once it is decoded. */
static void take_rune(struct sl_str *rest, struct sl_strbuf *out)
{
	uint32_t rune;
	char bytes[4];
	size_t n = sl_rune_decode(*rest, &rune);

	sl_strbuf_add(out, bytes, sl_rune_encode(rune, bytes));
	skip(rest, n);
}

/* The length of what needs no change, up to a stop, a backslash or a byte that is not ASCII. */
static size_t plain_extent(struct sl_str s, const char *stops, bool escapes)
{
	size_t n = 0;

	while (n < s.n && s.p[n] && (unsigned char)s.p[n] < 0x80 && !strchr(stops, s.p[n]) &&
	       !(escapes && s.p[n] == '\\'))
		n++;
	return n;
}

bool sl_helm_set_until(struct sl_arena *a, struct sl_str *rest, const char *stops, bool escapes,
		       struct sl_str *ret_text, char *ret_stop)
{
	SL_AUTO(sl_strbuf) text = SL_STRBUF_INIT(3 * rest->n + 1);
	size_t n = plain_extent(*rest, stops, escapes);

	*ret_text = sl_str_sub(*rest, 0, n);
	if (n == rest->n) {
		skip(rest, n);
		return false;
	}
	if (rest->p[n] && strchr(stops, rest->p[n])) {
		*ret_stop = rest->p[n];
		skip(rest, n + 1);
		return true;
	}
	while (rest->n > 0) {
		char c = rest->p[0];

		if (c && strchr(stops, c)) {
			*ret_stop = c;
			*ret_text = sl_arena_str(a, sl_strbuf_str(&text));
			skip(rest, 1);
			return true;
		}
		if (escapes && c == '\\') {
			skip(rest, 1);
			if (rest->n == 0)
				break;
		}
		take_rune(rest, &text);
	}
	*ret_text = sl_arena_str(a, sl_strbuf_str(&text));
	return false;
}

/* unicode.IsSpace. */
static bool is_space(uint32_t rune)
{
	static const uint32_t spaces[] = { ' ',	   0x85,   0xa0,   0x1680, 0x2028,
					   0x2029, 0x202f, 0x205f, 0x3000 };

	if (rune >= '\t' && rune <= '\r')
		return true;
	if (rune >= 0x2000 && rune <= 0x200a)
		return true;
	for (size_t i = 0; i < SL_ARRAY_LEN(spaces); i++)
		if (rune == spaces[i])
			return true;
	return false;
}

bool sl_helm_set_blank(struct sl_str *rest)
{
	while (rest->n > 0) {
		uint32_t rune;
		size_t n = sl_rune_decode(*rest, &rune);

		if (rune == ',') {
			skip(rest, 1);
			return true;
		}
		if (!is_space(rune))
			return false;
		skip(rest, n);
	}
	return true;
}

/* A string, the opening quote being at `at`: the position behind it. */
static size_t behind_string(struct sl_str s, size_t at)
{
	for (at++; at < s.n; at++) {
		if (s.p[at] == '\\')
			at++;
		else if (s.p[at] == '"')
			return at + 1;
	}
	return s.n;
}

static size_t behind_nested(struct sl_str s, size_t at)
{
	size_t depth = 0;

	while (at < s.n) {
		char c = s.p[at];

		if (c == '"') {
			at = behind_string(s, at);
			continue;
		}
		at++;
		if (c == '{' || c == '[')
			depth++;
		else if ((c == '}' || c == ']') && --depth == 0)
			return at;
	}
	return s.n;
}

static bool one_of(struct sl_str s, size_t at, const char *set)
{
	return at < s.n && s.p[at] && strchr(set, s.p[at]);
}

static size_t behind_digits(struct sl_str s, size_t at)
{
	while (one_of(s, at, "0123456789"))
		at++;
	return at;
}

/* As far as JSON's grammar goes: behind a leading 0 no digit belongs to the number. */
static size_t behind_number(struct sl_str s, size_t at)
{
	if (one_of(s, at, "-"))
		at++;
	at = one_of(s, at, "0") ? at + 1 : behind_digits(s, at);
	if (one_of(s, at, "."))
		at = behind_digits(s, at + 1);
	if (!one_of(s, at, "eE"))
		return at;
	at++;
	if (one_of(s, at, "+-"))
		at++;
	return behind_digits(s, at);
}

size_t sl_helm_set_json_extent(struct sl_str text)
{
	static const struct sl_str words[] = { SL_STR("true"), SL_STR("false"), SL_STR("null") };
	size_t at = 0;

	while (one_of(text, at, " \t\r\n"))
		at++;
	if (one_of(text, at, "\""))
		return behind_string(text, at);
	if (one_of(text, at, "{["))
		return behind_nested(text, at);
	for (size_t i = 0; i < SL_ARRAY_LEN(words); i++)
		if (sl_str_starts(sl_str_sub(text, at, text.n), words[i]))
			return at + words[i].n;
	return one_of(text, at, "-0123456789") ? behind_number(text, at) : text.n;
}

bool sl_helm_set_looks_integer(struct sl_str text)
{
	size_t at = one_of(text, 0, "+-");

	return at < text.n && behind_digits(text, at) == text.n;
}

bool sl_helm_set_integer(struct sl_str text, int64_t *ret)
{
	if (!sl_helm_set_looks_integer(text))
		return false;
	sl_str_cut_prefix(&text, SL_STR("+"));
	return sl_str_to_i64(text, INT64_MIN, INT64_MAX, ret);
}

void sl_helm_set_quote_runes(struct sl_str text, struct sl_strbuf *out)
{
	bool first = true;

	sl_strbuf_addc(out, '[');
	while (text.n > 0) {
		struct sl_goval rune = { .type = &sl_go_int32 };
		uint32_t code;
		size_t n = sl_rune_decode(text, &code);

		rune.i = code;
		if (!first)
			sl_strbuf_addc(out, ' ');
		first = false;
		sl_go_sprintf(out, SL_STR("%q"), &rune, 1);
		skip(&text, n);
	}
	sl_strbuf_addc(out, ']');
}
