#include "libcommon/render/kustomize/resource.h"

#include <string.h>

#include "libcommon/base/strbuf.h"
#include "libcommon/codec/json.h"
#include "libcommon/codec/yaml.h"
#include "libcommon/codec/yaml_resolve.h"
#include "libcommon/codec/yaml_scalar.h"
#include "libcommon/render/kustomize/build.h"
#include "libcommon/render/kustomize/fieldpath.h"
#include "libcommon/render/kustomize/fieldspec.h"
#include "libcommon/render/kustomize/schema.h"
#include "libcommon/render/kustomize/smp_table.h"

/* Known to kustomize beside those of its schema. Kinds that it does not know count as namespaced. */
static const char *const more_cluster_kinds[] = {
	"ValidatingAdmissionPolicy",
	"ValidatingAdmissionPolicyBinding",
};

/* As sl_str_eqz(), but quick to say no: every look at an id goes through the table. */
static bool is_text(struct sl_str s, const char *text)
{
	return s.n && s.p[0] == text[0] && !strncmp(s.p, text, s.n) && !text[s.n];
}

bool sl_kz_kind_is_cluster_scoped(struct sl_str api_version, struct sl_str kind)
{
	for (size_t i = 0; i < sl_kz_smp_cluster_scoped_count; i++) {
		const struct sl_kz_smp_root *root = &sl_kz_smp_cluster_scoped[i];

		if (is_text(kind, sl_kz_smp_pool + root->kind) &&
		    is_text(api_version, sl_kz_smp_pool + root->api_version))
			return true;
	}
	for (size_t i = 0; i < SL_ARRAY_LEN(more_cluster_kinds); i++)
		if (is_text(kind, more_cluster_kinds[i]))
			return sl_str_eqz(api_version, "admissionregistration.k8s.io/v1");
	return false;
}

struct sl_str sl_kz_text(struct sl_arena *a, const struct sl_value *v)
{
	if (sl_is_null(v) || v->kind == SL_V_LIST || v->kind == SL_V_MAP)
		return SL_STR_NULL;
	if (v->kind == SL_V_STRING || v->kind == SL_V_NUMBER)
		return v->s;
	if (v->written.n > 0)
		return v->written;
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(512);

	sl_json_write(v, SL_JSON_COMPACT, &b);
	return sl_arena_str(a, sl_strbuf_str(&b));
}

bool sl_kz_is_empty(const struct sl_value *v)
{
	return sl_is_null(v) || (sl_is_map(v) && v->map.n == 0) ||
	       (sl_is_list(v) && v->list.n == 0);
}

void sl_kz_split_api_version(struct sl_str api_version, struct sl_str *ret_group,
			     struct sl_str *ret_version)
{
	ptrdiff_t slash = sl_str_chr(api_version, '/');

	*ret_group = slash < 0 ? SL_STR_NULL : sl_str_sub(api_version, 0, (size_t)slash);
	*ret_version =
		slash < 0 ? api_version : sl_str_sub(api_version, (size_t)slash + 1, api_version.n);
}

static struct sl_str meta_text(const struct sl_kz *kz, const struct sl_kz_resource *r,
			       const char *field)
{
	return sl_kz_text(kz->a, sl_get(r->obj, "metadata", field));
}

struct sl_str sl_kz_name(const struct sl_kz *kz, const struct sl_kz_resource *r)
{
	return meta_text(kz, r, "name");
}

struct sl_str sl_kz_namespace(const struct sl_kz *kz, const struct sl_kz_resource *r)
{
	return meta_text(kz, r, "namespace");
}

struct sl_str sl_kz_kind(const struct sl_kz *kz, const struct sl_kz_resource *r)
{
	return sl_kz_field_text(kz, sl_get(r->obj, "kind"));
}

struct sl_kz_id sl_kz_current_id(const struct sl_kz *kz, const struct sl_kz_resource *r)
{
	struct sl_str api_version = sl_kz_field_text(kz, sl_get(r->obj, "apiVersion"));
	struct sl_kz_id id = { .kind = sl_kz_kind(kz, r),
			       .name = sl_kz_name(kz, r),
			       .ns = sl_kz_namespace(kz, r) };

	sl_kz_split_api_version(api_version, &id.group, &id.version);
	id.cluster = sl_kz_schema_is_cluster_scoped(kz->a, kz->schema, api_version, id.kind);
	return id;
}

struct sl_kz_id sl_kz_prev_id(const struct sl_kz *kz, const struct sl_kz_resource *r, size_t index)
{
	const struct sl_kz_prev *prev = &r->prev[index];
	struct sl_kz_id id = { .kind = prev->kind, .name = prev->name, .ns = prev->ns };

	sl_kz_split_api_version(sl_kz_field_text(kz, sl_get(r->obj, "apiVersion")), &id.group,
				&id.version);
	return id;
}

