/* Deep equality of values. */
#include "libcommon/lang/template/goval.h"

#include <string.h>

/*
 * Values that share parts can hold exponentially many paths. What has been compared, or is being
 * compared further up, is remembered, as reflect.DeepEqual does it, from the moment on that a
 * comparison turns out to be long.
 */
#define REMEMBER_AFTER 4096

struct pair {
	const void *x, *y;
};

struct comparison {
	size_t steps;
	struct pair *seen; /* open addressing, at most half full */
	size_t n, cap;
};

static size_t pair_hash(struct pair p)
{
	uint64_t h = (uint64_t)(uintptr_t)p.x * 0x9e3779b97f4a7c15ULL ^ (uint64_t)(uintptr_t)p.y;

	h *= 0xff51afd7ed558ccdULL;
	return (size_t)(h ^ h >> 32);
}

static bool insert(struct comparison *c, struct pair p)
{
	size_t i = pair_hash(p) & (c->cap - 1);

	for (; c->seen[i].x; i = (i + 1) & (c->cap - 1))
		if (c->seen[i].x == p.x && c->seen[i].y == p.y)
			return false;
	c->seen[i] = p;
	c->n++;
	return true;
}

/* Whether this pair was met before; remembers it. */
static bool met(struct comparison *c, const void *x, const void *y)
{
	struct comparison larger = { .steps = c->steps };

	if (++c->steps < REMEMBER_AFTER)
		return false;
	if (c->n * 2 >= c->cap) {
		larger.cap = c->cap ? c->cap * 2 : 1024;
		larger.seen = sl_xcalloc(larger.cap, sizeof(larger.seen[0]));
		for (size_t i = 0; i < c->cap; i++)
			if (c->seen[i].x)
				(void)insert(&larger, c->seen[i]);
		sl_free_cleanup(&c->seen);
		*c = larger;
	}
	return !insert(c, (struct pair){ x, y });
}

static bool equal(struct comparison *c, const struct sl_goval *x, const struct sl_goval *y,
		  unsigned depth);

static bool slices_equal(struct comparison *c, const struct sl_goval *x, const struct sl_goval *y,
			 unsigned depth)
{
	if (sl_goval_is_nil(*x) != sl_goval_is_nil(*y) || sl_goval_len(*x) != sl_goval_len(*y))
		return false;
	if (x->type == &sl_go_bytes)
		return sl_str_eq(x->s, y->s);
	if (x->list == y->list || met(c, x->list, y->list))
		return true;
	for (size_t i = 0; i < x->list->n; i++)
		if (!equal(c, &x->list->items[i], &y->list->items[i], depth + 1))
			return false;
	return true;
}

static bool maps_equal(struct comparison *c, const struct sl_goval *x, const struct sl_goval *y,
		       unsigned depth)
{
	if (!x->map != !y->map || sl_go_map_len(x->map) != sl_go_map_len(y->map))
		return false;
	if (x->map == y->map || met(c, x->map, y->map))
		return true;
	for (size_t i = 0; i < sl_go_map_len(x->map); i++) {
		const struct sl_goval *other = sl_go_map_get(y->map, sl_go_map_key_at(x->map, i));

		if (!other || !equal(c, sl_go_map_value_at(x->map, i), other, depth + 1))
			return false;
	}
	return true;
}

/* A struct without fields is what it prints as. */
static bool structs_equal(struct comparison *c, const struct sl_goval *x, const struct sl_goval *y,
			  unsigned depth)
{
	const struct sl_go_type *type = x->type->kind == SL_GO_POINTER ? x->type->elem : x->type;
	SL_AUTO(sl_strbuf) texts = SL_STRBUF_INIT(1 << 20);
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	size_t first;

	if (x->ptr == y->ptr)
		return true;
	if (!x->ptr || !y->ptr)
		return false;
	for (const struct sl_go_field *f = type->fields; f && f->name; f++) {
		struct sl_goval fx = f->get(&a, x->ptr), fy = f->get(&a, y->ptr);

		if (!equal(c, &fx, &fy, depth + 1))
			return false;
	}
	if (type->fields || !x->type->string)
		return type->fields != NULL;
	x->type->string(x, &texts);
	first = texts.n;
	x->type->string(y, &texts);
	return texts.n == 2 * first && memcmp(texts.p, texts.p + first, first) == 0;
}

static bool equal(struct comparison *c, const struct sl_goval *x, const struct sl_goval *y,
		  unsigned depth)
{
	enum sl_go_kind kind = sl_goval_kind(*x);

	/* That an interface holds nothing, or that there is none, is the same. */
	if (kind == SL_GO_INVALID || kind == SL_GO_INTERFACE)
		return sl_goval_kind(*y) == SL_GO_INVALID || sl_goval_kind(*y) == SL_GO_INTERFACE;
	if (x->type != y->type || depth > SL_GO_DEPTH_MAX)
		return false;
	switch (kind) {
	case SL_GO_BOOL:
		return x->b == y->b;
	case SL_GO_FLOAT32:
	case SL_GO_FLOAT64:
		return x->f == y->f;
	case SL_GO_COMPLEX128:
		return x->c[0] == y->c[0] && x->c[1] == y->c[1];
	case SL_GO_STRING:
		return sl_str_eq(x->s, y->s);
	case SL_GO_SLICE:
		return slices_equal(c, x, y, depth);
	case SL_GO_MAP:
		return maps_equal(c, x, y, depth);
	case SL_GO_STRUCT:
	case SL_GO_POINTER:
		return structs_equal(c, x, y, depth);
	case SL_GO_FUNC:
		return !x->ptr && !y->ptr;
	default:
		return x->u == y->u;
	}
}

bool sl_goval_deep_equal(struct sl_goval x, struct sl_goval y)
{
	struct comparison c = { 0 };
	bool same = equal(&c, &x, &y, 0);

	sl_free_cleanup(&c.seen);
	return same;
}
