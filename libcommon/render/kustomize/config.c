#include "libcommon/render/kustomize/config.h"

#include <stdlib.h>
#include <string.h>

#include "libcommon/render/kustomize/finish.h"

static const struct sl_kz_fieldspec name_spec[] = { { .path = "metadata/name" } };
static const struct sl_kz_fieldspecs name_specs = { name_spec, SL_ARRAY_LEN(name_spec) };

const struct sl_kz_config *sl_kz_config_default(struct sl_kz *kz)
{
	const struct {
		enum sl_kz_config_list list;
		const struct sl_kz_fieldspecs *specs;
	} defaults[] = {
		{ SL_KZ_SPECS_NAME_PREFIX, &name_specs },
		{ SL_KZ_SPECS_NAME_SUFFIX, &name_specs },
		{ SL_KZ_SPECS_NAMESPACE, &sl_kz_namespace_specs },
		{ SL_KZ_SPECS_COMMON_LABELS, &sl_kz_label_specs },
		{ SL_KZ_SPECS_TEMPLATE_LABELS, &sl_kz_template_label_specs },
		{ SL_KZ_SPECS_CLAIM_LABELS, &sl_kz_claim_label_specs },
		{ SL_KZ_SPECS_ANNOTATIONS, &sl_kz_annotation_specs },
		{ SL_KZ_SPECS_VARS, &sl_kz_var_specs },
		{ SL_KZ_SPECS_IMAGES, &sl_kz_image_specs },
		{ SL_KZ_SPECS_REPLICAS, &sl_kz_replica_specs },
	};

	if (kz->default_config)
		return kz->default_config;
	struct sl_kz_config *config = sl_arena_new(kz->a, struct sl_kz_config);

	for (size_t i = 0; i < SL_ARRAY_LEN(defaults); i++)
		config->lists[defaults[i].list] = *defaults[i].specs;
	config->references = sl_kz_backrefs;
	config->reference_n = sl_kz_backref_count;
	kz->default_config = config;
	return config;
}

/* As kustomize calls them. */
static const char *const list_names[SL_KZ_SPECS_COUNT] = {
	[SL_KZ_SPECS_NAME_PREFIX] = "NamePrefix",
	[SL_KZ_SPECS_NAME_SUFFIX] = "NameSuffix",
	[SL_KZ_SPECS_NAMESPACE] = "NameSpace",
	[SL_KZ_SPECS_COMMON_LABELS] = "CommonLabels",
	[SL_KZ_SPECS_LABELS] = "Labels",
	[SL_KZ_SPECS_TEMPLATE_LABELS] = "TemplateLabels",
	[SL_KZ_SPECS_CLAIM_LABELS] = "VolumeClaimTemplateLabels",
	[SL_KZ_SPECS_ANNOTATIONS] = "CommonAnnotations",
	[SL_KZ_SPECS_VARS] = "VarReference",
	[SL_KZ_SPECS_IMAGES] = "Images",
	[SL_KZ_SPECS_REPLICAS] = "Replicas",
};

/* Nothing that `x` would match escapes `spec`: as in kustomize, the second one is then not added. */
static bool covers(const struct sl_kz_fieldspec *spec, const struct sl_kz_fieldspec *x)
{
	return sl_streq(spec->path, x->path) &&
	       (!x->kind || (spec->kind && sl_streq(spec->kind, x->kind))) &&
	       (!x->group || (spec->group && sl_streq(spec->group, x->group))) &&
	       (!x->version || (spec->version && sl_streq(spec->version, x->version)));
}

/* Returns 1 when the list has it, 0 when not, or an error. */
static int has_spec(const struct sl_kz_fieldspec *v, size_t n, const struct sl_kz_fieldspec *x,
		    struct sl_err *err)
{
	for (size_t i = 0; i < n; i++) {
		if (!covers(&v[i], x))
			continue;
		if (v[i].create == x->create)
			return 1;
		return sl_err_set(err, SL_ERR_CONFLICT,
				  "conflicting fieldspecs: '%s' is to be created by one, and not "
				  "by another",
				  x->path);
	}
	return 0;
}

int sl_kz_specs_add_all(struct sl_kz *kz, struct sl_kz_fieldspecs *list,
			struct sl_kz_fieldspecs more, struct sl_err *err)
{
	if (more.n == 0 || more.v == list->v)
		return 0;
	struct sl_kz_fieldspec *v = sl_arena_array(kz->a, list->n + more.n, sizeof(*v));
	size_t n = list->n;

	if (n > 0)
		memcpy(v, list->v, n * sizeof(*v));
	for (size_t i = 0; i < more.n; i++) {
		int r = has_spec(v, n, &more.v[i], err);

		if (r < 0)
			return r;
		if (r == 0)
			v[n++] = more.v[i];
	}
	if (n > SL_KZ_CONFIG_SPECS_MAX)
		return sl_err_set(err, SL_ERR_TOO_LARGE, "more than %d field specs",
				  SL_KZ_CONFIG_SPECS_MAX);
	*list = (struct sl_kz_fieldspecs){ .v = v, .n = n };
	return sl_kz_check_memory(kz, err);
}

int sl_kz_specs_add(struct sl_kz *kz, struct sl_kz_fieldspecs *list,
		    const struct sl_kz_fieldspec *spec, struct sl_err *err)
{
	return sl_kz_specs_add_all(kz, list, (struct sl_kz_fieldspecs){ spec, 1 }, err);
}

