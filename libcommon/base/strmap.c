#include "libcommon/base/strmap.h"

#include <stdlib.h>

#include "libcommon/base/mem.h"

static bool matches(const struct sl_strmap_entry *e, struct sl_str key, uint64_t hash)
{
	return e->hash == hash && sl_str_eq((struct sl_str){ e->key, e->key_len }, key);
}

/* The slot of `key`, or the free slot where it belongs. The table has free slots. */
static size_t probe(const struct sl_strmap *m, struct sl_str key, uint64_t hash)
{
	size_t mask = m->slot_count - 1, i = hash & mask;

	while (m->slots[i].key && !matches(&m->slots[i], key, hash))
		i = (i + 1) & mask;
	return i;
}

static void grow(struct sl_strmap *m)
{
	struct sl_strmap old = *m;

	m->slot_count = old.slot_count ? old.slot_count * 2 : 16;
	m->slots = sl_xcalloc(m->slot_count, sizeof(*m->slots));
	for (size_t i = 0; i < old.slot_count; i++) {
		struct sl_strmap_entry *e = &old.slots[i];

		if (e->key)
			m->slots[probe(m, (struct sl_str){ e->key, e->key_len }, e->hash)] = *e;
	}
	free(old.slots);
}

void sl_strmap_reset(struct sl_strmap *m)
{
	for (size_t i = 0; i < m->slot_count; i++) {
		if (!m->slots[i].key)
			continue;
		free(m->slots[i].key);
		if (m->free_value)
			m->free_value(m->slots[i].value);
		m->slots[i] = (struct sl_strmap_entry){ 0 };
	}
	m->n = 0;
}

void sl_strmap_release(struct sl_strmap *m)
{
	sl_strmap_reset(m);
	free(m->slots);
	m->slots = NULL;
	m->slot_count = 0;
}

static struct sl_strmap_entry *find_hashed(const struct sl_strmap *m, struct sl_str key,
					   uint64_t hash)
{
	struct sl_strmap_entry *e = m->n ? &m->slots[probe(m, key, hash)] : NULL;

	return e && e->key ? e : NULL;
}

static struct sl_strmap_entry *find(const struct sl_strmap *m, struct sl_str key)
{
	return m->n ? find_hashed(m, key, sl_str_hash(key)) : NULL;
}

void *sl_strmap_get(const struct sl_strmap *m, struct sl_str key)
{
	const struct sl_strmap_entry *e = find(m, key);

	return e ? e->value : NULL;
}

bool sl_strmap_has(const struct sl_strmap *m, struct sl_str key)
{
	return find(m, key) != NULL;
}

void sl_strmap_set(struct sl_strmap *m, struct sl_str key, void *value)
{
	uint64_t hash = sl_str_hash(key);
	struct sl_strmap_entry *e = find_hashed(m, key, hash);

	if (e) {
		if (m->free_value && e->value != value)
			m->free_value(e->value);
		e->value = value;
		return;
	}
	if ((m->n + 1) * 4 > m->slot_count * 3)
		grow(m);
	m->slots[probe(m, key, hash)] = (struct sl_strmap_entry){
		.key = sl_xmemdup0(key.p, key.n),
		.key_len = key.n,
		.hash = hash,
		.value = value,
	};
	m->n++;
}

/* Linear probing needs no tombstones when the cluster behind a removed slot is put anew. */
static void close_gap(struct sl_strmap *m, size_t gap)
{
	size_t mask = m->slot_count - 1;

	for (size_t i = (gap + 1) & mask; m->slots[i].key; i = (i + 1) & mask) {
		struct sl_strmap_entry e = m->slots[i];

		m->slots[i] = (struct sl_strmap_entry){ 0 };
		m->slots[probe(m, (struct sl_str){ e.key, e.key_len }, e.hash)] = e;
	}
}

void *sl_strmap_take(struct sl_strmap *m, struct sl_str key)
{
	struct sl_strmap_entry *e = find(m, key);
	void *value;

	if (!e)
		return NULL;
	value = e->value;
	free(e->key);
	*e = (struct sl_strmap_entry){ 0 };
	m->n--;
	close_gap(m, (size_t)(e - m->slots));
	return value;
}

bool sl_strmap_remove(struct sl_strmap *m, struct sl_str key)
{
	void *value;

	if (!find(m, key))
		return false;
	value = sl_strmap_take(m, key);
	if (m->free_value)
		m->free_value(value);
	return true;
}

const struct sl_strmap_entry *sl_strmap_next(const struct sl_strmap *m, size_t *pos)
{
	while (*pos < m->slot_count) {
		const struct sl_strmap_entry *e = &m->slots[(*pos)++];

		if (e->key)
			return e;
	}
	return NULL;
}
