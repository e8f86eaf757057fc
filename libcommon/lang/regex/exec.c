#include <stdlib.h>
#include <string.h>

#include "libcommon/codec/unicode.h"
#include "libcommon/lang/regex/program.h"

/* Threads that wait for the next code point, the one of the highest priority first. */
struct threads {
	uint32_t *v; /* states */
	uint32_t n;
	ptrdiff_t *slots; /* of each thread, `width` of them */
};

/* What is still to be followed, or, for a slot, to be put back when that has been done. */
struct todo {
	uint32_t state;
	uint32_t slot;
	ptrdiff_t value;
};
#define NO_SLOT UINT32_MAX

struct machine {
	const struct sl_regex *re;
	struct sl_str text;
	size_t width; /* slots that are kept */
	struct threads now, next;
	uint32_t *mark; /* of each state: the round in which it was reached */
	uint32_t round;
	struct todo *todo;
	ptrdiff_t *slots; /* of the thread that is being followed */
	bool matched;
	ptrdiff_t *best;
	size_t steps;
	void *memory;
};

static void machine_release(struct machine *m)
{
	free(m->memory);
}

static void machine_init(struct machine *m, size_t width)
{
	const struct sl_regex *re = m->re;
	size_t slots = (size_t)re->waiting * width;
	size_t bytes = 2 * slots * sizeof(ptrdiff_t) + 2 * width * sizeof(ptrdiff_t) +
		       ((size_t)re->count + 1) * sizeof(struct todo) +
		       (2 * (size_t)re->waiting + re->count) * sizeof(uint32_t);

	m->width = width;
	m->memory = sl_xmalloc(bytes);
	m->now.slots = m->memory;
	m->next.slots = m->now.slots + slots;
	m->slots = m->next.slots + slots;
	m->best = m->slots + width;
	m->todo = (struct todo *)(void *)(m->best + width);
	m->now.v = (uint32_t *)(void *)(m->todo + re->count + 1);
	m->next.v = m->now.v + re->waiting;
	m->mark = m->next.v + re->waiting;
	memset(m->mark, 0, re->count * sizeof(uint32_t));
}

static void next_round(struct machine *m)
{
	if (++m->round == 0) {
		memset(m->mark, 0, m->re->count * sizeof(uint32_t));
		m->round = 1;
	}
}

static bool is_word(struct sl_str s, size_t at)
{
	if (at >= s.n)
		return false;
	char c = s.p[at];

	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	       c == '_';
}

/* All that is asked for is ASCII, so that bytes tell as well as code points would. */
static bool looks(struct sl_str s, size_t at, enum sl_regex_look look)
{
	switch (look) {
	case SL_REGEX_BEGIN_TEXT:
		return at == 0;
	case SL_REGEX_END_TEXT:
		return at == s.n;
	case SL_REGEX_BEGIN_LINE:
		return at == 0 || s.p[at - 1] == '\n';
	case SL_REGEX_END_LINE:
		return at == s.n || s.p[at] == '\n';
	case SL_REGEX_WORD_BOUNDARY:
		return (at > 0 && is_word(s, at - 1)) != is_word(s, at);
	case SL_REGEX_NO_WORD_BOUNDARY:
		return (at > 0 && is_word(s, at - 1)) == is_word(s, at);
	}
	return false;
}

/* One state that takes nothing: where to go on, or false. */
static bool follow_one(struct machine *m, uint32_t *state, size_t at, size_t *depth)
{
	const struct sl_regex_inst *i = &m->re->inst[*state];

	switch (i->op) {
	case SL_REGEX_I_SPLIT:
		m->todo[(*depth)++] = (struct todo){ .state = i->arg, .slot = NO_SLOT };
		break;
	case SL_REGEX_I_CAPTURE:
		if (i->arg < m->width) {
			m->todo[(*depth)++] =
				(struct todo){ .slot = i->arg, .value = m->slots[i->arg] };
			m->slots[i->arg] = (ptrdiff_t)at;
		}
		break;
	case SL_REGEX_I_LOOK:
		if (!looks(m->text, at, (enum sl_regex_look)i->arg))
			return false;
		break;
	default:
		return false;
	}
	*state = i->out;
	return true;
}

/* From `state`, to all that wait behind it, in the order of their priority. */
static void follow(struct machine *m, struct threads *t, uint32_t state, size_t at)
{
	size_t depth = 0;

	m->todo[depth++] = (struct todo){ .state = state, .slot = NO_SLOT };
	while (depth > 0) {
		struct todo d = m->todo[--depth];

		if (d.slot != NO_SLOT) {
			m->slots[d.slot] = d.value;
			continue;
		}
		do {
			m->steps++;
			if (m->mark[d.state] == m->round)
				break;
			m->mark[d.state] = m->round;
			if (m->re->inst[d.state].op <= SL_REGEX_I_ANY) {
				if (m->width > 0)
					memcpy(t->slots + t->n * m->width, m->slots,
					       m->width * sizeof(ptrdiff_t));
				t->v[t->n++] = d.state;
			}
		} while (follow_one(m, &d.state, at, &depth));
	}
}