static bool same_text(const char *x, const char *y)
{
	return x == y || (x && y && sl_streq(x, y));
}

static const char *or_else(const char *s, const char *otherwise)
{
	return s ? s : otherwise;
}

/* What kinds are sorted by: their place in legacy order, then their names. */
struct kind_key {
	int64_t rank;
	const char *text;
	size_t index; /* before, which keeps the order of equal kinds */
};

static struct kind_key kind_key(struct sl_kz *kz, const char *group, const char *version,
				const char *kind)
{
	return (struct kind_key){
		.rank = sl_kz_kind_rank(sl_str(or_else(kind, ""))),
		.text = sl_arena_printf(kz->a, "%s_%s_%s", or_else(group, "~G"),
					or_else(version, "~V"), or_else(kind, "~K")),
	};
}

static int compare_kinds(const void *px, const void *py)
{
	const struct kind_key *x = px, *y = py;

	if (x->rank != y->rank)
		return x->rank < y->rank ? -1 : 1;
	int r = strcmp(x->text, y->text);

	return r != 0 ? r : (x->index > y->index) - (x->index < y->index);
}

void sl_kz_specs_sort(struct sl_kz *kz, struct sl_kz_fieldspecs *list)
{
	struct sl_kz_fieldspec *sorted = sl_arena_array(kz->a, list->n + 1, sizeof(*sorted));
	struct kind_key *keys = sl_arena_array(kz->a, list->n + 1, sizeof(*keys));

	for (size_t i = 0; i < list->n; i++) {
		const struct sl_kz_fieldspec *spec = &list->v[i];

		keys[i] = kind_key(kz, spec->group, spec->version, spec->kind);
		keys[i].index = i;
	}
	qsort(keys, list->n, sizeof(*keys), compare_kinds);
	for (size_t i = 0; i < list->n; i++)
		sorted[i] = list->v[keys[i].index];
	list->v = sorted;
}

static bool comes_before(struct sl_kz *kz, const struct sl_kz_backref *x,
			 const struct sl_kz_backref *y)
{
	struct kind_key key_x = kind_key(kz, x->group, x->version, x->kind);
	struct kind_key key_y = kind_key(kz, y->group, y->version, y->kind);

	return compare_kinds(&key_x, &key_y) < 0;
}

static int add_reference(struct sl_kz *kz, struct sl_kz_backref *v, size_t *n,
			 const struct sl_kz_backref *x, struct sl_err *err)
{
	for (size_t i = 0; i < *n; i++) {
		struct sl_kz_fieldspecs referrers = { v[i].referrers, v[i].n };

		if (!same_text(v[i].kind, x->kind) || !same_text(v[i].group, x->group) ||
		    !same_text(v[i].version, x->version))
			continue;
		int r = sl_kz_specs_add_all(kz, &referrers,
					    (struct sl_kz_fieldspecs){ x->referrers, x->n }, err);

		v[i].referrers = referrers.v;
		v[i].n = referrers.n;
		return r;
	}
	size_t at = *n;

	while (at > 0 && comes_before(kz, x, &v[at - 1]))
		at--;
	memmove(v + at + 1, v + at, (*n - at) * sizeof(*v));
	v[at] = *x;
	++*n;
	return 0;
}

static int merge_references(struct sl_kz *kz, struct sl_kz_config *to,
			    const struct sl_kz_config *more, struct sl_err *err)
{
	size_t n = to->reference_n;

	if (more->reference_n == 0 || more->references == to->references)
		return 0;
	struct sl_kz_backref *v = sl_arena_array(kz->a, n + more->reference_n, sizeof(*v));

	if (n > 0)
		memcpy(v, to->references, n * sizeof(*v));
	for (size_t i = 0; i < more->reference_n; i++) {
		int r = add_reference(kz, v, &n, &more->references[i], err);

		if (r < 0)
			return r;
	}
	to->references = v;
	to->reference_n = n;
	return 0;
}

int sl_kz_config_merge(struct sl_kz *kz, const struct sl_kz_config *x, const struct sl_kz_config *y,
		       const struct sl_kz_config **ret, struct sl_err *err)
{
	*ret = y ? y : x;
	if (!y || x == y || (!x && y == kz->default_config))
		return 0;
	/* Merged with nothing too, as an entry may then turn out to say nothing new. */
	if (!x)
		x = sl_arena_new(kz->a, struct sl_kz_config);
	struct sl_kz_config *both = sl_arena_new(kz->a, struct sl_kz_config);
	int r = 0;

	*both = *x;
	for (size_t i = 0; i < SL_KZ_SPECS_COUNT && r == 0; i++) {
		const struct sl_kz_fieldspec *before = both->lists[i].v;

		r = sl_kz_specs_add_all(kz, &both->lists[i], y->lists[i], err);
		if (r < 0)
			sl_err_wrap(err, "failed to merge %s fieldSpec", list_names[i]);
		else if (both->lists[i].v != before)
			sl_kz_specs_sort(kz, &both->lists[i]);
	}
	if (r < 0)
		return r;
	r = merge_references(kz, both, y, err);
	if (r < 0)
		sl_err_wrap(err, "failed to merge NameReference fieldSpec");
	*ret = both;
	return r;
}
