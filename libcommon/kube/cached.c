#include <assert.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "libcommon/kube/store.h"

struct cached {
	struct sl_cached pub; /* first: a struct sl_cached is always one of these */
	atomic_uint refs;
	struct sl_arena arena;
};

/* A map without one member; what the others hold is shared. */
static struct sl_value *without(struct sl_arena *a, const struct sl_value *map, const char *key)
{
	struct sl_value *out = sl_value_map(a);

	for (size_t i = 0; i < sl_map_len(map); i++) {
		const struct sl_member *m = &map->map.members[i];

		if (!sl_str_eqz(m->key, key))
			sl_map_set(a, out, m->key, m->value);
	}
	return out;
}

/* Strings of a copy end with a NUL; what is absent is "". */
static struct sl_str text_of(struct sl_str s)
{
	return s.p ? s : SL_STR("");
}

struct sl_cached *sl_cached_new(const struct sl_value *object)
{
	struct cached *o = sl_xcalloc(1, sizeof(*o));
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	const struct sl_value *metadata = sl_get(object, "metadata");
	struct sl_value *shown = without(&a, object, "managedFields"), *copy;

	if (metadata)
		sl_map_setz(&a, shown, "metadata", without(&a, metadata, "managedFields"));
	atomic_init(&o->refs, 1);
	/* There are as many of these as there are objects. */
	copy = sl_value_pack(&o->arena, shown);
	o->pub = (struct sl_cached){
		.value = copy,
		.namespace_ = text_of(sl_obj_namespace(copy)),
		.name = text_of(sl_obj_name(copy)),
		.uid = text_of(sl_obj_uid(copy)),
		.resource_version = text_of(sl_obj_resource_version(copy)),
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
