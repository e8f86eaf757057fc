/* The maps of the value tree: members in order, an index beside them once they are many. */
#include "libcommon/codec/value.h"

#include <stdlib.h>
#include <string.h>

/*
 * Open addressing over member positions, at most half full. The hash is seeded with the address of
 * the index, so that a document cannot be written to make its keys collide.
 */
struct sl_map_index {
	uint64_t seed;
	size_t slot_count; /* power of two */
	struct slot {
		uint32_t hash, at; /* `at` is the member's position plus one; 0 marks a free slot */
	} slots[];
};

static uint32_t hash_key(const struct sl_map_index *x, struct sl_str key)
{
	uint64_t h = x->seed ^ key.n, word;
	unsigned __int128 product;
	size_t i = 0;

	for (; i < key.n; i += 8) {
		word = 0;
		memcpy(&word, key.p + i, key.n - i < 8 ? key.n - i : 8);
		product = (unsigned __int128)(h ^ word) * 0x9e3779b97f4a7c15ULL;
		h = (uint64_t)product ^ (uint64_t)(product >> 64) ^ x->seed;
	}
	return (uint32_t)(h ^ h >> 32);
}

/* The slot that holds `key`, or the free one where it belongs. */
static struct slot *find_slot(const struct sl_value *map, struct sl_map_index *x, struct sl_str key,
			      uint32_t hash)
{
	size_t i = hash & (x->slot_count - 1);

	for (;; i = (i + 1) & (x->slot_count - 1)) {
		struct slot *slot = &x->slots[i];

		if (!slot->at)
			return slot;
		if (slot->hash == hash && sl_str_eq(map->map.members[slot->at - 1].key, key))
			return slot;
	}
}

/* Enter all members; returns the first whose key came before, or NULL. */
static const struct sl_member *fill_index(struct sl_value *map)
{
	struct sl_map_index *x = map->map.index;

	memset(x->slots, 0, x->slot_count * sizeof(x->slots[0]));
	for (size_t i = 0; i < map->map.n; i++) {
		const struct sl_member *m = &map->map.members[i];
		uint32_t hash = hash_key(x, m->key);
		struct slot *slot = find_slot(map, x, m->key, hash);

		if (slot->at)
			return m;
		*slot = (struct slot){ hash, (uint32_t)i + 1 };
	}
	return NULL;
}

static size_t slots_for(size_t members)
{
	size_t count = 32;

	while (count < members * 3)
		count *= 2;
	return count;
}

static size_t index_bytes(size_t slot_count)
{
	return sizeof(struct sl_map_index) + slot_count * sizeof(struct slot);
}

size_t sl_map_index_bytes(size_t n)
{
	return n > SL_MAP_INDEX_MIN ? index_bytes(slots_for(n)) : 0;
}

static const struct sl_member *make_index(struct sl_arena *a, struct sl_value *map)
{
	size_t count = slots_for(map->map.n);
	struct sl_map_index *x = sl_arena_alloc(a, index_bytes(count));

	x->seed = (uint64_t)(uintptr_t)x * 0xff51afd7ed558ccdULL;
	x->slot_count = count;
	map->map.index = x;
	return fill_index(map);
}

struct sl_member *sl_map_member(const struct sl_value *map, struct sl_str key)
{
	struct slot *slot;

	if (!sl_is_map(map))
		return NULL;
	if (map->map.index) {
		slot = find_slot(map, map->map.index, key, hash_key(map->map.index, key));
		return slot->at ? &map->map.members[slot->at - 1] : NULL;
	}
	for (size_t i = 0; i < map->map.n; i++)
		if (sl_str_eq(map->map.members[i].key, key))
			return &map->map.members[i];
	return NULL;
}

struct sl_value *sl_map_get(const struct sl_value *map, struct sl_str key)
{
	struct sl_member *m = sl_map_member(map, key);

	return m ? m->value : NULL;
}

struct sl_value *sl_value_get(const struct sl_value *v, const char *const *keys)
{
	struct sl_value *found = NULL;

	for (; *keys; keys++) {
		found = sl_map_get(v, sl_str(*keys));
		v = found;
	}
	return found;
}

size_t sl_map_len(const struct sl_value *map)
{
	return sl_is_map(map) ? map->map.n : 0;
}

static void append_member(struct sl_arena *a, struct sl_value *map, const struct sl_member *m)
{
	struct sl_map_index *x = map->map.index;

	map->map.members = sl_arena_grow(a, map->map.members, map->map.n, &map->map.cap,
					 sizeof(*map->map.members));
	map->map.members[map->map.n++] = *m;
	if (x && map->map.n * 2 <= x->slot_count) {
		uint32_t hash = hash_key(x, m->key);

		*find_slot(map, x, m->key, hash) = (struct slot){ hash, (uint32_t)map->map.n };
	} else if (map->map.n > SL_MAP_INDEX_MIN) {
		(void)make_index(a, map);
	}
}

