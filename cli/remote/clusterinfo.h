/*
 * What is installed in a cluster, for `check` and `version`.
 *
 * Thread rule: pure functions, but for those that take a session.
 */
#ifndef CLI_REMOTE_CLUSTERINFO_H
#define CLI_REMOTE_CLUSTERINFO_H

#include "cli/remote/session.h"

#define SL_CLI_KUBERNETES_MINOR_MIN 33 /* 1.33 */

/* Labels of the CustomResourceDefinition of GitRepositories tell how it was installed. */
struct sl_cli_installation {
	const char *distribution; /* "flux-v2.9.4", or NULL */
	bool bootstrapped;	  /* a Kustomization applied it */
};
void sl_cli_installation_read(struct sl_arena *a, const struct sl_value *crd,
			      struct sl_cli_installation *ret_installation);
/* The same from the cluster. Errors: NOT_FOUND when nothing is installed. */
int sl_cli_installation_find(struct sl_cli_session *s, struct sl_cli_installation *ret_installation,
			     struct sl_err *err) SL_MUST_CHECK;

/* The Deployments of the controllers in the session's namespace, by name; a LIST, maybe empty. */
int sl_cli_controllers(struct sl_cli_session *s, struct sl_value **ret_deployments,
		       struct sl_err *err) SL_MUST_CHECK;

/*
 * "v1.36.3+k3s1" as Kubernetes' /version says it: whether it is new enough. Pre-releases of the least
 * version are. False in *ret_ok when not; the result is false when it is no version.
 */
bool sl_cli_kubernetes_is_supported(struct sl_str version, bool *ret_ok);

#endif
