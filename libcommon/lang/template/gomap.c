/*
 * Maps of template values: entries in a row, an index beside them once they are many.
 *
 * A removed entry gives its place to the last one, so that the row stays dense; the row remembers
 * whether its keys happen to be sorted, which those of decoded documents are, so that ranging over
 * them sorts nothing.
 */
#include "libcommon/lang/template/goval.h"

#include <stdlib.h>
#include <string.h>

#define INDEX_MIN 9 /* entries; fewer are found sooner by looking at each */

struct slot {
	uint32_t hash, at; /* `at` is the entry's position plus one; 0 marks a free slot */
};

struct sl_go_map {
	struct sl_go_member *entries;
	struct slot *slots; /* open addressing, at most half full; NULL while entries are few */
	size_t n, cap, slot_count;
	uint64_t seed;
	bool unsorted;
};

struct sl_go_map *sl_go_map_new(struct sl_arena *a)
{
	return sl_arena_new(a, struct sl_go_map);
}

struct sl_go_map *sl_go_map_new_for(struct sl_arena *a, size_t count)
{
	struct sl_go_map *m = sl_go_map_new(a);

	if (count)
		m->entries = sl_arena_array(a, count, sizeof(m->entries[0]));
	m->cap = count;
	return m;
}

size_t sl_go_map_len(const struct sl_go_map *m)
{
	return m ? m->n : 0;
}

/* At most 8 bytes as a number; texts of the same length give different ones. */
static uint64_t load(const char *p, size_t n)
{
	uint64_t whole;
	uint32_t first, last;

	if (n >= 8) {
		memcpy(&whole, p, 8);
		return whole;
	}
	if (n >= 4) {
		memcpy(&first, p, 4);
		memcpy(&last, p + n - 4, 4);
		return (uint64_t)first << 32 | last;
	}
	if (!n)
		return 0;
	return (uint64_t)(unsigned char)p[0] << 16 | (uint64_t)(unsigned char)p[n / 2] << 8 |
	       (unsigned char)p[n - 1];
}

