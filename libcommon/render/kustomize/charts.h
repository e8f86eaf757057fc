/*
 * Helm's charts in kustomizations: the renderer for options.charts, on render/helm.
 *
 * Apart from kustomize.h, so that programs that refuse charts do not link Helm's engine.
 *
 * Thread rule: thread-safe as long as the host is.
 */
#ifndef LIBCOMMON_RENDER_KUSTOMIZE_CHARTS_H
#define LIBCOMMON_RENDER_KUSTOMIZE_CHARTS_H

#include "libcommon/render/helm/helm.h"
#include "libcommon/render/kustomize/kustomize.h"

/* For charts that do not say themselves; borrowed while builds run. */
struct sl_kustomize_helm {
	const struct sl_helm_host *host;   /* NULL: no clock, no chance */
	struct sl_str kube_version;	   /* --helm-kube-version */
	const struct sl_str *api_versions; /* --helm-api-versions */
	size_t api_version_count;
	size_t stack; /* as in struct sl_helm_options */
};

/*
 * A renderer with the settings of `helm`. The tree must have `list`. It returns what sl_helm_render()
 * does, with its texts.
 */
struct sl_kustomize_charts sl_kustomize_charts_by_helm(struct sl_kustomize_helm *helm);

#endif
