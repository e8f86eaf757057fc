/*
 * Kinds of Kubernetes itself that the command line asks for.
 *
 * Thread rule: constant data.
 */
#ifndef CLI_REMOTE_KUBEKINDS_H
#define CLI_REMOTE_KUBEKINDS_H

#include "libcommon/kube/object.h"

extern const struct sl_kube_kind sl_cli_kube_event, sl_cli_kube_namespace, sl_cli_kube_deployment,
	sl_cli_kube_crd;

/* What marks a component or a CustomResourceDefinition as one of Flux's. */
#define SL_CLI_PART_OF "app.kubernetes.io/part-of"
#define SL_CLI_PART_OF_FLUX SL_CLI_PART_OF "=flux"

#endif
