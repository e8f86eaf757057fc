/*
 * Private to render/helm: what a template finds in its dot, as values of the types that they have in Helm.
 *
 * Thread rule: one rendering.
 */
#ifndef LIBCOMMON_RENDER_HELM_OBJECTS_H
#define LIBCOMMON_RENDER_HELM_OBJECTS_H

#include "libcommon/render/helm/helm.h"

#define SL_HELM_VERSION "v3.22"
#define SL_HELM_GO_VERSION "go1.26.8"

extern const struct sl_go_type sl_helm_values_type; /* chartutil.Values */

/* .Capabilities */
struct sl_goval sl_helm_capabilities(struct sl_arena *a, const struct sl_helm_options *o);
/* That of the options, or the default. */
struct sl_helm_kube_version sl_helm_kube_version_of(const struct sl_helm_options *o);
/* .Chart */
struct sl_goval sl_helm_chart_object(struct sl_arena *a, const struct sl_helm_chart *c);
/* chart.Metadata alone. */
struct sl_goval sl_helm_metadata_object(const struct sl_helm_metadata *m);
/* .Files */
struct sl_goval sl_helm_files_object(struct sl_arena *a, const struct sl_helm_chart *c);
/* .Release */
struct sl_goval sl_helm_release_object(struct sl_arena *a, const struct sl_helm_options *o);

#endif
