#include "libcommon/lang/sprig/words.h"

#include "libcommon/codec/unicode.h"
#include "libcommon/lang/regex/category.h"

#define RUNE_ERROR 0xfffd

enum word_kind {
	WORD_NONE, /* nothing that could be read */
	WORD_NUMBER,
	WORD_UPPER,
	WORD_ALPHABET,
	WORD_CONNECTOR,
	WORD_PUNCT,
	WORD_OTHER,
};

static bool is_connector(uint32_t rune)
{
	return rune == '-' || rune == '_' || sl_rune_is_space(rune);
}

static bool is_upper(uint32_t rune)
{
	if (rune < 0x80)
		return rune >= 'A' && rune <= 'Z';
	return sl_rune_is(rune, "Lu");
}

static bool is_punct(uint32_t rune)
{
	if (rune < 0x80)
		return rune && sl_str_chr(SL_STR("!\"#%&'()*,-./:;?@[\\]_{}"), (char)rune) >= 0;
	return sl_rune_is(rune, "P");
}

static bool is_number(uint32_t rune)
{
	if (rune < 0x80)
		return rune >= '0' && rune <= '9';
	return sl_rune_is(rune, "N");
}

/* A letter, but of Chinese. */
static bool is_alphabet(uint32_t rune)
{
	if (!sl_rune_is_letter(rune))
		return false;
	return !(rune >= 0x4e00 && rune <= 0x9fcc) && !(rune >= 0x3400 && rune <= 0x4d85) &&
	       !(rune >= 0x20000 && rune <= 0x2b81d);
}

static bool is_small(uint32_t rune)
{
	return is_alphabet(rune) && !is_upper(rune);
}

static bool is_other(uint32_t rune)
{
	return !is_connector(rune) && !is_alphabet(rune) && !is_number(rune) && !is_punct(rune);
}

/*
 * The next code point that is not U+FFFD, which bytes that are no UTF-8 count as; those before it belong to
 * it. When there is none, `*rune` stays.
 */
static size_t next_valid(struct sl_str s, uint32_t *rune)
{
	size_t at = 0;
	uint32_t r;

	while (at < s.n) {
		at += sl_rune_decode(sl_str_sub(s, at, s.n), &r);
		if (r != RUNE_ERROR) {
			*rune = r;
			break;
		}
	}
	return at;
}

/* How far code points go that are the `same`; `*rune` is the first that is not, `*last` a length. */
static size_t extend(struct sl_str s, size_t at, uint32_t *rune, size_t *last,
		     bool (*same)(uint32_t rune))
{
	while (at < s.n) {
		size_t size = next_valid(sl_str_sub(s, at, s.n), rune);

		if (!same(*rune))
			break;
		at += size;
		*last = size;
	}
	return at;
}

/* "HTTP" of "HTTPStatus", "Status" of the rest. */
static size_t upper_word(struct sl_str s, size_t at, uint32_t rune)
{
	size_t last = at;

	if (at == s.n)
		return at;
	next_valid(sl_str_sub(s, at, s.n), &rune);
	if (!is_upper(rune))
		return extend(s, at, &rune, &last, is_small);
	at = extend(s, at, &rune, &last, is_upper);
	return at < s.n && is_alphabet(rune) ? at - last : at;
}

struct splitter {
	struct sl_strbuf *out;
	char connector;
	struct sl_str rest;
	enum word_kind kind; /* of the word before `rest` */
	struct sl_str word;
};

/* In the order in which a code point is asked for its kind. */
static const struct {
	enum word_kind kind;
	bool (*first)(uint32_t rune);
	bool (*more)(uint32_t rune);
} kinds[] = {
	{ WORD_CONNECTOR, is_connector, is_connector },
	{ WORD_PUNCT, is_punct, is_punct },
	{ WORD_UPPER, is_upper, NULL },
	{ WORD_ALPHABET, is_alphabet, is_small },
	{ WORD_NUMBER, is_number, is_number },
	{ WORD_OTHER, is_other, is_other },
};

