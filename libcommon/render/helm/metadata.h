/*
 * Private to render/helm: how Chart.yaml, Chart.lock and the heads of manifests are decoded.
 *
 * Thread rule: constant.
 */
#ifndef LIBCOMMON_RENDER_HELM_METADATA_H
#define LIBCOMMON_RENDER_HELM_METADATA_H

#include "libcommon/render/helm/decode.h"
#include "libcommon/render/helm/helm.h"

extern const struct sl_helm_struct sl_helm_metadata_struct; /* struct sl_helm_metadata */
extern const struct sl_helm_struct sl_helm_lock_struct;	    /* struct sl_helm_lock */

#endif
