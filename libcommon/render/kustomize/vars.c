#include "libcommon/render/kustomize/vars.h"

static int add_var(struct sl_kz *kz, struct sl_kz_map *m, struct sl_kz_var var, struct sl_err *err)
{
	struct sl_kz_var **at = &m->vars;

	while (*at && sl_str_cmp((*at)->name, var.name) < 0)
		at = &(*at)->next;
	if (*at && sl_str_eq((*at)->name, var.name)) {
		const struct sl_value *other = (*at)->at;

		return sl_value_err_set(err, var.at, "vars", SL_ERR_CONFLICT,
					"var '%.*s' already encountered at %s:%u",
					SL_STR_FMT(var.name), other->file ? other->file : "-",
					other->line);
	}
	struct sl_kz_var *added = sl_arena_new(kz->a, struct sl_kz_var);

	*added = var;
	added->next = *at;
	*at = added;
	return 0;
}

/* The id that an `objref` asks for; its apiVersion, if any, goes before group and version. */
static struct sl_kz_id wanted_id(const struct sl_value *objref)
{
	struct sl_str api_version = sl_get_str(objref, "apiVersion");
	ptrdiff_t slash = sl_str_chr(api_version, '/');
	struct sl_kz_id id = { .group = sl_get_str(objref, "group"),
			       .version = sl_get_str(objref, "version"),
			       .kind = sl_get_str(objref, "kind"),
			       .name = sl_get_str(objref, "name"),
			       .ns = sl_get_str(objref, "namespace") };

	if (api_version.n > 0 && slash < 0)
		id.version = api_version;
	else if (slash >= 0 && slash == sl_str_rchr(api_version, '/'))
		sl_kz_split_api_version(api_version, &id.group, &id.version);
	return id;
}

static bool is_meant(const struct sl_kz_id *wanted, const struct sl_kz_id *id)
{
	return sl_str_eq(wanted->name, id->name) && sl_kz_gvk_equal(wanted, id) &&
	       (wanted->ns.n == 0 || sl_str_eq(sl_kz_effective_ns(wanted), sl_kz_effective_ns(id)));
}

static bool was_meant(const struct sl_kz *kz, const struct sl_kz_resource *r,
		      const struct sl_kz_id *wanted)
{
	struct sl_kz_id id = sl_kz_current_id(kz, r);
	bool found = is_meant(wanted, &id);

	for (size_t i = 0; i < r->prev_n && !found; i++) {
		id = sl_kz_prev_id(kz, r, i);
		found = is_meant(wanted, &id);
	}
	return found;
}

static int find_object(struct sl_kz *kz, const struct sl_kz_map *m, const struct sl_value *var,
		       struct sl_err *err)
{
	struct sl_kz_id wanted = wanted_id(sl_get(var, "objref"));
	struct sl_kz_resource *found = NULL;
	size_t n = 0;

	for (size_t i = 0; i < m->n; i++) {
		if (sl_kz_is_empty(m->v[i]->obj) || !was_meant(kz, m->v[i], &wanted))
			continue;
		found = m->v[i];
		n++;
	}
	if (n > 1)
		return sl_value_err_set(
			err, var, "vars.objref", SL_ERR_INVALID,
			"found %zu resId matches for var '%.*s' (unable to disambiguate): %s", n,
			SL_STR_FMT(sl_get_str(var, "name")), sl_kz_id_text(kz->a, &wanted));
	if (found)
		sl_kz_strs_add(kz->a, &found->vars, sl_get_str(var, "name"));
	return 0;
}

int sl_kz_vars_declare(struct sl_kz *kz, struct sl_kz_map *m, const struct sl_value *vars,
		       struct sl_err *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < sl_list_len(vars); i++)
		r = find_object(kz, m, sl_list_get(vars, i), err);
	for (size_t i = 0; r == 0 && i < sl_list_len(vars); i++) {
		const struct sl_value *v = sl_list_get(vars, i);
		struct sl_kz_var var = { .name = sl_get_str(v, "name"),
					 .path = sl_get_str(v, "fieldref", "fieldPath"),
					 .at = v };

		if (var.path.n == 0)
			var.path = SL_STR("metadata.name");
		r = add_var(kz, m, var, err);
	}
	return r;
}

int sl_kz_vars_inherit(struct sl_kz *kz, struct sl_kz_map *m, const struct sl_kz_map *base,
		       struct sl_err *err)
{
	int r = 0;

	for (const struct sl_kz_var *v = base->vars; v && r == 0; v = v->next)
		r = add_var(kz, m, *v, err);
	return r;
}
