/*
 * Field ownership: taking over what earlier managers of an object left behind.
 *
 * Objects once made with kubectl, or by an older controller, have managedFields entries whose fields
 * server-side apply would never remove. Before such an object is applied, those entries are merged
 * into our own Apply entry.
 *
 * Taken over: managers whose name begins with "kubectl" (Apply and Update), "before-first-apply" and
 * our own name (Update), each override manager (both); never an entry of a subresource. Removed along
 * with them: annotations and labels by which kubectl and older Flux kept track.
 *
 * Thread rule: pure. Source: Kubernetes server-side apply, "fieldsV1"; spec/kustomize.md 7.6.
 */
#ifndef LIBCOMMON_KUBE_MANAGED_FIELDS_H
#define LIBCOMMON_KUBE_MANAGED_FIELDS_H

#include "libcommon/base/strvec.h"
#include "libcommon/codec/value.h"

/*
 * The JSON patch that cleans `live` up, or NULL when there is nothing to do. It tests for the
 * resourceVersion, so that a concurrent change fails it with CONFLICT. `override` may be NULL.
 */
struct sl_value *sl_managed_fields_cleanup(struct sl_arena *a, const struct sl_value *live,
					   const char *field_manager,
					   const struct sl_strvec *override);

/* Managers other than `field_manager` with an Apply or Update entry, joined by ", "; for messages. */
const char *sl_managed_fields_others(struct sl_arena *a, const struct sl_value *live,
				     const char *field_manager);

#endif
