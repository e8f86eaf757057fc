#include "libcommon/codec/glob.h"

#define REPLACEMENT 0xfffd

/* Take one character; what is not UTF-8 gives U+FFFD for one byte, and *ret_good says so. */
static uint32_t take_rune(struct sl_str *s, bool *ret_good)
{
	uint32_t c = REPLACEMENT;
	size_t n = sl_utf8_decode(*s, &c);

	*ret_good = n > 0;
	*s = sl_str_sub(*s, n ? n : 1, s->n);
	return c;
}

/* Take stars, and then what stands before the next star outside brackets. */
static bool take_chunk(struct sl_str *pattern, struct sl_str *ret_chunk)
{
	bool star = false, in_range = false;
	size_t i = 0;

	while (sl_str_cut_prefix(pattern, SL_STR("*")))
		star = true;
	for (; i < pattern->n && (in_range || pattern->p[i] != '*'); i++) {
		if (pattern->p[i] == '\\' && i + 1 < pattern->n)
			i++;
		else if (pattern->p[i] == '[')
			in_range = true;
		else if (pattern->p[i] == ']')
			in_range = false;
	}
	*ret_chunk = sl_str_sub(*pattern, 0, i);
	*pattern = sl_str_sub(*pattern, i, pattern->n);
	return star;
}

/* One end of a range, perhaps escaped. A range cannot end the chunk. False when malformed. */
static bool take_range_end(struct sl_str *chunk, uint32_t *ret)
{
	bool good;

	if (!chunk->n || chunk->p[0] == '-' || chunk->p[0] == ']')
		return false;
	sl_str_cut_prefix(chunk, SL_STR("\\"));
	if (!chunk->n)
		return false;
	*ret = take_rune(chunk, &good);
	return good && chunk->n;
}

/* "[...]" behind its '['. False when malformed. */
static bool take_class(struct sl_str *chunk, uint32_t c, bool *ret_match)
{
	bool negated = sl_str_cut_prefix(chunk, SL_STR("^")), match = false;

	for (size_t ranges = 0; !ranges || !sl_str_cut_prefix(chunk, SL_STR("]")); ranges++) {
		uint32_t lo, hi;

		if (!take_range_end(chunk, &lo))
			return false;
		hi = lo;
		if (sl_str_cut_prefix(chunk, SL_STR("-")) && !take_range_end(chunk, &hi))
			return false;
		match = match || (lo <= c && c <= hi);
	}
	*ret_match = match != negated;
	return true;
}

static bool take_byte(struct sl_str *s, char c)
{
	bool match = s->p[0] == c;

	*s = sl_str_sub(*s, 1, s->n);
	return match;
}

/*
 * Match a chunk, which has no star, at the start of `name`, and leave what follows in `*ret_rest`.
 * After a mismatch the chunk is read to its end, for malformed parts.
 */
static enum sl_glob match_chunk(struct sl_str chunk, struct sl_str name, struct sl_str *ret_rest)
{
	bool failed = false, match, utf8;

	while (chunk.n) {
		uint32_t c = 0;

		failed = failed || !name.n;
		if (sl_str_cut_prefix(&chunk, SL_STR("["))) {
			if (!failed)
				c = take_rune(&name, &utf8);
			if (!take_class(&chunk, c, &match))
				return SL_GLOB_MALFORMED;
			failed = failed || !match;
			continue;
		}
		if (sl_str_cut_prefix(&chunk, SL_STR("?"))) {
			if (!failed)
				failed = take_rune(&name, &utf8) == '/';
			continue;
		}
		sl_str_cut_prefix(&chunk, SL_STR("\\"));
		if (!chunk.n)
			return SL_GLOB_MALFORMED;
		if (!failed)
			failed = !take_byte(&name, chunk.p[0]);
		chunk = sl_str_sub(chunk, 1, chunk.n);
	}
	*ret_rest = name;
	return failed ? SL_GLOB_NO : SL_GLOB_YES;
}

/* Match a chunk behind a star: at each later place of `*name` that the star can reach. */
static enum sl_glob match_later(struct sl_str chunk, bool last, struct sl_str *name)
{
	for (size_t i = 0; i < name->n && name->p[i] != '/'; i++) {
		struct sl_str rest;
		enum sl_glob r = match_chunk(chunk, sl_str_sub(*name, i + 1, name->n), &rest);

		if (r == SL_GLOB_NO || (r == SL_GLOB_YES && last && rest.n))
			continue;
		if (r == SL_GLOB_YES)
			*name = rest;
		return r;
	}
	return SL_GLOB_NO;
}

enum sl_glob sl_glob_match(struct sl_str pattern, struct sl_str name)
{
	while (pattern.n) {
		struct sl_str chunk, rest;
		bool star = take_chunk(&pattern, &chunk);
		enum sl_glob r;

		if (star && !chunk.n)
			return sl_str_chr(name, '/') < 0 ? SL_GLOB_YES : SL_GLOB_NO;
		r = match_chunk(chunk, name, &rest);
		if (r == SL_GLOB_MALFORMED)
			return r;
		if (r == SL_GLOB_YES && (!rest.n || pattern.n)) {
			name = rest;
			continue;
		}
		r = star ? match_later(chunk, !pattern.n, &name) : SL_GLOB_NO;
		if (r != SL_GLOB_YES)
			return r;
	}
	return name.n ? SL_GLOB_NO : SL_GLOB_YES;
}
