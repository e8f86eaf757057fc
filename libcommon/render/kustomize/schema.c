#include "libcommon/render/kustomize/schema.h"

#include "libcommon/render/kustomize/resource.h"

#define GVK "x-kubernetes-group-version-kind"

static struct sl_str type_key(struct sl_arena *a, struct sl_str api_version, struct sl_str kind)
{
	return sl_str(sl_arena_printf(a, "%.*s %.*s", SL_STR_FMT(api_version), SL_STR_FMT(kind)));
}

static bool key_of_gvk(struct sl_arena *a, const struct sl_value *gvk, struct sl_str *ret)
{
	struct sl_str group = sl_get_str(gvk, "group"), version = sl_get_str(gvk, "version");
	struct sl_str kind = sl_get_str(gvk, "kind");

	if (kind.n == 0)
		return false;
	if (group.n > 0)
		version = sl_str(
			sl_arena_printf(a, "%.*s/%.*s", SL_STR_FMT(group), SL_STR_FMT(version)));
	*ret = type_key(a, version, kind);
	return true;
}

static struct sl_value *index_types(struct sl_arena *a, const struct sl_value *definitions)
{
	struct sl_value *types = sl_value_map(a);
	struct sl_str key;

	for (size_t i = 0; i < sl_map_len(definitions); i++) {
		struct sl_value *definition = definitions->map.members[i].value;
		const struct sl_value *gvks = sl_get(definition, GVK);

		for (size_t k = 0; k < sl_list_len(gvks); k++)
			if (key_of_gvk(a, sl_list_get(gvks, k), &key))
				sl_map_set(a, types, key, definition);
	}
	return types;
}

/* A kind that has a path with a namespace in it is namespaced, whatever other paths it has. */
static struct sl_value *index_scopes(struct sl_arena *a, const struct sl_value *paths)
{
	struct sl_value *scopes = sl_value_map(a);
	struct sl_str key;

	for (size_t i = 0; i < sl_map_len(paths); i++) {
		const struct sl_member *m = &paths->map.members[i];
		bool namespaced = sl_str_find(m->key, SL_STR("namespaces/{namespace}")) >= 0;

		if (!key_of_gvk(a, sl_get(m->value, "get", GVK), &key))
			continue;
		if (namespaced || !sl_map_get(scopes, key))
			sl_map_set(a, scopes, key, sl_value_bool(a, namespaced));
	}
	return scopes;
}

int sl_kz_schema_use(struct sl_arena *a, struct sl_kz_schema *s, const struct sl_value *doc,
		     struct sl_err *err)
{
	static const char *const parts[] = { "definitions", "paths" };

	if (!sl_is_map(doc) && !sl_is_null(doc))
		return sl_value_err_set(err, doc, NULL, SL_ERR_INVALID,
					"invalid schema file: expected a map, got a %s",
					sl_value_kind_name(doc));
	for (size_t i = 0; i < SL_ARRAY_LEN(parts); i++) {
		const struct sl_value *part = sl_get(doc, parts[i]);

		if (part && !sl_is_map(part) && !sl_is_null(part))
			return sl_value_err_set(err, part, parts[i], SL_ERR_INVALID,
						"invalid schema file: %s must be a map, got a %s",
						parts[i], sl_value_kind_name(part));
	}
	s->definitions = sl_get(doc, "definitions");
	s->types = index_types(a, s->definitions);
	s->scopes = index_scopes(a, sl_get(doc, "paths"));
	return 0;
}

/* What kustomize does when a schema is first needed. */
static void start(struct sl_kz_schema *s)
{
	if (!s)
		return;
	if (!s->types) {
		s->asked = true;
		return;
	}
	if (!s->started)
		s->both = s->asked;
	s->started = true;
}

/* Follow "#/definitions/name". NULL when it leads nowhere. */
static const struct sl_value *resolve(const struct sl_kz_schema *s, const struct sl_value *schema)
{
	for (size_t i = 0; schema && i < SL_KZ_SCHEMA_REFS_MAX; i++) {
		struct sl_str ref = sl_get_str(schema, "$ref");

		if (ref.n == 0)
			return schema;
		if (!s || !sl_str_cut_prefix(&ref, SL_STR("#/definitions/")))
			return NULL;
		schema = sl_map_get(s->definitions, ref);
	}
	return NULL;
}

static struct sl_kz_type own_type(const struct sl_value *schema)
{
	return (struct sl_kz_type){ .known = schema != NULL, .own = schema };
}

static struct sl_kz_type compiled_in(struct sl_str api_version, struct sl_str kind)
{
	for (size_t i = 0; i < sl_kz_smp_root_count; i++) {
		const struct sl_kz_smp_root *root = &sl_kz_smp_roots[i];

		if (sl_str_eqz(kind, sl_kz_smp_pool + root->kind) &&
		    sl_str_eqz(api_version, sl_kz_smp_pool + root->api_version))
			return (struct sl_kz_type){ .known = true, .node = root->node };
	}
	return (struct sl_kz_type){ 0 };
}

