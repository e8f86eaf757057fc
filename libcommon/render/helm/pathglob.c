#include "libcommon/render/helm/pathglob.h"

#include <string.h>

#include "libcommon/base/strbuf.h"
#include "libcommon/codec/unicode.h"

enum kind { TEXT, ANY, SUPER, SINGLE, CLASS, CHOICE };

struct node {
	enum kind kind;
	struct sl_str text; /* TEXT; of a CLASS the characters, unless it is a range */
	uint32_t low, high; /* of a range */
	bool negated;
	struct sequence *choices; /* of CHOICE, linked */
	struct node *next;
};

struct sequence {
	struct node *first, **end;
	struct sequence *next;
};

struct sl_helm_glob {
	struct sequence *all;
};

struct parser {
	struct sl_arena *a;
	struct sl_str rest;
	unsigned depth;
	bool malformed;
};

static struct sequence *sequence_new(struct sl_arena *a)
{
	struct sequence *s = sl_arena_new(a, struct sequence);

	s->end = &s->first;
	return s;
}

static struct node *add(struct parser *p, struct sequence *to, enum kind kind)
{
	struct node *n = sl_arena_new(p->a, struct node);

	n->kind = kind;
	*to->end = n;
	to->end = &n->next;
	return n;
}

static bool peek(const struct parser *p, char c)
{
	return p->rest.n && p->rest.p[0] == c;
}

static void advance(struct parser *p, size_t n)
{
	p->rest = sl_str_sub(p->rest, n, p->rest.n);
}

/* Text up to one of `breakers`, escapes taken. */
static struct sl_str take_text(struct parser *p, const char *breakers)
{
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(SL_HELM_GLOB_BYTES_MAX);
	bool escaped = false;

	while (p->rest.n && (escaped || !p->rest.p[0] || !strchr(breakers, p->rest.p[0]))) {
		escaped = !escaped && p->rest.p[0] == '\\';
		if (!escaped)
			sl_strbuf_addc(&b, p->rest.p[0]);
		advance(p, 1);
	}
	return sl_arena_str(p->a, sl_strbuf_str(&b));
}

/* Behind the '['. */
static void take_class(struct parser *p, struct sequence *to)
{
	struct node *n = add(p, to, CLASS);
	size_t len;

	if (peek(p, '!')) {
		n->negated = true;
		advance(p, 1);
	}
	len = p->rest.n ? sl_rune_decode(p->rest, &n->low) : 0;
	if (len && p->rest.n > len + 1 && p->rest.p[len] == '-') {
		advance(p, len + 1);
		advance(p, sl_rune_decode(p->rest, &n->high));
		p->malformed |= n->high < n->low;
	} else {
		n->text = take_text(p, "]");
		p->malformed |= !n->text.n;
	}
	p->malformed |= !peek(p, ']');
	advance(p, 1);
}

static struct sequence *take_sequence(struct parser *p);

/* Behind the '{'. One that is never closed ends with the pattern. */
static void take_choice(struct parser *p, struct sequence *to)
{
	struct node *n = add(p, to, CHOICE);
	struct sequence **end = &n->choices;

	p->depth++;
	do {
		*end = take_sequence(p);
		end = &(*end)->next;
		if (!peek(p, ','))
			break;
		advance(p, 1);
	} while (true);
	p->depth--;
	if (peek(p, '}'))
		advance(p, 1);
}

static void take_node(struct parser *p, struct sequence *to)
{
	switch (p->rest.p[0]) {
	case '*':
		advance(p, 1);
		if (peek(p, '*')) {
			advance(p, 1);
			add(p, to, SUPER);
		} else {
			add(p, to, ANY);
		}
		break;
	case '?':
		advance(p, 1);
		add(p, to, SINGLE);
		break;
	case '[':
		advance(p, 1);
		take_class(p, to);
		break;
	case '{':
		advance(p, 1);
		take_choice(p, to);
		break;
	default:
		add(p, to, TEXT)->text = take_text(p, p->depth ? "?*[{}," : "?*[{");
	}
}

static struct sequence *take_sequence(struct parser *p)
{
	struct sequence *s = sequence_new(p->a);

	if (p->depth > SL_HELM_GLOB_DEPTH_MAX)
		return s;
	while (p->rest.n && !p->malformed && !(p->depth && (peek(p, ',') || peek(p, '}'))))
		take_node(p, s);
	return s;
}