struct sl_kz_id sl_kz_original_id(const struct sl_kz *kz, const struct sl_kz_resource *r)
{
	return r->prev_n > 0 ? sl_kz_prev_id(kz, r, 0) : sl_kz_current_id(kz, r);
}

struct sl_str sl_kz_effective_ns(const struct sl_kz_id *id)
{
	if (id->cluster)
		return SL_STR(SL_KZ_NO_NAMESPACE);
	return id->ns.n == 0 ? SL_STR("default") : id->ns;
}

bool sl_kz_gvk_equal(const struct sl_kz_id *x, const struct sl_kz_id *y)
{
	return sl_str_eq(x->kind, y->kind) && sl_str_eq(x->group, y->group) &&
	       sl_str_eq(x->version, y->version);
}

bool sl_kz_id_equal(const struct sl_kz_id *x, const struct sl_kz_id *y)
{
	return sl_str_eq(x->name, y->name) && sl_kz_gvk_equal(x, y) &&
	       sl_str_eq(sl_kz_effective_ns(x), sl_kz_effective_ns(y));
}

static struct sl_str or_else(struct sl_str s, const char *otherwise)
{
	return s.n > 0 ? s : sl_str(otherwise);
}

const char *sl_kz_id_text(struct sl_arena *a, const struct sl_kz_id *id)
{
	struct sl_str kind = or_else(id->kind, "[noKind]"),
		      version = or_else(id->version, "[noVer]");
	struct sl_str group = or_else(id->group, "[noGrp]"), name = or_else(id->name, "[noName]");
	struct sl_str ns = or_else(id->ns, "[noNs]");

	return sl_arena_printf(a, "%.*s.%.*s.%.*s/%.*s.%.*s", SL_STR_FMT(kind), SL_STR_FMT(version),
			       SL_STR_FMT(group), SL_STR_FMT(name), SL_STR_FMT(ns));
}

bool sl_kz_has_id(const struct sl_kz *kz, const struct sl_kz_resource *r, const struct sl_kz_id *id)
{
	for (size_t i = 0; i < r->prev_n; i++) {
		struct sl_kz_id prev = sl_kz_prev_id(kz, r, i);

		if (sl_kz_id_equal(&prev, id))
			return true;
	}
	struct sl_kz_id now = sl_kz_current_id(kz, r);

	return sl_kz_id_equal(&now, id);
}

bool sl_kz_id_selected(const struct sl_kz_id *id, const char *group, const char *version,
		       const char *kind)
{
	return (!kind || sl_str_eqz(id->kind, kind)) && (!group || sl_str_eqz(id->group, group)) &&
	       (!version || sl_str_eqz(id->version, version));
}

void sl_kz_need_annotations(struct sl_kz *kz, struct sl_kz_resource *r)
{
	if (r->prev_n == 0 && !r->origin && !r->generated && !r->from_chart)
		return;
	struct sl_value *meta = sl_map_need_map(kz->a, r->obj, "metadata");

	const struct sl_value *old = sl_map_get(meta, SL_STR("annotations"));

	/* Written anew, they are a map whatever was there. */
	if (!sl_is_map(old) && sl_list_len(old) == 0)
		sl_map_setz(kz->a, meta, "annotations", sl_value_map(kz->a));
}

void sl_kz_remake_annotations(struct sl_kz *kz, struct sl_kz_resource *r)
{
	struct sl_value *annotations = sl_get(r->obj, "metadata", "annotations");

	for (size_t i = 0; i < sl_map_len(annotations); i++) {
		struct sl_value **v = &annotations->map.members[i].value;

		*v = sl_kz_new_text(kz->a, sl_kz_field_text(kz, *v));
	}
}

void sl_kz_store_previous_id(struct sl_kz *kz, struct sl_kz_resource *r)
{
	struct sl_kz_id id = sl_kz_current_id(kz, r);
	const struct sl_value *annotations = sl_get(r->obj, "metadata", "annotations");

	/* kustomize keeps former names there, and puts a map in the place of what is none. */
	if (!sl_is_null(annotations) && !sl_is_map(annotations) && sl_list_len(annotations) == 0)
		sl_map_setz(kz->a, sl_get(r->obj, "metadata"), "annotations", sl_value_map(kz->a));
	r->prev = sl_arena_grow(kz->a, r->prev, r->prev_n, &r->prev_cap, sizeof(*r->prev));
	r->prev[r->prev_n++] =
		(struct sl_kz_prev){ .ns = sl_arena_str(kz->a, sl_kz_effective_ns(&id)),
				     .name = sl_arena_str(kz->a, id.name),
				     .kind = sl_arena_str(kz->a, id.kind) };
}

struct sl_value *sl_kz_scalar_like(struct sl_kz *kz, const struct sl_value *old, struct sl_str text)
{
	struct sl_value *v;

	if (!sl_is_str(old) || !old->quoted)
		return sl_kz_field_plain(kz, text);
	v = sl_value_str(kz->a, text);
	v->quoted = true;
	return v;
}

