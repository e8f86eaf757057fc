#include "libcommon/kube/apply.h"

#include <string.h>

/* A finaliser of the MurmurHash3 kind: every input bit changes half of the output bits. */
static uint64_t mix(uint64_t h)
{
	h ^= h >> 33;
	h *= 0xff51afd7ed558ccdULL;
	h ^= h >> 33;
	h *= 0xc4ceb9fe1a85ec53ULL;
	return h ^ (h >> 33);
}

static uint64_t hash_number(double f)
{
	uint64_t bits;

	memcpy(&bits, &f, sizeof(bits));
	return mix(bits + 3);
}

static uint64_t hash_value(const struct sl_value *v, unsigned level);

/* Members add up, so that their order does not count. `level` 0 is the object, 1 its metadata. */
static uint64_t hash_map(const struct sl_value *map, unsigned level)
{
	static const char *const volatile_metadata[] = {
		"managedFields", "resourceVersion",   "generation",
		"uid",		 "creationTimestamp", "selfLink",
	};
	uint64_t sum = 7;

	for (size_t i = 0; i < map->map.n; i++) {
		const struct sl_member *m = &map->map.members[i];
		bool skip = level == 0 && sl_str_eqz(m->key, "status");

		for (size_t k = 0; level == 1 && k < SL_ARRAY_LEN(volatile_metadata); k++)
			skip |= sl_str_eqz(m->key, volatile_metadata[k]);
		if (skip)
			continue;
		sum += mix(sl_str_hash(m->key) ^
			   mix(hash_value(m->value,
					  level == 0 && sl_str_eqz(m->key, "metadata") ? 1 : 2)));
	}
	return mix(sum);
}

static uint64_t hash_list(const struct sl_value *list)
{
	uint64_t h = 11;

	for (size_t i = 0; i < list->list.n; i++)
		h = mix(h * 31 + hash_value(list->list.items[i], 2));
	return h;
}

static uint64_t hash_value(const struct sl_value *v, unsigned level)
{
	switch (v->kind) {
	case SL_V_NULL:
		return 1;
	case SL_V_BOOL:
		return v->b ? 0x9e3779b97f4a7c15ULL : 0xbf58476d1ce4e5b9ULL;
	case SL_V_INT:
		return hash_number((double)v->i);
	case SL_V_FLOAT:
		return hash_number(v->f);
	case SL_V_NUMBER:
		return mix(sl_str_hash(v->s) + 5);
	case SL_V_STRING:
		return mix(sl_str_hash(v->s));
	case SL_V_LIST:
		return hash_list(v);
	case SL_V_MAP:
		return hash_map(v, level);
	}
	return 0;
}

uint64_t sl_object_digest(const struct sl_value *object)
{
	return object ? hash_value(object, 0) : 0;
}