static void next_word(struct splitter *sp)
{
	uint32_t rune = RUNE_ERROR;
	size_t at = sp->rest.n ? next_valid(sp->rest, &rune) : 0, last = at;

	sp->kind = WORD_NONE;
	for (size_t i = 0; rune != RUNE_ERROR && i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (!kinds[i].first(rune))
			continue;
		sp->kind = kinds[i].kind;
		at = kinds[i].more ? extend(sp->rest, at, &rune, &last, kinds[i].more)
				   : upper_word(sp->rest, at, rune);
		break;
	}
	sp->word = sl_str_sub(sp->rest, 0, at);
	sp->rest = sl_str_sub(sp->rest, at, sp->rest.n);
}

static void add_rune(struct sl_strbuf *out, uint32_t rune)
{
	char bytes[4];

	sl_strbuf_add(out, bytes, sl_rune_encode(rune, bytes));
}

static void put_word(struct splitter *sp, enum word_kind kind, struct sl_str word)
{
	uint32_t rune;

	if (kind != WORD_UPPER && kind != WORD_CONNECTOR) {
		sl_strbuf_adds(sp->out, word);
		return;
	}
	while (word.n) {
		word = sl_str_sub(word, sl_rune_decode(word, &rune), word.n);
		if (is_connector(rune))
			sl_strbuf_addc(sp->out, sp->connector);
		else
			add_rune(sp->out, is_upper(rune) ? sl_rune_to_lower(rune) : rune);
	}
}

static void put_connector(struct splitter *sp, bool also_before_nothing)
{
	if (sp->kind == WORD_PUNCT || sp->kind == WORD_CONNECTOR)
		return;
	if (sp->kind != WORD_NONE || also_before_nothing)
		sl_strbuf_addc(sp->out, sp->connector);
}

/* Small letters and numbers behind a number belong to it. */
static void put_tail(struct splitter *sp)
{
	while (sp->kind == WORD_ALPHABET || sp->kind == WORD_NUMBER) {
		put_word(sp, sp->kind, sp->word);
		next_word(sp);
	}
	put_connector(sp, false);
}

/* Behind letters: "Bld4Floor" is bld4_floor, and "HTTP2xx" is http_2xx. */
static void put_after_letters(struct splitter *sp)
{
	struct sl_str number = sp->word;

	if (sp->kind != WORD_NUMBER) {
		put_connector(sp, true);
		return;
	}
	if (!sp->rest.n)
		return;
	next_word(sp);
	if (sp->kind != WORD_ALPHABET) {
		put_word(sp, WORD_NUMBER, number);
		put_connector(sp, true);
		return;
	}
	sl_strbuf_addc(sp->out, sp->connector);
	put_word(sp, WORD_NUMBER, number);
	put_tail(sp);
}

void sl_words_join(struct sl_strbuf *out, struct sl_str s, char connector)
{
	struct splitter sp = { .out = out, .connector = connector, .rest = s };

	next_word(&sp);
	while (sp.rest.n && !out->failed) {
		enum word_kind before = sp.kind;

		put_word(&sp, before, sp.word);
		next_word(&sp);
		if (before == WORD_NUMBER)
			put_tail(&sp);
		else if (before != WORD_CONNECTOR && before != WORD_PUNCT)
			put_after_letters(&sp);
	}
	put_word(&sp, sp.kind, sp.word);
}

/*
 * Connectors at the front stay, and a text of nothing else gets one more; of several in a row all but one
 * do. A word that begins with capitals has only the first of them kept.
 */
void sl_words_camel(struct sl_strbuf *out, struct sl_str s)
{
	bool capitals = false;
	uint32_t rune = 0, before;

	if (!s.n)
		return;
	while (s.n) {
		s = sl_str_sub(s, sl_rune_decode(s, &rune), s.n);
		if (!is_connector(rune)) {
			capitals = is_upper(rune);
			rune = sl_rune_to_upper(rune);
			break;
		}
		add_rune(out, rune);
	}
	while (s.n && !out->failed) {
		before = rune;
		s = sl_str_sub(s, sl_rune_decode(s, &rune), s.n);
		if (is_connector(before) && !is_connector(rune)) {
			capitals = is_upper(rune);
			rune = sl_rune_to_upper(rune);
			continue;
		}
		if (!is_connector(before)) {
			capitals = capitals && is_upper(rune);
			if (capitals)
				rune = sl_rune_to_lower(rune);
		}
		add_rune(out, before);
	}
	add_rune(out, rune);
}
