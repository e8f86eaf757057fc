#include "libcommon/lang/sprig/zone.h"

#include <string.h>

#include "libcommon/lang/sprig/zone_rule.h"

#define COUNTS 6
enum count { UT_LOCAL, STD_WALL, LEAPS, TIMES, TYPES, CHARS };

struct reader {
	struct sl_str rest;
	bool failed;
};

static struct sl_str take(struct reader *r, uint64_t n)
{
	struct sl_str part = SL_STR_NULL;

	if (n > r->rest.n) {
		r->failed = true;
		r->rest = SL_STR_NULL;
		return part;
	}
	part = sl_str_sub(r->rest, 0, (size_t)n);
	r->rest = sl_str_sub(r->rest, (size_t)n, r->rest.n);
	return part;
}

static int64_t big_endian(const char *p, size_t n)
{
	uint64_t v = 0;

	for (size_t i = 0; i < n; i++)
		v = v << 8 | (unsigned char)p[i];
	return n == 4 ? (int32_t)(uint32_t)v : (int64_t)v;
}

static void read_counts(struct reader *r, uint64_t counts[COUNTS])
{
	struct sl_str part = take(r, 4 * COUNTS);

	for (size_t i = 0; i < COUNTS; i++)
		counts[i] = part.n ? (uint32_t)big_endian(part.p + 4 * i, 4) : 0;
}

/* The header and the counts of the block that counts; false when the file is none that Go reads. */
static bool read_header(struct reader *r, uint64_t counts[COUNTS], size_t *ret_time_size)
{
	struct sl_str magic = take(r, 4), version = take(r, 16);

	if (!sl_str_eqz(magic, "TZif") || version.n != 16 ||
	    (version.p[0] && version.p[0] != '2' && version.p[0] != '3'))
		return false;
	read_counts(r, counts);
	*ret_time_size = 4;
	if (!version.p[0])
		return !r->failed;
	take(r, counts[TIMES] * 5 + counts[TYPES] * 6 + counts[CHARS] + counts[LEAPS] * 8 +
			counts[STD_WALL] + counts[UT_LOCAL] + 20);
	read_counts(r, counts);
	*ret_time_size = 8;
	return !r->failed;
}

static bool read_types(struct sl_arena *a, struct sl_zone *z, struct sl_str data,
		       struct sl_str chars)
{
	z->types = sl_arena_array(a, z->type_count, sizeof(*z->types));
	for (size_t i = 0; i < z->type_count; i++) {
		const char *p = data.p + 6 * i;
		struct sl_str name = sl_str_sub(chars, (unsigned char)p[5], chars.n);
		ptrdiff_t end = sl_str_chr(name, '\0');

		if ((unsigned char)p[5] >= chars.n)
			return false;
		z->types[i] = (struct sl_zone_type){
			.name = end < 0 ? name : sl_str_sub(name, 0, (size_t)end),
			.offset = (int32_t)big_endian(p, 4),
			.dst = p[4] != 0,
		};
	}
	return true;
}

static bool read_transitions(struct sl_arena *a, struct sl_zone *z, struct sl_str times,
			     struct sl_str indexes)
{
	size_t n = indexes.n, size = n ? times.n / n : 0;

	/* Without any, the first type is in force always. */
	z->when_count = n ? n : 1;
	z->when = sl_arena_array(a, z->when_count, sizeof(*z->when));
	z->index = sl_arena_array(a, z->when_count, 1);
	z->when[0] = INT64_MIN;
	for (size_t i = 0; i < n; i++) {
		z->when[i] = big_endian(times.p + size * i, size);
		z->index[i] = (uint8_t)indexes.p[i];
		if (z->index[i] >= z->type_count)
			return false;
	}
	return true;
}

static bool read_zone(struct sl_arena *a, struct sl_zone *z, struct sl_str tzif)
{
	struct reader r = { .rest = sl_arena_str(a, tzif) };
	struct sl_str times, indexes, types, chars;
	uint64_t n[COUNTS];
	size_t size;

	if (!read_header(&r, n, &size))
		return false;
	times = take(&r, n[TIMES] * size);
	indexes = take(&r, n[TIMES]);
	types = take(&r, n[TYPES] * 6);
	chars = take(&r, n[CHARS]);
	take(&r, n[LEAPS] * (size + 4));
	take(&r, n[STD_WALL]);
	take(&r, n[UT_LOCAL]);
	if (r.failed || !n[TYPES])
		return false;
	z->type_count = n[TYPES];
	if (r.rest.n > 2 && r.rest.p[0] == '\n' && r.rest.p[r.rest.n - 1] == '\n')
		z->extend = sl_str_sub(r.rest, 1, r.rest.n - 1);
	return read_types(a, z, types, chars) && read_transitions(a, z, times, indexes);
}

