#include <stdlib.h>
#include <string.h>

#include "libcommon/render/kustomize/finish.h"

static const char *const default_first[] = {
	"Namespace",
	"ResourceQuota",
	"StorageClass",
	"CustomResourceDefinition",
	"ServiceAccount",
	"PodSecurityPolicy",
	"Role",
	"ClusterRole",
	"RoleBinding",
	"ClusterRoleBinding",
	"ConfigMap",
	"Secret",
	"Endpoints",
	"Service",
	"LimitRange",
	"PriorityClass",
	"PersistentVolume",
	"PersistentVolumeClaim",
	"Deployment",
	"StatefulSet",
	"CronJob",
	"PodDisruptionBudget",
};

static const char *const default_last[] = {
	"MutatingWebhookConfiguration",
	"ValidatingWebhookConfiguration",
};

/* What an object is sorted by, in this order. */
struct sort_key {
	int64_t rank;
	const char *gvk, *id;
	bool is_namespace, is_core;
	struct sl_kz_resource *r;
};

static int64_t rank_in(const struct sl_value *first, const struct sl_value *last,
		       struct sl_str kind)
{
	int64_t rank = 0;

	for (size_t i = 0; i < sl_list_len(first); i++)
		if (sl_str_eq(sl_as_str(sl_list_get(first, i)), kind))
			rank = (int64_t)i - (int64_t)sl_list_len(first);
	for (size_t i = 0; i < sl_list_len(last); i++)
		if (sl_str_eq(sl_as_str(sl_list_get(last, i)), kind))
			rank = (int64_t)i + 1;
	return rank;
}

int64_t sl_kz_kind_rank(struct sl_str kind)
{
	for (size_t i = 0; i < SL_ARRAY_LEN(default_first); i++)
		if (sl_str_eqz(kind, default_first[i]))
			return (int64_t)i - (int64_t)SL_ARRAY_LEN(default_first);
	for (size_t i = 0; i < SL_ARRAY_LEN(default_last); i++)
		if (sl_str_eqz(kind, default_last[i]))
			return (int64_t)i + 1;
	return 0;
}

static struct sl_value *list_of(struct sl_arena *a, const char *const *names, size_t n)
{
	struct sl_value *list = sl_value_list(a);

	for (size_t i = 0; i < n; i++)
		sl_list_push_strz(a, list, names[i]);
	return list;
}

static struct sl_str or_else(struct sl_str s, const char *otherwise)
{
	return s.n > 0 ? s : sl_str(otherwise);
}

static struct sort_key key_of(struct sl_kz *kz, struct sl_kz_resource *r,
			      const struct sl_value *first, const struct sl_value *last)
{
	struct sl_kz_id id = sl_kz_current_id(kz, r);
	struct sl_str group = or_else(id.group, "~G"), version = or_else(id.version, "~V");
	struct sl_str kind = or_else(id.kind, "~K"), ns = or_else(id.ns, "~X");
	struct sl_str name = or_else(id.name, "~N");

	return (struct sort_key){
		.rank = rank_in(first, last, id.kind),
		.gvk = sl_arena_printf(kz->a, "%.*s_%.*s_%.*s", SL_STR_FMT(group),
				       SL_STR_FMT(version), SL_STR_FMT(kind)),
		.id = sl_arena_printf(kz->a, "%.*s|%.*s", SL_STR_FMT(ns), SL_STR_FMT(name)),
		.is_namespace = sl_str_eqz(id.kind, "Namespace"),
		.is_core = id.group.n == 0,
		.r = r,
	};
}

static int compare(const void *px, const void *py)
{
	const struct sort_key *x = px, *y = py;

	if (x->rank != y->rank)
		return x->rank < y->rank ? -1 : 1;
	int by_gvk = strcmp(x->gvk, y->gvk);

	/* Among kinds called Namespace the order is turned around, so that the core one is first. */
	if (by_gvk != 0 && x->is_namespace && y->is_namespace && (x->is_core || y->is_core))
		return -by_gvk;
	if (by_gvk != 0)
		return by_gvk;
	return strcmp(x->id, y->id);
}

static int sort_legacy(struct sl_kz *kz, const struct sl_value *options, struct sl_kz_map *m,
		       struct sl_err *err)
{
	const struct sl_value *own = sl_get(options, "legacySortOptions");
	const struct sl_value *first =
		own ? sl_get(own, "orderFirst")
		    : list_of(kz->a, default_first, SL_ARRAY_LEN(default_first));
	const struct sl_value *last =
		own ? sl_get(own, "orderLast")
		    : list_of(kz->a, default_last, SL_ARRAY_LEN(default_last));
	struct sort_key *keys = sl_arena_array(kz->a, m->n + 1, sizeof(*keys));

	for (size_t i = 0; i < m->n; i++)
		keys[i] = key_of(kz, m->v[i], first, last);
	qsort(keys, m->n, sizeof(*keys), compare);
	for (size_t i = 0; i < m->n; i++)
		m->v[i] = keys[i].r;
	return sl_kz_map_check_unique(kz, m, "may not add resource with an already registered id",
				      err);
}

int sl_kz_sort(struct sl_kz *kz, const struct sl_value *options, struct sl_kz_map *m,
	       struct sl_err *err)
{
	struct sl_str order = sl_get_str(options, "order");

	if (!options)
		return kz->options.order == SL_KUSTOMIZE_ORDER_LEGACY
			       ? sort_legacy(kz, NULL, m, err)
			       : 0;
	if (!sl_str_eqz(order, "fifo") && !sl_str_eqz(order, "legacy")) {
		return sl_value_err_set(
			err, options, "sortOptions.order", SL_ERR_INVALID,
			"the field 'sortOptions.order' must be one of [fifo, legacy]");
	}
	if (sl_str_eqz(order, "legacy"))
		return sort_legacy(kz, options, m, err);
	if (!sl_get(options, "legacySortOptions"))
		return 0;
	return sl_value_err_set(
		err, options, "sortOptions.legacySortOptions", SL_ERR_INVALID,
		"the field 'sortOptions.legacySortOptions' is set but the selected sort order is "
		"'fifo', not 'legacy'");
}
