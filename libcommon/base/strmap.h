/*
 * A hash map from strings to pointers, in insertion order of nothing: iteration order is arbitrary.
 *
 * Keys are copied and owned by the map; values are borrowed unless `free_value` is given at init.
 * Open addressing, at most 3/4 full. Keys may hold NULs.
 *
 * Thread rule: one thread at a time.
 */
#ifndef LIBCOMMON_BASE_STRMAP_H
#define LIBCOMMON_BASE_STRMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "libcommon/base/str.h"

struct sl_strmap_entry {
	char *key; /* NUL-terminated as well; NULL marks a free slot */
	size_t key_len;
	uint64_t hash;
	void *value;
};

struct sl_strmap {
	struct sl_strmap_entry *slots;
	size_t n;			 /* entries */
	size_t slot_count;		 /* power of two, or 0 */
	void (*free_value)(void *value); /* or NULL */
};
#define SL_STRMAP_INIT \
	{ \
		0 \
	}
#define SL_STRMAP_INIT_OWNING(free_fn) \
	{ \
		.free_value = (free_fn) \
	}

void sl_strmap_release(struct sl_strmap *m);
/* Remove all entries, keep the memory. */
void sl_strmap_reset(struct sl_strmap *m);
/* The value, or NULL. */
void *sl_strmap_get(const struct sl_strmap *m, struct sl_str key);
bool sl_strmap_has(const struct sl_strmap *m, struct sl_str key);
/* Insert or replace; a replaced value is freed when the map owns values. */
void sl_strmap_set(struct sl_strmap *m, struct sl_str key, void *value);
/* Remove; the value is freed when the map owns values. False when it was not there. */
bool sl_strmap_remove(struct sl_strmap *m, struct sl_str key);
/* Remove and hand the value to the caller, or NULL. */
void *sl_strmap_take(struct sl_strmap *m, struct sl_str key);
/*
 * Iterate: start with *pos = 0; returns NULL at the end. No insertion or removal meanwhile.
 *   for (size_t pos = 0; (e = sl_strmap_next(&m, &pos)); )
 */
const struct sl_strmap_entry *sl_strmap_next(const struct sl_strmap *m, size_t *pos);

#endif
