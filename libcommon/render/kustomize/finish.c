#include "libcommon/render/kustomize/finish.h"

#include "libcommon/codec/yaml.h"
#include "libcommon/render/kustomize/fieldpath.h"
#include "libcommon/render/kustomize/fieldspec.h"
#include "libcommon/render/kustomize/nameref.h"
#include "libcommon/render/kustomize/origin.h"
#include "libcommon/render/kustomize/vars.h"

/* The version whose behaviour and output this is. */
#define MANAGED_BY "kustomize-v5.8.2"

#define ORIGIN "config.kubernetes.io/origin"
#define TRANSFORMATIONS "alpha.config.kubernetes.io/transformations"

/* Annotations that steer a build, or that tools pass along, and that never come out of one. */
static const char *const build_annotations[] = {
	"internal.config.kubernetes.io/previousKinds",
	"internal.config.kubernetes.io/previousNames",
	"internal.config.kubernetes.io/prefixes",
	"internal.config.kubernetes.io/suffixes",
	"internal.config.kubernetes.io/previousNamespaces",
	"internal.config.kubernetes.io/allowNameChange",
	"internal.config.kubernetes.io/allowKindChange",
	"internal.config.kubernetes.io/refBy",
	"internal.config.kubernetes.io/generatorBehavior",
	"internal.config.kubernetes.io/needsHashSuffix",
	"internal.config.kubernetes.io/path",
	"internal.config.kubernetes.io/index",
	"internal.config.kubernetes.io/seqindent",
	"internal.config.kubernetes.io/id",
	"internal.config.kubernetes.io/annotations-migration-resource-id",
	"config.kubernetes.io/path",
	"config.kubernetes.io/index",
	"config.k8s.io/id",
	"internal.config.kubernetes.io/helm-generated",
	ORIGIN,
	TRANSFORMATIONS,
};

struct metadata_options {
	bool origin, transformations;
};

static bool has_option(const struct sl_value *list, const char *name)
{
	for (size_t i = 0; i < sl_list_len(list); i++)
		if (sl_str_eqz(sl_as_str(sl_list_get(list, i)), name))
			return true;
	return false;
}

void sl_kz_add_hashes(struct sl_kz *kz, struct sl_kz_map *m)
{
	for (size_t i = 0; i < m->n; i++) {
		struct sl_kz_resource *r = m->v[i];
		char hash[11];

		if (!r->needs_hash)
			continue;
		sl_kz_content_hash(kz, r, hash);
		sl_kz_store_previous_id(kz, r);
		struct sl_str name = sl_kz_name(kz, r);

		sl_kz_set_name(kz, r,
			       sl_str(sl_arena_printf(kz->a, "%.*s-%s", SL_STR_FMT(name), hash)));
	}
	sl_kz_map_touch(m);
}

/* Objects marked as local configuration are for tools, not for a cluster. A patch may have made an
 * object into something that is none. */
static int drop_local(struct sl_kz *kz, struct sl_kz_map *m, struct sl_err *err)
{
	/* A replacement may have given an object another one's name. */
	int r = sl_kz_map_check_unique(kz, m, "may not add resource with an already registered id",
				       err);

	for (size_t i = 0; r == 0 && i < m->n; i++) {
		r = sl_kz_check_object(kz, m->v[i]->obj, err);
		if (r == 0)
			r = sl_kz_check_map(sl_get(m->v[i]->obj, "metadata"), "metadata", err);
		if (r < 0)
			return r;
		const struct sl_value *v = sl_get(m->v[i]->obj, "metadata", "annotations",
						  "config.kubernetes.io/local-config");

		if (v && !sl_str_eqz(sl_kz_text(kz->a, v), "false"))
			m->v[i]->obj = NULL;
	}
	sl_kz_map_drop_deleted(m);
	return r;
}

