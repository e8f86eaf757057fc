/*
 * Private to kustomize: the list operations of strategic merge, with kustomize's rules for elements
 * that lack a key.
 *
 * A row is one element's merge keys as text, "" for a key it lacks. A set of scalars has one key, "",
 * whose value is the scalar's text.
 *
 * Thread rule: pure but for the arena.
 */
#ifndef LIBCOMMON_RENDER_KUSTOMIZE_SMP_LIST_H
#define LIBCOMMON_RENDER_KUSTOMIZE_SMP_LIST_H

#include "libcommon/codec/value.h"
#include "libcommon/render/kustomize/smp_table.h"

/* Merge keys of one list; a schema that has more is taken to have these. */
#define SL_KZ_KEYS_MAX 8

struct sl_kz_keys {
	struct sl_str v[SL_KZ_KEYS_MAX];
	size_t n;
};

struct sl_kz_rows {
	struct sl_kz_keys *v;
	size_t n, cap;
};

/* The distinct rows of `list` (may be NULL or null) added to `rows`. */
int sl_kz_rows_collect(struct sl_arena *a, const struct sl_value *list,
		       const struct sl_kz_keys *keys, struct sl_kz_rows *rows,
		       struct sl_err *err) SL_MUST_CHECK;
/* Give rows that differ only where one of them has nothing the same keys. */
void sl_kz_rows_unify(struct sl_kz_rows *rows);
/* Only the keys that some of the `n` rows have; all of them when none has any. */
void sl_kz_keys_in_use(const struct sl_kz_keys *rows, size_t n, const struct sl_kz_keys *keys,
		       const struct sl_kz_keys *row, struct sl_kz_keys *ret_keys,
		       struct sl_kz_keys *ret_values);

/* The first element with exactly these values, or NULL. */
struct sl_value *sl_kz_list_find(struct sl_arena *a, const struct sl_value *list,
				 const struct sl_kz_keys *keys, const struct sl_kz_keys *values);
/* Put `element` in the place of those with these values, or at the end; NULL removes them. Nulls and
 * empty maps in the list are dropped. */
int sl_kz_list_put(struct sl_arena *a, struct sl_value *list, struct sl_value *element,
		   const struct sl_kz_keys *keys, const struct sl_kz_keys *values,
		   struct sl_err *err) SL_MUST_CHECK;
/* Put every element of `src` into `dst`. */
int sl_kz_list_put_all(struct sl_arena *a, struct sl_value *dst, const struct sl_value *src,
		       const struct sl_kz_keys *keys, struct sl_err *err) SL_MUST_CHECK;

#endif