static bool takes(const struct sl_regex *re, const struct sl_regex_inst *i, uint32_t rune)
{
	if (i->op == SL_REGEX_I_RUNE)
		return i->arg == rune;
	if (i->op == SL_REGEX_I_ANY)
		return true;
	const struct sl_regex_set *set = &re->sets[i->arg];

	if (rune < 128)
		return set->ascii[rune / 64] >> (rune % 64) & 1;
	return sl_regex_class_has(set->v, set->n, rune);
}

/* All threads take `rune`, whose end is `end`; without one, at the end of the text, only matches count. */
static void step(struct machine *m, bool has_rune, uint32_t rune, size_t at, size_t end)
{
	m->next.n = 0;
	next_round(m);
	for (uint32_t t = 0; t < m->now.n; t++) {
		const struct sl_regex_inst *i = &m->re->inst[m->now.v[t]];
		const ptrdiff_t *slots = m->now.slots + t * m->width;

		m->steps++;
		if (i->op == SL_REGEX_I_MATCH) {
			m->matched = true;
			if (m->width == 0)
				return;
			memcpy(m->best, slots, m->width * sizeof(ptrdiff_t));
			m->best[1] = (ptrdiff_t)at;
			/* The threads that come behind have less priority. */
			break;
		}
		if (!has_rune || !takes(m->re, i, rune))
			continue;
		if (m->width > 0)
			memcpy(m->slots, slots, m->width * sizeof(ptrdiff_t));
		follow(m, &m->next, i->out, end);
	}
	struct threads spare = m->now;

	m->now = m->next;
	m->next = spare;
}

/* With no thread running, where one may begin: false when there is no such place any more. */
static bool skip_ahead(const struct machine *m, size_t *at)
{
	if (m->re->anchored && *at > 0)
		return false;
	if (m->re->anchored || m->re->prefix.n == 0)
		return true;
	ptrdiff_t found = sl_str_find(sl_str_sub(m->text, *at, m->text.n), m->re->prefix);

	if (found < 0)
		return false;
	*at += (size_t)found;
	return true;
}

static void begin_thread(struct machine *m, size_t at)
{
	for (size_t i = 0; i < m->width; i++)
		m->slots[i] = -1;
	if (m->width > 0)
		m->slots[0] = (ptrdiff_t)at;
	follow(m, &m->now, m->re->start, at);
}

static void search(struct machine *m, size_t at)
{
	for (;;) {
		uint32_t rune = 0;
		size_t width = 0;

		if (m->now.n == 0 && (m->matched || !skip_ahead(m, &at)))
			return;
		if (m->now.n == 0)
			next_round(m);
		if (!m->matched && (at == 0 || !m->re->anchored))
			begin_thread(m, at);
		if (at < m->text.n) {
			rune = (unsigned char)m->text.p[at];
			width = rune < 128
					? 1
					: sl_rune_decode(sl_str_sub(m->text, at, m->text.n), &rune);
		}
		step(m, width > 0, rune, at, at + width);
		if (width == 0 || (m->matched && m->width == 0))
			return;
		at += width;
	}
}

static bool find_literal(const struct sl_regex *re, struct sl_str text, size_t at,
			 struct sl_regex_span *ret_groups, size_t count)
{
	ptrdiff_t found = at == 0 && sl_str_eq(text, re->prefix) ? 0 : -1;

	if (!re->anchored)
		found = sl_str_find(sl_str_sub(text, at, text.n), re->prefix);
	if (found < 0)
		return false;
	for (size_t i = 0; i < count; i++)
		ret_groups[i] = (struct sl_regex_span){ -1, -1 };
	if (count > 0) {
		ret_groups[0].from = (ptrdiff_t)at + found;
		ret_groups[0].to = ret_groups[0].from + (ptrdiff_t)re->prefix.n;
	}
	return true;
}

bool sl_regex_run(const struct sl_regex *re, struct sl_str text, size_t at,
		  struct sl_regex_span *ret_groups, size_t count, size_t *ret_steps)
{
	SL_AUTO(machine) m = { .re = re, .text = text };
	size_t kept = count < (size_t)re->groups + 1 ? count : (size_t)re->groups + 1;

	if (re->is_literal)
		return find_literal(re, text, at, ret_groups, count);
	machine_init(&m, 2 * kept);
	search(&m, at);
	for (size_t i = 0; i < count && m.matched; i++) {
		ret_groups[i] = (struct sl_regex_span){ -1, -1 };
		if (i < kept)
			ret_groups[i] = (struct sl_regex_span){ m.best[2 * i], m.best[2 * i + 1] };
	}
	if (ret_steps)
		*ret_steps = m.steps;
	return m.matched;
}
