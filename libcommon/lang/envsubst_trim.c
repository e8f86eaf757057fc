#include <stdlib.h>
#include <string.h>

#include "libcommon/codec/unicode.h"
#include "libcommon/lang/envsubst.h"
#include "libcommon/lang/envsubst_ops.h"

/*
 * A pattern is a row of tokens, matched by keeping the set of places in it that can be reached: every
 * beginning of the value is tried at once, and the time is at most value times pattern.
 */
enum token_kind {
	LITERAL,
	ANY,
	STAR,
	CLASS,
};

struct token {
	enum token_kind kind;
	bool negated;	 /* CLASS */
	uint32_t rune;	 /* LITERAL */
	size_t from, to; /* CLASS: pairs of runes in ranges[] */
};

/* No token, and no range, takes less than a byte of the pattern. */
struct pattern {
	struct token tokens[SL_ENVSUBST_PATTERN_MAX];
	size_t n;
	uint32_t ranges[2 * SL_ENVSUBST_PATTERN_MAX];
	size_t range_n;
};

static bool take_rune(struct sl_str *s, uint32_t *ret_rune)
{
	size_t n;

	if (!s->n)
		return false;
	n = sl_rune_decode(*s, ret_rune);
	*s = sl_str_sub(*s, n, s->n);
	return n > 1 || *ret_rune != 0xfffd;
}

/* One end of a range, which may not be the last of the pattern. */
static bool take_bound(struct sl_str *s, uint32_t *ret_rune)
{
	if (!s->n || s->p[0] == '-' || s->p[0] == ']')
		return false;
	if (s->p[0] == '\\')
		*s = sl_str_sub(*s, 1, s->n);
	return take_rune(s, ret_rune) && s->n;
}

static bool take_class(struct pattern *p, struct sl_str *s, struct token *t)
{
	t->kind = CLASS;
	t->from = p->range_n;
	t->negated = sl_str_cut_prefix(s, SL_STR("^"));
	while (p->range_n == t->from || !sl_str_cut_prefix(s, SL_STR("]"))) {
		uint32_t *pair = &p->ranges[2 * p->range_n];

		if (!take_bound(s, &pair[0]))
			return false;
		pair[1] = pair[0];
		if (sl_str_cut_prefix(s, SL_STR("-")) && !take_bound(s, &pair[1]))
			return false;
		p->range_n++;
	}
	t->to = p->range_n;
	return true;
}

/* False when it is malformed. */
static bool compile(struct pattern *p, struct sl_str s)
{
	p->n = p->range_n = 0;
	while (s.n) {
		struct token *t = &p->tokens[p->n];
		char c = s.p[0];

		/* Two stars match what one does; without this each would be gone through. */
		p->n += c != '*' || !p->n || p->tokens[p->n - 1].kind != STAR;
		*t = (struct token){ .kind = LITERAL };
		if (c == '*' || c == '?' || c == '[' || c == '\\')
			s = sl_str_sub(s, 1, s.n);
		if (c == '*' || c == '?')
			t->kind = c == '*' ? STAR : ANY;
		else if (c == '[' && !take_class(p, &s, t))
			return false;
		else if (c != '[' && !s.n)
			return false;
		else if (c != '[')
			(void)take_rune(&s, &t->rune);
	}
	return true;
}

static bool accepts(const struct pattern *p, const struct token *t, uint32_t rune)
{
	if (t->kind != CLASS)
		return t->kind != LITERAL || t->rune == rune;
	for (size_t i = t->from; i < t->to; i++)
		if (p->ranges[2 * i] <= rune && rune <= p->ranges[2 * i + 1])
			return !t->negated;
	return t->negated;
}

/* Places that can be reached: on from a star without taking anything. */
static void reach(const struct pattern *p, bool *places, size_t at)
{
	places[at] = true;
	while (at < p->n && p->tokens[at].kind == STAR)
		places[++at] = true;
}

static bool advance(const struct pattern *p, uint32_t rune, const bool *now, bool *next)
{
	bool any = false;

	memset(next, 0, (p->n + 1) * sizeof(*next));
	for (size_t i = 0; i < p->n; i++) {
		const struct token *t = &p->tokens[i];

		if (!now[i] || !accepts(p, t, rune))
			continue;
		reach(p, next, t->kind == STAR ? i : i + 1);
		any = true;
	}
	return any;
}

/* Bytes of the shortest or longest beginning of `value` that matches, 0 when there is none. */
static size_t match(const struct pattern *p, struct sl_str value, bool longest, size_t *steps)
{
	bool places[2][SL_ENVSUBST_PATTERN_MAX + 1] = { 0 };
	size_t at = 0, found = 0;

	reach(p, places[0], 0);
	for (int turn = 0; at < value.n && *steps <= SL_ENVSUBST_STEPS_MAX; turn = !turn) {
		uint32_t rune;

		at += sl_rune_decode(sl_str_sub(value, at, value.n), &rune);
		*steps += p->n + 1;
		if (!advance(p, rune, places[turn], places[!turn]))
			break;
		if (places[!turn][p->n])
			found = at;
		if (found && !longest)
			break;
	}
	return found;
}

/* The characters in opposite order; the caller frees it. */
static char *reverse(struct sl_str s)
{
	const char *from = s.p ? s.p : "";
	char *p = sl_xmemdup0(from, s.n);

	for (size_t at = 0, n; at < s.n; at += n) {
		uint32_t rune;

		n = sl_rune_decode(sl_str_sub(s, at, s.n), &rune);
		memcpy(p + s.n - at - n, from + at, n);
	}
	return p;
}

static size_t match_begin(struct pattern *p, struct sl_str value, struct sl_str text, bool longest,
			  size_t *steps)
{
	return compile(p, text) ? match(p, value, longest, steps) : 0;
}

static size_t match_end(struct pattern *p, struct sl_str value, struct sl_str text, bool longest,
			size_t *steps)
{
	SL_AUTO_FREE char *v = reverse(value);
	SL_AUTO_FREE char *t = reverse(text);

	return match_begin(p, (struct sl_str){ v, value.n }, (struct sl_str){ t, text.n }, longest,
			   steps);
}

int sl_envsubst_trim(struct sl_str value, struct sl_str op, struct sl_str pattern, size_t *steps,
		     struct sl_strbuf *out, struct sl_err *err)
{
	bool end = op.p[0] == '%';
	size_t cut;

	if (pattern.n > SL_ENVSUBST_PATTERN_MAX)
		return sl_err_set(err, SL_ERR_TOO_LARGE, "a pattern is longer than %d bytes",
				  SL_ENVSUBST_PATTERN_MAX);
	SL_AUTO_FREE struct pattern *p = sl_xmalloc(sizeof(*p));

	cut = (end ? match_end : match_begin)(p, value, pattern, op.n > 1, steps);
	if (*steps > SL_ENVSUBST_STEPS_MAX)
		return sl_err_set(err, SL_ERR_TOO_LARGE, "patterns take too long to match");
	sl_strbuf_adds(out,
		       end ? sl_str_sub(value, 0, value.n - cut) : sl_str_sub(value, cut, value.n));
	return 0;
}