bool sl_kz_needs_quotes(struct sl_str text)
{
	const struct sl_yaml_options options = { .rules = SL_YAML_KUBERNETES,
						 .allow_duplicates = true };
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	struct sl_yaml_scalar scalar;
	struct sl_value *v;

	/* Most texts are what a writer may leave as they are. */
	if (text.n == 0 || sl_yaml_analyse(text, false).style == SL_YAML_STYLE_PLAIN)
		return false;
	sl_yaml_resolve(text, SL_YAML_KUBERNETES, &scalar);
	if (scalar.type != SL_YAML_STR && scalar.type != SL_YAML_TIMESTAMP)
		return true;
	if (sl_str_chr(text, '\n') >= 0 || sl_yaml_parse(&a, text, &options, &v, NULL) < 0)
		return false;
	return !sl_is_str(v);
}

struct sl_value *sl_kz_new_text(struct sl_arena *a, struct sl_str text)
{
	struct sl_value *v = sl_value_str(a, text);

	v->quoted = sl_str_chr(text, '\n') >= 0 || sl_kz_needs_quotes(text);
	return v;
}

void sl_kz_set_name(struct sl_kz *kz, struct sl_kz_resource *r, struct sl_str name)
{
	sl_kz_set_member(kz, sl_map_need_map(kz->a, r->obj, "metadata"), "name", name);
}

void sl_kz_set_namespace(struct sl_kz *kz, struct sl_kz_resource *r, struct sl_str ns)
{
	struct sl_value *meta = sl_map_need_map(kz->a, r->obj, "metadata");

	if (ns.n == 0)
		sl_map_remove(meta, SL_STR("namespace"));
	else
		sl_kz_set_member(kz, meta, "namespace", ns);
}

void sl_kz_set_kind(struct sl_kz *kz, struct sl_kz_resource *r, struct sl_str kind)
{
	sl_kz_set_member(kz, r->obj, "kind", kind);
}

void sl_kz_strs_add(struct sl_arena *a, struct sl_kz_strs *l, struct sl_str s)
{
	l->v = sl_arena_grow(a, l->v, l->n, &l->cap, sizeof(*l->v));
	l->v[l->n++] = s;
}

bool sl_kz_strs_same_ending(const struct sl_kz_strs *x, const struct sl_kz_strs *y)
{
	if (x->n > y->n)
		return sl_kz_strs_same_ending(y, x);
	if (x->n == 0)
		return y->n == 0;
	for (size_t i = 0; i < x->n; i++)
		if (!sl_str_eq(x->v[i], y->v[y->n - x->n + i]))
			return false;
	return true;
}

static void push_transformation(struct sl_kz *kz, struct sl_kz_resource *r,
				const struct sl_kz_origin *o)
{
	r->transformations = sl_arena_grow(kz->a, r->transformations, r->transformation_n,
					   &r->transformation_cap, sizeof(*r->transformations));
	r->transformations[r->transformation_n++] = o;
}

void sl_kz_add_transformation(struct sl_kz *kz, struct sl_kz_resource *r,
			      const struct sl_kz_origin *o)
{
	/* An object that came from nowhere, made by a transformer, has that as its origin. */
	if (!r->origin)
		r->origin = o;
	else if (kz->track_transformations)
		push_transformation(kz, r, o);
}

size_t sl_kz_pair_count(const struct sl_value *v)
{
	return sl_is_map(v) ? v->map.n : sl_list_len(v) / 2;
}

struct sl_kz_pair sl_kz_pair_at(struct sl_kz *kz, const struct sl_value *v, size_t i)
{
	if (sl_is_map(v))
		return (struct sl_kz_pair){ v->map.members[i].key, v->map.members[i].value };
	return (struct sl_kz_pair){ sl_kz_field_text(kz, v->list.items[2 * i]),
				    v->list.items[2 * i + 1] };
}

static int fail_kind(const struct sl_value *v, const char *path, const char *wanted,
		     struct sl_err *err)
{
	return sl_value_err_set(err, v, path, SL_ERR_INVALID,
				"wrong node kind: expected a %s but got a %s", wanted,
				sl_value_kind_name(v));
}

int sl_kz_check_map(const struct sl_value *v, const char *path, struct sl_err *err)
{
	return sl_is_null(v) || sl_is_map(v) ? 0 : fail_kind(v, path, "map", err);
}

int sl_kz_check_scalar(const struct sl_value *v, const char *path, struct sl_err *err)
{
	return !sl_is_map(v) && !sl_is_list(v) ? 0 : fail_kind(v, path, "scalar", err);
}

struct sl_kz_resource *sl_kz_resource_new(struct sl_kz *kz, struct sl_value *obj)
{
	struct sl_kz_resource *r = sl_arena_new(kz->a, struct sl_kz_resource);

	r->obj = obj;
	return r;
}
