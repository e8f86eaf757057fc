#include <string.h>

#include "libcommon/render/kustomize/build.h"

struct sl_kz_index_slot {
	uint64_t hash;
	struct sl_kz_id id;
	struct sl_kz_resource *r; /* NULL: free */
};

static uint64_t id_hash(const struct sl_kz_id *id)
{
	uint64_t h = sl_str_hash(id->name);

	h = h * 31 + sl_str_hash(id->kind);
	h = h * 31 + sl_str_hash(id->group);
	return h * 31 + sl_str_hash(sl_kz_effective_ns(id));
}

static struct sl_kz_index_slot *slot_for(const struct sl_kz_index *index, uint64_t hash,
					 const struct sl_kz_id *id)
{
	size_t mask = index->slot_count - 1;

	for (size_t i = (size_t)hash & mask;; i = (i + 1) & mask) {
		struct sl_kz_index_slot *s = &index->slots[i];

		if (!s->r || (s->hash == hash && sl_kz_id_equal(&s->id, id)))
			return s;
	}
}

static void index_grow(struct sl_kz *kz, struct sl_kz_index *index)
{
	struct sl_kz_index old = *index;

	index->slot_count = old.slot_count ? 2 * old.slot_count : 32;
	index->slots = sl_arena_array(kz->a, index->slot_count, sizeof(*index->slots));
	for (size_t i = 0; i < old.slot_count; i++)
		if (old.slots[i].r)
			*slot_for(index, old.slots[i].hash, &old.slots[i].id) = old.slots[i];
}

/* Returns the one that was there before, or NULL after inserting. */
static struct sl_kz_resource *index_add(struct sl_kz *kz, struct sl_kz_index *index,
					const struct sl_kz_id *id, struct sl_kz_resource *r)
{
	uint64_t hash = id_hash(id);

	if (4 * (index->n + 1) > 3 * index->slot_count)
		index_grow(kz, index);
	struct sl_kz_index_slot *s = slot_for(index, hash, id);

	if (s->r)
		return s->r;
	*s = (struct sl_kz_index_slot){ .hash = hash, .id = *id, .r = r };
	index->n++;
	return NULL;
}

/* Begin the index anew, in the memory that it has. */
static void index_clear(struct sl_kz_map *m)
{
	if (m->index.slot_count > 0)
		memset(m->index.slots, 0, m->index.slot_count * sizeof(*m->index.slots));
	m->index.n = 0;
	m->indexed = false;
}

static void reindex(struct sl_kz *kz, struct sl_kz_map *m)
{
	if (m->indexed)
		return;
	index_clear(m);
	for (size_t i = 0; i < m->n; i++) {
		struct sl_kz_id id = sl_kz_current_id(kz, m->v[i]);

		(void)index_add(kz, &m->index, &id, m->v[i]);
	}
	m->indexed = true;
}

void sl_kz_map_touch(struct sl_kz_map *m)
{
	m->indexed = false;
}

struct sl_kz_resource *sl_kz_map_find_current(struct sl_kz *kz, struct sl_kz_map *m,
					      const struct sl_kz_id *id)
{
	reindex(kz, m);
	return m->index.slot_count ? slot_for(&m->index, id_hash(id), id)->r : NULL;
}

static void push(struct sl_kz *kz, struct sl_kz_map *m, struct sl_kz_resource *r)
{
	m->v = sl_arena_grow(kz->a, m->v, m->n, &m->cap, sizeof(*m->v));
	m->v[m->n++] = r;
}

static int conflict(struct sl_kz *kz, const struct sl_kz_resource *there,
		    const struct sl_kz_resource *r, const char *what, struct sl_err *err)
{
	struct sl_kz_id id = sl_kz_current_id(kz, r);
	const struct sl_value *v = there->obj;

	if (v && v->file)
		sl_err_set(err, SL_ERR_CONFLICT, "%s: %s, which is also at %s:%u", what,
			   sl_kz_id_text(kz->a, &id), v->file, v->line);
	else
		sl_err_set(err, SL_ERR_CONFLICT, "%s: %s", what, sl_kz_id_text(kz->a, &id));
	if (r->obj && r->obj->file)
		sl_err_at(err, r->obj->file, r->obj->line, NULL);
	return SL_ERR_CONFLICT;
}

int sl_kz_map_append(struct sl_kz *kz, struct sl_kz_map *m, struct sl_kz_resource *r,
		     struct sl_err *err)
{
	if (m->n >= kz->options.limits.objects)
		return sl_err_set(err, SL_ERR_TOO_LARGE, "more than %zu objects",
				  kz->options.limits.objects);
	reindex(kz, m);
	struct sl_kz_id id = sl_kz_current_id(kz, r);
	struct sl_kz_resource *there = index_add(kz, &m->index, &id, r);

	if (there)
		return conflict(kz, there, r, "may not add resource with an already registered id",
				err);
	push(kz, m, r);
	return 0;
}

int sl_kz_map_append_all(struct sl_kz *kz, struct sl_kz_map *m, const struct sl_kz_map *from,
			 struct sl_err *err)
{
	for (size_t i = 0; i < from->n; i++) {
		int r = sl_kz_map_append(kz, m, from->v[i], err);

		if (r < 0)
			return r;
	}
	return 0;
}

void sl_kz_map_drop_deleted(struct sl_kz_map *m)
{
	size_t n = 0;

	for (size_t i = 0; i < m->n; i++)
		if (!sl_kz_is_empty(m->v[i]->obj))
			m->v[n++] = m->v[i];
	if (n < m->n)
		sl_kz_map_touch(m);
	m->n = n;
}

int sl_kz_map_check_unique(struct sl_kz *kz, struct sl_kz_map *m, const char *what,
			   struct sl_err *err)
{
	index_clear(m);
	for (size_t i = 0; i < m->n; i++) {
		struct sl_kz_id id = sl_kz_current_id(kz, m->v[i]);
		struct sl_kz_resource *there = index_add(kz, &m->index, &id, m->v[i]);

		if (there)
			return conflict(kz, there, m->v[i], what, err);
	}
	m->indexed = true;
	return 0;
}

void sl_kz_warn(struct sl_kz *kz, const char *text)
{
	kz->warnings = sl_arena_grow(kz->a, kz->warnings, kz->warning_count, &kz->warning_cap,
				     sizeof(*kz->warnings));
	kz->warnings[kz->warning_count++] = sl_arena_strdup(kz->a, text);
}

int sl_kz_check_memory(const struct sl_kz *kz, struct sl_err *err)
{
	if (sl_arena_full(kz->a) || kz->a->used > kz->arena_limit)
		return sl_err_set(err, SL_ERR_TOO_LARGE,
				  "the build needs more memory than allowed");
	return 0;
}