int sl_zone_load(struct sl_arena *a, struct sl_str name, struct sl_str tzif,
		 const struct sl_zone **ret, struct sl_err *err)
{
	struct sl_zone *z = sl_arena_new(a, struct sl_zone);

	if (tzif.n > SL_ZONE_BYTES_MAX)
		return sl_err_set(err, SL_ERR_TOO_LARGE, "a time zone is larger than %zu bytes",
				  SL_ZONE_BYTES_MAX);
	z->name = sl_arena_str(a, name);
	if (!read_zone(a, z, tzif))
		return sl_err_set(err, SL_ERR_INVALID, "malformed time zone information");
	*ret = z;
	return 0;
}

const struct sl_zone *sl_zone_fixed(struct sl_arena *a, struct sl_str name, int32_t offset)
{
	struct sl_zone *z = sl_arena_new(a, struct sl_zone);

	z->name = sl_arena_str(a, name);
	z->types = sl_arena_new(a, struct sl_zone_type);
	z->types[0] = (struct sl_zone_type){ .name = z->name, .offset = offset };
	z->type_count = z->when_count = 1;
	z->when = sl_arena_new(a, int64_t);
	z->when[0] = INT64_MIN;
	z->index = sl_arena_new(a, uint8_t);
	return z;
}

static bool first_type_is_used(const struct sl_zone *z)
{
	for (size_t i = 0; i < z->when_count; i++)
		if (z->index[i] == 0)
			return true;
	return false;
}

/*
 * The type before the first transition, as tzcode chooses it: the first if no transition uses it; else
 * the standard time nearest before the type of the first transition, if that is daylight time; else the
 * first standard time.
 */
static size_t early_type(const struct sl_zone *z)
{
	if (!first_type_is_used(z))
		return 0;
	if (z->types[z->index[0]].dst)
		for (size_t i = z->index[0]; i-- > 0;)
			if (!z->types[i].dst)
				return i;
	for (size_t i = 0; i < z->type_count; i++)
		if (!z->types[i].dst)
			return i;
	return 0;
}

static struct sl_zone_at at_type(const struct sl_zone_type *t, int64_t start, int64_t end)
{
	return (struct sl_zone_at){ t->name, t->offset, start, end, t->dst };
}

struct sl_zone_at sl_zone_lookup(const struct sl_zone *z, int64_t sec)
{
	static const struct sl_zone_type utc = { .name = SL_STR("UTC") };
	size_t low = 0, high;
	struct sl_zone_at at;

	if (!z)
		return at_type(&utc, INT64_MIN, INT64_MAX);
	if (sec < z->when[0])
		return at_type(&z->types[early_type(z)], INT64_MIN, z->when[0]);
	for (high = z->when_count; high - low > 1;) {
		size_t middle = low + (high - low) / 2;

		if (sec < z->when[middle])
			high = middle;
		else
			low = middle;
	}
	at = at_type(&z->types[z->index[low]], z->when[low],
		     high < z->when_count ? z->when[high] : INT64_MAX);
	if (low == z->when_count - 1 && z->extend.n)
		sl_zone_rule_apply(z->extend, sec, &at);
	return at;
}

bool sl_zone_offset_of(const struct sl_zone *z, struct sl_str name, int64_t sec, int32_t *ret)
{
	bool found = false;

	for (size_t i = 0; z && i < z->type_count; i++) {
		struct sl_zone_at at;

		if (!sl_str_eq(z->types[i].name, name))
			continue;
		at = sl_zone_lookup(
			z, (int64_t)((uint64_t)sec - (uint64_t)(int64_t)z->types[i].offset));
		if (sl_str_eq(at.name, name)) {
			*ret = at.offset;
			return true;
		}
		if (!found)
			*ret = z->types[i].offset;
		found = true;
	}
	return found;
}
