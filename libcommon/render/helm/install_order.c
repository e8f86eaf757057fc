#include "libcommon/render/helm/install_order.h"

#include <string.h>

#include "libcommon/base/sort.h"

static const char *const install_order[] = {
	"PriorityClass",
	"Namespace",
	"NetworkPolicy",
	"ResourceQuota",
	"LimitRange",
	"PodSecurityPolicy",
	"PodDisruptionBudget",
	"ServiceAccount",
	"Secret",
	"SecretList",
	"ConfigMap",
	"StorageClass",
	"PersistentVolume",
	"PersistentVolumeClaim",
	"CustomResourceDefinition",
	"ClusterRole",
	"ClusterRoleList",
	"ClusterRoleBinding",
	"ClusterRoleBindingList",
	"Role",
	"RoleList",
	"RoleBinding",
	"RoleBindingList",
	"Service",
	"DaemonSet",
	"Pod",
	"ReplicationController",
	"ReplicaSet",
	"Deployment",
	"HorizontalPodAutoscaler",
	"StatefulSet",
	"Job",
	"CronJob",
	"IngressClass",
	"Ingress",
	"APIService",
};

struct place {
	struct sl_str kind;
	size_t rank; /* SL_ARRAY_LEN(install_order) for an unknown kind */
	size_t at;
};

static struct place place_of(struct sl_str kind, size_t at)
{
	struct place p = { kind, 0, at };

	while (p.rank < SL_ARRAY_LEN(install_order) && !sl_str_eqz(kind, install_order[p.rank]))
		p.rank++;
	return p;
}

static int by_place(const void *x, const void *y)
{
	const struct place *p = x, *q = y;
	int c = 0;

	if (p->rank != q->rank)
		return p->rank < q->rank ? -1 : 1;
	if (p->rank == SL_ARRAY_LEN(install_order))
		c = sl_str_cmp(p->kind, q->kind);
	return c ? c : p->at < q->at ? -1 : p->at > q->at;
}

void *sl_helm_in_install_order(struct sl_arena *a, const void *items, size_t n, size_t size,
			       size_t kind)
{
	struct place *places = sl_arena_array(a, n, sizeof(*places));
	char *ordered = sl_arena_array(a, n, size);
	const char *from = items;

	for (size_t i = 0; i < n; i++)
		places[i] =
			place_of(*(const struct sl_str *)(const void *)(from + i * size + kind), i);
	sl_sort(places, n, sizeof(*places), by_place);
	for (size_t i = 0; i < n; i++)
		memcpy(ordered + i * size, from + places[i].at * size, size);
	return ordered;
}