static uint64_t mix(uint64_t a, uint64_t b)
{
	unsigned __int128 product = (unsigned __int128)a * b;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* Seeded with an address, so that a document cannot be written to make its keys collide. */
static uint32_t hash_key(const struct sl_go_map *m, struct sl_str key)
{
	const uint64_t odd = 0x9e3779b97f4a7c15ULL;
	uint64_t h = m->seed ^ key.n * odd;
	const char *p = key.p;
	size_t left = key.n;

	for (; left > 16; p += 16, left -= 16)
		h = mix(load(p, 8) ^ m->seed, load(p + 8, 8) ^ h);
	if (left > 8)
		h = mix(load(p, 8) ^ m->seed, load(p + left - 8, 8) ^ h);
	else
		h = mix(load(p, left) ^ m->seed, odd ^ h);
	return (uint32_t)(h ^ h >> 32);
}

/* The slot of `key`, or the free one where it belongs. */
static struct slot *find_slot(const struct sl_go_map *m, struct sl_str key, uint32_t hash)
{
	for (size_t i = hash & (m->slot_count - 1);; i = (i + 1) & (m->slot_count - 1)) {
		struct slot *slot = &m->slots[i];

		if (!slot->at)
			return slot;
		if (slot->hash == hash && sl_str_eq(m->entries[slot->at - 1].key, key))
			return slot;
	}
}

/* Of a map without an index. */
static inline struct sl_go_member *find_in_row(const struct sl_go_map *m, struct sl_str key)
{
	for (size_t i = 0; i < m->n; i++)
		if (sl_str_eq(m->entries[i].key, key))
			return &m->entries[i];
	return NULL;
}

static inline __attribute__((always_inline)) struct sl_go_member *find(const struct sl_go_map *m,
								       struct sl_str key)
{
	struct slot *slot;

	if (m->slots) {
		slot = find_slot(m, key, hash_key(m, key));
		return slot->at ? &m->entries[slot->at - 1] : NULL;
	}
	return find_in_row(m, key);
}

static void build_index(struct sl_arena *a, struct sl_go_map *m)
{
	size_t count = 32;

	while (count < m->cap * 2)
		count *= 2;
	m->slots = sl_arena_array(a, count, sizeof(m->slots[0]));
	m->slot_count = count;
	m->seed = (uint64_t)(uintptr_t)m->slots * 0xff51afd7ed558ccdULL;
	for (size_t i = 0; i < m->n; i++) {
		uint32_t hash = hash_key(m, m->entries[i].key);

		*find_slot(m, m->entries[i].key, hash) = (struct slot){ hash, (uint32_t)i + 1 };
	}
}

static void grow(struct sl_arena *a, struct sl_go_map *m)
{
	struct sl_go_member *entries;

	m->cap = m->cap ? m->cap * 2 : 4;
	entries = sl_arena_array(a, m->cap, sizeof(*entries));
	if (m->entries)
		memcpy(entries, m->entries, m->n * sizeof(*entries));
	m->entries = entries;
}

/* A key that is not there; the index is left as it is. */
static void append(struct sl_arena *a, struct sl_go_map *m, struct sl_str key, struct sl_goval v)
{
	if (!m->entries || m->n == m->cap)
		grow(a, m);
	if (m->n && sl_str_cmp(m->entries[m->n - 1].key, key) > 0)
		m->unsorted = true;
	m->entries[m->n++] = (struct sl_go_member){ key, v };
}

void sl_go_map_set_borrow(struct sl_arena *a, struct sl_go_map *m, struct sl_str key,
			  struct sl_goval v)
{
	uint32_t hash = m->slots ? hash_key(m, key) : 0;
	struct slot *slot = m->slots ? find_slot(m, key, hash) : NULL;
	struct sl_go_member *e;

	if (slot)
		e = slot->at ? &m->entries[slot->at - 1] : NULL;
	else
		e = find_in_row(m, key);
	if (e) {
		e->value = v;
		return;
	}
	append(a, m, key, v);
	if (slot && m->n * 2 <= m->slot_count)
		*slot = (struct slot){ hash, (uint32_t)m->n };
	else if (slot || m->n >= INDEX_MIN)
		build_index(a, m);
}

void sl_go_map_set(struct sl_arena *a, struct sl_go_map *m, struct sl_str key, struct sl_goval v)
{
	struct sl_go_member *e = find(m, key);

	if (e)
		e->value = v;
	else
		sl_go_map_set_borrow(a, m, sl_arena_str(a, key), v);
}

const struct sl_goval *sl_go_map_get(const struct sl_go_map *m, struct sl_str key)
{
	struct sl_go_member *e = m ? find(m, key) : NULL;

	return e ? &e->value : NULL;
}

/* Free a slot, moving those behind it that would no longer be found. */
static void free_slot(struct sl_go_map *m, struct slot *slot)
{
	size_t mask = m->slot_count - 1, hole = (size_t)(slot - m->slots);

	for (size_t i = (hole + 1) & mask; m->slots[i].at; i = (i + 1) & mask) {
		size_t home = m->slots[i].hash & mask;

		if (((i - home) & mask) < ((i - hole) & mask))
			continue;
		m->slots[hole] = m->slots[i];
		hole = i;
	}
	m->slots[hole] = (struct slot){ 0 };
}

bool sl_go_map_remove(struct sl_go_map *m, struct sl_str key)
{
	struct sl_go_member *e = m ? find(m, key) : NULL, *last;

	if (!e)
		return false;
	last = &m->entries[m->n - 1];
	if (m->slots)
		free_slot(m, find_slot(m, e->key, hash_key(m, e->key)));
	if (e != last) {
		if (m->slots)
			find_slot(m, last->key, hash_key(m, last->key))->at =
				(uint32_t)(e - m->entries) + 1;
		*e = *last;
		m->unsorted = true;
	}
	m->n--;
	return true;
}

static int compare_keys(const void *x, const void *y)
{
	const struct sl_go_member *a = x, *b = y;

	return sl_str_cmp(a->key, b->key);
}

const struct sl_go_member *sl_go_map_sorted(struct sl_arena *a, const struct sl_go_map *m)
{
	size_t n = sl_go_map_len(m);
	struct sl_go_member *sorted;

	if (!n || !m->unsorted)
		return n ? m->entries : NULL;
	sorted = sl_arena_array(a, n, sizeof(*sorted));
	memcpy(sorted, m->entries, n * sizeof(*sorted));
	qsort(sorted, n, sizeof(*sorted), compare_keys);
	return sorted;
}

struct sl_str *sl_go_map_keys(struct sl_arena *a, const struct sl_go_map *m)
{
	size_t n = sl_go_map_len(m);
	const struct sl_go_member *sorted = sl_go_map_sorted(a, m);
	struct sl_str *keys = sl_arena_array(a, n ? n : 1, sizeof(*keys));

	for (size_t i = 0; i < n; i++)
		keys[i] = sorted[i].key;
	return keys;
}

struct sl_str sl_go_map_key_at(const struct sl_go_map *m, size_t at)
{
	return m->entries[at].key;
}

const struct sl_goval *sl_go_map_value_at(const struct sl_go_map *m, size_t at)
{
	return &m->entries[at].value;
}

void sl_go_map_replace_at(struct sl_go_map *m, size_t at, struct sl_goval v)
{
	m->entries[at].value = v;
}

struct sl_go_map *sl_go_map_copy(struct sl_arena *a, const struct sl_go_map *m)
{
	size_t n = sl_go_map_len(m);
	struct sl_go_map *copy = sl_go_map_new_for(a, n);

	if (!n)
		return copy;
	memcpy(copy->entries, m->entries, n * sizeof(m->entries[0]));
	copy->n = n;
	copy->unsorted = m->unsorted;
	if (n >= INDEX_MIN)
		build_index(a, copy);
	return copy;
}
