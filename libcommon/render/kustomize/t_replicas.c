#include "libcommon/render/kustomize/fieldspec.h"
#include "libcommon/render/kustomize/transform.h"

static int set_count(struct sl_kz *kz, struct sl_value **slot, void *arg, struct sl_err *err)
{
	const int64_t *count = arg;

	if (sl_is_map(*slot) || sl_is_list(*slot)) {
		return sl_value_err_set(err, *slot, "spec.replicas", SL_ERR_INVALID,
					"replicas must be a number, got a %s",
					sl_value_kind_name(*slot));
	}
	/* In quotes it stays text. */
	if (sl_is_quoted(*slot))
		*slot = sl_kz_scalar_like(
			kz, *slot, sl_str(sl_arena_printf(kz->a, "%lld", (long long)*count)));
	else
		*slot = sl_value_int(kz->a, *count);
	return 0;
}

/* Any of the object's ids, former ones too, has this name and fits the spec. */
static bool is_meant(const struct sl_kz *kz, const struct sl_kz_resource *r, struct sl_str name,
		     const struct sl_kz_fieldspec *spec)
{
	struct sl_kz_id now = sl_kz_current_id(kz, r);

	for (size_t i = 0; i < r->prev_n; i++) {
		struct sl_kz_id id = sl_kz_prev_id(kz, r, i);

		if (sl_str_eq(id.name, name) &&
		    sl_kz_id_selected(&id, spec->group, spec->version, spec->kind))
			return true;
	}
	return sl_str_eq(now.name, name) &&
	       sl_kz_id_selected(&now, spec->group, spec->version, spec->kind);
}

/* The kinds that specs are for, as kustomize prints them: "[Deployment StatefulSet.v1.apps]". */
static const char *kinds_of(struct sl_kz *kz, struct sl_kz_fieldspecs specs)
{
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(SL_KUSTOMIZE_BYTES_MAX);

	for (size_t i = 0; i < specs.n; i++) {
		const char *parts[] = { specs.v[i].kind, specs.v[i].version, specs.v[i].group };
		bool first = true;

		sl_strbuf_addz(&b, i ? " " : "");
		for (size_t k = 0; k < SL_ARRAY_LEN(parts); k++) {
			if (!parts[k])
				continue;
			sl_strbuf_addf(&b, "%s%s", first ? "" : ".", parts[k]);
			first = false;
		}
	}
	return sl_arena_printf(kz->a, "[%s]", b.p);
}

int sl_kz_set_replicas(struct sl_kz_stage *s, const struct sl_value *v,
		       struct sl_kz_fieldspecs specs, struct sl_err *err)
{
	struct sl_str name = sl_get_str(v, "name");
	int64_t count = sl_get_int(v, 0, "count");
	bool found = false;

	for (size_t i = 0; i < s->m->n; i++) {
		for (size_t k = 0; k < specs.n; k++) {
			const struct sl_kz_fieldspec *spec = &specs.v[k];

			if (!is_meant(s->kz, s->m->v[i], name, spec))
				continue;
			found = true;
			int r = sl_kz_fieldspecs_apply(s->kz, s->m->v[i]->obj, spec, 1,
						       SL_KZ_MAKE_SCALAR, set_count, &count, err);

			if (r < 0)
				return r;
		}
	}
	if (!found) {
		return sl_value_err_set(
			err, v, "replicas", SL_ERR_INVALID,
			"resource with name %.*s does not match a config with the following GVK %s",
			SL_STR_FMT(name), kinds_of(s->kz, specs));
	}
	sl_kz_stage_done(s);
	return 0;
}

int sl_kz_transform_replicas(struct sl_kz_stage *s, struct sl_err *err)
{
	const struct sl_value *replicas = sl_get(s->kust->value, "replicas");

	for (size_t i = 0; i < sl_list_len(replicas); i++) {
		int r = sl_kz_set_replicas(s, sl_list_get(replicas, i),
					   sl_kz_stage_specs(s, SL_KZ_SPECS_REPLICAS), err);

		if (r < 0)
			return r;
	}
	return 0;
}