struct sl_kz_type sl_kz_type_of(struct sl_arena *a, struct sl_kz_schema *s,
				const struct sl_value *obj)
{
	struct sl_str kind = sl_kz_text(a, sl_get(obj, "kind"));
	struct sl_str api_version = sl_kz_text(a, sl_get(obj, "apiVersion"));

	if (kind.n == 0 || api_version.n == 0)
		return (struct sl_kz_type){ 0 };
	start(s);
	if (s && s->types) {
		const struct sl_value *own = sl_map_get(s->types, type_key(a, api_version, kind));

		if (own || !s->both)
			return own_type(own);
	}
	return compiled_in(api_version, kind);
}

struct sl_kz_type sl_kz_type_field(const struct sl_kz_schema *s, struct sl_kz_type t,
				   struct sl_str field)
{
	struct sl_kz_type child = { .known = t.known };

	if (t.own) {
		const struct sl_value *v = sl_map_get(sl_get(t.own, "properties"), field);

		if (!v && sl_is_map(sl_get(t.own, "additionalProperties")))
			v = sl_get(t.own, "additionalProperties");
		return own_type(resolve(s, v));
	}
	if (t.node == 0)
		return child;
	for (size_t i = sl_kz_smp_starts[t.node - 1]; i < sl_kz_smp_starts[t.node]; i++) {
		if (!sl_str_eqz(field, sl_kz_smp_pool + sl_kz_smp_fields[i].name))
			continue;
		child.node = sl_kz_smp_fields[i].node;
		child.keys = sl_kz_smp_fields[i].keys;
		return child;
	}
	return child;
}

struct sl_kz_type sl_kz_type_element(const struct sl_kz_schema *s, struct sl_kz_type t)
{
	const struct sl_value *type = sl_get(t.own, "type");

	if (!t.own)
		return (struct sl_kz_type){ .known = t.known, .node = t.node };
	if (sl_is_list(type) && type->list.n == 1)
		type = type->list.items[0];
	return own_type(sl_str_eqz(sl_as_str(type), "array") ? resolve(s, sl_get(t.own, "items"))
							     : NULL);
}

/* "merge" is among the words of "retainKeys,merge". */
static bool has_merge(struct sl_str strategy)
{
	struct sl_str word;

	while (sl_str_split(&strategy, ',', &word))
		if (sl_str_eqz(word, "merge"))
			return true;
	return false;
}

static bool own_merges(const struct sl_value *schema, struct sl_kz_keys *ret)
{
	const struct sl_value *list = sl_get(schema, "x-kubernetes-list-map-keys");
	const struct sl_value *key = sl_get(schema, "x-kubernetes-patch-merge-key");

	*ret = (struct sl_kz_keys){ 0 };
	if (!has_merge(sl_get_str(schema, "x-kubernetes-patch-strategy")))
		return false;
	for (size_t i = 0; i < sl_list_len(list) && ret->n < SL_KZ_KEYS_MAX; i++)
		ret->v[ret->n++] = sl_as_str(sl_list_get(list, i));
	if (!list && sl_is_str(key))
		ret->v[ret->n++] = key->s;
	return true;
}

bool sl_kz_type_merges(struct sl_kz_type t, struct sl_kz_keys *ret)
{
	const struct sl_kz_smp_keys *row = &sl_kz_smp_keys[t.keys];
	bool merges = t.own ? own_merges(t.own, ret) : t.keys != 0;

	if (!t.own) {
		*ret = (struct sl_kz_keys){ .n = row->n };
		for (size_t i = 0; i < row->n; i++)
			ret->v[i] = sl_str(sl_kz_smp_pool + row->names[i]);
	}
	/* A set of scalars: one key without name. */
	if (ret->n == 0)
		*ret = (struct sl_kz_keys){ .v = { SL_STR("") }, .n = 1 };
	return merges;
}

/* Of a group that belongs to Kubernetes: nobody's custom resource. */
static bool is_builtin_group(struct sl_str api_version)
{
	ptrdiff_t slash = sl_str_chr(api_version, '/');
	struct sl_str group = sl_str_sub(api_version, 0, slash < 0 ? 0 : (size_t)slash);

	return sl_str_chr(group, '.') < 0 || sl_str_ends(group, SL_STR(".k8s.io"));
}

bool sl_kz_schema_is_cluster_scoped(struct sl_arena *a, struct sl_kz_schema *s,
				    struct sl_str api_version, struct sl_str kind)
{
	if (sl_kz_kind_is_cluster_scoped(api_version, kind))
		return true;
	if (!s || (!s->types && (s->asked || is_builtin_group(api_version))))
		return false;
	start(s);
	return !sl_as_bool(sl_map_get(s->scopes, type_key(a, api_version, kind)), true);
}
