/*
 * A chart from the disk of this machine: the one way by which commands load charts.
 *
 * Apart from helmfs.h, which sluice-remote uses too: only what loads charts needs what unpacks them.
 *
 * Thread rule: thread-safe.
 */
#ifndef CLI_LOCAL_HELM_LOAD_H
#define CLI_LOCAL_HELM_LOAD_H

#include "libcommon/render/helm/helm.h"

/* sl_helm_load() from the disk. */
int sl_cli_helm_load(struct sl_arena *a, const char *path, const struct sl_helm_host *host,
		     struct sl_helm_chart **ret, struct sl_err *err) SL_MUST_CHECK;

#endif
