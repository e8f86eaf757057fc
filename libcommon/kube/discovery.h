/*
 * Discovery: from group, version and kind to the REST mapping, one group-version at a time.
 *
 * Nothing is loaded in advance. A group-version is fetched at first use and kept; a miss (unknown
 * kind, or a version that is gone) reloads that group-version at most once per
 * SL_DISCOVERY_RELOAD_MS, so that a custom resource applies right after its definition, and
 * sl_discovery_invalidate() (called when a CustomResourceDefinition changes) forgets at once.
 *
 * Ownership: mappings returned live as long as the discovery object.
 * Thread rule: thread-safe; may block on the API server, one request for all that wait for the same.
 * Source: Kubernetes API concepts, "API discovery" (APIResourceList, APIGroup; not the aggregated form,
 * which tells of everything at once).
 */
#ifndef LIBCOMMON_KUBE_DISCOVERY_H
#define LIBCOMMON_KUBE_DISCOVERY_H

#include "libcommon/kube/object.h"

#define SL_DISCOVERY_RELOAD_MS 2000
#define SL_DISCOVERY_BYTES_MAX ((size_t)8 << 20) /* of one group-version's answer */
#define SL_DISCOVERY_VERSIONS_MAX 32		 /* of a group */

struct sl_discovery;

/* The client is borrowed. */
struct sl_discovery *sl_discovery_new(struct sl_kube_client *client);
void sl_discovery_free(struct sl_discovery *d);
SL_DEFINE_AUTO_PTR(sl_discovery);

/*
 * The mapping of one kind. NOT_FOUND `no matches for kind "X" in version "g/v"` with the reason
 * "NoKindMatch" when the server does not serve it, confirmed by a fresh answer (not older than
 * SL_DISCOVERY_RELOAD_MS); other errors when the server could not be asked.
 */
int sl_discovery_find(struct sl_discovery *d, struct sl_str group, struct sl_str version,
		      struct sl_str kind, const struct sl_kube_kind **ret_kind,
		      struct sl_err *err) SL_MUST_CHECK;
/*
 * The same at the group's preferred version, or the first other one that serves the kind, for
 * references that do not know one. NOT_FOUND `no matches for kind "X" in group "g"`.
 */
int sl_discovery_find_preferred(struct sl_discovery *d, struct sl_str group, struct sl_str kind,
				const struct sl_kube_kind **ret_kind,
				struct sl_err *err) SL_MUST_CHECK;
/* Forget all versions of the group: the next look-up asks the server. */
void sl_discovery_invalidate(struct sl_discovery *d, struct sl_str group);

#endif
