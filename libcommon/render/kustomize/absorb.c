#include "libcommon/render/kustomize/build.h"

/* What `x` holds, under what `y` holds, as strings. NULL when both are empty. */
static struct sl_value *merge_strings(struct sl_arena *a, const struct sl_value *x,
				      const struct sl_value *y)
{
	const struct sl_value *sources[] = { x, y };
	struct sl_value *out = sl_value_map(a);

	for (size_t i = 0; i < SL_ARRAY_LEN(sources); i++)
		for (size_t k = 0; k < sl_map_len(sources[i]); k++) {
			const struct sl_member *m = &sources[i]->map.members[k];

			sl_map_set(a, out, m->key, sl_kz_new_text(a, sl_kz_text(a, m->value)));
		}
	return out->map.n ? out : NULL;
}

static void put_or_remove(struct sl_arena *a, struct sl_value *map, const char *field,
			  struct sl_value *v)
{
	if (v)
		sl_map_setz(a, map, field, v);
	else
		sl_map_remove(map, sl_str(field));
}

/* The new object takes the place, name, labels and history of the old one. */
static void inherit(struct sl_kz *kz, struct sl_kz_resource *r, const struct sl_kz_resource *old)
{
	static const char *const fields[] = { "labels", "annotations" };
	struct sl_value *meta = sl_map_need_map(kz->a, r->obj, "metadata");

	for (size_t i = 0; i < SL_ARRAY_LEN(fields); i++)
		put_or_remove(kz->a, meta, fields[i],
			      merge_strings(kz->a, sl_get(old->obj, "metadata", fields[i]),
					    sl_map_get(meta, sl_str(fields[i]))));
	sl_kz_set_name(kz, r, sl_kz_name(kz, old));
	sl_kz_set_namespace(kz, r, sl_kz_namespace(kz, old));
	r->prev = old->prev;
	r->prev_n = old->prev_n;
	r->prev_cap = old->prev_cap;
	r->prefixes = old->prefixes;
	r->suffixes = old->suffixes;
	r->vars = old->vars;
	if (r->transformation_n == 0) {
		r->transformations = old->transformations;
		r->transformation_n = old->transformation_n;
		r->transformation_cap = old->transformation_cap;
	}
	r->needs_hash = r->needs_hash && old->needs_hash;
	r->behavior = old->behavior;
	/* kustomize's own annotations are those of the old one. */
	r->generated = old->generated;
}

/* A Secret's data with its stringData in it, encoded, as the API server would store it. */
static int secret_data(struct sl_arena *a, const struct sl_value *obj, struct sl_value **ret,
		       struct sl_err *err)
{
	const struct sl_value *plain = sl_get(obj, "stringData");
	struct sl_value *data = merge_strings(a, sl_get(obj, "data"), NULL);

	if (!sl_is_null(plain) && !sl_is_map(plain))
		return sl_value_err_set(err, plain, "stringData", SL_ERR_INVALID,
					"read stringData: expected a map, got a %s",
					sl_value_kind_name(plain));
	if (sl_map_len(plain) > 0 && sl_kz_check_map(sl_get(obj, "data"), "data", err) < 0) {
		sl_err_wrap(err, "encode stringData");
		return SL_ERR_INVALID;
	}
	for (size_t i = 0; i < sl_map_len(plain); i++) {
		const struct sl_member *m = &plain->map.members[i];

		if (sl_is_map(m->value) || sl_is_list(m->value))
			return sl_value_err_set(
				err, m->value, "stringData", SL_ERR_INVALID,
				"stringData value for key \"%.*s\" must be a scalar",
				SL_STR_FMT(m->key));
		if (!data)
			data = sl_value_map(a);
		sl_map_set(a, data, m->key, sl_kz_encode_secret(a, sl_kz_text(a, m->value)));
	}
	*ret = data;
	return 0;
}

static int merge_data(struct sl_kz *kz, struct sl_kz_resource *r, const struct sl_kz_resource *old,
		      struct sl_err *err)
{
	bool secret = sl_str_eqz(sl_kz_kind(kz, r), "Secret");
	struct sl_value *data = sl_get(old->obj, "data");
	int rc = secret ? secret_data(kz->a, old->obj, &data, err) : 0;

	if (rc < 0)
		return rc;
	put_or_remove(kz->a, r->obj, "data", merge_strings(kz->a, data, sl_get(r->obj, "data")));
	put_or_remove(
		kz->a, r->obj, "binaryData",
		merge_strings(kz->a, sl_get(old->obj, "binaryData"), sl_get(r->obj, "binaryData")));
	return 0;
}

/* The number of resources with this id, now or before; *ret is the place of the last. */
static size_t find(struct sl_kz *kz, const struct sl_kz_map *m, const struct sl_kz_id *id,
		   size_t *ret)
{
	size_t n = 0;

	for (size_t i = 0; i < m->n; i++) {
		if (sl_kz_is_empty(m->v[i]->obj) || !sl_kz_has_id(kz, m->v[i], id))
			continue;
		*ret = i;
		n++;
	}
	return n;
}

int sl_kz_map_absorb(struct sl_kz *kz, struct sl_kz_map *m, struct sl_kz_resource *r,
		     struct sl_err *err)
{
	struct sl_kz_id id = sl_kz_current_id(kz, r);
	size_t at = 0, n = find(kz, m, &id, &at);

	if (n > 1)
		return sl_err_set(err, SL_ERR_CONFLICT,
				  "found multiple objects that could accept merge of %s",
				  sl_kz_id_text(kz->a, &id));
	if (n == 0 && r->behavior != SL_KZ_CREATE)
		return sl_err_set(err, SL_ERR_INVALID,
				  "id %s does not exist; cannot merge or replace",
				  sl_kz_id_text(kz->a, &id));
	if (n == 0)
		return sl_kz_map_append(kz, m, r, err);
	if (r->behavior == SL_KZ_CREATE)
		return sl_err_set(err, SL_ERR_CONFLICT,
				  "id %s exists; behavior must be merge or replace",
				  sl_kz_id_text(kz->a, &id));
	struct sl_kz_resource *old = m->v[at];
	bool merge = r->behavior == SL_KZ_MERGE;

	inherit(kz, r, old);
	int rc = merge ? merge_data(kz, r, old, err) : 0;

	if (rc < 0)
		return rc;
	if (merge && old->origin)
		r->origin = old->origin;
	m->v[at] = r;
	sl_kz_map_touch(m);
	return 0;
}