void sl_map_set(struct sl_arena *a, struct sl_value *map, struct sl_str key, struct sl_value *value)
{
	struct sl_member *m = sl_map_member(map, key), fresh = { .value = value };

	if (m) {
		m->value = value;
		return;
	}
	fresh.key = sl_arena_str(a, key);
	append_member(a, map, &fresh);
}

void sl_map_set_strz(struct sl_arena *a, struct sl_value *map, const char *key, const char *s)
{
	sl_map_setz(a, map, key, sl_value_strz(a, s));
}

void sl_map_set_str(struct sl_arena *a, struct sl_value *map, const char *key, struct sl_str s)
{
	sl_map_setz(a, map, key, sl_value_str(a, s));
}

void sl_map_set_int(struct sl_arena *a, struct sl_value *map, const char *key, int64_t i)
{
	sl_map_setz(a, map, key, sl_value_int(a, i));
}

void sl_map_set_bool(struct sl_arena *a, struct sl_value *map, const char *key, bool b)
{
	sl_map_setz(a, map, key, sl_value_bool(a, b));
}

struct sl_value *sl_map_need_map(struct sl_arena *a, struct sl_value *map, const char *key)
{
	struct sl_value *v = sl_map_get(map, sl_str(key));

	if (!sl_is_map(v)) {
		v = sl_value_map(a);
		sl_map_setz(a, map, key, v);
	}
	return v;
}

struct sl_value *sl_map_need_list(struct sl_arena *a, struct sl_value *map, const char *key)
{
	struct sl_value *v = sl_map_get(map, sl_str(key));

	if (!sl_is_list(v)) {
		v = sl_value_list(a);
		sl_map_setz(a, map, key, v);
	}
	return v;
}

bool sl_map_remove(struct sl_value *map, struct sl_str key)
{
	struct sl_member *m = sl_map_member(map, key);
	size_t at;

	if (!m)
		return false;
	at = (size_t)(m - map->map.members);
	memmove(m, m + 1, (map->map.n - at - 1) * sizeof(*m));
	map->map.n--;
	if (map->map.index)
		(void)fill_index(map);
	return true;
}

static int compare_members(const void *x, const void *y)
{
	const struct sl_member *a = x, *b = y;

	return sl_str_cmp(a->key, b->key);
}

static void sort_map(struct sl_value *v)
{
	bool sorted = true;

	for (size_t i = 0; i < v->map.n; i++) {
		sl_value_sort(v->map.members[i].value);
		if (i && sl_str_cmp(v->map.members[i - 1].key, v->map.members[i].key) > 0)
			sorted = false;
	}
	if (sorted)
		return;
	qsort(v->map.members, v->map.n, sizeof(v->map.members[0]), compare_members);
	if (v->map.index)
		(void)fill_index(v);
}

void sl_value_sort(struct sl_value *v)
{
	if (sl_is_map(v)) {
		sort_map(v);
	} else if (sl_is_list(v)) {
		for (size_t i = 0; i < v->list.n; i++)
			sl_value_sort(v->list.items[i]);
	}
}

const struct sl_member *sl_map_adopt(struct sl_arena *a, struct sl_value *map,
				     struct sl_member *members, size_t n)
{
	map->map.members = members;
	map->map.n = map->map.cap = n;
	map->map.index = NULL;
	if (n > SL_MAP_INDEX_MIN)
		return make_index(a, map);
	for (size_t i = 1; i < n; i++)
		for (size_t k = 0; k < i; k++)
			if (sl_str_eq(members[k].key, members[i].key))
				return &members[i];
	return NULL;
}

void sl_map_add_all(struct sl_arena *a, struct sl_value *map, const struct sl_value *from)
{
	for (size_t i = 0; i < sl_map_len(from); i++)
		sl_map_set(a, map, from->map.members[i].key, from->map.members[i].value);
}

struct order {
	int (*cmp)(struct sl_str x, struct sl_str y);
};

static int compare_places(const void *x, const void *y, void *arg)
{
	const struct sl_member *const *a = x, *const *b = y;
	const struct order *order = arg;

	return order->cmp((*a)->key, (*b)->key);
}

const struct sl_member **sl_map_order_by(const struct sl_value *map,
					 int (*cmp)(struct sl_str x, struct sl_str y))
{
	const struct sl_member *members = map->map.members, **sorted;
	struct order order = { cmp };
	size_t i = 1;

	while (i < map->map.n && cmp(members[i - 1].key, members[i].key) < 0)
		i++;
	if (i >= map->map.n)
		return NULL;
	sorted = sl_xreallocarray(NULL, map->map.n, sizeof(*sorted));
	for (i = 0; i < map->map.n; i++)
		sorted[i] = &members[i];
	qsort_r(sorted, map->map.n, sizeof(*sorted), compare_places, &order);
	return sorted;
}

const struct sl_member **sl_map_order(const struct sl_value *map)
{
	return sl_map_order_by(map, sl_str_cmp);
}
