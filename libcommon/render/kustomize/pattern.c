#include "libcommon/render/kustomize/pattern.h"

#include <string.h>

/*
 * Thompson's construction: a program of states, run on all threads at once. Each state takes at most
 * one step per byte, so that matching costs states times bytes whatever the pattern.
 */
enum op {
	OP_SET,	  /* one byte out of a set */
	OP_SPLIT, /* go on at x and at y */
	OP_JUMP,  /* go on at x */
	OP_BEGIN, /* only at the start */
	OP_END,	  /* only at the end */
	OP_MATCH,
};

struct state {
	enum op op;
	uint32_t x, y;
	uint64_t set[4];
};

struct sl_kz_pattern {
	struct state *states;
	uint32_t n, cap;
	struct sl_str literal; /* all of it, when it has no metacharacter */
	bool is_literal;
};

struct parser {
	struct sl_arena *a;
	struct sl_err *err;
	struct sl_str text;
	size_t at;
	size_t depth;
	struct sl_kz_pattern *p;
};

#define DEPTH_MAX 100
#define REPEAT_MAX 1000

static int fail(struct parser *ps, enum sl_err_code code, const char *what)
{
	return sl_err_set(ps->err, code, "error parsing regexp: %s: `%.*s`", what,
			  SL_STR_FMT(ps->text));
}

static int emit(struct parser *ps, enum op op, uint32_t x, uint32_t y)
{
	if (ps->p->n == ps->p->cap)
		return fail(ps, SL_ERR_TOO_LARGE, "expression too large");
	ps->p->states[ps->p->n++] = (struct state){ .op = op, .x = x, .y = y };
	return 0;
}

static void set_add(uint64_t set[4], unsigned lo, unsigned hi)
{
	for (unsigned c = lo; c <= hi; c++)
		set[c / 64] |= (uint64_t)1 << (c % 64);
}

static void set_negate(uint64_t set[4])
{
	for (size_t i = 0; i < 4; i++)
		set[i] = ~set[i];
}

static int peek(const struct parser *ps)
{
	return ps->at < ps->text.n ? (unsigned char)ps->text.p[ps->at] : -1;
}

static bool looking_at(const struct parser *ps, const char *s)
{
	return sl_str_starts(sl_str_sub(ps->text, ps->at, ps->text.n), sl_str(s));
}

/* \d, \W …: adds to `set`, false when it is no class. */
static bool add_class(uint64_t set[4], int c)
{
	uint64_t add[4] = { 0 };

	switch (c | 0x20) {
	case 'd':
		set_add(add, '0', '9');
		break;
	case 'w':
		set_add(add, '0', '9');
		set_add(add, 'A', 'Z');
		set_add(add, 'a', 'z');
		set_add(add, '_', '_');
		break;
	case 's':
		set_add(add, '\t', '\n');
		set_add(add, '\f', '\r');
		set_add(add, ' ', ' ');
		break;
	default:
		return false;
	}
	if (!(c & 0x20))
		set_negate(add);
	for (size_t i = 0; i < 4; i++)
		set[i] |= add[i];
	return true;
}

