#include "kustomize-controller/cycle.h"

#include <assert.h>

#include "libcommon/base/strbuf.h"
#include "libcommon/base/strmap.h"

#define NAMES_MAX 20 /* of a longer cycle the middle is left out */
#define TEXT_MAX (NAMES_MAX * 1024)

struct node {
	struct sl_str namespace_, name;
	const struct node *from; /* who depends on it; NULL: where the search began */
};

struct search {
	struct sl_arena *a;
	struct node *nodes; /* in the order in which they were found */
	size_t n;
	struct sl_strmap seen;
};

static bool is_same(const struct node *x, const struct node *y)
{
	return sl_str_eq(x->name, y->name) && sl_str_eq(x->namespace_, y->namespace_);
}

static void add(struct search *s, const struct node *node)
{
	struct sl_str key = sl_str(sl_arena_printf(s->a, "%.*s/%.*s", SL_STR_FMT(node->namespace_),
						   SL_STR_FMT(node->name)));

	if (s->n == KC_CYCLE_OBJECTS_MAX || sl_strmap_has(&s->seen, key))
		return;
	sl_strmap_set(&s->seen, key, s);
	s->nodes[s->n++] = *node;
}

static void write_node(struct sl_strbuf *b, const struct node *node, const struct node *start)
{
	if (!sl_str_eq(node->namespace_, start->namespace_))
		sl_strbuf_addf(b, "%.*s/", SL_STR_FMT(node->namespace_));
	sl_strbuf_adds(b, node->name);
}

/* From the start to `last`, which depends on the start. */
static const char *write_cycle(struct search *s, const struct node *last)
{
	const struct node **path = sl_arena_array(s->a, s->n, sizeof(struct node *));
	const struct node *start = &s->nodes[0];
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(TEXT_MAX);
	size_t n = 0;

	assert(last);
	for (const struct node *at = last; at; at = at->from)
		path[n++] = at;
	for (size_t i = n; i-- > 0;) {
		if (n > NAMES_MAX && i == n - NAMES_MAX / 2 - 1) {
			sl_strbuf_adds(&b, SL_STR("... -> "));
			i = NAMES_MAX / 2 - 1;
		}
		write_node(&b, path[i], start);
		sl_strbuf_adds(&b, SL_STR(" -> "));
	}
	write_node(&b, start, start);
	return sl_arena_strdup(s->a, b.p);
}

const char *kc_cycle_find(struct sl_arena *a, struct sl_str namespace_, struct sl_str name,
			  kc_depends_on_fn depends_on, void *ctx)
{
	struct search s = { .a = a, .seen = SL_STRMAP_INIT };
	struct node start = { namespace_, name, NULL };
	const char *found = NULL;

	s.nodes = sl_arena_array(a, KC_CYCLE_OBJECTS_MAX, sizeof(*s.nodes));
	add(&s, &start);
	for (size_t i = 0; i < s.n && !found; i++) {
		const struct sl_value *list =
			depends_on(ctx, s.nodes[i].namespace_, s.nodes[i].name);

		for (size_t k = 0; k < sl_list_len(list) && !found; k++) {
			const struct sl_value *ref = sl_list_get(list, k);
			struct sl_str ns = sl_get_str(ref, "namespace");
			struct node next = { ns.n ? ns : s.nodes[i].namespace_,
					     sl_get_str(ref, "name"), &s.nodes[i] };

			if (is_same(&next, &start))
				found = write_cycle(&s, &s.nodes[i]);
			else
				add(&s, &next);
		}
	}
	sl_strmap_release(&s.seen);
	return found;
}
