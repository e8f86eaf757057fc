#include "cli/remote/kubekinds.h"

const struct sl_kube_kind sl_cli_kube_event = {
	.group = "", .version = "v1", .kind = "Event", .plural = "events", .namespaced = true
};
const struct sl_kube_kind sl_cli_kube_namespace = {
	.group = "", .version = "v1", .kind = "Namespace", .plural = "namespaces"
};
const struct sl_kube_kind sl_cli_kube_deployment = { .group = "apps",
						     .version = "v1",
						     .kind = "Deployment",
						     .plural = "deployments",
						     .namespaced = true };
const struct sl_kube_kind sl_cli_kube_crd = { .group = "apiextensions.k8s.io",
					      .version = "v1",
					      .kind = "CustomResourceDefinition",
					      .plural = "customresourcedefinitions" };
