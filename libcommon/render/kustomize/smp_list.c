#include "libcommon/render/kustomize/smp_list.h"

#include <string.h>

#include "libcommon/render/kustomize/resource.h"
#include "libcommon/render/kustomize/smp.h"

static bool rows_equal(const struct sl_kz_keys *x, const struct sl_kz_keys *y)
{
	for (size_t i = 0; i < x->n; i++)
		if (!sl_str_eq(x->v[i], y->v[i]))
			return false;
	return true;
}

static bool has_row(const struct sl_kz_rows *rows, const struct sl_kz_keys *row)
{
	for (size_t i = 0; i < rows->n; i++)
		if (rows_equal(&rows->v[i], row))
			return true;
	return false;
}

/* The text of a scalar as it was written, nulls too. */
static struct sl_str written(struct sl_arena *a, const struct sl_value *v)
{
	return v && v->kind == SL_V_NULL ? v->written : sl_kz_text(a, v);
}

static struct sl_kz_keys row_of(struct sl_arena *a, const struct sl_value *element,
				const struct sl_kz_keys *keys)
{
	struct sl_kz_keys row = { .n = keys->n };

	for (size_t i = 0; i < keys->n; i++)
		row.v[i] = keys->v[i].n == 0 ? written(a, element)
					     : sl_kz_text(a, sl_map_get(element, keys->v[i]));
	return row;
}

int sl_kz_rows_collect(struct sl_arena *a, const struct sl_value *list,
		       const struct sl_kz_keys *keys, struct sl_kz_rows *rows, struct sl_err *err)
{
	if (sl_list_len(list) > SL_KZ_MERGE_LIST_MAX) {
		return sl_value_err_set(err, list, NULL, SL_ERR_TOO_LARGE,
					"a list to be merged has more than %d elements",
					SL_KZ_MERGE_LIST_MAX);
	}
	if (rows->cap < rows->n + sl_list_len(list)) {
		size_t cap = rows->n + sl_list_len(list);
		struct sl_kz_keys *grown = sl_arena_array(a, cap, sizeof(*grown));

		if (rows->n > 0)
			memcpy(grown, rows->v, rows->n * sizeof(*grown));
		rows->v = grown;
		rows->cap = cap;
	}
	for (size_t i = 0; i < sl_list_len(list); i++) {
		struct sl_kz_keys row = row_of(a, sl_list_get(list, i), keys);

		if (!has_row(rows, &row))
			rows->v[rows->n++] = row;
	}
	return 0;
}

/* True when they have something in common and nothing against each other. */
static bool unify(const struct sl_kz_keys *x, const struct sl_kz_keys *y, struct sl_kz_keys *ret)
{
	bool common = false;

	ret->n = x->n;
	for (size_t i = 0; i < x->n; i++) {
		if (sl_str_eq(x->v[i], y->v[i]))
			common = true;
		else if (x->v[i].n > 0 && y->v[i].n > 0)
			return false;
		ret->v[i] = x->v[i].n > 0 ? x->v[i] : y->v[i];
	}
	return common;
}

void sl_kz_rows_unify(struct sl_kz_rows *rows)
{
	for (size_t i = 0; i < rows->n; i++) {
		struct sl_kz_keys row = rows->v[i], both;

		for (size_t j = 0; j < rows->n; j++) {
			if (!unify(&row, &rows->v[j], &both))
				continue;
			rows->v[i] = both;
			rows->v[j] = both;
		}
	}
}

void sl_kz_keys_in_use(const struct sl_kz_keys *rows, size_t n, const struct sl_kz_keys *keys,
		       const struct sl_kz_keys *row, struct sl_kz_keys *ret_keys,
		       struct sl_kz_keys *ret_values)
{
	struct sl_kz_keys used = { 0 }, values = { 0 };

	for (size_t k = 0; k < keys->n; k++) {
		bool in_use = false;

		for (size_t i = 0; i < n && !in_use; i++)
			in_use = rows[i].v[k].n > 0;
		if (!in_use)
			continue;
		used.v[used.n++] = keys->v[k];
		values.v[values.n++] = row->v[k];
	}
	*ret_keys = used.n > 0 ? used : *keys;
	*ret_values = used.n > 0 ? values : *row;
}

static bool matches_exactly(struct sl_arena *a, const struct sl_value *element,
			    const struct sl_kz_keys *keys, const struct sl_kz_keys *values)
{
	for (size_t i = 0; i < keys->n; i++) {
		const struct sl_value *field = sl_map_get(element, keys->v[i]);

		if (!field || !sl_str_eq(written(a, field), values->v[i]))
			return false;
	}
	return true;
}

