#include "libcommon/codec/unicode.h"
#include "libcommon/lang/regex/category.h"
#include "libcommon/lang/sprig/call.h"
#include "libcommon/lang/sprig/words.h"

static bool is_upper(uint32_t rune)
{
	if (rune < 0x80)
		return rune >= 'A' && rune <= 'Z';
	return sl_rune_is(rune, "Lu");
}

static bool is_lower(uint32_t rune)
{
	if (rune < 0x80)
		return rune >= 'a' && rune <= 'z';
	return sl_rune_is(rune, "Ll");
}

/*
 * Each code point as `change` makes it, which may keep one number from one to the next. Bytes that are no
 * UTF-8 become U+FFFD, as everywhere in Go that goes by code points.
 */
static int map_runes(struct sl_go_call *call, struct sl_str s,
		     uint32_t (*change)(uint32_t rune, uint32_t *state), uint32_t state,
		     struct sl_goval *ret, struct sl_err *err)
{
	SL_SPRIG_BUF(out);
	uint32_t rune;
	char bytes[4];

	while (s.n && !out.failed) {
		s = sl_str_sub(s, sl_rune_decode(s, &rune), s.n);
		sl_strbuf_add(&out, bytes, sl_rune_encode(change(rune, &state), bytes));
	}
	return sl_sprig_text(call, &out, ret, err);
}

static uint32_t to_upper(uint32_t rune, uint32_t *state)
{
	(void)state;
	return sl_rune_to_upper(rune);
}

static uint32_t to_lower(uint32_t rune, uint32_t *state)
{
	(void)state;
	return sl_rune_to_lower(rune);
}

static bool separates(uint32_t rune)
{
	if (sl_rune_is_letter(rune) || sl_rune_is_digit(rune) || rune == '_')
		return false;
	return rune < 0x80 || sl_rune_is_space(rune);
}

/* `state` is the code point before. */
static uint32_t to_title(uint32_t rune, uint32_t *state)
{
	bool begins = separates(*state);

	*state = rune;
	return begins ? sl_rune_to_title(rune) : rune;
}

/* `state` tells that a word begins. */
static uint32_t to_untitle(uint32_t rune, uint32_t *state)
{
	bool begins = *state;

	*state = sl_rune_is_space(rune);
	return begins ? sl_rune_to_lower(rune) : rune;
}

/* Likewise, here only white space begins a word, and letters end its beginning. */
static uint32_t swap_case(uint32_t rune, uint32_t *state)
{
	bool begins = *state;

	if (is_upper(rune) || (rune >= 0x80 && sl_rune_is(rune, "Lt"))) {
		*state = false;
		return sl_rune_to_lower(rune);
	}
	if (!is_lower(rune)) {
		*state = sl_rune_is_space(rune);
		return rune;
	}
	*state = false;
	return begins ? sl_rune_to_title(rune) : sl_rune_to_upper(rune);
}

SL_SPRIG_FN(upper)
{
	return map_runes(call, args[0].s, to_upper, 0, ret, err);
}

SL_SPRIG_FN(lower)
{
	return map_runes(call, args[0].s, to_lower, 0, ret, err);
}

SL_SPRIG_FN(title)
{
	return map_runes(call, args[0].s, to_title, ' ', ret, err);
}

SL_SPRIG_FN(untitle)
{
	return map_runes(call, args[0].s, to_untitle, true, ret, err);
}

SL_SPRIG_FN(swapcase)
{
	return map_runes(call, args[0].s, swap_case, true, ret, err);
}

/* A byte as if it were a code point, which is what the original of two functions takes it for. */
static void add_byte(struct sl_strbuf *out, unsigned char c)
{
	char bytes[4];

	sl_strbuf_add(out, bytes, sl_rune_encode(c, bytes));
}

SL_SPRIG_FN(initials)
{
	SL_SPRIG_BUF(out);
	bool gap = true;

	for (size_t i = 0; i < args[0].s.n; i++) {
		unsigned char c = (unsigned char)args[0].s.p[i];

		if (!sl_rune_is_space(c) && gap)
			add_byte(&out, c);
		gap = sl_rune_is_space(c);
	}
	return sl_sprig_text(call, &out, ret, err);
}

SL_SPRIG_FN(nospace)
{
	SL_SPRIG_BUF(out);
	size_t count = 0;

	for (size_t i = 0; i < args[0].s.n; i++) {
		unsigned char c = (unsigned char)args[0].s.p[i];

		if (sl_rune_is_space(c))
			continue;
		add_byte(&out, c);
		count++;
	}
	if (count == args[0].s.n) {
		*ret = args[0];
		return 0;
	}
	return sl_sprig_text(call, &out, ret, err);
}

SL_SPRIG_FN(snakecase)
{
	SL_SPRIG_BUF(out);

	sl_words_join(&out, args[0].s, '_');
	return sl_sprig_text(call, &out, ret, err);
}

SL_SPRIG_FN(kebabcase)
{
	SL_SPRIG_BUF(out);

	sl_words_join(&out, args[0].s, '-');
	return sl_sprig_text(call, &out, ret, err);
}

SL_SPRIG_FN(camelcase)
{
	SL_SPRIG_BUF(out);

	sl_words_camel(&out, args[0].s);
	return sl_sprig_text(call, &out, ret, err);
}

static const struct sl_go_func funcs[] = {
	{ "camelcase", camelcase, { &sl_go_string }, 1, false },
	{ "initials", initials, { &sl_go_string }, 1, false },
	{ "kebabcase", kebabcase, { &sl_go_string }, 1, false },
	{ "lower", lower, { &sl_go_string }, 1, false },
	{ "nospace", nospace, { &sl_go_string }, 1, false },
	{ "snakecase", snakecase, { &sl_go_string }, 1, false },
	{ "swapcase", swapcase, { &sl_go_string }, 1, false },
	{ "title", title, { &sl_go_string }, 1, false },
	{ "untitle", untitle, { &sl_go_string }, 1, false },
	{ "upper", upper, { &sl_go_string }, 1, false },
};
const struct sl_sprig_table sl_sprig_case = SL_SPRIG_TABLE(funcs);
