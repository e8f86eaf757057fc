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

/* An integer and a float that are equal have one hash; integers that no float holds have their own. */
static uint64_t hash_int(int64_t i)
{
	const int64_t exact = (int64_t)1 << 53;

	return i >= -exact && i <= exact ? hash_number((double)i) : mix((uint64_t)i + 13);
}

/*
 * What the levels are: the object, its metadata, its annotations, and all below. The Deployment
 * controller counts its rollouts in an annotation: without leaving that out each of our own rollouts
 * would look like drift.
 */
enum level { OBJECT, METADATA, ANNOTATIONS, BELOW };

static bool is_left_out(enum level level, struct sl_str key)
{
	static const char *const metadata[] = {
		"managedFields", "resourceVersion",   "generation",
		"uid",		 "creationTimestamp", "selfLink",
	};

	if (level == OBJECT)
		return sl_str_eqz(key, "status");
	if (level == ANNOTATIONS)
		return sl_str_eqz(key, "deployment.kubernetes.io/revision");
	for (size_t i = 0; level == METADATA && i < SL_ARRAY_LEN(metadata); i++)
		if (sl_str_eqz(key, metadata[i]))
			return true;
	return false;
}

static enum level below(enum level level, struct sl_str key)
{
	if (level == OBJECT && sl_str_eqz(key, "metadata"))
		return METADATA;
	return level == METADATA && sl_str_eqz(key, "annotations") ? ANNOTATIONS : BELOW;
}

static uint64_t hash_value(const struct sl_value *v, enum level level);

/* Annotations of which nothing counts are the same as none. */
static bool only_left_out(const struct sl_value *annotations)
{
	for (size_t i = 0; i < sl_map_len(annotations); i++)
		if (!is_left_out(ANNOTATIONS, annotations->map.members[i].key))
			return false;
	return true;
}

/* Members add up, so that their order does not count. */
static uint64_t hash_map(const struct sl_value *map, enum level level)
{
	uint64_t sum = 7;

	for (size_t i = 0; i < map->map.n; i++) {
		const struct sl_member *m = &map->map.members[i];
		enum level next = below(level, m->key);

		if (is_left_out(level, m->key) || (next == ANNOTATIONS && only_left_out(m->value)))
			continue;
		sum += mix(sl_str_hash(m->key) ^ mix(hash_value(m->value, next)));
	}
	return mix(sum);
}

static uint64_t hash_list(const struct sl_value *list)
{
	uint64_t h = 11;

	for (size_t i = 0; i < list->list.n; i++)
		h = mix(h * 31 + hash_value(list->list.items[i], BELOW));
	return h;
}

static uint64_t hash_value(const struct sl_value *v, enum level level)
{
	switch (v->kind) {
	case SL_V_NULL:
		return 1;
	case SL_V_BOOL:
		return v->b ? 0x9e3779b97f4a7c15ULL : 0xbf58476d1ce4e5b9ULL;
	case SL_V_INT:
		return hash_int(v->i);
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
	return object ? hash_value(object, OBJECT) : 0;
}