static bool is_punctuation(int c)
{
	return c > ' ' && c < 127 &&
	       !((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
		 c == '_');
}

/* After a backslash: a class into `set`, or one byte into *ret_byte; *ret_is_class tells. */
static int parse_escape(struct parser *ps, uint64_t set[4], bool *ret_is_class, int *ret_byte)
{
	static const char names[] = "nrtfva", bytes[] = "\n\r\t\f\v\a";
	int c = peek(ps);

	if (c < 0)
		return fail(ps, SL_ERR_INVALID, "trailing backslash at end of expression");
	ps->at++;
	*ret_is_class = add_class(set, c);
	if (*ret_is_class)
		return 0;
	const char *name = memchr(names, c, sizeof(names) - 1);

	if (!name && !is_punctuation(c))
		return fail(ps, SL_ERR_UNSUPPORTED, "unsupported escape sequence");
	*ret_byte = name ? bytes[name - names] : c;
	return 0;
}

static int parse_class_byte(struct parser *ps, uint64_t set[4], bool *ret_is_class, int *ret)
{
	int c = peek(ps);

	*ret_is_class = false;
	if (c < 0)
		return fail(ps, SL_ERR_INVALID, "missing closing ]");
	if (c >= 0x80)
		return fail(ps, SL_ERR_UNSUPPORTED, "only ASCII in a character class");
	if (looking_at(ps, "[:"))
		return fail(ps, SL_ERR_UNSUPPORTED, "unsupported character class");
	ps->at++;
	*ret = c;
	return c == '\\' ? parse_escape(ps, set, ret_is_class, ret) : 0;
}

static int parse_class(struct parser *ps)
{
	uint64_t set[4] = { 0 };
	bool negate = peek(ps) == '^', is_class, ignored;
	int lo, hi;

	ps->at += negate;
	for (bool first = true; first || peek(ps) != ']'; first = false) {
		int r = parse_class_byte(ps, set, &is_class, &lo);

		if (r < 0)
			return r;
		if (is_class)
			continue;
		hi = lo;
		if (peek(ps) == '-' && ps->at + 1 < ps->text.n && ps->text.p[ps->at + 1] != ']') {
			ps->at++;
			r = parse_class_byte(ps, set, &ignored, &hi);
			if (r < 0)
				return r;
			if (ignored || hi < lo)
				return fail(ps, SL_ERR_INVALID, "invalid character class range");
		}
		set_add(set, (unsigned)lo, (unsigned)hi);
	}
	ps->at++;
	if (negate)
		set_negate(set);
	int r = emit(ps, OP_SET, 0, 0);

	if (r == 0)
		memcpy(ps->p->states[ps->p->n - 1].set, set, sizeof(set));
	return r;
}

static int parse_alternatives(struct parser *ps);

static int parse_group(struct parser *ps)
{
	if (looking_at(ps, "?:"))
		ps->at += 2;
	else if (peek(ps) == '?')
		return fail(ps, SL_ERR_UNSUPPORTED, "invalid or unsupported Perl syntax");
	if (++ps->depth > DEPTH_MAX)
		return fail(ps, SL_ERR_TOO_LARGE, "expression nests too deeply");
	int r = parse_alternatives(ps);

	if (r < 0)
		return r;
	ps->depth--;
	if (peek(ps) != ')')
		return fail(ps, SL_ERR_INVALID, "missing closing )");
	ps->at++;
	return 0;
}

static int emit_byte(struct parser *ps, int c)
{
	int r = emit(ps, OP_SET, 0, 0);

	if (r == 0)
		set_add(ps->p->states[ps->p->n - 1].set, (unsigned char)c, (unsigned char)c);
	return r;
}

static int parse_atom(struct parser *ps)
{
	uint64_t set[4] = { 0 };
	bool is_class = false;
	int c = peek(ps), r;

	ps->at++;
	switch (c) {
	case '(':
		return parse_group(ps);
	case '[':
		return parse_class(ps);
	case '^':
		return emit(ps, OP_BEGIN, 0, 0);
	case '$':
		return emit(ps, OP_END, 0, 0);
	case '*':
	case '+':
	case '?':
		return fail(ps, SL_ERR_INVALID, "missing argument to repetition operator");
	case '.':
		set_add(set, '\n', '\n');
		set_negate(set);
		r = emit(ps, OP_SET, 0, 0);
		break;
	case '\\':
		r = parse_escape(ps, set, &is_class, &c);
		if (r < 0 || !is_class)
			return r < 0 ? r : emit_byte(ps, c);
		r = emit(ps, OP_SET, 0, 0);
		break;
	default:
		return emit_byte(ps, c);
	}
	if (r == 0)
		memcpy(ps->p->states[ps->p->n - 1].set, set, sizeof(set));
	return r;
}

/* Make room for one state at `at`, moving what was emitted since. */
static int insert_split(struct parser *ps, uint32_t at)
{
	int r = emit(ps, OP_JUMP, 0, 0);

	if (r < 0)
		return r;
	memmove(&ps->p->states[at + 1], &ps->p->states[at],
		(ps->p->n - 1 - at) * sizeof(ps->p->states[0]));
	for (uint32_t i = at + 1; i < ps->p->n; i++) {
		struct state *s = &ps->p->states[i];

		if (s->op == OP_SPLIT || s->op == OP_JUMP) {
			s->x += s->x >= at;
			s->y += s->y >= at;
		}
	}
	ps->p->states[at] = (struct state){ .op = OP_SPLIT, .x = at + 1, .y = ps->p->n };
	return 0;
}

/* Emit the states [from, to) once more. */
static int copy_states(struct parser *ps, uint32_t from, uint32_t to)
{
	uint32_t by = ps->p->n - from;

	for (uint32_t i = from; i < to; i++) {
		struct state s = ps->p->states[i];
		bool jumps = s.op == OP_SPLIT || s.op == OP_JUMP;
		int r = emit(ps, s.op, jumps ? s.x + by : 0, jumps ? s.y + by : 0);

		if (r < 0)
			return r;
		memcpy(ps->p->states[ps->p->n - 1].set, s.set, sizeof(s.set));
	}
	return 0;
}

static int make_optional(struct parser *ps, uint32_t at)
{
	return insert_split(ps, at);
}

static int make_star(struct parser *ps, uint32_t at)
{
	int r = insert_split(ps, at);

	if (r == 0)
		r = emit(ps, OP_JUMP, at, 0);
	if (r == 0)
		ps->p->states[at].y = ps->p->n;
	return r;
}

static int make_plus(struct parser *ps, uint32_t at)
{
	return emit(ps, OP_SPLIT, at, ps->p->n + 1);
}

/* {n}, {n,}, {n,m}; false when it is no repetition, and then the brace is a literal. */
static bool parse_counts(struct parser *ps, int64_t *ret_min, int64_t *ret_max)
{
	struct sl_str rest = sl_str_sub(ps->text, ps->at, ps->text.n);
	ptrdiff_t close = sl_str_chr(rest, '}');

	if (close < 2)
		return false;
	struct sl_str inside = sl_str_sub(rest, 1, (size_t)close);
	ptrdiff_t comma = sl_str_chr(inside, ',');
	struct sl_str min = comma < 0 ? inside : sl_str_sub(inside, 0, (size_t)comma);
	struct sl_str max = comma < 0 ? inside : sl_str_sub(inside, (size_t)comma + 1, inside.n);

	*ret_max = -1;
	if (!sl_str_to_i64(min, 0, INT32_MAX, ret_min) ||
	    (max.n > 0 && !sl_str_to_i64(max, 0, INT32_MAX, ret_max)))
		return false;
	ps->at += (size_t)close + 1;
	return true;
}

static int repeat(struct parser *ps, uint32_t at, int64_t min, int64_t max)
{
	uint32_t end = ps->p->n, last = at;
	int r = 0;

	if (min > REPEAT_MAX || max > REPEAT_MAX || (max >= 0 && max < min))
		return fail(ps, SL_ERR_INVALID, "invalid repeat count");
	if (max == 0) {
		ps->p->n = at;
		return 0;
	}
	for (int64_t i = 1; i < (max < 0 ? (min > 0 ? min : 1) : min) && r == 0; i++) {
		last = ps->p->n;
		r = copy_states(ps, at, end);
	}
	if (r < 0)
		return r;
	if (max < 0)
		return min == 0 ? make_star(ps, at) : make_plus(ps, last);
	for (int64_t i = min > 0 ? min : 1; i < max && r == 0; i++) {
		last = ps->p->n;
		r = copy_states(ps, at, end);
		if (r == 0)
			r = make_optional(ps, last);
	}
	return r == 0 && min == 0 ? make_optional(ps, at) : r;
}

static int parse_repetition(struct parser *ps, uint32_t at)
{
	int64_t min, max;
	int c = peek(ps), r;

	if (c == '{' && parse_counts(ps, &min, &max)) {
		r = repeat(ps, at, min, max);
	} else if (c == '*' || c == '+' || c == '?') {
		ps->at++;
		r = c == '*'   ? make_star(ps, at)
		    : c == '+' ? make_plus(ps, at)
			       : make_optional(ps, at);
	} else {
		return 0;
	}
	if (r == 0 && peek(ps) == '?')
		ps->at++;
	if (r == 0 && (peek(ps) == '*' || peek(ps) == '+' || peek(ps) == '?'))
		return fail(ps, SL_ERR_INVALID, "invalid nested repetition operator");
	return r;
}

static int parse_sequence(struct parser *ps)
{
	while (peek(ps) >= 0 && peek(ps) != '|' && peek(ps) != ')') {
		uint32_t at = ps->p->n;
		int r = parse_atom(ps);

		if (r == 0)
			r = parse_repetition(ps, at);
		if (r < 0)
			return r;
	}
	return 0;
}

static int parse_alternatives(struct parser *ps)
{
	uint32_t at = ps->p->n;
	int r = parse_sequence(ps);

	if (r < 0 || peek(ps) != '|')
		return r;
	ps->at++;
	r = insert_split(ps, at);
	if (r == 0)
		r = emit(ps, OP_JUMP, 0, 0);
	if (r < 0)
		return r;
	uint32_t jump = ps->p->n - 1;

	ps->p->states[at].y = ps->p->n;
	/* The tail is a group of its own: its nesting counts, as a chain of bars recurses here. */
	if (++ps->depth > DEPTH_MAX)
		return fail(ps, SL_ERR_TOO_LARGE, "expression nests too deeply");
	r = parse_alternatives(ps);
	ps->depth--;
	ps->p->states[jump].x = ps->p->n;
	return r;
}

static bool is_literal(struct sl_str text)
{
	for (size_t i = 0; i < text.n; i++)
		if (strchr("\\.+*?()|[]{}^$", text.p[i]))
			return false;
	return true;
}

/* A repetition count copies states; anything else makes at most two of a byte. */
static bool has_count(struct sl_str text)
{
	for (size_t i = 0; i + 1 < text.n; i++)
		if (text.p[i] == '{' && text.p[i + 1] >= '0' && text.p[i + 1] <= '9')
			return true;
	return false;
}

int sl_kz_pattern_compile(struct sl_arena *a, struct sl_str text, struct sl_kz_pattern **ret,
			  struct sl_err *err)
{
	struct parser ps = { .a = a, .err = err, .text = text };

	ps.p = sl_arena_new(a, struct sl_kz_pattern);
	if (is_literal(text)) {
		ps.p->is_literal = true;
		ps.p->literal = sl_arena_str(a, text);
		*ret = ps.p;
		return 0;
	}
	ps.p->cap = SL_KZ_PATTERN_MAX;
	if (!has_count(text) && text.n < SL_KZ_PATTERN_MAX / 2 - 2)
		ps.p->cap = 2 * (uint32_t)text.n + 4;
	ps.p->states = sl_arena_array(a, ps.p->cap, sizeof(struct state));
	int r = parse_alternatives(&ps);

	if (r < 0)
		return r;
	if (ps.at < text.n)
		return fail(&ps, SL_ERR_INVALID, "unexpected )");
	r = emit(&ps, OP_MATCH, 0, 0);
	if (r == 0)
		*ret = ps.p;
	return r;
}

struct threads {
	uint32_t *v;
	uint32_t n;
	uint32_t *mark; /* of each state: the position at which it was added, plus one */
};

/* Follow what takes no byte, without recursion: `stack` holds the states to be looked at. */
static void add_thread(const struct sl_kz_pattern *p, struct threads *t, uint32_t *stack,
		       uint32_t state, uint32_t position, bool at_end)
{
	uint32_t depth = 0;

	stack[depth++] = state;
	while (depth > 0) {
		uint32_t i = stack[--depth];
		const struct state *s = &p->states[i];

		if (t->mark[i] == position + 1)
			continue;
		t->mark[i] = position + 1;
		if (s->op == OP_SET || s->op == OP_MATCH)
			t->v[t->n++] = i;
		if (s->op == OP_SPLIT)
			stack[depth++] = s->y;
		if (s->op == OP_SPLIT || s->op == OP_JUMP)
			stack[depth++] = s->x;
		if ((s->op == OP_BEGIN && position == 0) || (s->op == OP_END && at_end))
			stack[depth++] = i + 1;
	}
}

static bool has_match(const struct sl_kz_pattern *p, const struct threads *t)
{
	for (uint32_t i = 0; i < t->n; i++)
		if (p->states[t->v[i]].op == OP_MATCH)
			return true;
	return false;
}

/* `anywhere`: a match may begin at every byte and end before the last. */
static bool run(struct sl_arena *a, const struct sl_kz_pattern *p, struct sl_str s, bool anywhere)
{
	struct threads now = { .v = sl_arena_array(a, p->n, sizeof(uint32_t)) };
	struct threads next = { .v = sl_arena_array(a, p->n, sizeof(uint32_t)) };
	uint32_t *stack = sl_arena_array(a, 2 * (size_t)p->n + 2, sizeof(uint32_t));

	now.mark = next.mark = sl_arena_array(a, p->n, sizeof(uint32_t));
	if (s.n >= UINT32_MAX)
		return false;
	add_thread(p, &now, stack, 0, 0, s.n == 0);
	for (uint32_t at = 0; at < s.n; at++) {
		unsigned char c = (unsigned char)s.p[at];

		if (anywhere && has_match(p, &now))
			return true;
		next.n = 0;
		for (uint32_t i = 0; i < now.n; i++) {
			const struct state *st = &p->states[now.v[i]];

			if (st->op == OP_SET && (st->set[c / 64] >> (c % 64) & 1))
				add_thread(p, &next, stack, now.v[i] + 1, at + 1, at + 1 == s.n);
		}
		if (anywhere)
			add_thread(p, &next, stack, 0, at + 1, at + 1 == s.n);
		struct threads spare = now;

		now = next;
		next = spare;
	}
	return has_match(p, &now);
}

bool sl_kz_pattern_matches(struct sl_arena *a, const struct sl_kz_pattern *p, struct sl_str s)
{
	return p->is_literal ? sl_str_eq(p->literal, s) : run(a, p, s, false);
}

bool sl_kz_pattern_finds(struct sl_arena *a, const struct sl_kz_pattern *p, struct sl_str s)
{
	return p->is_literal ? sl_str_find(s, p->literal) >= 0 : run(a, p, s, true);
}