static int add_managed_by(struct sl_kz *kz, struct sl_kz_map *m, struct sl_err *err)
{
	for (size_t i = 0; i < m->n; i++) {
		struct sl_kz_entry entry = { .key = SL_STR("app.kubernetes.io/managed-by"),
					     .value = sl_value_strz(kz->a, MANAGED_BY) };
		int r = sl_kz_fieldspecs_apply(kz, m->v[i]->obj, sl_kz_metadata_label_specs.v,
					       sl_kz_metadata_label_specs.n, SL_KZ_MAKE_MAP,
					       sl_kz_set_entry, &entry, err);

		if (r < 0)
			return r;
	}
	return 0;
}

static bool is_build_annotation(struct sl_str key)
{
	for (size_t i = 0; i < SL_ARRAY_LEN(build_annotations); i++)
		if (sl_str_eqz(key, build_annotations[i]))
			return true;
	return false;
}

static void add_annotation(struct sl_kz *kz, struct sl_value *annotations, struct sl_str key,
			   const struct sl_value *v)
{
	/* `x: null` becomes "null", `x:` becomes "". */
	if (!is_build_annotation(key))
		sl_map_set(kz->a, annotations, key, sl_value_str(kz->a, sl_kz_field_text(kz, v)));
}

/* Every annotation comes out as a string, and none of the build's own; an empty map goes. */
static void finish_annotations(struct sl_kz *kz, struct sl_kz_resource *r,
			       struct metadata_options options)
{
	struct sl_value *meta = sl_map_need_map(kz->a, r->obj, "metadata");
	const struct sl_value *old = sl_map_get(meta, SL_STR("annotations"));
	struct sl_value *annotations = sl_value_map(kz->a);
	SL_AUTO(sl_strbuf) text = SL_STRBUF_INIT(SL_KUSTOMIZE_BYTES_MAX);

	for (size_t i = 0; i < sl_kz_pair_count(old); i++) {
		struct sl_kz_pair pair = sl_kz_pair_at(kz, old, i);

		add_annotation(kz, annotations, pair.key, pair.value);
	}
	if (options.origin && r->origin) {
		sl_kz_write_origin(r->origin, &text);
		sl_map_set_str(kz->a, annotations, ORIGIN, sl_strbuf_str(&text));
		sl_strbuf_reset(&text);
	}
	if (options.transformations && r->transformation_n > 0) {
		sl_kz_write_transformations(r, &text);
		sl_map_set_str(kz->a, annotations, TRANSFORMATIONS, sl_strbuf_str(&text));
	}
	if (annotations->map.n > 0)
		sl_map_setz(kz->a, meta, "annotations", annotations);
	else
		sl_map_remove(meta, SL_STR("annotations"));
}

bool sl_kz_has_build_metadata(const struct sl_kz_kustfile *root, const char *option)
{
	return has_option(sl_get(root->value, "buildMetadata"), option);
}

int sl_kz_finish(struct sl_kz *kz, const struct sl_kz_kustfile *root, struct sl_kz_map *m,
		 struct sl_err *err)
{
	const struct sl_value *wanted = sl_get(root->value, "buildMetadata");
	struct metadata_options options = {
		.origin = has_option(wanted, "originAnnotations"),
		.transformations = has_option(wanted, "transformerAnnotations"),
	};

	sl_kz_add_hashes(kz, m);
	int r = sl_kz_fix_references(kz, m, err);

	if (r == 0)
		r = sl_kz_vars_resolve(kz, m, err);
	if (r < 0)
		return r;
	r = drop_local(kz, m, err);
	if (r == 0)
		r = sl_kz_sort(kz, sl_get(root->value, "sortOptions"), m, err);
	if (r == 0 && (kz->options.managed_by_label || has_option(wanted, "managedByLabel")))
		r = add_managed_by(kz, m, err);
	for (size_t i = 0; r == 0 && i < m->n; i++) {
		/* What a patch repeats in what it adds is found only now. */
		if (kz->patches > 0)
			r = sl_kz_check_repeated(m->v[i]->obj, err);
		finish_annotations(kz, m->v[i], options);
		sl_yaml_read_back(kz->a, m->v[i]->obj);
	}
	return r < 0 ? r : sl_kz_check_memory(kz, err);
}