struct sl_value *sl_kz_list_find(struct sl_arena *a, const struct sl_value *list,
				 const struct sl_kz_keys *keys, const struct sl_kz_keys *values)
{
	for (size_t i = 0; i < sl_list_len(list); i++) {
		struct sl_value *element = sl_list_get(list, i);

		if (keys->v[0].n == 0) {
			if (sl_str_eq(written(a, element), values->v[0]))
				return element;
		} else if (sl_is_map(element) && matches_exactly(a, element, keys, values)) {
			return element;
		}
	}
	return NULL;
}

static int wrong_kind(const struct sl_value *v, const char *want, struct sl_err *err)
{
	return sl_value_err_set(err, v, NULL, SL_ERR_INVALID,
				"wrong node kind in a merged list: expected %s but got %s", want,
				sl_value_kind_name(v));
}

/* Fills *ret_match; an empty value stands for any value of a key that is there. */
static int matches(struct sl_arena *a, const struct sl_value *element, struct sl_str key,
		   struct sl_str value, bool *ret_match, struct sl_err *err)
{
	if (key.n == 0) {
		if (sl_is_map(element) || sl_is_list(element))
			return wrong_kind(element, "a scalar", err);
		*ret_match = sl_str_eq(sl_kz_text(a, element), value);
		return 0;
	}
	if (!sl_is_map(element))
		return wrong_kind(element, "a map", err);
	const struct sl_value *field = sl_map_get(element, key);

	*ret_match = field && (value.n == 0 || sl_str_eq(written(a, field), value));
	return 0;
}

/* Keys beyond the values say nothing; without any value nothing is found. */
static int found(struct sl_arena *a, const struct sl_value *element, const struct sl_kz_keys *keys,
		 const struct sl_kz_keys *values, bool *ret_found, struct sl_err *err)
{
	*ret_found = false;
	for (size_t i = 0; i < keys->n && i < values->n; i++) {
		int r = matches(a, element, keys->v[i], values->v[i], ret_found, err);

		if (r < 0)
			return r;
		if (!*ret_found)
			return 0;
	}
	return 0;
}

int sl_kz_list_put(struct sl_arena *a, struct sl_value *list, struct sl_value *element,
		   const struct sl_kz_keys *keys, const struct sl_kz_keys *values,
		   struct sl_err *err)
{
	bool for_maps = keys->v[0].n > 0 && values->n > 0 && values->v[0].n > 0;
	bool placed = false, here;
	size_t n = 0;

	for (size_t i = 0; i < list->list.n; i++) {
		struct sl_value *old = list->list.items[i];

		if (sl_is_null(old) || (sl_is_map(old) && old->map.n == 0))
			continue;
		if (!sl_is_map(old) && for_maps) {
			list->list.items[n++] = old;
			continue;
		}
		int r = found(a, old, keys, values, &here, err);

		if (r < 0)
			return r;
		/* Without a value to compare, what is there goes: kustomize's list of elements
		 * without key keeps the last one only. */
		if (!here && values->n > 0)
			list->list.items[n++] = old;
		if (here && element)
			list->list.items[n++] = element;
		placed |= here;
	}
	list->list.n = n;
	if (!placed && !sl_is_null(element))
		sl_list_push(a, list, element);
	return 0;
}

static int put_keyed(struct sl_arena *a, struct sl_value *dst, struct sl_value *element,
		     const struct sl_kz_keys *keys, struct sl_err *err)
{
	struct sl_kz_keys values = { 0 };

	if (!sl_is_map(element) && !sl_is_null(element))
		return wrong_kind(element, "a map", err);
	for (size_t i = 0; i < keys->n; i++) {
		const struct sl_value *field = sl_map_get(element, keys->v[i]);

		if (field)
			values.v[values.n++] = written(a, field);
		else
			sl_list_push(a, dst, element);
	}
	int r = keys->n > 1 ? sl_kz_list_put(a, dst, NULL, keys, &values, err) : 0;

	return r < 0 ? r : sl_kz_list_put(a, dst, element, keys, &values, err);
}

int sl_kz_list_put_all(struct sl_arena *a, struct sl_value *dst, const struct sl_value *src,
		       const struct sl_kz_keys *keys, struct sl_err *err)
{
	for (size_t i = 0; i < sl_list_len(src); i++) {
		struct sl_value *element = sl_list_get(src, i);
		int r;

		if (keys->v[0].n == 0) {
			struct sl_kz_keys value = { .v = { written(a, element) }, .n = 1 };

			r = sl_kz_list_put(a, dst, element, keys, &value, err);
		} else {
			r = put_keyed(a, dst, element, keys, err);
		}
		if (r < 0)
			return r;
	}
	return 0;
}