/* Braces within braces at the worst place. */
static unsigned depth_of(struct sl_str pattern)
{
	unsigned depth = 0, deepest = 0;

	for (size_t i = 0; i < pattern.n; i++) {
		if (pattern.p[i] == '{' && ++depth > deepest)
			deepest = depth;
		else if (pattern.p[i] == '}' && depth)
			depth--;
	}
	return deepest;
}

int sl_helm_glob_parse(struct sl_arena *a, struct sl_str pattern, const struct sl_helm_glob **ret,
		       struct sl_err *err)
{
	struct sl_helm_glob *g = sl_arena_new(a, struct sl_helm_glob);
	struct parser p = { .a = a, .rest = pattern };

	if (pattern.n > SL_HELM_GLOB_BYTES_MAX || depth_of(pattern) > SL_HELM_GLOB_DEPTH_MAX)
		return sl_err_set(err, SL_ERR_TOO_LARGE,
				  "pattern has more than %d bytes, or braces nested more than %d "
				  "levels deep",
				  SL_HELM_GLOB_BYTES_MAX, SL_HELM_GLOB_DEPTH_MAX);
	g->all = take_sequence(&p);
	if (p.malformed || !sl_str_is_utf8(pattern)) {
		g->all = sequence_new(a);
		add(&p, g->all, SUPER);
	}
	*ret = g;
	return 0;
}

/* ---- matching: from a set of places in the name to the set of those behind a node ---- */

static bool in_class(const struct node *n, uint32_t rune)
{
	struct sl_str rest = n->text;
	bool found = n->high && rune >= n->low && rune <= n->high;

	while (rest.n && !found) {
		uint32_t c;

		rest = sl_str_sub(rest, sl_rune_decode(rest, &c), rest.n);
		found = c == rune;
	}
	return found != n->negated;
}

static void step_one(const struct node *n, struct sl_str name, const bool *from, bool *to)
{
	for (size_t i = 0; i < name.n; i++) {
		uint32_t rune;
		size_t len;

		if (!from[i])
			continue;
		len = sl_rune_decode(sl_str_sub(name, i, name.n), &rune);
		if (n->kind == SINGLE ? rune != '/' : in_class(n, rune))
			to[i + len] = true;
	}
}

static void step_run(const struct node *n, struct sl_str name, const bool *from, bool *to)
{
	bool running = false;

	for (size_t i = 0; i <= name.n; i++) {
		running |= from[i];
		to[i] |= running;
		if (n->kind == ANY && i < name.n && name.p[i] == '/')
			running = false;
	}
}

static void step_text(const struct node *n, struct sl_str name, const bool *from, bool *to)
{
	for (size_t i = 0; i + n->text.n <= name.n; i++)
		if (from[i] && !memcmp(name.p + i, n->text.p, n->text.n))
			to[i + n->text.n] = true;
}

static void match(struct sl_arena *scratch, const struct sequence *s, struct sl_str name,
		  const bool *from, bool *to);

static void step(struct sl_arena *scratch, const struct node *n, struct sl_str name,
		 const bool *from, bool *to)
{
	switch (n->kind) {
	case TEXT:
		step_text(n, name, from, to);
		break;
	case ANY:
	case SUPER:
		step_run(n, name, from, to);
		break;
	case SINGLE:
	case CLASS:
		step_one(n, name, from, to);
		break;
	case CHOICE:
		for (const struct sequence *s = n->choices; s; s = s->next)
			match(scratch, s, name, from, to);
		break;
	}
}

/* Adds to `to`. */
static void match(struct sl_arena *scratch, const struct sequence *s, struct sl_str name,
		  const bool *from, bool *to)
{
	const bool *at = from;

	for (const struct node *n = s->first; n; n = n->next) {
		bool *next = sl_arena_array(scratch, name.n + 1, sizeof(*next));

		step(scratch, n, name, at, next);
		at = next;
	}
	for (size_t i = 0; i <= name.n; i++)
		to[i] |= at[i];
}

bool sl_helm_glob_match(struct sl_arena *scratch, const struct sl_helm_glob *g, struct sl_str name)
{
	bool *from, *to;

	if (name.n > SL_HELM_GLOB_BYTES_MAX)
		return false;
	from = sl_arena_array(scratch, name.n + 1, sizeof(*from));
	to = sl_arena_array(scratch, name.n + 1, sizeof(*to));
	from[0] = true;
	match(scratch, g->all, name, from, to);
	return to[name.n];
}
