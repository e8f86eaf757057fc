#include <assert.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "libcommon/kube/store.h"

struct cached {
	struct sl_cached pub; /* first: a struct sl_cached is always one of these */
	atomic_uint refs;
	struct sl_arena arena;
};

static struct sl_value *copy_metadata(struct sl_arena *a, const struct sl_value *metadata)
{
	struct sl_value *copy = sl_value_map(a);

	for (size_t i = 0; i < sl_map_len(metadata); i++) {
		const struct sl_member *m = &metadata->map.members[i];

		if (!sl_str_eqz(m->key, "managedFields"))
			sl_map_set(a, copy, m->key, sl_value_copy(a, m->value));
	}
	return copy;
}

static struct sl_value *copy_object(struct sl_arena *a, const struct sl_value *object)
{
	struct sl_value *copy = sl_value_map(a);

	for (size_t i = 0; i < sl_map_len(object); i++) {
		const struct sl_member *m = &object->map.members[i];
		bool is_metadata = sl_str_eqz(m->key, "metadata");

		sl_map_set(a, copy, m->key,
			   is_metadata ? copy_metadata(a, m->value) : sl_value_copy(a, m->value));
	}
	return copy;
}

struct sl_cached *sl_cached_new(const struct sl_value *object)
{
	struct cached *o = sl_xcalloc(1, sizeof(*o));
	struct sl_value *copy;

	atomic_init(&o->refs, 1);
	copy = copy_object(&o->arena, object);
	o->pub = (struct sl_cached){
		.value = copy,
		.namespace_ = sl_arena_str(&o->arena, sl_obj_namespace(copy)),
		.name = sl_arena_str(&o->arena, sl_obj_name(copy)),
		.uid = sl_arena_str(&o->arena, sl_obj_uid(copy)),
		.resource_version = sl_arena_str(&o->arena, sl_obj_resource_version(copy)),
	};
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
