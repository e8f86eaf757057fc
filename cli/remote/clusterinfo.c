#include "cli/remote/clusterinfo.h"

#include "cli/remote/kubekinds.h"
#include "libcommon/gitops/api.h"

void sl_cli_installation_read(struct sl_arena *a, const struct sl_value *crd,
			      struct sl_cli_installation *ret_installation)
{
	struct sl_str version = sl_obj_label(crd, "app.kubernetes.io/version");
	struct sl_str part_of = sl_obj_label(crd, SL_CLI_PART_OF);

	*ret_installation = (struct sl_cli_installation){
		.bootstrapped = sl_obj_label(crd, SL_GROUP_KUSTOMIZE "/name").n > 0,
	};
	if (version.n || part_of.n)
		ret_installation->distribution =
			sl_arena_printf(a, "%.*s%s%.*s", SL_STR_FMT(part_of),
					version.n && part_of.n ? "-" : "", SL_STR_FMT(version));
}

int sl_cli_installation_find(struct sl_cli_session *s, struct sl_cli_installation *ret_installation,
			     struct sl_err *err)
{
	static const char name[] = "gitrepositories." SL_GROUP_SOURCE;
	struct sl_cli_filter filter = { .name = name };
	struct sl_value *crds;
	int r = sl_cli_list(s, &sl_cli_kube_crd, &filter, &crds, err);

	if (r)
		return r;
	if (!sl_list_len(crds))
		return sl_err_set(err, SL_ERR_NOT_FOUND,
				  "customresourcedefinitions.apiextensions.k8s.io \"%s\" not found",
				  name);
	sl_cli_installation_read(&s->a, sl_list_get(crds, 0), ret_installation);
	return 0;
}

int sl_cli_controllers(struct sl_cli_session *s, struct sl_value **ret_deployments,
		       struct sl_err *err)
{
	struct sl_cli_filter filter = { .namespace_ = s->namespace_,
					.label_selector = SL_CLI_PART_OF_FLUX };

	return sl_cli_list(s, &sl_cli_kube_deployment, &filter, ret_deployments, err);
}

bool sl_cli_kubernetes_is_supported(struct sl_str version, bool *ret_ok)
{
	struct sl_str major, minor;
	uint64_t x, y;

	sl_str_cut_prefix(&version, SL_STR("v"));
	if (!sl_str_split(&version, '.', &major) || !sl_str_split(&version, '.', &minor) ||
	    !sl_str_to_u64(major, 1000, &x) || !sl_str_to_u64(minor, 10000, &y))
		return false;
	*ret_ok = x > 1 || (x == 1 && y >= SL_CLI_KUBERNETES_MINOR_MIN);
	return true;
}
