#include <assert.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "libcommon/kube/store.h"

struct cached {
	struct sl_cached pub; /* first: a struct sl_cached is always one of these */
	atomic_uint refs;
	struct sl_arena arena;
};

/* A map of the same members, which are shared. */
static struct sl_value *shallow(struct sl_arena *a, const struct sl_value *map)
{
	struct sl_value *copy = sl_value_map(a);

	for (size_t i = 0; i < sl_map_len(map); i++)
		sl_map_set(a, copy, map->map.members[i].key, map->map.members[i].value);
	return copy;
}

/* The object without what nobody here reads, and what is as large as the rest together. */
static struct sl_value *trim(struct sl_arena *a, const struct sl_value *object)
{
	struct sl_value *top = shallow(a, object);
	struct sl_value *metadata = shallow(a, sl_get(object, "metadata"));
	const struct sl_value *annotations = sl_get(metadata, "annotations");
	struct sl_value *kept = shallow(a, annotations);

	sl_map_remove(metadata, SL_STR("managedFields"));
	if (sl_map_remove(kept, SL_STR("kubectl.kubernetes.io/last-applied-configuration")))
		sl_map_setz(a, metadata, "annotations", kept);
	sl_map_setz(a, top, "metadata", metadata);
	return top;
}

static void fill(struct cached *o, const struct sl_value *object)
{
	struct sl_value *copy = sl_value_copy(&o->arena, object);

	o->pub = (struct sl_cached){
		.value = copy,
		.namespace_ = sl_arena_str(&o->arena, sl_obj_namespace(copy)),
		.name = sl_arena_str(&o->arena, sl_obj_name(copy)),
		.uid = sl_arena_str(&o->arena, sl_obj_uid(copy)),
		.resource_version = sl_arena_str(&o->arena, sl_obj_resource_version(copy)),
	};
}

struct sl_cached *sl_cached_new(const struct sl_value *object)
{
	SL_AUTO(sl_arena) scratch = SL_ARENA_INIT;
	const struct sl_value *trimmed = trim(&scratch, object);
	struct cached *o = sl_xcalloc(1, sizeof(*o));
	size_t bytes;

	atomic_init(&o->refs, 1);
	fill(o, trimmed);
	/* Again, into one block without room to spare: there may be thousands, for days. */
	bytes = sl_arena_footprint(&o->arena);
	sl_arena_release(&o->arena);
	sl_arena_reserve(&o->arena, bytes);
	fill(o, trimmed);
	return &o->pub;
}

struct sl_cached *sl_cached_ref(struct sl_cached *o)
{
	unsigned before =
		atomic_fetch_add_explicit(&((struct cached *)o)->refs, 1, memory_order_relaxed);

	assert(before > 0);
	return o;
}

void sl_cached_unref(struct sl_cached *o)
{
	struct cached *c = (struct cached *)o;

	if (!o || atomic_fetch_sub_explicit(&c->refs, 1, memory_order_acq_rel) > 1)
		return;
	sl_arena_release(&c->arena);
	free(c);
}

void sl_cached_cleanup(struct sl_cached **o)
{
	sl_cached_unref(*o);
}
